"""Members taken in from a clerk's file: who is new is added, who is there already is changed, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scoring.errors import Fault
from scoring.ledger import quarter_of
from scoring.people import Actor
from scoring.permissions import Action
from scoring.spreadsheet.members import MemberRow, MembersRead, read_members
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, quarters
from scoring.store.ledger.members import Member, MemberState, NewMember
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.imports import Mode, digest_of, refuse_any, transaction
from scoring.workflow.points.deeds import points_deed
from scoring.workflow.points.taken_files import note_file, refuse_taken
from scoring.working_days import today


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersTaken:
    """What an import of members did, or in a trial would do: how many were new, changed, and as before.

    `moved` is how many of those changed are in another branch now; `not_in_file` how many active members the file
    does not name, who stay as they are.
    """

    new: int
    changed: int
    moved: int
    same: int
    not_in_file: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was there before: the members of the file by number, accounts, whose those are, units, and what each closed last."""

    members: Mapping[str, Member]
    accounts: Mapping[str, str]
    holders: Mapping[str, Member]
    units: Mapping[str, Unit]
    closed: Mapping[str, str]


def import_members(store: Store, actor: Actor | None, path: Path, mode: Mode = Mode.FOR_GOOD) -> MembersTaken:
    """Take the members in the file at *path*, all or none, and return what changed.

    Who is not in the file stays; who left and is in it is back. Without a day what is new holds from today on. Raises
    NotAllowed, FileTaken where the very file was taken before, and FileRefused with every fault by row and column.
    """
    deed = points_deed(actor, Action.KEEP_MEMBERS)
    read = read_members(path)
    digest = digest_of(path)
    with transaction(store, mode, deed) as c:
        refuse_taken(c, digest, path.name)
        known = _known(c, read.members)
        refuse_any([*read.faults, *_faults(actor, read, known)], read.table)
        new = [_new(row, known) for row in read.members if row.code not in known.members]
        after = [(known.members[row.code], row) for row in read.members if row.code in known.members]
        changed = [(before, own) for before, row in after if (own := _after(before, row, known)) != before]
        active = members.count_active(c)
        if mode is Mode.FOR_GOOD:
            members.add(c, new)
            members.revise(c, [own for _, own in changed])
            note_file(c, digest)
        return MembersTaken(
            new=len(new),
            changed=len(changed),
            moved=sum(before.unit != own.unit for before, own in changed),
            same=len(after) - len(changed),
            not_in_file=active - sum(before.active for before, _ in after),
        )


def _known(c: Connection, rows: Sequence[MemberRow]) -> _Known:
    accounts = members.accounts(c, (row.login for row in rows))
    return _Known(
        members=members.by_codes(c, (row.code for row in rows)),
        accounts=accounts,
        holders=members.of_persons(c, accounts.values()),
        units=units.newest(c),
        closed={unit: quarter for quarter, unit in sorted(quarters.closed(c))},
    )


def _faults(actor: Actor | None, read: MembersRead, known: _Known) -> Iterator[Fault]:
    """Yield what is wrong with sound rows in this county."""
    now = today()
    for row in read.members:
        before = known.members.get(row.code)
        for column, zh, en in (*_row_faults(row, before, known, now), *_own(actor, row, before, known)):
            at = column if read.table.has(column) else "code"
            yield Fault(place=read.table.place_of(row.row, at), sentence=Text(zh, en))


def _row_faults(
    row: MemberRow, before: Member | None, known: _Known, now: date
) -> Iterator[tuple[str, str, str]]:
    if row.unit not in known.units:
        yield "unit", f"没有代码为“{row.unit}”的支部", f"there is no branch of the code “{row.unit}”"
    if row.login and row.login not in known.accounts:
        yield "login", f"没有“{row.login}”这个登录名", f"nobody signs in as “{row.login}”"
    holder = known.holders.get(known.accounts.get(row.login, ""))
    if holder is not None and holder.code != row.code:
        yield (
            "login",
            f"这个账号已是编号“{holder.code}”的党员的",
            f"the account is that of the member “{holder.code}”",
        )
    first_day = row.first_day
    if first_day is not None and first_day > now:
        yield "first_day", "日期还没有到", "that day is yet to come"
    if before is not None and _after(before, row, known) == before:
        return
    begins = first_day or now
    if before is not None and begins < before.first_day:
        yield (
            "first_day",
            f"现有信息自 {before.first_day.isoformat()} 起；新的须从这一天或以后开始",
            f"what is known holds from {before.first_day.isoformat()}; what is new begins then or later",
        )
    first = quarter_of(begins)
    for unit in sorted({row.unit, row.unit if before is None else before.unit}):
        quarter = known.closed.get(unit, "")
        if quarter >= first:
            yield (
                "first_day",
                f"{unit} 的 {quarter} 季度已经结账；请从下一个季度的日期开始",
                f"the quarter {quarter} of {unit} is closed; let it begin in a later quarter",
            )


def _own(
    actor: Actor | None, row: MemberRow, before: Member | None, known: _Known
) -> Iterator[tuple[str, str, str]]:
    """Yield a fault where the row changes the standing of whoever takes the file in."""
    if actor is None:
        return
    whose = {known.accounts.get(row.login, ""), "" if before is None else before.person}
    if not whose & actor.hands:
        return
    if before is None or replace(_after(before, row, known), name=before.name) != before:
        yield (
            "code",
            "不能更改自己的党员信息，请由另一名管理员办理",
            "nobody changes their own membership; another administrator does",
        )


def _new(row: MemberRow, known: _Known) -> NewMember:
    return NewMember(
        code=row.code,
        name=row.name,
        unit=row.unit,
        kind=row.kind,
        first_day=row.first_day or today(),
        person=known.accounts.get(row.login, ""),
    )


def _after(before: Member, row: MemberRow, known: _Known) -> Member:
    """Return the member as the file has them: the very same where it says nothing new, whatever day it names."""
    after = replace(
        before,
        name=row.name,
        unit=row.unit,
        kind=row.kind,
        state=MemberState.ACTIVE,
        person=known.accounts.get(row.login, "") if row.login else before.person,
    )
    return after if after == before else replace(after, first_day=row.first_day or today())
