"""A member's own pages: the figures are the workflow's, nothing of others shows, and forms work without scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from flask import Flask

from scoring.criteria.item import Ledger
from scoring.people import Actor, Role
from scoring.store.engine import Store
from scoring.store.ledger import claims as kept_claims
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import claim_points
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading import own_points, own_statement
from scoring.workflow.points.reading_own_claims import claimable, read_rules
from scoring.workflow.points.reversing import (
    confirm_reversal,
    dismiss_line_objection,
    move_reversal,
    object_to_line,
    refuse_reversal,
    uphold_line_objection,
)
from scoring.workflow.points.verifying import Decision, verify_claims
from tests.databases import sqlite_in
from tests.people import COUNTY, Visitor, browser_of, somebody, unit
from tests.uploads.bytes_of import pdf, photo
from tests.workflow.county import store_at, with_units
from tests.workflow.points.claims_at_hand import NOW, OTHER, OWN, Branch, be_today, branch, picture
from web.app import create_app
from web.charts import statement as paper

PAGES = ("/points", "/points/lines", "/points/claim", "/points/claim/lecture_given", "/points/claims")


@dataclass(frozen=True)
class Office:
    """The branch with its application, and a browser of whoever comes."""

    branch: Branch
    app: Flask

    @property
    def store(self) -> Store:
        return self.branch.store

    def of(self, who: Actor) -> Visitor:
        return browser_of(self.app, who)

    @property
    def member(self) -> Visitor:
        return self.of(self.branch.member)

    def claims(self):
        with self.store.read() as c:
            return kept_claims.of_member(c, self.branch.own.id, 50)


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    be_today(monkeypatch)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with store_at(sqlite_in(tmp_path)) as store:
        found = branch(store, tmp_path)
        open_quarter(store, None, "2026Q4")
        yield Office(found, create_app(store))


class Words(str):
    """The words of a page, in which others are found whatever space is between them."""

    __slots__ = ()

    def __contains__(self, words: object) -> bool:
        """Say whether *words* are among these."""
        return "".join(str(words).split()) in "".join(self.split())


def text_of(answer) -> Words:
    """Return the words of a page on one line, without its tags."""
    page = re.sub(r"<(script|style).*?</\1>", "", answer.get_data(as_text=True), flags=re.DOTALL)
    return Words(" ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split()))


def page_of(client: Visitor, address: str) -> Words:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return text_of(answer)


def key_of(client: Visitor, item: str = "lecture_given") -> str:
    page = client.get(f"/points/claim/{item}").get_data(as_text=True)
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def form(client: Visitor, item: str = "lecture_given", **more: object) -> dict[str, object]:
    day = (NOW - timedelta(days=1)).isoformat()
    plain = {"key": key_of(client, item), "day": day, "event": "十一月党课", "note": "讲了一课"}
    return {**plain, "file": [(io.BytesIO(photo()), "现场.jpg")], **more}


def send(client: Visitor, item: str = "lecture_given", **more: object):
    return client.post(f"/points/claim/{item}", data=form(client, item, **more))


def test_the_balance_shows_the_figures_of_the_workflow(office: Office):
    office.branch.posted()
    office.branch.posted("k2", "party_lecture", event="十月党课")
    office.branch.claimed("k3", "community_service", at_unit=OTHER)
    own = own_points(office.store, office.branch.member)
    assert (own.year.annual, own.quarter.figure, own.spendable.balance) == (6600, 6600, 400)
    page = page_of(office.member, "/points")
    for words in (
        "2026 年至今 66 荣誉分 1 星",
        "年度积分距 2 星（70 分）还差 4 分",
        "当年获得的可兑换分距银卡（20 分）还差 16 分",
        "基础分 60 加分 +6 扣分 0 2026 年第 4 季度 66",
        "可兑换分 4 分",
        f"今年得的可兑换分，用到 {own.good_until} 为止",
        "第 1 名 共 5 人",
        "双报到社区服务 2 分",
        "等待 第2村党支部书记或第1村党支部书记 审核",
        "讲一次党课 +4 荣誉分 +4 可兑换分",
        "参加党课 +2 荣誉分 2026-11-10 · 十月党课",
    ):
        assert words in page, words


def test_a_small_branch_shows_no_place_and_says_so(office: Office, monkeypatch):
    """Negative control of the place: of few members it would be about each of them."""
    monkeypatch.setattr("scoring.workflow.points.reading.FEWEST", 6)
    monkeypatch.setattr("web.pages.points.balance.FEWEST", 6)
    page = page_of(office.member, "/points")
    assert "支部党员不足 6 人，不显示位次" in page
    assert "第 1 名" not in page


def test_a_debt_is_told(office: Office, monkeypatch):
    own = own_points(office.store, office.branch.member)
    owing = replace(own, spendable=replace(own.spendable, owed=250))
    monkeypatch.setattr("web.pages.points.balance.own_points", lambda *_: owing)
    assert "另有 2.5 分待抵还" in page_of(office.member, "/points")


def test_what_one_deed_did_to_both_ledgers_is_one_line(office: Office):
    """An award, and its reversal; two awards of the same item stay two."""
    office.branch.posted("k1", "practical_deed", points=100, event="修灯")
    office.branch.posted("k2", "practical_deed", points=100, event="送药")
    lecture = office.branch.posted("k3")
    motion = move_reversal(office.store, office.branch.secretary, lecture.transfers[0], "登记了两次")
    confirm_reversal(office.store, office.branch.superior, motion)
    page = page_of(office.member, "/points")
    recent = page.partition("最近变动")[2]
    assert recent.count("冲销") == 1
    assert "冲销：讲一次党课 −4 荣誉分 −4 可兑换分" in recent
    assert recent.count("为群众办实事 +1 荣誉分 +1 可兑换分") == 2


def test_the_statement_is_read_ledger_by_ledger_and_part_by_part(office: Office, monkeypatch):
    office.branch.posted()
    office.branch.posted("k2", "party_lecture")
    honour = page_of(office.member, "/points/lines")
    assert "66 历年累计，含各季度基础分" in honour
    assert honour.index("参加党课") < honour.index("讲一次党课") < honour.index("基础分 +60")
    spendable = page_of(office.member, "/points/lines?ledger=spendable")
    assert "讲一次党课 +4" in spendable
    assert "参加党课" not in spendable
    monkeypatch.setattr("scoring.workflow.points.reading.LINES", 2)
    first = office.member.get("/points/lines").get_data(as_text=True)
    (older,) = re.findall(r'href="(/points/lines\?[^"]*before=[^"]*)"', first)
    assert own_statement(office.store, office.branch.member, Ledger.HONOUR).older == 2
    assert "基础分 +60" not in page_of(office.member, "/points/lines")
    assert "基础分 +60" in page_of(office.member, unescape(older))
    for odd in ("x", "-1", "0", "9" * 40, "１"):
        assert office.member.get("/points/lines", query_string={"before": odd}).status_code == 200


def test_a_line_says_what_by_which_rule_by_whom_and_what_was_cut(office: Office):
    office.branch.posted("k1", "practical_deed", points=200, day=date(2026, 11, 3))
    office.branch.posted("k2", "practical_deed", points=200, event="清理河道", note="清理了两公里")
    newest = own_points(office.store, office.branch.member).honour_lines[0]
    page = page_of(office.member, f"/points/lines/{newest.number}")
    for words in (
        "为群众办实事",
        "+1 荣誉分",
        "活动 清理河道",
        "说明 清理了两公里",
        "依据 党员“四个一”活动要求",
        "规则说明 当日办结1分",
        "规则版本 member-points@2026.1",
        "申报 王一",
        "审核 zhen",
        "合影.jpg",
        "每月最多 3 分，当月已计 2 分，超出的 1 分不计",
        "对这一笔有异议",
    ):
        assert words in page, words


def test_an_objection_is_made_answered_and_cannot_be_made_of_a_baseline(office: Office):
    office.branch.posted()
    award, baseline = own_points(office.store, office.branch.member).honour_lines
    client, address = office.member, f"/points/lines/{award.number}"
    refused = client.post(f"{address}/object", data={"reason": "身份证 11010519491231002X 的分不对"})
    assert refused.status_code == 409
    assert "身份证 11010519491231002X" in text_of(refused), "what was typed is kept"
    answer = client.post(f"{address}/object", data={"reason": "应计两次"})
    assert answer.status_code == 303
    page = page_of(client, address)
    assert "第 1 号： 待答复 应计两次" in page
    assert "对这一笔有异议" not in page
    admin = somebody(office.store, "guan", Role.ADMINISTRATOR, scope=COUNTY)
    dismiss_line_objection(office.store, admin, 1, "同一次活动只计一次")
    assert "不成立 应计两次" in page_of(client, address)
    assert "答复： 同一次活动只计一次" in page_of(client, address)
    assert client.post(f"{address}/withdraw/1").status_code == 409
    page = page_of(client, f"/points/lines/{baseline.number}")
    assert "不能提出异议：" in page
    assert client.post(f"/points/lines/{baseline.number}/object", data={"reason": "x"}).status_code == 409


def test_what_comes_of_an_objection_is_said_in_plain_words(office: Office):
    """It stays; it waits for a second person, who does not agree; it waits again, and is mended."""
    store, client, me = office.store, office.member, office.branch.member
    admin = somebody(store, "guan", Role.ADMINISTRATOR, scope=COUNTY)
    other = somebody(store, "guan2", Role.ADMINISTRATOR, scope=COUNTY)
    lines = [
        office.branch.posted(f"k{n}", "practical_deed", points=100, event=f"{n}").transfers[0]
        for n in range(3)
    ]
    stays, refused, mended = (object_to_line(store, me, number, "不对") for number in lines)
    dismiss_line_objection(store, admin, stays, "核对过")
    assert "这一笔不变" in page_of(client, f"/points/lines/{lines[0]}")
    for objection, number in ((refused, lines[1]), (mended, lines[2])):
        motion = uphold_line_objection(store, admin, objection, "确有错误")
        assert "还要另一人确认" in page_of(client, f"/points/lines/{number}")
        if objection == refused:
            refuse_reversal(store, other, motion, "不必冲销")
        else:
            confirm_reversal(store, other, motion)
    assert "没有同意冲销，这一笔没有变" in page_of(client, f"/points/lines/{lines[1]}")
    assert "已按异议冲销" in page_of(client, f"/points/lines/{lines[2]}")


def test_only_what_the_member_may_claim_is_offered_with_what_is_left(office: Office):
    office.branch.posted()
    page = page_of(office.member, "/points/claim")
    for own in claimable(office.store, office.branch.member).room:
        assert own.item.title.zh in page
    assert "讲一次党课 每次 4 分 · 本季度已满" in page
    assert "志愿服务 每次 1–4 分，每 0.5 分一档 · 本月还可得 8 分" in page
    assert "参加主题党日" not in page
    for item in ("theme_day", "no_such", "elderly_tradition"):
        assert office.member.get(f"/points/claim/{item}").status_code == 404
        assert office.member.post(f"/points/claim/{item}", data={}).status_code == 404


def test_a_claim_with_photographs_is_sent_once_and_followed(office: Office):
    client = office.member
    two = [(io.BytesIO(photo()), "一.jpg"), (io.BytesIO(pdf()), "二.pdf")]
    sent = form(client, file=two)
    answer = client.post("/points/claim/lecture_given", data=sent)
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/points/claims")
    again = [(io.BytesIO(photo()), "一.jpg"), (io.BytesIO(pdf()), "二.pdf")]
    assert client.post("/points/claim/lecture_given", data=sent | {"file": again}).status_code == 303
    (claim,) = office.claims()
    assert (claim.event, claim.note, claim.state) == ("十一月党课", "讲了一课", "pending")
    assert {file.title for file in claim.files} == {"一.jpg", "二.pdf"}
    page = page_of(client, "/points/claims")
    assert "等待 第1村党支部书记或柳河镇党（工）委 审核" in page
    for file in claim.files:
        got = client.get(f"/points/claims/{claim.number}/files/{file.sha256}")
        assert got.status_code == 200
        assert got.headers["Content-Disposition"].startswith("attachment")
        got.close()
    assert client.get(f"/points/claims/{claim.number}/files/{'ab' * 32}").status_code == 404


def test_the_same_form_with_other_contents_is_not_the_same_claim(office: Office):
    client = office.member
    sent = form(client)
    assert client.post("/points/claim/lecture_given", data=sent).status_code == 303
    other = sent | {"note": "另一课", "file": [(io.BytesIO(photo()), "现场.jpg")]}
    answer = client.post("/points/claim/lecture_given", data=other)
    assert answer.status_code == 409
    assert "这张表已经提交过一次" in text_of(answer)
    assert sent["key"] not in answer.get_data(as_text=True), "the next try is another claim"
    assert len(office.claims()) == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(office: Office):
    client = office.member
    later = (NOW + timedelta(days=3)).isoformat()
    answer = send(client, day=later, note="电话 13800138000", file=[])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    for field, words in (
        ("day", "日期还没有到"),
        ("note", "说明"),
        ("files", "至少附 1 份材料"),
    ):
        (wrong,) = re.findall(rf'<span class="wrong" id="wrong-{field}">([^<]*)</span>', page)
        assert words in wrong
    assert f'value="{later}"' in page
    assert "电话 13800138000</textarea>" in page
    assert office.claims() == ()
    answer = send(client, day="", file=[(io.BytesIO(b"<svg/>"), "图.svg")])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择发生的日期" in page
    assert "图.svg" in page
    assert "照片和材料请重新选择一次" in page


@pytest.mark.parametrize("points", ["", "9", "x", "NaN", "1e99", "0.001"])
def test_points_that_the_item_does_not_give_are_refused_beside_the_field(office: Office, points: str):
    answer = send(office.member, "volunteer_service", points=points)
    assert answer.status_code == 409
    assert 'id="wrong-points"' in answer.get_data(as_text=True)
    assert send(office.member, "volunteer_service", points="2.5").status_code == 303
    assert [own.points for own in office.claims()] == [250]


def test_a_claim_is_told_with_what_became_of_it_and_may_be_taken_back(office: Office):
    own = office.branch
    own.posted("k1", "practical_deed", points=200, day=date(2026, 11, 3))
    own.posted("k2", "practical_deed", points=200)
    paper = replace(picture("意见.pdf"), kind=Kind.PDF)
    void = own.claimed("k3", "proposal_adopted", files=(paper,))
    verify_claims(office.store, own.superior, [Decision(claim=void.number, post=False, reason="没有盖章")])
    waiting = own.claimed("k4", "party_lecture")
    claim_points(office.store, own.secretary, own.new("k5", "party_lecture", event="冬训"))
    client = office.member
    page = page_of(client, "/points/claims")
    for words in ("申报 2 分，计入 1 分", "超出的 1 分不计", "不予入账", "理由： 没有盖章", "待审核"):
        assert words in page, words
    assert page.count("撤回申报") == 1, "what the secretary claimed the secretary takes back"
    assert client.post(f"/points/claims/{waiting.number}/withdraw").status_code == 303
    assert "已撤回" in page_of(client, "/points/claims")
    assert client.post(f"/points/claims/{waiting.number}/withdraw").status_code == 409
    assert client.post("/points/claims/999/withdraw").status_code == 404


def test_an_event_claimed_already_is_said_beside_the_form(office: Office):
    """With the number of the claim that waits, and what was typed still there."""
    waiting = office.branch.claimed("k1", "party_lecture", event="冬训")
    typed = {"key": "k2", "day": "2026-11-10", "event": "冬 训", "note": "下午那一场"}
    answer = office.member.post("/points/claim/party_lecture", data=typed)
    assert answer.status_code == 409
    for words in (f"第 {waiting.number} 号申报待审核", "请在活动名称中写明", "下午那一场"):
        assert words in answer.text, words


def test_nothing_of_others_shows_and_what_is_theirs_cannot_be_had(office: Office):
    """Names of other members stand on no page, and their lines, claims and files are not there."""
    own = office.branch
    other = own.members[1]
    claim = claim_points(office.store, own.secretary, own.new("k1", member=other.id))
    (posted,) = own.post(claim.number)
    waiting = claim_points(office.store, own.secretary, own.new("k2", "party_lecture", member=other.id))
    client = office.member
    for number in posted.transfers:
        assert client.get(f"/points/lines/{number}").status_code == 404
        assert client.post(f"/points/lines/{number}/object", data={"reason": "x"}).status_code == 404
    file = client.get(f"/points/claims/{claim.number}/files/{picture().sha256}")
    assert file.status_code == 404
    assert client.post(f"/points/claims/{waiting.number}/withdraw").status_code == 404
    pages = "".join(client.get(page).get_data(as_text=True) for page in (*PAGES, "/points/rules"))
    told = " ".join(page_of(client, page) for page in (*PAGES, "/points/rules"))
    assert "王一" in told
    for one in (*own.members[1:], own.outside):
        assert one.name not in pages
        assert re.search(rf"\b{one.code}\b", told) is None
        assert one.id not in pages


def test_somebody_who_is_no_member_is_told_what_this_is_and_whom_to_ask(office: Office):
    lost = office.of(somebody(office.store, "xu", Role.MEMBER, scope=unit(OWN)))
    secretary = office.of(office.branch.secretary)
    for page in PAGES:
        answer = lost.get(page)
        assert answer.status_code == 404
        assert "还没有与党员名册关联" in text_of(answer)
        answer = secretary.get(page)
        assert answer.status_code == 403
        assert "这里供党员查看自己的积分" in text_of(answer)
    assert Visitor(office.app).get("/points").location.startswith("/sign-in?next=")
    assert "member-points@2026.1" in page_of(secretary, "/points/rules"), "rules are for everybody here"


def test_before_any_rules_are_in_force_that_is_said(tmp_path: Path):
    with store_at(sqlite_in(tmp_path)) as store:
        with_units(store, tmp_path)
        client = browser_of(create_app(store), somebody(store, "shu", Role.SECRETARY, scope=unit(OWN)))
        answer = client.get("/points/rules")
        assert answer.status_code == 404
        assert "积分规则" in text_of(answer)


def words_of(pdf_bytes: bytes) -> tuple[str, int]:
    """Return the words of a PDF without their spaces, and how many pages it has."""
    with pdfium.PdfDocument(pdf_bytes) as document:
        count, words = len(document), []
        for place in range(count):
            with closing(document[place]) as page, closing(page.get_textpage()) as text:
                words.append(text.get_text_range())
    return "".join("".join(words).split()), count


def test_a_statement_is_printed_with_every_line_and_the_same_bytes(office: Office):
    own = office.branch
    own.posted()
    for number in range(2, 9):
        own.posted(f"k{number}", "practical_deed", points=100, event=f"第{number}次")
    client = office.member
    answer = client.get("/points/statement.pdf?year=2026&quarter=4")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data == client.get("/points/statement.pdf?year=2026&quarter=4").data
    words, pages = words_of(answer.data)
    found = own_points(office.store, own.member)
    for line in (*found.honour_lines, *found.spendable_lines):
        assert f"第{line.number}笔" in words
    assert "2026年第4季度：基础分60，加分+7，扣分0，合计67" in words
    assert "王一" in words
    assert "李2" not in words
    assert pages == 1
    empty, _ = words_of(client.get("/points/statement.pdf?year=2026&quarter=1").data)
    assert "没有记录" in empty
    for odd in ("year=x", "year=1999", "year=2026&quarter=5", "year=" + "9" * 30):
        assert client.get(f"/points/statement.pdf?{odd}").status_code == 400
    assert 'action="/points/statement.pdf"' in client.get("/points/lines").get_data(as_text=True)


def test_a_long_statement_goes_over_as_many_pages_as_it_takes():
    """Every line of many, with the heads on each page, and names longer than the page cut with an ellipsis."""
    lines = tuple(
        paper.PaperLine(
            day="2026-11-10", what=f"项目{place}" * 9, more=f"no{place}.", did="+1", came_to=str(place)
        )
        for place in range(120)
    )
    heads = ("日期", "事由", "增减", "余额")
    table = paper.PaperTable(title="荣誉分", heads=heads, lines=lines, empty="没有")
    drawn = paper.draw(paper.Paper(title="对账单", facts=("某某",), tables=(table, table), foot="脚注"))
    words, pages = words_of(drawn)
    assert all(words.count(f"no{place}.") == 2 for place in range(120))
    assert pages > 8
    assert words.count("日期") >= pages
    assert "…" in words


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_rules_are_told_whole_in_both_languages(office: Office, lang: str):
    client = office.member
    client.set_cookie("stars_lang", lang)
    page = page_of(client, "/points/rules")
    rules = read_rules(office.store).rules
    for item in rules.items:
        assert getattr(item.title, lang) in page
        assert item.basis in page
    told = {
        "zh": (
            "自 2026-01-01 起施行",
            "每季度以 60 分起算，年老党员 72 分",
            "96 分以上",
            "60 分以上，不足 70 分",
            "低于 60 分的，由支部先谈话了解情况",
            "银卡 ，20 分以上： 合作商户九五折、积分超市兑换",
            "年底后 12 个月内有效，到期前 30 天提醒",
        ),
        "en": (
            "in force since 2026-01-01",
            "begins each quarter with 60 points, elderly members with 72",
            "from 60 and below 70",
            "Silver card , from 20:",
            "for 12 months after its end, with 30 days of notice",
        ),
    }
    for words in told[lang]:
        assert words in page, words


def test_every_page_is_told_in_english_too(office: Office):
    """No Chinese but for names of branches and of people, and what somebody typed."""
    office.branch.posted()
    number = own_points(office.store, office.branch.member).honour_lines[0].number
    client = office.member
    client.set_cookie("stars_lang", "en")
    names = re.compile(r"第\d村党支部|柳河镇|王一|青石县|合影|中文|《[^》]*》第?[一二三四五六七八九十]*条?")
    for address in (*PAGES, f"/points/lines/{number}"):
        page = names.sub("", page_of(client, address))
        assert re.findall(r"[\u4e00-\u9fff]+", page) == [], address


def test_the_desk_and_the_menu_lead_a_member_to_the_points_first(office: Office):
    page = office.member.get("/desk").get_data(as_text=True)
    assert page.index('href="/points"') < page.index('href="/desk"')
    assert '<a class="primary" href="/points">' in page
    assert 'href="/points"' not in office.of(office.branch.secretary).get("/desk").get_data(as_text=True)
