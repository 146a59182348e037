"""Which units or groups of a register are meant, and in which order: what a ranking page, an export and the API share."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from scoring.register import Entry, GroupFigures, Register
from scoring.rows import GROUPED
from scoring.searching import Names
from scoring.units import Grouping, domain_title


class Sort(StrEnum):
    """By what a ranking is ordered."""

    RANK = "rank"
    NAME = "name"
    CODE = "code"
    UNITS = "units"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The units or groups that are asked for.

    `within` names a group by its kind, `stars` the stars that count (None for not rated; empty for all), `words` are
    searched in names, codes and pinyin. `reverse` turns the order round; whoever has no rank stays last.
    """

    within: Mapping[Grouping, str] = field(default_factory=dict)
    stars: Collection[int | None] = ()
    words: str = ""
    sort: Sort = Sort.RANK
    reverse: bool = False


class Directory:
    """A register whose units and groups can be looked up; made once, since pinyin takes its time."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._units = Names((entry.unit.code, entry.unit.name) for entry in register.entries)
        self._whole: dict[tuple[Sort, bool], tuple[Entry, ...]] = {}
        self._groups = {
            kind: Names(
                ("", f"{own.name} {domain_title(own.name).zh} {domain_title(own.name).en}")
                if kind is Grouping.DOMAIN
                else ("", own.name)
                for own in register.groups[kind]
            )
            for kind in GROUPED
        }

    def units(self, selection: Selection) -> tuple[Entry, ...]:
        """Return the units that *selection* asks for, in its order; equals in order of code."""
        entries = self.register.entries
        whole = not (selection.words or selection.within or selection.stars)
        if whole and (selection.sort, selection.reverse) in self._whole:
            return self._whole[selection.sort, selection.reverse]
        found = [
            place
            for place in self._units.matching(selection.words)
            if _belongs(entries[place], selection.within)
            and (not selection.stars or entries[place].stars in selection.stars)
        ]
        keys: dict[Sort, Callable[[int], Any]] = {
            Sort.NAME: self._units.order,
            Sort.CODE: lambda place: place,
        }
        key = keys.get(selection.sort, lambda place: entries[place].rank)
        ordered = tuple(entries[place] for place in _ordered(found, key, selection.reverse))
        if whole:
            self._whole[selection.sort, selection.reverse] = ordered
        return ordered

    def groups(self, kind: Grouping, selection: Selection) -> tuple[GroupFigures, ...]:
        """Return the groups of that kind that *selection* asks for, in its order; equals as the edition has them."""
        own = self.register.groups[kind]
        names = self._groups[kind]
        keys: dict[Sort, Callable[[int], Any]] = {
            Sort.NAME: names.order,
            Sort.UNITS: lambda place: -own[place].units,
            Sort.SHARE: lambda place: _share(own[place]),
        }
        key = keys.get(selection.sort, lambda place: own[place].rank)
        return tuple(
            own[place] for place in _ordered(names.matching(selection.words), key, selection.reverse)
        )


def _belongs(entry: Entry, within: Mapping[Grouping, str]) -> bool:
    for kind, name in within.items():
        group = entry.unit.group(kind)
        if group is None or group.name != name:
            return False
    return True


def _ordered(places: Iterable[int], key: Callable[[int], Any], reverse: bool) -> list[int]:  # noqa: FBT001  an order
    """Return *places* by *key*, which is None for those that stand last either way; equals in order of place."""
    keyed = [(key(place), place) for place in places]
    last = [place for own, place in keyed if own is None]
    first = sorted(
        ((own, place) for own, place in keyed if own is not None), key=lambda pair: pair[0], reverse=reverse
    )
    return [place for _, place in first] + last


def _share(own: GroupFigures) -> Fraction | None:
    return None if own.at_target is None or not own.units else Fraction(-own.at_target, own.units)
