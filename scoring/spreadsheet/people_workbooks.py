"""Workbooks about people: the one they are entered in, and the one-time passwords they are handed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scoring.people import Role
from scoring.spreadsheet.people import PEOPLE
from scoring.spreadsheet.workbook import formats, workbook_bytes
from scoring.texts import Lang, Text

_ROWS_LIMITED = 5_000
_A4 = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRow:
    """A one-time password to be handed out, and until when it lets its owner in."""

    login: str
    name: str
    password: str
    until: datetime


def people_template(lang: Lang) -> bytes:
    """Return the workbook that people are entered in: the heads, a list of roles to choose from, and how it is filled."""
    with workbook_bytes() as (workbook, written):
        own = formats(workbook)
        sheet = workbook.add_worksheet(Text("人员", "People").in_(lang))
        for column, (asked, width) in enumerate(zip(PEOPLE.columns, (16, 14, 14, 14, 20, 16), strict=True)):
            sheet.set_column(column, column, width, own["open_text"])
            sheet.write_string(0, column, asked.aliases[0] if lang is Lang.ZH else asked.name, own["head"])
        roles = [role.called.in_(lang) for role in Role]
        message = Text("从列表中选择", "Choose from the list").in_(lang)
        sheet.data_validation(
            1,
            2,
            _ROWS_LIMITED,
            2,
            {"validate": "list", "source": roles, "error_message": message, "input_message": message},
        )
        sheet.freeze_panes(1, 0)
        notes = workbook.add_worksheet(Text("说明", "Read me").in_(lang))
        notes.set_column(0, 0, 110)
        for row, line in enumerate(_NOTES):
            notes.write_string(row, 0, line.in_(lang), own["hint"])
    return bytes(written.getvalue())


def passwords_workbook(rows: Sequence[PasswordRow], lang: Lang) -> bytes:
    """Return the one-time passwords of *rows* as a workbook, a row a person, to be cut apart and handed out."""
    with workbook_bytes() as (workbook, written):
        own = formats(workbook)
        sheet = workbook.add_worksheet(Text("一次性密码", "One-time passwords").in_(lang))
        heads = (
            (Text("登录名", "login"), 20),
            (Text("姓名", "name"), 16),
            (Text("一次性密码", "one-time password"), 26),
            (Text("有效期至", "valid until"), 20),
        )
        hint = Text(
            "首次登录须改密码；请当面或用信封交给本人，发完即销毁本文件。",
            "To be changed at the first sign-in. Hand each to its owner only, and destroy this file afterwards.",
        )
        sheet.write_string(0, 0, hint.in_(lang), own["hint"])
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, head.in_(lang), own["head"])
        for row, each in enumerate(rows, 2):
            values = (each.login, each.name, each.password, each.until.strftime("%Y-%m-%d %H:%M"))
            for column, value in enumerate(values):
                sheet.write_string(row, column, value, own["text"])
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(_A4)
    return bytes(written.getvalue())


_NOTES = (
    Text(
        "一行一个角色；一人有几个角色就填几行，登录名、姓名、署名、所在支部须一致。",
        "One row a role; somebody with several roles has several rows, alike in login, name, signs_as and unit.",
    ),
    Text(
        "署名：评分时显示的名字，不填就是姓名；同名的人必须填，以便区分。",
        "signs_as: the name marks are signed with; empty, it is the name. Two people of one name need it.",
    ),
    Text(
        "范围：上级评审员填乡镇或部门，支部书记填支部代码，领导可填乡镇或部门；其他角色是全县的，留空。",
        "scope: a township or department for a superior, a unit's code for a secretary, either or none for a leader; "
        "empty for all others.",
    ),
    Text(
        "所在支部：本人组织关系所在支部的代码；填了以后，本人不能给自己的支部评分。",
        "unit: the code of the person's own branch, which that person then cannot mark.",
    ),
    Text(
        "角色：" + "、".join(role.called.zh for role in Role),
        "role: " + ", ".join(role.called.en for role in Role),
    ),
)
