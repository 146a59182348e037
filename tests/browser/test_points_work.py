"""Claims decided by keyboard, attendance pasted, and the page for leaders on one sheet of paper, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from scoring.spreadsheet.neutral import csv_bytes
from tests.browser.watching import DESKTOP, PHONE, Visit
from tests.browser.year_pages import WorkCounty, work_county
from tests.uploads.bytes_of import photo


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkCounty]:
    with work_county(tmp_path_factory.mktemp("work")) as found:
        yield found


@pytest.fixture(scope="module")
def base(work: WorkCounty) -> str:
    return work.base


def waiting(page: Page) -> list[str]:
    return page.locator("[data-claim]").evaluate_all("own => own.map((one) => one.dataset.claim)")


def here(page: Page) -> str:
    """Return the number of the claim that has the focus."""
    return page.evaluate("document.activeElement.closest('[data-claim]')?.dataset.claim ?? ''")


def test_three_claims_are_decided_by_keyboard_without_losing_one_s_place(visit: Visit, work: WorkCounty):
    """Enter posts, T and a reason send back; what was typed beside another claim is still there."""
    page = work.page(visit, "points, claims", DESKTOP)
    first, second, third, *rest = waiting(page)
    page.locator(f"#reason-{rest[-1]}").fill("先放着")
    page.locator(f"#claim-{first} [data-tick]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#claim-{first}")).to_have_count(0)
    assert here(page) == second
    page.keyboard.press("ArrowDown")
    assert here(page) == third
    page.keyboard.press("ArrowUp")
    page.keyboard.press("t")
    page.keyboard.type("没有签到表")
    page.keyboard.press("Enter")
    expect(page.locator(f"#claim-{second}")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(f"#claim-{third}")).to_have_count(0)
    assert waiting(page) == rest
    assert page.locator(f"#reason-{rest[-1]}").input_value() == "先放着"
    expect(page.locator("#decided")).to_contain_text("没有签到表")


def test_the_bar_for_many_covers_no_claim_until_one_is_ticked(visit: Visit, work: WorkCounty):
    """It then stays in sight wherever one is in the list, and on a telephone lies at its end."""
    page = work.page(visit, "points, claims", DESKTOP)
    how = "getComputedStyle(document.querySelector('.claims-bar')).position"
    assert page.evaluate(how) == "static"
    tick = page.locator("[data-tick]").first
    tick.check()
    assert page.evaluate(how) == "sticky"
    expect(page.locator(".claims-bar .primary")).to_be_in_viewport()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate(how) == "static"


def test_sending_back_without_a_reason_says_so_beside_the_claim(visit: Visit, work: WorkCounty):
    page = work.page(visit, "points, claims", DESKTOP)
    first = waiting(page)[0]
    page.locator(f"#reason-{first}").press("Enter")
    expect(page.locator(f"#claim-{first} [role=alert]")).to_be_visible()
    assert here(page) == first
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-tick]')")
    assert [own.partition(" http")[0] for own in visit.settle()] == ["answer: 409"], "asked in vain, once"
    visit.faults.clear()


def test_who_came_is_pasted_and_claimed_for(visit: Visit, work: WorkCounty):
    page = work.page(visit, "points, award", DESKTOP)
    page.locator("#item").select_option("group_meeting")
    page.locator("#event").fill("党小组会")
    page.locator("#pasted").fill("王秀英\nQS-003\n王二麻子")
    page.locator("main .primary").click()
    expect(page.locator("#pasted-faults")).to_contain_text("第 3 行")
    assert page.locator("#event").input_value() == "党小组会"
    page.locator("#pasted").fill("王秀英\nQS-003")
    page.locator("#file").set_input_files({"name": "签到.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("main .primary").click()
    expect(page.locator(".done")).to_contain_text("待他人审核")


def test_a_list_is_read_beside_the_evidence_that_was_chosen(visit: Visit, work: WorkCounty):
    """Who is on the list is ticked and counted, the photograph stays; all are ticked, or none, by one button."""
    page = work.page(visit, "points, award", DESKTOP)
    page.locator("#file").set_input_files({"name": "签到.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    content = csv_bytes([["姓名"], ["王秀英"], ["孙悟空"]])
    page.locator("#list").set_input_files({"name": "签到表.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="读入名单").click()
    expect(page.locator("#pasted-faults")).to_contain_text("孙悟空")
    counted = page.locator("#award-all [role=status]")
    everybody = page.locator(".award-members input").count()
    assert counted.inner_text() == f"已勾选 1 人，共 {everybody} 人"
    assert page.evaluate("document.getElementById('file').files.length") == 1
    assert page.evaluate("document.getElementById('list').files.length") == 0
    page.get_by_role("button", name="全部勾选").click()
    assert counted.inner_text() == f"已勾选 {everybody} 人，共 {everybody} 人"
    page.get_by_role("button", name="全部不选").click()
    assert page.locator(".award-members input:checked").count() == 0
    visit.faults.clear()


def test_the_county_s_page_is_one_sheet_of_paper(visit: Visit, work: WorkCounty):
    page = work.page(visit, "points, county", DESKTOP)
    pages = len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))
    assert pages == 1
