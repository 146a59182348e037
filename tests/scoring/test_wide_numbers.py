"""Numbers at the edge of 64 bits: valid sets that once wrapped around, held against the oracle."""

from __future__ import annotations

import pytest

from tests.cohorts import Cohort
from tests.oracle import oracle
from tests.pipeline import comparable, standings_of


def judged(name: str, **fields: str) -> dict:
    return {"id": name, "kind": "judged", "full_marks": "10", **fields}


def cohort(document: dict, marks: dict[str, list[tuple[str, str]]]) -> Cohort:
    """Return a cohort whose units have those (criterion, mark), each mark by an evaluator of its own."""
    document = {"id": "s", "version": "1", "title": {"zh": "标准"}, **document}
    blank = {"name": "", "domain": "rural", "township": "西山镇", "department": "", "gates": ""}
    rows = [
        {"unit": unit, "criterion": criterion, "stage": "county", "evaluator": f"e{number}", "mark": mark}
        for unit, own in marks.items()
        for number, (criterion, mark) in enumerate(own)
    ]
    return Cohort(sets=[document], units=[{"unit": unit, **blank} for unit in marks], marks=rows)


def held_against_the_oracle(own: Cohort) -> dict:
    found = comparable(standings_of(own))
    assert found == oracle(own.sets, own.units, own.marks)
    return found


@pytest.mark.parametrize("long", ["9.500000000000000001", "99.500000000000000001", "13.043478260869565217"])
def test_a_long_weight_beside_one_that_does_not_apply(long):
    """Weights over a common denominator pass 64 bits; what does not apply must still weigh nothing."""
    document = {"criteria": [judged("a", weight=long), judged("b", weight="1/7")]}
    marks = {
        "u1": [("a", "n/a"), ("b", "8")],
        "u2": [("a", "n/a"), ("b", "n/a")],
        "u3": [("a", "7"), ("b", "8")],
    }
    found = held_against_the_oracle(cohort(document, marks))
    assert [row["score"] for row in found["units"][:2]] == ["80.00", None]


@pytest.mark.parametrize("most", [36, 38, 42, 60])
def test_panels_of_many_sizes_beside_a_fact_with_many_marks(most):
    """One denominator for panels of 1, 2, … evaluators outgrows 64 bits; full marks everywhere are 100."""
    income = {
        "id": "income",
        "kind": "measured",
        "full_marks": "1000",
        "bands": [{"at_least": "1", "marks": "1000"}],
    }
    document = {"criteria": [judged("a"), income]}
    marks = {f"u{n:02}": [("income", "5"), *[("a", "10")] * n] for n in range(1, most + 1)}
    found = held_against_the_oracle(cohort(document, marks))
    assert {row["score"] for row in found["units"]} == {"100.00"}


def test_more_evaluators_than_a_byte_counts():
    """A panel of 300: the mean is theirs, not that of the remainder of 256."""
    marks = {"u1": [("a", "10")] * 150 + [("a", "5")] * 150}
    assert held_against_the_oracle(cohort({"criteria": [judged("a")]}, marks))["units"][0]["score"] == "75.00"


@pytest.mark.parametrize("units", [28, 56])
def test_a_quota_with_a_share_of_eighteen_digits(units):
    """⌊0.333333333333333333 × n⌋ is worked out on whole numbers of any size."""
    share = {"stars": "5", "share": "0.333333333333333333", "within": "county"}
    cuts = [{"stars": "5", "at_least": "1"}, {"stars": "1", "at_least": "0"}]
    document = {"criteria": [judged("a", step="0.1")], "cut_points": cuts, "quotas": [share]}
    found = held_against_the_oracle(
        cohort(document, {f"u{n:02}": [("a", f"{1 + n / 10:.1f}")] for n in range(units)})
    )
    assert sum(row["stars"] == 5 for row in found["units"]) == units // 3


def test_a_ceiling_below_one_percent():
    document = {"criteria": [judged("a")], "score": {"ceiling": "0.5"}}
    assert held_against_the_oracle(cohort(document, {"u": [("a", "9")]}))["units"][0]["score"] == "0.50"


def test_a_part_of_nothing_but_noughts_beside_long_weights():
    """A bound of 0 does not mean that the factor it is multiplied by fits."""
    inner = {
        "id": "p",
        "weight": "4.043478260869565217",
        "criteria": [judged("a", weight="13.043478260869565217"), judged("b", weight="1/7")],
    }
    document = {"parts": [inner, {"id": "q", "weight": "9.999999999999999999", "criteria": [judged("c")]}]}
    zeros = [("a", "0"), ("b", "0"), ("c", "0")]
    held_against_the_oracle(cohort(document, {"u1": zeros, "u2": [("a", "n/a"), *zeros[1:]]}))
