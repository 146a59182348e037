"""Files of units and of marks taken into a period: what they change, when they may, and what stays as it was."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from scoring.errors import FileRefused
from scoring.periods import Phase
from scoring.store import imports, markings, units
from scoring.store.periods import PeriodUnknown
from scoring.units import Unit
from scoring.workflow.import_marks import MarkChange, import_marks
from scoring.workflow.import_units import Extent, import_units
from scoring.workflow.imports import Mode
from scoring.workflow.keep_periods import PhaseRefused, move_period, open_period
from scoring.workflow.standings_now import NoUnits, provisional
from tests.workflow import county
from tests.workflow.county import MARK_HEAD, UNIT_HEAD, Rows

OPEN = (Phase.PREPARING, Phase.COLLECTING, Phase.MARKING)


def units_of(store, period: str = "2026") -> tuple[Unit, ...]:
    return county.inputs(store, period).units


def unit_named(store, code: str, period: str = "2026") -> Unit:
    return next(unit for unit in units_of(store, period) if unit.code == code)


def changed(rows: Rows, code: str, **cells: str) -> Rows:
    """Return a file of units in which some cells of one unit say something else."""
    return [
        [cells.get(head, cell) for head, cell in zip(UNIT_HEAD, row, strict=True)] if row[0] == code else row
        for row in rows
    ]


def only(rows: Rows, *codes: str) -> Rows:
    """Return the rows of those units, with the head."""
    return [rows[0], *(row for row in rows[1:] if row[0] in codes)]


def marked(store, period: str = "2026") -> dict[tuple[str, str, str, str], str]:
    """Return every mark there is, by unit, criterion, stage and evaluator."""
    return {
        (own.unit, criterion, own.stage, own.evaluator): mark
        for own in county.inputs(store, period).markings
        for criterion, mark in own.marks.items()
    }


def mark(*cells: str) -> Rows:
    """Return a file of one mark."""
    return [MARK_HEAD, list(cells)]


# Units


def test_all_units_of_a_first_file_are_new(store, tmp_path):
    """Each gets the set of its domain, whose name may be written in Chinese; blank cells are none."""
    county.opened(store, tmp_path)
    rows = changed(county.unit_rows(), "A08", domain="机关")
    taken = county.take_units(store, tmp_path / "u.csv", rows)
    assert [unit.code for unit in taken.new] == list(county.codes(county.unit_rows()))
    assert (taken.already, taken.changed, taken.same, taken.taken_out, taken.not_in_file) == (
        None,
        (),
        0,
        (),
        0,
    )
    found = county.inputs(store)
    assert found.units == taken.new
    assert [own.ref for own in found.sets] == [
        "office@1" if n % 4 == 0 else "village@1" for n in range(1, 13)
    ]
    assert unit_named(store, "A07") == Unit(
        code="A07", name="第7村党支部", domain="rural", township="柳河镇", gates=("weak",)
    )
    assert unit_named(store, "A08").department == "财政局"


@pytest.mark.parametrize("name", ["u.csv", "u.xlsx"])
def test_a_second_file_tells_new_changed_and_same(store, tmp_path, name):
    """What is the same is not written again; units that are not in the file stay."""
    county.opened(store, tmp_path)
    rows = county.unit_rows()
    county.take_units(store, tmp_path / "first.csv", rows[:8])
    written = county.counts(store)["unit_revision"]
    later = changed(changed(rows, "A02", name="柳河村党支部"), "A03", township="新镇")
    taken = county.take_units(store, tmp_path / name, [UNIT_HEAD, *later[2:10]])
    assert [(before.code, before.name, after.name) for before, after in taken.changed] == [
        ("A02", "第2村党支部", "柳河村党支部"),
        ("A03", "第3村党支部", "第3村党支部"),
    ]
    assert [unit.code for unit in taken.new] == ["A08", "A09"]
    assert (taken.same, taken.not_in_file, taken.taken_out) == (4, 1, ())
    assert county.counts(store)["unit_revision"] == written + 4
    assert len(units_of(store)) == 9
    assert unit_named(store, "A03").township == "新镇"


def test_a_whole_list_takes_out_who_is_not_in_it(store, tmp_path):
    """Taken out is another revision; a unit may come back as it was."""
    county.with_units(store, tmp_path)
    rows = county.unit_rows()
    taken = county.take_units(store, tmp_path / "whole.csv", rows[:11], Mode.FOR_GOOD, Extent.WHOLE)
    assert [unit.code for unit in taken.taken_out] == ["A11", "A12"]
    assert (taken.not_in_file, taken.same) == (0, 10)
    assert [unit.code for unit in units_of(store)][-1] == "A10"
    back = county.take_units(store, tmp_path / "back.csv", only(rows, "A12"))
    assert [unit.code for unit in back.new] == ["A12"]
    assert unit_named(store, "A12").department == "教育局"
    assert county.counts(store)["unit_revision"] == 12 + 2 + 1


def test_two_part_files_come_to_the_same_in_either_order(database, tmp_path):
    """Two clerks send half each, in whatever order; the periods are the same afterwards."""
    with county.store_at(database) as store:
        rows = county.unit_rows()
        parts = [[rows[0], *rows[1:6]], [rows[0], *rows[6:]]]
        found = []
        for turn, order in enumerate((parts, parts[::-1])):
            period = f"order-{turn}"
            county.opened(store, tmp_path, period)
            for place, part in enumerate(order):
                county.take_units(store, tmp_path / f"{place}.csv", part, period=period)
            found.append(county.inputs(store, period))
        assert found[0] == found[1]
        assert [own.code for own in found[0].units] == list(county.codes(rows))


def test_rows_and_lists_in_any_order_are_the_same_units(store, tmp_path):
    """Order of rows and of gates, and which semicolon parts them, are of no account."""
    county.opened(store, tmp_path)
    rows = changed(county.unit_rows(), "A01", gates="weak;banned", predecessors="Z2;Z1")
    county.take_units(store, tmp_path / "u.csv", rows)
    again = changed(rows, "A01", gates="banned； weak；", predecessors=" Z1；Z2")
    shuffled = [again[0], *random.Random(1).sample(again[1:], len(again) - 1)]
    taken = county.take_units(store, tmp_path / "again.xlsx", shuffled)
    assert (taken.same, taken.new, taken.changed) == (12, (), ())
    assert unit_named(store, "A01").gates == ("banned", "weak")


def test_one_domain_is_written_one_way_over_all_files(store, tmp_path):
    """In one file 农村 and rural are a fault; over two files they would part the ranking of one domain in two."""
    county.opened(store, tmp_path)
    rows = county.unit_rows()
    county.take_units(store, tmp_path / "first.csv", only(rows, "A01", "A02"))
    try:
        county.take_units(
            store, tmp_path / "second.csv", changed(only(rows, "A03", "A05"), "A03", domain="农村")[:2]
        )
    except FileRefused as refused:
        assert county.places(refused) == {(2, "C")}
    assert {unit.domain for unit in units_of(store)} == {"rural"}


@pytest.mark.parametrize("again", ["u.csv", "renamed.csv"])
def test_the_same_file_again_says_so_and_changes_nothing(store, tmp_path, again):
    """Known by its bytes, whatever it is called; what was changed since stays changed."""
    county.with_units(store, tmp_path)
    county.take_units(store, tmp_path / "u.csv", changed(county.unit_rows(), "A01", name="新名党支部"))
    county.take_units(store, tmp_path / "later.csv", changed(county.unit_rows(), "A01", name="更新名党支部"))
    before = county.counts(store)
    taken = county.take_units(store, tmp_path / again, changed(county.unit_rows(), "A01", name="新名党支部"))
    assert taken.already is not None
    assert (taken.already.number, taken.already.name, taken.already.rows) == (2, "u.csv", 12)
    assert (taken.new, taken.changed, taken.same) == ((), (), 0)
    assert county.counts(store) == before
    assert unit_named(store, "A01").name == "更新名党支部"


def test_the_same_file_may_be_taken_into_another_period(store, tmp_path):
    """The list of last year is often this year's."""
    county.with_units(store, tmp_path, "2025")
    county.opened(store, tmp_path, "2026")
    assert len(county.take_units(store, tmp_path / "units.csv", county.unit_rows()).new) == 12
    assert units_of(store, "2025") == units_of(store, "2026")


def test_the_same_contents_in_other_bytes_are_an_import_that_changes_nothing(store, tmp_path):
    """It is noted that the file came."""
    county.with_units(store, tmp_path)
    before = county.counts(store)
    taken = county.take_units(store, tmp_path / "units.xlsx", county.unit_rows())
    assert (taken.already, taken.same) == (None, 12)
    assert county.counts(store) == before | {
        name: before[name] + 1 for name in ("import", "chain_link", "link_subject")
    }


@pytest.mark.parametrize("extent", Extent)
def test_a_trial_of_units_says_the_same_and_writes_nothing(store, tmp_path, extent):
    """What it says is what the import does afterwards; a file once tried can still be taken."""
    county.with_units(store, tmp_path)
    rows = [
        *changed(county.unit_rows(), "A01", gates="weak")[:11],
        ["B1", "新支部", "rural", "青石镇", "", "", ""],
    ]
    before = county.counts(store)
    trial = county.take_units(store, tmp_path / "u.csv", rows, Mode.TRIAL, extent)
    assert county.counts(store) == before
    assert unit_named(store, "A01").gates == ()
    assert (len(trial.new), len(trial.changed), trial.same) == (1, 1, 9)
    assert import_units(store, "2026", tmp_path / "u.csv", Mode.FOR_GOOD, extent) == trial
    assert unit_named(store, "A01").gates == ("weak",)


def test_a_trial_of_units_refuses_what_the_import_refuses(store, tmp_path):
    county.with_units(store, tmp_path)
    path = county.write(tmp_path / "u.csv", changed(county.unit_rows(), "A03", gates="none", township=""))
    told = set()
    for mode in Mode:
        with pytest.raises(FileRefused) as caught:
            import_units(store, "2026", path, mode)
        assert county.places(caught.value) == {(4, "D"), (4, "F")}
        told.add(county.told(caught.value))
    assert len(told) == 1


FROZEN = (
    ("name", "改名党支部", "B"),
    ("domain", "school", "C"),
    ("township", "别镇", "D"),
    ("department", "民政局", "E"),
    ("predecessors", "Z9", "G"),
)


def test_units_are_frozen_once_there_are_marks(store, tmp_path):
    """Whatever would change who is assessed is told, each at its cell, all at once, with what it was."""
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", mark("A01", "discipline", "county", "王", "12"))
    before, rows = county.counts(store), county.unit_rows()
    for number, (column, value, _) in enumerate(FROZEN, 1):
        rows = changed(rows, f"A{number + 4 * (column == 'domain'):02}", **{column: value})
    path = county.write(tmp_path / "u.csv", [*rows, ["B1", "新支部", "rural", "青石镇", "", "", ""]])
    with pytest.raises(FileRefused) as caught:
        import_units(store, "2026", path)
    expected = {
        (number + 1 + 4 * (column == "domain"), letter)
        for number, (column, _, letter) in enumerate(FROZEN, 1)
    }
    assert county.places(caught.value) == expected | {(14, "A")}
    assert "it was “第1村党支部”" in county.told(caught.value)
    assert county.counts(store) == before


def test_a_frozen_list_keeps_every_unit(store, tmp_path):
    """A whole list that lacks some is refused, and names each."""
    county.with_marks(store, tmp_path)
    before = county.counts(store)
    path = county.write(tmp_path / "whole.csv", county.unit_rows()[:11])
    with pytest.raises(FileRefused) as caught:
        import_units(store, "2026", path, Mode.FOR_GOOD, Extent.WHOLE)
    told = county.told(caught.value)
    assert "A11 第11村党支部" in told
    assert "A12 第12机关党支部" in told
    assert len(caught.value.faults) == 2
    assert county.counts(store) == before
    taken = import_units(store, "2026", path, Mode.FOR_GOOD, Extent.PART)
    assert (taken.same, taken.not_in_file) == (10, 2)


@pytest.mark.parametrize("phase", [Phase.COLLECTING, Phase.MARKING, Phase.POSTED], ids=lambda one: one.value)
def test_units_are_frozen_when_the_period_moves_on_but_gates_may_change(store, tmp_path, phase):
    """A branch that is struck by a gate in December is held back, though the list stands since March."""
    if phase is Phase.POSTED:
        county.with_marks(store, tmp_path)
    else:
        county.with_units(store, tmp_path)
    move_period(store, "2026", phase)
    with pytest.raises(FileRefused, match=f"the period is {phase.called.en}"):
        county.take_units(store, tmp_path / "u.csv", changed(county.unit_rows(), "A03", name="改名"))
    with pytest.raises(FileRefused, match="none can be added"):
        county.take_units(
            store, tmp_path / "u.csv", [UNIT_HEAD, ["B1", "新支部", "rural", "青石镇", "", "", ""]]
        )
    taken = county.take_units(
        store, tmp_path / "gates.csv", changed(only(county.unit_rows(), "A03", "A07"), "A03", gates="banned")
    )
    assert [(one.gates, other.gates) for one, other in taken.changed] == [((), ("banned",))]
    lifted = county.take_units(
        store, tmp_path / "lifted.csv", changed(only(county.unit_rows(), "A07"), "A07", gates="")
    )
    assert [(one.gates, other.gates) for one, other in lifted.changed] == [(("weak",), ())]
    assert (unit_named(store, "A03").gates, unit_named(store, "A07").gates) == (("banned",), ())


def test_nothing_of_units_changes_once_the_period_is_published(store, tmp_path):
    """Not even a gate; only a file that was taken before says so."""
    county.with_marks(store, tmp_path)
    county.publish(store)
    before = county.counts(store)
    with pytest.raises(PhaseRefused, match="published"):
        county.take_units(store, tmp_path / "u.csv", changed(county.unit_rows(), "A03", gates="weak"))
    with pytest.raises(PhaseRefused, match="published"):
        county.take_units(store, tmp_path / "u.xlsx", county.unit_rows())
    assert county.take_units(store, tmp_path / "same.csv", county.unit_rows()).already is not None
    assert county.counts(store) == before


def test_predecessors_are_units_of_other_periods(store, tmp_path):
    """In the first period nobody can know; from the second on each must have been a unit before."""
    county.opened(store, tmp_path, "2025")
    rows = changed(county.unit_rows(), "A01", predecessors="OLD1;OLD2")
    county.take_units(store, tmp_path / "2025.csv", rows, period="2025")
    county.opened(store, tmp_path, "2026")
    merged = [
        UNIT_HEAD,
        ["N1", "合并党支部", "rural", "青石镇", "", "", "A01;A02"],
        ["N2", "新设党支部", "rural", "青石镇", "", "", ""],
        ["N3", "更名党支部", "rural", "青石镇", "", "", "A99"],
        ["N4", "分设党支部", "rural", "青石镇", "", "", "A03;OLD1"],
    ]
    before = county.counts(store)
    with pytest.raises(FileRefused) as caught:
        county.take_units(store, tmp_path / "2026.csv", merged)
    assert county.places(caught.value) == {(4, "G"), (5, "G")}
    assert "A99" in county.told(caught.value)
    assert "OLD1" in county.told(caught.value)
    assert county.counts(store) == before
    merged[3][6], merged[4][6] = "A04", "A03"
    assert len(county.take_units(store, tmp_path / "2026.csv", merged).new) == 4
    assert unit_named(store, "N1").predecessors == ("A01", "A02")


def test_who_is_still_a_unit_is_nobodys_predecessor(store, tmp_path):
    """Told in one file, and over two files in either order; else one branch would have two histories."""
    county.opened(store, tmp_path)
    rows = only(county.unit_rows(), "A01", "A02")
    successor = ["N1", "合并党支部", "rural", "青石镇", "", "", "A01"]
    with pytest.raises(FileRefused, match="still a unit of this period") as caught:
        county.take_units(store, tmp_path / "u.csv", [*rows, successor])
    assert county.places(caught.value) == {(4, "G")}
    county.take_units(store, tmp_path / "first.csv", rows)
    with pytest.raises(FileRefused, match="still a unit of this period"):
        county.take_units(store, tmp_path / "second.csv", [UNIT_HEAD, successor])


def test_who_becomes_a_unit_again_is_nobodys_predecessor(store, tmp_path):
    """The other order: the successor is there already when the file with its predecessor comes."""
    county.opened(store, tmp_path)
    county.take_units(
        store, tmp_path / "first.csv", [UNIT_HEAD, ["N1", "合并党支部", "rural", "青石镇", "", "", "A01"]]
    )
    with pytest.raises(FileRefused):
        county.take_units(store, tmp_path / "second.csv", only(county.unit_rows(), "A01", "A02"))


def test_a_unit_may_follow_one_that_the_same_whole_list_takes_out(store, tmp_path):
    """A merger within the period's preparation: the old one goes, the new one names it."""
    county.with_units(store, tmp_path, "2025")
    county.with_units(store, tmp_path, "2026")
    rows = [*county.unit_rows()[:12], ["N1", "合并党支部", "school", "青石镇", "", "", "A12"]]
    taken = county.take_units(store, tmp_path / "whole.csv", rows, Mode.FOR_GOOD, Extent.WHOLE)
    assert [unit.code for unit in taken.taken_out] == ["A12"]
    assert unit_named(store, "N1").predecessors == ("A12",)


def test_a_units_history_goes_through_its_predecessors(store, tmp_path):
    """N1 was A01 and A02 the year before."""
    county.with_units(store, tmp_path, "2025")
    county.opened(store, tmp_path, "2026")
    county.take_units(
        store, tmp_path / "u.csv", [UNIT_HEAD, ["N1", "合并党支部", "rural", "青石镇", "", "", "A02;A01"]]
    )
    with store.read() as c:
        assert [(period, own.code) for period, own in units.named_in(c, "N1")] == [
            ("2026", "N1"),
            ("2025", "A01"),
            ("2025", "A02"),
        ]


def test_units_of_a_period_that_there_is_not_are_refused(store, tmp_path):
    path = county.write(tmp_path / "u.csv", county.unit_rows())
    with pytest.raises(PeriodUnknown, match="none was opened yet"):
        import_units(store, "2026", path)
    county.opened(store, tmp_path, "2025")
    with pytest.raises(PeriodUnknown, match="2025"):
        import_units(store, "2026", path)
    assert county.counts(store)["import"] == 0


def test_units_are_read_from_any_encoding_and_under_chinese_heads(store, tmp_path):
    """What offices send: GB18030 without a mark, UTF-8 with and without, a workbook, two title rows above."""
    county.opened(store, tmp_path, "0")
    expected = county.take_units(store, tmp_path / "u.csv", county.unit_rows(), period="0").new
    heads = ["代码", "名 称", "领域", "乡镇", "主管部门", "受限事项", "前身"]
    rows = [["青石县党支部名单", *[""] * 6], [""] * 7, heads, *county.unit_rows()[1:]]
    text = "\r\n".join(",".join(row) for row in rows)
    for number, encoding in enumerate(("gb18030", "utf-8", "utf-8-sig"), 1):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        county.opened(store, tmp_path, str(number))
        assert import_units(store, str(number), path).new == expected
    county.opened(store, tmp_path, "9")
    assert county.take_units(store, tmp_path / "u.xlsx", rows, period="9").new == expected
    mislabelled = tmp_path / "really-a-workbook.csv"
    mislabelled.write_bytes((tmp_path / "u.xlsx").read_bytes())
    assert import_units(store, "9", mislabelled).already is not None


def test_rare_characters_stay_as_they_are(store, tmp_path):
    """Names of people and places beyond U+FFFF, and accents made of two characters, which become one."""
    county.opened(store, tmp_path)
    rows = [UNIT_HEAD, ["𠮷1", "䶮𬭎村e\u0301党支部", "rural", "𠮷镇", "", "", ""]]
    county.take_units(store, tmp_path / "u.csv", rows)
    (unit,) = units_of(store)
    assert (unit.code, unit.name, unit.township) == ("𠮷1", "䶮𬭎村é党支部", "𠮷镇")
    county.take_marks(store, tmp_path / "m.csv", mark("𠮷1", "discipline", "county", "阿依努尔·䶮", "12"))
    assert marked(store) == {("𠮷1", "discipline", "county", "阿依努尔·䶮"): "12"}


# Marks


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("form", ["long", "wide"])
def test_long_and_wide_files_of_either_kind_give_the_same_marks(store, tmp_path, form, ending):
    """One row a mark, or one row a unit, stage and evaluator with a column a criterion."""
    county.with_units(store, tmp_path)
    rows = county.mark_rows()
    taken = county.take_marks(store, tmp_path / f"m.{ending}", rows if form == "long" else county.wide(rows))
    assert (taken.new, taken.same, taken.changed, taken.units) == (len(rows) - 1, 0, (), 12)
    expected = {tuple(row[:4]): row[4] for row in rows[1:]}
    found = marked(store)
    assert found.keys() == expected.keys()
    assert {key for key in expected if found[key] != expected[key]} <= {
        key for key in expected if key[1] == "satisfaction"
    }
    assert found["A01", "satisfaction", "county", "王"] == "good=3;fair=4;poor=1"
    assert found["A05", "income", "superior", "乡镇"] == "n/a"


def test_a_second_file_of_marks_tells_new_changed_and_same(store, tmp_path):
    """Of the marks in the file only; what it does not say stays. The same mark written otherwise is the same."""
    county.with_marks(store, tmp_path)
    rows = [
        MARK_HEAD,
        ["A01", "discipline", "county", "王", "19.0"],
        ["A01", "meetings", "superior", "乡镇", "5.00"],
        ["A01", "satisfaction", "county", "王", "poor = 1；fair=4;good=3"],
        ["A02", "discipline", "county", "新来的", "15"],
        ["A05", "income", "superior", "乡镇", "50000"],
    ]
    before, all_before = county.counts(store), marked(store)
    taken = county.take_marks(store, tmp_path / "more.csv", rows)
    assert (taken.new, taken.same, taken.units) == (1, 2, 3)
    assert taken.changed == (
        MarkChange(
            unit="A01", criterion="discipline", stage="county", evaluator="王", before="17.5", after="19"
        ),
        MarkChange(
            unit="A05", criterion="income", stage="superior", evaluator="乡镇", before="n/a", after="50000"
        ),
    )
    more = {"import": 1, "marking": 3, "chain_link": 1, "link_subject": 1}
    assert county.counts(store) == before | {name: before[name] + count for name, count in more.items()}
    assert marked(store) == all_before | {
        ("A01", "discipline", "county", "王"): "19",
        ("A02", "discipline", "county", "新来的"): "15",
        ("A05", "income", "superior", "乡镇"): "50000",
    }


def test_replaced_marks_stay_in_the_history(store, tmp_path):
    """Every revision with the file that brought it, in order."""
    county.with_units(store, tmp_path)
    for number, value in enumerate(("12", "13.5", "不适用", "12.00"), 1):
        county.take_marks(
            store, tmp_path / f"第{number}次.csv", mark("A02", "discipline", "county", "王", value)
        )
    with store.read() as c:
        found = markings.history(c, "2026", "A02")
    assert [(own.revision, own.file_name, dict(own.marking.marks)) for own in found] == [
        (number, f"第{number}次.csv", {"discipline": value})
        for number, value in enumerate(("12", "13.5", "n/a", "12"), 1)
    ]
    assert len({own.import_number for own in found}) == 4
    assert marked(store) == {("A02", "discipline", "county", "王"): "12"}


def test_empty_cells_of_a_wide_file_leave_marks_as_they_are(store, tmp_path):
    """A template filled in twice, each time in part."""
    county.with_units(store, tmp_path)
    head = ["unit", "name", "stage", "evaluator", "discipline", "meetings"]
    county.take_marks(store, tmp_path / "1.xlsx", [head, ["A01", "第1村", "county", "王", "12", ""]])
    taken = county.take_marks(store, tmp_path / "2.xlsx", [head, ["A01", "第1村", "county", "王", "", "10"]])
    assert (taken.new, taken.same, taken.changed) == (1, 0, ())
    assert marked(store) == {
        ("A01", "discipline", "county", "王"): "12",
        ("A01", "meetings", "county", "王"): "10",
    }


@pytest.mark.parametrize("again", ["m.csv", "copy of m.csv"])
def test_the_same_marks_file_again_says_so_and_changes_nothing(store, tmp_path, again):
    """Even where later files changed what it says: an old attachment sent once more undoes nothing."""
    county.with_units(store, tmp_path)
    old = mark("A01", "discipline", "county", "王", "12")
    county.take_marks(store, tmp_path / "m.csv", old)
    county.take_marks(store, tmp_path / "later.csv", mark("A01", "discipline", "county", "王", "13"))
    before = county.counts(store)
    taken = county.take_marks(store, tmp_path / again, old)
    assert taken.already is not None
    assert (taken.already.name, taken.already.kind, taken.already.rows) == ("m.csv", "marks", 1)
    assert (taken.new, taken.same, taken.changed, taken.units) == (0, 0, (), 0)
    assert county.counts(store) == before
    assert marked(store) == {("A01", "discipline", "county", "王"): "13"}


def test_files_in_any_order_and_of_shuffled_rows_come_to_the_same(database, tmp_path):
    """Six orders of three files, rows shuffled: the inputs are the same as of the one file."""
    with county.store_at(database) as store:
        rng, rows = random.Random(5), county.mark_rows()
        county.with_marks(store, tmp_path, "whole")
        expected = county.inputs(store, "whole")
        body = rng.sample(rows[1:], len(rows) - 1)
        parts = [[MARK_HEAD, *body[start::3]] for start in range(3)]
        for number, order in enumerate(itertools.permutations(parts)):
            period = f"order-{number}"
            county.with_units(store, tmp_path, period)
            for place, part in enumerate(order):
                county.take_marks(store, tmp_path / f"{place}.csv", part, period=period)
            assert county.inputs(store, period) == expected


def test_a_trial_of_marks_says_the_same_and_writes_nothing(store, tmp_path):
    county.with_marks(store, tmp_path)
    path = county.write(
        tmp_path / "m.xlsx",
        [
            MARK_HEAD,
            ["A01", "discipline", "county", "王", "19"],
            ["A01", "discipline", "county", "赵", "18"],
            ["A01", "discipline", "moderation", "组长", "18"],
            ["A01", "meetings", "superior", "乡镇", "5"],
        ],
    )
    before, all_before = county.counts(store), marked(store)
    trial = import_marks(store, "2026", path, Mode.TRIAL)
    assert (trial.new, trial.same, len(trial.changed), trial.units) == (2, 1, 1, 1)
    assert (county.counts(store), marked(store)) == (before, all_before)
    assert import_marks(store, "2026", path) == trial
    assert marked(store)["A01", "discipline", "moderation", "组长"] == "18"
    assert import_marks(store, "2026", path, Mode.TRIAL).already is not None


def test_a_trial_of_marks_refuses_what_the_import_refuses(store, tmp_path):
    county.with_units(store, tmp_path)
    rows = [MARK_HEAD, ["A01", "discipline", "county", "王", "21"], ["A01", "x", "county", "王", "2"]]
    path = county.write(tmp_path / "m.csv", rows)
    for mode in Mode:
        with pytest.raises(FileRefused) as caught:
            import_marks(store, "2026", path, mode)
        assert county.places(caught.value) == {(2, "E"), (3, "B")}


def test_a_file_with_one_fault_is_refused_whole(store, tmp_path):
    """134 good marks beside one bad: none is taken, and the good ones can be sent again afterwards."""
    county.with_units(store, tmp_path)
    rows = county.mark_rows()
    before = county.counts(store)
    with pytest.raises(FileRefused) as caught:
        county.take_marks(store, tmp_path / "m.csv", [*rows, ["A01", "discipline", "county", "赵", "20.5"]])
    assert county.places(caught.value) == {(len(rows) + 1, "E")}
    assert county.counts(store) == before
    assert county.take_marks(store, tmp_path / "m.csv", rows).new == len(rows) - 1


def test_of_very_many_faults_two_hundred_are_told_and_the_rest_counted(store, tmp_path):
    county.with_units(store, tmp_path)
    rows = [["A01", "discipline", "county", f"评分人{number}", "99"] for number in range(1_234)]
    with pytest.raises(FileRefused) as caught:
        county.take_marks(store, tmp_path / "m.csv", [MARK_HEAD, *rows])
    assert len(caught.value.faults) == 201
    assert "1,034 more faults" in county.told(caught.value)


def test_a_mark_is_not_given_and_taken_back_in_one_file(store, tmp_path):
    """Which of the two was meant would depend on the order of rows; the second is told, in either order."""
    county.with_marks(store, tmp_path)
    rows = [["A01", "discipline", "county", "王", cell] for cell in ("撤回", "12")]
    before = county.counts(store)
    for number, order in enumerate((rows, rows[::-1])):
        with pytest.raises(FileRefused) as caught:
            county.take_marks(store, tmp_path / f"{number}.csv", [MARK_HEAD, *order])
        assert {row for row, _ in county.places(caught.value)} == {3}
    assert county.counts(store) == before


def test_withdrawing_all_marks_of_a_unit_leaves_it_unrated_and_the_list_frozen(store, tmp_path):
    """An empty marking is a revision like any other; there were marks, so the units stay as they are."""
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", mark("A01", "discipline", "county", "王", "12"))
    taken = county.take_marks(
        store, tmp_path / "w.csv", mark("A01", "discipline", "county", "王", "withdrawn")
    )
    assert [(one.before, one.after) for one in taken.changed] == [("12", None)]
    assert marked(store) == {}
    with pytest.raises(FileRefused, match="frozen"):
        county.take_units(store, tmp_path / "u.csv", changed(county.unit_rows(), "A03", name="改名"))
    again = county.take_marks(store, tmp_path / "again.csv", mark("A01", "discipline", "county", "王", "13"))
    assert (again.new, again.changed) == (1, ())


def test_a_moderation_may_be_withdrawn_and_given_by_another_in_one_file(store, tmp_path):
    """The one who moderated by mistake steps back; it is no second moderation."""
    county.with_marks(store, tmp_path)
    county.moderate(store, tmp_path / "1.csv", ("A01", "discipline", "王", "10"))
    county.moderate(
        store, tmp_path / "2.csv", ("A01", "discipline", "王", "撤回"), ("A01", "discipline", "丁", "11")
    )
    moderated = {key: value for key, value in marked(store).items() if key[2] == "moderation"}
    assert moderated == {("A01", "discipline", "moderation", "丁"): "11"}
    county.publish(store)


def test_evaluators_written_in_two_normal_forms_are_one(store, tmp_path):
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "1.csv", mark("A01", "discipline", "county", "Rene\u0301", "12"))
    taken = county.take_marks(store, tmp_path / "2.csv", mark("A01", "discipline", "county", "René", "13"))
    assert (taken.new, len(taken.changed)) == (0, 1)


def test_marks_need_units_and_a_period(store, tmp_path):
    """What is missing is told with the command that brings it."""
    path = county.write(tmp_path / "m.csv", county.mark_rows())
    with pytest.raises(PeriodUnknown):
        import_marks(store, "2026", path)
    county.opened(store, tmp_path)
    with pytest.raises(NoUnits, match="stars import units FILE --period 2026"):
        import_marks(store, "2026", path)
    assert county.counts(store)["import"] == 0


def test_marks_of_a_unit_that_was_taken_out_are_refused(store, tmp_path):
    county.with_units(store, tmp_path)
    county.take_units(store, tmp_path / "w.csv", county.unit_rows()[:12], Mode.FOR_GOOD, Extent.WHOLE)
    with pytest.raises(FileRefused, match="A12"):
        county.take_marks(store, tmp_path / "m.csv", mark("A12", "discipline", "county", "王", "12"))


# Moderation


def test_moderation_decides_and_may_be_changed_by_the_same_evaluator(store, tmp_path):
    county.with_marks(store, tmp_path)
    taken = county.moderate(store, tmp_path / "1.csv", ("A01", "discipline", "组长", "10"))
    assert (taken.new, taken.changed) == (1, ())
    again = county.moderate(store, tmp_path / "2.csv", ("A01", "discipline", "组长", "11"))
    assert (again.new, [(one.before, one.after) for one in again.changed]) == (0, [("10", "11")])
    assert marked(store)["A01", "discipline", "moderation", "组长"] == "11"


@pytest.mark.parametrize(("first", "second"), [("王", "丁"), ("丁", "王")])
def test_a_later_moderation_by_another_takes_the_place_of_the_earlier(store, tmp_path, first, second):
    """The earlier mark is told as replaced, stays in the history, and counts no longer."""
    county.with_marks(store, tmp_path)
    county.moderate(
        store, tmp_path / "1.csv", ("A01", "discipline", first, "10"), ("A01", "meetings", first, "5")
    )
    taken = county.moderate(store, tmp_path / "2.csv", ("A01", "discipline", second, "12"))
    assert (taken.new, taken.same) == (0, 0)
    assert taken.changed == (
        MarkChange(
            unit="A01", criterion="discipline", stage="moderation", evaluator=first, before="10", after=None
        ),
    )
    moderated = {key: value for key, value in marked(store).items() if key[2] == "moderation"}
    assert moderated == {
        ("A01", "discipline", "moderation", second): "12",
        ("A01", "meetings", "moderation", first): "5",
    }
    with store.read() as c:
        own = [one.marking for one in markings.history(c, "2026", "A01") if one.marking.evaluator == first]
    assert dict(own[-2].marks) == {"discipline": "10", "meetings": "5"}
    assert provisional(store, "2026").county.rated == 12


@pytest.mark.parametrize(("first", "second"), [("王", "丁"), ("丁", "王")])
def test_two_evaluators_may_change_places_in_one_file(store, tmp_path, first, second):
    """One takes over a criterion of the other, who in the same file moderates something else."""
    county.with_marks(store, tmp_path)
    county.moderate(store, tmp_path / "1.csv", ("A01", "discipline", first, "10"))
    county.moderate(
        store, tmp_path / "2.csv", ("A01", "discipline", second, "12"), ("A01", "meetings", first, "5")
    )
    moderated = {key: value for key, value in marked(store).items() if key[2] == "moderation"}
    assert moderated == {
        ("A01", "discipline", "moderation", second): "12",
        ("A01", "meetings", "moderation", first): "5",
    }
    county.publish(store)


def test_two_evaluators_may_exchange_their_criteria(store, tmp_path):
    """Each takes over what the other had, in one file."""
    county.with_marks(store, tmp_path)
    county.moderate(
        store, tmp_path / "1.csv", ("A01", "discipline", "丁", "10"), ("A01", "meetings", "王", "5")
    )
    county.moderate(
        store, tmp_path / "2.csv", ("A01", "discipline", "王", "12"), ("A01", "meetings", "丁", "10")
    )
    moderated = {key: value for key, value in marked(store).items() if key[2] == "moderation"}
    assert moderated == {
        ("A01", "discipline", "moderation", "王"): "12",
        ("A01", "meetings", "moderation", "丁"): "10",
    }
    county.publish(store)


def test_a_replaced_evaluator_may_moderate_again(store, tmp_path):
    """There and back: the last one counts each time."""
    county.with_marks(store, tmp_path)
    for number, (by, value) in enumerate(
        (("王", "10"), ("丁", "11"), ("王", "12"), ("王", "13"), ("丁", "14"))
    ):
        county.moderate(store, tmp_path / f"{number}.csv", ("A01", "discipline", by, value))
        moderated = {key[3]: value for key, value in marked(store).items() if key[2] == "moderation"}
        assert moderated == {by: value}
    county.publish(store)


def test_any_sequence_of_moderation_keeps_one_mark_a_criterion(store, tmp_path):
    """Forty random files over two criteria and three people, against a dictionary that keeps the last."""
    county.with_marks(store, tmp_path)
    rng, model, refused = random.Random(11), {}, 0
    for number in range(40):
        marks = [
            ("A01", criterion, rng.choice("丁王赵"), rng.choice(("5", "10")))
            for criterion in rng.sample(["discipline", "meetings"], rng.choice((1, 2)))
        ]
        taken = county.moderate(store, tmp_path / f"{number}.csv", *marks)
        refused += taken.already is not None
        if taken.already is None:
            model |= {criterion: (by, value) for _, criterion, by, value in marks}
        found = {key[1]: (key[3], value) for key, value in marked(store).items() if key[2] == "moderation"}
        assert found == model, f"after file {number}: {marks}"
    assert refused < 30


def test_one_file_moderates_a_criterion_once(store, tmp_path):
    """Two different people, one criterion: which counts would depend on the order."""
    county.with_marks(store, tmp_path)
    with pytest.raises(FileRefused, match="already have a moderation mark") as caught:
        county.moderate(
            store, tmp_path / "m.csv", ("A01", "discipline", "丁", "10"), ("A01", "discipline", "王", "11")
        )
    assert county.places(caught.value) == {(3, "D")}


# Phases


@pytest.mark.parametrize("phase", OPEN, ids=lambda one: one.value)
def test_marks_of_every_stage_are_taken_until_the_period_is_posted(store, tmp_path, phase):
    county.with_units(store, tmp_path)
    if phase is not Phase.PREPARING:
        move_period(store, "2026", phase)
    rows = [
        ["A01", "discipline", stage, "王", "12"] for stage in ("self", "superior", "county", "moderation")
    ]
    assert county.take_marks(store, tmp_path / "m.csv", [MARK_HEAD, *rows]).new == 4


@pytest.mark.parametrize("phase", [Phase.POSTED, Phase.PUBLISHED], ids=lambda one: one.value)
@pytest.mark.parametrize("form", ["long", "wide"])
def test_from_posting_on_only_moderation_is_taken(store, tmp_path, phase, form):
    """Every other mark is told at its stage, every row; a file with both kinds is refused whole."""
    county.with_marks(store, tmp_path)
    if phase is Phase.POSTED:
        move_period(store, "2026", phase)
    else:
        county.publish(store)
    rows = [
        MARK_HEAD,
        ["A01", "discipline", "county", "王", "19"],
        ["A01", "discipline", "moderation", "组长", "19"],
        ["A02", "discipline", "self", "本支部", "19"],
    ]
    before = county.counts(store)
    with pytest.raises(FileRefused, match=f"the period is {phase.called.en}") as caught:
        county.take_marks(store, tmp_path / "m.csv", rows if form == "long" else county.wide(rows))
    column = "C" if form == "long" else "B"
    assert county.places(caught.value) == {(2, column), (4, column)}
    assert county.counts(store) == before
    assert county.moderate(store, tmp_path / "ok.csv", ("A01", "discipline", "组长", "19")).new == 1


def test_an_import_is_kept_with_its_file_period_and_kind(store, tmp_path):
    """What a later question of where a mark came from needs."""
    county.with_marks(store, tmp_path)
    path: Path = tmp_path / "评分 第一批.xlsx"
    county.take_marks(store, path, mark("A01", "discipline", "county", "赵", "12"))
    with store.read() as c:
        found = imports.find(c, "2026", "marks", county.digest(path))
    assert found is not None
    assert (found.number, found.name, found.rows, found.kind) == (3, "评分 第一批.xlsx", 1, "marks")


def test_periods_take_marks_each_for_itself(store, tmp_path):
    """The same file of marks into two periods; one of them published, the other open."""
    county.with_marks(store, tmp_path, "2025")
    county.publish(store, period="2025")
    open_period(store, "2026", county.write_sets(tmp_path))
    county.take_units(store, tmp_path / "u.csv", county.unit_rows())
    assert county.take_marks(store, tmp_path / "m.csv", county.mark_rows()).new > 100
