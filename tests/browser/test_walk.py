"""People's ways through the pages, as they go them: by clicking, by searching, on a desktop and on a phone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from scoring.units import Grouping
from tests.browser.served import OPEN, County
from tests.browser.watching import DESKTOP, PHONE, Seats, Visit, go

HOW = {
    "desktop, Chinese, light": (DESKTOP, "zh", "light"),
    "phone, Chinese, dark": (PHONE, "zh", "dark"),
    "desktop, English, dark": (DESKTOP, "en", "dark"),
    "phone, English, light": (PHONE, "en", "light"),
}
SHEET = {"zh": "得分明细", "en": "Score sheet"}
HEADS = {"zh": ["阶段", "评分人", "评分", "采用"], "en": ["Stage", "Evaluator", "Mark", "Counts"]}

CODE, NAME, INITIALS = "C0001", "城关街道文庙社区党支部", "cgjdwm"
TOWNSHIP = "城关街道"


@pytest.fixture(params=HOW)
def way(request: pytest.FixtureRequest, seats: Seats) -> tuple[Page, str]:
    """A page and its language, on a desktop and on a phone, in Chinese and English, light and dark."""
    size, lang, theme = HOW[request.param]
    page = seats.page(size=size, lang=lang)
    page.emulate_media(color_scheme=theme)
    return page, lang


def read_sheet(page: Page, county: County, lang: str) -> None:
    """See the branch's page: its published figures, and the marks behind a criterion."""
    entry = county.entry(CODE)
    expect(page.locator("h1")).to_have_text(NAME)
    expect(page.locator("#score")).to_contain_text(str(entry.score))
    expect(page.locator("#sheet")).to_have_text(SHEET[lang])
    for part in entry.parts:
        if part.value is not None and page.locator(f"[data-part-score='{part.part}']").count():
            expect(page.locator(f"[data-part-score='{part.part}']")).to_have_text(part.value)
    line = page.locator("details.line").first
    table = line.locator("table")
    expect(table).to_be_hidden()
    line.locator("summary").click()
    expect(table).to_be_visible()
    assert table.locator("thead th").all_inner_texts() == HEADS[lang]
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert rows
    assert all(evaluator and mark for _, evaluator, mark, _ in rows), rows
    assert len({stage for stage, *_ in rows}) > 1, rows


def bar_of(page: Page, name: str) -> Locator:
    """Return the links of that township's bar: the first is its name, the others its segments."""
    return page.locator("#chart-townships a", has=page.locator(f"title:has-text('{name}')"))


def test_from_a_bar_of_the_chart_to_the_marks_of_a_branch(way: tuple[Page, str], county: County):
    page, lang = way
    go(page, "/periods/2025/")
    bar_of(page, TOWNSHIP).first.click(position={"x": 8, "y": 8}, timeout=4_000)
    expect(page.locator("h1")).to_have_text(TOWNSHIP)
    page.locator(f"tr[data-unit='{CODE}'] a").click()
    read_sheet(page, county, lang)
    page.go_back()
    expect(page.locator("h1")).to_have_text(TOWNSHIP)
    page.go_back()
    expect(page.locator("#chart-townships")).to_be_visible()


def test_a_segment_of_a_bar_leads_to_the_branches_it_counts(way: tuple[Page, str], county: County):
    page, _ = way
    go(page, "/periods/2025/")
    page.locator("#chart-townships a[href*='stars=2&'], #chart-townships a[href$='stars=2']").last.click()
    found = page.locator("#ranking tbody tr")
    expect(found.first).to_be_visible()
    within = parse_qs(urlsplit(page.url).query)["township"][0]
    members = county.register.members(Grouping.TOWNSHIP, within)
    assert found.count() == sum(own.stars == 2 for own in members)


def test_from_the_ranking_of_townships_to_the_marks_of_a_branch(way: tuple[Page, str], county: County):
    page, lang = way
    go(page, "/")
    page.locator("nav .nav-list a").nth(2).click()
    expect(page).to_have_url(re.compile("/periods/2025/ranking/townships$"))
    page.locator(f"tr[data-group='{TOWNSHIP}'] th a").click()
    expect(page).to_have_url(re.compile("/periods/2025/townships/"))
    page.locator(f"tr[data-unit='{CODE}'] a").click()
    expect(page).to_have_url(re.compile(f"/periods/2025/units/{CODE}$"))
    read_sheet(page, county, lang)


def test_from_the_townships_that_want_most_to_their_page(page: Page):
    go(page, "/periods/2025/")
    link = page.locator("#table-wanting tbody a").first
    name = link.inner_text()
    link.click()
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize("words", [INITIALS, CODE.lower()], ids=["initials", "code"])
def test_to_a_branch_by_search(way: tuple[Page, str], county: County, words: str):
    page, lang = way
    go(page, "/")
    page.locator("#search").fill(words)
    page.keyboard.press("Enter")
    if (
        page.locator("main table").count()
        and words == INITIALS
        and page.url.split("?")[0].endswith("/search")
    ):
        page.locator("main table a", has_text=NAME).click()
    read_sheet(page, county, lang)


def test_a_search_shows_groups_and_branches(page: Page):
    go(page, "/periods/2025/")
    page.locator("#search").fill("cgjd")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("main .chips a").first).to_contain_text(TOWNSHIP)
    expect(page.locator("main table tbody tr")).to_have_count(5)
    expect(page.locator("#search")).to_have_value("cgjd")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_language_is_switched_and_stays(visit: Visit, size: tuple[int, int]):
    """The page stays the same page, with its query, and other pages and a new tab speak the same."""
    page = go(visit.page(size), "/periods/2025/ranking/units?stars=5&page=1")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/periods/2025/ranking/units\?stars=5&page=1$"))
    expect(page.locator("h1")).to_contain_text("Ranking")
    page.locator("#ranking tbody a").first.click()
    expect(page.locator("#sheet")).to_have_text("Score sheet")
    page.reload()
    expect(page.locator("#sheet")).to_have_text("Score sheet")
    other = go(page.context.new_page(), "/editions")
    expect(other.locator("html")).to_have_attribute("lang", "en")
    other.get_by_role("link", name="中文", exact=True).click()
    expect(other.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_theme_is_switched_and_stays(visit: Visit, size: tuple[int, int]):
    page = go(visit.page(size), "/periods/2025/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="深色").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    go(page, "/editions")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="浅色").click()
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_the_theme_is_the_systems_until_one_is_chosen(visit: Visit):
    page = go(visit.page(theme="dark"), "/periods/2025/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_years_are_switched_on_the_page_shown(page: Page):
    go(page, "/periods/2025/ranking/departments")
    years = page.locator(".years")
    expect(years.locator("a[aria-current]")).to_have_text("2025")
    years.get_by_role("link", name="2024", exact=True).click()
    expect(page).to_have_url(re.compile("/periods/2024/ranking/departments$"))
    expect(years.locator("a[aria-current]")).to_have_text("2024")
    expect(page.locator("h1")).to_contain_text("2024")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("2025")


def test_a_branch_leads_to_its_page_of_another_year(page: Page):
    go(page, f"/periods/2025/units/{CODE}")
    page.locator("section:has(#history) a", has_text="2024").click()
    expect(page).to_have_url(re.compile(f"2024.*/units/{CODE}$|/units/{CODE}$"))
    expect(page.locator(".years a[aria-current]")).to_have_text("2024")
    expect(page.locator("h1")).to_have_text(NAME)


def test_an_open_year_says_that_it_is_provisional(way: tuple[Page, str]):
    page, lang = way
    go(page, "/periods/2025/")
    page.locator(".years a").first.click()
    expect(page).to_have_url(re.compile(f"/provisional/{OPEN}/$"))
    expect(page.locator(".context strong").first).to_have_text({"zh": "暂计", "en": "Provisional"}[lang])
    page.locator("nav .nav-list a").nth(1).click()
    expect(page).to_have_url(re.compile(f"/provisional/{OPEN}/ranking/units$"))
    expect(page.locator(".context strong").first).to_be_visible()


def test_a_superseded_edition_says_so_and_leads_to_the_newer(page: Page, county: County):
    go(page, county.pages["superseded"])
    notice = page.locator(".context .warn")
    expect(notice).to_contain_text("已被新版本取代")
    page.locator(".nav-list a").nth(1).click()
    expect(notice).to_be_visible()
    notice.locator("a").click()
    expect(page.locator("h1")).to_contain_text("2025")
    expect(notice).to_have_count(0)


def test_a_draft_says_that_it_is_one(page: Page, county: County):
    go(page, county.pages["draft"])
    expect(page.locator(".context strong").first).to_have_text("公示稿")


def test_an_editions_pages_stay_in_the_edition(page: Page, county: County):
    """Whoever was sent the address of an edition reads that edition, wherever they go on it."""
    prefix = county.pages["superseded"]
    go(page, prefix)
    page.locator(".nav-list a").nth(2).click()
    assert prefix in page.url
    page.locator("#ranking tbody a").first.click()
    assert prefix in page.url
    page.locator("tr[data-unit] a").first.click()
    assert prefix in page.url
    page.locator(".facts a").first.click()
    assert prefix in page.url


def test_from_a_page_to_its_edition_and_what_it_says_of_itself(page: Page):
    go(page, "/periods/2025/")
    short = page.locator(".context .digest").first.inner_text()
    page.locator(".context .digest").first.click()
    expect(page).to_have_url(re.compile(f"/editions/{short}[0-9a-f]*/about$"))
    expect(page.locator("main")).to_contain_text(short)
    expect(page.locator("#outcome .good")).to_be_visible()


def test_from_a_criterion_on_the_sheet_to_what_earns_full_marks(page: Page):
    go(page, f"/periods/2025/units/{CODE}")
    line = page.locator("details.line").first
    title = line.locator(".title").inner_text()
    line.locator("summary").click()
    line.get_by_role("link", name="这一项怎样得满分").click()
    expect(page.locator(":target")).to_contain_text(title)
    expect(page.locator(":target")).to_be_in_viewport()


def test_a_ranking_is_filtered_sorted_and_turned_over(page: Page, county: County):
    go(page, "/periods/2025/ranking/units")
    rows = page.locator("#ranking tbody tr")
    expect(rows).to_have_count(100)
    page.locator(".pages a[rel=next]").first.click()
    expect(rows).to_have_count(len(county.register.entries) - 100)
    page.locator("#f-stars").select_option("5")
    page.locator(".filters button").click()
    five = sum(entry.stars == 5 for entry in county.register.entries)
    expect(rows).to_have_count(five)
    expect(page.locator("#f-stars")).to_have_value("5")
    page.locator("#ranking thead a").nth(1).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    names = page.locator("#ranking tbody th a").all_inner_texts()
    page.locator("#ranking thead a").nth(1).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    assert page.locator("#ranking tbody th a").all_inner_texts() == names[::-1]
    expect(rows).to_have_count(five)


def test_a_ranking_is_taken_home(page: Page):
    go(page, "/periods/2025/ranking/units?stars=5")
    for name, beginning in (("CSV", b"\xef\xbb\xbf"), ("Excel", b"PK")):
        with page.expect_download() as waiting:
            page.locator(".actions a", has_text=name).click()
        path = waiting.value.path()
        assert path.read_bytes().startswith(beginning)
        assert "2025" in waiting.value.suggested_filename


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everything_is_there_without_scripts(visit: Visit, county: County, size: tuple[int, int]):
    """No script, no less: only the theme's button and the print button are missing, and neither is seen."""
    page = go(visit.page(size, scripts=False), "/")
    assert not page.locator("#theme").is_visible()
    assert not page.locator("#print").is_visible()
    page.locator("#search").fill(CODE)
    page.keyboard.press("Enter")
    read_sheet(page, county, "zh")
    page.locator(".facts a", has_text=TOWNSHIP).click()
    expect(page.locator("h1")).to_have_text(TOWNSHIP)
    page.get_by_role("link", name="English", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator(".nav-list a").nth(1).click()
    page.locator("#f-stars").select_option("none")
    page.locator(".filters button").click()
    expect(page.locator("#ranking tbody tr")).to_have_count(
        sum(own.stars is None for own in county.register.entries)
    )


def test_a_lost_visitor_finds_back(page: Page):
    go(page, "/periods/2025/units/nothing", 404)
    expect(page.locator("h1")).to_have_text("没有这个页面")
    page.locator("main a.primary").click()
    expect(page).to_have_url(re.compile("/periods/2025/$"))


def test_the_button_prints(visit: Visit):
    page = visit.page()
    page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1; }")
    go(page, "/periods/2025/")
    page.locator("#print").click()
    assert page.evaluate("window.printed") == 1
