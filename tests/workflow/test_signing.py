"""Sheets are signed, and with that count; they are locked until they are sent back, and nothing signed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring.edition import State, inputs_of
from scoring.periods import Phase
from scoring.permissions import NotAllowed
from scoring.sheets import NothingToSendBack, SheetNotReady, SheetSigned, SheetState
from scoring.store import links
from scoring.store.engine import Store
from scoring.store.tables import notice
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.assign import set_deadline
from scoring.workflow.sign_sheets import send_back, sign_sheet, sign_sheets
from tests.workflow import county, people_at_work
from tests.workflow import marking as year


def test_what_is_missing_is_named_before_a_sheet_is_signed(store: Store, tmp_path: Path) -> None:
    """Whoever signs is told everything at once, by title; not applicable is an answer, an empty cell is none."""
    year.opened(store, tmp_path)
    own = year.secretary(store)
    year.fill(store, own, "self", {"discipline": "15", "meetings": "n/a"})
    with pytest.raises(SheetNotReady) as refused:
        sign_sheet(store, own, year.key("self"))
    assert "income, knowledge, satisfaction" in county.told(refused.value)
    assert year.seen(store, own, "self").unready == refused.value.faults
    assert year.signed(store, own, "self", year.OWN).marks == 5


def test_a_signed_sheet_is_locked_and_counts_as_one_link(store: Store, tmp_path: Path) -> None:
    """What was signed for stands, and the chain knows the unit, the person and the role."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    year.fill(store, own, "superior", year.FULL)
    before = county.counts(store)
    sign_sheet(store, own, year.key("superior"))
    after = county.counts(store)
    grown = {name: after[name] - count for name, count in before.items() if after[name] != count}
    assert grown == {"chain_link": 1, "link_subject": 1, "import": 1, "marking": 1, "sheet_move": 1}
    with store.read() as c:
        link = links.newest(c)
    assert link is not None
    assert (link.deed.person, link.deed.role, link.deed.action) == (own.id, "superior", "mark_superior")
    assert link.deed.subjects == (f"unit {year.PERIOD} {year.UNIT}",)
    with pytest.raises(SheetSigned):
        year.fill(store, own, "superior", {"discipline": "1"})
    with pytest.raises(SheetSigned):
        sign_sheet(store, own, year.key("superior"))
    assert year.seen(store, own, "superior").state is SheetState.SIGNED


def test_all_marks_signed_come_out_in_the_edition(store: Store, tmp_path: Path) -> None:
    """Not one mark, evaluator or count is lost or altered between the sheet and what is published."""
    year.opened(store, tmp_path, Phase.MARKING)
    given: dict[tuple[str, str, str], dict[str, str]] = {}
    bosses = [year.superior(store, f"镇{at}", name) for at, name in enumerate(county.TOWNSHIPS)]
    offices = [
        year.person(store, name, (year.Role.SUPERIOR, year.at(name, year.Reach.DEPARTMENT)))
        for name in ("财政局", "教育局")
    ]
    for number, (code, *_) in enumerate(county.unit_rows()[1:], 1):
        marks = dict(year.FULL) | {"discipline": str(10 + number % 9), "late": str(number % 3)}
        own = bosses[number % 3]
        if number % 4 == 0:
            own = offices[number % 8 != 0]
            marks = {
                "discipline": "15.25",
                "meetings": "5",
                "points": "70.5",
                "satisfaction": f"good={number};fair=4;poor=0",
            }
        year.signed(store, own, "superior", marks, code)
        given[code, "superior", own.person.signs_as] = marks
    assert year.kept(store) == given
    edition = county.publish(store, State.DRAFT)
    published = {
        (own.unit, own.stage, own.evaluator): dict(own.marks.items()) for own in inputs_of(edition).markings
    }
    assert published == given


def test_signing_takes_the_place_of_what_came_with_a_file(store: Store, tmp_path: Path) -> None:
    """A stage that is shared has one set of marks; the file's stay in the history."""
    year.opened(store, tmp_path, Phase.MARKING)
    row = [year.UNIT, "discipline", "superior", "甲", "12"]
    county.take_marks(store, tmp_path / "m.csv", [county.MARK_HEAD, row])
    year.signed(store, year.superior(store), "superior", year.FULL)
    assert year.kept(store) == {(year.UNIT, "superior", "李镇"): dict(year.FULL)}


def test_a_sheet_sent_back_is_open_with_its_reason_and_signed_again(store: Store, tmp_path: Path) -> None:
    """The branch sees why, changes what is wrong, and signs once more; the same marks may be signed twice."""
    year.opened(store, tmp_path)
    own, boss = year.secretary(store), year.superior(store)
    year.signed(store, own, "self", year.OWN)
    year.reach(store, Phase.MARKING)
    with pytest.raises(WordsUnfit):
        send_back(store, boss, year.PERIOD, year.UNIT, "self", " ")
    send_back(store, boss, year.PERIOD, year.UNIT, "self", "缺会议记录")
    now = year.seen(store, own, "self")
    assert (now.state, now.sent_back.reason, now.sent_back.by_name) == (
        SheetState.SENT_BACK,
        "缺会议记录",
        "李镇",
    )
    with store.read() as c:
        told = [(row.person, row.zh, row.address) for row in c.execute(notice.select())]
    assert told == [
        (own.id, "第1村党支部的评分表被李镇退回：缺会议记录", f"/desk/{year.PERIOD}/marking/self/{year.UNIT}")
    ]
    with pytest.raises(NothingToSendBack):
        send_back(store, boss, year.PERIOD, year.UNIT, "self", "再退")
    sign_sheet(store, own, year.key("self"))
    send_back(store, boss, year.PERIOD, year.UNIT, "self", "再看")
    year.signed(store, own, "self", {"meetings": "5"})
    assert year.kept(store)[year.UNIT, "self", "张书记"]["meetings"] == "5"


def test_only_the_next_stage_sends_back_and_only_before_it_signs(store: Store, tmp_path: Path) -> None:
    """The superior sends back to the branch, the county to the superior; nobody the county's own."""
    year.opened(store, tmp_path)
    own, boss = year.secretary(store), year.superior(store)
    year.signed(store, own, "self", year.OWN)
    year.reach(store, Phase.MARKING)
    judge = year.evaluator(store, "王评", year.UNIT)
    others = (own, judge, year.superior(store, "柳", county.TOWNSHIPS[0]), year.administrator(store))
    for other in others:
        with pytest.raises(NotAllowed):
            send_back(store, other, year.PERIOD, year.UNIT, "self", "理由")
    with pytest.raises(NothingToSendBack):
        send_back(store, judge, year.PERIOD, year.UNIT, "superior", "理由")
    year.signed(store, boss, "superior", year.FULL)
    with pytest.raises(SheetSigned):
        send_back(store, boss, year.PERIOD, year.UNIT, "self", "理由")
    for other in (boss, year.evaluator(store, "孙评", year.OTHER)):
        with pytest.raises(NotAllowed):
            send_back(store, other, year.PERIOD, year.UNIT, "superior", "理由")
    send_back(store, judge, year.PERIOD, year.UNIT, "superior", "分数有误")
    year.fill(store, judge, "county", year.FULL)
    with pytest.raises(SheetNotReady, match="sent back"):
        sign_sheet(store, judge, year.key("county"))
    year.signed(store, boss, "superior", {"discipline": "14"})
    sign_sheet(store, judge, year.key("county"))
    with pytest.raises(SheetSigned):
        send_back(store, judge, year.PERIOD, year.UNIT, "superior", "理由")
    with pytest.raises(NothingToSendBack):
        send_back(store, judge, year.PERIOD, year.UNIT, "county", "理由")


def test_a_branch_that_never_signed_can_be_let_in_again(store: Store, tmp_path: Path) -> None:
    """The phase has moved on; its superior opens the sheet with a reason, or marks without it."""
    year.opened(store, tmp_path, Phase.MARKING)
    own, boss = year.secretary(store), year.superior(store)
    with pytest.raises(NotAllowed):
        year.fill(store, own, "self", {"discipline": "1"})
    send_back(store, boss, year.PERIOD, year.UNIT, "self", "请补报")
    year.fill(store, own, "self", year.OWN)
    year.fill(store, boss, "superior", year.FULL)
    with pytest.raises(SheetNotReady, match="sent back"):
        sign_sheet(store, boss, year.key("superior"))
    set_deadline(store, year.administrator(store), year.PERIOD, "self", "2020-01-01")
    sign_sheet(store, boss, year.key("superior"))


def test_the_county_waits_for_the_superior_or_its_last_day(store: Store, tmp_path: Path) -> None:
    """An evaluator reviews what the superior signed; marks that came with a file are as good."""
    year.opened(store, tmp_path, Phase.MARKING)
    judge = year.evaluator(store, "王评", year.UNIT, year.OTHER)
    year.fill(store, judge, "county", year.FULL)
    year.fill(store, judge, "county", year.FULL, year.OTHER)
    with pytest.raises(SheetNotReady, match="superior"):
        sign_sheet(store, judge, year.key("county"))
    row = [year.OTHER, "discipline", "superior", "甲", "12"]
    county.take_marks(store, tmp_path / "m.csv", [county.MARK_HEAD, row])
    sign_sheet(store, judge, year.key("county", year.OTHER))
    set_deadline(store, year.administrator(store), year.PERIOD, "superior", "2020-01-01")
    sign_sheet(store, judge, year.key("county"))


def test_sheets_are_signed_together_or_not_at_all(store: Store, tmp_path: Path) -> None:
    """One that wants a mark holds up the others, and is named."""
    year.opened(store, tmp_path, Phase.MARKING)
    own = year.superior(store)
    keys = [year.key("superior", unit) for unit in (year.UNIT, year.OTHER)]
    year.fill(store, own, "superior", year.FULL)
    before = county.counts(store)
    with pytest.raises(SheetNotReady, match=year.OTHER):
        sign_sheets(store, own, keys)
    assert county.counts(store) == before
    year.fill(store, own, "superior", year.FULL, year.OTHER)
    assert len({one.import_number for one in sign_sheets(store, own, keys)}) == 1
    assert len(year.kept(store)) == 2


def test_too_little_evidence_wants_a_reason_before_the_branch_signs(store: Store, tmp_path: Path) -> None:
    """What the set asks for is handed in, or said why not; what does not apply asks for nothing."""
    people_at_work.opened(store, tmp_path)
    own = year.secretary(store)
    year.fill(store, own, "self", dict(year.OWN) | {"income": "n/a"})
    with pytest.raises(SheetNotReady, match="Discipline, meetings"):
        sign_sheet(store, own, year.key("self"))
    assert "income" not in year.seen(store, own, "self").unready[0].sentence.en
