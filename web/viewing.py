"""Which year and edition a page shows: it stands in its address.

The same pages live under `/periods/<period>` (its newest edition), `/editions/<id>` (that one, for good) and
`/provisional/<period>` (an open year as it has come to so far).
"""

from collections.abc import Callable, Iterable
from functools import wraps
from hashlib import sha256
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, request, url_for

from scoring.edition import State
from scoring.errors import Refused
from scoring.periods import Period
from scoring.permissions import Action, NotAllowed, Setting, may
from scoring.store.editions import Listed
from scoring.workflow.blind_panels import may_see_whole, partly
from scoring.workflow.read_county import Contents
from web import slots
from web.access import actor, signed_in
from web.kept import kept
from web.language import chosen
from web.shelf import Shelf, Shown

PLACES = {
    "period": "/periods/<period_id>",
    "edition": "/editions/<edition_id>",
    "provisional": "/provisional/<period_id>",
}
"""Where the pages of a year live, by the name their blueprint is registered under."""

_LEAST, _SHORT, _YEARS = 6, 12, 4
_PAGES = 128
"""How many pages are kept at hand, of some 60 kB each."""


def shelf() -> Shelf:
    """Return the shelf of the running application."""
    found: Shelf = current_app.extensions["stars_shelf"]
    return found


def contents() -> Contents:
    """Return what the county has to show, read once a request."""
    if "contents" not in g:
        g.contents = shelf().contents()
    found: Contents = g.contents
    return found


def shown() -> Shown:
    """Return what the page is to show."""
    found: Shown = g.shown
    return found


def open_years() -> tuple[Period, ...]:
    """Return the years being marked that who asks may see."""
    return tuple(own for own in contents().open_years if is_open(own))


def is_open(period: Period) -> bool:
    """Say whether who asks may see what *period*, of which nothing is published, has come to so far."""
    if period.id in contents().newest:
        return False
    return current_app.config["PROVISIONAL_SHOWN"] or (_may_see(period) and _sees_whole(period))


def ask_to_see(period: Period) -> bool:
    """Say whether who asks may see it, as `is_open` does. Raises NotAllowed where a sheet of a panel is theirs to sign."""
    found = is_open(period)
    if not found and period.id not in contents().newest and _may_see(period):
        raise NotAllowed([partly()])
    return found


def _may_see(period: Period) -> bool:
    return may(actor(), Action.SEE_PROVISIONAL, Setting(period=period.id, phase=period.phase))


def _sees_whole(period: Period) -> bool:
    """Say whether who asks has no sheet of a panel to sign in the period; asked once a request."""
    known: dict[str, bool] = g.setdefault("sees_whole", {})
    if period.id not in known:
        known[period.id] = may_see_whole(shelf().store, actor(), period.id)
    return known[period.id]


def carry(pages: Blueprint) -> None:
    """Let the addresses of *pages* say which year and edition is shown, and their links stay there."""

    @pages.url_value_preprocessor
    def _take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.place = {
            name: values.pop(name)
            for name in ("period_id", "edition_id")
            if values is not None and name in values
        }

    @pages.url_defaults
    def _give(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint.partition(".")[0] == request.blueprint:
            for name, value in g.get("place", {}).items():
                values.setdefault(name, value)

    @pages.before_request
    def _look() -> Response | None:
        known = unchanged()
        if known is not None:
            return known
        g.shown = _shown(str(request.blueprint))
        return None


def made_once(view: Callable[..., str]) -> Callable[..., str]:
    """Return *view*, whose page is made once for all who ask for it, until anything it could show has changed.

    A page depends on its address and on the stamp of the request, and on nothing else: neither on who asks, nor when.
    What differs by who asks stands in slots, which are filled on the way out.
    """

    @wraps(view)
    def shown_page(**values: Any) -> str:
        def made() -> str:
            with slots.for_all():
                return view(**values)

        page: str = kept("pages", _PAGES).once((request.full_path, g.etag), made)
        return slots.filled(page)

    return shown_page


def stamp() -> str:
    """Return what the answer to this request depends on besides its address: the county's state, language, and years seen.

    Published years stay as they are while an open one is worked on.
    """
    found = contents()
    own = (*found.version, found.state) if request.blueprint == "provisional" else found.version
    version = "-".join(map(str, own))
    seen = "".join(f"-{period.id}" for period in open_years())
    digest = sha256(seen.encode()).hexdigest()[:8] if seen else ""
    return f"{current_app.extensions['stars_release']}-{version}-{chosen().value}{digest}"


def unchanged() -> Response | None:
    """Return the answer that nothing has changed, where the visitor has the page as it is now.

    Whoever is signed in is always given the page anew: a browser keeps none that was made for somebody.
    """
    g.etag = stamp()
    if request.if_none_match.contains_weak(g.etag) and signed_in() is None:
        answer = Response(status=304)
        answer.set_etag(g.etag)
        return answer
    return None


def find_edition(wanted: str) -> Listed:
    """Return the edition of that id, or of the one id that begins so; else there is no such page."""
    wanted = wanted.lower()
    found = [own for own in contents().editions if own.id.startswith(wanted)] if len(wanted) >= _LEAST else []
    if len(found) != 1:
        abort(404)
    return found[0]


def short(edition_id: str) -> str:
    """Return the beginning of an edition's id, as it is printed and found by."""
    return edition_id[:_SHORT]


def home() -> str:
    """Return the address of the newest year there is to see."""
    newest = newest_year()
    return url_for("front.first") if newest is None else url_for("period.overview", period_id=newest.period)


def newest_year() -> Listed | None:
    """Return the newest year that is final, else the newest that is posted; None where nothing is published."""
    years = contents().years
    return next((own for own in years if own.state is State.FINAL), next(iter(years), None))


def _shown(place: str) -> Shown:
    found = contents()
    if place == "edition":
        return shelf().edition(find_edition(g.place["edition_id"]), found)
    period = found.period(g.place["period_id"])
    if period is None:
        abort(404)
    if place == "period" and period.id in found.newest:
        return shelf().edition(found.newest[period.id], found)
    if place != "provisional" or not ask_to_see(period):
        abort(404)
    try:
        return shelf().provisional(period, found)
    except Refused:
        abort(404)


def years_before(own: Shown) -> tuple[Shown, ...]:
    """Return the published years before the one shown, the newest first, at most four."""
    return _years(listed for listed in contents().years if listed.period < own.period.id)


def other_years(own: Shown) -> tuple[Shown, ...]:
    """Return the published years besides the one shown, the newest first, at most four."""
    return _years(listed for listed in contents().years if listed.period != own.period.id)


def _years(wanted: Iterable[Listed]) -> tuple[Shown, ...]:
    return tuple(shelf().edition(listed, contents()) for listed in islice(wanted, _YEARS))
