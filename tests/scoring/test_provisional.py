"""What a sheet comes to while it is typed is what its unit would be scored as, whatever is remembered meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import scoring.provisional as remembering
from scoring.criteria.model import CriteriaSet
from scoring.inputs import Inputs, in_order
from scoring.marks import Marking, MarkRefused
from scoring.provisional import provisional
from scoring.rows import printed_score
from scoring.scores import score
from scoring.sheets import Provisional
from scoring.spreadsheet.units import criteria_for
from scoring.units import Unit
from tests.cohorts import as_yaml, cohort
from tests.pipeline import loaded

COHORTS = 12
_UNITS = 4
_SMALL = """
id: small
version: "1"
title: {zh: 小}
criteria:
  - {id: term, kind: judged, title: {zh: 换届}, full_marks: 5, step: STEP}
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it stands after an edit: what is asked of it."""

    unit: Unit
    criteria: CriteriaSet
    stage: str
    marks: Mapping[str, str]
    markings: tuple[Marking, ...]


def sheets(seed: int) -> Iterator[Sheet]:
    """Yield sheets of a random cohort, mark by mark as they are typed: others' marks of the same unit, or none."""
    rng = random.Random(seed)
    own = cohort(seed)
    sets = [loaded(as_yaml(document)) for document in own.sets]
    given: dict[tuple[str, str, str], dict[str, str]] = {}
    for mark in own.marks:
        key = mark["unit"], mark["stage"], mark["evaluator"]
        given.setdefault(key, {})[mark["criterion"]] = mark["mark"]
    for row in own.units[:_UNITS]:
        unit = Unit(code=row["unit"], name=row["unit"], domain=row["domain"], township="镇", department=None)
        criteria = criteria_for(unit.domain, sets)
        markings = in_order(
            [
                Marking(unit=key[0], stage=key[1], evaluator=key[2], marks=marks)
                for key, marks in given.items()
            ]
        )
        of_unit = [one for one in markings if one.unit == unit.code]
        for marking in rng.sample(of_unit, min(3, len(of_unit))):
            typed: dict[str, str] = {}
            for criterion, mark in marking.marks.items():
                typed[criterion] = mark
                stage = rng.choice(criteria.all_stages)
                yield Sheet(unit, criteria, stage, dict(typed), tuple(of_unit))
            typed[rng.choice([*typed])] = ""
            yield Sheet(unit, criteria, marking.stage, typed, tuple(of_unit))


def scored(own: Sheet) -> Provisional:
    """Return what the sheet comes to, where nothing is remembered: its unit is scored as a cohort of one."""
    stages = own.criteria.all_stages
    rank = stages.index(own.stage)
    before = [one for one in own.markings if stages.index(one.stage) < rank]
    typed = {criterion: mark for criterion, mark in own.marks.items() if mark}
    decides = stages[max(rank, own.criteria.first_deciding)]
    if typed:
        before.append(Marking(unit=own.unit.code, stage=decides, evaluator="–", marks=typed))
    inputs = Inputs(units=(own.unit,), sets=(own.criteria,), markings=in_order(before))
    scores = score(inputs.assessments())
    if scores.rated[0]:
        return Provisional(score=printed_score(int(scores.printed[0]), own.criteria))
    return Provisional(score=None, missing=scores.missing(0))


def shown(own: Sheet) -> Provisional:
    return provisional(own.unit, own.criteria, own.stage, own.marks, own.markings)


def differing() -> Iterator[Sheet]:
    """Yield the sheets that are told something else than they come to."""
    yield from (own for seed in range(COHORTS) for own in sheets(seed) if shown(own) != scored(own))


def test_what_is_shown_is_what_the_unit_is_scored_as(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the sheets and more have no criterion that was not met before; they are not scored from the start."""
    asked = []
    ask = remembering._asked
    monkeypatch.setattr(remembering, "_asked", lambda *own: asked.append(own) or ask(*own))
    every = [own for seed in range(COHORTS) for own in sheets(seed)]
    told = [shown(own) for own in every]
    assert told == [scored(own) for own in every]
    assert [shown(own) for own in every] == told
    assert len(asked) < len(every)
    assert sum(one.score is not None for one in told) > len(told) / 20


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was forgotten is asked for again, and is the same."""
    monkeypatch.setattr(remembering, "_REMEMBERED", 3)
    assert not list(differing())


class _Careless(dict[Any, Any]):
    """Remembers by less than what a criterion comes to depends on."""

    def __init__(self, less: Any) -> None:
        super().__init__()
        self._less = less

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._less(key), default)

    def update(self, found: Any) -> None:  # type: ignore[override]
        super().update({self._less(key): row for key, row in found})


@pytest.mark.parametrize(
    "less",
    [
        pytest.param(lambda key: key[0], id="whatever the marks"),
        pytest.param(lambda key: (key[0], tuple(mark for _, mark in key[1])), id="whatever the stages"),
        pytest.param(lambda key: (key[0], key[1][-1:]), id="by the last mark alone"),
        pytest.param(lambda key: key[1], id="whatever the criterion"),
    ],
)
def test_whoever_remembers_by_less_tells_what_was(less: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above finds out a careless variant."""
    known: dict[int, _Careless] = {}
    monkeypatch.setattr(
        remembering, "_known", lambda criteria: known.setdefault(id(criteria), _Careless(less))
    )
    assert next(differing(), None)


def test_one_memory_for_all_sets_would_mistake_one_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Criteria of the same id are marked in other steps in another set."""
    unit = Unit(code="A1", name="A1", domain="rural", township="镇", department=None)
    both = [
        Sheet(unit, loaded(_SMALL.replace("STEP", step)), "self", {"term": "4"}, ()) for step in ("1", "0.5")
    ]
    assert [shown(own).score for own in both] == ["80.00", "80.00"]
    every: dict[Any, Any] = {}
    monkeypatch.setattr(remembering, "_known", lambda _criteria: every)
    assert [shown(own).score for own in both] == ["80.00", "40.00"]


def test_a_mark_on_what_the_set_does_not_have_is_refused_each_time() -> None:
    own = next(own for own in sheets(1) if shown(own).score is not None)
    strange = {**own.marks, "nothing": "1"}
    for _ in range(2):
        with pytest.raises(MarkRefused, match="nothing"):
            provisional(own.unit, own.criteria, own.stage, strange, own.markings)
