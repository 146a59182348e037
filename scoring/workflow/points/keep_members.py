"""Members are kept: added, moved to another branch with their points, renamed, linked to an account, let go."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from unicodedata import normalize

from scoring.criteria.item import MemberKind
from scoring.errors import Fault, Refused
from scoring.ledger import quarter_of
from scoring.people import Actor, login_form
from scoring.permissions import Action, other_hands
from scoring.spreadsheet.members import code_fault, name_fault
from scoring.store import people, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, quarters
from scoring.store.ledger.members import Member, MemberState, NewMember
from scoring.units import Unit
from scoring.workflow.points.deeds import points_deed
from scoring.working_days import today


class MemberRefused(Refused):
    """A member cannot be kept like that."""


class MemberChanged(Refused):
    """Somebody else has changed the member since they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFields:
    """What there is to say of a member from *first_day* on; `login` is that of the account, '' for none."""

    name: str
    unit: str
    kind: MemberKind
    first_day: date
    login: str = ""


def add_member(store: Store, actor: Actor | None, code: str, fields: MemberFields) -> Member:
    """Add a member of the number *code*, and return them; nobody adds themselves.

    Raises NotAllowed, SameHands, and MemberRefused with every fault.
    """
    deed = points_deed(actor, Action.KEEP_MEMBERS)
    code = normalize("NFC", code.strip())
    with store.begin(deed) as c:
        known = units.newest(c)
        person = _person(c, fields.login)
        faults = [*_faults(fields, known), *_account_faults(c, fields, person, "")]
        wrong = code_fault(code)
        if wrong is not None:
            faults.append(Fault.of(wrong.zh, wrong.en))
        elif members.by_codes(c, [code]):
            faults.append(
                Fault.of(f"编号“{code}”已有人使用", f"the number “{code}” is that of another member")
            )
        faults += _closed(c, {fields.unit}, fields.first_day)
        if faults:
            raise MemberRefused(faults)
        _not_own(actor, [person])
        new = NewMember(
            code=code,
            name=_tidy(fields.name),
            unit=fields.unit,
            kind=fields.kind,
            first_day=fields.first_day,
            person=person,
        )
        return members.add(c, [new])[0]


def change_member(
    store: Store, actor: Actor | None, member_id: str, fields: MemberFields, based_on: int | None = None
) -> Member:
    """Let the member be as in *fields* from their first day on; in another branch they have the same points.

    *based_on* is the revision that was read. Nobody changes themselves but for the name. Raises NotAllowed, SameHands,
    MemberUnknown, MemberChanged and MemberRefused with every fault.
    """
    deed = points_deed(actor, Action.KEEP_MEMBERS)
    with store.begin(deed) as c:
        before = _read(c, member_id, based_on)
        person = _person(c, fields.login)
        faults = [
            *_faults(fields, units.newest(c)),
            *_account_faults(c, fields, person, member_id),
            *_too_early(c, before, fields.unit, fields.first_day),
        ]
        if faults:
            raise MemberRefused(faults)
        after = replace(
            before,
            name=_tidy(fields.name),
            unit=fields.unit,
            kind=fields.kind,
            state=MemberState.ACTIVE,
            person=person,
            first_day=fields.first_day,
        )
        _own_hands(actor, before, after)
        if after != before:
            members.revise(c, [after])
            after = members.find(c, member_id)
        return after


def let_go(
    store: Store, actor: Actor | None, member_id: str, first_day: date, based_on: int | None = None
) -> Member:
    """Let the member be none here from *first_day* on; what is posted stays. Raises as `change_member` does."""
    deed = points_deed(actor, Action.KEEP_MEMBERS)
    with store.begin(deed) as c:
        before = _read(c, member_id, based_on)
        faults = list(_too_early(c, before, before.unit, first_day))
        if not before.active:
            faults.append(Fault.of("该党员已经转出", "the member has left already"))
        if first_day > today():
            faults.append(_to_come())
        if faults:
            raise MemberRefused(faults)
        after = replace(before, state=MemberState.LEFT, first_day=first_day)
        _own_hands(actor, before, after)
        members.revise(c, [after])
        return members.find(c, member_id)


def _read(c: Connection, member_id: str, based_on: int | None) -> Member:
    before = members.find(c, member_id)
    if based_on is not None and based_on != before.revision:
        raise MemberChanged(
            [
                Fault.of(
                    "这名党员的信息刚被他人改过；请刷新后核对再保存",
                    "somebody else has just changed this member; look again before you save",
                )
            ]
        )
    return before


def _faults(fields: MemberFields, known: Mapping[str, Unit]) -> Iterator[Fault]:
    wrong = name_fault(_tidy(fields.name))
    if wrong is not None:
        yield Fault.of(f"姓名：{wrong.zh}", f"the name: {wrong.en}")
    if fields.unit not in known:
        yield Fault.of(f"没有代码为“{fields.unit}”的支部", f"there is no branch of the code “{fields.unit}”")
    if fields.first_day > today():
        yield _to_come()


def _account_faults(c: Connection, fields: MemberFields, person: str, member_id: str) -> Iterator[Fault]:
    if not fields.login:
        return
    if not person:
        yield Fault.of("没有这个登录名", "nobody has that sign-in name")
        return
    whose = members.of_person(c, person)
    if whose is not None and whose.id != member_id:
        yield Fault.of(
            f"这个账号已是编号“{whose.code}”的党员的", f"the account is that of the member “{whose.code}”"
        )


def _too_early(c: Connection, before: Member, unit: str, first_day: date) -> Iterator[Fault]:
    if first_day < before.first_day:
        yield Fault.of(
            f"现有信息自 {before.first_day.isoformat()} 起；新的须从这一天或以后开始",
            f"what is known holds from {before.first_day.isoformat()}; what is new begins then or later",
        )
    yield from _closed(c, {before.unit, unit}, first_day)


def _closed(c: Connection, units_: Collection[str], day: date) -> Iterator[Fault]:
    """Yield where one of the branches has closed the quarter of *day* or a later one: whose figures those are stands."""
    for unit in sorted(units_):
        quarter = quarters.last_closed(c, unit, quarter_of(day))
        if quarter is not None:
            yield Fault.of(
                f"{unit} 的 {quarter} 季度已经结账；请从下一个季度的日期开始",
                f"the quarter {quarter} of {unit} is closed; let it begin in a later quarter",
            )


def _to_come() -> Fault:
    return Fault.of("日期还没有到", "that day is yet to come")


def _own_hands(actor: Actor | None, before: Member, after: Member) -> None:
    """Return where it is nobody's own standing. Raises SameHands."""
    if actor is None or replace(before, name=after.name, first_day=after.first_day) == after:
        return
    _not_own(actor, [before.person, after.person])


def _not_own(actor: Actor | None, persons: Sequence[str]) -> None:
    """Return where none of *persons* ('' for nobody) is who acts, or whom they act for. Raises SameHands."""
    if actor is None:
        return
    other_hands(
        actor,
        [own for own in persons if own],
        "不能更改自己的党员信息，请由另一名管理员办理",
        "nobody changes their own membership; another administrator does",
    )


def _person(c: Connection, login: str) -> str:
    found = people.by_login(c, login_form(login)) if login else None
    return "" if found is None else found.id


def _tidy(text: str) -> str:
    return normalize("NFC", text.strip())
