"""The balance: what a year has come to so far, what comes next, what can be spent, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template

from scoring.criteria.item import Ledger
from scoring.ledger import Line
from scoring.workflow.points.reading import FEWEST, OwnPoints, own_points
from web import points_telling as telling
from web.access import somebody, store
from web.pages.points.places import points_pages

_NEWEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """Something that happened: its line, and what it did to which ledgers."""

    line: Line
    did: tuple[tuple[Ledger, Line], ...]


@points_pages.get("")
def show() -> str:
    """Show the balance."""
    found = own_points(store(), somebody())
    return render_template(
        "points/balance.html",
        own=found,
        recent=_recent(found)[:_NEWEST],
        card_by=None if found.card_by is None else telling.CARD_FIGURES[found.card_by],
        fewest=FEWEST,
        tell=telling,
    )


def _recent(found: OwnPoints) -> list[Recent]:
    """Return what happened on either ledger, the newest first; what one deed did to both is one thing."""
    both = [(Ledger.HONOUR, line) for line in found.honour_lines]
    both += [(Ledger.SPENDABLE, line) for line in found.spendable_lines]
    by_deed: dict[tuple[object, ...], list[dict[Ledger, Line]]] = {}
    happened: list[dict[Ledger, Line]] = []
    for ledger, line in sorted(both, key=lambda own: -own[1].number):
        deeds = by_deed.setdefault(_deed(line), [])
        own = next((one for one in deeds if ledger not in one), None)
        if own is None:
            own = {}
            deeds.append(own)
            happened.append(own)
        own[ledger] = line
    return [_as_one(did) for did in happened]


def _deed(line: Line) -> tuple[object, ...]:
    """Return what the lines of one deed have in common: the claim, or on which day it was done about what, and why."""
    if line.claim is not None:
        return line.kind, line.claim
    return line.kind, line.day, line.item, line.event, line.reason


def _as_one(did: Mapping[Ledger, Line]) -> Recent:
    lines = sorted(did.items(), key=lambda own: own[1].number)
    return Recent(line=lines[0][1], did=tuple(lines))
