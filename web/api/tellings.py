"""How values become answers: nothing is worked out here, every figure is the register's or the edition's own."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from scoring.criteria.model import CriteriaSet
from scoring.explain import reason
from scoring.register import Entry, GroupFigures, Register
from scoring.rows import Row, step_of
from scoring.selection import Directory, Selection
from scoring.store.editions import Listed
from scoring.workflow.read_edition import UnitLines
from web.api.shapes.editions import Edition
from web.api.shapes.groups import Group
from web.api.shapes.units import Unit
from web.words import star_counts, stars_key

Told = dict[str, Any]
"""An answer, or a piece of one, before it is JSON."""

_EDITION, _UNIT, _GROUP = Edition(), Unit(), Group()


def edition_told(listed: Listed, newest: Mapping[str, Listed]) -> Told:
    """Return what a list tells of an edition; *newest* holds the newest one of each period."""
    own = {name: getattr(listed, name) for name in _EDITION.fields if hasattr(listed, name)}
    return own | {"made_at": listed.made_at.isoformat(), "newest": newest[listed.period].id == listed.id}


def units_written(register: Register) -> dict[str, bytes]:
    """Return every unit of *register* as JSON, by its code; whatever lists units puts these together."""
    return {entry.unit.code: orjson.dumps(_UNIT.dump(entry)) for entry in register.entries}


def ranking_written(directory: Directory, edition_id: str | None, units: Mapping[str, bytes]) -> bytes:
    """Return the ranking of all units as JSON; *edition_id* is None for an open year."""
    register = directory.register
    head = {
        "edition": edition_id,
        "period": register.period,
        "county": register.county_name,
        "provisional": edition_id is None,
    }
    return orjson.dumps(head | {"units": joined(directory.units(Selection()), units)})


def joined(entries: Iterable[Entry], units: Mapping[str, bytes]) -> list[orjson.Fragment]:
    """Return *entries* as they were written, for an answer that lists them."""
    return [orjson.Fragment(units[entry.unit.code]) for entry in entries]


def unit_told(entry: Entry, lines: UnitLines, criteria: CriteriaSet) -> Told:
    """Return the unit with everything its stars rest on."""
    titles = {one.id: one.title for one in criteria.subjects}
    parts = {part.id: part.title for part in criteria.root.all_parts()}
    return {
        "unit": entry.unit,
        "criteria": entry.criteria,
        "score": entry.score,
        "stars": entry.stars,
        "rank": entry.rank,
        "ranks": entry.ranks,
        "steps": [step | {"reason": reason(step_of(step, criteria))} for step in entry.steps],
        "missing": entry.missing,
        "parts": [{"part": one.part, "title": parts[one.part], "value": one.value} for one in entry.parts],
        "lines": [_titled(line, titles[line["criterion"]]) for line in lines.row["lines"]],
        "adjustments": [_titled(one, titles[one["adjustment"]]) for one in lines.row["adjustments"]],
        "marks": [
            {"stage": stage, "evaluator": evaluator, "marks": marks}
            for stage, evaluators in lines.marks.items()
            for evaluator, marks in evaluators.items()
        ],
    }


def group_told(figures: GroupFigures) -> Told:
    """Return a group's figures."""
    own = {
        name: getattr(figures, name)
        for name in ("kind", "name", "units", "rated", "mean", "rank", "at_target", "meets")
    }
    return own | {"counts": {stars_key(stars): units for stars, units in star_counts(figures)}}


def county_told(register: Register) -> Told:
    """Return the county's figures and how it stands to its target."""
    return {"county": register.county_name, "figures": group_told(register.county), "target": register.target}


def _titled(row: Row, title: object) -> Row:
    return row | {"title": title}
