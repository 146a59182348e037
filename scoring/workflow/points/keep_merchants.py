"""Merchants are kept by administrators: taken on, changed, closed, and who takes codes at the till of each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scoring.errors import Fault, Refused
from scoring.people import Actor, Person, Role, login_form
from scoring.permissions import Action, NotAllowed, Setting, may, permit
from scoring.private_numbers import private_number
from scoring.store import chain, people, rights
from scoring.store.engine import Connection, Store
from scoring.store.ledger import merchants
from scoring.store.ledger.merchants import Merchant, MerchantState
from scoring.texts import Text
from scoring.workflow.acting import WordsUnfit, line
from scoring.workflow.points.deeds import hand, points_deed

LONGEST_NAME = 60
LONGEST_PLACE = 120

_NAME, _PLACE = Text("商户名称", "the merchant's name"), Text("地址", "the place")


class MerchantRefused(Refused):
    """A merchant cannot be kept like that."""


class MerchantChanged(Refused):
    """Somebody else has changed the merchant since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantFields:
    """What a shop is called, and where it is."""

    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSeen:
    """A merchant, and the people who take codes for it, by name."""

    merchant: Merchant
    tills: tuple[Person, ...]


def add_merchant(
    store: Store, actor: Actor | None, fields: MerchantFields, login: str | None = None
) -> Merchant:
    """Take a merchant on, with the person of that sign-in name at its till where one is given, and return it.

    Raises NotAllowed, and MerchantRefused with every fault; then nothing is written.
    """
    deed = points_deed(actor, Action.KEEP_MERCHANTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        kept = _fit(c, fields, "")
        added = merchants.add(c, kept.name, kept.place, hand(actor).person)
        if login is not None:
            _put_at_till(c, actor, added, login)
        return added


def change_merchant(
    store: Store, actor: Actor, merchant_id: str, fields: MerchantFields, based_on: int | None = None
) -> Merchant:
    """Let the merchant be as in *fields*, and return it; *based_on* is the revision that was read.

    Raises NotAllowed, MerchantUnknown, MerchantChanged, and MerchantRefused with every fault.
    """
    deed = points_deed(actor, Action.KEEP_MERCHANTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        before = _open(c, merchant_id, based_on)
        kept = _fit(c, fields, merchant_id)
        after = replace(before, name=kept.name, place=kept.place)
        if after == before:
            return before
        after = replace(after, revision=before.revision + 1)
        merchants.revise(c, after, actor.id)
        return after


def close_merchant(store: Store, actor: Actor, merchant_id: str, based_on: int | None = None) -> Merchant:
    """Let the merchant give nothing for points any more; what was redeemed is settled as ever. Raises as `change_merchant`."""
    deed = points_deed(actor, Action.KEEP_MERCHANTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        before = _open(c, merchant_id, based_on)
        after = replace(before, state=MerchantState.CLOSED, revision=before.revision + 1)
        merchants.revise(c, after, actor.id)
        return after


def put_at_till(store: Store, actor: Actor, merchant_id: str, login: str) -> Person:
    """Let the person of that sign-in name take codes for the merchant, and return them.

    They hold the role of merchant, and take codes for no other. Raises NotAllowed, MerchantUnknown and MerchantRefused.
    """
    deed = points_deed(actor, Action.KEEP_MERCHANTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        return _put_at_till(c, actor, _open(c, merchant_id, None), login)


def take_from_till(store: Store, actor: Actor, merchant_id: str, person_id: str) -> None:
    """Let the person take no more codes for the merchant. Raises NotAllowed, MerchantUnknown and MerchantRefused."""
    deed = points_deed(actor, Action.KEEP_MERCHANTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        own = merchants.find(c, merchant_id)
        if person_id not in merchants.at_till(c, own.id):
            raise _refused("该账号不在这家商户受理兑换", "the account takes no codes for this merchant")
        merchants.take_from_till(c, own.id, person_id, actor.id)


def see_merchants(store: Store, actor: Actor) -> tuple[MerchantSeen, ...]:
    """Return all merchants, by name, with their people. Raises NotAllowed."""
    permit(actor, Action.KEEP_MERCHANTS, Setting())
    with store.read() as c:
        tills = merchants.tills(c)
        known = people.among(c, {person for own in tills.values() for person in own})
        return tuple(
            MerchantSeen(
                merchant=own,
                tills=tuple(known[person] for person in tills.get(own.id, ()) if person in known),
            )
            for own in merchants.every(c)
        )


def own_merchant(c: Connection, actor: Actor, action: Action) -> Merchant:
    """Return the merchant at whose till *actor*, or whoever they act for, stands. Raises NotAllowed."""
    permit(actor, action, Setting())
    found = merchants.of_person(c, actor.sheet_holder.id)
    if found is None:
        raise NotAllowed([Fault.of(*_NO_TILL)])
    return found


def keeps(actor: Actor) -> bool:
    """Say whether *actor* keeps merchants."""
    return may(actor, Action.KEEP_MERCHANTS, Setting())


def _put_at_till(c: Connection, actor: Actor | None, own: Merchant, login: str) -> Person:
    """Let the person of that sign-in name take codes for the merchant. Raises MerchantRefused."""
    person = people.by_login(c, login_form(login))
    if person is None or not person.open:
        raise _refused("没有这个登录名，或账号已停用", "nobody with an open account has that sign-in name")
    if not any(grant.role is Role.MERCHANT for grant in rights.in_force(c, person.id)):
        raise _refused(
            "该账号没有“商户”角色；请先授予并由另一名管理员确认",
            "the account has not the role “merchant”; grant it, and let another administrator confirm it",
        )
    other = merchants.of_person(c, person.id)
    if other is not None:
        raise _refused(
            f"该账号已在“{other.name}”受理兑换；请先在那里停用",
            f"the account takes codes for “{other.name}” already; end that first",
        )
    merchants.put_at_till(c, own.id, person.id, hand(actor).person)
    return person


def _open(c: Connection, merchant_id: str, based_on: int | None) -> Merchant:
    """Return the merchant, which is open and as it was read."""
    own = merchants.find(c, merchant_id)
    if based_on is not None and based_on != own.revision:
        raise MerchantChanged(
            [
                Fault.of(
                    "这家商户的信息刚被他人改过；请刷新后核对再保存",
                    "somebody else has just changed this merchant; look again before you save",
                )
            ]
        )
    if not own.open:
        raise _refused(f"“{own.name}”已停止合作", f"“{own.name}” is closed")
    return own


def _fit(c: Connection, fields: MerchantFields, merchant_id: str) -> MerchantFields:
    """Return the fields in the form they are kept in. Raises MerchantRefused with every fault."""
    faults: list[Fault] = []
    name = _line(fields.name, _NAME, LONGEST_NAME, faults)
    place = _line(fields.place, _PLACE, LONGEST_PLACE, faults)
    if any(own.open and own.name == name and own.id != merchant_id for own in merchants.every(c)):
        faults.append(Fault.of(f"已有名为“{name}”的商户", f"there is a merchant called “{name}” already"))
    if faults:
        raise MerchantRefused(faults)
    return MerchantFields(name=name, place=place)


def _line(text: str, called: Text, most: int, faults: list[Fault]) -> str:
    try:
        kept = line(text, called, most=most)
    except WordsUnfit as unfit:
        faults += unfit.faults
        return ""
    faults += _private(kept, called)
    return kept


def _private(text: str, called: Text) -> Iterator[Fault]:
    wrong = private_number(text)
    if wrong is not None:
        yield Fault.of(f"{called.zh}{wrong.zh}", f"{called.en} {wrong.en}")


_NO_TILL = (
    "您的账号还没有安排到任何商户；请联系管理员",
    "your account takes codes for no merchant yet; ask an administrator",
)


def _refused(zh: str, en: str) -> MerchantRefused:
    return MerchantRefused([Fault.of(zh, en)])
