"""The demo county's branches: which there are, whom they answer to, how good they are, and who marks them.

All of it is made up from the lists in `seeds`; the county is no real one and neither are the people.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import cycle, islice, product

from scoring.units import Unit

SEED = "qingshi-2026"
_BANDS = ((90.0, 97.5), (80.0, 90.0), (70.0, 80.0), (60.0, 70.0), (47.0, 60.0))
_BAND_NAMES = ("five", "four", "three", "two", "one")
_LUCK = 24.0
_RECRUITED = 0.65
_PANEL = 3
_REVIEWERS = 3
_LATER_NAMES = ("党支部", "青年党支部", "流动党员党支部")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    domain: str
    name: str
    township: str = ""
    department: str = ""

    @property
    def superior(self) -> str:
        return self.department or self.township


@cache
def seed_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `seeds/<name>.csv`, each by its head."""
    text = files("seeds").joinpath(f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def branches(scale: Fraction) -> tuple[Branch, ...]:
    """Return the county's branches, *scale* times as many as usual, in order of code."""
    rng = random.Random(f"{SEED} branches")  # noqa: S311 - a demo, which must come out the same each time
    names = _people(rng)
    sites = {row["domain"]: _sites(row["domain"], _count(row, scale)) for row in seed_rows("domains")}
    superiors = dict.fromkeys(site.superior for own in sites.values() for site in own)
    reviewers = {superior: tuple(islice(names, _REVIEWERS)) for superior in superiors}
    panels = {row["domain"]: _panels(row, names) for row in seed_rows("domains")}
    found: list[Branch] = []
    for row in seed_rows("domains"):
        own = sites[row["domain"]]
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


def _township(site: _Site) -> dict[str, str]:
    """Return the row of the township it answers to, empty for a branch that answers to a department."""
    return next((row for row in seed_rows("townships") if row["township"] == site.superior), {})


def _levels(row: dict[str, str], sites: Sequence[_Site], rng: random.Random) -> list[float]:
    """Return the level of each site: the domain's wanted stars dealt out by standing of its superior and luck."""
    standing = {row["township"]: float(row["standing"]) for row in seed_rows("townships")}
    standing |= {row["department"]: float(row["standing"]) for row in seed_rows("departments")}
    luck = [standing[site.superior] + rng.triangular(-_LUCK, _LUCK) for site in sites]
    order = sorted(range(len(sites)), key=lambda place: -luck[place])
    levels = [0.0] * len(sites)
    for rank, place in enumerate(order):
        left = 100 * (rank + 0.5) / len(sites)
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


def _sites(domain: str, count: int) -> list[_Site]:
    match domain:
        case "rural":
            return list(_settlements(domain, count, "villages", _village_names()))
        case "community":
            names = [row["text"] + "社区" for row in seed_rows("places") if row["part"] == "community"]
            return list(_settlements(domain, count, "communities", names))
        case "office":
            return _spread([*_offices(), *_bodies(domain)], count)
        case _:
            return _spread(list(_bodies(domain)), count)


def _settlements(domain: str, count: int, column: str, names: Sequence[str]) -> Iterator[_Site]:
    """Yield *count* villages or communities, as many in a township as its share says."""
    townships = [row for row in seed_rows("townships") if int(row[column])]
    counts = _shared_out(count, [int(row[column]) for row in townships])
    place = 0
    for row, own in zip(townships, counts, strict=True):
        for _ in range(own):
            later, first = divmod(place, len(names))
            name = f"{row['township']}{names[first]}{_ending(later)}"
            yield _Site(domain=domain, name=name, township=row["township"])
            place += 1


def _village_names() -> list[str]:
    parts = defaultdict(list)
    for row in seed_rows("places"):
        parts[row["part"]].append(row["text"])
    names = [a + b for a, b in product(parts["first"], parts["second"])]
    names += [a + b for a, b in product(parts["family"], parts["hamlet"])]
    random.Random(f"{SEED} villages").shuffle(names)  # noqa: S311 - a demo, which must come out the same each time
    return [name + "村" for name in names]


def _offices() -> Iterator[_Site]:
    for row in seed_rows("departments"):
        for section in row["offices"].split(";"):
            department = row["department"]
            yield _Site(domain="office", name=f"{department}{section}", department=department)


def _bodies(domain: str) -> Iterator[_Site]:
    """Yield the schools, hospitals, firms … of *domain*, one for each section, in one or in every township."""
    for row in seed_rows("bodies"):
        if row["domain"] == domain:
            for township, section in product(_where(row["township"]), row["sections"].split(";")):
                name = f"{township}{row['name']}{section}"
                yield _Site(domain=domain, name=name, township=township, department=row["department"])


def _where(township: str) -> list[str]:
    """Return the townships meant: `*` is every one, `villages` those that have some, else the one named or none."""
    rows = seed_rows("townships")
    match township:
        case "*":
            return [row["township"] for row in rows]
        case "villages":
            return [row["township"] for row in rows if int(row["villages"])]
        case _:
            return [township]


def _spread(sites: Sequence[_Site], count: int) -> list[_Site]:
    """Return *count* branches of *sites*, evenly picked; further rounds under later names when they run out."""
    rounds, rest = divmod(count, len(sites))
    picked = [(site, later) for later in range(rounds) for site in sites]
    picked += [(sites[place * len(sites) // rest], rounds) for place in range(rest)]
    return [replace(site, name=site.name + _ending(later)) for site, later in picked]


def _ending(later: int) -> str:
    return _LATER_NAMES[later] if later < len(_LATER_NAMES) else f"第{later + 1}党支部"


def _shared_out(count: int, weights: Sequence[int]) -> list[int]:
    """Return *count* shared out by *weights*, the largest remainders rounded up."""
    total = sum(weights)
    shares = [count * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(count * weights[place] % total))
    for place in by_remainder[: count - sum(shares)]:
        shares[place] += 1
    return shares


def _between(rng: random.Random, least: int, most: int) -> int:
    """Return a whole number from *least* to *most*, small ones more often."""
    return least + int((most - least + 1) * rng.random() ** 1.5)
