"""A whole ranking is told again as it was told, without the database, and only where it is the same for good."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.web.api.published import published
from web.api.repeating import Door
from web.app import create_app


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with published(tmp_path_factory.mktemp("county")) as found:
        yield found


@contextmanager
def _asked(store):
    """Gather what the database is asked meanwhile."""
    asked = []

    def note(_c, _cursor, statement, *_):
        asked.append(statement)

    engine, _ = store._own_engines

    def begun(_c):
        asked.append("BEGIN")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "begin", begun)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "begin", begun)


def test_a_ranking_told_again_asks_the_database_nothing_and_is_the_same(county):
    address = f"/editions/{county.final.id}/ranking"
    first = county.get(address)
    with _asked(county.store) as asked:
        again = county.get(address)
        unchanged = county.get(address, **{"If-None-Match": first.headers["ETag"]})
    assert asked == []
    assert (again.data, [*again.headers]) == (first.data, [*first.headers])
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.get_etag() == (county.final.id, False)
    with _asked(county.store) as asked:
        county.get("/periods")
    assert asked, "the ear hears nothing"


def test_it_is_told_again_only_to_the_host_that_was_answered(county):
    """A host the service does not answer to gets no ranking through the door either."""
    app = create_app(county.store, trusted_hosts=["stars.example"])
    address = f"http://stars.example/api/v1/editions/{county.final.id}/ranking"
    client = app.test_client()
    assert client.get(address).status_code == 200
    assert client.get(address.replace("stars.example", "evil.example")).status_code == 421
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": 'W/"{id}"'}, 304),
    ],
)
def test_other_conditions_are_judged_inside(county, headers, status):
    address = f"/editions/{county.draft.id}/ranking"
    county.get(address)
    given = {name: value.replace("{id}", county.draft.id) for name, value in headers.items()}
    assert county.get(address, **given).status_code == status


def test_a_query_or_another_method_is_no_ranking(county):
    address = f"/api/v1/editions/{county.final.id}/ranking"
    county.client.get(address)
    assert county.client.get(f"{address}?x=1").status_code == 422
    assert county.client.post(address).status_code == 405
    assert county.client.head(address).data == b""


@pytest.mark.parametrize(
    "headers",
    [
        [("ETag", '"1"'), ("Cache-Control", "no-cache")],
        [("ETag", '"1"'), ("Cache-Control", "public, max-age=86400, immutable"), ("Vary", "Cookie")],
        [("ETag", '"1"'), ("Cache-Control", "public, max-age=86400, immutable"), ("Set-Cookie", "a=b")],
    ],
)
def test_what_is_not_for_everybody_and_for_good_is_asked_for_anew(headers):
    assert _answers(headers) == [b"1", b"2"]


def test_what_is_for_good_is_asked_for_once():
    """Negative control of the test above."""
    assert _answers([("ETag", '"1"'), ("Cache-Control", "public, max-age=86400, immutable")]) == [b"1", b"1"]


def _answers(headers):
    told = iter((b"1", b"2"))

    def inside(_environ, start_response):
        start_response("200 OK", headers)
        return [next(told)]

    door = Door(inside)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/api/v1/editions/{'a' * 64}/ranking"}
    return [b"".join(door(environ, lambda *_: None)) for _ in range(2)]
