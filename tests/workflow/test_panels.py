"""Panels mark blind; who marks what is said by an administrator, or drawn by a seed that anybody can draw by again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from scoring.periods import Phase
from scoring.permissions import NotAllowed, SameHands
from scoring.sheets import Entered, SheetState
from scoring.spot_checks import drawn
from scoring.store import assignments, people, rights
from scoring.store.engine import Store
from scoring.workflow.assign import (
    AssignmentRefused,
    DeadlineRefused,
    assign,
    draw_checks,
    set_deadline,
    unassign,
)
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.period_progress import progress
from scoring.workflow.queues import queue
from scoring.workflow.read_disputes import disputes
from scoring.workflow.sign_sheets import send_back
from tests.workflow import county
from tests.workflow import marking as year


def _marked_by_superior(store: Store, folder: Path) -> None:
    year.opened(store, folder, Phase.MARKING)
    year.signed(store, year.superior(store), "superior", year.FULL)


def test_members_of_a_panel_see_each_other_only_when_both_have_signed(store: Store, tmp_path: Path) -> None:
    """A mark that is seen pulls the next one towards it; neither sheet nor score gives one away before."""
    _marked_by_superior(store, tmp_path)
    one, other = year.evaluator(store, "王评", year.UNIT), year.evaluator(store, "孙评", year.UNIT)
    low = dict(year.FULL) | {"discipline": "0"}
    blind = year.fill(store, other, "county", year.FULL).provisional
    year.signed(store, one, "county", low)
    now = year.seen(store, other, "county")
    assert now.others == {}
    assert now.provisional == blind
    assert [(own.name, own.signed) for own in sorted(now.panel, key=lambda own: own.name)] == [
        ("孙评", False),
        ("王评", True),
    ]
    with pytest.raises(NotAllowed, match="before signing"):
        read_sheet(store, other, year.key("county", holder=one.id))
    year.signed(store, other, "county", {})
    assert year.seen(store, other, "county").others["discipline"][0].mark == "0"
    assert year.seen(store, one, "county").others["discipline"][0].mark == "15"
    assert read_sheet(store, other, year.key("county", holder=one.id)).mark_of("discipline").mark == "0"


def test_a_colleague_who_has_not_signed_stays_unseen(store: Store, tmp_path: Path) -> None:
    """To have signed oneself opens what is signed, not what is still typed; nor may anybody write there."""
    _marked_by_superior(store, tmp_path)
    one, other = year.evaluator(store, "王评", year.UNIT), year.evaluator(store, "孙评", year.UNIT)
    year.fill(store, other, "county", {"discipline": "3"})
    year.signed(store, one, "county", year.FULL)
    assert year.seen(store, one, "county").others == {}
    theirs = year.key("county", holder=other.id)
    with pytest.raises(NotAllowed):
        read_sheet(store, one, theirs)
    with pytest.raises(NotAllowed):
        enter_marks(store, one, theirs, [Entered(criterion="discipline", mark="9", revision=1)])


def test_branch_and_superior_do_not_see_the_county_before_posting(store: Store, tmp_path: Path) -> None:
    """Marks that may still be moderated are no rumour's business."""
    _marked_by_superior(store, tmp_path)
    judge = year.evaluator(store, "王评", year.UNIT)
    year.signed(store, judge, "county", year.FULL)
    own, boss = year.secretary(store), year.again(store, _id_of(store, "李镇"))
    for actor in (own, boss):
        with pytest.raises(NotAllowed):
            read_sheet(store, actor, year.key("county", holder=judge.id))
    rest = [row for row in county.mark_rows() if row[0] != year.UNIT]
    county.take_marks(store, tmp_path / "rest.csv", rest)
    year.reach(store, Phase.POSTED)
    for actor in (own, boss):
        assert read_sheet(store, actor, year.key("county", holder=judge.id)).marks


def test_marks_that_differ_from_the_superiors_ask_for_a_comment(store: Store, tmp_path: Path) -> None:
    """The county takes the superior's mark as it stands, or says why not: the sheet points out where it does not."""
    _marked_by_superior(store, tmp_path)
    judge = year.evaluator(store, "王评", year.UNIT)
    year.fill(store, judge, "county", dict(year.FULL) | {"discipline": "12", "meetings": "5"})
    said = Entered(criterion="meetings", mark="5", comment="少两次", revision=1)
    enter_marks(store, judge, year.key("county"), [said])
    now = year.seen(store, judge, "county")
    assert now.changed == ("discipline",)
    assert now.accepted("discipline") == "15"


def test_a_deputy_fills_the_seat_and_not_two(store: Store, tmp_path: Path) -> None:
    """Marks stand in the name of the seat, the deed in that of the deputy; nobody has two voices in a panel."""
    _marked_by_superior(store, tmp_path)
    one = year.evaluator(store, "王评", year.UNIT)
    two = year.evaluator(store, "孙评", year.UNIT)
    free = year.evaluator(store, "代", year.OTHER)
    with store.begin() as c:
        for own in (two, free):
            rights.name_deputy(c, one.id, own.id, ("2020-01-01", "2099-01-01"), one.id)
    typed = [Entered(criterion="discipline", mark="9", revision=0)]
    with pytest.raises(SameHands):
        enter_marks(store, year.again(store, two.id, one.id), year.key("county"), typed)
    year.signed(store, year.again(store, free.id, one.id), "county", year.FULL)
    assert (year.UNIT, "county", "王评") in year.kept(store)
    assert year.seen(store, one, "county").signed.by == free.id


def test_nobody_is_given_a_unit_they_may_not_judge(store: Store, tmp_path: Path) -> None:
    """The administrator is told by name, and nothing of the list is kept."""
    year.opened(store, tmp_path, Phase.MARKING)
    boss = year.administrator(store)
    own = year.evaluator(store, "王评", unit=year.UNIT)
    away = year.evaluator(store, "孙评")
    with store.begin() as c:
        rights.keep_away(c, away.id, year.OTHER, "亲属", boss.id)
    wanted = {year.UNIT: [own.id, away.id], year.OTHER: [away.id], "Z": [own.id], "A02": ["nobody"]}
    with pytest.raises(AssignmentRefused) as refused:
        assign(store, boss, year.PERIOD, "county", wanted)
    told = county.told(refused.value)
    for words in (
        "王评 belongs to 第1村党支部",
        "孙评 belongs to 第7村党支部",
        "no unit “Z”",
        "no such person",
    ):
        assert words in told
    assert county.counts(store)["assignment"] == 0
    with pytest.raises(AssignmentRefused, match="not assigned"):
        assign(store, boss, year.PERIOD, "superior", {year.UNIT: [away.id]})
    with pytest.raises(AssignmentRefused, match="no county evaluator"):
        assign(store, boss, year.PERIOD, "county", {year.UNIT: [boss.id]})
    with pytest.raises(NotAllowed):
        assign(store, away, year.PERIOD, "county", {"A02": [away.id]})


def test_assignments_are_ended_but_not_once_signed(store: Store, tmp_path: Path) -> None:
    """Who is taken off can no longer mark; marks that count stay with who signed them."""
    _marked_by_superior(store, tmp_path)
    boss = year.administrator(store)
    judge = year.evaluator(store, "王评")
    pairs = {year.UNIT: [judge.id], year.OTHER: [judge.id]}
    assert assign(store, boss, year.PERIOD, "county", pairs) == 2
    assert assign(store, boss, year.PERIOD, "county", pairs) == 0
    year.signed(store, judge, "county", year.FULL)
    with pytest.raises(AssignmentRefused, match="signed"):
        unassign(store, boss, year.PERIOD, "county", pairs)
    assert unassign(store, boss, year.PERIOD, "county", {year.OTHER: [judge.id]}) == 1
    with pytest.raises(NotAllowed):
        year.fill(store, judge, "county", year.FULL, year.OTHER)
    assert assign(store, boss, year.PERIOD, "county", pairs) == 1


def test_spot_checks_can_be_drawn_again_by_anybody(store: Store, tmp_path: Path) -> None:
    """The seed and the codes are enough, without this program; who keeps away from a unit is passed over."""
    year.opened(store, tmp_path, Phase.MARKING)
    boss = year.administrator(store)
    codes = [row[0] for row in county.unit_rows()[1:]]
    expected = sorted(codes, key=lambda code: hashlib.sha256(f"2026-10-01 摇号{code}".encode()).hexdigest())
    one, two = year.evaluator(store, "王评", unit=expected[0]), year.evaluator(store, "孙评")
    found = draw_checks(store, boss, year.PERIOD, "county", 4, [one.id, two.id], "2026-10-01 摇号")
    assert list(found.draw.units) == expected[:4]
    assert [own.person for own in found.assigned] == [two.id, one.id, two.id, one.id]
    assert {own.unit.code for own in queue(store, one, year.PERIOD).items} == {expected[1], expected[3]}
    with store.read() as c:
        assert assignments.draws(c, year.PERIOD) == (found.draw,)
    made = draw_checks(store, boss, year.PERIOD, "county", 2, [two.id]).draw
    assert made.units == drawn(made.seed, codes, 2)
    for wanted, persons in ((0, [one.id]), (1, [])):
        with pytest.raises(AssignmentRefused):
            draw_checks(store, boss, year.PERIOD, "county", wanted, persons, "s")
    with pytest.raises(AssignmentRefused, match="keep away"):
        draw_checks(store, boss, year.PERIOD, "county", 12, [one.id], "s")
    with pytest.raises(NotAllowed):
        draw_checks(store, one, year.PERIOD, "county", 1, [two.id], "s")


def test_progress_names_who_is_behind_and_what_is_overdue(store: Store, tmp_path: Path) -> None:
    """An administrator sees the county, a superior the own units; what came with a file is done, what came back is not."""
    year.opened(store, tmp_path)
    own = year.secretary(store)
    year.signed(store, own, "self", year.OWN)
    year.secretary(store, year.OTHER, "王书记")
    year.reach(store, Phase.MARKING)
    boss, admin = year.superior(store), year.administrator(store)
    judge = year.evaluator(store, "王评", year.UNIT, "A02")
    set_deadline(store, admin, year.PERIOD, "self", "2020-01-01")
    row = ["A10", "discipline", "self", "某", "12"]
    county.take_marks(store, tmp_path / "m.csv", [county.MARK_HEAD, row])
    whole = {one.stage: one for one in progress(store, admin, year.PERIOD).stages}
    assert (whole["self"].of, whole["self"].done, whole["self"].overdue) == (12, 2, 10)
    assert [(one.name, one.units) for one in whole["self"].behind] == [("王书记", ("A07",))]
    assert (whole["county"].of, whole["county"].done, whole["county"].unassigned) == (2, 0, 10)
    assert [(one.person, one.units) for one in whole["county"].behind] == [(judge.id, ("A01", "A02"))]
    (mine,) = [one for one in progress(store, boss, year.PERIOD).superiors if one.stage == "self"]
    assert (mine.superior.name, mine.of, mine.done) == (county.TOWNSHIPS[1], 3, 2)
    send_back(store, boss, year.PERIOD, year.UNIT, "self", "补")
    (mine,) = [one for one in progress(store, boss, year.PERIOD).superiors if one.stage == "self"]
    assert mine.done == 1
    item = queue(store, own, year.PERIOD).items[0]
    assert (item.overdue, item.deadline, item.state, item.locked) == (
        True,
        "2020-01-01",
        SheetState.SENT_BACK,
        None,
    )
    with pytest.raises(NotAllowed):
        progress(store, own, year.PERIOD)


def test_a_deadline_is_a_day_of_a_step_there_is(store: Store, tmp_path: Path) -> None:
    """A day that nobody can read, or of no step, would never be over."""
    year.opened(store, tmp_path)
    admin = year.administrator(store)
    for step, day in (("self", "1.12.2026"), ("self", "2026-02-30"), ("selves", "2026-12-01")):
        with pytest.raises(DeadlineRefused):
            set_deadline(store, admin, year.PERIOD, step, day)
    set_deadline(store, admin, year.PERIOD, "self", "2026-12-01")
    set_deadline(store, admin, year.PERIOD, "county", "2026-12-20")
    set_deadline(store, admin, year.PERIOD, "county", "")
    with store.read() as c:
        assert assignments.deadlines(c, year.PERIOD) == {"self": "2026-12-01"}
    with pytest.raises(NotAllowed):
        set_deadline(store, year.secretary(store), year.PERIOD, "self", "2027-01-01")


def _id_of(store: Store, name: str) -> str:
    with store.read() as c:
        return people.by_login(c, name).id


def test_a_moderator_in_the_panel_is_as_blind_as_the_rest(store: Store, tmp_path: Path) -> None:
    """A second role is no window: who is still to mark a unit sees neither its disputes nor a colleague's sheet."""
    _marked_by_superior(store, tmp_path)
    one, two = year.evaluator(store, "王评", year.UNIT), year.evaluator(store, "孙评", year.UNIT)
    both = year.person(store, "双", (year.Role.EVALUATOR, year.at()), (year.Role.MODERATOR, year.at()))
    assign(store, year.administrator(store), year.PERIOD, "county", {year.UNIT: [both.id]})
    year.signed(store, one, "county", year.FULL)
    year.signed(store, two, "county", dict(year.FULL) | {"discipline": "0"})
    assert disputes(store, year.moderator(store), year.PERIOD)
    assert disputes(store, both, year.PERIOD) == ()
    with pytest.raises(NotAllowed):
        read_sheet(store, both, year.key("county", holder=one.id))
    year.signed(store, both, "county", year.FULL)
    assert disputes(store, both, year.PERIOD)[0].locked is not None
    assert read_sheet(store, both, year.key("county", holder=one.id)).marks
