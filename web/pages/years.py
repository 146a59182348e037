"""The pages of one year: overview, rankings, a unit, a group, and search."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from scoring.selection import Selection
from scoring.units import Grouping
from web.asked import selection_asked
from web.pages.paging import Page
from web.viewing import carry, shown
from web.words import RANKINGS

year_pages = Blueprint("years", __name__)
carry(year_pages)

_GROUPS = {"townships": Grouping.TOWNSHIP, "departments": Grouping.DEPARTMENT, "domains": Grouping.DOMAIN}


@year_pages.get("/")
def overview() -> str:
    """Show the county."""
    return render_template("overview.html", shown=shown())


@year_pages.get("/ranking/<any(units, townships, departments, domains):kind>")
def ranking(kind: str) -> str:
    """Show the units or groups of a kind in order."""
    asked = selection_asked(request.args)
    directory, grouping = shown().directory, RANKINGS[kind]
    found = directory.units(asked) if grouping is None else directory.groups(grouping, asked)
    page = Page.of(found, request.args.get("page", ""))
    return render_template(
        "ranking.html", shown=shown(), kind=kind, grouping=grouping, asked=asked, page=page
    )


@year_pages.get("/units/<path:code>")
def unit(code: str) -> str:
    """Show one unit, every star of it explained."""
    entry = shown().register.by_code.get(code)
    if entry is None:
        abort(404)
    return render_template("unit.html", shown=shown(), entry=entry)


@year_pages.get("/<any(townships, departments, domains):kind>/<path:name>")
def group(kind: str, name: str) -> str:
    """Show one township, department or domain against the county."""
    figures = shown().register.group(_GROUPS[kind], name)
    if figures is None:
        abort(404)
    return render_template("group.html", shown=shown(), kind=kind, grouping=_GROUPS[kind], figures=figures)


@year_pages.get("/search")
def search() -> str | Answer:
    """Show the units and groups that are meant; where it is one only, go there."""
    words = request.args.get("q", "").strip()
    directory = shown().directory
    asked = Selection(words=words)
    units = directory.units(asked) if words else ()
    groups = [own for kind in _GROUPS.values() for own in directory.groups(kind, asked)] if words else []
    return render_template("search.html", shown=shown(), words=words, units=units, groups=groups)
