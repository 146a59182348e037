"""The API put into the application: its operations, their description, and the page that shows it."""

from hashlib import sha256

import orjson
from flask import Blueprint, Flask, Response, render_template, request

from web.api import criteria, editions, periods, units
from web.api.description import description, tags_of
from web.api.problems import answer_lost
from web.api.repeating import keep_door
from web.api.resources import answer, api
from web.api.work import (
    chain,
    evidence,
    gates,
    imports,
    marking,
    merchants,
    objections,
    own,
    people,
    points_books,
    points_claims,
    points_files,
    points_members,
    points_own,
    publishing,
    running,
    tills,
    worksheets,
)
from web.api.work.frame import work

_READ = (editions, units, periods, criteria)
_DONE = (
    own,
    marking,
    worksheets,
    running,
    imports,
    evidence,
    gates,
    publishing,
    objections,
    people,
    chain,
    points_own,
    points_claims,
    points_members,
    points_books,
    points_files,
    merchants,
    tills,
)
OPERATIONS = (*_READ, *_DONE)
"""The modules that say what can be read and done: each puts its operations into the blueprint when it is imported."""

manual = Blueprint("manual", __name__)


def mount(app: Flask) -> None:
    """Let *app* answer below `/api/`."""
    answer_lost(app)
    keep_door(app)
    app.register_blueprint(api)
    app.register_blueprint(work)
    app.register_blueprint(manual)


@manual.get("/api/v1/openapi.json")
def openapi() -> Response:
    """Tell what can be asked for, in OpenAPI."""
    body = orjson.dumps(description(), option=orjson.OPT_INDENT_2)
    return answer(body, sha256(body).hexdigest(), lasting=False)


@manual.get("/api/docs")
def docs() -> str:
    """Show a part of the description as a page in which every operation can be tried; what shows it loses count of more."""
    part = request.args.get("part", "")
    return render_template("api/docs.html", part=part, tags=tags_of(part))
