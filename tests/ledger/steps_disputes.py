"""Steps of those who find points wrong: reversals moved by one and confirmed by another, and members' objections."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.people import Actor
from scoring.workflow.points import reversing
from tests.ledger.model import Laid, Moved, Objected
from tests.ledger.walk import BRANCHES, Walk, Wrong


class Disputes(Walk):
    """Whoever reverses, objects and answers."""

    def reverse(self) -> int:
        """Somebody moves that a transfer be reversed; mostly another decides it at once."""
        if not self.model.laid:
            return 0
        number = self._some_line()
        who = self.rng.choice([*self._movers(number), self.rng.choice([*self.people.values()])])
        sound = (
            who in self._movers(number)
            and not self.model.hindered(number)
            and not self.model.moved_already(number)
        )
        moved = self.tried(sound, lambda: reversing.move_reversal(self.store, who, number, "记错"))
        if moved is None:
            return 1
        self._motion(moved, number, who)
        if self.rng.random() < (0.6 if self.model.laid[number - 1].kind == "redemption" else 0.3):
            return 1
        return 1 + sum(self._decide(moved) for _ in range(self.rng.choice([1, 1, 2])))

    def decide_motion(self) -> int:
        """A motion of before is decided, or decided again."""
        if not self.model.motions:
            return 0
        waiting = [number for number, own in self.model.motions.items() if own.open]
        return self._decide(self.rng.choice(waiting or [*self.model.motions][-5:]))

    def objects(self) -> int:
        """A member objects to a line of the own statement; to another's there is no such line."""
        rng, model = self.rng, self.model
        member = rng.choice([*self.accounts])
        lately = list(range(max(1, len(model.laid) - 1500), len(model.laid) + 1))
        mine = [n for n in lately if model.laid[n - 1].member == member]
        own = [n for n in mine if not model.hindered(n)] or mine
        if rng.random() < 0.3:
            own = [n for n in own if model.laid[n - 1].kind == "redemption"] or own
        number = rng.choice(own if own and rng.random() < 0.9 else lately or [1])
        if model.objecting and rng.random() < 0.2:
            number = rng.choice(sorted(model.objecting))
            member = model.laid[number - 1].member
        if number > len(model.laid):
            return 0
        who, together = self.accounts[member], model.keys[model.laid[number - 1].key]
        sound = (
            model.laid[number - 1].member == member
            and self.active(who)
            and not model.hindered(number)
            and not model.objecting & set(together)
        )
        found = self.tried(sound, lambda: reversing.object_to_line(self.store, who, number, "没有参加"))
        if found is not None:
            if found != len(model.objections) + 1:
                raise Wrong(f"objection {found} follows {len(model.objections)}")
            model.objections[found] = Objected(number, member)
            model.objecting.add(number)
        return 1

    def hear(self) -> int:
        """An objection is upheld, which moves the reversal, or dismissed, or taken back by its member."""
        model, rng = self.model, self.rng
        if not model.objections:
            return 0
        number = rng.choice([*model.objections][-12:])
        own = model.objections[number]
        if rng.random() < 0.15:
            self._withdraw_objection(number, own)
            return 1
        line = model.laid[own.transfer - 1]
        who = rng.choice([*self._confirmers(own.transfer), rng.choice([*self.people.values()])])
        sound = (
            own.open
            and who in self._confirmers(own.transfer)
            and who.id not in {line.by, self._person(line.member), self._claimant(line)}
        )
        if rng.random() < 0.6:
            moves = sound and not model.hindered(own.transfer) and not model.moved_already(own.transfer)
            moved = self.tried(
                moves, lambda: reversing.uphold_line_objection(self.store, who, number, "属实")
            )
            if moved is not None:
                self._heard(own)
                self._motion(moved, own.transfer, who)
                return 1 + self._decide(moved)
        else:
            self.tried(sound, lambda: reversing.dismiss_line_objection(self.store, who, number, "不属实"))
            if sound:
                self._heard(own)
        return 1

    def _withdraw_objection(self, number: int, own: Objected) -> None:
        who = self.rng.choice([self.accounts[own.member], self.rng.choice([*self.accounts.values()])])
        sound = own.open and self.member_of[who.id] == own.member and self.active(who)
        self.tried(sound, lambda: reversing.withdraw_line_objection(self.store, who, number))
        if sound:
            self._heard(own)

    def _heard(self, own: Objected) -> None:
        own.open = False
        self.model.objecting.discard(own.transfer)

    def _motion(self, moved: int, number: int, who: Actor) -> None:
        if moved != len(self.model.motions) + 1:
            raise Wrong(f"motion {moved} follows {len(self.model.motions)}")
        self.model.motions[moved] = Moved(number, who.id)
        self.model.moving.add(number)

    def _decide(self, moved: int) -> int:
        """Somebody confirms or refuses the motion, who may or may not."""
        model, rng = self.model, self.rng
        own = model.motions[moved]
        who = rng.choice([*self._confirmers(own.transfer), self.people[own.by], self.admin])
        line = model.laid[own.transfer - 1]
        sound = (
            own.open
            and who in self._confirmers(own.transfer)
            and who.id not in {own.by, self._person(line.member)}
        )
        if rng.random() < 0.2:
            self.tried(sound, lambda: reversing.refuse_reversal(self.store, who, moved, "没有错"))
        else:
            sound = sound and not model.hindered(own.transfer)
            found = self.tried(sound, lambda: reversing.confirm_reversal(self.store, who, moved))
            model.hand = who.id
            if sound and list(found) != model.reverse(own.transfer):
                raise Wrong(f"reversed as {found}")
        if sound:
            own.open = False
            model.moving.discard(own.transfer)
        return 1

    def _some_line(self) -> int:
        """Return a transfer of the last ones: half of the time one of points that were spent since, or a redemption."""
        rng, model = self.rng, self.model
        if rng.random() < 0.5:
            return rng.randint(max(1, len(model.laid) - 400), len(model.laid))
        bought = [*self.spending.redeemed]
        settled = [
            n for n in bought if (model.laid[n - 1].target, f"{model.laid[n - 1].day:%Y-%m}") in model.settled
        ]
        spent = rng.choice([bought[-30:], settled or bought, [*self._spent()], [*self._spent()]])
        return rng.choice([n for n in spent if n not in model.reversed] or [len(model.laid)])

    def _spent(self) -> Iterator[int]:
        """Yield awards of which less is there than they gave."""
        model = self.model
        for member in self.accounts:
            held = model.held[member, "spendable"].balance
            for (whose, _, year), numbers in model.counted.items():
                if whose == member and year >= model.today.year - 1:
                    yield from (n for n in numbers[-5:] if _spendable(model.laid[n - 1]) > held)

    def _movers(self, number: int) -> list[Actor]:
        """Return who may move that the transfer be reversed."""
        return [*self._confirmers(number), self.secretaries[self.model.laid[number - 1].unit]]

    def _confirmers(self, number: int) -> list[Actor]:
        """Return who may confirm that, and answer an objection, as far as they have had no hand in it."""
        return [*self._of_town(BRANCHES[self.model.laid[number - 1].unit]), *self._administrators()]

    def _of_town(self, town: str) -> Iterator[Actor]:
        yield self.superiors[town]
        if town == BRANCHES["A01"]:
            yield self.member_superior

    def _administrators(self) -> Iterator[Actor]:
        yield self.admin
        yield self.other_admin
        yield self.member_admin

    def _claimant(self, line: Laid) -> str:
        return "" if line.claim is None else self.model.claims[line.claim].by

    def _person(self, member: str) -> str:
        return self.accounts[member].id if member in self.accounts else ""


def _spendable(own: Laid) -> int:
    return own.amount if own.ledger == "spendable" and own.kind == "award" else -1
