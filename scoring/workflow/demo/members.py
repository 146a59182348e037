"""The demo county's members as they last over the years: who they are, which branches they are in, and who leaves.

All of them are made up, as the branches are.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import count

from scoring.criteria.item import MemberKind
from scoring.workflow.demo.branches import Branch
from scoring.workflow.demo.changes import branches_in
from scoring.workflow.demo.seeds import dice, seed_rows

FIRST, LAST = "2025", "2026"
"""The years whose points are kept."""

BEGINNING = date(int(FIRST), 1, 1)

TURN = date(int(LAST), 1, 1)
"""The day on which branches that are others in the second year take their members over."""

_FOUNDED = {FIRST: date(2025, 10, 9), LAST: date(2026, 9, 8)}
_LASTING = 2
"""So many of each branch were there from the beginning, and stay: its secretary, and one of its most usual kind."""

_LEAST = 3
_NEW, _LEAVING, _MOVING = 0.05, 0.03, 0.02
"""Which shares of the members join, leave and go to another branch within the two years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMember:
    """A member: in `unit` from `first_day` on, in the branch `moved_to` from `moved_on` on, and gone from `left` on."""

    code: str
    name: str
    unit: str
    kind: MemberKind
    first_day: date
    moved_to: str = ""
    moved_on: date | None = None
    left: date | None = None

    def unit_on(self, day: date) -> str | None:
        """Return the branch they are in on *day*; None before they join and after they left."""
        if day < self.first_day or (self.left is not None and day >= self.left):
            return None
        return self.moved_to if self.moved_on is not None and day >= self.moved_on else self.unit

    @property
    def lasting(self) -> bool:
        """Whether they were there from the beginning, in one branch, and still are."""
        return self.first_day < BEGINNING and not self.moved_to and self.left is None


def members_of(scale: Fraction | int, share: Fraction | int = 1) -> tuple[DemoMember, ...]:
    """Return the members of the branches there are at that *scale*, in order of number: *share* of those they have."""
    before, after = branches_in(FIRST, Fraction(scale)), branches_in(LAST, Fraction(scale))
    heirs = _heirs(before, after)
    known = {own.unit.code for own in before}
    older = {own.unit.code for own in branches_in(str(int(FIRST) - 1), Fraction(scale))}
    staying = {own.unit.code for own in after}
    neighbours = _by_superior([own for own in before if own.unit.code in staying])
    numbers = count(1)
    found: list[DemoMember] = []
    for own in before:
        founded = own.unit.code not in older and not own.unit.predecessors
        own_members = _of(own, share, numbers, _FOUNDED[FIRST] if founded else None)
        found += _turned(own, own_members, heirs, neighbours.get(own.superior, ()))
    for own in after:
        if own.unit.code not in known and not own.unit.predecessors:
            found += _of(own, share, numbers, _FOUNDED[LAST])
    return tuple(found)


def _of(own: Branch, share: Fraction | int, numbers: Iterator[int], founded: date | None) -> list[DemoMember]:
    rng = dice(f"members of {own.unit.code}")
    kinds = _kinds(own.unit.domain)
    usual = max(kinds, key=kinds.__getitem__)
    found = []
    for place in range(max(_LEAST, round(own.members * share))):
        kind = usual if place < _LASTING else rng.choices([*kinds], [*kinds.values()])[0]
        name = _name(rng) if place else own.secretary
        first_day = _joined(rng, kind, place)
        found.append(
            DemoMember(
                code=f"QS{next(numbers):06}",
                name=name,
                unit=own.unit.code,
                kind=kind,
                first_day=first_day if founded is None else max(founded, first_day),
            )
        )
    return found


def _joined(rng: random.Random, kind: MemberKind, place: int) -> date:
    """Return the day a member joined: most long ago, some within the two years."""
    if place >= _LASTING and kind is not MemberKind.ELDERLY and rng.random() < _NEW:
        return BEGINNING + timedelta(days=rng.randrange(20, 680))
    years = (28, 44) if kind is MemberKind.ELDERLY else (1, 26)
    return BEGINNING - timedelta(days=rng.randint(365 * years[0], 365 * years[1]))


def _turned(
    own: Branch, found: Sequence[DemoMember], heirs: Mapping[str, str], neighbours: Sequence[str]
) -> Iterator[DemoMember]:
    """Yield the members of a branch with what becomes of them in the two years."""
    rng = dice(f"ways of {own.unit.code}")
    heir = heirs.get(own.unit.code, "")
    others = [code for code in neighbours if code != own.unit.code]
    for place, one in enumerate(found):
        fate = rng.random()
        day = max(one.first_day, BEGINNING) + timedelta(days=rng.randrange(40, 640))
        if heir:
            yield replace(one, moved_to=heir, moved_on=max(TURN, one.first_day))
        elif place < _LASTING or day.year > int(LAST):
            yield one
        elif fate < _LEAVING:
            yield replace(one, left=day)
        elif fate < _LEAVING + _MOVING and others:
            yield replace(one, moved_to=rng.choice(others), moved_on=day)
        else:
            yield one


def _heirs(before: Sequence[Branch], after: Sequence[Branch]) -> dict[str, str]:
    """Return which branch takes over the members of each that is gone in the second year: its successor, or a neighbour."""
    there = {own.unit.code for own in after}
    heirs = {gone: own.unit.code for own in after for gone in own.unit.predecessors if gone not in there}
    by_superior = _by_superior(after)
    for own in before:
        near = by_superior.get(own.superior) or [after[0].unit.code]
        if own.unit.code not in there:
            heirs.setdefault(own.unit.code, near[0])
    return {own.unit.code: heirs[own.unit.code] for own in before if own.unit.code not in there}


def _by_superior(branches: Sequence[Branch]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for own in branches:
        found[own.superior].append(own.unit.code)
    return found


def _kinds(domain: str) -> dict[MemberKind, int]:
    row = next(row for row in seed_rows("members") if row["domain"] == domain)
    return {kind: int(row[kind]) for kind in MemberKind}


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(_parts(part)) for part in ("surname", "given"))


@cache
def _parts(part: str) -> tuple[str, ...]:
    return tuple(row["text"] for row in seed_rows("people") if row["part"] == part)
