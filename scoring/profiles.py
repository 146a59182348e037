"""Profiles: what each part came to on average in a group, and where a group lies below its county."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from weakref import WeakKeyDictionary

from scoring.criteria.model import ROOT, CriteriaSet, Part, ScoreRule
from scoring.numbers import decimal_text, rounded
from scoring.register import Entry, Register
from scoring.texts import Text
from scoring.units import Grouping


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMean:
    """The mean printed score of one part over the *units* that have one; None where none has."""

    part: str
    title: Text
    mean: str | None
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A part whose mean in a group lies *gap* below the county's: both means and the gap as printed, the gap above 0."""

    part: str
    title: Text
    mean: str
    county: str
    gap: str


def profile(register: Register, kind: Grouping, name: str) -> tuple[PartMean, ...]:
    """Return the means of the parts that are told of over the group's units, rounded once like a score.

    Parts are those of the sets that assess the group's units, matched by id and in the order of the first set by ref
    that has them; parts it does not have follow.
    """
    return profiles(register, kind).get(name, ())


def profiles(register: Register, kind: Grouping) -> Mapping[str, tuple[PartMean, ...]]:
    """Return the profile of every group of that kind by name; the county's by ''."""
    known = _KNOWN.setdefault(register, {})
    if kind not in known:
        names = [""] if kind is Grouping.COUNTY else [own.name for own in register.groups[kind]]
        parts = _parts(register)
        known[kind] = {name: tuple(_means(register, parts, register.members(kind, name))) for name in names}
    return known[kind]


def told(criteria: CriteriaSet) -> tuple[Part, ...]:
    """Return the parts of the set a profile has, in order of the tree: those that hold criteria, and the standards."""
    known = {part.id for part in (*holding(criteria), *standards(criteria))}
    return tuple(part for part in criteria.root.all_parts() if part.id in known)


def holding(criteria: CriteriaSet) -> tuple[Part, ...]:
    """Return the parts of the set that hold criteria, the root left out, in order of the tree."""
    return tuple(part for part in criteria.root.all_parts() if part.criteria and part.id != ROOT)


def standards(criteria: CriteriaSet) -> tuple[Part, ...]:
    """Return the largest family of sibling parts, such as the six standards; of families alike in size the first."""
    return max((part.parts for part in criteria.root.all_parts()), key=len)


def weakest(register: Register, kind: Grouping, name: str) -> tuple[Weakness, ...]:
    """Return the parts in which the group lies below the county, the largest gap first, equals in their order."""
    county = {own.part: own.mean for own in profile(register, Grouping.COUNTY, "")}
    decimals = _rule(register).decimals
    found = []
    for own in profile(register, kind, name):
        whole = county[own.part]
        if own.mean is None or whole is None:
            continue
        gap = _scaled(whole) - _scaled(own.mean)
        if gap > 0:
            shown = decimal_text(gap, decimals)
            found.append(
                (gap, Weakness(part=own.part, title=own.title, mean=own.mean, county=whole, gap=shown))
            )
    return tuple(weakness for _, weakness in sorted(found, key=lambda pair: -pair[0]))


def _scaled(printed: str) -> int:
    """Return a printed score in units of its last decimal."""
    return int(printed.replace(".", ""))


_KNOWN: WeakKeyDictionary[Register, dict[Grouping, Mapping[str, tuple[PartMean, ...]]]] = WeakKeyDictionary()
"""The profiles of registers that are still in use: a register never changes, so neither do they."""


def _means(register: Register, parts: Mapping[str, Part], entries: Sequence[Entry]) -> Iterator[PartMean]:
    rule = _rule(register)
    sums = dict.fromkeys(parts, 0)
    counts = dict.fromkeys(parts, 0)
    for entry in entries:
        for own in entry.parts:
            if own.value is not None and own.part in sums:
                sums[own.part] += _scaled(own.value)
                counts[own.part] += 1
    refs = {entry.criteria for entry in entries}
    known = {part.id for ref in refs for part in told(register.criteria[ref])}
    for part_id, part in parts.items():
        if part_id in known:
            units = counts[part_id]
            mean = rounded(Fraction(sums[part_id], units), 0, rule.rounding) if units else None
            yield PartMean(
                part=part_id,
                title=part.title,
                mean=None if mean is None else decimal_text(mean, rule.decimals),
                units=units,
            )


def _parts(register: Register) -> dict[str, Part]:
    """Return the parts of any set that are told of, by id, in order of the sets' refs."""
    found: dict[str, Part] = {}
    for _, criteria in sorted(register.criteria.items()):
        for part in told(criteria):
            found.setdefault(part.id, part)
    return found


def _rule(register: Register) -> ScoreRule:
    return ScoreRule() if register.rule is None else register.rule.score
