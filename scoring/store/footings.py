"""All that one sheet stands on, asked for at once: a mark is saved as it is typed, and each question takes its time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    bindparam,
    exists,
    literal_column,
    select,
    type_coerce,
    union_all,
)

from scoring.marks import KeptMarks, Marking
from scoring.periods import Period, Phase
from scoring.sheets import DraftMark, Move, SheetKey, SheetState
from scoring.store import drafts
from scoring.store.assignments import Assigned
from scoring.store.sheets import KeptMove
from scoring.store.tables import (
    assignment,
    criteria_set,
    deadline,
    marking,
    period_criteria,
    phase_move,
    sheet_move,
    unit_revision,
)
from scoring.store.unchanged import unchanged
from scoring.store.units import KeptUnit
from scoring.units import Unit

_NONE = literal_column("''", String)
_NOUGHT: ColumnElement[int] = literal_column("0")
_TEXTS, _NUMBERS = 9, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one sheet stands on as it is kept: period and unit (None where there is none), and the rest.

    `digests` are those of the period's sets by ref, `drafts` the newest marks on the sheet by criterion, `deadlines`
    the last days by step; `moves`, `assigned` and `markings` are of all the unit's sheets.
    """

    period: Period | None
    unit: KeptUnit | None
    digests: Mapping[str, str]
    moves: Mapping[SheetKey, KeptMove]
    assigned: tuple[Assigned, ...]
    markings: tuple[Marking, ...]
    drafts: Mapping[str, DraftMark]
    deadlines: Mapping[str, str]


def of_sheet(c: Connection, key: SheetKey) -> Kept:
    """Return what the sheet stands on; what is missing is for others to say.

    Marks that are being entered are not covered by the chain, and asked for each time; all else is once a link.
    """
    kept = unchanged(c, ("footing", key), lambda: _covered(c, key))
    return replace(kept, drafts=drafts.of_sheet(c, key))


def _covered(c: Connection, key: SheetKey) -> Kept:
    asked = {"period": key.period, "unit": key.unit}
    found: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in _PARTS}
    for row in c.execute(_STATEMENT, asked).all():
        found[row[-1]].append(tuple(row))
    for rows in found.values():
        rows.sort(key=itemgetter(_TEXTS))
    return Kept(
        period=_period(key, found),
        unit=_unit(key, found["unit"]),
        digests={row[0]: row[1] for row in found["set"]},
        moves=_moves(key, found["move"]),
        assigned=_assigned(key, found["seat"]),
        markings=_markings(key, found["marking"]),
        drafts={},
        deadlines=_deadlines(found["day"]),
    )


def _part(kind: str, texts: list[Any], numbers: list[Any], *where: Any) -> Select[Any]:
    """Select *texts* and *numbers*, filled up to as many as all parts have, and the kind of part.

    The first number orders the rows: it is that of revision.
    """
    texts = [type_coerce(own, String) for own in texts] + [_NONE] * (_TEXTS - len(texts))
    numbers += [_NOUGHT] * (_NUMBERS - len(numbers))
    return select(*texts, *numbers, literal_column(f"'{kind}'", String)).where(*where)


_OF_PERIOD: BindParameter[str] = bindparam("period")
_OF_UNIT: BindParameter[str] = bindparam("unit")
_u, _m, _a, _k = unit_revision.c, sheet_move.c, assignment.c, marking.c


def _is_newest(table: Table, *key: str) -> ColumnElement[bool]:
    """Return that no row of *table* with the same *key* is a revision later: long histories are not read."""
    later = table.alias()
    same = [later.c[name] == table.c[name] for name in key]
    return ~exists().where(*same, later.c.revision == table.c.revision + 1)


_PARTS: dict[str, Select[Any]] = {
    "phase": _part("phase", [phase_move.c.phase], [phase_move.c.number], phase_move.c.period == _OF_PERIOD),
    "set": _part(
        "set",
        [criteria_set.c.ref, criteria_set.c.digest],
        [period_criteria.c.place],
        period_criteria.c.period == _OF_PERIOD,
        period_criteria.c.ref == criteria_set.c.ref,
    ),
    "unit": _part(
        "unit",
        [_u.name, _u.domain, _u.township, _u.department, _u.gates, _u.predecessors, _u.ref],
        [_u.revision, _u.removed],
        _u.period == _OF_PERIOD,
        _u.code == _OF_UNIT,
    ),
    "move": _part(
        "move",
        [
            _m.stage,
            _m.holder,
            _m.state,
            _m.evaluator,
            _m.comments,
            _m.reason,
            _m.by,
            _m.on_behalf,
            _m.made_at,
        ],
        [_m.number],
        _m.period == _OF_PERIOD,
        _m.unit == _OF_UNIT,
    ),
    "seat": _part(
        "seat",
        [_a.stage, _a.person],
        [_a.revision, _a.ended],
        _a.period == _OF_PERIOD,
        _a.unit == _OF_UNIT,
    ),
    "marking": _part(
        "marking",
        [_k.stage, _k.evaluator, _k.marks],
        [_k.revision],
        _k.period == _OF_PERIOD,
        _k.unit == _OF_UNIT,
        _is_newest(marking, "period", "unit", "stage", "evaluator"),
    ),
    "day": _part(
        "day", [deadline.c.step, deadline.c.day], [deadline.c.revision], deadline.c.period == _OF_PERIOD
    ),
}

_STATEMENT = union_all(*_PARTS.values())


def _period(key: SheetKey, found: Mapping[str, list[tuple[Any, ...]]]) -> Period | None:
    refs = tuple(row[0] for row in found["set"])
    if not (refs and found["phase"]):
        return None
    return Period(id=key.period, phase=Phase(found["phase"][-1][0]), refs=refs)


def _unit(key: SheetKey, rows: list[tuple[Any, ...]]) -> KeptUnit | None:
    if not rows or rows[-1][_TEXTS + 1]:
        return None
    name, domain, township, department, gates, predecessors, ref, *_ = rows[-1]
    unit = Unit(
        code=key.unit,
        name=name,
        domain=domain,
        township=township,
        department=department,
        gates=tuple(orjson.loads(gates)),
        predecessors=tuple(orjson.loads(predecessors)),
    )
    return KeptUnit(unit=unit, ref=ref)


def _moves(key: SheetKey, rows: list[tuple[Any, ...]]) -> dict[SheetKey, KeptMove]:
    found = {}
    for stage, holder, state, evaluator, comments, reason, by, on_behalf, made_at, number, *_ in rows:
        own = SheetKey(period=key.period, unit=key.unit, stage=stage, holder=holder)
        move = Move(
            state=SheetState(state),
            number=number,
            by=by,
            by_name="",
            made_at=datetime.fromisoformat(made_at),
            evaluator=evaluator,
            reason=reason,
            on_behalf=on_behalf,
        )
        found[own] = KeptMove(key=own, move=move, comments=orjson.loads(comments))
    return found


def _assigned(key: SheetKey, rows: list[tuple[Any, ...]]) -> tuple[Assigned, ...]:
    newest = {(row[0], row[1]): row[_TEXTS + 1] for row in rows}
    return tuple(
        Assigned(unit=key.unit, stage=stage, person=person)
        for (stage, person), ended in sorted(newest.items())
        if not ended
    )


def _markings(key: SheetKey, rows: list[tuple[Any, ...]]) -> tuple[Marking, ...]:
    newest = {(row[0], row[1]): row[2] for row in rows}
    return tuple(
        Marking(unit=key.unit, stage=stage, evaluator=evaluator, marks=KeptMarks(marks))
        for (stage, evaluator), marks in sorted(newest.items())
        if marks != "{}"
    )


def _deadlines(rows: list[tuple[Any, ...]]) -> dict[str, str]:
    return {step: day for step, day in {row[0]: row[1] for row in rows}.items() if day}
