"""A sheet that a chart is laid out on: shapes and words at their places, in groups that say what they show.

Units are points of a picture 420 wide; x grows to the right and y downwards. A sheet is plain: nothing is drawn yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from web.charts import fonts
from web.charts.colours import CURRENT

WIDTH = 420.0
"""How wide every chart is: at 360 pixels its text is 10 pixels high, at 540 it is 15."""

LINE = 16.0
"""The height of a line of words."""

OUTLINE, FAINT = 0.6, 0.25
"""How strongly outlines and grid lines are drawn in the page's colour of text."""

ASCENT, DESCENT, MIDDLE = 0.88 * fonts.SIZE, 0.24 * fonts.SIZE, 0.366 * fonts.SIZE
"""How far words reach above and below their baseline, and half the height of a figure."""

Number = Fraction | int | str
"""A number as the domain has it; a str is a decimal."""


def plain(number: Number) -> float:
    """Return *number* as a chart draws it."""
    return float(Fraction(number))


class Anchor(StrEnum):
    """Which end of the words their place names."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something a chart shows: what it is, in words, and the page that shows it in full, within this site."""

    title: str
    href: str | None = None

    def __post_init__(self) -> None:
        if self.href is not None and (
            not self.href.startswith(("/", "?", "#")) or self.href.startswith("//")
        ):
            raise ValueError(f"A chart links within the site only: {self.href}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What every chart has: *prefix* of its ids, unique on a page; its name; and the words for “no figures yet”."""

    prefix: str
    title: str
    empty: str

    def __post_init__(self) -> None:
        if not (
            self.prefix.isascii() and self.prefix.replace("-", "").isalnum() and self.prefix[0].isalpha()
        ):
            raise ValueError(f"Ids cannot begin with: {self.prefix}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of words on its baseline; *text* can be drawn as it stands."""

    x: float
    y: float
    text: str
    anchor: Anchor = Anchor.START
    colour: str = CURRENT

    @property
    def left(self) -> float:
        """Where the words begin."""
        part = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[self.anchor]
        return self.x - part * fonts.width(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A run of straight lines; with *fill* or *hatch* None it is not filled or hatched, with *stroke* None not drawn."""

    points: tuple[tuple[float, float], ...]
    closed: bool = False
    fill: str | None = None
    fill_opacity: float = 1.0
    hatch: str | None = None
    hatch_colour: str = CURRENT
    stroke: str | None = CURRENT
    stroke_width: float = 1.0
    stroke_opacity: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str


Piece = Words | Shape | Dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle on the sheet, by its upper left corner."""

    x: float
    y: float
    wide: float
    high: float

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Its four corners."""
        return box(self.x, self.y, self.wide, self.high)

    def beside(self, line: Shape, wide: float, high: float) -> "Area | None":
        """Return the whole where a number of that size in its middle is clear of *line*, else a side with room, or None."""
        (x, y), (end_x, _) = line.points
        if x == end_x:
            if abs(self.x + self.wide / 2 - x) >= wide / 2:
                return self
            before, after = x - self.x, self.x + self.wide - x
            sides = (replace(self, wide=before), replace(self, x=x, wide=after))
            return next((side for side in sides if side.wide == max(before, after) >= wide), None)
        if abs(self.y + self.high / 2 - y) >= high / 2:
            return self
        above, below = y - self.y, self.y + self.high - y
        sides = (replace(self, high=above), replace(self, y=y, high=below))
        return next((side for side in sides if side.high == max(above, below) >= high), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pieces that show one thing together; without a mark they are scenery."""

    mark: Mark | None
    pieces: tuple[Piece, ...]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A chart laid out: its groups from back to front, its height, and what it says in words, a line each."""

    chart: Chart
    height: float = 0.0
    groups: list[Group] = field(default_factory=list)
    description: tuple[str, ...] = ()

    def put(self, *pieces: Piece | None, mark: Mark | None = None) -> None:
        """Lay *pieces* on the sheet, over what lies there; words of no length and None are left out."""
        kept = tuple(
            piece
            for piece in pieces
            if piece is not None and not (isinstance(piece, Words) and not piece.text)
        )
        if kept:
            self.groups.append(Group(mark=mark, pieces=kept))

    def describe(self, marks: Iterable[Mark]) -> None:
        """Say in words what *marks* show."""
        self.description = tuple(mark.title for mark in marks)


def drawn(sheet: Sheet) -> str:
    """Return *sheet* as the text of an <svg> element for a page."""
    from web.charts.engraving import engrave  # noqa: PLC0415 - matplotlib takes a second to import

    return engrave(sheet)


def box(x: float, y: float, wide: float, high: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a rectangle."""
    return ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))


def grid_line(start: tuple[float, float], end: tuple[float, float]) -> Shape:
    """Return a faint line, behind what is shown."""
    return Shape(points=(start, end), stroke_opacity=FAINT, stroke_width=0.75)


def target_line(start: tuple[float, float], end: tuple[float, float]) -> Shape:
    """Return the dashed line of a target or of the county's mean."""
    return Shape(points=(start, end), stroke_width=1.25, dashed=True)


def blank(chart: Chart) -> Sheet:
    """Return the sheet of a chart that has nothing to show: its words for that, in a calm frame."""
    sheet = Sheet(chart=chart, height=72.0, description=(chart.empty,))
    sheet.put(Shape(points=box(0.5, 0.5, WIDTH - 1, 71), closed=True, stroke_opacity=FAINT))
    text = fonts.fitted(chart.empty, WIDTH - 32)
    sheet.put(Words(x=WIDTH / 2, y=36 + fonts.SIZE * 0.35, text=text, anchor=Anchor.MIDDLE))
    return sheet
