"""A branch's year at work: evidence and own marks from a telephone, the superior's review, a panel, and moderation."""

from __future__ import annotations

import re
from collections.abc import Mapping

import openpyxl
from playwright.sync_api import Page, expect

from scoring.criteria.criterion import Kind
from scoring.criteria.model import CriteriaSet
from tests.browser.focus import FOCUSED
from tests.browser.year_county import FIRST, FOLLOWED, YEAR
from tests.browser.year_people import Hand, Office, told
from tests.uploads.bytes_of import pdf, phone_exif, photo

UNIT = f"/desk/{YEAR}/units/"
MARKING = f"/desk/{YEAR}/marking"
DIFFERED, OBJECTED, CORRECTED = "practical_deeds", "problems_tackled", "term_on_time"
"""The criteria of the first village on which the panel differs, its secretary objects, and its own mark is corrected."""
PANEL = ("ping1", "ping2", "ping3")
RAISED = {"central_tasks": "4", "model_posts": "3"}
"""What the panel gives the first village beyond its superior's marks: it then lacks little to another star."""


def hand_in_and_sign(office: Office) -> None:
    """Let the branch hand in evidence and mark itself, from a telephone; nobody else can."""
    own = office["shu1"]
    _hand_in(own)
    office["shu2"].refused(f"{UNIT}{FIRST}/evidence", "支部书记")
    office["shu2"].refused(f"{UNIT}{FIRST}/evidence/reason", criterion="dues", reason="别人写的")
    office["ping1"].refused(f"{UNIT}{FIRST}/evidence")
    page = own.go(f"{MARKING}/self/{FIRST}")
    criteria, marks = office.year.criteria(FIRST), office.year.given(FIRST, "self")
    fill(page, criteria, marks | {CORRECTED: "2"})
    expect(page.locator(f"#fault-{CORRECTED}")).to_contain_text("不是任何一档")
    page.locator(f"#in-{CORRECTED}").fill("3")
    expect(page.locator(f"#fault-{CORRECTED}")).to_be_empty()
    office["shu2"].refused(f"{MARKING}/self/{FIRST}", do="confirm")
    office["chang"].refused(f"{MARKING}/self/{FIRST}", do="confirm")
    sign(page)
    own.go(f"{MARKING}/self/{FIRST}")
    expect(page.locator("#locked")).to_be_visible()
    expect(page.locator("input[data-entry]")).to_have_count(0)
    own.go(f"{UNIT}{FIRST}")
    expect(page.locator(".desk-steps .is-done").first).to_contain_text("自评")
    office.calm("answer: 422")


def review(office: Office) -> None:
    """Let the superior send the sheet back, the branch correct it, and the superior then review and sign."""
    chang, branch = office["chang"], office["shu1"]
    chang.go("/desk")
    chang.page.get_by_role("link", name="开始办理").click()
    chang.page.get_by_role("link", name=office.year.names[FIRST]).click()
    page = chang.page
    expect(page.locator(f"#mark-{CORRECTED} .evidence-beside")).to_contain_text("换届现场.jpg")
    page.locator("#send-back summary").click()
    page.locator("#reason").fill("换届材料与自评不符，请核对后重新自评。")
    page.locator("#send-back button").click()
    expect(told(page)).to_have_text("已退回")
    office["shu2"].refused(f"{MARKING}/superior/{FIRST}", do="send_back", reason="不该由我退回")
    _correct(branch)
    page = chang.go(f"{MARKING}/superior/{FIRST}")
    page.locator("#accept-all").click()
    expect(page.locator("#saved")).to_contain_text("已保存")
    given = office.year.given(FIRST, "superior")
    changed = {one: mark for one, mark in given.items() if mark != _on_sheet(page, one)}
    assert len(changed) > 3
    fill(page, office.year.criteria(FIRST), changed)
    for one in changed:
        page.locator(f"#comment-{one}").fill("核对佐证材料后改定")
    sign(page)
    branch.refused(f"{MARKING}/superior/{FIRST}", do="confirm")
    office.calm()


def mark_by_panel(office: Office) -> None:
    """Let three evaluators mark: one pastes a block, one fills a workbook, one has no mouse. None sees another's first."""
    office["auditor"].refused(f"{MARKING}/county/{FIRST}", do="save")
    office["fuyi1"].refused(f"{MARKING}/county/{FIRST}", do="confirm")
    _paste(office)
    _fill_worksheet(office)
    _mark_by_keyboard(office)
    office.calm("answer: 422")


def moderate(office: Office) -> None:
    """Let a moderator settle what the panel differs on; who marked it cannot."""
    office["ping3"].refused(f"/desk/{YEAR}/moderation", "复议人", unit=FIRST, criterion=DIFFERED)
    page = office["fuyi1"].go(f"/desk/{YEAR}/moderation")
    expect(page.locator("#waiting")).to_have_text("1")
    for name in PANEL:
        expect(page.locator("tr.whole")).to_contain_text([office[name].name for name in PANEL])
    page.locator("details[open] .mark-field").fill("4")
    page.locator("details[open] textarea").fill("两名评分员查看了现场。")
    page.get_by_role("button", name="定为此分").click()
    expect(page.locator(".refused")).to_contain_text("不是任何一档")
    expect(page.locator("details[open] textarea")).to_have_value("两名评分员查看了现场。")
    page.locator("details[open] .mark-field").fill("3")
    page.get_by_role("button", name="定为此分").click()
    expect(page.locator("#waiting")).to_have_text("0")
    office.calm()


def fill(page: Page, criteria: CriteriaSet, marks: Mapping[str, str]) -> None:
    """Type *marks* into the fields of a sheet, and wait until they are kept."""
    for own in criteria.criteria:
        if own.id not in marks or (own.kind is Kind.DERIVED and not page.locator(f"#in-{own.id}").count()):
            continue
        mark = marks[own.id]
        if mark == "n/a":
            page.locator(f'input[name="na:{own.id}"]').check()
        elif own.kind is Kind.BALLOT:
            for vote in mark.split(";"):
                grade, _, count = vote.partition("=")
                page.locator(f'input[name="mark:{own.id}:{grade}"]').fill(count)
        else:
            page.locator(f"#in-{own.id}").fill(mark)
    page.locator("#saved").scroll_into_view_if_needed()
    expect(page.locator("#saved")).to_contain_text(re.compile("已保存|有误"))


def sign(page: Page) -> None:
    """Sign the sheet that is open, by its button and the question it asks."""
    expect(page.locator("#saved")).not_to_contain_text("正在")
    page.locator("#sign-open").click()
    page.locator("#sign-yes").click()
    expect(told(page)).to_have_text("已签署")


def _hand_in(own: Hand) -> None:
    """Hand in a photograph and a letter, used for all they serve, and say why there is nothing for the rest."""
    own.go("/desk")
    own.page.get_by_role("link", name="开始办理").tap()
    own.page.wait_for_url(re.compile(f"{UNIT}{FIRST}|/marking/|/evidence"))
    page = own.go(f"{UNIT}{FIRST}/evidence")
    picture = {"name": "换届现场.jpg", "mimeType": "image/jpeg", "buffer": photo(exif=phone_exif())}
    letter = {"name": "年度总结.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.locator(f"#file-{CORRECTED}").set_input_files(picture)
    expect(page.locator(f"#for-{CORRECTED} .evidence-name")).to_have_text("换届现场.jpg")
    page.locator("#file-secretary_training").set_input_files(letter)
    expect(page.locator("#for-secretary_training .evidence-name")).to_have_text("年度总结.pdf")
    expect(page.locator("#progress")).to_contain_text("全部传完")
    for one in (CORRECTED, "secretary_training"):
        own.go(f"{UNIT}{FIRST}/evidence")
        page.locator(f"#for-{one} .evidence-name").tap()
        expect(page.locator("h1")).to_contain_text(re.compile("jpg|pdf"))
        page.locator("details summary").tap()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="用于所选指标").tap()
        expect(told(page)).to_have_text("已上传")
    own.go(f"{UNIT}{FIRST}/evidence?show=missing")
    while page.locator(".evidence-row").count():
        row = page.locator(".evidence-row").first
        row.locator("summary").last.tap()
        row.locator("textarea, input[name=reason]").fill("系统内有记录，县级可以直接查阅。")
        row.locator(".evidence-reason button").tap()
        expect(told(page)).to_have_text("已保存")
        own.go(f"{UNIT}{FIRST}/evidence?show=missing")
    expect(page.locator("main")).to_contain_text("没有还缺的材料")


def _correct(branch: Hand) -> None:
    """Let the branch find why its sheet came back, correct the mark, and sign again."""
    page = branch.go("/inbox")
    page.get_by_role("link", name=re.compile("退回")).first.tap()
    page.wait_for_url(f"**{MARKING}/self/{FIRST}*")
    branch.go(f"{UNIT}{FIRST}")
    expect(page.locator("#sent-back")).to_contain_text("换届材料与自评不符")
    branch.go(f"{MARKING}/self/{FIRST}")
    page.locator(f"#in-{CORRECTED}").fill("1.5")
    expect(page.locator("#saved")).to_contain_text("已保存")
    sign(page)


def _on_sheet(page: Page, criterion: str) -> str:
    return page.locator(f"#mark-{criterion}").get_attribute("data-kept")


def _county_marks(office: Office, code: str, evaluator: str) -> dict[str, str]:
    """Return what that evaluator finds: the superior's marks, but for the criterion on which one differs."""
    marks = office.year.given(code, "superior")
    criteria = office.year.criteria(code)
    marks = {own.id: marks[own.id] for own in criteria.criteria}
    if code == FIRST:
        marks |= RAISED | ({DIFFERED: "0"} if evaluator == "ping3" else {})
    return marks


def _paste(office: Office) -> None:
    """Paste a block as it comes from a workbook, with a mark too high for its cell, which is then corrected."""
    own = office["ping1"]
    page = own.go(f"{MARKING}/county/grid")
    expect(page.locator("#saved")).to_contain_text("可以填写")
    codes = sorted(FOLLOWED)
    columns = [one.id for one in office.year.criteria(FIRST).criteria]
    heads = page.locator("#grid thead td").all_text_contents()
    assert len(heads) > len(columns)
    rows = [[_county_marks(office, code, "ping1")[one] for one in columns] for code in codes]
    assert [len(row) for row in rows] == [len(columns)] * 4
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "\r\n".join("\t".join(row) for row in rows)
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#grid .jss_content").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+v")
    expect(page.locator("#saved")).to_contain_text("已保存")
    expect(page.locator("#grid-faults")).to_be_hidden()
    for code in codes:
        own.go(f"{MARKING}/county/{code}")
        sign(page)


def _fill_worksheet(office: Office) -> None:
    """Fill the worksheet with one mark that is none: its cell is told, nothing is taken; mended, it is."""
    own = office["ping2"]
    page = own.go(f"{MARKING}/county/worksheet")
    with page.expect_download() as download:
        page.get_by_role("link", name="每个支部一行").click()
    path = office.year.folder / "worksheet.xlsx"
    download.value.save_as(path)
    workbook = openpyxl.load_workbook(path)
    cell = _fill_rows(office, workbook)
    right, cell.value = cell.value, "优秀"
    workbook.save(path)
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="看看会改什么").click()
    expect(page.locator("#wrong tbody tr")).to_have_count(1)
    expect(page.locator("#wrong tbody tr")).to_contain_text(f"第 {cell.row} 行 {cell.column_letter} 列")
    cell.value = right
    workbook.save(path)
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="看看会改什么").click()
    page.get_by_role("button", name=re.compile("写入 .* 项改动")).click()
    expect(told(page)).to_have_text("已导入")
    for code in sorted(FOLLOWED):
        own.go(f"{MARKING}/county/{code}")
        expect(page.locator("main")).not_to_contain_text(office["ping1"].name)
        sign(page)


def _fill_rows(office: Office, workbook: openpyxl.Workbook) -> openpyxl.cell.Cell:
    """Fill every line of the worksheet, and return a cell of a mark that is given by levels."""
    found = None
    for sheet in workbook:
        keys = {cell.value: cell.column for cell in sheet[4] if cell.value}
        for row in sheet.iter_rows(min_row=5) if CORRECTED in keys else ():
            code = row[0].value
            if code not in FOLLOWED:
                continue
            for criterion, mark in _county_marks(office, code, "ping2").items():
                for key, text in _cells_of(criterion, mark):
                    row[keys[key] - 1].value = text
            found = row[keys[CORRECTED] - 1]
    assert found is not None
    return found


def _cells_of(criterion: str, mark: str) -> list[tuple[str, str]]:
    """Return the keys of the cells that mark goes into, a ballot into a cell a grade, with what goes there."""
    if "=" in mark:
        return [(f"{criterion}={vote.partition('=')[0]}", vote.partition("=")[2]) for vote in mark.split(";")]
    return [(criterion, "不适用" if mark == "n/a" else mark)]


def _mark_by_keyboard(office: Office) -> None:
    """Mark the first village without a mouse: from the desk by Tab, most marks taken over by one key, some changed."""
    own = office["ping3"]
    page = own.go("/desk")
    _tab_to(page, "开始办理")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("评分")
    _tab_to(page, office.year.names[FIRST])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(office.year.names[FIRST])
    expect(page.locator("main")).not_to_contain_text(office["ping1"].name)
    marks = _county_marks(office, FIRST, "ping3")
    for row in page.locator("[data-criterion]").all():
        expect(row.locator("[data-entry]").first).to_be_focused()
        mark = marks.get(row.get_attribute("data-criterion"), "")
        if mark and mark == row.get_attribute("data-earlier"):
            page.keyboard.press("=")
        else:
            page.keyboard.type(mark)
            page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sign-yes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("已签署")
    own.go(f"{MARKING}/county/{FIRST}")
    expect(page.locator(f"#mark-{DIFFERED}")).to_contain_text(office["ping1"].name)


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until what says *words* has the focus, which is seen all the way."""
    for _ in range(80):
        page.keyboard.press("Tab")
        own = page.evaluate(FOCUSED)
        assert own["seen"], own
        if words in own["text"]:
            return
    raise AssertionError(f"Tab does not come to “{words}”")
