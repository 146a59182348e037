"""The guide for offices that write their own sets: its examples load, and what it quotes is what the service says."""

import re
from fractions import Fraction
from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

from scoring.criteria import catalogue, loader, points_schema, schema
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import PointsRules
from scoring.errors import CriteriaInvalid
from tests.cohorts import Cohort
from tests.oracle import NA
from tests.pipeline import comparable, standings_of
from web.cli import main

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {
    "zh": (DOCS / "criteria.zh-CN.md").read_text("utf-8"),
    "en": (DOCS / "criteria.md").read_text("utf-8"),
}
HEAD = 'id: example\nversion: "1"\ntitle: {zh: 例}\n'
ONE = "criteria:\n  - {id: one, kind: judged, full_marks: 5}\n"
POINTS = "kind: points\n" + HEAD
BASELINE = "baseline: {points: 60}\n"
ITEM_OF_POINTS = "items:\n  - {id: one, kind: earning, points: 1}\n"


def examples(lang: str) -> list[tuple[str, str]]:
    """The YAML of a guide in order: what sort each is ('' for a whole set) and its text."""
    return re.findall(r"^```yaml ?(\w*)\n(.*?)^```$", GUIDES[lang], re.MULTILINE | re.DOTALL)


def wrapped(sort: str, text: str) -> str:
    """A whole set of what an example shows a part of."""
    return {
        "": lambda: text,
        "top": lambda: HEAD + text + ONE,
        "criterion": lambda: HEAD + "criteria:\n" + indent(text, "  "),
        "part": lambda: HEAD + "parts:\n" + indent(text, "  "),
        "adjustment": lambda: HEAD + ONE + "adjustments:\n" + indent(text, "  "),
        "points": lambda: POINTS + ("" if "baseline:" in text else BASELINE) + text + ITEM_OF_POINTS,
        "item": lambda: POINTS + BASELINE + "items:\n" + indent(text, "  "),
    }[sort]()


def loaded(text: str, folder: Path) -> CriteriaSet | PointsRules:
    (folder / "example.yaml").write_text(text, "utf-8")
    return catalogue.read_either(folder / "example.yaml")


def whole(lang: str, set_id: str) -> str:
    """The whole set of that id, as the guide writes it."""
    return next(text for sort, text in examples(lang) if not sort and f"\nid: {set_id}\n" in f"\n{text}")


@pytest.mark.parametrize("lang", GUIDES)
def test_every_example_loads_as_it_stands(lang: str, tmp_path: Path) -> None:
    """Who copies an example must not meet a fault of ours."""
    assert len(examples(lang)) >= 12
    for sort, text in examples(lang):
        loaded(wrapped(sort, text), tmp_path)


@pytest.mark.parametrize("lang", GUIDES)
def test_every_block_says_what_it_is(lang: str) -> None:
    """A block the other tests pass over would be tested by nobody."""
    fences = re.findall(r"^```(\S.*)$", GUIDES[lang], re.MULTILINE)
    assert {fence.partition(" ")[0] for fence in fences} == {"yaml", "text"}
    assert sum(fence.startswith("yaml") for fence in fences) == len(examples(lang))


def test_both_guides_show_the_same_examples_in_the_same_order(tmp_path: Path) -> None:
    """Two guides that differ would make two county offices that differ."""
    digests = {
        lang: [(sort, loader.digest(loaded(wrapped(sort, text), tmp_path))) for sort, text in examples(lang)]
        for lang in GUIDES
    }
    assert digests["zh"] == digests["en"]


def test_both_guides_have_the_same_chapters_and_tables() -> None:
    """A chapter, or a row of a table, that only one guide has is a rule only half of the readers know."""
    shapes = {}
    for lang, text in GUIDES.items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        shapes[lang] = [
            re.match(r"#+|\||", line).group() for line in prose.splitlines() if line[:1] in ("#", "|")
        ]
    assert shapes["zh"] == shapes["en"]


def fields() -> set[str]:
    """The fields of every mapping a criteria file may hold, and those an extending set may have besides."""
    shapes, found = list(schema.Shape.__subclasses__()), {"extends", "override", "add"}
    while shapes:
        shape = shapes.pop()
        shapes += shape.__subclasses__()
        found |= {field.data_key or name for name, field in shape().fields.items()}
    return found


@pytest.mark.parametrize("lang", GUIDES)
def test_every_field_is_explained(lang: str) -> None:
    """A field of the schema that the guide does not name might as well not exist."""
    assert len(fields()) > 50
    assert [name for name in sorted(fields()) if f"`{name}`" not in GUIDES[lang]] == []


@pytest.mark.parametrize("lang", GUIDES)
def test_every_word_of_a_closed_list_is_named(lang: str) -> None:
    """Who may only choose among words must find them all."""
    closed = {
        str(word)
        for shape in (
            schema.CriterionShape(),
            schema.EvidenceShape(),
            schema.AdjustmentShape(),
            schema.QuotaShape(),
            schema.AgreementShape(),
            schema.ScoreShape(),
            points_schema.AnnualShape(),
            points_schema.ItemShape(),
            points_schema.CardsShape(),
        )
        for field in shape.fields.values()
        for choice in (field, getattr(field, "of", None))
        if isinstance(choice, schema.Choice)
        for word in choice.words
    }
    assert len(closed) > 20
    assert [word for word in sorted(closed) if f"`{word}`" not in GUIDES[lang]] == []


@pytest.mark.parametrize("lang", GUIDES)
def test_the_whole_examples_show_every_kind_and_the_last_one_has_no_weakness(
    lang: str, tmp_path: Path
) -> None:
    """The last example is the one that will be copied."""
    kinds = {
        criterion.kind
        for sort, text in examples(lang)
        if isinstance(read := loaded(wrapped(sort, text), tmp_path), CriteriaSet)
        for criterion in read.criteria
    }
    assert {str(kind) for kind in kinds} == {"judged", "levels", "measured", "ballot", "derived"}
    (tmp_path / "last.yaml").write_text(examples(lang)[-1][1], "utf-8")
    outcome = CliRunner().invoke(main, ["check-criteria", str(tmp_path / "last.yaml"), "--lang", lang])
    assert outcome.exit_code == 0
    assert outcome.stderr == ""
    assert ("0 条提醒" if lang == "zh" else "0 notes") in outcome.stdout


@pytest.mark.parametrize("lang", GUIDES)
def test_the_terminal_the_guide_shows_is_the_terminal(lang: str, tmp_path: Path) -> None:
    """The first thing a reader does is to compare."""
    (shown,) = re.findall(r"^```text\n\$ stars (.*?)\n(.*?)^```$", GUIDES[lang], re.MULTILINE | re.DOTALL)
    command, expected = shown
    name = command.split()[1]
    (tmp_path / name).write_text(examples(lang)[0][1], "utf-8")
    arguments = [str(tmp_path / word) if word == name else word for word in command.split()]
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.stderr + outcome.stdout == expected


# Common mistakes

ITEM = "  - id: dues\n    kind: {kind}\n    full_marks: {full}\n{rest}"


def item(kind: str = "judged", full: str = "5", rest: str = "") -> str:
    return HEAD + "criteria:\n" + ITEM.format(kind=kind, full=full, rest=rest)


CUTS = "cut_points: [{stars: 5, at_least: 90}, {stars: 1, at_least: 0}]\n"
RURAL = 'id: our\nversion: "1"\nextends: red-flag-rural@2026.1\n'
MISTAKES = [
    item(full="５"),
    item(full="2.25"),
    item(kind="judge"),
    'id: a\nversion: "1"\ntitle: 按期换届\n' + ONE,
    HEAD + "cut_point: []\n" + ONE,
    item(kind="levels", rest="    levels: [{marks: 6, when: {zh: 好}}]\n"),
    item(kind="measured", rest="    line: {from: 0, to: 9}\n    bands: [{at_least: 1, marks: 1}]\n"),
    item(kind="ballot", rest="    grades: [{id: 差, worth: 0}, {id: 好, worth: 100}]\n"),
    HEAD + ONE + "adjustments: [{id: late, kind: deduction, each: -1}]\n",
    HEAD + ONE + "quotas: [{stars: 5, share: 30, within: county}]\n",
    HEAD + ONE + "cut_points: [{stars: 5, at_least: 120}]\n",
    HEAD + ONE + CUTS + "quotas: [{stars: 4, share: 30%, within: county}]\n",
    item() + ITEM.format(kind="judged", full="5", rest=""),
    HEAD + ONE + "basis: 甲\nbasis: 乙\n",
    HEAD + ONE + "basis: 条例: 第三条\n",
    HEAD + "criteria:\n\t- {id: one, kind: judged, full_marks: 5}\n",
    HEAD + ONE + "basis: 条例\n",
    'id: our\nversion: "1"\nextends: red-flag-village@2026.1\n',
    RURAL + "override: {income: {full_marks: 4}}\n",
    HEAD + ONE + "parts: [{id: appraisal, criteria: []}]\n",
]
"""What the rows of the table of mistakes describe, in their order."""


@pytest.mark.parametrize("lang", GUIDES)
def test_a_mistake_of_the_table_is_told_in_the_words_of_the_table(lang: str, tmp_path: Path) -> None:
    """Who searches the guide for the sentence on the screen must find it."""
    chapter = re.split(r"^## ", GUIDES[lang], flags=re.MULTILINE)[-2]
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in chapter.splitlines() if row[:1] == "|"
    ]
    assert len(rows) == len(MISTAKES) + 2
    for (wrote, said, _), text in zip(rows[2:], MISTAKES, strict=True):
        encoding = "gbk" if "GBK" in wrote else "utf-8"
        (tmp_path / "wrong.yaml").write_bytes(text.encode(encoding))
        with pytest.raises(CriteriaInvalid) as caught:
            catalogue.read(tmp_path / "wrong.yaml")
        assert said in [getattr(fault.sentence, lang) for fault in caught.value.faults]


# The score worked out by hand

MARKED = [
    ("term_on_time", "superior", "甲", "4"),
    ("term_on_time", "superior", "乙", "5"),
    ("turnout", "superior", "甲", "90"),
    ("dues_late", "superior", "甲", "1"),
    ("vote", "superior", "甲", "优秀=10;合格=15;基本合格=5"),
    ("honour", "superior", "甲", "1"),
]


def rated(criteria: CriteriaSet, marks: list[tuple[str, str, str, str]]) -> tuple[str | None, int | None]:
    """The score and stars of one branch with *marks*."""
    unit = {
        "unit": "u",
        "name": "某支部",
        "domain": "农村",
        "township": "西山镇",
        "department": "",
        "gates": "",
    }
    rows = [
        dict(zip(("criterion", "stage", "evaluator", "mark"), mark, strict=True), unit="u") for mark in marks
    ]
    (row,) = comparable(standings_of(Cohort(sets=[loader.document(criteria)], units=[unit], marks=rows)))[
        "units"
    ]
    return row["score"], row["stars"]


@pytest.mark.parametrize("lang", GUIDES)
def test_the_score_worked_out_by_hand_is_the_score(lang: str, tmp_path: Path) -> None:
    """80.44 and four stars; 85.11 where attendance does not apply; not rated where it is missing."""
    criteria = loaded(whole(lang, "worked-example"), tmp_path)
    by_hand = 70 * Fraction(7, 9) + 30 * Fraction(5, 6) + 1
    assert round(by_hand, 2) == Fraction("80.44")
    assert rated(criteria, MARKED) == ("80.44", 4)
    without = [(*mark[:3], NA) if mark[0] == "turnout" else mark for mark in MARKED]
    assert rated(criteria, without) == ("85.11", 4)
    assert rated(criteria, [mark for mark in MARKED if mark[0] != "turnout"]) == (None, None)
    assert "**80.44**" in GUIDES[lang]
    assert "**85.11**" in GUIDES[lang]
