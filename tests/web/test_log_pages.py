"""The log as pages: auditors see every link, those at work on a branch what was done about it, everybody their own deeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.sheets import Entered, SheetKey
from scoring.store import assignments, links
from scoring.store.engine import Store
from scoring.workflow.mark_sheets import enter_marks
from tests import people
from tests.databases import ready_made, sqlite_in
from tests.workflow import county
from tests.workflow.year_of import Year, post, year
from web.app import create_app

A01 = f"/log/units/{county.PERIOD}/A01"


@pytest.fixture
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Year]:
    """A year that is being marked, or in the phase asked for."""
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    yield year(store, tmp_path, getattr(request, "param", Phase.MARKING))
    store.close()


def get(own: Year, who: Actor, path: str, status: int = 200) -> str:
    answer = people.browser_of(create_app(own.store), who).get(path)
    assert answer.status_code == status, answer.text[-2000:]
    return answer.text


def evaluator(own: Year, name: str, *codes: str) -> Actor:
    """Return a county evaluator who signs as *name* and has those units."""
    found = people.somebody(own.store, f"e{name}", Role.EVALUATOR, name=name)
    with own.store.begin() as c:
        given = [assignments.Assigned(unit=code, stage="county", person=found.id) for code in codes]
        assignments.put(c, county.PERIOD, given, 0)
    return found


def test_the_whole_log_is_for_auditors(own):
    """And a visitor is asked to sign in."""
    for name, who in own.everybody().items():
        get(own, who, "/log", 200 if name == "auditor" else 403)
        get(own, who, "/log/links/1", 200 if name == "auditor" else 403)
    answer = create_app(own.store).test_client().get("/log")
    assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in")


def test_every_link_is_listed_and_found(own):
    post(own)
    page = get(own, own.auditor, "/log")
    with own.store.read() as c:
        every = list(links.every(c))
    for link in every:
        assert f'href="/log/links/{link.number}"' in page
    assert page.index(f'/log/links/{every[-1].number}"') < page.index('/log/links/1"')
    by_leader = get(own, own.auditor, f"/log?person={own.leader.id}&action=confirm_edition")
    numbers = [own_.number for own_ in every if own_.deed.person == own.leader.id]
    assert [f'href="/log/links/{number}"' in by_leader for number in numbers] == [True] * len(numbers)
    assert by_leader.count('href="/log/links/') == len(numbers) >= 1
    assert "凌部长" in by_leader
    assert "没有符合条件" in get(own, own.auditor, "/log?until=2000-01-01")
    assert "没有符合条件" in get(own, own.auditor, "/log?action=moderate")
    for odd in ("/log?page=0", "/log?page=x", "/log?page=99999999", "/log?since=yesterday", "/log?action=no"):
        get(own, own.auditor, odd)


def test_a_link_shows_what_it_wrote_and_whether_that_is_still_so(own):
    """An auditor sees an alteration on the page of the very deed."""
    with own.store.read() as c:
        number = c.execute(text("SELECT max(link) FROM marking")).scalar_one()
        link = links.find(c, number)
    page = get(own, own.auditor, f"/log/links/{number}")
    assert link.head.spoken in page
    assert "marking" in page
    assert "与现有各行一致" in page
    assert "被改动过" not in page
    with own.store.begin() as c:
        c.execute(text("DROP TRIGGER marking_removed"))
        c.execute(text("DELETE FROM marking WHERE unit = 'A01'"))
    assert "被改动过" in get(own, own.auditor, f"/log/links/{number}")
    get(own, own.auditor, "/log/links/99999", 404)


def test_no_page_shows_a_password(own):
    """Not even its hash: what is covered of it is a digest."""
    with own.store.read() as c:
        numbers = [link.number for link in links.every(c)]
    for number in numbers:
        assert people.UNUSABLE not in get(own, own.auditor, f"/log/links/{number}")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("secretary", {"self"}),
        ("superior", {"self", "superior"}),
        ("moderator", {"self", "superior", "county"}),
        ("auditor", {"self", "superior", "county"}),
    ],
)
def test_marks_are_seen_as_far_as_the_own_stage(own, who, seen):
    """Until results are posted; then by everybody at work on the branch."""
    page = get(own, getattr(own, who), A01)
    shown = page.partition("评分的由来")[2]
    evaluators = {"self": "本支部", "superior": "<td>乡镇</td>", "county": "欧阳·阿依努尔"}
    assert {stage for stage, name in evaluators.items() if name in shown} == seen
    post(own)
    shown = get(own, getattr(own, who), A01).partition("评分的由来")[2]
    assert all(name in shown for name in evaluators.values())


def test_a_panel_stays_blind(own):
    """An evaluator sees the own marks and those of the stages before, and nobody else's."""
    page = get(own, evaluator(own, "王", "A01"), A01)
    shown = page.partition("评分的由来")[2]
    assert "<td>王</td>" in shown
    assert "本支部" in shown
    assert "欧阳" not in shown


@pytest.mark.parametrize("who", ["other_secretary", "admin", "leader"])
def test_others_see_nothing_of_a_branch(own, who):
    get(own, getattr(own, who), A01, 403)
    get(own, getattr(own, who), f"{A01}?criterion=discipline", 403)


@pytest.mark.parametrize("own", [Phase.COLLECTING], indirect=True)
def test_one_mark_is_followed_from_what_was_typed(own):
    """By those whose sheet it is, and by auditors; the superior sees it once it is signed."""
    key = SheetKey(period=county.PERIOD, unit="A01", stage="self")
    for revision, mark in ((0, "17"), (1, "18")):
        typed = Entered(criterion="discipline", mark=mark, comment="已核实<b>", revision=revision)
        enter_marks(own.store, own.secretary, key, [typed])
    for who in (own.secretary, own.auditor):
        page = get(own, who, f"{A01}?criterion=discipline")
        assert page.count("已核实&lt;b&gt;") == 2
        assert "书一" in page
    for who in (own.superior, own.moderator, evaluator(own, "王", "A01")):
        assert "已核实" not in get(own, who, f"{A01}?criterion=discipline")
    assert "meetings" not in get(own, own.auditor, f"{A01}?criterion=discipline").partition("评分的由来")[2]


def test_everybody_sees_what_they_did_and_nobody_else_does(own):
    post(own)
    for name, who in own.everybody().items():
        for other in own.everybody().values():
            may = who.id == other.id or name == "auditor"
            get(own, who, f"/log/people/{other.id}", 200 if may else 403)
    page = get(own, own.leader, f"/log/people/{own.leader.id}")
    assert "确认发布" in page
    assert "/log/links/" not in page
    assert "/log/links/" in get(own, own.auditor, f"/log/people/{own.leader.id}")
    get(own, own.auditor, "/log/people/nobody")
    get(own, own.secretary, "/log/people/nobody", 403)


@pytest.mark.parametrize("path", ["/log/units/2026/none", "/log/units/none/A01", "/log/links/x"])
def test_what_there_is_not_is_not_found(own, path):
    assert people.browser_of(create_app(own.store), own.auditor).get(path).status_code in {404, 409}


@pytest.mark.parametrize("who", ["auditor", "secretary"])
def test_pages_are_written_in_english_too(own, who):
    client = people.browser_of(create_app(own.store), getattr(own, who))
    text_ = client.get(A01, headers={"Accept-Language": "en"}).text
    assert "How the marks came about" in text_
    assert "Who did what, and when" in text_
