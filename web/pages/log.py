"""The log's pages: every link for auditors, what was done about a unit for those at work on it, and one's own deeds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from scoring.deeds import DEEDS
from scoring.people import Role
from scoring.store.links import Wanted
from scoring.workflow.read_log import LinkUnknown, read_link, read_log, read_person_log
from scoring.workflow.read_unit_log import read_unit_log
from scoring.working_days import COUNTY_TIME
from web.access import somebody, store
from web.digests import groups
from web.pages.paging import LONGEST, Page

log_pages = Blueprint("log", __name__, url_prefix="/log")

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of the log, as it was typed."""

    action: str
    person: str
    since: str
    until: str

    @property
    def wanted(self) -> Wanted:
        """Which links that means; days that are none are passed over."""
        until = _begin_of(self.until)
        return Wanted(
            action=self.action,
            hand=self.person,
            since=_begin_of(self.since),
            until=None if until is None else until + _DAY,
        )

    @property
    def query(self) -> dict[str, str]:
        """What of it stands in an address."""
        own = {"action": self.action, "person": self.person, "since": self.since, "until": self.until}
        return {name: value for name, value in own.items() if value}


@log_pages.get("")
def listed() -> ResponseReturnValue:
    """Show every link, the newest first, or those that are asked for."""
    asked = Asked(
        **{name: request.args.get(name, "").strip() for name in ("action", "person", "since", "until")}
    )
    first = _first()
    found = read_log(store(), somebody(), asked.wanted, first, LONGEST)
    return render_template(
        "work/log/listed.html", found=found, page=_page(found.whole, first), asked=asked, actions=DEEDS
    )


@log_pages.get("/links/<int:number>")
def link(number: int) -> ResponseReturnValue:
    """Show one link and the rows it wrote."""
    try:
        found = read_link(store(), somebody(), number)
    except LinkUnknown:
        abort(404)
    return render_template("work/log/link.html", found=found, groups=groups)


@log_pages.get("/units/<period_id>/<path:code>")
def unit(period_id: str, code: str) -> ResponseReturnValue:
    """Show what was done about a unit, or how one of its marks came about."""
    criterion = request.args.get("criterion", "")
    found = read_unit_log(store(), somebody(), period_id, code, criterion)
    auditor = somebody().holds(Role.AUDITOR)
    return render_template("work/log/unit.html", found=found, criterion=criterion, auditor=auditor)


@log_pages.get("/people/<person_id>")
def person(person_id: str) -> ResponseReturnValue:
    """Show what a person did."""
    first = _first()
    found = read_person_log(store(), somebody(), person_id, first, LONGEST)
    own = person_id in somebody().hands
    return render_template(
        "work/log/person.html",
        found=found,
        page=_page(found.whole, first),
        person_id=person_id,
        own=own,
        auditor=somebody().holds(Role.AUDITOR),
    )


def _first() -> int:
    asked = request.args.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return (max(number, 1) - 1) * LONGEST


def _page(whole: int, first: int) -> Page[int]:
    return Page.of(range(whole), str(first // LONGEST + 1))


def _begin_of(day: str) -> datetime | None:
    """Return when *day* begins in China; None where it is none."""
    try:
        return datetime.combine(date.fromisoformat(day), time.min, COUNTY_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
