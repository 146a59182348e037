"""A branch at a telephone and at a desk: files chosen, dropped, lost on the way and sent again; and files that attack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from scoring.evidence import UnitYear
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.workflow.read_evidence import read_evidence
from tests.browser.looks import AXE, TAGS, findings, paint
from tests.browser.measures import ill_fitting
from tests.browser.served import serving
from tests.browser.watching import DESKTOP, PHONE, SMALL, Seats, Visit, go
from tests.databases import ready_made, sqlite_in
from tests.uploads.bytes_of import office, pdf, phone_exif, photo
from tests.web.hostile_uploads import addresses, send_all
from tests.web.signing_in import token_of
from tests.workflow.people_at_work import SUPERIOR, opened, secretary
from web.app import create_app

DESK = "/desk/2026/units/{}"
FIRST, SECOND, THIRD, FOURTH = "A01", "A07", "A10", "A02"


@dataclass(frozen=True)
class AtWork:
    """A county at work, served at `base`."""

    base: str
    store: Store
    folder: Path

    def handed_in(self, unit: str) -> list[tuple[str, str]]:
        seen = read_evidence(self.store, secretary(unit), UnitYear("2026", unit))
        return [(own.criterion, own.title) for own in seen.handed_in]

    def page(self, visit: Visit, who: Actor, *how: object, **more: object) -> Page:
        page = visit.page(*how, base=self.base, **more)
        cookie = {"name": "stars_session", "value": token_of(self.store, who), "url": self.base}
        page.context.add_cookies([cookie])
        return page


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    folder = tmp_path_factory.mktemp("work")
    database = sqlite_in(folder)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    opened(store, folder)
    app = create_app(store)
    with serving(app) as base:
        yield AtWork(base, store, folder)
    store.close()


@pytest.fixture(scope="module")
def base(at_work: AtWork) -> str:
    return at_work.base


def given(name: str, content: bytes, kind: str = "") -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def test_two_photographs_and_a_letter_from_a_telephone(visit: Visit, at_work: AtWork):
    page = at_work.page(visit, secretary(FIRST), PHONE)
    go(page, DESK.format(FIRST))
    assert ill_fitting(page) == []
    page.locator("#standards-head ~ table a.warn").first.click()
    expect(page).to_have_url(re.compile("/evidence#for-discipline$"))
    assert ill_fitting(page) == []
    page.locator("#file-discipline").set_input_files(
        [given("IMG_1.jpg", photo(exif=phone_exif())), given("IMG_2.jpg", photo(size=(900, 700)))]
    )
    expect(page.locator("#progress")).to_contain_text("全部传完")
    expect(page.locator("#for-discipline .evidence-name")).to_have_count(2)
    expect(page.locator("#for-discipline input[type=file]")).to_have_count(0)
    page.locator("#file-meetings").set_input_files(given("三月会议记录.pdf", pdf()))
    expect(page.locator("#for-meetings .evidence-name")).to_have_text("三月会议记录.pdf")
    expect(page.locator("#state strong")).to_have_text("1")
    assert [own for own, _ in at_work.handed_in(FIRST)] == ["discipline", "discipline", "meetings"]
    assert ill_fitting(page) == []
    page.locator("#for-meetings .evidence-name").click()
    expect(page.locator("h1")).to_have_text("三月会议记录.pdf")
    expect(page.locator(".evidence-preview img")).to_have_js_property("complete", True)
    assert page.locator(".evidence-preview img").evaluate("own => own.naturalWidth") > 100
    assert ill_fitting(page) == []


def test_what_is_not_taken_says_why_and_the_rest_goes_on(visit: Visit, at_work: AtWork, tmp_path: Path):
    chosen = {"总结.jpg": b"<svg onload=alert(1)>", "好.pdf": pdf(), "大.pdf": bytes(21 << 20)}
    for name, content in chosen.items():
        (tmp_path / name).write_bytes(content)
    page = go(at_work.page(visit, secretary(SECOND)), DESK.format(SECOND) + "/evidence")
    page.locator("#file-knowledge").set_input_files([tmp_path / name for name in chosen])
    progress = page.locator("#progress")
    expect(progress).to_contain_text("全部传完")
    expect(progress.locator(".upload-wrong")).to_have_count(2)
    expect(page.locator("#for-knowledge .evidence-name")).to_have_text("好.pdf")
    assert [own for own in visit.faults if "422" not in own] == []
    visit.faults.clear()


def test_what_was_kept_shows_though_another_file_is_refused_after_it(
    visit: Visit, at_work: AtWork, tmp_path: Path
):
    chosen = {"总结.jpg": b"<svg onload=alert(1)>", "照片.png": photo("PNG")}
    for name, content in chosen.items():
        (tmp_path / name).write_bytes(content)
    page = go(at_work.page(visit, secretary(SECOND)), DESK.format(SECOND) + "/evidence")
    page.evaluate("""() => {
      const send = XMLHttpRequest.prototype.send;
      XMLHttpRequest.prototype.send = function (form) {
        const own = () => send.call(this, form);
        if (form.get("file").name === "总结.jpg") window.sendHeld = own; else own();
      };
    }""")
    page.locator("#file-knowledge").set_input_files([tmp_path / name for name in chosen])
    progress = page.locator("#progress")
    expect(progress.locator(".upload-done")).to_have_count(1)
    page.evaluate("window.sendHeld()")
    expect(progress).to_contain_text("全部传完")
    expect(page.locator("#for-knowledge")).to_contain_text("照片.png")
    assert [own for own in visit.faults if "422" not in own] == []
    visit.faults.clear()


def test_a_dropped_file_is_handed_in_where_it_falls(visit: Visit, at_work: AtWork):
    """And one that falls beside a criterion does not take the place of the page."""
    page = go(at_work.page(visit, secretary(THIRD)), DESK.format(THIRD) + "/evidence")
    drop = """([selector, name, type]) => {
      const own = new DataTransfer();
      own.items.add(new File([new Uint8Array(window.given)], name, {type}));
      const target = document.querySelector(selector);
      for (const kind of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(kind, {dataTransfer: own, bubbles: true, cancelable: true}));
    }"""
    page.evaluate("given => { window.given = given; }", list(pdf()))
    page.evaluate(drop, ["h1", "旁边.pdf", "application/pdf"])
    page.evaluate(drop, ["#title-discipline", "落下.pdf", "application/pdf"])
    expect(page.locator("#for-discipline .evidence-name")).to_have_text("落下.pdf")
    expect(page.locator("#progress")).to_contain_text("全部传完")
    assert at_work.handed_in(THIRD) == [("discipline", "落下.pdf")]


def test_by_keyboard_alone_a_file_is_chosen_used_again_and_taken_back(visit: Visit, at_work: AtWork):
    """What can be dropped can be chosen, and everything else is a button or a field."""
    page = go(at_work.page(visit, secretary(THIRD)), DESK.format(THIRD) + "/evidence")
    page.locator("#file-honour").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(given("奖状.png", photo("PNG")))
    expect(page.locator("#for-honour .evidence-name")).to_have_text("奖状.png")
    summary = page.locator("#for-knowledge .evidence-again summary")
    page.reload()
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    assert ("knowledge", "奖状.png") in at_work.handed_in(THIRD)
    page.locator("#for-knowledge .as-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_contain_text("已撤回")
    assert ("knowledge", "奖状.png") not in at_work.handed_in(THIRD)


def test_a_lost_answer_is_not_sent_twice(visit: Visit, at_work: AtWork):
    """The file arrived, its answer did not: asked by its digest, the file is here, and its bytes are not sent again."""
    page = at_work.page(visit, secretary(FOURTH))
    sent: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(len(route.request.post_data_buffer or b""))
        route.fetch()
        route.abort("connectionreset")

    page.route(re.compile(r"/evidence$"), lose)
    go(page, DESK.format(FOURTH) + "/evidence")
    content = photo(size=(1400, 1100))
    page.locator("#file-discipline").set_input_files(given("会场.jpg", content))
    expect(page.locator("#progress")).to_contain_text("连接中断")
    page.locator("#progress button").click()
    expect(page.locator("#for-discipline .evidence-name")).to_have_text("会场.jpg")
    assert at_work.handed_in(FOURTH) == [("discipline", "会场.jpg")]
    assert len(sent) == 1
    assert [own for own in visit.faults if "ERR_CONNECTION_RESET" not in own] == []
    visit.faults.clear()


def test_without_scripts_the_form_hands_in_several_files(visit: Visit, at_work: AtWork):
    page = go(at_work.page(visit, secretary("A03"), PHONE, scripts=False), DESK.format("A03") + "/evidence")
    page.locator("#file-discipline").set_input_files([given("a.pdf", pdf()), given("b.jpg", photo())])
    page.locator("#for-discipline .evidence-upload button").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("#for-discipline .evidence-name")).to_have_count(2)
    page.locator("#for-income summary").last.click()
    page.locator("#reason-income").fill("没有集体经济收入")
    page.locator("#for-income .evidence-reason button").click()
    expect(page.locator("#for-income")).to_contain_text("不足，已说明")


@pytest.mark.parametrize("size", [DESKTOP, PHONE, SMALL], ids=["desktop", "phone", "small"])
def test_the_pages_fit_and_axe_finds_nothing(seats: Seats, at_work: AtWork, size: tuple[int, int]):
    """The desk, the list and one file; for the branch, and for its superior with what is pointed out."""
    unit = "A04" if size == SMALL else FIRST
    for who in (secretary(unit), SUPERIOR) if unit == FIRST else (secretary(unit),):
        page = seats.page(who.id, size, token=partial(token_of, at_work.store, who), script=AXE)
        for address in (DESK, DESK + "/evidence", DESK + "/evidence?show=missing"):
            go(page, address.format(unit))
            assert ill_fitting(page) == [], address
            for theme in ("light", "dark"):
                paint(page, theme)
                assert findings(page, TAGS) == [], (address, theme)


# A browser that gives up a download half way leaves the file to be closed when its answer is forgotten.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_hostile_file_runs_in_a_browser(browser: Browser, at_work: AtWork):
    """Opened by its address, in a frame, as a picture, as a script: it is saved or refused, and nothing of it runs."""
    for _ in send_all(_app(at_work), at_work.store):
        pass
    ran: list[str] = []
    taken = addresses(at_work.store)
    assert len(taken) > 20
    tokens = {unit: token_of(at_work.store, secretary(unit)) for unit, _ in taken}
    context = browser.new_context(base_url=at_work.base, accept_downloads=True)
    page = context.new_page()
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: ran.append(popup.url))
    for unit, address in taken:
        context.add_cookies([{"name": "stars_session", "value": tokens[unit], "url": at_work.base}])
        page.goto("about:blank")
        with page.expect_download() as download, pytest.raises(Error, match="Download is starting"):
            page.goto(address)
        assert not download.value.suggested_filename.lower().endswith(
            (".exe", ".html", ".js", ".svg", ".hta", ".scr")
        )
        download.value.cancel()
        assert page.url == "about:blank"
        page.goto("/healthz")
        told = page.evaluate(
            """async address => {
              const outcome = {};
              for (const [tag, name] of [["iframe", "src"], ["embed", "src"], ["object", "data"], ["img", "src"]]) {
                const own = document.createElement(tag);
                own[name] = address;
                document.body.append(own);
              }
              const script = document.createElement("script");
              outcome.script = await new Promise(done => {
                script.onload = () => done("ran");
                script.onerror = () => done("refused");
                script.src = address;
                document.body.append(script);
              });
              outcome.frames = [...document.querySelectorAll("iframe")].map(own => {
                try { return own.contentDocument ? own.contentDocument.body.innerHTML : ""; } catch { return ""; }
              }).join("");
              return outcome;
            }""",
            address,
        )
        assert told == {"script": "refused", "frames": ""}, address
        assert ran == [], address
    context.close()


def _app(at_work: AtWork):
    return create_app(at_work.store)


def test_a_workbook_is_taken_where_one_is_asked(visit: Visit, at_work: AtWork):
    page = go(at_work.page(visit, secretary("A05")), DESK.format("A05") + "/evidence?show=missing")
    page.locator("#file-income").set_input_files(given("收入.xlsx", office("xlsx")))
    expect(page.locator("#for-income .evidence-name")).to_have_text("收入.xlsx")
    expect(page.locator("#for-income")).to_contain_text("还缺 1 份")
