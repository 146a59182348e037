"""Who is wanting how much: the groups that hold the county back from its target, and the units nearest to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from scoring.criteria.model import CutPoint, Target
from scoring.numbers import decimal_text
from scoring.register import Entry, GroupFigures, Register
from scoring.rows import Row
from scoring.stars import StepKind
from scoring.target import TargetState
from scoring.units import Grouping

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A group against the target: *reached* of *units* have *stars* or more; *short* more would be its own share of it.

    `of_all` is what all groups of its kind want together, each by itself: its share of that is short / of_all.
    """

    kind: Grouping
    name: str
    stars: int
    reached: int
    units: int
    short: int
    of_all: int

    @property
    def below(self) -> int:
        """How many units are below the target's stars, those not rated among them."""
        return self.units - self.reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A unit below the target's stars and by how much its score is short of their cut point, as printed."""

    entry: Entry
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A unit that no higher score would bring to the target's stars: what holds it below them, and its row.

    `kind` is GATE or QUOTA, `step` the row of that step. `short` is what its score wants besides, None where it is
    enough.
    """

    entry: Entry
    kind: StepKind
    step: Row
    short: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Units below the target's stars: those that want score, nearest first, and those held back, best score first."""

    units: tuple[Near, ...]
    held_back: tuple[Held, ...]


def shortfall(register: Register, figures: GroupFigures) -> Shortfall | None:
    """Return how the group stands to the county's target by itself; None without a target."""
    target = _target(register)
    if target is None:
        return None
    county = figures.kind is Grouping.COUNTY
    return _shortfall(
        target, figures, _wanted(target, [figures] if county else register.groups[figures.kind])
    )


def shortfalls(register: Register, kind: Grouping) -> tuple[Shortfall, ...]:
    """Return how every group of that kind stands to the target, the most wanting first, equals by name."""
    target = _target(register)
    if target is None:
        return ()
    of_all = _wanted(target, register.groups[kind])
    found = [_shortfall(target, figures, of_all) for figures in register.groups[kind]]
    return tuple(sorted(found, key=lambda own: (-own.short, own.name)))


def nearest(register: Register, entries: Iterable[Entry], most: int = 10) -> Nearest:
    """Return those of *entries* below the target's stars, *most* of each sort; equals by code. Empty without a target.

    Units not rated are neither.
    """
    target = _target(register)
    rule = register.rule
    if target is None or rule is None:
        return Nearest(units=(), held_back=())
    least = _least(next(cut for cut in rule.cuts if cut.stars == target.stars), rule.score.decimals)
    near: list[tuple[int, Near]] = []
    held: list[tuple[int, Held]] = []
    for entry in entries:
        if entry.score is None or entry.stars is None or entry.stars >= target.stars:
            continue
        scaled = int(entry.score.replace(".", ""))
        short = decimal_text(least - scaled, rule.score.decimals) if scaled < least else None
        step = _holding(entry, register, target.stars)
        if step is not None:
            held.append((scaled, Held(entry=entry, kind=StepKind(step["kind"]), step=step, short=short)))
        else:
            assert short is not None, "nothing but score, gates and quotas decides stars"
            near.append((scaled, Near(entry=entry, short=short)))
    return Nearest(units=_best(near, most), held_back=_best(held, most))


def _target(register: Register) -> Target | None:
    """Return the target the register was counted against; there is none without cut points."""
    return None if register.target is None or register.rule is None else register.rule.target


def _wanted(target: Target, groups: Iterable[GroupFigures]) -> int:
    return sum(_short(target, figures) for figures in groups)


def _short(target: Target, figures: GroupFigures) -> int:
    assert figures.at_target is not None, "where there is a target, every group is counted against it"
    return TargetState(target=target, reached=figures.at_target, units=figures.units).short


def _shortfall(target: Target, figures: GroupFigures, of_all: int) -> Shortfall:
    assert figures.at_target is not None, "where there is a target, every group is counted against it"
    return Shortfall(
        kind=figures.kind,
        name=figures.name,
        stars=target.stars,
        reached=figures.at_target,
        units=figures.units,
        short=_short(target, figures),
        of_all=of_all,
    )


def _least(cut: CutPoint, decimals: int) -> int:
    """Return the lowest printed score that reaches *cut*, in units of the last decimal."""
    bound = cut.at_least * Fraction(10**decimals)
    return -(-bound.numerator // bound.denominator)


def _holding(entry: Entry, register: Register, stars: int) -> Row | None:
    """Return the first step that keeps the unit below *stars* whatever its score, None where there is none."""
    caps = {gate.id: gate.highest_stars for gate in register.criteria[entry.criteria].gates}
    for step in entry.steps:
        match StepKind(step["kind"]):
            case StepKind.GATE if caps[step["gate"]] < stars:
                return step
            case StepKind.QUOTA if step["quota"] >= stars > step["stars"]:
                return step
    return None


def _best(found: Sequence[tuple[int, T]], most: int) -> tuple[T, ...]:
    """Return *most* of what was found, the highest score first, equals as they stand."""
    return tuple(own for _, own in sorted(found, key=lambda pair: -pair[0])[:most])
