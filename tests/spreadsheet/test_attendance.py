"""An attendance list as an office keeps it: names and numbers are found under whatever stands above and beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from scoring.errors import FileRefused
from scoring.spreadsheet.attendance import people_listed
from scoring.spreadsheet.neutral import csv_bytes


def book(folder: Path, *rows: list[object], merged: str = "", first: list[object] | None = None) -> Path:
    """Return a workbook of these rows; where *first* is given, they stand on its second sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    if first is not None:
        sheet.append(first)
        sheet = made.create_sheet("名单")
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    path = folder / "签到表.xlsx"
    made.save(path)
    return path


def faults(path: Path) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(FileRefused) as refused:
        people_listed(path)
    return [(own.place.row, own.place.column, own.sentence.zh) for own in refused.value.faults]


def test_names_are_read_below_a_merged_title_and_beside_times_and_signatures(tmp_path):
    """Times of arrival, which Excel keeps as days, and formulas elsewhere are nobody's business."""
    path = book(
        tmp_path,
        ["十一月主题党日签到表", None, None, None],
        ["序 号", "姓　名", "签到时间", "签名"],
        [1, "王一", date(2026, 11, 6), None],
        [None, None, None, None],
        [2, " 李二 ", None, "=B4"],
        [None, "王一", None, None],
        merged="A1:D1",
    )
    assert people_listed(path) == ("王一", "李二", "王一")


def test_a_number_goes_with_the_name_in_its_row(tmp_path):
    rows = [["编号", "姓名"], ["M1", "王一"], ["M2", ""], ["", "李三"], [1004.0, "赵四"]]
    assert people_listed(book(tmp_path, *rows)) == ("M1 王一", "M2", "李三", "1004 赵四")


def test_two_blocks_abreast_are_both_read(tmp_path):
    rows = [["姓名", "签名", "姓名", "签名"], ["王一", "", "李二", ""], ["赵三"]]
    assert people_listed(book(tmp_path, *rows)) == ("王一", "李二", "赵三")


def test_a_list_as_csv_in_the_coding_of_excel_is_read(tmp_path):
    path = tmp_path / "签到.csv"
    path.write_bytes("姓名,备注\r\n王一,迟到\r\n".encode("gb18030"))
    assert people_listed(path) == ("王一",)
    path.write_bytes(csv_bytes([["Name"], ["王一"]]))
    assert people_listed(path) == ("王一",)


def test_a_list_on_another_sheet_or_without_a_head_is_refused_with_what_to_do(tmp_path):
    (only,) = faults(book(tmp_path, ["姓名"], ["王一"], first=["说明"]))
    assert only[2].startswith("前 10 行里没有“姓名”或“编号”这样的表头")
    assert "第一张工作表" in only[2]
    (only,) = faults(book(tmp_path, *([["王一"]] * 12)))
    assert only[2].startswith("前 10 行里没有")


def test_a_list_of_nobody_is_refused(tmp_path):
    assert faults(book(tmp_path, ["姓名", "签名"], [None, "√"])) == [(None, None, "表头下面一个人也没有")]


def test_a_name_that_is_none_is_told_by_its_cell(tmp_path):
    ((row, column, _),) = faults(book(tmp_path, ["序号", "姓名"], [1, "王一"], [2, date(2026, 11, 6)]))
    assert (row, column) == (3, "B")


def test_what_is_no_table_is_refused(tmp_path):
    path = tmp_path / "签到表.xlsx"
    path.write_bytes(b"%PDF-1.7\n\x00")
    assert len(faults(path)) == 1
