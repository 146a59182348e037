"""Steps of those who spend points, and of those who take them: offers, one-time codes, tills, months settled, years that end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from scoring.people import Actor
from scoring.permissions import SameHands
from scoring.workflow.points import expiring, offers, redeeming, settling
from scoring.workflow.points.offers import OfferFields, OfferRefused
from scoring.workflow.points.redeeming import CodeRefused, CodeSeen, Receipt, TillClosed
from tests.ledger.model_spending import GOOD_FOR, Asked, Offered
from tests.ledger.walk import Walk, Wrong

_REFUSALS = {
    "closed": TillClosed,
    "none": CodeRefused,
    "over": CodeRefused,
    "own": SameHands,
    "not now": OfferRefused,
}
_FEWEST_OFFERS, _MOST_OFFERS = 4, 12


class Purchases(Walk):
    """Whoever offers, asks for codes, takes them, settles, and lets points end."""

    def keep_offers(self) -> int:
        """Offers are made, changed and ended."""
        return sum(self._keep_offer() for _ in range(2))

    def _keep_offer(self) -> int:
        """An offer is made, changed or ended; one that is not in order is refused."""
        self.goes_by()
        standing = [own for own in self.spending.offers.values() if not own.ended]
        can = [own for own in standing if not self.spending.nobody(own)]
        if len(can) < _MOST_OFFERS and (self.rng.random() < 0.5 or not can):
            return self._add_offer()
        return self._change_offer(self.rng.choice(standing))

    def _change_offer(self, own: Offered) -> int:
        """The offer is changed or ended, by who may or may not; one that has ended stays so."""
        self.goes_by()
        who = self.rng.choice([self.admin, self.admin, *self.tills.values()])
        allowed = self._keeps(who, own.shop) and not own.ended
        if self.rng.random() < 0.15:
            self.tried(allowed, lambda: offers.end_offer(self.store, who, own.number, own.revision))
            if allowed:
                own.ended, own.made, own.revision = True, self.model.moment, own.revision + 1
            return 1
        fields = self._fields(own.title)
        sound = allowed and self._sound_offer(fields, own)
        self.tried(sound, lambda: offers.change_offer(self.store, who, own.number, fields, own.revision))
        same = (own.points, own.stock, own.card, own.first, own.last)
        if sound and same != (fields.points, fields.stock, fields.card, fields.first_day, fields.last_day):
            own.points, own.stock, own.card = fields.points, fields.stock, fields.card
            own.first, own.last = fields.first_day, fields.last_day
            own.made, own.revision = self.model.moment, own.revision + 1
        return 1

    def redeem(self) -> int:
        """Members ask for codes, and their shops take them; at times another is asked for between, or the offer changed."""
        rng = self.rng
        can = [own for own in self.spending.offers.values() if not self.spending.nobody(own)]
        steps = sum(self._add_offer() for _ in range(_FEWEST_OFFERS - len(can)))
        for _ in range(rng.choice([2, 4, 8])):
            asked = self._ask_one()
            steps += asked
            if not asked or not self.spending.asked:
                continue
            own, way = [*self.spending.asked.values()][-1], rng.random()
            if way < 0.1:
                steps += self._change_offer(self.spending.offers[own.offer])
            elif way < 0.25:
                steps += self._ask_one(own)
            if rng.random() < 0.9:
                steps += self._take(own)
        return steps

    def _ask_one(self, before: Asked | None = None) -> int:
        """A member asks for a code, mostly for what they can have; or who asked *before* does once more."""
        rng, spending = self.rng, self.spending
        standing = [own for own in spending.offers.values() if not own.ended]
        if not standing:
            return 0
        self.goes_by()
        member, own = rng.choice([*self.accounts]), rng.choice([*spending.offers.values()])
        if before is not None:
            member, own = before.member, spending.offers[before.offer]
        elif rng.random() < 0.85:
            member, own = self._keenest([one for one in standing if not spending.nobody(one)]) or (
                member,
                own,
            )
        who = self.accounts[member]
        sound = self.active(who) and not spending.nobody(own) and not spending.not_this(own, member)
        found = self.tried(sound, lambda: redeeming.ask_code(self.store, who, own.number))
        if found is None:
            return 1
        if found.until != self.model.moment + GOOD_FOR or found.offer.points != own.points:
            raise Wrong(f"{found} for {own}")
        asked = Asked(found.digits, member, own.number, self.model.moment)
        spending.asked[found.digits] = spending.newest[member] = asked
        return 1

    def till(self) -> int:
        """Digits of some time ago are typed at a till."""
        lately = [*self.spending.asked.values()][-10:]
        return self._take(self.rng.choice(lately)) if lately else 0

    def _take(self, own: Asked) -> int:
        """The code is typed at its shop's till, at times at another's, or not as it was."""
        rng, way = self.rng, self.rng.random()
        self.goes_by()
        shop = rng.choice([*self.tills]) if way > 0.9 else self.spending.offers[own.offer].shop
        digits = self._none() if way > 0.97 else own.digits
        look = rng.random() < 0.2
        if look:
            self._type(shop, digits, look=True)
        self._type(shop, digits, look=False)
        return 1 + look

    def wrong_codes(self) -> int:
        """Somebody tries digits at a till, more than it takes."""
        shop = self.rng.choice([*self.tills])
        many = self.rng.choice([1, 11])
        for _ in range(many):
            self.model.moment += timedelta(seconds=3)
            self._type(shop, self._none(), look=False)
        return many

    def settle(self) -> int:
        """A shop's month is settled once it is over and nothing waits, and by nobody at its till."""
        rng, model, spending = self.rng, self.model, self.spending
        shop = rng.choice([*self.tills])
        months = spending.months(shop)
        waiting = {
            self._month(number)
            for number in spending.redeemed
            if model.laid[number - 1].target == shop
            and (model.moved_already(number) or number in model.objecting - model.reversed)
        }
        month = self._month_to_settle(shop, months, waiting)
        who = rng.choice([self.admin, self.other_admin, self.member_admin, self.tills[shop]])
        sound = (
            who is not self.tills[shop]
            and f"{model.today:%Y-%m}" > month
            and month in months
            and (shop, month) not in model.settled
            and month not in waiting
        )
        found = self.tried(sound, lambda: settling.settle(self.store, who, shop, month))
        if found is not None:
            model.settled.add((shop, month))
            if (found.points, found.redemptions) != months[month]:
                raise Wrong(f"{month} came to {found}, not {months[month]}")
        return 1

    def _month_to_settle(self, shop: str, months: Collection[str], waiting: Collection[str]) -> str:
        """Return a month: mostly one that is to be settled, or would be if nothing of it waited; at times any."""
        rng, model = self.rng, self.model
        over = [own for own in months if own < f"{model.today:%Y-%m}" and (shop, own) not in model.settled]
        hindered = [own for own in over if own in waiting]
        if over and rng.random() < 0.7:
            return rng.choice(hindered or over)
        return f"{model.today - timedelta(days=rng.randint(0, 70)):%Y-%m}"

    def _month(self, number: int) -> str:
        return f"{self.model.laid[number - 1].day:%Y-%m}"

    def end_year(self) -> int:
        """The end of a year's points is announced, or carried out, once it is time."""
        rng, model, spending = self.rng, self.model, self.spending
        year = model.today.year - rng.choice([0, 1, 1, 1, 2])
        to_announce = [one for one in (model.today.year - 1, model.today.year - 2) if self._to_announce(one)]
        due = [
            one
            for one, last in spending.announced.items()
            if one not in spending.ended and last < model.today
        ]
        waits = [one for one in spending.announced if one not in spending.ended and one not in due]
        early = bool(waits) and rng.random() < 0.4
        if early or (due and rng.random() < 0.7):
            year = rng.choice(waits if early else due)
        elif to_announce:
            year = to_announce[0]
        model.hand = self.admin.id
        if early or rng.random() >= (0.2 if due else 0.7):
            return self._expire(year)
        return self._announce(year)

    def _announce(self, year: int) -> int:
        """The end of the year's points is announced; for the first time, it is tried at once whether they end already."""
        spending, now = self.spending, self.model.today
        own, again = spending.last_day(year), year in spending.announced
        sound = own is not None and (again or now >= own[0])
        found = self.tried(sound, lambda: expiring.announce_expiry(self.store, self.admin, year))
        if found is None:
            return 1
        if not again:
            late = now + spending.notice(year)
            spending.announced[year] = max(own[1] if own else late, late)
        left = {} if year in spending.ended else spending.all_ending(year)
        wanted = (spending.announced[year], len(left), sum(left.values()))
        if (found.last_day, found.members, found.points) != wanted:
            raise Wrong(f"announced {found}, not {wanted}")
        return 1 if again else 1 + self._expire(year)

    def _expire(self, year: int) -> int:
        spending = self.spending
        again = year in spending.ended
        sound = again or (year in spending.announced and self.model.today > spending.announced[year])
        found = self.tried(sound, lambda: expiring.expire(self.store, self.admin, year))
        if found is not None:
            gone = {} if again else spending.expire(year)
            if (found.members, found.points) != (len(gone), sum(gone.values())):
                raise Wrong(f"{year} ended as {found}, not {gone}")
            self.done["ended"] += not again
        return 1

    def _to_announce(self, year: int) -> bool:
        own = self.spending.last_day(year)
        return own is not None and year not in self.spending.announced and self.model.today >= own[0]

    def _add_offer(self) -> int:
        shop = self.rng.choice([*self.tills])
        who = self.rng.choice([self.admin, self.tills[shop], *self.tills.values()])
        fields = self._fields(f"东西{len(self.spending.offers) + 1}")
        sound = self._keeps(who, shop) and self._sound_offer(fields, None)
        found = self.tried(sound, lambda: offers.add_offer(self.store, who, shop, fields))
        if found is not None:
            self.spending.offers[found.number] = Offered(
                number=found.number,
                shop=shop,
                points=fields.points,
                stock=fields.stock,
                card=fields.card,
                first=fields.first_day,
                last=fields.last_day,
                made=self.model.moment,
                title=fields.title,
            )
        return 1

    def _fields(self, title: str) -> OfferFields:
        """Return what an offer may be like: at times dear to the hundredth of what somebody holds, and at times wrong."""
        rng, now = self.rng, self.model.today
        held = self.model.held[rng.choice([*self.accounts]), "spendable"].balance
        first = now + timedelta(days=rng.choice([0, 0, 0, -5, 10]))
        return OfferFields(
            title=title,
            points=rng.choice([50, 100, 150, 300, 700, max(held, 1)]),
            stock=rng.choice([None, None, 1, 2, 5]),
            card=rng.choice(["", "", "", "silver", "gold"]),
            first_day=first,
            last_day=now + timedelta(days=rng.choice([-1, 0, 30, 60, 90, 90, 90, 120])),
        )

    def _sound_offer(self, fields: OfferFields, before: Offered | None) -> bool:
        taken = 0 if before is None else self.spending.taken(before.number)
        last = max(fields.first_day, self.model.today)
        return fields.last_day >= last and (fields.stock is None or fields.stock >= taken)

    def _keeps(self, who: Actor, shop: str) -> bool:
        return who is self.admin or who is self.tills[shop]

    def _type(self, shop: str, digits: str, *, look: bool) -> None:
        """Type the digits at the shop's till, and compare what comes of it."""
        model, spending, who = self.model, self.spending, self.tills[shop]
        outcome = spending.at_till(shop, self.member_of.get(who.id, ""), digits)
        act = redeeming.look_at_code if look else redeeming.redeem
        self.told.append(f"  {digits} at {shop}: {outcome}")
        self.done[f"code {outcome}"] += not look
        if outcome in _REFUSALS:
            try:
                found: object = act(self.store, who, digits)
            except _REFUSALS[outcome]:
                return
            raise Wrong(f"a code that is {outcome} was taken: {found}")
        found = act(self.store, who, digits)
        own = spending.asked[digits]
        if outcome == "good" and look:
            if not isinstance(found, CodeSeen) or found.offer.number != own.offer:
                raise Wrong(f"{found} for {own}")
            return
        model.hand = who.id
        if outcome == "good":
            spending.redeem(own)
        assert own.transfer is not None
        line = model.laid[own.transfer - 1]
        wanted = (own.transfer, line.amount, own.transfer in model.reversed)
        if not isinstance(found, Receipt) or (found.number, found.points, found.reversed) != wanted:
            raise Wrong(f"{found}, where {wanted} was redeemed")

    def _keenest(self, standing: list[Offered]) -> tuple[str, Offered] | None:
        """Return a member who can have one of the offers, and keeps least of all asked; None where none can."""
        spending, held = self.spending, self.model.held
        asking = self.rng.sample([*self.accounts], 5)
        if self.rng.random() < 0.15:
            asking = [self.member_of[self.member_till.id]]
            standing = [own for own in standing if self.tills[own.shop] is self.member_till] or standing
        found = [
            (held[member, "spendable"].balance - own.points, place, member, own)
            for place, member in enumerate(asking)
            for own in standing
            if self.active(self.accounts[member]) and not spending.not_this(own, member)
        ]
        return min(found, key=lambda one: one[:2])[2:] if found else None

    def _none(self) -> str:
        """Return digits that are no code."""
        while True:
            digits = f"{self.rng.randrange(10**8):08}"
            if digits not in self.spending.asked:
                return digits
