"""Marks are entered on sheets, by who may and when they may, and the sheet says what it comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring.people import VISITOR
from scoring.periods import Phase
from scoring.permissions import NotAllowed, NotSignedIn, SameHands
from scoring.sheets import BlockCell, Entered, SheetState, StaleMarks
from scoring.store import rights
from scoring.store.engine import Store
from scoring.store.rights import GrantState
from scoring.workflow.footing import StageUnknown
from scoring.workflow.mark_sheets import accept, enter_block, enter_marks, own_comments, read_sheet
from scoring.workflow.queues import queue
from scoring.workflow.sheets_together import read_rows
from scoring.workflow.standings_now import provisional
from tests.workflow import county
from tests.workflow import marking as year


def test_a_sheet_says_what_it_comes_to_as_the_county_would_score_it(store: Store, tmp_path: Path) -> None:
    """One implementation: what is shown while typing is what the marks come to once they are signed."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    half = year.fill(store, own, "superior", {"discipline": "15"})
    assert half.provisional.score is None
    assert half.provisional.missing == (
        "meetings",
        "late_meetings",
        "income",
        "knowledge",
        "satisfaction",
    )
    shown = year.fill(store, own, "superior", dict(year.FULL) | {"late": "2", "honour": "1"}).provisional
    year.signed(store, own, "superior", {})
    scores = provisional(store, year.PERIOD).places.ratings.scores
    assert scores.assessments.units[0].code == year.UNIT
    assert shown.score == f"{scores.printed[0] / 100:.2f}"
    assert shown.missing == ()


def test_who_is_no_longer_secretary_enters_nothing(store: Store, tmp_path: Path) -> None:
    """Though they still were when their request began."""
    year.opened(store, tmp_path)
    own = year.secretary(store)
    year.fill(store, own, "self", {"discipline": "15"})
    with store.begin() as c:
        rights.move(c, rights.find(c, own.grants[0].number), GrantState.ENDED, "")
    with pytest.raises(NotAllowed):
        year.fill(store, own, "self", {"meetings": "7"})
    assert set(year.seen(store, own, "self").marks) == {"discipline"}


def test_a_branch_sees_its_own_total_before_a_stage_that_decides(store: Store, tmp_path: Path) -> None:
    """Its marks decide nothing, and yet it wants to know; what only others can enter is still missing."""
    year.opened(store, tmp_path)
    own = year.secretary(store)
    assert year.fill(store, own, "self", year.OWN).provisional.missing == ("late_meetings",)
    office = year.secretary(store, year.OFFICE, "陈")
    marks = {"discipline": "20", "meetings": "10", "satisfaction": "good=9;fair=0;poor=0"}
    assert year.fill(store, office, "self", marks, year.OFFICE).provisional.missing == ("points",)


def test_what_is_not_allowed_is_told_and_the_rest_is_saved(store: Store, tmp_path: Path) -> None:
    """Nobody loses nine marks to the tenth."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    marks = {
        "discipline": "20.5",
        "meetings": "7",
        "income": "五万",
        "knowledge": "８１．５",
        "satisfaction": "good=7;fair=2;poor=0",
        "late": "1.5",
        "nothing": "1",
    }
    saved = year.fill(store, own, "superior", marks)
    assert saved.faults.keys() == {"discipline", "meetings", "income", "satisfaction", "late", "nothing"}
    assert "2/3" in saved.faults["satisfaction"].en
    assert saved.marks == {"knowledge": "81.5"}
    few = year.fill(store, own, "superior", {"satisfaction": "good=1;fair=1;poor=1"})
    assert "5" in few.faults["satisfaction"].en
    assert set(year.seen(store, own, "superior").marks) == {"knowledge"}


def test_comments_stand_beside_marks_and_have_an_end(store: Store, tmp_path: Path) -> None:
    """A comment is left as it is where none is sent; one that is too long is refused on its own cell."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    entered = Entered(criterion="discipline", mark="15", comment=" 台账齐全\r\n ")
    enter_marks(store, own, year.key("superior"), [entered])
    enter_marks(store, own, year.key("superior"), [Entered(criterion="discipline", mark="16", revision=1)])
    now = year.seen(store, own, "superior").mark_of("discipline")
    assert (now.mark, now.comment, now.revision, now.by) == ("16", "台账齐全", 2, own.id)
    long = Entered(criterion="meetings", mark="10", comment="长" * 1001)
    saved = enter_marks(store, own, year.key("superior"), [long])
    assert "1000" in saved.faults["meetings"].en
    assert own_comments(store, own, year.PERIOD, "superior") == ("台账齐全",)


def test_the_same_again_writes_nothing(store: Store, tmp_path: Path) -> None:
    """A client that lost the answer sends once more; nothing grows, nothing is stale."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    entries = [Entered(criterion="discipline", mark="15"), Entered(criterion="meetings", mark="10")]
    first = enter_marks(store, own, year.key("superior"), entries)
    rows = county.counts(store)
    assert enter_marks(store, own, year.key("superior"), entries).revisions == first.revisions
    assert county.counts(store) == rows


def test_typing_makes_no_link_of_the_chain(store: Store, tmp_path: Path) -> None:
    """Drafts count when they are signed for; the chain would drown in keystrokes."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    links = county.counts(store)["chain_link"]
    year.fill(store, own, "superior", year.FULL)
    assert county.counts(store)["chain_link"] == links


def test_a_mark_can_be_cleared_and_set_again(store: Store, tmp_path: Path) -> None:
    """An empty cell is no mark: neither nought nor not applicable."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    year.fill(store, own, "superior", {"discipline": "15", "meetings": "n/a"})
    year.fill(store, own, "superior", {"discipline": ""})
    now = year.seen(store, own, "superior")
    assert now.mark_of("discipline").mark == ""
    assert now.mark_of("discipline").revision == 2
    assert now.mark_of("meetings").mark == "n/a"
    assert "discipline" in now.missing
    assert "meetings" not in now.missing


def test_marks_from_a_file_stand_on_the_sheet_until_they_are_edited(store: Store, tmp_path: Path) -> None:
    """Half the townships still send workbooks; nobody types those again. What two gave differently nobody gave."""
    year.opened(store, tmp_path, Phase.MARKING)
    rows = [
        county.MARK_HEAD,
        [year.UNIT, "discipline", "superior", "甲", "12"],
        [year.UNIT, "discipline", "superior", "乙", "13"],
        [year.UNIT, "meetings", "superior", "甲", "10"],
    ]
    county.take_marks(store, tmp_path / "m.csv", rows)
    own = year.superior(store)
    now = year.seen(store, own, "superior")
    assert (now.state, now.mark_of("meetings").mark, now.mark_of("meetings").revision) == (
        SheetState.OPEN,
        "10",
        0,
    )
    assert now.mark_of("discipline").mark == ""
    assert year.fill(store, own, "superior", {"meetings": "5"}).revisions == {"meetings": 1}


@pytest.mark.parametrize("stage", ["self", "superior", "county"])
def test_whoever_is_not_entitled_enters_nothing(store: Store, tmp_path: Path, stage: str) -> None:
    """The rule holds in the workflow itself, whatever page or program calls it."""
    year.opened(store, tmp_path, Phase.COLLECTING if stage == "self" else Phase.MARKING)
    others = [
        year.secretary(store, year.OTHER, "王书记"),
        year.superior(store, "柳", county.TOWNSHIPS[0]),
        year.evaluator(store, "赵", year.OTHER),
        year.administrator(store),
        year.moderator(store),
    ]
    rows = county.counts(store)["draft"]
    for own in others:
        with pytest.raises(NotAllowed):
            enter_marks(store, own, year.key(stage), [Entered(criterion="discipline", mark="9")])
        with pytest.raises(NotAllowed):
            enter_block(
                store,
                own,
                year.PERIOD,
                stage,
                [BlockCell(unit=year.UNIT, criterion="discipline", mark="9")],
            )
    with pytest.raises(NotSignedIn):
        enter_marks(store, VISITOR, year.key(stage), [Entered(criterion="discipline", mark="9")])
    assert county.counts(store)["draft"] == rows


def test_nobody_marks_the_own_branch_but_as_its_secretary(store: Store, tmp_path: Path) -> None:
    """Who belongs to a branch does not judge it for the township or the county."""
    year.opened(store, tmp_path, Phase.MARKING)
    both = year.person(
        store,
        "双",
        (year.Role.SUPERIOR, year.at(county.TOWNSHIPS[1])),
        (year.Role.SECRETARY, year.at(year.UNIT, year.Reach.UNIT)),
    )
    with pytest.raises(SameHands):
        year.fill(store, both, "superior", {"discipline": "20"})
    assert [one.stage for one in queue(store, both, year.PERIOD).items if one.unit.code == year.UNIT] == [
        "self"
    ]
    assert year.fill(store, both, "superior", {"discipline": "20"}, year.OTHER).revisions


def test_each_stage_has_its_phase(store: Store, tmp_path: Path) -> None:
    """Branches mark themselves while collecting, the rest mark while marking."""
    year.opened(store, tmp_path)
    own, boss = year.secretary(store), year.superior(store)
    year.fill(store, own, "self", {"discipline": "18"})
    with pytest.raises(NotAllowed, match="collecting"):
        year.fill(store, boss, "superior", {"discipline": "18"})
    year.reach(store, Phase.MARKING)
    with pytest.raises(NotAllowed, match="no longer"):
        year.fill(store, own, "self", {"discipline": "19"})
    assert year.seen(store, own, "self").locked is not None
    assert year.fill(store, boss, "superior", {"discipline": "17"}).revisions == {"discipline": 1}
    with pytest.raises(StageUnknown):
        year.seen(store, boss, "moderation")


def test_a_superior_accepts_what_the_branch_gave(store: Store, tmp_path: Path) -> None:
    """One key for what is right as it stands; what somebody entered already is not overwritten unseen."""
    year.opened(store, tmp_path)
    year.signed(store, year.secretary(store), "self", year.OWN)
    year.reach(store, Phase.MARKING)
    own = year.superior(store)
    year.fill(store, own, "superior", {"discipline": "11"})
    with pytest.raises(StaleMarks) as stale:
        accept(store, own, year.key("superior"), [*year.FULL])
    assert [(one.criterion, one.yours, one.theirs) for one in stale.value.conflicts] == [
        ("discipline", "15", "11")
    ]
    now = year.seen(store, own, "superior")
    assert now.mark_of("meetings").mark == "10"
    assert now.missing == ("late_meetings",)
    accept(store, own, year.key("superior"), ["discipline"], {"discipline": 1})
    assert year.seen(store, own, "superior").mark_of("discipline").mark == "15"
    faults = accept(store, own, year.key("superior"), ["late_meetings"]).faults
    assert faults.keys() == {"late_meetings"}


def test_a_block_is_saved_cell_by_cell(store: Store, tmp_path: Path) -> None:
    """A paste over forty branches tells each wrong cell, and saves the others."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    mate = year.superior(store, "钱镇")
    year.fill(store, mate, "superior", {"discipline": "3"})
    cells = [
        BlockCell(unit=year.UNIT, criterion="discipline", mark="4"),
        BlockCell(unit=year.UNIT, criterion="meetings", mark="10"),
        BlockCell(unit=year.OTHER, criterion="meetings", mark="6"),
        BlockCell(unit=year.OTHER, criterion="income", mark="３００００"),
        BlockCell(unit="A02", criterion="income", mark="1"),
        BlockCell(unit="Z99", criterion="income", mark="1"),
    ]
    saved = enter_block(store, own, year.PERIOD, "superior", cells)
    assert saved.revisions == {(year.UNIT, "meetings"): 1, (year.OTHER, "income"): 1}
    assert saved.marks[year.OTHER, "income"] == "30000"
    assert saved.faults.keys() == {(year.OTHER, "meetings"), ("A02", "income"), ("Z99", "income")}
    assert [(one.yours, one.theirs, one.by_name) for one in saved.conflicts] == [("4", "3", "钱镇")]
    rows = {row.unit.code: row for row in read_rows(store, own, year.PERIOD, "superior")}
    assert rows.keys() == {"A01", "A07", "A10"}
    assert rows[year.UNIT].mark_of("discipline").mark == "3"


def test_the_queue_tells_how_far_each_sheet_is(store: Store, tmp_path: Path) -> None:
    """Filled of all, entered here or come with a file; what is signed is whole."""
    year.opened(store, tmp_path)
    own = year.secretary(store)
    year.fill(store, own, "self", {"discipline": "18", "meetings": "10", "late": "2"})
    (item,) = queue(store, own, year.PERIOD).items
    assert (item.unit.code, item.stage, item.filled, item.of, item.state) == (
        year.UNIT,
        "self",
        2,
        5,
        SheetState.OPEN,
    )
    for mark, filled in (("", 1), ("5", 2), ("", 1)):
        year.fill(store, own, "self", {"meetings": mark})
        assert queue(store, own, year.PERIOD).items[0].filled == filled
    year.signed(store, own, "self", year.OWN)
    year.reach(store, Phase.MARKING)
    county.take_marks(
        store, tmp_path / "m.csv", [county.MARK_HEAD, [year.OTHER, "discipline", "superior", "甲", "12"]]
    )
    boss = year.superior(store)
    year.fill(store, boss, "superior", {"meetings": "10"}, year.OTHER)
    items = {one.unit.code: one for one in queue(store, boss, year.PERIOD).items}
    assert {code: (one.filled, one.of, one.before) for code, one in items.items()} == {
        "A01": (0, 6, SheetState.SIGNED),
        "A07": (2, 6, SheetState.OPEN),
        "A10": (0, 6, SheetState.OPEN),
    }
    assert queue(store, own, year.PERIOD).items[0].filled == 5
    with pytest.raises(NotSignedIn):
        queue(store, VISITOR, year.PERIOD)


def test_who_may_not_mark_sees_only_what_counts(store: Store, tmp_path: Path) -> None:
    """What somebody is still typing is nobody else's; a stranger sees nothing at all."""
    year.opened(store, tmp_path)
    own, boss = year.secretary(store), year.superior(store)
    year.fill(store, own, "self", year.OWN)
    assert year.seen(store, boss, "self").marks == {}
    year.signed(store, own, "self", {})
    assert year.seen(store, boss, "self").mark_of("discipline").mark == "15"
    for other in (year.secretary(store, year.OTHER, "王书记"), year.administrator(store)):
        with pytest.raises(NotAllowed):
            year.seen(store, other, "self")
    with pytest.raises(NotSignedIn):
        read_sheet(store, VISITOR, year.key("self"))
