"""A meeting's attendance: for whom of a branch its secretary may claim what, and who is meant by names that were pasted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from scoring.criteria.item import Claimant, Item
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Place
from scoring.people import Actor, Role
from scoring.permissions import Action, NotAllowed, Setting, permit
from scoring.store import units
from scoring.store.engine import Store
from scoring.store.ledger import members, rules
from scoring.store.ledger.members import Member
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.points.in_role import holds_over, in_role
from scoring.working_days import today

_APART = re.compile(r"[、,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarding:
    """A branch, its members by number, and the items a secretary claims for them by the rules in force today.

    `branches` are all those the secretary claims for.
    """

    unit: Unit
    branches: tuple[Unit, ...]
    members: tuple[Member, ...]
    rules: PointsRules
    day: date

    @property
    def items(self) -> tuple[Item, ...]:
        """The items a secretary claims, in the order of the rules."""
        return tuple(own for own in self.rules.items if Claimant.SECRETARY in own.claims)


def awarding(store: Store, actor: Actor, code: str = "") -> Awarding:
    """Return what the secretary may claim for the branch *code*, '' for the first of theirs.

    Raises NotAllowed and RulesMissing.
    """
    secretary = in_role(actor, Role.SECRETARY)
    permit(secretary, Action.CLAIM_POINTS, Setting())
    with store.read() as c:
        known = units.newest(c)
        theirs = [
            known[own]
            for own in sorted(known)
            if holds_over(actor, Role.SECRETARY, Action.CLAIM_POINTS, known[own])
        ]
        wanted = known.get(code) if code else next(iter(theirs), None)
        if wanted is None or wanted not in theirs:
            raise NotAllowed(
                [
                    Fault.of(
                        "您不能为这个支部申报积分；由本支部书记办理",
                        "you may not claim points for that branch; its own secretary does",
                    )
                ]
            )
        return Awarding(
            unit=wanted,
            branches=tuple(theirs),
            members=members.of_unit(c, wanted.code),
            rules=rules.in_force(c, today()),
            day=today(),
        )


def meant(found: Sequence[Member], pasted: str) -> tuple[tuple[Member, ...], tuple[Fault, ...]]:
    """Return whom of *found* the pasted names or numbers mean, each once, and a fault for each that means nobody or several.

    They stand a line each, or apart by a comma; a line of a table may hold number and name, and a name may be spaced.
    """
    named: list[Member] = []
    faults: list[Fault] = []
    for number, line in enumerate(normalize("NFKC", pasted).splitlines(), 1):
        for entry in filter(None, (own.strip() for own in _APART.split(line))):
            same = _meant(found, entry)
            if len(same) == 1:
                named += same
            else:
                sentence = _several(entry, same) if same else _nobody(entry)
                faults.append(Fault(place=Place(line=number), sentence=sentence))
    return tuple(dict.fromkeys(named)), tuple(faults)


def _meant(found: Sequence[Member], entry: str) -> list[Member]:
    words = [own.casefold() for own in entry.split()]
    whole = "".join(words)
    by_code = [own for own in found if _folded(own.code) in (whole, *words)]
    by_name = [own for own in found if _folded(own.name) in (whole, *words)]
    if len(by_code) == 1 and (len(words) == 1 or by_code[0] in by_name or not by_name):
        return by_code
    return by_name if not by_code else [*dict.fromkeys([*by_code, *by_name])]


def _folded(text: str) -> str:
    return "".join(normalize("NFKC", text).casefold().split())


def _nobody(entry: str) -> Text:
    return Text(
        f"“{entry}”：本支部在册党员中没有这个姓名或编号",
        f"“{entry}”: no member of the branch has that name or number",
    )


def _several(entry: str, same: Sequence[Member]) -> Text:
    codes = [own.code for own in same]
    return Text(
        f"“{entry}”可指 {len(same)} 人，请改填编号：{'、'.join(codes)}",
        f"“{entry}” may be any of {len(same)} people; give a number instead: {', '.join(codes)}",
    )
