"""The frame of every page: which year and edition it shows, in which language, and what it says where there is nothing."""

from __future__ import annotations

import pytest

from scoring.edition import State
from scoring.store.engine import Store
from tests.databases import ready_made, sqlite_in
from tests.workflow import county
from web.app import create_app
from web.security import POLICY


@pytest.fixture
def client(store):
    """The pages of the county in the store; run on both databases."""
    return create_app(store).test_client()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A county with a draft and a final edition of one year; one branch's name means mischief."""
    folder = tmp_path_factory.mktemp("published")
    database = sqlite_in(folder)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    rows = county.unit_rows()
    rows[2][1] = "第2村<script>alert(1)</script>"
    county.opened(store, folder)
    county.take_units(store, folder / "units.csv", rows)
    county.take_marks(store, folder / "marks.csv", county.mark_rows())
    draft = county.publish(store, State.DRAFT)
    final = county.publish(store)
    yield create_app(store).test_client(use_cookies=False), draft, final
    store.close()


def test_a_county_without_editions_says_what_will_be_here_and_who_brings_it(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "还没有发布任何一年的结果" in answer.text
    assert "stars publish" in answer.text


def test_what_is_not_published_is_not_shown(store, client, tmp_path):
    """Until people can sign in, an open year of a real county is nobody's to read."""
    county.with_marks(store, tmp_path)
    assert client.get("/").status_code == 200
    for address in (
        f"/periods/{county.PERIOD}/",
        f"/provisional/{county.PERIOD}/",
        f"/provisional/{county.PERIOD}/units/A01",
    ):
        assert client.get(address).status_code == 404
    assert "A01" not in client.get(f"/provisional/{county.PERIOD}/units/A01").text.replace("/units/A01", "")


def test_a_page_changes_as_soon_as_an_edition_is_kept(store, client, tmp_path):
    county.with_marks(store, tmp_path)
    assert client.get(f"/periods/{county.PERIOD}/").status_code == 404
    draft = county.publish(store, State.DRAFT)
    shown = client.get(f"/periods/{county.PERIOD}/")
    assert "公示稿" in shown.text
    assert draft.id[:12] in shown.text
    final = county.publish(store)
    shown = client.get(f"/periods/{county.PERIOD}/", headers={"If-None-Match": shown.headers["ETag"]})
    assert shown.status_code == 200
    assert final.id[:12] in shown.text
    assert "已被新版本取代" in client.get(f"/editions/{draft.id[:12]}/").text


def test_the_first_page_is_the_newest_year(published):
    client, _, _ = published
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/periods/{county.PERIOD}/")


def test_an_edition_is_found_by_the_beginning_of_its_id(published):
    client, draft, final = published
    for edition in (draft, final):
        assert client.get(f"/editions/{edition.id}/").status_code == 200
        assert client.get(f"/editions/{edition.id[:6].upper()}/").status_code == 200
    assert client.get(f"/editions/{final.id[:5]}/").status_code == 404
    assert client.get(f"/editions/{'0' * 64}/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "cookie", "spoken"),
    [
        ("", None, "zh-CN"),
        ("fr", None, "zh-CN"),
        ("en-GB,en;q=0.9", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh-CN"),
        ("en", "zh", "zh-CN"),
        ("zh", "en", "en"),
        ("zh", "klingon", "zh-CN"),
    ],
)
def test_a_visitor_is_spoken_to_in_the_language_chosen_or_asked_for(published, asked, cookie, spoken):
    client, _, _ = published
    headers = {"Accept-Language": asked} | ({"Cookie": f"stars_lang={cookie}"} if cookie else {})
    assert f'<html lang="{spoken}"' in client.get(f"/periods/{county.PERIOD}/", headers=headers).text


def test_a_chosen_language_is_kept(published):
    client = published[0].application.test_client()
    answer = client.get("/language/en?next=/editions%3Fx%3D1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/editions?x=1")
    assert '<html lang="en"' in client.get("/editions").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/\t/evil.example",
        "/%0d%0aX: y",
    ],
)
def test_a_language_switch_sends_nobody_elsewhere(published, elsewhere):
    client, _, _ = published
    location = client.get("/language/zh", query_string={"next": elsewhere}).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "evil.example" not in location or location.startswith("/%")


def test_what_the_visitor_has_already_is_not_sent_again(published):
    client, _, _ = published
    for address in (
        f"/periods/{county.PERIOD}/",
        f"/periods/{county.PERIOD}/ranking/units?stars=3",
        f"/periods/{county.PERIOD}/units/A01",
    ):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        weakened = client.get(address, headers={"If-None-Match": f"W/{first.headers['ETag']}"})
        assert weakened.status_code == 304
        other = client.get(address, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "en"})
        assert other.status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/periods/{period}/", 200),
        ("/editions", 200),
        ("/nowhere", 404),
        ("/", 302),
        ("/static/stars.css", 200),
        ("/healthz", 200),
        ("/periods/{period}/ranking/units.csv", 200),
        ("/api/v1/editions", 200),
        ("/api/v1/nowhere", 404),
    ],
)
def test_every_answer_carries_the_policy(published, address, status):
    client, _, _ = published
    answer = client.get(address.format(period=county.PERIOD), buffered=True)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_is_never_taken_for_code(published):
    client, _, _ = published
    for address in ("ranking/units", "units/A02", "townships/柳河镇", "search?q=script", "search?q=<script>"):
        assert "<script>alert" not in client.get(f"/periods/{county.PERIOD}/{address}").text
    assert "第2村&lt;script&gt;" in client.get(f"/periods/{county.PERIOD}/ranking/units").text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=99999",
        "page=abc",
        "page=%00",
        "page=9" * 3,
        "stars=99",
        "stars=x",
        "stars=-1",
        "sort=nothing",
        "order=up",
        "township=nowhere",
        "q=" + "长" * 500,
        "q=%F0%9F%98%80",
        "q=%ff%fe",
    ],
)
def test_a_mistyped_address_still_gives_a_page(published, query):
    client, _, _ = published
    for kind in ("units", "townships"):
        assert client.get(f"/periods/{county.PERIOD}/ranking/{kind}?{query}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/periods/1999/",
        "/periods/{period}/units/none",
        "/periods/{period}/townships/none",
        "/periods/{period}/ranking/foo",
        "/periods/{period}/units/../../etc/passwd",
        "/editions/zzzzzzzz/",
        "/periods/%00/",
        "/static/../app.py",
    ],
)
def test_what_is_not_there_is_said_plainly(published, address):
    client, _, _ = published
    answer = client.get(address.format(period=county.PERIOD))
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_nothing_can_be_written_yet(published):
    client, _, _ = published
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"/periods/{county.PERIOD}/")
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("stars.county.example", 200),
        ("STARS.county.example:8000", 200),
        ("127.0.0.1:8000", 200),
        ("10.0.0.7", 200),
        ("[::1]:8000", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("stars.county.example.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:80", 421),
        ("", 421),
    ],
)
def test_the_service_answers_to_its_own_names_and_to_addresses_in_figures(published, host, status):
    """A name that was led here from elsewhere would let that page read what only this office may."""
    store = published[0].application.extensions["stars_shelf"].store
    client = create_app(store, ("stars.county.example", "localhost")).test_client()
    for address in ("/healthz", "/editions", "/api/v1/editions"):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code == status
        assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_name_that_is_not_ours_is_told_what_to_do(published):
    store = published[0].application.extensions["stars_shelf"].store
    answer = (
        create_app(store, ("stars.county.example",)).test_client().get("/", headers={"Host": "other.example"})
    )
    assert "STARS_TRUSTED_HOSTS" in answer.text


def test_a_database_that_cannot_be_read_is_said_plainly(published, monkeypatch):
    """The page that says so asks the database nothing."""
    client, _, _ = published
    shelf = client.application.extensions["stars_shelf"]

    def broken():
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(shelf, "contents", broken)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get(f"/periods/{county.PERIOD}/")
    assert answer.status_code == 500
    assert "数据没有受影响" in answer.text
    assert "disk" not in answer.text


def test_a_search_for_one_unit_leads_to_it(published):
    client, _, _ = published
    answer = client.get(f"/periods/{county.PERIOD}/search?q=A03")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/periods/{county.PERIOD}/units/A03")
    assert "没有找到" in client.get(f"/periods/{county.PERIOD}/search?q=qqqq").text


def test_charts_are_drawn_once(published, monkeypatch):
    """A second look takes the chart that is kept; so does another process."""
    client, _, final = published
    address = f"/editions/{final.id[:12]}/units/A01"
    first = client.get(address).text
    monkeypatch.setattr("web.charts.radar.draw", lambda values: pytest.fail("drawn again"))
    assert client.get(address).text == first
    store = client.application.extensions["stars_shelf"].store
    other = create_app(store).test_client()
    assert other.get(address).text == first


def test_a_ranking_can_be_taken_to_a_spreadsheet_as_it_is_filtered(published):
    client, _, _ = published
    base = f"/periods/{county.PERIOD}/ranking/units"
    rows = client.get(f"{base}.csv?township=柳河镇").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 4
    answer = client.get(f"{base}.xlsx?stars=none")
    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "filename*=UTF-8''%E9%9D%92" in answer.headers["Content-Disposition"]
