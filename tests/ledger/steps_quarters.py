"""Steps of the county's office: members who move, quarters opened and closed, rules adopted, and days that go by."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scoring.criteria.item import MemberKind
from scoring.workflow.points import keep_members, quarters, verifying
from scoring.workflow.points.keep_members import MemberFields
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.verifying import Decision
from tests.ledger.model import days_of, quarter
from tests.ledger.model_rules import KINDS, terms_of, write_rules
from tests.ledger.walk import BRANCHES, Walk, Wrong


class Office(Walk):
    """Whoever keeps members and quarters."""

    versions = 0

    def change_member(self) -> int:
        """A member moves to another branch, becomes another kind, leaves or comes back, from a day on."""
        rng, model = self.rng, self.model
        member = rng.choice([*model.members])
        first, code, kind, active = model.now(member)
        day = rng.choice([model.today, model.today - timedelta(days=rng.choice([rng.randint(0, 100), 130]))])
        lately = [name for name, of in model.closed if of == code and days_of(name)[0] > first]
        if lately and rng.random() < 0.3:
            day = days_of(rng.choice(sorted(lately)))[0] - timedelta(days=rng.randint(1, 40))
        leaves = rng.random() < 0.15
        to = code if leaves else rng.choice([*BRANCHES])
        closed = model.closed_from(day, code, to)
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
        sound = not model.closed_from(day, unit_code)
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
        self.model.hand = self.admin.id
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
        if rng.random() < 0.15:
            return self._close_all(name)
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

    def _close_all(self, name: str) -> int:
        """The quarter is closed in every branch that is ready, and in no other."""
        model = self.model
        sound = days_of(name)[1] < model.today
        found = self.tried(sound, lambda: quarters.close_quarters(self.store, self.admin, name))
        ready = [
            code for code in sorted(BRANCHES) if model.of_quarter(code, name) and model.may_close(code, name)
        ]
        if found is not None and list(found) != ready:
            raise Wrong(f"{name} was closed in {found}, and was ready in {ready}")
        for code in found or ():
            model.close(code, name)
            self.done["closed"] += 1
        return 1

    def move_clock(self) -> int:
        """Days go by; with a new quarter there are sometimes new rules."""
        rng, before = self.rng, self.model.today
        days = rng.randint(0, 30) if rng.random() < 0.9 else rng.randint(40, 90)
        self.model.moment += timedelta(days=days)
        if rng.random() < 0.3:
            self.model.moment = max(self.model.moment, self._almost_midnight())
        now = self.model.today
        if self.rng.random() < (0.1 if quarter(now) == quarter(before) else 0.4):
            self.adopt(days_of(quarter(now))[0])
        return 1

    def _almost_midnight(self) -> datetime:
        """Return a moment shortly before the day ends in the county, which is in the afternoon by the world's clock."""
        return self.model.moment.replace(hour=15, minute=59, second=30)

    def adopt(self, first_day: date) -> None:
        """Take the next version of the rules into use; not where anything of its days is posted, or waits."""
        model = self.model
        ref, items = write_rules(self.folder, self.versions + 1)
        path = self.folder / f"rules-{self.versions + 1}.yaml"
        later = not model.rules or model.rules[-1][0] < first_day
        posted = any(own.day >= first_day for own in model.laid)
        waits = any(own.day >= first_day for own in model.waiting.values())
        sound = later and not posted and not waits
        if self.tried(sound, lambda: adopt_rules(self.store, None, str(path), first_day)) is not None:
            self.versions += 1
            model.rules.append((first_day, ref, items))
            model.terms[ref] = terms_of(self.versions)

    def _clear(self, code: str, name: str) -> int:
        """Decide what waits of the branch's quarter, by the superiors, and give the baselines that are missing."""
        model = self.model
        first, last = days_of(name)
        about = set(model.of_quarter(code, name))
        steps = 0
        for town, who in self.superiors.items():
            waiting = [
                own
                for own in model.waiting.values()
                if first <= own.day <= last
                and (own.unit == code or own.member in about)
                and BRANCHES[own.unit] == town
            ][: verifying.MOST_AT_ONCE]
            if not waiting:
                continue
            decisions = [Decision(claim=own.number, post=False, reason="逾期") for own in waiting]
            verifying.verify_claims(self.store, who, decisions)
            for own in waiting:
                model.decide(own, None)
            steps += len(waiting)
        found = quarters.open_quarter(self.store, self.admin, name)
        model.hand = self.admin.id
        if found.given != len(model.open(name)):
            raise Wrong(f"{found} of {name}")
        return steps
