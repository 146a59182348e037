"""A member on a phone: from nothing to a claim that waits, with a photograph; every page by WCAG 2.2 AA, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from scoring.people import Actor, Role
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading import own_points
from scoring.workflow.points.reversing import object_to_line
from scoring.workflow.points.verifying import Decision, verify_claims
from tests.browser.looks import AXE, TAGS, findings, ill_made, unfit
from tests.browser.measures import ill_fitting
from tests.browser.served import serving
from tests.browser.watching import DESKTOP, PHONE, SMALL, Seats, Visit, go
from tests.databases import sqlite_in
from tests.people import browser_of, somebody, unit
from tests.uploads.bytes_of import photo
from tests.workflow.county import store_at
from tests.workflow.points.claims_at_hand import OTHER, OWN, be_today, branch
from web.app import create_app

KINDS = (
    "balance",
    "balance, spendable",
    "statement",
    "line, cut",
    "line, objected to",
    "items",
    "form",
    "claims",
    "rules",
)
NO_PAGES = {"points.file", "points.statement"}
"""What is answered with a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member's pages, served at `base`, with what `cookie` signs in; `lost` signs in somebody on no list."""

    base: str
    app: Flask
    cookie: str
    lost: str
    pages: dict[str, str]

    def page(self, visit: Visit, address: str, *how: object, cookie: str = "") -> Page:
        page = visit.page(*how)
        value = cookie or self.cookie
        page.context.add_cookies([{"name": "stars_session", "value": value, "url": self.base}])
        page.goto(address)
        return page


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    folder: Path = tmp_path_factory.mktemp("points")
    with pytest.MonkeyPatch.context() as patch, store_at(sqlite_in(folder)) as store:
        be_today(patch)
        own = branch(store, folder)
        for quarter in ("2026Q3", "2026Q4"):
            open_quarter(store, None, quarter)
        own.posted("a1")
        own.posted("a2", "practical_deed", points=200)
        own.posted("a3", "practical_deed", points=200, event="清理河道，沿岸两公里")
        own.claimed("a4", "community_service", at_unit=OTHER, event="社区清洁")
        void = own.claimed("a5", "party_lecture")
        verify_claims(store, own.superior, [Decision(claim=void.number, post=False, reason="没有签到")])
        cut, first = (own_points(store, own.member).honour_lines[place].number for place in (0, 2))
        object_to_line(store, own.member, first, "应计两次，请核对。")
        pages = (
            "/points",
            "/points/lines?ledger=spendable",
            "/points/lines",
            f"/points/lines/{cut}",
            f"/points/lines/{first}",
            "/points/claim",
            "/points/claim/volunteer_service",
            "/points/claims",
            "/points/rules",
        )
        app = create_app(store)
        lost = somebody(store, "xu", Role.MEMBER, scope=unit(OWN))
        with serving(app) as base:
            yield Member(
                base=base,
                app=app,
                cookie=_cookie(app, own.member),
                lost=_cookie(app, lost),
                pages=dict(zip(KINDS, pages, strict=True)),
            )


def _cookie(app: Flask, who: Actor) -> str:
    return str(browser_of(app, who).get_cookie("stars_session").value)


@pytest.fixture(scope="module")
def base(member: Member) -> str:
    return member.base


@pytest.fixture
def look(seats: Seats, member: Member) -> Callable[..., Page]:
    """Return what gives the page of a kind in a language, light, as the member has it."""

    def looked(kind: str, size: tuple[int, int], lang: str = "zh") -> Page:
        page = seats.page("", size, lang, token=lambda: member.cookie, script=AXE if lang == "zh" else "")
        return go(page, member.pages[kind])

    return looked


def test_every_page_is_tried(member: Member):
    """A new page of a member's is listed here, or it is none."""
    own = member.app.url_map.bind("localhost")
    asked = {own.match(address.partition("?")[0])[0] for address in member.pages.values()}
    there = {
        rule.endpoint
        for rule in member.app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint.startswith("points.")
    }
    assert asked == there - NO_PAGES


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_in_light_and_dark_and_every_screen_fits(look: Callable[..., Page], kind: str):
    page = look(kind, PHONE)
    assert (ill_made(page), unfit(page)) == ({}, {})


@pytest.mark.parametrize("kind", KINDS)
def test_every_screen_fits_in_english(look: Callable[..., Page], kind: str):
    assert ill_fitting(look(kind, SMALL, "en")) == []


def test_somebody_on_no_list_is_told_so_on_a_page_that_fits(visit: Visit, member: Member):
    page = member.page(visit, "/desk", PHONE, cookie=member.lost)
    with page.expect_response(re.compile(r"/points$")) as answer:
        page.evaluate("document.location = '/points'")
    assert answer.value.status == 404
    page.wait_for_load_state()
    assert "还没有与党员名册关联" in page.inner_text("main")
    assert findings(page, TAGS) == []


def test_from_nothing_to_a_claim_that_waits_with_a_photograph(visit: Visit, member: Member):
    """As a member does it: the desk, the balance, the item, the form; what is wrong is told, then it is sent."""
    page = member.page(visit, "/desk", (390, 844))
    page.get_by_role("link", name="查看我的积分").click()
    page.locator(".points-do").get_by_role("link", name="申报积分").click()
    page.get_by_role("link", name=re.compile("无偿献血")).click()
    page.get_by_label("活动名称").fill("秋季献血")
    photograph = {"name": "献血证.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.get_by_label("照片或材料").set_input_files(photograph)
    page.get_by_role("button", name="提交申报").click()
    page.wait_for_url("**/points/claims?done=sent")
    assert "已提交" in page.inner_text(".done")
    newest = page.locator(".points-claim").first
    assert newest.locator("h2").inner_text() == "无偿献血"
    assert "待审核" in newest.inner_text()
    assert "献血证.jpg" in newest.inner_text()
    newest.get_by_role("button", name="撤回申报").click()
    page.wait_for_url("**/points/claims?done=withdrawn")
    assert "已撤回" in page.locator(".points-claim").first.inner_text()


def test_a_phone_shows_a_member_s_own_pages_first(visit: Visit, member: Member):
    """The menu of the rating of branches, and its search, are for a desktop, or one step away on the desk."""
    page = member.page(visit, "/points", PHONE)
    assert page.locator(".nav-list a:visible").all_inner_texts() == ["我的积分", "工作台"]
    assert page.evaluate("document.querySelector('.points-figure').getBoundingClientRect().bottom") < 340
    page.goto("/desk")
    assert page.locator(".nav-list a:visible").count() > 2
    desktop = member.page(visit, "/points", DESKTOP)
    assert desktop.locator(".nav-list a:visible").count() > 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bar_leads_to_what_points_are_spent_on_a_line_a_name(visit: Visit, member: Member, lang: str):
    page = member.page(visit, "/points", SMALL, lang)
    names = page.locator(".points-bar a")
    high = "own => own.map(one => one.getBoundingClientRect().height)"
    assert names.count() == 5
    assert max(names.evaluate_all(high)) < 60, "no name is broken in two"
    page.locator(".points-bar").get_by_role("link", name={"zh": "兑换", "en": "Redeem"}[lang]).click()
    page.wait_for_url("**/points/offers")
    assert page.locator(".points-bar a[aria-current=page]").get_attribute("href") == "/points/offers"
    assert max(names.evaluate_all(high)) < 60, "nor is the name in bold"
    page.locator(".points-bar a").nth(2).click()
    page.wait_for_url("**/points/claim")
    page.locator("main a[href='/points/claims']").click()
    page.wait_for_url("**/points/claims")
    assert page.locator(".points-bar a[aria-current]").get_attribute("href") == "/points/claim"


def test_the_bar_hides_nothing_that_has_the_focus(visit: Visit, member: Member):
    """The bar stays at the foot of a phone; whatever is reached by Tab is scrolled clear of it."""
    page = member.page(visit, "/points/claim", (390, 700))
    assert page.evaluate("getComputedStyle(document.querySelector('.points-bar')).position") == "fixed"
    hidden = page.evaluate(
        """() => { const bar = document.querySelector('.points-bar').getBoundingClientRect().top;
        return [...document.querySelectorAll('main .points a')].filter(own => { own.focus();
          return own.getBoundingClientRect().bottom > bar + 1; }).map(own => own.textContent.trim()); }"""
    )
    assert hidden == []


def test_a_photograph_outlives_what_else_is_refused_and_a_lost_connection(visit: Visit, member: Member):
    """Whoever has taken a picture does not choose it again because of a telephone number in the note."""
    page = member.page(visit, "/points/claim/blood_donated", (390, 844))
    photograph = {"name": "献血证.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    chosen = "Array.from(document.getElementById('file').files, own => own.name)"
    send = page.get_by_role("button", name="提交申报")
    page.get_by_label("说明").fill("请打 13812345678 核实")
    page.get_by_label("照片或材料").set_input_files(photograph)
    send.click()
    page.get_by_text("这里不保存手机号").wait_for()
    assert page.evaluate(chosen) == ["献血证.jpg"]
    assert "重新选择" not in page.inner_text("main")
    assert page.evaluate("document.activeElement.id") == "note"
    page.get_by_label("说明").fill("县医院")
    page.context.set_offline(True)
    send.click()
    page.get_by_text("没有提交成功：网络断了").wait_for()
    assert page.evaluate(chosen) == ["献血证.jpg"]
    page.context.set_offline(False)
    assert sorted(own.partition(" ")[0] for own in visit.faults) == ["answer:", "failed:"]
    visit.faults.clear()
    send.click()
    page.wait_for_url("**/points/claims?done=sent")
    newest = page.locator(".points-claim").first
    assert "县医院" in newest.inner_text()
    assert "献血证.jpg" in newest.inner_text()


def test_a_photograph_outlives_the_end_of_the_session(visit: Visit, member: Member):
    """Who is signed out in mid-form signs in in another window and sends again; nothing is typed or chosen twice."""
    page = member.page(visit, "/points/claim/blood_donated", (390, 844))
    page.get_by_label("活动名称").fill("冬季献血")
    page.get_by_label("说明").fill("断线前写的")
    photograph = {"name": "献血证.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.get_by_label("照片或材料").set_input_files(photograph)
    page.context.clear_cookies()
    send = page.get_by_role("button", name="提交申报")
    send.click()
    page.get_by_text("请先登录，再提交一次").wait_for()
    assert page.get_by_role("link", name="登录（新窗口）").get_attribute("target") == "_blank"
    page.context.add_cookies([{"name": "stars_session", "value": member.cookie, "url": member.base}])
    send.click()
    page.get_by_text("请核对填写的内容，再提交一次").wait_for()
    visit.faults.clear()
    send.click()
    page.wait_for_url("**/points/claims?done=sent")
    newest = page.locator(".points-claim").first
    assert "断线前写的" in newest.inner_text()
    assert "献血证.jpg" in newest.inner_text()


def test_a_file_that_is_refused_is_not_kept(visit: Visit, member: Member):
    """Another one is to be chosen, and the page says so."""
    page = member.page(visit, "/points/claim/blood_donated", (390, 844))
    heic = {
        "name": "照片.heic",
        "mimeType": "image/heic",
        "buffer": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64),
    }
    page.get_by_label("照片或材料").set_input_files(heic)
    page.get_by_role("button", name="提交申报").click()
    page.get_by_text("照片和材料请重新选择一次").wait_for()
    assert page.evaluate("document.getElementById('file').files.length") == 0
    assert "HEIC" in page.inner_text("main")
    visit.faults.clear()
