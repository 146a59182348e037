"""Profiles: what each part came to on average in a group, and where a group lies below its county."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from weakref import WeakKeyDictionary

from scoring.criteria.model import ROOT, CriteriaSet, Part
from scoring.numbers import Rounding, decimal_text, rounded
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
    """Return the means of the parts that hold criteria over the group's units, rounded once (half up) like a score.

    Parts are those of the sets that assess the group's units, matched by id, in the order of the first set by ref.
    """
    return _profiles(register, kind).get(name, ())


def holding(criteria: CriteriaSet) -> tuple[Part, ...]:
    """Return the parts of the set that hold criteria, the root left out, in order of the tree."""
    return tuple(part for part in criteria.root.all_parts() if part.criteria and part.id != ROOT)


def standards(criteria: CriteriaSet) -> tuple[Part, ...]:
    """Return the largest family of sibling parts, such as the six standards; of families alike in size the first."""
    return max((part.parts for part in criteria.root.all_parts()), key=len)


def weakest(register: Register, kind: Grouping, name: str) -> tuple[Weakness, ...]:
    """Return the parts in which the group lies below the county, the largest gap first."""
    county = {own.part: own for own in profile(register, Grouping.COUNTY, "")}
    found = []
    for own in profile(register, kind, name):
        whole = county[own.part].mean
        if own.mean is None or whole is None or Fraction(own.mean) >= Fraction(whole):
            continue
        gap = Fraction(whole) - Fraction(own.mean)
        decimals = _decimals(register)
        text = decimal_text(int(gap * 10**decimals), decimals)
        found.append((-gap, Weakness(part=own.part, title=own.title, mean=own.mean, county=whole, gap=text)))
    return tuple(weakness for _, weakness in sorted(found, key=lambda pair: pair[0]))


_KNOWN: WeakKeyDictionary[Register, dict[Grouping, Mapping[str, tuple[PartMean, ...]]]] = WeakKeyDictionary()
"""The profiles of registers that are still in use: a register never changes, so neither do they."""


def _profiles(register: Register, kind: Grouping) -> Mapping[str, tuple[PartMean, ...]]:
    """Return the profile of every group of that kind by name; the county's by ''."""
    known = _KNOWN.setdefault(register, {})
    if kind not in known:
        members: dict[str, list[Entry]] = {}
        for entry in register.entries:
            group = entry.unit.group(kind)
            if group is not None:
                members.setdefault(group.name, []).append(entry)
        parts = _parts(register)
        known[kind] = {name: tuple(_means(register, parts, entries)) for name, entries in members.items()}
    return known[kind]


def _means(register: Register, parts: Mapping[str, Part], entries: list[Entry]) -> Iterable[PartMean]:
    decimals = _decimals(register)
    sums: dict[str, int] = dict.fromkeys(parts, 0)
    counts: dict[str, int] = dict.fromkeys(parts, 0)
    refs = {entry.criteria for entry in entries}
    own = {part.id for ref in refs for part in holding(register.criteria[ref])}
    for entry in entries:
        for held in entry.parts:
            if held.value is not None and held.part in sums:
                sums[held.part] += int(held.value.replace(".", ""))
                counts[held.part] += 1
    for part_id, part in parts.items():
        if part_id in own:
            count = counts[part_id]
            scaled = rounded(Fraction(sums[part_id], count), 0, Rounding.HALF_UP) if count else 0
            yield PartMean(
                part=part_id,
                title=part.title,
                mean=decimal_text(scaled, decimals) if count else None,
                units=count,
            )


def _parts(register: Register) -> dict[str, Part]:
    """Return the parts of any set that hold criteria, by id, in order of the sets' refs."""
    found: dict[str, Part] = {}
    for _, criteria in sorted(register.criteria.items()):
        for part in holding(criteria):
            found.setdefault(part.id, part)
    return found


def _decimals(register: Register) -> int:
    rule = register.rule
    return 2 if rule is None else rule.score.decimals
