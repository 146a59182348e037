"""Groups in order of a number, as the mean score: a bar a group, and a line for the county."""

from dataclasses import dataclass, replace

from web.charts import fonts
from web.charts.colours import BAR
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

_PITCH, _HIGH = 25.0, 17.0
_LABEL_ROOM, _NUMBER_ROOM = 0.34 * WIDTH, 0.2 * WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Mark):
    """A group: its name, its number from 0 up, and that number in writing; None has words but no bar."""

    label: str
    number: Number | None
    words: str

    def __post_init__(self) -> None:
        Mark.__post_init__(self)
        if self.number is not None and plain(self.number) < 0:
            raise ValueError(f"No bar goes below nought: {self.number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Chart):
    """The groups in order; *top* is where the scale ends, by default at the greatest number; *mean* has a line."""

    bars: tuple[Bar, ...]
    top: Number | None = None
    mean: Number | None = None
    mean_label: str = ""


def draw(values: Bars) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Bars) -> Sheet:
    """Return the chart of *values* laid out."""
    numbers = [plain(bar.number) for bar in values.bars if bar.number is not None]
    if not numbers:
        return blank(values)
    mean = None if values.mean is None else plain(values.mean)
    most = max([*numbers, mean or 0.0, 0.0 if values.top is None else plain(values.top)]) or 1.0
    sheet = Sheet(chart=values)
    sheet.describe(values.bars)
    left = min(max(fonts.width(fonts.shown(bar.label)) for bar in values.bars), _LABEL_ROOM) + 8
    right = WIDTH - 8 - min(max(fonts.width(fonts.shown(bar.words)) for bar in values.bars), _NUMBER_ROOM)
    top = 1.0 if mean is None else LINE + 4
    bottom = top + _PITCH * len(values.bars) - 2
    sheet.put(grid_line((left, top), (left, bottom)))
    for number, bar in enumerate(values.bars):
        area = Area(x=left, y=top + _PITCH * number + 3, wide=right - left, high=_HIGH)
        _put_bar(sheet, bar, area, most)
    if mean is not None:
        x = left + mean / most * (right - left)
        words = fonts.fitted(values.mean_label, WIDTH - 2)
        half = fonts.width(words) / 2
        sheet.put(target_line((x, top - 2), (x, bottom)))
        sheet.put(Words(x=min(max(x, half + 1), WIDTH - half - 1), y=12, text=words, anchor=Anchor.MIDDLE))
    sheet.height = bottom + 2
    return sheet


def _put_bar(sheet: Sheet, bar: Bar, area: Area, most: float) -> None:
    base = area.y + _HIGH / 2 + MIDDLE
    length = 0.0 if bar.number is None else plain(bar.number) / most * area.wide
    filled = Shape(
        points=replace(area, wide=length).corners,
        closed=True,
        fill=BAR,
        stroke_width=0.75,
        stroke_opacity=OUTLINE,
    )
    room = WIDTH - area.x - 8 if bar.number is None else _NUMBER_ROOM
    sheet.put(
        Words(x=area.x - 8, y=base, text=fonts.fitted(bar.label, _LABEL_ROOM), anchor=Anchor.END),
        None if bar.number is None else filled,
        Words(x=WIDTH - 0.5, y=base, text=fonts.fitted(bar.words, room), anchor=Anchor.END),
        mark=bar,
    )
