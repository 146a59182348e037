"""A worksheet written as a workbook that a clerk likes to fill: only the cells to fill are open, and each has its limits."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from scoring.spreadsheet.scales import allowed, limits
from scoring.spreadsheet.tables import letters_of
from scoring.spreadsheet.workbook import formats, workbook_bytes
from scoring.spreadsheet.worksheet import Layout, Worksheet
from scoring.spreadsheet.worksheet_cells import cell_formats, cut, height, is_number, set_up_print
from scoring.spreadsheet.worksheet_pages import (
    FIRST_ROW,
    HEAD_ROW,
    HINT_ROW,
    KEY_ROW,
    STAMP,
    TITLE_ROW,
    At,
    Entry,
    Look,
    Page,
    Slot,
    pages_of,
)
from scoring.spreadsheet.worksheet_sides import Correction, Sides
from scoring.spreadsheet.worksheet_stamp import stamp_rows
from scoring.texts import Lang, Text

_SCALE = 60
_TITLE_MOST, _MESSAGE_MOST = 32, 255
_NOTE_MOST = 1_000
_OPEN = {"format_cells": True, "format_columns": True, "format_rows": True}


def worksheet_workbook(worksheet: Worksheet, layout: Layout, lang: Lang) -> bytes:
    """Return *worksheet* as a workbook; the same worksheet gives the same bytes.

    Raises ValueError where it has more units than the layout takes.
    """
    return written(worksheet, layout, lang, Correction())


def written(worksheet: Worksheet, layout: Layout, lang: Lang, correction: Correction) -> bytes:
    """Return *worksheet* as a workbook, with what *correction* says of it."""
    pages = pages_of(worksheet, layout, lang)
    with workbook_bytes() as (workbook, stream):
        writer = _Writer(workbook, lang, correction)
        sides = Sides(workbook, writer.formats, lang)
        sides.readme(worksheet)
        if correction.faulty:
            sides.faults(pages, worksheet, correction)
        for place, page in enumerate(pages):
            writer.page(place, page)
        hidden = workbook.add_worksheet(STAMP)
        hidden.very_hidden()
        for row, cells in enumerate(stamp_rows(worksheet, layout, lang)):
            for column, cell in enumerate(cells):
                hidden.write_string(row, column, cell)
    return bytes(stream.getvalue())


class _Writer:
    def __init__(self, workbook: Any, lang: Lang, correction: Correction) -> None:
        self.workbook, self.lang, self.correction = workbook, lang, correction
        self.formats = formats(workbook) | cell_formats(workbook)

    def said(self, zh: str, en: str) -> str:
        return Text(zh, en).in_(self.lang)

    def page(self, place: int, page: Page) -> None:
        """Write one page with its limits."""
        sheet = self.workbook.add_worksheet(page.name)
        if place == 0 and not self.correction.faulty:
            sheet.activate()
        sheet.write_string(TITLE_ROW, 0, page.title, self.formats["title"])
        sheet.write_string(HINT_ROW, 0, _HINT.in_(self.lang), self.formats["hint"])
        for column, own in enumerate(page.columns):
            sheet.set_column(column, column, own.width)
            sheet.write_string(HEAD_ROW, column, own.title, self.formats["head"])
            for row in (KEY_ROW, page.last_row):
                sheet.write_string(row, column, own.key, self.formats["column_key"])
        sheet.set_row(HEAD_ROW, height((own.title, own.width) for own in page.columns))
        for line, own_line in enumerate(page.lines):
            sheet.set_row(FIRST_ROW + line, height(self._texts(page, (place, line))))
            for column, cell in enumerate(own_line.cells):
                if isinstance(cell, Slot):
                    self._slot(sheet, (place, line, column), cell)
                else:
                    self._cell(sheet, (FIRST_ROW + line, column), cell, page.columns[column].look)
        self._limits(sheet, page)
        self._finish(sheet, page)

    def _texts(self, page: Page, at: tuple[int, int]) -> Iterator[tuple[str, int]]:
        """Yield the texts of a line that may take several lines, each with the width of its column."""
        for column, (own, cell) in enumerate(zip(page.columns, page.lines[at[1]].cells, strict=True)):
            if isinstance(cell, Slot):
                yield self.correction.texts.get((*at, column), cell.text), own.width
            elif own.look in (Look.PROSE, Look.SEEN):
                yield cell, own.width

    def _slot(self, sheet: Any, at: At, slot: Slot) -> None:
        _, line, column = at
        text, note = self.correction.texts.get(at, slot.text), self.correction.notes.get(at)
        look = "closed" if slot.closed else slot.entry.value
        own = self.formats[f"{look}_wrong" if note else look]
        row = FIRST_ROW + line
        if slot.entry is Entry.MARK and is_number(text):
            sheet.write_number(row, column, Decimal(text), own)
        elif text:
            sheet.write_string(row, column, text, own)
        else:
            sheet.write_blank(row, column, None, own)
        if note is not None:
            sheet.write_comment(row, column, cut(note.in_(self.lang), _NOTE_MOST), _NOTE)

    def _cell(self, sheet: Any, at: tuple[int, int], text: str, look: Look) -> None:
        own = self.formats["closed" if look is Look.COMMENT else look.value]
        if look is Look.SEEN and is_number(text):
            sheet.write_number(*at, Decimal(text), own)
        else:
            sheet.write_string(*at, text, own)

    def _limits(self, sheet: Any, page: Page) -> None:
        """Limit what may be entered, all lines of a column at once where they are of one criterion."""
        slots = sorted(
            ((column, line, slot) for line, column, slot in page.slots() if slot.entry is Entry.MARK),
            key=lambda each: each[:2],
        )
        for (column, _), run in groupby(slots, key=lambda each: (each[0], id(each[2].subject))):
            lines = [(line, slot) for _, line, slot in run]
            first, last = FIRST_ROW + lines[0][0], FIRST_ROW + lines[-1][0]
            subject = lines[0][1].subject
            message = f"{self.said('可填', 'Allowed')}: {allowed(subject).in_(self.lang)}"
            called = cut(subject.title.in_(self.lang), _TITLE_MOST)
            options = limits(subject, f"{letters_of(column)}{first + 1}", self.lang) | {
                "input_title": called,
                "input_message": cut(message, _MESSAGE_MOST),
                "error_title": called,
                "error_message": cut(message, _MESSAGE_MOST),
                "ignore_blank": True,
            }
            sheet.data_validation(first, column, last, column, options)

    def _finish(self, sheet: Any, page: Page) -> None:
        last = len(page.columns) - 1
        sheet.ignore_errors({"number_stored_as_text": f"A1:{letters_of(last)}{page.last_row + 1}"})
        sheet.freeze_panes(FIRST_ROW, page.kept)
        sheet.protect(options=_OPEN)
        set_up_print(sheet)
        sheet.repeat_rows(HEAD_ROW, KEY_ROW)
        if any(column.look is Look.PROSE for column in page.columns):
            sheet.fit_to_pages(1, 0)
        else:
            sheet.repeat_columns(0, page.kept - 1)
            sheet.set_print_scale(_SCALE)
        sheet.set_footer(self.said("&L&A&C第 &P 页，共 &N 页", "&L&A&CPage &P of &N"))


_NOTE = {"x_scale": 2, "y_scale": 2, "font_size": 10, "color": "#FBF1EE"}
_HINT = Text(
    "只填白色单元格；不适用填“不适用”；没有评分的留空，删去已有的评分即为撤销。请勿增删、移动行和列。",
    "Fill the white cells only; write n/a where a criterion does not apply; leave a cell empty for no mark, and clear "
    "one to take its mark back. Do not add, delete or move rows and columns.",
)
