"""Two people edit the same marks: whoever is late is told both values, and nothing is overwritten unseen."""

from __future__ import annotations

import threading
from pathlib import Path

import openpyxl
import pytest

from scoring.errors import FileRefused
from scoring.periods import Phase
from scoring.sheets import Entered, StaleMarks
from scoring.spreadsheet.worksheet import Layout
from scoring.store import drafts
from scoring.store.engine import Store
from scoring.workflow.imports import Mode
from scoring.workflow.mark_sheets import enter_marks
from scoring.workflow.worksheets import NothingToTake, take_worksheet, worksheet_for
from tests.workflow import county
from tests.workflow import marking as year
from tests.workflow.interleavings import careless, interleave


def _two(store: Store, folder: Path) -> list:
    year.opened(store, folder, Phase.MARKING)
    return [year.superior(store, "李镇"), year.superior(store, "钱镇")]


def test_of_two_hundred_interleavings_none_overwrites_a_mark_unseen(store: Store, tmp_path: Path) -> None:
    """Whoever sends what they saw last is either the first, or told; the model and the store agree throughout."""
    both = _two(store, tmp_path)
    found = interleave(store, both, year.key("superior"), enter_marks, range(200))
    assert (found.overwritten, found.wrong) == ([], [])
    assert found.saved > 300
    assert found.refused > 100


def test_a_careless_client_is_caught_by_the_same_check(store: Store, tmp_path: Path) -> None:
    """A check that never failed proves nothing: who reads the revision anew before writing overwrites, and is seen."""
    both = _two(store, tmp_path)
    assert interleave(store, both, year.key("superior"), careless(enter_marks), range(12)).overwritten


def test_edits_at_the_same_moment_follow_one_another(store: Store, tmp_path: Path) -> None:
    """From two threads, each by what it saw: every revision was made by somebody who had seen the one before."""
    both = _two(store, tmp_path)
    key = year.key("superior")
    saved: list[tuple[int, str]] = []
    refused: list[StaleMarks] = []

    def edit(at: int) -> None:
        seen = 0
        for turn in range(15):
            mark = f"{at}.5" if turn % 2 else f"{at + 2}"
            try:
                own = enter_marks(
                    store, both[at], key, [Entered(criterion="discipline", mark=mark, revision=seen)]
                )
            except StaleMarks as stale:
                refused.append(stale)
                seen = stale.conflicts[0].revision
            else:
                if own.revisions["discipline"] != seen:
                    saved.append((own.revisions["discipline"], both[at].id))
                seen = own.revisions["discipline"]

    threads = [threading.Thread(target=edit, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as c:
        last = drafts.of_sheet(c, key)["discipline"].revision
    assert sorted(number for number, _ in saved) == list(range(1, last + 1))
    assert len(saved) + len(refused) <= 30


def test_the_rest_is_saved_beside_a_stale_mark(store: Store, tmp_path: Path) -> None:
    """Both values and the name are told for the one; the other nine are not lost to it."""
    one, other = _two(store, tmp_path)
    year.fill(store, one, "superior", {"discipline": "12"})
    entries = [Entered(criterion="discipline", mark="3"), Entered(criterion="meetings", mark="10")]
    with pytest.raises(StaleMarks) as stale:
        enter_marks(store, other, year.key("superior"), entries)
    (conflict,) = stale.value.conflicts
    assert (conflict.yours, conflict.theirs, conflict.by_name, conflict.revision) == ("3", "12", "李镇", 1)
    assert conflict.made_at is not None
    assert stale.value.saved.revisions == {"meetings": 1}
    assert "李镇" in county.told(stale.value)
    now = year.seen(store, other, "superior")
    assert (now.mark_of("discipline").mark, now.mark_of("meetings").mark) == ("12", "10")


def test_a_comment_is_not_overwritten_unseen_either(store: Store, tmp_path: Path) -> None:
    """The same mark with other words is another entry."""
    one, other = _two(store, tmp_path)
    key = year.key("superior")
    enter_marks(store, one, key, [Entered(criterion="discipline", mark="12", comment="甲")])
    with pytest.raises(StaleMarks) as stale:
        enter_marks(store, other, key, [Entered(criterion="discipline", mark="12", comment="乙")])
    assert (stale.value.conflicts[0].your_comment, stale.value.conflicts[0].their_comment) == ("乙", "甲")


def _filled(folder: Path, content: bytes, marks: dict[tuple[str, str], str]) -> Path:
    """Return a worksheet with *marks*, by unit and criterion, typed into it as a person does."""
    path = folder / "filled.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    for (unit, criterion), mark in marks.items():
        sheet, row, column = _cell(book, unit, criterion)
        sheet.cell(row, column).value = mark
    book.save(path)
    return path


def _cell(book, unit: str, criterion: str):
    for sheet in book.worksheets:
        columns = {
            cell.value: cell.column for row in sheet.iter_rows(max_row=6) for cell in row if cell.value
        }
        wanted = [name for name in columns if str(name) == f"mark {criterion}" or str(name) == criterion]
        rows = [cell.row for cell in sheet["A"] if cell.value == unit]
        if wanted and rows:
            return sheet, rows[0], columns[wanted[0]]
    raise AssertionError((unit, criterion))


def test_a_worksheet_is_tried_then_taken_whole(store: Store, tmp_path: Path) -> None:
    """Filled offline, shown first, taken then; taken twice it changes nothing more."""
    own, _ = _two(store, tmp_path)
    year.fill(store, own, "superior", {"discipline": "12"})
    content = worksheet_for(store, own, year.PERIOD, "superior")
    typed = {(year.UNIT, "discipline"): "13", (year.UNIT, "meetings"): "10", (year.OTHER, "discipline"): "9"}
    path = _filled(tmp_path, content, typed)
    before = county.counts(store)
    tried = take_worksheet(store, own, year.PERIOD, "superior", path)
    assert county.counts(store) == before
    assert [(one.unit, one.subject.id, one.before, one.after) for one in tried.changes] == [
        ("A01", "discipline", "12", "13"),
        ("A01", "meetings", "", "10"),
        ("A07", "discipline", "", "9"),
    ]
    assert (tried.faults, tried.conflicts, tried.marked_back, tried.taken) == ((), (), None, False)
    assert take_worksheet(store, own, year.PERIOD, "superior", path, Mode.FOR_GOOD).taken
    assert year.seen(store, own, "superior").mark_of("discipline").mark == "13"
    after = county.counts(store)
    again = take_worksheet(store, own, year.PERIOD, "superior", path, Mode.FOR_GOOD)
    assert (again.changes, county.counts(store)) == ((), after)


def test_a_worksheet_with_a_fault_or_a_conflict_is_not_taken_at_all(store: Store, tmp_path: Path) -> None:
    """Every fault by its cell, every conflict with who wrote what; the marked workbook comes back; nothing half-written."""
    own, mate = _two(store, tmp_path)
    content = worksheet_for(store, own, year.PERIOD, "superior")
    year.fill(store, mate, "superior", {"discipline": "4"})
    typed = {(year.UNIT, "discipline"): "13", (year.UNIT, "meetings"): "7", (year.OTHER, "discipline"): "9"}
    path = _filled(tmp_path, content, typed)
    before = county.counts(store)
    found = take_worksheet(store, own, year.PERIOD, "superior", path, Mode.FOR_GOOD)
    assert not found.taken
    assert county.counts(store) == before
    assert [(one.yours, one.theirs, one.by_name) for one in found.conflicts] == [("13", "4", "钱镇")]
    assert len(found.faults) == 1
    assert found.faults[0].place.row is not None
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(found.marked_back)
    texts = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(marked).worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert any("钱镇" in text for text in texts)


def test_a_worksheet_belongs_to_one_person_and_one_stage(store: Store, tmp_path: Path) -> None:
    """Another's is refused with the reason, and so is one when nothing is open any more."""
    own, mate = _two(store, tmp_path)
    path = _filled(tmp_path, worksheet_for(store, own, year.PERIOD, "superior"), {})
    with pytest.raises(FileRefused, match="李镇"):
        take_worksheet(store, mate, year.PERIOD, "superior", path)
    with pytest.raises(FileRefused):
        take_worksheet(store, own, year.PERIOD, "county", path)
    with pytest.raises(NothingToTake):
        worksheet_for(store, own, year.PERIOD, "county")
    assert worksheet_for(store, own, year.PERIOD, "superior", Layout.BY_CRITERION, codes=[year.UNIT])
