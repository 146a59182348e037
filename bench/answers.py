"""What every contender must agree in: scores, or the county's scores, stars, ranks and figures of groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

RANKED_WITHIN = ("county", "township", "department", "domain")
ROLLED_UP = ("township", "department", "domain", "county")
STAR_LEVELS = (5, 4, 3, 2, 1, 0)
_LONGEST_TOLD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """A group's figures; `mean` in hundredths, `stars` the units at 5, 4, 3, 2, 1 and 0 stars."""

    units: int
    rated: int
    mean: int | None
    rank: int | None
    stars: tuple[int, ...]
    not_rated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyAnswer:
    """Scores in hundredths, stars and ranks of every unit (None: not rated, or no such group), and all groups."""

    scores: dict[str, int | None]
    stars: dict[str, int | None]
    ranks: dict[tuple[str, str], int | None]
    groups: dict[tuple[str, str], GroupFigures]


class Unequal(Exception):
    """Two contenders differ: what is timed is not the same work."""


Answer = Sequence[object] | Mapping[Any, object] | CountyAnswer


def check_equal(name: str, found: Answer, right: Answer) -> None:
    """Raise Unequal, with the first few differences, unless *found* is *right*."""
    differences = [str(one)[:_LONGEST_TOLD] for one in _differences(found, right)]
    if differences:
        raise Unequal(f"{name}: {len(differences)} differences: {'; '.join(differences[:5])}")


def _differences(found: Any, right: Any) -> Iterator[tuple]:
    if isinstance(right, CountyAnswer):
        for field in fields(right):
            for difference in _differences(getattr(found, field.name), getattr(right, field.name)):
                yield field.name, *difference
        return
    if isinstance(right, Mapping):
        for key in sorted(found.keys() | right.keys()):
            one, two = found.get(key, "nothing"), right.get(key, "nothing")
            if isinstance(one, Mapping) and isinstance(two, Mapping):
                for difference in _differences(one, two):
                    yield key, *difference
            elif one != two:
                yield key, one, two
        return
    for place, (one, two) in enumerate(zip(found, right, strict=True)):
        if one != two:
            yield place, one, two
