"""What the overview and a group's page say: figures side by side, charts, and who is wanting how much."""

from collections.abc import Sequence
from typing import Any

from scoring.profiles import Weakness, profile, weakest
from scoring.register import GroupFigures
from scoring.shortfall import Shortfall, nearest, shortfall, shortfalls
from scoring.spread import bins_of, median_of
from scoring.units import Grouping
from web.pictures import scores, standards, stars
from web.shelf import Shown
from web.words import star_counts

_WANTING, _NEAR = 8, 10


def county(shown: Shown, before: Sequence[Shown]) -> dict[str, Any]:
    """Return what the overview shows; *before* are the years before, the newest first."""
    register = shown.register
    last = before[0] if before else None
    years = [*reversed(before), shown]
    counts = [dict(star_counts(own.register.county)) for own in years]
    townships = register.groups[Grouping.TOWNSHIP]
    return {
        "last": last,
        "years": years,
        "star_rows": [(level, [own.get(level) for own in counts]) for level in (*register.star_levels, None)],
        "wanting": _wanting(shown),
        "townships": townships,
        "target_picture": stars.target_picture(shown, last),
        "years_picture": stars.years_picture(shown, before),
        "townships_picture": stars.distribution_picture(shown, Grouping.TOWNSHIP, townships),
        "scores_picture": scores.scores_picture(shown, register.entries),
        "bins": bins_of(register, register.entries),
        "median": median_of(register, register.entries),
    }


def group(shown: Shown, figures: GroupFigures, before: Sequence[Shown]) -> dict[str, Any]:
    """Return what the page of a group shows."""
    register, kind, name = shown.register, figures.kind, figures.name
    means = profile(register, kind, name)
    return {
        "last_figures": before[0].register.group(kind, name) if before else None,
        "means": means,
        "county_means": {mean.part: mean.mean for mean in profile(register, Grouping.COUNTY, "")},
        "star_pairs": list(zip(star_counts(figures), star_counts(register.county), strict=True)),
        "stars_picture": stars.distribution_picture(shown, kind, [figures]),
        "radar_picture": standards.group_radar(shown, kind, name, means),
        "goal": shortfall(register, figures),
        "near": nearest(register, register.members(kind, name), _NEAR),
    }


def _wanting(shown: Shown) -> list[tuple[Shortfall, Weakness | None]]:
    """Return the townships furthest from the target by themselves, each with its weakest standard."""
    register = shown.register
    found = [own for own in shortfalls(register, Grouping.TOWNSHIP) if own.short][:_WANTING]
    return [(own, next(iter(weakest(register, own.kind, own.name)), None)) for own in found]
