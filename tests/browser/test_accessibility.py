"""Whoever cannot see, cannot hold a mouse, or has a small screen gets to everything: WCAG 2.2 AA, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.focus import FOCUSED, REACHABLE
from tests.browser.looks import AXE, TAGS, findings, ill_made, paint, resize, unfit
from tests.browser.measures import CUT, SQUEEZED, WIDE
from tests.browser.served import KINDS, LOST, County
from tests.browser.watching import DESKTOP, PHONE, Seats, Visit, go

SEEN = [
    own
    for own in KINDS
    if own not in {"units", "unit, all marks", "provisional units", "draft", "superseded"}
]
"""Every kind but those that are others with more rows or another sentence: axe takes seconds a page."""
FETCHED = {"API": ".opblock-summary", "edition about": "#outcome"}
"""What shows that a page which fetches more has got it."""


def opened(visit: Visit, county: County, kind: str, *how: Any) -> Page:
    return _open(visit.page(*how), county, kind)


def _open(page: Page, county: County, kind: str) -> Page:
    go(page, county.pages[kind], 404 if kind in LOST else 200)
    if kind in FETCHED:
        page.wait_for_selector(FETCHED[kind])
    return page


Look = Callable[..., Page]


@pytest.fixture
def look(seats: Seats, county: County) -> Look:
    """Return what gives the page of a kind in a language, light, with what its script fetches."""

    def looked(kind: str, size: tuple[int, int] = DESKTOP, lang: str = "zh") -> Page:
        return _open(seats.page("", size, lang, script=AXE if lang == "zh" else ""), county, kind)

    return looked


@pytest.mark.parametrize("kind", [own for own in SEEN if own != "API"])
def test_axe_finds_nothing_and_every_screen_fits(look: Look, kind: str):
    """In light and dark, on a desktop and on a phone; below 640 is also a desktop magnified to 200 %."""
    page = look(kind)
    assert (ill_made(page), unfit(page)) == ({}, {})


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_around_the_description_of_the_api(look: Look, size: tuple[int, int]):
    """The rest of that page is Swagger UI's own, and in light only."""
    assert findings(look("API", size), TAGS, {"exclude": [["#api"]]}) == []


@pytest.mark.parametrize(
    ("kind", "lang"),
    [*((own, "en") for own in SEEN if own != "API"), *(("unit, all marks", own) for own in ("zh", "en"))],
)
def test_every_page_fits_every_screen(look: Look, kind: str, lang: str):
    """In English too, whose words are of other lengths."""
    assert unfit(look(kind, PHONE, lang)) == {}


@pytest.mark.parametrize("kind", ["overview", "unit, gated", "edition about", "differences"])
def test_axe_finds_nothing_in_english(look: Look, kind: str):
    page = look(kind, PHONE, "en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert findings(page, TAGS) == []
    resize(page, DESKTOP)
    paint(page, "dark")
    assert findings(page, TAGS) == []


PLANTED = {
    "image-alt": "document.querySelector('main').append(new Image())",
    "color-contrast": "document.querySelector('h1').style.color = 'rgb(200, 200, 200)'",
    "label": "document.querySelector('label[for=search]').remove(); document.getElementById('search').placeholder = ''",
    "link-name": "document.querySelector('main').append(Object.assign(document.createElement('a'), {href: '/'}))",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
}


@pytest.mark.parametrize("rule", PLANTED)
def test_axe_finds_a_planted_fault(visit: Visit, county: County, rule: str):
    """Negative control: what never finds anything proves nothing."""
    page = opened(visit, county, "search, nothing asked")
    page.evaluate(f"() => {{ {PLANTED[rule]}; }}")
    assert [own.partition(":")[0] for own in findings(page, TAGS)] == [rule]


def test_a_colour_that_was_read_before_is_the_same(look: Look):
    """Negative control of reading each colour once: it is what axe reads, and another is not taken for it."""
    page = look("search, nothing asked")
    page.evaluate(
        "() => { window.read = words => { const own = new axe.commons.color.Color(); "
        "own.parseString(words); return [own.red, own.green, own.blue, own.alpha]; }; }"
    )
    colours = {
        "rgb(200, 100, 0)": [200, 100, 0, 1],
        "rgba(1, 2, 3, 0.5)": [1, 2, 3, 0.5],
        "#0f08": [0, 255, 0, 136 / 255],
    }
    for _ in range(2):
        for words, parts in colours.items():
            assert page.evaluate("words => window.read(words)", words) == pytest.approx(parts)


def test_what_does_not_fit_is_found(visit: Visit, county: County):
    """Negative control of the measures."""
    page = opened(visit, county, "search, nothing asked", PHONE)
    page.evaluate("() => { document.querySelector('h1').style.width = '500px'; }")
    assert page.evaluate(WIDE)[0] == "500 > 390" or "H1" in page.evaluate(WIDE)[1]
    assert page.evaluate(CUT) == []
    page.evaluate(
        "() => Object.assign(document.querySelector('h1').style, {width: '1em', overflow: 'hidden', whiteSpace: 'nowrap'})"
    )
    assert page.evaluate(WIDE) == []
    assert "H1" in page.evaluate(CUT)[0]
    page = opened(visit, county, "search", PHONE)
    page.evaluate("() => document.querySelector('main tbody td:last-child').replaceChildren('青石镇教育局')")
    page.evaluate(
        "() => { document.querySelector('main table').style.cssText = 'table-layout: fixed; width: 90px; min-width: 0'; }"
    )
    assert page.evaluate(SQUEEZED)


def test_the_keyboard_first_meets_the_way_past_the_menu(visit: Visit, county: County):
    page = opened(visit, county, "overview")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#main"
    assert page.evaluate(FOCUSED)["inside"]
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("overview", DESKTOP),
        ("unit", PHONE),
        ("townships", DESKTOP),
        ("units, none found", PHONE),
        ("criteria set", DESKTOP),
        ("edition about", PHONE),
        ("differences", DESKTOP),
    ],
)
def test_the_keyboard_reaches_everything_in_order_and_is_seen(
    visit: Visit, county: County, kind: str, size: tuple[int, int]
):
    """Tab from the top comes by everything that can be worked with, once, and leaves at the end: no trap."""
    page = opened(visit, county, kind, size)
    everything = page.evaluate(REACHABLE)
    reached = []
    for _ in range(len(everything) + 1):
        page.keyboard.press("Tab")
        own = page.evaluate(FOCUSED)
        if own["place"] is None:
            break
        assert own["seen"], own
        assert own["inside"], own
        assert own["shown"], own
        reached.append(int(own["place"]))
    assert reached == everything


def test_an_invisible_focus_is_found(visit: Visit, county: County):
    """Negative control of the focus that must be seen."""
    page = opened(visit, county, "search, nothing asked")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["seen"]
    page.evaluate("() => { document.activeElement.style.outline = 'none'; }")
    assert not page.evaluate(FOCUSED)["seen"]


def test_a_focus_under_a_bar_is_found(visit: Visit, county: County):
    """Negative control of the focus that nothing may cover whole."""
    page = opened(visit, county, "search, nothing asked")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["shown"]
    page.evaluate(
        """() => { const bar = document.body.appendChild(document.createElement("div"));
          bar.style.cssText = "position: fixed; inset: 0 0 auto; height: 50vh; z-index: 99; background: white"; }"""
    )
    assert not page.evaluate(FOCUSED)["shown"]


def test_a_criterion_opens_and_closes_by_the_keyboard(visit: Visit, county: County):
    page = opened(visit, county, "unit")
    line = page.locator("details.line").first
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    assert line.get_attribute("open") is not None
    assert line.locator("table").is_visible()
    page.keyboard.press("Space")
    assert line.get_attribute("open") is None


def test_the_theme_is_changed_by_the_keyboard(visit: Visit, county: County):
    page = opened(visit, county, "overview")
    page.locator("#theme").focus()
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate(FOCUSED)["seen"]


@pytest.mark.parametrize("kind", KINDS)
def test_headings_go_down_a_step_at_a_time(county: County, kind: str):
    words = county.client.get(county.pages[kind]).text
    levels = [int(own) for own in re.findall(r"<h([1-6])\b", words)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    assert re.search(r"<title>\s*[^·\s]", words)
