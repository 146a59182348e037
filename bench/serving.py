"""A county of 2,000 units served: its whole ranking as JSON, a page of it, and a service started again.

A ranking is asked for through gunicorn as `stars serve` sets it up, one worker of eight threads, by clients that keep
their connections; and once more without a server, where nothing but the application is timed. The page is rendered
anew each time for a browser that does not have it. The county is kept in a SQLite file.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.answers import CountyAnswer, check_equal
from bench.clients import Clients
from bench.cohorts import Cohort
from bench.exact import exact_county
from bench.offices import PERIOD, open_store, write_files, write_marks
from bench.peers import empty
from bench.peers.page import COLUMNS, BarePage
from bench.reading import cells
from bench.rounds import Comparison, Contender
from bench.services import REQUESTS, InProcess, Served, Start
from scoring.edition import State
from scoring.store.engine import Store
from scoring.workflow.import_marks import import_marks
from scoring.workflow.publication import SignedBy, publish_period
from web.app import create_app
from web.settings import Settings, settings

_HALF, _FOUR_FIFTHS, _PAGE, _START = 2, 1.25, 2, 3
"""The limits: half the requests a second is twice the time, 80 % of them 1.25 times."""

_EVERY, _SLOW = 3, 5
"""Samples are taken in every so many rounds."""

_ROWS = 100
_BROWSER = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


def serving_comparisons(cohort: Cohort, folder: Path, stack: ExitStack) -> list[Comparison]:
    """Return what is compared, every answer checked; services end with *stack*."""
    found, edition = _published(cohort, folder)
    store = Store.open(found.database_url, found.database_schema)
    stack.callback(store.close)
    app = create_app(store, found.trusted_hosts)
    whole = InProcess(app, f"/api/v1/editions/{edition}/ranking")
    told = json.loads(whole.run())["units"]
    _check_ranking(told, exact_county(cohort))
    known = InProcess(app, f"/api/v1/editions/{edition}/ranking", {"If-None-Match": f'"{edition}"'})
    start = Start(found)
    stack.callback(start.close)
    return [
        *_rankings(whole, known, found, stack),
        *_pages(partial(InProcess, app, f"/editions/{edition}/ranking/units", _BROWSER), told[:_ROWS]),
        Comparison(
            work="a second start of `stars serve`",
            ours=Contender(name="stars serve", run=start.run, reset=start.close, every=_SLOW),
            other=Contender(
                name='python -c "import web.wsgi"', run=start.bare, reset=start.close, every=_SLOW
            ),
            limit=_START,
        ),
    ]


def _pages(request: Callable[[], InProcess], units: Sequence[dict]) -> list[Comparison]:
    """Return what is compared of a page of *units*."""
    again, anew, bare = request(), request(), BarePage(units)
    rows = cells(bare.run(), len(COLUMNS))
    for name, page in (("the page", again.run()), ("the page, anew", anew.run_anew())):
        check_equal(name, cells(page.decode(), len(COLUMNS)), rows)
    assert (len(rows), again.status, anew.status) == (_ROWS, "200 OK", "200 OK")
    other = Contender(name="bare Jinja on the same rows", run=bare.run, calls=10)
    return [
        Comparison(work=name, ours=Contender(name=name, run=run, calls=3), other=other, limit=limit)
        for name, run, limit in (
            (f"a page of {_ROWS} rows, with its layout", again.run, _PAGE),
            ("– at an address nobody asked before", anew.run_anew, None),
        )
    ]


def _rankings(whole: InProcess, known: InProcess, found: Settings, stack: ExitStack) -> list[Comparison]:
    """Return what is compared of the ranking as JSON, asked for anew and by those who have it."""
    floor = InProcess(empty.app, "/")
    check_equal("the empty view", [floor.run()], [empty.ANSWER])
    clients = Clients()
    stack.callback(clients.close)
    ours = Served(["-P", "-m", "web.serving"], found.environment(), clients)
    stack.callback(ours.close)
    bare = Served(["-m", "bench.peers.empty"], {}, clients)
    stack.callback(bare.close)
    served, in_process = {}, {}
    for name, service, request in (
        ("empty Flask view", bare, floor),
        ("ranking of 2,000 as JSON", ours, whole),
        ("– told that nothing changed", ours, known),
    ):
        asked = request.asked()
        service.check(name, asked)
        asking = f"{REQUESTS:,} × {name}, HTTP"
        served[request] = Contender(name=asking, run=partial(service.run, asked), every=_EVERY)
        in_process[request] = Contender(name=f"{name}, in process", run=request.run, calls=50)
    assert known.status.startswith("304 ")
    return [
        Comparison(work=of[ours].name, ours=of[ours], other=of[floor], limit=limit)
        for of, limits in ((served, (_HALF, _FOUR_FIFTHS)), (in_process, (None, None)))
        for ours, limit in zip((whole, known), limits, strict=True)
    ]


def _published(cohort: Cohort, folder: Path) -> tuple[Settings, str]:
    """Return the settings of a county that has published *cohort*, and its edition's id."""
    files = folder / "files-served"
    url = f"sqlite:///{folder / 'served.db'}"
    store = open_store(url, write_files(cohort, files))
    for path in write_marks(cohort, files):
        import_marks(store, PERIOD, path)
    scores = exact_county(cohort).scores
    excused = {code: "免评" for code, score in scores.items() if score is None}
    signed = SignedBy(prepared="张三", confirmed="李四")
    edition = publish_period(store, PERIOD, signed, State.FINAL, excused=excused)
    store.close()
    found = replace(settings(), database_url=url, database_schema="stars")
    return found, edition.id


def _check_ranking(units: Sequence[dict], right: CountyAnswer) -> None:
    """Raise Unequal unless *units* are all there are, with the figures that an exact program finds, in their order."""
    scores = {
        own["unit"]: None if own["score"] is None else round(100 * float(own["score"])) for own in units
    }
    ranks = {
        (within, own["unit"]): rank
        for own in units
        for within, rank in {"county": own["rank"], **own["ranks"]}.items()
    }
    check_equal("the ranking's scores", scores, right.scores)
    check_equal("the ranking's stars", {own["unit"]: own["stars"] for own in units}, right.stars)
    check_equal("the ranking's ranks", ranks, right.ranks)
    places = [(own["rank"] is None, own["rank"], own["unit"]) for own in units]
    check_equal("the ranking's order", places, sorted(places))
