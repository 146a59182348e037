"""How points become answers, where several operations tell the same."""

from typing import Any

from scoring.criteria.item import Item
from scoring.ledger import Line
from scoring.store.ledger.claims import Claim
from scoring.workflow.points.reading import RoomLeft
from scoring.workflow.points.years import YearFigure
from web.api.work.telling import fields_told


def claim_told(own: Claim, item: Item, **more: Any) -> dict[str, Any]:
    """Return a claim with what its item is called."""
    return fields_told(own, title=item.title, cuts=own.cut, **more)


def line_told(line: Line, item: Item | None) -> dict[str, Any]:
    """Return a line with what its item is called."""
    return fields_told(line, title=None if item is None else item.title)


def room_told(own: RoomLeft) -> dict[str, Any]:
    """Return what the caps of an item have left."""
    return {"item": own.item.id, "title": own.item.title, "left": own.left, "window": own.window}


def item_told(own: Item) -> dict[str, Any]:
    """Return an item with what it gives at one time."""
    return fields_told(
        own, least=own.least, most=own.most, step=None if own.range is None else own.range.step
    )


def year_told(own: YearFigure) -> dict[str, Any]:
    """Return what a year comes to so far."""
    return fields_told(own, quarters=[fields_told(one, figure=one.figure) for one in own.quarters])
