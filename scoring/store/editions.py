"""Editions as they are kept: byte for byte, in the chain of their period, found by id or the beginning of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, func, select

from scoring.chain import Head, Link, edition_subject
from scoring.edition import Edition, State, statement_of
from scoring.errors import Fault, Place, Refused, UnitUnknown
from scoring.statement import Manifest, read_manifest
from scoring.store import bulk, chain, criteria, links
from scoring.store.tables import chain_link, edition_criteria, edition_unit
from scoring.store.tables import edition as edition_table
from scoring.texts import Text

_COLUMNS = edition_table.c
_LINES = (edition_unit.c.unit_line, edition_unit.c.marks_line, edition_unit.c.row_line)
_PREFIX_LEAST = 6
_SHORT = 12
_AFTER_HEX = "g"


class EditionUnknown(Refused):
    """No edition has that id, or more than one begins like it."""


class EditionOvertaken(Refused):
    """Another edition of the period was kept since this one was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list says of an edition; `number` counts all editions of the county in order of making.

    `head` is that of the chain as the edition was kept; None where there was no chain yet.
    """

    id: str
    period: str
    state: State
    supersedes: str | None
    reason: str | None
    prepared_by: str
    confirmed_by: str
    number: int
    made_at: datetime
    head: Head | None


def add(c: Connection, edition: Edition) -> None:
    """Keep *edition*, which supersedes the newest one of its period. Raises EditionOvertaken where it does not."""
    statement = edition.statement
    before = newest(c, statement.period)
    if (None if before is None else before.id) != statement.supersedes:
        raise _overtaken(before)
    number = (c.scalar(select(func.max(_COLUMNS.number))) or 0) + 1
    values = {
        "id": edition.id,
        "number": number,
        "period": statement.period,
        "state": statement.state.value,
        "supersedes": statement.supersedes,
        "manifest": edition.manifest,
        "standings": edition.standings,
        "made_at": datetime.now(UTC),
    }
    chain.add(c, edition_table, **values)
    chain.concern(c, f"period {statement.period}", edition_subject(edition.id))
    for ref, document in edition.criteria.items():
        assert criteria.document_of(c, ref) == document, f"{ref} is kept as it is published"
    bulk.insert(c, edition_criteria, [(edition.id, ref) for ref in edition.criteria])
    lines = enumerate(zip(edition.units, edition.marks, edition.rows, strict=True))
    bulk.insert(c, edition_unit, [(edition.id, place, _code(own[0]), *own) for place, own in lines])


def find(c: Connection, id_or_prefix: str) -> Edition:
    """Return the edition of that id, or the one whose id begins like it. Raises EditionUnknown."""
    row = _found(c, id_or_prefix)
    of_edition = edition_unit.c.edition == row.id
    lines = bulk.read(c, select(*_LINES).where(of_edition).order_by(edition_unit.c.place))
    units, marks, rows = zip(*lines, strict=True) if lines else ((), (), ())
    refs = select(edition_criteria.c.ref).where(edition_criteria.c.edition == row.id)
    return Edition(
        id=row.id,
        manifest=row.manifest,
        statement=statement_of(row.manifest),
        criteria={ref: criteria.document_of(c, ref) for ref in sorted(c.execute(refs).scalars())},
        units=units,
        marks=marks,
        rows=rows,
        standings=row.standings,
    )


def link_of(c: Connection, edition_id: str) -> Link | None:
    """Return the link under which the edition of that whole id was kept; None where there was no chain yet."""
    number = c.scalar(select(_COLUMNS.link).where(_COLUMNS.id == edition_id))
    return None if number is None else links.find(c, number)


def manifest(c: Connection, edition_id: str) -> Manifest:
    """Return the manifest of the edition of that id. Raises EditionUnknown."""
    return read_manifest(_found(c, edition_id).manifest)


def listed(c: Connection, period_id: str | None = None) -> tuple[Listed, ...]:
    """Return all editions, or those of a period, the newest first."""
    return tuple(_listed(row) for row in c.execute(_newest_first(period_id)))


def newest(c: Connection, period_id: str, state: State | None = None) -> Listed | None:
    """Return the newest edition of the period, or the newest of that state; None where there is none."""
    own = _newest_first(period_id).limit(1)
    row = c.execute(own if state is None else own.where(_COLUMNS.state == state.value)).first()
    return None if row is None else _listed(row)


def unit_lines(c: Connection, edition_id: str, code: str) -> tuple[bytes, bytes, bytes]:
    """Return the lines of one unit: who it is, its marks, and its row. Raises EditionUnknown and UnitUnknown."""
    own = _found(c, edition_id).id
    where = (edition_unit.c.edition == own, edition_unit.c.code == code)
    row = c.execute(select(*_LINES).where(*where)).first()
    if row is None:
        raise UnitUnknown(
            [
                Fault.of(
                    f"版本 {own[:_SHORT]} 中没有单位“{code}”",
                    f"the edition {own[:_SHORT]} has no unit “{code}”",
                )
            ]
        )
    unit, marks, line = row
    return unit, marks, line


def _code(unit_line: bytes) -> str:
    code: str = orjson.loads(unit_line)["unit"]
    return code


def _newest_first(period_id: str | None) -> Select[Any]:
    columns = (_COLUMNS.id, _COLUMNS.number, _COLUMNS.manifest, _COLUMNS.made_at, _COLUMNS.link)
    own = (
        select(*columns, chain_link.c.hash)
        .outerjoin(chain_link, chain_link.c.number == _COLUMNS.link)
        .order_by(_COLUMNS.number.desc())
    )
    return own if period_id is None else own.where(_COLUMNS.period == period_id)


def _listed(row: Row[Any]) -> Listed:
    statement = statement_of(row.manifest)
    return Listed(
        id=row.id,
        period=statement.period,
        state=statement.state,
        supersedes=statement.supersedes,
        reason=statement.reason,
        prepared_by=statement.prepared_by,
        confirmed_by=statement.confirmed_by,
        number=row.number,
        made_at=row.made_at,
        head=None if row.hash is None else Head(number=row.link, hash=row.hash),
    )


def _found(c: Connection, id_or_prefix: str) -> Row[str, bytes, bytes]:
    """Return the one row that is meant. Raises EditionUnknown."""
    wanted = id_or_prefix.strip().lower()
    if len(wanted) < _PREFIX_LEAST:
        raise _unknown(
            f"版本编号“{id_or_prefix}”太短，至少写出前 {_PREFIX_LEAST} 位",
            f"“{id_or_prefix}” is too short for an edition's id; give its first {_PREFIX_LEAST} characters at least",
        )
    own = select(_COLUMNS.id, _COLUMNS.manifest, _COLUMNS.standings)
    rows = c.execute(own.where(_COLUMNS.id >= wanted, _COLUMNS.id < wanted + _AFTER_HEX)).all()
    if not rows:
        raise _unknown(f"没有编号为“{id_or_prefix}”的版本", f"no edition has the id “{id_or_prefix}”")
    if len(rows) > 1:
        ids = [row.id[: len(wanted) + _PREFIX_LEAST] for row in rows]
        raise _unknown(
            f"有 {len(rows)} 个版本的编号以“{id_or_prefix}”开头，请多写几位：{'、'.join(ids)}",
            f"{len(rows)} editions' ids begin with “{id_or_prefix}”; give more of it: {', '.join(ids)}",
        )
    return rows[0]


def _unknown(zh: str, en: str) -> EditionUnknown:
    return EditionUnknown([Fault.of(zh, en)])


def _overtaken(before: Listed | None) -> EditionOvertaken:
    if before is None:
        sentence = Text(
            "该评定期还没有可以替代的版本", "the period has no edition that this one could supersede"
        )
    else:
        sentence = Text(
            f"{before.prepared_by} 已于其间发布了新版本 {before.id[:_SHORT]}，请在它的基础上重新发布",
            f"{before.prepared_by} published the edition {before.id[:_SHORT]} meanwhile; publish again on top of it",
        )
    return EditionOvertaken([Fault(place=Place(), sentence=sentence)])
