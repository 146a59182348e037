"""Year on year: a column a year, as high as the whole, cut by stars, and the target's line across."""

from dataclasses import dataclass, replace

from web.charts import fonts
from web.charts.legend import Entry, Part, in_order, ordered, put_legend, segment
from web.charts.sheet import (
    LINE,
    MIDDLE,
    WIDTH,
    Anchor,
    Area,
    Chart,
    Mark,
    Number,
    Shape,
    Sheet,
    Words,
    blank,
    box,
    drawn,
    grid_line,
    plain,
    target_line,
)

_HIGH, _WIDEST = 190.0, 64.0
_LEFT = 38.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Year(Mark):
    """One year: its name, its units by stars, the share at the target in writing, and “暂计” where it is provisional.

    *target* is the share that was to be reached that year, from below; None draws no line.
    """

    label: str
    parts: tuple[Part, ...]
    share: str = ""
    provisional: str = ""
    target: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Years(Chart):
    """The years, oldest first; *names* are the legend's, by stars; what the lines of the targets are called."""

    years: tuple[Year, ...]
    names: tuple[tuple[int | None, str], ...]
    target_label: str = ""


def draw(values: Years) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Years) -> Sheet:
    """Return the chart of *values* laid out."""
    met = {part.stars for year in values.years for part in year.parts if part.units}
    if not met:
        return blank(values)
    sheet = Sheet(chart=values)
    sheet.describe(values.years)
    names = dict(values.names)
    entries = [Entry(words=names[stars], stars=stars) for stars in ordered(met)]
    if any(year.target is not None for year in values.years):
        entries.append(Entry(words=values.target_label, line=target_line((0, 0), (0, 0))))
    top = put_legend(sheet, entries) + LINE + 2
    _put_scale(sheet, top)
    pitch = (WIDTH - _LEFT) / len(values.years)
    wide = min(pitch * 0.7, _WIDEST)
    for number, year in enumerate(values.years):
        middle = _LEFT + pitch * (number + 0.5)
        line = None
        if year.target is not None:
            y = top + (1 - plain(year.target)) * _HIGH
            line = target_line((middle - pitch / 2, y), (min(middle + pitch / 2, WIDTH), y))
            sheet.put(line)
        _put_words(sheet, year, middle, pitch - 3, top)
        _put_column(sheet, year, Area(x=middle - wide / 2, y=top, wide=wide, high=_HIGH), line)
    lines = 2 if any(year.provisional for year in values.years) else 1
    sheet.height = top + _HIGH + 7 + LINE * lines
    return sheet


def _put_scale(sheet: Sheet, top: float) -> None:
    for share, text in ((0.0, "0"), (0.5, "50%"), (1.0, "100%")):
        y = top + (1 - share) * _HIGH
        sheet.put(
            grid_line((_LEFT, y), (WIDTH, y)),
            Words(x=_LEFT - 6, y=y + MIDDLE, text=text, anchor=Anchor.END),
        )


def _put_words(sheet: Sheet, year: Year, middle: float, room: float, top: float) -> None:
    below = top + _HIGH + LINE + 1
    sheet.put(
        Words(x=middle, y=top - 7, text=fonts.if_fits(year.share, room), anchor=Anchor.MIDDLE),
        Words(x=middle, y=below, text=fonts.fitted(year.label, room), anchor=Anchor.MIDDLE),
        Words(x=middle, y=below + LINE, text=fonts.fitted(year.provisional, room), anchor=Anchor.MIDDLE),
        mark=year,
    )


def _put_column(sheet: Sheet, year: Year, area: Area, line: Shape | None) -> None:
    parts = in_order(year.parts)
    if year.provisional or not parts:
        around = box(area.x - 3, area.y - 3, area.wide + 6, area.high + 6) if parts else area.corners
        sheet.put(Shape(points=around, closed=True, dashed=True), mark=year)
    total, before = sum(part.units for part in parts), 0
    for part in parts:
        high = area.high * part.units / total
        before += part.units
        y = area.y + area.high - area.high * before / total
        sheet.put(*segment(replace(area, y=y, high=high), part, line), mark=part)
