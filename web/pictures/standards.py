"""Charts of standards: a unit's, or a group's, against the county's means."""

from collections.abc import Sequence

from markupsafe import Markup

from scoring.profiles import PartMean, profile, standards
from scoring.register import Entry
from scoring.texts import Text
from scoring.units import Grouping
from web.charts import radar
from web.language import say, told
from web.pictures.keeping import address, nothing, picture
from web.shelf import Shown
from web.words import group_name

_FEWEST_AXES, _MOST_AXES = 3, 12


def unit_radar(shown: Shown, entry: Entry) -> Markup | None:
    """Return the unit's standards against the county's means; None where there are none, or too few or many for a radar."""
    own = {part.part: part.value for part in entry.parts}
    means = {mean.part: mean for mean in profile(shown.register, Grouping.COUNTY, "")}
    own_page = address(shown, "unit", code=entry.unit.code)
    return _radar(
        shown,
        entry.unit.name,
        [
            _axis(part.title, own.get(part.id), means.get(part.id), f"{own_page}#part-{part.id}")
            for part in standards(shown.register.criteria[entry.criteria])
        ],
    )


def group_radar(shown: Shown, kind: Grouping, name: str, means: Sequence[PartMean]) -> Markup | None:
    """Return the group's means by standard against the county's; None where there are none, or too few or many for a radar."""
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
    drawable = _FEWEST_AXES <= len(axes) <= _MOST_AXES
    if not drawable or all(axis.number is None for axis in axes):
        return None
    return picture(
        shown,
        radar.draw,
        radar.Radar(
            prefix="radar",
            title=say(f"{name}：各方面得分", f"{name}: standards"),
            empty=nothing(),
            axes=tuple(axes),
            own_label=name,
            other_label=say("全县平均", "County's mean"),
        ),
    )
