"""An edition is the same bytes and the same id whatever order its inputs came in, and any change is another id."""

from __future__ import annotations

import os
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from scoring.bundle import pack, unpack
from scoring.canonical import canonical, sha256
from scoring.edition import (
    Excuse,
    NotPublishable,
    State,
    Statement,
    hindrances,
    inputs_of,
    members,
    publish,
    statement_of,
)
from scoring.inputs import in_order
from scoring.records import RecordWrong
from scoring.statement import person
from scoring.texts import Lang
from scoring.verification import verify
from tests.cohorts import cohort
from tests.edition.county import (
    edition_of_cohort,
    inputs_of_cohort,
    small_county,
    standings_of,
    statement,
)
from tests.sizes import EDITIONS

GOLDEN = Path(__file__).parent / "golden"
"""Every member of the small county's edition. `STARS_WRITE_GOLDEN=1` writes it anew, which a review must explain."""

GOLDEN_ID = "320ebb4546499d977f0795af00023721a764c25971f4b0a69d9d3e78f0c11377"


def test_the_golden_edition_is_the_same_to_the_byte():
    """A published number, or a byte of how it is written, that moves is a change of the rules: it must be seen."""
    edition = small_county().edition()
    found = members(edition)
    if os.environ.get("STARS_WRITE_GOLDEN"):
        for name, content in found.items():
            path = GOLDEN / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    kept = {path.relative_to(GOLDEN).as_posix(): path for path in GOLDEN.rglob("*") if path.is_file()}
    assert kept.keys() == found.keys()
    for name, path in kept.items():
        assert found[name].splitlines() == path.read_bytes().splitlines(), name
        assert found[name] == path.read_bytes(), name
    assert edition.id == GOLDEN_ID


def test_the_manifest_names_the_hash_of_every_member():
    """The id stands for everything only if the manifest does."""
    edition = small_county().edition()
    manifest, *others = members(edition).items()
    said = orjson.loads(manifest[1])
    assert manifest[0] == "manifest.json"
    assert said["members"] == {name: sha256(content) for name, content in others}
    assert [name for name, _ in others] == sorted(said["members"])
    assert edition.id == sha256(edition.manifest)
    inputs = {name: digest for name, digest in said["members"].items() if name not in _RESULTS}
    assert said["inputs"] == sha256(canonical(inputs))
    assert said["criteria"] == [
        {"ref": ref, "digest": said["members"][f"criteria/{ref}.json"]}
        for ref in ("office@2026.1", "village@2026.1")
    ]


_RESULTS = ("rows.jsonl", "standings.json")


def test_every_line_ends_with_one_line_feed_and_stands_in_order_of_code():
    """Lines can be compared, cut and joined by any tool."""
    edition = small_county().edition()
    for name in ("units.jsonl", "marks.jsonl", "rows.jsonl"):
        lines = members(edition)[name].split(b"\n")
        assert lines.pop() == b""
        codes = [orjson.loads(line)["unit"] for line in lines]
        assert codes == sorted(small_county().units)


def test_order_of_units_marks_and_sets_changes_nothing():
    """The same facts told in another order are the same edition, byte for byte."""
    edition, bundle = small_county().edition(), pack(small_county().edition())
    for seed in range(30):
        again = small_county().edition(random.Random(seed))
        assert again.id == edition.id
        assert pack(again) == bundle


def test_marks_written_in_another_way_are_the_same_edition():
    """`5.0`, `5` and a ballot with its grades in another order say the same."""
    county = small_county()
    written = county.marked("V01", "ballot", "poor=0; qualified=5;excellent=30").marked(
        "V01", "income", "30.00"
    )
    assert written.edition() == county.edition()


@pytest.mark.parametrize(
    "said",
    [
        {"county": "另一县"},
        {"period": "2027"},
        {"prepared_by": "孙洁"},
        {"confirmed_by": "孙洁"},
        {"reason": "更正"},
        {"supersedes": "0" * 64},
        {"authenticated": True},
    ],
    ids=str,
)
def test_what_people_say_is_part_of_the_id(said):
    """Two people sign an edition; another name, reason or period is another edition."""
    assert small_county().edition(**said).id != GOLDEN_ID
    assert small_county().edition(**said).rows == small_county().edition().rows


def test_inputs_are_read_back_as_they_were():
    """An edition can be scored again from its own lines."""
    for seed in range(15):
        own = cohort(seed)
        inputs, edition = inputs_of_cohort(own, random.Random(seed)), edition_of_cohort(own)
        again = inputs_of(edition)
        assert [replace(unit, gates=tuple(sorted(unit.gates))) for unit in inputs.units] == list(again.units)
        assert in_order(inputs.markings) == again.markings
        assert [own.ref for own in inputs.sets] == [own.ref for own in again.sets]
        assert publish(standings_of(again), again, edition.statement) == edition


def test_a_statement_is_read_back_as_it_was():
    """Who signed, what was superseded and why, and who was excused stand in the manifest."""
    edition = small_county().edition(reason="更正 V03 的评分", supersedes="ab" * 32, authenticated=True)
    assert statement_of(edition.manifest) == edition.statement
    assert edition.statement.excused[0].unit == "V08"


def test_an_empty_marking_is_no_mark():
    """Marks withdrawn to the last leave no trace in what is published."""
    inputs = small_county().inputs()
    empty = replace(inputs.markings[0], evaluator="某人", marks={})
    more = replace(inputs, markings=(*inputs.markings, empty))
    assert publish(standings_of(more), more, statement(excused=small_county().excuses)).id == GOLDEN_ID


def _cohorts(seeds: range) -> tuple[int, int]:
    """Publish, pack and verify the cohorts of *seeds*; return how many there were, and how many units."""
    units = 0
    for seed in seeds:
        own = cohort(seed)
        edition = edition_of_cohort(own)
        again = edition_of_cohort(own, random.Random(seed))
        content = pack(edition)
        assert again == edition
        assert unpack(content) == members(edition)
        verified = verify(content, edition.id)
        assert verified.edition == edition
        assert verified.units == len(own.units)
        assert verified.marks == len(own.marks)
        units += verified.units
    return len(seeds), units


def test_random_cohorts_are_published_packed_and_verified():
    """Whatever can be scored can be published, taken away as a file, and proved from that file alone."""
    chunks = [range(start, min(start + 25, EDITIONS)) for start in range(0, EDITIONS, 25)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(_cohorts, chunks))
    assert sum(seeds for seeds, _ in found) == EDITIONS
    assert sum(units for _, units in found) > 20 * EDITIONS


# What stands in the way


def _told(county, excused=()) -> list[tuple[str, str]]:
    faults = hindrances(standings_of(county.inputs()), excused)
    return [(fault.in_(Lang.ZH), fault.in_(Lang.EN)) for fault in faults]


def test_a_unit_not_rated_stands_in_the_way_and_says_why():
    """A clerk must know whom to ask for what."""
    county = small_county()
    assert _told(county) == [
        (
            "V08 双井村党支部：未评定：党员评议 尚无评分",
            "V08 双井村党支部: is not rated: no mark yet on Members' ballot",
        )
    ]
    mixed = county.marked("V08", "income", "n/a", evaluator="赵敏").marked(
        "V08", "dues_late", "1", stage="superior", evaluator="甲"
    )
    both = mixed.marked("V08", "dues_late", "2", stage="superior", evaluator="乙")
    assert _told(both)[0][0] == (
        "V08 双井村党支部：未评定：党员评议 尚无评分；集体收入、未按月收缴党费 有争议，待复议"
    )


def test_many_missing_marks_are_not_all_named():
    """A sentence with thirty titles says nothing."""
    county = small_county().without("V08")
    empty = replace(county, marks={key: mark for key, mark in county.marks.items() if key[0] != "V01"})
    nothing = replace(
        empty,
        sets=(
            empty.sets[0].replace(
                "  - id: appraisal\n",
                "  - id: more\n    criteria:\n"
                + "".join(f"      - {{id: more{n}, kind: judged, full_marks: 1}}\n" for n in range(4))
                + "  - id: appraisal\n",
            ),
            empty.sets[1],
        ),
    )
    zh, en = _told(nothing)[0]
    assert zh.endswith("等 8 项 尚无评分")
    assert en.endswith("and 3 more")


def test_nothing_applicable_is_no_score():
    """Where every criterion is n/a there is nothing to rate, which needs an excuse like any other."""
    county = small_county().without("V08")
    for criterion in ("meetings", "term", "service"):
        for stage, evaluator in (("superior", "李强"), ("county", "王芳"), ("county", "赵敏")):
            if ("W01", criterion, stage, evaluator) in county.marks:
                county = county.marked("W01", criterion, "n/a", stage=stage, evaluator=evaluator)
    assert [zh for zh, _ in _told(county)] == ["W01 财政局机关党支部：未评定：没有一项指标适用"]


def test_an_excuse_must_be_for_a_unit_that_is_there_and_not_rated():
    """An excuse for a rated unit, or a code mistyped, would hide something."""
    excused = (
        Excuse(unit="V01", reason="误"),
        Excuse(unit="V08", reason="撤并"),
        Excuse(unit="V8", reason="撤并"),
    )
    assert [zh for zh, _ in _told(small_county(), excused)] == [
        "V01 青石村党支部：已评定，不需要免评",
        "V8：没有这个单位，无从免评",
    ]


def test_evaluators_too_far_apart_stand_in_the_way():
    """Disagreement beyond the limit is settled by moderation before anything is posted."""
    county = small_county().marked("V01", "meetings", "5", evaluator="赵敏")
    excused = county.excuses
    assert _told(county, excused) == [
        (
            "V01 青石村党支部：三会一课：评分 5、20 相差超过满分的 50%，须先复议",
            (
                "V01 青石村党支部: Meetings: the marks 5, 20 lie further apart than 50% of full marks; "
                "moderation must settle it first"
            ),
        )
    ]
    with pytest.raises(NotPublishable, match="moderation must settle"):
        county.edition()
    assert not _told(county.marked("V01", "meetings", "17", stage="moderation"), excused)
    unrated = small_county().marked("V08", "meetings", "1", evaluator="赵敏")
    assert not _told(unrated, excused)


@pytest.mark.parametrize(
    "said",
    [
        {"confirmed_by": "周宁"},
        {"confirmed_by": "周 宁"},
        {"prepared_by": "Wu Gang", "confirmed_by": "ＷＵ　gang"},
        {"prepared_by": ""},
        {"county": " "},
        {"period": ""},
        {"reason": "\x07"},
        {"excused": (Excuse(unit="V01", reason=" "),)},
        {"excused": (Excuse(unit="V02", reason="x"), Excuse(unit="V01", reason="x"))},
        {"excused": (Excuse(unit="V01", reason="x"), Excuse(unit="V01", reason="y"))},
    ],
    ids=str,
)
def test_a_wrong_statement_cannot_be_made(said):
    """Two people sign, by names that can be read, and each unit is excused once."""
    with pytest.raises(ValueError, match=r"edition|excused|reason"):
        statement(**said)


def test_a_manifest_of_another_format_is_told_apart_from_a_broken_one():
    """A bundle of a later version is not a forgery; the sentence says what to do."""
    manifest = small_county().edition().manifest
    with pytest.raises(RecordWrong, match="verify with a newer one"):
        statement_of(manifest.replace(b'"format":1', b'"format":2'))
    with pytest.raises(RecordWrong, match="not the manifest"):
        statement_of(b'{"a":1}')
    assert isinstance(statement_of(manifest), Statement)


def test_a_set_that_does_not_take_a_unit_cannot_be_published():
    """What could never be verified is not published: it is a fault of the program, not of a person."""
    inputs = small_county().inputs()
    swapped = replace(inputs, sets=(*inputs.sets[:-1], inputs.sets[0]))
    with pytest.raises(RecordWrong, match="does not take the domain"):
        publish(standings_of(inputs), swapped, statement(excused=small_county().excuses))


@pytest.mark.parametrize(
    "spoilt", ["青石县\nId 0", "青石县\r", "青石县\u202e", "青石县\u2028", "青石县\u200b"]
)
@pytest.mark.parametrize("field", ["county", "period", "prepared_by", "confirmed_by"])
def test_no_word_of_a_statement_breaks_its_line(field, spoilt):
    """What verifying prints is printed line by line: a line more could say another id."""
    said = {"county": "青石县", "period": "2026", "prepared_by": "张三", "confirmed_by": "李四"}
    sound = {"state": State.FINAL, "supersedes": None, "reason": None, "authenticated": False}
    Statement(**said, **sound)
    with pytest.raises(ValueError, match="edition"):
        Statement(**(said | {field: spoilt}), **sound)


def test_a_name_of_which_nothing_shows_is_nobodys():
    """Nor is one person two by what cannot be seen between the letters."""
    assert person("何静") == person("何 静") == person("何\ufe00静") == person("何\u200b静")
    assert person("\u200b") == person("\ufe00") == ""
