"""The legend over a chart: which fill is which number of stars, and what the dashed line is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from web.charts import fonts
from web.charts.colours import CURRENT, HATCHES, INK, star_colour
from web.charts.sheet import LINE, MIDDLE, WIDTH, Anchor, Area, Mark, Piece, Shape, Sheet, Words, box

_SWATCH, _GAP, _APART, _PITCH = 14.0, 5.0, 14.0, 19.0


def ordered(stars: Iterable[int | None]) -> list[int | None]:
    """Return *stars*, each once, as they follow each other in a stack: the most first, not rated last."""
    found = set(stars)
    return [
        *sorted((own for own in found if own is not None), reverse=True),
        *([None] if None in found else []),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Mark):
    """The *units* of one bar that have so many stars; None is not rated."""

    stars: int | None
    units: int

    def __post_init__(self) -> None:
        Mark.__post_init__(self)
        if self.units < 0 or (self.stars is not None and self.stars < 0):
            raise ValueError(f"No part of a bar: {self.units} units at {self.stars} stars")


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Return those of *parts* that have units, most stars first."""
    return sorted(
        (part for part in parts if part.units),
        key=lambda part: -1 if part.stars is None else part.stars,
        reverse=True,
    )


def segment(area: Area, part: Part, line: Shape | None = None) -> list[Piece]:
    """Return the pieces of one segment: fill or hatching, outline, its piece of *line*, its number where that fits."""
    filled = bool(part.stars)
    # Hatching needs room to show as what it is, beside the number.
    number = (
        fonts.if_fits(str(part.units), area.wide - (5 if filled else 22)) if area.high >= LINE - 2 else ""
    )
    colour = INK if filled else CURRENT
    inside = None if line is None else _within(line, area)
    if number and inside is not None:
        area_of_number = area.beside(inside, fonts.width(number) + 5, LINE - 2)
        number, middle = (number, area_of_number) if area_of_number else ("", area)
    else:
        middle = area
    x, y = middle.x + middle.wide / 2, middle.y + middle.high / 2
    hole = (x, fonts.width(number) + 4) if number and not filled else None
    return [
        *swatch(area, part.stars, hole=hole),
        *([replace(inside, stroke=colour)] if inside else []),
        Words(x=x, y=y + MIDDLE, text=number, anchor=Anchor.MIDDLE, colour=colour),
    ]


def swatch(area: Area, stars: int | None, *, hole: tuple[float, float] | None = None) -> list[Piece]:
    """Return the fill or hatching of *stars* in its outline; *hole* is the middle and width of what is not hatched."""
    if stars:
        return [
            Shape(points=area.corners, closed=True, fill=star_colour(stars), stroke=INK, stroke_width=0.75)
        ]
    ends = (area.x, area.x + area.wide)
    spans = [ends] if hole is None else [(ends[0], hole[0] - hole[1] / 2), (hole[0] + hole[1] / 2, ends[1])]
    hatched: list[Piece] = [
        Shape(
            points=box(start, area.y, end - start, area.high),
            closed=True,
            hatch=HATCHES[stars],
            hatch_colour=star_colour(stars),
            stroke=None,
        )
        for start, end in spans
    ]
    return [*hatched, Shape(points=area.corners, closed=True, stroke=star_colour(stars), stroke_width=0.75)]


def _within(line: Shape, area: Area) -> Shape | None:
    """Return the piece of *line*, level or upright, that crosses *area*, or None where none does."""
    (x, y), (end_x, _) = line.points
    if x == end_x:
        ends = ((x, area.y), (x, area.y + area.high))
        return replace(line, points=ends) if area.x < x < area.x + area.wide else None
    ends = ((area.x, y), (area.x + area.wide, y))
    return replace(line, points=ends) if area.y < y < area.y + area.high else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a legend: the pieces of its sample at (x, y), 14 wide, and its words."""

    words: str
    stars: int | None = None
    line: Shape | None = None


def put_legend(sheet: Sheet, entries: Iterable[Entry]) -> float:
    """Put *entries* at the top of *sheet*, on as many lines as they need; return where the chart may begin."""
    x, y = 0.5, 1.0
    for entry in entries:
        words = fonts.fitted(entry.words, WIDTH - _SWATCH - _GAP - 1)
        wide = _SWATCH + _GAP + fonts.width(words)
        if x > 1 and x + wide > WIDTH:
            x, y = 0.5, y + _PITCH
        sheet.put(*_sample(entry, x, y), Words(x=x + _SWATCH + _GAP, y=y + 7 + MIDDLE, text=words))
        x += wide + _APART
    return y + _PITCH + 5


def _sample(entry: Entry, x: float, y: float) -> list[Piece]:
    if entry.line is None:
        return swatch(Area(x=x, y=y, wide=_SWATCH, high=_SWATCH), entry.stars)
    line = entry.line
    return [
        Shape(
            points=((x, y + 7), (x + _SWATCH, y + 7)),
            stroke=line.stroke,
            stroke_width=line.stroke_width,
            dashed=line.dashed,
        )
    ]
