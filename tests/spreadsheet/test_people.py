"""People in a clerk's file: a row a role, every fault by its cell; and the workbooks around it."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from scoring.errors import FileRefused
from scoring.people import Role
from scoring.spreadsheet.neutral import csv_bytes
from scoring.spreadsheet.people import PeopleRead, PersonRow, read_people
from scoring.spreadsheet.people_workbooks import PasswordRow, passwords_workbook, people_template
from scoring.texts import Lang

HEAD = ["登录名", "姓名", "署名", "角色", "范围", "所在支部"]


def people(folder, *rows, head=HEAD) -> PeopleRead:
    path = folder / "人员.csv"
    path.write_bytes(csv_bytes([head, *rows]))
    return read_people(path)


def told(read: PeopleRead) -> list[tuple[int | None, str | None, str]]:
    return [(fault.place.row, fault.place.column, fault.sentence.zh) for fault in read.faults]


def test_people_are_read_by_chinese_and_english_heads(tmp_path):
    read = people(
        tmp_path,
        ["ZhangSan", "张三", "", "县级评分员", "", "A01"],
        ["lisi", "李四", "李四（西山）", "上级评审员", "西山镇", ""],
        ["wang.wu", "王五", "", "支部书记", "A02", ""],
    )
    assert not read.faults
    assert read.people == (
        PersonRow(row=2, login="zhangsan", name="张三", signs_as="张三", role=Role.EVALUATOR, scope="", unit="A01"),
        PersonRow(row=3, login="lisi", name="李四", signs_as="李四（西山）", role=Role.SUPERIOR, scope="西山镇", unit=""),
        PersonRow(row=4, login="wang.wu", name="王五", signs_as="王五", role=Role.SECRETARY, scope="A02", unit="A02"),
    )  # fmt: skip
    english = people(tmp_path, ["a1", "Ann", "county evaluator"], head=["Login", "Name", "Role"])
    assert english.people[0].role is Role.EVALUATOR


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_three_names(tmp_path, role):
    scope = {Role.SUPERIOR: "西山镇", Role.SECRETARY: "A01", Role.MEMBER: "A01"}.get(role, "")
    for word in (role.value, role.called.zh, role.called.en, role.called.en.upper()):
        read = people(tmp_path, ["a1", "甲", "", word, scope, ""])
        assert [one.role for one in read.people] == [role]


@pytest.mark.parametrize("word", ["评分员", "secretary", " 评 分 员 "])
def test_short_names_of_roles_will_do(tmp_path, word):
    assert not people(tmp_path, ["a1", "甲", "", word, "A01" if "sec" in word else "", ""]).faults


def test_one_person_may_have_several_roles(tmp_path):
    read = people(
        tmp_path, ["a1", "甲", "", "支部书记", "A01", "A01"], ["A1", "甲", "", "党员", "", "A01"], ["a1", "甲", "", "领导", "西山镇", "A01"]
    )  # fmt: skip
    assert not read.faults
    assert [one.role for one in read.people] == [Role.SECRETARY, Role.MEMBER, Role.LEADER]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["", "乙", "", "审计员", "", ""], "A", "未填登录名"),
        (["x", "乙", "", "审计员", "", ""], "A", "2 至 40"),
        (["b b", "乙", "", "审计员", "", ""], "A", "2 至 40"),
        (["=b1", "乙", "", "审计员", "", ""], "A", "2 至 40"),
        (["b1" * 21, "乙", "", "审计员", "", ""], "A", "2 至 40"),
        (["b1", "", "", "审计员", "", ""], "B", "未填姓名"),
        (["b1", "\u200b", "", "审计员", "", ""], "B", "未填姓名"),
        (["b1", "乙\u202e", "", "审计员", "", ""], "B", "看得见"),
        (["b1", "乙" * 161, "", "审计员", "", ""], "B", "最长 160"),
        (["b1", "乙", "\u2060", "审计员", "", ""], "C", "看得见"),
        (["b1", "乙", "", "", "", ""], "D", "未填角色"),
        (["b1", "乙", "", "局长", "", ""], "D", "没有“局长”这个角色"),
        (["b1", "乙", "", "上级评审员", "", ""], "E", "须填范围：乡镇或部门"),
        (["b1", "乙", "", "支部书记", "", "A01"], "E", "须填范围：支部代码"),
        (["b1", "乙", "", "评分员", "西山镇", ""], "E", "应留空"),
        (["b1", "乙", "", "审计员", "西山镇", ""], "E", "应留空"),
        (["b1", "乙", "", "党员", "", ""], "F", "须填所在支部"),
        (["b1", "乙", "", "党员", "A01", "A02"], "E", "不一致"),
        (["b1", "乙", "", "领导", "镇" * 161, ""], "E", "最长 160"),
        (["a1", "乙", "", "领导", "", ""], "B", "同一人应一致"),
        (["a1", "甲", "", "管理员", "", ""], "D", "重复"),
        (["a1", "甲", "", "审计员", "", ""], "D", "不能由一人兼任"),
        (["b1", "甲", "", "领导", "", ""], "C", "署名相同"),
        (["b1", "乙", "甲 ", "领导", "", ""], "C", "署名相同"),
    ],
)
def test_each_fault_is_named_by_its_cell(tmp_path, row, column, words):
    read = people(tmp_path, ["a1", "甲", "", "管理员", "", ""], row)
    ((line, letter, sentence),) = told(read)
    assert (line, letter) == (3, column)
    assert words in sentence
    assert [one.row for one in read.people] == [2]


def test_all_faults_are_told_at_once(tmp_path):
    read = people(
        tmp_path, ["", "", "", "", "", ""], ["x", "", "", "局长", "", ""], ["y", "丙", "", "党员", "", ""]
    )
    assert [(row, column) for row, column, _ in told(read)] == [
        (3, "A"),
        (3, "B"),
        (3, "D"),
        (4, "A"),
        (4, "F"),
    ]


def test_a_file_without_people_is_refused(tmp_path):
    for rows, head in (((), HEAD), ((), ["登录名", "姓名"]), ((["a1", "甲"],), ["登录名", "姓名"])):
        with pytest.raises(FileRefused):
            people(tmp_path, *rows, head=head)


@pytest.mark.parametrize("lang", list(Lang))
def test_the_template_is_read_as_it_is_filled(tmp_path, lang):
    """Its drop-down offers each role once, and what it offers is what the reader takes."""
    book = openpyxl.load_workbook(io.BytesIO(people_template(lang)))
    page = book.worksheets[0]
    (rule,) = page.data_validations.dataValidation
    offered = rule.formula1.strip('"').split(",")
    assert len(offered) == len(Role)
    for row, word in enumerate(offered, 2):
        scope = "西山镇" if word == Role.SUPERIOR.called.in_(lang) else "A01"
        free = word in {role.called.in_(lang) for role in (Role.SUPERIOR, Role.SECRETARY, Role.MEMBER)}
        values = {"login": f"p{row}", "name": f"人{row}", "role": word, "scope": scope if free else None}
        for column, head in enumerate(next(page.iter_rows(max_row=1, values_only=True)), 1):
            key = {"登录名": "login", "姓名": "name", "角色": "role", "范围": "scope"}.get(head, head)
            page.cell(row, column).value = values.get(key)
    book.save(tmp_path / "t.xlsx")
    read = read_people(tmp_path / "t.xlsx")
    assert not read.faults
    assert [one.role for one in read.people] == list(Role)


@pytest.mark.parametrize("lang", list(Lang))
def test_passwords_are_printed_as_they_are(lang):
    """A password that looks like a number, a formula or a link must be typed as it was made."""
    made = ["=1+1", "0012", "1E5", "@x", "http://a", "-5", "a b", "'q"]
    rows = [
        PasswordRow(login=f"p{at}", name="甲", password=one, until=datetime(2026, 11, 9, 18, tzinfo=UTC))
        for at, one in enumerate(made)
    ]
    page = openpyxl.load_workbook(io.BytesIO(passwords_workbook(rows, lang))).worksheets[0]
    cells = list(page.iter_rows(min_row=3))
    assert [row[2].value for row in cells] == made
    assert {row[2].data_type for row in cells} == {"s"}
    assert {row[3].value for row in cells} == {"2026-11-09 18:00"}
