"""What a year asks of its branches in evidence, for those who run it and could ask for less."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scoring.workflow.evidence_burden import read_burden
from web.access import somebody, store

burden_pages = Blueprint("burden", __name__)


@burden_pages.get("/desk/<period_id>/evidence")
def show(period_id: str) -> ResponseReturnValue:
    """Show how many files each set asks for, against the year before."""
    return render_template("work/evidence/burden.html", found=read_burden(store(), somebody(), period_id))
