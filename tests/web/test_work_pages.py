"""Pages of a year's work as HTTP: gates, posting, objections, publishing by two, progress and the calendar."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.periods import Phase
from scoring.store.engine import Store
from scoring.workflow.keep_periods import list_periods
from scoring.workflow.look_at_editions import list_editions
from tests import people
from tests.databases import ready_made, sqlite_in
from tests.uploads.bytes_of import pdf
from tests.web.reading import Page
from tests.workflow import county
from tests.workflow.year_of import MONDAY, OVER, Year, finish, post, year
from web.app import create_app

HERE = f"/desk/{county.PERIOD}"


class Office:
    """A year's people, each at a browser of their own, and a clock that is set by hand."""

    def __init__(self, own: Year) -> None:
        self.year = own
        self.app = create_app(own.store)
        self.now = MONDAY
        self.app.extensions["stars_clock"] = lambda: self.now
        self.browsers: dict[str, people.Visitor] = {}

    def at(self, who: str) -> people.Visitor:
        if who not in self.browsers:
            self.browsers[who] = people.browser_of(self.app, getattr(self.year, who))
        return self.browsers[who]

    def get(self, who: str, path: str, status: int = 200) -> str:
        answer = self.at(who).get(path)
        assert answer.status_code == status, (answer.status_code, answer.text[-3000:])
        return answer.text

    def post(self, who: str, path: str, status: int = 303, /, **form: object) -> str:
        answer = self.at(who).post(path, data=form)
        assert answer.status_code == status, (answer.status_code, answer.text[-3000:])
        return answer.headers.get("Location", "") or answer.text


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    opened = Store.open(database.url, database.schema)
    yield opened
    opened.close()


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(year(store, tmp_path))


def document() -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf()), "处分决定.pdf"


def raised(office: Office, who: str = "admin") -> None:
    office.post(
        who, f"{HERE}/gates", unit="A01", gate="banned", motion="raise", reason="受处分", file=document()
    )


def prepared(office: Office, state: str = "draft", **form: object) -> str:
    return office.post("admin", f"{HERE}/publishing", state=state, **form).partition("?")[0]


def test_a_gate_is_raised_by_a_form_and_confirmed_by_another(office):
    raised(office)
    assert "处分决定.pdf" in office.get("secretary", f"{HERE}/gates")
    shown = office.at("secretary").get(f"{HERE}/gates/1/document")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert shown.data == pdf()
    shown.close()
    assert "由管一提出" in office.post("admin", f"{HERE}/gates/1/confirm", 403)
    office.get("other_secretary", f"{HERE}/gates/1/document", 403)
    office.post("leader", f"{HERE}/gates/1/confirm")
    assert "已由凌部长办理" in office.post("moderator", f"{HERE}/gates/1/confirm", 409)
    page = office.get("superior", f"{HERE}/gates")
    assert "banned" in page
    assert 'name="unit"' not in page


def test_a_refused_form_keeps_what_was_typed(office):
    page = office.post(
        "admin", f"{HERE}/gates", 409, unit="A01", gate="banned", motion="raise", reason="没有附件的理由"
    )
    assert "没有附件的理由" in page
    assert "须附文件" in page
    assert 'role="alert"' in page


def test_a_year_is_published_by_two_with_an_objection_upheld_and_one_dismissed(office):
    """Each step by the right person at the right page, and tried once by a wrong one."""
    office.post("leader", f"{HERE}/publishing", 403, state="draft")
    one = prepared(office)
    assert "确认后立即公示到 2026-11-27" in office.get("leader", one)
    assert "确认发布" not in office.get("admin", one)
    office.post("admin", f"{one}/confirm", 403)
    office.post("leader", f"{one}/confirm")
    assert "公示期 11月23日至11月27日，期内可提出异议" in office.get("auditor", f"/periods/{county.PERIOD}/")

    assert "2026-11-27 24:00" in office.get("secretary", f"{HERE}/objections/new?unit=A01")
    office.post(
        "other_secretary", f"{HERE}/objections", 403, unit="A01", about="line:discipline", reason="别人的"
    )
    first = office.post(
        "secretary",
        f"{HERE}/objections",
        unit="A01",
        about="line:discipline",
        reason="材料齐全",
        file=document(),
    ).partition("?")[0]
    second = office.post(
        "other_secretary", f"{HERE}/objections", unit="A02", about="line:satisfaction", reason="票数有误"
    ).partition("?")[0]
    office.get("secretary", second, 403)
    assert "处分决定.pdf" in office.get("moderator", first)

    office.post("leader", f"{first}/take", 403)
    office.post("moderator", f"{first}/take")
    assert "白复议" in office.post("other_moderator", f"{first}/take", 409)
    office.post("admin", f"{second}/assign", person=office.year.other_moderator.id)
    assert "满分" in office.post("moderator", f"{first}/consequences", 409, mark="99")
    page = office.post("moderator", f"{first}/consequences", 200, mark="20")
    moves = Page(page).tables["moves"]
    assert moves[0].words[0].startswith("第1村党支部")
    seal = page.partition('name="seal" value="')[2].partition('"')[0]
    assert "已不同" in office.post("moderator", f"{first}/uphold", 409, mark="19", reason="属实", seal=seal)
    office.post("moderator", f"{first}/uphold", mark="20", reason="经核实属实", seal=seal)
    ballot = {"grade-good": "3", "grade-fair": "9", "grade-poor": ""}
    assert "如果成立" in office.post("other_moderator", f"{second}/consequences", 200, **ballot)
    office.post("other_moderator", f"{second}/dismiss", reason="票数与原始记录一致")
    assert "成立" in office.get("secretary", first)
    assert "经核实属实" in office.get("secretary", first)

    assert "24:00 才结束" in office.post("admin", f"{HERE}/publishing", 409, state="final")
    office.now = OVER
    final = prepared(office, "final")
    assert "与上一版的不同" in office.get("leader", final)
    office.post("leader", f"{final}/confirm")
    newest = list_editions(office.year.store)[0]
    assert (newest.prepared_by, newest.confirmed_by, newest.state) == ("管一", "凌部长", "final")


def test_marks_changed_meanwhile_are_told_on_the_page(office, tmp_path):
    one = prepared(office)
    county.moderate(office.year.store, tmp_path / "m.csv", ("A01", "discipline", "组长", "3"))
    page = office.get("leader", one)
    assert "准备之后有改动" in page
    assert "组长" in page
    assert "确认发布" not in page
    assert "组长" in office.post("leader", f"{one}/confirm", 409)


def test_after_the_last_second_nobody_objects(office):
    post(office.year)
    office.now = OVER
    assert "提出异议" not in Page(office.get("secretary", f"{HERE}/objections")).texts.get(
        "main", ""
    ).replace("可以在公示期内对评分或一票否决提出异议", "")
    page = office.post(
        "secretary", f"{HERE}/objections", 409, unit="A01", about="line:discipline", reason="迟到的"
    )
    assert "已于 2026-11-27 24:00" in page
    assert "迟到的" in page


def test_publishing_forms_are_read_strictly(office):
    for form in ({"first": "某天"}, {"days": "五"}, {"days": "0"}):
        office.post("admin", f"{HERE}/publishing", 409, state="draft", **form)
    assert list_editions(office.year.store) == ()


def test_the_calendar_is_kept_by_administrators_and_moves_the_last_day(office):
    office.post("leader", f"{HERE}/calendar", 403, days="2026-11-25 放假")
    page = office.post("admin", f"{HERE}/calendar", 409, days="2026-11-25 大概放假")
    assert "大概放假" in page
    office.post("admin", f"{HERE}/calendar", days="2026-11-25 放假 县庆", year="2026")
    assert "县庆" in office.get("admin", f"{HERE}/calendar?year=2026")
    one = prepared(office)
    assert "2026-11-30" in office.get("leader", one)
    assert "国庆节" in office.get("auditor", f"{HERE}/calendar?year=2026")
    assert "只含法律固定的节日" in office.get("auditor", f"{HERE}/calendar?year=2031")


def test_a_year_is_opened_like_the_last_and_moved_on(office):
    store = office.year.store
    office.post("leader", "/desk/open", 403, period="2027", ref="village@1")
    assert "至少选择一套标准" in office.post("admin", "/desk/open", 409, period="2027")
    office.post("admin", "/desk/open", period="2027", ref=["village@1", "office@1"], like="2026")
    assert "单位" in office.get("admin", "/desk/2027/progress")
    office.post("superior", "/desk/2027/progress/move", 403)
    office.post("admin", "/desk/2027/progress/move")
    office.post("admin", "/desk/2027/progress/move")
    office.post("admin", "/desk/2027/progress/move", 403)
    assert {own.id: own.phase for own in list_periods(store)}["2027"] is Phase.MARKING


def test_files_are_tried_before_they_are_taken(office, tmp_path):
    path = county.write(
        tmp_path / "more.csv", [county.MARK_HEAD, ["A01", "discipline", "county", "王", "19"]]
    )
    office.get("superior", f"{HERE}/progress/marks", 403)
    page = office.post(
        "admin", f"{HERE}/progress/marks", 200, file=(io.BytesIO(path.read_bytes()), "更多.csv")
    )
    assert "还没有写入" in page
    content = page.partition('name="content" value="')[2].partition('"')[0]
    name = page.partition('name="name" value="')[2].partition('"')[0]
    office.post("admin", f"{HERE}/progress/marks", sure="yes", name=name, content=content)
    again = office.post(
        "admin", f"{HERE}/progress/marks", 200, file=(io.BytesIO(path.read_bytes()), "更多.csv")
    )
    assert "已经导入过" in again
    bad = office.post("admin", f"{HERE}/progress/marks", 409, file=(io.BytesIO(b"x,y\n1,2\n"), "坏.csv"))
    assert 'role="alert"' in bad


def test_who_is_behind_is_reminded_once_a_day(office):
    store = office.year.store
    evaluator = people.somebody(store, "ping", people.Role.EVALUATOR, name="评一")
    assert "评一" in office.get("admin", f"{HERE}/progress")
    office.post(
        "admin",
        f"{HERE}/progress/assign",
        stage="county",
        person=evaluator.id,
        units="A01，A02 A03",
        act="assign",
    )
    office.post("admin", f"{HERE}/progress/remind")
    assert "今天已催办 1 人" in office.get("admin", f"{HERE}/progress")
    assert "每人每天最多一次" in office.post("admin", f"{HERE}/progress/remind", 409)
    office.post("admin", f"{HERE}/progress/deadline", step="county", day="2026-11-20")
    office.post(
        "admin", f"{HERE}/progress/draw", stage="county", wanted="2", person=evaluator.id, seed="2026"
    )
    office.post("admin", f"{HERE}/progress/draw", 409, stage="county", wanted="二", person=evaluator.id)
    assert "2026-11-20" in office.get("admin", f"{HERE}/progress")


@pytest.mark.parametrize("path", ["gates", "objections", "publishing", "progress", "calendar"])
def test_visitors_are_led_to_the_sign_in(office, path):
    answer = office.app.test_client().get(f"{HERE}/{path}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("path", ["gates", "objections", "publishing", "progress", "calendar"])
def test_every_page_speaks_english_too(office, path):
    post(office.year)
    finish(office.year)
    office.at("admin").set_cookie("stars_lang", "en")
    page = office.get("admin", f"{HERE}/{path}")
    main = page.partition("<main")[2].partition("</main>")[0]
    for word in ("公示", "异议", "发布", "确认", "进度", "理由"):
        assert word not in main.replace("红旗", ""), word


def test_a_page_that_is_kept_for_all_tells_no_time(office):
    """The head of a year's pages says the days of posting, never whether they are over: nobody makes it anew then."""
    post(office.year)
    visitor = office.app.test_client()
    before = visitor.get(f"/periods/{county.PERIOD}/").text
    office.now = OVER
    assert visitor.get(f"/periods/{county.PERIOD}/").text == before
