"""One's own account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.access import open_to_all, somebody

account_pages = Blueprint("account", __name__)


@account_pages.get("/account")
def show() -> ResponseReturnValue:
    """Show who one is here."""
    return render_template("account/show.html", actor=somebody())


@account_pages.get("/account/password")
@open_to_all
def password() -> ResponseReturnValue:
    """Show the form for a new password."""
    return render_template("account/password.html", actor=somebody(), faults=())
