"""Offers of merchants as they are kept, by revision."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select

from scoring.errors import Fault, Refused
from scoring.offers import Offer, OfferState
from scoring.store import chain
from scoring.store.parts import in_parts
from scoring.store.tables import offer, offer_revision

_OWN, _COLUMNS = offer.c, offer_revision.c


class OfferUnknown(Refused):
    """There is no offer of that number."""


def add(c: Connection, new: Offer, by: str) -> Offer:
    """Keep the offer *new*, and return it with its number, which *new* does not know yet."""
    chain.link_number(c)
    own = replace(new, number=(c.scalar(select(func.max(_OWN.number))) or 0) + 1)
    chain.add(c, offer, number=own.number, merchant=own.merchant, made_at=own.made_at)
    revise(c, own, by)
    return own


def revise(c: Connection, own: Offer, by: str) -> None:
    """Let the offer be as *own* says, as the revision it names."""
    chain.concern(c, f"merchant {own.merchant}")
    chain.add(
        c,
        offer_revision,
        offer=own.number,
        revision=own.revision,
        title=own.title,
        terms=own.terms,
        points=own.points,
        stock=own.stock,
        card=own.card,
        first_day=own.first_day.isoformat(),
        last_day=own.last_day.isoformat(),
        state=own.state.value,
        by=by,
        made_at=own.made_at,
    )


def find(c: Connection, number: int) -> Offer:
    """Return the offer of that number as it is now. Raises OfferUnknown."""
    for own in _found(c, _OWN.number == number):
        return own
    raise unknown(number)


def every(c: Connection) -> tuple[Offer, ...]:
    """Return all offers as they are now, by number."""
    return _found(c, None)


def of_merchant(c: Connection, merchant_id: str) -> tuple[Offer, ...]:
    """Return the merchant's offers as they are now, by number."""
    return _found(c, _OWN.merchant == merchant_id)


def titles(c: Connection, revisions: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return what offers were called, by number and revision."""
    wanted = set(revisions)
    found: dict[tuple[int, int], str] = {}
    for part in in_parts(number for number, _ in wanted):
        own = select(_COLUMNS.offer, _COLUMNS.revision, _COLUMNS.title)
        for row in c.execute(own.where(_COLUMNS.offer.in_(part))):
            found[row.offer, row.revision] = row.title
    return {own: found[own] for own in wanted}


def unknown(number: int) -> OfferUnknown:
    """Return the refusal of an offer there is not."""
    return OfferUnknown([Fault.of(f"没有第 {number} 号兑换商品", f"there is no offer {number}")])


def _found(c: Connection, where: ColumnElement[bool] | None) -> tuple[Offer, ...]:
    later = offer_revision.alias("later")
    follows = (later.c.offer == _COLUMNS.offer) & (later.c.revision > _COLUMNS.revision)
    own = (
        select(offer_revision, _OWN.merchant)
        .join(offer, _OWN.number == _COLUMNS.offer)
        .where(~exists().where(follows))
        .order_by(_OWN.number)
    )
    return tuple(_offer(row) for row in c.execute(own if where is None else own.where(where)))


def _offer(row: Any) -> Offer:
    return Offer(
        number=row.offer,
        merchant=row.merchant,
        revision=row.revision,
        title=row.title,
        terms=row.terms,
        points=row.points,
        stock=row.stock,
        card=row.card,
        first_day=date.fromisoformat(row.first_day),
        last_day=date.fromisoformat(row.last_day),
        state=OfferState(row.state),
        made_at=row.made_at,
    )
