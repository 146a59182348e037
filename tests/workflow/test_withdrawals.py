"""Marks taken back: a file says 撤回 where a mark stood under a wrong name, and the history keeps it."""

from __future__ import annotations

import pytest

from scoring.errors import FileRefused
from scoring.store import markings
from scoring.workflow.import_marks import MarkChange
from scoring.workflow.import_units import Extent
from scoring.workflow.imports import Mode
from tests.workflow import county
from tests.workflow.county import MARK_HEAD


def marked(store) -> dict[tuple[str, str, str, str], str]:
    return {
        (own.unit, criterion, own.stage, own.evaluator): mark
        for own in county.inputs(store).markings
        for criterion, mark in own.marks.items()
    }


@pytest.mark.parametrize("word", ["撤回", "withdrawn", "Withdrawn"])
def test_a_mark_under_a_misspelt_name_is_taken_back(store, tmp_path, word):
    """Else it would count in the mean for ever; the history keeps who had entered what."""
    county.with_marks(store, tmp_path)
    before = marked(store)
    key = next(iter(before))
    unit, criterion, stage, evaluator = key
    rows = [
        MARK_HEAD,
        [unit, criterion, stage, evaluator, word],
        [unit, criterion, stage, "新来的", before[key]],
    ]
    trial = county.take_marks(store, tmp_path / "w.csv", rows, Mode.TRIAL)
    assert marked(store) == before
    taken = county.take_marks(store, tmp_path / "w.csv", rows)
    assert taken == trial
    gone = MarkChange(
        unit=unit, criterion=criterion, stage=stage, evaluator=evaluator, before=before[key], after=None
    )
    assert (taken.new, taken.changed) == (1, (gone,))
    expected = {own: mark for own, mark in before.items() if own != key}
    assert marked(store) == expected | {(unit, criterion, stage, "新来的"): before[key]}
    with store.read() as c:
        revisions = [
            own.marking.marks.get(criterion)
            for own in markings.history(c, county.PERIOD, unit)
            if (own.marking.stage, own.marking.evaluator) == (stage, evaluator)
        ]
    assert revisions == [before[key], None]


def test_what_is_not_there_cannot_be_taken_back(store, tmp_path):
    """Nor twice; every such row is named, and nothing of the file is taken."""
    county.with_marks(store, tmp_path)
    before = marked(store)
    unit, criterion, stage, evaluator = next(iter(before))
    rows = [
        MARK_HEAD,
        [unit, criterion, stage, evaluator, "撤回"],
        [unit, criterion, stage, evaluator, "撤回"],
        [unit, criterion, stage, "没有这个人", "撤回"],
    ]
    with pytest.raises(FileRefused) as refused:
        county.take_marks(store, tmp_path / "w.csv", rows)
    assert county.places(refused.value) == {(3, "E"), (4, "E")}
    assert marked(store) == before


def test_a_file_taken_as_a_part_may_still_be_taken_as_the_whole(store, tmp_path):
    """The same bytes ask for something else: the units that are not among them go."""
    county.opened(store, tmp_path)
    county.take_units(store, tmp_path / "all.csv", county.unit_rows())
    part = county.unit_rows(6)
    county.take_units(store, tmp_path / "part.csv", part)
    assert county.take_units(store, tmp_path / "part.csv", part).already is not None
    taken = county.take_units(store, tmp_path / "part.csv", part, Mode.FOR_GOOD, Extent.WHOLE)
    assert taken.already is None
    assert len(taken.taken_out) == county.UNITS - 6
    again = county.take_units(store, tmp_path / "part.csv", part, Mode.FOR_GOOD, Extent.WHOLE)
    assert again.already is not None


def test_an_earlier_file_again_says_that_others_came_since(store, tmp_path):
    """Nothing is changed by it; whoever wants to go back must know that what stands is the later file's."""
    county.with_marks(store, tmp_path)
    unit, criterion, stage, evaluator = next(iter(marked(store)))
    again = [MARK_HEAD, [unit, criterion, stage, evaluator, "撤回"]]
    assert county.take_marks(store, tmp_path / "w.csv", again).already is None
    assert county.take_marks(store, tmp_path / "w.csv", again).already.later == 0
    county.take_marks(store, tmp_path / "x.csv", [MARK_HEAD, [unit, criterion, stage, "新来的", "1"]])
    assert county.take_marks(store, tmp_path / "w.csv", again).already.later == 1
