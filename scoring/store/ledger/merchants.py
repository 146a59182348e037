"""Merchants as they are kept, by revision, and who takes codes for each."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select

from scoring.errors import Fault, Refused
from scoring.store import chain
from scoring.store.tables import merchant, merchant_revision, merchant_till
from scoring.texts import Text

_COLUMNS, _TILL = merchant_revision.c, merchant_till.c


class MerchantUnknown(Refused):
    """There is no merchant of that id."""


class MerchantState(StrEnum):
    """Whether a merchant gives anything for points."""

    OPEN = "open"
    CLOSED = "closed"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {MerchantState.OPEN: Text("合作中", "open"), MerchantState.CLOSED: Text("已停止合作", "closed")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A shop as of one revision: what it is called, and where it is."""

    id: str
    name: str
    place: str
    state: MerchantState
    revision: int = 1

    @property
    def open(self) -> bool:
        """Whether it gives anything for points."""
        return self.state is MerchantState.OPEN


def add(c: Connection, name: str, place: str, by: str) -> Merchant:
    """Add an open merchant, and return it."""
    own = Merchant(id=secrets.token_hex(8), name=name, place=place, state=MerchantState.OPEN)
    chain.add(c, merchant, id=own.id, made_at=datetime.now(UTC))
    _add_revision(c, own, by)
    return own


def revise(c: Connection, own: Merchant, by: str) -> None:
    """Let the merchant be as *own* says, as the revision it names."""
    _add_revision(c, own, by)


def find(c: Connection, merchant_id: str) -> Merchant:
    """Return the merchant of that id as it is now. Raises MerchantUnknown."""
    for own in _found(c, _COLUMNS.merchant == merchant_id):
        return own
    raise MerchantUnknown([Fault.of("没有这家商户", "there is no such merchant")])


def every(c: Connection) -> tuple[Merchant, ...]:
    """Return all merchants as they are now, by name."""
    return _found(c, None)


def put_at_till(c: Connection, merchant_id: str, person: str, by: str) -> None:
    """Let the person take codes for the merchant from now on."""
    _add_till(c, merchant_id, person, 0, by)


def take_from_till(c: Connection, merchant_id: str, person: str, by: str) -> None:
    """Let the person take no more codes for the merchant."""
    _add_till(c, merchant_id, person, 1, by)


def tills(c: Connection) -> dict[str, tuple[str, ...]]:
    """Return who takes codes now, by id of the merchant; merchants of whom nobody does are left out."""
    found: dict[str, list[str]] = {}
    for merchant_id, person in _tills(c, None):
        found.setdefault(merchant_id, []).append(person)
    return {own: tuple(people) for own, people in found.items()}


def at_till(c: Connection, merchant_id: str) -> frozenset[str]:
    """Return the ids of the people who take codes for the merchant now."""
    return frozenset(person for _, person in _tills(c, _TILL.merchant == merchant_id))


def of_person(c: Connection, person: str) -> Merchant | None:
    """Return the merchant the person takes codes for, None where they take none: they do for one at a time."""
    own = next((own for own, _ in _tills(c, _TILL.person == person)), None)
    return None if own is None else find(c, own)


def _add_revision(c: Connection, own: Merchant, by: str) -> None:
    chain.concern(c, f"merchant {own.id}")
    values = {"name": own.name, "place": own.place, "state": own.state.value}
    chain.add(
        c,
        merchant_revision,
        merchant=own.id,
        revision=own.revision,
        **values,
        by=by,
        made_at=datetime.now(UTC),
    )


def _add_till(c: Connection, merchant_id: str, person: str, ended: int, by: str) -> None:
    chain.concern(c, f"merchant {merchant_id}")
    own = (_TILL.merchant == merchant_id) & (_TILL.person == person)
    last = c.scalar(select(func.max(_TILL.revision)).where(own)) or 0
    values = {"merchant": merchant_id, "person": person, "revision": last + 1, "ended": ended}
    chain.add(c, merchant_till, **values, by=by, made_at=datetime.now(UTC))


def _found(c: Connection, where: ColumnElement[bool] | None) -> tuple[Merchant, ...]:
    later = merchant_revision.alias("later")
    follows = (later.c.merchant == _COLUMNS.merchant) & (later.c.revision > _COLUMNS.revision)
    own = select(merchant_revision).where(~exists().where(follows)).order_by(_COLUMNS.name, _COLUMNS.merchant)
    return tuple(
        Merchant(
            id=row.merchant,
            name=row.name,
            place=row.place,
            state=MerchantState(row.state),
            revision=row.revision,
        )
        for row in c.execute(own if where is None else own.where(where))
    )


def _tills(c: Connection, where: ColumnElement[bool] | None) -> Iterable[Any]:
    later = merchant_till.alias("later")
    same = (later.c.merchant == _TILL.merchant) & (later.c.person == _TILL.person)
    own = select(_TILL.merchant, _TILL.person).where(
        _TILL.ended == 0, ~exists().where(same, later.c.revision > _TILL.revision)
    )
    own = own.order_by(_TILL.merchant, _TILL.person)
    return c.execute(own if where is None else own.where(where)).all()
