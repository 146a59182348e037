"""A stored row says what a page shows, and its steps tell the same reasons as the ratings they came from."""

from __future__ import annotations

from fractions import Fraction

import orjson

from scoring.canonical import canonical
from scoring.criteria.model import ROOT
from scoring.explain import reason
from scoring.rows import document, standings_rows, step_of, unit_rows
from scoring.units import Grouping
from tests.cohorts import cohort
from tests.edition.county import inputs_of_cohort, small_county, standings_of
from tests.oracle import Oracle


def _rows() -> dict[str, dict]:
    return {row["unit"]: row for row in unit_rows(standings_of(small_county().inputs()))}


def test_a_step_carries_its_operands():
    """A page must tell why without scoring again: every number of the sentence stands in the row."""
    rows = _rows()
    assert rows["V01"]["steps"] == [{"kind": "cut_point", "stars": 5, "at_least": "90"}]
    assert rows["V04"]["steps"][1] == {"kind": "gate", "stars": 2, "gate": "weak"}
    assert rows["W01"]["steps"][1] == {
        "kind": "quota",
        "stars": 4,
        "quota": 5,
        "share": "30%",
        "within": "county",
        "group": "",
        "rated": 11,
        "holders": 5,
        "allowed": 3,
        "tied": True,
        "kept_from": "99.11",
    }


def test_a_stored_step_tells_the_same_reason():
    """What is stored as codes is told in both languages as it was when it was published."""
    quotas = 0
    for seed in range(40):
        standings = standings_of(inputs_of_cohort(cohort(seed)))
        ratings = standings.ratings
        for unit, row in enumerate(unit_rows(standings)):
            criteria = ratings.scores.place_of(unit)[0].sheet.criteria
            stored = orjson.loads(canonical(row))["steps"]
            told = [reason(step_of(step, criteria)) for step in stored]
            assert told == [reason(step) for step in ratings.steps(unit)]
            quotas += sum(step["kind"] == "quota" for step in stored)
    assert quotas > 60


def test_no_score_reached_is_a_step_without_a_cut_point():
    """Below the lowest cut point there are no stars, which is a step too."""
    county = small_county().rewritten("{stars: 1, at_least: 0}", "{stars: 1, at_least: 50}")
    row = {row["unit"]: row for row in unit_rows(standings_of(county.inputs()))}["V06"]
    assert row["steps"] == [{"kind": "cut_point", "stars": 0, "at_least": None}]
    assert row["stars"] == 0


def test_the_document_adds_nothing_but_sentences():
    """`score --json` and an edition say the same of a unit; the sentence of a step is the one thing besides."""
    standings = standings_of(small_county().inputs())
    printed = orjson.loads(orjson.dumps(document(standings, lambda step: reason(step).zh)))
    assert all(step.pop("reason") for row in printed["units"] for step in row["steps"])
    assert printed["units"] == list(unit_rows(standings))


def test_the_county_is_a_row_without_name_and_rank():
    """There is one county: it has no rank, and its name stands in the manifest."""
    rows = standings_rows(standings_of(small_county().inputs()))
    assert rows["county"] == {
        "units": 12,
        "rated": 11,
        "mean": "80.52",
        "stars": {"5": 2, "4": 4, "3": 1, "2": 3, "1": 1, "0": 0, "none": 1},
        "at_target": 7,
        "meets": False,
    }
    assert rows["target"] == {"stars": 3, "share": "60%", "k": 7, "n": 12, "short": 1, "meets": False}
    assert rows["township"][0]["group"] == "北岭乡"


def test_a_unit_not_rated_names_what_is_missing():
    """No score, no stars, no rank, no part: and why."""
    row = _rows()["V08"]
    assert (row["score"], row["stars"], row["rank"], row["steps"]) == (None, None, None, [])
    assert row["missing"] == ["ballot"]
    assert {part["value"] for part in row["parts"]} == {None}


def test_parts_are_what_an_oracle_makes_of_them():
    """The six standards of a branch are drawn from its row; they are rounded once, like a score."""
    compared = 0
    for seed in range(25):
        own = cohort(seed)
        standings = standings_of(inputs_of_cohort(own))
        oracle = Oracle(own.sets, own.units, own.marks)
        answers = {row.unit["unit"]: row for row in oracle.rows}
        for row in unit_rows(standings):
            answer = answers[row["unit"]]
            nodes = _parts(answer.criteria)
            assert [part["part"] for part in row["parts"]] == list(nodes)
            for part in row["parts"]:
                value = None if answer.score is None else oracle.part(nodes[part["part"]], answer)
                expected = None if value is None else oracle.rounded(100 * value)
                assert (None if part["value"] is None else Fraction(part["value"])) == expected
                compared += part["value"] is not None
    assert compared > 300


def _parts(node: dict) -> dict[str, dict]:
    found = {}
    for part in node.get("parts", []):
        found[part["id"]] = part
        found |= _parts(part)
    return found


def test_ranks_stand_in_every_grouping():
    """A row holds the rank in the county, and in township, department and domain where it belongs to one."""
    standings = standings_of(small_county().inputs())
    for unit, row in enumerate(unit_rows(standings)):
        assert row["rank"] == standings.places.rank(unit, Grouping.COUNTY)
        assert {Grouping(key): rank for key, rank in row["ranks"].items()} == {
            grouping: standings.places.rank(unit, grouping)
            for grouping in (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
        }
        assert ROOT not in {part["part"] for part in row["parts"]}
