"""The workbook to fill: one row a unit, one column a criterion, with drop-downs and limits; heads are locked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import Adjustment, CriteriaSet
from scoring.numbers import marks_text
from scoring.sentences import stage_title
from scoring.spreadsheet.scales import allowed
from scoring.spreadsheet.tables import letters_of
from scoring.spreadsheet.workbook import formats, new_workbook
from scoring.texts import Lang, Text
from scoring.units import Unit

FIXED = ("unit", "name", "stage", "evaluator")
_HEAD_ROW = 3
_WIDEST_MESSAGE = 250


def write_template(
    criteria: CriteriaSet, units: Sequence[Unit], path: Path, lang: Lang, *, stage: str, evaluator: str = ""
) -> None:
    """Write the workbook that marks *units* by *criteria*, its stage and evaluator filled in.

    The row of ids above the units is what the reader goes by; what stands above it is for people.
    """
    with new_workbook(path) as workbook:
        _Template(workbook, criteria, lang).write(units, stage, evaluator)


class _Template:
    def __init__(self, workbook: Any, criteria: CriteriaSet, lang: Lang) -> None:
        self.criteria, self.lang = criteria, lang
        self.formats = formats(workbook)
        self.sheet = workbook.add_worksheet(self.said("评分", "Marks"))
        self.choices = workbook.add_worksheet(self.said("选项", "Choices"))
        self.choices.very_hidden()
        self.subjects = criteria.subjects

    def said(self, zh: str, en: str) -> str:
        return Text(zh, en).in_(self.lang)

    def write(self, units: Sequence[Unit], stage: str, evaluator: str) -> None:
        self._heads()
        last = _HEAD_ROW + max(len(units), 1)
        for row, unit in enumerate(units, _HEAD_ROW + 1):
            self.sheet.write_string(row, 0, unit.code, self.formats["fixed"])
            self.sheet.write_string(row, 1, unit.name, self.formats["fixed"])
            self.sheet.write_string(row, 2, stage, self.formats["open_text"])
            self.sheet.write_string(row, 3, evaluator, self.formats["open_text"])
            for column in range(len(FIXED), len(FIXED) + len(self.subjects)):
                self.sheet.write_blank(row, column, None, self.formats["open"])
        self._limit_to(list(self.criteria.all_stages), 2, last, Text("阶段", "Stage"))
        for column, subject in enumerate(self.subjects, len(FIXED)):
            self._limits(subject, column, last)
        self.sheet.freeze_panes(_HEAD_ROW + 1, 2)
        self.sheet.protect(options={"format_cells": True, "format_columns": True, "format_rows": True})

    def _heads(self) -> None:
        title = self.criteria.title.in_(self.lang)
        self.sheet.write_string(0, 0, f"{title}  {self.criteria.ref}", self.formats["title"])
        self.sheet.write_string(1, 0, self._hint(), self.formats["hint"])
        fixed = [("单位代码", "Unit"), ("名称", "Name"), ("阶段", "Stage"), ("评分人", "Evaluator")]
        for column, ((zh, en), name) in enumerate(zip(fixed, FIXED, strict=True)):
            self.sheet.write_string(2, column, self.said(zh, en), self.formats["head"])
            self.sheet.write_string(_HEAD_ROW, column, name, self.formats["id"])
        for column, subject in enumerate(self.subjects, len(FIXED)):
            self.sheet.write_string(
                2, column, f"{subject.title.in_(self.lang)}\n{self._range(subject)}", self.formats["head"]
            )
            self.sheet.write_string(_HEAD_ROW, column, subject.id, self.formats["id"])
        self.sheet.set_row(2, 62)
        self.sheet.set_column(0, 0, 11)
        self.sheet.set_column(1, 1, 28)
        self.sheet.set_column(2, 3, 11)
        self.sheet.set_column(len(FIXED), len(FIXED) + len(self.subjects), 13)

    def _hint(self) -> str:
        stages = "、".join(f"{stage}（{stage_title(stage).zh}）" for stage in self.criteria.all_stages)
        stages_en = ", ".join(self.criteria.all_stages)
        return self.said(
            f"不适用填 n/a；没有评分的留空。阶段可填：{stages}。请勿改动编号行及其以上内容。",
            f"Write n/a where a criterion does not apply; leave a cell empty for no mark. Stages: {stages_en}. "
            "Leave the row of ids and all above it as they are.",
        )

    def _range(self, subject: Criterion | Adjustment) -> str:
        """Return what may be entered, in a few words."""
        if isinstance(subject, Criterion) and subject.kind is Kind.BALLOT:
            return ";".join(f"{grade.id}=" for grade in subject.grades)
        return allowed(subject).in_(self.lang)

    def _limits(self, subject: Criterion | Adjustment, column: int, last: int) -> None:
        cell = f"{letters_of(column)}{_HEAD_ROW + 2}"
        if isinstance(subject, Adjustment):
            self._limit_by(f"AND(ISNUMBER({cell}),{cell}>=0,{cell}=INT({cell}))", subject, column, last)
            return
        waived = f'LOWER({cell})="n/a"'
        match subject.kind:
            case Kind.LEVELS:
                words = [marks_text(level.marks) for level in subject.levels]
                self._limit_to([*words, "n/a"], column, last, subject.title)
            case Kind.JUDGED:
                full, step = marks_text(subject.full_marks), subject.step_taken
                steps = f"MOD(ROUND({cell}*100,0),{step})=0"
                rule = f"OR({waived},IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<={full},{steps}),FALSE))"
                self._limit_by(rule, subject, column, last)
            case Kind.MEASURED | Kind.DERIVED:
                self._limit_by(f"OR({waived},ISNUMBER({cell}))", subject, column, last)
            case Kind.BALLOT:
                self._limit_by(f'OR({waived},ISNUMBER(FIND("=",{cell})))', subject, column, last)

    def _limit_by(self, rule: str, subject: Criterion | Adjustment, column: int, last: int) -> None:
        self._validate(
            column, last, subject.title, {"validate": "custom", "value": f"={rule}"}, self._range(subject)
        )

    def _limit_to(self, words: list[str], column: int, last: int, title: Text) -> None:
        """Limit a column to *words*, which stand in a column of the hidden sheet; numbers as numbers."""
        for row, word in enumerate(words):
            number = word.replace(".", "", 1).isdigit()
            write = self.choices.write_number if number else self.choices.write_string
            write(row, column, float(word) if number else word)
        letters = letters_of(column)
        source = f"='{self.said('选项', 'Choices')}'!${letters}$1:${letters}${len(words)}"
        self._validate(column, last, title, {"validate": "list", "source": source}, " / ".join(words))

    def _validate(self, column: int, last: int, title: Text, rule: dict[str, Any], allowed: str) -> None:
        message = f"{self.said('可填', 'Allowed')}: {allowed}"[:_WIDEST_MESSAGE]
        named = title.in_(self.lang)[:32]
        options = rule | {
            "input_title": named,
            "input_message": message,
            "error_title": named,
            "error_message": message,
            "ignore_blank": True,
        }
        self.sheet.data_validation(_HEAD_ROW + 1, column, last, column, options)
