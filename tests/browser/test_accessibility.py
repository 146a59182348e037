"""Whoever cannot see, cannot hold a mouse, or has a small screen gets to everything: WCAG 2.2 AA, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.measures import CUT, SQUEEZED, WIDE, ill_fitting
from tests.browser.served import KINDS, LOST, County
from tests.browser.watching import DESKTOP, PHONE, SMALL, Visit, go

AXE = Axe()
TAGS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "preload": False,
}
SEEN = [
    own
    for own in KINDS
    if own not in {"units", "unit, all marks", "provisional units", "draft", "superseded"}
]
"""Every kind but those that are others with more rows or another sentence: axe takes seconds a page."""
FOREIGN = {"API": {"exclude": [["#api"]]}}
"""Of the description of the API only the frame around it is ours; the rest is Swagger UI's own."""
FETCHED = {"API": ".opblock-summary", "edition about": "#outcome"}
"""What shows that a page which fetches more has got it."""

REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter(own => own.tabIndex >= 0 && own.checkVisibility() && own.getBoundingClientRect().width > 0)
  .map((own, place) => { own.dataset.place = place; return place; })"""
"""Numbers everything that can be worked with."""
FOCUSED = """() => {
  const own = document.activeElement, style = getComputedStyle(own), box = own.getBoundingClientRect();
  return {place: own.dataset.place ?? null, tag: own.tagName, text: (own.textContent || own.id).trim().slice(0, 40),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight};
}"""


LARGE_LETTERS = (640, 450)
"""What is left of a desktop when it is magnified to 200 % (WCAG 1.4.4); at 400 % it is as wide as the smallest phone."""


def opened(visit: Visit, county: County, kind: str, *how: Any) -> Page:
    return _open(visit.page(*how), county, kind)


def _open(page: Page, county: County, kind: str) -> Page:
    go(page, county.pages[kind], 404 if kind in LOST else 200)
    if kind in FETCHED:
        page.wait_for_selector(FETCHED[kind])
    return page


@dataclass
class Readers:
    """One browser a language, in which page after page is opened."""

    visit: Visit
    county: County
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, kind: str, size: tuple[int, int] = DESKTOP, lang: str = "zh") -> Page:
        """Return the page of that kind, light."""
        if lang not in self.pages:
            self.pages[lang] = self.visit.page(size, lang)
        page = self.pages[lang]
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="light")
        return _open(page, self.county, kind)


@pytest.fixture(scope="module")
def everyone(browser: Browser, county: County) -> Iterator[Readers]:
    found = Readers(Visit(browser, county.base), county)
    yield found
    found.visit.close()


@pytest.fixture
def readers(everyone: Readers) -> Iterator[Readers]:
    yield everyone
    faults = everyone.visit.settle()
    told, faults[:] = list(faults), []
    assert not told, "\n".join(told)


def findings(page: Page, options: dict, context: Any = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    violations = page.evaluate(
        "([context, options]) => axe.run(context ?? document, options).then(own => own.violations)",
        [context, {"resultTypes": ["violations"]} | options],
    )
    return [
        f"{own['id']}: {' '.join(map(str, node['target']))} {node.get('failureSummary', '')}"
        for own in violations
        for node in own["nodes"]
    ]


@pytest.mark.parametrize("kind", SEEN)
def test_axe_finds_nothing(readers: Readers, kind: str):
    """On a desktop in light, and on a phone in dark: a theme's colours are the same on both."""
    page = readers.page(kind)
    assert findings(page, TAGS, FOREIGN.get(kind)) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    if kind != "API":
        paint(page, "dark")
    assert findings(page, TAGS, FOREIGN.get(kind)) == []


@pytest.mark.parametrize("kind", ["overview", "unit, gated", "edition about", "differences"])
def test_axe_finds_nothing_in_english(readers: Readers, kind: str):
    """In the other two: a phone in light, and a desktop in dark."""
    page = readers.page(kind, PHONE, "en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert findings(page, TAGS, FOREIGN.get(kind)) == []
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    paint(page, "dark")
    assert findings(page, TAGS, FOREIGN.get(kind)) == []


def paint(page: Page, theme: str) -> None:
    """Paint the page in the theme that the system asks for, as the visitor chose none."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)


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


@pytest.mark.parametrize("kind", [own for own in (*SEEN, "unit, all marks") if own != "API"])
def test_every_page_fits_every_screen(readers: Readers, kind: str):
    """In both languages, whose words are of different lengths; below 640 is also a desktop magnified to 200 %."""
    found = {}
    for lang in ("zh", "en"):
        page = readers.page(kind, PHONE, lang)
        for width, height in (PHONE, SMALL, LARGE_LETTERS, DESKTOP):
            page.set_viewport_size({"width": width, "height": height})
            if faults := ill_fitting(page):
                found[lang, width] = faults
    assert found == {}


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
        reached.append(int(own["place"]))
    assert reached == everything


def test_an_invisible_focus_is_found(visit: Visit, county: County):
    """Negative control of the focus that must be seen."""
    page = opened(visit, county, "search, nothing asked")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["seen"]
    page.evaluate("() => { document.activeElement.style.outline = 'none'; }")
    assert not page.evaluate(FOCUSED)["seen"]


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
