"""A county whose points are walked through: its people, its shops and its clock, which is the model's for all of the service."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scoring import working_days
from scoring.criteria.item import MemberKind
from scoring.errors import Refused
from scoring.people import Actor, Role
from scoring.store import rights
from scoring.store.engine import Store
from scoring.store.ledger import members as kept_members
from scoring.store.ledger import merchants as kept_merchants
from scoring.store.ledger.members import NewMember
from scoring.store.rights import GrantState
from scoring.workflow.points import offers as kept_offers
from scoring.workflow.points import redeeming
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant
from tests.ledger.model import Model
from tests.ledger.model_rules import KINDS
from tests.ledger.model_spending import Spending
from tests.people import COUNTY, again, somebody, township, unit
from tests.workflow import county

BRANCHES = {"A01": "柳河镇", "A07": "柳河镇", "A02": "云岭乡"}
COMMUNITY = "A02"
BEGUN = datetime(2026, 10, 1, 1, tzinfo=UTC)
"""The first quarter of a year that soon ends."""

FIRST = date(2026, 10, 1)
PEOPLE = 40
WITH_ACCOUNT = 16
_TIMED = (working_days, redeeming, kept_offers)
_DRAWN = (kept_members, kept_merchants, redeeming)


class Wrong(AssertionError):
    """The books are not what the model says."""


class Drawn:
    """What is drawn at random, the same for the same seed: or a run could not be gone once more."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)

    def token_hex(self, size: int) -> str:
        return f"{self._rng.getrandbits(8 * size):0{2 * size}x}"

    def randbelow(self, end: int) -> int:
        return self._rng.randrange(end)


class Walk:
    """A county with its model, by *seed*; what is done in it stands with those who do it."""

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        self.store, self.folder, self.seed = store, folder, seed
        self.rng = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.told: list[str] = []
        self.model = Model(moment=BEGUN)
        self.spending = Spending(self.model)
        self._drawn = Drawn(seed)
        county.with_units(store, folder)
        county.let_be_community(store, COMMUNITY)
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
        self.tills: dict[str, Actor] = {}
        with self.clock():
            self._people()
            self._shops()
        officials = [self.admin, self.other_admin, *self.superiors.values(), *self.secretaries.values()]
        everybody = [*officials, *self.tills.values(), *self.accounts.values()]
        self.people = {own.id: own for own in everybody}
        self.member_of = {actor.id: member for member, actor in self.accounts.items()}

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Let it be the model's moment wherever the service asks for it, and what it draws be the seed's."""
        model = self.model

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return model.moment.astimezone(tz)

        with ExitStack() as stack:
            for module in _TIMED:
                stack.enter_context(patch.object(module, "datetime", Clock))
            for module in _DRAWN:
                stack.enter_context(patch.object(module, "secrets", self._drawn))
            yield

    def goes_by(self) -> None:
        """Let some seconds go by, or minutes."""
        rng = self.rng
        self.model.moment += timedelta(seconds=rng.choice([1, 5, 20, rng.randint(60, 400)]))

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

    def active(self, who: Actor) -> bool:
        """Say whether *who* is nobody on the list of members, or still a member."""
        member = self.member_of.get(who.id)
        return member is None or self.model.now(member)[3]

    def _people(self) -> None:
        """Members, some with an account; of these one verifies for a township too, and another is an administrator."""
        new, persons = [], []
        for number in range(1, PEOPLE + 1):
            code, branch = f"M{number}", [*BRANCHES][number % 3]
            if number <= WITH_ACCOUNT:
                persons.append(
                    somebody(self.store, f"m{code}".lower(), Role.MEMBER, scope=unit(branch), branch=branch)
                )
            new.append(
                NewMember(
                    code=code,
                    name="王一",
                    unit=branch,
                    kind=MemberKind(KINDS[number % 4]),
                    first_day=FIRST,
                    person=persons[-1].id if number <= WITH_ACCOUNT else "",
                )
            )
        persons[0] = self._besides(persons[0], Role.SUPERIOR, township(BRANCHES["A01"]))
        persons[1] = self._besides(persons[1], Role.ADMINISTRATOR, COUNTY)
        persons[2] = self._besides(persons[2], Role.MERCHANT, COUNTY)
        with self.store.begin() as c:
            found = kept_members.add(c, new)
        for own in found:
            self.model.members[own.id] = [(FIRST, own.unit, own.kind.value, True)]
            self.codes[own.id] = own.code
        self.accounts = {own.id: actor for own, actor in zip(found, persons, strict=False)}
        self.member_superior, self.member_admin, self.member_till = persons[:3]

    def _besides(self, who: Actor, role: Role, scope: Any) -> Actor:
        with self.store.begin() as c:
            number = rights.propose(c, who.id, role, scope, "", "")
            rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
        return again(self.store, who.id)

    def _shops(self) -> None:
        """Two shops; at the till of the second stands a member."""
        tills = [(somebody(self.store, "till", Role.MERCHANT), "till"), (self.member_till, "mm3")]
        for place, (who, login) in enumerate(tills):
            fields = MerchantFields(name=f"超市{place}", place="街口")
            shop = add_merchant(self.store, self.admin, fields, login)
            self.tills[shop.id] = who
