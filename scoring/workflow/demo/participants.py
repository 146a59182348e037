"""The demo county's branches in one year: how good each is in it, and on which a gate holds."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.units import Unit
from scoring.workflow.demo.branches import Branch
from scoring.workflow.demo.changes import branches_in
from scoring.workflow.demo.seeds import dice, seed_rows

_BANDS = ((90.0, 97.5), (80.0, 90.0), (70.0, 80.0), (60.0, 70.0), (47.0, 60.0))
_BAND_NAMES = ("five", "four", "three", "two", "one")
_DRIFT = 9.0
_RECRUITED = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A branch in one year and what decides its marks then.

    *unit* has the year's gates; the branch does worse still in `touched`, which they rest on. *level* is the score
    its superior's marks come to before adjustments; *recruited* says whether it admitted members. `unrated` is why
    it does not take part, None where it does.
    """

    branch: Branch
    unit: Unit
    level: float
    recruited: bool
    touched: frozenset[str] = frozenset()
    unrated: str | None = None


def participants(year: str, scale: Fraction) -> tuple[Participant, ...]:
    """Return the county's branches in *year* in order of code, *scale* times as many as usual."""
    found = branches_in(year, scale)
    rng = dice(f"participants {year}")
    return tuple(
        _gated(
            [
                Participant(
                    branch=branch,
                    unit=branch.unit,
                    level=level,
                    recruited=rng.random() < _RECRUITED * level / 100,
                    unrated=branch.unrated[1] if branch.unrated and branch.unrated[0] == year else None,
                )
                for branch, level in zip(found, _levels(found, year), strict=True)
            ],
            rng,
        )
    )


def _levels(found: Sequence[Branch], year: str) -> list[float]:
    """Return the level of each branch: the stars wanted of its domain dealt out by its standing in *year*."""
    standing = {row["township"]: float(row[f"standing_{year}"]) for row in seed_rows("townships")}
    standing |= {row["department"]: float(row["standing"]) for row in seed_rows("departments")}
    places = defaultdict(list)
    height = []
    for place, branch in enumerate(found):
        drift = dice(f"drift of {branch.unit.code} in {year}").triangular(-_DRIFT, _DRIFT)
        height.append(standing[branch.superior] + branch.luck + drift)
        places[branch.unit.domain].append(place)
    levels = [0.0] * len(found)
    for row in seed_rows("levels"):
        if row["year"] == year:
            own = sorted(places[row["domain"]], key=lambda place: -height[place])
            for rank, place in enumerate(own):
                levels[place] = _level(row, 100 * (rank + 0.5) / len(own))
    return levels


def _level(row: dict[str, str], place: float) -> float:
    """Return the level of a branch that many percent below the best, by the percent wanted of each star."""
    left = place
    for name, (low, high) in zip(_BAND_NAMES, _BANDS, strict=True):
        width = float(row[name])
        if left < width:
            return high - (high - low) * left / width
        left -= width
    return _BANDS[-1][0]


def _gated(found: Sequence[Participant], rng: random.Random) -> list[Participant]:
    """Return *found* with gates dealt out: most on branches whose score would have earned more stars."""
    gated = list(found)
    for row in seed_rows("gates"):
        domains = row["domains"].split(";")
        open_to = [
            place
            for place, one in enumerate(gated)
            if not one.unit.gates
            and one.unrated is None
            and float(row["from"]) <= one.level <= float(row["to"])
            and (not row["domains"] or one.unit.domain in domains)
        ]
        wanted = round(len(gated) * int(row["per_thousand"]) / 1000)
        for place in rng.sample(open_to, min(wanted, len(open_to))):
            one = gated[place]
            gated[place] = replace(
                one,
                unit=replace(one.unit, gates=tuple(row["gates"].split(";"))),
                touched=frozenset(row["touches"].split(";")),
            )
    return gated
