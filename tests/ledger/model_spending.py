"""What points can be spent on and until when, once more in plain Python: offers, codes, cards, years that end, months settled."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.ledger.model import Laid, Model, days_of, quarter
from tests.ledger.model_rules import STARS, Terms

GOOD_FOR = timedelta(minutes=5)
CLOSED_FOR = timedelta(minutes=15)
WRONG_MOST = 10

Figure = tuple[str, int, int, int, bool]
"""A quarter, its baseline, what was earned and lost, and whether it is closed."""


@dataclass
class Offered:
    """An offer as it stands; *stock* None without limit, *card* '' for none."""

    number: int
    shop: str
    points: int
    stock: int | None
    card: str
    first: date
    last: date
    made: datetime
    title: str = ""
    revision: int = 1
    ended: bool = False


@dataclass
class Asked:
    """A code: of which member, for which offer; *transfer* is what it redeemed, None while that is nothing."""

    digits: str
    member: str
    offer: int
    made: datetime
    transfer: int | None = None


@dataclass
class Spending:
    """What members can have for their points, beside the books in *model*."""

    model: Model
    offers: dict[int, Offered] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    newest: dict[str, Asked] = field(default_factory=dict)
    wrong: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    redeemed: dict[int, Asked] = field(default_factory=dict)
    of_offer: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    announced: dict[int, date] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    def taken(self, offer: int) -> int:
        """Return how often it was redeemed and not taken back."""
        return sum(number not in self.model.reversed for number in self.of_offer[offer])

    def nobody(self, offer: Offered) -> bool:
        """Say whether nobody can have it today."""
        sold = offer.stock is not None and self.taken(offer.number) >= offer.stock
        return offer.ended or not offer.first <= self.model.today <= offer.last or sold

    def not_this(self, offer: Offered, member: str) -> bool:
        """Say whether the member cannot have it, for what they hold."""
        if self.model.held[member, "spendable"].balance < offer.points:
            return True
        if not offer.card:
            return False
        cards = [name for name, _ in self._terms(self.model.today).cards]
        held = self.card(member, self.model.today)
        return held is None or cards.index(held) < cards.index(offer.card)

    def at_till(self, shop: str, person: str, digits: str) -> str:
        """Return what becomes of the code when *person* types it at the shop's till now; a wrong one is counted."""
        model, own = self.model, self.asked.get(digits)
        lately = [moment for moment in self.wrong[shop] if moment > model.moment - CLOSED_FOR]
        if len(lately) >= WRONG_MOST:
            return "closed"
        if own is None or self.offers[own.offer].shop != shop:
            self.wrong[shop].append(model.moment)
            return "none"
        if own.transfer is not None:
            return "again"
        offer = self.offers[own.offer]
        late = model.moment >= own.made + GOOD_FOR
        if late or self.newest[own.member] is not own or offer.made > own.made:
            return "over"
        if own.member == person:
            return "own"
        if not model.now(own.member)[3]:
            return "over"
        return "not now" if self.nobody(offer) or self.not_this(offer, own.member) else "good"

    def redeem(self, own: Asked) -> int:
        """Move the points of a code that is good, and return the transfer's number."""
        model, offer = self.model, self.offers[own.offer]
        rules = model.rules_on(model.today)
        assert rules is not None
        own.transfer = model.lay(
            Laid(
                key=f"redemption:{hashlib.sha256(own.digits.encode()).hexdigest()}",
                ledger="spendable",
                kind="redemption",
                source=own.member,
                target=offer.shop,
                amount=offer.points,
                owed=0,
                member=own.member,
                unit=model.now(own.member)[1],
                rules=rules[0],
                item="",
                day=model.today,
                event=offer.title,
            )
        )
        self.redeemed[own.transfer] = own
        self.of_offer[offer.number].append(own.transfer)
        return own.transfer

    def months(self, shop: str) -> dict[str, tuple[int, int]]:
        """Return what each month comes to at the shop: points that were not taken back, and how many redemptions."""
        found: dict[str, tuple[int, int]] = {}
        for number in self.redeemed:
            own = self.model.laid[number - 1]
            if own.target == shop:
                points, many = found.get(f"{own.day:%Y-%m}", (0, 0))
                stands = number not in self.model.reversed
                found[f"{own.day:%Y-%m}"] = (points + own.amount * stands, many + stands)
        return found

    # years that end

    def last_day(self, year: int) -> tuple[date, date] | None:
        """Return from when the year's end is announced, and its last day, by the rules; None where it has none."""
        rules = self.model.rules_on(date(year, 12, 31))
        expiry = None if rules is None else self.model.terms[rules[0]].expiry
        if expiry is None:
            return None
        months = 12 * year + 12 + expiry[0]
        last = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=expiry[1]), last

    def notice(self, year: int) -> timedelta:
        """Return how long before it the end of the year is told at least."""
        own = self.last_day(year)
        assert own is not None
        return own[1] - own[0]

    def left(self, member: str, year: int) -> int:
        """Return what is left of all that was earned up to the end of *year*: what was earned first is spent first."""
        earned = gone = balance = 0
        for own in self._lines(member):
            balance += own.amount if own.target == member else -own.amount
            undone = None if own.undoes is None else self.model.laid[own.undoes - 1]
            if undone is not None and undone.kind == "redemption":
                gone -= own.amount
            elif undone is not None and undone.day.year <= year:
                earned -= own.amount
            elif own.kind == "award" and own.day.year <= year:
                earned += own.amount
            elif own.kind in {"redemption", "repayment"}:
                gone += own.amount
            elif own.kind == "expiry" and int(own.event) <= year:
                gone += own.amount if own.source == member else -own.amount
        return max(0, min(earned - gone, balance))

    def ending(self, member: str, year: int) -> int:
        """Return what ends with *year*: nothing of an earlier one whose own end is still to come."""
        earlier = [own for own in range(self.model.rules[0][0].year, year) if own not in self.ended]
        return max(0, self.left(member, year) - (self.left(member, earlier[-1]) if earlier else 0))

    def expire(self, year: int) -> dict[str, int]:
        """Let what ends with *year* go, and return how much of whom."""
        rules = self.model.rules_on(date(year, 12, 31))
        assert rules is not None
        found = self.all_ending(year)
        self.model.ended_after[year] = len(self.model.laid)
        for member in sorted(found):
            self.model.lay(
                Laid(
                    key=f"expiry:{year}:{member}",
                    ledger="spendable",
                    kind="expiry",
                    source=member,
                    target="expired",
                    amount=found[member],
                    owed=0,
                    member=member,
                    unit=self.model.now(member)[1],
                    rules=rules[0],
                    item="",
                    day=self.model.today,
                    event=f"{year}",
                )
            )
        self.ended.add(year)
        return found

    def all_ending(self, year: int) -> dict[str, int]:
        """Return how much of whom ends with *year*, where that is anything."""
        found = {member: self.ending(member, year) for member in self.model.members}
        return {member: points for member, points in found.items() if points}

    def told(self, member: str) -> list[tuple[int, int, date, bool]]:
        """Return which of the member's earlier points end: the year, how many, the last day, whether that was announced."""
        found = []
        for year in range(self.model.rules[0][0].year, self.model.today.year):
            planned, announced = self.last_day(year), self.announced.get(year)
            points = self.ending(member, year)
            last = announced or (planned and planned[1])
            if year not in self.ended and last and points:
                found.append((year, points, last, announced is not None))
        return found

    # figures

    def figures(self, member: str, year: int) -> list[Figure]:
        """Return the member's quarters of the year that are open or closed."""
        found = []
        for name in (f"{year}Q{place}" for place in range(1, 5)):
            closed = self.model.results.get((member, name))
            sums = closed[1:] if closed else self.model.sums(member, name)
            if closed or (days_of(name)[0] <= self.model.today and sums[0]):
                found.append((name, *sums, closed is not None))
        return found

    def annual(self, member: str, year: int) -> int | None:
        """Return the mean of the year's quarters, a half rounded up."""
        own = [base + earned - lost for _, base, earned, lost, _ in self.figures(member, year)]
        return (2 * sum(own) + len(own)) // (2 * len(own)) if own else None

    def stars(self, annual: int | None) -> int | None:
        """Return the stars that the year's figure comes to."""
        return None if annual is None else next((own for own, least in STARS if annual >= least), 0)

    def card(self, member: str, day: date) -> str | None:
        """Return the card held by the rules of *day* in its year."""
        terms = self._terms(day)
        figure: int | None
        if terms.figure == "annual_honour":
            figure = self.annual(member, day.year)
        elif terms.figure == "spendable_balance":
            figure = self.model.held[member, "spendable"].balance
        else:
            figure = self.earned(member, day.year)
        own = [name for name, least in terms.cards if figure is not None and figure >= least]
        return own[-1] if own else None

    def earned(self, member: str, year: int) -> int:
        """Return the spendable points earned in the year, less all that was taken back in it."""
        return sum(
            own.amount if own.kind == "award" else -own.amount - own.owed
            for own in self._lines(member)
            if own.day.year == year
            and (
                own.kind == "award"
                or (own.undoes is not None and self.model.laid[own.undoes - 1].kind == "award")
            )
        )

    def rooms(self, member: str) -> dict[str, int | None]:
        """Return what each item that earns the member anything may still give in this month; None without end."""
        model, now = self.model, self.model.today
        rules = model.rules_on(now)
        assert rules is not None
        found: dict[str, int | None] = {}
        for item, rule in rules[1].items():
            if rule["kind"] != "earning" or model.now(member)[2] not in rule["members"]:
                continue
            lines = [
                model.laid[number - 1]
                for number in model.counted.get((member, item, now.year), ())
                if number not in model.reversed and model.laid[number - 1].ledger == rule["ledgers"][0]
            ]
            sums = {
                "month": sum(own.amount for own in lines if own.day.month == now.month),
                "quarter": sum(own.amount for own in lines if quarter(own.day) == quarter(now)),
                "year": sum(own.amount for own in lines),
            }
            caps = rule["caps"]
            found[item] = min(
                (max(caps[name] - sums[name], 0) for name in sums if name in caps), default=None
            )
        return found

    def _terms(self, day: date) -> Terms:
        rules = self.model.rules_on(day)
        assert rules is not None
        return self.model.terms[rules[0]]

    def _lines(self, member: str) -> Iterator[Laid]:
        return (own for own in self.model.of_member[member] if own.ledger == "spendable")
