"""A replay says what other rules would have come to, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.replay import ReplayRefused, choices, replay
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.years import year_of
from tests.people import somebody
from tests.workflow import county
from tests.workflow.points.members_at_hand import RULES, administrator, known, take_points, with_members
from tests.workflow.points.test_import_points import reverse
from tests.workflow.points.test_rules import another

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
POINTS = [
    ["M1", "party_lecture", "2026-02-06", "", "甲", "", ""],
    ["M1", "party_lecture", "2026-03-06", "", "乙", "", ""],
    ["M1", "party_lecture", "2026-05-06", "", "丙", "", ""],
    ["M1", "volunteer_service", "2026-02-07", "4", "", "", ""],
    ["M2", "illegal_building", "2026-05-06", "", "", "", ""],
    ["M2", "blood_donated", "2026-05-06", "", "", "", ""],
    ["M4", "blood_donated", "2026-05-06", "", "", "", ""],
]


@pytest.fixture
def half_year(store, tmp_path):
    """Two quarters of points, one line of them reversed."""
    with_members(store, tmp_path)
    for quarter in ("2026Q1", "2026Q2"):
        open_quarter(store, None, quarter)
    take_points(store, tmp_path / "p.csv", POINTS)
    reverse(store, known(store)["M4"])
    return store


def test_the_same_rules_come_to_what_is_posted(half_year):
    done = replay(half_year, administrator(half_year), RULES, FIRST, LAST)
    assert (done.figures_moved, done.stars_moved, done.cards_moved, done.gone) == (0, 0, 0, ())
    assert [own.code for own in done.members] == ["M1", "M2", "M3", "M4"]
    with half_year.read() as c:
        own = known(half_year)
        years = year_of(c, [own["M1"].id, own["M2"].id], 2026)
    before = {one.code: one.before for one in done.members}
    for code in ("M1", "M2"):
        figure = years[own[code].id]
        assert (figure.annual, figure.stars) == (before[code].annual, before[code].stars)
    assert (before["M1"].annual, before["M1"].spendable, before["M2"].spendable) == (6500, 400, 500)
    assert (before["M4"].annual, before["M4"].spendable) == (6000, 0), "what was reversed is left out"


def test_other_points_caps_ranges_and_baselines_move_what_they_should(half_year, tmp_path):
    """Lectures give 3 up to 3 a quarter instead of 2 up to 4; service gives 3 at the most; everybody begins with 70."""
    before = county.counts(half_year)
    path = another(tmp_path, "2027.1", "baseline: {points: 60, elderly: 72}", "baseline: {points: 70}")
    text = (tmp_path / "2027.1.yaml").read_text("utf-8")
    lecture = "    points: 2\n    caps: {event_times: 1, quarter: 4, year: 8}"
    assert text.count(lecture) == 1
    text = text.replace(lecture, "    points: 3\n    caps: {event_times: 1, quarter: 3, year: 12}")
    text = text.replace("range: {from: 1, to: 4, step: 0.5}", "range: {from: 1, to: 3, step: 2}")
    (tmp_path / "2027.1.yaml").write_text(text, "utf-8")
    done = replay(half_year, None, path, FIRST, LAST)
    after = {own.code: own.after for own in done.members}
    assert (after["M1"].annual, after["M1"].spendable) == (7450, 300)
    assert (after["M2"].annual, after["M2"].stars) == (5250, 0)
    assert (after["M3"].annual, after["M3"].stars) == (7000, 2)
    assert (after["M4"].annual, after["M4"].spendable) == (7000, 0)
    assert (done.rules, done.figures_moved, done.stars_moved) == ("member-points@2027.1", 4, 2)
    assert county.counts(half_year) == before


def test_an_item_the_other_rules_have_not_counts_no_more(half_year, tmp_path):
    path = another(tmp_path, "2027.1", "- id: illegal_building", "- id: building_illegal")
    done = replay(half_year, None, path, FIRST, LAST)
    after = {own.code: own.after for own in done.members}
    assert (done.gone, after["M2"].annual) == (("illegal_building",), 6250)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 2), LAST),
        (FIRST, date(2026, 6, 29)),
        (date(2025, 10, 1), LAST),
        (date(2026, 4, 1), date(2026, 3, 31)),
    ],
)
def test_only_whole_quarters_of_one_year_are_replayed(half_year, first, last):
    with pytest.raises(ReplayRefused):
        replay(half_year, None, RULES, first, last)


def test_only_administrators_replay(half_year):
    with pytest.raises(NotAllowed):
        replay(half_year, somebody(half_year, "ling", Role.LEADER), RULES, FIRST, LAST)


def test_what_all_come_to_and_how_many_go_up_or_down(half_year, tmp_path):
    """By a baseline of 70, service of 3 at most: all figures rise, and what can be spent is less."""
    path = another(tmp_path, "2027.1", "baseline: {points: 60, elderly: 72}", "baseline: {points: 70}")
    text = (tmp_path / "2027.1.yaml").read_text("utf-8")
    text = text.replace("range: {from: 1, to: 4, step: 0.5}", "range: {from: 1, to: 3, step: 2}")
    (tmp_path / "2027.1.yaml").write_text(text, "utf-8")
    done = replay(half_year, None, path, FIRST, LAST)
    before, after = done.sums
    figures = [(own.before.annual, own.after.annual) for own in done.members]
    assert before.mean == round(sum(was for was, _ in figures) / 4)
    assert after.mean == round(sum(would for _, would in figures) / 4)
    assert after.spendable == before.spendable - 100
    assert (done.figures.up, done.figures.down) == (sum(would > was for was, would in figures), 1)
    turned = [own for own in done.members if own.before.stars != own.after.stars]
    assert done.stars.up + done.stars.down == len(turned) == done.stars_moved
    assert sum(own.moves_by for own in done.members) == sum(would - was for was, would in figures)


def test_a_card_lost_goes_down_and_a_card_won_goes_up(half_year, tmp_path):
    """M1 and M2 have 4 and 5 points to spend: silver from 5 on is won by one, and lost again by the rules as they are."""
    silver = "{zh: 银卡, en: Silver card}\n      at_least: "
    easy = another(tmp_path, "2027.1", f"{silver}20", f"{silver}5")
    done = replay(half_year, None, easy, FIRST, LAST)
    assert (done.cards.up, done.cards.down, done.cards_moved) == (1, 0, 1)
    back = replace(
        done,
        before=done.after,
        after=done.before,
        members=tuple(replace(own, before=own.after, after=own.before) for own in done.members),
    )
    assert (back.cards.up, back.cards.down) == (0, 1)


def test_rules_in_use_can_be_tried_by_name_and_the_shipped_ones_too(half_year, tmp_path):
    """The quarters are those begun since there were rules."""
    keeper = administrator(half_year)
    offered = choices(half_year, keeper)
    assert offered.refs == (RULES,)
    assert offered.quarters[-1] == "2026Q1"
    with pytest.raises(NotAllowed):
        choices(half_year, somebody(half_year, "ling", Role.LEADER))
    adopt_rules(half_year, None, another(tmp_path, "2027.1"), date(2027, 1, 1))
    assert choices(half_year, keeper).refs == ("member-points@2027.1", RULES)
    assert replay(half_year, None, "member-points@2027.1", FIRST, LAST).figures_moved == 4
