"""What people signed and moved here no file changes, whoever brings it; paper marks go in beside."""

from __future__ import annotations

import csv

import pytest

from scoring.errors import FileRefused
from scoring.people import Role
from scoring.periods import Phase
from scoring.store import markings, units
from scoring.workflow.assign import assign
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import import_units
from scoring.workflow.moderate import settle
from tests import people
from tests.workflow import county, people_at_work
from tests.workflow.marking import FULL, signed

PERIOD = county.PERIOD


@pytest.fixture
def work(store, tmp_path):
    """A period in marking in which one evaluator has signed the sheet of A01, and an administrator of A02 is."""
    people_at_work.opened(store, tmp_path, phase=Phase.MARKING)
    superior = people.somebody(
        store, "zhen", Role.SUPERIOR, scope=people.township(county.TOWNSHIPS[1]), name="镇一"
    )
    wang = people.somebody(store, "wang", Role.EVALUATOR, name="王评")
    admin = people.somebody(store, "guan", Role.ADMINISTRATOR, name="管一", branch="A02")
    assign(store, admin, PERIOD, "county", {"A01": [wang.id]})
    signed(store, superior, "superior", FULL)
    signed(store, wang, "county", FULL)
    return admin


def file_of(folder, name, head, *rows):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def kept(store):
    with store.read() as c:
        return markings.current(c, PERIOD), units.current(c, PERIOD)


@pytest.mark.parametrize("by_command", [False, True])
@pytest.mark.parametrize(
    ("stage", "evaluator", "mark"),
    [("county", "王评", "1"), ("county", "王评", "撤回"), ("superior", "镇一", "1")],
)
def test_a_signed_mark_is_changed_by_no_file(store, work, tmp_path, stage, evaluator, mark, by_command):  # noqa: PLR0917
    before = kept(store)
    path = file_of(tmp_path, "改.csv", county.MARK_HEAD, ["A01", "discipline", stage, evaluator, mark])
    with pytest.raises(FileRefused) as refused:
        import_marks(store, PERIOD, path, actor=None if by_command else work)
    (fault,) = refused.value.faults
    assert "退回评分表" in fault.sentence.zh
    assert (fault.place.row, fault.place.column) == (2, "E")
    assert kept(store) == before


def test_the_same_mark_again_and_marks_of_others_go_in(store, work, tmp_path):
    rows = [
        ["A01", "discipline", "county", "王评", FULL["discipline"]],
        ["A01", "discipline", "county", "李评", "3"],
        ["A04", "discipline", "county", "王评", "4"],
    ]
    taken = import_marks(store, PERIOD, file_of(tmp_path, "补.csv", county.MARK_HEAD, *rows), actor=work)
    assert (taken.new, taken.same, taken.changed) == (2, 1, ())


def test_what_was_settled_here_is_settled_again_by_no_file(store, work, tmp_path):
    moderator = people.somebody(store, "bai", Role.MODERATOR, name="白复议")
    apart = [["A04", "discipline", "county", own, mark] for own, mark in (("王", "20"), ("李", "2"))]
    import_marks(store, PERIOD, file_of(tmp_path, "两人.csv", county.MARK_HEAD, *apart))
    settle(store, moderator, PERIOD, "A04", "discipline", "9", "折中", 0)
    before = kept(store)
    for evaluator in ("白复议", "丁"):
        row = ["A04", "discipline", "moderation", evaluator, "1"]
        with pytest.raises(FileRefused) as refused:
            import_marks(store, PERIOD, file_of(tmp_path, f"{evaluator}.csv", county.MARK_HEAD, row))
        assert "重新复议" in refused.value.faults[0].sentence.zh
    assert kept(store) == before


def test_nobody_brings_marks_of_the_own_branch(store, work, tmp_path):
    path = file_of(tmp_path, "自己.csv", county.MARK_HEAD, ["A02", "discipline", "county", "李", "20"])
    with pytest.raises(FileRefused) as refused:
        import_marks(store, PERIOD, path, actor=work)
    assert refused.value.faults[0].place.column == "A"
    other = people.somebody(store, "guan2", Role.ADMINISTRATOR, name="管二")
    assert import_marks(store, PERIOD, path, actor=other).new == 1


def test_gates_are_moved_by_two_and_by_no_file(store, work, tmp_path):
    """A07 has a gate; a list of units brought by one person neither lifts it nor raises another."""
    before, (head, *rows) = kept(store), county.unit_rows()
    place = head.index("gates")
    for row in rows:
        row[place] = {"A07": "", "A05": "banned"}.get(row[0], row[place])
    with pytest.raises(FileRefused) as refused:
        import_units(store, PERIOD, file_of(tmp_path, "名单.csv", head, *rows), actor=work)
    assert [(own.place.row, own.place.column) for own in refused.value.faults] == [(6, "F"), (8, "F")]
    assert kept(store) == before
