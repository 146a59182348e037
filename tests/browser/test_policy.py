"""Nothing foreign runs, loads or frames a page: every answer says so, and a browser that obeys sees no violation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.served import KINDS, LOST, County
from tests.browser.watching import Seats, Visit, go

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FETCHING = {"edition about": "#outcome, [role=status] table, .good", "API": ".opblock-summary"}
"""What shows that a page which fetches more has got it."""
OTHERS = {
    "stylesheet": ("/static/stars.css", 200),
    "static not there": ("/static/nothing.css", 404),
    "static outside": ("/static/../app.py", 404),
    "first page": ("/", 302),
    "language": ("/language/en?next=/", 302),
    "CSV": ("/periods/2025/ranking/units.csv", 200),
    "workbook": ("/periods/2025/ranking/townships.xlsx", 200),
    "alive": ("/healthz", 200),
    "one found": ("/periods/2025/search?q=C0001", 302),
    "API description": ("/api/v1/openapi.json", 200),
    "API lost": ("/api/v1/nothing", 404),
    "wrong host part": ("/periods/1999/", 404),
}


def waited_for(page: Page, visit: Visit, fault: str) -> bool:
    """Return whether the watch has seen that fault, at most two seconds after it was planted."""
    for _ in range(40):
        if any(own.startswith(fault) for own in visit.settle()):
            return True
        page.wait_for_timeout(50)
    return False


def headers_of(county: County, address: str, status: int, **asked: str) -> dict[str, str]:
    answer = county.client.get(address, headers=asked)
    answer.close()
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    assert answer.headers.getlist("Content-Security-Policy") == [POLICY], address
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.headers


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_carries_the_policy(county: County, kind: str):
    headers_of(county, county.pages[kind], 404 if kind in LOST else 200)


@pytest.mark.parametrize("kind", OTHERS)
def test_every_other_answer_carries_the_policy(county: County, kind: str):
    headers_of(county, *OTHERS[kind])


def test_an_unchanged_page_carries_the_policy(county: County):
    """A 304 replaces the headers a browser kept: one without the policy would take it away."""
    for kind in ("overview", "unit", "criteria", "editions"):
        etag = headers_of(county, county.pages[kind], 200).get("ETag")
        assert etag, kind
        headers_of(county, county.pages[kind], 304, **{"If-None-Match": etag})


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_what_is_not_done_here_carries_the_policy(county: County, method: str):
    answer = getattr(county.client, method)("/periods/2025/")
    assert answer.status_code == (200 if method == "options" else 405)
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    "kind", [*FETCHING, "overview", "unit, all marks", "criteria set", "differences", "draft"]
)
def test_a_page_breaks_no_rule_of_its_policy(seats: Seats, county: County, kind: str):
    """Every visit of these tests is watched, to all kinds of page, for violations, errors in scripts, failed requests,
    and requests to elsewhere; here nothing else is done."""
    page = go(seats.page(), county.pages[kind], 404 if kind in LOST else 200)
    if kind in FETCHING:
        page.wait_for_selector(FETCHING[kind])


PLANTED = {
    "policy: style-src-attr": "document.body.setAttribute('style', 'color: red')",
    "policy: style-src-elem": "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))",
    "policy: script-src-elem": "document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
    "policy: script-src-attr": "document.body.setAttribute('onclick', '1')",
    "policy: img-src": "document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/a.png'}))",
    "policy: connect-src": "fetch('http://192.0.2.1/').catch(() => 0)",
    "console: planted": "console.error('planted')",
    "script: planted": "setTimeout(() => { throw 'planted' })",
    "answer: 404": "document.body.append(Object.assign(new Image(), {src: '/static/planted.svg'}))",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_the_watch_sees_a_planted_fault(browser, county: County, fault: str):
    """Negative control: a watch that never saw anything proves nothing."""
    visit = Visit(browser, county.base)
    try:
        page = go(visit.page(), county.pages["search, nothing asked"])
        assert visit.settle() == []
        page.evaluate(f"() => {{ {PLANTED[fault]}; }}")
        assert waited_for(page, visit, fault)
    finally:
        visit.close()


def test_the_watch_sees_a_request_to_elsewhere(browser, county: County):
    """The policy would stop it; a page whose policy had a hole would not, and is seen all the same."""
    visit = Visit(browser, county.base)
    try:
        page = visit.page()
        page.route(
            "**/planted",
            lambda route: route.fulfill(
                body="<script src='http://127.0.0.1:9/x.js'></script>", content_type="text/html"
            ),
        )
        page.goto(f"{county.base}/planted")
        assert waited_for(page, visit, "elsewhere: http://127.0.0.1:9/x.js")
    finally:
        visit.close()


def test_the_watch_over_a_browser_that_is_kept_tells_each_fault_once(browser, county: County):
    """Negative control: a fault belongs to the test in which it was made, and to no later one."""
    seats = Seats(Visit(browser, county.base))
    try:
        page = go(seats.page(), county.pages["search, nothing asked"])
        page.evaluate("() => { console.error('planted'); }")
        assert seats.told() == ["console: planted"]
        assert seats.page() is page
        assert seats.told() == []
    finally:
        seats.visit.close()
