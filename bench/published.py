"""What two publications must agree in: all that an edition says of every unit and every group.

Numbers are compared to six decimals, however they are written.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import orjson

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS, CountyAnswer, GroupFigures
from bench.peers import orm_tables
from scoring.edition import Edition

Published = Mapping[tuple[str, str], Any]
"""By (`unit`, code) and by (grouping, name), what is said of it."""

_SHOWN = Decimal("1e-6")
_NUMBERS = frozenset({"agreed", "full_marks", "marks", "value", "score", "mean", "at_least", "kept_from"})


def of_edition(edition: Edition) -> Published:
    """Return what *edition*, of the product, says."""
    found: dict[tuple[str, str], Any] = {}
    for lines in zip(edition.units, edition.marks, edition.rows, strict=True):
        unit, marks, row = map(orjson.loads, lines)
        unit.pop("predecessors")
        found["unit", unit["unit"]] = _alike(unit | row | {"given": _given(marks["marks"])})
    standings = orjson.loads(edition.standings)
    county = {"group": "", "rank": 1, **standings["county"]}
    for within in ROLLED_UP:
        for group in [county] if within == "county" else standings[within]:
            name = group.pop("group")
            found[within, name] = _alike(group)
    excused = {own.unit: own.reason for own in edition.statement.excused}
    return found | {("edition", edition.statement.state.value): excused}


def of_tables(edition: orm_tables.Edition) -> Published:
    """Return what *edition*, of the peer's tables, says."""
    found: dict[tuple[str, str], Any] = {}
    for own in edition.units:
        found["unit", own.code] = _alike(
            {
                "unit": own.code,
                "name": own.name,
                "domain": own.domain,
                "township": own.township,
                "department": own.department,
                "gates": own.gates,
                "criteria": own.ref,
                "score": own.score,
                "stars": own.stars,
                "rank": own.rank_county,
                "ranks": {
                    within: getattr(own, f"rank_{within}") for within in RANKED_WITHIN if within != "county"
                },
                "missing": own.missing,
                "lines": own.lines,
                "parts": own.parts,
                "adjustments": own.adjustments,
                "steps": own.steps,
                "given": _given(own.marks),
            }
        )
    for own in edition.standings:
        stars = {str(level): getattr(own, f"stars_{level}") for level in STAR_LEVELS}
        found[own.within, own.name] = _alike(
            {
                "units": own.units,
                "rated": own.rated,
                "mean": own.mean,
                "rank": own.rank,
                "stars": stars | {"none": own.units - own.rated},
                "at_target": own.at_target,
                "meets": own.meets,
            }
        )
    return found | {("edition", edition.state): edition.excused}


def answer(published: Published) -> CountyAnswer:
    """Return the scores, stars, ranks and figures of groups among what is *published*."""
    units = {code: own for (kind, code), own in published.items() if kind == "unit"}
    return CountyAnswer(
        scores={code: _hundredths(own["score"]) for code, own in units.items()},
        stars={code: own["stars"] for code, own in units.items()},
        ranks={
            (within, code): own["rank"] if within == "county" else own["ranks"][within]
            for code, own in units.items()
            for within in RANKED_WITHIN
        },
        groups={
            (within, name): GroupFigures(
                units=own["units"],
                rated=own["rated"],
                mean=_hundredths(own["mean"]),
                rank=own["rank"],
                stars=tuple(own["stars"][str(level)] for level in STAR_LEVELS),
                not_rated=own["stars"]["none"],
            )
            for (within, name), own in published.items()
            if within in ROLLED_UP
        },
    )


def _given(stages: Mapping[str, Mapping[str, Mapping[str, str]]]) -> list[tuple[str, str, str, Any]]:
    """Return marks by stage, evaluator and criterion, in order."""
    return sorted(
        (stage, evaluator, criterion, mark if mark == "n/a" else _number(mark))
        for stage, evaluators in stages.items()
        for evaluator, marks in evaluators.items()
        for criterion, mark in marks.items()
    )


def _alike(value: Any, key: str = "") -> Any:
    """Return a document with its numbers alike."""
    match value:
        case Mapping():
            return {name: _alike(own, name) for name, own in value.items()}
        case str() | Decimal() if key in _NUMBERS:
            return _number(value)
        case list() | tuple():
            return [_alike(own) for own in value]
        case _:
            return value


@cache
def _number(text: str | Decimal) -> Decimal:
    exact = Fraction(text)
    return (Decimal(exact.numerator) / exact.denominator).quantize(_SHOWN)


def _hundredths(score: Decimal | None) -> int | None:
    return None if score is None else int(score * 100)
