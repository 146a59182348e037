"""Random steps over the books of points, by the workflows people use, each checked against the model and in itself.

A seed tells a run wholly. Claims, decisions and lines of files come many to a transaction, and each of them is a step;
after every transaction the new transfers and entries are what the model says, line by line, and from time to time the
whole of the books is added up by the database.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import and_, func, select, text

from scoring.criteria.item import Ledger, MemberKind
from scoring.errors import Refused
from scoring.ledger import NewTransfer, PointsShort, TransferKind
from scoring.people import Actor, Role
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import members as kept_members
from scoring.store.ledger import transfers as kept_transfers
from scoring.store.ledger.members import NewMember
from scoring.store.tables import claim, claim_move, entry, quarter_result, transfer
from scoring.workflow.points import claiming, import_points, keep_members, quarters, reversing, verifying
from scoring.workflow.points.claiming import NewClaim
from scoring.workflow.points.keep_members import MemberFields
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.verifying import Decision
from tests.ledger.model import KINDS, Claimed, Laid, Model, days_of, quarter, write_rules
from tests.people import somebody, township, unit
from tests.workflow import county

BRANCHES = {"A01": "柳河镇", "A07": "柳河镇", "A02": "云岭乡"}
COMMUNITY = "A02"
SHOPS = ("f" * 15 + "0", "f" * 15 + "1")
FIRST = date(2026, 1, 1)
EVENTS = ("", "会一", "会二")
_MOVED = (claiming, import_points, keep_members, quarters, reversing)
_FIELDS = tuple(Laid.__dataclass_fields__)
_EVERY = 40
"""So many transactions go by between two times that the whole is added up."""


class Wrong(AssertionError):
    """The books are not what the model says."""


class Steps:
    """A county whose points move at random, by *seed*."""

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        self.store, self.folder = store, folder
        self.rng = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.told: list[str] = []
        self.model = Model(today=FIRST)
        self._versions = 0
        self._files = 0
        self._keys = 0
        self._requests: list[tuple[Actor, NewClaim, int]] = []
        self._checked = (0, 0)
        county.with_units(store, folder)
        self.admin = somebody(store, "guan", Role.ADMINISTRATOR)
        self.other_admin = somebody(store, "guan2", Role.ADMINISTRATOR)
        self.superiors = {
            name: somebody(store, f"zhen{place}", Role.SUPERIOR, scope=township(name))
            for place, name in enumerate(sorted(set(BRANCHES.values())))
        }
        self.secretaries = {
            code: somebody(store, f"shuji{code}", Role.SECRETARY, scope=unit(code), branch=code)
            for code in BRANCHES
        }
        self.accounts: dict[str, Actor] = {}
        self.codes: dict[str, str] = {}
        self.adopt(FIRST)
        self._people()

    def run(self, steps: int) -> None:
        """Go *steps* steps. Raises Wrong, telling the last steps, at the first that comes to anything else."""
        ways: list[tuple[int, Callable[[], int]]] = [
            (14, self.claim),
            (3, self.claim_own),
            (14, self.verify),
            (3, self.withdraw),
            (5, self.again),
            (8, self.reverse),
            (10, self.redeem),
            (5, self.take_file),
            (8, self.change_member),
            (1, self.add_member),
            (3, self.open_quarter),
            (12, self.close_quarter),
            (10, self.move_clock),
        ]
        weights = [weight for weight, _ in ways]
        transactions = 0
        with self.clock():
            try:
                while (gone := sum(self.done.values())) < steps:
                    ((_, way),) = self.rng.choices(ways, weights)
                    self.told.append(f"{gone} {self.model.today} {way.__name__}")
                    self.done[way.__name__] += way()
                    self.check_new()
                    transactions += 1
                    if transactions % _EVERY == 0:
                        self.check_whole()
                self.check_whole()
            except Exception as error:
                raise Wrong(f"{error!r} after\n" + "\n".join(self.told[-12:])) from error

    @contextmanager
    def clock(self):
        """Let it be the model's day for every workflow."""
        patches = [patch.object(module, "today", lambda: self.model.today) for module in _MOVED]
        for own in patches:
            own.start()
        try:
            yield
        finally:
            for own in patches:
                own.stop()

    def tried(self, expected: bool, act: Callable[[], Any]) -> Any:
        """Return what *act* returns, where it is *expected* to be done; None where it is refused, as it must be."""
        try:
            found = act()
        except Refused as refused:
            if expected:
                raise Wrong(f"refused: {refused}") from refused
            self.told.append(f"  refused, as it must be: {refused}"[:200])
            return None
        if not expected:
            raise Wrong("done, and should have been refused")
        return found

    # what people do

    def claim(self) -> int:
        """A secretary claims for members of the branch; in one of ten of these one claim is not in order."""
        rng, model = self.rng, self.model
        code = rng.choice([*BRANCHES])
        found: list[tuple[NewClaim, Claimed | None]] = []
        for _ in range(rng.choice([1, 20, 200, 400])):
            own = self._sound(code, "secretary", rng.choice([*model.members]))
            if own is not None:
                found.append(own)
        if rng.random() < 0.1:
            found.append(self._late(code) or self._any(code))
        if not found:
            return 0
        return self._claim(self.secretaries[code], found)

    def claim_own(self) -> int:
        """A member claims for themselves."""
        member = self.rng.choice([*self.accounts])
        found = [own for _ in range(self.rng.randint(1, 6)) if (own := self._sound(None, "member", member))]
        return self._claim(self.accounts[member], found) if found else 0

    def verify(self) -> int:
        """Claims that wait are decided by somebody who may; in one of ten of these one is not theirs to decide."""
        rng, model = self.rng, self.model
        who, may = rng.choice(self._verifiers())
        waiting = [own for own in model.claims.values() if own.state == "pending"]
        own = [one for one in waiting if may(one)]
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
        who = self._people_by_id[own.by]
        pending = own.state == "pending"
        gone = own.by in {one.id for one in self.accounts.values()}
        if not gone and self.model.as_of(own.member, self.model.today) is None:
            return 0
        self.tried(pending, lambda: claiming.withdraw_claim(self.store, who, own.number))
        if pending:
            own.state = "withdrawn"
        return 1

    def again(self) -> int:
        """The same request once more is the same claim; with other contents, or of somebody else, it is refused."""
        if not self._requests:
            return 0
        who, new, number = self.rng.choice(self._requests[-200:])
        then = self.model.as_of(new.member, new.day)
        if who not in self.accounts.values() and then and self.secretaries[then[0]] is not who:
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

    def reverse(self) -> int:
        """A transfer is reversed by two, or the motion is refused; what cannot be reversed is not even moved."""
        rng, model = self.rng, self.model
        if not model.laid:
            return 0
        number = rng.randint(max(1, len(model.laid) - 400), len(model.laid))
        if rng.random() < 0.5:
            lately = [(n, model.laid[n - 1]) for n in range(number, len(model.laid) + 1)]
            spent = [
                n
                for n, own in lately
                if own.kind == "award"
                and own.ledger == "spendable"
                and n not in model.reversed
                and model.held[own.member, "spendable"].balance < own.amount
            ]
            number = rng.choice(spent or [number])
        own = model.laid[number - 1]
        together = model.keys[own.key]
        sound = own.kind in {"award", "loss", "redemption"} and not model.reversed & set(together)
        moved = self.tried(sound, lambda: reversing.move_reversal(self.store, self.admin, number, "记错"))
        if moved is None:
            return 1
        self.tried(False, lambda: reversing.confirm_reversal(self.store, self.admin, moved))
        if rng.random() < 0.2:
            reversing.refuse_reversal(self.store, self.other_admin, moved, "没有错")
            return 3
        found = reversing.confirm_reversal(self.store, self.other_admin, moved)
        if list(found) != model.reverse(number):
            raise Wrong(f"reversed as {found}")
        return 3

    def redeem(self) -> int:
        """Members spend: all of it within their balances or nothing."""
        rng, model = self.rng, self.model
        laid: list[Laid] = []
        left: dict[str, int] = {}
        for _ in range(rng.choice([1, 10, 60])):
            member = rng.choice([*model.members])
            balance = left.get(member, model.held[member, "spendable"].balance)
            amount = rng.choice([max(balance, 1), rng.randint(1, max(balance // 2, 1))])
            if rng.random() < 0.02:
                amount = balance + rng.randint(1, 500)
            if amount > balance and rng.random() < 0.9:
                continue
            left[member] = balance - amount
            self._keys += 1
            laid.append(self._redemption(member, amount))
        sound = all(balance >= 0 for balance in left.values())
        if not laid:
            return 0
        new = [
            NewTransfer(
                key=own.key,
                ledger=Ledger.SPENDABLE,
                kind=TransferKind.REDEMPTION,
                source=own.source,
                target=own.target,
                amount=own.amount,
                member=own.member,
                unit=own.unit,
                rules=own.rules,
                day=own.day,
            )
            for own in laid
        ]
        try:
            with self.store.begin() as c:
                kept_transfers.post(c, new, By(person=""))
        except PointsShort as short:
            if sound:
                raise Wrong(f"{short}") from short
            return len(laid)
        if not sound:
            raise Wrong("more was spent than there is")
        for own in laid:
            model.lay(own)
        return len(laid)

    def take_file(self) -> int:
        """A clerk's file of points is taken in, all lines or none."""
        rng, model = self.rng, self.model
        rows, lines = [], []
        sound = True
        self._files += 1
        for place in range(2, 2 + rng.choice([1, 30, 300])):
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

    def change_member(self) -> int:
        """A member moves to another branch, becomes another kind, leaves or comes back, from a day on."""
        rng, model = self.rng, self.model
        member = rng.choice([*model.members])
        first, code, kind, active = model.now(member)
        day = rng.choice([model.today, model.today - timedelta(days=rng.randint(0, 100))])
        leaves = rng.random() < 0.15 and member not in self.accounts
        to = code if leaves else rng.choice([*BRANCHES])
        closed = any((quarter(day), own) in model.closed for own in (code, to))
        sound = first <= day <= model.today and not closed and (active or not leaves)
        if leaves:
            self.tried(sound, lambda: keep_members.let_go(self.store, self.admin, member, day))
            to_kind = kind
        else:
            to_kind = rng.choice([kind, kind, kind, rng.choice(KINDS)])
            login = f"m{self.codes[member]}".lower() if member in self.accounts else ""
            fields = MemberFields(name="王一", unit=to, kind=MemberKind(to_kind), first_day=day, login=login)
            self.tried(sound, lambda: keep_members.change_member(self.store, self.admin, member, fields))
        if sound:
            model.members[member].append((day, to, to_kind, not leaves))
        return 1

    def add_member(self) -> int:
        """Somebody joins."""
        if len(self.model.members) >= 70:
            return 0
        rng, model = self.rng, self.model
        code, unit_code, kind = f"M{len(model.members) + 1}", rng.choice([*BRANCHES]), rng.choice(KINDS)
        day = model.today - timedelta(days=rng.randint(0, 40))
        sound = (quarter(day), unit_code) not in model.closed
        fields = MemberFields(name="新人", unit=unit_code, kind=MemberKind(kind), first_day=day)
        found = self.tried(sound, lambda: keep_members.add_member(self.store, self.admin, code, fields))
        if found is not None:
            model.members[found.id] = [(day, unit_code, kind, True)]
            self.codes[found.id] = code
        return 1

    def open_quarter(self) -> int:
        """A quarter is opened, or again; one that is to come is not."""
        now = self.model.today
        name = quarter(self.rng.choice([now, now, now - timedelta(days=91), now + timedelta(days=91)]))
        first = days_of(name)[0]
        sound = first <= now and self.model.rules_on(first) is not None
        found = self.tried(sound, lambda: quarters.open_quarter(self.store, self.admin, name))
        if found is not None and found.given != len(self.model.open(name)):
            raise Wrong(f"{found} of {name}")
        return 1

    def close_quarter(self) -> int:
        """A branch's quarter is closed, once nothing is missing; half of the time what waits is decided before."""
        rng, model = self.rng, self.model
        code = rng.choice([*BRANCHES])
        name = quarter(model.today - timedelta(days=rng.choice([0, *range(80, 280, 20)])))
        first, last = days_of(name)
        if model.rules_on(first) is None:
            return 0
        steps = 1
        if rng.random() < 0.5 and last < model.today:
            steps += self._clear(code, name)
        sound = model.may_close(code, name)
        found = self.tried(sound, lambda: quarters.close_quarter(self.store, self.admin, name, code))
        if found is not None:
            model.close(code, name)
            self.done["closed"] += 1
            wanted = {
                member: own for (member, of), own in model.results.items() if (of, own[0]) == (name, code)
            }
            got = {own.member: (own.unit, own.baseline, own.earned, own.lost) for own in found}
            if got != wanted:
                raise Wrong(f"{name} of {code} came to {got}, not {wanted}")
        return steps

    def move_clock(self) -> int:
        """Days go by; with a new quarter there are sometimes new rules."""
        before = self.model.today
        self.model.today += timedelta(days=self.rng.randint(0, 21))
        now = self.model.today
        if self.rng.random() < (0.1 if quarter(now) == quarter(before) else 0.4):
            self.adopt(days_of(quarter(now))[0])
        return 1

    def adopt(self, first_day: date) -> None:
        """Take the next version of the rules into use; not where anything of its days is posted, or waits."""
        model = self.model
        ref, items = write_rules(self.folder, self._versions + 1)
        path = self.folder / f"rules-{self._versions + 1}.yaml"
        later = not model.rules or model.rules[-1][0] < first_day
        posted = any(own.day >= first_day for own in model.laid)
        waits = any(own.state == "pending" and own.day >= first_day for own in model.claims.values())
        sound = later and not posted and not waits
        if self.tried(sound, lambda: adopt_rules(self.store, None, str(path), first_day)) is not None:
            self._versions += 1
            model.rules.append((first_day, ref, items))

    # what is checked

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
                    "event": f"{own.day} {'' if 'community' in rule['verifies'] else own.event}",
                }
                for name, window in windows.items():
                    if name in rule["caps"]:
                        key = (name, window)
                        sums[key] = sums.get(key, 0) + own.amount
                        most[key] = max(most.get(key, 0), rule["caps"][name])
            over = {key: (sums[key], most[key]) for key in sums if sums[key] > most[key]}
            if over:
                raise Wrong(f"caps passed: {item} {over}")

    # what they are made of

    def _people(self) -> None:
        new, persons = [], []
        for number in range(1, 41):
            code = f"M{number}"
            branch = [*BRANCHES][number % 3]
            person = ""
            if number <= 3:
                actor = somebody(
                    self.store, f"m{code}".lower(), Role.MEMBER, scope=unit(branch), branch=branch
                )
                persons.append(actor)
                person = actor.id
            new.append(
                NewMember(
                    code=code,
                    name="王一",
                    unit=branch,
                    kind=MemberKind(KINDS[number % 4]),
                    first_day=FIRST,
                    person=person,
                )
            )
        with self.store.begin() as c:
            found = kept_members.add(c, new)
        for own in found:
            self.model.members[own.id] = [(FIRST, own.unit, own.kind.value, True)]
            self.codes[own.id] = own.code
        self.accounts = {own.id: actor for own, actor in zip(found, persons, strict=False)}
        everybody = [self.admin, *self.secretaries.values(), *self.accounts.values()]
        self._people_by_id = {own.id: own for own in everybody}

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
        return self._both(key, member, found, item, points, day, "", "")

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
            self.model.claims[own.number] = own
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
        return [*towns, *towns, *((who, of_branch(code, who.id)) for code, who in self.secretaries.items())]

    def _clear(self, code: str, name: str) -> int:
        """Decide what waits of the branch's quarter, by the superiors, and give the baselines that are missing."""
        model = self.model
        first, last = days_of(name)
        about = set(model.of_quarter(code, name))
        steps = 0
        for town, who in self.superiors.items():
            waiting = [
                own
                for own in model.claims.values()
                if own.state == "pending"
                and first <= own.day <= last
                and (own.unit == code or own.member in about)
                and BRANCHES[own.unit] == town
            ]
            if not waiting:
                continue
            decisions = [Decision(claim=own.number, post=False, reason="逾期") for own in waiting]
            verifying.verify_claims(self.store, who, decisions)
            for own in waiting:
                own.state = "void"
            steps += len(waiting)
        found = quarters.open_quarter(self.store, self.admin, name)
        if found.given != len(model.open(name)):
            raise Wrong(f"{found} of {name}")
        return steps

    def _redemption(self, member: str, amount: int) -> Laid:
        return Laid(
            key=f"redemption:{self._keys}",
            ledger="spendable",
            kind="redemption",
            source=member,
            target=self.rng.choice(SHOPS),
            amount=amount,
            owed=0,
            member=member,
            unit=self.model.now(member)[1],
            rules=self.model.rules[-1][1],
            item="",
            day=self.model.today,
            event="",
        )


def _same(what: str, got: Sequence[Any], wanted: Sequence[Any]) -> None:
    if list(got) != list(wanted):
        only = [one for one in got if one not in wanted][:3], [one for one in wanted if one not in got][:3]
        raise Wrong(f"{what}: kept are {only[0]}, the model has {only[1]}")


_HEAD = ["编号", "项目", "日期", "分值", "活动", "说明", "流水号"]
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
