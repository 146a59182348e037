"""How near the county is to its target: a bar for this year, one for each year before, and the target's line."""

from dataclasses import dataclass

from web.charts import fonts
from web.charts.colours import BAR
from web.charts.sheet import (
    LINE,
    OUTLINE,
    WIDTH,
    Anchor,
    Chart,
    Mark,
    Number,
    Shape,
    Sheet,
    Words,
    blank,
    box,
    drawn,
    plain,
    target_line,
)

_HIGH, _APART = 22.0, 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Year(Mark):
    """One year: *reached* of *units* units, the same in words, as “912 / 1523，59.9%”, and the share that was the target."""

    label: str
    reached: int
    units: int
    words: str
    target: Number

    def __post_init__(self) -> None:
        Mark.__post_init__(self)
        if not 0 <= self.reached <= self.units:
            raise ValueError(f"No share: {self.reached} of {self.units}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Chart):
    """The years, the one in question first; what its target is called, as “目标 60%”."""

    years: tuple[Year, ...]
    target_label: str


def draw(values: Target) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Target) -> Sheet:
    """Return the chart of *values* laid out."""
    years = [year for year in values.years if year.units]
    if not years:
        return blank(values)
    sheet = Sheet(chart=values)
    sheet.describe(years)
    x = _at(years[0])
    label = fonts.fitted(values.target_label, WIDTH - 2)
    half = fonts.width(label) / 2
    sheet.put(Words(x=min(max(x, half), WIDTH - half), y=12, text=label, anchor=Anchor.MIDDLE))
    y = LINE
    for number, year in enumerate(years):
        high = _HIGH if number == 0 else _HIGH / 2
        x = _at(year)
        sheet.put(target_line((x, y + LINE if number else y), (x, y + LINE + 8 + high)))
        y = _put_year(sheet, year, y, high) + _APART
    sheet.height = y - _APART + 5
    return sheet


def _at(year: Year) -> float:
    """Return how far across the year's target lies."""
    return 1 + plain(year.target) * (WIDTH - 2)


def _put_year(sheet: Sheet, year: Year, y: float, high: float) -> float:
    words = fonts.fitted(year.words, WIDTH * 0.62)
    label = fonts.fitted(year.label, WIDTH - fonts.width(words) - 12)
    top = y + LINE + 4
    sheet.put(
        Words(x=1, y=top - 6, text=label),
        Words(x=WIDTH - 1, y=top - 6, text=words, anchor=Anchor.END),
        Shape(points=box(1, top, WIDTH - 2, high), closed=True, stroke_width=0.75, stroke_opacity=OUTLINE),
        Shape(
            points=box(1, top, (WIDTH - 2) * year.reached / year.units, high),
            closed=True,
            fill=BAR,
            stroke_width=0.75,
        ),
        mark=year,
    )
    return top + high
