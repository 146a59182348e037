"""Where the demo county has branches: villages, communities, offices, schools, firms, and whom they answer to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from scoring.workflow.demo.seeds import dice, seed_rows

_LATER_NAMES = ("党支部", "青年党支部", "流动党员党支部")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place that has a branch: the branch's name, and its township, its department or both."""

    domain: str
    name: str
    township: str = ""
    department: str = ""

    @property
    def superior(self) -> str:
        """Whom it answers to: the department where there is one, else the township."""
        return self.department or self.township


def sites(domain: str, count: int) -> list[Site]:
    """Return *count* places of *domain* that have a branch."""
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


def _settlements(domain: str, count: int, column: str, names: Sequence[str]) -> Iterator[Site]:
    """Yield *count* villages or communities, as many in a township as its share says."""
    townships = [row for row in seed_rows("townships") if int(row[column])]
    counts = _shared_out(count, [int(row[column]) for row in townships])
    place = 0
    for row, own in zip(townships, counts, strict=True):
        for _ in range(own):
            later, first = divmod(place, len(names))
            name = f"{row['township']}{names[first]}{_ending(later)}"
            yield Site(domain=domain, name=name, township=row["township"])
            place += 1


def _village_names() -> list[str]:
    parts = defaultdict(list)
    for row in seed_rows("places"):
        parts[row["part"]].append(row["text"])
    names = [a + b for a, b in product(parts["first"], parts["second"])]
    names += [a + b for a, b in product(parts["family"], parts["hamlet"])]
    dice("villages").shuffle(names)
    return [name + "村" for name in names]


def _offices() -> Iterator[Site]:
    for row in seed_rows("departments"):
        for section in row["offices"].split(";"):
            department = row["department"]
            yield Site(domain="office", name=f"{department}{section}", department=department)


def _bodies(domain: str) -> Iterator[Site]:
    """Yield the schools, hospitals, firms … of *domain*, one for each section, in one or in every township."""
    for row in seed_rows("bodies"):
        if row["domain"] == domain:
            for township, section in product(_where(row["township"]), row["sections"].split(";")):
                name = f"{township}{row['name']}{section}"
                yield Site(domain=domain, name=name, township=township, department=row["department"])


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


def _spread(places: Sequence[Site], count: int) -> list[Site]:
    """Return *count* branches of *places*, evenly picked; further rounds under later names when they run out."""
    rounds, rest = divmod(count, len(places))
    picked = [(site, later) for later in range(rounds) for site in places]
    picked += [(places[place * len(places) // rest], rounds) for place in range(rest)]
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
