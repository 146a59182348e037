"""Counties at the edge of what there is: tiny, huge, nothing rated, no stars, many stars, names that break pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scoring.edition import State
from scoring.register import Register
from scoring.store import county as store_county
from scoring.store.engine import Store
from scoring.workflow.keep_periods import open_period
from scoring.workflow.read_county import contents_of, read_register
from tests.browser.measures import WIDE, ill_fitting
from tests.browser.served import County, serving
from tests.browser.watching import DESKTOP, PHONE, SMALL, Visit, go
from tests.databases import sqlite_in
from tests.workflow import county as small
from tests.workflow.county import PERIOD, Rows
from web.app import create_app

Document = dict[str, Any]

LONG = "青石镇" + "及周边六个行政村联合" * 15 + "党支部委员"
BUNCH = "A" * 160
MARKUP = "<script>alert('a')</script> & \"东街\" 'x' {{ 7*7 }} %2F 党支部"
RARE = ("䶮江村党支部", "𬭎公司党支部", "㛃川社区党支部")
SEVEN = [{"stars": str(own), "at_least": str(30 + 9 * own)} for own in range(7, 0, -1)]


TOLD_BY_NAME = re.compile(
    f"^/periods/{PERIOD}/(|ranking/(units|townships)|townships/.*|units/.*all|search.*A)$"
)
"""The pages that a browser lays out of each edge: those where names and stars stand."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A county in plain words: its units and marks, what is changed in its criteria, and how it is published."""

    units: Rows
    marks: Rows
    change: Callable[[Document], Document] = lambda document: document
    state: State = State.FINAL
    excused: bool = False


def _without(*names: str) -> Callable[[Document], Document]:
    return lambda document: {name: value for name, value in document.items() if name not in names}


def _named(names: dict[int, str], column: str = "name") -> Rows:
    rows, place = small.unit_rows(), small.UNIT_HEAD.index(column)
    return [
        [*row[:place], names.get(number, row[place]), *row[place + 1 :]] for number, row in enumerate(rows)
    ]


def _in_no_department(rows: Rows) -> Rows:
    """Return the villages only: those of no department."""
    return [rows[0], *(row for row in rows[1:] if not row[4])]


def _marks_of(units: Rows) -> Rows:
    codes = {row[0] for row in units[1:]}
    return [row for row in small.mark_rows() if row[0] in codes or row is small.MARK_HEAD]


_VILLAGES = _in_no_department(small.unit_rows())
EDGES = {
    "one branch": Edge(units=small.unit_rows(1), marks=small.mark_rows(1)),
    "no department": Edge(units=_VILLAGES, marks=_marks_of(_VILLAGES)),
    "names of 160 characters": Edge(
        units=_named({1: LONG, 2: BUNCH, 3: LONG[:-2] + "乙"}), marks=small.mark_rows()
    ),
    "a township of 160 characters": Edge(
        units=_named({1: LONG, 2: BUNCH, 5: BUNCH}, "township"), marks=small.mark_rows()
    ),
    "rare characters": Edge(units=_named(dict(enumerate(RARE, 1))), marks=small.mark_rows()),
    "names like markup": Edge(units=_named({1: MARKUP}), marks=small.mark_rows()),
    "a township like markup": Edge(units=_named({1: MARKUP}, "township"), marks=small.mark_rows()),
    "no cut points": Edge(
        units=_named(dict.fromkeys(range(1, 13), ""), "gates"),
        marks=small.mark_rows(),
        change=_without("cut_points", "quotas", "target", "gates"),
    ),
    "no target": Edge(units=small.unit_rows(), marks=small.mark_rows(), change=_without("target", "quotas")),
    "seven stars": Edge(
        units=small.unit_rows(),
        marks=small.mark_rows(),
        change=lambda document: document | {"cut_points": SEVEN},
    ),
    "nobody rated, a draft": Edge(
        units=small.unit_rows(), marks=[small.MARK_HEAD], state=State.DRAFT, excused=True
    ),
}


@dataclass(frozen=True, kw_only=True)
class Built:
    """An edge's county: its application's store and register, and the addresses of its main pages."""

    store: Store
    register: Register
    pages: list[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Built]]:
    """Gives the county of an edge, built when it is first asked for."""
    made: dict[str, Built] = {}

    def build(name: str) -> Built:
        if name not in made:
            made[name] = _build(EDGES[name], tmp_path_factory.mktemp("edge"))
        return made[name]

    yield build
    for own in made.values():
        own.store.close()


def _build(edge: Edge, folder: Path) -> Built:
    store = _store(folder, edge.change)
    small.take_units(store, folder / "units.csv", edge.units)
    if len(edge.marks) > 1:
        small.take_marks(store, folder / "marks.csv", edge.marks)
    excused = dict.fromkeys(small.codes(edge.units), "尚未评分") if edge.excused else None
    small.publish(store, edge.state, excused=excused)
    return _built(store)


def _store(folder: Path, change: Callable[[Document], Document]) -> Store:
    database = sqlite_in(folder)
    with small.store_at(database):
        pass
    store = Store.open(database.url, database.schema)
    with store.begin() as c:
        store_county.call(c, small.NAME)
    paths = []
    for document in map(change, small.sets()):
        path = folder / f"{document['id']}@{document['version']}.yaml"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        paths.append(str(path))
    open_period(store, PERIOD, paths)
    return store


def _built(store: Store) -> Built:
    register = read_register(store, contents_of(store).years[0].id)
    return Built(store=store, register=register, pages=list(_pages(register)))


def _pages(register: Register) -> Iterator[str]:
    year = f"/periods/{PERIOD}"
    yield f"{year}/"
    for kind in ("units", "townships", "departments", "domains"):
        yield f"{year}/ranking/{kind}"
    yield f"{year}/units/{quote(register.entries[0].unit.code)}"
    yield f"{year}/units/{quote(register.entries[-1].unit.code)}?marks=all"
    for kind, groups in register.groups.items():
        largest = max(groups, key=lambda own: own.units, default=None)
        for own in groups:
            if own is not largest and len(own.name) < 60 and "<" not in own.name:
                continue
            yield f"{year}/{kind.value}s/{quote(own.name, safe='')}"
    yield f"{year}/search?q={quote(register.entries[0].unit.name[:20])}"
    yield f"{year}/search?q=A"
    for ref in sorted(register.criteria):
        yield f"/criteria/{ref}"
    yield from ("/criteria", "/editions", "/differences")


@pytest.mark.parametrize("name", EDGES)
def test_every_page_of_an_edge_is_answered(built, name: str):
    """And the exports; nothing of a name is ever markup, in no page and no chart."""
    own = built(name)
    client = create_app(own.store).test_client()
    for lang in ("zh", "en"):
        for page in own.pages if lang == "zh" else own.pages[:8]:
            answer = client.get(page, headers={"Accept-Language": lang}, follow_redirects=True)
            assert answer.status_code == 200, page
            assert "<script>alert" not in answer.text, page
            assert "49" not in answer.text or "{{" not in answer.text or "{{ 7*7 }}" in answer.text, page
    for kind in ("units", "townships", "departments", "domains"):
        for ending in ("csv", "xlsx"):
            assert client.get(f"/periods/{PERIOD}/ranking/{kind}.{ending}").status_code == 200, kind


@pytest.mark.parametrize("name", EDGES)
def test_every_page_of_an_edge_fits_a_phone(visit: Visit, built, name: str):
    own = built(name)
    found = {}
    with serving(create_app(own.store)) as base:
        page = visit.page(PHONE, base=base)
        for address in own.pages:
            if not TOLD_BY_NAME.search(address):
                continue
            go(page, address)
            for width, height in (PHONE, SMALL, DESKTOP):
                page.set_viewport_size({"width": width, "height": height})
                if faults := ill_fitting(page):
                    found[address, width] = faults
    assert found == {}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_name_of_rare_characters_is_found_and_shown(built, number: int):
    own = built("rare characters")
    client = create_app(own.store).test_client()
    answer = client.get(f"/periods/{PERIOD}/search?q={quote(RARE[number - 1])}", follow_redirects=True)
    assert answer.status_code == 200
    assert f"<h1>{RARE[number - 1]}</h1>" in answer.text


def test_a_year_without_cut_points_speaks_of_no_stars(built):
    """Scores and ranks only: no chart of stars, no column of stars, no filter by them."""
    own = built("no cut points")
    client = create_app(own.store).test_client()
    ranking = client.get(f"/periods/{PERIOD}/ranking/units").text
    assert 'name="stars"' not in ranking
    assert "未评定" not in ranking
    overview = client.get(f"/periods/{PERIOD}/").text
    assert "table-stars" not in overview


def test_seven_stars_are_told_apart(visit: Visit, built):
    """Every number of stars has its own chip and its own words."""
    own = built("seven stars")
    with serving(create_app(own.store)) as base:
        page = go(visit.page(base=base), f"/periods/{PERIOD}/")
        chips = page.locator("#table-stars .stars")
        looks = [
            chip.evaluate(
                "own => [own.innerText, getComputedStyle(own).backgroundColor, getComputedStyle(own).color]"
            )
            for chip in chips.all()
        ]
    assert len({words for words, *_ in looks}) == 9
    assert all(ground != "rgba(0, 0, 0, 0)" for words, ground, _ in looks if words[0] in "1234567"), looks


@contextmanager
def _nothing_published(folder: Path) -> Iterator[Store]:
    store = _store(folder, lambda document: document)
    try:
        yield store
    finally:
        store.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_county_that_has_published_nothing_says_what_to_do(visit: Visit, tmp_path: Path, lang: str):
    with _nothing_published(tmp_path) as store, serving(create_app(store)) as base:
        page = visit.page(PHONE, lang, base=base)
        for address in ("/", "/criteria", "/editions", "/differences"):
            go(page, address)
            assert page.evaluate(WIDE) == [], address
        go(page, "/")
        assert page.locator("main code").count() >= 4
        assert not page.locator("#search").is_visible()
        go(page, "/periods/2026/", 404)
        go(page, "/provisional/2026/", 404)


MANY = 5_000
HEAVIEST = 400_000
"""Bytes of the longest page that a phone should have to take."""


def test_no_page_of_five_thousand_branches_is_too_long(tmp_path: Path):
    """Long lists come a page at a time, wherever they stand."""
    towns = [f"第{number}镇" for number in range(60)]
    head, *rows = small.unit_rows(MANY)
    units = [[*row[:3], towns[place % 60], *row[4:]] for place, row in enumerate(rows)]
    own = _build(Edge(units=[head, *units], marks=small.mark_rows(MANY)), tmp_path)
    try:
        client = create_app(own.store).test_client()
        answers = {page: client.get(page, follow_redirects=True) for page in own.pages}
        assert {
            page: answer.status_code for page, answer in answers.items() if answer.status_code != 200
        } == {}
        assert {
            page: len(answer.data) for page, answer in answers.items() if len(answer.data) > HEAVIEST
        } == {}
        assert len(client.get(f"/periods/{PERIOD}/ranking/units.csv").text.splitlines()) > MANY
    finally:
        own.store.close()


WRONG = {
    "/periods/2025/ranking/units?page=zzz": 200,
    "/periods/2025/ranking/units?page=-1": 200,
    "/periods/2025/ranking/units?page=99999999999999999999": 200,
    "/periods/2025/ranking/units?page=%D9%A3": 200,
    "/periods/2025/ranking/units?stars=99": 200,
    "/periods/2025/ranking/units?stars=zz&stars=5": 200,
    "/periods/2025/ranking/units?stars=%C2%B2": 200,
    "/periods/2025/ranking/units?township=nowhere&domain=%00": 200,
    "/periods/2025/ranking/units?sort=drop&order=up": 200,
    "/periods/2025/ranking/units?sort=share": 200,
    "/periods/2025/ranking/townships?sort=name&order=reverse&stars=3": 200,
    "/periods/2025/ranking/units.csv?page=zzz&sort=x": 200,
    "/periods/2025/ranking/foo": 404,
    "/periods/2025/ranking/": 404,
    "/periods/2025/ranking/units.pdf": 404,
    "/periods/2025/search?q=%00": 200,
    "/periods/2025/search?q=%FF%FE": 200,
    "/periods/2025/search?q=" + "长" * 3000: 200,
    "/periods/2025/search?q=%27%22%3E%3Cscript%3E": 200,
    "/periods/2025/search?q=%25_%5C": 200,
    "/periods/2025/search?q=a&q=b&q[]=c": 200,
    "/periods/2025/units/../../etc/passwd": 404,
    "/periods/2025/units/..%2F..%2Fetc%2Fpasswd": 404,
    "/periods/2025/units/%00": 404,
    "/periods/2025/units/c0001": 404,
    "/periods/2025/units/": 404,
    "/periods/2025/units/C0001/": 404,
    "/periods/2025/units/C0001?marks=zzz": 200,
    "/periods/2025/townships/%E4%B8%8D": 404,
    "/periods/2025/superiors/x": 404,
    "/periods/%00/": 404,
    "/periods/2025%0d%0aSet-Cookie:a=b/": 404,
    "/provisional/2025/": 404,
    "/editions/000000000000/": 404,
    "/editions/6/": 404,
    "/editions/zz/about": 404,
    "/editions/%25/": 404,
    "/criteria/../../etc": 404,
    "/criteria/..%2F..%2Fetc%2Fpasswd": 404,
    "/criteria/@": 404,
    "/criteria/%00": 404,
    "/criteria/red-flag-rural": 404,
    "/criteria/compare?before=x&after=y": 404,
    "/criteria/compare?before=%00": 404,
    "/differences?before=zz&after=zz": 404,
    "/differences?before=%00": 404,
    "/language/fr": 404,
    "/language/en?next=//evil.example/": 302,
    "/language/en?next=https://evil.example/": 302,
    "/language/en?next=%5C%5Cevil.example": 302,
    "/language/en?next=%0d%0aX:y": 302,
    "/static/../../etc/passwd": 404,
    "/static/..%2f..%2fapp.py": 404,
    "//evil.example/%2e%2e": 404,
}


@pytest.mark.parametrize("address", WRONG)
def test_a_wrong_address_is_answered_in_plain_words(county: County, address: str):
    """Whatever is typed: a page that makes sense or one that says there is none, never a fault of the server."""
    answer = county.client.get(address, follow_redirects=False)
    answer.close()
    allowed = (200, 404) if address.startswith(("/differences?", "/criteria/compare?")) else (WRONG[address],)
    allowed = (*allowed, 308, 400) if WRONG[address] == 404 else allowed
    assert answer.status_code in allowed
    assert "evil" not in answer.headers.get("Location", "")
    assert "<script>" not in answer.text
    if answer.status_code in (400, 404) and not address.startswith("/static/"):
        assert "<h1>" in answer.text
