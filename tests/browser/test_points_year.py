"""Members' points lived through in browsers, from a claim with a photograph to the settled month, each step tried by others.

Every figure is read from every page on which it stands, and is the same on all of them and in the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.ledger import quarter_days
from scoring.workflow.points import redeeming
from tests.browser.points_figures import QUARTER, figures, shop_of
from tests.browser.points_people import HERE, TODAY, People, everybody, month_after
from tests.uploads.bytes_of import photo
from tests.workflow.points.claims_at_hand import OWN
from web import points_telling

PHOTO = {"name": "献血证.jpg", "mimeType": "image/jpeg", "buffer": photo()}


@pytest.fixture
def people(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    with everybody(tmp_path, browser, monkeypatch) as found:
        yield found


def test_a_member_s_points_from_the_claim_to_the_settled_month(people: People):
    """In one test, for every step stands on the one before; it fails at the first that does not go."""
    for step in (open_shop, claim, verify, reach_a_card, redeem, object_and_reverse, close_quarter, settle):
        step(people)


def test_a_page_that_tells_another_figure_is_found(people: People):
    """Control: where the member's own pages tell a hundredth more, they are not what the office and the ledger tell."""
    people.command("verify", "--chain")
    open_shop(people)
    figures(people)
    plain = points_telling.plain
    people.patch.setattr(points_telling, "plain", lambda points: plain(points + 1))
    with pytest.raises(AssertionError, match="secretary"):
        figures(people)


def open_shop(people: People) -> None:
    """An administrator takes a shop on, and the shop offers something for holders of a card, typed wrong at first."""
    for name, place, login in (("便民超市", "街口 3 号", "shang"), ("河边书店", "河边 8 号", "shang2")):
        page = people.go("admin", f"{HERE}/merchants")
        page.locator("#name").fill(name)
        page.locator("#place").fill(place)
        page.locator("main form .primary").click()
        page.locator("#login").fill(login)
        page.locator("#tills button", has_text="添加").click()
        expect(page.locator("#tills")).to_contain_text(login)
    people.refused("till", f"{HERE}/merchants", name="x", place="y")
    page = people.go("till", "/till/offers")
    wrong = {"title": "洗衣液", "points": "十分", "stock": "一", "first_day": _days(0), "last_day": _days(-1)}
    _offer(page, **wrong)
    for words in ("所需分值应为数字", "数量应为整数"):
        expect(page.locator(".refused")).to_contain_text(words)
    expect(page.locator("#points")).to_have_value("十分")
    people.fits(page, "till offers wrong")
    right = {"first_day": _days(0), "last_day": _days(60)}
    _offer(page, title="洗衣液", points="１０", stock="", card="silver", **right)
    _offer(page, title="雨伞", points="1", stock="1", card="", **right)
    _offer(page, title="电饭煲", points="99.5", stock="", card="", **right)
    expect(page.locator("table caption")).to_contain_text("3")
    people.refused("member", "/till/offers", **wrong)
    people.calm()


def claim(people: People) -> None:
    """The member claims with a photograph, having got wrong what can be got wrong, and reads whom it waits for."""
    seen = figures(people)
    assert (seen["annual"], seen["spendable"], seen["place"]) == (7200, 1200, 2)
    for who in ("leader", "admin", "till"):
        people.refused(who, "/points/claim/blood_donated", day=_days(0), key="x")
    _claim(people, "秋季献血")
    page = people.go("member", "/points/claims")
    newest = page.locator(".points-claim").first
    expect(newest).to_contain_text("待审核")
    expect(newest).to_contain_text("等待")
    expect(newest).to_contain_text("献血证.jpg")
    page = people.go("member", "/points")
    expect(page.locator("section:has(#waiting-head)")).to_contain_text("等待")
    assert figures(people) == seen, "what waits counts nowhere"
    people.calm()


def verify(people: People) -> None:
    """The superior posts it, beside its photograph; others cannot. Balance and place move."""
    number = _waiting(people)
    for who in ("community", "member", "till", "admin", "leader"):
        people.refused(who, f"{HERE}/claims", post=number)
    page = people.go("superior", f"{HERE}/claims")
    row = page.locator(f"#claim-{number}")
    expect(row).to_contain_text("全额可计")
    with page.expect_download() as download:
        row.get_by_role("link", name="献血证.jpg").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"\xff\xd8"
    row.locator("[data-post]").click()
    expect(row).to_have_count(0)
    expect(page.locator("#decided")).to_contain_text("已入账")
    people.refused("superior", f"{HERE}/claims", 409, post=number)
    seen = figures(people)
    assert (seen["annual"], seen["spendable"], seen["place"]) == (7700, 1700, 2)
    people.calm("answer: 409")


def reach_a_card(people: People) -> None:
    """With what is posted next the member overtakes another, and holds a card that opens an offer."""
    page = people.go("member", "/points/offers")
    offer = page.locator(".till-offers li", has_text="洗衣液")
    expect(offer).to_contain_text("银卡")
    expect(offer.get_by_role("button")).to_have_count(0)
    people.refused("member", "/points/offers/1/code", 409)
    expect(people.go("member", "/points").locator(".card-held")).to_have_count(0)
    _claim(people, "冬季献血")
    people.go("superior", f"{HERE}/claims").locator(f"#claim-{_waiting(people)} [data-post]").click()
    expect(people.page("superior").locator("#waiting")).to_contain_text("没有待审核")
    seen = figures(people)
    assert (seen["annual"], seen["spendable"], seen["place"]) == (8200, 2200, 1)
    expect(people.go("member", "/points").locator(".card-held")).to_have_text("银卡")
    member = f"{HERE}/members/{people.branch.own.id}"
    expect(people.go("secretary", member).locator("dl.figures")).to_contain_text("银卡")
    offers = people.go("member", "/points/offers").locator(".till-offers")
    expect(offers.locator("li", has_text="洗衣液").get_by_role("button")).to_be_visible()
    expect(offers.locator("li", has_text="电饭煲")).to_contain_text("还差 77.5 分")
    people.refused("member", "/points/offers/3/code", 409)
    people.calm()


def redeem(people: People) -> None:
    """The offer is redeemed at its own till by a code that is good, typed as people type; what is no good is refused."""
    people.patch.setattr(redeeming, "GOOD_FOR", timedelta(0))
    for who in ("secretary", "till", "leader"):
        people.refused(who, "/points/offers/1/code")
    late = _code(people, "洗衣液", over=True)
    people.patch.setattr(redeeming, "GOOD_FOR", timedelta(minutes=5))
    page = people.go("till", "/till")
    _type(page, late)
    expect(page.locator(".refused")).to_contain_text("已失效")
    people.fits(page, "till code expired")
    code = _code(people, "洗衣液")
    assert "没有这个兑换码" in people.refused("other till", "/till/redeem", 409, code=code)
    for who in ("member", "secretary", "admin"):
        people.refused(who, "/till/redeem", code=code)
    _type(page, f"{code[:4]} {code[4:]}".translate({ord("0") + own: 0xFF10 + own for own in range(10)}))
    expect(page.locator("h1")).to_have_text("核对兑换")
    main = people.fits(page, "till look").locator("main")
    expect(main.locator("strong")).to_have_text("王")
    for private in ("王一", "M1", "第1村", "余额"):
        expect(main).not_to_contain_text(private)
    page.get_by_role("button", name="确认兑换").click()
    expect(page.locator("h1")).to_contain_text("兑换凭证")
    people.fits(page, "till receipt")
    expect(page.locator("main")).to_contain_text("便民超市")
    _fits_a_sheet(page)
    for private in ("王", "M1"):
        expect(page.locator("main")).not_to_contain_text(private)
    _take(people, "雨伞")
    offer = people.go("member", "/points/offers").locator(".till-offers li", has_text="雨伞")
    expect(offer.get_by_role("button")).to_have_count(0)
    people.refused("member", "/points/offers/2/code", 409)
    seen = figures(people)
    assert (seen["annual"], seen["spendable"], seen["shop"]) == (8200, 1100, 1100)
    people.calm()


def object_and_reverse(people: People) -> None:
    """The member objects to a line; it is answered, and reversed by two, neither of whom posted it."""
    page = people.go("member", "/points/lines")
    page.locator(".points-list li", has_text="第2次").get_by_role("link").click()
    line = re.search(r"/lines/(\d+)", page.url)[1]
    page.locator("summary", has_text="有异议").click()
    page.locator("#reason").fill("这一项只做了一次，多计了。")
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("#objections")).to_contain_text("待答复")
    people.fits(page, "member line objected")
    people.refused("secretary", f"/points/lines/{line}/object", reason="x")
    for who in ("secretary", "superior", "community", "till", "leader"):
        people.refused(who, f"{HERE}/objections/1/uphold", reason="属实")
    people.refused("secretary", f"{HERE}/reversals/1/confirm", 403)
    page = people.go("admin", f"{HERE}/reversals")
    page.locator("#answer-1").fill("材料只有一份，属实。")
    page.get_by_role("button", name="成立，提出冲销").click()
    expect(page.locator("#motion-1")).to_contain_text("另一人确认")
    seen = figures(people)
    assert seen["spendable"] == 1100, "nothing is reversed by one"
    people.refused("admin", f"{HERE}/reversals/1/confirm")
    page = people.go("other admin", f"{HERE}/reversals")
    page.locator("#motion-1").get_by_role("button", name="确认冲销").click()
    expect(page.locator("#ended")).to_contain_text("管二")
    people.fits(page, "reversals ended")
    people.refused("other admin", f"{HERE}/reversals/1/confirm", 409)
    page = people.go("member", f"/points/lines/{line}")
    expect(page.locator("main")).to_contain_text("冲销")
    expect(page.locator("#objections")).to_contain_text("材料只有一份，属实。")
    seen = figures(people)
    assert (seen["annual"], seen["spendable"], seen["place"]) == (7800, 700, 2)
    people.calm()


def close_quarter(people: People) -> None:
    """When the quarter is over the secretary closes it, and nobody else; its figure stands as it was."""
    before = figures(people)
    people.refused("secretary", f"{HERE}/quarters/close", 409, quarter=QUARTER, unit=OWN)
    people.be_day(quarter_days(QUARTER)[1] + timedelta(days=1))
    for who in ("community", "member", "till", "leader"):
        people.refused(who, f"{HERE}/quarters/close", quarter=QUARTER, unit=OWN)
    page = people.go("secretary", f"{HERE}/quarters?quarter={QUARTER}")
    page.get_by_role("button", name="结账，不再变动").click()
    expect(page.locator("#branches")).not_to_contain_text("结账，不再变动")
    people.refused("secretary", f"{HERE}/quarters/close", 409, quarter=QUARTER, unit=OWN)
    people.be_day(TODAY)
    assert figures(people) == before
    people.calm()


def settle(people: People) -> None:
    """The month is settled once it is over, by an administrator; the shop reads the same figures."""
    before, month = figures(people), TODAY.isoformat()[:7]
    shop = shop_of(people)
    early = people.refused("admin", f"{shop}/months/{month}", 409)
    assert "次日起可以结算" in early
    people.be_day(month_after(TODAY))
    people.refused("till", f"{shop}/months/{month}")
    page = people.go("admin", shop)
    page.locator("#months").get_by_role("button", name="结算").click()
    expect(page.locator("#months")).to_contain_text("已结算")
    page = people.go("till", f"/till/settlements/{month}")
    expect(page.locator(".lead-words")).to_contain_text("结算")
    expect(page.locator("main")).not_to_contain_text("王")
    _fits_a_sheet(page)
    people.be_day(TODAY)
    assert figures(people) == before
    assert "积分" in people.command("verify", "--chain")
    _fits_a_sheet(people.go("member", "/points/rules"))
    people.calm()


def _days(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def _offer(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        own = page.locator(f"#new #{name}")
        own.select_option(value) if name == "card" else own.fill(value)
    page.locator("#new .primary").click()


def _claim(people: People, event: str) -> None:
    """Claim blood given on a telephone: first a day that is still to come and no photograph, then as it should be."""
    page = people.go("member", "/points/claim")
    page.get_by_role("link", name=re.compile("无偿献血")).click()
    page.locator("#day").evaluate("own => { own.removeAttribute('max'); }")
    page.locator("#day").fill(_days(1))
    page.locator("#event").fill(event)
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator("#wrong-day")).to_be_visible()
    expect(page.locator("#wrong-files")).to_be_visible()
    expect(page.locator("#event")).to_have_value(event)
    people.fits(page, "member claim wrong")
    page.locator("#day").fill(_days(0))
    page.locator("#file").set_input_files(PHOTO)
    page.get_by_role("button", name="提交申报").click()
    page.wait_for_url("**/points/claims?done=sent")
    people.fits(page, "member claim sent")


def _waiting(people: People) -> str:
    page = people.go("superior", f"{HERE}/claims")
    (number,) = page.locator("[data-claim]").evaluate_all("own => own.map((one) => one.dataset.claim)")
    return number


def _code(people: People, title: str, *, over: bool = False) -> str:
    """Return a code the member asks for; one that is *over* at once is not shown any more, and is had from the page."""
    page = people.go("member", "/points/offers")
    page.locator(".till-offers li", has_text=title).get_by_role("button").click()
    expect(page.locator("#code-over" if over else "#code-good")).to_be_visible()
    people.fits(page, "member code over" if over else "member code")
    digits = page.locator(".till-digits")
    assert digits.is_hidden() == over
    return re.sub(r"\s", "", digits.text_content())


def _type(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.get_by_role("button", name="查看").click()


def _take(people: People, title: str) -> None:
    code = _code(people, title)
    page = people.go("till", "/till")
    _type(page, code)
    page.get_by_role("button", name="确认兑换").click()
    expect(page.locator("h1")).to_contain_text("兑换凭证")


def _fits_a_sheet(page: Page) -> None:
    """See that what is printed has its words, and nothing wider than the paper."""
    page.emulate_media(media="print")
    try:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, page.url
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    finally:
        page.emulate_media(media="screen")
