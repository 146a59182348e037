"""What is compared of the books with their model: each new line at once, all of it and what people read now and then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, select, text

from scoring.store.engine import Store
from scoring.store.tables import claim, claim_move, entry, quarter_result, transfer
from scoring.workflow.points import offers, reading, settling
from scoring.workflow.verify_chain import verify_chain
from tests.ledger.model import Entered, Laid, quarter, unspaced
from tests.ledger.walk import Walk, Wrong

_FIELDS = tuple(Laid.__dataclass_fields__)


class Checks(Walk):
    """A walk that compares."""

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        super().__init__(store, folder, seed)
        self._checked = (0, 0)
        self._entered: dict[tuple[str, str], list[Entered]] = defaultdict(list)

    def check_new(self) -> None:
        """Compare the transfers and entries since the last time, field by field."""
        laid, entered = self._checked
        with self.store.read() as c:
            columns = [transfer.c[name] for name in _FIELDS]
            rows = c.execute(
                select(transfer.c.number, *columns)
                .where(transfer.c.number > laid)
                .order_by(transfer.c.number)
            ).all()
            lines = c.execute(
                select(
                    entry.c.account,
                    entry.c.ledger,
                    entry.c.seq,
                    entry.c.transfer,
                    entry.c.amount,
                    entry.c.balance,
                    entry.c.owed,
                ).where(entry.c.transfer > laid)
            ).all()
        wanted = [(number, *astuple(own)) for number, own in enumerate(self.model.laid[laid:], laid + 1)]
        got = [(*row[:12], date.fromisoformat(row[12]), *row[13:]) for row in rows]
        _same("transfers", got, wanted)
        _same("entries", sorted(map(tuple, lines)), sorted(self.model.entered[entered:]))
        low = [line for line in lines if line.ledger == "spendable" and line.balance < 0]
        if low:
            raise Wrong(f"below nought: {low}")
        for line in self.model.entered[entered:]:
            self._entered[line[0], line[1]].append(line)
        self._checked = (len(self.model.laid), len(self.model.entered))

    def check_whole(self) -> None:
        """Let the database add all of it up: balances, density, claims, what was frozen; and caps by their lines."""
        model = self.model
        with self.store.read() as c:
            moved = c.execute(text(_SUMS)).all()
            newest = {
                (row.account, row.ledger): (row.balance, row.owed, row.seq) for row in c.execute(_NEWEST)
            }
            dense = c.execute(
                select(entry.c.account, entry.c.ledger)
                .group_by(entry.c.account, entry.c.ledger)
                .having((func.count() != func.max(entry.c.seq)) | (func.min(entry.c.seq) != 1))
            ).all()
            states = {
                row.number: (row.state or "pending", row.points or 0)
                for row in c.execute(
                    select(claim.c.number, claim_move.c.state, claim_move.c.points).outerjoin(
                        claim_move, claim_move.c.claim == claim.c.number
                    )
                )
            }
            frozen = {
                (row.member, row.quarter): (row.unit, row.baseline, row.earned, row.lost)
                for row in c.execute(select(quarter_result))
            }
        if dense:
            raise Wrong(f"entries with gaps: {dense}")
        sums: dict[tuple[str, str], int] = {(row[0], row[1]): int(row[2]) for row in moved}
        if sum(sums.values()):
            raise Wrong("the books do not balance")
        for key, (balance, _, _) in newest.items():
            if sums[key] != balance:
                raise Wrong(f"{key} holds {balance}, and its transfers come to {sums[key]}")
        held = {key: (own.balance, own.owed, own.seq) for key, own in model.held.items() if own.seq}
        _same("balances", sorted(newest.items()), sorted(held.items()))
        claims = {own.number: (own.state, own.posted) for own in model.claims.values()}
        _same("claims", sorted(states.items()), sorted(claims.items()))
        _same("closed quarters", sorted(frozen.items()), sorted(model.results.items()))
        for (member, name), own in model.results.items():
            if own[1:] != model.sums(member, name):
                raise Wrong(
                    f"{name} of {member} was closed as {own}, and comes to {model.sums(member, name)}"
                )
        self._check_rules()

    def _check_rules(self) -> None:
        """Check that the rules of the day decided every line, and that no cap of them is passed by what stands."""
        model = self.model
        for (_, item, _), numbers in model.counted.items():
            standing = [(n, model.laid[n - 1]) for n in numbers if n not in model.reversed]
            sums: dict[tuple[str, str], int] = {}
            most: dict[tuple[str, str], int] = {}
            for _, own in standing:
                ref, items = model.rules_on(own.day) or ("", {})
                if own.rules != ref:
                    raise Wrong(f"{own} is by other rules than those of its day, {ref}")
                rule = items[item]
                if own.ledger != rule["ledgers"][0]:
                    continue
                windows = {
                    "day": own.day.isoformat(),
                    "month": f"{own.day:%Y-%m}",
                    "quarter": quarter(own.day),
                    "year": f"{own.day.year}",
                    "event": f"{own.day} {'' if 'community' in rule['verifies'] else unspaced(own.event)}",
                }
                for name, window in windows.items():
                    if name in rule["caps"]:
                        key = (name, window)
                        sums[key] = sums.get(key, 0) + own.amount
                        most[key] = max(most.get(key, 0), rule["caps"][name])
            over = {key: (sums[key], most[key]) for key in sums if sums[key] > most[key]}
            if over:
                raise Wrong(f"caps passed: {item} {over}")

    def check_chain(self) -> None:
        """Let the service verify its own chain, with the books made anew."""
        faults = verify_chain(self.store).faults
        if faults:
            raise Wrong(f"the chain: {faults[:3]}")

    def check_read(self, member: str) -> None:
        """Compare what the member reads of the own points, and of what they can have for them."""
        if not self.model.now(member)[3]:
            return
        self._check_points(member)
        self._check_offers(member)

    def check_months(self) -> None:
        """Compare what each month comes to at each shop."""
        seen = settling.see_settlements(self.store, self.admin)
        got = {(own.merchant.id, own.month.month): (own.month.points, own.month.redemptions) for own in seen}
        wanted = {
            (shop, month): own for shop in self.tills for month, own in self.spending.months(shop).items()
        }
        _same("months of shops", sorted(got.items()), sorted(wanted.items()))
        closed = {(own.merchant.id, own.month.month) for own in seen if own.month.settled_at is not None}
        _same("months settled", sorted(closed), sorted(self.model.settled))

    def _check_points(self, member: str) -> None:
        model, spending, now = self.model, self.spending, self.model.today
        own = reading.own_points(self.store, self.accounts[member])
        honour, spendable = model.held[member, "honour"], model.held[member, "spendable"]
        _same(
            f"balances {member} reads",
            [(own.honour.balance, own.honour.owed), (own.spendable.balance, own.spendable.owed)],
            [(honour.balance, honour.owed), (spendable.balance, spendable.owed)],
        )
        figures = [(one.quarter, one.baseline, one.earned, one.lost, one.closed) for one in own.year.quarters]
        _same(f"quarters {member} reads", figures, spending.figures(member, now.year))
        annual = spending.annual(member, now.year)
        card = None if own.year.card is None else own.year.card.id
        _same(
            f"the year {member} reads",
            [own.year.annual, own.year.stars, card],
            [annual, spending.stars(annual), spending.card(member, date(now.year, 12, 31))],
        )
        waiting = [one.number for one in model.waiting.values() if one.member == member]
        _same(f"claims {member} waits for", sorted(one.claim.number for one in own.waiting), sorted(waiting))
        ending = [(one.year, one.points, one.last_day, one.announced) for one in own.ending]
        _same(f"what ends for {member}", ending, spending.told(member))
        room = {one.item.id: one.left for one in own.room}
        _same(f"what caps leave {member}", sorted(room.items()), sorted(spending.rooms(member).items()))
        lines = [one.number for one in own.spendable_lines]
        mine = [line[3] for line in self._entered[member, "spendable"]]
        _same(f"lines {member} reads", lines, mine[::-1][: reading.LINES])
        self._check_place(own, annual, model.now(member)[1])

    def _check_place(self, own: reading.OwnPoints, annual: int | None, branch: str) -> None:
        model = self.model
        others = [one for one in model.members if model.now(one)[1] == branch and model.now(one)[3]]
        wanted = None
        if annual is not None and len(others) >= reading.FEWEST:
            figures = [self.spending.annual(one, model.today.year) for one in others]
            there = [one for one in figures if one is not None]
            wanted = (1 + sum(one > annual for one in there), len(there))
        got = None if own.place is None else (own.place.place, own.place.of)
        if got != wanted:
            raise Wrong(f"a place of {got}, and it is {wanted}")

    def _check_offers(self, member: str) -> None:
        spending = self.spending
        seen = offers.see_offers(self.store, self.accounts[member])
        if seen.balance != self.model.held[member, "spendable"].balance:
            raise Wrong(f"{member} is told to have {seen.balance} to spend")
        for one in seen.offers:
            own = spending.offers[one.offer.number]
            left = None if own.stock is None else max(own.stock - spending.taken(own.number), 0)
            cannot = spending.nobody(own) or spending.not_this(own, member)
            if (one.left, bool(one.hindrances)) != (left, cannot):
                raise Wrong(f"{member} is shown {one}, and there are {left}, to be had: {not cannot}")


def _same(what: str, got: Sequence[Any], wanted: Sequence[Any]) -> None:
    if list(got) != list(wanted):
        only = [one for one in got if one not in wanted][:3], [one for one in wanted if one not in got][:3]
        raise Wrong(f"{what}: kept are {only[0]}, the model has {only[1]}")


_LAST = (
    select(entry.c.account, entry.c.ledger, func.max(entry.c.seq).label("seq"))
    .group_by(entry.c.account, entry.c.ledger)
    .subquery()
)
_NEWEST = select(entry).join(
    _LAST,
    and_(entry.c.account == _LAST.c.account, entry.c.ledger == _LAST.c.ledger, entry.c.seq == _LAST.c.seq),
)
_SUMS = """
SELECT account, ledger, sum(amount) FROM (
    SELECT source AS account, ledger, -amount AS amount FROM transfer
    UNION ALL SELECT target, ledger, amount FROM transfer
) AS moved GROUP BY account, ledger
"""
