"""Where the pages of members' points at an office live, and which of them who asks may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for

from scoring.criteria.item import Item, ItemKind
from scoring.numbers import marks_text
from scoring.people import Role
from scoring.permissions import Action, Setting, may
from scoring.texts import Text
from scoring.workflow.points.in_role import in_role
from web.access import actor
from web.language import say, told

points_work_pages = Blueprint("points_work", __name__, url_prefix="/desk/points")

_PAGES = {
    "claims": Text("审核申报", "Claims"),
    "award": Text("集体登记", "Attendance"),
    "members": Text("党员积分", "Members"),
    "talks": Text("应谈话", "Talks due"),
    "reversals": Text("冲销与异议", "Reversals"),
    "quarters": Text("季度结账", "Quarters"),
    "county": Text("积分汇总", "Sums"),
    "means": Text("支部平均分", "Branch means"),
    "rules": Text("积分规则", "Rules"),
    "merchants": Text("兑换商户", "Merchants"),
    "expiry": Text("积分到期", "Points that end"),
}
_ELSEWHERE = {"merchants": "merchants.listed", "expiry": "expiry.show"}
"""Pages that have a place of their own."""

_RIGHTS = {
    "claims": Action.VERIFY_POINTS,
    "members": Action.SEE_POINTS,
    "talks": Action.SEE_POINTS,
    "reversals": Action.SEE_POINTS,
    "quarters": Action.SEE_POINTS_SUMS,
    "county": Action.SEE_POINTS_SUMS,
    "means": Action.SEE_PROGRESS,
    "rules": Action.KEEP_POINTS_RULES,
    "merchants": Action.KEEP_MERCHANTS,
    "expiry": Action.EXPIRE_POINTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page of points at work, and whether it is the one that is shown."""

    name: str
    text: str
    href: str
    here: bool


def tabs(here: str = "") -> tuple[Tab, ...]:
    """Return the pages that who asks may see, in order; *here* is the name of the one that is shown."""
    return tuple(
        Tab(
            name=name,
            text=told(_PAGES[name]),
            href=url_for(_ELSEWHERE.get(name, f"points_work.{name}")),
            here=name == here,
        )
        for name in _seen()
    )


def page(here: str, template: str, **values: Any) -> str:
    """Return the page of that template, among the pages of points at work."""
    return render_template(
        f"points_work/{template}",
        tabs=tabs(here),
        choices=choices,
        shown_points=shown_points,
        quarter_words=quarter_words,
        summed=summed,
        ItemKind=ItemKind,
        **values,
    )


def summed(points: int) -> str:
    """Return hundredths that many points come to, by thousands: `17,452.5`."""
    whole_, point, part = marks_text(points).partition(".")
    return f"{int(whole_):,}{point}{part}"


def choices(item: Item) -> tuple[int, ...]:
    """Return the hundredths an item may give at one time, fewest first."""
    if item.range is None:
        return (item.most,)
    return tuple(range(item.range.start, item.range.end + 1, item.range.step))


def shown_points(points: int, kind: ItemKind = ItemKind.EARNING) -> str:
    """Return hundredths of points with the sign they count by: `+1.5`, `−40`."""
    return f"{'−' if kind is ItemKind.LOSING else '+'}{marks_text(points)}"


def quarter_words(quarter: str) -> str:
    """Return what an office calls a quarter: `2026 年第四季度`."""
    year, place = quarter[:4], int(quarter[5:])
    return say(f"{year} 年第{'一二三四'[place - 1]}季度", f"Q{place} {year}")


def whole(text: str, most: int = 999_999_999) -> int | None:
    """Return the whole number that *text* is, None where it is none, or above *most*."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return number if (number := int(text)) <= most else None
    return None


def _seen() -> Iterator[str]:
    own, at = actor(), Setting()
    for name in _PAGES:
        if name == "award":
            if may(in_role(own, Role.SECRETARY), Action.CLAIM_POINTS, at):
                yield name
        elif may(own, _RIGHTS[name], at):
            yield name
