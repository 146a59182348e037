"""The application: pages, API and charts over one county's store."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, url_for
from werkzeug.routing import IntegerConverter, Map

from scoring.store.engine import Store
from web import access, corner, errors, forms, security, slots, words
from web.access import Door
from web.api.mount import mount
from web.asked import query_of
from web.codes import qr
from web.done import done_told
from web.language import chosen, language, say, told
from web.navigation import period_links, search_address, year_links
from web.pages.account import account_pages
from web.pages.branch import branch_pages
from web.pages.burden import burden_pages
from web.pages.calendar import calendar_pages
from web.pages.cases import posting_told, sees, sees_work_of
from web.pages.criteria import criteria_pages
from web.pages.desk import desk_pages
from web.pages.editions import edition_pages
from web.pages.evidence import beside, evidence_pages
from web.pages.front import front
from web.pages.gates import gate_pages
from web.pages.inbox import inbox_pages
from web.pages.log import log_pages
from web.pages.marking import marking_pages
from web.pages.objections import objection_pages
from web.pages.people import people_pages
from web.pages.people_files import people_files
from web.pages.points import points_pages
from web.pages.points_till import code_pages, expiry_pages, merchant_pages, till_pages
from web.pages.points_work import points_work_pages
from web.pages.progress import progress_pages
from web.pages.progress_files import progress_files
from web.pages.publishing import publishing_pages
from web.pages.sign_in import sign_in_pages
from web.pages.years import year_pages
from web.settings import files_beside
from web.shelf import Shelf
from web.viewing import PLACES, contents, home, short

_HERE = Path(__file__).parent
_STATIC_AGE = 365 * 24 * 3600
_LARGEST = 999_999_999

_PAGES = (
    front,
    language,
    sign_in_pages,
    account_pages,
    inbox_pages,
    desk_pages,
    log_pages,
    people_files,
    people_pages,
    criteria_pages,
    edition_pages,
    evidence_pages,
    marking_pages,
    branch_pages,
    burden_pages,
    progress_files,
    progress_pages,
    gate_pages,
    objection_pages,
    publishing_pages,
    calendar_pages,
    till_pages,
    merchant_pages,
    code_pages,
    points_work_pages,
    expiry_pages,
    points_pages,
)


_WORDS = {
    "say": say,
    "told": told,
    "chosen": chosen,
    "contents": contents,
    "home": home,
    "short": short,
    "year_links": year_links,
    "period_links": period_links,
    "search_address": search_address,
    "query_of": query_of,
    "slot": slots.slot,
    "done_told": done_told,
    "evidence_beside_of_page": beside,
    "sees": sees,
    "sees_work_of": sees_work_of,
    "posting_told": posting_told,
    "qr": qr,
    **words.WORDS,
}
"""What every template may say."""


class Number(IntegerConverter):
    """A whole number in an address; where it is larger than any that is kept there is no such page."""

    def __init__(self, url_map: Map, max: int = _LARGEST, **more: Any) -> None:  # noqa: A002  werkzeug's own name
        """Take no number above *max*."""
        super().__init__(url_map, max=max, **more)


def create_app(
    store: Store,
    trusted_hosts: Sequence[str] = (),
    *,
    provisional_shown: bool = False,
    door: Door | None = None,
    files_folder: Path | None = None,
) -> Flask:
    """Return the application for the county in *store*; where *trusted_hosts* are given, it answers to no other name.

    With *provisional_shown* anybody may see an open year as it has come to so far. *door* says how people come in.
    Uploaded files lie in *files_folder*, or where that is None beside the county's SQLite file.
    """
    app = Flask(__name__)
    app.url_map.converters["int"] = Number
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _STATIC_AGE
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["PROVISIONAL_SHOWN"] = provisional_shown
    app.config["FILES_FOLDER"] = files_folder or files_beside(store.address)
    app.extensions["stars_shelf"] = Shelf(store)
    app.extensions["stars_release"] = _release()
    security.guard(app)
    if trusted_hosts:
        security.answer_to(app, trusted_hosts)
    errors.tell(app)
    app.after_request(_fresh)
    access.guard(app, door or Door())
    forms.guard(app)
    corner.put_in(app)
    app.jinja_env.globals.update(_WORDS, asset=_Assets())
    for pages in _PAGES:
        app.register_blueprint(pages)
    for name, prefix in PLACES.items():
        app.register_blueprint(year_pages, name=name, url_prefix=prefix)
    mount(app)
    return app


class _Assets:
    """Addresses of static files, each with the hash of its contents, so that browsers may keep them for good."""

    def __init__(self) -> None:
        self._hashes: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        known = self._hashes.get(name)
        if known is None:
            content = (_HERE / "static" / name).read_bytes()
            known = self._hashes[name] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=name, v=known)


def _fresh(answer: Response) -> Response:
    """Let browsers ask each time whether a page is still as they have it, and keep none that was made for somebody."""
    if request.endpoint == "static" or request.blueprint in {"api", "work_api"}:
        return answer
    answer.vary.update(("Cookie", "Accept-Language"))
    if g.get("personal", False) or access.signed_in() is not None:
        if not answer.cache_control.public:
            answer.headers["Cache-Control"] = "no-store"
        return answer
    answer.headers.setdefault("Cache-Control", "no-cache")
    if answer.status_code == 200 and "etag" in g and not answer.get_etag()[0]:
        answer.set_etag(g.etag)
    return answer


@cache
def _release() -> str:
    """Return what changes whenever a page could look different for the same figures; a process is of one release."""
    digest = hashlib.sha256(metadata.version("stars").encode())
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".html", ".py", ".css", ".js"} and "vendor" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
