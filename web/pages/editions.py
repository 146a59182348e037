"""Editions: what was published when and by whom, what moved between two, and how anybody can verify one."""

from flask import Blueprint, render_template

from web.viewing import contents, find_edition

edition_pages = Blueprint("editions", __name__)


@edition_pages.get("/editions")
def listed() -> str:
    """Show all editions, the newest first."""
    return render_template("editions/listed.html", editions=contents().editions)


@edition_pages.get("/editions/<edition_id>/about")
def about(edition_id: str) -> str:
    """Show what one edition says of itself."""
    return render_template("editions/about.html", edition=find_edition(edition_id))
