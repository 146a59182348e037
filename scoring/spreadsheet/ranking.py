"""Rankings as tables for Excel and WPS: of units or of groups, as CSV or as a workbook, the same cells in both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from scoring.edition import Edition
from scoring.numbers import decimal_text
from scoring.register import Entry, GroupFigures, Register, register_of
from scoring.selection import Directory, Selection
from scoring.spreadsheet import neutral
from scoring.spreadsheet.workbook import formats, number_format, workbook_bytes
from scoring.texts import Lang, Text
from scoring.units import Grouping, domain_title
from scoring.whole_files import replacing

_UNITS = (
    (Text("名次", "rank"), 7),
    (Text("单位代码", "unit"), 12),
    (Text("名称", "name"), 32),
    (Text("领域", "domain"), 10),
    (Text("乡镇街道", "township"), 14),
    (Text("主管部门", "department"), 18),
    (Text("得分", "score"), 9),
    (Text("星级", "stars"), 7),
    (Text("领域内名次", "rank in domain"), 10),
    (Text("乡镇内名次", "rank in township"), 10),
    (Text("部门内名次", "rank in department"), 10),
    (Text("受限事项", "gates"), 16),
    (Text("缺评或有争议", "missing or disputed"), 24),
    (Text("评分标准", "criteria"), 28),
)
_GROUP_TITLES = {
    Grouping.TOWNSHIP: Text("乡镇街道", "township"),
    Grouping.DEPARTMENT: Text("主管部门", "department"),
    Grouping.DOMAIN: Text("领域", "domain"),
}

Cell = str | int | Fraction | None
"""A text, a whole number, a score (as Fraction), or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A ranking's heads with the width of each column in characters, its rows, and the decimals of its scores."""

    title: str
    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]
    decimals: int


def units_table(register: Register, entries: Sequence[Entry], lang: Lang) -> Table:
    """Return the ranking of *entries*, in their order."""
    return Table(
        title=Text("支部", "Units").in_(lang),
        heads=tuple((head.in_(lang), width) for head, width in _UNITS),
        rows=tuple(_unit_cells(entry, lang) for entry in entries),
        decimals=_decimals(register),
    )


def groups_table(register: Register, kind: Grouping, groups: Sequence[GroupFigures], lang: Lang) -> Table:
    """Return the ranking of *groups*, all of that kind, in their order."""
    heads = [
        (Text("名次", "rank"), 7),
        (_GROUP_TITLES[kind], 20),
        (Text("支部数", "units"), 8),
        (Text("已评", "rated"), 8),
        (Text("平均分", "mean"), 9),
        *((Text(f"{stars} 星", f"{stars} stars"), 7) for stars in register.star_levels),
        (Text("未评", "not rated"), 7),
    ]
    if register.target is not None:
        heads += [(Text("达标数", "at target"), 8), (Text("是否达标", "meets"), 9)]
    return Table(
        title=_GROUP_TITLES[kind].in_(lang),
        heads=tuple((head.in_(lang), width) for head, width in heads),
        rows=tuple(tuple(_group_cells(own, lang)) for own in groups),
        decimals=_decimals(register),
    )


def as_csv(table: Table) -> bytes:
    """Return *table* as CSV that Excel and WPS open as it is.

    A text that an office program would take for a formula gets an apostrophe in front.
    """
    heads = [head for head, _ in table.heads]
    return neutral.csv_bytes(
        [heads, *([_written(cell, table.decimals) for cell in row] for row in table.rows)]
    )


def as_workbook(table: Table) -> bytes:
    """Return *table* as a workbook of one sheet, as values; the same table gives the same bytes."""
    with workbook_bytes() as (workbook, written):
        own, score = formats(workbook), number_format(workbook, table.decimals)
        sheet = workbook.add_worksheet(table.title)
        for column, (head, width) in enumerate(table.heads):
            sheet.write_string(0, column, head, own["head"])
            sheet.set_column(column, column, width)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    sheet.write_blank(number, column, None, own["text"])
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell, own["text"])
                elif isinstance(cell, int):
                    sheet.write_number(number, column, cell, own["whole"])
                else:
                    sheet.write_number(number, column, float(cell), score)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.autofilter(0, 0, len(table.rows), len(table.heads) - 1)
    return written.getvalue()


def write_ranking(edition: Edition, path: Path, lang: Lang) -> int:
    """Write the units of *edition* to *path* as CSV, best first, units not rated last; return how many there are."""
    register = register_of(edition)
    table = units_table(register, Directory(register).units(Selection()), lang)
    with replacing(path) as draft:
        draft.write_bytes(as_csv(table))
    return len(table.rows)


def _unit_cells(entry: Entry, lang: Lang) -> tuple[Cell, ...]:
    unit = entry.unit
    return (
        entry.rank,
        unit.code,
        unit.name,
        domain_title(unit.domain).in_(lang),
        unit.township,
        unit.department,
        None if entry.score is None else Fraction(entry.score),
        entry.stars,
        entry.ranks[Grouping.DOMAIN],
        entry.ranks[Grouping.TOWNSHIP],
        entry.ranks[Grouping.DEPARTMENT],
        ";".join(unit.gates),
        ";".join(entry.missing),
        entry.criteria,
    )


def _group_cells(own: GroupFigures, lang: Lang) -> Iterator[Cell]:
    yield own.rank
    yield domain_title(own.name).in_(lang) if own.kind is Grouping.DOMAIN else own.name
    yield from (own.units, own.rated, None if own.mean is None else Fraction(own.mean))
    yield from (units for _, units in own.stars)
    yield own.not_rated
    if own.meets is not None:
        yield own.at_target
        yield Text("是", "yes").in_(lang) if own.meets else Text("否", "no").in_(lang)


def _written(cell: Cell, decimals: int) -> neutral.Cell:
    if isinstance(cell, Fraction):
        return Decimal(decimal_text(int(cell * 10**decimals), decimals))
    return cell


def _decimals(register: Register) -> int:
    return 2 if register.rule is None else register.rule.score.decimals
