"""Criteria sets: what earns full marks, and what changed between two versions."""

from typing import Any

from flask import Blueprint, render_template, request

from scoring.errors import CriteriaUnknown
from web import library
from web.digests import groups
from web.handbook import makeup, rating
from web.handbook.changes import changes
from web.viewing import contents, unchanged

criteria_pages = Blueprint("criteria", __name__, url_prefix="/criteria")
criteria_pages.before_request(unchanged)


@criteria_pages.get("")
def listed() -> str:
    """Show the sets of each period, and those no period uses."""
    refs = library.known()
    used = [(period, library.of_period(period)) for period in contents().periods]
    in_use = {own.ref for _, sets in used for own in sets}
    others = [library.listed(ref) for ref in (*refs.kept, *refs.shipped) if ref not in in_use]
    return render_template(
        "criteria/listed.html", used=used, others=others, pair=_likely_pair(), by_name=library.by_name(refs)
    )


@criteria_pages.get("/<path:ref>")
def one(ref: str) -> str | tuple[str, int]:
    """Show one set as those who are assessed by it need it."""
    try:
        read = library.find(ref)
    except CriteriaUnknown:
        return _unknown(ref), 404
    before = library.previous(ref)
    return render_template(
        "criteria/one.html",
        read=read,
        criteria=read.criteria,
        parts=makeup.parts(read.criteria),
        made_of=makeup.made_of(read.criteria),
        rating=rating,
        groups=groups,
        periods=library.periods_of(ref),
        before=before,
        changes=changes(library.find(before).criteria, read.criteria) if before else (),
    )


@criteria_pages.get("/compare")
def compare() -> str | tuple[str, int]:
    """Show every change from one set to another."""
    before, after = (request.args.get(name, "").strip() for name in ("before", "after"))
    refs = library.by_name(library.known())
    everything = {ref for own in refs.values() for ref in own}
    wrong = [ref for ref in (before, after) if ref and ref not in everything]
    page: dict[str, Any] = {"by_name": refs, "pair": (before, after), "wrong": wrong, "found": None}
    if wrong:
        return render_template("criteria/compare.html", **page), 404
    if before and after and before != after:
        sets = library.find(before).criteria, library.find(after).criteria
        page |= {"found": changes(*sets), "sets": sets}
    return render_template("criteria/compare.html", **page)


def _unknown(ref: str) -> str:
    return render_template("criteria/unknown.html", ref=ref)


def _likely_pair() -> tuple[str, str]:
    """Return the two versions that somebody most likely wants to compare: the newest period's first set and the one before."""
    for period in contents().periods:
        for ref in period.refs:
            before = library.previous(ref)
            if before is not None:
                return before, ref
    return "", ""
