"""The markings of a period: what every evaluator entered on every unit, revision by revision."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from scoring.canonical import canonical
from scoring.marks import KeptMarks, Marking
from scoring.store import bulk
from scoring.store.names import refuse_long
from scoring.store.tables import imports, marking

_COLUMNS = marking.c
_KEY = (_COLUMNS.unit, _COLUMNS.stage, _COLUMNS.evaluator)
_NONE = "{}"
_NAMED_MOST = 500
"""Where more units are asked for, all are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingRevision:
    """A marking as it was entered once: which revision it is, and the import and file that brought it, and when."""

    marking: Marking
    revision: int
    import_number: int
    file_name: str
    made_at: datetime


def current(c: Connection, period_id: str, units: Collection[str] | None = None) -> tuple[Marking, ...]:
    """Return the markings of the period as they are now, or those of *units*, by unit, stage and evaluator.

    A marking whose marks were all withdrawn is left out.
    """
    newest = _newest(c, period_id)
    if units is not None and len(units) <= _NAMED_MOST:
        newest = newest.where(_COLUMNS.unit.in_(units))
        units = None
    rows = [row for row in c.execute(newest).all() if row[4] != _NONE and (units is None or row[0] in units)]
    return tuple(
        Marking(unit=unit, stage=stage, evaluator=evaluator, marks=KeptMarks(marks))
        for unit, stage, evaluator, _, marks in rows
    )


def put(c: Connection, period_id: str, markings: Sequence[Marking], import_number: int) -> None:
    """Let the markings be as in *markings* from now on, by that import; all others stay as they are.

    Raises NameTooLong.
    """
    newest = select(*_KEY, func.max(_COLUMNS.revision)).where(_COLUMNS.period == period_id).group_by(*_KEY)
    if len(markings) <= _NAMED_MOST:
        newest = newest.where(_COLUMNS.unit.in_({own.unit for own in markings}))
    before = {(unit, stage, evaluator): revision for unit, stage, evaluator, revision in c.execute(newest)}
    refuse_long(name for own in markings for name in (own.unit, own.stage, own.evaluator))
    rows: list[bulk.Row] = [
        (
            period_id,
            own.unit,
            own.stage,
            own.evaluator,
            before.get((own.unit, own.stage, own.evaluator), 0) + 1,
            canonical(dict(own.marks.items())).decode(),
            import_number,
        )
        for own in markings
    ]
    bulk.insert(c, marking, rows)


def history(c: Connection, period_id: str, unit: str) -> tuple[MarkingRevision, ...]:
    """Return every revision of every marking of the unit in the period, as they came; withdrawn ones are empty."""
    own = (
        select(marking, imports.c.number.label("import_number"), imports.c.name, imports.c.made_at)
        .join(imports, imports.c.number == marking.c["import"])
        .where(_COLUMNS.period == period_id, _COLUMNS.unit == unit)
        .order_by(_COLUMNS["import"], _COLUMNS.stage, _COLUMNS.evaluator, _COLUMNS.revision)
    )
    return tuple(
        MarkingRevision(
            marking=Marking(
                unit=row.unit, stage=row.stage, evaluator=row.evaluator, marks=KeptMarks(row.marks)
            ),
            revision=row.revision,
            import_number=row.import_number,
            file_name=row.name,
            made_at=row.made_at,
        )
        for row in c.execute(own)
    )


def last_from(c: Connection, period_id: str, file_name: str) -> frozenset[tuple[str, str, str]]:
    """Return unit, stage and evaluator of the markings of the period whose newest revision an import of that name brought."""
    brought = (
        select(*_KEY, func.max(_COLUMNS.revision))
        .join(imports, imports.c.number == _COLUMNS["import"])
        .where(_COLUMNS.period == period_id, imports.c.name == file_name)
        .group_by(*_KEY)
    )
    found = {(unit, stage, evaluator, revision) for unit, stage, evaluator, revision in c.execute(brought)}
    if not found:
        return frozenset()
    newest = select(*_KEY, func.max(_COLUMNS.revision)).where(_COLUMNS.period == period_id).group_by(*_KEY)
    return frozenset((own[0], own[1], own[2]) for own in c.execute(newest) if tuple(own) in found)


def any_of(c: Connection, period_id: str) -> bool:
    """Return whether any marking was ever put into the period."""
    return bool(c.scalar(select(exists().where(_COLUMNS.period == period_id))))


def _newest(c: Connection, period_id: str) -> Select[Any]:
    """Select the newest revision of every marking, each database in its shortest way."""
    if c.dialect.name == "sqlite":
        # Beside max() SQLite gives the other columns of that very row.
        own = select(*_KEY, func.max(_COLUMNS.revision), _COLUMNS.marks)
        return own.where(_COLUMNS.period == period_id).group_by(*_KEY).order_by(*_KEY)
    own = select(*_KEY, _COLUMNS.revision, _COLUMNS.marks).ext(distinct_on(*_KEY))
    return own.where(_COLUMNS.period == period_id).order_by(*_KEY, _COLUMNS.revision.desc())
