"""Members read from a clerk's file: number, name, branch and kind, a row a member, each fault by its cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scoring.criteria.item import MEMBER_KINDS, MemberKind
from scoring.errors import Fault, FileRefused
from scoring.people import login_form
from scoring.private_numbers import private_number
from scoring.spreadsheet.days import NO_DAY, read_day
from scoring.spreadsheet.private_columns import refused_columns
from scoring.spreadsheet.tables import Column, Form, Others, Table, capped, read_table
from scoring.statement import one_line
from scoring.texts import Text
from scoring.units import LONGEST_NAME

MEMBERS = Form(
    required=(
        Column(name="code", aliases=("编号", "党员编号")),
        Column(name="name", aliases=("姓名",)),
        Column(name="unit", aliases=("支部", "支部代码", "所在支部")),
        Column(name="kind", aliases=("类型", "党员类型")),
    ),
    optional=(
        Column(name="login", aliases=("登录名",)),
        Column(name="first_day", aliases=("起始日期", "自何日起", "first day")),
    ),
    others=Others.TAKEN,
)
"""The columns of a file of members; columns of telephones and identity numbers are refused by name."""

LONGEST_CODE = 40

_KINDS = {
    word.casefold(): kind
    for kind, title in MEMBER_KINDS.items()
    for word in (kind.value, title.zh, title.zh.removesuffix("党员"), title.en)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A member as a file has them, with the row; `login` is '' and `first_day` None where the file does not say."""

    row: int
    code: str
    name: str
    unit: str
    kind: MemberKind
    login: str
    first_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersRead:
    """The sound rows of a file of members in its order, and what is wrong with the others; `table` knows the cells."""

    members: tuple[MemberRow, ...]
    table: Table
    faults: tuple[Fault, ...]


def read_members(path: Path) -> MembersRead:
    """Return the members in the CSV or XLSX file at *path*. A file that cannot be read as a table raises FileRefused.

    No fault repeats a name.
    """
    table = read_table(path, MEMBERS)
    if not table.rows:
        raise FileRefused([Fault(place=table.place, sentence=Text("没有一名党员", "holds no member"))])
    reading = _Reading(table)
    for row, cells in table.rows:
        reading.row(row, dict(zip(table.columns, cells, strict=True)))
    faults = (*refused_columns(table), *reading.faults)
    return MembersRead(members=tuple(reading.members), table=table, faults=capped(faults, table.place))


def code_fault(code: str) -> Text | None:
    """Return what is wrong with a member's number, or None."""
    if not code:
        return Text("未填编号", "the number is missing")
    if len(code) > LONGEST_CODE or not one_line(code):
        return Text(
            f"编号应为一行，最长 {LONGEST_CODE} 字",
            f"a number is one line of {LONGEST_CODE} characters at most",
        )
    return private_number(code)


def name_fault(name: str) -> Text | None:
    """Return what is wrong with a member's name, or None."""
    if not name:
        return Text("未填姓名", "the name is missing")
    if len(name) > LONGEST_NAME or not one_line(name):
        return Text(
            f"应是一行看得见的文字，最长 {LONGEST_NAME} 字",
            f"must be one line of visible text, {LONGEST_NAME} characters at most",
        )
    return private_number(name)


class _Reading:
    """The members of one table so far."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.members: list[MemberRow] = []
        self.faults: list[Fault] = []
        self.codes: dict[str, int] = {}
        self.logins: dict[str, int] = {}

    def row(self, row: int, cells: Mapping[str, str]) -> None:
        """Take one row: a member, or the faults in it."""
        before = len(self.faults)
        self._add(row, "code", code_fault(cells["code"]))
        self._add(row, "name", name_fault(cells["name"]))
        if not cells["unit"]:
            self._add(row, "unit", Text("未填支部", "the branch is missing"))
        kind = _KINDS.get(cells["kind"].casefold())
        if kind is None:
            self._add(row, "kind", _no_kind(cells["kind"]))
        first_day = read_day(cells["first_day"])
        if cells["first_day"] and first_day is None:
            self._add(row, "first_day", NO_DAY)
        login = login_form(cells["login"])
        for column, value, seen in (("code", cells["code"], self.codes), ("login", login, self.logins)):
            first = seen.setdefault(value, row)
            if value and first != row:
                self._add(row, column, Text(f"与第 {first} 行重复", f"stands in row {first} already"))
        if len(self.faults) == before:
            assert kind is not None, "that would have been a fault"
            self.members.append(
                MemberRow(
                    row=row,
                    code=cells["code"],
                    name=cells["name"],
                    unit=cells["unit"],
                    kind=kind,
                    login=login,
                    first_day=first_day,
                )
            )

    def _add(self, row: int, column: str, sentence: Text | None) -> None:
        if sentence is not None:
            self.faults.append(Fault(place=self.table.place_of(row, column), sentence=sentence))


def _no_kind(kind: str) -> Text:
    zh = "、".join(title.zh for title in MEMBER_KINDS.values())
    en = ", ".join(MemberKind)
    if not kind:
        return Text(f"未填类型；可用：{zh}", f"the kind is missing; use {en}")
    return Text(f"没有“{kind}”这个类型；可用：{zh}", f"there is no kind “{kind}”; use {en}")
