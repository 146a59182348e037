"""A merchant's till on a telephone: a code is typed, looked at and taken; the day's receipts; months as they are settled."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.redeeming import Receipt, look_at_code, redeem, see_receipt, see_till
from scoring.workflow.points.settling import see_settlements, see_statement
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points_till.places import till_pages
from web.pages.refusing import own_faults

_LONGEST = 24
"""So many characters the field for a code takes: eight digits, however they are spaced."""


@till_pages.get("")
def show() -> str:
    """Show the till."""
    return _page(())


@till_pages.post("/look")
def look() -> ResponseReturnValue:
    """Show what a code is for, before it is taken."""
    typed = request.form.get("code", "")[:_LONGEST]
    try:
        seen = look_at_code(store(), somebody(), typed)
    except Refused as refused:
        return _page(own_faults(refused), typed), status_of(refused)
    if isinstance(seen, Receipt):
        return _receipt(seen, taken_before=True)
    return render_template("till/look.html", seen=seen, code=typed)


@till_pages.post("/redeem")
def take() -> ResponseReturnValue:
    """Take a code."""
    typed = request.form.get("code", "")[:_LONGEST]
    try:
        receipt = redeem(store(), somebody(), typed)
    except Refused as refused:
        return _page(own_faults(refused), typed), status_of(refused)
    return done("redeemed", url_for("till.receipt", number=receipt.number))


@till_pages.get("/receipts/<int:number>")
def receipt(number: int) -> str:
    """Show a receipt."""
    return _receipt(see_receipt(store(), somebody(), number))


@till_pages.get("/settlements")
def settlements() -> str:
    """Show the months of the own merchant."""
    merchant = see_till(store(), somebody()).merchant
    months = [own for own in see_settlements(store(), somebody()) if own.merchant.id == merchant.id]
    return render_template("till/settlements.html", merchant=merchant, months=months)


@till_pages.get("/settlements/<month>")
def statement(month: str) -> str:
    """Show a month of the own merchant, receipt by receipt."""
    permit(somebody(), Action.TAKE_CODES, Setting())
    merchant = see_till(store(), somebody()).merchant
    return render_template(
        "till/statement.html",
        statement=see_statement(store(), somebody(), merchant.id, month),
        back=url_for("till.settlements"),
    )


def _receipt(own: Receipt, *, taken_before: bool = False) -> str:
    merchant = see_till(store(), somebody()).merchant
    return render_template("till/receipt.html", receipt=own, merchant=merchant, taken_before=taken_before)


def _page(faults: tuple[Fault, ...], typed: str = "") -> str:
    till = see_till(store(), somebody())
    return render_template("till/show.html", till=till, faults=faults, typed=typed, longest=_LONGEST)
