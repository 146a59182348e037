"""Charts of members' points: how the year's figures are spread, and the stars of each superior's members."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from scoring.numbers import marks_text
from scoring.units import Group
from scoring.workflow.points.county_sums import SPREAD_STEP
from scoring.workflow.points.reading_groups import CountyPoints, GroupSums
from web.charts import distribution, histogram
from web.charts.legend import Part
from web.kept import kept
from web.language import say
from web.pictures.keeping import nothing
from web.words import stars_text

_MOST = 64


def spread_picture(found: CountyPoints) -> Markup:
    """Return how many members have which figure of the year, with the lines from which stars are given."""
    sums = found.county
    return _drawn(
        histogram.draw,
        histogram.Histogram(
            prefix="points-spread",
            title=say("年度分分布", "How figures of the year are spread"),
            empty=nothing(),
            bins=() if sums is None else tuple(_bins(sums)),
            cuts=tuple(
                histogram.Cut(at=Fraction(band.at_least, 100), label=stars_text(band.stars))
                for band in found.rules.bands
                if band.at_least
            ),
        ),
    )


def superiors_picture(found: CountyPoints) -> Markup:
    """Return the stars of each superior's members, under those of all."""
    bars = tuple(_bar(own.name, sums) for own, sums in told_superiors(found))
    whole = None if found.county is None else _bar(say("合计", "All"), found.county)
    levels = [band.stars for band in found.rules.bands]
    return _drawn(
        distribution.draw,
        distribution.Distribution(
            prefix="points-stars",
            title=say("党员星级分布", "Stars of members"),
            empty=nothing(),
            bars=bars,
            names=tuple((stars, stars_text(stars)) for stars in (*levels, 0)),
            whole=whole,
        ),
    )


def told_superiors(found: CountyPoints) -> list[tuple[Group, GroupSums]]:
    """Return the superiors there is something to tell of, the highest mean first, those without one last."""
    told = [(own, sums) for own, sums in found.superiors.items() if sums is not None]
    return sorted(
        told, key=lambda one: (one[1].annual is None, -(one[1].annual or 0), one[0].kind, one[0].name)
    )


def _bins(sums: GroupSums) -> Iterator[histogram.Bin]:
    """Yield every step between the lowest figure and the highest, those that nobody has too."""
    counts = dict(sums.spread)
    if not counts:
        return
    for low in range(min(counts), max(counts) + 1, SPREAD_STEP):
        high, members = low + SPREAD_STEP, counts.get(low, 0)
        yield histogram.Bin(
            title=say(
                f"{marks_text(low)} 至不足 {marks_text(high)} 分：{members} 人",
                f"{marks_text(low)} to below {marks_text(high)}: {members}",
            ),
            low=Fraction(low, 100),
            high=Fraction(high, 100),
            units=members,
        )


def _bar(label: str, sums: GroupSums) -> distribution.Bar:
    return distribution.Bar(
        title=label,
        label=label,
        note=str(sums.members),
        parts=tuple(
            Part(
                title=say(
                    f"{label}：{stars_text(stars)} {members} 人", f"{label}, {stars_text(stars)}: {members}"
                ),
                stars=stars,
                units=members,
            )
            for stars, members in sorted(sums.stars.items(), reverse=True)
        ),
    )


def _drawn(draw: Callable[[Any], str], values: Any) -> Markup:
    """Return the chart of *values*, kept while its figures stay."""
    return Markup(kept("points_charts", _MOST).once(repr(values), lambda: draw(values)))  # noqa: S704  ours
