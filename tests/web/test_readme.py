"""The README in both languages: what it shows is what the service prints, what it names is there, the twins agree."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click
import pytest
from werkzeug.routing import Rule

from scoring.criteria import catalogue
from scoring.periods import Phase
from scoring.spreadsheet.marks import LONG, WIDE
from scoring.spreadsheet.units import UNITS
from scoring.store.engine import PATIENCE, Store
from scoring.texts import Lang
from scoring.units import DOMAINS
from tests.browser.program import REQUIRED
from tests.sizes import WHOLE
from tests.web import api_guide, manuals
from tests.web.manuals import leaves, parse, plain, stars, wrong_sums
from web.app import create_app
from web.commands.serve import PORT
from web.listening import ready
from web.pages.marking.telling import KEYS
from web.serving import _SETTINGS as SERVED
from web.settings import LOOPBACK

ROOT = Path(__file__).parents[2]
READMES = {
    "en": (ROOT / "README.md").read_text("utf-8"),
    "zh": (ROOT / "README.zh-CN.md").read_text("utf-8"),
}
HOUSES, WORKING = (
    {
        "en": (ROOT / f"docs/{name}.md").read_text("utf-8"),
        "zh": (ROOT / f"docs/{name}.zh-CN.md").read_text("utf-8"),
    }
    for name in ("house", "working")
)
FILES = ("village.yaml", "units.csv", "marks.csv", "wide.csv", "wrong.csv", "objection.csv")
SHEET = ("score", "village.yaml", "--units", "units.csv")
OF_THE_SHELL = {".", "curl", "make", "pip", "stars"}
MODULES = ("web", "web/commands", "scoring", "scoring/workflow", "scoring/store")
"""The folders of which the map of the house shows every module."""

both = pytest.mark.parametrize("readme", READMES)
in_both_languages = pytest.mark.parametrize("lang", ["zh", "en"])


def blocks(readme: str) -> dict[str, list[str]]:
    return manuals.blocks(READMES[readme])


def block(readme: str, label: str) -> str:
    return manuals.block(READMES[readme], label)


def rows(readme: str, *head: str) -> list[list[str]]:
    return manuals.rows(READMES[readme], *head)


def commands(readme: str) -> list[list[str]]:
    return manuals.commands(READMES[readme])


def by_hand(readme: str) -> list[list[str]]:
    return rows(readme, *{"en": ("", "what", "how", "comes to"), "zh": ("", "项目", "怎么算", "得")}[readme])


def run(readme: str, label: str) -> list[tuple[list[str], click.testing.Result]]:
    """Run the lines of that shell block that call the command, in order, and return what each printed."""
    lines = [shlex.split(line, comments=True) for line in block(readme, label).splitlines()]
    return [(line, stars(*line[1:])) for line in lines if line[0] == "stars"]


@pytest.fixture
def office(readme: str, tmp_path: Path, monkeypatch) -> Path:
    """A folder with the files of that README's worked example, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARS_LANG", raising=False)
    monkeypatch.delenv("STARS_DATABASE_SCHEMA", raising=False)
    monkeypatch.setenv("STARS_DATABASE_URL", "sqlite:///county.sqlite3")
    for name in FILES:
        Path(name).write_text(block(readme, name), "utf-8")
    return tmp_path


@both
@in_both_languages
def test_the_explanation_is_what_the_command_prints(office, readme, lang):
    """Who follows it with a pencil must find every line on the screen, in either language."""
    (shown,) = (line for line in commands(readme) if "LH01" in line and ("en" in line) is (lang == "en"))
    outcome = stars(*shown[1:])
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert plain(outcome.stdout) == block(readme, f"explain-{lang}")
    wide = stars(*SHEET, "--marks", "wide.csv", "--explain", "LH01", "--lang", lang)
    assert wide.stdout == outcome.stdout


@both
@in_both_languages
def test_the_faults_are_those_the_command_tells(office, readme, lang):
    """Exit code 2, nothing on standard output, a line a fault."""
    outcome = stars(*SHEET, "--marks", "wrong.csv", "--lang", lang)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == block(readme, f"faults-{lang}")


@both
def test_the_hand_calculation_comes_to_what_the_command_prints(office, readme):
    """Every figure in the last column is a figure of the explanation, and the last are the score and the stars."""
    figures = [row[-1].strip("*") for row in by_hand(readme)]
    told = block(readme, f"explain-{readme}")
    assert len(figures) == 12
    assert [figure for figure in figures if figure not in told] == []
    (unit,) = json.loads(stars(*SHEET, "--marks", "marks.csv", "--json").stdout)["units"]
    assert figures[-2] == unit["score"] == "80.00"
    assert figures[-1].split()[0] == str(unit["stars"])
    lines = {f"{line['agreed']} / {line['full_marks']}" for line in unit["lines"]}
    assert lines == {figure for figure in figures if "/" in figure}


@both
def test_the_hand_calculation_is_right(readme):
    """Both sides of each sign of equality are equal, and a step's last sum is what it comes to."""
    steps = [(how, result.strip("*").partition(" / ")[0]) for _, _, how, result in by_hand(readme)]
    assert [wrong for how, result in steps for wrong in wrong_sums(how, result)] == []
    assert sum("=" in how or "÷" in how for how, _ in steps) >= 7


@both
def test_the_year_in_commands_is_a_year(office, readme):
    """Typed one after another they do what is said of them, and the ids are those that stand there."""
    told = run(readme, "year")
    assert [(line, outcome.output) for line, outcome in told if outcome.exit_code] == []
    ids = {own for _, outcome in told for own in re.findall(r"\b[0-9a-f]{64}\b", outcome.stdout)}
    shown = re.findall(r"\b[0-9a-f]{12,64}\b", block(readme, "year"))
    assert len(ids) == 2
    assert len(shown) == 4
    assert all(any(own.startswith(one) for own in ids) for one in shown)
    written = {"edition.zip", "results.xlsx", "ranking.csv", "county.sqlite3"}
    assert written <= {path.name for path in office.iterdir()}
    assert {own["phase"] for own in json.loads(stars("period", "list", "--json").stdout)} == {"published"}


PHASES = {
    "en": {
        "units": {
            "all changes, until the first mark; then gates only": "all",
            "gates only": "gates",
            "none": "",
        },
        "marks": {"every stage": "all", "`moderation` only": "moderation"},
        "publishing": {"draft or final": "both", "final, with a reason": "final"},
    },
    "zh": {
        "units": {"都能改；有了评分，就只能改受限事项": "all", "只能改受限事项": "gates", "不能改": ""},
        "marks": {"各阶段都收": "all", "只收 `moderation`": "moderation"},
        "publishing": {"公示稿、正式版本": "both", "正式版本，须写理由": "final"},
    },
}


def phases(readme: str) -> list[list[str]]:
    head = {
        "en": ("phase", "Chinese", "units", "marks", "publishing"),
        "zh": ("环节", "名称", "单位", "评分", "发布"),
    }
    return rows(readme, *head[readme])


@both
def test_every_phase_is_in_the_table_in_order(readme):
    told = [(row[0].strip("`"), row[1]) for row in phases(readme)]
    assert told == [(phase.value, phase.called.zh) for phase in Phase]


@pytest.mark.parametrize("phase", Phase)
def test_a_phase_allows_what_the_tables_say(tmp_path, monkeypatch, phase):
    """Both tables, cell by cell, against a county brought to that phase."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STARS_DATABASE_URL", "sqlite:///county.sqlite3")
    allowed = tried(phase)
    for readme, words in PHASES.items():
        (row,) = (row for row in phases(readme) if row[0] == f"`{phase.value}`")
        said = [known[cell] for known, cell in zip(words.values(), row[2:], strict=True)]
        assert said == allowed, readme


def tried(phase: Phase) -> list[str]:
    """What a period in that phase takes: of units, of marks, of publications."""
    gated = block("en", "village.yaml") + "gates: [{id: weak, highest_stars: 2, title: {zh: 软弱涣散}}]\n"
    Path("village.yaml").write_text(gated, "utf-8")
    head, one = block("en", "units.csv").splitlines()
    for name, row in (("one", one), ("two", one.replace("LH01", "LH02")), ("gate", f"{one[:-1]},weak")):
        Path(f"{name}.csv").write_text(f"{head}\n{row}\n", "utf-8")
    Path("marks.csv").write_text(block("en", "marks.csv"), "utf-8")
    Path("objection.csv").write_text(block("en", "objection.csv"), "utf-8")
    Path("county.csv").write_text(block("en", "objection.csv").replace("moderation", "county"), "utf-8")
    assert does("init", "--county", "青石县")
    assert does("period", "open", "2026", "--criteria", "village.yaml")
    assert does("import", "units", "one.csv", "--period", "2026")
    added = phase is Phase.PREPARING and does("import", "units", "two.csv", "--period", "2026", "--dry-run")
    assert does("import", "marks", "marks.csv", "--period", "2026")
    signed = ("publish", "2026", "--prepared-by", "何静", "--confirmed-by", "冯立民")
    match phase:
        case Phase.COLLECTING | Phase.MARKING:
            assert does("period", "move", "2026", phase.value)
        case Phase.POSTED:
            assert does(*signed, "--draft")
        case Phase.PUBLISHED:
            assert does(*signed)
    assert not does("import", "units", "two.csv", "--period", "2026", "--dry-run")
    gates = does("import", "units", "gate.csv", "--period", "2026", "--dry-run")
    county = does("import", "marks", "county.csv", "--period", "2026", "--dry-run")
    assert does("import", "marks", "objection.csv", "--period", "2026")
    units = "all" if added else "gates" if gates else ""
    draft = does(*signed, "--draft")
    unexplained = not draft and does(*signed)
    assert does(*signed, "--reason", "更正")
    return [units, "all" if county else "moderation", "both" if draft and not unexplained else "final"]


def does(*arguments: str) -> bool:
    """Say whether the command did it; a refusal is told, and nothing else goes wrong."""
    outcome = stars(*arguments)
    assert outcome.exit_code in {0, 2}
    assert "Usage:" not in outcome.stderr
    return outcome.exit_code == 0


def test_the_twins_show_the_same():
    """Same sections, same blocks in number and kind, the same files letter for letter, the same commands."""
    en, zh = (blocks(readme) for readme in ("en", "zh"))
    twins = {info: re.sub(r"(?<=^text )(demo|correction|ready)-en$", r"\1-zh", info) for info in en}
    assert sorted(twins.values()) == sorted(zh)
    assert all(len(texts) == len(zh[twins[info]]) for info, texts in en.items())
    assert [text.count("\n## ") for text in READMES.values()] == [18, 18]
    for guides in (READMES, HOUSES, WORKING):
        assert manuals.shape(guides["en"]) == manuals.shape(guides["zh"])
    for name in FILES:
        assert block("en", name) == block("zh", name)
    kept = [
        sorted({" ".join(line).replace(" --lang en", "") for line in commands(readme)})
        for readme in ("en", "zh")
    ]
    assert kept[0] == kept[1]


def test_the_glossaries_hold_the_same_words():
    """A word and its Chinese are the same pair in both, and none lacks a meaning."""
    en = rows("en", "word", "is", "Chinese")
    zh = rows("zh", "词", "英文", "意思")
    assert [(word, chinese) for word, _, chinese in en] == [(word, chinese) for chinese, word, _ in zh]
    assert all(all(row) for row in (*en, *zh))
    assert len({word for word, _, _ in en}) == len(en) > 40


@both
def test_every_command_line_parses(readme):
    """A command that is shown can be typed: its subcommand, options and make target are there."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for program, *arguments in commands(readme):
        assert program in OF_THE_SHELL
        if program == "make":
            assert set(arguments) <= targets
        elif program == "stars":
            parse(arguments)
    shown = {tuple(line[:2]) for line in commands(readme)}
    assert {("make", target) for target in ("demo", "test", "lint", "bench")} <= shown
    asked = {parse(line[1:]) for line in commands(readme) if line[0] == "stars"}
    assert asked >= {name for name, _ in leaves()} - {"database", "demo", "period list"}


@both
def test_every_option_is_named_and_every_named_option_is_one(readme):
    """The table of options is whole, and holds no option of last year's."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", READMES[readme]))
    options = {
        option
        for _, command in leaves()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert named == options
    assert [name for name, _ in leaves() if f"`{name}`" not in READMES[readme]] == []


@both
def test_every_setting_is_named_and_every_named_setting_is_one(readme):
    """Those of the service, and those that only tests know."""
    sources = [
        *(ROOT / "web").rglob("*.py"),
        *(ROOT / "scoring").rglob("*.py"),
        ROOT / "tests" / "databases.py",
        ROOT / "tests" / "browser" / "program.py",
    ]
    known = {own for path in sources for own in re.findall(r"\bSTARS_[A-Z_]+\b", path.read_text("utf-8"))}
    known |= {WHOLE}
    assert set(re.findall(r"\bSTARS_[A-Z_]+\b", READMES[readme])) == known
    head = {"en": ("setting", "holds", "otherwise"), "zh": ("设置", "填什么", "不设时")}[readme]
    assert {row[0].strip("`") for row in rows(readme, *head)} == known - {"STARS_REQUIRE_PG", REQUIRED, WHOLE}


@both
def test_every_column_is_named(readme):
    """Each column of the files, and each of its Chinese names, stands in the table of columns."""
    head = {
        "en": ("file", "column", "also called", "holds"),
        "zh": ("文件", "列", "也可以叫", "填什么"),
    }[readme]
    told = rows(readme, *head)
    names = re.findall(r"`(\w+)`", " ".join(row[1] for row in told))
    aliases = set(re.split(r"[、；; ]+", " ".join(row[2] for row in told)))
    columns = (*UNITS.columns, *LONG.columns)
    assert set(names) == {column.name for column in columns} >= {column.name for column in WIDE.columns}
    assert aliases == {alias for column in columns for alias in column.aliases}
    domains = next(row[3] for row in told if "`domain`" in row[1])
    assert all(f"`{name}`" in domains and title.zh in domains for name, title in DOMAINS.items())


def drawn(readme: str) -> list[str]:
    """The paths on the map of the house in order, folders with a stroke at the end."""
    found: list[str] = []
    within: list[tuple[int, str]] = []
    for line in manuals.block(HOUSES[readme], "house").splitlines():
        indent = len(line) - len(line.lstrip())
        names = re.split(r" {2,}", line.strip())[0].split()
        while within and within[-1][0] >= indent:
            within.pop()
        folder = within[-1][1] if within else ""
        found += [folder + name for name in names]
        if len(names) == 1 and names[0].endswith("/"):
            within.append((indent, folder + names[0]))
    return found


@both
def test_the_map_of_the_house_is_whole(readme):
    """Every room on the map is there, and every module of the domain, its workflows, the store and the ways in is on it."""
    found = drawn(readme)
    assert len(found) == len(set(found))
    assert [path for path in found if not (ROOT / path).exists()] == []
    assert [path for path in found if (ROOT / path).is_dir() != path.endswith("/")] == []
    rooms = {
        f"{folder}/{path.name}{'/' * path.is_dir()}"
        for folder in MODULES
        for path in (ROOT / folder).iterdir()
        if not path.name.startswith("__")
    }
    assert sorted(rooms - set(found)) == []
    named = set(re.findall(r"[\w/]+(?:\.py|/)(?![\w*])", manuals.block(HOUSES[readme], "house")))
    folders = [ROOT, *(ROOT / folder for folder in (*MODULES, "scoring/criteria"))]
    assert [path for path in named if not any((folder / path).exists() for folder in folders)] == []


@both
@pytest.mark.parametrize(
    ("contract", "least"),
    [
        ("Imports only go down", 40),
        ("Pages, API and commands stand on the same floor and do not know each other", 25),
    ],
)
def test_the_map_of_the_house_goes_down_as_imports_do(readme, contract, least):
    """Who stands above may import who stands below: read line by line, no module is of a higher layer than the one before."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (layered,) = (own for own in config["tool"]["importlinter"]["contracts"] if own["name"] == contract)
    layers = {
        name.strip("() "): place for place, layer in enumerate(layered["layers"]) for name in layer.split("|")
    }
    paths = (path.removesuffix("/").removesuffix(".py").replace("/", ".") for path in drawn(readme))
    places = [layers[path] for path in paths if path in layers]
    assert len(places) > least
    assert places == sorted(places)


@both
def test_the_shipped_sets_are_listed(readme):
    """Each set that comes with the service, and how many criteria it has."""
    listed = rows(readme, *{"en": ("set", "for", "criteria"), "zh": ("标准", "给谁用", "指标")}[readme])
    assert {ref.strip("`"): int(count) for ref, _, count in listed} == {
        ref: len(catalogue.find(ref).criteria) for ref in catalogue.refs()
    }


@both
def test_links_lead_somewhere(readme):
    """To files that are there, and to chapters that have that name."""
    assert READMES[readme].count("](") >= 5
    assert manuals.dead_links(READMES[readme], ROOT) == []
    for guides in (HOUSES, WORKING):
        assert manuals.dead_links(guides[readme], ROOT / "docs") == []


@both
def test_floats_do_lose_the_star(readme):
    """The sum that the decision against floats quotes comes to what it says."""
    (quoted,) = re.findall(r"`(0\.2\*61 [^`]*)`", READMES[readme])
    assert re.search(rf"{re.escape(quoted)}`\D*{eval(quoted)!r}", READMES[readme])
    assert repr(eval(quoted)).startswith("79.99")


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory) -> Path:
    """A folder in which the demo was built, in full size."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("STARS_DATABASE_URL", "sqlite:///nobody.sqlite3")
        outcome = stars("demo", "--no-serve", "--members", "0")
    assert outcome.exit_code == 0, outcome.output
    return folder


@pytest.fixture
def demo(demo_folder, monkeypatch) -> Path:
    monkeypatch.chdir(demo_folder)
    monkeypatch.delenv("STARS_LANG", raising=False)
    monkeypatch.setenv("STARS_DATABASE_URL", "sqlite:///demo/stars.sqlite3")
    return demo_folder


@both
def test_the_demo_shows_what_is_quoted_of_it(demo, readme):
    """Shortened, but real: every line is a line of the demo, in the same order."""
    left = iter(plain(stars("demo", "--no-serve", "--lang", readme).stdout).splitlines())
    quoted = [line for line in block(readme, f"demo-{readme}").splitlines() if line != "…"]
    assert len(quoted) > 25
    assert [line for line in quoted if line not in left] == []


@both
def test_the_demo_county_can_be_looked_into_as_shown(demo, readme):
    """What the correction moved is quoted whole; the other lines do what they say."""
    told = run(readme, "demo")
    assert [(line, outcome.stderr) for line, outcome in told if outcome.exit_code] == []
    (difference,) = (outcome for line, outcome in told if line[1] == "diff")
    assert plain(difference.stdout) == block(readme, f"correction-{readme}")
    (explained,) = (outcome for line, outcome in told if "--explain" in line)
    assert "C0001" in explained.stdout


@both
def test_the_sentence_that_the_pages_are_ready_is_the_one_that_is_told(readme):
    """The address on the first screen is the one where `make demo` serves."""
    assert ready((LOOPBACK, PORT)).in_(Lang(readme)) + "\n" == block(readme, f"ready-{readme}")
    assert f"http://{LOOPBACK}:{PORT}/" in blocks(readme)["sh"][0].splitlines()[0]


FOR_EVERYBODY = {
    *("front", "language", "manual", "criteria", "editions", "edition", "period", "provisional"),
}
ADDRESSES = {"en": ("address", "answers"), "zh": ("地址", "看什么")}
OPERATIONS = {"en": ("address below `/api/v1`", "reads"), "zh": ("`/api/v1` 之下", "读什么")}


@pytest.fixture(scope="module")
def app(demo_folder):
    """The pages and the API of the demo county."""
    store = Store.open(f"sqlite:///{demo_folder}/demo/stars.sqlite3", "stars")
    yield create_app(store, provisional_shown=True)
    store.close()


@pytest.fixture(scope="module")
def asked(app) -> Callable[[str], tuple[int, str]]:
    """What an address is answered with, and what answers it; each is asked once, as both READMEs name the same."""
    client = app.test_client()

    @cache
    def ask(address: str) -> tuple[int, str]:
        with client.get(address) as answer:
            return answer.status_code, endpoint_of(app, answer.request.path)

    return ask


@both
def test_every_address_answers_and_every_page_has_one(app, asked, readme):
    """What the table of addresses shows can be opened, and there is no page that it leaves out."""
    named = [name for row in rows(readme, *ADDRESSES[readme]) for name in re.findall(r"`([^`]+)`", row[0])]
    assert len(named) == len(set(named)) > 20
    met = set()
    for name in named:
        for year in ("/periods/2025", "/editions/3ac1a5f65345", "/provisional/2026"):
            status, endpoint = asked(name.replace("…", year))
            moved = name == "/" or name.startswith("/language/")
            assert status == (302 if moved else 200), name
            met.add(endpoint)
    assert met == {rule.endpoint for rule in reading(app)}


def reading(app) -> list[Rule]:
    """The pages for everybody: those of the county and its editions, and what belongs to them."""
    return [rule for rule in pages(app) if rule.endpoint.partition(".")[0] in FOR_EVERYBODY]


def pages(app) -> list[Rule]:
    """All pages and what their forms send to."""
    rules = (rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/v1/"))
    return [rule for rule in rules if rule.endpoint != "static"]


@both
def test_every_page_of_work_is_in_the_guide(app, readme):
    """Each page that somebody can open has its address there and no other has, and what forms send goes below one of them."""
    head = {"en": ("page", "holds"), "zh": ("页面", "有什么")}[readme]
    told = manuals.rows(WORKING[readme], *head)
    named = [name for row in told for name in re.findall(r"`(/[^`]+)`", row[0])]
    assert len(named) == len(set(named)) > 30
    rest = [rule for rule in pages(app) if rule not in reading(app)]
    assert sorted({plain_rule(rule) for rule in rest if "GET" in rule.methods}) == sorted(named)
    sent = {plain_rule(rule) for rule in rest if "GET" not in rule.methods} - {"/sign-out"}
    assert [
        address for address in sent if not any(f"{address}/".startswith(f"{name}/") for name in named)
    ] == []
    assert "`/sign-out`" in WORKING[readme]


def plain_rule(rule: Rule) -> str:
    """The address of a page, without the kinds of what stands in it."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)


@both
def test_the_keys_of_a_sheet_are_those_of_the_page(readme):
    """What the guide says of the keyboard is what the page itself says."""
    head = {"en": ("key", "does"), "zh": ("键", "做什么")}[readme]
    told = [(key.strip("`"), does) for key, does in manuals.rows(WORKING[readme], *head)]
    assert told[:-1] == [(key, does.in_(Lang(readme))) for key, does in KEYS]


def endpoint_of(app, path: str) -> str:
    return app.url_map.bind("").match(path)[0]


@both
def test_every_operation_of_the_api_is_listed(app, readme):
    """Those that only read editions in the README; all of them in a guide that is made of the description."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    below = {
        plain_rule(rule).removeprefix("/api/v1")
        for rule in rules
        if not rule.endpoint.startswith("work_api.")
    }
    assert {row[0].strip("`") for row in rows(readme, *OPERATIONS[readme])} == below
    description = app.test_client().get("/api/v1/openapi.json").json
    lang = Lang(readme)
    assert (api_guide.DOCS / api_guide.NAMES[lang]).read_text("utf-8") == api_guide.guide(description, lang)


@both
@pytest.mark.parametrize("label", ["county", "malformed"])
def test_an_answer_of_the_api_is_the_one_that_is_quoted(app, readme, label):
    """As a value: the API writes no blanks."""
    asked = [line[1] for line in commands(readme) if line[0] == "curl"]
    address = asked[label == "malformed"].removeprefix(f"http://{LOOPBACK}:{PORT}")
    assert app.test_client().get(address).json == json.loads(block(readme, label))


@both
def test_the_numbers_of_the_server_are_its_own(readme):
    """Processes and threads, as they stand in the table."""
    from web.commands.serve import _ON_POSTGRESQL, _ON_SQLITE

    head = {"en": ("on", "processes", "threads of each"), "zh": ("数据库", "进程", "每个进程的线程")}[readme]
    threads = str(SERVED["threads"])
    assert rows(readme, *head) == [
        ["SQLite", str(_ON_SQLITE), threads],
        ["PostgreSQL", str(_ON_POSTGRESQL), threads],
    ]


def test_pictures_are_shown_and_light():
    """Each picture stands in the README of its language, has words for who cannot see it, and is soon loaded."""
    pictures = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size for path in (ROOT / "docs/images").iterdir()
    }
    shown = {lang: re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", text) for lang, text in READMES.items()}
    assert sorted(path for found in shown.values() for _, path in found) == sorted(pictures)
    assert all(path.endswith(f"-{lang}.png") for lang, found in shown.items() for _, path in found)
    assert max(pictures.values()) < 150_000
    assert sum(pictures.values()) < 75_000 * len(pictures)


@both
def test_the_figures_of_the_decisions_are_those_of_the_demo(demo, readme):
    """How many marks make how many markings, how large a bundle is, how long a writer waits."""
    import sqlite3
    import zlib

    quoted = {
        "en": (
            r"county's ([\d,]+) marks are ([\d,]+) rows",
            r"is (\d+) MB instead of half a megabyte",
            r"(\d+) seconds",
        ),
        "zh": (r"一个县([\d.]+)万个评分只有(\d+)行", r"因此是(\d+) MB，压缩了只有半兆", r"等了(\d+)秒"),
    }[readme]
    (figures,), (size,), (patience,) = (re.findall(pattern, READMES[readme]) for pattern in quoted)
    marks, markings = (float(figure.replace(",", "")) for figure in figures)
    database = sqlite3.connect("file:demo/stars.sqlite3?mode=ro", uri=True)
    try:
        (kept,) = database.execute("SELECT count(*) FROM marking WHERE period = '2025'").fetchone()
    finally:
        database.close()
    bundle = Path("demo/edition.zip").read_bytes()
    verified = stars("verify", "demo/edition.zip", "--lang", "en").stdout
    (told,) = re.findall(r"from ([\d,]+) marks", verified)
    assert marks * (10_000 if readme == "zh" else 1) == round(int(told.replace(",", "")), -3)
    assert markings == round(kept, -3)
    assert int(size) == round(len(bundle) / 1e6)
    assert round(len(zlib.compress(bundle)) / 1e6, 1) == 0.5
    assert int(patience) * 1000 == PATIENCE
