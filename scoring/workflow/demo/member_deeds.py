"""What the demo county's members do in two years that earns or loses points, as lines that an office would bring."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.criteria.points import PointsRules
from scoring.ledger import quarter_days
from scoring.workflow.demo.members import DemoMember
from scoring.workflow.demo.seeds import dice, seed_rows

_DAYS = (4, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsLine:
    """A line of a file of points; `points` as text, '' where the rules say how many."""

    code: str
    item: str
    day: date
    points: str = ""
    event: str = ""


def lines_in(
    quarter: str, members: Sequence[DemoMember], rules: PointsRules, whole: Collection[str], until: date
) -> Iterator[PointsLine]:
    """Yield what *members* did in *quarter* by *until*, by branch and day.

    Of the branches *whole* all is there that `seeds/deeds.csv` has; of the others the part it gives for `elsewhere`,
    since a county of all of it would take minutes to make.
    """
    first, last = quarter_days(quarter)
    by_unit: dict[str, list[DemoMember]] = defaultdict(list)
    for own in members:
        unit = own.unit_on(last) or own.unit_on(first)
        if unit is not None:
            by_unit[unit].append(own)
    for unit, roll in sorted(by_unit.items()):
        share = "share" if unit in whole else "elsewhere"
        rng = dice(f"points of {unit} in {quarter}")
        found = list(_of_branch(roll, rules, rng, share, first))
        yield from sorted((own for own in found if own.day <= until), key=_order)


def own_lines(own: DemoMember, quarter: str, rules: PointsRules, until: date) -> Iterator[PointsLine]:
    """Yield what the member with an account to try did in *quarter* by *until*, of what is for their kind."""
    first, last = quarter_days(quarter)
    for row in seed_rows("own_points"):
        day = date.fromisoformat(row["day"])
        if first <= day <= min(last, until) and own.kind in rules.item(row["item"]).members:
            yield PointsLine(
                code=own.code, item=row["item"], day=day, points=row["points"], event=row["event"]
            )


def _of_branch(
    roll: Sequence[DemoMember], rules: PointsRules, rng: random.Random, share: str, first: date
) -> Iterator[PointsLine]:
    for row in seed_rows("deeds"):
        item = rules.item(row["item"])
        chance = int(row[share]) / 100
        amounts = row["points"].split(";")
        for month in map(int, row["months"].split(";")):
            if not chance or not first.month <= month <= first.month + 2:
                continue
            together = _day(first.year, month, rng)
            for own in roll:
                if own.kind not in item.members or rng.random() >= chance:
                    continue
                day = together if row["together"] else _day(first.year, month, rng)
                if own.unit_on(day) is not None:
                    yield PointsLine(
                        code=own.code, item=item.id, day=day, points=rng.choice(amounts), event=row["event"]
                    )


def _day(year: int, month: int, rng: random.Random) -> date:
    return date(year, month, 1) + timedelta(days=rng.randint(*_DAYS) - 1)


def _order(own: PointsLine) -> tuple[date, str, str]:
    return own.day, own.code, own.item
