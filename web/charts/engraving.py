"""A sheet drawn by matplotlib and made fit for a page. Imported when the first chart is drawn: it takes a second."""

import io

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from web.charts import fonts, rewriting
from web.charts.colours import CURRENT
from web.charts.sheet import WIDTH, Dot, Piece, Shape, Sheet, Words

_DASHES = (0.0, (5.0, 3.0))
_HATCH_WIDTH = 1.2
_NO_METADATA = ("Date", "Creator", "Format", "Type")


def engrave(sheet: Sheet) -> str:
    """Return *sheet* as the text of an <svg> element. The same sheet gives the same text, in any process."""
    with fonts.DRAWING:
        drawn = _drawn(sheet)
    marks = {_name(number): group.mark for number, group in enumerate(sheet.groups) if group.mark is not None}
    return rewriting.rewrite(drawn, sheet.chart, marks, sheet.description)


def _drawn(sheet: Sheet) -> str:
    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "stars"}):
        figure = Figure(figsize=(WIDTH / 72, sheet.height / 72), dpi=72, frameon=False)
        figure.set_layout_engine("none")
        figure.add_artist(_Engraving(sheet))
        # Figure.savefig would heed the machine's settings on margins and paper.
        FigureCanvasSVG(figure).print_svg(out, metadata=dict.fromkeys(_NO_METADATA))  # type: ignore[no-untyped-call]
    return out.getvalue()


class _Engraving(Artist):
    """Draws a sheet's groups, each that has a mark within an element of its own."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.font = FontProperties(fname=fonts.font_path(), size=fonts.SIZE)
        self.upright = Affine2D().scale(1, -1).translate(0, sheet.height).frozen()

    def draw(self, renderer: RendererBase) -> None:
        for number, group in enumerate(self.sheet.groups):
            if group.mark is not None:
                renderer.open_group("mark", gid=_name(number))
            for piece in group.pieces:
                self._draw_piece(renderer, piece)
            if group.mark is not None:
                renderer.close_group("mark")

    def _draw_piece(self, renderer: RendererBase, piece: Piece) -> None:
        context = renderer.new_gc()
        if isinstance(piece, Words):
            # matplotlib would draw a box and, here, not even warn.
            assert not fonts.lacks(piece.text), piece.text
            context.set_foreground(_colour(piece.colour))
            renderer.draw_text(context, piece.left, piece.y, piece.text, self.font, 0.0)
        elif isinstance(piece, Dot):
            context.set_foreground(_colour(CURRENT))
            circle = Path.circle((piece.x, piece.y), piece.radius)
            renderer.draw_path(context, circle, self.upright, to_rgb(_colour(piece.fill)))
        else:
            _set_stroke(context, piece)
            path = Path(piece.points + piece.points[:1], closed=True) if piece.closed else Path(piece.points)
            fill = None if piece.fill is None else to_rgba(_colour(piece.fill), piece.fill_opacity)
            renderer.draw_path(context, path, self.upright, fill)


def _name(number: int) -> str:
    return f"mark-{number}"


def _set_stroke(context: GraphicsContextBase, shape: Shape) -> None:
    context.set_foreground(to_rgba(_colour(shape.stroke or CURRENT), shape.stroke_opacity), isRGBA=True)
    context.set_linewidth(0.0 if shape.stroke is None else shape.stroke_width)
    context.set_joinstyle("round")
    if shape.dashed:
        context.set_dashes(*_DASHES)
    if shape.hatch is not None:
        context.set_hatch(shape.hatch)
        context.set_hatch_color(to_rgba(_colour(shape.hatch_colour)))
        context.set_hatch_linewidth(_HATCH_WIDTH)


def _colour(colour: str) -> str:
    """Return *colour*, or where it is the page's own, the colour that rewriting knows for it."""
    return rewriting.STAND_IN if colour == CURRENT else colour
