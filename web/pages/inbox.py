"""The inbox: what one was told, the newest first."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from scoring.workflow.inbox import mark_all_read, read_inbox
from web.access import somebody, store
from web.done import done

inbox_pages = Blueprint("inbox", __name__)


@inbox_pages.get("/inbox")
def show() -> ResponseReturnValue:
    """Show what one was told."""
    return render_template("account/inbox.html", notices=read_inbox(store(), somebody()))


@inbox_pages.post("/inbox/read")
def read() -> ResponseReturnValue:
    """Let all of it be read."""
    mark_all_read(store(), somebody())
    return done("read", url_for("inbox.show"))
