"""A statement as pages of A4, from plain values to PDF: a heading, facts, and tables of lines, none of them left out."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.charts import fonts

if TYPE_CHECKING:
    from matplotlib.backends.backend_pdf import PdfPages

_WIDTH, _HEIGHT = 595.0, 842.0
_LEFT, _TOP, _BOTTOM = 48.0, 56.0, 52.0
_RIGHT = _WIDTH - _LEFT
_LINE, _SMALL = 17.0, 13.0
_COLUMNS = (0.0, 78.0, 380.0, 452.0)
"""Where the columns begin: the day, what for, and, set to the right, what was done and what that came to."""

_INK, _SOFT, _RULE = "#26221e", "#5f5850", "#b9b1a6"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line: its day, what it is for, more about that ('' for none), what it did, and what that came to."""

    day: str
    what: str
    more: str
    did: str
    came_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTable:
    """Lines under a title and the heads of four columns; without lines *empty* is said."""

    title: str
    heads: tuple[str, str, str, str]
    lines: tuple[PaperLine, ...]
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A statement: its title, what is known of whose it is and of what it came to, and its tables."""

    title: str
    facts: tuple[str, ...]
    tables: tuple[PaperTable, ...]
    foot: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words on a page: where they begin (or, to the right, end), from the left and the top, in points; or a rule."""

    x: float
    y: float
    words: str
    size: float = 10.0
    colour: str = _INK
    to_the_right: bool = False


def draw(paper: Paper) -> bytes:
    """Return *paper* as a PDF. The same paper gives the same bytes, in any process."""
    import matplotlib as mpl  # noqa: PLC0415 - matplotlib takes a second to import
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

    pages = list(_pages(paper))
    out = io.BytesIO()
    undated = {"CreationDate": None, "Creator": None, "Producer": None, "Title": fonts.shown(paper.title)}
    with (
        fonts.DRAWING,
        mpl.rc_context({"pdf.fonttype": 42, "savefig.bbox": None, "savefig.facecolor": "white"}),
        PdfPages(out, metadata=undated) as book,
    ):
        for place, pieces in enumerate(pages, 1):
            _set_page(book, [*pieces, *_foot(paper, place, len(pages))])
    return out.getvalue()


def _set_page(book: "PdfPages", pieces: Sequence[_Piece]) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415
    from matplotlib.lines import Line2D  # noqa: PLC0415

    figure = Figure(figsize=(_WIDTH / 72, _HEIGHT / 72), dpi=72)
    figure.set_layout_engine("none")
    for piece in pieces:
        height = 1 - piece.y / _HEIGHT
        if not piece.words:
            ends = [piece.x / _WIDTH, _RIGHT / _WIDTH]
            figure.add_artist(Line2D(ends, [height, height], linewidth=0.6, color=piece.colour))
            continue
        figure.text(
            piece.x / _WIDTH,
            height,
            piece.words,
            fontproperties=FontProperties(fname=fonts.font_path(), size=piece.size),
            color=piece.colour,
            ha="right" if piece.to_the_right else "left",
            va="baseline",
            parse_math=False,
        )
    book.savefig(figure)  # type: ignore[no-untyped-call]


def _pages(paper: Paper) -> Iterator[list[_Piece]]:
    """Yield what stands on each page but its foot."""
    page = [_words(_LEFT, _TOP, paper.title, size=16.0)]
    y = _TOP + 1.5 * _LINE
    for fact in paper.facts:
        page.append(_words(_LEFT, y, fact))
        y += _LINE
    for table in paper.tables:
        if y + 5 * _LINE > _HEIGHT - _BOTTOM:
            yield page
            page, y = [], _TOP
        y += _LINE
        page.append(_words(_LEFT, y, table.title, size=12.0))
        y = _headed(page, y + 1.2 * _LINE, table)
        for line in table.lines:
            tall = _LINE + (_SMALL if line.more else 0)
            if y + tall > _HEIGHT - _BOTTOM:
                yield page
                page = []
                y = _headed(page, _TOP, table)
            page += _line(line, y)
            y += tall
        if not table.lines:
            page.append(_words(_LEFT, y, table.empty, colour=_SOFT))
            y += _LINE
    yield page


def _headed(page: list[_Piece], y: float, table: PaperTable) -> float:
    """Put the heads of *table* on the page at *y*, and return where its lines begin."""
    page += _row(table.heads, y, _SOFT)
    page.append(_Piece(_LEFT, y + 5, "", colour=_RULE))
    return y + 1.2 * _LINE


def _line(line: PaperLine, y: float) -> Iterator[_Piece]:
    yield from _row((line.day, line.what, line.did, line.came_to), y, _INK)
    if line.more:
        room = _COLUMNS[2] - _COLUMNS[1]
        yield _words(_LEFT + _COLUMNS[1], y + _SMALL, line.more, size=8.0, colour=_SOFT, room=room)


def _row(words: tuple[str, str, str, str], y: float, colour: str) -> Iterator[_Piece]:
    day, what, did, came_to = words
    yield _words(_LEFT, y, day, colour=colour)
    yield _words(_LEFT + _COLUMNS[1], y, what, colour=colour, room=_COLUMNS[2] - _COLUMNS[1] - 30)
    yield _Piece(_LEFT + _COLUMNS[3] - 16, y, fonts.shown(did), 10.0, colour, to_the_right=True)
    yield _Piece(_RIGHT, y, fonts.shown(came_to), 10.0, colour, to_the_right=True)


def _foot(paper: Paper, place: int, pages: int) -> Iterator[_Piece]:
    y = _HEIGHT - 30
    yield _words(_LEFT, y, paper.foot, size=8.0, colour=_SOFT, room=_RIGHT - _LEFT - 50)
    yield _Piece(_RIGHT, y, f"{place} / {pages}", 8.0, _SOFT, to_the_right=True)


def _words(  # noqa: PLR0917  where, which and how
    x: float, y: float, words: str, size: float = 10.0, colour: str = _INK, room: float = _RIGHT - _LEFT
) -> _Piece:
    """Return *words* cut to *room* with an ellipsis."""
    return _Piece(x, y, fonts.fitted(words, room * fonts.SIZE / size), size, colour)
