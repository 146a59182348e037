"""A unit's stars over the years, through mergers, splits and new names."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.register import Entry, Register
from scoring.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfUnit:
    """One year and the entries that were the unit in it: itself, what it came from, or what it went into.

    Entries are in order of code.
    """

    register: Register
    entries: tuple[Entry, ...]


def history(code: str, own: int, years: Sequence[Register]) -> tuple[YearOfUnit, ...]:
    """Return the years the unit of that code was there, in the order of *years*, which is newest first.

    *own* is the place among *years* of the one it is looked at in. Backwards it is followed to the units it names as
    predecessors, forwards to those that name it; years in which nothing is known of it are passed over. A
    predecessor counts in the year in which it is first named, so that a unit split off another, which names it ever
    after, is not taken for both.
    """
    found = {own: {code} & years[own].by_code.keys()}
    found |= _backwards(code, own, years) | _forwards(code, own, years)
    return tuple(
        YearOfUnit(register=years[place], entries=tuple(years[place].by_code[one] for one in sorted(codes)))
        for place, codes in sorted(found.items())
        if codes
    )


def _backwards(code: str, own: int, years: Sequence[Register]) -> dict[int, set[str]]:
    """Return the codes under which the unit was there in the years before, by place."""
    found = {}
    same, named = {code}, set[str]()
    for place in range(own, len(years) - 1):
        newer, older = years[place], years[place + 1]
        here = (same | named) & newer.by_code.keys()
        gone = {before for entry in newer.entries for before in entry.unit.predecessors}
        same, named = same - here - gone, named - here
        for one in here:
            before = _came_from(newer.by_code[one].unit, newer, older)
            same |= before & {one}
            named |= before - {one}
        found[place + 1] = (same | named) & older.by_code.keys()
    return found


def _forwards(code: str, own: int, years: Sequence[Register]) -> dict[int, set[str]]:
    """Return the codes under which the unit is there in the years since, by place."""
    found = {}
    codes, last = {code}, own
    for place in range(own - 1, -1, -1):
        newer, older = years[place], years[last]
        here = {
            entry.unit.code
            for entry in newer.entries
            if (entry.unit.code in codes or codes & {*entry.unit.predecessors})
            and codes & _came_from(entry.unit, newer, older)
        }
        if here:
            codes, last = here, place
        found[place] = here
    return found


def _came_from(unit: Unit, newer: Register, older: Register) -> set[str]:
    """Return under which codes a unit of *newer* is to be looked for in *older*.

    Those it names for the first time, and its own: unless it was founded from those, or others took over what had
    its code before.
    """
    named = _named(unit, older)
    if not named or unit.code in named:
        return named | {unit.code}
    taken = any(
        unit.code in entry.unit.predecessors and unit.code in _named(entry.unit, older)
        for entry in newer.entries
        if entry.unit.code != unit.code
    )
    return named if taken or unit.code not in older.by_code else named | {unit.code}


def _named(unit: Unit, older: Register) -> set[str]:
    """Return the predecessors that the unit did not name in *older* already."""
    before = older.by_code.get(unit.code)
    return {*unit.predecessors} - ({*before.unit.predecessors} if before is not None else set())
