"""Merchants as administrators keep them: who takes part, who stands at the tills, and which months are to be settled."""

from collections.abc import Callable, Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.keep_merchants import (
    MerchantFields,
    MerchantSeen,
    add_merchant,
    change_merchant,
    close_merchant,
    put_at_till,
    see_merchants,
    take_from_till,
)
from scoring.workflow.points.offers import see_offers_of
from scoring.workflow.points.settling import see_settlements, see_statement, settle
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points_till.places import merchant_pages
from web.pages.points_work.places import tabs
from web.pages.refusing import own_faults


@merchant_pages.get("")
def listed() -> str:
    """Show the merchants, what is to be settled, and a form for another merchant."""
    return _listed((), {})


@merchant_pages.post("")
def add() -> ResponseReturnValue:
    """Take a merchant on."""
    fields = {name: request.form.get(name, "") for name in ("name", "place")}
    try:
        own = add_merchant(store(), somebody(), MerchantFields(**fields))
    except Refused as refused:
        return _listed(own_faults(refused), fields), status_of(refused)
    return done("added", url_for("merchants.one", merchant_id=own.id))


@merchant_pages.get("/<merchant_id>")
def one(merchant_id: str) -> str:
    """Show a merchant."""
    return _one(merchant_id, ())


@merchant_pages.post("/<merchant_id>")
def change(merchant_id: str) -> ResponseReturnValue:
    """Change what a merchant is called, or where it is."""
    fields = MerchantFields(name=request.form.get("name", ""), place=request.form.get("place", ""))
    return _done(
        merchant_id,
        "saved",
        lambda: change_merchant(store(), somebody(), merchant_id, fields, _revision()),
    )


@merchant_pages.post("/<merchant_id>/close")
def close(merchant_id: str) -> ResponseReturnValue:
    """Let a merchant take part no more."""
    return _done(merchant_id, "ended", lambda: close_merchant(store(), somebody(), merchant_id, _revision()))


@merchant_pages.post("/<merchant_id>/tills")
def put(merchant_id: str) -> ResponseReturnValue:
    """Let somebody take codes for a merchant."""
    login = request.form.get("login", "")
    return _done(merchant_id, "added", lambda: put_at_till(store(), somebody(), merchant_id, login))


@merchant_pages.post("/<merchant_id>/tills/<person_id>/end")
def take(merchant_id: str, person_id: str) -> ResponseReturnValue:
    """Let somebody take no more codes for a merchant."""
    return _done(merchant_id, "ended", lambda: take_from_till(store(), somebody(), merchant_id, person_id))


@merchant_pages.post("/<merchant_id>/months/<month>")
def settle_month(merchant_id: str, month: str) -> ResponseReturnValue:
    """Settle a month."""
    return _done(merchant_id, "settled", lambda: settle(store(), somebody(), merchant_id, month))


@merchant_pages.get("/<merchant_id>/months/<month>")
def statement(merchant_id: str, month: str) -> str:
    """Show a month of a merchant, receipt by receipt."""
    permit(somebody(), Action.SETTLE, Setting())
    return render_template(
        "till/statement.html",
        statement=see_statement(store(), somebody(), merchant_id, month),
        back=url_for("merchants.one", merchant_id=merchant_id),
    )


def _done(merchant_id: str, code: str, do: Callable[[], object]) -> ResponseReturnValue:
    """Return the way back to the merchant's page after *do*, or the page with what was refused."""
    try:
        do()
    except Refused as refused:
        return _one(merchant_id, own_faults(refused)), status_of(refused)
    return done(code, url_for("merchants.one", merchant_id=merchant_id))


def _listed(faults: tuple[Fault, ...], typed: Mapping[str, str]) -> str:
    seen = see_merchants(store(), somebody())
    return render_template(
        "till/merchants.html",
        tabs=tabs("merchants"),
        merchants=seen,
        due=[own for own in see_settlements(store(), somebody()) if own.may_settle],
        faults=faults,
        typed=typed,
    )


def _one(merchant_id: str, faults: tuple[Fault, ...]) -> str:
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    offers = see_offers_of(store(), somebody(), merchant_id)
    return render_template(
        "till/merchant.html",
        tabs=tabs("merchants"),
        seen=_seen(merchant_id),
        offers=offers,
        months=[own for own in see_settlements(store(), somebody()) if own.merchant.id == merchant_id],
        faults=faults,
        typed=request.form if faults else {},
    )


def _seen(merchant_id: str) -> MerchantSeen:
    """Return the merchant of that id; `see_offers_of` has said that it is there."""
    return next(own for own in see_merchants(store(), somebody()) if own.merchant.id == merchant_id)


def _revision() -> int | None:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None
