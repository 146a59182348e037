"""The office of the year: its accounts made, confirmed and first used in browsers, and what a wrong person is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from playwright.sync_api import APIResponse, Locator, Page, expect

from scoring.people import Role
from tests.browser.measures import ill_fitting
from tests.browser.watching import DESKTOP, PHONE, Visit, go
from tests.browser.year_county import FIRST, SECOND, THIRD, TOWNSHIP, Year

PEOPLE: dict[str, tuple[str, Role, str]] = {
    "leader": ("吴国梁", Role.LEADER, ""),
    "auditor": ("韩静", Role.AUDITOR, ""),
    "chang": ("常青山", Role.SUPERIOR, TOWNSHIP),
    "shu1": ("宋明", Role.SECRETARY, FIRST),
    "shu2": ("何雨", Role.SECRETARY, SECOND),
    "ping1": ("蒋岚", Role.EVALUATOR, ""),
    "ping2": ("贺文", Role.EVALUATOR, ""),
    "ping3": ("陶然", Role.EVALUATOR, ""),
    "fuyi1": ("冯立新", Role.MODERATOR, ""),
    "fuyi2": ("白羽", Role.MODERATOR, ""),
    "dangyuan": ("丁一", Role.MEMBER, THIRD),
    "shanghu": ("钱多", Role.MERCHANT, ""),
}
"""Who is to have an account, by sign-in name: the name, the role, and over what ('' for the county)."""
FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR = "guan1", "guan2"
_ADMINISTRATORS = {FIRST_ADMINISTRATOR: "周敏", SECOND_ADMINISTRATOR: "郑晓东"}
_BY_FORM = "leader"
_ON_A_PHONE = frozenset({"shu1"})
_SEEN = frozenset({FIRST_ADMINISTRATOR, _BY_FORM, *_ON_A_PHONE, "ping1"})
"""Whose first way in is drawn: an account made by command, by the form, by the file on a phone, and on a desktop."""
PROFILE = "/account/password"


def told(page: Page) -> Locator:
    """Return what is told once something was done."""
    return page.locator("p.done")


@dataclass
class Hand:
    """Somebody of the office at a browser of their own."""

    login: str
    name: str
    page: Page
    password: str

    def choose_password(self, one_time: str) -> None:
        """Sign in with the one-time password, and choose one's own: nothing else is open until then."""
        self._enter(one_time)
        expect(self.page).to_have_url(re.compile(PROFILE))
        go(self.page, "/people")
        expect(self.page).to_have_url(re.compile(PROFILE))
        expect(self.page.locator("h1")).to_have_text("修改密码")
        self._type_password(self.password)
        expect(told(self.page)).to_contain_text("密码已修改")

    def choose_password_unseen(self, one_time: str) -> None:
        """Do the same by sending what the forms send: no page is drawn, the answers are the same."""
        answer = self._send("/sign-in", "/sign-in", login=self.login, password=one_time)
        assert answer.url.endswith(PROFILE), answer.url
        assert self.page.request.get("/people").url.endswith(PROFILE)
        answer = self._send(PROFILE, PROFILE, password_after=self.password, password_again=self.password)
        assert answer.ok, answer.status
        assert "密码已修改" in answer.text()

    def sign_in(self) -> None:
        """Sign in with one's own password, and come to the desk."""
        self._enter(self.password)
        expect(self.page.locator("h1")).to_have_text("工作台")

    def go(self, address: str, status: int = 200) -> Page:
        """Open *address*, and see that its page fits the window."""
        go(self.page, address, status)
        assert ill_fitting(self.page) == [], (self.login, address)
        return self.page

    def refused(self, address: str, words: str = "", **form: str) -> None:
        """See that *address* is not for this person, by looking or, with a *form*, by sending; *words* say why."""
        if not form:
            self.go(address, 403)
            expect(self.page.locator("main")).to_contain_text(words)
            return
        answer = self._send(address, "/desk", 0, **form)
        assert answer.status == 403, (self.login, address, answer.status)
        assert words in answer.text(), (self.login, address, words)

    def _send(self, address: str, page: str, redirects: int = 20, **form: str) -> APIResponse:
        """Send *form* with the token that stands in *page*, and follow as many redirects."""
        csrf = re.search(r'name="csrf" (?:content|value)="([^"]+)"', self.page.request.get(page).text())[1]
        return self.page.request.post(address, form={"csrf": csrf} | form, max_redirects=redirects)

    def _enter(self, password: str) -> None:
        go(self.page, "/sign-in")
        self.page.locator("#login").fill(self.login)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="登录").click()

    def _type_password(self, password: str) -> None:
        for field_id in ("password_after", "password_again"):
            self.page.locator(f"#{field_id}").fill(password)
        self.page.get_by_role("button", name="修改密码").click()


@dataclass
class Office:
    """Everybody of the office, by sign-in name, at browsers that are watched."""

    year: Year
    visit: Visit
    hands: dict[str, Hand] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Hand:
        return self.hands[login]

    def welcome(self, login: str, name: str, one_time: str) -> Hand:
        """Let somebody in for the first time."""
        on_phone = login in _ON_A_PHONE
        page = self.visit.page(PHONE, touch=True) if on_phone else self.visit.page(DESKTOP)
        own = self.hands[login] = Hand(login, name, page, f"Lantian-{len(self.hands)}7{login[::-1]}#")
        if login in _SEEN:
            own.choose_password(one_time)
        else:
            own.choose_password_unseen(one_time)
        return own

    def calm(self, *expected: str) -> None:
        """See that no page broke its policy, ran into an error or asked elsewhere; *expected* answers are no fault."""
        found = [own for own in self.visit.settle() if not own.startswith(expected or ("-",))]
        assert not found, "\n".join(found)
        self.visit.faults.clear()


def open_office(year: Year, visit: Visit) -> Office:
    """Return the office, in which everybody has an account that was made as the service wants it, and is signed in."""
    office = Office(year, visit)
    for login, name in _ADMINISTRATORS.items():
        said = year.command("people", "add", "--administrator", login, name)
        office.welcome(login, name, re.search(r"一次性密码 (\S+)", said)[1])
    first, second = (office[login] for login in _ADMINISTRATORS)
    passwords = {_BY_FORM: _add_by_form(first, _BY_FORM)} | _add_by_file(first, year.folder)
    _propose(first, _BY_FORM)
    _confirm(first, second)
    for login, (name, _, _) in PEOPLE.items():
        office.welcome(login, name, passwords[login])
    office["leader"].refused("/people", "管理员")
    office["ping1"].refused("/people/new", "管理员", login="x1", name="某人")
    office.calm()
    return office


def _add_by_form(own: Hand, login: str) -> str:
    """Make one account by the form, after a name that is taken was tried, and return its one-time password."""
    page = own.go("/people/new")
    page.locator("#name").fill(PEOPLE[login][0])
    page.locator("#login").fill(SECOND_ADMINISTRATOR)
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".refused")).to_be_visible()
    expect(page.locator("#name")).to_have_value(PEOPLE[login][0])
    page.locator("#login").fill(login)
    page.get_by_role("button", name="添加").click()
    expect(page.locator("h1")).to_have_text("一次性密码")
    return page.locator("td strong").text_content()


def _add_by_file(own: Hand, folder: Path) -> dict[str, str]:
    """Make all other accounts by the workbook, tried first with a role that is none; return the one-time passwords."""
    page = own.go("/people/import")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载空表").click()
    template = folder / "people.xlsx"
    download.value.save_as(template)
    rows = [(login, *one) for login, one in PEOPLE.items() if login != _BY_FORM]
    _fill_people(template, folder / "wrong.xlsx", [(*rows[0][:2], "评审长", ""), *_people_rows(rows[1:])])
    page.locator("#file").set_input_files(folder / "wrong.xlsx")
    page.get_by_role("button", name="试导入").click()
    expect(page.locator(".refused")).to_contain_text("评审长")
    _fill_people(template, folder / "right.xlsx", _people_rows(rows))
    page.locator("#file").set_input_files(folder / "right.xlsx")
    page.get_by_role("button", name="试导入").click()
    expect(page.locator(".lead-words")).to_contain_text("还没有写入")
    page.get_by_role("button", name="确认导入").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载为工作簿").click()
    download.value.save_as(folder / "passwords.xlsx")
    found = openpyxl.load_workbook(folder / "passwords.xlsx").active.iter_rows(min_row=3, values_only=True)
    return {row[0]: row[2] for row in found if row[0]}


def _people_rows(rows: list[tuple]) -> list[tuple[str, str, str, str]]:
    return [(login, name, role.called.zh, scope) for login, name, role, scope in rows]


def _fill_people(template: Path, path: Path, rows: list[tuple]) -> None:
    workbook = openpyxl.load_workbook(template)
    sheet = workbook.active
    heads = [cell.value for cell in sheet[1]]
    for place, row in enumerate(rows, 2):
        values = dict(zip(("登录名", "姓名", "角色", "范围"), row, strict=True))
        for column, head in enumerate(heads, 1):
            sheet.cell(place, column).value = values.get(head)
    workbook.save(path)


def _propose(own: Hand, login: str) -> None:
    name, role, scope = PEOPLE[login]
    page = own.go("/people")
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("#role").select_option(role.value)
    page.locator("#scope").fill(scope)
    page.get_by_role("button", name="提出").click()
    expect(told(page)).to_contain_text("待另一名管理员确认")


def _confirm(first: Hand, second: Hand) -> None:
    """Let the second administrator confirm all roles, which the first, who proposed them, cannot."""
    page = first.go("/roles")
    expect(page.locator("tbody tr")).to_have_count(len(PEOPLE))
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="确认所选授权")).to_have_count(0)
    page = second.go("/roles")
    number = page.locator('input[name="number"]').first.get_attribute("value")
    first.refused("/roles/confirm", "另一", number=number)
    page.get_by_role("button", name="确认所选授权").click()
    expect(told(page)).to_have_text("已确认")
    expect(page.locator("main")).to_contain_text("没有待确认的授权")
