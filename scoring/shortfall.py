"""Who is wanting how much: the groups that hold the county back from its target, and the units nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.numbers import decimal_text
from scoring.register import Entry, GroupFigures, Register
from scoring.units import Grouping


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A group against the target: *reached* of *units* have *stars* or more; *short* more would be its own share of it."""

    kind: Grouping
    name: str
    stars: int
    reached: int
    units: int
    short: int

    @property
    def below(self) -> int:
        """How many units are below the target's stars."""
        return self.units - self.reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A unit below the target's stars and by how much its score is short of their cut point, as printed."""

    entry: Entry
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Units below the target's stars: those that want score, nearest first, and those that have it but were held back."""

    units: tuple[Near, ...]
    held_back: tuple[Entry, ...]


def shortfall(register: Register, figures: GroupFigures) -> Shortfall | None:
    """Return how the group stands to the county's target by itself; None without a target."""
    rule = register.rule
    if rule is None or rule.target is None or figures.at_target is None:
        return None
    short = max(0, rule.target.needed(figures.units) - figures.at_target)
    return Shortfall(
        kind=figures.kind,
        name=figures.name,
        stars=rule.target.stars,
        reached=figures.at_target,
        units=figures.units,
        short=short,
    )


def shortfalls(register: Register, kind: Grouping) -> tuple[Shortfall, ...]:
    """Return how every group of that kind stands to the target, the most wanting first, equals by name."""
    found = [own for figures in register.groups[kind] if (own := shortfall(register, figures)) is not None]
    return tuple(sorted(found, key=lambda own: (-own.short, own.name)))


def nearest(register: Register, entries: Sequence[Entry], most: int) -> Nearest:
    """Return those of *entries* below the target's stars, *most* of each sort; equals by code. Empty without a target."""
    rule = register.rule
    if rule is None or rule.target is None:
        return Nearest(units=(), held_back=())
    stars = rule.target.stars
    cut = min((cut for cut in rule.cuts if cut.stars >= stars), key=lambda cut: cut.stars)
    below = [
        entry
        for entry in entries
        if entry.stars is not None and entry.stars < stars and entry.score is not None
    ]
    scores = {entry.unit.code: Fraction(str(entry.score)) for entry in below}
    wanting = [entry for entry in below if scores[entry.unit.code] < cut.at_least]
    wanting.sort(key=lambda entry: (-scores[entry.unit.code], entry.unit.code))
    decimals = rule.score.decimals
    held = [entry for entry in below if scores[entry.unit.code] >= cut.at_least]
    return Nearest(
        units=tuple(
            Near(entry=entry, short=_gap(cut.at_least - scores[entry.unit.code], decimals))
            for entry in wanting[:most]
        ),
        held_back=tuple(held[:most]),
    )


def _gap(gap: Fraction, decimals: int) -> str:
    """Return *gap* in units of the last decimal, up: a cut point between two printed scores needs the higher."""
    scaled = gap * 10**decimals
    return decimal_text(-(-scaled.numerator // scaled.denominator), decimals)
