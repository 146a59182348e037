"""Whatever is printed of an edition bears the head of the chain, as words and as a code that a camera reads."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import orjson
import pytest
import segno
from flask.testing import FlaskClient

from scoring.chain import Head, read_head
from scoring.store.engine import Store
from scoring.verification import verify
from scoring.workflow.look_at_editions import list_editions
from scoring.workflow.verify_chain import verify_chain
from tests.databases import ready_made, sqlite_in
from tests.workflow import county
from web.app import create_app
from web.codes import qr


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Store:
    folder: Path = tmp_path_factory.mktemp("heads")
    database = sqlite_in(folder)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    county.with_marks(store, folder)
    county.publish(store)
    yield store
    store.close()


@pytest.fixture
def client(small) -> FlaskClient:
    return create_app(small).test_client()


def head_of(store: Store) -> Head:
    (edition,) = list_editions(store)
    assert edition.head is not None
    return edition.head


@pytest.mark.parametrize("page", ["", "ranking/units", "ranking/townships", "units/A03"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_foot_of_every_printed_page_has_the_head(client, small, page, lang):
    answer = client.get(f"/periods/2026/{page}", follow_redirects=True, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    foot = answer.text.partition('<div class="print-only chain-foot">')[2]
    assert head_of(small).spoken in foot
    assert str(qr(head_of(small).code)) in foot


def test_the_page_of_an_edition_has_the_head_and_how_to_use_it(client, small):
    (edition,) = list_editions(small)
    text = client.get(f"/editions/{edition.id}/about").text
    (shown,) = re.findall(r'id="chain-head">([^<]+)<', text)
    assert verify_chain(small, read_head(shown)).sound
    assert f"stars verify --chain --head {edition.head.code}" in text
    assert str(qr(edition.head.code)) in text


def test_the_bundle_bears_the_same_head(client, small):
    (edition,) = list_editions(small)
    content = client.get(f"/editions/{edition.id}/bundle").data
    assert verify(content, edition.id).head == edition.head
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert orjson.loads(archive.read("chain.json"))["hash"] == edition.head.hash


def test_the_code_says_the_head_and_obeys_the_policy():
    """In capitals, which a code of this size takes; read back, they are the same head."""
    code = "128-5c2e91b07de466fa0d3b"
    drawn = str(qr(code))
    assert "style" not in drawn
    assert "script" not in drawn
    assert segno.make(code.upper(), error="m", micro=False).matrix
    assert read_head(code.upper()) == read_head(code)
    assert drawn != str(qr(code.replace("8", "9")))
