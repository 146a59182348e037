"""Marks read from a clerk's file into the book: one row a mark, or one row a unit with a column a criterion."""

from collections.abc import Callable, Collection
from pathlib import Path

from scoring.errors import Fault, FileRefused
from scoring.marks import Marking, MarkRefused
from scoring.spreadsheet.tables import Column, Form, Others, Table, capped, read_table
from scoring.texts import Text

Enter = Callable[[str, str, str, str, str], None]
"""Takes one mark (unit, criterion, stage, evaluator, mark), as `MarkBook.enter` does, or raises MarkRefused."""

_UNIT = Column(name="unit", aliases=("单位代码", "代码", "支部代码"))
_STAGE = Column(name="stage", aliases=("阶段",))
_EVALUATOR = Column(name="evaluator", aliases=("评分人",))
LONG = Form(
    required=(
        _UNIT,
        Column(name="criterion", aliases=("指标", "指标编号")),
        _STAGE,
        _EVALUATOR,
        Column(name="mark", aliases=("评分", "分值")),
    ),
)
"""One row a mark."""
WIDE = Form(
    required=(Column(name="unit"), Column(name="stage"), Column(name="evaluator")),
    optional=(Column(name="name"),),
    others=Others.TAKEN,
)
"""One row a unit, stage and evaluator, one column a criterion: the workbook that `stars template` writes.

Its columns go by id only, since the titles for people stand in a row of their own above.
"""


def read_marks(path: Path) -> Table:
    """Return the table of marks in the file at *path*, in either form. Raises FileRefused."""
    return read_table(path, LONG, WIDE)


def enter_marks(table: Table, enter: Enter, refused_units: Collection[str] = ()) -> None:
    """Have *enter* take every mark of *table*. Raises FileRefused with every fault, by row and column.

    Rows of *refused_units*, which the file of units was wrong about, are passed over.
    """
    rows = _enter_long if table.form is LONG else _enter_wide
    faults = rows(table, enter, refused_units)
    if not table.rows:
        faults = [Fault(place=table.place, sentence=Text("没有一个评分", "holds no mark"))]
    if faults:
        raise FileRefused(capped(faults, table.place))


def markings_in(table: Table) -> tuple[Marking, ...] | None:
    """Return the marks of *table* as whole markings, unchecked, or None where only a row by row reading will do.

    That is so for the form of one column a criterion, and where a mark stands twice.
    """
    if table.form is not LONG:
        return None
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for _, (unit, criterion, stage, evaluator, mark) in table.rows:
        key = (unit, stage, evaluator)
        marks = found.get(key)
        if marks is None:
            marks = found[key] = {}
        marks[criterion] = mark
    if not table.rows or sum(map(len, found.values())) != len(table.rows):
        return None
    return tuple(
        Marking(unit=unit, stage=stage, evaluator=evaluator, marks=marks)
        for (unit, stage, evaluator), marks in found.items()
    )


def _enter_long(table: Table, enter: Enter, refused_units: Collection[str]) -> list[Fault]:
    faults = []
    for row, (unit, criterion, stage, evaluator, mark) in table.rows:
        if unit in refused_units:
            continue
        try:
            enter(unit, criterion, stage, evaluator, mark)
        except MarkRefused as refusal:
            faults.append(Fault(place=table.place_of(row, refusal.column), sentence=refusal.sentence))
    return faults


def _enter_wide(table: Table, enter: Enter, refused_units: Collection[str]) -> list[Fault]:
    """Every filled cell under a criterion is a mark; what is wrong with unit, stage or evaluator is told once a row."""
    faults = []
    for row, (unit, stage, evaluator, _, *marks) in table.rows:
        told = set()
        for criterion, mark in zip(table.others, marks, strict=True):
            if not mark or unit in refused_units:
                continue
            try:
                enter(unit, criterion, stage, evaluator, mark)
            except MarkRefused as refusal:
                own = refusal.column in ("unit", "stage") or (refusal.column == "evaluator" and not evaluator)
                column = refusal.column if own else criterion
                if column not in told:
                    faults.append(Fault(place=table.place_of(row, column), sentence=refusal.sentence))
                told.add(column)
    return faults
