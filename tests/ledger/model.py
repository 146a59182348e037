"""The books of points once more, in plain Python with an arithmetic of its own: what must come of every step.

It shares no code with the product but the words of the tables. Points are hundredths, days are dates; a rule is told by
a table of plain values, from which the file of rules is written too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from tests.ledger.model_rules import BASELINE, Terms

NAMES = ("event", "day", "month", "quarter", "year")
BEIJING = timezone(timedelta(hours=8))


@dataclass
class Laid:
    """A transfer as it must stand: the fields by which it is compared."""

    key: str
    ledger: str
    kind: str
    source: str
    target: str
    amount: int
    owed: int
    member: str
    unit: str
    rules: str
    item: str
    day: date
    event: str
    claim: int | None = None
    undoes: int | None = None
    by: str = ""


@dataclass
class Claimed:
    number: int
    key: str
    member: str
    unit: str
    at_unit: str
    rules: str
    item: str
    points: int
    day: date
    event: str
    by: str
    state: str = "pending"
    posted: int = 0


@dataclass
class Moved:
    """A motion to reverse a transfer, and what became of it."""

    transfer: int
    by: str
    open: bool = True


@dataclass
class Objected:
    """A member's objection to a transfer of their own, and what became of it."""

    transfer: int
    member: str
    open: bool = True


@dataclass
class Held:
    """What an account holds and owes, and how many entries it has."""

    balance: int = 0
    owed: int = 0
    seq: int = 0


Entered = tuple[str, str, int, int, int, int, int]
"""Account, ledger, place, transfer, amount, balance, debt."""


@dataclass
class Model:
    """A county's books of points."""

    moment: datetime
    hand: str = ""
    held: dict[tuple[str, str], Held] = field(default_factory=lambda: defaultdict(Held))
    laid: list[Laid] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    reversed: set[int] = field(default_factory=set)
    keys: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    of_member: dict[str, list[Laid]] = field(default_factory=lambda: defaultdict(list))
    counted: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[int, Claimed] = field(default_factory=dict)
    members: dict[str, list[tuple[date, str, str, bool]]] = field(default_factory=dict)
    rules: list[tuple[date, str, dict[str, dict]]] = field(default_factory=list)
    closed: set[tuple[str, str]] = field(default_factory=set)
    results: dict[tuple[str, str], tuple[str, int, int, int]] = field(default_factory=dict)
    waiting: dict[int, Claimed] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)
    motions: dict[int, Moved] = field(default_factory=dict)
    objections: dict[int, Objected] = field(default_factory=dict)
    moving: set[int] = field(default_factory=set)
    objecting: set[int] = field(default_factory=set)
    settled: set[tuple[str, str]] = field(default_factory=set)
    ended_after: dict[int, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day it is in the county."""
        return self.moment.astimezone(BEIJING).date()

    def as_of(self, member: str, day: date) -> tuple[str, str, bool] | None:
        """Return branch, kind and whether they are a member on *day*."""
        found = None
        for first, unit, kind, active in self.members[member]:
            if first <= day:
                found = (unit, kind, active)
        return found

    def now(self, member: str) -> tuple[date, str, str, bool]:
        return self.members[member][-1]

    def rules_on(self, day: date) -> tuple[str, dict[str, dict]] | None:
        found = None
        for first, ref, items in self.rules:
            if first <= day:
                found = (ref, items)
        return found

    def items_of(self, ref: str) -> dict[str, dict]:
        return next(items for _, own, items in self.rules if own == ref)

    def closed_from(self, day: date, *units: str) -> bool:
        """Say whether one of the branches has closed the quarter of *day* or a later one."""
        return any(unit in units and name >= quarter(day) for name, unit in self.closed)

    def frozen(self, member: str, unit: str, day: date) -> bool:
        """Say whether nothing of *day* counts any more for the member, there or wherever the quarter went with them."""
        name = quarter(day)
        return (name, unit) in self.closed or (member, name) in self.results

    def takes(self, member: str, item: str, points: int, day: date) -> tuple[str, str] | None:
        """Return branch and rules of points that may be claimed or taken in; None where they may not."""
        then, own = self.as_of(member, day), self.rules_on(day)
        if day > self.today or then is None or not then[2] or own is None or item not in own[1]:
            return None
        rule = own[1][item]
        if then[1] not in rule["members"] or points not in rule["takes"] or self.frozen(member, then[0], day):
            return None
        return then[0], own[0]

    def event_of(self, own: Claimed) -> tuple[str, str, date, str]:
        """Return by what the event of a claim is known: by its day alone where a community may verify it."""
        alone = "community" in self.items_of(own.rules)[own.item]["verifies"]
        return own.member, own.item, own.day, "" if alone else unspaced(own.event)

    def counts_again(self, own: Claimed, waiting: dict[tuple[str, str, date, str], int]) -> bool:
        """Say whether the event of the claim may count once more, by what stands and what is *waiting*."""
        rule, event = self.items_of(own.rules)[own.item], self.event_of(own)
        most = rule["caps"].get("event_times")
        if most is None:
            return True
        posted = sum(
            number not in self.reversed
            and (line := self.laid[number - 1]).day == own.day
            and line.ledger == rule["ledgers"][0]
            and ("community" in rule["verifies"] or unspaced(line.event) == unspaced(own.event))
            for number in self.counted[own.member, own.item, own.day.year]
        )
        return posted + waiting.get(event, 0) < most

    def room(  # noqa: PLR0917  whose, under what, how much, when
        self, member: str, item: str, rule: dict, wanted: int, day: date, event: str
    ) -> int:
        """Return how much of *wanted* the caps let through, as the books stand."""
        first = rule["ledgers"][0]
        lines = [
            self.laid[number - 1]
            for number in self.counted[member, item, day.year]
            if number not in self.reversed and self.laid[number - 1].ledger == first
        ]
        same = [
            one
            for one in lines
            if one.day == day and ("community" in rule["verifies"] or unspaced(one.event) == unspaced(event))
        ]
        caps = rule["caps"]
        if "event_times" in caps and len(same) >= caps["event_times"]:
            return 0
        sums = {
            "event": sum(one.amount for one in same),
            "day": sum(one.amount for one in lines if one.day == day),
            "month": sum(one.amount for one in lines if one.day.month == day.month),
            "quarter": sum(one.amount for one in lines if quarter(one.day) == quarter(day)),
            "year": sum(one.amount for one in lines),
        }
        return max(0, min([wanted, *(caps[name] - sums[name] for name in NAMES if name in caps)]))

    def lay(self, own: Laid) -> int:
        """Lay a transfer, by whoever has a hand in it now, and what is owed out of it."""
        own.by = self.hand
        self.laid.append(own)
        number = len(self.laid)
        self.keys[own.key].append(number)
        self.of_member[own.member].append(own)
        if own.kind in {"award", "loss"}:
            self.counted[own.member, own.item, own.day.year].append(number)
        if own.undoes is not None:
            self.reversed.add(own.undoes)
        if own.source not in {"issuer", "expired"}:
            paid = own.amount if own.kind == "repayment" else 0
            self._enter(own.source, own.ledger, number, -own.amount, own.owed - paid)
        if own.target not in {"issuer", "expired"}:
            self._enter(own.target, own.ledger, number, own.amount, 0)
            owed = self.held[own.target, own.ledger].owed
            if own.kind in {"award", "reversal"} and own.ledger == "spendable" and owed and own.amount:
                self.lay(
                    Laid(
                        key=f"repayment:{number}",
                        ledger="spendable",
                        kind="repayment",
                        source=own.target,
                        target="issuer",
                        amount=min(own.amount, owed),
                        owed=0,
                        member=own.member,
                        unit=own.unit,
                        rules=own.rules,
                        item=own.item,
                        day=own.day,
                        event=own.event,
                    )
                )
        return number

    def _enter(self, account: str, ledger: str, number: int, amount: int, owed: int) -> None:
        held = self.held[account, ledger]
        held.balance += amount
        held.owed += owed
        held.seq += 1
        self.entered.append((account, ledger, held.seq, number, amount, held.balance, held.owed))

    def moved(self, key: str, to: Claimed, points: int) -> list[int]:
        """Lay what *points* of a claim, or of a line of a file, come to, one transfer a ledger; return their numbers."""
        rule = self.items_of(to.rules)[to.item]
        losing = rule["kind"] == "losing"
        return [
            self.lay(
                Laid(
                    key=key,
                    ledger=ledger,
                    kind="loss" if losing else "award",
                    source=to.member if losing else "issuer",
                    target="issuer" if losing else to.member,
                    amount=points,
                    owed=0,
                    member=to.member,
                    unit=to.unit,
                    rules=to.rules,
                    item=to.item,
                    day=to.day,
                    event=to.event,
                    claim=to.number or None,
                )
            )
            for ledger in rule["ledgers"]
        ]

    def decide(self, claim: Claimed, points: int | None) -> int:
        """Post a claim under the caps (None: let it be void) and return what posts."""
        del self.waiting[claim.number]
        posts = 0
        if points is not None:
            rule = self.items_of(claim.rules)[claim.item]
            posts = self.room(claim.member, claim.item, rule, points, claim.day, claim.event)
        if not posts:
            claim.state = "void"
            return 0
        claim.state, claim.posted = "posted", posts
        self.moved(f"claim:{claim.number}", claim, posts)
        return posts

    def hindered(self, number: int) -> bool:
        """Say whether the transfer of that number cannot be reversed, nor be objected to."""
        own = self.laid[number - 1]
        month = (own.target, f"{own.day:%Y-%m}")
        return (
            own.kind not in {"award", "loss", "redemption"}
            or bool(self.reversed & set(self.keys[own.key]))
            or (own.kind == "redemption" and month in self.settled)
        )

    def moved_already(self, number: int) -> bool:
        """Say whether somebody has moved to reverse it, or what was posted with it, and that waits."""
        together = self.keys[self.laid[number - 1].key]
        return bool(self.moving & set(together))

    def reverse(self, number: int) -> list[int]:
        """Take back the transfer of that number, with what has its key, and return the transfers that do."""
        return [self._reverse(one) for one in tuple(self.keys[self.laid[number - 1].key])]

    def _reverse(self, number: int) -> int:
        own = self.laid[number - 1]
        amount, owed = own.amount, 0
        self._give_back(number, own)
        if own.ledger == "spendable" and own.target != "issuer":
            amount = min(amount, self.held[own.target, "spendable"].balance)
            owed = own.amount - amount
        return self.lay(
            Laid(
                key=f"reversal:{number}",
                ledger=own.ledger,
                kind="reversal",
                source=own.target,
                target=own.source,
                amount=amount,
                owed=owed,
                member=own.member,
                unit=own.unit,
                rules=own.rules,
                item=own.item,
                day=self.today,
                event=own.event,
                undoes=number,
            )
        )

    def _give_back(self, number: int, own: Laid) -> None:
        """Let what of an award ended unspent come back, before it is taken."""
        year = own.day.year
        while self.ended_after.get(year, number) < number:
            year += 1
        if (own.kind, own.ledger) != ("award", "spendable") or year not in self.ended_after:
            return
        ends = [one for one in self.of_member[own.member] if (one.kind, one.event) == ("expiry", f"{year}")]
        lost = sum(one.amount if one.target == "expired" else -one.amount for one in ends)
        if lost:
            self.lay(
                Laid(
                    key=f"ended:{number}",
                    ledger="spendable",
                    kind="expiry",
                    source="expired",
                    target=own.member,
                    amount=min(lost, own.amount),
                    owed=0,
                    member=own.member,
                    unit=own.unit,
                    rules=own.rules,
                    item=own.item,
                    day=self.today,
                    event=f"{year}",
                )
            )

    def open(self, name: str) -> list[str]:
        """Give the baselines of the quarter that are missing, and return to whom."""
        first, last = days_of(name)
        rules = self.rules_on(first)
        assert rules is not None
        given = []
        for member in sorted(self.members):
            then = self.as_of(member, min(self.today, last))
            key = f"baseline:{name}:{member}"
            if then is None or not then[2] or key in self.keys or self.frozen(member, then[0], first):
                continue
            given.append(member)
            self.lay(
                Laid(
                    key=key,
                    ledger="honour",
                    kind="baseline",
                    source="issuer",
                    target=member,
                    amount=BASELINE.get(then[1], BASELINE["points"]),
                    owed=0,
                    member=member,
                    unit=then[0],
                    rules=rules[0],
                    item="",
                    day=max(first, self.members[member][0][0]),
                    event="",
                )
            )
        return given

    def of_quarter(self, unit: str, name: str) -> list[str]:
        """Return whom the branch's quarter is about: those it had at the end, and who left it then for nowhere."""
        first, last = days_of(name)
        found = []
        for member, revisions in self.members.items():
            before = [own for own in revisions if own[0] <= last]
            if before and before[-1][1] == unit and (before[-1][3] or before[-1][0] >= first):
                found.append(member)
        return found

    def may_close(self, unit: str, name: str) -> bool:
        own = self.of_quarter(unit, name)
        first, last = days_of(name)
        waiting = any(
            first <= claim.day <= last and (claim.unit == unit or claim.member in own)
            for claim in self.waiting.values()
        )
        without = any(
            f"baseline:{name}:{member}" not in self.keys
            for member in own
            if (then := self.as_of(member, last)) is not None and then[2]
        )
        return (name, unit) not in self.closed and last < self.today and not waiting and not without

    def close(self, unit: str, name: str) -> None:
        for member in self.of_quarter(unit, name):
            self.results[member, name] = (unit, *self.sums(member, name))
        self.closed.add((name, unit))

    def sums(self, member: str, name: str) -> tuple[int, int, int]:
        """Return baseline, earned and lost of the quarter, from the transfers alone."""
        first, last = days_of(name)
        found = {"baseline": 0, "award": 0, "loss": 0}
        for own in self.of_member[member]:
            if own.ledger != "honour" or not first <= own.day <= last:
                continue
            if own.kind in found:
                found[own.kind] += own.amount
            elif own.undoes is not None:
                found[self.laid[own.undoes - 1].kind] -= own.amount
        return found["baseline"], found["award"], found["loss"]


def unspaced(event: str) -> str:
    return "".join(event.split())


def quarter(day: date) -> str:
    return f"{day.year}Q{1 + (day.month - 1) // 3}"


def days_of(name: str) -> tuple[date, date]:
    year, place = (int(part) for part in name.split("Q"))
    first = date(year, 3 * place - 2, 1)
    after = date(year + 1, 1, 1) if place == 4 else date(year, 3 * place + 1, 1)
    return first, after - timedelta(days=1)
