"""What merchants give for points: offers, and why a member cannot have one of them now.

Points are hundredths; days are the county's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scoring.criteria.item import points_text
from scoring.criteria.points import Card
from scoring.texts import Text
from scoring.working_days import COUNTY_TIME


class OfferState(StrEnum):
    """Whether an offer stands."""

    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a merchant gives for *points*, as of one revision, made at *made_at*.

    *stock* is how many there are in all, None without limit; *card* is the id of the card it takes, '' for none.
    """

    number: int
    merchant: str
    revision: int = 1
    title: str
    terms: str
    points: int
    stock: int | None
    card: str
    first_day: date
    last_day: date
    state: OfferState = OfferState.OPEN
    made_at: datetime

    def ended_on(self, day: date) -> date | None:
        """Return the last day it could be had on, where that is before *day* or it was ended; else None."""
        if self.state is OfferState.ENDED:
            return min(self.last_day, self.made_at.astimezone(COUNTY_TIME).date())
        return self.last_day if self.last_day < day else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """What decides which offers a member can have: the spendable balance, and the highest card they hold, None for none."""

    balance: int
    card: Card | None


def month_of(day: date) -> str:
    """Return the month that what is redeemed on *day* is settled in: 2026-11."""
    return day.isoformat()[:7]


def hindrances(own: Offer, day: date, taken: int) -> tuple[Text, ...]:
    """Return every reason why nobody can have the offer on *day*; *taken* is how often it was redeemed and not reversed."""
    found = []
    if own.ended_on(day) is not None:
        found.append(Text("已结束", "it has ended"))
    elif day < own.first_day:
        first = own.first_day.isoformat()
        found.append(Text(f"{first} 起可兑换", f"it can be had from {first} on"))
    if own.stock is not None and taken >= own.stock:
        found.append(Text("已兑完", "it is sold out"))
    return tuple(found)


def wanting(own: Offer, spender: Spender, cards: Sequence[Card]) -> tuple[Text, ...]:
    """Return every reason why *spender* cannot have the offer; *cards* are those the rules in force know, lowest first.

    The reasons name the balance, and are for the member alone.
    """
    found = list(_card_missing(own.card, spender.card, cards)) if own.card else []
    if spender.balance < own.points:
        short, held = points_text(own.points - spender.balance), points_text(spender.balance)
        found.append(
            Text(f"还差 {short.zh}（可兑换余额 {held.zh}）", f"{short.en} short, with {held.en} to spend")
        )
    return tuple(found)


def _card_missing(needed: str, held: Card | None, cards: Sequence[Card]) -> Iterator[Text]:
    places = {card.id: place for place, card in enumerate(cards)}
    if needed not in places:
        yield Text("所需的卡在现行规则中已经没有", "the rules in force no longer know the card it takes")
    elif held is None or places.get(held.id, -1) < places[needed]:
        title = cards[places[needed]].title
        yield Text(f"需持{title.zh}或更高的卡", f"it takes the {title.en.lower()} or a higher one")
