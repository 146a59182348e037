"""Members as they are kept: by revision, each from a day on, with names and numbers apart from what the chain covers.

Points belong to the member's random id: whoever moves to another branch takes them along.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, select

from scoring.canonical import canonical, sha256
from scoring.criteria.item import MemberKind
from scoring.errors import Fault, Refused
from scoring.searching import Names
from scoring.store import bulk, chain
from scoring.store.parts import MOST, in_parts
from scoring.store.people import FORGOTTEN
from scoring.store.plain import Plain
from scoring.store.tables import (
    member,
    member_code,
    member_name,
    member_revision,
    moment_text,
    person_login,
)
from scoring.texts import Text

_COLUMNS = member_revision.c
_TOLD_MOST = 20
_FEW = 4
"""Up to so many members are asked for one by one, which is quicker."""


class MemberState(StrEnum):
    """Whether somebody is a member here now."""

    ACTIVE = "active"
    LEFT = "left"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {MemberState.ACTIVE: Text("在册", "active"), MemberState.LEFT: Text("已转出", "left")}


class MemberUnknown(Refused):
    """There is no member of that id or number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who is to be a member of the branch *unit* from *first_day* on; `person` is the account, '' for none."""

    code: str
    name: str
    unit: str
    kind: MemberKind
    first_day: date
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as of one revision, which holds from `first_day` on; `code` is the number an office knows them by."""

    id: str
    code: str
    name: str
    unit: str
    kind: MemberKind
    state: MemberState
    person: str
    first_day: date
    revision: int = 1

    @property
    def active(self) -> bool:
        """Whether they are a member here."""
        return self.state is MemberState.ACTIVE


def named(salt: str, code: str, name: str) -> str:
    """Return the digest that stands for a member's number and name in the chain; *salt* keeps it from being guessed."""
    return sha256(salt.encode() + canonical([code, name]))


def add(c: Connection, new: Sequence[NewMember]) -> tuple[Member, ...]:
    """Add members, active from their first days on, and return them in that order.

    Raises what SQLAlchemy raises where a number is somebody's already; numbers are asked for before (`by_codes`).
    """
    chain.link_number(c)
    made_at = moment_text(datetime.now(UTC))
    added = tuple(
        Member(
            id=secrets.token_hex(8),
            code=own.code,
            name=own.name,
            unit=own.unit,
            kind=own.kind,
            state=MemberState.ACTIVE,
            person=own.person,
            first_day=own.first_day,
        )
        for own in new
    )
    bulk.insert(c, member, [(one, made_at) for one in sorted(own.id for own in added)])
    bulk.insert(c, member_code, [(own.code, own.id) for own in added])
    _insert(c, added, made_at)
    return added


def revise(c: Connection, changed: Sequence[Member]) -> None:
    """Let each of *changed* be so from its `first_day` on, as the revision after the newest there is."""
    chain.link_number(c)
    before = _revisions(c, [own.id for own in changed])
    _insert(c, changed, moment_text(datetime.now(UTC)), before)


def find(c: Connection, member_id: str) -> Member:
    """Return the member of that id as they are now. Raises MemberUnknown."""
    for row in _OF_ID.ask(c, asked=member_id):
        return _called(row)
    raise unknown()


def by_code(c: Connection, code: str) -> Member:
    """Return the member of that number as they are now. Raises MemberUnknown."""
    for row in _OF_CODE.ask(c, asked=code):
        return _called(row)
    raise unknown(code)


def by_codes(c: Connection, codes: Iterable[str]) -> dict[str, Member]:
    """Return the members of those numbers as they are now, by number; numbers of nobody are left out."""
    return {own.code: own for part in in_parts(codes) for own in _selected(c, member_code.c.code.in_(part))}


def among(c: Connection, ids: Iterable[str]) -> dict[str, Member]:
    """Return the members of those ids as they are now, by id; ids of nobody are left out."""
    wanted = {own for own in ids if own}
    if len(wanted) <= _FEW:
        return {row[0]: _called(row) for own in sorted(wanted) for row in _OF_ID.ask(c, asked=own)}
    return {own.id: own for part in in_parts(wanted) for own in _selected(c, _COLUMNS.member.in_(part))}


def names(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return what the members of those ids are called, by id. Only for whoever may see names."""
    return {own.id: own.name for own in among(c, ids).values()}


def of_person(c: Connection, person_id: str) -> Member | None:
    """Return the active member whose account that is; None where it is nobody's."""
    if not person_id:
        return None
    found = (_called(row) for row in _OF_PERSON.ask(c, asked=person_id))
    return next((own for own in found if own.active), None)


def of_persons(c: Connection, ids: Iterable[str]) -> dict[str, Member]:
    """Return the active members by their accounts; accounts of no member are left out."""
    found = (own for part in in_parts(ids) for own in _selected(c, _COLUMNS.person.in_(part)))
    return {own.person: own for own in found if own.active}


def of_unit(c: Connection, unit: str, day: date | None = None) -> tuple[Member, ...]:
    """Return the active members of the branch, by number: as of *day*, or now."""
    return of_units(c, [unit], day)


def of_units(c: Connection, units: Collection[str], day: date | None = None) -> tuple[Member, ...]:
    """Return the active members of the branches, by branch and number: as of *day*, or now."""
    found = [own for part in in_parts(units) for own in _selected(c, _COLUMNS.unit.in_(part), day)]
    return tuple(sorted((own for own in found if own.active), key=_order))


def branches(c: Connection, units: Collection[str], day: date) -> dict[str, str]:
    """Return by id the branch of each active member of *units* as of *day*; nobody's name is read."""
    if len(units) > MOST:
        there = frozenset(units)
        rows = _BRANCHES.ask(c, day=day.isoformat())
        return {member: unit for member, unit in rows if unit in there}
    own = _branches(day.isoformat())
    return {
        member: unit
        for part in in_parts(units)
        for member, unit in c.execute(own.where(_COLUMNS.unit.in_(part)))
    }


def branches_of(c: Connection, ids: Iterable[str], day: date) -> dict[str, str]:
    """Return by id the branch of each of *ids* that is an active member as of *day*; nobody's name is read."""
    own = _branches(day.isoformat())
    return {
        member: unit
        for part in in_parts(ids)
        for member, unit in c.execute(own.where(_COLUMNS.member.in_(part)))
    }


def revised_since(c: Connection, link: int) -> frozenset[str]:
    """Return the ids of the members who were added or revised under a later link than that."""
    return frozenset(member for (member,) in _REVISED.ask(c, link=link))


def on_roll(c: Connection, unit: str, day: date) -> tuple[Member, ...]:
    """Return whom the branch had as of *day*, with those who had left it for nowhere, by number."""
    return tuple(sorted(_selected(c, _COLUMNS.unit == unit, day), key=_order))


def every(c: Connection, day: date | None = None) -> tuple[Member, ...]:
    """Return all members, those who left too, by branch and number: as of *day*, or now."""
    return tuple(sorted(_selected(c, None, day), key=_order))


def count_active(c: Connection) -> int:
    """Return how many members there are now."""
    own = select(func.count()).select_from(member_revision)
    return c.scalar(own.where(_COLUMNS.state == MemberState.ACTIVE.value, *_lasting())) or 0


def histories(c: Connection, ids: Iterable[str]) -> dict[str, tuple[Member, ...]]:
    """Return the revisions of the members of those ids, oldest first, by id; without their names."""
    return {own[0].id: own for own in _histories(c, _COLUMNS.member, ids)}


def histories_by_codes(c: Connection, codes: Iterable[str]) -> dict[str, tuple[Member, ...]]:
    """Return the revisions of the members of those numbers, oldest first, by number; without their names."""
    return {own[0].code: own for own in _histories(c, member_code.c.code, codes)}


def joined(c: Connection) -> dict[str, date]:
    """Return the first day of every member's first revision, by id."""
    own = select(_COLUMNS.member, _COLUMNS.first_day).where(_COLUMNS.revision == 1)
    return {row.member: date.fromisoformat(row.first_day) for row in c.execute(own)}


def as_of(revisions: Sequence[Member], day: date) -> Member | None:
    """Return the one of a member's *revisions*, oldest first, that holds on *day*; None before the first."""
    return next((own for own in reversed(revisions) if own.first_day <= day), None)


def search(found: Sequence[Member], words: str) -> tuple[Member, ...]:
    """Return those of *found* whose number or name, by a part, by pinyin or its initials, answers all of *words*."""
    return tuple(found[place] for place in Names((own.code, own.name) for own in found).matching(words))


def accounts(c: Connection, logins: Iterable[str]) -> dict[str, str]:
    """Return the ids of the people of those sign-in names, by sign-in name; names of nobody are left out."""
    columns = person_login.c
    return {
        row.login: row.person
        for part in in_parts(logins)
        for row in c.execute(select(columns.login, columns.person).where(columns.login.in_(part)))
    }


def unknown(code: str = "") -> MemberUnknown:
    """Return the refusal that there is no such member."""
    called = Text(f"编号为“{code}”的", f" of the number “{code}”") if code else Text("这名", "")
    return MemberUnknown(
        [Fault.of(f"没有{called.zh}党员，请核对编号", f"there is no member{called.en}; check the number")]
    )


_KEPT = (
    _COLUMNS.member,
    _COLUMNS.revision,
    _COLUMNS.unit,
    _COLUMNS.kind,
    _COLUMNS.state,
    _COLUMNS.person,
    _COLUMNS.first_day,
)


def _selected(c: Connection, where: ColumnElement[bool] | None, day: date | None = None) -> Iterator[Member]:
    """Yield the members where *where* holds of the revision that is the last: of all, or of those begun by *day*."""
    return map(_called, c.execute(_selection(day, *(() if where is None else (where,)))))


def _selection(day: date | None, *where: ColumnElement[bool]) -> Select[Any]:
    joined_ = member_revision.join(member_code, member_code.c.member == _COLUMNS.member).outerjoin(
        member_name,
        and_(member_name.c.member == _COLUMNS.member, member_name.c.revision == _COLUMNS.revision),
    )
    own = select(*_KEPT, member_code.c.code, member_name.c.name).select_from(joined_)
    return own.where(*_lasting(day), *where)


def _called(row: Any) -> Member:
    """Return the member of a row that ends with what they are called, None where that was forgotten."""
    return _member(row[:-1], FORGOTTEN.zh if row[-1] is None else row[-1])


def _lasting(day: date | None = None) -> list[ColumnElement[bool]]:
    """Return what holds of a member's last revision: of all, or of those begun by *day*."""
    return _lasting_by(None if day is None else day.isoformat())


def _lasting_by(day: str | ColumnElement[str] | None) -> list[ColumnElement[bool]]:
    later = member_revision.alias("later")
    follows = and_(later.c.member == _COLUMNS.member, later.c.revision > _COLUMNS.revision)
    if day is None:
        return [~exists().where(follows)]
    return [_COLUMNS.first_day <= day, ~exists().where(follows, later.c.first_day <= day)]


def _branches(day: str | ColumnElement[str]) -> Select[Any]:
    own = select(_COLUMNS.member, _COLUMNS.unit)
    return own.where(_COLUMNS.state == MemberState.ACTIVE.value, *_lasting_by(day))


def _histories(
    c: Connection, column: ColumnElement[str], values: Iterable[str]
) -> Iterator[tuple[Member, ...]]:
    """Yield the revisions of each member whose *column* is one of *values*, oldest first."""
    own = select(*_KEPT, member_code.c.code).join(member_code, member_code.c.member == _COLUMNS.member)
    for part in in_parts(values):
        rows = c.execute(own.where(column.in_(part)).order_by(_COLUMNS.member, _COLUMNS.revision))
        for _, revisions in groupby(rows, key=itemgetter(0)):
            yield tuple(_member(row, "") for row in revisions)


def _member(row: Any, name: str) -> Member:
    own, revision, unit, kind, state, person, first_day, code = row
    return Member(
        id=own,
        code=code,
        name=name,
        unit=unit,
        kind=MemberKind(kind),
        state=MemberState(state),
        person=person,
        first_day=date.fromisoformat(first_day),
        revision=revision,
    )


_OF_ID, _OF_CODE, _OF_PERSON = (
    Plain(_selection(None, own == bindparam("asked", type_=own.type)))
    for own in (_COLUMNS.member, member_code.c.code, _COLUMNS.person)
)


def _insert(
    c: Connection, kept: Sequence[Member], made_at: str, before: dict[str, int] | None = None
) -> None:
    before = before or {}
    by_id = sorted(kept, key=attrgetter("id"))
    salted = [(own, before.get(own.id, 0) + 1, secrets.token_hex(16)) for own in by_id]
    bulk.insert(
        c,
        member_revision,
        [
            (
                own.id,
                revision,
                own.unit,
                own.kind.value,
                own.state.value,
                own.person,
                named(salt, own.code, own.name),
                own.first_day.isoformat(),
                made_at,
            )
            for own, revision, salt in salted
        ],
    )
    bulk.insert(c, member_name, [(own.id, revision, own.name, salt) for own, revision, salt in salted])
    if kept:
        about = [f"member {own.id}" for own in kept] if len(kept) <= _TOLD_MOST else ["members"]
        chain.concern(c, *about)


def _revisions(c: Connection, ids: Iterable[str]) -> dict[str, int]:
    own = select(_COLUMNS.member, func.max(_COLUMNS.revision).label("newest")).group_by(_COLUMNS.member)
    return {
        row.member: row.newest
        for part in in_parts(ids)
        for row in c.execute(own.where(_COLUMNS.member.in_(part)))
    }


def _order(own: Member) -> tuple[str, str]:
    return own.unit, own.code


_BRANCHES = Plain(_branches(bindparam("day")))
_REVISED = Plain(select(_COLUMNS.member).where(_COLUMNS.link > bindparam("link")).distinct())
