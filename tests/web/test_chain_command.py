"""`stars verify --chain` on a county's database: what it prints, what it names, and how it ends."""

from __future__ import annotations

import re
from contextlib import closing

import pysqlite3.dbapi2
import pytest
from click.testing import CliRunner, Result

from web.cli import main


@pytest.fixture
def database(tmp_path, monkeypatch) -> str:
    path = str(tmp_path / "county.db")
    monkeypatch.setenv("STARS_DATABASE_URL", f"sqlite:///{path}")
    for name in ("STARS_LANG", "STARS_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert stars("init", "--county", "青石县").exit_code == 0
    assert stars("init", "--county", "青石区").exit_code == 0
    return path


def stars(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def alter(path: str, *statements: str) -> None:
    with closing(pysqlite3.dbapi2.connect(path)) as bare:
        for statement in statements:
            bare.execute(statement)
        bare.commit()


def faults(outcome: Result) -> list[str]:
    """Return what stands on standard error besides how far the work is."""
    return [line for line in outcome.stderr.splitlines() if not line.endswith(" …")]


CODE = r"2-[0-9a-f]{4}(?: [0-9a-f]{4}){4}"


def head_of(outcome: Result) -> str:
    (found,) = re.findall(CODE, outcome.stdout)
    return found


def test_a_chain_that_holds_shows_its_head(database):
    """With it, written down somewhere else, the next check finds what this one cannot."""
    outcome = stars("verify", "--chain", "--lang", "en")
    assert (outcome.exit_code, faults(outcome)) == (0, [])
    assert "The chain holds. Links: 2, rows they wrote: 2, editions: 0" in outcome.stdout
    assert "No head was given" in outcome.stdout
    for head in (head_of(outcome), head_of(outcome).replace(" ", ""), head_of(outcome).upper()):
        again = stars("verify", "--chain", "--head", head)
        assert again.exit_code == 0
        assert "链核验通过：2 环" in again.stdout
        assert "与所给的链头" in again.stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_altered_is_named_and_the_exit_code_is_1(database, lang):
    trigger = "SELECT sql FROM sqlite_schema WHERE name = 'county_changed'"
    with closing(pysqlite3.dbapi2.connect(database)) as bare:
        ((kept,),) = bare.execute(trigger).fetchall()
    alter(database, "DROP TRIGGER county_changed", "UPDATE county SET name = '别县' WHERE number = 1", kept)
    outcome = stars("verify", "--chain", "--lang", lang)
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    (fault,) = faults(outcome)
    assert fault.startswith("county")
    assert {"zh": "第 1 环", "en": "link 1"}[lang] in fault


def test_a_trigger_that_is_gone_is_named_and_not_merely_refused(database):
    alter(database, "DROP TRIGGER county_changed")
    outcome = stars("verify", "--chain", "--lang", "en")
    assert outcome.exit_code == 1
    assert "county, county_changed: the trigger that keeps rows" in outcome.stderr


def test_a_copy_that_was_brought_back_is_found(database):
    """By the head that was printed after it."""
    outcome = stars("verify", "--chain", "--head", f"3-{'a' * 20}", "--lang", "en")
    assert outcome.exit_code == 1
    assert "an earlier copy was brought back" in outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--chain", "edition.zip"],
        ["edition.zip", "--head", "1-7f3a9c21b0d4e5f60718"],
        ["edition.zip", "--files", "."],
        ["--chain", "--digest", "a" * 64],
        ["--chain", "--head", "128"],
        ["--chain", "--head", "128-7f3a"],
        ["--chain", "--head", "x-" + "a" * 20],
    ],
)
def test_what_cannot_be_meant_is_refused(database, arguments):
    outcome = stars("verify", *arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr


def test_evidence_is_looked_at_where_its_folder_is(database, tmp_path):
    """Beside a SQLite file by itself; another by name."""
    assert "没有找到文件夹" in stars("verify", "--chain").stdout
    (tmp_path / "other").mkdir()
    assert "0 个佐证文件" in stars("verify", "--chain", "--files", str(tmp_path / "other")).stdout
    (tmp_path / "county.db.files").mkdir()
    assert "0 个佐证文件" in stars("verify", "--chain").stdout
