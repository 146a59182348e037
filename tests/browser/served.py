"""A county that has something to show on every page, served as it is for browsers, and where its pages are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from scoring.edition import State
from scoring.register import Entry, Register
from scoring.store.engine import Store
from scoring.units import Grouping
from scoring.workflow.demo_county import build_county
from scoring.workflow.read_county import contents_of, read_provisional, read_register
from web.app import create_app

SCALE = Fraction(1, 10)
"""The smallest county with two pages of branches, every domain, gates, and branches that are not rated."""

OPEN = "2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A county that is served at `base`: its newest final register, and addresses of its pages by kind."""

    base: str
    client: FlaskClient
    register: Register
    pages: dict[str, str]

    def entry(self, code: str) -> Entry:
        """Return the entry of that code."""
        return self.register.by_code[code]


class _Quiet(WSGIRequestHandler):
    """Writes no line a request."""

    def log(self, *told: object) -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Give the address at which *app* answers on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def demo_county(folder: Path) -> Iterator[County]:
    """Give a small demo county, built in *folder* and served."""
    url = f"sqlite:///{folder}/county.db"
    build_county(url, "stars", folder, scale=SCALE)
    store = Store.open(url, "stars")
    try:
        app = create_app(store, provisional_shown=True)
        with serving(app) as base:
            yield _county(base, app, store)
    finally:
        store.close()


def _county(base: str, app: Flask, store: Store) -> County:
    contents = contents_of(store)
    newest = contents.years[0]
    register = read_register(store, newest.id)
    before = next(own for own in contents.editions if own.id == newest.supersedes)
    draft = next(own for own in contents.editions if own.state is State.DRAFT and own.period == newest.period)
    year, last = f"/periods/{newest.period}", contents.years[1]
    still_open = read_provisional(store, OPEN).register
    refs = sorted(register.criteria)

    def unit(prefix: str, entry: Entry) -> str:
        return f"{prefix}/units/{quote(entry.unit.code)}"

    def group(kind: Grouping, path: str) -> str:
        return f"{year}/{path}/{quote(register.groups[kind][0].name)}"

    rated = next(own for own in register.entries if own.stars is not None and not own.held_back)
    in_part = next(own for own in still_open.entries if len(own.missing) == 1)
    pages = {
        "overview": f"{year}/",
        "units": f"{year}/ranking/units",
        "units, page 2": f"{year}/ranking/units?page=2",
        "units, none found": f"{year}/ranking/units?q=zzzzzz",
        "townships": f"{year}/ranking/townships",
        "departments": f"{year}/ranking/departments",
        "domains": f"{year}/ranking/domains",
        "unit": unit(year, rated),
        "unit, all marks": unit(year, rated) + "?marks=all",
        "unit, gated": unit(year, next(own for own in register.entries if own.held_back)),
        "unit, not rated": unit(year, next(own for own in register.entries if own.missing)),
        "township": group(Grouping.TOWNSHIP, "townships"),
        "department": group(Grouping.DEPARTMENT, "departments"),
        "domain": group(Grouping.DOMAIN, "domains"),
        "search": f"{year}/search?q=qs",
        "search, nothing found": f"{year}/search?q=zzzzzz",
        "search, nothing asked": f"{year}/search",
        "provisional": f"/provisional/{OPEN}/",
        "provisional units": f"/provisional/{OPEN}/ranking/units",
        "provisional unit": unit(f"/provisional/{OPEN}", in_part),
        "superseded": f"/editions/{before.id[:12]}/",
        "draft": f"/editions/{draft.id[:12]}/",
        "year before": f"/periods/{last.period}/",
        "criteria": "/criteria",
        "criteria set": f"/criteria/{refs[0]}",
        "criteria compared": f"/criteria/compare?before={refs[0]}&after={refs[1]}",
        "criteria set unknown": "/criteria/none@1",
        "editions": "/editions",
        "edition about": f"/editions/{newest.id[:12]}/about",
        "differences": f"/differences?before={before.id}&after={newest.id}",
        "differences, not chosen": "/differences",
        "API": "/api/docs",
        "no such page": "/nowhere",
    }
    return County(base=base, client=app.test_client(), register=register, pages=pages)


KINDS = (
    "overview",
    "units",
    "units, page 2",
    "units, none found",
    "townships",
    "departments",
    "domains",
    "unit",
    "unit, all marks",
    "unit, gated",
    "unit, not rated",
    "township",
    "department",
    "domain",
    "search",
    "search, nothing found",
    "search, nothing asked",
    "provisional",
    "provisional units",
    "provisional unit",
    "superseded",
    "draft",
    "criteria",
    "criteria set",
    "criteria compared",
    "criteria set unknown",
    "editions",
    "edition about",
    "differences",
    "differences, not chosen",
    "API",
    "no such page",
)
"""Every kind of page there is."""
LOST = frozenset({"criteria set unknown", "no such page"})
"""The kinds that are answered with 404."""
