"""The demo county's branches: how good they are, who marks them, and on which a gate holds.

All of it is made up from the lists in `seeds`; the county is no real one and neither are the people.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import cycle, islice, product

from scoring.units import Unit
from scoring.workflow.demo_seeds import dice, seed_rows
from scoring.workflow.demo_sites import Site, sites

_BANDS = ((90.0, 97.5), (80.0, 90.0), (70.0, 80.0), (60.0, 70.0), (47.0, 60.0))
_BAND_NAMES = ("five", "four", "three", "two", "one")
_LUCK = 24.0
_RECRUITED = 0.65
_PANEL = 3
_REVIEWERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """A county evaluator; a *harsh* one marks below the others of the panel on the same evidence."""

    name: str
    harsh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch and what decides its marks.

    *level* is the score its superior's marks come to before adjustments. It does worse in `weak_in`, and worse
    still in `touched`, which its gates rest on. The first of `reviewers` is its own, the second a colleague.
    """

    unit: Unit
    level: float
    members: int
    recruited: bool
    inflates: bool
    weak_in: frozenset[str]
    touched: frozenset[str]
    secretary: str
    reviewers: tuple[str, str]
    panel: tuple[Evaluator, ...]


def branches(scale: Fraction) -> tuple[Branch, ...]:
    """Return the county's branches, *scale* times as many as usual, in order of code."""
    rng = dice("branches")
    names = _people(rng)
    places = {row["domain"]: sites(row["domain"], _count(row, scale)) for row in seed_rows("domains")}
    superiors = dict.fromkeys(site.superior for own in places.values() for site in own)
    reviewers = {superior: tuple(islice(names, _REVIEWERS)) for superior in superiors}
    panels = {row["domain"]: _panels(row, names) for row in seed_rows("domains")}
    found: list[Branch] = []
    for row in seed_rows("domains"):
        own = places[row["domain"]]
        for place, (site, level) in enumerate(zip(own, _levels(row, own, rng), strict=True)):
            turn = place % _REVIEWERS
            staff = reviewers[site.superior]
            found.append(
                Branch(
                    unit=Unit(
                        code=f"{row['letter']}{place + 1:04d}",
                        name=site.name,
                        domain=site.domain,
                        township=site.township or None,
                        department=site.department or None,
                    ),
                    level=level,
                    members=_between(rng, int(row["members_least"]), int(row["members_most"])),
                    recruited=rng.random() < _RECRUITED * level / 100,
                    inflates=bool(_township(site).get("inflates")),
                    weak_in=frozenset(filter(None, _township(site).get("weak_in", "").split(";"))),
                    touched=frozenset(),
                    secretary=next(names),
                    reviewers=(staff[turn], staff[turn - 1]),
                    panel=panels[row["domain"]][place % len(panels[row["domain"]])],
                )
            )
    return tuple(sorted(_gated(found, rng), key=lambda branch: branch.unit.code))


def _count(row: dict[str, str], scale: Fraction) -> int:
    return max(1, round(int(row["branches"]) * scale))


def _people(rng: random.Random) -> Iterator[str]:
    people = seed_rows("people")
    surnames = [row["text"] for row in people if row["part"] == "surname"]
    given = [row["text"] for row in people if row["part"] == "given"]
    names = [surname + name for surname, name in product(surnames, given)]
    rng.shuffle(names)
    return cycle(names)


def _panels(row: dict[str, str], names: Iterator[str]) -> tuple[tuple[Evaluator, ...], ...]:
    """Return the county panels of a domain; the first evaluator of the first rural panel is the harsh one."""
    return tuple(
        tuple(
            Evaluator(name=name, harsh=row["domain"] == "rural" and panel == place == 0)
            for place, name in enumerate(islice(names, _PANEL))
        )
        for panel in range(int(row["panels"]))
    )


def _township(site: Site) -> dict[str, str]:
    """Return the row of the township it answers to, empty for a branch that answers to a department."""
    return next((row for row in seed_rows("townships") if row["township"] == site.superior), {})


def _levels(row: dict[str, str], own: Sequence[Site], rng: random.Random) -> list[float]:
    """Return the level of each site: the domain's wanted stars dealt out by standing of its superior and luck."""
    standing = {row["township"]: float(row["standing"]) for row in seed_rows("townships")}
    standing |= {row["department"]: float(row["standing"]) for row in seed_rows("departments")}
    luck = [standing[site.superior] + rng.triangular(-_LUCK, _LUCK) for site in own]
    order = sorted(range(len(own)), key=lambda place: -luck[place])
    levels = [0.0] * len(own)
    for rank, place in enumerate(order):
        left = 100 * (rank + 0.5) / len(own)
        for name, (low, high) in zip(_BAND_NAMES, _BANDS, strict=True):
            width = float(row[name])
            if left < width or name == _BAND_NAMES[-1]:
                levels[place] = high - (high - low) * left / width
                break
            left -= width
    return levels


def _gated(found: Sequence[Branch], rng: random.Random) -> list[Branch]:
    """Return the branches with gates dealt out: most on branches whose score would have earned more stars."""
    gated = list(found)
    for row in seed_rows("gates"):
        domains = row["domains"].split(";")
        open_to = [
            place
            for place, branch in enumerate(gated)
            if not branch.unit.gates
            and float(row["from"]) <= branch.level <= float(row["to"])
            and (not row["domains"] or branch.unit.domain in domains)
        ]
        wanted = round(len(gated) * int(row["per_thousand"]) / 1000)
        for place in rng.sample(open_to, min(wanted, len(open_to))):
            branch = gated[place]
            gated[place] = replace(
                branch,
                unit=replace(branch.unit, gates=tuple(row["gates"].split(";"))),
                touched=frozenset(row["touches"].split(";")),
            )
    return gated


def _between(rng: random.Random, least: int, most: int) -> int:
    """Return a whole number from *least* to *most*, small ones more often."""
    return least + int((most - least + 1) * min(rng.random(), rng.random()))
