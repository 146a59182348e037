"""What no page of ours sends is refused or passed over: it is never an error of the server, and leaves nothing behind."""

from __future__ import annotations

import io

import pytest

from tests import people
from tests.uploads.bytes_of import pdf
from tests.web.api.working import PERIOD, Office, working
from tests.workflow import county

WORK = f"/desk/{PERIOD}"
HUGE = "9" * 25
LONG = "青石县柳河镇" * 20


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with working(tmp_path_factory.mktemp("odd"), marked=True) as found:
        found.app.config["PROPAGATE_EXCEPTIONS"] = False
        yield found


def asked(office: Office, who: str, method: str, address: str, **more: object) -> int:
    """Return with what *who* is answered in a browser, '' being a visitor."""
    browser = people.browser_of(office.app, office.people[who]) if who else office.app.test_client()
    answer = browser.post(address, **more) if method == "POST" else browser.get(address, **more)
    return answer.status_code


@pytest.mark.parametrize(
    ("who", "method", "address", "form", "status"),
    [
        ("", "GET", "/sign-in?next=//[", {}, 200),
        ("", "GET", "/language/en?next=//[", {}, 302),
        ("", "GET", "/language/en?next=/a%0d%0ax", {}, 302),
        ("admin", "GET", "/sign-in?next=/a%0d%0ax", {}, 303),
        ("nobody", "POST", f"{WORK}/gates", {"motion": "xyz"}, 403),
        ("admin", "POST", f"{WORK}/publishing", {"state": "draft", "first": "9999-12-31"}, 409),
        ("admin", "POST", f"{WORK}/gates/{HUGE}/confirm", {}, 404),
        ("leader", "GET", f"{WORK}/gates/{HUGE}/document", {}, 404),
        ("moderator", "GET", f"{WORK}/objections/{HUGE}", {}, 404),
        ("leader", "GET", f"{WORK}/publishing/{HUGE}", {}, 404),
        ("auditor", "GET", f"/log/links/{HUGE}", {}, 404),
        ("evaluator", "POST", f"/account/deputies/{HUGE}/end", {}, 404),
        ("admin", "POST", f"/roles/{HUGE}/refuse", {}, 404),
        ("admin", "POST", "/roles/confirm", {"number": "9" * 5_000}, 303),
        ("auditor", "GET", "/log?since=0001-01-01", {}, 200),
        ("auditor", "GET", "/log?until=9999-12-31", {}, 200),
    ],
)
def test_odd_words_are_no_error_of_the_server(office, who, method, address, form, status):  # noqa: PLR0917
    own = {"data": form} if method == "POST" else {}
    assert asked(office, who, method, address, **own) == status


@pytest.mark.parametrize("origin", ["http://[", "null", "http://localhost.evil.example", "//localhost"])
def test_a_form_from_an_odd_place_is_refused(office, origin):
    headers = {"Origin": origin}
    assert asked(office, "admin", "POST", "/inbox/read", headers=headers) == 403


@pytest.mark.parametrize("name", [f"{LONG}.csv", f"../{LONG}.csv", "..", ".csv", "a/b\\c.csv"])
def test_a_file_of_any_name_is_read(office, name):
    """A name longer than a file system takes is cut; where nothing is left the file has a name of its own."""
    content = "\n".join(",".join(map(str, row)) for row in county.mark_rows()).encode()
    form = {"file": (io.BytesIO(content), name)}
    assert asked(office, "admin", "POST", f"{WORK}/progress/marks", data=form) in {200, 303, 409, 422}
    workbook = {"file": (io.BytesIO(b"no workbook"), name)}
    assert asked(office, "evaluator", "POST", f"{WORK}/marking/county/worksheet", data=workbook) in {409, 422}


@pytest.mark.parametrize("page", ["gates", "objections"])
def test_whoever_may_not_file_anything_leaves_no_file(office, page):
    folder = office.app.config["FILES_FOLDER"]
    before = {path for path in folder.rglob("*") if path.is_file()}
    form = {"unit": "A01", "gate": "banned", "about": "line:discipline", "reason": "x"}
    content = pdf("nobody's own")
    given = form | {"file": (io.BytesIO(content), "a.pdf")}
    assert asked(office, "nobody", "POST", f"{WORK}/{page}", data=given) == 403
    assert {path for path in folder.rglob("*") if path.is_file()} == before
