"""The limit: what a competent programmer writes in NumPy for exactly this work and nothing else.

No dispute, no reason for a star, no other rule than the mean, every weight worked out beforehand.
"""

from dataclasses import dataclass, field
from math import lcm

import numpy as np
from numpy.typing import NDArray

from bench.answers import RANKED_WITHIN, ROLLED_UP, CountyAnswer, GroupFigures
from bench.cohorts import ABSENT, EVALUATORS, Cohort, SheetMarks
from bench.plans import CUT_POINTS, GATES, QUOTA_PERCENT, QUOTA_STARS
from scoring.units import Grouping

_NEVER = 1_000_000
_HAIR = 1e-9
"""What floats may fall short of a half by, in hundredths; far below what exact scores can lie from one."""


class BareSheet:
    """One sheet without n/a: part sums, adjustments, clips, weights, one rounding.

    Sums of 32 bits are the safe ones that are quickest; 64 bits are what NumPy takes of itself.
    """

    def __init__(self, sheet: SheetMarks, dtype: type[np.signedinteger] = np.int32) -> None:
        plan, sizes = sheet.plan, {len(part.full) for part in sheet.plan.parts}
        assert len(sizes) == 1
        assert all(part.weights == part.full for part in plan.parts)
        self.marks = sheet.filled.astype(dtype)
        self.counts = sheet.counts.astype(dtype)
        self.dtype = dtype
        self.shape = (len(plan.parts), *sizes, -1)
        full = [EVALUATORS * sum(part.full) for part in plan.parts]
        common = lcm(*full)
        self.ceilings = np.array(full, dtype=dtype)[:, None]
        factors = [part.weight * (common // own) for part, own in zip(plan.parts, full, strict=True)]
        self.factors = np.array(factors, dtype=dtype)
        self.whole = common * sum(part.weight for part in plan.parts)
        assert self.whole * 10_000 + self.whole // 2 < 2**31
        assert self.whole % 200 == 0
        self.of_root = [_steps(own.sign, own.each, own.most, self.whole // 200) for own in plan.adjustments]
        self.of_parts = [
            (row, _steps(own.sign, own.each, own.most, EVALUATORS))
            for row, part in enumerate(plan.parts)
            for own in part.adjustments
        ]

    def run(self) -> NDArray[np.signedinteger]:
        total = self.marks.sum(axis=0, dtype=self.dtype)
        parts = total.reshape(self.shape).sum(axis=1, dtype=self.dtype)
        for counts, (row, (each, bound)) in zip(self.counts[len(self.of_root) :], self.of_parts, strict=True):
            parts[row] += _bounded(counts * each, bound)
        parts = np.minimum(np.maximum(parts, 0), self.ceilings)
        root = np.einsum("p,pu->u", self.factors, parts)
        for counts, (each, bound) in zip(self.counts, self.of_root, strict=False):
            root += _bounded(counts * each, bound)
        root = np.minimum(np.maximum(root, 0), self.whole)
        return (root * 10_000 + self.whole // 2) // self.whole


class BareSheetIn16Bits:
    """The same, tuned to these very numbers: sums known to fit 16 bits, and weights that are the full marks."""

    def __init__(self, sheet: SheetMarks) -> None:
        self.marks = sheet.filled
        bare = BareSheet(sheet)
        plan = sheet.plan
        self.shape = (EVALUATORS, *bare.shape)
        self.counts = sheet.counts
        self.ceilings = bare.ceilings.astype(np.int16)
        self.whole = int(self.ceilings.sum())
        assert all(2 * part.weight == sum(part.full) for part in plan.parts)
        self.of_parts = bare.of_parts
        self.of_root = [_steps(own.sign, own.each, own.most, self.whole // 200) for own in plan.adjustments]

    def run(self) -> NDArray[np.int32]:
        parts = self.marks.reshape(self.shape).sum(axis=(0, 2), dtype=np.int16)
        for counts, (row, (each, bound)) in zip(self.counts[len(self.of_root) :], self.of_parts, strict=True):
            parts[row] += _bounded(counts * each, bound)
        np.minimum(np.maximum(parts, 0, out=parts), self.ceilings, out=parts)
        root = parts.sum(axis=0, dtype=np.int16)
        for counts, (each, bound) in zip(self.counts, self.of_root, strict=False):
            root += _bounded(counts * each, bound)
        np.minimum(np.maximum(root, 0, out=root), self.whole, out=root)
        return (root.astype(np.int32) * 10_000 + self.whole // 2) // self.whole


def _steps(sign: int, each: int, most: int | None, scale: int) -> tuple[int, int | None]:
    return sign * each * scale, None if most is None else sign * most * scale


def _bounded(size: NDArray, bound: int | None) -> NDArray:
    if bound is None:
        return size
    return np.minimum(size, bound) if bound > 0 else np.maximum(size, bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class BareResult:
    """Arrays [unit], -1 stars and 0 ranks for none, and of each grouping arrays [group]."""

    printed: NDArray[np.int64]
    stars: NDArray[np.int64]
    rated: NDArray[np.bool_]
    ranks: dict[str, NDArray[np.int64]]
    groups: dict[str, tuple[NDArray[np.int64], ...]]


class BareCounty:
    """Seven sheets with masks for n/a, in floats; then stars, quotas, ranks and figures of groups."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.size = len(cohort.units)
        self.sets = [_BareSet(cohort, sheet) for sheet in cohort.sheets]
        self.members = {within: _Members(cohort, within) for within in ROLLED_UP}

    def run(self) -> BareResult:
        printed = np.zeros(self.size, dtype=np.int64)
        stars = np.zeros(self.size, dtype=np.int64)
        rated = np.zeros(self.size, dtype=bool)
        for own in self.sets:
            printed[own.places], stars[own.places], rated[own.places] = own.run()
        ranks = {within: self.members[within].ranks(printed, rated) for within in RANKED_WITHIN}
        groups = {within: own.figures(printed, stars, rated) for within, own in self.members.items()}
        return BareResult(printed=printed, stars=stars, rated=rated, ranks=ranks, groups=groups)

    def answer(self, result: BareResult) -> CountyAnswer:
        """Return *result* in words; not timed."""
        codes = [unit.code for unit in self.cohort.units]
        scores = np.where(result.rated, result.printed, -1).tolist()
        return CountyAnswer(
            scores={code: None if score < 0 else score for code, score in zip(codes, scores, strict=True)},
            stars={
                code: None if stars < 0 else stars
                for code, stars in zip(codes, result.stars.tolist(), strict=True)
            },
            ranks={
                (within, code): rank or None
                for within, ranks in result.ranks.items()
                for code, rank in zip(codes, ranks.tolist(), strict=True)
            },
            groups={
                (within, name): GroupFigures(
                    units=units,
                    rated=rated,
                    mean=mean if rated else None,
                    rank=rank or None,
                    stars=tuple(counts[:0:-1]),
                    not_rated=counts[0],
                )
                for within, figures in result.groups.items()
                for name, units, rated, mean, rank, counts in zip(
                    self.members[within].names, *(array.tolist() for array in figures), strict=True
                )
            },
        )


class _BareSet:
    """One sheet's scores and stars. A set is a domain here, so its quota is settled on the spot."""

    def __init__(self, cohort: Cohort, sheet: SheetMarks) -> None:
        plan = sheet.plan
        self.places = sheet.places
        self.marks = sheet.marks.astype(np.int32)
        self.counts = sheet.counts.astype(np.float64)
        self.weights = np.zeros((len(plan.parts), len(plan.full)))
        first = 0
        for row, part in enumerate(plan.parts):
            self.weights[row, first : first + len(part.full)] = part.weights
            first += len(part.full)
        self.factors = self.weights / np.array(plan.full) / EVALUATORS
        self.part_weights = np.array([part.weight for part in plan.parts], dtype=np.float64)
        adjustments = plan.all_adjustments
        self.each = np.array([[own.each] for own in adjustments], dtype=np.float64)
        self.most = np.array([[own.most or _NEVER] for own in adjustments], dtype=np.float64)
        rows = [-1 for _ in plan.adjustments]
        rows += [row for row, part in enumerate(plan.parts) for _ in part.adjustments]
        self.layout = np.zeros((len(plan.parts) + 1, len(adjustments)))
        for column, (row, own) in enumerate(zip(rows, adjustments, strict=True)):
            self.layout[row, column] = own.sign / (200 if row < 0 else sum(plan.parts[row].full))
        self.bounds = np.array([100 * at_least for _, at_least in sorted(CUT_POINTS.items())])
        caps = [min([_NEVER, *(GATES[gate] for gate in cohort.units[place].gates)]) for place in self.places]
        self.gated = np.flatnonzero(np.array(caps) < _NEVER)
        self.caps = np.array(caps)[self.gated]

    def run(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        given = self.marks[0] >= 0
        rated = self.marks[0].min(axis=0) > ABSENT
        total = np.maximum(self.marks.sum(axis=0, dtype=np.int32), 0)
        over = self.weights @ given.astype(np.float64)
        applies = over > 0
        value = self.factors @ total.astype(np.float64)
        value /= np.maximum(over, 1)
        adjusted = self.layout @ np.minimum(self.counts * self.each, self.most)
        value += adjusted[:-1]
        value = np.minimum(np.maximum(value, 0), 1) * applies
        root = (self.part_weights @ value) / (self.part_weights @ applies)
        root += adjusted[-1]
        root = np.minimum(np.maximum(root, 0), 1)
        printed = (root * 10_000 + (0.5 + _HAIR)).astype(np.int64)
        stars = np.searchsorted(self.bounds, printed, side="right")
        stars[self.gated] = np.minimum(stars[self.gated], self.caps)
        stars[~rated] = -1
        held = np.flatnonzero(stars == QUOTA_STARS)
        over_quota = len(held) - int(np.count_nonzero(rated)) * QUOTA_PERCENT // 100
        if over_quota > 0:
            scores = printed[held]
            edge = np.partition(scores, over_quota - 1)[over_quota - 1]
            stars[held[scores <= edge]] = QUOTA_STARS - 1
        return printed, stars, rated


@dataclass(slots=True)
class _Members:
    """The units of each group of one grouping."""

    cohort: Cohort
    within: str
    names: list[str] = field(init=False)
    units: NDArray[np.int64] = field(init=False)
    group: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        groups = [unit.group(Grouping(self.within)) for unit in self.cohort.units]
        self.names = sorted({group.name for group in groups if group is not None})
        places = {name: place for place, name in enumerate(self.names)}
        self.units = np.array([unit for unit, group in enumerate(groups) if group is not None])
        self.group = np.array([places[group.name] for group in groups if group is not None])

    def ranks(self, printed: NDArray[np.int64], rated: NDArray[np.bool_]) -> NDArray[np.int64]:
        ranks = np.zeros(len(rated), dtype=np.int64)
        own = rated[self.units]
        units = self.units[own]
        key = self.group[own] * 10_001 + (10_000 - printed[units])
        order = np.argsort(key)
        ordered = key[order]
        first = np.empty(len(key), dtype=bool)
        first[0] = True
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        starts = np.flatnonzero(first)
        group_starts = np.searchsorted(ordered, np.arange(len(self.names)) * 10_001)
        rank_of_run = starts - group_starts[ordered[starts] // 10_001] + 1
        ranks[units[order]] = rank_of_run[np.cumsum(first) - 1]
        return ranks

    def figures(
        self, printed: NDArray[np.int64], stars: NDArray[np.int64], rated: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], ...]:
        """Return of each group its units, the rated, the mean, the rank, and units by stars from -1 up."""
        size = len(self.names)
        own, group = self.units, self.group
        counts = np.bincount(group * 7 + (stars[own] + 1), minlength=size * 7).reshape(size, 7)
        units = counts.sum(axis=1)
        of_rated = units - counts[:, 0]
        sums = np.bincount(group, weights=printed[own] * rated[own], minlength=size).astype(np.int64)
        mean = (2 * sums + of_rated) // (2 * np.maximum(of_rated, 1))
        mean[of_rated == 0] = -1
        higher = (mean[:, None] < mean).sum(axis=1)
        return units, of_rated, mean, np.where(of_rated > 0, higher + 1, 0), counts
