"""A year is run from the office: opened, moved on, posted, objected to, and published, by two wherever it takes two."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from playwright.sync_api import Page, expect

from scoring.working_days import COUNTY_TIME
from tests.browser.watching import go
from tests.browser.year_county import BEFORE, FIRST, FOLLOWED, SECOND, YEAR
from tests.browser.year_marking import OBJECTED, PANEL
from tests.browser.year_people import Office, told
from tests.uploads.bytes_of import pdf

PROGRESS, PUBLISHING = f"/desk/{YEAR}/progress", f"/desk/{YEAR}/publishing"
OBJECTIONS = f"/desk/{YEAR}/objections"
UPHELD = "4"
"""The mark by which the first village's objection is upheld; it earns the village another star."""


def open_period(office: Office) -> None:
    """Open the year with this year's sets and last year's branches, give its steps their days, and let branches begin."""
    own = office["guan1"]
    office["leader"].refused("/desk/open", "管理员")
    office["leader"].refused("/desk/open", "管理员", period=YEAR, ref="red-flag-rural@2026.1")
    page = own.go("/desk/open")
    page.locator("#period").fill(YEAR)
    page.locator("#like").select_option(BEFORE)
    page.get_by_role("button", name="开设").click()
    expect(page.locator(".refused")).to_contain_text("标准")
    expect(page.locator("#period")).to_have_value(YEAR)
    for ref in sorted({one.criteria.ref for one in office.year.entries.values()}):
        page.locator(f'input[name="ref"][value="{ref}"]').check()
    page.get_by_role("button", name="开设").click()
    expect(page.locator("#phase")).to_contain_text(f"单位 {len(office.year.entries)}")
    for place, day in (("1", "11-30"), ("2", "12-15"), ("3", "12-31")):
        page.locator(f"#day-{place}").fill(f"{YEAR}-{day}")
        page.locator(f"form:has(#day-{place}) button").click()
        expect(told(page)).to_have_text("已保存")
    office["leader"].refused(f"{PROGRESS}/move", "管理员", x="1")
    page.get_by_role("button", name="进入“申报”").click()
    expect(told(page)).to_have_text("已推进到下一环节")
    office["shu1"].refused(PROGRESS)
    office["shu1"].refused(f"{PROGRESS}/remind", x="1")
    page.get_by_role("button", name="一键催办全部").click()
    expect(told(page)).to_have_text("已催办")
    inbox = office["shu1"].go("/inbox")
    expect(inbox.locator(".notices")).to_contain_text("催办")
    office.calm()


def begin_marking(office: Office) -> None:
    """Move on to marking, take in what other branches are marked with, from a file, and assign a panel."""
    own = office["guan1"]
    page = own.go(PROGRESS)
    expect(page.locator("#phase")).to_contain_text("没有签署")
    page.get_by_role("button", name="进入“评分”").click()
    expect(told(page)).to_have_text("已推进到下一环节")
    page.get_by_role("link", name="导入评分").click()
    path = office.year.marks_file(
        lambda code, one: code not in FOLLOWED or (code != FIRST and one.stage in {"self", "superior"})
    )
    wrong = office.year.folder / "wrong.csv"
    wrong.write_text(path.read_text("utf-8-sig").replace(",self,", ",selbst,", 1), "utf-8")
    page.locator("#file").set_input_files(wrong)
    page.get_by_role("button", name="试导入").click()
    expect(page.locator(".refused")).to_contain_text("selbst")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="试导入").click()
    expect(page.locator(".lead-words")).to_contain_text("还没有写入")
    page.get_by_role("button", name="确认导入").click()
    expect(told(page)).to_have_text("已导入")
    for login in PANEL:
        page.locator("section#assign form").first.get_by_role("checkbox", name=office[login].name).check()
    page.locator("#assign-units").fill(" ".join(FOLLOWED))
    page.get_by_role("button", name="分配", exact=True).click()
    expect(told(page)).to_have_text("已分配")
    office["leader"].refused(f"{PROGRESS}/assign", "管理员", stage="county", units=FIRST)
    office["chang"].refused(f"{PROGRESS}/marks", "管理员")
    office.calm()


def post_draft(office: Office) -> None:
    """Let one prepare the draft and another confirm it, with its days; who prepared it cannot."""
    page = office["guan1"].go(PUBLISHING)
    page.get_by_role("radio", name="公示稿").check()
    page.locator("#first").fill("2020-01-06")
    page.get_by_role("button", name="准备，待另一人确认").click()
    expect(page.locator(".refused")).to_contain_text("已过")
    page.locator("#first").fill("")
    page.get_by_role("button", name="准备，待另一人确认").click()
    expect(page.locator("h1")).to_contain_text("第 1 号发布准备")
    expect(page.get_by_role("button", name="确认发布")).to_have_count(0)
    office["guan1"].refused(f"{PUBLISHING}/1/confirm", x="1")
    office["guan2"].refused(f"{PUBLISHING}/1/confirm", "领导", x="1")
    office["shu1"].refused(PUBLISHING)
    leader = office["leader"].go("/desk")
    leader.get_by_role("link", name="开始办理").click()
    leader.get_by_role("link", name="请核对并确认").click()
    expect(leader.locator("#moves-head")).to_be_visible()
    leader.get_by_role("button", name="确认发布").click()
    expect(told(leader)).to_have_text("已发布")
    page = office["leader"].go(f"/periods/{YEAR}/")
    expect(page.locator("body")).to_contain_text(re.compile("公示期 .*可提出异议"))
    office.calm()


def object_(office: Office) -> None:
    """Let two branches object; the one objection is upheld, its consequences seen first, and the other dismissed."""
    _file(office, "shu1", FIRST, OBJECTED, "两个问题都已解决，材料在附件里。")
    _file(office, "shu2", SECOND, "brand", "品牌得到了市里的推广。")
    office["shu2"].refused(f"{OBJECTIONS}/1")
    office["ping1"].refused(OBJECTIONS)
    page = office["guan1"].go(f"{OBJECTIONS}/1")
    handled = page.locator("#person option", has_text=office["fuyi1"].name)
    expect(handled).to_be_disabled()
    fuyi1 = handled.get_attribute("value")
    office["guan1"].refused(f"{OBJECTIONS}/1/assign", person=fuyi1)
    page = office["guan1"].go(f"{OBJECTIONS}/1")
    page.locator("#person").select_option(label=office["fuyi2"].name)
    page.get_by_role("button", name="指定", exact=True).click()
    expect(told(page)).to_have_text("已分配")
    office["fuyi1"].refused(f"{OBJECTIONS}/1/take", x="1")
    office["fuyi1"].refused(f"{OBJECTIONS}/1/dismiss", reason="不成立")
    office["leader"].refused(f"{OBJECTIONS}/1/uphold", "复议人", mark=UPHELD, reason="成立", seal="x")
    _uphold(office["fuyi2"].go(f"{OBJECTIONS}/1"), office.year.names[FIRST])
    page = office["fuyi2"].go(f"{OBJECTIONS}/2")
    page.get_by_role("button", name="由我答复").click()
    page.locator("#dismiss-reason").fill("推广文件是上一年的。")
    page.get_by_role("button", name="不成立：评分不变").click()
    expect(page.locator("h1")).to_contain_text("不成立")
    page = office["shu2"].go("/inbox")
    expect(page.locator(".notices")).to_contain_text("推广文件是上一年的")
    office.calm()


def publish_final(office: Office) -> None:
    """Let the final edition wait for the last day to be over, and then be published by two."""
    last = _last_day(office["guan1"].go(PUBLISHING))
    midnight = datetime.combine(last + timedelta(days=1), time(), COUNTY_TIME)
    office.year.set_clock(midnight - timedelta(minutes=10))
    go(office["leader"].page, PUBLISHING)
    expect(office["leader"].page).to_have_url(re.compile("/sign-in"))
    for login in ("guan1", "leader", "shu1"):
        office[login].sign_in()
    page = office["guan1"].go(PUBLISHING)
    page.get_by_role("radio", name="正式").check()
    page.get_by_role("button", name="准备，待另一人确认").click()
    expect(page.locator(".refused")).to_contain_text("公示期")
    office["shu1"].go(f"{OBJECTIONS}/new?unit={FIRST}")
    office.year.set_clock(midnight + timedelta(minutes=10))
    page = office["shu1"].go(f"{OBJECTIONS}/new?unit={FIRST}")
    expect(page.locator(".lead-words")).to_contain_text("已结束")
    before = _standing(office)
    page = office["guan1"].go(PUBLISHING)
    page.get_by_role("radio", name="正式").check()
    page.get_by_role("button", name="准备，待另一人确认").click()
    expect(page.locator("h1")).to_contain_text("第 2 号发布准备")
    office["guan1"].refused(f"{PUBLISHING}/2/confirm", x="1")
    leader = office["leader"].go(f"{PUBLISHING}/2")
    expect(leader.locator("#moves")).to_contain_text(office.year.names[FIRST])
    leader.get_by_role("button", name="确认发布").click()
    expect(told(leader)).to_have_text("已发布")
    after = _standing(office)
    stars, rank, reached = zip(before, after, strict=True)
    assert stars == (2, 3)
    assert rank[1] < rank[0]
    assert reached[1] == reached[0] + 1
    page = office["shu1"].go(f"/desk/{YEAR}/units/{FIRST}")
    expect(page.locator("#outcome-head")).to_contain_text("正式")
    office.calm()


def _file(office: Office, login: str, code: str, criterion: str, reason: str) -> None:
    own = office[login]
    page = own.go(f"{OBJECTIONS}/new?unit={code}")
    page.locator("#about").select_option(f"line:{criterion}")
    page.locator("#reason").fill(reason)
    page.locator("#file").set_input_files(
        {"name": "说明.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="提交异议").click()
    expect(told(page)).to_have_text("已提交")


def _uphold(page: Page, name: str) -> None:
    expect(page.get_by_role("button", name="成立：改为上面的评分")).to_have_count(0)
    page.locator("#mark").fill("40")
    page.get_by_role("button", name="看后果").click()
    expect(page.locator(".refused")).to_be_visible()
    page.locator("#mark").fill(UPHELD)
    page.get_by_role("button", name="看后果").click()
    row = page.locator("#moves tbody tr", has_text=name)
    expect(row).to_contain_text(re.compile(r"2 星\s*→\s*3 星"))
    page.locator("#uphold-reason").fill("附件证明两个问题都已解决。")
    page.get_by_role("button", name="成立：改为上面的评分").click()
    expect(page.locator("h1")).to_contain_text("成立")


def _last_day(page: Page) -> date:
    found = re.findall(r"\d{4}-\d{2}-\d{2}", page.locator("tbody td").nth(0).text_content())
    return date.fromisoformat(found[-1])


def _standing(office: Office) -> tuple[int, int, int]:
    """Return the first village's stars and rank, and how many branches reach the target, as the leader's pages tell."""
    page = office["leader"].go(f"/periods/{YEAR}/")
    reached = re.search(r"支部 (\d+) 个", page.locator("#headline").text_content())
    page = office["leader"].go(f"/periods/{YEAR}/units/{FIRST}")
    figures = page.locator("dl.figures").first
    stars = re.search(r"(\d) 星", figures.text_content())
    ranks = figures.locator("div", has_text="全县名次").locator("dd").text_content()
    assert reached and stars
    return int(stars[1]), int(re.match(r"\d+", ranks)[0]), int(reached[1])
