"""Pages of evidence: forms that work without scripts, files that go out inert, and nobody in who has no business there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from scoring.evidence import UnitYear
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.workflow.read_evidence import read_evidence
from tests.databases import ready_made, sqlite_in
from tests.uploads.bytes_of import office, pdf, phone_exif, photo
from tests.web.signing_in import csrf_of, signed_in
from tests.workflow.people_at_work import ADMINISTRATOR, LEADER, MODERATOR, SUPERIOR, opened, secretary
from web.app import create_app

HERE = "/desk/2026/units/A01/evidence"
OWN = secretary("A01")
PICTURE = photo(exif=phone_exif("2019:03:05 14:30:00"))


@dataclass(frozen=True)
class Office:
    """A county at work: its application, its store and its folder."""

    app: Flask
    store: Store
    folder: Path

    def client(self, who: Actor = OWN) -> FlaskClient:
        return signed_in(self.app, self.store, who)

    def handed_in(self) -> list[tuple[str, str, int]]:
        seen = read_evidence(self.store, OWN, UnitYear("2026", "A01"))
        return [(own.criterion, own.title, own.number) for own in seen.handed_in]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Office]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    opened(store, tmp_path)
    yield Office(create_app(store), store, tmp_path)
    store.close()


def post(
    client: FlaskClient, address: str = HERE, *, json: bool = False, csrf: str | None = None, **fields: object
):
    """Send a form with the page's token; files are lists of (bytes, name)."""
    token = csrf_of(client, HERE) if csrf is None else csrf
    parts = MultiDict([("csrf", token)])
    for name, value in fields.items():
        for own in value if isinstance(value, list) else [value]:
            parts.add(name, FileStorage(io.BytesIO(own[0]), own[1]) if isinstance(own, tuple) else own)
    boundary, body = encode_multipart(parts)
    return client.post(
        address,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Accept": "application/json"} if json else {},
    )


def test_several_files_of_a_plain_form_for_several_criteria(county: Office):
    client = county.client()
    answer = post(client, criterion=["discipline", "meetings"], file=[(pdf(), "三月会议记录.pdf")])
    assert answer.status_code == 303
    assert (
        post(client, criterion="knowledge", file=[(PICTURE, "a.jpg"), (office("docx"), "b.docx")]).status_code
        == 303
    )
    assert [(own, title) for own, title, _ in county.handed_in()] == [
        ("discipline", "三月会议记录.pdf"),
        ("meetings", "三月会议记录.pdf"),
        ("knowledge", "a.jpg"),
        ("knowledge", "b.docx"),
    ]
    page = client.get(answer.location).get_data(as_text=True)
    assert "已上传" in page
    assert "三月会议记录.pdf" in page


def test_what_is_wrong_is_told_by_file_and_the_rest_is_kept(county: Office):
    answer = post(
        county.client(),
        criterion="knowledge",
        file=[(b"<svg/>", "图.svg"), (pdf(), "好.pdf"), (b"", "空.pdf")],
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "图.svg" in page
    assert "空.pdf" in page
    assert "已上传：好.pdf" in page
    assert [title for _, title, _ in county.handed_in()] == ["好.pdf"]


def test_a_form_without_a_file_or_a_criterion_says_so(county: Office):
    client = county.client()
    assert "请先选择文件" in post(client, criterion="knowledge").get_data(as_text=True)
    assert "请选择这个文件用于哪一项" in post(client, file=[(pdf(), "a.pdf")]).get_data(as_text=True)
    assert county.handed_in() == []


def test_a_script_is_answered_in_json(county: Office):
    client = county.client()
    answer = post(client, json=True, criterion="discipline", file=[(pdf(), "a.php.pdf")])
    assert answer.status_code == 200
    assert answer.json["kept"][0]["title"] == "a.pdf"
    assert answer.json["kept"][0]["remarks"]
    assert answer.json["faults"] == []
    refused = post(client, json=True, criterion="discipline", file=[(office("xlsx"), "表.xlsx")])
    assert refused.status_code == 422
    assert "照片" in refused.json["faults"][0]


def test_a_lost_connection_is_taken_up_by_the_digest(county: Office):
    """The client asks whether the file is here; it is, and serves the next criterion without being sent."""
    client = county.client()
    token = csrf_of(client, HERE)
    sent = post(client, json=True, criterion="discipline", file=[(pdf(), "a.pdf")]).json["kept"][0]["sha256"]

    def ask(who: FlaskClient, csrf: str) -> object:
        return who.post(f"{HERE}/here", json={"sha256": [sent, "0" * 64]}, headers={"X-CSRF-Token": csrf})

    assert ask(client, token).json == {"here": [sent]}
    again = post(client, f"{HERE}/use", json=True, criterion=["discipline", "meetings"], file=sent)
    assert again.json["kept"][0]["already"] == ["discipline"]
    assert len(county.handed_in()) == 2
    assert ask(client, "wrong").status_code == 403
    for broken in ("[]", '{"sha256": 5}', "{", '{"sha256": [5]}'):
        headers = {"X-CSRF-Token": token, "Content-Type": "application/json"}
        assert client.post(f"{HERE}/here", data=broken, headers=headers).status_code == 400


def test_a_file_goes_out_inert(county: Office):
    """To be saved, as what it was found to be, unable to run, framed by nothing and kept by no cache."""
    client = county.client()
    post(client, criterion="knowledge", file=[(pdf(), "会议 “记录”;a=1.pdf")])
    ((_, title, number),) = county.handed_in()
    answer = client.get(f"{HERE}/{number}/file", buffered=True)
    assert answer.data == pdf()
    assert answer.content_type == "application/pdf"
    told = answer.headers["Content-Disposition"]
    assert told.startswith(f"attachment; filename=\"evidence-{number}.pdf\"; filename*=UTF-8''")
    assert unquote(told.partition("''")[2]) == title.replace(" ", "_")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers.getlist("Content-Security-Policy")[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_preview_is_ours_and_says_nothing_of_the_camera(county: Office):
    client = county.client()
    post(client, criterion="knowledge", file=[(PICTURE, "a.jpg"), (office("docx"), "b.docx")])
    (_, _, picture), (_, _, letter) = county.handed_in()
    answer = client.get(f"{HERE}/{picture}/preview")
    assert answer.content_type == "image/webp"
    assert b"Exif" in PICTURE
    assert b"Exif" not in answer.data
    assert b"EXIF" not in answer.data
    assert "sandbox" in answer.headers.getlist("Content-Security-Policy")[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"{HERE}/{letter}/preview").status_code == 404
    page = client.get(f"{HERE}/{picture}").get_data(as_text=True)
    assert f"{HERE}/{picture}/preview" in page
    assert "2019-03-05" in page
    assert "还用于" in page


def test_one_file_is_used_for_more_from_its_page_and_taken_back(county: Office):
    client = county.client()
    post(client, criterion="discipline", file=[(pdf(), "a.pdf")])
    ((_, _, number),) = county.handed_in()
    page = client.get(f"{HERE}/{number}").get_data(as_text=True)
    assert 'value="meetings"' in page
    assert 'value="income"' not in page, "it takes spreadsheets"
    post(
        client,
        f"{HERE}/use",
        criterion=["meetings", "knowledge"],
        file=page.partition('name="file" value="')[2][:64],
    )
    assert [own for own, _, _ in county.handed_in()] == ["discipline", "meetings", "knowledge"]
    answer = post(client, f"{HERE}/{number}/withdraw", criterion="discipline")
    assert answer.status_code == 303
    assert answer.location.endswith("#for-discipline")
    assert [own for own, _, _ in county.handed_in()] == ["meetings", "knowledge"]
    assert client.get(f"{HERE}/{number}").status_code == 404


def test_a_reason_is_kept_and_a_stale_one_shows_both(county: Office):
    client = county.client()
    assert (
        post(client, f"{HERE}/reason", criterion="income", reason="没有集体经济", revision="0").status_code
        == 303
    )
    answer = post(client, f"{HERE}/reason", criterion="income", reason="另写一条", revision="0")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "没有集体经济" in page
    assert "另写一条" in page
    assert "不足，已说明" in client.get(HERE).get_data(as_text=True)


@pytest.mark.parametrize(
    "who", [secretary("A02"), ADMINISTRATOR, LEADER, None], ids=["other", "admin", "leader", "visitor"]
)
def test_nobody_else_sees_or_hands_in(county: Office, who: Actor | None):
    own = county.client()
    post(own, criterion="discipline", file=[(pdf(), "a.pdf")])
    ((_, _, number),) = county.handed_in()
    client = county.app.test_client() if who is None else county.client(who)
    for address in (HERE, f"{HERE}/{number}", f"{HERE}/{number}/file", f"{HERE}/{number}/preview"):
        assert client.get(address).status_code == (303 if who is None else 403), address
    token = "x" if who is None else csrf_of(client, "/editions")
    for address, fields in (
        (HERE, {"criterion": "meetings", "file": [(pdf(), "b.pdf")]}),
        (f"{HERE}/use", {"criterion": "meetings", "file": "0" * 64}),
        (f"{HERE}/reason", {"criterion": "meetings", "reason": "x", "revision": "0"}),
        (f"{HERE}/{number}/withdraw", {}),
    ):
        assert post(client, address, csrf=token, **fields).status_code == 403, address
    assert len(county.handed_in()) == 1


@pytest.mark.parametrize("who", [SUPERIOR, MODERATOR], ids=["superior", "moderator"])
def test_those_who_mark_see_and_cannot_change(county: Office, who: Actor):
    post(county.client(), criterion="discipline", file=[(PICTURE, "a.jpg")])
    ((_, _, number),) = county.handed_in()
    client = county.client(who)
    page = client.get(HERE).get_data(as_text=True)
    assert "请留意" in page
    assert "不是结论" in page
    assert 'type="file"' not in page
    assert client.get(f"{HERE}/{number}/file", buffered=True).data == PICTURE
    token = csrf_of(client, HERE)
    assert post(client, csrf=token, criterion="meetings", file=[(pdf(), "b.pdf")]).status_code == 403
    assert "请留意" not in county.client().get(HERE).get_data(as_text=True)


def test_a_form_without_the_token_changes_nothing(county: Office):
    client = county.client()
    assert post(client, csrf="", criterion="discipline", file=[(pdf(), "a.pdf")]).status_code == 403
    assert county.handed_in() == []


def test_a_file_past_the_limit_is_refused_and_nothing_is_left(county: Office):
    big = b"%PDF-1.7\n" + bytes(21 * 1024 * 1024)
    answer = post(county.client(), criterion="discipline", file=[(big, "大.pdf")])
    assert answer.status_code == 422
    assert "20 MB" in answer.get_data(as_text=True)
    assert list(county.folder.rglob("*.part")) == []
    assert (
        post(county.client(), criterion="discipline", file=[(bytes(65 * 1024 * 1024), "巨.pdf")]).status_code
        == 413
    )


def test_without_a_folder_it_is_said_what_to_set(county: Office):
    county.app.config["FILES_FOLDER"] = None
    answer = post(county.client(), criterion="discipline", file=[(pdf(), "a.pdf")])
    assert answer.status_code in (422, 503)
    assert "STARS_FILES_DIR" in answer.get_data(as_text=True)
    assert county.client().get(HERE).status_code == 200
