"""Rules of members' points are taken into use, each from the first day of a quarter on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from scoring.criteria.catalogue import find_points, is_ref, read_points
from scoring.criteria.points import PointsRules
from scoring.criteria.points_linter import warnings
from scoring.errors import Fault, Refused
from scoring.ledger import quarter_days, quarter_of
from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store.engine import Connection, Store
from scoring.store.ledger import rules
from scoring.store.ledger.rules import Adopted
from scoring.texts import Text
from scoring.workflow.points.deeds import hand, points_deed
from scoring.workflow.telling import names
from scoring.working_days import today


class RulesRefused(Refused):
    """These rules cannot be taken into use from that day on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTaken:
    """Rules that are in force from *first_day* on, and what is weak in them (which hinders nobody)."""

    rules: PointsRules
    first_day: date
    weak: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInUse:
    """Rules as they were taken into use: by whom ('' for a command), when, from which day on, and whether they hold today."""

    ref: str
    title: Text
    first_day: date
    digest: str
    by_name: str
    made_at: datetime
    in_force: bool


def adopt_rules(store: Store, actor: Actor | None, name: str, first_day: date) -> RulesTaken:
    """Take the rules of *name* (a shipped ref, or a file) into use from *first_day* on, and return them.

    The day is the first of a quarter, later than that of any rules in use, and nothing is posted yet, or waits, for it
    or a later one: what is posted or claimed stands by the rules it was judged by. Raises NotAllowed, CriteriaUnknown, CriteriaInvalid
    with every fault of the file, and RulesRefused.
    """
    deed = points_deed(actor, Action.KEEP_POINTS_RULES)
    wanted = find_points(name) if is_ref(name) else read_points(Path(name))
    with store.begin(deed) as c:
        before = rules.adopted(c)
        faults = list(_hindering(c, wanted, first_day, before))
        if faults:
            raise RulesRefused(faults)
        previous = rules.known(c, before[-1].ref) if before else None
        rules.adopt(c, wanted, first_day, hand(actor).person)
    return RulesTaken(rules=wanted, first_day=first_day, weak=warnings(wanted, name, previous))


def rules_adopted(store: Store, actor: Actor) -> tuple[RulesInUse, ...]:
    """Return the rules that were ever taken into use, the newest first. Raises NotAllowed."""
    permit(actor, Action.KEEP_POINTS_RULES, Setting())
    now = today()
    with store.read() as c:
        found = rules.adopted(c)
        current = max((own.first_day for own in found if own.first_day <= now), default=None)
        called = names(c, {own.by for own in found})
        return tuple(
            RulesInUse(
                ref=own.ref,
                title=rules.known(c, own.ref).title,
                first_day=own.first_day,
                digest=own.digest,
                by_name=called.get(own.by, ""),
                made_at=own.made_at,
                in_force=own.first_day == current,
            )
            for own in reversed(found)
        )


def _hindering(
    c: Connection, wanted: PointsRules, first_day: date, before: Sequence[Adopted]
) -> Iterator[Fault]:
    shown = first_day.isoformat()
    begins, _ = quarter_days(quarter_of(first_day))
    if begins != first_day:
        yield Fault.of(
            f"积分规则从一个季度的第一天起施行；{shown} 所在季度从 {begins.isoformat()} 开始",
            f"rules begin with a quarter; that of {shown} begins on {begins.isoformat()}",
        )
    same = next((own for own in before if own.ref == wanted.ref), None)
    if same is not None:
        yield Fault.of(
            f"{wanted.ref} 自 {same.first_day.isoformat()} 起已在施行；内容有改动的请另起版本号",
            f"{wanted.ref} is in use since {same.first_day.isoformat()}; give changed rules another version",
        )
    if before and first_day <= before[-1].first_day:
        last = before[-1]
        yield Fault.of(
            f"{last.ref} 自 {last.first_day.isoformat()} 起施行，新规则须从更晚的季度开始",
            f"{last.ref} is in use since {last.first_day.isoformat()}; new rules begin in a later quarter",
        )
    elif before and rules.any_from(c, first_day):
        yield Fault.of(
            f"{shown} 及以后已经有入账或待审核的积分，不能再换规则；请从下一个季度开始",
            f"points are posted already, or claimed, for {shown} or later; let the rules begin with a later quarter",
        )
