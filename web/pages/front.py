"""The way in: the newest year there is, or what to do where there is none; and whether the service is alive."""

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as Answer

from web.viewing import contents, home

front = Blueprint("front", __name__)


@front.get("/")
def first() -> str | Answer:
    """Show the newest year."""
    return redirect(home()) if contents().years else render_template("first.html")


@front.get("/healthz")
def healthz() -> Response:
    """Say that the process answers and can read its database."""
    contents()
    answer = Response("ok\n", mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer
