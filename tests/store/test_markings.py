"""The markings of a period, as they are now and revision by revision."""

from __future__ import annotations

import pytest

from scoring.inputs import in_order
from scoring.marks import Marking
from scoring.store import markings
from scoring.store.names import NameTooLong
from tests.store.years import RARE, marking, open_period, take


def test_markings_come_back_in_the_order_inputs_have_them(store):
    """By unit, stage and evaluator, by code point, however they came."""
    own = [
        marking(unit, evaluator, stage, dues="4.5", 换届=f"{RARE}=1;b=2")
        for unit in ("B", "A", "𠮷", "\uff21", "a")
        for stage in ("superior", "self", "复核", "moderation")
        for evaluator in ("张三", RARE, "Zoë", "zoe", "李四")
    ]
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", own[::2], take(c))
        markings.put(c, "2026", own[1::2], take(c))
    with store.read() as c:
        found = markings.current(c, "2026")
        assert markings.current(c, "2025") == ()
    assert found == in_order(own)
    assert [list(each.marks) for each in found] == [["dues", "换届"]] * len(own)


def test_the_newest_revision_counts(store):
    with store.begin() as c:
        open_period(c)
        for mark in ("1", "2", "3"):
            markings.put(c, "2026", [marking("A1", dues=mark), marking(f"B{mark}", dues=mark)], take(c))
    with store.read() as c:
        assert markings.current(c, "2026") == (
            marking("A1", dues="3"),
            *(marking(f"B{mark}", dues=mark) for mark in ("1", "2", "3")),
        )


def test_a_marking_whose_marks_were_withdrawn_is_left_out(store):
    """It is a revision all the same, and marks may be given again."""
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", [marking("A1", dues="1"), marking("A2", dues="2")], take(c))
        markings.put(c, "2026", [marking("A1")], take(c))
        assert markings.current(c, "2026") == (marking("A2", dues="2"),)
        assert markings.current(c, "2026", ["A1"]) == ()
        markings.put(c, "2026", [marking("A1", dues="3")], take(c))
        assert markings.current(c, "2026", ["A1"]) == (marking("A1", dues="3"),)


@pytest.mark.parametrize("wanted", [0, 1, 2, 499, 500, 501, 700])
def test_markings_of_some_units_are_those_of_all_that_are_theirs(store, wanted):
    """Whether they are asked for by name or picked from all is nobody's business."""
    own = [marking(f"U{number:03}", dues="1") for number in range(600)]
    units = {f"U{number:03}" for number in range(wanted)}
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", own, take(c))
    with store.read() as c:
        assert markings.current(c, "2026", units) == tuple(each for each in own if each.unit in units)


@pytest.mark.parametrize("times", [1, 600])
def test_revisions_are_counted_for_each_marking(store, times):
    """A big import and a small one count alike."""
    own = [marking(f"U{number}", dues="1") for number in range(times)]
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", own, take(c))
        markings.put(c, "2026", own[:1], take(c))
        markings.put(c, "2026", own, take(c))
    with store.read() as c:
        assert [each.revision for each in markings.history(c, "2026", "U0")] == [1, 2, 3]
        assert [each.revision for each in markings.history(c, "2026", f"U{times - 1}")][:2] == [1, 2]


def test_the_history_of_a_unit_is_told_in_order_of_coming(store):
    """With the file that brought each, and what was withdrawn as an empty marking."""
    with store.begin() as c:
        open_period(c)
        markings.put(
            c, "2026", [marking("A1", "张三", dues="1"), marking("A2", dues="9")], take(c, name="一.xlsx")
        )
        markings.put(
            c, "2026", [marking("A1", "李四", dues="2"), marking("A1", "张三")], take(c, name="二.xlsx")
        )
    with store.read() as c:
        found = markings.history(c, "2026", "A1")
        assert markings.history(c, "2026", "A3") == ()
    assert [(each.marking, each.revision, each.import_number, each.file_name) for each in found] == [
        (marking("A1", "张三", dues="1"), 1, 1, "一.xlsx"),
        (marking("A1", "张三"), 2, 2, "二.xlsx"),
        (marking("A1", "李四", dues="2"), 1, 2, "二.xlsx"),
    ]
    assert found[0].made_at < found[1].made_at == found[2].made_at


def test_a_period_has_markings_from_the_first_one_on(store):
    """Withdrawing all does not make it a period that was never marked."""
    with store.begin() as c:
        open_period(c)
        open_period(c, "2025")
        assert not markings.any_of(c, "2026")
        markings.put(c, "2026", [], take(c))
        assert not markings.any_of(c, "2026")
        markings.put(c, "2026", [marking("A1", dues="1")], take(c))
        markings.put(c, "2026", [marking("A1")], take(c))
    with store.read() as c:
        assert markings.any_of(c, "2026")
        assert not markings.any_of(c, "2025")


def test_two_markings_of_one_key_cannot_come_at_once(store):
    """The database decides uniqueness, in bulk too."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.begin() as c:
        open_period(c)
        markings.put(c, "2026", [marking("A1", dues="1"), marking("A1", dues="2")], take(c))


def test_names_fill_an_index_and_no_more(store):
    """The longest key of all, in characters of four bytes that do not compress."""
    long = "".join(chr(0x20000 + 7 * place) for place in range(160))
    own = Marking(unit=long, stage=long[::-1], evaluator=long[40:] + long[:40], marks={"dues": "1"})
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", [own], take(c))
        for name in ("unit", "stage", "evaluator"):
            with pytest.raises(NameTooLong, match="161 characters"):
                markings.put(
                    c,
                    "2026",
                    [Marking(**{"unit": "A", "stage": "s", "evaluator": "e", "marks": {}, name: long + "x"})],
                    take(c),
                )
    with store.read() as c:
        assert markings.current(c, "2026") == (own,)


def test_long_marks_come_back_whole(store):
    own = marking("A1", **{f"c{number:04}": "7" * 500 for number in range(2_000)})
    with store.begin() as c:
        open_period(c)
        markings.put(c, "2026", [own], take(c))
    with store.read() as c:
        assert markings.current(c, "2026") == (own,)
