"""Random steps over the books of points, by the workflows people use, each checked against the model and in itself.

A seed tells a run wholly. Claims, decisions and lines of files come many to a transaction, and each of them is a step;
after every transaction the new transfers and entries are what the model says, line by line. From time to time the whole
of the books is added up by the database, members read their points, and the service verifies its chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from scoring.people import Actor
from scoring.store.engine import Store
from scoring.workflow.points import claiming, import_points, verifying
from scoring.workflow.points.claiming import NewClaim
from scoring.workflow.points.verifying import Decision
from tests.ledger.checks import Checks
from tests.ledger.model import Claimed, days_of
from tests.ledger.steps_disputes import Disputes
from tests.ledger.steps_quarters import Office
from tests.ledger.steps_spending import Purchases
from tests.ledger.walk import BRANCHES, COMMUNITY, FIRST, Wrong
from tests.workflow import county

EVENTS = ("", "会一", "会二", "会　一")
"""The last is the first meeting, written with a wide space."""

_LAST_TOLD = 40
_READS = 12
"""So many transactions go by between two times that somebody reads."""


class Steps(Office, Disputes, Purchases, Checks):
    """A county whose points move at random, by *seed*."""

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        super().__init__(store, folder, seed)
        self._files = 0
        self._keys = 0
        self._requests: list[tuple[Actor, NewClaim, int]] = []
        with self.clock():
            self.adopt(FIRST)

    def run(self, steps: int) -> None:
        """Go *steps* steps. Raises Wrong, telling seed and last steps, at the first that comes to anything else."""
        ways = self._ways()
        weights = [weight for weight, _ in ways]
        transactions, whole, verified = 0, 40, 1_000
        with self.clock():
            try:
                while (gone := self.gone()) < steps:
                    ((_, way),) = self.rng.choices(ways, weights)
                    self.told.append(f"{gone} {self.model.moment:%F %T} {way.__name__}")
                    self.model.moment += timedelta(seconds=1)
                    self.done[way.__name__] += way()
                    self.check_new()
                    transactions += 1
                    if transactions % _READS == 0:
                        self.check_read(self.rng.choice([*self.accounts]))
                    if transactions >= whole:
                        self.check_whole()
                        whole += max(40, transactions // 10)
                    if gone >= verified:
                        self.check_chain()
                        verified *= 2
                self.check_whole()
                self.check_chain()
                for member in self.accounts:
                    self.check_read(member)
            except Exception as error:
                last = "\n".join(self.told[-_LAST_TOLD:])
                raise Wrong(
                    f"seed {self.seed}, after {self.gone()} steps: {error!r}, after\n{last}"
                ) from error

    def gone(self) -> int:
        """Return how many steps were gone."""
        return sum(self.done[way.__name__] for _, way in self._ways())

    def _ways(self) -> list[tuple[int, Callable[[], int]]]:
        return [
            (14, self.claim),
            (4, self.claim_own),
            (14, self.verify),
            (3, self.withdraw),
            (5, self.again),
            (10, self.reverse),
            (2, self.decide_motion),
            (5, self.objects),
            (4, self.hear),
            (5, self.keep_offers),
            (16, self.redeem),
            (3, self.till),
            (3, self.wrong_codes),
            (5, self.settle),
            (7, self.end_year),
            (5, self.take_file),
            (8, self.change_member),
            (1, self.add_member),
            (3, self.open_quarter),
            (9, self.close_quarter),
            (12, self.move_clock),
        ]

    # what people do

    def claim(self) -> int:
        """A secretary claims for members of the branch; in one of ten of these one claim is not in order, or comes twice."""
        rng, model = self.rng, self.model
        code = rng.choice([*BRANCHES])
        tries = rng.choice([1, 20, 100, 200])
        own = [self._sound(code, "secretary", rng.choice([*model.members])) for _ in range(tries)]
        found, twice = self._apart(own)
        wrong = rng.random()
        if wrong < 0.1:
            found.append(self._late(code) or self._any(code))
        elif wrong < 0.25 and (again := self._twice(code)):
            found = [*found[:3], again]
        elif wrong < 0.25 and twice:
            found.append(twice)
        if not found:
            return 0
        return self._claim(self.secretaries[code], found)

    def claim_own(self) -> int:
        """A member claims for themselves, while they are one."""
        member = self.rng.choice([*self.accounts])
        if not self.active(self.accounts[member]):
            return 0
        own = [self._sound(None, "member", member) for _ in range(self.rng.randint(1, 6))]
        found, twice = self._apart(own)
        if twice and self.rng.random() < 0.2:
            found.append(twice)
        return self._claim(self.accounts[member], found) if found else 0

    def verify(self) -> int:
        """Claims that wait are decided by somebody who may; in one of ten of these one is not theirs to decide."""
        rng, model = self.rng, self.model
        who, may = rng.choice(self._verifiers())
        own = [one for one in model.waiting.values() if may(one)]
        chosen = rng.sample(own, min(len(own), rng.choice([1, 10, 100, 300])))
        expected = True
        if rng.random() < 0.1:
            others = [one for one in model.claims.values() if one.state != "pending" or not may(one)]
            if others:
                chosen.append(rng.choice(others))
                expected = False
        if not chosen:
            return 0
        decisions, wanted = [], []
        for one in chosen:
            takes = model.items_of(one.rules)[one.item]["takes"]
            post = rng.random() < 0.9
            points = rng.choice([None, rng.choice(takes)]) if post else None
            reason = "" if post else "不属实"
            decisions.append(Decision(claim=one.number, post=post, points=points, reason=reason))
            wanted.append((points or one.points) if post else None)
        found = self.tried(expected, lambda: verifying.verify_claims(self.store, who, decisions))
        model.hand = who.id
        for decided, one, points in zip(found or (), chosen, wanted, strict=True) if found else ():
            before = len(model.laid)
            posts = model.decide(one, points)
            numbers = [n for n in model.keys.get(f"claim:{one.number}", []) if n > before]
            if (decided.points, decided.state.value, list(decided.transfers)) != (posts, one.state, numbers):
                raise Wrong(f"decided {decided}; the model: {posts} {one} {numbers}")
            if sum(cut.points for cut in decided.cuts) != (0 if points is None else points - posts):
                raise Wrong(f"cut {decided.cuts}; the model: {points} comes to {posts}")
        return len(chosen)

    def withdraw(self) -> int:
        """A claim is taken back by who made it; a decided one is not."""
        if not self.model.claims:
            return 0
        own = self.rng.choice([*self.model.claims.values()][-60:])
        who = self.people[own.by]
        sound = own.state == "pending" and self.active(who)
        self.tried(sound, lambda: claiming.withdraw_claim(self.store, who, own.number))
        if sound:
            own.state = "withdrawn"
            del self.model.waiting[own.number]
        return 1

    def again(self) -> int:
        """The same request once more is the same claim; with other contents, or of somebody else, it is refused."""
        if not self._requests:
            return 0
        who, new, number = self.rng.choice(self._requests[-200:])
        then = self.model.as_of(new.member, new.day)
        stranger = who not in self.accounts.values() and then and self.secretaries[then[0]] is not who
        if stranger or not self.active(who):
            self.tried(False, lambda: claiming.claim_points(self.store, who, new))
            return 1
        if self.rng.random() < 0.7:
            found = self.tried(True, lambda: claiming.claim_points(self.store, who, new))
            if found.number != number:
                raise Wrong(f"claim {number} again is {found.number}")
            return 1
        other = NewClaim(
            key=new.key, member=new.member, item=new.item, points=new.points, day=new.day, event="别的"
        )
        self.tried(False, lambda: claiming.claim_points(self.store, who, other))
        return 1

    def take_file(self) -> int:
        """A clerk's file of points is taken in, all lines or none."""
        rng, model = self.rng, self.model
        rows, lines = [], []
        sound = True
        self._files += 1
        for place in range(2, 2 + rng.choice([1, 40, 250])):
            member, item = rng.choice([*model.members]), rng.choice([*model.rules[-1][2]])
            points = rng.choice(model.rules[-1][2][item]["takes"])
            day = model.today - timedelta(days=rng.randint(0, 60))
            found = model.takes(member, item, points, day)
            if found is None and rng.random() < 0.9995:
                continue
            sound = sound and found is not None
            event = rng.choice(EVENTS)
            key = f"file{self._files}-{place}"
            shown = f"{points // 100}.{points % 100:02}"
            rows.append([self.codes[member], item, day.isoformat(), shown, event, "补录", key])
            if found is not None:
                lines.append(
                    (member, day, len(rows), self._line(member, found, item, points, day, event), key)
                )
        if not rows:
            return 0
        path = county.write(self.folder / f"points-{self._files}.csv", [_HEAD, *rows])
        taken = self.tried(sound, lambda: import_points.import_points(self.store, self.admin, path))
        model.hand = self.admin.id
        path.unlink()
        if taken is None:
            return len(rows)
        posted = 0
        for member, day, _, own, key in sorted(lines, key=lambda line: line[:3]):
            rule = model.items_of(own.rules)[own.item]
            posts = model.room(member, own.item, rule, own.points, day, own.event)
            if posts:
                posted += 1
                model.moved(f"import:{key}", own, posts)
        if taken.posted != posted:
            raise Wrong(f"{taken.posted} lines were posted, not {posted}")
        return len(rows)

    # what they are made of

    def _sound(self, code: str | None, who: str, member: str) -> tuple[NewClaim, Claimed] | None:
        """Return a claim that is in order, by the secretary of *code* or the member; None where this try is none."""
        rng, model = self.rng, self.model
        day = model.today - timedelta(days=rng.choice([0, 0, 1, 3, rng.randint(0, 60)]))
        own = model.rules_on(day)
        if own is None:
            return None
        item = rng.choice([*own[1]])
        rule = own[1][item]
        points = rng.choice(rule["takes"])
        found = model.takes(member, item, points, day)
        if found is None or who not in rule["claims"] or (code is not None and found[0] != code):
            return None
        at_unit = ""
        if "community" in rule["verifies"] and found[0] != COMMUNITY:
            at_unit = rng.choice(["", COMMUNITY])
        self._keys += 1
        return self._both(f"k{self._keys}", member, found, item, points, day, rng.choice(EVENTS), at_unit)

    def _apart(
        self, own: Sequence[tuple[NewClaim, Claimed] | None]
    ) -> tuple[list[tuple[NewClaim, Claimed | None]], tuple[NewClaim, None] | None]:
        """Return the claims whose events count once more, one after the other, and one that comes twice, if there is any."""
        waiting = Counter(self.model.event_of(one) for one in self.model.waiting.values())
        found: list[tuple[NewClaim, Claimed | None]] = []
        twice = None
        for new, one in filter(None, own):
            if self.model.counts_again(one, waiting):
                waiting[self.model.event_of(one)] += 1
                found.append((new, one))
            else:
                twice = (new, None)
        return found, twice

    def _twice(self, code: str) -> tuple[NewClaim, None] | None:
        """Return a claim with nothing wrong but that its event waits or is posted already; None where there is none."""
        rng, model = self.rng, self.model
        state = rng.choice(["pending", "posted"])
        mine = [own for own in [*model.claims.values()][-1000:] if (own.unit, own.state) == (code, state)]
        for own in rng.sample(mine, min(len(mine), 30)):
            rule = model.items_of(own.rules)[own.item]
            sound = model.takes(own.member, own.item, own.points, own.day) is not None
            waiting = Counter([model.event_of(own)] if own.state == "pending" else [])
            if sound and "secretary" in rule["claims"] and not model.counts_again(own, waiting):
                self._keys += 1
                event = rng.choice(EVENTS) if "community" in rule["verifies"] else own.event
                new = NewClaim(
                    key=f"k{self._keys}",
                    member=own.member,
                    item=own.item,
                    points=own.points,
                    day=own.day,
                    event=event,
                )
                return new, None
        return None

    def _any(self, code: str) -> tuple[NewClaim, Claimed | None]:
        """Return a claim as it comes, in order or not."""
        rng, model = self.rng, self.model
        member = rng.choice([*model.members])
        day = model.today + timedelta(days=rng.randint(-200, 3))
        item = rng.choice([*model.rules[-1][2], "unknown"])
        points = rng.choice([100, 150, 300, 400, 1000])
        found = model.takes(member, item, points, day)
        self._keys += 1
        key = f"k{self._keys}"
        if found is None or found[0] != code:
            return NewClaim(key=key, member=member, item=item, points=points, day=day), None
        new, own = self._both(key, member, found, item, points, day, "", "")
        apart, _ = self._apart([(new, own)])
        return apart[0] if apart else (new, None)

    def _late(self, code: str) -> tuple[NewClaim, None] | None:
        """Return a claim with nothing wrong but that the quarter is closed; None where there is none to make."""
        model = self.model
        for member, name in self.rng.sample([*model.results], min(len(model.results), 20)):
            day = days_of(name)[1]
            then, own = model.as_of(member, day), model.rules_on(day)
            if then and then[2] and then[0] == code and own:
                self._keys += 1
                key = f"k{self._keys}"
                return NewClaim(key=key, member=member, item="thanks", points=1, day=day), None
        return None

    def _both(  # noqa: PLR0917  a claim, and all it says
        self,
        key: str,
        member: str,
        found: tuple[str, str],
        item: str,
        points: int,
        day: date,
        event: str,
        at_unit: str,
    ) -> tuple[NewClaim, Claimed]:
        new = NewClaim(
            key=key, member=member, item=item, points=points, day=day, event=event, at_unit=at_unit
        )
        own = self._line(member, found, item, points, day, event)
        own.key, own.at_unit = key, at_unit
        return new, own

    def _line(  # noqa: PLR0917  whose, under what, how much, when
        self, member: str, found: tuple[str, str], item: str, points: int, day: date, event: str
    ) -> Claimed:
        return Claimed(
            number=0,
            key="",
            member=member,
            unit=found[0],
            at_unit="",
            rules=found[1],
            item=item,
            points=points,
            day=day,
            event=event,
            by="",
        )

    def _claim(self, who: Actor, found: Sequence[tuple[NewClaim, Claimed | None]]) -> int:
        sound = all(own is not None for _, own in found)
        new = [one for one, _ in found]
        kept = self.tried(sound, lambda: claiming.claim_for_many(self.store, who, new))
        for got, (one, own) in zip(kept, found, strict=True) if kept else ():
            assert own is not None
            own.number, own.by = got.number, who.id
            if own.number != len(self.model.claims) + 1:
                raise Wrong(f"claim {own.number} follows {len(self.model.claims)}")
            self.model.claims[own.number] = self.model.waiting[own.number] = own
            self._requests.append((who, one, own.number))
        return len(found)

    def _verifiers(self) -> list[tuple[Actor, Callable[[Claimed], bool]]]:
        """Return who verifies, each with what says whether a claim is theirs to decide."""

        def verifies(own: Claimed) -> tuple[str, ...]:
            return self.model.items_of(own.rules)[own.item]["verifies"]

        def of_town(town: str) -> Callable[[Claimed], bool]:
            return lambda own: "superior" in verifies(own) and BRANCHES[own.unit] == town

        def of_branch(code: str, by: str) -> Callable[[Claimed], bool]:
            return lambda own: (
                own.by != by
                and (
                    ("secretary" in verifies(own) and own.unit == code)
                    or ("community" in verifies(own) and own.at_unit == code)
                )
            )

        towns = [(who, of_town(town)) for town, who in self.superiors.items()]
        own = self.member_of[self.member_superior.id]
        also = (self.member_superior, lambda one: one.member != own and of_town(BRANCHES["A01"])(one))
        return [
            *towns,
            *towns,
            also,
            *((who, of_branch(code, who.id)) for code, who in self.secretaries.items()),
        ]


_HEAD = ["编号", "项目", "日期", "分值", "活动", "说明", "流水号"]
