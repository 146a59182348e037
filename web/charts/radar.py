"""A unit on the axes of the standards, 0 to 100 each, against a second outline such as the county's."""

from dataclasses import dataclass
from math import cos, pi, sin

from web.charts import fonts
from web.charts.colours import BAR
from web.charts.legend import Entry, put_legend
from web.charts.sheet import (
    FAINT,
    LINE,
    WIDTH,
    Anchor,
    Chart,
    Dot,
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

_RADIUS, _RINGS = 118.0, (20, 40, 60, 80, 100)
_FEWEST, _MOST = 3, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis(Mark):
    """One standard: its name, the unit's number from 0 to 100 and the other outline's, and the unit's in writing.

    None is a gap in the outline, never nought; *words* then say why, as “未评”.
    """

    label: str
    number: Number | None
    other: Number | None
    words: str

    def __post_init__(self) -> None:
        Mark.__post_init__(self)
        for number in (self.number, self.other):
            if number is not None and not 0 <= plain(number) <= _RINGS[-1]:
                raise ValueError(f"An axis goes from 0 to 100: {number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar(Chart):
    """The axes, from the top and clockwise; what the two outlines are called, the second '' where there is none."""

    axes: tuple[Axis, ...]
    own_label: str
    other_label: str = ""

    def __post_init__(self) -> None:
        Chart.__post_init__(self)
        if self.axes and not _FEWEST <= len(self.axes) <= _MOST:
            raise ValueError(f"A radar has 3 to 12 axes, not {len(self.axes)}")


def draw(values: Radar) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Radar) -> Sheet:
    """Return the chart of *values* laid out."""
    if all(axis.number is None for axis in values.axes):
        return blank(values)
    sheet = Sheet(chart=values)
    sheet.describe(values.axes)
    own = Shape(points=(), stroke=BAR, stroke_width=3.0)
    second = target_line((0, 0), (0, 0))
    named = [Entry(words=values.own_label, line=own)]
    top = put_legend(
        sheet, named + ([Entry(words=values.other_label, line=second)] if values.other_label else [])
    )
    wheel = _Wheel(count=len(values.axes), y=top + 2 * LINE + 8 + _RADIUS)
    _put_web(sheet, wheel)
    _put_outline(sheet, wheel, [axis.number for axis in values.axes])
    if values.other_label:
        for start, end in _runs(wheel, [axis.other for axis in values.axes]):
            sheet.put(target_line(start, end))
    for place, axis in enumerate(values.axes):
        _put_axis(sheet, wheel, place, axis)
    lowest = max(wheel.at(place, 1.0)[1] for place in range(wheel.count))
    sheet.height = max(lowest + 3 * LINE + 4, wheel.y + 10)
    return sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wheel:
    """Where the axes lie: *count* of them about the middle of the sheet, at *y*."""

    count: int
    y: float

    def at(self, place: int, share: float, beyond: float = 0.0) -> tuple[float, float]:
        angle = 2 * pi * place / self.count
        reach = _RADIUS * share + beyond
        return WIDTH / 2 + reach * sin(angle), self.y - reach * cos(angle)


def _put_web(sheet: Sheet, wheel: _Wheel) -> None:
    for ring in _RINGS:
        points = tuple(wheel.at(place, ring / 100) for place in range(wheel.count))
        sheet.put(Shape(points=points, closed=True, stroke_opacity=FAINT, stroke_width=0.75))
    for place in range(wheel.count):
        sheet.put(grid_line(wheel.at(place, 0.0), wheel.at(place, 1.0)))


def _runs(
    wheel: _Wheel, numbers: list[Number | None]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the sides of an outline, each between neighbours that both have a number."""
    ends = [
        None if number is None else wheel.at(place, plain(number) / 100)
        for place, number in enumerate(numbers)
    ]
    return [(a, b) for a, b in zip(ends, ends[1:] + ends[:1], strict=True) if a is not None and b is not None]


def _put_outline(sheet: Sheet, wheel: _Wheel, numbers: list[Number | None]) -> None:
    middle = wheel.at(0, 0.0)
    sides = _runs(wheel, numbers)
    for start, end in sides:
        sheet.put(Shape(points=(middle, start, end), closed=True, fill=BAR, fill_opacity=0.3, stroke=None))
    for start, end in sides:
        sheet.put(Shape(points=(start, end), stroke=BAR, stroke_width=3.0))


def _put_axis(sheet: Sheet, wheel: _Wheel, place: int, axis: Axis) -> None:
    x, y = wheel.at(place, 1.0, 10.0)
    sideways, upwards = sin(2 * pi * place / wheel.count), cos(2 * pi * place / wheel.count)
    anchor = Anchor.MIDDLE if abs(sideways) < 0.05 else Anchor.START if sideways > 0 else Anchor.END
    room = 2 * _RADIUS * 0.45 if anchor is Anchor.MIDDLE else WIDTH - x - 1 if sideways > 0 else x - 1
    lines = fonts.in_lines(axis.label, room)
    first = y - LINE / 2 + 4 - upwards * LINE + (2 if upwards > 0.9 else 0)
    first -= LINE * (len(lines) - 1) * (upwards + 1) / 2
    dot = None
    if axis.number is not None:
        at = wheel.at(place, plain(axis.number) / 100)
        dot = Dot(x=at[0], y=at[1], radius=4.0, fill=BAR)
    sheet.put(
        dot,
        *(Words(x=x, y=first + LINE * place, text=line, anchor=anchor) for place, line in enumerate(lines)),
        Words(x=x, y=first + LINE * len(lines), text=fonts.fitted(axis.words, room), anchor=anchor),
        mark=axis,
    )
