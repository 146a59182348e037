"""A county with branches, an administrator, rules of points in force since 2026, and a few members."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from scoring.people import Actor, Role
from scoring.store.engine import Store
from scoring.store.ledger import members
from scoring.store.ledger.members import Member
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_members import MembersTaken, import_members
from scoring.workflow.points.import_points import PointsTaken, import_points
from scoring.workflow.points.rules_in_force import adopt_rules
from tests.people import somebody, unit
from tests.workflow import county

RULES = "member-points@2026.1"
NEW_YEAR = date(2026, 1, 1)
MEMBER_HEAD = ["编号", "姓名", "支部", "类型", "登录名", "起始日期"]
POINTS_HEAD = ["编号", "项目", "日期", "分值", "活动", "说明", "流水号"]
MEMBERS = [
    ["M1", "王一", "A01", "在职党员", "", "2026-01-01"],
    ["M2", "李二", "A01", "在家", "", "2026-01-01"],
    ["M3", "赵三", "A01", "elderly", "", "2026-02-10"],
    ["M4", "钱四", "A02", "流动党员", "", "2026-01-01"],
]


def administrator(store: Store, login: str = "guan") -> Actor:
    """Return an administrator."""
    return somebody(store, login, Role.ADMINISTRATOR)


def secretary(store: Store, code: str = "A01", login: str = "shuji") -> Actor:
    """Return the secretary of a branch."""
    return somebody(store, login, Role.SECRETARY, scope=unit(code), branch=code)


def with_rules(store: Store, folder: Path, first_day: date = NEW_YEAR) -> None:
    """Open a year with its branches, and take the shipped rules of points into use."""
    county.with_units(store, folder)
    adopt_rules(store, None, RULES, first_day)


def take_members(
    store: Store, path: Path, rows: list[list[str]], *, by: Actor | None = None, mode: Mode = Mode.FOR_GOOD
) -> MembersTaken:
    """Write *rows* under the usual head to *path* and import them as members."""
    return import_members(store, by, county.write(path, [MEMBER_HEAD, *rows]), mode)


def take_points(
    store: Store, path: Path, rows: list[list[str]], *, by: Actor | None = None, mode: Mode = Mode.FOR_GOOD
) -> PointsTaken:
    """Write *rows* under the usual head to *path* and import them as points."""
    return import_points(store, by, county.write(path, [POINTS_HEAD, *rows]), mode)


def with_members(store: Store, folder: Path) -> dict[str, Member]:
    """Do all of it, and return the members by number."""
    with_rules(store, folder)
    take_members(store, folder / "members.csv", MEMBERS)
    return known(store)


def known(store: Store) -> dict[str, Member]:
    """Return the members there are, by number."""
    with store.read() as c:
        return {own.code: own for own in members.every(c)}
