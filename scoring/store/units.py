"""The units of a period, each with the set that assesses it; whatever changes is another revision."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, true

from scoring.canonical import canonical
from scoring.errors import Fault, UnitUnknown
from scoring.store import bulk
from scoring.store.names import refuse_long
from scoring.store.plain import Plain
from scoring.store.tables import unit_revision
from scoring.units import Unit

_COLUMNS = unit_revision.c
_FEW = 4
"""Up to so many units are asked for one by one, which is quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUnit:
    """A unit of a period, and the ref of the set it is assessed by."""

    unit: Unit
    ref: str


def current(c: Connection, period_id: str) -> tuple[KeptUnit, ...]:
    """Return the units of the period as they are now, in order of code."""
    return tuple(kept for _, kept in _now(c, _COLUMNS.period == period_id))


def find(c: Connection, period_id: str, code: str) -> KeptUnit:
    """Return the unit of that code as it is now. Raises UnitUnknown."""
    for _, kept in _now(c, and_(_COLUMNS.period == period_id, _COLUMNS.code == code)):
        return kept
    raise UnitUnknown([_no_unit(period_id, code)])


def newest(c: Connection, codes: Collection[str] | None = None) -> dict[str, Unit]:
    """Return, by code, each unit as the newest period that has it keeps it: all, or those of *codes* that there are.

    For what belongs to a unit and to no period.
    """
    if codes is not None and len(codes) <= _FEW:
        rows = [row for code in sorted(codes) for row in _OF_CODE.ask(c, code=code)]
        return {kept.unit.code: kept.unit for _, kept in _newest(rows)}
    condition = true() if codes is None else _COLUMNS.code.in_(sorted(codes))
    return {kept.unit.code: kept.unit for _, kept in _now(c, condition)}


def put(c: Connection, period_id: str, kept: Sequence[KeptUnit], import_number: int) -> None:
    """Let the units be as in *kept* from now on, by that import; all others stay as they are.

    Raises NameTooLong.
    """
    _revise(c, period_id, kept, 0, import_number)


def take_out(c: Connection, period_id: str, codes: Collection[str], import_number: int) -> None:
    """Take the units of *codes* out of the period, by that import. Raises UnitUnknown, naming all there are not."""
    kept = {own.unit.code: own for own in current(c, period_id)}
    wanted = sorted(set(codes))
    unknown = [code for code in wanted if code not in kept]
    if unknown:
        raise UnitUnknown([_no_unit(period_id, code) for code in unknown])
    _revise(c, period_id, [kept[code] for code in wanted], 1, import_number)


def named_in(c: Connection, code: str) -> tuple[tuple[str, Unit], ...]:
    """Return the unit of *code* and all it came from, each with the id of a period it is in, the newest first.

    A predecessor counts in the periods before the one in which it is named. Within a period: by code.
    """
    found: dict[tuple[str, str], Unit] = {}
    until: dict[str, str | None] = {code: None}
    wanted = {code}
    while wanted:
        came = [(period, kept.unit) for period, kept in _now(c, _COLUMNS.code.in_(wanted))]
        came = [(period, unit) for period, unit in came if _before(period, until[unit.code])]
        found |= {(period, unit.code): unit for period, unit in came}
        wanted = set()
        for period, unit in came:
            for predecessor in unit.predecessors:
                if predecessor not in until or _before(until[predecessor], period):
                    until[predecessor] = period
                    wanted.add(predecessor)
    by_code = sorted(found, key=itemgetter(1))
    return tuple((own[0], found[own]) for own in sorted(by_code, key=itemgetter(0), reverse=True))


def _before(period: str | None, bound: str | None) -> bool:
    """Say whether *period* comes before *bound*; None comes after all periods."""
    return period is not None and (bound is None or period < bound)


def _now(c: Connection, condition: ColumnElement[bool]) -> Iterator[tuple[str, KeptUnit]]:
    """Yield the newest revisions where *condition* holds, by period and code, but for units taken out."""
    return _newest(c.execute(select(unit_revision).where(condition).order_by(*_ORDER)))


def _newest(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, KeptUnit]]:
    """Yield the last of the *rows* of each unit and period, but for units taken out."""
    newest = {(row[0], row[1]): row for row in rows}
    lists: dict[str, tuple[str, ...]] = {"[]": ()}
    for (
        period,
        code,
        _,
        name,
        domain,
        township,
        department,
        gates,
        predecessors,
        ref,
        removed,
        *_,
    ) in newest.values():
        if removed:
            continue
        for text in (gates, predecessors):
            if text not in lists:
                lists[text] = tuple(orjson.loads(text))
        unit = Unit(
            code=code,
            name=name,
            domain=domain,
            township=township,
            department=department,
            gates=lists[gates],
            predecessors=lists[predecessors],
        )
        yield period, KeptUnit(unit=unit, ref=ref)


_ORDER = (_COLUMNS.period, _COLUMNS.code, _COLUMNS.revision)
_OF_CODE = Plain(select(unit_revision).where(_COLUMNS.code == bindparam("code")).order_by(*_ORDER))


def _revise(
    c: Connection, period_id: str, kept: Sequence[KeptUnit], removed: int, import_number: int
) -> None:
    newest = select(_COLUMNS.code, func.max(_COLUMNS.revision)).where(_COLUMNS.period == period_id)
    before: dict[str, int] = dict(c.execute(newest.group_by(_COLUMNS.code)).all())
    refuse_long(own.unit.code for own in kept)
    rows: list[bulk.Row] = []
    for own in kept:
        unit = own.unit
        rows.append(
            (
                period_id,
                unit.code,
                before.get(unit.code, 0) + 1,
                unit.name,
                unit.domain,
                unit.township,
                unit.department,
                canonical(unit.gates).decode(),
                canonical(unit.predecessors).decode(),
                own.ref,
                removed,
                import_number,
            )
        )
    bulk.insert(c, unit_revision, rows)


def _no_unit(period_id: str, code: str) -> Fault:
    return Fault.of(f"评定期 {period_id} 中没有单位“{code}”", f"the period {period_id} has no unit “{code}”")
