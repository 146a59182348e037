"""Offers are kept by a merchant's own people or administrators; a member sees what can be had now, and why not the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from scoring.chain import Deed
from scoring.criteria import member_stars
from scoring.criteria.item import Ledger
from scoring.criteria.points import Card, CardFigure, PointsRules
from scoring.errors import Fault, Refused
from scoring.offers import Offer, OfferState, Spender, hindrances, wanting
from scoring.people import Actor, Role
from scoring.permissions import Action, NotAllowed, Setting, permit
from scoring.private_numbers import private_number
from scoring.store import chain, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import merchants, offers, quarters, redemptions, rules, transfers
from scoring.store.ledger.merchants import Merchant
from scoring.texts import Text
from scoring.workflow.acting import WordsUnfit, line, words
from scoring.workflow.points.in_role import in_role
from scoring.workflow.points.keep_merchants import keeps
from scoring.workflow.points.reading import own_member
from scoring.workflow.points.years import quarters_of_member
from scoring.working_days import today

LONGEST_TITLE = 60
LONGEST_TERMS = 500
MOST_POINTS = 10_000_000
"""The hundredths an offer may cost at most."""

MOST_STOCK = 1_000_000
SHOWN_AFTER = timedelta(days=30)
"""So long an offer that has ended is still shown to members, as ended."""

_TITLE, _TERMS = Text("名称", "the title"), Text("说明", "the terms")


class OfferRefused(Refused):
    """An offer cannot be kept like that, or not be had, for the reasons given."""


class OfferChanged(Refused):
    """Somebody else has changed the offer since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFields:
    """What there is to say of an offer: *points* in hundredths, *stock* None without limit, *card* an id or ''."""

    title: str
    terms: str = ""
    points: int
    stock: int | None = None
    card: str = ""
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferKept:
    """An offer as its merchant sees it: how often it was redeemed and not reversed, and whether it has ended."""

    offer: Offer
    taken: int
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen:
    """An offer as a member sees it: what is left (None without limit), its card's title, and why it cannot be had now.

    `near` says whether the merchant's place is in the township of the member's branch.
    """

    offer: Offer
    merchant: Merchant
    near: bool
    left: int | None
    card: Text | None
    hindrances: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersSeen:
    """What a member may spend (hundredths), the card they hold, and the offers there are: first what can be had now.

    Of those, and of the rest, what is near comes first, then what costs least. `township` is that of the member's
    branch, None where it has none.
    """

    balance: int
    card: Card | None
    township: str | None
    offers: tuple[OfferSeen, ...]


def add_offer(store: Store, actor: Actor, merchant_id: str, fields: OfferFields) -> Offer:
    """Let the merchant offer that, and return the offer.

    Raises NotAllowed, MerchantUnknown, and OfferRefused with every fault.
    """
    with store.read() as c:
        deed = _deed(c, actor, merchant_id)
    with store.begin(deed) as c:
        chain.link_number(c)
        _deed(c, actor, merchant_id)
        merchant = merchants.find(c, merchant_id)
        faults = list(_faults(c, merchant, fields, None))
        if faults:
            raise OfferRefused(faults)
        return offers.add(c, _offer(fields, merchant_id), actor.id)


def change_offer(
    store: Store, actor: Actor, number: int, fields: OfferFields, based_on: int | None = None
) -> Offer:
    """Let the offer be as in *fields*, and return it; codes asked for before are good no more.

    *based_on* is the revision that was read. Raises NotAllowed, OfferUnknown, OfferChanged, and OfferRefused with every
    fault.
    """
    with store.read() as c:
        deed = _deed(c, actor, offers.find(c, number).merchant)
    with store.begin(deed) as c:
        chain.link_number(c)
        before = _standing(c, actor, number, based_on)
        faults = list(_faults(c, merchants.find(c, before.merchant), fields, before))
        if faults:
            raise OfferRefused(faults)
        after = _offer(fields, before.merchant)
        after = replace(after, number=number, revision=before.revision + 1)
        if replace(after, revision=before.revision, made_at=before.made_at) == before:
            return before
        offers.revise(c, after, actor.id)
        return after


def end_offer(store: Store, actor: Actor, number: int, based_on: int | None = None) -> Offer:
    """Let the offer end now, for good, and return it. Raises as `change_offer` does."""
    with store.read() as c:
        deed = _deed(c, actor, offers.find(c, number).merchant)
    with store.begin(deed) as c:
        chain.link_number(c)
        before = _standing(c, actor, number, based_on)
        after = replace(
            before, state=OfferState.ENDED, revision=before.revision + 1, made_at=datetime.now(UTC)
        )
        offers.revise(c, after, actor.id)
        return after


def see_offers_of(store: Store, actor: Actor, merchant_id: str) -> tuple[OfferKept, ...]:
    """Return the merchant's offers, the newest first, to its own people and administrators.

    Raises NotAllowed and MerchantUnknown.
    """
    with store.read() as c:
        _deed(c, actor, merchant_id)
        merchants.find(c, merchant_id)
        own = offers.of_merchant(c, merchant_id)
        taken = redemptions.taken(c, [one.number for one in own])
    day = today()
    return tuple(
        OfferKept(offer=one, taken=taken.get(one.number, 0), ended=one.ended_on(day) is not None)
        for one in reversed(own)
    )


def see_offer(store: Store, actor: Actor, number: int) -> OfferKept:
    """Return the offer of that number to the merchant's own people and administrators. Raises NotAllowed, OfferUnknown."""
    permit(actor, Action.KEEP_OFFERS, Setting())
    with store.read() as c:
        own = offers.find(c, number)
        _deed(c, actor, own.merchant)
        taken = redemptions.taken(c, [number]).get(number, 0)
    return OfferKept(offer=own, taken=taken, ended=own.ended_on(today()) is not None)


def cards_known(store: Store) -> tuple[Card, ...]:
    """Return the cards an offer may take now, lowest first; () where the rules in force know none. Raises RulesMissing."""
    with store.read() as c:
        return _levels(rules.in_force(c, today()))


def see_offers(store: Store, actor: Actor) -> OffersSeen:
    """Return what the member *actor* is may have for points, and why not the rest.

    Raises NotAllowed, NotAMember and RulesMissing.
    """
    permit(actor, Action.SPEND_POINTS, Setting())
    with store.read() as c:
        member, day = own_member(c, actor), today()
        in_force = rules.in_force(c, day)
        spender = spender_of(c, member.id, in_force, day)
        taken, levels = redemptions.taken(c), _levels(in_force)
        shops = {own.id: own for own in merchants.every(c) if own.open}
        found = [own for own in offers.every(c) if own.merchant in shops and _shown(own, day)]
        branch = units.newest(c, [member.unit]).get(member.unit)
    township = None if branch is None else branch.township
    titles = {card.id: card.title for card in levels}
    seen = [
        OfferSeen(
            offer=own,
            merchant=shops[own.merchant],
            near=township is not None and township in shops[own.merchant].place,
            left=None if own.stock is None else max(own.stock - taken.get(own.number, 0), 0),
            card=titles.get(own.card),
            hindrances=hindrances(own, day, taken.get(own.number, 0)) + wanting(own, spender, levels),
        )
        for own in found
    ]
    seen.sort(key=lambda own: (bool(own.hindrances), not own.near, own.offer.points, own.offer.number))
    return OffersSeen(balance=spender.balance, card=spender.card, township=township, offers=tuple(seen))


def why_not(c: Connection, own: Offer, day: date) -> tuple[Text, ...]:
    """Return every reason why nobody can have the offer on *day*, as the books stand now; () where it can be had."""
    if not merchants.find(c, own.merchant).open:
        return (Text("商户已停止合作", "the merchant is closed"),)
    return hindrances(own, day, redemptions.taken(c, [own.number]).get(own.number, 0))


def why_not_member(c: Connection, own: Offer, member: str, day: date) -> tuple[Text, ...]:
    """Return every reason why the member cannot have the offer on *day*, for themselves alone. Raises RulesMissing."""
    in_force = rules.in_force(c, day)
    return wanting(own, spender_of(c, member, in_force, day), _levels(in_force))


def spender_of(c: Connection, member: str, in_force: PointsRules, day: date) -> Spender:
    """Return what the member has to spend, and the card they hold by the rules in force."""
    balance = transfers.balance(c, member, Ledger.SPENDABLE).balance
    figure = None if in_force.cards is None else _figure(c, member, in_force, day, balance)
    card = None if figure is None else member_stars.card_of(in_force, figure)
    return Spender(balance=balance, card=card)


def _figure(c: Connection, member: str, in_force: PointsRules, day: date, balance: int) -> int | None:
    """Return the figure that cards are given by, for the year of *day* so far; None where there is none yet."""
    assert in_force.cards is not None, "the rules know cards"
    match in_force.cards.figure:
        case CardFigure.SPENDABLE_BALANCE:
            return balance
        case CardFigure.SPENDABLE_EARNED:
            days = date(day.year, 1, 1), date(day.year, 12, 31)
            return quarters.spendable_earned(c, [member], *days).get(member, 0)
        case CardFigure.ANNUAL_HONOUR:
            own = quarters_of_member(c, member, day.year)
            return member_stars.annual(in_force, [quarter.figure for quarter in own])


def _levels(in_force: PointsRules) -> tuple[Card, ...]:
    return () if in_force.cards is None else in_force.cards.levels


def _shown(own: Offer, day: date) -> bool:
    ended = own.ended_on(day)
    return ended is None or day - ended <= SHOWN_AFTER


def _deed(c: Connection, actor: Actor, merchant_id: str) -> Deed:
    """Return the deed by which *actor* keeps offers of that merchant. Raises NotAllowed and MerchantUnknown."""
    if keeps(actor):
        merchants.find(c, merchant_id)
        return permit(in_role(actor, Role.ADMINISTRATOR), Action.KEEP_OFFERS, Setting())
    deed = permit(in_role(actor, Role.MERCHANT), Action.KEEP_OFFERS, Setting())
    own = merchants.of_person(c, actor.sheet_holder.id)
    if own is None or own.id != merchant_id:
        raise NotAllowed([Fault.of("这不是您的商户的商品", "this is no offer of your merchant")])
    return deed


def _standing(c: Connection, actor: Actor, number: int, based_on: int | None) -> Offer:
    """Return the offer, which *actor* may change, stands, and is as it was read."""
    own = offers.find(c, number)
    _deed(c, actor, own.merchant)
    if based_on is not None and based_on != own.revision:
        raise OfferChanged(
            [
                Fault.of(
                    "这个商品刚被他人改过；请刷新后核对再保存",
                    "somebody else has just changed this offer; look again before you save",
                )
            ]
        )
    if own.state is OfferState.ENDED:
        raise OfferRefused([Fault.of("这个商品已经结束；请另建一个", "this offer has ended; make another")])
    return own


def _offer(fields: OfferFields, merchant_id: str) -> Offer:
    return Offer(
        number=0,
        merchant=merchant_id,
        title=line(fields.title, _TITLE, most=LONGEST_TITLE),
        terms=words(fields.terms, _TERMS, most=LONGEST_TERMS) if fields.terms.strip() else "",
        points=fields.points,
        stock=fields.stock,
        card=fields.card,
        first_day=fields.first_day,
        last_day=fields.last_day,
        made_at=datetime.now(UTC),
    )


def _faults(c: Connection, merchant: Merchant, fields: OfferFields, before: Offer | None) -> Iterator[Fault]:
    if not merchant.open:
        yield Fault.of(f"“{merchant.name}”已停止合作", f"“{merchant.name}” is closed")
    yield from _words_faults(fields)
    if not 0 < fields.points <= MOST_POINTS:
        yield Fault.of("分值应大于 0，最多 100000 分", "it costs above 0 and at most 100000 points")
    yield from _stock_faults(c, fields, before)
    if fields.last_day < fields.first_day:
        yield Fault.of("截止日期早于开始日期", "its last day is before its first")
    elif fields.last_day < today():
        yield Fault.of("截止日期已经过去；要停止兑换请选“结束”", "its last day is over; to stop it, end it")
    levels: Sequence[Card] = _levels(rules.in_force(c, today()))
    if fields.card and fields.card not in {card.id for card in levels}:
        yield Fault.of("现行规则中没有这种卡", "the rules in force know no such card")


def _words_faults(fields: OfferFields) -> Iterator[Fault]:
    try:
        line(fields.title, _TITLE, most=LONGEST_TITLE)
    except WordsUnfit as unfit:
        yield from unfit.faults
    try:
        words(fields.terms or "-", _TERMS, most=LONGEST_TERMS)
    except WordsUnfit as unfit:
        yield from unfit.faults
    for text, called in ((fields.title, _TITLE), (fields.terms, _TERMS)):
        wrong = private_number(text)
        if wrong is not None:
            yield Fault.of(f"{called.zh}{wrong.zh}", f"{called.en} {wrong.en}")


def _stock_faults(c: Connection, fields: OfferFields, before: Offer | None) -> Iterator[Fault]:
    if fields.stock is None:
        return
    if not 0 <= fields.stock <= MOST_STOCK:
        yield Fault.of(f"数量应为 0 至 {MOST_STOCK}", f"there are 0 to {MOST_STOCK} of it")
        return
    taken = 0 if before is None else redemptions.taken(c, [before.number]).get(before.number, 0)
    if fields.stock < taken:
        yield Fault.of(
            f"已兑换 {taken} 份，数量不能再少",
            f"{taken} of it were redeemed already; there cannot be fewer",
        )
