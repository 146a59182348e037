"""Criteria sets: what earns full marks, and what changed between two versions."""

from flask import Blueprint, render_template

criteria_pages = Blueprint("criteria", __name__, url_prefix="/criteria")


@criteria_pages.get("")
def listed() -> str:
    """Show the sets there are."""
    return render_template("criteria/listed.html")
