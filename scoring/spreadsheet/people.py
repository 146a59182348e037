"""People read from a clerk's file, so that their accounts can be made: one row a role, each fault by its cell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.errors import Fault, FileRefused
from scoring.people import APART, REACHES, Reach, Role, login_form
from scoring.spreadsheet.tables import Column, Form, Table, capped, read_table
from scoring.statement import person
from scoring.texts import Text
from scoring.units import LONGEST_NAME

PEOPLE = Form(
    required=(
        Column(name="login", aliases=("登录名",)),
        Column(name="name", aliases=("姓名",)),
        Column(name="role", aliases=("角色",)),
    ),
    optional=(
        Column(name="signs_as", aliases=("署名", "signs as")),
        Column(name="scope", aliases=("范围",)),
        Column(name="unit", aliases=("所在支部", "支部代码")),
    ),
)
"""The columns of a file of people: one row a role, so a person with two roles has two."""

_OTHER_WORDS = {"评分员": Role.EVALUATOR, "evaluator": Role.EVALUATOR, "secretary": Role.SECRETARY}
_ROLES = {
    "".join(word.split()).casefold(): role
    for role in Role
    for word in (role.value, role.called.zh, role.called.en)
} | _OTHER_WORDS
_OF_A_UNIT = (Role.SECRETARY, Role.MEMBER)
_LOGIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff._@-]{1,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One role of a person as a file has it, with its row; `login` is in the form it is kept in.

    `scope` is '' for the county, else a unit's code, a township or a department, whichever the role is held over;
    `signs_as` is the name where the file has none; `unit` is '' where it is not told.
    """

    row: int
    login: str
    name: str
    signs_as: str
    role: Role
    scope: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRead:
    """The sound rows of a file of people in its order, and what is wrong with the others; `table` knows the cells."""

    people: tuple[PersonRow, ...]
    table: Table
    faults: tuple[Fault, ...]


def read_people(path: Path) -> PeopleRead:
    """Return the people in the CSV or XLSX file at *path*. A file that cannot be read as a table raises FileRefused."""
    table = read_table(path, PEOPLE)
    if not table.rows:
        raise FileRefused([Fault(place=table.place, sentence=Text("没有一个人", "holds nobody"))])
    reading = _Reading(table)
    for row, cells in table.rows:
        reading.row(row, dict(zip(table.columns, cells, strict=True)))
    return PeopleRead(people=tuple(reading.people), table=table, faults=capped(reading.faults, table.place))


class _Reading:
    """The people of one table so far."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.people: list[PersonRow] = []
        self.faults: list[Fault] = []
        self.first: dict[str, tuple[int, Mapping[str, str]]] = {}
        self.roles: dict[str, dict[tuple[Role, str], int]] = {}
        self.signatures: dict[str, tuple[int, str]] = {}

    def row(self, row: int, cells: Mapping[str, str]) -> None:
        """Take one row: a person's role, or the faults in it."""
        before = len(self.faults)
        login = login_form(cells["login"])
        self._check_login(row, login)
        for column in ("name", "signs_as"):
            self._check_name(row, column, cells[column])
        role = _ROLES.get("".join(cells["role"].split()).casefold())
        if role is None:
            self._refuse_role(row, cells["role"])
        else:
            self._check_scope(row, role, cells)
        for column in ("scope", "unit"):
            if len(cells[column]) > LONGEST_NAME:
                self._fault(row, column, f"最长 {LONGEST_NAME} 字", f"{LONGEST_NAME} characters at most")
        if login:
            self._check_others(row, login, cells)
        if login and role is not None:
            self._check_roles(row, login, role, cells["scope"])
        if len(self.faults) == before:
            assert role is not None, "that would have been a fault"
            scope = cells["scope"] or (cells["unit"] if role is Role.MEMBER else "")
            self.people.append(
                PersonRow(
                    row=row,
                    login=login,
                    name=cells["name"],
                    signs_as=cells["signs_as"] or cells["name"],
                    role=role,
                    scope=scope,
                    unit=cells["unit"] or (scope if role in _OF_A_UNIT else ""),
                )
            )

    def _check_login(self, row: int, login: str) -> None:
        if not login:
            self._fault(row, "login", "未填登录名", "the login is missing")
        elif _LOGIN.fullmatch(login) is None:
            self._fault(
                row,
                "login",
                "登录名须为 2 至 40 个字母、数字或汉字，中间可用 . _ - @",
                "a login has 2 to 40 letters or digits, with . _ - @ between them",
            )

    def _check_name(self, row: int, column: str, name: str) -> None:
        if column == "name" and not person(name):
            self._fault(row, column, "未填姓名", "the name is missing")
        elif name and (len(name) > LONGEST_NAME or not name.isprintable() or not person(name)):
            self._fault(
                row,
                column,
                f"应是一行看得见的文字，最长 {LONGEST_NAME} 字",
                f"must be one line of visible text, {LONGEST_NAME} characters at most",
            )

    def _refuse_role(self, row: int, role: str) -> None:
        if not role:
            self._fault(row, "role", "未填角色", "the role is missing")
            return
        zh, en = "、".join(each.called.zh for each in Role), ", ".join(Role)
        self._fault(row, "role", f"没有“{role}”这个角色；可用：{zh}", f"there is no role “{role}”; use {en}")

    def _check_scope(self, row: int, role: Role, cells: Mapping[str, str]) -> None:
        title, reaches = role.called, REACHES[role]
        scope, unit = cells["scope"], cells["unit"]
        if role is Role.MEMBER and not (unit or scope):
            self._fault(row, "unit", "党员须填所在支部", "a member needs a unit")
        elif role is not Role.MEMBER and not scope and Reach.COUNTY not in reaches:
            unit_asked = Reach.UNIT in reaches
            zh, en = (
                ("支部代码", "a unit's code") if unit_asked else ("乡镇或部门", "a township or department")
            )
            self._fault(row, "scope", f"{title.zh}须填范围：{zh}", f"a {title.en} needs a scope: {en}")
        elif scope and reaches == (Reach.COUNTY,):
            self._fault(
                row,
                "scope",
                f"{title.zh}是全县的，范围应留空",
                f"the role of {title.en} is held over the whole county; leave the scope empty",
            )
        elif role in _OF_A_UNIT and unit and scope not in ("", unit):
            self._fault(row, "scope", "与所在支部不一致", "differs from the unit")

    def _check_roles(self, row: int, login: str, role: Role, scope: str) -> None:
        """Compare with the roles above: each once, and none that must be another person's."""
        held = self.roles.setdefault(login, {})
        first = held.setdefault((role, scope), row)
        if first != row:
            self._fault(row, "role", f"与第 {first} 行重复", f"stands in row {first} already")
        kinds = {kind: each for kind in APART for each, _ in held if each in kind}
        if role in kinds.values() and len(kinds) > 1:
            zh, en = "、".join(each.called.zh for each in kinds.values()), ", ".join(kinds.values())
            self._fault(row, "role", f"{zh}不能由一人兼任", f"one person cannot be {en} at once")

    def _check_others(self, row: int, login: str, cells: Mapping[str, str]) -> None:
        """Compare with the rows above: a person is written one way, and two people sign differently."""
        first, earlier = self.first.setdefault(login, (row, cells))
        for column in ("name", "signs_as", "unit"):
            if first != row and cells[column] != earlier[column]:
                self._fault(
                    row,
                    column,
                    f"登录名“{login}”在第 {first} 行填的是“{earlier[column]}”；同一人应一致",
                    f"row {first} has “{earlier[column]}” for “{login}”; one person is written one way",
                )
        signature = person(cells["signs_as"] or cells["name"])
        other, whose = self.signatures.setdefault(signature, (row, login))
        if signature and whose != login:
            column = "signs_as" if cells["signs_as"] or self.table.has("signs_as") else "name"
            self._fault(
                row,
                column,
                f"与第 {other} 行的“{whose}”署名相同；两人须有不同的署名，请填写“署名”一列",
                f"signs like “{whose}” in row {other}; two people sign differently: fill in the column signs_as",
            )

    def _fault(self, row: int, column: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place=self.table.place_of(row, column), sentence=Text(zh, en)))
