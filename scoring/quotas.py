"""Quotas: how many units of a group may hold the same stars, and who goes down."""

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Groups
from scoring.criteria.model import CriteriaSet, Quota, Ties
from scoring.stars import Lowered, QuotaPlace, Ratings


def limit(ratings: Ratings) -> Ratings:
    """Return *ratings* after the quotas, which run from the highest stars down (equal stars in the file's order).

    A group of n rated units keeps at most ⌊share × n⌋ of those with exactly the quota's stars, the best by printed
    score; of units tied across that edge all go down, or with `ties: keep` all stay. Where ⌊share × n⌋ is 0, nobody
    keeps them. Down is to the next lower stars among the cut points, else 0.
    """
    criteria = ratings.scores.assessments.criteria
    for quota in sorted(criteria.quotas, key=lambda quota: -quota.stars):
        ratings = _limit(ratings, quota, criteria)
    return ratings


def _limit(ratings: Ratings, quota: Quota, criteria: CriteriaSet) -> Ratings:
    groups = ratings.scores.assessments.groups[quota.within]
    grouped = ratings.has_stars & (groups.of >= 0)
    rated = np.bincount(groups.of[grouped], minlength=len(groups.names))
    share = quota.share
    allowed = np.array([n * share.numerator // share.denominator for n in rated.tolist()], dtype=np.int64)
    held = np.flatnonzero(grouped & (ratings.stars == quota.stars))
    holders = np.bincount(groups.of[held], minlength=len(groups.names))
    full = holders > allowed
    down, tied, edge = _going_down(held[full[groups.of[held]]], ratings, groups, quota, allowed)
    if not down.size:
        return ratings
    lower = next((stars for stars in criteria.star_levels if stars < quota.stars), 0)
    stars = ratings.stars.copy()
    stars[down] = lower
    own_groups = groups.of[down]
    places = {
        int(group): QuotaPlace(
            quota=quota,
            group=groups.names[group],
            rated=int(rated[group]),
            holders=int(holders[group]),
            allowed=int(allowed[group]),
            tied=bool(tied[group]),
            kept_from=_kept_from(ratings, held[groups.of[held] == group], int(edge[group])),
        )
        for group in np.unique(own_groups)
    }
    return ratings.limited(stars, Lowered(lower, down, own_groups, places))


def _going_down(
    held: NDArray[np.int64],
    ratings: Ratings,
    groups: Groups,
    quota: Quota,
    allowed: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return which of *held*, units of groups with too many, go down (sorted), and two facts of each group.

    These are whether a tie made more go than the quota asks [group], and the highest score that went [group].
    """
    tied = np.zeros(len(groups.names), dtype=bool)
    edge = np.zeros(len(groups.names), dtype=np.int64)
    if not held.size:
        return held, tied, edge
    printed, group = ratings.scores.printed[held], groups.of[held]
    order = np.lexsort((-printed, group))
    printed, group = printed[order], group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    own = group[starts]
    first_out = printed[starts + allowed[own]]
    last_in = printed[starts + np.maximum(allowed[own] - 1, 0)]
    across = (allowed[own] > 0) & (first_out == last_in)
    if quota.ties is Ties.KEEP:
        edge[own] = np.where(allowed[own] > 0, last_in - 1, first_out)
    else:
        edge[own] = first_out
        tied[own] = across
    down = printed <= edge[group]
    return np.sort(held[order][down]), tied, edge


def _kept_from(ratings: Ratings, holders: NDArray[np.int64], edge: int) -> int | None:
    kept = ratings.scores.printed[holders]
    kept = kept[kept > edge]
    return int(kept.min()) if kept.size else None
