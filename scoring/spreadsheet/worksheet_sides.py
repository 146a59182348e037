"""What stands beside the pages of a worksheet: how it is filled, and, when it is given back, what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.sentences import stage_title
from scoring.spreadsheet.tables import letters_of
from scoring.spreadsheet.worksheet import Worksheet
from scoring.spreadsheet.worksheet_cells import height, set_up_print
from scoring.spreadsheet.worksheet_pages import FAULTS, FIRST_ROW, README, At, Page, Slot
from scoring.texts import Lang, Text

_OPEN = {"format_cells": True, "format_columns": True, "format_rows": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What stands in a worksheet that came back: other texts than it had, what is wrong with a cell, and all faults told."""

    texts: Mapping[At, str] = field(default_factory=dict)
    notes: Mapping[At, Text] = field(default_factory=dict)
    rest: tuple[Text, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.notes or self.rest)


class Sides:
    """The sheets beside the pages, in one language."""

    def __init__(self, workbook: Any, formats: dict[str, Any], lang: Lang) -> None:
        self.workbook, self.formats, self.lang = workbook, formats, lang

    def said(self, zh: str, en: str) -> str:
        """Return the text in the language of the workbook."""
        return Text(zh, en).in_(self.lang)

    def readme(self, worksheet: Worksheet) -> None:
        """Write whose worksheet it is and how it is filled."""
        sheet = self.workbook.add_worksheet(README.in_(self.lang))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 96)
        title = self.said(f"评分表  {worksheet.period}", f"Worksheet  {worksheet.period}")
        sheet.write_string(0, 0, title, self.formats["title"])
        for row, (label, text) in enumerate(self._about(worksheet), 2):
            sheet.write_string(row, 0, label, self.formats["hint"])
            sheet.write_string(row, 1, text, self.formats["said"])
            sheet.set_row(row, height([(text, 96)]))
        sheet.protect(options=_OPEN)
        set_up_print(sheet)
        sheet.fit_to_pages(1, 0)

    def _about(self, worksheet: Worksheet) -> Iterator[tuple[str, str]]:
        said = self.said
        yield said("县区", "County"), worksheet.county
        yield said("评分阶段", "Stage"), stage_title(worksheet.stage).in_(self.lang)
        yield said("评分人", "Evaluator"), worksheet.holder_name
        yield said("导出时间", "Made"), worksheet.made_at.strftime("%Y-%m-%d %H:%M")
        yield said("支部", "Units"), str(len(worksheet.units))
        yield (
            said("标准", "Criteria"),
            said("；", "; ").join(
                f"{criteria.title.in_(self.lang)} {criteria.ref}" for criteria in worksheet.sets
            ),
        )
        for number, line in enumerate(_INSTRUCTIONS, 1):
            yield str(number), line.in_(self.lang)

    def faults(self, pages: Sequence[Page], worksheet: Worksheet, correction: Correction) -> None:
        """Write the list of what is wrong, each with a link to its cell."""
        sheet = self.workbook.add_worksheet(FAULTS.in_(self.lang))
        sheet.activate()
        names = {unit.code: unit.name for unit in worksheet.units}
        heads = (
            (self.said("工作表", "Sheet"), 24),
            (self.said("单元格", "Cell"), 9),
            (self.said("支部", "Unit"), 30),
            (self.said("指标", "Criterion"), 26),
            (self.said("现填", "Entered"), 18),
            (self.said("问题", "What is wrong"), 70),
        )
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self.formats["head"])
        row = 0
        for row, (at, sentence) in enumerate(sorted(correction.notes.items()), 1):
            place, line, column = at
            page = pages[place]
            slot = page.lines[line].cells[column]
            assert isinstance(slot, Slot)
            cell = f"{letters_of(column)}{FIRST_ROW + line + 1}"
            sheet.write_string(row, 0, page.name, self.formats["text"])
            sheet.write_url(row, 1, f"internal:'{page.name}'!{cell}", self.formats["link"], cell)
            values = (
                f"{slot.unit}  {names[slot.unit]}",
                slot.subject.title.in_(self.lang),
                correction.texts.get(at, slot.text),
                sentence.in_(self.lang),
            )
            sheet.set_row(row, height(zip(values, (30, 26, 18, 70), strict=True)))
            for position, value in enumerate(values, 2):
                sheet.write_string(row, position, value, self.formats["prose"])
        for row, sentence in enumerate(correction.rest, row + 1):  # noqa: B020  it goes on below
            sheet.write_string(row, 5, sentence.in_(self.lang), self.formats["prose"])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        set_up_print(sheet)
        sheet.fit_to_pages(1, 0)


_INSTRUCTIONS = (
    Text(
        "只填白色单元格。灰色单元格是支部、指标和前面阶段的评分，供对照，不能修改。",
        "Fill the white cells only. Grey ones show units, criteria and the marks of other stages; they stay as they are.",
    ),
    Text(
        "原来空着、仍然空着的，视为没有动过；原来有评分、现在清空的，视为撤销这一评分。",
        "A cell that was empty and still is counts as untouched; one that had a mark and is empty now takes the mark back.",
    ),
    Text(
        "不适用的指标填“不适用”（或 n/a），不要填 0。", "Write n/a where a criterion does not apply, not 0."
    ),
    Text(
        "民主评议按等次各填一格票数；没有票的等次可以空着。",
        "Of a ballot each grade has a cell for its votes; a grade without votes may stay empty.",
    ),
    Text(
        "请填数值，不要用公式、百分比或日期格式；要打草稿请另建工作表，新建的工作表不会被读取。",
        "Enter values, no formulas, percentages or dates. For rough work add a sheet of your own; it is not read.",
    ),
    Text(
        "不要增删或移动行和列，不要改工作表的名字。整行排序没有关系。",
        "Do not add, delete or move rows and columns, nor rename sheets. Sorting whole rows does no harm.",
    ),
    Text(
        "填好后存为 xlsx，回到系统上传。上传先试导入：列出会改动什么、哪一格有问题，确认后才生效。",
        "Save it as xlsx and upload it. What would change, and each cell with a fault, is shown first; nothing counts "
        "until you confirm.",
    ),
    Text(
        "如果下载之后有人在系统里改了同一个评分，上传时会逐个指出，不会悄悄覆盖。",
        "If somebody has changed one of these marks since you downloaded this, you are told which; nothing is "
        "overwritten unseen.",
    ),
)
