"""The README in both languages: what it shows is what the service prints, what it names is there, the twins agree."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scoring.criteria import catalogue
from scoring.spreadsheet.marks import LONG, WIDE
from scoring.spreadsheet.units import UNITS
from scoring.texts import Lang
from scoring.units import DOMAINS
from scoring.workflow.demo import write_county
from scoring.workflow.score_files import Scored, score_files
from web import terminal
from web.cli import main

ROOT = Path(__file__).parents[2]
READMES = {
    "en": (ROOT / "README.md").read_text("utf-8"),
    "zh": (ROOT / "README.zh-CN.md").read_text("utf-8"),
}
FILES = ("village.yaml", "units.csv", "marks.csv", "wide.csv", "wrong.csv")
SHEET = ("score", "village.yaml", "--units", "units.csv")
OF_THE_SHELL = {".", "make", "stars"}

both = pytest.mark.parametrize("readme", READMES)
in_both_languages = pytest.mark.parametrize("lang", ["zh", "en"])


def blocks(readme: str) -> dict[str, list[str]]:
    """The fenced blocks of a README by what stands behind the fence."""
    found: dict[str, list[str]] = {}
    for info, text in re.findall(r"^```(\S.*)\n((?:.*\n)*?)```$", READMES[readme], re.MULTILINE):
        found.setdefault(info, []).append(text)
    return found


def block(readme: str, label: str) -> str:
    """The one block whose fence ends in *label*."""
    (texts,) = (texts for info, texts in blocks(readme).items() if info.split()[-1] == label)
    (text,) = texts
    return text


def plain(printed: str) -> str:
    """What was printed, without blanks at the ends of lines and empty lines around it."""
    return "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"


def rows(readme: str, *head: str) -> list[list[str]]:
    """The rows of the one table with that head."""
    lines = READMES[readme].splitlines()
    starts = [number for number, line in enumerate(lines) if cells(line) == list(head)]
    assert len(starts) == 1, head
    found = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        found.append(cells(line))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []


def by_hand(readme: str) -> list[list[str]]:
    return rows(readme, *{"en": ("", "what", "how", "comes to"), "zh": ("", "项目", "怎么算", "得")}[readme])


def stars(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def commands(readme: str) -> list[list[str]]:
    """The command lines of the README's shell blocks, without what is set before them."""
    lines = [shlex.split(line, comments=True) for text in blocks(readme)["sh"] for line in text.splitlines()]
    return [[word for word in line if not re.match(r"[A-Z_]+=", word)] for line in lines]


@pytest.fixture
def office(readme: str, tmp_path: Path, monkeypatch) -> Path:
    """A folder with the files of that README's worked example, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARS_LANG", raising=False)
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
    checked = 0
    for _, _, how, result in by_hand(readme):
        sums = [sides for run in re.findall(r"[-0-9.()%+−×÷= ]+", how) if (sides := values(run))]
        assert all(len(set(sides)) == 1 for sides in sums), how
        if sums:
            assert sums[-1][0] == values(result.strip("*").partition(" / ")[0], alone=True)[0], how
            checked += 1
    assert checked == 7


def values(run: str, *, alone: bool = False) -> list[Fraction]:
    """What each side of a chain of equal sums comes to; none where nothing is reckoned in it."""
    if not alone and not re.search(r"[+−×÷]", run):
        return []
    found = []
    for side in run.strip(" .").split("="):
        sum_ = re.sub(r"([0-9.]+)(%?)", lambda number: f"F('{number[1]}'){'/100' * bool(number[2])}", side)
        sum_ = sum_.replace("×", "*").replace("÷", "/").replace("−", "-")
        found.append(eval(sum_.strip(), {"F": Fraction}))
    return found


def test_the_twins_show_the_same():
    """Same sections, same blocks in number and kind, the same files letter for letter, the same commands."""
    en, zh = (blocks(readme) for readme in ("en", "zh"))
    assert {info.replace("demo-en", "demo-zh") for info in en} == set(zh)
    assert [text.count("\n## ") for text in READMES.values()] == [8, 8]
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
    assert len({word for word, _, _ in en}) == len(en) > 25


@both
def test_every_command_line_parses(readme):
    """A command that is shown can be typed: its subcommand, options and make target are there."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for program, *arguments in commands(readme):
        assert program in OF_THE_SHELL
        if program == "make":
            assert set(arguments) <= targets
        elif program == "stars":
            name, *rest = arguments
            main.commands[name].make_context(name, rest)
    shown = {tuple(line[:2]) for line in commands(readme)}
    assert {("make", target) for target in ("demo", "test", "lint", "bench")} <= shown


@both
def test_every_option_is_named_and_every_named_option_is_one(readme):
    """The table of options is whole, and holds no option of last year's."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", READMES[readme]))
    options = {
        option
        for command in main.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert named == options
    assert all(f"`{name}`" in READMES[readme] for name in main.commands)


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


@both
def test_the_map_of_the_house_is_whole(readme):
    """Every room on the map is there, and every module of the domain and of the ways in is on it."""
    drawn = set(re.findall(r"[\w/]+(?:\.py|/)(?![\w*])", block(readme, "house")))
    folders = [ROOT, ROOT / "scoring", ROOT / "scoring" / "criteria", ROOT / "web"]
    assert [path for path in drawn if not any((folder / path).exists() for folder in folders)] == []
    rooms = {
        f"{path.name}{'/' * path.is_dir()}"
        for folder in ("scoring", "web")
        for path in (ROOT / folder).iterdir()
        if not path.name.startswith("__")
    }
    assert rooms <= drawn


@both
def test_the_shipped_sets_are_listed(readme):
    """Each set that comes with the service, and how many criteria it has."""
    listed = rows(readme, *{"en": ("set", "for", "criteria"), "zh": ("标准", "给谁用", "指标")}[readme])
    assert {ref.strip("`"): int(count) for ref, _, count in listed} == {
        ref: len(catalogue.find(ref).criteria) for ref in catalogue.refs()
    }


@both
def test_links_lead_somewhere(readme):
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", READMES[readme]) if "://" not in link]
    assert len(links) >= 2
    assert [link for link in links if not (ROOT / link).exists()] == []


@both
def test_floats_do_lose_the_star(readme):
    """The sum that the decision against floats quotes comes to what it says."""
    (quoted,) = re.findall(r"`(0\.2\*61 [^`]*)`", READMES[readme])
    assert re.search(rf"{re.escape(quoted)}`\D*{eval(quoted)!r}", READMES[readme])
    assert repr(eval(quoted)).startswith("79.99")


@pytest.fixture(scope="module")
def demo_county(tmp_path_factory) -> Scored:
    """The demo county in full size, scored from its files."""
    county = write_county(tmp_path_factory.mktemp("demo"))
    sets = [ref for ref in catalogue.refs() if catalogue.find(ref).domains]
    return score_files(sets, county.units, [county.marks])


@both
def test_the_demo_shows_what_is_quoted_of_it(demo_county, readme):
    """Shortened, but real: every line is a line of the demo, in the same order."""
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        terminal.show_county(demo_county.standings, Lang(readme))
        terminal.show_warnings(demo_county.warnings, Lang(readme))
    left = iter(plain(printed.getvalue()).splitlines())
    quoted = [line for line in block(readme, f"demo-{readme}").splitlines() if line != "…"]
    assert len(quoted) > 15
    assert [line for line in quoted if line not in left] == []
