"""Pages of redeeming: merchants at the desk, a till on a telephone, a member's code; from the first shop to a settled month."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from scoring.people import Role
from scoring.workflow.points import expiring, settling
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, see_merchants
from scoring.workflow.points.offers import add_offer, see_offers
from scoring.working_days import today
from tests.databases import sqlite_in
from tests.people import again, browser_of, somebody
from tests.workflow.county import store_at
from tests.workflow.points.shops_at_hand import fields, shop
from web.app import create_app

DAY = today()
FORM = {
    "title": "大米",
    "points": "2.5",
    "stock": "",
    "card": "",
    "terms": "10 斤装",
    "first_day": DAY.isoformat(),
    "last_day": (DAY + timedelta(days=9)).isoformat(),
}


@pytest.fixture
def own(tmp_path):
    with store_at(sqlite_in(tmp_path)) as store:
        yield shop(store, tmp_path)


@pytest.fixture
def app(own):
    return create_app(own.store)


@pytest.fixture
def admin(app, own):
    return browser_of(app, own.admin)


@pytest.fixture
def till(app, own):
    return browser_of(app, own.till)


@pytest.fixture
def member(app, own):
    return browser_of(app, own.member)


def page(client, address, lang="zh") -> str:
    answer = client.get(address, headers={"Accept-Language": lang})
    assert answer.status_code == 200, (address, answer.status_code, answer.text)
    return answer.text


def asked(member, number) -> str:
    answer = member.post(f"/points/offers/{number}/code")
    assert answer.status_code == 200, answer.text
    return "".join(re.search(r'till-digits">(\d{4}) (\d{4})<', answer.text).groups())


def test_from_the_first_shop_to_a_receipt(app, own, admin, member):
    somebody(own.store, "shu", Role.MERCHANT)
    made = admin.post("/desk/points/merchants", data={"name": "河边书店", "place": "河边 8 号"})
    assert made.status_code == 303
    here = made.location.partition("?")[0]
    assert admin.post(f"{here}/tills", data={"login": "shu"}).status_code == 303
    assert "shu" in page(admin, here)
    seen = next(one for one in see_merchants(own.store, own.admin) if one.merchant.name == "河边书店")
    clerk = browser_of(app, again(own.store, seen.tills[0].id))
    assert clerk.post("/till/offers", data=FORM).status_code == 303
    assert "大米" in page(member, "/points/offers")
    code = asked(member, 2)
    looked = clerk.post("/till/look", data={"code": code})
    assert "确认兑换" in looked.text
    assert "2.5" in looked.text
    assert "<strong>王</strong>" in looked.text
    taken = clerk.post("/till/redeem", data={"code": code})
    receipt = page(clerk, taken.location)
    assert "已兑换" in receipt
    assert "河边书店" in receipt.partition("<main")[2], "whoever prints it knows where it was"
    for told in (looked.text, receipt, page(clerk, "/till")):
        assert "王一" not in told
        assert "M1" not in told
    assert own.held() == 750
    assert clerk.post("/till/redeem", data={"code": code}).location == taken.location
    assert own.held() == 750
    assert "大米" in page(clerk, "/till")


def test_a_code_that_was_used_says_so_and_gives_nothing_twice(own, till, member):
    """Whoever looks at it again might take the receipt for a new one; the receipt itself says nothing of it."""
    code = asked(member, own.offer.number)
    taken = till.post("/till/redeem", data={"code": code}).location
    again_ = till.post("/till/look", data={"code": code})
    assert "这个兑换码已经用过" in again_.text
    assert "兑换凭证" in again_.text
    assert "已经用过" not in page(till, taken)
    assert own.held() == 700


def test_a_code_that_is_none_is_refused_in_words_and_closes_the_till_in_the_end(own, till):
    for _ in range(10):
        answer = till.post("/till/look", data={"code": "00000000"}, headers={"Accept-Language": "en"})
        assert answer.status_code == 409
        assert "there is no such code here" in answer.text
    assert till.post("/till/redeem", data={"code": "00000000"}).status_code == 429


@pytest.mark.parametrize("typed", ["1234567", "1234 56789", "abcdefgh", "1234567½", "😀"])
def test_a_slip_is_told_as_one_kept_in_the_field_and_never_closes_the_till(own, till, member, typed):
    """A digit too few is no attempt at guessing: the shop goes on, and compares what was typed."""
    for _ in range(11):
        answer = till.post("/till/look", data={"code": typed})
        assert answer.status_code == 409
    assert "兑换码是 8 位数字" in answer.text
    assert f'value="{typed}"' in answer.text
    assert till.post("/till/redeem", data={"code": asked(member, own.offer.number)}).status_code == 303


def test_a_code_that_is_none_stays_in_the_field(own, till):
    assert 'value="0000 0000"' in till.post("/till/look", data={"code": "0000 0000"}).text
    assert 'value="0000 0000"' in till.post("/till/redeem", data={"code": "0000 0000"}).text


@pytest.mark.parametrize("space", [" ", "　", "-", "\u2009"])
def test_a_code_is_taken_however_it_was_spaced_and_in_whatever_width(own, till, member, space):
    """A telephone's Chinese keyboard types digits of full width, and whoever reads them out pauses."""
    code = asked(member, own.offer.number)
    wide = code.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    for typed in (f"{code[:4]}{space}{code[4:]}", f" {wide[:4]}{space}{wide[4:]} "):
        looked = till.post("/till/look", data={"code": typed})
        assert looked.status_code == 200, typed
        assert "确认兑换" in looked.text
    assert till.post("/till/redeem", data={"code": wide}).status_code == 303


def test_what_is_near_comes_first_and_what_cannot_be_had_stands_below(own, admin, member):
    """Each with the way there, apart by township; and why not."""
    far = add_merchant(own.store, own.admin, MerchantFields(name="远山书屋", place="松坪乡正街"))
    near = add_merchant(own.store, own.admin, MerchantFields(name="近水粮店", place="柳河镇粮库路 1 号"))
    add_offer(own.store, own.admin, far.id, fields(title="笔记本", points=100))
    add_offer(own.store, own.admin, near.id, fields(title="面条", points=500))
    add_offer(own.store, own.admin, near.id, fields(title="电饭煲", points=9900))
    text = page(member, "/points/offers")
    order = ["现在能换的", "本乡镇（柳河镇）", "面条", "别的乡镇", "笔记本", "暂时换不了的", "电饭煲"]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert text.index("还差 89 分") > text.index("电饭煲")
    assert "<details" not in text, "few are not folded up"
    assert 'name="q"' not in text, "few need no search"
    seen = see_offers(own.store, own.member)
    assert (seen.township, [one.near for one in seen.offers]) == ("柳河镇", [True, False, False, True])


def test_many_offers_are_searched_by_name_shop_and_pinyin_and_those_far_folded_up(own, member):
    for number in range(8):
        own.more(title=f"毛巾{number}")
    near = add_merchant(own.store, own.admin, MerchantFields(name="近水粮店", place="柳河镇粮库路 1 号"))
    add_offer(own.store, own.admin, near.id, fields(title="面条", points=100))
    text = page(member, "/points/offers")
    assert "<details" in text
    assert text.index("面条") < text.index("<details") < text.index("毛巾1")
    for words in ("面条", "jsld", "miantiao", "粮库"):
        found = page(member, f"/points/offers?q={words}")
        assert "面条" in found, words
        assert "毛巾" not in found, words
        assert "<details" not in found
    assert "没有找到“拖拉机”" in page(member, "/points/offers?q=拖拉机")


def test_a_member_reads_why_something_cannot_be_had(own, member):
    dear = own.more(title="电饭煲", points=1250)
    assert "2.5 points short" in page(member, "/points/offers", "en")
    assert "还差 2.5 分" in page(member, "/points/offers")
    answer = member.post(f"/points/offers/{dear.number}/code")
    assert answer.status_code == 409
    assert "till-digits" not in answer.text
    assert member.post("/points/offers/99/code").status_code == 404


def test_a_code_is_drawn_without_script_and_kept_by_no_browser(own, member):
    answer = member.post(f"/points/offers/{own.offer.number}/code")
    assert 'class="qr"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert " style=" not in main


def test_an_offer_is_read_with_all_its_faults_and_changed_by_who_saw_it_last(own, till, admin):
    answer = till.post("/till/offers", data={**FORM, "points": "viel", "stock": "-1", "first_day": ""})
    assert answer.status_code == 409
    for fault in ("所需分值应为数字", "数量应为整数", "请填写开始日期"):
        assert fault in answer.text
    assert 'value="viel"' in answer.text, "what was typed is shown again"
    assert till.post("/till/offers/1", data=FORM | {"revision": "1"}).status_code == 303
    assert "大米" in page(till, "/till/offers")
    stale = admin.post("/desk/points/merchants/offers/1", data=FORM | {"revision": "1"})
    assert stale.status_code == 409
    assert "刚被他人改过" in stale.text
    assert admin.post("/desk/points/merchants/offers/1/end", data={"revision": "2"}).status_code == 303
    assert "已经结束" in page(till, "/till/offers/1")
    here = f"/desk/points/merchants/{own.merchant.id}"
    assert admin.post(f"{here}/offers", data=FORM).status_code == 303
    assert "新增商品" in page(admin, f"{here}/offers/new")


def test_a_month_is_settled_at_the_desk_and_read_at_the_till(own, till, admin, member, monkeypatch):
    till.post("/till/redeem", data={"code": asked(member, 1)})
    month = DAY.isoformat()[:7]
    here = f"/desk/points/merchants/{own.merchant.id}"
    early = admin.post(f"{here}/months/{month}")
    assert early.status_code == 409
    assert "次日起可以结算" in early.text
    monkeypatch.setattr(settling, "today", lambda: settling.last_day(month) + timedelta(days=1))
    assert "待结算" in page(admin, "/desk/points/merchants")
    assert admin.post(f"{here}/months/{month}").status_code == 303
    for client, address in ((admin, f"{here}/months/{month}"), (till, f"/till/settlements/{month}")):
        told = page(client, address)
        assert "洗衣液" in told
        assert "王" not in told.partition("<main")[2]
    assert "已结算" in page(till, "/till/settlements")
    assert till.get("/till/settlements/2020-01").status_code == 409


def test_a_merchant_is_changed_and_closed(own, admin):
    here = f"/desk/points/merchants/{own.merchant.id}"
    new = {"name": "便民生活超市", "place": "街口 5 号", "revision": "1"}
    assert admin.post(here, data=new).status_code == 303
    assert admin.post(here, data=new | {"name": "又一个"}).status_code == 409
    assert admin.post(f"{here}/tills/{own.till.id}/end").status_code == 303
    assert admin.post(f"{here}/close", data={"revision": "2"}).status_code == 303
    assert "已停止合作" in page(admin, here)
    assert admin.get("/desk/points/merchants/ffffffffffffffff").status_code == 404


def test_points_of_a_year_are_announced_to_end_and_let_go(own, admin, till, member, monkeypatch):
    here, year = "/desk/points/expiry", DAY.year
    monkeypatch.setattr(expiring, "today", lambda: date(2026, 12, 31))
    assert "还没有哪一年" in page(admin, here)
    for client in (till, member):
        assert client.get(here).status_code == 403
        assert client.post(f"{here}/{year}/end").status_code == 403
    monkeypatch.setattr(expiring, "today", lambda: date(year + 1, 11, 30))
    assert "还没有到预告日" in page(admin, here)
    assert admin.post(f"{here}/{year}/announce").status_code == 409
    monkeypatch.setattr(expiring, "today", lambda: date(year + 1, 12, 1))
    assert f"预告 {year} 年" in page(admin, here)
    assert admin.post(f"{here}/{year}/end").status_code == 409
    assert admin.post(f"{here}/{year}/announce").status_code == 303
    assert "10 分" in page(member, "/inbox")
    monkeypatch.setattr(expiring, "today", lambda: date(year + 2, 1, 1))
    assert f"{year} 年到期" in page(admin, here)
    assert admin.post(f"{here}/{year}/end").status_code == 303
    assert own.held() == 0
    assert "已到期" in page(admin, here)
    for other in (0, 2020, 999_999_999):
        assert admin.post(f"{here}/{other}/announce").status_code in {404, 409}


def test_each_page_is_for_those_it_is_for(app, own, till, admin, member):
    here = f"/desk/points/merchants/{own.merchant.id}"
    idle = browser_of(app, somebody(own.store, "idle", Role.MERCHANT))
    for client, addresses in (
        (till, ["/desk/points/merchants", here, f"{here}/offers/new", "/points/offers"]),
        (admin, ["/till", "/till/offers", "/till/offers/1", "/till/settlements", "/points/offers"]),
        (member, ["/till", "/desk/points/merchants", here]),
        (idle, ["/till", "/till/offers"]),
    ):
        for address in addresses:
            assert client.get(address).status_code == 403, address


def test_what_is_refused_of_a_merchant_stays_in_its_field(own, admin):
    here = f"/desk/points/merchants/{own.merchant.id}"
    somebody(own.store, "huang", Role.LEADER)
    refused = admin.post(f"{here}/tills", data={"login": "huang"})
    assert refused.status_code == 409
    assert (
        'name="login" type="text" required maxlength="60" autocapitalize="none" autocomplete="off" value="huang"'
        in (refused.text)
    )
    refused = admin.post(here, data={"name": " ", "place": "新街 1 号", "revision": "1"})
    assert refused.status_code == 409
    assert 'value="新街 1 号"' in refused.text
    assert 'value="新街 1 号"' not in page(admin, here)


def test_the_desk_leads_there(own, till, admin, member):
    desk = page(till, "/desk")
    assert '<a class="primary" href="/till">开始受理</a>' in desk
    assert "评定期" not in desk.partition("<main")[2], "a shop has no hand in the rating of branches"
    assert '<a href="/till" aria-current="page">受理兑换</a>' in page(till, "/till")
    assert '"/till"' not in page(member, "/desk")
    assert 'href="/points/offers"' in page(member, "/desk")
    assert 'href="/desk/points/merchants"' in page(admin, "/desk")


def test_a_merchant_reads_the_rules_and_how_codes_are_taken_without_a_members_bar(till, member):
    assert 'href="/points/rules#merchants"' in page(till, "/till")
    for who, barred in ((till, False), (member, True)):
        text = page(who, "/points/rules")
        assert "商户怎么受理兑换" in text
        assert "积分怎么来、怎么用" in text
        assert ("points-bar" in text) is barred
