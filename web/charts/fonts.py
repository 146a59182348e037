"""The one font of charts, always from a file we know: how wide a text is, and how it is cut to fit.

The file named by STARS_FONT_PATH comes first, then Noto Sans SC from its package; a font of the system, never.
"""

import os
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from scoring.texts import Text

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FONT_PATH = "STARS_FONT_PATH"
SIZE = 12.0
"""The size of every text in a chart, in the chart's units."""

UNKNOWN = "〓"
"""What stands for a character that the font lacks, as printers do it; titles keep the character."""

ELLIPSIS = "…"

DRAWING = threading.RLock()
"""Held while matplotlib measures or draws: its fonts and settings are the whole process's."""


class FontMissing(Exception):
    """There is no font to draw charts with; *sentence* says what to do."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


def font_path() -> str:
    """Return the file of the font.

    Raises: FontMissing where the setting names no font that can be read, or neither setting nor package is there.
    """
    path = chosen_path()
    _face(path)
    return path


def chosen_path() -> str:
    """Return the file that is to be the font, whether or not it can be read. Raises FontMissing where there is none."""
    return os.environ.get(FONT_PATH) or _packaged()


def shown(text: str) -> str:
    """Return *text* as it can be drawn: on one line, with UNKNOWN for each character the font lacks."""
    line = " ".join(text.split())
    lacking = lacks(line)
    return "".join(UNKNOWN if char in lacking else char for char in line)


def lacks(text: str) -> set[str]:
    """Return the characters of *text* that the font has no glyph for."""
    path = font_path()
    return {char for char in text if _advance(path, char) is None}


def width(text: str) -> float:
    """Return how wide *text* stands, in the chart's units."""
    path = font_path()
    return sum(_advance(path, char) or SIZE for char in text)


def fitted(text: str, room: float) -> str:
    """Return *text* as it can be drawn, cut with an ellipsis where it is wider than *room*."""
    whole = shown(text)
    if width(whole) <= room:
        return whole
    kept = whole
    while kept and width(kept + ELLIPSIS) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def in_lines(text: str, room: float) -> tuple[str, ...]:
    """Return *text* in one line where it fits *room*, else in two broken between words; each is cut if it must be."""
    whole = shown(text)
    words = whole.split(" ")
    if width(whole) <= room or len(words) == 1:
        return (fitted(text, room),)
    breaks = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    return tuple(fitted(line, room) for line in min(breaks, key=lambda pair: max(map(width, pair))))


def if_fits(text: str, room: float) -> str:
    """Return *text* as it can be drawn, or '' where it is wider than *room*: half a number is worse than none."""
    whole = shown(text)
    return whole if width(whole) <= room else ""


@lru_cache(maxsize=1)
def _packaged() -> str:
    try:
        from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415 - not needed where the setting names a font
    except ImportError:
        raise FontMissing(
            Text(
                f"没有可用于绘制图表的字体：请安装 pylopdf-fonts-zh-cn，或用环境变量 {FONT_PATH} 指定一个中文字体文件。",
                f"There is no font to draw charts with: install pylopdf-fonts-zh-cn, or name a font file in {FONT_PATH}.",
            )
        ) from None
    return str(sans_path())


@lru_cache(maxsize=4)
def _face(path: str) -> "FT2Font":
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - matplotlib takes a second to import

    try:
        return FT2Font(path)
    except (OSError, RuntimeError):
        raise FontMissing(
            Text(
                f"环境变量 {FONT_PATH} 指定的字体文件无法读取：{path}",
                f"The font file named in {FONT_PATH} cannot be read: {path}",
            )
        ) from None


@lru_cache(maxsize=32_768)
def _advance(path: str, char: str) -> float | None:
    """Return the width of *char* in the chart's units, or None where the font lacks it."""
    from matplotlib.ft2font import LoadFlags  # noqa: PLC0415 - as above

    with DRAWING:
        face = _face(path)
        if not face.get_char_index(ord(char)):
            return None
        glyph = face.load_char(ord(char), flags=LoadFlags.NO_SCALE)
        return float(glyph.horiAdvance * SIZE / face.units_per_EM)
