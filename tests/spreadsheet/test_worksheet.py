"""A worksheet taken along and brought back: exactly what was filled, and every fault by its cell."""

import hashlib
import io
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import Fault, FileRefused, Place
from scoring.spreadsheet.worksheet import Layout, OwnMark, Worksheet, WorksheetUnit, expected_of
from scoring.spreadsheet.worksheet_marked import marked_back
from scoring.spreadsheet.worksheet_pages import STAMP, pages_of
from scoring.spreadsheet.worksheet_reading import Change, Filled
from scoring.spreadsheet.worksheet_stamp import FORMAT, stamp_rows
from scoring.texts import Lang, Text
from tests.spreadsheet.worksheets import (
    CRITERIA,
    GOOD,
    OTHER,
    SET,
    address,
    converted,
    criteria,
    edited,
    fill,
    found,
    made,
    office,
    read,
    told,
    unit,
    worksheet,
)

LAYOUTS = pytest.mark.parametrize("layout", list(Layout))
LANGS = pytest.mark.parametrize("lang", list(Lang))


def refused(
    folder: Path, content: bytes, expected=None
) -> list[tuple[str | None, int | None, str | None, str]]:
    with pytest.raises(FileRefused) as caught:
        read(folder, content, expected)
    assert all(fault.sentence.zh and fault.sentence.en for fault in caught.value.faults)
    return [
        (fault.place.sheet, fault.place.row, fault.place.column, fault.sentence.zh)
        for fault in caught.value.faults
    ]


def contents(filled: Filled) -> list[tuple[object, ...]]:
    return [
        (cell.unit, cell.criterion, cell.entry, cell.text, cell.before, cell.revision)
        for cell in filled.cells
    ]


# What comes back.


@LAYOUTS
@LANGS
@pytest.mark.parametrize("resaved", [False, True])
def test_what_nobody_touched_is_untouched(tmp_path, layout, lang, resaved):
    """A clerk who only looked must not be told of changes, whatever program saved the file."""
    content = made(worksheet(), layout, lang)
    filled = read(tmp_path, edited(content) if resaved else content)
    assert (filled.layout, filled.lang, filled.faults, filled.changes, dict(filled.typed)) == (
        layout,
        lang,
        (),
        (),
        {},
    )
    marks = 4 * len(SET.subjects)
    assert len(filled.cells) == (marks if layout is Layout.BY_UNIT else 2 * marks)
    assert found(filled, ("A02", "ballot")).text == GOOD["ballot"]
    assert found(filled, ("A02", "judged")).revision == 3
    assert found(filled, ("A01", "judged")).revision == 0


@LAYOUTS
@LANGS
def test_every_kind_of_mark_is_read_as_it_was_filled(tmp_path, layout, lang):
    sheet = worksheet()
    values = {
        ("A01", "judged"): 7.5,
        ("A01", "levels"): 2.5,
        ("A01", "income"): 61200.35,
        ("A01", "ballot", "mark", 0): 4,
        ("A01", "ballot", "mark", 1): 7,
        ("A01", "ballot", "mark", 2): 1,
        ("A01", "late"): 2,
    }
    filled = read(tmp_path, edited(made(sheet, layout, lang), fill(sheet, layout, values, lang)))
    assert not filled.faults
    assert {cell.criterion: cell.text for cell in filled.changes} == GOOD
    assert {(cell.unit, cell.change) for cell in filled.changes} == {("A01", Change.ENTERED)}
    name, row, column = address(sheet, layout, ("A01", "ballot"), lang=lang)
    letter = openpyxl.utils.get_column_letter(column)
    assert found(filled, ("A01", "ballot")).place == Place(
        file="评分.xlsx", sheet=name, row=row, column=letter
    )


@pytest.mark.parametrize(
    ("subject", "value", "text"),
    [
        ("judged", "7.5", "7.5"),
        ("judged", " 7.50 ", "7.5"),
        ("judged", "７．５", "7.5"),
        ("judged", 4.000000000000001, "4"),
        ("judged", 0, "0"),
        ("judged", "不适用", "n/a"),
        ("judged", "N/A", "n/a"),
        ("judged", "ｎ／ａ", "n/a"),
        ("levels", "2.50", "2.5"),
        ("income", 4.1000000000000005, "4.1"),
        ("income", 0.1 + 0.2, "0.3"),
        ("income", -12, "-12"),
        ("income", "１２３", "123"),
        ("income", "0.123456789012345678", "0.123456789012345678"),
        ("late", "３", "3"),
        ("late", 2.0, "2"),
        ("ballot", "优秀=4；合格=8", "good=4;fair=8;poor=0"),
        ("ballot", "优秀＝４；合格＝８", "good=4;fair=8;poor=0"),
        ("ballot", "不适用", "n/a"),
    ],
)
def test_a_mark_is_read_however_a_clerk_writes_it(tmp_path, subject, value, text):
    """Numbers as numbers, as text, in full width; a float to the fifteen digits that Excel shows of it."""
    sheet = worksheet()
    filled = read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, {("A01", subject): value})))
    assert not filled.faults
    assert found(filled, ("A01", subject)).text == text


@LAYOUTS
def test_a_cleared_cell_takes_its_mark_back_and_an_empty_one_is_untouched(tmp_path, layout):
    """An empty cell says nothing by itself: what counts is whether a mark stood in it."""
    sheet = worksheet()
    cleared = {("A02", "judged"): None, ("A02", "levels"): "  ", ("A01", "judged"): None} | {
        ("A02", "ballot", "mark", grade): None for grade in range(3)
    }
    filled = read(tmp_path, edited(made(sheet, layout), fill(sheet, layout, cleared)))
    assert not filled.faults
    assert {(cell.unit, cell.criterion): cell.change for cell in filled.changes} == {
        ("A02", "judged"): Change.CLEARED,
        ("A02", "levels"): Change.CLEARED,
        ("A02", "ballot"): Change.CLEARED,
    }
    assert {cell.revision for cell in filled.changes} == {3}
    assert found(filled, ("A02", "judged")).before == "7.5"


def test_a_grade_without_votes_may_stay_empty(tmp_path):
    sheet = worksheet()
    votes = {("A01", "ballot", "mark", 0): 2, ("A01", "ballot", "mark", 1): "１０"}
    filled = read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, votes)))
    assert found(filled, ("A01", "ballot")).text == "good=2;fair=10;poor=0"


def test_comments_are_read_and_cleared(tmp_path):
    sheet = worksheet()
    values = {("A01", "judged", "comment"): "  会议记录\n齐全 ", ("A02", "judged", "comment"): None}
    filled = read(
        tmp_path, edited(made(sheet, Layout.BY_CRITERION), fill(sheet, Layout.BY_CRITERION, values))
    )
    assert not filled.faults
    assert [(cell.unit, cell.entry, cell.text, cell.change) for cell in filled.changes] == [
        ("A01", "comment", "会议记录\n齐全", Change.ENTERED),
        ("A02", "comment", "", Change.CLEARED),
    ]


@LAYOUTS
def test_a_draft_that_is_no_canonical_mark_comes_back_untouched(tmp_path, layout):
    """Drafts are kept as they were typed: `5.0` is no change of `5`, and what cannot be read is a fault of its cell."""
    sheet = worksheet(
        unit("A01", {"judged": OwnMark(mark="5.0", revision=1), "ballot": OwnMark(mark="没填", revision=2)})
    )
    filled = read(tmp_path, edited(made(sheet, layout)), sheet)
    assert found(filled, ("A01", "judged")).change is Change.UNTOUCHED
    name, row, column = address(sheet, layout, ("A01", "ballot"))
    ((fault),) = filled.faults
    assert (fault.place.sheet, fault.place.row) == (name, row)
    assert fault.place.column == openpyxl.utils.get_column_letter(column)


TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), max_codepoint=0x2FFFF)
    | st.sampled_from("\n\t=+-@'_x0"),
    max_size=40,
).filter(lambda text: "_x" not in text and not text.strip().startswith("#"))


@settings(max_examples=60, deadline=None)
@given(
    comments=st.lists(TEXTS, min_size=3, max_size=3),
    steps=st.lists(st.integers(0, 20), min_size=3, max_size=3),
    income=st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    layout=st.sampled_from(list(Layout)),
    lang=st.sampled_from(list(Lang)),
)
def test_whatever_a_draft_holds_comes_back_untouched(tmp_path_factory, comments, steps, income, layout, lang):  # noqa: PLR0917
    units = [
        unit(
            f"A0{place}",
            {
                "judged": OwnMark(mark=f"{step / 2:g}", comment=comment, revision=place),
                "income": OwnMark(mark=f"{income:f}", revision=9),
            },
        )
        for place, (comment, step) in enumerate(zip(comments, steps, strict=True))
    ]
    filled = read(tmp_path_factory.mktemp("w"), made(worksheet(*units), layout, lang), worksheet(*units))
    assert (filled.faults, filled.changes) == ((), ())


def test_the_same_worksheet_gives_the_same_bytes():
    assert made(worksheet()) == made(worksheet())


# What it looks like to a clerk.


def book_of(
    layout: Layout = Layout.BY_UNIT, lang: Lang = Lang.ZH, sheet: Worksheet | None = None
) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made(sheet or worksheet(), layout, lang)))


@LAYOUTS
@LANGS
def test_only_the_cells_to_fill_are_open(layout, lang):
    """Grey cells are locked without a password: an accident is prevented, nobody is shut out."""
    sheet = worksheet()
    book = book_of(layout, lang)
    for page in pages_of(sheet, layout, lang):
        own = book[page.name]
        assert own.protection.sheet
        assert own.protection.password is None
        open_cells = {
            (cell.row, cell.column) for row in own.iter_rows() for cell in row if not cell.protection.locked
        }
        assert open_cells == {(5 + line, 1 + column) for line, column, _ in page.slots()}
        assert own.freeze_panes == f"{'C' if layout is Layout.BY_UNIT else 'D'}5"
        assert own.page_setup.orientation == "landscape"
        assert own.page_setup.paperSize == 9
        assert own.print_title_rows == "$3:$4"


def test_its_hidden_sheet_is_found_by_nobody():
    book = book_of()
    assert book[STAMP].sheet_state == "veryHidden"
    assert book.sheetnames[0] == "说明"
    assert [name for name in book.sheetnames if book[name].sheet_state == "visible"] == [
        "说明",
        "红旗党支部创建标准（农村）",
        "红旗党支部创建标准（机关）",
    ]


@LAYOUTS
def test_every_mark_has_limits(layout):
    """A drop-down for levels; a rule for all else, with the words a clerk is told; each cell has one and only one."""
    sheet = worksheet()
    book = book_of(layout)
    (page, *_) = pages_of(sheet, layout, Lang.ZH)
    rules = book[page.name].data_validations.dataValidation
    for line, column, slot in page.slots():
        cell = f"{openpyxl.utils.get_column_letter(column + 1)}{5 + line}"
        own = [rule for rule in rules if cell in rule.sqref]
        if slot.entry == "comment":
            assert not own
            continue
        (rule,) = own
        assert "可填" in rule.prompt
        assert rule.error
        match slot.subject.id:
            case "levels":
                assert (rule.type, rule.formula1) == ("list", '"5,2.5,0,不适用"')
            case "late":
                assert (rule.type, rule.operator or "between", rule.formula1) == ("whole", "between", "0")
            case _:
                assert rule.type == "custom"
                assert "不适用" in rule.formula1


def test_the_readme_says_whose_it_is():
    cells = [str(cell.value) for row in book_of()["说明"].iter_rows() for cell in row if cell.value]
    assert {"青石县", "张三", "县级", "2026-11-02 09:30", "4"} <= set(cells)


def test_a_page_of_one_unit_shows_all_that_is_needed_to_mark_it():
    values = {
        cell.value for row in book_of(Layout.BY_CRITERION)["A01 A01村党支部"].iter_rows() for cell in row
    }
    assert {
        "A01  A01村党支部",
        "按期换届",
        "5 分：档5\n2.5 分：档2.5\n0 分：档0",
        "1–3 份（文件、照片）",
    } <= values
    assert {8, 6.5, "材料齐全", "不适用", "3 / 8 / 1", "民主评议：合格"} <= values


def test_pages_are_named_as_excel_takes_names():
    """Names that are too long, taken, empty or full of signs must not keep a worksheet from being written."""
    odd = ["长" * 40, "长" * 40, "a/b:c*?[x]\\", "''", "说明", "_stars", "History", "😀" * 30]
    sets = [criteria(id=f"s{place}", title={"zh": name}) for place, name in enumerate(odd)]
    sheet = worksheet(*(unit(f"A{place}", by=own) for place, own in enumerate(sets)))
    names = [page.name for page in pages_of(sheet, Layout.BY_UNIT, Lang.ZH)]
    assert len({name.casefold() for name in names}) == len(odd)
    assert made(sheet)


def test_what_stands_where_is_frozen_with_the_format():
    """Whoever moves a cell must raise FORMAT, or worksheets that are out with clerks would be read wrongly."""
    told_ = hashlib.sha256()
    for layout in Layout:
        for page in pages_of(worksheet(), layout, Lang.ZH):
            kept = [(column.key, column.look.value) for column in page.columns]
            slots = [
                (line, column, slot.unit, slot.subject.id, slot.entry.value, slot.grade)
                for line, column, slot in page.slots()
            ]
            told_.update(
                repr((page.name, page.title, kept, [line.key for line in page.lines], slots)).encode()
            )
    stamp = hashlib.sha256(repr(stamp_rows(worksheet(), Layout.BY_UNIT, Lang.ZH)[:2]).encode())
    assert (FORMAT, told_.hexdigest()[:16], stamp.hexdigest()[:16]) == FROZEN


FROZEN = (1, "4f2dd5cf6c76b4d5", "e6908d4a5b0b5459")


# Worksheets of something else.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"period": "2025"}, "评定期 2026"),
        ({"stage": "superior"}, "“县级”阶段"),
        ({"holder": "77aa"}, "给张三的"),
        ({"county": "白水县"}, "青石县的评分表"),
        ({"sets": (OTHER,)}, "s@1 不是本期采用的"),
        ({"sets": (criteria(basis="另一版"), OTHER)}, "s@1 与现在的内容不同"),
    ],
)
def test_a_worksheet_of_something_else_is_refused_with_the_reason(tmp_path, change, words):
    expected = replace(expected_of(worksheet()), **change)
    ((_, _, _, sentence),) = refused(tmp_path, made(worksheet()), expected)
    assert words in sentence


def test_all_reasons_are_told_at_once(tmp_path):
    expected = replace(
        expected_of(worksheet()),
        period="2025",
        stage="self",
        holder="x",
        county="y",
        sets=(criteria(basis="z"),),
    )
    assert len(refused(tmp_path, made(worksheet()), expected)) == 6


@pytest.mark.parametrize("earlier", ["0", "2", "1.0", "一"])
def test_another_format_is_refused(tmp_path, earlier):
    content = edited(made(worksheet()), lambda book: book[STAMP].cell(1, 2, earlier))
    ((_, _, _, sentence),) = refused(tmp_path, content)
    assert "另一版本" in sentence


def test_a_workbook_that_is_no_worksheet_is_refused(tmp_path):
    ((_, _, _, sentence),) = refused(
        tmp_path, edited(made(worksheet()), lambda book: book.remove(book[STAMP]))
    )
    assert "不是从本系统下载的评分表" in sentence
    ((_, _, _, sentence),) = refused(tmp_path, b"unit,mark\nA01,5\n")
    assert "不是 xlsx 工作簿" in sentence


@pytest.mark.parametrize(("row", "column"), [(1, 1), (2, 1), (3, 1)])
def test_damage_to_the_stamp_shows(tmp_path, row, column):
    def damage(book: openpyxl.Workbook) -> None:
        cell = book[STAMP].cell(row, column)
        cell.value = (
            ("0" if cell.value[0] != "0" else "1") + cell.value[1:] if row == 2 else cell.value[:-4] + "AAAA"
        )

    ((sheet, _, _, sentence),) = refused(tmp_path, edited(made(worksheet()), damage))
    assert sheet == STAMP
    assert "隐藏的版本表" in sentence


# Worksheets that were taken apart.


def first_page(layout: Layout) -> str:
    return pages_of(worksheet(), layout, Lang.ZH)[0].name


@LAYOUTS
@pytest.mark.parametrize(
    "edit",
    [
        lambda page: page.insert_rows(6),
        lambda page: page.delete_rows(6),
        lambda page: page.insert_rows(1),
        lambda page: page.insert_cols(3),
        lambda page: page.delete_cols(3),
        lambda page: page.delete_cols(1),
        lambda page: page.move_range("A5:G7", rows=1),
        lambda page: page.move_range("A5:B7", rows=1),
        lambda page: page.cell(5, 1, "A99"),
        lambda page: page.cell(4, 3, "other"),
        lambda page: page.cell(1, 1, "A02 另一个"),
        lambda page: page.delete_rows(4, 20),
    ],
)  # fmt: skip
def test_moved_rows_and_columns_are_refused_by_place(tmp_path, layout, edit):
    """A mark must never be read under another unit or criterion than the one it was written for."""
    name = first_page(layout)
    faults = refused(tmp_path, edited(made(worksheet(), layout), lambda book: edit(book[name])))
    assert {sheet for sheet, *_ in faults} == {name}
    assert all(row for _, row, _, _ in faults)


def test_marks_that_slipped_by_a_cell_are_noticed(tmp_path):
    """Deleting one cell shifts the rest of its column up, or of its row to the left: keys at all ends show it."""
    name = first_page(Layout.BY_UNIT)

    def up(book: openpyxl.Workbook) -> None:
        book[name].move_range("C6:C8", rows=-1)

    def left(book: openpyxl.Workbook) -> None:
        last = book[name].max_column
        book[name].move_range(f"D5:{openpyxl.utils.get_column_letter(last)}5", cols=-1)

    for edit in (up, left):
        assert refused(tmp_path, edited(made(worksheet()), edit))


def test_earlier_marks_must_come_back_as_they_were(tmp_path):
    name = first_page(Layout.BY_UNIT)
    ((_, row, column, sentence),) = refused(
        tmp_path, edited(made(worksheet()), lambda book: book[name].cell(5, 4, 9))
    )
    assert (row, column) == (5, "D")
    assert "应是“8”，现为“9”" in sentence


def test_whole_rows_may_be_sorted(tmp_path):
    """Rows carry their keys at both ends, so sorting them moves no mark to another unit."""
    sheet = worksheet()
    name = first_page(Layout.BY_UNIT)

    def sort(book: openpyxl.Workbook) -> None:
        page = book[name]
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5, max_row=7)]
        for row, values in enumerate(reversed(rows), 5):
            for column, value in enumerate(values, 1):
                page.cell(row, column).value = value

    filled = read(
        tmp_path,
        edited(made(sheet), fill(sheet, Layout.BY_UNIT, {("A01", "judged"): 3, ("A03", "judged"): 99}), sort),
    )
    assert [(cell.unit, cell.text, cell.place.row) for cell in filled.changes] == [("A01", "3", 7)]
    assert [(row, column) for row, column, _ in told(filled)] == [(5, "C")]
    again = openpyxl.load_workbook(io.BytesIO(marked_back(filled, filled.faults, Lang.ZH)))
    assert (again[name]["A7"].value, again[name]["C7"].value, again[name]["C7"].comment is None) == (
        "A03",
        99,
        False,
    )
    assert again[name]["C5"].value == 3


@pytest.mark.parametrize("edit", [lambda book: book.remove(book[first_page(Layout.BY_UNIT)]),
                                  lambda book: setattr(book[first_page(Layout.BY_UNIT)], "title", "我的")])  # fmt: skip
def test_a_missing_sheet_is_named(tmp_path, edit):
    ((sheet, _, _, sentence),) = refused(tmp_path, edited(made(worksheet()), edit))
    assert sheet == first_page(Layout.BY_UNIT)
    assert "不见了" in sentence


def test_sheets_of_ones_own_are_not_read(tmp_path):
    def scratch(book: openpyxl.Workbook) -> None:
        book.create_sheet("草稿", 0)["A1"] = "=SUM(B1:B9)"

    assert not read(tmp_path, edited(made(worksheet()), scratch)).faults


# Faults, cell by cell.


@LAYOUTS
def test_every_fault_is_named_by_its_cell_and_all_at_once(tmp_path, layout):
    sheet = worksheet()
    wrong = {
        ("A01", "judged"): (10.5, "高于满分"),
        ("A01", "levels"): (3, "不是任何一档"),
        ("A01", "income"): ("五万", "应填数字"),
        ("A01", "late"): (1.5, "整数"),
        ("A01", "ballot", "mark", 1): (2.5, "整数"),
        ("A02", "judged"): (7.25, "不是 0.5 的整数倍"),
        ("A02", "income"): (date(2026, 1, 5), "日期"),
        ("A02", "levels"): ("=2+3", "公式"),
        ("A02", "late"): (True, "逻辑值"),
        ("A03", "judged"): ("#N/A", "错误值"),
        ("A03", "late"): ("n/a", "应填数字"),
        ("A03", "ballot", "mark", 1): ("9;poor=1", "只填票数"),
        ("A04", "ballot", "mark", 0): (9, "超过 1/3"),
    }
    edit = fill(sheet, layout, {key: value for key, (value, _) in wrong.items()})
    filled = read(tmp_path, edited(made(sheet, layout), edit))
    expected = {}
    for key, (_, words) in wrong.items():
        name, row, column = address(sheet, layout, key[:2], *key[2:])
        expected[name, row, openpyxl.utils.get_column_letter(column)] = words
    faults = {(one.place.sheet, one.place.row, one.place.column): one.sentence.zh for one in filled.faults}
    assert faults.keys() == expected.keys()
    assert not {place: faults[place] for place, words in expected.items() if words not in faults[place]}
    assert all(one.sentence.en and one.sentence.en != one.sentence.zh for one in filled.faults)
    assert not {("A01", "judged"), ("A04", "ballot")} & {
        (cell.unit, cell.criterion) for cell in filled.cells if cell.entry == "mark"
    }


def test_a_comment_too_long_is_a_fault_of_its_cell(tmp_path):
    sheet = worksheet()
    edit = fill(sheet, Layout.BY_CRITERION, {("A01", "judged", "comment"): "长" * 1001})
    ((_, _, sentence),) = told(read(tmp_path, edited(made(sheet, Layout.BY_CRITERION), edit)))
    assert "意见最长 1000 字" in sentence


def test_a_ballot_of_too_few_is_a_fault_of_its_first_cell(tmp_path):
    """Votes are checked grade by grade first, so few votes in all are no fault of any one grade."""
    by = criteria(criteria=[{**CRITERIA["criteria"][3], "least_voters": "5"}])
    sheet = worksheet(unit("A01", by=by, earlier={}))
    votes = {("A01", "ballot", "mark", 0): 1, ("A01", "ballot", "mark", 1): 2}
    ((_, column, sentence),) = told(
        read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, votes)), sheet)
    )
    assert (column, "至少 5 票" in sentence) == ("C", True)


def test_a_ballot_is_votes_or_not_applicable_not_both(tmp_path):
    sheet = worksheet()
    votes = {("A01", "ballot", "mark", 0): "不适用", ("A01", "ballot", "mark", 1): 3}
    ((_, column, sentence),) = told(read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, votes))))
    place = address(sheet, Layout.BY_UNIT, ("A01", "ballot"), "mark", 1)[2]
    assert column == openpyxl.utils.get_column_letter(place)
    assert "只保留一种" in sentence


def test_a_percentage_is_a_fault_of_its_cell(tmp_path):
    """0.95 shown as 95% must not be taken for 0.95, nor for 95."""
    sheet = worksheet()
    name, row, column = address(sheet, Layout.BY_UNIT, ("A01", "income"))

    def percent(book: openpyxl.Workbook) -> None:
        book[name].cell(row, column, 0.95).number_format = "0%"

    ((_, _, sentence),) = told(read(tmp_path, edited(made(sheet), percent)))
    assert "百分比" in sentence


def test_what_stands_outside_the_table_is_not_passed_over(tmp_path):
    """A unit that a clerk adds below, or a column beside, would be lost without a word."""
    name = first_page(Layout.BY_UNIT)

    def outside(book: openpyxl.Workbook) -> None:
        page = book[name]
        page.cell(9, 1, "A05")
        page.cell(5, page.max_column + 2, "=SUM(C5:F5)")
        page.merge_cells("C5:C6")

    faults = told(read(tmp_path, edited(made(worksheet()), outside)))
    assert sum("表格之外" in sentence for _, _, sentence in faults) == 2
    assert sum("合并单元格" in sentence for _, _, sentence in faults) == 1


def test_what_is_closed_stays_as_it_is(tmp_path):
    own = {"income": OwnMark(mark="300", revision=1), "judged": OwnMark(mark="n/a", revision=1)}
    sheet = worksheet(unit("A01", own, closed=frozenset({"income", "judged"})))
    filled = read(tmp_path, made(sheet), sheet)
    assert not filled.faults
    assert {cell.criterion for cell in filled.cells} == {"levels", "ballot", "late"}
    changed = read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, {("A01", "income"): 4})), sheet)
    ((_, _, sentence),) = told(changed)
    assert "恢复原来的“300”" in sentence
    back = marked_back(changed, changed.faults, Lang.EN)
    assert [one.sentence.en for one in read(tmp_path, back, sheet).faults] == [
        "this is not yours to mark; put back “300”"
    ]


def test_a_unit_that_left_the_queue_takes_no_marks(tmp_path):
    """Signed or given to another meanwhile: its own marks are told as faults, the rest of the worksheet stays good."""
    sheet = worksheet()
    expected = replace(expected_of(sheet), units=frozenset({"A01", "A03", "A04"}))
    assert not read(tmp_path, made(sheet), expected).faults
    values = {("A02", "judged"): 3, ("A01", "judged"): 4}
    filled = read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, values)), expected)
    ((_, _, sentence),) = told(filled)
    assert "A02 现在不能由您评分" in sentence
    assert [(cell.unit, cell.text) for cell in filled.changes] == [("A01", "4")]


# Given back, marked.


@LAYOUTS
@LANGS
def test_a_worksheet_given_back_is_the_same_but_for_its_marked_cells(tmp_path, layout, lang):
    """The clerk corrects the marked cells only and sends it again: it is read as if nothing had been wrong."""
    sheet = worksheet()
    good = {("A01", "judged"): 3, ("A02", "judged"): None, ("A03", "income"): "０．５０"}
    wrong = {("A01", "levels"): 3, ("A02", "levels"): "=1+1", ("A03", "late"): date(2026, 3, 1)}
    filled = read(tmp_path, edited(made(sheet, layout), fill(sheet, layout, good | wrong)))
    conflict = Fault(place=found(filled, ("A01", "judged")).place, sentence=Text("李四已改为 4", "now 4"))
    elsewhere = Fault(place=Place(file="x"), sentence=Text("别处", "elsewhere"))
    back = marked_back(filled, [*filled.faults, conflict, elsewhere], lang)
    book = openpyxl.load_workbook(io.BytesIO(back))
    for key in (*wrong, ("A01", "judged")):
        name, row, column = address(sheet, layout, key, lang=lang)
        cell = book[name].cell(row, column)
        assert cell.comment is not None
        assert cell.fill.fgColor.rgb == "FFFBD5D0"
    listed = list(book[{"zh": "问题清单", "en": "Faults"}[lang]].iter_rows(min_row=2, values_only=True))
    assert len(listed) == 5
    assert (
        len(
            [
                1
                for page in pages_of(sheet, layout, lang)
                for row in book[page.name].iter_rows()
                for cell in row
                if cell.comment
            ]
        )
        == 4
    )
    again = read(tmp_path, back)
    assert {(one.place.row, one.place.column) for one in again.faults} == {
        (one.place.row, one.place.column) for one in filled.faults
    }
    assert contents(again) == contents(filled)
    mended = {("A01", "levels"): 5, ("A02", "levels"): 0, ("A03", "late"): 1}
    sound = read(tmp_path, edited(back, fill(sheet, layout, mended, lang)))
    straight = read(tmp_path, edited(made(sheet, layout, lang), fill(sheet, layout, good | mended, lang)))
    assert sound.faults == straight.faults == ()
    assert contents(sound) == contents(straight)


@pytest.mark.parametrize("value", ["=1+1", "=0", '=HYPERLINK("http://x")'])
def test_a_formula_given_back_stays_a_fault_until_it_is_typed_anew(tmp_path, value):
    """Giving back its result as a number would let it pass the second time, seen by nobody."""
    sheet = worksheet()
    filled = read(tmp_path, edited(made(sheet), fill(sheet, Layout.BY_UNIT, {("A01", "income"): value})))
    again = read(tmp_path, marked_back(filled, filled.faults, Lang.ZH))
    assert [one.place.column for one in again.faults] == [one.place.column for one in filled.faults]


# Another office program.


@pytest.mark.skipif(office() is None, reason="LOUD: there is no LibreOffice, so re-saving by it is not tried")
def test_libreoffice_may_save_it(tmp_path):
    """Clerks open the file in whatever there is; saved again it must be read the same."""
    sheet = worksheet()
    paths = {}
    for layout in Layout:
        content = edited(
            made(sheet, layout), fill(sheet, layout, {("A01", "judged"): 3, ("A03", "levels"): "不适用"})
        )
        path = paths[layout] = tmp_path / f"{layout}.xlsx"
        path.write_bytes(content)
    saved = converted(list(paths.values()), "xlsx:Calc MS Excel 2007 XML", tmp_path)
    for layout, path in zip(paths, saved, strict=True):
        filled = read(tmp_path, path.read_bytes())
        assert not filled.faults
        assert contents(filled) == contents(read(tmp_path, paths[layout].read_bytes()))
        assert [(cell.unit, cell.text) for cell in filled.changes] == [("A01", "3"), ("A03", "n/a")]


# Worksheets that cannot be.


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: worksheet(unit("A01"), unit("A01")),
        lambda: worksheet(period=""),
        lambda: worksheet(stage="nowhere"),
        lambda: worksheet(holder_name="a\x00"),
        lambda: unit("A01", {"nothing": OwnMark(mark="1")}),
        lambda: OwnMark(revision=-1),
        lambda: WorksheetUnit(code="", name="x", criteria=SET),
        lambda: pages_of(
            worksheet(*(unit(f"A{place}") for place in range(61))), Layout.BY_CRITERION, Lang.ZH
        ),
    ],
)
def test_a_worksheet_that_could_not_come_back_is_not_made(wrong):
    with pytest.raises(ValueError):
        wrong()


def test_it_says_when_it_was_made_with_a_time_zone_too(tmp_path):
    sheet = worksheet(made_at=datetime.fromisoformat("2026-11-02T09:30:00+08:00"))
    assert read(tmp_path, made(sheet), sheet).worksheet.made_at == sheet.made_at
