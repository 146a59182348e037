"""What people may do, as it is kept: roles proposed and confirmed, units they keep away from, and their deputies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from scoring.errors import Fault, Refused
from scoring.people import Grant, Reach, Role, Scope
from scoring.store import chain, links
from scoring.store.plain import Plain
from scoring.store.tables import deputy, deputy_end, recusal, role_grant, role_grant_move
from scoring.texts import Text
from scoring.units import Unit


class GrantState(StrEnum):
    """What has become of a role that was proposed; it holds while it is confirmed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {
    GrantState.PROPOSED: Text("待确认", "waiting"),
    GrantState.CONFIRMED: Text("有效", "in force"),
    GrantState.REFUSED: Text("未通过", "refused"),
    GrantState.ENDED: Text("已终止", "ended"),
}


class GrantUnknown(Refused):
    """No such role was ever proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantKept:
    """A role proposed for a person: ids of who proposed it, and of who moved it last ('' where nobody did yet)."""

    grant: Grant
    person: str
    state: GrantState
    proposed_by: str
    proposed_at: datetime
    moved_by: str
    moved_at: datetime | None
    link: int | None

    @property
    def alive(self) -> bool:
        """Whether it holds or may yet."""
        return self.state in (GrantState.PROPOSED, GrantState.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputyship:
    """That `person` may act on behalf of `principal` from the first to the last day (2026-12-31), both included."""

    number: int
    principal: str
    person: str
    first_day: str
    last_day: str
    by: str
    ended: bool

    def holds(self, day: str) -> bool:
        """Return whether it is in force on *day*."""
        return not self.ended and self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """A unit, by code, that a person keeps away from, with the reason given."""

    person: str
    unit: str
    reason: str
    by: str
    made_at: datetime


def propose(c: Connection, person: str, role: Role, scope: Scope, period: str, by: str) -> int:  # noqa: PLR0917
    """Add a role proposed for *person*, and return its number."""
    number = (c.scalar(select(func.max(role_grant.c.number))) or 0) + 1
    chain.concern(c, f"person {person}")
    chain.add(
        c,
        role_grant,
        number=number,
        person=person,
        role=role.value,
        scope_kind=scope.reach.value,
        scope=scope.name,
        period=period,
        proposed_by=by,
        made_at=datetime.now(UTC),
    )
    return number


def move(c: Connection, own: GrantKept, state: GrantState, by: str) -> None:
    """Let a role that was proposed stand in *state* from now on."""
    moves = role_grant_move.c
    last = select(func.max(moves.number)).where(moves.role_grant == own.grant.number)
    chain.concern(c, f"person {own.person}")
    chain.add(
        c,
        role_grant_move,
        role_grant=own.grant.number,
        number=(c.scalar(last) or 0) + 1,
        state=state.value,
        by=by,
        made_at=datetime.now(UTC),
    )


def find(c: Connection, number: int) -> GrantKept:
    """Return the role that was proposed under that number. Raises GrantUnknown."""
    found = _kept(c, role_grant.c.number == number)
    if not found:
        raise GrantUnknown([Fault.of("没有这项授权", "there is no such role to decide on")])
    return found[0]


def of_person(c: Connection, person: str) -> tuple[GrantKept, ...]:
    """Return all roles ever proposed for *person*, in order."""
    return _kept(c, role_grant.c.person == person)


def every(c: Connection) -> tuple[GrantKept, ...]:
    """Return all roles ever proposed, in order."""
    return _kept(c)


def in_force(c: Connection, person: str) -> tuple[Grant, ...]:
    """Return the roles that *person* holds now, in order."""
    return tuple(own.grant for own in of_person(c, person) if own.state is GrantState.CONFIRMED)


def proposers(c: Connection, own: GrantKept) -> frozenset[str]:
    """Return the ids of all who had a hand in proposing a role: who did it, and on whose behalf; empty by command."""
    found = {own.proposed_by}
    link = None if own.link is None else links.find(c, own.link)
    if link is not None:
        found |= {link.deed.person, link.deed.on_behalf}
    return frozenset(found - {""})


def holders(c: Connection, role: Role, period: str = "", unit: Unit | None = None) -> frozenset[str]:
    """Return the ids of who holds *role* in *period*, over *unit* where one is named."""
    return frozenset(
        own.person
        for own in _kept(c, role_grant.c.role == role.value)
        if own.state is GrantState.CONFIRMED
        and own.grant.period in ("", period)
        and (unit is None or own.grant.scope.covers(unit))
    )


def counting(c: Connection, person: str) -> tuple[tuple[Grant, ...], frozenset[str]]:
    """Return the roles that *person* holds now, in order, and the codes of the units they keep away from."""
    grants: list[Grant] = []
    recused: set[str] = set()
    for number, role, kind, name, period in _COUNTING.ask(c, person=person):
        if number is None:
            recused.add(name)
        else:
            scope = Scope(reach=Reach(kind), name=name)
            grants.append(Grant(number=number, role=Role(role), scope=scope, period=period))
    return tuple(sorted(grants, key=lambda own: own.number)), frozenset(recused)


def keep_away(c: Connection, person: str, unit: str, reason: str, by: str) -> None:
    """Let *person* keep away from the unit of that code."""
    _add_recusal(c, person, unit, ended=0, reason=reason, by=by)


def end_keeping_away(c: Connection, person: str, unit: str, reason: str, by: str) -> None:
    """Let *person* no longer keep away from the unit of that code."""
    _add_recusal(c, person, unit, ended=1, reason=reason, by=by)


def recusals(c: Connection, person: str) -> tuple[Recusal, ...]:
    """Return what *person* keeps away from now, by code."""
    found: dict[str, Row[Any]] = {}
    for row in c.execute(select(recusal).where(recusal.c.person == person).order_by(recusal.c.revision)):
        found[row.unit] = row
    return tuple(
        Recusal(person=row.person, unit=row.unit, reason=row.reason, by=row.by, made_at=row.made_at)
        for _, row in sorted(found.items())
        if not row.ended
    )


def name_deputy(c: Connection, principal: str, person: str, days: tuple[str, str], by: str) -> int:
    """Let *person* act on behalf of *principal* on those days, the first and the last, and return its number."""
    number = (c.scalar(select(func.max(deputy.c.number))) or 0) + 1
    chain.concern(c, f"person {principal}", f"person {person}")
    chain.add(
        c,
        deputy,
        number=number,
        principal=principal,
        person=person,
        first_day=days[0],
        last_day=days[1],
        by=by,
        made_at=datetime.now(UTC),
    )
    return number


def end_deputy(c: Connection, own: Deputyship, by: str) -> None:
    """Let a deputyship that has not ended end now."""
    chain.concern(c, f"person {own.principal}", f"person {own.person}")
    chain.add(c, deputy_end, deputy=own.number, by=by, made_at=datetime.now(UTC))


def deputies_of(c: Connection, principal: str) -> tuple[Deputyship, ...]:
    """Return who may or might act on behalf of *principal*, ever, in order."""
    return _deputies(_OF_PRINCIPAL.ask(c, asked=principal))


def principals_of(c: Connection, person: str) -> tuple[Deputyship, ...]:
    """Return on whose behalf *person* may or might act, ever, in order."""
    return _deputies(_OF_DEPUTY.ask(c, asked=person))


def deputyship(c: Connection, number: int) -> Deputyship | None:
    """Return the deputyship of that number; None where there is none."""
    return next(iter(_deputies(_OF_NUMBER.ask(c, asked=number))), None)


def _kept(c: Connection, *where: Any) -> tuple[GrantKept, ...]:
    columns, moves = role_grant.c, role_grant_move.c
    rows = c.execute(select(role_grant).where(*where).order_by(columns.number)).all()
    joined = role_grant_move.join(role_grant, columns.number == moves.role_grant)
    own: Select[Any] = select(role_grant_move).select_from(joined).where(*where).order_by(moves.number)
    last: dict[int, Row[Any]] = {row.role_grant: row for row in c.execute(own)} if rows else {}
    return tuple(_grant_kept(row, last.get(row.number)) for row in rows)


def _grant_kept(row: Row[Any], last: Row[Any] | None) -> GrantKept:
    scope = Scope(reach=Reach(row.scope_kind), name=row.scope)
    return GrantKept(
        grant=Grant(number=row.number, role=Role(row.role), scope=scope, period=row.period),
        person=row.person,
        state=GrantState.PROPOSED if last is None else GrantState(last.state),
        proposed_by=row.proposed_by,
        proposed_at=row.made_at,
        moved_by="" if last is None else last.by,
        moved_at=None if last is None else last.made_at,
        link=row.link,
    )


def _deputies(rows: Sequence[tuple[Any, ...]]) -> tuple[Deputyship, ...]:
    return tuple(
        Deputyship(
            number=number,
            principal=principal,
            person=person,
            first_day=first_day,
            last_day=last_day,
            by=by,
            ended=ended is not None,
        )
        for number, principal, person, first_day, last_day, by, ended in rows
    )


def _deputies_where(column: ColumnElement[Any]) -> Plain:
    own = deputy.c
    joined = deputy.outerjoin(deputy_end, deputy_end.c.deputy == own.number)
    kept = (own.number, own.principal, own.person, own.first_day, own.last_day, own.by, deputy_end.c.deputy)
    asked = bindparam("asked", type_=column.type)
    return Plain(select(*kept).select_from(joined).where(column == asked).order_by(own.number))


_OF_PRINCIPAL, _OF_DEPUTY, _OF_NUMBER = (
    _deputies_where(own) for own in (deputy.c.principal, deputy.c.person, deputy.c.number)
)


def _add_recusal(c: Connection, person: str, unit: str, *, ended: int, reason: str, by: str) -> None:
    columns = recusal.c
    last = select(func.max(columns.revision)).where(columns.person == person, columns.unit == unit)
    chain.concern(c, f"person {person}")
    chain.add(
        c,
        recusal,
        person=person,
        unit=unit,
        revision=(c.scalar(last) or 0) + 1,
        ended=ended,
        reason=reason,
        by=by,
        made_at=datetime.now(UTC),
    )


def _counting() -> CompoundSelect[Any]:
    moves, again, later = role_grant_move.c, role_grant_move.alias(), recusal.alias()
    last = select(func.max(again.c.number)).where(again.c.role_grant == moves.role_grant).scalar_subquery()
    held = (
        select(
            role_grant.c.number,
            role_grant.c.role,
            role_grant.c.scope_kind,
            role_grant.c.scope,
            role_grant.c.period,
        )
        .select_from(
            role_grant.join(
                role_grant_move, and_(moves.role_grant == role_grant.c.number, moves.number == last)
            )
        )
        .where(role_grant.c.person == bindparam("person"), moves.state == GrantState.CONFIRMED.value)
    )
    own = and_(later.c.person == recusal.c.person, later.c.unit == recusal.c.unit)
    newest = select(func.max(later.c.revision)).where(own).scalar_subquery()
    nothing: ColumnElement[str] = literal_column("''")
    recused = select(null(), nothing, nothing, recusal.c.unit, nothing).where(
        recusal.c.person == bindparam("person"), recusal.c.revision == newest, recusal.c.ended == 0
    )
    return union_all(held, recused)


_COUNTING = Plain(_counting())
