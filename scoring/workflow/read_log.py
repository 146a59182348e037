"""The log: the chain's links as people read them, all of them, those about a unit, and those of one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from scoring.chain import OPERATOR, Link
from scoring.deeds import called
from scoring.errors import Fault, Place, Refused
from scoring.evidence import UnitYear
from scoring.marks import Marking
from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.permissions import Action, Setting, permit
from scoring.sheets import SELF, SHARED
from scoring.store import coverage, links, markings, people
from scoring.store.engine import Connection, Store
from scoring.store.links import Wanted
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.evidence_standing import standing_of


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
    """The rows of one table that a link wrote: the columns the chain covers, and of each row its cells in words."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWhole:
    """A link, the rows it wrote, and whether there is a next one."""

    seen: LinkSeen
    rows: tuple[RowsSeen, ...]
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMove:
    """A mark as it came to count: of which criterion, stage and evaluator, from what to what (None: none), and how."""

    made_at: datetime
    criterion: str
    title: Text
    stage: str
    evaluator: str
    before: str | None
    after: str | None
    brought_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLog:
    """What was done about a unit in a period, and how its marks came about, in order."""

    unit: Unit
    period: str
    links: tuple[LinkSeen, ...]
    marks: tuple[MarkMove, ...]


def read_log(store: Store, actor: Actor, wanted: Wanted, after: int, most: int) -> Log:
    """Return *most* of the links that are wanted, after so many. Raises NotAllowed."""
    permit(actor, Action.SEE_LOG, Setting())
    with store.read() as c:
        return Log(links=_seen(c, links.page(c, wanted, after, most)), whole=links.count(c, wanted))


def read_link(store: Store, actor: Actor, number: int) -> LinkWhole:
    """Return the link of that number with the rows it wrote. Raises NotAllowed and LinkUnknown."""
    permit(actor, Action.SEE_LOG, Setting())
    with store.read() as c:
        found = links.find(c, number)
        if found is None:
            sentence = Text(f"没有第 {number} 环", f"there is no link {number}")
            raise LinkUnknown([Fault(place=Place(), sentence=sentence)])
        lines = coverage.lines_of(c, number)
        newest = links.head(c)
        (seen,) = _seen(c, [found])
    columns = {table.name: coverage.coverage(table) for table in coverage.covered()}
    rows = []
    for name, own in lines.items():
        covered = columns[name]
        if own and covered is not None:
            rows.append(RowsSeen(table=name, columns=covered.columns, rows=tuple(map(_cells, own))))
    return LinkWhole(seen=seen, rows=tuple(rows), last=newest is not None and newest.number == number)


def read_unit_log(store: Store, actor: Actor, period_id: str, code: str, criterion: str = "") -> UnitLog:
    """Return what was done about the unit, or how the mark of one *criterion* came about.

    A branch sees of the marks its own until results are posted, an evaluator besides the own those of the stages
    before. Raises NotAllowed, PeriodUnknown and UnitUnknown.
    """
    with store.read() as c:
        standing = standing_of(c, actor, UnitYear(period_id, code))
        permit(actor, Action.SEE_WORK, standing.setting)
        period = standing.period
        found = _seen(c, links.about(c, f"unit {period.id} {code}"))
        came = markings.history(c, period.id, code)
    open_to_all = period.phase.place >= Phase.POSTED.place or not (
        actor.holds(Role.SECRETARY, period.id) or actor.holds(Role.EVALUATOR, period.id)
    )
    seen = [own for own in came if open_to_all or _may_see(actor, own.marking)]
    titles = {own.id: own.title for own in standing.criteria.subjects}
    before: dict[tuple[str, str], dict[str, str]] = {}
    moves: list[MarkMove] = []
    for one in seen:
        key = (one.marking.stage, one.marking.evaluator)
        now, then = dict(one.marking.marks.items()), before.get(key, {})
        moves += [
            MarkMove(
                made_at=one.made_at,
                criterion=own,
                title=titles.get(own, Text(own, own)),
                stage=key[0],
                evaluator=key[1],
                before=then.get(own),
                after=now.get(own),
                brought_by=one.file_name,
            )
            for own in titles
            if then.get(own) != now.get(own) and criterion in ("", own)
        ]
        before[key] = now
    return UnitLog(
        unit=standing.kept.unit,
        period=period.id,
        links=() if criterion else found,
        marks=tuple(moves),
    )


def read_person_log(store: Store, actor: Actor, person_id: str, after: int, most: int) -> Log:
    """Return what a person did, or had done for them: everybody their own, auditors all. Raises NotAllowed."""
    if person_id not in actor.hands or actor.person is None:
        permit(actor, Action.SEE_LOG, Setting())
    wanted = Wanted(hand=person_id)
    with store.read() as c:
        return Log(links=_seen(c, links.page(c, wanted, after, most)), whole=links.count(c, wanted))


def _may_see(actor: Actor, marking: Marking) -> bool:
    """Return whether a branch or an evaluator may see that marking before anything is posted."""
    if actor.holds(Role.EVALUATOR):
        return marking.stage in SHARED or marking.evaluator == actor.sheet_holder.signs_as
    return marking.stage == SELF


def _seen(c: Connection, found: Sequence[Link]) -> tuple[LinkSeen, ...]:
    ids = {own for link in found for own in (link.deed.person, link.deed.on_behalf) if own}
    named = {own: one.name for own, one in people.among(c, ids).items()}
    return tuple(_told(link, named) for link in found)


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
