"""The balance: what a year has come to so far, what comes next, what can be spent, and what waits."""

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
    """Return what happened on either ledger, the newest first; what one claim did to both is one thing."""
    both = [(Ledger.HONOUR, line) for line in found.honour_lines]
    both += [(Ledger.SPENDABLE, line) for line in found.spendable_lines]
    by_cause: dict[tuple[object, ...], list[tuple[Ledger, Line]]] = {}
    for ledger, line in sorted(both, key=lambda own: -own[1].number):
        cause = (line.number,) if line.claim is None else (line.kind, line.claim)
        by_cause.setdefault(cause, []).append((ledger, line))
    return [
        Recent(line=did[-1][1], did=tuple(sorted(did, key=lambda own: own[1].number)))
        for did in by_cause.values()
    ]
