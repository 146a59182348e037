"""Every rule of the application is answered as the table of rights says: to every role, here and there, in every phase."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from scoring.periods import Phase
from tests.databases import sqlite_in
from tests.sizes import MATRIX_PHASES
from tests.web.matrix.counties import OTHER, OWN, PERIOD, County, county_in
from tests.web.matrix.needs import At
from tests.web.matrix.table import LINES, Line
from tests.workflow.county import store_at
from web.app import create_app

METHODS = {"HEAD", "OPTIONS"}
PHASES = list(Phase)
PLANTED = {"people.listed", "work_api.gate_confirmed"}
ASKING = (
    "administrator",
    "evaluator",
    "moderator",
    "superior",
    "secretary",
    "member",
    "merchant",
    "leader",
    "auditor",
    "recused",
    "visitor",
)


@pytest.fixture(scope="module", params=PHASES)
def county(request, tmp_path_factory) -> Iterator[County]:
    with county_in(tmp_path_factory.mktemp(request.param), request.param) as found:
        yield found


def _unlisted(app: Flask, lines: list[Line]) -> set[tuple[str, str]]:
    """Return the rules of *app*, by endpoint and method, that are not in *lines*."""
    rules = {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - METHODS
    }
    return rules - {(line.endpoint, line.method) for line in lines}


def test_every_rule_is_listed_with_what_it_needs(tmp_path):
    """A rule that nobody wrote down is one that nobody thought about."""
    with store_at(sqlite_in(tmp_path)) as store:
        app = create_app(store)
    assert _unlisted(app, LINES) == set()
    rules = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods}
    assert {(line.endpoint, line.method) for line in LINES} <= rules


def test_a_rule_that_is_not_listed_is_found():
    """Negative control: a page put in without a word."""
    app = Flask("planted")
    app.add_url_rule("/everything", "everything", lambda: "all marks", methods=["GET", "POST"])
    assert ("everything", "POST") in _unlisted(app, LINES)


def _asked(county: County, line: Line, who: str, unit: str) -> int:
    """Return the status that *who* is answered with; 401 stands for being led to the sign-in page."""
    values = dict(line.values(county, unit))
    address = county.app.url_map.bind("localhost").build(line.endpoint, values, method=line.method)
    headers = {"Idempotency-Key": uuid.uuid4().hex} if line.method == "POST" else {}
    answer = county.browsers[who].open(
        address, method=line.method, headers=headers, **line.sent(county, unit)
    )
    answer.close()
    if (
        answer.status_code in {302, 303}
        and urlsplit(answer.location).path == "/sign-in"
        and line.endpoint != "sign_in.leave"
    ):
        return 401
    return answer.status_code


def _fits(county: County, line: Line, who: str, unit: str, status: int) -> bool:
    """Return whether that *status* is what the table says."""
    actor = county.people.get(who)
    assert actor is not None
    at = At(PERIOD, county.phase, county.units[unit], county.assigned(who, unit))
    if status >= 500 and status != 503:
        return False
    absent = county.phase in line.absent
    if line.need.test(actor, at):
        return status == 404 if absent else status not in {401, 403}
    if line.need.hidden:
        return status == 404
    if actor.person is None:
        return status in {401, 403}
    return status == 403 or (absent and status == 404)


def _cells(phase: Phase) -> Iterator[tuple[Line, str, str]]:
    """Yield who asks what about which unit, in turn in so many phases as the size says; what takes no right, in one.

    So each operation is asked in every phase, whatever the size: there are more roles than phases.
    """
    for place, line in enumerate(LINES):
        phases = 1 if line.need.plain else MATRIX_PHASES
        for unit in (OWN, OTHER) if line.need.by_unit else (OWN,):
            for turn, who in enumerate(ASKING):
                if (PHASES.index(phase) - place - turn) % len(PHASES) >= phases:
                    continue
                if who != "recused" or line.need.by_unit:
                    yield line, unit, who


def test_every_cell_is_as_the_table_of_rights_says(county):
    """Allowed: neither refused nor led to sign in, whatever else stands in the way. Refused: for the right, first of all."""
    wrong, answers = [], Counter[str]()
    for line, unit, who in _cells(county.phase):
        status = _asked(county, line, who, unit)
        answers["refused" if status in {401, 403, 404} else "answered"] += 1
        if not _fits(county, line, who, unit, status):
            wrong.append(f"{line.method} {line.endpoint} {dict(line.values(county, unit))} {who}: {status}")
    assert not wrong, "\n".join(wrong)
    assert answers["refused"] > 1_000 * MATRIX_PHASES // len(PHASES)
    assert answers["answered"] > 300 * MATRIX_PHASES // len(PHASES)


def test_the_cells_are_many_and_none_is_left_out():
    """Every rule, every role, here and there, and every rule in every phase; in a whole run every role in every phase."""
    cells = [(phase, *cell) for phase in PHASES for cell in _cells(phase)]
    assert len(cells) > 5_000
    asked = {(line.endpoint, line.method, unit, who) for _, line, unit, who in cells}
    assert {
        (line.endpoint, line.method, unit, who)
        for line in LINES
        for unit in ((OWN, OTHER) if line.need.by_unit else (OWN,))
        for who in ASKING
        if who != "recused" or line.need.by_unit
    } == asked
    there = {(phase, line.endpoint, line.method) for phase, line, *_ in cells}
    assert {*Counter(own[1:] for own in there).values()} == {len(PHASES)}
    times = Counter((id(line), unit, who) for _, line, unit, who in cells if not line.need.plain)
    assert {*times.values()} == {min(MATRIX_PHASES, len(PHASES))}


@pytest.mark.parametrize(
    "line",
    [line for line in LINES if line.endpoint in PLANTED],
    ids=lambda line: line.endpoint,
)
def test_a_view_that_asks_nobody_is_found(county, line):
    """Negative control: the view without its question is answered to all, and the matrix says so."""
    view = county.app.view_functions[line.endpoint]
    county.app.view_functions[line.endpoint] = lambda **_: "everything"
    try:
        wrong = [who for who in ASKING if not _fits(county, line, who, OWN, _asked(county, line, who, OWN))]
    finally:
        county.app.view_functions[line.endpoint] = view
    assert {"visitor", "merchant"} <= set(wrong)
