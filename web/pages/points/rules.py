"""The rules of points in force, in plain words made from the rules themselves."""

from flask import render_template

from scoring.criteria.item import MEMBER_KINDS
from scoring.permissions import Action, Setting, may
from scoring.workflow.points.reading_own_claims import read_rules
from web import points_telling as telling
from web.access import somebody, store
from web.pages.points.places import points_pages


@points_pages.get("/rules")
def rules() -> str:
    """Show the rules, to be read or printed, to anybody who is signed in."""
    own = somebody()
    found = read_rules(store())
    return render_template(
        "points/rules.html",
        found=found,
        rules=found.rules,
        figures=telling.CARD_FIGURES,
        kinds=MEMBER_KINDS,
        tell=telling,
        without_bar=not may(own, Action.SEE_OWN_POINTS, Setting()),
    )
