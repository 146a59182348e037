"""Which charts a year has: its figures turned into a chart's plain values, drawn once, and kept with the edition."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import url_for
from markupsafe import Markup

from scoring.numbers import Rounding, decimal_text, exact_text, rounded, share
from scoring.profiles import PartMean, profile, standards
from scoring.register import Entry, GroupFigures, Register
from scoring.texts import Text
from scoring.units import Grouping
from scoring.workflow.keep_renderings import kept_or_made
from web.charts import bars, distribution, histogram, radar, target, years
from web.charts.legend import Part
from web.language import say, told
from web.shelf import Shown
from web.viewing import shelf, short
from web.words import GROUP_PATHS, group_name, share_shown, star_counts, stars_key, stars_text

_BINS = 20
_FEWEST_AXES, _MOST_AXES = 3, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """How many units have a printed score from *low* up to, but not at, *high*; the last range takes the highest, too."""

    low: str
    high: str
    units: int


def target_picture(shown: Shown, last: Shown | None) -> Markup | None:
    """Return how the county stands to its target, beside the year before; None without a target."""
    goal = shown.register.target
    if goal is None:
        return None
    found = [own for own in (shown, last) if own is not None and own.register.target is not None]
    label = say(f"目标 {goal.share}", f"Target {goal.share}")
    return _picture(
        shown,
        target.draw,
        target.Target(
            prefix="target",
            title=say("达到目标星级的支部", "Branches at the target's stars"),
            empty=_nothing(),
            years=tuple(_target_year(own) for own in found),
            target=share(goal.share),
            target_label=label,
        ),
    )


def years_picture(shown: Shown, others: Sequence[Shown]) -> Markup:
    """Return the stars of this year and of those before it, the oldest first; *others* come newest first."""
    goal = shown.register.target
    found = [*reversed(others), shown]
    return _picture(
        shown,
        years.draw,
        years.Years(
            prefix="years",
            title=say("历年星级", "Stars by year"),
            empty=_nothing(),
            years=tuple(
                years.Year(
                    title=_year_name(own),
                    href=_address(own, "overview"),
                    label=own.period.id,
                    parts=_parts(own, own.register.county),
                    share=_share_of(own.register),
                    provisional=say("暂计", "provisional") if own.edition is None else "",
                )
                for own in found
            ),
            names=_names(shown.register),
            target=None if goal is None else share(goal.share),
            target_label="" if goal is None else say(f"目标 {goal.share}", f"Target {goal.share}"),
        ),
    )


def distribution_picture(shown: Shown, kind: Grouping, groups: Sequence[GroupFigures]) -> Markup:
    """Return the stars of each of *groups*, under those of the county."""
    register = shown.register
    goal = register.target

    def bar(own: GroupFigures) -> distribution.Bar:
        kindly = group_name(own.kind, own.name)
        return distribution.Bar(
            title=kindly,
            href=_group_address(shown, own),
            label=kindly,
            parts=_parts(shown, own),
            note=str(own.units),
        )

    return _picture(
        shown,
        distribution.draw,
        distribution.Distribution(
            prefix=f"stars-{kind.value}",
            title=say("各单位星级分布", "Stars by group"),
            empty=_nothing(),
            bars=tuple(map(bar, groups)),
            names=_names(register),
            whole=bar(register.county),
            target=None if goal is None else share(goal.share),
            target_label="" if goal is None else say(f"目标 {goal.share}", f"Target {goal.share}"),
        ),
    )


def means_picture(shown: Shown, kind: Grouping, groups: Sequence[GroupFigures]) -> Markup:
    """Return the mean score of each of *groups*, with the county's as a line."""
    mean = shown.register.county.mean
    return _picture(
        shown,
        bars.draw,
        bars.Bars(
            prefix=f"means-{kind.value}",
            title=say("平均分", "Mean scores"),
            empty=_nothing(),
            bars=tuple(
                bars.Bar(
                    title=f"{group_name(own.kind, own.name)} {own.mean or say('无', 'none')}",
                    href=_group_address(shown, own),
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


def score_bins(register: Register, entries: Sequence[Entry]) -> tuple[Bin, ...]:
    """Return how the scores of *entries* are distributed over equal ranges up to the highest score there can be."""
    rule = register.rule
    scores = [Fraction(entry.score) for entry in entries if entry.score is not None]
    if rule is None or not scores:
        return ()
    top = max(rule.score.ceiling, *scores)
    width = top / _BINS
    counts = [0] * _BINS
    for score in scores:
        counts[min(int(score / width), _BINS - 1)] += 1
    return tuple(
        Bin(low=exact_text(width * place), high=exact_text(width * (place + 1)), units=units)
        for place, units in enumerate(counts)
    )


def median_score(register: Register, entries: Sequence[Entry]) -> str | None:
    """Return the median of the printed scores, rounded once like a score; None where there is none."""
    rule = register.rule
    scores = sorted(Fraction(entry.score) for entry in entries if entry.score is not None)
    if rule is None or not scores:
        return None
    half = len(scores) // 2
    median = scores[half] if len(scores) % 2 else (scores[half - 1] + scores[half]) / 2
    return decimal_text(rounded(median, rule.score.decimals, Rounding.HALF_UP), rule.score.decimals)


def scores_picture(shown: Shown, entries: Sequence[Entry], prefix: str = "scores") -> Markup:
    """Return how the scores of *entries* are distributed, with the cut points and the median."""
    register = shown.register
    rule = register.rule
    median = median_score(register, entries)
    return _picture(
        shown,
        histogram.draw,
        histogram.Histogram(
            prefix=prefix,
            title=say("得分分布", "How scores are distributed"),
            empty=_nothing(),
            bins=tuple(
                histogram.Bin(
                    title=say(
                        f"{own.low}–{own.high} 分：{own.units} 个", f"{own.low}–{own.high}: {own.units}"
                    ),
                    low=own.low,
                    high=own.high,
                    units=own.units,
                )
                for own in score_bins(register, entries)
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


def unit_radar(shown: Shown, entry: Entry) -> Markup | None:
    """Return the unit's standards against the county's means; None where there are too few or many for a radar."""
    own = {part.part: part.value for part in entry.parts}
    means = {mean.part: mean for mean in profile(shown.register, Grouping.COUNTY, "")}
    address = _address(shown, "unit", code=entry.unit.code)
    return _radar(
        shown,
        entry.unit.name,
        [
            _axis(part.title, own.get(part.id), means.get(part.id), f"{address}#part-{part.id}")
            for part in standards(shown.register.criteria[entry.criteria])
        ],
    )


def group_radar(shown: Shown, kind: Grouping, name: str, means: Sequence[PartMean]) -> Markup | None:
    """Return the group's means by standard against the county's; None where there are too few or many for a radar."""
    county = {mean.part: mean for mean in profile(shown.register, Grouping.COUNTY, "")}
    family = {part.id for criteria in shown.register.criteria.values() for part in standards(criteria)}
    return _radar(
        shown,
        group_name(kind, name),
        [_axis(mean.title, mean.mean, county.get(mean.part), None) for mean in means if mean.part in family],
    )


def _axis(title: Text, own: str | None, other: PartMean | None, href: str | None) -> radar.Axis:
    mean = None if other is None else other.mean
    return radar.Axis(
        title=say(
            f"{title.zh}：{own or '无'}，全县平均 {mean or '无'}",
            f"{title.en}: {own or 'none'}, county's mean {mean or 'none'}",
        ),
        href=href,
        label=told(title),
        number=own,
        other=mean,
        words=own or "–",
    )


def _radar(shown: Shown, name: str, axes: Sequence[radar.Axis]) -> Markup | None:
    if not _FEWEST_AXES <= len(axes) <= _MOST_AXES:
        return None
    return _picture(
        shown,
        radar.draw,
        radar.Radar(
            prefix="radar",
            title=say(f"{name}：各方面得分", f"{name}: standards"),
            empty=_nothing(),
            axes=tuple(axes),
            own_label=name,
            other_label=say("全县平均", "County's mean"),
        ),
    )


def _picture(shown: Shown, draw: Callable[[Any], str], values: Any) -> Markup:
    """Return the chart of *values*, drawn once: kept with the edition, or while an open year stays as it is.

    The name it is kept by is the hash of its values, so it can show no others.
    """
    digest = hashlib.sha256(repr(values).encode()).hexdigest()
    name = f"{values.prefix}-{digest[:24]}.svg"
    edition = shown.edition

    def made() -> str:
        if edition is None:
            return draw(values)
        return kept_or_made(shelf().store, edition.id, name, lambda: draw(values).encode()).decode()

    return Markup(shelf().once(("picture", None if edition is None else edition.id, name), made))  # noqa: S704  ours


def _target_year(own: Shown) -> target.Year:
    goal = own.register.target
    assert goal is not None
    words = f"{goal.reached} / {goal.units}，{share_shown(goal.reached, goal.units)}"
    return target.Year(
        title=f"{_year_name(own)} {words}",
        href=_address(own, "overview"),
        label=own.period.id,
        reached=goal.reached,
        units=goal.units,
        words=say(words, words.replace("，", ", ")),
    )


def _parts(shown: Shown, figures: GroupFigures) -> tuple[Part, ...]:
    return tuple(_segments(shown, figures))


def _segments(shown: Shown, figures: GroupFigures) -> Iterator[Part]:
    within = {} if figures.kind is Grouping.COUNTY else {figures.kind.value: figures.name}
    for stars, units in star_counts(figures):
        if units:
            name = group_name(figures.kind, figures.name)
            yield Part(
                stars=stars,
                units=units,
                title=say(f"{name} {stars_text(stars)}：{units} 个", f"{name}, {stars_text(stars)}: {units}"),
                href=_address(shown, "ranking", kind="units", stars=stars_key(stars), **within),
            )


def _names(register: Register) -> tuple[tuple[int | None, str], ...]:
    return tuple((stars, stars_text(stars)) for stars in (*register.star_levels, None))


def _share_of(register: Register) -> str:
    return "" if register.target is None else share_shown(register.target.reached, register.target.units)


def _year_name(own: Shown) -> str:
    return say(f"{own.period.id} 年", own.period.id) + (
        say("（暂计）", " (provisional)") if own.edition is None else ""
    )


def _nothing() -> str:
    return say("还没有数字", "No figures yet")


def _group_address(shown: Shown, own: GroupFigures) -> str:
    if own.kind is Grouping.COUNTY:
        return _address(shown, "overview")
    return _address(shown, "group", kind=GROUP_PATHS[own.kind], name=own.name)


def _address(shown: Shown, endpoint: str, **values: Any) -> str:
    """Return the address of a page of that very edition, so that a picture that is kept leads where it was drawn from."""
    if shown.edition is None:
        return url_for(f"provisional.{endpoint}", period_id=shown.period.id, **values)
    return url_for(f"edition.{endpoint}", edition_id=short(shown.edition.id), **values)
