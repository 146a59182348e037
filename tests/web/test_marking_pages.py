"""The marking pages as they are asked for by the right and the wrong person, with and without scripts."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from scoring.people import VISITOR, Actor, Role
from scoring.periods import Phase
from scoring.sheets import Entered, SheetKey, SheetState
from scoring.store import assignments, sheets
from scoring.store.assignments import Assigned
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.sheets import NewMove
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.sign_sheets import sign_sheet
from tests.databases import ready_made, sqlite_in
from tests.people import Visitor, browser_of, somebody, township, unit
from tests.workflow import county, people_at_work
from web.app import create_app

QUEUE = "/desk/2026/marking"
SHEET = f"{QUEUE}/county/A01"
SHARED = f"{QUEUE}/superior/A01"
FULL = {
    "discipline": "12",
    "meetings": "5",
    "late_meetings": "3",
    "income": "31000",
    "knowledge": "75",
    "satisfaction": "good=3;fair=4;poor=1",
}
"""A mark on every criterion of a village."""


@dataclass(frozen=True)
class Work:
    """A county at marking, and the people who do it. `wang` and `li` are the panel of A01 to A03."""

    store: Store
    wang: Actor
    li: Actor
    other: Actor
    chang: Actor
    zhao: Actor
    secretary: Actor
    moderator: Actor

    def as_(self, actor: Actor) -> Visitor:
        """Return a browser in which *actor* is signed in."""
        return browser_of(create_app(self.store), actor)

    def key(self, actor: Actor, code: str = "A01") -> SheetKey:
        """Return the key of an evaluator's own sheet."""
        return SheetKey(period="2026", unit=code, stage="county", holder=actor.id)

    def marks(self, actor: Actor, code: str = "A01", stage: str = "county") -> dict[str, str]:
        """Return the marks on a sheet as its own evaluator sees them."""
        key = self.key(actor, code) if stage == "county" else SheetKey(period="2026", unit=code, stage=stage)
        return {own: one.mark for own, one in read_sheet(self.store, actor, key).marks.items() if one.mark}

    def sign(self, actor: Actor, code: str = "A01", **changes: str) -> None:
        """Enter a mark on everything, and sign."""
        entries = [Entered(criterion=own, mark=mark) for own, mark in (FULL | changes).items()]
        enter_marks(self.store, actor, self.key(actor, code), entries)
        sign_sheet(self.store, actor, self.key(actor, code))


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    database = ready_made(sqlite_in(tmp_path))
    store = Store.open(database.url, database.schema)
    try:
        people_at_work.opened(store, tmp_path, phase=Phase.MARKING)
        earlier = [row for row in county.mark_rows()[1:] if row[2] in ("self", "superior")]
        county.take_marks(store, tmp_path / "marks.csv", [county.MARK_HEAD, *earlier])
        scope = township("柳河镇")
        found = Work(
            store,
            wang=somebody(store, "wang", Role.EVALUATOR, name="王秀英"),
            li=somebody(store, "li", Role.EVALUATOR, name="李建国"),
            other=somebody(store, "sun", Role.EVALUATOR, name="孙无事"),
            chang=somebody(store, "chang", Role.SUPERIOR, scope=scope, name="常明"),
            zhao=somebody(store, "zhao", Role.SUPERIOR, scope=scope, name="赵亮"),
            secretary=somebody(store, "qin", Role.SECRETARY, scope=unit("A01"), name="秦书记"),
            moderator=somebody(store, "bai", Role.MODERATOR, name="白复"),
        )
        seats = [
            Assigned(unit=code, stage="county", person=own.id)
            for code in ("A01", "A02", "A03")
            for own in (found.wang, found.li)
        ]
        with store.begin() as c:
            assignments.put(c, "2026", seats, 0)
        yield found
    finally:
        store.close()


class Fields(HTMLParser):
    """What a browser would send of the form of that id, as it came."""

    def __init__(self, html: str, form: str = "sheet") -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._form, self._inside = form, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == self._form
        kind = given.get("type", "text")
        if self._inside and tag == "input" and "name" in given:
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            self.values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False


def fields(browser: Visitor, address: str) -> dict[str, str]:
    """Return what the sheet's form holds as it is shown."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return Fields(answer.text).values


def words(html: str) -> str:
    """Return the page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_queue_holds_what_is_mine_and_one_way_on(work):
    page = work.as_(work.wang).get(QUEUE).text
    assert set(re.findall(r'data-unit="(\w+)"', page)) == {"A01", "A02", "A03"}
    assert page.count('class="primary"') == 1
    assert re.search(r'id="go-on" href="([^"]+)"', page)[1] == SHEET


def test_an_empty_queue_says_what_will_be_here(work):
    page = work.as_(work.other).get(QUEUE)
    assert page.status_code == 200
    assert "还没有需要您评分的支部" in page.text


def test_the_queue_goes_on_with_what_was_begun(work):
    enter_marks(
        work.store, work.wang, work.key(work.wang, "A03"), [Entered(criterion="discipline", mark="9")]
    )
    page = work.as_(work.wang).get(QUEUE).text
    assert re.search(r'id="go-on" href="([^"]+)"', page)[1].endswith("/A03")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=d2c", {"A02"}),
        ("q=第3村", {"A03"}),
        ("state=signed", {"A01"}),
        ("state=open", {"A02", "A03"}),
        ("state=sent_back", set()),
    ],
)
def test_the_queue_is_filtered_and_searched(work, query, codes):
    work.sign(work.wang)
    page = work.as_(work.wang).get(f"{QUEUE}?{query}").text
    assert set(re.findall(r'data-unit="(\w+)"', page)) == codes


@pytest.mark.parametrize("address", [QUEUE, SHEET, f"{QUEUE}/county/grid", "/desk/2026/moderation"])
def test_a_visitor_is_asked_to_sign_in(work, address):
    answer = work.as_(VISITOR).get(address)
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


@pytest.mark.parametrize("who", ["other", "chang", "secretary"])
def test_nobody_else_marks_the_sheet(work, who):
    """An evaluator who has other units, a superior and the branch's own secretary: none of them marks for the county."""
    browser = work.as_(getattr(work, who))
    address = f"{SHEET}?holder={work.wang.id}"
    assert browser.get(address).status_code == 403
    assert browser.post(address, data={"do": "confirm"}).status_code == 403
    answer = browser.post(f"{QUEUE}/county/marks?unit=A01&holder={work.wang.id}", json={"entries": []})
    assert answer.status_code == 403
    assert work.marks(work.wang) == {}


def test_a_sheet_shows_what_is_asked_and_the_marks_before(work):
    page = words(work.as_(work.wang).get(SHEET).text)
    assert "满分 20" in page
    assert "12 次" in page
    assert "自评 20" in page
    assert "上级 17" in page
    assert "50,000 元及以上" in page


def test_a_plain_form_saves_what_was_changed(work):
    browser = work.as_(work.wang)
    form = fields(browser, SHEET)
    form |= {
        "mark:discipline": "１２．５",
        "comment:discipline": "台账齐全",
        "mark:satisfaction:good": "3",
        "mark:satisfaction:fair": "4",
        "na:income": "1",
        "do": "save",
    }
    answer = browser.post(SHEET, data=form)
    assert answer.status_code == 303
    assert answer.location.endswith("done=saved")
    assert work.marks(work.wang) == {
        "discipline": "12.5",
        "satisfaction": "good=3;fair=4;poor=0",
        "income": "n/a",
    }
    own = read_sheet(work.store, work.wang, work.key(work.wang))
    assert own.mark_of("discipline").comment == "台账齐全"


def test_what_was_not_touched_is_neither_written_nor_in_anybodys_way(work):
    """A form sends every field; the ones that stand as they were shown must not undo what others wrote since."""
    browser, first = work.as_(work.chang), work.as_(work.zhao)
    form = fields(browser, SHARED)
    first.post(SHARED, data=fields(first, SHARED) | {"mark:discipline": "11", "comment:discipline": "核过"})
    answer = browser.post(SHARED, data=form | {"do": "save", "mark:meetings": "0"})
    assert answer.status_code == 303
    own = read_sheet(work.store, work.chang, SheetKey(period="2026", unit="A01", stage="superior"))
    assert (own.mark_of("discipline").mark, own.mark_of("discipline").revision) == ("11", 1)
    assert (own.mark_of("meetings").mark, own.mark_of("meetings").revision) == ("0", 1)


def test_a_comment_of_two_lines_outlives_a_form_of_one(work):
    """A worksheet's cell may hold lines; a field of one line shows them joined, and leaves them as they are."""
    entered = Entered(criterion="discipline", mark="9", comment="一行\n两行")
    enter_marks(work.store, work.wang, work.key(work.wang), [entered])
    browser = work.as_(work.wang)
    form = fields(browser, SHEET)
    shown = {"comment:discipline": form["comment:discipline"].replace("\n", "")}
    browser.post(SHEET, data=form | shown | {"mark:discipline": "10"})
    own = read_sheet(work.store, work.wang, work.key(work.wang)).mark_of("discipline")
    assert (own.mark, own.comment) == ("10", "一行\n两行")


def test_a_mark_that_is_not_allowed_stands_in_its_place_and_the_others_are_saved(work):
    browser = work.as_(work.wang)
    form = fields(browser, SHEET) | {"mark:discipline": "99", "mark:meetings": "10", "do": "save"}
    answer = browser.post(SHEET, data=form)
    assert answer.status_code == 422
    assert work.marks(work.wang) == {"meetings": "10"}
    again = Fields(answer.text).values
    assert again["mark:discipline"] == "99"
    assert again["was:discipline"] == ""
    assert "高于满分 20" in words(answer.text)
    assert re.search(r'name="mark:discipline"[^>]*aria-invalid', answer.text)


def test_a_ballot_with_too_many_of_the_best_grade_is_told_the_rule(work):
    browser = work.as_(work.wang)
    form = fields(browser, SHEET) | {"mark:satisfaction:good": "9", "mark:satisfaction:fair": "1"}
    assert "超过 2/3" in words(browser.post(SHEET, data=form).text)


def stale(work, browser: Visitor) -> str:
    """Let two superiors open one sheet and both write a mark; return the page the second is shown."""
    form = fields(browser, SHARED)
    first = work.as_(work.zhao)
    first.post(SHARED, data=fields(first, SHARED) | {"mark:discipline": "11", "comment:discipline": "核过"})
    answer = browser.post(SHARED, data=form | {"mark:discipline": "15", "mark:meetings": "0"})
    assert answer.status_code == 409
    return answer.text


def test_a_stale_edit_shows_both_values_and_overwrites_nothing(work):
    page = stale(work, work.as_(work.chang))
    told = words(re.search(r'id="conflict-table".*?</table>', page, re.DOTALL)[0])
    for part in ("纪律", "15", "11", "核过", "赵亮"):
        assert part in told
    marks = work.marks(work.chang, stage="superior")
    assert (marks["discipline"], marks["meetings"]) == ("11", "0")


@pytest.mark.parametrize(("chosen", "mark"), [("theirs", "11"), ("mine", "15")])
def test_of_a_conflict_either_can_be_taken(work, chosen, mark):
    browser = work.as_(work.chang)
    page = stale(work, browser)
    mine = re.search(r'name="take:discipline" value="(\d+)"', page)[1]
    take = {"take:discipline": mine if chosen == "mine" else "theirs"}
    assert browser.post(SHARED, data=Fields(page).values | take).status_code == 303
    assert work.marks(work.chang, stage="superior")["discipline"] == mark


def test_a_conflict_in_which_nothing_was_chosen_is_shown_again(work):
    browser = work.as_(work.chang)
    page = stale(work, browser)
    assert browser.post(SHARED, data=Fields(page).values).status_code == 409
    assert work.marks(work.chang, stage="superior")["discipline"] == "11"


def test_a_script_saves_as_marks_are_typed(work):
    browser = work.as_(work.wang)
    entries = [
        {"criterion": "discipline", "mark": "８．５", "comment": None, "revision": 0},
        {"criterion": "meetings", "mark": "7", "comment": None, "revision": 0},
    ]
    answer = browser.post(f"{QUEUE}/county/marks?unit=A01", json={"entries": entries})
    assert answer.status_code == 200
    assert answer.json["revisions"] == {"discipline": 1}
    assert list(answer.json["faults"]) == ["meetings"]
    entries = [{"criterion": "discipline", "mark": "9", "comment": "x", "revision": 0}]
    answer = browser.post(f"{QUEUE}/county/marks?unit=A01", json={"entries": entries})
    assert answer.status_code == 409
    (conflict,) = answer.json["conflicts"]
    assert (conflict["yours"], conflict["theirs"], conflict["by"]) == ("9", "8.5", "王秀英")


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"entries": {}},
        {"entries": [1]},
        {"entries": [{"criterion": "discipline", "mark": 9, "revision": 0}]},
        {"entries": [{"criterion": "discipline", "mark": "9", "revision": -1}]},
        {"entries": [{"criterion": "discipline", "mark": "9", "revision": True}]},
    ],
)
def test_what_no_script_of_ours_sends_is_refused(work, document):
    browser = work.as_(work.wang)
    answer = browser.post(
        f"{QUEUE}/county/marks?unit=A01", data=json.dumps(document), content_type="application/json"
    )
    assert answer.status_code == 400
    assert work.marks(work.wang) == {}


def test_signing_asks_first_and_says_what_follows(work):
    browser = work.as_(work.wang)
    form = fields(browser, SHEET) | {f"mark:{own}": mark for own, mark in FULL.items() if "=" not in mark}
    form |= {"mark:satisfaction:good": "3", "mark:satisfaction:fair": "4", "do": "sign"}
    answer = browser.post(SHEET, data=form)
    assert answer.status_code == 303
    asked = browser.get(answer.location).text
    assert "锁定并计入结果" in asked
    assert work.as_(work.li).get(f"{SHEET}?holder={work.wang.id}").status_code == 403
    signed = browser.post(SHEET, data={"do": "confirm"})
    assert signed.status_code == 303
    assert signed.location == f"{QUEUE}/county/A02?done=signed"
    locked = browser.get(SHEET).text
    assert 'id="locked"' in locked
    assert 'name="mark:discipline"' not in locked
    assert browser.post(f"{QUEUE}/county/marks?unit=A01", json={"entries": []}).status_code == 409


def test_a_sheet_that_wants_marks_is_not_signed_and_they_are_named(work):
    answer = work.as_(work.wang).post(SHEET, data={"do": "confirm"})
    assert answer.status_code == 409
    assert "尚未评分" in answer.text
    assert "纪律" in answer.text


def test_members_of_a_panel_see_each_other_once_both_have_signed(work):
    work.sign(work.wang, discipline="3.5")
    before = work.as_(work.li).get(SHEET).text
    assert "王秀英" not in before
    assert "3.5" not in words(before)
    work.sign(work.li)
    after = words(work.as_(work.li).get(SHEET).text)
    assert "王秀英 3.5" in after


def test_the_earlier_mark_is_taken_one_by_one_or_for_the_rest(work):
    browser = work.as_(work.wang)
    form = fields(browser, SHEET)
    assert browser.post(SHEET, data=form | {"accept": "discipline"}).location.endswith("#mark-discipline")
    assert work.marks(work.wang) == {"discipline": "17"}
    form = fields(browser, SHEET) | {"mark:meetings": "10"}
    browser.post(SHEET, data=form | {"do": "accept"})
    assert work.marks(work.wang) == {"discipline": "17", "meetings": "10", "income": "31000.5"}


def test_a_sheet_is_sent_back_with_a_reason_that_the_branch_reads(work):
    """The branch signs, its superior sends the sheet back, and the branch can change it again."""
    own, key = f"{QUEUE}/self/A01", SheetKey(period="2026", unit="A01", stage="self")
    keep_signed_by_the_branch(work)
    locked = work.as_(work.secretary).get(own).text
    assert 'id="locked"' in locked
    browser = work.as_(work.chang)
    assert browser.post(SHARED, data={"do": "send_back", "reason": " "}).status_code == 409
    refused = work.as_(work.secretary).post(SHARED, data={"do": "send_back", "reason": "x"})
    assert refused.status_code == 403
    assert browser.post(SHARED, data={"do": "send_back", "reason": "收入缺凭证"}).status_code == 303
    page = work.as_(work.secretary).get(own).text
    assert "收入缺凭证" in page
    assert "常明" in page
    assert 'name="mark:discipline"' in page
    assert read_sheet(work.store, work.secretary, key).locked is None


def keep_signed_by_the_branch(work) -> None:
    """Let the branch sign while it is collecting, as it would have before the year came to marking."""
    with work.store.begin() as c:
        move = NewMove(
            key=SheetKey(period="2026", unit="A01", stage="self"),
            number=1,
            state=SheetState.SIGNED,
            evaluator="本支部",
        )
        sheets.add(c, [move], By(person=work.secretary.id))


def test_without_its_token_nothing_is_taken(work):
    browser = work.as_(work.wang)
    browser.csrf = ""
    form = fields(browser, SHEET) | {"mark:discipline": "9"}
    form.pop("csrf")
    assert browser.post(SHEET, data=form).status_code == 403
    assert browser.post(f"{QUEUE}/county/marks?unit=A01", json={"entries": []}).status_code == 403
    assert browser.post(f"{QUEUE}/county/grid", json={"cells": []}).status_code == 403
    assert work.marks(work.wang) == {}


def test_the_grid_holds_my_units_by_set_and_takes_a_block(work):
    browser = work.as_(work.wang)
    page = browser.get(f"{QUEUE}/county/grid").text
    assert "改用逐项填写" in page
    cells = browser.get(f"{QUEUE}/county/grid.json").json
    assert [row["unit"] for row in cells["rows"]] == ["A01", "A02", "A03"]
    assert [column.get("criterion") for column in cells["columns"]][:2] == ["discipline", "meetings"]
    block = [[code, "discipline", "12", 0] for code in ("A01", "A02", "A03", "A05")]
    block += [["A01", "meetings", "7", 0]]
    saved = browser.post(f"{QUEUE}/county/grid", json={"cells": block}).json
    assert sorted(own[0] for own in saved["revisions"]) == ["A01", "A02", "A03"]
    assert {tuple(own[:2]) for own in saved["faults"]} == {("A05", "discipline"), ("A01", "meetings")}
    again = browser.post(f"{QUEUE}/county/grid", json={"cells": [["A02", "discipline", "3", 0]]}).json
    (conflict,) = again["conflicts"]
    assert (conflict["yours"], conflict["theirs"]) == ("3", "12")
    assert work.marks(work.wang, "A02") == {"discipline": "12"}


def test_a_grid_of_one_unit_and_of_one_criterion_show_the_marks_before(work):
    browser = work.as_(work.wang)
    own = browser.get(f"{QUEUE}/county/grid.json?unit=A01").json
    assert [column["title"] for column in own["columns"]] == ["可填", "自评", "上级", "本表评分"]
    assert own["rows"][0]["marks"] == ["0–20，步长 0.5", "20", "17", ""]
    across = browser.get(f"{QUEUE}/county/grid.json?criterion=discipline").json
    assert [column["title"] for column in across["columns"]][:2] == ["自评", "上级"]
    assert [row["marks"][1] for row in across["rows"]] == ["17", "14", "19"]


def test_signed_sheets_are_locked_in_the_grid(work):
    work.sign(work.wang)
    rows = work.as_(work.wang).get(f"{QUEUE}/county/grid.json").json["rows"]
    assert [(row["unit"], row["locked"]) for row in rows] == [("A01", True), ("A02", False), ("A03", False)]


@pytest.mark.parametrize("who", ["other", "secretary"])
def test_a_block_of_others_units_is_refused(work, who):
    answer = work.as_(getattr(work, who)).post(
        f"{QUEUE}/county/grid", json={"cells": [["A01", "discipline", "1", 0]]}
    )
    assert answer.status_code == 403
    assert answer.json["faults"]
    assert work.marks(work.wang) == {}


def test_a_dispute_is_settled_by_somebody_who_had_no_hand_in_it(work):
    work.sign(work.wang, discipline="2")
    work.sign(work.li, discipline="18")
    browser = work.as_(work.moderator)
    page = words(browser.get("/desk/2026/moderation").text)
    assert "第1村党支部 · 纪律" in page
    assert "相差超过满分的 30%" in page
    settle = {"unit": "A01", "criterion": "discipline", "revision": "0", "mark:discipline": "10"}
    assert browser.post("/desk/2026/moderation", data=settle | {"reason": ""}).status_code == 422
    assert browser.post("/desk/2026/moderation", data=settle | {"reason": "看了原件"}).status_code == 303
    again = browser.post("/desk/2026/moderation", data=settle | {"reason": "改主意", "mark:discipline": "11"})
    assert again.status_code == 409
    assert "10" in words(again.text)
    assert "看了原件" in words(again.text)


@pytest.mark.parametrize("who", ["wang", "chang", "secretary"])
def test_disputes_are_for_moderators(work, who):
    browser = work.as_(getattr(work, who))
    assert browser.get("/desk/2026/moderation").status_code == 403
    settle = {
        "unit": "A01",
        "criterion": "discipline",
        "revision": "0",
        "mark:discipline": "10",
        "reason": "x",
    }
    assert browser.post("/desk/2026/moderation", data=settle).status_code == 403


WORKSHEET = f"{QUEUE}/county/worksheet"
DISCIPLINE, MEETINGS = "C5", "F5"
"""Where the marks of A01 stand in a worksheet of villages."""


def filled(browser: Visitor, **cells: str | float) -> bytes:
    """Return the worksheet of who asks, with *cells* filled in as Excel would save it."""
    answer = browser.get(f"{WORKSHEET}.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    for cell, mark in cells.items():
        book.worksheets[1][cell] = mark
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def give(browser: Visitor, content: bytes, name: str = "评分表.xlsx"):
    return browser.post(WORKSHEET, data={"do": "try", "file": (io.BytesIO(content), name)})


def again(page: str, do: str) -> dict[str, str]:
    """Return the form of a preview, as its button sends it."""
    return {
        "do": do,
        "name": re.search(r'name="name" value="([^"]+)"', page)[1],
        "content": re.search(r'name="content" value="([^"]+)"', page)[1],
    }


def test_a_worksheet_is_shown_before_it_is_taken(work):
    browser = work.as_(work.wang)
    page = give(browser, filled(browser, **{DISCIPLINE: 12.5, MEETINGS: 10}))
    assert page.status_code == 200
    assert "改动 2 项" in words(page.text)
    assert work.marks(work.wang) == {}
    taken = browser.post(WORKSHEET, data=again(page.text, "take"))
    assert taken.status_code == 303
    assert "done=imported" in taken.location
    assert work.marks(work.wang) == {"discipline": "12.5", "meetings": "10"}


def test_a_worksheet_with_a_fault_is_not_taken_and_comes_back_marked(work):
    browser = work.as_(work.wang)
    page = give(browser, filled(browser, **{DISCIPLINE: 99, MEETINGS: 10}))
    assert page.status_code == 422
    assert "高于满分 20" in words(page.text)
    assert browser.post(WORKSHEET, data=again(page.text, "take")).status_code == 422
    assert work.marks(work.wang) == {}
    marked = browser.post(WORKSHEET, data=again(page.text, "marked"))
    assert marked.headers["Content-Disposition"].startswith("attachment")
    cell = openpyxl.load_workbook(io.BytesIO(marked.data))["农村党支部标准"][DISCIPLINE]
    assert cell.value == 99
    assert "高于满分" in cell.comment.text


def test_a_worksheet_made_before_somebody_else_wrote_shows_both(work):
    browser = work.as_(work.wang)
    content = filled(browser, **{DISCIPLINE: 12})
    enter_marks(work.store, work.wang, work.key(work.wang), [Entered(criterion="discipline", mark="9")])
    page = give(browser, content)
    assert page.status_code == 409
    told = words(re.search(r'id="clashes".*?</table>', page.text, re.DOTALL)[0])
    for part in ("第1村党支部", "纪律", "12", "9", "王秀英"):
        assert part in told
    assert browser.post(WORKSHEET, data=again(page.text, "take")).status_code == 409
    assert work.marks(work.wang) == {"discipline": "9"}


@pytest.mark.parametrize("who", ["li", "other", "secretary"])
def test_somebody_elses_worksheet_is_refused_with_the_reason(work, who):
    content = filled(work.as_(work.wang), **{DISCIPLINE: 12})
    page = give(work.as_(getattr(work, who)), content)
    assert page.status_code == 409
    assert "不能由别人提交" in page.text
    assert work.marks(work.wang) == {}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"<html>"])
def test_what_is_no_worksheet_is_refused(work, content):
    page = give(work.as_(work.wang), content, "../../etc/passwd")
    assert page.status_code == 409
    assert 'role="alert"' in page.text


def test_without_open_sheets_there_is_no_worksheet_and_that_is_said(work):
    answer = work.as_(work.other).get(f"{WORKSHEET}.xlsx")
    assert answer.status_code == 409
    assert "没有可以填写的评分表" in answer.text
