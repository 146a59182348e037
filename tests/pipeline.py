"""The pipeline run on plain rows, as a file would hold them: what the tests compare with the oracle."""

from __future__ import annotations

import random

from scoring.assessment import assemble
from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.marks import MarkBook
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import Standings, roll_up
from scoring.rows import document
from scoring.scores import score
from scoring.spreadsheet.units import criteria_for
from scoring.stars import rate
from scoring.units import Unit
from tests.cohorts import Cohort, as_yaml


def loaded(text: str) -> CriteriaSet:
    """Return the set that YAML text holds; it may extend nothing."""
    return loader.load(text.encode(), "set.yaml", lambda _: None)


def standings_of(cohort: Cohort, rng: random.Random | None = None) -> Standings:
    """Return the standings of *cohort*; with *rng* the order of sets, keys, units and marks is shuffled first."""
    sets = [loaded(as_yaml(document, rng)) for document in cohort.sets]
    units, marks = [_unit(row) for row in cohort.units], list(cohort.marks)
    if rng is not None:
        rng.shuffle(sets)
        rng.shuffle(units)
        rng.shuffle(marks)
    units.sort(key=lambda unit: unit.code)
    book = MarkBook(units, [criteria_for(unit.domain, sets) for unit in units])
    for mark in marks:
        book.enter(mark["unit"], mark["criterion"], mark["stage"], mark["evaluator"], mark["mark"])
    return roll_up(rank(limit(rate(score(assemble(units, book))))))


def comparable(standings: Standings) -> dict:
    """Return the document of *standings* without what an oracle does not say: digests, adjustments, parts, why a step."""
    found = document(standings, lambda _: "")
    found.pop("criteria")
    for row in found["units"]:
        row.pop("adjustments")
        row.pop("parts")
        row["steps"] = [{"kind": step["kind"], "stars": step["stars"]} for step in row["steps"]]
    return found


def _unit(row: dict) -> Unit:
    return Unit(
        code=row["unit"],
        name=row["name"] or row["unit"],
        domain=row["domain"],
        township=row["township"] or None,
        department=row["department"] or None,
        gates=tuple(filter(None, row["gates"].split(";"))),
    )
