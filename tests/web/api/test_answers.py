"""What the API tells is what the edition says, and how it tells that something is not to be had."""

from __future__ import annotations

import orjson
import pytest

from scoring.canonical import canonical, sha256
from tests.databases import sqlite_in
from tests.web.api.published import published
from tests.workflow import county as small
from web.app import create_app


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with published(tmp_path_factory.mktemp("county")) as found:
        yield found


def _rows(edition):
    return [orjson.loads(row) for row in edition.rows]


def test_the_ranking_is_the_editions_rows_in_order_of_rank(county):
    told = county.get(f"/editions/{county.final.id}/ranking").json
    rows = sorted(_rows(county.final), key=lambda row: (row["rank"] is None, row["rank"], row["unit"]))
    fields = ("unit", "criteria", "score", "stars", "rank", "ranks")
    assert [{name: unit[name] for name in fields} for unit in told["units"]] == [
        {name: row[name] for name in fields} for row in rows
    ]
    assert (told["edition"], told["period"], told["provisional"]) == (county.final.id, "2026", False)


def test_a_ranking_is_written_as_it_was_when_its_etag_was_given_out(county):
    """Its ETag is the edition's id alone: whoever writes it otherwise must let the ETag say so too."""
    head = f'{{"edition":"{county.final.id}","period":"2026","county":"青石县","provisional":false,"units":['
    first = (
        '{"unit":"A06","name":"第6村党支部","domain":"rural","township":"青石镇","department":null,"gates":[],'
        '"criteria":"village@1","score":"86.54","stars":4,"rank":1,'
        '"ranks":{"township":1,"department":null,"domain":1}},'
    )
    assert county.get(f"/editions/{county.final.id}/ranking").text.startswith(head + first)


def test_a_unit_says_everything_its_row_and_marks_say(county):
    told = county.get(f"/editions/{county.final.id}/units/A03").json
    row = next(row for row in _rows(county.final) if row["unit"] == "A03")
    for name in ("score", "stars", "rank", "ranks", "missing"):
        assert told[name] == row[name]
    for name in ("lines", "adjustments", "parts", "steps"):
        assert [
            {key: one[key] for key in own} for one, own in zip(told[name], row[name], strict=True)
        ] == row[name]
    marks = next(orjson.loads(line)["marks"] for line in county.final.marks if b'"A03"' in line)
    assert {(one["stage"], one["evaluator"]): one["marks"] for one in told["marks"]} == {
        (stage, who): own for stage, people in marks.items() for who, own in people.items()
    }
    assert told["marks"][-1]["stage"] == "moderation" or "moderation" in marks
    assert all(step["reason"]["zh"] and step["reason"]["en"] for step in told["steps"])


def test_groups_and_county_are_the_editions_standings(county):
    standings = orjson.loads(county.final.standings)
    for kind in ("township", "department", "domain"):
        told = county.get(f"/editions/{county.final.id}/groups/{kind}s").json["groups"]
        assert [
            {name: group[name] for name in own} for group, own in zip(told, standings[kind], strict=True)
        ] == (standings[kind])
        alone = county.get(f"/editions/{county.final.id}/groups/{kind}s/{told[0]['group']}").json
        assert told[0].items() <= alone.items()
    told = county.get(f"/editions/{county.final.id}/county").json
    assert told["figures"] == standings["county"]
    target = standings["target"]
    assert told["target"] == {
        "stars": target["stars"],
        "share": target["share"],
        "reached": target["k"],
        "units": target["n"],
        "short": target["short"],
        "meets": target["meets"],
    }


def test_numbers_with_decimals_are_texts_as_printed(county):
    """80.00 as a number would come out as 80.0, and 0.1 as what a float makes of it."""
    units = county.get(f"/editions/{county.final.id}/units").json["units"]
    assert {type(unit["score"]) for unit in units} == {str}
    assert all(len(unit["score"].partition(".")[2]) == 2 for unit in units)


def test_none_is_null_and_not_nought(store_with_an_unrated_unit):
    client, edition = store_with_an_unrated_unit
    (unit,) = client.get(f"/api/v1/editions/{edition.id}/units?stars=none").json["units"]
    assert (unit["score"], unit["stars"], unit["rank"]) == (None, None, None)
    told = client.get(f"/api/v1/editions/{edition.id}/units/{unit['unit']}").json
    assert told["missing"]
    assert {part["value"] for part in told["parts"]} == {None}
    assert client.get(f"/api/v1/editions/{edition.id}/ranking").json["units"][-1]["unit"] == unit["unit"]


@pytest.fixture
def store_with_an_unrated_unit(tmp_path):
    with small.store_at(sqlite_in(tmp_path)) as store:
        small.with_units(store, tmp_path)
        marks = [row for row in small.mark_rows() if row[0] != "A11"]
        small.take_marks(store, tmp_path / "marks.csv", marks)
        edition = small.publish(store, excused={"A11": "新成立"})
        yield create_app(store).test_client(), edition


def test_units_are_found_by_group_stars_words_and_page(county):
    address = f"/editions/{county.final.id}/units"
    rows = {row["unit"]: row for row in _rows(county.final)}
    found = county.get(f"{address}?township=青石镇&stars=4&stars=0").json
    assert {unit["unit"] for unit in found["units"]} == {
        code for code, row in rows.items() if code in ("A03", "A06", "A09", "A12") and row["stars"] in (0, 4)
    }
    assert [unit["unit"] for unit in county.get(f"{address}?q=A1&sort=code").json["units"]] == [
        "A10",
        "A11",
        "A12",
    ]
    assert [unit["unit"] for unit in county.get(f"{address}?q=jg&sort=code&order=reverse").json["units"]] == [
        "A12",
        "A08",
        "A04",
    ]
    pages = [county.get(f"{address}?page_size=5&page={page}").json for page in (1, 2, 3, 4)]
    assert [len(page["units"]) for page in pages] == [5, 5, 2, 0]
    assert {(page["total"], page["pages"]) for page in pages} == {(12, 3)}
    whole = county.get(f"/editions/{county.final.id}/ranking").json["units"]
    assert [unit for page in pages for unit in page["units"]] == whole


def test_editions_and_periods_say_which_is_newest(county):
    editions = county.get("/editions").json["editions"]
    assert [(own["id"], own["newest"]) for own in editions] == [
        (county.final.id, True),
        (county.draft.id, False),
        (county.last_year.id, True),
    ]
    assert [own["id"] for own in county.get("/editions?period=2025").json["editions"]] == [
        county.last_year.id
    ]
    assert county.get("/editions?period=1999").json == {"editions": []}
    assert {own["id"]: own["edition"] for own in county.get("/periods").json["periods"]} == {
        "2025": county.last_year.id,
        "2026": county.final.id,
        "2027": None,
    }


def test_the_id_of_an_edition_can_be_checked_from_its_manifest(county):
    for edition in county.editions:
        told = county.get(f"/editions/{edition.id[:8]}").json
        assert sha256(canonical(told["manifest"])) == told["id"] == edition.id
        assert told["manifest"]["supersedes"] == edition.statement.supersedes


def test_the_digest_of_a_set_can_be_checked_from_its_document(county):
    for own in county.get("/criteria").json["criteria"]:
        assert sha256(county.get(f"/criteria/{own['ref']}").data) == own["digest"]


def test_differences_name_the_unit_that_moved_and_why(county):
    told = county.get(f"/differences?before={county.draft.id}&after={county.final.id}").json
    moved = told["units"][0]
    assert moved["unit"] == "A03"
    assert "moderation" in {cause.get("stage") for cause in moved["causes"]}
    assert county.get(f"/differences?before={county.final.id}&after={county.final.id}").json["units"] == []


def test_provisional_figures_are_told_where_anybody_may_see_them(county, tmp_path):
    told = county.get("/provisional/2027/ranking").json
    assert (told["edition"], told["provisional"], len(told["units"])) == (None, True, 12)
    with small.store_at(sqlite_in(tmp_path)) as store:
        small.with_marks(store, tmp_path)
        assert create_app(store).test_client().get("/api/v1/provisional/2026/ranking").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/editions/ffffffffffff",
        "/editions/abc",
        "/editions/{id}/units/Z99",
        "/editions/{id}/units/a/b//c",
        "/editions/{id}/groups/townships/Z",
        "/editions/{id}/groups/superiors",
        "/criteria/nothing@1",
        "/provisional/1999/ranking",
        "/differences?before=ffffffffffff&after=ffffffffffff",
    ],
)
def test_what_is_not_there_is_a_problem_document_in_both_languages(county, address):
    answer = county.get(address.format(id=county.final.id))
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.json["status"] == 404
    assert all(fault["zh"] and fault["en"] for fault in answer.json["faults"])


def test_a_beginning_that_two_editions_share_is_refused(county, monkeypatch):
    shared = type("Contents", (), {"editions": [county.final, county.final], "newest": {}})
    monkeypatch.setattr("web.api.finding.contents", lambda: shared)
    answer = county.get(f"/editions/{county.final.id[:6]}")
    assert answer.status_code == 404
    assert "give more of it" in answer.json["detail"]


def test_all_faults_of_a_query_are_told_at_once(county):
    answer = county.get(
        f"/editions/{county.final.id}/units?page=0&page=1&page_size=9999&stars=x&sort=up&town=1&q={'x' * 61}"
    )
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json["faults"]] == [
        "stars",
        "q",
        "sort",
        "page",
        "page_size",
        "town",
    ]
    assert county.get("/differences").json["detail"] == "before: is missing; after: is missing"


@pytest.mark.parametrize("page", ["0", "-1", "+1", " 1", "1_0", "１", "1.0", "", "1e3", "9999999999"])
def test_a_number_is_digits_and_nothing_else(county, page):
    assert (
        county.client.get(
            f"/api/v1/editions/{county.final.id}/units", query_string={"page": page}
        ).status_code
        == 422
    )


@pytest.mark.parametrize("address", ["/periods?x=1", "/criteria?", "/editions/{id}/ranking?page=1"])
def test_an_address_without_parameters_takes_none(county, address):
    answer = county.get(address.format(id=county.final.id))
    assert answer.status_code == (200 if address.endswith("?") else 422)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written_and_the_answer_says_what_can_be_done(county, method):
    answer = county.client.open(f"/api/v1/editions/{county.final.id}", method=method)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {"GET", "HEAD"} <= answer.allow


def test_a_fault_of_the_service_is_a_problem_document_too(county, monkeypatch):
    def broken():
        raise RuntimeError("broken")

    monkeypatch.setattr("web.api.periods.contents", broken)
    answer = county.get("/periods")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "broken" not in answer.text


def test_pages_still_tell_in_html_that_they_are_not_there(county):
    assert county.client.get("/nowhere").content_type.startswith("text/html")


def test_an_edition_by_its_whole_id_is_kept_and_anything_else_asked_for_again(county):
    whole, short = (county.get(f"/editions/{own}/county") for own in (county.final.id, county.final.id[:12]))
    assert "immutable" in whole.headers["Cache-Control"]
    assert short.headers["Cache-Control"] == county.get("/editions").headers["Cache-Control"] == "no-cache"
    assert whole.get_etag() == short.get_etag() == (county.final.id, False)


@pytest.mark.parametrize(
    "address",
    [
        "/editions",
        "/periods",
        "/criteria",
        "/criteria/village@1",
        "/editions/{id}",
        "/editions/{id}/units?q=A",
    ],
)
def test_who_has_the_answer_is_told_that_it_is_unchanged(county, address):
    address = address.format(id=county.final.id)
    etag = county.get(address).headers["ETag"]
    for given in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = county.get(address, **{"If-None-Match": given})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
    assert county.get(address, **{"If-None-Match": '"other"'}).status_code == 200


def test_a_list_has_another_etag_once_anything_is_published(tmp_path):
    with small.store_at(sqlite_in(tmp_path)) as store:
        small.with_marks(store, tmp_path)
        client = create_app(store).test_client()
        before = [client.get(f"/api/v1/{name}").headers["ETag"] for name in ("editions", "periods")]
        small.publish(store)
        after = [client.get(f"/api/v1/{name}").headers["ETag"] for name in ("editions", "periods")]
    assert not {*before} & {*after}


def test_every_answer_carries_the_policy_and_speaks_no_language(county):
    for address in (
        "/editions",
        "/nowhere",
        f"/editions/{county.final.id}/ranking",
        f"/editions/{county.final.id}/ranking",
    ):
        answer = county.get(address, **{"Accept-Language": "en"})
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.data == county.get(address, **{"Accept-Language": "zh"}).data


def test_what_cannot_be_told_as_things_stand_says_why(tmp_path):
    """A period without units has no ranking, and nothing is wrong with the question."""
    with small.store_at(sqlite_in(tmp_path)) as store:
        for period in ("2025", "2026"):
            (tmp_path / period).mkdir()
        small.with_marks(store, tmp_path / "2025", "2025")
        small.publish(store, period="2025")
        small.opened(store, tmp_path / "2026", "2026")
        answer = (
            create_app(store, provisional_shown=True).test_client().get("/api/v1/provisional/2026/ranking")
        )
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert answer.json["faults"][0]["zh"]
