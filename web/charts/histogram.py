"""How scores are distributed: how many units lie in each equal range, with the cut points and the median."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from web.charts import fonts
from web.charts.colours import BAR
from web.charts.sheet import (
    ASCENT,
    LINE,
    MIDDLE,
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
    grid_line,
    plain,
    target_line,
)

_HIGH, _STEPS = 170.0, (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin(Mark):
    """How many *units* have a number from *low* up to, but not at, *high*."""

    low: Number
    high: Number
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A number that has a line of its own, as a cut point, and the line's words."""

    at: Number
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(Chart):
    """The ranges, lowest first, equally wide and without gaps; the cut points; the median, drawn as a full line."""

    bins: tuple[Bin, ...]
    cuts: tuple[Cut, ...] = ()
    median: Cut | None = None

    def __post_init__(self) -> None:
        Chart.__post_init__(self)
        for one, following in zip(self.bins, self.bins[1:], strict=False):
            if Fraction(one.high) != Fraction(following.low) or _breadth(one) != _breadth(following):
                raise ValueError(
                    f"Ranges follow each other and are equally wide: {one.high}, {following.low}"
                )


def _breadth(one: Bin) -> Fraction:
    return Fraction(one.high) - Fraction(one.low)


def draw(values: Histogram) -> str:
    """Return the chart of *values* as an <svg> element."""
    return drawn(lay_out(values))


def lay_out(values: Histogram) -> Sheet:
    """Return the chart of *values* laid out."""
    most = max((one.units for one in values.bins), default=0)
    if not most:
        return blank(values)
    sheet = Sheet(chart=values)
    sheet.describe(values.bins)
    lines = sorted([*values.cuts, *([values.median] if values.median else [])], key=lambda cut: plain(cut.at))
    step = next(step for step in _steps() if most <= 4 * step)
    scale = _scale(values, lines, left=fonts.width(str(4 * step)) + 16, most=most)
    floors = _floors(scale, lines)
    top = LINE * (max(floors, default=-1) + 1) + LINE + 2
    for units in range(0, most + 1, step):
        y = top + scale.down(units)
        number = Words(x=scale.left - 16, y=y + MIDDLE, text=str(units), anchor=Anchor.END)
        sheet.put(grid_line((scale.left - 10, y), (WIDTH, y)), number)
    spots = [scale.across(cut.at) for cut in lines]
    for one in values.bins:
        _put_bin(sheet, scale, one, top, spots)
    for cut, floor in zip(lines, floors, strict=True):
        _put_cut(sheet, scale, cut, top, floor, is_median=cut is values.median)
    _put_edges(sheet, scale, values.bins, top + _HIGH)
    sheet.height = top + _HIGH + LINE + 6
    return sheet


def _steps() -> Iterator[int]:
    ten = 1
    while True:
        yield from (step * ten for step in _STEPS)
        ten *= 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Where a number stands across, between *left* and *right*, and how far down the top of a bar of so many units is."""

    low: float
    high: float
    left: float
    right: float
    most: int

    def across(self, number: Number) -> float:
        return self.left + (plain(number) - self.low) / (self.high - self.low) * (self.right - self.left)

    def down(self, units: int) -> float:
        return _HIGH * (1 - units / self.most)


def _scale(values: Histogram, lines: list[Cut], left: float, most: int) -> _Scale:
    """Return a scale that has every number on it and, to the right of each line, room for the line's words."""
    numbers = [
        plain(number) for number in (values.bins[0].low, values.bins[-1].high, *(cut.at for cut in lines))
    ]
    low, high = min(numbers), max(numbers)
    right = WIDTH - 16
    for cut in lines:
        share = (plain(cut.at) - low) / (high - low)
        if share > 0:
            right = min(right, left + (WIDTH - 4 - fonts.width(_label(cut)) - left) / share)
    return _Scale(low=low, high=high, left=left, right=right, most=most)


def _label(cut: Cut) -> str:
    return fonts.fitted(cut.label, WIDTH / 3)


def _floors(scale: _Scale, lines: list[Cut]) -> list[int]:
    """Return how many lines of words each line of *lines* reaches above the lowest, so that none crosses words.

    Words stand at the right of their own line's upper end: they must lie higher than every line they pass over.
    """
    floors = [0] * len(lines)
    for number in reversed(range(len(lines))):
        end = scale.across(lines[number].at) + fonts.width(_label(lines[number])) + 8
        passed = [
            floors[later] for later in range(number + 1, len(lines)) if scale.across(lines[later].at) < end
        ]
        floors[number] = max(passed, default=-1) + 1
    return floors


def _put_bin(sheet: Sheet, scale: _Scale, one: Bin, top: float, spots: list[float]) -> None:
    if not one.units:
        return
    start, end, y = scale.across(one.low), scale.across(one.high), top + scale.down(one.units)
    outline = Shape(
        points=box(start, y, end - start, top + _HIGH - y),
        closed=True,
        fill=BAR,
        stroke_width=0.75,
        stroke_opacity=OUTLINE,
    )
    text, middle = fonts.if_fits(str(one.units), end - start), (start + end) / 2
    if any(abs(spot - middle) < fonts.width(text) / 2 + 3 for spot in spots):
        text = ""
    sheet.put(outline, Words(x=middle, y=y - 4, text=text, anchor=Anchor.MIDDLE), mark=one)


def _put_cut(sheet: Sheet, scale: _Scale, cut: Cut, top: float, floor: int, *, is_median: bool) -> None:
    x, base = scale.across(cut.at), top - LINE - LINE * floor
    ends = (x, base - ASCENT), (x, top + _HIGH)
    line = Shape(points=ends, stroke_width=2.5) if is_median else target_line(*ends)
    sheet.put(line, Words(x=x + 4, y=base, text=_label(cut)))


def _put_edges(sheet: Sheet, scale: _Scale, bins: tuple[Bin, ...], y: float) -> None:
    """Write the ranges' ends below, every one of them or every second, fifth, tenth …, as there is room."""
    edges = [*(one.low for one in bins), bins[-1].high]
    pitch = scale.across(edges[1]) - scale.across(edges[0])
    widest = max(fonts.width(_written(edge)) for edge in edges) + 8
    every = next(step for step in _steps() if step * pitch >= widest)
    for edge in edges[::every]:
        sheet.put(Words(x=scale.across(edge), y=y + LINE - 1, text=_written(edge), anchor=Anchor.MIDDLE))


def _written(number: Number) -> str:
    return f"{plain(number):.10g}"
