"""People who work here: who somebody is, which roles they hold where, and on whose behalf they act."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from scoring.canonical import canonical, sha256
from scoring.texts import Text
from scoring.units import Unit


class Role(StrEnum):
    """What somebody may be, within a scope."""

    ADMINISTRATOR = "administrator"
    EVALUATOR = "evaluator"
    MODERATOR = "moderator"
    SUPERIOR = "superior"
    SECRETARY = "secretary"
    MEMBER = "member"
    MERCHANT = "merchant"
    LEADER = "leader"
    AUDITOR = "auditor"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _ROLES[self]


_ROLES = {
    Role.ADMINISTRATOR: Text("管理员", "administrator"),
    Role.EVALUATOR: Text("县级评分员", "county evaluator"),
    Role.MODERATOR: Text("复议人", "moderator"),
    Role.SUPERIOR: Text("上级评审员", "superior's evaluator"),
    Role.SECRETARY: Text("支部书记", "branch secretary"),
    Role.MEMBER: Text("党员", "member"),
    Role.MERCHANT: Text("商户", "merchant"),
    Role.LEADER: Text("领导", "leader"),
    Role.AUDITOR: Text("审计员", "auditor"),
}


class Reach(StrEnum):
    """What a scope is made of."""

    COUNTY = "county"
    TOWNSHIP = "township"
    DEPARTMENT = "department"
    UNIT = "unit"


REACHES: dict[Role, tuple[Reach, ...]] = {
    Role.ADMINISTRATOR: (Reach.COUNTY,),
    Role.EVALUATOR: (Reach.COUNTY,),
    Role.MODERATOR: (Reach.COUNTY,),
    Role.SUPERIOR: (Reach.TOWNSHIP, Reach.DEPARTMENT),
    Role.SECRETARY: (Reach.UNIT,),
    Role.MEMBER: (Reach.UNIT,),
    Role.MERCHANT: (Reach.COUNTY,),
    Role.LEADER: (Reach.COUNTY, Reach.TOWNSHIP, Reach.DEPARTMENT),
    Role.AUDITOR: (Reach.COUNTY,),
}
"""Over what each role can be held."""

OF_NO_PERIOD = frozenset({Role.MEMBER, Role.MERCHANT})
"""Roles about points alone, which belong to no period: held for one they would count for nothing."""

APART: tuple[frozenset[Role], ...] = (
    frozenset({Role.ADMINISTRATOR}),
    frozenset({Role.AUDITOR}),
    frozenset({Role.EVALUATOR, Role.MODERATOR, Role.SUPERIOR, Role.SECRETARY}),
)
"""Nobody holds roles of two of these: who runs the service, who checks it and who decides by it are different people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Over what a role is held: the county (with no name), a township, a department, or one unit by its code."""

    reach: Reach
    name: str = ""

    def __post_init__(self) -> None:
        if bool(self.name) == (self.reach is Reach.COUNTY):
            raise ValueError("the county has no name in a scope, and everything else has one")

    def covers(self, unit: Unit) -> bool:
        """Return whether *unit* is within it; a township covers what has no department to answer to."""
        match self.reach:
            case Reach.COUNTY:
                return True
            case Reach.TOWNSHIP:
                return unit.township == self.name and unit.department is None
            case Reach.DEPARTMENT:
                return unit.department == self.name
            case Reach.UNIT:
                return unit.code == self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role somebody holds, its scope, and the period it is for ('' for every period)."""

    number: int
    role: Role
    scope: Scope
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account: `signs_as` stands on marks, `unit` is the branch they belong to ('' where unknown)."""

    id: str
    login: str
    name: str
    signs_as: str
    unit: str = ""
    open: bool = True

    @property
    def tag(self) -> str:
        """What differs where the name or the branch differs: a change says which it is a change of."""
        return sha256(canonical([self.name, self.unit]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who does something now: a person with grants, for themselves or *on behalf* of another.

    `person` is None for a visitor who has not signed in. `recused` are codes of units they keep away from.
    """

    person: Person | None
    grants: tuple[Grant, ...] = ()
    recused: frozenset[str] = frozenset()
    on_behalf: "Actor | None" = None

    @property
    def id(self) -> str:
        """The person's id, '' for a visitor."""
        return "" if self.person is None else self.person.id

    @property
    def name(self) -> str:
        """The person's name, '' for a visitor."""
        return "" if self.person is None else self.person.name

    @property
    def rights(self) -> tuple[Grant, ...]:
        """The grants that count now: those of the person acted for, where there is one."""
        return self.grants if self.on_behalf is None else self.on_behalf.grants

    @property
    def sheet_holder(self) -> Person:
        """Whose sheet this is: the person acted for, where there is one. Not for visitors."""
        own = self.person if self.on_behalf is None else self.on_behalf.person
        assert own is not None, "a visitor holds no sheet"
        return own

    @property
    def hands(self) -> frozenset[str]:
        """The ids of all who have a hand in what is done: the person, and whoever they act for."""
        return frozenset(own.id for own in self._all() if own.id)

    @property
    def partial_to(self) -> frozenset[str]:
        """Codes of the units they may not judge: their own, those they are secretary of, and those they keep away from."""
        return frozenset(code for own in self._all() for code in own.kept_from())

    def holds(self, role: Role, period: str = "") -> bool:
        """Return whether they hold *role* in *period*."""
        return any(own.role is role and own.period in ("", period) for own in self.rights)

    def _all(self) -> "tuple[Actor, ...]":
        return (self,) if self.on_behalf is None else (self, self.on_behalf)

    def kept_from(self) -> Iterator[str]:
        """Yield the codes of units this person, acted for or not, may not judge."""
        yield from self.recused
        if self.person is not None and self.person.unit:
            yield self.person.unit
        for grant in self.grants:
            if grant.role in (Role.SECRETARY, Role.MEMBER):
                yield grant.scope.name


_LOGIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff._@-]{1,39}")

VISITOR = Actor(person=None)
"""Somebody who has not signed in."""


def login_form(typed: str) -> str:
    """Return a sign-in name in the one form it is kept in: however wide, capital or spaced it was typed."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_login(login: str) -> bool:
    """Return whether *login*, in the form it is kept in, can be a sign-in name."""
    return _LOGIN.fullmatch(login) is not None


def apart(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return one role of each kind among *roles* that one person cannot hold together; () where they go together."""
    kinds = {kind: role for role in roles for kind in APART if role in kind}
    return tuple(kinds.values()) if len(kinds) > 1 else ()


def named(salt: str, login: str, name: str, signs_as: str) -> str:
    """Return the digest that stands for a person's names in the chain; *salt* keeps it from being guessed."""
    return sha256(salt.encode() + canonical([login, name, signs_as]))
