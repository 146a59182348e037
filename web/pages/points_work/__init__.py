"""Members' points at an office: claims, attendance, members, talks, reversals, quarters, sums, means, and rules, tried."""

from web.pages.points_work import (
    attendance,
    claims,
    means,
    member_files,
    members,
    quarters,
    replays,
    reversals,
    rules,
    sums,
    talks,
)
from web.pages.points_work.places import points_work_pages

__all__ = [
    "attendance",
    "claims",
    "means",
    "member_files",
    "members",
    "points_work_pages",
    "quarters",
    "replays",
    "reversals",
    "rules",
    "sums",
    "talks",
]
