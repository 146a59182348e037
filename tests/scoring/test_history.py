"""A unit is followed through the years: to what it came from, to what it went into, and to nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import pytest

from scoring.history import history
from scoring.register import Entry, GroupFigures, Register
from scoring.units import Grouping, Unit

COUNTY = GroupFigures(
    kind=Grouping.COUNTY,
    name="",
    units=0,
    rated=0,
    mean=None,
    rank=None,
    stars=(),
    not_rated=0,
    at_target=None,
    meets=None,
)


def register(period: str, units: Mapping[str, Iterable[str]]) -> Register:
    """Return a year of units by code, each with the codes of the predecessors it names."""
    return Register(
        period=period,
        county_name="示范县",
        criteria={},
        entries=tuple(_entry(code, names) for code, names in sorted(units.items())),
        county=COUNTY,
        groups={},
        target=None,
    )


def _entry(code: str, names: Iterable[str]) -> Entry:
    unit = Unit(code=code, name=code, domain="rural", township="西山镇", predecessors=tuple(sorted(names)))
    return Entry(
        unit=unit,
        criteria="s@1",
        score=None,
        stars=None,
        ranks=dict.fromkeys(Grouping),
        steps=(),
        missing=(),
        parts=(),
    )


def told(code: str, own: str, years: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what history tells by year: `A B`; predecessors are written the same way."""
    newest_first = sorted(years, reverse=True)
    found = history(
        code,
        newest_first.index(own),
        [
            register(year, {unit: names.split() for unit, names in years[year].items()})
            for year in newest_first
        ],
    )
    assert [year.register.period for year in found] == sorted(
        (year.register.period for year in found), reverse=True
    )
    return {year.register.period: " ".join(entry.unit.code for entry in year.entries) for year in found}


MERGED = {"2024": {"A": "", "B": "", "C": ""}, "2025": {"M": "A B", "C": ""}, "2026": {"M": "A B", "C": ""}}
SPLIT = {"2024": {"A": ""}, "2025": {"A": "", "B": "A"}, "2026": {"A": "", "B": "A"}}
ABSORBED = {"2024": {"A": "", "B": ""}, "2025": {"A": "B"}, "2026": {"A": "B"}}
RENAMED = {"2024": {"A": ""}, "2025": {"B": "A"}, "2026": {"C": "B"}}
REUSED = {"2024": {"A": "", "B": ""}, "2025": {"X": "A", "B": ""}, "2026": {"X": "A", "A": "", "B": ""}}
SWAPPED = {"2025": {"A": "", "B": ""}, "2026": {"A": "B", "B": "A"}}
LEFT_OUT = {"2024": {"A": "", "B": ""}, "2025": {"B": ""}, "2026": {"A": "", "B": ""}}


@pytest.mark.parametrize(
    ("years", "code", "own", "expected"),
    [
        (MERGED, "M", "2026", {"2026": "M", "2025": "M", "2024": "A B"}),
        (MERGED, "A", "2024", {"2026": "M", "2025": "M", "2024": "A"}),
        (SPLIT, "B", "2026", {"2026": "B", "2025": "B", "2024": "A"}),
        (SPLIT, "A", "2026", {"2026": "A", "2025": "A", "2024": "A"}),
        (SPLIT, "A", "2024", {"2026": "A B", "2025": "A B", "2024": "A"}),
        (SPLIT, "A", "2025", {"2026": "A", "2025": "A", "2024": "A"}),
        (ABSORBED, "A", "2026", {"2026": "A", "2025": "A", "2024": "A B"}),
        (ABSORBED, "B", "2024", {"2026": "A", "2025": "A", "2024": "B"}),
        (RENAMED, "B", "2025", {"2026": "C", "2025": "B", "2024": "A"}),
        (REUSED, "A", "2026", {"2026": "A"}),
        (REUSED, "A", "2024", {"2026": "X", "2025": "X", "2024": "A"}),
        (SWAPPED, "A", "2026", {"2026": "A", "2025": "B"}),
        (SWAPPED, "A", "2025", {"2026": "B", "2025": "A"}),
        (LEFT_OUT, "A", "2026", {"2026": "A", "2024": "A"}),
        (LEFT_OUT, "A", "2024", {"2026": "A", "2024": "A"}),
    ],
)
def test_a_unit_is_followed_as_an_office_would(years, code, own, expected):
    """Merged, split, absorbed, renamed, its code reused or swapped, or left out for a year."""
    assert told(code, own, years) == expected


def test_a_unit_unknown_in_its_year_has_no_history_of_its_own():
    """A mistyped code is nobody's past."""
    assert told("Z", "2026", MERGED) == {}


@pytest.mark.parametrize("keeps_naming", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_lives_made_up_are_told_as_they_were_lived(seed, keeps_naming):
    """Whatever merged, split, was absorbed, renamed, founded or closed, and whether names are kept up or said once."""
    lives = _Lives(random.Random(seed), keeps_naming=keeps_naming)
    for _ in range(6):
        lives.next_year()
    years = [register(f"{2020 + n}", units) for n, units in enumerate(lives.years)][::-1]
    for own in range(len(years)):
        for code in years[own].by_code:
            found = {
                year.register.period: {entry.unit.code for entry in year.entries}
                for year in history(code, own, years)
            }
            assert found == lives.of(code, len(years) - 1 - own)


class _Lives:
    """A county's units made up year by year; `parents` [year] tells what each really came from the year before.

    None takes back what it was split off from: it names it already, so that no file of units can say so.
    """

    def __init__(self, rng: random.Random, *, keeps_naming: bool) -> None:
        self.rng, self.keeps_naming = rng, keeps_naming
        self.years: list[dict[str, set[str]]] = [{f"U{n}": set() for n in range(8)}]
        self.parents: list[dict[str, set[str]]] = [{code: set() for code in self.years[0]}]
        self.founded = 8

    def next_year(self) -> None:
        before = self.years[-1]
        self.now: dict[str, set[str]] = {}
        self.came: dict[str, set[str]] = {}
        left = self.rng.sample(sorted(before), len(before))
        while left:
            code = left.pop()
            event = self.rng.choice(["go on"] * 6 + ["rename", "merge", "absorb", "split", "close", "found"])
            other = {left.pop()} if event in ("merge", "absorb") and left else set()
            if event in ("rename", "merge"):
                self._new({code} | other)
            elif event != "close":
                self._goes_on(code, other - before[code])
                left += other & before[code]
            if event == "split":
                self._new({code})
            if event == "found":
                self._new(set())
        self.years.append(self.now)
        self.parents.append(self.came)

    def _goes_on(self, code: str, absorbed: set[str]) -> None:
        self.now[code] = absorbed | (self.years[-1][code] if self.keeps_naming else set())
        self.came[code] = {code} | absorbed

    def _new(self, came: set[str]) -> None:
        code = f"U{self.founded}"
        self.founded += 1
        self.now[code], self.came[code] = set(came), set(came)

    def of(self, code: str, year: int) -> dict[str, set[str]]:
        found = {year: {code}}
        for place in range(year, 0, -1):
            found[place - 1] = {one for own in found[place] for one in self.parents[place][own]}
        for place in range(year + 1, len(self.years)):
            parents = self.parents[place]
            found[place] = {own for own in parents if parents[own] & found[place - 1]}
        return {f"{2020 + place}": codes for place, codes in found.items() if codes}
