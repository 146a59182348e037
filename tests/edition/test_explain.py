"""A published unit is explained from its own marks and its row alone, to the same value as within its cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest

from scoring.agreement import Outcome
from scoring.canonical import canonical
from scoring.explain import Explanation, PartSheet, explain, explain_published
from scoring.inputs import Inputs
from scoring.ranking import RANKED_WITHIN
from scoring.rows import Row, unit_rows
from scoring.stars import StepKind
from scoring.transcript import criteria_documents, marks_lines, read_inputs, unit_lines
from scoring.units import Grouping, Unit
from tests.cohorts import cohort
from tests.edition.county import inputs_of_cohort, small_county, standings_of


@dataclass(frozen=True, kw_only=True)
class Published:
    """A unit as an edition keeps it, how many rated units its groups have, and its explanation within the cohort."""

    alone: Inputs
    row: Row
    rated: dict[Grouping, int]
    whole: Explanation


def published(inputs: Inputs) -> Iterator[Published]:
    """Yield every unit of *inputs*, written and read back as an edition does."""
    documents, units, marks = criteria_documents(inputs), unit_lines(inputs), marks_lines(inputs)
    standings = standings_of(read_inputs(documents, units, marks))
    rows = [orjson.loads(canonical(row)) for row in unit_rows(standings)]
    rated = Counter(
        group for unit, row in zip(inputs.units, rows, strict=True) if row["score"] for group in _groups(unit)
    )
    for place, (unit, row) in enumerate(zip(inputs.units, rows, strict=True)):
        ref = row["criteria"]
        yield Published(
            alone=read_inputs({ref: documents[ref]}, [units[place]], [marks[place]]),
            row=row,
            rated={group.kind: rated[group] for group in _groups(unit)},
            whole=explain(standings.places, place),
        )


def _groups(unit: Unit) -> list:
    return [group for kind in RANKED_WITHIN if (group := unit.group(kind)) is not None]


def _situations(one: Explanation) -> Iterator[str]:
    if one.printed is None:
        yield "not rated"
    if one.printed is not None and any(sheet.value is None for sheet in _sheets(one.sheet)):
        yield "a part not applicable"
    outcomes = {line.outcome for sheet in _sheets(one.sheet) for line in sheet.lines}
    if Outcome.DISPUTED in outcomes:
        yield "disputed"
    kinds = {step.kind for step in one.steps}
    yield from (kind.value for kind in kinds - {StepKind.CUT_POINT})
    if one.stars is None and one.printed is not None:
        yield "no cut points"
    if one.next_star is not None:
        ahead = one.next_star
        yield from (name for name in ("gate", "quota", "quotas", "single", "fewest") if getattr(ahead, name))


def _sheets(sheet: PartSheet) -> Iterator[PartSheet]:
    yield sheet
    for below in sheet.parts:
        yield from _sheets(below)


def test_alone_or_in_its_cohort_a_unit_has_one_explanation():
    """A page of a branch must not need the other two thousand, and must not say anything else than they would."""
    seen: Counter[str] = Counter()
    for seed in range(14):
        for own in published(inputs_of_cohort(cohort(seed))):
            assert explain_published(own.alone, own.row, own.rated) == own.whole
            seen.update(_situations(own.whole))
    fewest = {
        "not rated": 60,
        "a part not applicable": 10,
        "disputed": 20,
        "gate": 40,
        "quota": 50,
        "no cut points": 15,
        "quotas": 80,
        "single": 50,
        "fewest": 80,
    }
    assert {name: seen[name] for name in fewest if seen[name] < fewest[name]} == {}


def test_the_cohort_decides_what_marks_alone_do_not():
    """Stars a quota took and ranks are the row's: the marks of W01 alone are worth five stars and the first rank."""
    found = {own.row["unit"]: own for own in published(small_county().inputs())}
    one = explain_published(found["W01"].alone, found["W01"].row, found["W01"].rated)
    assert [step.stars for step in one.steps] == [5, 4]
    assert (one.stars, one.steps[-1].kind, one.exact) == (4, StepKind.QUOTA, 94)
    assert one.ranks == {Grouping.COUNTY: (3, 11), Grouping.DEPARTMENT: (1, 1), Grouping.DOMAIN: (1, 3)}


def test_a_row_that_its_marks_do_not_come_to_is_refused():
    """What cannot happen must not be shown: a score other than the marks', or the row of another unit."""
    found = {own.row["unit"]: own for own in published(small_county().inputs())}
    own, other = found["V01"], found["V02"]
    for row in (own.row | {"score": "99.99"}, own.row | {"score": None}, other.row):
        with pytest.raises(AssertionError):
            explain_published(own.alone, row, own.rated)
