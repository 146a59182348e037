"""A one-time code on a telephone: how long it is good is counted down, and when it is over it is not shown any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import ill_made, unfit
from tests.browser.served import serving
from tests.browser.watching import PHONE, Visit
from tests.databases import sqlite_in
from tests.people import browser_of
from tests.workflow.county import store_at
from tests.workflow.points.shops_at_hand import shop
from web.app import create_app


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Give where a shop and its member are served, and what signs the member in."""
    folder = tmp_path_factory.mktemp("code")
    with store_at(sqlite_in(folder)) as store:
        own = shop(store, folder)
        app = create_app(store)
        cookie = browser_of(app, own.member).get_cookie("stars_session")
        assert cookie is not None
        with serving(app) as base:
            yield base, cookie.value


@pytest.fixture(scope="module")
def base(signed_in: tuple[str, str]) -> str:
    return signed_in[0]


@pytest.fixture
def page(visit: Visit, signed_in: tuple[str, str]) -> Page:
    """A telephone on which a code was asked for, and whose clock stands still but for what a test lets go by."""
    found = visit.page(PHONE)
    found.context.add_cookies([{"name": "stars_session", "value": signed_in[1], "url": signed_in[0]}])
    found.clock.install()
    found.goto("/points/offers")
    found.get_by_role("button", name="获取兑换码").first.click()
    expect(found.locator(".till-digits")).to_be_visible()
    return found


def test_a_code_counts_down_and_is_hidden_once_it_is_over(page: Page):
    """At the till nobody holds out digits that were good a minute ago; another code is one touch away."""
    digits, left = page.locator(".till-digits").inner_text(), page.locator("#code-left")
    assert left.inner_text().startswith(("还剩 4:5", "还剩 5:00"))
    page.clock.run_for(200_000)
    expect(left).to_contain_text("还剩 1:")
    page.clock.run_for(101_000)
    expect(page.locator("#code-over")).to_contain_text("到时间了。收银没有确认的，不扣分")
    assert page.locator(".till-digits").is_hidden()
    page.get_by_role("button", name="重新获取").click()
    page.wait_for_load_state()
    expect(page.locator(".till-digits")).to_be_visible()
    assert page.locator(".till-digits").inner_text() != digits


def test_the_code_s_page_fits_and_is_made_well(page: Page):
    assert (ill_made(page), unfit(page)) == ({}, {})
