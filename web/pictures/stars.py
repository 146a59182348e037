"""Charts of stars: how the county stands to its target, year on year, and group by group."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from scoring.numbers import share
from scoring.register import GroupFigures, Register
from scoring.units import Grouping
from web.charts import distribution, target, years
from web.charts.legend import Part
from web.language import say
from web.pictures.keeping import address, group_address, nothing, picture
from web.shelf import Shown
from web.words import group_name, share_shown, star_counts, stars_key, stars_text


def target_picture(shown: Shown, last: Shown | None) -> Markup | None:
    """Return how the county stands to its target, beside the year before; None without a target."""
    goal = shown.register.target
    if goal is None:
        return None
    found = [own for own in (shown, last) if own is not None and own.register.target is not None]
    moved = _target_moved(found)
    return picture(
        shown,
        target.draw,
        target.Target(
            prefix="target",
            title=say("达到目标星级的支部", "Branches at the target's stars"),
            empty=nothing(),
            years=tuple(_target_year(own, moved) for own in found),
            target_label=_target_words(goal.share),
        ),
    )


def years_picture(shown: Shown, others: Sequence[Shown]) -> Markup:
    """Return the stars of this year and of those before it, the oldest first; *others* come newest first."""
    found = [*reversed(others), shown]
    newest = next((own.register.target.share for own in reversed(found) if own.register.target), "")
    return picture(
        shown,
        years.draw,
        years.Years(
            prefix="years",
            title=say("历年星级", "Stars by year"),
            empty=nothing(),
            years=tuple(
                years.Year(
                    title=_year_name(own),
                    href=address(own, "overview"),
                    label=own.period.id,
                    parts=_parts(own, own.register.county),
                    share=_share_of(own.register),
                    provisional=say("暂计", "provisional") if own.edition is None else "",
                    target=None if own.register.target is None else share(own.register.target.share),
                )
                for own in found
            ),
            names=_names(shown.register),
            target_label=say("当年目标", "Target of the year")
            if _target_moved(found)
            else _target_words(newest),
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
            href=group_address(shown, own),
            label=kindly,
            parts=_parts(shown, own),
            note=str(own.units),
        )

    return picture(
        shown,
        distribution.draw,
        distribution.Distribution(
            prefix=f"stars-{kind.value}",
            title=say("各单位星级分布", "Stars by group"),
            empty=nothing(),
            bars=tuple(map(bar, groups)),
            names=_names(register),
            whole=bar(register.county),
            target=None if goal is None else share(goal.share),
            target_label="" if goal is None else say(f"目标 {goal.share}", f"Target {goal.share}"),
        ),
    )


def _target_words(share_of_all: str) -> str:
    return say(f"目标 {share_of_all}", f"Target {share_of_all}")


def _target_moved(found: Sequence[Shown]) -> bool:
    """Say whether the years had not all the same target."""
    return len({own.register.target.share for own in found if own.register.target is not None}) > 1


def _target_year(own: Shown, moved: bool) -> target.Year:  # noqa: FBT001  whether the words name the target
    goal = own.register.target
    assert goal is not None
    words = f"{goal.reached} / {goal.units}，{share_shown(goal.reached, goal.units)}"
    if moved:
        words += say(f"（目标 {goal.share}）", f" (target {goal.share})")
    return target.Year(
        title=f"{_year_name(own)} {words}",
        href=address(own, "overview"),
        label=own.period.id,
        reached=goal.reached,
        units=goal.units,
        words=say(words, words.replace("，", ", ")),
        target=share(goal.share),
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
                href=address(shown, "ranking", kind="units", stars=stars_key(stars), **within),
            )


def _names(register: Register) -> tuple[tuple[int | None, str], ...]:
    return tuple((stars, stars_text(stars)) for stars in (*register.star_levels, None))


def _share_of(register: Register) -> str:
    return "" if register.target is None else share_shown(register.target.reached, register.target.units)


def _year_name(own: Shown) -> str:
    return say(f"{own.period.id} 年", own.period.id) + (
        say("（暂计）", " (provisional)") if own.edition is None else ""
    )
