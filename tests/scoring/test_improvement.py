"""Ways to the next star: each is scored by the pipeline again, and none with fewer marks is overlooked."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from scoring.criteria import catalogue
from scoring.discrimination import attainable
from scoring.improvement import Room, fewest_marks, gains, single_ways
from scoring.units import DOMAINS
from tests.cohorts import Cohort
from tests.cohorts import cohort as random_cohort
from tests.pipeline import loaded, standings_of

LEVELS = ["0", "1", "3", "4"]


def _criterion(rng: random.Random, name: str) -> dict:
    if rng.random() < 0.4:
        levels = [{"marks": marks, "when": {"zh": "档"}} for marks in LEVELS]
        return {"id": name, "kind": "levels", "full_marks": "4", "levels": levels}
    full = rng.choice(["2", "3", "5"])
    found = {"id": name, "kind": "judged", "full_marks": full, "step": "1"}
    return found | ({"weight": rng.choice(["1/3", "7", "2.5"])} if rng.random() < 0.5 else {})


def _cohort(rng: random.Random, *, deduction: bool) -> Cohort:
    """One unit on a small tree, marked well below full marks."""
    one, two = [[_criterion(rng, f"{part}{n}") for n in range(2)] for part in "ab"]
    parts = [{"id": "one", "weight": "3", "criteria": one}, {"id": "two", "criteria": two}]
    document = {"id": "s", "version": "1", "title": {"zh": "标准"}, "parts": parts}
    criteria = [*one, *two]
    marks = [_mark(criterion["id"], rng.choice(_allowed(criterion))) for criterion in criteria]
    if deduction:
        parts[0]["adjustments"] = [{"id": "late", "kind": "deduction", "each": "1"}]
        marks.append(_mark("late", str(rng.randint(1, 9))))
    unit = {"unit": "u", "name": "", "domain": "rural", "township": "西山镇", "department": "", "gates": ""}
    return Cohort(sets=[document], units=[unit], marks=marks)


def _allowed(criterion: dict) -> list[str]:
    return (
        LEVELS if "levels" in criterion else [str(mark) for mark in range(int(criterion["full_marks"]) + 1)]
    )


def _mark(criterion: str, mark: str) -> dict:
    return {"unit": "u", "criterion": criterion, "stage": "county", "evaluator": "王", "mark": mark}


def _printed(cohort: Cohort, raised: dict[str, str]) -> int:
    marks = [row | {"mark": raised.get(row["criterion"], row["mark"])} for row in cohort.marks]
    standings = standings_of(Cohort(sets=cohort.sets, units=cohort.units, marks=marks))
    return int(standings.ratings.scores.printed[0])


def _sheet(cohort: Cohort):
    return standings_of(cohort).ratings.scores.sheets[0]


@pytest.mark.parametrize("seed", range(25))
def test_no_way_takes_fewer_marks(seed):
    """Against every combination of raises: the marks of the way found are the fewest that reach the score."""
    rng = random.Random(seed)
    cohort = _cohort(rng, deduction=False)
    scores = _sheet(cohort)
    criteria = {
        criterion["id"]: criterion for part in cohort.sets[0]["parts"] for criterion in part["criteria"]
    }
    now = {row["criterion"]: row["mark"] for row in cohort.marks}
    needed = min(10_000, int(scores.root.value.at(0) * 10_000) + rng.randint(1, 4000))
    choices = [
        [mark for mark in _allowed(own) if int(mark) >= int(now[name])] for name, own in criteria.items()
    ]
    fewest = min(
        sum(int(mark) - int(now[name]) for name, mark in zip(criteria, raised, strict=True))
        for raised in itertools.product(*choices)
        if _reaches(scores, criteria, raised, needed)
    )
    way = fewest_marks(Room(scores, 0), needed)
    assert way is not None
    assert way.marks == fewest
    assert _printed(cohort, {one.criterion.id: str(one.to) for one in way.raises}) == way.printed >= needed


def _reaches(scores, criteria: dict, raised: tuple[str, ...], needed: int) -> bool:
    """Say whether those marks give *needed*, by the rule of parts in plain fractions."""
    marks = dict(zip(criteria, map(Fraction, raised), strict=True))
    shares = []
    for part in scores.sheet.criteria.root.parts:
        weights = [own.share_of_tree for own in part.criteria]
        terms = [marks[own.id] / Fraction(own.full_marks, 100) * own.share_of_tree for own in part.criteria]
        shares.append((part.share_of_tree, sum(terms) / sum(weights)))
    score = 10_000 * sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares)
    return int(2 * score + 1) // 2 >= needed


@pytest.mark.parametrize("seed", range(25))
def test_every_way_is_true_under_deductions(seed):
    """Where a deduction clips a part to 0, raises do not add up; what is promised must still come out."""
    rng = random.Random(seed)
    cohort = _cohort(rng, deduction=True)
    scores = _sheet(cohort)
    needed = int(scores.root.value.at(0) * 10_000) + rng.randint(1, 3000)
    ways = [*single_ways(Room(scores, 0), needed), *filter(None, [fewest_marks(Room(scores, 0), needed)])]
    for way in ways:
        raised = {one.criterion.id: str(one.to) for one in way.raises}
        assert _printed(cohort, raised) == way.printed >= needed
    full = {own.id: str(Fraction(own.full_marks, 100)) for own in scores.sheet.criteria.criteria}
    assert bool(ways) == (_printed(cohort, full) >= needed)


@pytest.mark.parametrize("seed", range(10))
def test_gains_are_what_full_marks_would_add(seed):
    """The gain of a criterion is the exact difference of the score with full marks on it alone."""
    cohort = _cohort(random.Random(seed), deduction=True)
    scores = _sheet(cohort)
    now = scores.root.value.at(0)
    for name, gain in gains(Room(scores, 0)).items():
        full = str(Fraction(scores.sheet.criteria.criterion(name).full_marks, 100))
        marks = [row | ({"mark": full} if row["criterion"] == name else {}) for row in cohort.marks]
        after = _sheet(Cohort(sets=cohort.sets, units=cohort.units, marks=marks)).root.value.at(0)
        assert (after - now) * 100 == gain >= 0


def test_what_raises_give_adds_up_unless_a_part_is_clipped():
    """Where it adds up, adding is as good as scoring; where a part is clipped, somebody must have noticed."""
    rng, added, spoilt = random.Random(7), 0, 0
    for seed in range(12):
        scores = standings_of(random_cohort(seed)).ratings.scores
        for unit in rng.sample(np.flatnonzero(scores.rated).tolist(), 5):
            room = Room(*scores.place_of(unit))
            picks = np.array(
                [[rng.randrange(-1, len(options)) for _ in range(40)] for options in room.options]
            ).reshape(len(room.rows), 40)
            as_added, as_scored = room.added(picks).tolist(), room.scored(picks).tolist()
            assert room.printed(picks).tolist() == as_scored
            added += room.adds_up
            spoilt += as_added != as_scored
    assert (added, spoilt) > (20, 5)


def test_every_domain_can_reach_the_same_score():
    """A shipped set may not be easier than another; a ballot capped at one third holds all of them just below 100."""
    heights = {
        attainable(catalogue.find(f"red-flag-{domain.replace('_', '-')}@2026.1")) for domain in DOMAINS
    }
    assert heights == {attainable(catalogue.find("red-flag-branch@2026.1"))}
    assert 99 < heights.pop() < 100


def test_the_attainable_score_sees_a_band_below_full_marks():
    """Negative control: a set whose best band gives half of the full marks cannot be reached beyond 50."""
    band = {"at_least": "1", "marks": "5"}
    criterion = {"id": "a", "kind": "measured", "full_marks": "10", "bands": [band]}
    text = str({"id": "s", "version": "1", "title": {"zh": "标准"}, "criteria": [criterion]}).replace(
        "'", '"'
    )
    assert attainable(loaded(text)) == 50
