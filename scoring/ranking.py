"""Ranks: standard competition ranking, 1, 2, 2, 4, by printed score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.stars import Ratings
from scoring.units import Grouping

RANKED_WITHIN = (Grouping.COUNTY, Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """A cohort's ranks [unit] within each grouping; 0 where a unit is not rated or belongs to no such group."""

    ratings: Ratings
    ranks: dict[Grouping, NDArray[np.int64]]

    def rank(self, unit: int, within: Grouping) -> int | None:
        """Return the rank of the unit at that position, or None."""
        return int(self.ranks[within][unit]) or None


def rank(ratings: Ratings) -> Places:
    """Return the ranks of *ratings* within county, township, department and domain.

    A gated unit keeps the rank of its score; the not rated have none.
    """
    scores = ratings.scores
    groups = scores.assessments.groups
    return Places(
        ratings, {within: _ranks(scores.printed, scores.rated, groups[within].of) for within in RANKED_WITHIN}
    )


def competition(scores: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of each of *scores*, highest first: 1 + how many are higher."""
    return len(scores) - np.searchsorted(np.sort(scores), scores, side="right") + 1


def _ranks(
    printed: NDArray[np.int64], rated: NDArray[np.bool_], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    ranks = np.zeros(len(printed), dtype=np.int64)
    own = np.flatnonzero(rated & (group >= 0))
    if own.size:
        width = int(printed.max()) + 1
        start = group[own] * width
        key = start + (width - 1 - printed[own])
        order = np.argsort(key)
        ordered = key[order]
        first = np.flatnonzero(np.diff(ordered, prepend=-1))
        starts = np.searchsorted(ordered, ordered[first] // width * width)
        ranks[own[order]] = np.repeat(first - starts + 1, np.diff(first, append=len(ordered)))
    return ranks
