"""Text that office programs leave alone: nothing we write into a CSV file or a workbook is taken for a formula.

In CSV such a text gets an apostrophe in front. In a workbook every text is written as text and stays as it is;
one that would become a formula when somebody edits its cell carries Excel's own mark for that (quotePrefix).
"""

import csv
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import StringIO
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | None
"""A text, a number typed as one, or nothing."""

_SIGNS = frozenset("=+-@")
_LEADS = ("\t", "\r", "\n")
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_OF_THE_COPY = ("xf_index", "dxf_index", "_format_key")


def evaluable(text: str) -> bool:
    """Say whether an office program might take *text* for a formula, or what it begins with for the end of a cell.

    What shows nothing in front (blanks, control and format characters) is passed over, and the signs count in
    full width and in small forms too.
    """
    if text.startswith(_LEADS):
        return True
    first = next((letter for letter in text if unicodedata.category(letter)[0] not in "ZC"), "")
    return unicodedata.normalize("NFKC", first) in _SIGNS


def neutral(text: str) -> str:
    """Return *text* as a CSV file may hold it: with an apostrophe in front where it is evaluable."""
    return f"'{text}" if evaluable(text) else text


def csv_bytes(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return *rows* as CSV in UTF-8 that Excel and WPS open as it is; texts are neutral, numbers as they are."""
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerows([neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


class NeutralSheet(Worksheet):  # type: ignore[misc]
    """A worksheet in which no cell is a formula, and no text becomes one when its cell is edited."""

    quoted: Callable[[Format | None], Format]

    def _write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> Any:
        own = self.quoted(cell_format) if evaluable(string) else cell_format
        return super()._write_string(row, col, string, own)

    def _write_formula(self, *_: Any) -> Any:
        raise AssertionError("we write values, not formulas")

    _write_array_formula = _write_formula


class NeutralWorkbook(Workbook):  # type: ignore[misc]
    """A workbook of such sheets."""

    worksheet_class = NeutralSheet

    def __init__(self, target: Any, options: dict[str, Any] | None = None) -> None:
        """Write to *target*, a path or a stream, when closed."""
        self._quoted: dict[int, Format] = {}
        super().__init__(target, _AS_WRITTEN | (options or {}))

    def add_worksheet(self, name: str | None = None, worksheet_class: Any = None) -> Any:
        """Return a new sheet of that name."""
        sheet = super().add_worksheet(name, worksheet_class)
        sheet.quoted = self.quoted
        return sheet

    def quoted(self, cell_format: Format | None) -> Format:
        """Return a format like *cell_format* that says of its cells: this is text."""
        own = self._quoted.get(id(cell_format))
        if own is None:
            own = self._quoted[id(cell_format)] = self.add_format({})
            if cell_format is not None:
                kept = {name: getattr(own, name) for name in _OF_THE_COPY}
                vars(own).update(vars(cell_format) | kept)
            own.set_quote_prefix()
        return own
