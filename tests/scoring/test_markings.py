"""Markings: what was entered mark by mark comes out by unit, stage and evaluator, and goes in again whole."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from scoring.canonical import canonical
from scoring.inputs import Inputs
from scoring.marks import KeptMarks, MarkBook, Marking, MarkRefused, cut
from scoring.spreadsheet.units import criteria_for
from scoring.transcript import marks_lines
from scoring.units import Unit
from scoring.workflow.standings_now import standings_of as standings_from
from tests.cohorts import as_yaml, cohort
from tests.pipeline import comparable, loaded, standings_of

SET = """
id: small
version: "1"
title: {zh: 小}
stages: [self, county]
criteria:
  - {id: term, kind: judged, title: {zh: 换届}, full_marks: 5, step: 0.5}
  - {id: income, title: {zh: 收入}, kind: measured, full_marks: 4, line: {from: 0, to: 10}}
  - id: ballot
    title: {zh: 测评}
    kind: ballot
    full_marks: 3
    grades: [{id: good, worth: 100}, {id: poor, worth: 0}]
adjustments:
  - {id: late, kind: deduction, each: 1, title: {zh: 迟交}}
"""


def unit(code: str) -> Unit:
    return Unit(code=code, name=code, domain="rural", township="镇")


def book(*codes: str) -> MarkBook:
    own = loaded(SET)
    return MarkBook([unit(code) for code in codes], [own] * len(codes))


def marking(unit: str = "A", stage: str = "county", evaluator: str = "王伟", **marks: str) -> Marking:
    return Marking(unit=unit, stage=stage, evaluator=evaluator, marks=marks)


def kept(marks: Mapping[str, str]) -> KeptMarks:
    return KeptMarks(canonical(dict(marks)).decode())


def inputs_of(seed: int, rng: random.Random | None) -> Inputs:
    own = cohort(seed)
    sets = [loaded(as_yaml(document)) for document in own.sets]
    units = sorted(
        (
            Unit(
                code=row["unit"],
                name=row["name"] or row["unit"],
                domain=row["domain"],
                township=row["township"] or None,
                department=row["department"] or None,
                gates=tuple(filter(None, row["gates"].split(";"))),
            )
            for row in own.units
        ),
        key=lambda unit: unit.code,
    )
    by_unit = tuple(criteria_for(unit.domain, sets) for unit in units)
    entered, marks = MarkBook(units, by_unit), list(own.marks)
    if rng:
        rng.shuffle(marks)
    for mark in marks:
        entered.enter(mark["unit"], mark["criterion"], mark["stage"], mark["evaluator"], mark["mark"])
    return Inputs(units=tuple(units), sets=by_unit, markings=tuple(entered.markings()))


def test_marks_come_out_in_their_one_form():
    """5, 5.0 and 5.00 are one mark; so are two spellings of a ballot and of a count."""
    entered = book("A")
    for criterion, mark in (("term", "4.50"), ("income", "0030.10"), ("ballot", "poor=2"), ("late", "2.0")):
        entered.enter("A", criterion, "county", "王伟", mark)
    entered.enter("A", "term", "self", "李静", "不适用")
    assert list(entered.markings()) == [
        marking(term="4.5", income="30.1", ballot="good=0;poor=2", late="2"),
        marking(stage="self", evaluator="李静", term="n/a"),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_taken_whole_they_score_as_entered_one_by_one(seed):
    """A cohort's markings, entered in any order, are the same, and come to the same stars."""
    inputs = inputs_of(seed, None)
    assert inputs_of(seed, random.Random(seed)).markings == inputs.markings
    again = MarkBook(inputs.units, inputs.sets)
    again.take(inputs.markings)
    assert tuple(again.markings()) == inputs.markings
    assert comparable(standings_from(inputs)) == comparable(standings_of(cohort(seed)))


@pytest.mark.parametrize("seed", range(60))
def test_as_kept_they_are_published_and_scored_as_parsed(seed):
    """What is cut and put together as text has the same bytes and the same stars as what is parsed and written."""
    inputs = inputs_of(seed, None)
    markings = (replace(own, marks=kept(own.marks)) for own in inputs.markings)
    unparsed = replace(inputs, markings=tuple(markings))
    assert marks_lines(unparsed) == marks_lines(inputs)
    assert unparsed.markings == inputs.markings
    assert comparable(standings_from(unparsed)) == comparable(standings_from(inputs))


@pytest.mark.parametrize(
    "mark", ["5", "", 'a",', '","', '","b":"', "\\", '\\","', "{", "}", "良好=1", "\x01", "\u2028"]
)
def test_kept_marks_are_cut_apart_where_marks_end_and_nowhere_else(mark):
    """Whatever a mark holds: a book told of it as kept reads what it reads told of it as parsed."""
    marks = {"a": mark, "b": mark, "ba": "1", "é": mark}
    entries = kept(marks).entries()
    assert [entry if isinstance(entry, tuple) else cut(entry) for entry in entries] == list(marks.items())
    assert dict(kept(marks)) == marks == kept(marks)


def test_kept_marks_are_none_where_none_are_left():
    assert not kept({})
    assert list(kept({}).entries()) == []
    assert kept({"term": "1"})


@pytest.mark.parametrize("text", ['{"term":"1","income":"1"}', '{"term":"1","term":"2"}'])
def test_kept_marks_that_are_not_in_order_are_not_published(text):
    """A second mark of the same evaluator could hide in them."""
    with pytest.raises(AssertionError, match="in order, each once"):
        book("A").take([replace(marking(), marks=KeptMarks(text))])


@pytest.mark.parametrize(
    "text", ['{"term": "1"}', '{"term":"1", "income":"1"}', '{"term":1}', " {}", r'{"term":"\u0031"}']
)
def test_kept_marks_that_are_not_canonical_are_not_published(text):
    """They would be published as they are."""
    with pytest.raises(ValueError):
        book("A").take([replace(marking(), marks=KeptMarks(text))])


@pytest.mark.parametrize(
    ("wrong", "column", "told"),
    [
        (marking(unit="B", term="1"), "unit", "没有单位“B”"),
        (marking(stage="town", term="1"), "stage", "没有“town”这个阶段"),
        (marking(evaluator="", term="1"), "evaluator", "未填评分人"),
        (marking(nothing="1"), "criterion", "small@1 中没有“nothing”这一项"),
        (marking(term="5.5"), "mark", "term：评分 5.5 高于满分 5"),
        (marking(ballot="good=x"), "mark", "ballot：“测评”应填数字"),
    ],
)
def test_a_wrong_marking_is_refused_like_a_wrong_mark(wrong, column, told):
    """A bundle's marks are checked by the rules of a clerk's file."""
    with pytest.raises(MarkRefused) as refusal:
        book("A").take([wrong])
    assert refusal.value.column == column
    assert refusal.value.sentence.zh.startswith(told)


def test_one_evaluator_has_one_marking_of_a_unit_and_stage():
    """Two would hide one mark behind the other."""
    with pytest.raises(MarkRefused, match="already marked"):
        book("A").take([marking(term="1"), marking(income="1")])


def test_a_criterion_is_moderated_once_by_whomever():
    """What settles a disagreement cannot disagree with itself."""
    one = marking(stage="moderation", term="1")
    book("A", "B").take([one, replace(one, unit="B"), replace(one, evaluator="李静", marks={"income": "1"})])
    with pytest.raises(MarkRefused, match="already have a moderation mark"):
        book("A").take([one, replace(one, evaluator="李静")])
