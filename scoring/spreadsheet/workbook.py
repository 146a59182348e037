"""Workbooks written: formats in one place, text never taken for a formula, and a file that is there whole or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError

from scoring.spreadsheet.neutral import NeutralWorkbook
from scoring.whole_files import replacing

FONT = "微软雅黑"
"""The font of headings and cells; where it is missing, the office program takes its own."""

_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001  a workbook says when it was made; the same figures give the same bytes


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """Yield a workbook that is written beside *path* and takes its place only when it is complete.

    Raises FileRefused where *path* is something else than a file, or its folder does not exist.
    """
    with replacing(path) as draft:
        workbook = NeutralWorkbook(str(draft))
        workbook.set_properties({"created": _EPOCH})
        yield workbook
        try:
            workbook.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from None


@contextmanager
def workbook_bytes() -> Iterator[tuple[Any, BytesIO]]:
    """Yield a workbook and what it is written to; its bytes are there when the block has ended."""
    written = BytesIO()
    workbook = NeutralWorkbook(written, {"in_memory": True})
    workbook.set_properties({"created": _EPOCH})
    yield workbook, written
    workbook.close()


def formats(workbook: Any) -> dict[str, Any]:
    """Return the cell formats of *workbook* by what they are for."""
    plain = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    head = plain | {"bold": True, "bg_color": "#F3EEE7", "border": 1, "border_color": "#C9C2B8"}
    cell = plain | {"border": 1, "border_color": "#DDD8D0"}
    made = {
        "title": plain | {"bold": True, "font_size": 14},
        "hint": plain | {"font_color": "#6B645A"},
        "head": head | {"text_wrap": True},
        "id": plain | {"font_color": "#8A8378", "font_size": 8, "border": 1, "border_color": "#DDD8D0"},
        "text": cell,
        "whole": cell | {"num_format": "0"},
        "fixed": cell | {"bg_color": "#FAF8F5"},
        "open": cell | {"locked": False},
        "open_text": cell | {"locked": False, "num_format": "@"},
    }
    return {name: workbook.add_format(properties) for name, properties in made.items()}


def number_format(workbook: Any, decimals: int) -> Any:
    """Return the cell format of a score with that many decimals."""
    shown = "0." + "0" * decimals if decimals else "0"
    return workbook.add_format(
        {
            "font_name": FONT,
            "font_size": 10,
            "valign": "vcenter",
            "border": 1,
            "border_color": "#DDD8D0",
            "num_format": shown,
        }
    )
