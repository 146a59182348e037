"""How the stars of each group are distributed: a bar a group, as long as the whole, cut by stars."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from web.charts import fonts
from web.charts.legend import Entry, Part, in_order, ordered, put_legend, segment
from web.charts.sheet import (
    LINE,
    MIDDLE,
    OUTLINE,
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
    drawn,
    grid_line,
    plain,
    target_line,
)

_PITCH, _HIGH, _APART = 25.0, 18.0, 11.0
_LABEL_ROOM, _NOTE_ROOM = 0.34 * WIDTH, 0.16 * WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Mark):
    """A group: its name, how many of its units have how many stars, and a short note at the end, as “43”."""

    label: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Chart):
    """The groups' bars in order, under *whole* where there is one; *names* are the legend's, by stars.

    *target* is the share to be reached, from the left, with its words; None draws no line.
    """

    bars: tuple[Bar, ...]
    names: tuple[tuple[int | None, str], ...]
    whole: Bar | None = None
    target: Number | None = None
    target_label: str = ""


def draw(values: Distribution) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Distribution) -> Sheet:
    """Return the chart of *values* laid out."""
    bars = [*([values.whole] if values.whole else []), *values.bars]
    if not any(part.units for bar in bars for part in bar.parts):
        return blank(values)
    sheet = Sheet(chart=values)
    sheet.describe(bars)
    top = put_legend(sheet, _entries(values, bars))
    left = min(max(fonts.width(fonts.shown(bar.label)) for bar in bars), _LABEL_ROOM) + 8
    notes = min(max(fonts.width(fonts.shown(bar.note)) for bar in bars), _NOTE_ROOM)
    right = WIDTH - (notes + 8 if notes else 1.0)
    rows = list(_rows(values, top))
    bottom = rows[-1][1] + _HIGH + 4
    _put_scale(sheet, left, right, top - 3, bottom)
    line = None
    if values.target is not None:
        x = left + plain(values.target) * (right - left)
        line = target_line((x, top - 3), (x, bottom))
        sheet.put(line)
    for bar, y in rows:
        _put_bar(sheet, bar, Area(x=left, y=y, wide=right - left, high=_HIGH), line)
    sheet.height = bottom + LINE + 2
    return sheet


def _entries(values: Distribution, bars: list[Bar]) -> Iterator[Entry]:
    names = dict(values.names)
    met = {part.stars for bar in bars for part in bar.parts if part.units}
    yield from (Entry(words=names[stars], stars=stars) for stars in ordered(met))
    if values.target is not None:
        yield Entry(words=values.target_label, line=target_line((0, 0), (0, 0)))


def _rows(values: Distribution, y: float) -> Iterator[tuple[Bar, float]]:
    if values.whole is not None:
        yield values.whole, y
        y += _PITCH + _APART
    for bar in values.bars:
        yield bar, y
        y += _PITCH


def _put_scale(sheet: Sheet, left: float, right: float, top: float, bottom: float) -> None:
    for share, text in ((0.0, "0"), (0.5, "50%"), (1.0, "100%")):
        x = left + share * (right - left)
        at = min(x + fonts.width(text) / 2, WIDTH - 0.5)
        sheet.put(
            grid_line((x, top), (x, bottom)), Words(x=at, y=bottom + LINE - 3, text=text, anchor=Anchor.END)
        )


def _put_bar(sheet: Sheet, bar: Bar, area: Area, line: Shape | None) -> None:
    base = area.y + _HIGH / 2 + MIDDLE
    parts = in_order(bar.parts)
    frame = Shape(points=area.corners, closed=True, stroke_opacity=OUTLINE, dashed=True)
    sheet.put(
        Words(x=area.x - 8, y=base, text=fonts.fitted(bar.label, _LABEL_ROOM), anchor=Anchor.END),
        Words(x=WIDTH - 0.5, y=base, text=fonts.if_fits(bar.note, _NOTE_ROOM), anchor=Anchor.END),
        None if parts else frame,
        mark=bar,
    )
    total, before = sum(part.units for part in parts), 0
    for part in parts:
        start, wide = area.x + area.wide * before / total, area.wide * part.units / total
        sheet.put(*segment(replace(area, x=start, wide=wide), part, line), mark=part)
        before += part.units
