"""The units of a period, as they are now and as they came to be."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from scoring.errors import UnitUnknown
from scoring.store import units
from scoring.store.names import NameTooLong
from scoring.store.units import KeptUnit
from scoring.units import Unit
from tests.store.years import RARE, kept, open_period, take, unit

FULL = Unit(
    code=f"A-1{RARE}",
    name="x" * 2_000,
    domain="医院",
    township=RARE,
    department="卫健委",
    gates=("weak_branch", "一票否决"),
    predecessors=("A-0", "𠮷"),
)


def test_a_unit_comes_back_with_all_it_has(store):
    bare = [unit("B", department="教育局", township=None), unit("C", gates=("weak",)), unit("D")]
    own = [
        KeptUnit(unit=each, ref=ref)
        for each, ref in zip([FULL, *bare], ["b@1", "a@1", "a@1", "b@1"], strict=True)
    ]
    with store.begin() as c:
        open_period(c, "2026", "b@1", "a@1")
        units.put(c, "2026", own, take(c, kind="units"))
    with store.read() as c:
        assert units.current(c, "2026") == tuple(own)
        assert units.current(c, "2025") == ()


def test_units_are_in_order_of_code_point(store):
    """The organisation order is the same on every database; Chinese towns are not put in order of pinyin by one of them."""
    codes = ["b", "A", "B", "a", "10", "9", "é", "中", "一", "\uff21", "𠮷", "䶮", "𬭎", "-", "Ω", "\ue000"]
    with store.begin() as c:
        open_period(c, codes=codes)
    with store.read() as c:
        assert [own.unit.code for own in units.current(c, "2026")] == sorted(codes)


def test_the_newest_revision_counts(store):
    with store.begin() as c:
        open_period(c, codes=["A1", "A2"])
        units.put(c, "2026", kept("A2", "A3", gates=("weak",)), take(c, kind="units"))
        units.put(c, "2026", kept("A2", name="新名"), take(c, kind="units"))
    with store.read() as c:
        assert units.current(c, "2026") == (
            *kept("A1"),
            *kept("A2", name="新名"),
            *kept("A3", gates=("weak",)),
        )


def test_a_unit_taken_out_is_gone_and_may_come_back(store):
    with store.begin() as c:
        open_period(c, codes=["A1", "A2", "A3"])
        units.take_out(c, "2026", ["A2", "A1", "A1"], take(c, kind="units"))
        assert units.current(c, "2026") == tuple(kept("A3"))
        units.put(c, "2026", kept("A1", name="回来"), take(c, kind="units"))
        assert units.current(c, "2026") == (*kept("A1", name="回来"), *kept("A3"))


def test_taking_out_what_is_not_there_is_refused_whole(store):
    with store.begin() as c:
        open_period(c, codes=["A1", "A2"])
        units.take_out(c, "2026", ["A2"], take(c, kind="units"))
    with pytest.raises(UnitUnknown) as refusal, store.begin() as c:
        units.take_out(c, "2026", ["A1", "A2", "B9"], take(c, kind="units"))
    assert [fault.sentence.zh for fault in refusal.value.faults] == [
        "评定期 2026 中没有单位“A2”",
        "评定期 2026 中没有单位“B9”",
    ]
    with store.read() as c:
        assert units.current(c, "2026") == tuple(kept("A1"))


def test_a_unit_is_assessed_by_a_set_of_its_period(store):
    """The database holds it, so that no import can slip another in."""
    with store.begin() as c:
        open_period(c, "2025", "other@1")
        open_period(c)
    with pytest.raises(IntegrityError), store.begin() as c:
        units.put(c, "2026", kept("A1", ref="other@1"), take(c, kind="units"))


def test_a_code_that_no_index_could_hold_is_refused(store):
    """PostgreSQL would break where SQLite would take it."""
    with store.begin() as c:
        open_period(c, codes=["𠮷" * 160])
        with pytest.raises(NameTooLong, match=r"“𠮷+…” has 161 characters"):
            units.put(c, "2026", kept("𠮷" * 161), take(c, kind="units"))


# Successors


def history(store, code: str) -> list[tuple[str, str]]:
    with store.read() as c:
        return [(period, own.code) for period, own in units.named_in(c, code)]


def test_a_unit_is_found_in_all_its_periods_newest_first(store):
    with store.begin() as c:
        for period in ("2024", "2026", "2025"):
            open_period(c, period, codes=["A1", "A2"])
        units.put(c, "2025", kept("A1", name="旧名"), take(c, "2025", "units"))
    with store.read() as c:
        assert units.named_in(c, "A1") == (
            ("2026", unit("A1")),
            ("2025", unit("A1", name="旧名")),
            ("2024", unit("A1")),
        )
    assert history(store, "B1") == []


def test_a_merged_unit_keeps_the_history_of_both(store):
    """2024: A and B. 2025: C, of A and B. 2026: D, renamed from C."""
    with store.begin() as c:
        open_period(c, "2024", codes=["A", "B", "X"])
        open_period(c, "2025")
        units.put(c, "2025", kept("C", predecessors=("A", "B")), take(c, "2025", "units"))
        open_period(c, "2026")
        units.put(c, "2026", kept("D", predecessors=("C",)), take(c, "2026", "units"))
    assert history(store, "D") == [("2026", "D"), ("2025", "C"), ("2024", "A"), ("2024", "B")]
    assert history(store, "C") == [("2025", "C"), ("2024", "A"), ("2024", "B")]
    assert history(store, "A") == [("2024", "A")]


def test_a_unit_that_was_split_off_shares_only_what_was_before(store):
    """2025: A. 2026: A goes on, and N comes from it: A of 2026 is no history of N."""
    with store.begin() as c:
        open_period(c, "2025", codes=["A"])
        open_period(c, "2026", codes=["A"])
        units.put(c, "2026", kept("N", predecessors=("A",)), take(c, "2026", "units"))
    assert history(store, "N") == [("2026", "N"), ("2025", "A")]


def test_units_that_name_each_other_come_to_an_end(store):
    with store.begin() as c:
        for period in ("2024", "2025", "2026"):
            open_period(c, period)
            own = [*kept("A", predecessors=("B", "A")), *kept("B", predecessors=("A",))]
            units.put(c, period, own, take(c, period, "units"))
    assert history(store, "A") == [("2026", "A"), ("2025", "A"), ("2025", "B"), ("2024", "A"), ("2024", "B")]


def test_a_unit_taken_out_is_no_history(store):
    with store.begin() as c:
        open_period(c, "2025", codes=["A"])
        open_period(c, "2026", codes=["A"])
        units.take_out(c, "2025", ["A"], take(c, "2025", "units"))
    assert history(store, "A") == [("2026", "A")]


def test_a_unit_is_as_the_newest_period_that_has_it_keeps_it(store):
    """What belongs to no period asks for a branch of which an older year may be the last to know."""
    with store.begin() as c:
        open_period(c, "2025", codes=("A1", "A2"))
        open_period(c)
        units.put(c, "2026", kept("A1", "A3", name="白石村党支部"), take(c, kind="units"))
    with store.read() as c:
        found = units.newest(c)
        assert {code: own.name for code, own in found.items()} == {
            "A1": "白石村党支部",
            "A2": "青石村党支部",
            "A3": "白石村党支部",
        }
        assert units.newest(c, ["A2", "A9"]) == {"A2": found["A2"]}
