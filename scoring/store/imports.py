"""The files that were taken into a period: each counts once, whatever it is named."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from scoring.errors import Fault, Refused
from scoring.store import chain
from scoring.store.tables import imports

Kind = Literal["units", "marks"]


class FileTaken(Refused):
    """That very file was taken into the period already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that was taken: `digest` is its SHA-256, `name` what it was called, `rows` how many it had.

    `later` is how many other files of its kind the period has taken since.
    """

    number: int
    period: str
    kind: Kind
    digest: str
    name: str
    rows: int
    made_at: datetime
    later: int = 0


def find(c: Connection, period_id: str, kind: Kind, digest: str) -> Import | None:
    """Return how the file of that SHA-256 was taken into the period as *kind*; None where it was not."""
    columns = imports.c
    own = (columns.period == period_id, columns.kind == kind, columns.digest == digest)
    row = c.execute(select(imports).where(*own)).first()
    if row is None:
        return None
    since = (columns.period == period_id, columns.kind == kind, columns.number > row.number)
    return Import(
        number=row.number,
        period=row.period,
        kind=cast("Kind", row.kind),
        digest=row.digest,
        name=row.name,
        rows=row.rows,
        made_at=row.made_at,
        later=c.scalar(select(func.count()).select_from(imports).where(*since)) or 0,
    )


def add(  # noqa: PLR0917  a file's particulars, in the order of the columns
    c: Connection, period_id: str, kind: Kind, digest: str, name: str, rows: int
) -> int:
    """Note that a file is taken into the period, and return its number. Raises FileTaken."""
    number = (c.scalar(select(func.max(imports.c.number))) or 0) + 1
    values = {
        "number": number,
        "period": period_id,
        "kind": kind,
        "digest": digest,
        "name": name,
        "rows": rows,
    }
    try:
        with c.begin_nested():
            chain.add(c, imports, **values, made_at=datetime.now(UTC))
    except IntegrityError:
        before = find(c, period_id, kind, digest)
        if before is None:
            raise
        raise _taken(before) from None
    return number


def _taken(before: Import) -> FileTaken:
    return FileTaken(
        [
            Fault.of(
                f"这个文件已经导入过（第 {before.number} 次导入，{before.name}）",
                f"this file was imported already (import {before.number}, {before.name})",
            )
        ]
    )
