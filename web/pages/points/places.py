"""Where a member's pages live, and what they say to somebody who is on no list of members."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scoring.permissions import NotAllowed, NotSignedIn
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points.reading import NotAMember
from web.errors import answered

points_pages = Blueprint("points", __name__, url_prefix="/points")


@points_pages.errorhandler(NotAllowed)
def no_member(refused: NotAllowed) -> ResponseReturnValue:
    """Say what these pages are, and whom to ask; who has not signed in does that first."""
    if isinstance(refused, NotSignedIn):
        return answered(refused)
    return render_template("points/apart.html", faults=refused.faults, member=False), 403


@points_pages.errorhandler(NotAMember)
def not_on_the_list(refused: NotAMember) -> ResponseReturnValue:
    """Say whom to ask for the account to be linked."""
    return render_template("points/apart.html", faults=refused.faults, member=True), 404


@points_pages.errorhandler(RulesMissing)
def without_rules(refused: RulesMissing) -> ResponseReturnValue:
    """Say that no points can be had yet, and who sees to it."""
    return render_template("points/apart.html", faults=refused.faults, member=True), 404
