"""Charts of scores: the groups' means, and how the scores are distributed."""

from collections.abc import Sequence

from markupsafe import Markup

from scoring.register import Entry, GroupFigures
from scoring.spread import bins_of, median_of
from scoring.units import Grouping
from web.charts import bars, histogram
from web.language import say
from web.pictures.keeping import group_address, nothing, picture
from web.shelf import Shown
from web.words import group_name, stars_text


def means_picture(shown: Shown, kind: Grouping, groups: Sequence[GroupFigures]) -> Markup:
    """Return the mean score of each of *groups*, with the county's as a line."""
    mean = shown.register.county.mean
    return picture(
        shown,
        bars.draw,
        bars.Bars(
            prefix=f"means-{kind.value}",
            title=say("平均分", "Mean scores"),
            empty=nothing(),
            bars=tuple(
                bars.Bar(
                    title=f"{group_name(own.kind, own.name)} {own.mean or say('无', 'none')}",
                    href=group_address(shown, own),
                    label=group_name(own.kind, own.name),
                    number=own.mean,
                    words=own.mean or "–",
                )
                for own in groups
            ),
            top=100,
            mean=mean,
            mean_label="" if mean is None else say(f"全县 {mean}", f"County {mean}"),
        ),
    )


def scores_picture(shown: Shown, entries: Sequence[Entry], prefix: str = "scores") -> Markup:
    """Return how the scores of *entries* are distributed, with the cut points and the median."""
    register = shown.register
    rule = register.rule
    median = median_of(register, entries)
    return picture(
        shown,
        histogram.draw,
        histogram.Histogram(
            prefix=prefix,
            title=say("得分分布", "How scores are distributed"),
            empty=nothing(),
            bins=tuple(
                histogram.Bin(
                    title=say(
                        f"{own.low}–{own.high} 分：{own.units} 个", f"{own.low}–{own.high}: {own.units}"
                    ),
                    low=own.low,
                    high=own.high,
                    units=own.units,
                )
                for own in bins_of(register, entries)
            ),
            cuts=tuple(
                histogram.Cut(at=cut.at_least, label=stars_text(cut.stars))
                for cut in (() if rule is None else rule.cuts)
                if cut.at_least
            ),
            median=None
            if median is None
            else histogram.Cut(at=median, label=say(f"中位数 {median}", f"Median {median}")),
        ),
    )
