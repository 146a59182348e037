"""The array pipeline is held against a Fraction oracle that was written from the rules alone."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.cohorts import cohort, situations
from tests.oracle import BENDS, oracle
from tests.pipeline import comparable, standings_of
from tests.sizes import COHORTS

SITUATIONS = ("na_nested", "clipped", "tied_at_edge", "disputed", "moderated", "python_integers")
LEAST_SHARE = 50
"""Every situation must make up one in so many units at the least: 2 %."""

CONTROL_COHORTS = 150
_CHUNK = 25


def _compared(seeds: range) -> tuple[list[str], Counter[str]]:
    """Return where pipeline and oracle differ on the cohorts of *seeds*, and how many units were in which situation."""
    differences, seen = [], Counter()
    for seed in seeds:
        own = cohort(seed)
        standings = standings_of(own)
        expected, found = oracle(own.sets, own.units, own.marks), comparable(standings)
        if expected != found:
            differences.append(f"seed {seed}: {_first_difference(expected, found)}")
        assert len(own.units) >= 20
        seen += situations(own)
        seen["python_integers"] += _on_python_integers(standings)
    return differences, seen


def _first_difference(expected: object, found: object, path: str = "") -> str:
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        return next(
            _first_difference(expected[key], found[key], f"{path}.{key}")
            for key in expected
            if expected[key] != found[key]
        )
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return next(
            _first_difference(one, other, f"{path}[{place}]")
            for place, (one, other) in enumerate(zip(expected, found, strict=True))
            if one != other
        )
    return f"{path}: expected {expected!r}, found {found!r}"


def _on_python_integers(standings) -> int:
    """Return how many units were scored on Python's integers because 64 bits might not have held them."""
    return sum(
        len(sheet.sheet.places)
        for sheet in standings.ratings.scores.sheets
        if any(
            values.value.num.dtype.hasobject
            or getattr(getattr(values.value.den, "dtype", None), "hasobject", False)
            for values in sheet.parts.values()
        )
    )


def test_the_pipeline_equals_the_oracle_on_random_cohorts(capsys):
    """Every score, star, step, rank, line, standing and target: exactly, on cohorts full of edges."""
    chunks = [range(start, min(start + _CHUNK, COHORTS)) for start in range(0, COHORTS, _CHUNK)]
    differences, seen = [], Counter()
    with ProcessPoolExecutor(max_workers=2) as pool:
        for found, counted in pool.map(_compared, chunks):
            differences += found
            seen += counted
    with capsys.disabled():
        shares = ", ".join(
            f"{name} {seen[name]} ({100 * seen[name] / seen['units']:.1f} %)" for name in SITUATIONS
        )
        print(f"\n{COHORTS} cohorts, {seen['units']} units: {shares}")
    assert not differences, differences[:10]
    for name in SITUATIONS:
        assert seen[name] * LEAST_SHARE >= seen["units"], f"{name}: {seen[name]} of {seen['units']}"


@pytest.fixture(scope="module")
def answers() -> list:
    """What the pipeline says of the control cohorts."""
    return [(own, comparable(standings_of(own))) for own in map(cohort, range(CONTROL_COHORTS))]


@pytest.mark.parametrize("bend", BENDS)
def test_an_oracle_with_one_rule_bent_is_caught(answers, bend):
    """Negative control: a comparison that no bent rule fails proves nothing."""
    assert any(oracle(own.sets, own.units, own.marks, bent=bend) != found for own, found in answers), BENDS[
        bend
    ]


def test_order_of_rows_files_and_keys_changes_nothing():
    """Units, marks, sets and the keys of a file come in any order; the answer is the same."""
    for seed in range(60):
        own = cohort(seed)
        assert comparable(standings_of(own)) == comparable(standings_of(own, random.Random(seed))), seed
