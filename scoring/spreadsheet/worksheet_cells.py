"""How cells of a worksheet look: their formats by what they are for, how high a row must be, what Excel keeps as a number."""

from collections.abc import Iterable
from typing import Any

from scoring.numbers import plain_decimal
from scoring.spreadsheet.workbook import FONT

_DIGITS_SAFE = 15
_A4 = 9
_LINE, _HIGHEST = 14, 409


def cell_formats(workbook: Any) -> dict[str, Any]:
    """Return the formats of a page's cells by what they are for; those of wrong cells end in `_wrong`."""
    plain = {
        "font_name": FONT,
        "font_size": 10,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#DDD8D0",
    }
    fixed = plain | {"bg_color": "#F3EEE7", "font_color": "#57514A"}
    open_ = plain | {"locked": False}
    wrong = {"bg_color": "#FBD5D0", "border_color": "#B3261E"}
    made = {
        "key": fixed | {"font_size": 8, "shrink": True},
        "column_key": plain | {"font_size": 8, "font_color": "#8A8378", "shrink": True},
        "name": fixed,
        "prose": plain | {"text_wrap": True, "valign": "top"},
        "said": plain | {"text_wrap": True, "border": 0},
        "seen": fixed | {"text_wrap": True},
        "closed": fixed,
        "mark": open_,
        "comment": open_ | {"text_wrap": True, "num_format": "@"},
        "link": plain | {"font_color": "#1F4E9E", "underline": 1},
    }
    made |= {f"{look}_wrong": made[look] | wrong for look in ("mark", "comment", "closed")}
    return {look: workbook.add_format(properties) for look, properties in made.items()}


def is_number(text: str) -> bool:
    """Say whether *text* is a number that Excel keeps as it is written: fifteen digits at most, no needless ones."""
    try:
        plain_decimal(text)
    except ValueError:
        return False
    digits = text.removeprefix("-")
    whole, _, decimals = digits.partition(".")
    plain = not (len(whole) > 1 and whole[0] == "0") and not decimals.endswith("0") and text != "-0"
    return plain and "+" not in text and len(whole + decimals) <= _DIGITS_SAFE


def height(texts: Iterable[tuple[str, int]]) -> int:
    """Return how many points a row needs for *texts*, each in a column of so many characters; a Chinese one takes two."""
    lines = 1
    for text, width in texts:
        places = (sum(1 + (not each.isascii()) for each in line) for line in text.split("\n"))
        lines = max(lines, sum(max(1, -(-own // (width - 1))) for own in places))
    return min(_LINE * lines + 4, _HIGHEST)


def set_up_print(sheet: Any) -> None:
    """Print *sheet* on A4, landscape."""
    sheet.set_landscape()
    sheet.set_paper(_A4)


def cut(text: str, most: int) -> str:
    """Return as much of *text* as takes up *most* places in Excel, which counts some characters twice."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
