"""What a member can have for points, and the code that a till takes for it: shown once, and good for minutes."""

from flask import render_template
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.workflow.points.offers import see_offers
from scoring.workflow.points.redeeming import ask_code
from scoring.working_days import COUNTY_TIME
from web.access import somebody, store
from web.errors import status_of
from web.pages.points_till.places import code_pages
from web.pages.refusing import own_faults


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
    return render_template("till/code.html", asked=asked, county_time=COUNTY_TIME)


def _page(faults: tuple[Fault, ...]) -> str:
    return render_template("till/own_offers.html", seen=see_offers(store(), somebody()), faults=faults)
