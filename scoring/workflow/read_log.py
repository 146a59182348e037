"""The log: the chain's links as people read them, all of them and those of one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from scoring.chain import OPERATOR, Link, Share, content_of, shares
from scoring.deeds import called
from scoring.errors import Fault, Refused
from scoring.people import Actor, Role
from scoring.permissions import Action, Setting, permit
from scoring.store import coverage, links, people
from scoring.store.engine import Connection, Store
from scoring.store.links import Wanted
from scoring.texts import Text

SHOWN = 100
"""How many rows of a table are shown."""


class LinkUnknown(Refused):
    """The chain has no link of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSeen:
    """A link in words: who did it ('' by a command on the server), for whom ('' for nobody else), in which role, what."""

    link: Link
    who: str
    on_behalf: str
    role: Text
    what: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Some of the links that were asked for, the newest first, and how many there are of them."""

    links: tuple[LinkSeen, ...]
    whole: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSeen:
    """What a link wrote to one table: how many rows, their digest, and the first of them in words, as they are now.

    `columns` are those that the chain covers; `agrees` says whether the rows there are now are those that were written.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    digest: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWhole:
    """A link, the rows it wrote, and whether there is a next one."""

    seen: LinkSeen
    rows: tuple[RowsSeen, ...]
    last: bool


def read_log(store: Store, actor: Actor, wanted: Wanted, after: int, most: int) -> Log:
    """Return *most* of the links that are wanted, after so many. Raises NotAllowed."""
    permit(actor, Action.SEE_LOG, Setting())
    with store.read() as c:
        return Log(links=seen_links(c, links.page(c, wanted, after, most)), whole=links.count(c, wanted))


def read_link(store: Store, actor: Actor, number: int) -> LinkWhole:
    """Return the link of that number with the rows it wrote. Raises NotAllowed and LinkUnknown."""
    permit(actor, Action.SEE_LOG, Setting())
    with store.read() as c:
        found = links.find(c, number)
        if found is None:
            raise LinkUnknown([Fault.of(f"没有第 {number} 环", f"there is no link {number}")])
        lines = coverage.lines_of(c, number)
        if number == 1:
            lines = coverage.together(lines, coverage.lines_of(c, None))
        newest = links.head(c)
        (seen,) = seen_links(c, [found])
    there = {share.table: share for share in shares(content_of(lines))}
    said = shares(found.content)
    rows = tuple(_rows(share, lines.get(share.table, []), there.get(share.table)) for share in said)
    return LinkWhole(seen=seen, rows=rows, last=newest is not None and newest.number == number)


def read_person_log(store: Store, actor: Actor, person_id: str, after: int, most: int) -> Log:
    """Return what a person did, or had done for them: everybody their own, auditors all. Raises NotAllowed."""
    if person_id not in actor.hands or actor.person is None:
        permit(actor, Action.SEE_LOG, Setting())
    wanted = Wanted(hand=person_id)
    with store.read() as c:
        return Log(links=seen_links(c, links.page(c, wanted, after, most)), whole=links.count(c, wanted))


def seen_links(c: Connection, found: Sequence[Link]) -> tuple[LinkSeen, ...]:
    """Return *found* in words."""
    ids = {own for link in found for own in (link.deed.person, link.deed.on_behalf) if own}
    named = {own: one.name for own, one in people.among(c, ids).items()}
    return tuple(_told(link, named) for link in found)


def _rows(said: Share, lines: Sequence[bytes], there: Share | None) -> RowsSeen:
    covered = coverage.named(said.table)
    return RowsSeen(
        table=said.table,
        columns=() if covered is None else covered.columns,
        rows=tuple(map(_cells, lines[:SHOWN])),
        count=said.rows,
        digest=said.digest,
        agrees=said == there,
    )


def _told(link: Link, named: dict[str, str]) -> LinkSeen:
    deed = link.deed
    if deed.role == OPERATOR:
        role = Text("服务器管理", "on the server")
    else:
        role = Role(deed.role).called if deed.role in set(Role) else Text("本人", "for oneself")
    return LinkSeen(
        link=link,
        who=named.get(deed.person, deed.person),
        on_behalf=named.get(deed.on_behalf, deed.on_behalf),
        role=role,
        what=called(deed.action),
    )


def _cells(line: bytes) -> tuple[str, ...]:
    cells: Iterable[object] = orjson.loads(line)
    return tuple("" if cell is None else str(cell) for cell in cells)
