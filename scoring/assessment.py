"""The marks of a whole cohort as arrays, one sheet a criteria set: where scoring starts.

Everything that scoring needs enters here once: units, their groups, the criteria, and of each criterion the marks
of the stage that decides it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaDiffer, Fault, Place
from scoring.marks import NOT_APPLICABLE, Column, MarkBook
from scoring.numbers import Integers
from scoring.texts import Text
from scoring.units import Group, Grouping, Unit

ABSENT = -2
"""How *no mark* stands in a sheet; NOT_APPLICABLE stands for itself."""

_BELONGS: dict[Grouping, Callable[[Unit], Any]] = {
    Grouping.COUNTY: lambda _: None,
    Grouping.DOMAIN: attrgetter("domain"),
    Grouping.TOWNSHIP: attrgetter("township"),
    Grouping.DEPARTMENT: attrgetter("department"),
    Grouping.SUPERIOR: attrgetter("department", "township"),
}
"""What of a unit decides which group of a kind it is in, so that units alike in it are asked once."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The groups of one kind, in order of name, and of each unit the place of its group, -1 for none [unit]."""

    names: tuple[Group, ...]
    of: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The distinct measured numbers of one criterion: `scaled` [fact] over one `scale`."""

    scaled: Integers
    scale: int


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The distinct ballots of one criterion: votes [fact, grade], best grade first."""

    votes: NDArray[np.int64]


Facts = Numbers | Ballots


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One criteria set's marks. Criteria and adjustments are in the set's order, units in the cohort's.

    `marks` [slot, criterion, unit] holds the marks of the deciding stage, one slot an evaluator: grains (hundredths
    over the set's `grain`) for judged and level marks, else the place of the fact in `facts`; ABSENT and
    NOT_APPLICABLE where there is none. `stages` [criterion, unit] names the deciding stage by position, -1 for none.
    `counts` and `count_stages` are the same for adjustments. `gated` [gate] are the positions of gated units.
    """

    criteria: CriteriaSet
    places: NDArray[np.int64]
    marks: NDArray[np.int32]
    stages: NDArray[np.int8]
    counts: NDArray[np.int32]
    count_stages: NDArray[np.int8]
    facts: dict[int, Facts]
    gated: NDArray[np.int64]
    column: Column | None = None

    def __post_init__(self) -> None:
        """Refuse a mark that no form would take: what follows relies on marks between none and full."""
        full = _most(self)
        if self.marks.size and (self.marks.max(axis=(0, 2)) > full).any():
            raise ValueError("a mark is above full marks")
        if self.marks.size and int(self.marks.min()) < ABSENT:
            raise ValueError("a mark is below 0")


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessments:
    """A cohort: every unit of one period in order of code, one sheet a criteria set.

    The sets must agree in score, cut points, quotas and target; raises CriteriaDiffer.
    """

    units: tuple[Unit, ...]
    sheets: tuple[Sheet, ...]
    evaluators: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_agreement([sheet.criteria for sheet in self.sheets])

    @property
    def criteria(self) -> CriteriaSet:
        """The set whose score, cut points, quotas and target all sets of the cohort share."""
        return self.sheets[0].criteria

    @cached_property
    def groups(self) -> dict[Grouping, Groups]:
        """The groups of its units, by kind."""
        return groups_of(self.units)


def assemble(units: Sequence[Unit], book: MarkBook) -> Assessments:
    """Return the assessments of *units* (in order of code) from the marks entered in *book* for them."""
    members: dict[int, list[int]] = {id(column): [] for column in book.columns}
    for place, column in enumerate(book.column_of):
        members[id(column)].append(place)
    sheets = tuple(
        _sheet(column, np.array(members[id(column)], dtype=np.int64), units) for column in book.columns
    )
    return Assessments(units=tuple(units), sheets=sheets, evaluators=tuple(book.evaluators))


def groups_of(units: Sequence[Unit]) -> dict[Grouping, Groups]:
    """Return the groups of *units*, by kind."""
    found = {}
    for grouping in Grouping:
        belongs = list(map(_BELONGS[grouping], units))
        own = {where: unit.group(grouping) for where, unit in dict(zip(belongs, units, strict=True)).items()}
        names = sorted(
            {group for group in own.values() if group is not None}, key=lambda group: (group.name, group.kind)
        )
        places = {group: place for place, group in enumerate(names)}
        known = {where: -1 if group is None else places[group] for where, group in own.items()}
        found[grouping] = Groups(tuple(names), np.array([known[where] for where in belongs], dtype=np.int64))
    return found


def check_agreement(sets: Sequence[CriteriaSet]) -> None:
    """Raise CriteriaDiffer unless *sets* share score, cut points, quotas and target."""
    first, *others = sets
    faults = []
    for other in others:
        for name in ("score", "cuts", "quotas", "target"):
            if getattr(first, name) != getattr(other, name):
                field = "cut_points" if name == "cuts" else name
                sentence = Text(
                    f"与 {first.ref} 的“{field}”不一致；同一期的各套标准须一致",
                    f"differs from {first.ref} in “{field}”; the sets of one period must agree in it",
                )
                faults.append(Fault(place=Place(file=other.ref, field=field), sentence=sentence))
    if faults:
        raise CriteriaDiffer(faults)


def _sheet(column: Column, places: NDArray[np.int64], units: Sequence[Unit]) -> Sheet:
    criteria = column.criteria
    facts = {row: _facts(criteria.criteria[row], known) for row, known in column.facts.items()}
    total = len(criteria.criteria) + len(criteria.adjustments)
    marks, stages = _decided(column, places, total)
    split = len(criteria.criteria)
    grains = marks[:, :split]
    _, rows = _full(criteria)
    judged = grains[:, rows]
    grains[:, rows] = np.where(judged > 0, judged // criteria.grain, judged)
    return Sheet(
        criteria=criteria,
        places=places,
        marks=np.ascontiguousarray(grains),
        stages=stages[:split],
        counts=np.ascontiguousarray(marks[:, split:]),
        count_stages=stages[split:],
        facts=facts,
        gated=np.array([own for own, place in enumerate(places) if units[place].gates], dtype=np.int64),
        column=column,
    )


def _decided(
    column: Column, places: NDArray[np.int64], rows: int
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the codes of the deciding stage [slot, row, unit] and that stage [row, unit].

    The latest stage in which a row has any mark decides it, if it is not earlier than the first that may.
    """
    own = np.searchsorted(places, np.asarray(column.units, dtype=np.int64))
    row, stage = np.asarray(column.rows, dtype=np.int64), np.asarray(column.stages, dtype=np.int64)
    evaluator, code = np.asarray(column.evaluators), np.asarray(column.codes, dtype=np.int32)
    key = row * len(places) + own
    latest = np.full(rows * len(places), -1, dtype=np.int64)
    np.maximum.at(latest, key, stage)
    latest[latest < column.criteria.first_deciding] = -1
    taken = np.flatnonzero(stage == latest[key])
    taken = taken[np.lexsort((evaluator[taken], key[taken]))]
    slot = _running(key[taken])
    slots = int(slot.max()) + 1 if slot.size else 1
    marks = np.full((slots, rows * len(places)), ABSENT, dtype=np.int32)
    marks[slot, key[taken]] = code[taken]
    shape = (rows, len(places))
    return marks.reshape(slots, *shape), latest.astype(np.int8).reshape(shape)


def _running(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of each of the sorted *keys* how many of the same stand before it."""
    new = np.ones(keys.size, dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    place: NDArray[np.int64] = np.arange(keys.size) - starts[np.cumsum(new) - 1]
    return place


def _facts(criterion: Criterion, known: Sequence[Fraction | tuple[int, ...]]) -> Facts:
    if criterion.kind is Kind.BALLOT:
        return Ballots(np.array(known, dtype=np.int64).reshape(len(known), len(criterion.grades)))
    numbers = [fact for fact in known if isinstance(fact, Fraction)]
    scale = lcm(*(number.denominator for number in numbers))
    scaled = [number.numerator * (scale // number.denominator) for number in numbers]
    fits = all(abs(number) < 2**62 for number in scaled)
    return Numbers(np.array(scaled, dtype=np.int64 if fits else object), scale)


def _most(sheet: Sheet) -> NDArray[np.int64]:
    """Return the highest code that each criterion's marks may have [criterion]."""
    most = _full(sheet.criteria)[0]
    if sheet.facts:
        most = most.copy()
        for row, facts in sheet.facts.items():
            most[row] = len(facts.scaled if isinstance(facts, Numbers) else facts.votes) - 1
    return most


@lru_cache(maxsize=256)
def _full(criteria: CriteriaSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return full marks in grains, NOT_APPLICABLE of what is told by facts [criterion], and the rows of the others."""
    judged = [own.kind in (Kind.JUDGED, Kind.LEVELS) for own in criteria.criteria]
    full = [
        own.full_marks // criteria.grain if here else NOT_APPLICABLE
        for own, here in zip(criteria.criteria, judged, strict=True)
    ]
    return np.array(full, dtype=np.int64), np.flatnonzero(judged)
