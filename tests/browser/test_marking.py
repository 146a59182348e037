"""Marking in a real browser: thirty marks by keyboard, blocks pasted into the grid, and nothing lost on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.sheets import Entered, SheetKey, SheetState
from scoring.store import assignments, county
from scoring.store.assignments import Assigned
from scoring.store.engine import Store
from scoring.workflow.keep_periods import open_period
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.sign_sheets import sign_sheet
from tests.browser.looks import AXE, TAGS, findings, paint, resize
from tests.browser.measures import CUT, WIDE
from tests.browser.served import serving
from tests.browser.watching import PHONE, Seats, Visit, go
from tests.databases import ready_made, sqlite_in
from tests.people import browser_of, somebody
from tests.workflow import county as small
from tests.workflow import people_at_work
from web.app import create_app

CRITERIA, UNITS = 30, 60
QUEUE = "/desk/2026/marking"
GRID = f"{QUEUE}/county/grid"
LEVELS = [{"marks": marks, "when": {"zh": f"{marks} 分档"}} for marks in ("3", "1.5", "0")]


def document() -> dict:
    """Return a set of thirty criteria in three parts: judged, by levels and measured in turn."""
    kinds = (
        {"kind": "judged", "full_marks": "5"},
        {"kind": "levels", "full_marks": "3", "levels": LEVELS},
        {"kind": "measured", "full_marks": "4", "unit": "次", "line": {"from": "0", "to": "12"}},
    )
    criteria = [
        {"id": f"c{number}", "title": {"zh": f"第{number}项工作"}} | kinds[number % 3]
        for number in range(1, CRITERIA + 1)
    ]
    parts = [
        {
            "id": f"p{place}",
            "title": {"zh": f"第{place}方面"},
            "criteria": criteria[10 * place - 10 : 10 * place],
        }
        for place in (1, 2, 3)
    ]
    whole = {
        "id": "thirty",
        "version": "1",
        "title": {"zh": "三十项标准"},
        "domains": ["rural"],
        "parts": parts,
    }
    return whole | {"stages": ["self", "superior", "county"], "decided_from": "superior"}


def value(number: int, place: int = 0) -> str:
    """Return a mark that is allowed on the criterion of that number."""
    if number % 3 == 1:
        return ("3", "1.5", "0")[place % 3]
    return str((number + place) % (5 if number % 3 == 0 else 12))


@dataclass
class Desk:
    """A county at marking, served to browsers; units are taken by tests one after another, so that none meets another."""

    store: Store
    base: str
    app: object
    wang: Actor
    li: Actor
    moderator: Actor
    taken: int = field(default=0)

    def unit(self) -> str:
        """Return a unit nobody has marked yet."""
        self.taken += 1
        return f"A{self.taken:03}"

    def key(self, code: str) -> SheetKey:
        return SheetKey(period="2026", unit=code, stage="county", holder=self.wang.id)

    def elsewhere(self, code: str, mark: str) -> None:
        """Enter *mark* on the first criterion, as from another window."""
        known = read_sheet(self.store, self.wang, self.key(code)).mark_of("c1").revision
        enter_marks(
            self.store, self.wang, self.key(code), [Entered(criterion="c1", mark=mark, revision=known)]
        )

    def token(self, who: Actor) -> str:
        """Return what signs *who* in."""
        return browser_of(self.app, who).get_cookie("stars_session").value

    def marks(self, code: str) -> dict[str, str]:
        own = read_sheet(self.store, self.wang, self.key(code))
        return {one.criterion: one.mark for one in own.marks.values() if one.mark}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    database = ready_made(sqlite_in(folder))
    store = Store.open(database.url, database.schema)
    path = folder / "thirty@1.yaml"
    path.write_text(json.dumps(document(), ensure_ascii=False), "utf-8")
    with store.begin() as c:
        county.call(c, small.NAME)
    open_period(store, "2026", [str(path)])
    codes = [f"A{number:03}" for number in range(1, UNITS + 1)]
    rows = [[code, f"第{code[1:]}村党支部", "rural", "柳河镇", "", "", ""] for code in codes]
    small.take_units(store, folder / "units.csv", [small.UNIT_HEAD, *rows])
    earlier = [
        [code, f"c{number}", "superior", "乡镇", value(number)]
        for code in codes
        for number in range(1, CRITERIA + 1)
    ]
    small.take_marks(store, folder / "marks.csv", [small.MARK_HEAD, *earlier])
    people_at_work.reach(store, Phase.MARKING)
    wang, li = (
        somebody(store, own, Role.EVALUATOR, name=name)
        for own, name in (("wang", "王秀英"), ("li", "李建国"))
    )
    seats = [Assigned(unit=code, stage="county", person=wang.id) for code in codes]
    with store.begin() as c:
        assignments.put(c, "2026", seats, 0)
    app = create_app(store)
    try:
        with serving(app) as base:
            yield Desk(store, base, app, wang, li, somebody(store, "bai", Role.MODERATOR, name="白复"))
    finally:
        store.close()


@pytest.fixture(scope="module")
def base(desk: Desk) -> str:
    return desk.base


@pytest.fixture
def open_as(visit: Visit, desk: Desk) -> Callable[..., Page]:
    """Return what opens a page in which somebody is signed in (王秀英, where nobody is named)."""

    def opened(address: str, *how, who: Actor | None = None, status: int = 200, **more) -> Page:
        page = visit.page(*how, **more)
        cookie = {"name": "stars_session", "value": desk.token(who or desk.wang), "url": desk.base}
        page.context.add_cookies([cookie])
        return go(page, address, status)

    return opened


@pytest.fixture
def look_as(seats: Seats, desk: Desk) -> Callable[..., Page]:
    """Return what opens a page for somebody who only looks (王秀英, where nobody is named)."""

    def looked(address: str, who: Actor | None = None) -> Page:
        own = who or desk.wang
        return go(seats.page(own.id, token=lambda: desk.token(own), script=AXE), address)

    return looked


class Keys:
    """A keyboard of which every action is counted but for the figures of marks."""

    def __init__(self, page: Page) -> None:
        self._keyboard, self.actions = page.keyboard, 0

    def figures(self, text: str) -> None:
        assert re.fullmatch(r"[\d.]+", text)
        self._keyboard.type(text)

    def press(self, key: str) -> None:
        self.actions += 1
        self._keyboard.press(key)


def saved(page: Page, words: str | re.Pattern = re.compile("已保存")) -> None:
    expect(page.locator("#saved")).to_contain_text(words)


def test_thirty_marks_and_their_signing_take_thirty_one_keys_beyond_the_figures(open_as, desk):
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}")
    keys = Keys(page)
    for number in range(1, CRITERIA + 1):
        keys.figures(value(number, 1))
        keys.press("Enter" if number < CRITERIA else "Control+Enter")
    expect(page.locator("#sign-yes")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".done")).to_have_text("已签署")
    assert keys.actions <= 31
    assert desk.marks(code) == {f"c{number}": value(number, 1) for number in range(1, CRITERIA + 1)}
    assert read_sheet(desk.store, desk.wang, desk.key(code)).state is SheetState.SIGNED


def test_a_superiors_mark_is_taken_by_one_key_and_arrows_go_back(open_as, desk):
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}")
    page.keyboard.press("=")
    page.keyboard.press("a")
    expect(page.locator("#in-c3")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#in-c2")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#in-c2")).to_have_value("")
    page.keyboard.press("c")
    page.keyboard.type("支部没有这项工作")
    page.keyboard.press("Enter")
    expect(page.locator("#in-c3")).to_be_focused()
    saved(page)
    expect(page.locator("#figure-filled")).to_have_text("2 / 30")
    assert desk.marks(code) == {"c1": value(1), "c2": "n/a"}
    assert read_sheet(desk.store, desk.wang, desk.key(code)).mark_of("c2").comment == "支部没有这项工作"
    page.keyboard.press("PageDown")
    expect(page.locator("h1")).not_to_contain_text(code[1:])


def test_what_is_wrong_is_told_beside_its_mark_and_signing_leads_there(open_as, desk):
    page = open_as(f"{QUEUE}/county/{desk.unit()}")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-c1")).to_have_text(re.compile("不是任何一档"))
    expect(page.locator("#in-c1")).to_have_attribute("aria-invalid", "true")
    saved(page, "1 项填写有误")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#in-c1")).to_be_focused()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    saved(page)
    expect(page.locator("#fault-c1")).to_be_empty()
    page.keyboard.press("Control+Enter")
    saved(page, "还有 29 项未评")
    expect(page.locator("#in-c2")).to_be_focused()


def test_without_a_connection_nothing_is_lost(open_as, desk, visit):
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}")
    page.context.set_offline(True)
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    saved(page, "未保存（1 项）")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    saved(page)
    assert desk.marks(code) == {"c1": "3"}
    visit.faults[:] = [own for own in visit.faults if "ERR_INTERNET_DISCONNECTED" not in own]


def test_marks_typed_while_another_is_on_its_way_are_sent_one_after_another(open_as, desk):
    """Two that waited for one answer once went off together, and one of them was told of itself as of somebody else."""
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}")
    held: list[Route] = []
    page.route(
        "**/county/*",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    for number in (1, 2, 3):
        page.keyboard.type(value(number))
        page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    assert len(held) == 1
    while held:
        held.pop(0).continue_()
        page.wait_for_timeout(400)
        assert len(held) < 2
    saved(page)
    assert desk.marks(code) == {f"c{number}": value(number) for number in (1, 2, 3)}


@pytest.mark.parametrize(("button", "mark"), [("用对方的", "1.5"), ("用我的", "3")])
def test_two_windows_on_one_mark_show_both_and_take_the_one_that_is_chosen(
    open_as, desk, visit, button, mark
):
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}")
    desk.elsewhere(code, "1.5")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    told = page.locator("#mark-c1 [data-conflict]")
    expect(told).to_contain_text("王秀英")
    expect(told).to_contain_text("“1.5”")
    expect(told).to_contain_text("“3”")
    assert desk.marks(code) == {"c1": "1.5"}
    told.get_by_role("button", name=button).click()
    expect(page.locator("#in-c1")).to_have_value(mark)
    saved(page, re.compile("已保存|已采用"))
    assert desk.marks(code) == {"c1": mark}
    visit.faults[:] = [own for own in visit.faults if not own.startswith("answer: 409")]


def test_the_plain_form_does_the_same_without_scripts(open_as, desk):
    code = desk.unit()
    page = open_as(f"{QUEUE}/county/{code}", scripts=False)
    page.locator("#in-c1").fill("3")
    page.locator("#in-c2").fill("7")
    page.locator("#save").click()
    expect(page.locator(".done")).to_have_text("已保存")
    assert desk.marks(code) == {"c1": "3", "c2": "7"}
    page.locator("#accept-all").click()
    page.locator("#sign-open").click()
    expect(page.locator("#confirm")).to_contain_text("锁定")
    page.locator("#confirm button").click()
    expect(page.locator(".done")).to_have_text("已签署")
    assert read_sheet(desk.store, desk.wang, desk.key(code)).state is SheetState.SIGNED


def ready(page: Page) -> Page:
    expect(page.locator("#saved")).to_contain_text("可以填写")
    return page


def paste(page: Page, rows: list[list[str]]) -> None:
    """Paste *rows* as Excel gives them away, where the cursor stands."""
    text = "\r\n".join("\t".join(row) for row in rows)
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def enter_grid(page: Page, right: int = 0, down: int = 0) -> None:
    page.locator("#grid .jss_content").focus()
    page.keyboard.press("Enter")
    for key, times in (("ArrowRight", right), ("ArrowDown", down)):
        for _ in range(times):
            page.keyboard.press(key)


def test_a_block_is_pasted_saved_at_once_and_its_faults_stand_on_their_cells(open_as, desk):
    """Sixty units by thirty criteria, with full-width figures, blanks, two wrong marks and a row too many."""
    page = ready(open_as(GRID))
    sent: list[str] = []
    page.on("request", lambda own: own.method == "POST" and sent.append(own.url))
    before = {f"A{place:03}": desk.marks(f"A{place:03}") for place in range(1, UNITS + 1)}
    open_ = [
        place
        for place in range(1, UNITS + 1)
        if read_sheet(desk.store, desk.wang, desk.key(f"A{place:03}")).state is SheetState.OPEN
    ]
    block = [[value(number, place) for number in range(1, CRITERIA + 1)] for place in range(1, UNITS + 2)]
    first, second = open_[0], open_[-1]
    block[first - 1][0], block[second - 1][29] = "2", "优"
    block[second - 1][1] = "１．５"
    enter_grid(page)
    paste(page, block)
    saved(page, "2 格有误")
    expect(page.locator("#saved")).to_contain_text("30 格没有位置")
    assert len(sent) == 1
    faults = page.locator("#grid-faults tbody tr")
    expect(faults).to_have_count(2)
    expect(faults.first).to_contain_text("不是任何一档")
    expect(page.locator(f'#grid td[data-x="1"][data-y="{first - 1}"]')).to_have_attribute(
        "aria-invalid", "true"
    )
    for place in open_:
        expected = {f"c{number}": value(number, place) for number in range(1, CRITERIA + 1)}
        if place == first:
            del expected["c1"]
            expected |= {one: mark for one, mark in before[f"A{place:03}"].items() if one == "c1"}
        if place == second:
            del expected["c30"]
            expected["c2"] = "1.5"
        assert desk.marks(f"A{place:03}") == expected
    faults.last.get_by_role("button").click()
    expect(page.locator("#grid-here")).to_contain_text("优")
    page.keyboard.press("Control+z")
    expect(page.locator("#grid-faults")).to_be_hidden()
    expect(page.locator("#saved")).to_contain_text(re.compile("已保存 1[67]"))
    assert {code: desk.marks(code) for code in before} == before


def test_the_grid_is_filled_by_keyboard_and_left_by_it(open_as, desk):
    code = desk.unit()
    place = int(code[1:]) - 1
    page = ready(open_as(GRID))
    enter_grid(page, down=place)
    expect(page.locator("#grid-here")).to_contain_text(code[1:])
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    saved(page)
    assert desk.marks(code) == {"c1": "1.5"}
    assert page.locator("#grid tbody tr").count() == UNITS
    page.keyboard.press("Escape")
    expect(page.locator("#after-grid")).to_be_focused()


def test_a_cell_somebody_else_has_changed_shows_both(open_as, desk):
    code = desk.unit()
    place = int(code[1:]) - 1
    page = ready(open_as(GRID))
    desk.elsewhere(code, "3")
    enter_grid(page, down=place)
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    row = page.locator("#grid-conflicts tbody tr")
    expect(row).to_contain_text("王秀英")
    assert desk.marks(code) == {"c1": "3"}
    row.get_by_role("button", name="用我的").click()
    saved(page, "已保存 1 格")
    assert desk.marks(code) == {"c1": "0"}


def test_a_branch_across_its_criteria_shows_the_marks_before(open_as, desk):
    code = desk.unit()
    page = ready(open_as(f"{GRID}?unit={code}"))
    page.locator("#grid .jss_content").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    paste(page, [[value(number, 2)] for number in range(1, CRITERIA + 1)])
    saved(page, "已保存 30 格")
    assert desk.marks(code) == {f"c{number}": value(number, 2) for number in range(1, CRITERIA + 1)}


SEEN = {
    "queue": QUEUE,
    "sheet": f"{QUEUE}/county/A060",
    "grid": GRID,
    "grid of a unit": f"{GRID}?unit=A060",
    "grid of a criterion": f"{GRID}?criterion=c1",
}


@pytest.mark.parametrize("kind", SEEN)
def test_axe_finds_nothing_and_everything_fits(look_as, kind):
    """On a desktop in light, and on a phone in dark."""
    page = look_as(SEEN[kind])
    if "grid" in kind:
        ready(page)
        enter_grid(page)
    assert findings(page, TAGS) == []
    resize(page, PHONE)
    paint(page, "dark")
    assert findings(page, TAGS) == []
    assert [
        words
        for measure in (WIDE, CUT if kind in ("queue", "sheet") else WIDE)
        for words in page.evaluate(measure)
    ] == []


def test_axe_finds_nothing_on_what_others_see(look_as, desk):
    """A dispute beside its settling, a sheet that is locked, and a conflict as the plain form tells it."""
    code = "A059"
    with desk.store.begin() as c:
        assignments.put(c, "2026", [Assigned(unit=code, stage="county", person=desk.li.id)], 0)
    for who, place in ((desk.wang, 1), (desk.li, 2)):
        key = SheetKey(period="2026", unit=code, stage="county", holder=who.id)
        known = read_sheet(desk.store, who, key)
        marks = {f"c{number}": value(number, place) for number in range(1, CRITERIA + 1)}
        entries = [
            Entered(criterion=own, mark=mark, revision=known.mark_of(own).revision)
            for own, mark in marks.items()
        ]
        enter_marks(desk.store, who, key, entries)
        sign_sheet(desk.store, who, key)
    seen = (
        (desk.moderator, "/desk/2026/moderation", ".dispute[open] .primary"),
        (desk.wang, f"{QUEUE}/county/{code}", "#locked"),
        (desk.wang, f"{QUEUE}/county/worksheet", "#file"),
    )
    for who, address, there in seen:
        page = look_as(address, who)
        expect(page.locator(there)).to_have_count(1)
        assert findings(page, TAGS) == []
        resize(page, PHONE)
        paint(page, "dark")
        assert findings(page, TAGS) == []
        assert page.evaluate(WIDE) == []


def test_a_dispute_is_settled_by_keyboard(open_as, desk):
    page = open_as("/desk/2026/moderation", who=desk.moderator)
    waiting = int(page.locator("#waiting").text_content())
    first = page.locator(".dispute[open]")
    first.locator(".mark-field").first.fill("2")
    first.locator("textarea").fill("看了原始记录")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_have_text("已保存")
    expect(page.locator("#waiting")).to_have_text(str(waiting - 1))
