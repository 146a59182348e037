"""Standings: the figures of every township, department and domain, and of the county."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Groups
from scoring.criteria.model import ScoreRule
from scoring.numbers import Ratios
from scoring.ranking import Places, competition
from scoring.stars import Ratings
from scoring.units import Group, Grouping

ROLLED_UP = (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A group's figures: mean printed score of its rated units in units of the last decimal, and counts of stars.

    `stars` holds (stars, units) from the highest down to 0; `not_rated` the rest. A group without a rated unit has
    no mean and no rank.
    """

    group: Group
    units: int
    rated: int
    mean: int | None
    rank: int | None
    stars: tuple[tuple[int, int], ...]
    not_rated: int


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """The standings of a cohort by kind of group, best first, those without a rated unit last, equals by name."""

    places: Places
    groups: dict[Grouping, tuple[Standing, ...]]
    county: Standing

    @property
    def ratings(self) -> Ratings:
        """The ratings they were rolled up from."""
        return self.places.ratings


def roll_up(places: Places) -> Standings:
    """Return the standings of *places*. A mean is rounded once, like a score; ranks go by it, 1, 2, 2, 4."""
    groups = places.ratings.scores.assessments.groups
    found = {grouping: _standings(places.ratings, groups[grouping]) for grouping in ROLLED_UP}
    county = _standings(places.ratings, groups[Grouping.COUNTY])
    return Standings(places, found, county[0])


def _standings(ratings: Ratings, groups: Groups) -> tuple[Standing, ...]:
    scores = ratings.scores
    criteria = scores.assessments.criteria
    size = len(groups.names)
    units = np.bincount(groups.of[groups.of >= 0], minlength=size)
    grouped = scores.rated & (groups.of >= 0)
    rated = np.bincount(groups.of[grouped], minlength=size)
    means = _means(scores.printed[grouped], groups.of[grouped], rated, criteria.score)
    ranks = np.zeros(size, dtype=np.int64)
    ranks[rated > 0] = competition(means[rated > 0])
    levels = (*criteria.star_levels, 0)
    counts = _counts(ratings, groups, levels)
    standings = [
        Standing(
            group=groups.names[place],
            units=int(units[place]),
            rated=int(rated[place]),
            mean=int(means[place]) if rated[place] else None,
            rank=int(ranks[place]) or None,
            stars=tuple(zip(levels, counts[place], strict=True)),
            not_rated=int(units[place]) - sum(counts[place]),
        )
        for place in range(size)
    ]
    return tuple(sorted(standings, key=lambda one: (one.rank is None, one.rank, one.group.name)))


def _means(
    printed: NDArray[np.int64], group: NDArray[np.int64], rated: NDArray[np.int64], rule: ScoreRule
) -> NDArray[np.int64]:
    totals = np.zeros(len(rated), dtype=np.int64)
    np.add.at(totals, group, printed)
    return Ratios.of(totals, np.maximum(rated, 1)).rounded(0, rule.rounding)


def _counts(ratings: Ratings, groups: Groups, levels: tuple[int, ...]) -> list[list[int]]:
    """Return how many units of each group hold each of *levels* [group][level]."""
    held = ratings.has_stars & (groups.of >= 0)
    highest = levels[0] + 1
    counts = np.bincount(
        groups.of[held] * highest + ratings.stars[held], minlength=len(groups.names) * highest
    )
    found: list[list[int]] = counts.reshape(-1, highest)[:, list(levels)].tolist()
    return found
