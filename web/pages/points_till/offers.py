"""Offers as they are typed: by a merchant's own people at the till, and by administrators at their desk."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar
from unicodedata import normalize

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Place, Refused
from scoring.numbers import marks_text, plain_number
from scoring.offers import Offer
from scoring.permissions import Action, Setting, permit
from scoring.texts import Text
from scoring.workflow.points.offers import (
    OfferFields,
    OfferRefused,
    add_offer,
    cards_known,
    change_offer,
    end_offer,
    see_offer,
    see_offers_of,
)
from scoring.workflow.points.redeeming import see_till
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points_till.places import merchant_pages, till_pages
from web.pages.refusing import own_faults

_Value = TypeVar("_Value")
_NAMES = ("title", "terms", "points", "stock", "card", "first_day", "last_day", "revision")


@till_pages.get("/offers")
def listed() -> str:
    """Show the offers of the own merchant, and a form for another."""
    return _listed((), {})


@till_pages.post("/offers")
def add() -> ResponseReturnValue:
    """Offer another thing."""
    merchant = see_till(store(), somebody()).merchant
    try:
        add_offer(store(), somebody(), merchant.id, typed_fields(request.form))
    except Refused as refused:
        return _listed(own_faults(refused), typed()), status_of(refused)
    return done("added", url_for("till.listed"))


@till_pages.get("/offers/<int:number>")
def one(number: int) -> str:
    """Show an offer of the own merchant, to be changed or ended."""
    permit(somebody(), Action.TAKE_CODES, Setting())
    return _one("till", number, (), None)


@till_pages.post("/offers/<int:number>")
def change(number: int) -> ResponseReturnValue:
    """Change an offer of the own merchant."""
    permit(somebody(), Action.TAKE_CODES, Setting())
    return _changed("till", number, _change)


@till_pages.post("/offers/<int:number>/end")
def end(number: int) -> ResponseReturnValue:
    """End an offer of the own merchant."""
    permit(somebody(), Action.TAKE_CODES, Setting())
    return _changed("till", number, _end)


@merchant_pages.post("/<merchant_id>/offers")
def add_for(merchant_id: str) -> ResponseReturnValue:
    """Let a merchant offer another thing."""
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    try:
        made = add_offer(store(), somebody(), merchant_id, typed_fields(request.form))
    except Refused as refused:
        return _new_for(merchant_id, own_faults(refused), typed()), status_of(refused)
    return done("added", url_for("merchants.one", merchant_id=made.merchant))


@merchant_pages.get("/<merchant_id>/offers/new")
def new_for(merchant_id: str) -> str:
    """Show the form for another offer of a merchant."""
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    return _new_for(merchant_id, (), {})


@merchant_pages.get("/offers/<int:number>")
def offer(number: int) -> str:
    """Show an offer, to be changed or ended."""
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    return _one("merchants", number, (), None)


@merchant_pages.post("/offers/<int:number>")
def change_one(number: int) -> ResponseReturnValue:
    """Change an offer."""
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    return _changed("merchants", number, _change)


@merchant_pages.post("/offers/<int:number>/end")
def end_one(number: int) -> ResponseReturnValue:
    """End an offer."""
    permit(somebody(), Action.KEEP_MERCHANTS, Setting())
    return _changed("merchants", number, _end)


def typed() -> dict[str, str]:
    """Return what was typed into the form of an offer."""
    return {name: request.form.get(name, "") for name in _NAMES}


def typed_fields(form: Mapping[str, str]) -> OfferFields:
    """Return the fields that the form says, digits in whatever width. Raises OfferRefused with every one that cannot be read."""
    faults: list[Fault] = []
    points = _read(form, "points", _points, _POINTS, faults)
    stock = _read(form, "stock", _stock, _STOCK, faults)
    first = _read(form, "first_day", date.fromisoformat, _FIRST, faults)
    last = _read(form, "last_day", date.fromisoformat, _LAST, faults)
    if faults or points is None or first is None or last is None:
        raise OfferRefused(faults)
    return OfferFields(
        title=form.get("title", ""),
        terms=form.get("terms", ""),
        points=points,
        stock=stock,
        card=form.get("card", ""),
        first_day=first,
        last_day=last,
    )


def _read(
    form: Mapping[str, str], name: str, read: Callable[[str], _Value], wrong: Text, faults: list[Fault]
) -> _Value | None:
    try:
        return read(normalize("NFKC", form.get(name, "")).strip())
    except ValueError:
        faults.append(Fault(place=Place(), sentence=wrong))
        return None


def _points(text: str) -> int:
    hundredths = plain_number(text) * 100
    if hundredths.denominator != 1:
        raise ValueError(text)
    return hundredths.numerator


def _stock(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return int(text)


_POINTS = Text("所需分值应为数字，最多两位小数", "write the points as a number with two decimals at most")
_STOCK = Text(
    "数量应为整数，不限量的请留空", "write how many there are as a whole number, or nothing for no limit"
)
_FIRST = Text("请填写开始日期", "write the first day")
_LAST = Text("请填写截止日期", "write the last day")


def _change(number: int) -> None:
    change_offer(store(), somebody(), number, typed_fields(request.form), _revision())


def _end(number: int) -> None:
    end_offer(store(), somebody(), number, _revision())


def _revision() -> int | None:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None


def _changed(place: str, number: int, do: Callable[[int], None]) -> ResponseReturnValue:
    """Return the way back after *do*, or the form again."""
    before = see_offer(store(), somebody(), number)
    try:
        do(number)
    except Refused as refused:
        return _one(place, number, own_faults(refused), typed()), status_of(refused)
    own = place == "till"
    back = url_for("till.listed") if own else url_for("merchants.one", merchant_id=before.offer.merchant)
    return done("saved" if do is _change else "ended", back)


def _one(place: str, number: int, faults: tuple[Fault, ...], filled: Mapping[str, str] | None) -> str:
    seen = see_offer(store(), somebody(), number)
    names = {"till": ("till.change", "till.end"), "merchants": ("merchants.change_one", "merchants.end_one")}
    change_to, end_to = names[place]
    own = place == "till"
    return render_template(
        "till/offer.html",
        seen=seen,
        filled=filled or _as_typed(seen.offer),
        faults=faults,
        cards=cards_known(store()),
        change=url_for(change_to, number=number),
        end=url_for(end_to, number=number),
        back=url_for("till.listed") if own else url_for("merchants.one", merchant_id=seen.offer.merchant),
    )


def _as_typed(own: Offer) -> dict[str, str]:
    return {
        "title": own.title,
        "terms": own.terms,
        "points": marks_text(own.points),
        "stock": "" if own.stock is None else str(own.stock),
        "card": own.card,
        "first_day": own.first_day.isoformat(),
        "last_day": own.last_day.isoformat(),
    }


def _listed(faults: tuple[Fault, ...], filled: Mapping[str, str]) -> str:
    merchant = see_till(store(), somebody()).merchant
    return render_template(
        "till/offers.html",
        merchant=merchant,
        offers=see_offers_of(store(), somebody(), merchant.id),
        cards=cards_known(store()),
        faults=faults,
        filled=filled,
    )


def _new_for(merchant_id: str, faults: tuple[Fault, ...], filled: Mapping[str, str]) -> str:
    see_offers_of(store(), somebody(), merchant_id)
    return render_template(
        "till/new_offer.html",
        merchant_id=merchant_id,
        cards=cards_known(store()),
        faults=faults,
        filled=filled,
    )
