"""The branch's desk."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

branch_pages = Blueprint("branch", __name__, url_prefix="/work/<period_id>/units")


@branch_pages.get("/<path:code>")
def desk(period_id: str, code: str) -> ResponseReturnValue:
    """Show it."""
    return render_template("work/branch/desk.html", period_id=period_id, code=code)
