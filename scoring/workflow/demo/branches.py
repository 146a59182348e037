"""The demo county's branches as they last over the years: who they are, how good they tend to be, who marks them.

All of it is made up from the lists in `seeds`; the county is no real one and neither are the people.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice, product

from scoring.units import Unit
from scoring.workflow.demo.seeds import dice, seed_rows
from scoring.workflow.demo.sites import Site, sites

_LUCK = 24.0
_PANEL = 3
_REVIEWERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """A county evaluator; a *harsh* one marks below the others of the panel on the same evidence."""

    name: str
    harsh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch and what lasts of it; the unit is without gates, which are a matter of one year.

    *luck* is how far it stands above what its superior's branches usually are, in marks. It does worse in `weak_in`.
    The first of `reviewers` is its own, the second a colleague. `unrated` is the year it does not take part in, and
    why; None for most.
    """

    unit: Unit
    luck: float
    members: int
    inflates: bool
    weak_in: frozenset[str]
    secretary: str
    reviewers: tuple[str, str]
    panel: tuple[Evaluator, ...]
    unrated: tuple[str, str] | None = None

    @property
    def superior(self) -> str:
        """Whom it answers to: its department if it has one, else its township."""
        superior = self.unit.department or self.unit.township
        assert superior
        return superior


def founding(scale: Fraction) -> tuple[Branch, ...]:
    """Return the branches the county begins with, *scale* times the usual 1,200, domain by domain."""
    rng = dice("branches")
    names = _people(rng)
    domains = seed_rows("domains")
    places = {row["domain"]: sites(row["domain"], _count(row, scale)) for row in domains}
    superiors = dict.fromkeys(site.superior for own in places.values() for site in own)
    reviewers = {superior: tuple(islice(names, _REVIEWERS)) for superior in superiors}
    panels = {row["domain"]: _panels(row, names) for row in domains}
    townships = {row["township"]: row for row in seed_rows("townships")}
    found = []
    for row in domains:
        for place, site in enumerate(places[row["domain"]]):
            turn, staff = place % _REVIEWERS, reviewers[site.superior]
            township = townships.get(site.superior, {})
            found.append(
                Branch(
                    unit=_unit(site, code_of(row["domain"], place + 1)),
                    luck=draw_luck(rng),
                    members=_between(rng, int(row["members_least"]), int(row["members_most"])),
                    inflates=bool(township.get("inflates")),
                    weak_in=frozenset(filter(None, township.get("weak_in", "").split(";"))),
                    secretary=next(names),
                    reviewers=(staff[turn], staff[turn - 1]),
                    panel=panels[row["domain"]][place % len(panels[row["domain"]])],
                )
            )
    return tuple(found)


def code_of(domain: str, number: int) -> str:
    """Return the code of the branch of that number in *domain*; a number is given once."""
    letter = next(row["letter"] for row in seed_rows("domains") if row["domain"] == domain)
    return f"{letter}{number:04d}"


def draw_luck(rng: random.Random) -> float:
    """Return how far a branch stands above or below what its superior's branches usually are, in marks."""
    return rng.triangular(-_LUCK, _LUCK)


def _count(row: dict[str, str], scale: Fraction) -> int:
    return max(1, round(int(row["branches"]) * scale))


def _unit(site: Site, code: str) -> Unit:
    return Unit(
        code=code,
        name=site.name,
        domain=site.domain,
        township=site.township or None,
        department=site.department or None,
    )


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


def _between(rng: random.Random, least: int, most: int) -> int:
    """Return a whole number from *least* to *most*, small ones more often."""
    return least + int((most - least + 1) * min(rng.random(), rng.random()))
