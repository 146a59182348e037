"""A unit's stars over the years, through mergers, splits and new names."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.register import Entry, Register


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfUnit:
    """One year and the entries that were the unit in it: itself, what it came from, or what it went into."""

    register: Register
    entries: tuple[Entry, ...]


def history(code: str, own: int, years: Sequence[Register]) -> tuple[YearOfUnit, ...]:
    """Return the years the unit of that code was there, in the order of *years*, which is newest first.

    *own* is the place among *years* of the one it is looked at in. Backwards it is followed to the units it names as
    predecessors (and through years in which nothing is known of it), forwards to those that name it.
    """
    found: dict[int, tuple[Entry, ...]] = {}
    codes = {code}
    for place in range(own, len(years)):
        here = [entry for entry in years[place].entries if entry.unit.code in codes]
        found[place] = tuple(here)
        codes |= {before for entry in here for before in entry.unit.predecessors}
        codes -= {entry.unit.code for entry in here if _gone(entry, years[place + 1 :])}
    codes = {code}
    for place in range(own - 1, -1, -1):
        here = [
            entry
            for entry in years[place].entries
            if entry.unit.code in codes or codes & {*entry.unit.predecessors}
        ]
        found[place] = tuple(here)
        codes = {entry.unit.code for entry in here} or codes
    return tuple(
        YearOfUnit(register=years[place], entries=entries)
        for place, entries in sorted(found.items())
        if entries
    )


def _gone(entry: Entry, earlier: Sequence[Register]) -> bool:
    """Say whether the unit was founded from others: then its own code is not looked for before, unless it was there."""
    return bool(entry.unit.predecessors) and not any(
        entry.unit.code in register.by_code for register in earlier[:1]
    )
