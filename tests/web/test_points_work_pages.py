"""Pages of members' points at an office, as HTTP: who sees and does what, and figures that are the workflow's own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from scoring.numbers import marks_text
from scoring.store.engine import Store
from scoring.store.ledger import claims
from scoring.store.ledger.claims import ClaimState
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading_groups import points_of_branch, points_of_county
from scoring.workflow.points.reversing import object_to_line
from tests.databases import ready_made, sqlite_in
from tests.web.points_office import HERE, NOW, TODAYS, Office, evidence, office
from web.pages.points_work.places import summed
from web.pages.points_work.quarters import quarters_before

NAMES = ("王一", "李2", "李3", "李4", "李5", "赵六")
PAGES = {
    "claims": {"secretary", "superior", "community"},
    "award": {"secretary", "community"},
    "members": {"secretary", "superior", "community", "admin", "auditor"},
    "talks": {"secretary", "superior", "community", "admin", "auditor"},
    "reversals": {"secretary", "superior", "community", "admin", "auditor"},
    "quarters": {"secretary", "superior", "community", "admin", "auditor", "leader"},
    "county": {"secretary", "superior", "community", "admin", "auditor", "leader"},
    "means": {"superior", "admin", "auditor", "leader"},
    "rules": {"admin"},
    "members/new": {"admin"},
    "members/import": {"admin"},
}


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in TODAYS:
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    opened = Store.open(database.url, database.schema)
    yield opened
    opened.close()


@pytest.fixture
def own(store: Store, tmp_path: Path) -> Office:
    return office(store, tmp_path)


def claim_of(own: Office, number: int) -> claims.Claim:
    with own.branch.store.read() as c:
        return claims.find(c, number)


def test_each_page_is_shown_to_whom_it_is_for_and_refused_to_others(own):
    for who in own.everybody.keys() - {"other_admin"}:
        for page, seen_by in PAGES.items():
            own.get(who, page, 200 if who in seen_by else 403)


def test_the_way_to_points_leads_to_the_first_page_that_is_theirs(own):
    for who, page in (("superior", "claims"), ("admin", "members"), ("leader", "quarters")):
        answer = own.at(who).get(HERE)
        assert (answer.status_code, answer.location) == (303, f"{HERE}/{page}")
        assert f'href="{HERE}"' in own.get(who, "/desk")
    assert own.at("evaluator").get(HERE).status_code == 404
    assert f'href="{HERE}"' not in own.get("evaluator", "/desk")


def test_a_claim_is_posted_by_its_button_and_listed_below_with_what_was_cut(own):
    own.branch.posted("k1", "practical_deed", points=200)
    number = own.branch.claimed("k2", "practical_deed", points=200, day=date(2026, 11, 11)).number
    page = own.get("superior", "claims")
    assert "上限内可计" in page
    assert "合影.jpg" in page
    assert own.post("superior", "claims", post=str(number)).startswith(f"{HERE}/claims?done=decided")
    assert claim_of(own, number).posted == 100
    assert claim_of(own, number).cut[0].sentence.zh in own.get("superior", "claims")


def test_a_claim_is_sent_back_for_a_reason_and_what_was_typed_elsewhere_stays(own):
    one, two = (
        own.branch.claimed(key, item).number
        for key, item in (("k1", "lecture_given"), ("k2", "party_lecture"))
    )
    page = own.post("superior", "claims", 409, void=str(one), **{f"reason:{two}": "照片看不清"})
    assert re.search(rf'id="claim-{one}".*?role="alert"', page, re.DOTALL)
    assert "照片看不清" in page
    own.post("superior", "claims", void=str(one), **{f"reason:{one}": "没有签到表"})
    assert (claim_of(own, one).state, claim_of(own, one).reason) == (ClaimState.VOID, "没有签到表")
    assert claim_of(own, two).state is ClaimState.PENDING


def test_many_that_are_ticked_are_decided_at_once_or_none(own):
    numbers = [
        str(own.branch.claimed(key, item).number)
        for key, item in (("k1", "lecture_given"), ("k2", "party_lecture"))
    ]
    assert "请先勾选" in own.post("superior", "claims", 409, do="post")
    own.post("superior", "claims", 404, do="post", claim=[*numbers, "999"])
    assert claim_of(own, int(numbers[0])).state is ClaimState.PENDING
    own.post("superior", "claims", do="post", claim=numbers)
    assert {claim_of(own, int(one)).state for one in numbers} == {ClaimState.POSTED}


def test_enter_without_a_button_decides_nothing_and_keeps_what_was_typed(own):
    number = own.branch.claimed().number
    page = own.post("superior", "claims", 200, do="keep", **{f"reason:{number}": "还没写完"})
    assert "还没写完" in page
    assert claim_of(own, number).state is ClaimState.PENDING


def test_another_number_of_points_may_be_posted_where_the_item_leaves_it_open(own):
    number = own.branch.claimed("k1", "practical_deed", points=300).number
    own.post("superior", "claims", post=str(number), **{f"points:{number}": "100"})
    assert claim_of(own, number).posted == 100


def test_a_stranger_decides_nothing(own):
    number = own.branch.claimed().number
    for who in ("community", "member", "admin", "leader"):
        own.post(who, "claims", 403, post=str(number))
    assert claim_of(own, number).state is ClaimState.PENDING


def test_who_came_is_ticked_or_pasted_and_all_are_claimed_for_once(own):
    assert "general_meeting" in own.get("secretary", "award")
    first, second, *_ = own.branch.members
    form = {
        "unit": "A01",
        "item": "general_meeting",
        "day": "2026-11-06",
        "event": "第四季度党员大会",
        "member": [first.id],
        "pasted": f"{second.name}\nM3",
        "form": "f1",
    }
    own.post("secretary", "award", **form, file=evidence())
    own.post("secretary", "award", **form, file=evidence())
    with own.branch.store.read() as c:
        found = claims.pending(c, ["A01"])
    assert {one.member for one in found} == {one.id for one in own.branch.members[:3]}
    assert len(found) == 3
    assert {one.files[0].title for one in found} == {"签到表.pdf"}
    page = own.get("superior", "claims")
    assert "第四季度党员大会" in page
    number = found[0].number
    answer = own.at("superior").get(f"{HERE}/claims/{number}/files/{found[0].files[0].sha256}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    own.get("community", f"claims/{number}/files/{found[0].files[0].sha256}", 403)


def test_a_form_sent_again_with_other_contents_says_so_and_may_then_be_meant(own):
    """A clerk who goes back, changes the event and sends again is told, and sends it once more if it is meant so."""
    form = {"unit": "A01", "item": "general_meeting", "day": "2026-11-06", "pasted": "王一", "form": "f1"}
    own.post("secretary", "award", **form, event="党员大会", file=evidence())
    page = own.post("secretary", "award", 409, **form, event="另一次大会", file=evidence())
    assert "已经提交过一次" in page
    key = re.search(r'name="form" value="(\w+)"', page)
    assert key is not None
    own.post("secretary", "award", **form | {"form": key[1]}, event="另一次大会", file=evidence())
    with own.branch.store.read() as c:
        assert len(claims.pending(c, ["A01"])) == 2


def test_names_that_mean_nobody_are_told_by_line_and_nothing_is_claimed(own):
    form = {"unit": "A01", "item": "general_meeting", "day": "2026-11-06", "pasted": "王一\n王二麻子"}
    page = own.post("secretary", "award", 409, **form)
    assert "第 2 行" in page
    assert "王二麻子" in page.partition("<textarea")[2].partition("</textarea>")[0]
    with own.branch.store.read() as c:
        assert claims.pending(c, ["A01"]) == ()
    assert "请选择项目" in own.post("secretary", "award", 409, unit="A01", day="2026-11-06", pasted="王一")
    assert "请填写活动日期" in own.post("secretary", "award", 409, **form | {"day": "去年", "pasted": "王一"})
    assert "勾选或粘贴" in own.post("secretary", "award", 409, **form | {"pasted": ""})


def listed(*rows: list[str]) -> tuple[io.BytesIO, str]:
    """Return an attendance list as a browser sends it."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    content.seek(0)
    return content, "签到表.xlsx"


def test_a_list_that_is_read_ticks_who_is_on_it_and_claims_nothing_yet(own):
    """Who is on no list of the branch stays among the pasted names, beside what was typed and ticked before."""
    first, second, third, *_ = own.branch.members
    form = {
        "unit": "A01",
        "item": "general_meeting",
        "day": "2026-11-06",
        "event": "党员大会",
        "member": [third.id],
        "form": "f1",
    }
    rows = (
        ["党员大会签到表"],
        ["姓名", "签名"],
        [first.name, "√"],
        [second.name],
        [""],
        [first.name],
        ["孙悟空"],
    )
    page = own.post("secretary", "award", 409, **form, list=listed(*rows))
    ticked = set(re.findall(r'name="member" value="(\w+)" checked', page))
    assert ticked == {first.id, second.id, third.id}
    assert "名单上 4 人，勾选了 2 人" in page
    assert page.partition('id="pasted"')[2].partition("</textarea>")[0].endswith(">孙悟空")
    assert "“孙悟空”：本支部在册党员中没有" in page
    assert 'value="党员大会"' in page
    page = own.post("secretary", "award", 200, **form, list=listed(*rows[:4]))
    assert 'id="pasted-faults"' not in page
    with own.branch.store.read() as c:
        assert claims.pending(c, ["A01"]) == ()


def test_a_list_that_cannot_be_read_says_why_and_keeps_what_was_typed(own):
    form = {"unit": "A01", "item": "general_meeting", "day": "2026-11-06", "pasted": "王一"}
    page = own.post("secretary", "award", 409, **form, list=listed(["序号", "签名"], ["1", "√"]))
    assert "没有“姓名”或“编号”" in page
    assert page.partition('id="pasted"')[2].partition("</textarea>")[0].endswith(">王一")


def test_points_of_an_item_left_open_go_with_that_item_alone(own):
    form = {"unit": "A01", "day": "2026-11-06", "pasted": "王一", "form": "f1"}
    wrong = own.post(
        "secretary",
        "award",
        409,
        **form,
        item="practical_deed",
        points="volunteer_service:200",
        file=evidence(),
    )
    assert "请填写" in wrong
    own.post(
        "secretary", "award", **form, item="practical_deed", points="practical_deed:200", file=evidence()
    )
    with own.branch.store.read() as c:
        (found,) = claims.pending(c, ["A01"])
    assert found.points == 200


def test_a_branch_s_members_are_shown_with_the_workflow_s_figures(own):
    own.branch.posted()
    found = points_of_branch(own.branch.store, own.everybody["secretary"], "A01")
    page = own.get("secretary", "members")
    for one in found.members:
        row = re.search(rf'members/{one.member.id}".*?</tr>', page, re.DOTALL)
        assert row is not None
        assert f"<strong>{marks_text(one.year.annual)}</strong>" in row[0]
        assert marks_text(one.spendable.balance) in row[0]
    assert "李3" not in own.get("secretary", "members?q=wy")
    assert "王一" in own.get("secretary", "members?q=wy")
    assert "没有找到" in own.get("secretary", "members?q=zzz")
    own.get("secretary", "members?unit=A02", 403)
    own.get("secretary", "members?unit=Z9", 404)


def test_an_administrator_finds_a_branch_or_a_member_by_number(own):
    assert "A02" in own.get("admin", "members")
    answer = own.at("admin").get(f"{HERE}/members?q=M2")
    assert answer.location == f"{HERE}/members/{own.branch.members[1].id}"
    assert "李2" in own.get("admin", "members?unit=A01")


def test_a_member_whose_year_is_below_the_line_is_marked_for_a_talk(own):
    number = own.branch.members[1].id
    page = own.get("secretary", "members")
    assert "谈话提醒" not in page
    own.post(
        "secretary",
        "award",
        unit="A01",
        item="illegal_building",
        day="2026-11-06",
        pasted="M2",
        form="f",
        file=evidence(),
    )
    with own.branch.store.read() as c:
        (claim,) = claims.pending(c, ["A01"])
    own.branch.post(claim.number)
    page = own.get("secretary", "members")
    assert "应谈话提醒 1 人" in page
    assert "谈话提醒" in own.get("secretary", f"members/{number}")


def test_members_are_kept_by_administrators(own):
    form = {"name": "周七", "unit": "A01", "kind": "resident", "first_day": "2026-11-01"}
    place = own.post("admin", "members/new", code="M7", **form).partition("?")[0].removeprefix(f"{HERE}/")
    assert "周七" in own.get("admin", place)
    page = own.post("admin", "members/new", 409, code="M7", **form | {"name": "吴八"})
    assert "已有人使用" in page
    assert "吴八" in page
    assert "请填写日期" in own.post("admin", "members/new", 409, code="M8", **form | {"first_day": ""})
    own.post(
        "admin", place, **form | {"name": "周八", "unit": "A02", "first_day": "2026-11-20"}, based_on="1"
    )
    page = own.post("admin", place, 409, **form, based_on="1")
    assert "刚被他人改过" in page
    own.post("admin", f"{place}/leave", first_day="2026-11-21", based_on="2")
    assert "已转出" in own.get("admin", place)
    for who in ("secretary", "auditor", "leader"):
        own.post(who, "members/new", 403, code="M9", **form)
        own.post(who, place, 403, **form)
        own.post(who, f"{place}/leave", 403, first_day="2026-11-21")


def file_of(text: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), "党员.csv"


def test_a_file_of_members_is_tried_and_then_taken(own):
    head = "编号,姓名,支部,类型\n"
    page = own.post("admin", "members/import", 409, file=file_of(f"{head}M20,孙二十,Z9,在职党员\n"))
    assert "第 2 行" in page
    assert "Z9" in page
    page = own.post("admin", "members/import", 200, file=file_of(f"{head}M20,孙二十,A01,在职党员\n"))
    assert "试导入通过" in page
    content = re.search(r'name="content" value="([^"]+)"', page)
    assert content is not None
    assert own.at("admin").get(f"{HERE}/members?q=M20").status_code == 200
    own.post("admin", "members/import", sure="yes", name="党员.csv", content=content[1])
    assert own.at("admin").get(f"{HERE}/members?q=M20").status_code == 303
    own.post("admin", "members/import", 400, sure="yes", name="党员.csv", content="?")
    own.post("secretary", "members/import", 403, file=file_of(head))


def test_a_reversal_is_moved_from_a_line_and_confirmed_by_another(own):
    member = own.branch.own.id
    first, _ = own.branch.posted().transfers
    page = own.post("admin", f"members/{member}/lines/{first}/reversal", 409, reason="")
    assert 'role="alert"' in page.partition(f'id="line-{first}"')[2]
    own.post("admin", f"members/{member}/lines/{first}/reversal", reason="重复计分")
    page = own.get("other_admin", "reversals")
    assert "重复计分" in page
    assert "确认冲销" in page
    assert "确认冲销" not in own.get("admin", "reversals")
    assert "由另一人办理" in own.post("admin", "reversals/1/confirm", 403)
    own.post("secretary", "reversals/1/confirm", 403)
    own.post("other_admin", "reversals/9/confirm", 404)
    own.post("other_admin", "reversals/1/confirm")
    assert "已冲销" in own.get("admin", "reversals")
    assert "已冲销" in own.get("secretary", f"members/{member}")
    assert "已冲销" in own.post("other_admin", "reversals/1/refuse", 409, reason="晚了")


def test_an_objection_is_answered_with_a_reason(own):
    first, _ = own.branch.posted().transfers
    object_to_line(own.branch.store, own.everybody["member"], first, "少计了")
    assert "少计了" in own.get("secretary", "reversals")
    own.post("secretary", "objections/1/dismiss", 403, reason="不成立")
    own.post("superior", "objections/1/dismiss", 403, reason="不成立")
    own.post("admin", "objections/1/dismiss", 409, reason="")
    own.post("admin", "objections/1/dismiss", reason="已按规则计分")
    assert "已按规则计分" in own.get("superior", "reversals")
    second, *_ = own.branch.posted("k2", "party_lecture").transfers
    object_to_line(own.branch.store, own.everybody["member"], second, "应为两次")
    own.post("admin", "objections/2/uphold", reason="确实有误")
    assert "确认冲销" in own.get("other_admin", "reversals")


def test_a_quarter_is_opened_by_administrators_and_closed_by_secretaries(own):
    own.post("secretary", "quarters/open", 403, quarter="2026Q3")
    assert "先发放基础分，由管理员办理" in own.get("secretary", "quarters")
    assert "先发放基础分<" in own.get("admin", "quarters")
    own.post("admin", "quarters/open", quarter="2026Q3")
    assert "结账，不再变动" in own.get("secretary", "quarters?quarter=2026Q3")
    assert "结账，不再变动" not in own.get("leader", "quarters?quarter=2026Q3")
    own.post("leader", "quarters/close", 403, quarter="2026Q3", unit="A01")
    own.post("community", "quarters/close", 403, quarter="2026Q3", unit="A01")
    own.post("secretary", "quarters/close", quarter="2026Q3", unit="A01")
    assert "已经结账" in own.post("secretary", "quarters/close", 409, quarter="2026Q3", unit="A01")
    assert "2026-12-31 才结束" in own.post("secretary", "quarters/close", 409, quarter="2026Q4", unit="A01")


def test_a_quarter_that_waits_for_claims_leads_to_them_once_it_is_over(own):
    """While it runs nothing is to be done first: it is closed after its end."""
    own.branch.claimed("k1", "party_lecture")
    way = f'<a href="{HERE}/claims">先审核申报'
    running = own.get("secretary", "quarters?quarter=2026Q4")
    assert "季度结束后" in running
    assert way not in running
    own.post("admin", "quarters/open", quarter="2026Q3")
    own.branch.claimed("k2", "party_lecture", day=date(2026, 9, 10))
    assert way in own.get("secretary", "quarters?quarter=2026Q3")
    leader = own.get("leader", "quarters?quarter=2026Q3")
    assert "先审核申报" in leader
    assert way not in leader


def test_an_administrator_goes_from_any_page_of_points_to_any_other(own):
    """Merchants and points that end stand in the same row as the rest, and the menu says where one is."""
    pages = "rules", "merchants", "expiry"
    for page in pages:
        shown = own.get("admin", page)
        tabs = re.search(r'<nav class="steps-of-year.*?</nav>', shown, re.DOTALL)
        assert tabs is not None
        for other in pages:
            here = ' aria-current="true"' if other == page else ""
            assert f'<a href="{HERE}/{other}"{here}>' in tabs[0]
        assert f'<a href="{HERE}" aria-current="page">' in shown
    assert f"{HERE}/merchants" not in own.get("superior", "members")


@pytest.mark.parametrize(
    ("points", "shown"), [(0, "0"), (99_950, "999.5"), (100_000, "1,000"), (1_745_205, "17,452.05")]
)
def test_sums_are_shown_by_thousands_as_members_are(points, shown):
    assert summed(points) == shown


def test_quarters_are_counted_back_over_the_turn_of_the_year():
    assert quarters_before("2026Q2", 4) == ("2026Q2", "2026Q1", "2025Q4", "2025Q3")


def test_leaders_see_sums_that_are_the_workflow_s_and_no_name(own):
    own.branch.posted()
    sums = points_of_county(own.branch.store, own.everybody["leader"]).county
    page = own.get("leader", "county")
    assert sums is not None
    for figure in (marks_text(sums.annual), marks_text(sums.earned)):
        assert f"<dd>{figure}" in page
    for path in ("county", "quarters", "county?year=2025"):
        page = own.get("leader", path)
        assert not [name for name in NAMES if name in page]
    assert any(name in own.get("secretary", "members") for name in NAMES), "negative control"


def test_of_few_members_nothing_is_told(own):
    """The community's branch has one member."""
    page = own.get("community", "county")
    assert "不足 5 名党员" in page
    assert "<svg" not in page


def test_a_year_without_rules_says_so(own):
    assert "还没有启用积分规则" in own.get("leader", "county?year=2024")


def test_rules_are_taken_into_use_by_administrators(own):
    assert "member-points@2026.1" in own.get("admin", "rules")
    assert "现行" in own.get("admin", "rules")
    assert "请选择一套规则" in own.post("admin", "rules", 409, first_day="2027-01-01")
    assert "请填写施行日期" in own.post("admin", "rules", 409, first_day="明年")
    shipped = Path("scoring/criteria/sets/member-points@2026.1.yaml").read_text("utf-8")
    file = io.BytesIO(shipped.replace('version: "2026.1"', 'version: "2027.1"').encode())
    page = own.post("admin", "rules", 409, first_day="2027-02-01", file=(file, "rules.yaml"))
    assert "一个季度的第一天" in page
    file = io.BytesIO(shipped.replace('version: "2026.1"', 'version: "2027.1"').encode())
    own.post("admin", "rules", first_day="2027-01-01", file=(file, "rules.yaml"))
    assert "member-points@2027.1" in own.get("admin", "rules")
    own.post("leader", "rules", 403, first_day="2027-01-01")


def test_the_desk_shows_what_waits_of_points(own):
    first, _ = own.branch.posted().transfers
    own.branch.claimed("k2", "party_lecture")
    object_to_line(own.branch.store, own.everybody["member"], first, "少计了")
    open_quarter(own.branch.store, None, "2026Q3")
    assert "1 项待您审核" in own.get("superior", "/desk")
    assert "1 件待您答复" in own.get("admin", "/desk")
    page = own.get("secretary", "/desk")
    assert "1 个支部待结账" in page
    assert f"{HERE}/quarters?quarter=2026Q3" in page
    assert "积分申报" not in own.get("leader", "/desk")


def test_pages_are_told_in_english_too(own):
    own.branch.claimed()
    for who, page in (
        ("superior", "claims"),
        ("secretary", "award"),
        ("leader", "county"),
        ("admin", "rules"),
    ):
        answer = own.at(who).get(f"{HERE}/{page}", headers={"Accept-Language": "en"})
        assert "<h1>" in answer.text
        heading = re.search(r"<h1>(.*?)(<small|</h1>)", answer.text, re.DOTALL)
        assert heading is not None
        assert not re.search(r"[一-鿿]", heading[1])
