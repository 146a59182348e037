"""What a member can have for points, and the code that a till takes for it: shown once, and good for minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.searching import Names
from scoring.texts import Text
from scoring.workflow.points.offers import OfferSeen, OffersSeen, see_offers
from scoring.workflow.points.redeeming import ask_code
from scoring.working_days import COUNTY_TIME
from web import points_telling as telling
from web.access import somebody, store
from web.asked import LONGEST_WORDS
from web.errors import status_of
from web.pages.points_till.places import code_pages
from web.pages.refusing import own_faults

_MANY = 8
"""From so many offers on they can be searched, and those elsewhere are folded up."""

_ELSEWHERE = Text("别的乡镇", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Offers of one place, with what the place is called; None where all stand together."""

    place: Text | None
    offers: tuple[OfferSeen, ...]


@code_pages.get("")
def offers() -> str:
    """Show what can be had, and why not the rest."""
    return _page(())


@code_pages.post("/<int:number>/code")
def code(number: int) -> ResponseReturnValue:
    """Show a new code for an offer, this once."""
    try:
        asked = ask_code(store(), somebody(), number)
    except Refused as refused:
        return _page(own_faults(refused)), status_of(refused)
    left = max(0, int((asked.until - datetime.now(UTC)).total_seconds()))
    return render_template("till/code.html", asked=asked, left=left, county_time=COUNTY_TIME)


def _page(faults: tuple[Fault, ...]) -> str:
    seen = see_offers(store(), somebody())
    words = request.args.get("q", "")[:LONGEST_WORDS].strip()
    found = _named(seen.offers, words) if words else seen.offers
    return render_template(
        "till/own_offers.html",
        seen=seen,
        ready=tuple(_by_place(seen, [own for own in found if not own.hindrances])),
        beyond=tuple(_by_place(seen, [own for own in found if own.hindrances])),
        searched=words or len(seen.offers) >= _MANY,
        words=words,
        folded=not words and len(seen.offers) >= _MANY,
        faults=faults,
        tell=telling,
    )


def _named(offers: Sequence[OfferSeen], words: str) -> Sequence[OfferSeen]:
    """Return those of *offers* whose title, merchant or place answers *words*, as written or in pinyin."""
    names = Names(("", f"{own.offer.title} {own.merchant.name} {own.merchant.place}") for own in offers)
    return [offers[place] for place in names.matching(words)]


def _by_place(seen: OffersSeen, found: Sequence[OfferSeen]) -> Iterator[Offered]:
    """Yield *found* apart: those in the township of the member's branch, then those elsewhere."""
    near, far = (tuple(own for own in found if own.near is wanted) for wanted in (True, False))
    town = seen.township
    if near:
        yield Offered(
            place=None if town is None else Text(f"本乡镇（{town}）", f"in {town}, your own township"),
            offers=near,
        )
    if far:
        yield Offered(place=_ELSEWHERE if any(own.near for own in seen.offers) else None, offers=far)
