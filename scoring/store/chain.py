"""The chain as it grows: what a transaction writes to tables it covers becomes one link, in the same transaction.

A covered table has a column `link`, and whoever adds a row to it does so by `add` or `bulk.insert`. What a savepoint
takes back is taken back here as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, event, insert, select

from scoring.chain import NONE, Deed, Link, content_of, linked
from scoring.store.coverage import Lines, coverage, lines_of, together
from scoring.store.plain import Plain, run
from scoring.store.tables import chain_link, link_subject, moment_text

_OPTION = "stars_written"
_NEWEST = "SELECT number, hash FROM chain_link ORDER BY number DESC LIMIT 1"
"""As text, since every transaction that writes asks this first."""


class Written:
    """What a transaction has written so far that the chain covers, and the deed it is part of.

    `number` is that of the link it will be, once that is known, and `previous` the hash of the one before.
    """

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.lines: Lines = {}
        self.subjects = dict.fromkeys(deed.subjects)
        self.number = 0
        self.previous = NONE
        self._savepoints: list[tuple[dict[str, int], int]] = []

    def keep(self) -> None:
        """Remember how much there is now."""
        counts = {table: len(lines) for table, lines in self.lines.items()}
        self._savepoints.append((counts, len(self.subjects)))

    def go_on(self) -> None:
        """Forget how much there was at the last savepoint."""
        self._savepoints.pop()

    def take_back(self) -> None:
        """Forget what came since the last savepoint."""
        counts, subjects = self._savepoints.pop()
        self.lines = {table: self.lines[table][:count] for table, count in counts.items()}
        self.subjects = dict.fromkeys([*self.subjects][:subjects])


def watch(engine: Engine) -> None:
    """Let savepoints on *engine* that are taken back take back what the chain would cover."""
    for name, step in (
        ("savepoint", Written.keep),
        ("release_savepoint", Written.go_on),
        ("rollback_savepoint", Written.take_back),
    ):
        event.listen(engine, name, _doing(step))


def _doing(step: Callable[[Written], None]) -> Callable[..., None]:
    def do(connection: Connection, *_names: object) -> None:
        written = _found(connection)
        if written is not None:
            step(written)

    return do


def begin(c: Connection, deed: Deed) -> None:
    """Let what is written from now on be part of *deed*."""
    c.execution_options(**{_OPTION: Written(deed)})


def concern(c: Connection, *subjects: str) -> None:
    """Say what else the deed of this transaction is about."""
    _written(c).subjects.update(dict.fromkeys(subjects))


def add(c: Connection, table: Table, **values: Any) -> None:
    """Add one row to *table*, covered where it has a link. Raises what SQLAlchemy raises."""
    kept = {name: moment_text(own) if isinstance(own, datetime) else own for name, own in values.items()}
    own = coverage(table)
    if own is None:
        _adding(table, *kept).do(c, **kept)
        return
    _adding(table, *kept, "link").do(c, **kept, link=link_number(c))
    line = own.line([kept.get(name) for name in own.columns])
    _written(c).lines.setdefault(table.name, []).append(line)


@lru_cache(maxsize=512)
def _adding(table: Table, *names: str) -> Plain:
    """Return what adds a row to *table* by those of its columns."""
    return Plain(insert(table).values({name: bindparam(name) for name in names}))


def link_number(c: Connection) -> int:
    """Return the number of the link that this transaction will be."""
    written = _written(c)
    if not written.number:
        last = run(c, _NEWEST).fetchone()
        written.number, written.previous = (1, NONE) if last is None else (last[0] + 1, last[1])
    return written.number


def newest(c: Connection) -> str | None:
    """Return the hash of the newest link as *c* sees it, NONE before the first; None where *c* has written more itself."""
    written = _found(c)
    if written is None:
        last = run(c, _NEWEST).fetchone()
        return NONE if last is None else str(last[1])
    if any(written.lines.values()):
        return None
    link_number(c)
    return written.previous


def newest_link(c: Connection) -> tuple[int, str]:
    """Return number and hash of the newest link that was kept when this transaction began; 0 and NONE before the first."""
    last = run(c, _NEWEST).fetchone()
    return (0, NONE) if last is None else (last[0], last[1])


def is_link(c: Connection, number: int, digest: str) -> bool:
    """Say whether the link of that number has that hash: not so in another county, nor after a backup was restored."""
    return _HASH.ask(c, number=number) == [(digest,)]


def cover(c: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Note that *rows*, by all columns of *table* but the link, were written; its values are as they are kept."""
    own = coverage(table)
    assert own is not None, "it has a link"
    assert len(own.columns) == len(table.columns) - 1, "all of it is covered"
    _written(c).lines.setdefault(table.name, []).extend(own.lines(rows))


def close(c: Connection) -> Link | None:
    """Add the link for what was written, and return it; None where that was nothing.

    The first link of all also covers what was there before there was a chain.
    """
    written = _written(c)
    if not any(written.lines.values()):
        return None
    number = link_number(c)
    if number == 1:
        written.lines = together(written.lines, lines_of(c, None))
    subjects = tuple(written.subjects)
    own = linked(
        replace(written.deed, subjects=subjects),
        content_of(written.lines),
        _last_about(c, subjects[0]) if subjects else NONE,
        number,
        written.previous,
    )
    _keep(c, own)
    return own


def _keep(c: Connection, own: Link) -> None:
    _ADD_LINK.do(
        c,
        number=own.number,
        made_at=moment_text(own.made_at),
        person=own.deed.person,
        on_behalf=own.deed.on_behalf,
        role=own.deed.role,
        action=own.deed.action,
        before=own.before,
        content=own.content,
        previous=own.previous,
        hash=own.hash,
    )
    for place, subject in enumerate(own.deed.subjects):
        _ADD_SUBJECT.do(c, link=own.number, place=place, subject=subject)


def _written(c: Connection) -> Written:
    written = _found(c)
    assert written is not None, "only in a transaction that writes"
    return written


def _found(c: Connection) -> Written | None:
    found: Written | None = c.get_execution_options().get(_OPTION)
    return found


def _last_about(c: Connection, subject: str) -> str:
    """Return the hash of the last link about *subject*, '' where there is none."""
    found = _LAST_ABOUT.ask(c, about=subject)
    return str(found[0][0]) if found else NONE


_HASH = Plain(select(chain_link.c.hash).where(chain_link.c.number == bindparam("number")))
_ADD_LINK, _ADD_SUBJECT = Plain(insert(chain_link)), Plain(insert(link_subject))
_LAST_ABOUT = Plain(
    select(chain_link.c.hash)
    .join(link_subject, link_subject.c.link == chain_link.c.number)
    .where(link_subject.c.subject == bindparam("about"))
    .order_by(link_subject.c.link.desc())
    .limit(1)
)
