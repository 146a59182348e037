"""The county's commands as a clerk meets them: a whole year on both databases, and everything that may go wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scoring.edition import State
from tests.databases import Database, sqlite_in
from tests.web.manuals import below
from tests.workflow import county
from web.cli import main

Stars = Callable[..., Result]

SIGNED = ("--prepared-by", "张三", "--confirmed-by", "李四")
NOBODY = 65534


def commands(folder: Path) -> list[tuple[str, ...]]:
    """Return one sound call of every command that needs the database, with files that are there."""
    units = county.write(folder / "units.csv", county.unit_rows())
    marks = county.write(folder / "marks.csv", county.mark_rows())
    return [
        ("period", "open", "2026", *criteria(folder)),
        ("period", "move", "2026", "marking"),
        ("period", "list"),
        ("period", "list", "--json"),
        ("import", "units", str(units), "--period", "2026"),
        ("import", "units", str(units), "--period", "2026", "--dry-run", "--whole"),
        ("import", "marks", str(marks), "--period", "2026"),
        ("import", "marks", str(marks), "--period", "2026", "--dry-run"),
        ("publish", "2026", *SIGNED),
        ("publish", "2026", *SIGNED, "--draft"),
        ("editions",),
        ("editions", "--json"),
        ("diff", "abcdef", "fedcba"),
        ("export", "abcdef", "--bundle", str(folder / "e.zip")),
    ]


def criteria(folder: Path) -> list[str]:
    return [word for name in county.write_sets(folder) for word in ("--criteria", name)]


def run(url: str, *arguments: str, lang: str = "en", schema: str = "stars") -> Result:
    """Run the command; an exception that it does not turn into a sentence fails the test."""
    environment = {"STARS_DATABASE_URL": url, "STARS_DATABASE_SCHEMA": schema, "STARS_LANG": lang}
    return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)


@pytest.fixture
def stars(database: Database) -> Stars:
    """The command `stars`, on a database that is not made yet."""
    return lambda *arguments, lang="en": run(database.url, *arguments, lang=lang, schema=database.schema)


@pytest.fixture
def year(stars: Stars, database: Database, tmp_path: Path) -> Stars:
    """The command on a county with a period, all its units and all its marks."""
    with county.store_at(database) as store:
        county.with_marks(store, tmp_path)
    return stars


def publish(database: Database, state: State = State.FINAL, reason: str = "") -> None:
    """Publish the year as the command does, without the charts it draws for whoever looks."""
    with county.store_at(database) as store:
        county.publish(store, state, reason=reason)


def done(outcome: Result) -> str:
    """Return what a command printed that did what it was asked."""
    assert outcome.exit_code == 0, (outcome.stdout, outcome.stderr)
    return outcome.stdout


def in_both(command: Callable[..., Result], *arguments: str) -> dict[str, str]:
    """Return what a refused command said in either language: on standard error, and nothing else anywhere."""
    said = {}
    for lang in ("zh", "en"):
        outcome = command(*arguments, lang=lang)
        assert outcome.exit_code == 2, (arguments, lang, outcome.exit_code, outcome.stdout, outcome.stderr)
        assert outcome.stdout == "", (arguments, outcome.stdout)
        assert "Traceback" not in outcome.stderr
        said[lang] = outcome.stderr.strip()
    assert re.search(r"[\u4e00-\u9fff]", said["zh"]), (arguments, said)
    assert re.search(r"[a-z]{2,} ", said["en"]), (arguments, said)
    assert said["zh"] != said["en"], (arguments, said)
    return said


def refused(command: Callable[..., Result], *arguments: str) -> str:
    """Return what a refused command said in English, having seen that it said it in Chinese too."""
    return in_both(command, *arguments)["en"]


def editions(command: Stars) -> list[dict]:
    return json.loads(done(command("editions", "--json")))


# A year


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_county_goes_through_a_year(stars, tmp_path, lang):
    """From the first command to a correction that anybody can verify; what is printed last names what was done."""

    def say(*arguments: str) -> str:
        return done(stars(*arguments, lang=lang))

    zh = lang == "zh"
    assert "青石县" in say("init", "--county", "青石县")
    assert ("已就绪" if zh else "Ready") in say("init")
    assert "village@1" in say("period", "open", "2026", *criteria(tmp_path))
    units = str(county.write(tmp_path / "名单.xlsx", county.unit_rows()))
    marks = str(county.write(tmp_path / "评分.csv", county.mark_rows()))
    in_2026 = ("--period", "2026")
    assert ("未作任何改动" if zh else "nothing was changed") in say(
        "import", "units", units, *in_2026, "--dry-run"
    )
    assert ("新增 12 个单位" if zh else "12 new") in say("import", "units", units, *in_2026)
    assert ("已导入过" if zh else "was imported before") in say("import", "units", units, *in_2026)
    say("period", "move", "2026", "marking")
    assert ("未作任何改动" if zh else "nothing was changed") in say(
        "import", "marks", marks, *in_2026, "--dry-run"
    )
    total = len(county.mark_rows()) - 1
    assert f"{total}" in say("import", "marks", marks, *in_2026)
    assert ("已导入过" if zh else "was imported before") in say("import", "marks", marks, *in_2026)
    assert ("公示" if zh else "draft") in say("publish", "2026", *SIGNED, "--draft")
    moderation = [county.MARK_HEAD, ["A01", "discipline", "moderation", "组长", "20"]]
    moderated = str(county.write(tmp_path / "复议.csv", moderation))
    say("import", "marks", moderated, *in_2026)
    final = say("publish", "2026", *SIGNED)
    found = json.loads(say("editions", "--json"))
    assert found[0]["id"] in final
    moderation[1][-1] = "18"
    say("import", "marks", str(county.write(tmp_path / "更正.csv", moderation)), *in_2026)
    say("publish", "2026", *SIGNED, "--reason", "异议成立")
    found = json.loads(say("editions", "--json"))
    assert [own["state"] for own in found] == ["final", "final", "draft"]
    assert [own["supersedes"] for own in found] == [found[1]["id"], found[2]["id"], None]
    assert [own["reason"] for own in found] == ["异议成立", None, None]
    assert all(own["period"] == "2026" and len(own["id"]) == 64 for own in found)
    assert "A01" in say("diff", found[1]["id"][:8], found[0]["id"][:8])
    out = tmp_path / "e.zip", tmp_path / "e.xlsx", tmp_path / "e.csv"
    names = dict(zip(("--bundle", "--xlsx", "--csv"), map(str, out), strict=True))
    say("export", found[0]["id"][:8], *(word for pair in names.items() for word in pair))
    assert all(path.stat().st_size > 500 for path in out)
    assert found[0]["id"] in say("verify", str(out[0]), "--digest", found[0]["id"])
    assert found[0]["id"][:12] in say("editions")
    assert "2026" in say("period", "list")


def test_editions_as_json_say_what_a_program_needs(year, database):
    """Whole ids, the newest first; both the state and what is superseded."""
    publish(database, State.DRAFT, "初稿")
    publish(database)
    first, second = editions(year)
    assert first.keys() >= {"id", "period", "state", "supersedes", "reason", "prepared_by", "confirmed_by"}
    assert (first["state"], first["supersedes"], first["reason"]) == ("final", second["id"], None)
    assert (second["state"], second["supersedes"], second["reason"]) == ("draft", None, "初稿")
    assert (first["prepared_by"], first["confirmed_by"]) == ("张三", "李四")


def test_periods_as_json_say_phase_and_criteria(year, tmp_path):
    done(year("period", "open", "2027", *criteria(tmp_path)))
    done(year("period", "move", "2026", "collecting"))
    assert json.loads(done(year("period", "list", "--json"))) == [
        {"id": "2027", "phase": "preparing", "criteria": ["office@1", "village@1"]},
        {"id": "2026", "phase": "collecting", "criteria": ["office@1", "village@1"]},
    ]


def test_differences_as_json_are_one_document(year, database, tmp_path):
    publish(database, State.DRAFT)
    rows = [county.MARK_HEAD, ["A01", "discipline", "moderation", "组长", "20"]]
    done(year("import", "marks", str(county.write(tmp_path / "m.csv", rows)), "--period", "2026"))
    publish(database)
    after, before = editions(year)
    found = json.loads(done(year("diff", before["id"][:6], after["id"][:6], "--json")))
    assert any(unit["unit"] == "A01" for unit in found["units"])
    assert json.loads(done(year("diff", after["id"], after["id"], "--json")))["units"] == []


def test_a_trial_writes_nothing(year, tmp_path):
    """What it says would change has not changed: the import for good says it again."""
    rows = [*county.unit_rows()[:3], ["B1", "新支部", "rural", "青石镇", "", "", ""]]
    path = str(county.write(tmp_path / "more.csv", rows))
    done(year("period", "open", "2027", *criteria(tmp_path)))
    told = [
        done(year("import", "units", path, "--period", "2027", *trial))
        for trial in (["--dry-run"], ["--dry-run"], [])
    ]
    assert told[0] == told[1]
    assert all("3 new" in words for words in told)
    marks = str(
        county.write(tmp_path / "m.csv", [county.MARK_HEAD, ["A01", "discipline", "county", "王", "20"]])
    )
    told = [done(year("import", "marks", marks, "--period", "2026", *trial)) for trial in (["--dry-run"], [])]
    assert all("17.5 → 20" in words for words in told)


def test_a_whole_list_says_who_is_taken_out(stars, tmp_path):
    done(stars("init"))
    done(stars("period", "open", "2026", *criteria(tmp_path)))
    whole = str(county.write(tmp_path / "all.csv", county.unit_rows()))
    part = str(county.write(tmp_path / "part.csv", county.unit_rows()[:11]))
    done(stars("import", "units", whole, "--period", "2026"))
    kept = done(stars("import", "units", part, "--period", "2026", "--dry-run"))
    assert "2" in next(line for line in kept.splitlines() if "--whole" in line)
    told = done(stars("import", "units", part, "--period", "2026", "--whole"))
    assert "taken out: A11 第11村党支部" in told
    assert "taken out: A12 第12机关党支部" in told


def test_a_unit_is_excused_once_and_with_either_equals_sign(year, tmp_path):
    """An input method types ＝ as readily as =; the reason may hold one itself."""
    done(year("period", "open", "2027", *criteria(tmp_path)))
    units = str(county.write(tmp_path / "u.csv", county.unit_rows()))
    rows = [row for row in county.mark_rows() if row[0] not in ("A02", "A03")]
    marks = str(county.write(tmp_path / "m.csv", rows))
    done(year("import", "units", units, "--period", "2027"))
    done(year("import", "marks", marks, "--period", "2027"))
    told = refused(year, "publish", "2027", *SIGNED)
    assert "A02" in told
    assert "A03" in told
    twice = refused(
        year, "publish", "2027", *SIGNED, *("--excuse", "A02=新建", "--excuse", "A03=x", "--excuse", "A02=忙")
    )
    assert "A02" in twice, "one of two reasons would silently stand for both"
    done(year("publish", "2027", *SIGNED, "--excuse", "A02＝新建", "--excuse", "A03=a=b"))
    bundle = tmp_path / "b.zip"
    done(year("export", editions(year)[0]["id"], "--bundle", str(bundle)))
    assert b'{"reason":"a=b","unit":"A03"}' in bundle.read_bytes()


def test_an_excuse_that_is_none_is_told(year):
    for excuse in ("A01", "A01=", "A01=  ", "=理由", "Z9=没有", "A02=忙", ""):
        refused(year, "publish", "2026", *SIGNED, "--excuse", excuse)
    assert editions(year) == []


def test_a_period_is_the_same_however_its_accents_are_typed(stars, tmp_path):
    """One keyboard makes é in one character, another in two."""
    done(stars("init", "--county", "青石县"))
    done(stars("period", "open", "e\u0301te\u0301", *criteria(tmp_path)))
    units = str(county.write(tmp_path / "u.csv", county.unit_rows()))
    marks = str(county.write(tmp_path / "m.csv", county.mark_rows()))
    done(stars("import", "units", units, "--period", "e\u0301te\u0301"))
    done(stars("import", "marks", marks, "--period", "été"))
    done(stars("period", "move", "e\u0301te\u0301", "marking"))
    done(stars("publish", "e\u0301te\u0301", *SIGNED))
    assert editions(stars)[0]["period"] == "été"


# What is refused


def test_every_command_says_what_to_do_before_there_is_a_database(stars, tmp_path):
    """All fourteen calls: exit code 2, one sentence naming the command, and nothing is made."""
    for arguments in commands(tmp_path):
        assert "stars init" in refused(stars, *arguments), arguments
    assert not (tmp_path / "county.db").exists()
    assert not (tmp_path / "e.zip").exists()


def test_empty_lists_tell_the_next_step(stars, tmp_path):
    """In words; as JSON they are empty lists."""
    done(stars("init"))
    for lang, opened, published in (
        ("en", "stars period open", "stars publish"),
        ("zh", "还没有评定期", "还没有发布任何版本"),
    ):
        assert opened in done(stars("period", "list", lang=lang))
        assert published in done(stars("editions", lang=lang))
    assert json.loads(done(stars("period", "list", "--json"))) == []
    assert json.loads(done(stars("editions", "--json"))) == []


def test_a_county_without_a_name_is_told_how_to_name_it(stars, tmp_path):
    """When it is made; it may publish all the same."""
    assert "stars init --county" in done(stars("init"))
    done(stars("period", "open", "2026", *criteria(tmp_path)))
    for kind, rows in (("units", county.unit_rows()), ("marks", county.mark_rows())):
        path = str(county.write(tmp_path / f"{kind}.csv", rows))
        done(stars("import", kind, path, "--period", "2026"))
    done(stars("publish", "2026", *SIGNED))
    done(stars("export", editions(stars)[0]["id"], "--bundle", str(tmp_path / "e.zip")))
    done(stars("verify", str(tmp_path / "e.zip")))


def test_a_name_that_is_none_is_refused(stars):
    done(stars("init", "--county", "青石县"))
    for name in ("", " ", "　", "青\x07石", "青\n石", "长" * 200):
        refused(stars, "init", "--county", name)
    assert "青石县" in done(stars("init"))


def test_what_there_is_not_is_refused_in_words(year, database, tmp_path):
    """Periods, editions, files and folders that are not there; criteria nobody knows; and nothing is written."""
    publish(database)
    units, nowhere = str(tmp_path / "units.csv"), str(tmp_path / "no" / "such.csv")
    own = editions(year)[0]["id"]
    for arguments, words in (
        (("period", "move", "1999", "marking"), "1999"),
        (("period", "open", "2026", *criteria(tmp_path)), "2026"),
        (("period", "open", "2027", "--criteria", "no-such@1"), "no-such@1"),
        (("period", "open", "2027", "--criteria", "no.yaml"), "no.yaml"),
        (("period", "open", " 2027", *criteria(tmp_path)), "characters"),
        (("period", "move", "2026", "marking"), "forward"),
        (("import", "units", units, "--period", "1999"), "1999"),
        (("import", "marks", units, "--period", "1999"), "1999"),
        (("import", "units", nowhere, "--period", "2026"), "such.csv"),
        (("import", "marks", nowhere, "--period", "2026"), "such.csv"),
        (("import", "marks", str(tmp_path), "--period", "2026"), tmp_path.name),
        (("publish", "1999", *SIGNED), "1999"),
        (("publish", "2026", *SIGNED), "--reason"),
        (("publish", "2026", "--prepared-by", "张三", "--confirmed-by", "张 三"), "--confirmed-by"),
        (("diff", "0000000", own), "0000000"),
        (("diff", own, "123"), "too short"),
        (("export", "0000000", "--csv", "x.csv"), "0000000"),
        (("export", own), "--bundle"),
        (("export", own, "--csv", nowhere), "such.csv"),
        (("export", own, "--xlsx", str(tmp_path)), tmp_path.name),
        (("verify", nowhere), "such.csv"),
        (("verify", str(tmp_path)), tmp_path.name),
        (("verify", units), "bundle"),
    ):
        assert words in refused(year, *arguments), arguments
    assert len(editions(year)) == 1
    assert len(json.loads(done(year("period", "list", "--json")))) == 1


def test_what_is_called_wrongly_is_answered_by_the_usage(stars):
    """The exit code of a refusal, and how it is called rightly; no database is needed for that."""
    for arguments in (
        ("import", "units", "u.csv"),
        ("import", "marks", "--period", "2026"),
        ("period", "open", "2026"),
        ("period", "move", "2026"),
        ("period", "move", "2026", "done"),
        ("publish", "2026"),
        ("publish", "2026", "--prepared-by", "张三"),
        ("publish", "2026", *SIGNED, "--state", "draft"),
        ("diff", "abcdef"),
        ("verify",),
        ("init", "county"),
        ("import",),
        ("period",),
        ("imports",),
    ):
        outcome = stars(*arguments)
        assert outcome.exit_code == 2, arguments
        assert "Usage: " in outcome.stderr + outcome.stdout, arguments


def test_every_command_has_help(stars):
    for name, command in below(main).items():
        for path in [(name,), *((name, own) for own in getattr(command, "commands", {}))]:
            assert "Usage: " in done(stars(*path, "--help"))


def test_a_command_waits_for_nothing_that_only_others_need():
    """Whoever asks which release it is, or how a command is called, is answered at once."""
    program = "import sys, web.cli; web.cli.main(['--version'], standalone_mode=False); print(*sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "flask", "numpy", "matplotlib"} & set(outcome.stdout.split())


def test_a_refused_file_names_every_fault_on_a_line(year, tmp_path):
    """A line a fault, with file, row and column; in Chinese likewise; then the sound file goes in."""
    rows = [
        county.MARK_HEAD,
        ["A01", "discipline", "county", "王", "20.5"],
        ["Z9", "discipline", "county", "王", "2"],
        ["A01", "meetings", "county", "", "10"],
        ["A01", "discipline", "county", "赵", "20"],
    ]
    path = county.write(tmp_path / "坏.csv", rows)
    said = refused(year, "import", "marks", str(path), "--period", "2026").splitlines()
    told = [line for line in said if ", row " in line]
    assert [line.partition(": ")[0] for line in told] == [
        "坏.csv, row 2, column E",
        "坏.csv, row 3, column A",
        "坏.csv, row 4, column D",
    ]
    zh = year("import", "marks", str(path), "--period", "2026", lang="zh").stderr.splitlines()
    assert any(line.startswith("坏.csv 第 2 行 E 列：") for line in zh)
    county.write(path, [rows[0], rows[-1]])
    assert "1 new" in done(year("import", "marks", str(path), "--period", "2026"))


def test_a_bundle_that_is_not_the_printed_one_is_refused(year, database, tmp_path):
    """Another digest, a digest that is none, and a file one byte of which was changed."""
    publish(database)
    own, path = editions(year)[0]["id"], tmp_path / "e.zip"
    done(year("export", own, "--bundle", str(path)))
    for digest in ("0" * 64, own[:63], "青石", ""):
        refused(year, "verify", str(path), "--digest", digest)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    refused(year, "verify", str(path))


# The database


def test_the_database_is_named_without_its_password(stars, database):
    """Alone on standard output, so that a script can take it; also before it is made."""
    outcome = stars("database")
    (line,) = done(outcome).splitlines()
    assert line.startswith(f"{database.name}:")
    assert "STARS_DATABASE_URL" in outcome.stderr


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///county.db?mode=ro",
        "mysql://stars:g3heim@localhost/stars",
        "postgresql://stars:g3heim@localhost:port/stars",
        "postgresql://stars:g3h@eim@localhost/stars",
        "postgresql+asyncpg://stars:g3heim@localhost/stars",
        "http://stars:g3heim@localhost/",
        "://",
        "sqlite:/county.db",
        "postgresql://stars:g3heim@127.0.0.1:1/stars",
        "postgresql://stars:g3heim%40x@127.0.0.1:1/stars?sslmode=disable",
        "postgresql://127.0.0.1:1/stars?user=stars&password=g3heim",
        "postgresql:///stars?host=%2Fnowhere&user=stars&password=g3heim",
        "postgresql://stars:g3heim@no-such-host.invalid/stars?connect_timeout=1",
    ],
)
def test_an_address_that_leads_nowhere_is_told_and_no_password_with_it(tmp_path, monkeypatch, url):
    """By every command that opens the database, and by the one that makes it."""
    monkeypatch.chdir(tmp_path)
    for arguments in (("period", "list"), ("init",)):
        said = in_both(lambda *words, lang: run(url, *words, lang=lang), *arguments)
        assert "g3h" not in said["zh"] + said["en"]
    assert not list(tmp_path.iterdir()), "and nothing is made"


@pytest.mark.parametrize("schema", ["Stars", "1stars", "pg_stars", "星", "a" * 64, 'a"b', "stars; --"])
def test_a_schema_that_is_no_name_is_told(postgresql, schema):
    for arguments in (("period", "list"), ("init",)):
        refused(lambda *words, lang: run(postgresql, *words, lang=lang, schema=schema), *arguments)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"unit,name\nA01,x\n" * 400, "not a database"),
        (b"SQLite format 3\x00" + b"\xff" * 4_080, ""),
        (b"\x00" * 8_192, "not a database"),
        (b"", "stars init"),
    ],
    ids=["csv", "a broken head", "noughts", "empty"],
)
def test_a_file_that_is_no_database_is_told_and_stays_as_it_is(tmp_path, content, words):
    """A clerk names the wrong file; it must not be spoilt, whatever command is run."""
    path = tmp_path / "county.db"
    path.write_bytes(content)
    calls = commands(tmp_path) if content else [("period", "list")]
    for arguments in [*calls, *([("init",)] if content else [])]:
        told = refused(lambda *own, lang: run(f"sqlite:///{path}", *own, lang=lang), *arguments)
        assert words in told
        assert path.read_bytes() == content
    if not content:
        done(run(f"sqlite:///{path}", "init"))


def test_a_folder_in_the_databases_place_is_told(tmp_path):
    (tmp_path / "county.db").mkdir()
    for arguments in (("period", "list"), ("init",)):
        refused(lambda *own, lang: run(f"sqlite:///{tmp_path}/county.db", *own, lang=lang), *arguments)


def test_a_file_in_the_folders_place_is_told(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    for arguments in (("period", "list"), ("init",)):
        refused(lambda *own, lang: run(f"sqlite:///{tmp_path}/data/county.db", *own, lang=lang), *arguments)


def test_another_programs_database_is_left_alone(tmp_path, postgresql):
    """Tables of something else: neither used nor added to."""
    import pysqlite3
    import sqlalchemy as sa

    path = tmp_path / "other.db"
    with pysqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    before = path.read_bytes()
    engine = sa.create_engine(postgresql.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as c:
        c.execute(sa.text("CREATE SCHEMA foreign_tables"))
        c.execute(sa.text("CREATE TABLE foreign_tables.people (name TEXT)"))
    engine.dispose()
    for url in (f"sqlite:///{path}", postgresql):
        for arguments in (("period", "list"), ("init",)):
            told = refused(
                lambda *own, lang, url=url: run(url, *own, lang=lang, schema="foreign_tables"), *arguments
            )
            assert "something else" in told
    assert path.read_bytes() == before


@contextmanager
def without_privileges() -> Iterator[Path]:
    """Give a folder, and until the end be somebody for whom its modes count; root is held up by none."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(folder)


def become_nobody() -> None:
    if os.geteuid() == 0:
        os.seteuid(NOBODY)


READS = (("period", "list"), ("editions", "--json"))


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["unreadable", "not enterable"])
def test_a_folder_that_may_not_be_read_is_told(tmp_path, mode):
    """By every command, in words and with the place."""
    calls = commands(tmp_path)
    with without_privileges() as folder:
        own = folder / "data"
        own.mkdir()
        done(run(f"sqlite:///{own}/county.db", "init"))
        own.chmod(mode)
        become_nobody()
        for arguments in (("init",), *READS, calls[4]):
            told = refused(
                lambda *words, lang, own=own: run(f"sqlite:///{own}/county.db", *words, lang=lang), *arguments
            )
            assert str(own) in told


def test_a_database_that_may_not_be_read_is_told(tmp_path):
    with without_privileges() as folder:
        url = f"sqlite:///{folder}/county.db"
        done(run(url, "init"))
        (folder / "county.db").chmod(0o000)
        become_nobody()
        for arguments in (*READS, ("init",)):
            told = refused(lambda *words, lang, url=url: run(url, *words, lang=lang), *arguments)
            assert str(folder) in told


def test_a_database_that_may_not_be_written_is_told(tmp_path):
    """A file that is read-only in a folder that is not: whoever writes is refused with the reason, not with a trace."""
    calls = commands(tmp_path)
    with without_privileges() as folder:
        url = f"sqlite:///{folder}/county.db"
        for arguments in (("init", "--county", "青石县"), calls[0], calls[4], calls[6]):
            done(run(url, *arguments))
        rows = [county.MARK_HEAD, ["A01", "discipline", "county", "钱", "20"]]
        more = str(county.write(folder / "m.csv", rows))
        (folder / "county.db.lock").unlink(missing_ok=True)
        (folder / "county.db").chmod(0o444)
        folder.chmod(0o777)
        become_nobody()
        for arguments in (
            ("import", "marks", more, "--period", "2026"),
            ("period", "move", "2026", "marking"),
            ("publish", "2026", *SIGNED),
            ("init", "--county", "青石区"),
        ):
            told = refused(lambda *words, lang, url=url: run(url, *words, lang=lang), *arguments)
            assert f"{folder}/county.db" in told
        assert "2026" in done(run(url, "period", "list"))


def test_a_database_in_a_folder_that_may_not_be_written_is_told(tmp_path):
    """An archived year on a read-only share."""
    calls = commands(tmp_path)
    with without_privileges() as folder:
        own = folder / "data"
        own.mkdir()
        url = f"sqlite:///{own}/county.db"
        for arguments in (("init", "--county", "青石县"), calls[0]):
            done(run(url, *arguments))
        for path in own.iterdir():
            path.chmod(0o444)
        own.chmod(0o555)
        become_nobody()
        for arguments in (("period", "move", "2026", "marking"), ("init", "--county", "青石区")):
            refused(lambda *words, lang, url=url: run(url, *words, lang=lang), *arguments)
        for arguments in READS:
            outcome = run(url, *arguments)
            assert outcome.exit_code in (0, 2)
            assert "Traceback" not in outcome.stderr


def test_a_database_cannot_be_made_where_nothing_may_be_written():
    with without_privileges() as folder:
        own = folder / "data"
        own.mkdir()
        own.chmod(0o555)
        become_nobody()
        for place in (own, own / "deeper"):
            told = refused(
                lambda *words, lang, place=place: run(f"sqlite:///{place}/county.db", *words, lang=lang),
                "init",
            )
            assert str(own) in told


def test_an_export_that_may_not_be_written_is_told(tmp_path):
    calls = commands(tmp_path)
    with without_privileges() as folder:
        url = sqlite_in(tmp_path).url
        for arguments in (("init", "--county", "青石县"), calls[0], calls[4], calls[6], calls[8]):
            done(run(url, *arguments))
        own = json.loads(done(run(url, "editions", "--json")))[0]["id"]
        (folder / "out").mkdir()
        (folder / "out").chmod(0o555)
        shutil.copy(tmp_path / "county.db", folder / "county.db")
        (folder / "county.db").chmod(0o666)
        folder.chmod(0o777)
        become_nobody()
        for kind in ("bundle", "xlsx", "csv"):
            target = str(folder / "out" / f"e.{kind}")
            told = refused(
                lambda *words, lang, folder=folder: run(f"sqlite:///{folder}/county.db", *words, lang=lang),
                *("export", own, f"--{kind}", target),
            )
            assert target in told
        assert not list((folder / "out").iterdir())


def test_an_input_that_may_not_be_read_is_told(tmp_path):
    """Units, marks and bundles; told as a fault of the file."""
    calls = commands(tmp_path)
    with without_privileges() as folder:
        url = f"sqlite:///{folder}/county.db"
        for arguments in (("init",), calls[0], calls[4]):
            done(run(url, *arguments))
        path = str(county.write(folder / "m.csv", county.mark_rows()))
        Path(path).chmod(0o000)
        for own in folder.glob("county.db*"):
            own.chmod(0o666)
        folder.chmod(0o777)
        become_nobody()
        for arguments in (
            ("import", "marks", path, "--period", "2026"),
            ("import", "units", path, "--period", "2026"),
            ("verify", path),
        ):
            assert "m.csv" in refused(lambda *words, lang, url=url: run(url, *words, lang=lang), *arguments)


def test_the_demo_leaves_another_county_alone(tmp_path, monkeypatch):
    """A folder may hold a real county under the very name the demo uses."""
    path = tmp_path / "stars.sqlite3"
    monkeypatch.setenv("STARS_DATABASE_URL", f"sqlite:///{path}")
    assert CliRunner().invoke(main, ["init", "--county", "某县"]).exit_code == 0
    before = sorted(tmp_path.iterdir())
    outcome = CliRunner().invoke(main, ["demo", "--no-serve", "--folder", str(tmp_path), "--lang", "en"])
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "holds another county" in outcome.stderr
    assert sorted(tmp_path.iterdir()) == before
