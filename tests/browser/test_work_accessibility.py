"""Whoever works here gets to everything: every working page by WCAG 2.2 AA, on a phone, by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.browser.focus import FOCUSED, REACHABLE
from tests.browser.looks import AXE, EVERY_LOOK, ill_made, unfit
from tests.browser.watching import DESKTOP, PHONE, Seats, Visit, go
from tests.browser.year_pages import KINDS, WorkCounty, work_county
from tests.people import Visitor

PUBLIC = frozenset(
    {
        *("static", "front", "language", "editions", "edition", "period", "provisional", "criteria"),
        *("api-docs", "points"),
    }
)
"""Blueprints whose pages anybody sees, and those of a member's own points: they are tried elsewhere."""
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


@pytest.fixture(scope="module")
def base(work: WorkCounty) -> str:
    return work.base


Look = Callable[..., Page]


@pytest.fixture
def look(seats: Seats, work: WorkCounty) -> Look:
    """Return what gives the page of a kind as who looks at it has it, light, its script done with what it fetches."""

    def looked(kind: str, size: tuple[int, int] = DESKTOP, lang: str = "zh") -> Page:
        own = work.pages[kind]
        token = (lambda: work.token(own.who)) if own.who else None
        page = seats.page(own.who, size, lang, token=token, script=AXE if lang == "zh" else "")
        return settled(go(page, own.address))

    return looked


Words = Callable[[str], str]


@pytest.fixture(scope="module")
def words(work: WorkCounty) -> Words:
    """What gives the words of the page of a kind, asked for once."""
    return cache(lambda kind: work.client(work.pages[kind].who).get(work.pages[kind].address).text)


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
def test_axe_finds_nothing_and_every_screen_fits(look: Look, kind: str):
    """In light and dark, on a desktop and on a phone. What is only as wide as it is scrolled to is no matter."""
    page = look(kind)
    assert (ill_made(page), unfit(page)) == ({}, {})


@pytest.mark.parametrize(
    ("width", "theme"), [(own, theme) for own in (DESKTOP[0], PHONE[0]) for theme in ("light", "dark")]
)
def test_faint_words_are_found_on_one_screen_in_one_theme(look: Look, width: int, theme: str):
    """Negative control of the short way through widths and themes: the words are faint in one place only."""
    page = look("account")
    where = "(min-width: 800px)" if width == DESKTOP[0] else "(max-width: 800px)"
    grey = 60 if theme == "dark" else 200
    page.evaluate(
        """rule => { const own = new CSSStyleSheet(); own.replaceSync(rule); document.adoptedStyleSheets.push(own); }""",
        f"@media {where} {{ [data-bs-theme={theme}] h1 {{ color: rgb({grey}, {grey}, {grey}) !important; }} }}",
    )
    found = ill_made(page, looks=EVERY_LOOK)
    assert found.keys() == {(width, theme)}
    assert {own.partition(":")[0] for own in found[width, theme]} == {"color-contrast"}


def test_faint_words_are_found_in_the_two_looks_of_an_ordinary_run(look: Look):
    """Negative control: the two that differ most are asked for everything."""
    page = look("account")
    page.evaluate("() => { document.querySelector('h1').style.opacity = '0.3'; }")
    assert ill_made(page, looks=2).keys() == {(DESKTOP[0], "light"), (PHONE[0], "dark")}


def test_words_that_only_one_screen_shows_are_asked_for_their_colours(look: Look):
    """Negative control of what is painted otherwise: in the dark the desktop comes second."""
    page = look("account")
    page.evaluate(
        """rule => { const own = new CSSStyleSheet(); own.replaceSync(rule); document.adoptedStyleSheets.push(own); }""",
        "h1 { color: rgb(90, 90, 90) !important; } @media (max-width: 800px) { h1 { display: none; } }",
    )
    found = ill_made(page, looks=EVERY_LOOK)
    assert (DESKTOP[0], "dark") in found
    assert any(own.startswith("color-contrast") for own in found[DESKTOP[0], "dark"])


def settled(page: Page) -> Page:
    """Return the page once what its script fetches is there."""
    if page.evaluate("document.getElementById('grid') !== null"):
        page.locator("#saved").filter(has_text=re.compile("可以填写|Ready: changes are")).wait_for()
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_every_screen_fits_in_english(look: Look, kind: str):
    assert unfit(look(kind, PHONE, "en")) == {}


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
        assert own["shown"], own
        if int(own["place"]) != reached[-1]:
            reached.append(int(own["place"]))
    assert own["place"] is None
    one_of_each_choice = page.evaluate(
        """() => [...document.querySelectorAll("input[type=radio]")].filter(own => own.dataset.place
          && !own.checked && document.querySelector(`input[name="${own.name}"]:checked`)).map(own => +own.dataset.place)"""
    )
    assert reached == [own for own in everything if own not in one_of_each_choice]


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_can_be_sent_without_scripts(work: WorkCounty, words: Words, kind: str):
    """Each has an address that takes it, and the token without which nothing is taken."""
    for form in re.findall(r"<form\b.*?</form>", words(kind), re.DOTALL):
        head = form.partition(">")[0]
        action = re.search(r'action="([^"]*)"', head)
        address = action[1].replace("&amp;", "&") if action else work.pages[kind].address
        method = "POST" if 'method="post"' in head else "GET"
        assert endpoint_of(work, address, method) is not None, (method, address)
        assert method == "GET" or 'name="csrf"' in form, address


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_somewhere(
    work: WorkCounty, words: Words, answered: dict[str, dict[str, int]], kind: str
):
    """What somebody is shown a way to, they may see: no dead link, and none to a page that refuses them."""
    client, own = work.client(work.pages[kind].who), work.pages[kind]
    links = {
        link.replace("&amp;", "&").partition("#")[0]
        for link in re.findall(r'href="(/[^"]*)"', words(kind))
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
def test_headings_go_down_a_step_at_a_time(words: Words, kind: str):
    read = words(kind)
    levels = [int(own) for own in re.findall(r"<h([1-6])\b", read)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    assert re.search(r"<title>\s*[^·\s]", read)


@pytest.mark.parametrize("kind", KINDS)
def test_one_button_is_the_first_and_tables_say_what_they_hold(words: Words, kind: str):
    """A page has at most one thing to begin with; what waits behind a question is no second one."""
    read = words(kind)
    main = re.sub(r"<dialog.*?</dialog>", "", read.partition("<main")[2], flags=re.DOTALL)
    assert len(re.findall(r'class="primary"', main)) <= 1
    for table in re.findall(r"<table\b.*?</table>", read, re.DOTALL):
        assert "<caption" in table
        assert re.search(r'<th[^>]* scope="col"', table)
