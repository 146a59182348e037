"""A branch whose members claim points: its secretary, its superior, a community, and documents that serve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pytest import MonkeyPatch

from scoring.canonical import sha256
from scoring.criteria.item import MemberKind
from scoring.people import Actor, Role
from scoring.store.engine import Store
from scoring.store.ledger import members
from scoring.store.ledger.claims import Claim
from scoring.store.ledger.members import Member, NewMember
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document
from scoring.workflow.points.claiming import NewClaim, claim_points
from scoring.workflow.points.verifying import Decided, Decision, verify_claims
from tests.people import somebody, township, unit
from tests.workflow import county
from tests.workflow.points.members_at_hand import NEW_YEAR, with_rules

OWN, OTHER = "A01", "A02"
TOWN = "柳河镇"
DAY = date(2026, 11, 10)
NOW = date(2026, 11, 21)
"""The day it is for whoever lets `be_today` say so."""

_ASKING = ("reading", "reading_own_claims", "quarters", "years", "claiming", "verifying", "reversing")


def be_today(monkeypatch: MonkeyPatch, day: date = NOW) -> None:
    """Let it be *day* wherever points are claimed, verified and read."""
    for module in _ASKING:
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: day, raising=False)


def picture(name: str = "合影.jpg") -> Document:
    """Return a photograph of that name."""
    return Document(sha256=sha256(name.encode()), kind=Kind.JPEG, size=10, title=name)


@dataclass(frozen=True)
class Branch:
    """The branch A01 of five members, the first with an account; A02 is a community, and has a member too."""

    store: Store
    member: Actor
    secretary: Actor
    superior: Actor
    community: Actor
    members: tuple[Member, ...]
    outside: Member

    @property
    def own(self) -> Member:
        """The member who has an account."""
        return self.members[0]

    def new(self, key: str = "k1", item: str = "lecture_given", **more: object) -> NewClaim:
        """Return a claim as the member would make it."""
        values = {"key": key, "member": self.own.id, "item": item, "day": DAY, "files": (picture(),)}
        return NewClaim(**values | more)

    def claimed(self, key: str = "k1", item: str = "lecture_given", **more: object) -> Claim:
        """Claim as the member, and return the claim."""
        return claim_points(self.store, self.member, self.new(key, item, **more))

    def post(self, *numbers: int, by: Actor | None = None) -> tuple[Decided, ...]:
        """Let the superior, or who is given, post those claims."""
        decisions = [Decision(claim=own, post=True) for own in numbers]
        return verify_claims(self.store, by or self.superior, decisions)

    def posted(self, key: str = "k1", item: str = "lecture_given", **more: object) -> Decided:
        """Claim and post, and return what came of it."""
        return self.post(self.claimed(key, item, **more).number)[0]


def branch(store: Store, folder: Path, rules_since: date = NEW_YEAR) -> Branch:
    """Make it all."""
    with_rules(store, folder, rules_since)
    county.let_be_community(store, OTHER)
    member = somebody(store, "wang", Role.MEMBER, scope=unit(OWN), branch=OWN, name="王一")
    secretary = somebody(store, "shuji", Role.SECRETARY, scope=unit(OWN), branch=OWN)
    superior = somebody(store, "zhen", Role.SUPERIOR, scope=township(TOWN))
    community = somebody(store, "shequ", Role.SECRETARY, scope=unit(OTHER), branch=OTHER)
    plain = NewMember(code="M1", name="王一", unit=OWN, kind=MemberKind.SERVING, first_day=date(2026, 1, 1))
    new = [replace(plain, person=member.id)]
    new += [replace(plain, code=f"M{number}", name=f"李{number}") for number in range(2, 6)]
    new.append(replace(plain, code="M6", name="赵六", unit=OTHER))
    with store.begin() as c:
        *found, outside = members.add(c, new)
    return Branch(store, member, secretary, superior, community, tuple(found), outside)
