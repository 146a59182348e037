"""The links of the chain as they are read: all in order, one by its number, and those that are asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, func, or_, select, type_coerce

from scoring.chain import Deed, Head, Link
from scoring.store.tables import chain_link, link_subject, moment_text

_COLUMNS = chain_link.c
_SELECTED = select(*(type_coerce(own, Text) if own.name == "made_at" else own for own in _COLUMNS))
_AT_ONCE = 500
_NO_MORE: tuple[int | None, Iterator[Any]] = (None, iter(()))
_NEVER = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which links are asked for; what says nothing ('' or None) asks for none in particular.

    `hand` is a person who did it or for whom it was done, `subjects` any of which it is about; moments are from the
    first on, and until before the last.
    """

    action: str = ""
    hand: str = ""
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def every(c: Connection) -> Iterator[Link]:
    """Yield all links in order of number, few at a time."""
    own = _SELECTED.order_by(_COLUMNS.number).execution_options(yield_per=_AT_ONCE)
    order = (link_subject.c.link, link_subject.c.place)
    about = select(link_subject.c.link, link_subject.c.subject).order_by(*order)
    with c.execute(own) as rows, c.execute(about.execution_options(yield_per=_AT_ONCE)) as named:
        subjects = groupby(named, key=itemgetter(0))
        number, found = next(subjects, _NO_MORE)
        for row in rows:
            while number is not None and number < row.number:
                number, found = next(subjects, _NO_MORE)
            yield _link(row, [subject for _, subject in found] if number == row.number else ())


def newest(c: Connection) -> Link | None:
    """Return the last link; None where there is none."""
    return next(iter(_links(c, _SELECTED.order_by(_COLUMNS.number.desc()).limit(1))), None)


def head(c: Connection) -> Head | None:
    """Return the head of the chain; None where there is none."""
    row = c.execute(select(_COLUMNS.number, _COLUMNS.hash).order_by(_COLUMNS.number.desc()).limit(1)).first()
    return None if row is None else Head(number=row.number, hash=row.hash)


def find(c: Connection, number: int) -> Link | None:
    """Return the link of that number; None where there is none."""
    return next(iter(_links(c, _SELECTED.where(_COLUMNS.number == number))), None)


def about(c: Connection, *subjects: str) -> tuple[Link, ...]:
    """Return the links about any of *subjects*, in order."""
    return _links(c, _narrowed(_SELECTED, Wanted(subjects=subjects)).order_by(_COLUMNS.number))


def doers(c: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return of the links of those numbers who did each, by id; '' for a command on the server."""
    own = select(_COLUMNS.number, _COLUMNS.person).where(_COLUMNS.number.in_(list(numbers)))
    return {row.number: row.person for row in c.execute(own)}


def page(c: Connection, wanted: Wanted, after: int, most: int) -> tuple[Link, ...]:
    """Return what is wanted, the newest first: so many, after so many."""
    own = _narrowed(_SELECTED, wanted).order_by(_COLUMNS.number.desc())
    return _links(c, own.limit(most).offset(after))


def count(c: Connection, wanted: Wanted) -> int:
    """Return how many links there are of what is wanted."""
    return c.scalar(_narrowed(select(func.count()).select_from(chain_link), wanted)) or 0


def _narrowed(own: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.action:
        own = own.where(_COLUMNS.action == wanted.action)
    if wanted.hand:
        own = own.where(or_(_COLUMNS.person == wanted.hand, _COLUMNS.on_behalf == wanted.hand))
    if wanted.subjects:
        about = select(link_subject.c.link).where(link_subject.c.subject.in_(wanted.subjects))
        own = own.where(_COLUMNS.number.in_(about))
    if wanted.since is not None:
        own = own.where(_COLUMNS.made_at >= wanted.since)
    if wanted.until is not None:
        own = own.where(_COLUMNS.made_at < wanted.until)
    return own


def _links(c: Connection, own: Select[Any]) -> tuple[Link, ...]:
    """Return the links selected, with what each is about, by two questions."""
    rows = c.execute(own).all()
    numbers = [row.number for row in rows]
    subjects: dict[int, list[str]] = {}
    order = (link_subject.c.link, link_subject.c.place)
    about = select(link_subject.c.link, link_subject.c.subject).where(link_subject.c.link.in_(numbers))
    for number, subject in c.execute(about.order_by(*order)) if numbers else ():
        subjects.setdefault(number, []).append(subject)
    return tuple(_link(row, subjects.get(row.number, ())) for row in rows)


def _link(row: Row[Any], subjects: Sequence[str]) -> Link:
    deed = Deed(
        person=row.person,
        on_behalf=row.on_behalf,
        role=row.role,
        action=row.action,
        subjects=tuple(subjects),
    )
    return Link(
        number=row.number,
        made_at=_moment(row.made_at),
        deed=deed,
        before=row.before,
        content=row.content,
        previous=row.previous,
        hash=row.hash,
    )


def _moment(text: str) -> datetime:
    """Return the moment *text* says; the first of all where it is not as we write moments, which no link was made at."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _NEVER
    return found if found.tzinfo is not None and moment_text(found) == text else _NEVER
