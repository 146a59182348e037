"""What is entered on sheets, mark by mark and revision by revision; nothing is overwritten, the newest counts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from scoring.sheets import DraftMark, SheetKey
from scoring.store import bulk
from scoring.store.plain import Plain
from scoring.store.tables import draft, moment_text

_COLUMNS = draft.c
_SHEET = (_COLUMNS.unit, _COLUMNS.criterion)
_VALUES = (_COLUMNS.mark, _COLUMNS.comment, _COLUMNS.by, _COLUMNS.made_at)
_NAMED_MOST = 500
_FEW = 8
"""Up to so many rows are added one statement at a time, which is quicker."""

_ADD = Plain(insert(draft))
_KEY = ("period", "unit", "stage", "holder")
_OF_SHEET = Plain(
    select(_COLUMNS.criterion, _COLUMNS.revision, *_VALUES)
    .ext(distinct_on(_COLUMNS.criterion))
    .where(*(_COLUMNS[name] == bindparam(name) for name in _KEY))
    .order_by(_COLUMNS.criterion, _COLUMNS.revision.desc())
)
_OF_SHEET_IN_SQLITE = Plain(
    text(
        """
        WITH RECURSIVE entered(criterion) AS (
            SELECT * FROM (
                SELECT criterion FROM draft
                WHERE period = :period AND unit = :unit AND stage = :stage AND holder = :holder
                ORDER BY criterion LIMIT 1) AS first
            UNION ALL
            SELECT (
                SELECT own.criterion FROM draft AS own
                WHERE own.period = :period AND own.unit = :unit AND own.stage = :stage AND own.holder = :holder
                    AND own.criterion > entered.criterion
                ORDER BY own.criterion LIMIT 1)
            FROM entered WHERE entered.criterion IS NOT NULL),
        newest(criterion, revision) AS (
            SELECT entered.criterion, (
                SELECT own.revision FROM draft AS own
                WHERE own.period = :period AND own.unit = :unit AND own.stage = :stage AND own.holder = :holder
                    AND own.criterion = entered.criterion
                ORDER BY own.revision DESC LIMIT 1)
            FROM entered WHERE entered.criterion IS NOT NULL)
        SELECT own.criterion, own.revision, own.mark, own.comment, own."by", own.made_at
        FROM newest CROSS JOIN draft AS own
        WHERE own.period = :period AND own.unit = :unit AND own.stage = :stage AND own.holder = :holder
            AND own.criterion = newest.criterion AND own.revision = newest.revision
        """
    )
)
"""From criterion to criterion and to the last revision of each, so that long histories are not read.

PostgreSQL takes longer to plan that than to read them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """A mark to be entered on a sheet, as the revision it will be."""

    unit: str
    criterion: str
    revision: int
    mark: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who enters marks, by id, and on whose behalf ('' where for themselves)."""

    person: str
    on_behalf: str = ""


def of_sheet(c: Connection, key: SheetKey) -> dict[str, DraftMark]:
    """Return the newest of what was entered on the sheet, by criterion; cleared marks are among it."""
    own = {"period": key.period, "unit": key.unit, "stage": key.stage, "holder": key.holder}
    newest = _OF_SHEET_IN_SQLITE if c.dialect.name == "sqlite" else _OF_SHEET
    return {row[0]: _as_kept(*row) for row in newest.ask(c, **own)}


def of_sheets(
    c: Connection, period_id: str, stage: str, holder: str, units: Collection[str]
) -> dict[tuple[str, str], DraftMark]:
    """Return the newest of what was entered on a holder's sheets of *units*, by unit and criterion."""
    newest = _newest(c, _of(period_id, stage, holder, units))
    return {(row[0], row[1]): _mark(*row[1:]) for row in c.execute(newest) if row[0] in units}


def add(c: Connection, key: SheetKey, marks: Sequence[NewDraft], by: By) -> datetime:
    """Enter *marks* on the sheets of that period, stage and holder, and return the moment they bear."""
    now = datetime.now(UTC)
    own_moment = moment_text(now)
    if len(marks) <= _FEW:
        for own in marks:
            _ADD.do(c, **_row(key, own, by), made_at=own_moment)
        return now
    bulk.insert(c, draft, [(*_row(key, own, by).values(), own_moment) for own in marks])
    return now


def filled(  # noqa: PLR0917  whose sheets, in the order of a key
    c: Connection, period_id: str, stage: str, holder: str, units: Collection[str], apart: Collection[str]
) -> dict[str, int]:
    """Return of each unit how many marks stand entered on the holder's sheet, but for those on criteria *apart*.

    Units on whose sheet nothing was ever entered are left out.
    """
    where = (*_of(period_id, stage, holder, units), _COLUMNS.criterion.not_in(sorted(apart)))
    later = draft.alias()
    same = [later.c[name] == _COLUMNS[name] for name in ("period", "unit", "stage", "holder", "criterion")]
    gone = ~exists().where(*same, later.c.revision == _COLUMNS.revision + 1)
    # Every mark has one first revision; few were cleared, and only of those is it asked whether they are set again.
    touched = select(_COLUMNS.unit, func.count()).where(*where, _COLUMNS.revision == 1)
    cleared = select(_COLUMNS.unit, func.count()).where(*where, _COLUMNS.mark == "", gone)
    by_unit = (_COLUMNS.period, _COLUMNS.unit)
    found: dict[str, int] = dict(map(tuple, c.execute(touched.group_by(*by_unit))))
    for unit, count in c.execute(cleared.group_by(*by_unit)):
        found[unit] -= count
    return {unit: count for unit, count in found.items() if unit in units}


def comments_of(c: Connection, person: str, period_id: str, stage: str, most: int) -> tuple[str, ...]:
    """Return the comments that *person* wrote most often in the stage of the period, at most so many."""
    times = func.count().label("times")
    own = (
        select(_COLUMNS.comment, times)
        .where(_COLUMNS.period == period_id, _COLUMNS.stage == stage)
        .where(_COLUMNS.by == person, _COLUMNS.comment != "")
        .group_by(_COLUMNS.comment)
        .order_by(times.desc(), _COLUMNS.comment)
        .limit(most)
    )
    return tuple(comment for comment, _ in c.execute(own))


def _of(period_id: str, stage: str, holder: str, units: Collection[str]) -> tuple[Any, ...]:
    own: tuple[Any, ...] = (
        _COLUMNS.period == period_id,
        _COLUMNS.stage == stage,
        _COLUMNS.holder == holder,
    )
    if len(units) <= _NAMED_MOST:
        return (*own, _COLUMNS.unit.in_(sorted(units)))
    return own


def _newest(c: Connection, where: Iterable[Any]) -> Select[Any]:
    """Select unit, criterion, revision, mark, comment, by and moment of the newest entries."""
    if c.dialect.name == "sqlite":
        # Beside max() SQLite gives the other columns of that very row.
        newest = select(*_SHEET, func.max(_COLUMNS.revision), *_VALUES)
        return newest.where(*where).group_by(
            _COLUMNS.unit, _COLUMNS.stage, _COLUMNS.holder, _COLUMNS.criterion
        )
    newest = select(*_SHEET, _COLUMNS.revision, *_VALUES).ext(distinct_on(*_SHEET))
    return newest.where(*where).order_by(*_SHEET, _COLUMNS.revision.desc())


def _mark(criterion: str, revision: int, mark: str, comment: str, by: str, made_at: datetime) -> DraftMark:  # noqa: PLR0917
    return DraftMark(
        criterion=criterion, mark=mark, comment=comment, revision=revision, by=by, made_at=made_at
    )


@lru_cache(maxsize=20_000)
def _as_kept(criterion: str, revision: int, mark: str, comment: str, by: str, made_at: str) -> DraftMark:  # noqa: PLR0917
    """Return the mark of a row with its moment as text; from one edit of a sheet to the next all but one are the same."""
    return _mark(criterion, revision, mark, comment, by, datetime.fromisoformat(made_at))


def _row(key: SheetKey, own: NewDraft, by: By) -> dict[str, Any]:
    """Return the values of a row but the moment, in the order of the table's columns."""
    return {
        "period": key.period,
        "unit": own.unit,
        "stage": key.stage,
        "holder": key.holder,
        "criterion": own.criterion,
        "revision": own.revision,
        "mark": own.mark,
        "comment": own.comment,
        "by": by.person,
        "on_behalf": by.on_behalf,
    }
