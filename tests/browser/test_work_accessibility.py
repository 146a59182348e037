"""Whoever works here gets to everything: every working page by WCAG 2.2 AA, on a phone, by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from tests.browser.measures import ill_fitting
from tests.browser.test_accessibility import FOCUSED, LARGE_LETTERS, REACHABLE, TAGS, findings, paint
from tests.browser.watching import DESKTOP, PHONE, SMALL, Visit, go
from tests.browser.year_pages import KINDS, WorkCounty, work_county
from tests.people import Visitor

PUBLIC = frozenset(
    {
        *("static", "front", "language", "editions", "edition", "period", "provisional", "criteria"),
        *("api-docs", "points"),
    }
)
"""Blueprints whose pages anybody sees, and those of a member's own points: they are tried elsewhere."""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "preload": False}
"""What axe asks of colours."""
PAINTED = """() => {
  const looks = new Map(), all = [...document.body.querySelectorAll("*")];
  const look = own => {
    if (!own || own === document.documentElement) return "";
    if (!looks.has(own)) {
      const style = getComputedStyle(own);
      looks.set(own, [look(own.parentElement), style.color, style.backgroundColor, style.backgroundImage, style.opacity,
        style.fontSize, style.fontWeight, style.position, style.textDecorationLine, style.textShadow, style.filter].join());
    }
    return looks.get(own);
  };
  const now = all.map(own => own.checkVisibility() && own.getClientRects().length ? look(own) : "");
  const before = window.paintedBefore ?? [];
  window.paintedBefore = now;
  all.forEach((own, place) => own.toggleAttribute("data-otherwise", now[place] !== "" && now[place] !== before[place]));
  return document.querySelectorAll("[data-otherwise]").length;
}"""
"""Marks what is to be seen and is painted otherwise, or was not to be seen, when this was asked before."""
NO_PAGES = frozenset(
    {
        "evidence.file",
        "evidence.preview",
        "gates.document",
        "objections.document",
        "marking.cells",
        "marking.worksheet_file",
        "people_files.template",
        "points_work.claim_file",
        "points_work.first",
    }
)
"""What is answered with a file, a picture or JSON."""
WALKED = (
    "desk, secretary",
    "account",
    "people",
    "person",
    "roles",
    "progress",
    "branch, sent back",
    "evidence",
    "queue",
    "sheet, superior",
    "moderation",
    "gates",
    "objection",
    "publishing",
    "log",
    "points, claims",
    "points, award",
    "points, branch",
    "points, reversals",
)
"""The pages on which most work is done."""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkCounty]:
    with work_county(tmp_path_factory.mktemp("work")) as found:
        yield found


@dataclass
class Seats:
    """Where people sit: one browser each and language, in which page after page is opened."""

    visit: Visit
    work: WorkCounty
    taken: dict[tuple[str, str], Page] = field(default_factory=dict)

    def page(self, kind: str, size: tuple[int, int] = DESKTOP, lang: str = "zh") -> Page:
        """Return the page of that kind as who looks at it has it, light, its script done with what it fetches."""
        seat = self.work.pages[kind].who, lang
        if seat not in self.taken:
            self.taken[seat] = self.work.page(self.visit, kind, size, lang)
        else:
            page = self.taken[seat]
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme="light")
            go(page, self.work.pages[kind].address)
        return settled(self.taken[seat])


@pytest.fixture
def visit(browser: Browser, work: WorkCounty) -> Iterator[Visit]:
    found = Visit(browser, work.base)
    try:
        yield found
        faults = found.settle()
    finally:
        found.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def everyone(browser: Browser, work: WorkCounty) -> Iterator[Seats]:
    found = Seats(Visit(browser, work.base), work)
    yield found
    found.visit.close()


@pytest.fixture
def seats(everyone: Seats) -> Iterator[Seats]:
    yield everyone
    faults = everyone.visit.settle()
    told, faults[:] = list(faults), []
    assert not told, "\n".join(told)


def endpoint_of(work: WorkCounty, address: str, method: str = "GET") -> str | None:
    """Return what answers at *address*, None where nothing does."""
    own = work.app.url_map.bind("localhost")
    try:
        return own.match(address.partition("?")[0].partition("#")[0], method=method)[0]
    except HTTPException:
        return None


def test_every_working_page_is_tried(work: WorkCounty):
    """A new page is listed in `year_pages`, or it is none; a page that is gone is listed no more."""
    asked = {endpoint_of(work, own.address) for own in work.pages.values()}
    there = {
        rule.endpoint
        for rule in work.app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.endpoint.partition(".")[0] not in PUBLIC
        and not rule.rule.startswith("/api")
    }
    assert asked == there - NO_PAGES


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_every_screen_fits(seats: Seats, kind: str):
    """In light and dark, on a desktop and on a phone. What is only as wide as it is scrolled to is no matter."""
    page = seats.page(kind)
    assert (ill_made(page), unfit(page)) == ({}, {})


def ill_made(page: Page) -> dict[tuple[int, str], list[str]]:
    """Return by width and theme what axe finds: of a desktop in light and of a phone in dark, everything.

    Then the theme's colours are known; of the other width only what is painted otherwise there is asked for its colours.
    """
    found = {}
    for theme, first, second in (("light", DESKTOP, PHONE), ("dark", PHONE, DESKTOP)):
        resize(page, first)
        paint(page, theme)
        found[first[0], theme] = findings(page, TAGS)
        page.evaluate(PAINTED)
        resize(page, second)
        if page.evaluate(PAINTED):
            found[second[0], theme] = findings(page, COLOURS, "[data-otherwise]")
    return {where: faults for where, faults in found.items() if faults}


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def unfit(page: Page) -> dict[int, list[str]]:
    """Return by width of the screen what does not fit it."""
    found = {}
    for width, height in (PHONE, SMALL, LARGE_LETTERS, DESKTOP):
        resize(page, (width, height))
        if faults := ill_fitting(page):
            found[width] = faults
    return found


@pytest.mark.parametrize(
    ("width", "theme"), [(own, theme) for own in (DESKTOP[0], PHONE[0]) for theme in ("light", "dark")]
)
def test_faint_words_are_found_on_one_screen_in_one_theme(seats: Seats, width: int, theme: str):
    """Negative control of the short way through widths and themes: the words are faint in one place only."""
    page = seats.page("account")
    where = "(min-width: 800px)" if width == DESKTOP[0] else "(max-width: 800px)"
    grey = 60 if theme == "dark" else 200
    page.evaluate(
        """rule => { const own = new CSSStyleSheet(); own.replaceSync(rule); document.adoptedStyleSheets.push(own); }""",
        f"@media {where} {{ [data-bs-theme={theme}] h1 {{ color: rgb({grey}, {grey}, {grey}) !important; }} }}",
    )
    found = ill_made(page)
    assert found.keys() == {(width, theme)}
    assert {own.partition(":")[0] for own in found[width, theme]} == {"color-contrast"}


def test_words_that_only_one_screen_shows_are_asked_for_their_colours(seats: Seats):
    """Negative control of what is painted otherwise: in the dark the desktop comes second."""
    page = seats.page("account")
    page.evaluate(
        """rule => { const own = new CSSStyleSheet(); own.replaceSync(rule); document.adoptedStyleSheets.push(own); }""",
        "h1 { color: rgb(90, 90, 90) !important; } @media (max-width: 800px) { h1 { display: none; } }",
    )
    found = ill_made(page)
    assert (DESKTOP[0], "dark") in found
    assert any(own.startswith("color-contrast") for own in found[DESKTOP[0], "dark"])


def settled(page: Page) -> Page:
    """Return the page once what its script fetches is there."""
    if page.locator("#grid").count():
        page.locator("#saved").filter(has_text=re.compile("可以填写|Ready: changes are")).wait_for()
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_every_screen_fits_in_english(seats: Seats, kind: str):
    assert unfit(seats.page(kind, PHONE, "en")) == {}


@pytest.mark.parametrize("kind", WALKED)
def test_the_keyboard_reaches_everything_in_order_and_is_seen(visit: Visit, work: WorkCounty, kind: str):
    """Tab from the top comes by everything that can be worked with, and leaves at the end: no trap.

    A field for a day is come by as often as it has parts; of choices that exclude each other only the one that is made.
    """
    page = settled(work.page(visit, kind))
    page.locator(".skip").focus()
    everything = page.evaluate(REACHABLE)
    reached = [0]
    for _ in range(4 * len(everything)):
        page.keyboard.press("Tab")
        own = page.evaluate(FOCUSED)
        if own["place"] is None:
            break
        assert own["seen"], own
        assert own["inside"], own
        if int(own["place"]) != reached[-1]:
            reached.append(int(own["place"]))
    assert own["place"] is None
    one_of_each_choice = page.evaluate(
        """() => [...document.querySelectorAll("input[type=radio]")].filter(own => own.dataset.place
          && !own.checked && document.querySelector(`input[name="${own.name}"]:checked`)).map(own => +own.dataset.place)"""
    )
    assert reached == [own for own in everything if own not in one_of_each_choice]


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_can_be_sent_without_scripts(work: WorkCounty, kind: str):
    """Each has an address that takes it, and the token without which nothing is taken."""
    read = work.client(work.pages[kind].who).get(work.pages[kind].address)
    for form in re.findall(r"<form\b.*?</form>", read.text, re.DOTALL):
        head = form.partition(">")[0]
        action = re.search(r'action="([^"]*)"', head)
        address = action[1].replace("&amp;", "&") if action else work.pages[kind].address
        method = "POST" if 'method="post"' in head else "GET"
        assert endpoint_of(work, address, method) is not None, (method, address)
        assert method == "GET" or 'name="csrf"' in form, address


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_somewhere(work: WorkCounty, answered: dict[str, dict[str, int]], kind: str):
    """What somebody is shown a way to, they may see: no dead link, and none to a page that refuses them."""
    client, own = work.client(work.pages[kind].who), work.pages[kind]
    links = {
        link.replace("&amp;", "&").partition("#")[0]
        for link in re.findall(r'href="(/[^"]*)"', client.get(own.address).text)
        if not link.startswith(("/static/", "/language/"))
    }
    for link in sorted(links - answered.get(own.who, {}).keys()):
        answered.setdefault(own.who, {})[link] = status_of(client, link)
    assert {link: answered[own.who][link] for link in links if answered[own.who][link] >= 400} == {}


@pytest.fixture(scope="module")
def answered() -> dict[str, dict[str, int]]:
    """How each link was answered to each person, since most are on every page."""
    return {}


def status_of(client: Visitor, address: str) -> int:
    with client.get(address) as answer:
        return answer.status_code


@pytest.mark.parametrize("kind", KINDS)
def test_headings_go_down_a_step_at_a_time(work: WorkCounty, kind: str):
    words = work.client(work.pages[kind].who).get(work.pages[kind].address).text
    levels = [int(own) for own in re.findall(r"<h([1-6])\b", words)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    assert re.search(r"<title>\s*[^·\s]", words)


@pytest.mark.parametrize("kind", KINDS)
def test_one_button_is_the_first_and_tables_say_what_they_hold(work: WorkCounty, kind: str):
    """A page has at most one thing to begin with; what waits behind a question is no second one."""
    words = work.client(work.pages[kind].who).get(work.pages[kind].address).text
    main = re.sub(r"<dialog.*?</dialog>", "", words.partition("<main")[2], flags=re.DOTALL)
    assert len(re.findall(r'class="primary"', main)) <= 1
    for table in re.findall(r"<table\b.*?</table>", words, re.DOTALL):
        assert "<caption" in table
        assert re.search(r'<th[^>]* scope="col"', table)
