"""A register's units and groups are filtered and ordered alike for pages, exports and the API."""

from dataclasses import replace

import pytest

from scoring.register import Entry, GroupFigures, Register
from scoring.selection import Directory, Selection, Sort
from scoring.units import Grouping, Unit


def entry(code, name, rank, stars, *, township="甲镇", department=None, domain="rural"):
    unit = Unit(code=code, name=name, domain=domain, township=township, department=department)
    ranks = {Grouping.COUNTY: rank, Grouping.TOWNSHIP: rank, Grouping.DEPARTMENT: None, Grouping.DOMAIN: rank}
    return Entry(
        unit=unit,
        criteria="set@1",
        score=None if rank is None else f"{100 - rank}.00",
        stars=stars,
        ranks=ranks,
        steps=(),
        missing=(),
        parts=(),
    )


def figures(name, *, units, at_target, rank):
    return GroupFigures(
        kind=Grouping.TOWNSHIP,
        name=name,
        units=units,
        rated=units,
        mean="80.00",
        rank=rank,
        stars=((3, at_target), (0, units - at_target)),
        not_rated=0,
        at_target=at_target,
        meets=True,
    )


ENTRIES = (
    entry("A1", "乙村", 2, 3),
    entry("A2", "甲村", 1, 5, township="乙镇"),
    entry("A3", "丙村", 2, 3, department="教育局", domain="school"),
    entry("A4", "丁村", None, None),
)
GROUPS = (
    figures("乙镇", units=1, at_target=1, rank=1),
    figures("甲镇", units=3, at_target=2, rank=2),
    replace(figures("丙镇", units=0, at_target=0, rank=None), mean=None),
)


@pytest.fixture
def directory():
    county = figures("", units=4, at_target=3, rank=None)
    return Directory(
        Register(
            period="2026",
            county_name="某县",
            criteria={},
            entries=ENTRIES,
            county=county,
            groups={Grouping.TOWNSHIP: GROUPS, Grouping.DEPARTMENT: (), Grouping.DOMAIN: ()},
            target=None,
        )
    )


def codes(found):
    return [own.unit.code for own in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Selection(), ["A2", "A1", "A3", "A4"]),
        (Selection(reverse=True), ["A1", "A3", "A2", "A4"]),
        (Selection(sort=Sort.CODE), ["A1", "A2", "A3", "A4"]),
        (Selection(sort=Sort.CODE, reverse=True), ["A4", "A3", "A2", "A1"]),
        (Selection(sort=Sort.NAME), ["A3", "A4", "A2", "A1"]),
        (Selection(within={Grouping.TOWNSHIP: "甲镇"}), ["A1", "A3", "A4"]),
        (Selection(within={Grouping.TOWNSHIP: "甲镇", Grouping.DOMAIN: "school"}), ["A3"]),
        (Selection(within={Grouping.DEPARTMENT: "教育局"}), ["A3"]),
        (Selection(within={Grouping.DEPARTMENT: "没有"}), []),
        (Selection(stars=(3,)), ["A1", "A3"]),
        (Selection(stars=(None,)), ["A4"]),
        (Selection(stars=(5, None)), ["A2", "A4"]),
        (Selection(words="jc"), ["A2"]),
        (Selection(words="村", stars=(3,), sort=Sort.NAME), ["A3", "A1"]),
    ],
)
def test_units_are_those_asked_for_in_the_order_asked(directory, asked, found):
    """Equals stay in order of code, and whoever has no rank stays last, whichever way the order runs."""
    assert codes(directory.units(asked)) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Selection(), ["乙镇", "甲镇", "丙镇"]),
        (Selection(reverse=True), ["甲镇", "乙镇", "丙镇"]),
        (Selection(sort=Sort.UNITS), ["甲镇", "乙镇", "丙镇"]),
        (Selection(sort=Sort.SHARE), ["乙镇", "甲镇", "丙镇"]),
        (Selection(sort=Sort.NAME), ["丙镇", "甲镇", "乙镇"]),
        (Selection(words="yz"), ["乙镇"]),
    ],
)
def test_groups_are_those_asked_for_in_the_order_asked(directory, asked, found):
    assert [own.name for own in directory.groups(Grouping.TOWNSHIP, asked)] == found


def test_an_entry_knows_its_members_and_groups(directory):
    register = directory.register
    assert codes(register.members(Grouping.TOWNSHIP, "甲镇")) == ["A1", "A3", "A4"]
    assert codes(register.members(Grouping.COUNTY, "")) == ["A1", "A2", "A3", "A4"]
    assert register.members(Grouping.TOWNSHIP, "没有") == ()
    assert register.group(Grouping.TOWNSHIP, "没有") is None
    assert register.group(Grouping.COUNTY, "") is register.county
