"""A request that is sent again is done once, and answered as before; its answer is kept with what it did, or not at all."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager

import pytest

from scoring.canonical import sha256
from scoring.periods import Phase
from scoring.store import answered
from scoring.store.engine import Store
from scoring.workflow.keep_own import name_deputy
from scoring.workflow.sign_in import today
from tests import people
from tests.uploads.bytes_of import pdf
from tests.web.api.working import PERIOD, Office, working
from tests.workflow.county import counts
from web.app import create_app

KEY = "c0ffee00-0000-4000-8000-000000000001"
DRAW = f"/desk/{PERIOD}/draws"


@pytest.fixture
def office(tmp_path):
    with working(tmp_path) as found:
        yield found


def _draw(office: Office, who: str = "admin", wanted: int = 1, key: str = KEY):
    sent = {"stage": "county", "wanted": wanted, "persons": [office.people["evaluator"].id]}
    return office.ask(who, "POST", DRAW, sent, key=key)


def test_the_same_again_is_not_done_again(office):
    """A draw makes its own seed, so that one done again would differ."""
    first = _draw(office)
    before = counts(office.store)
    again = _draw(office)
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert counts(office.store) == before
    assert _draw(office, key=KEY.replace("1", "2")).json != first.json


def test_the_same_key_for_something_else_is_refused(office):
    _draw(office)
    before = counts(office.store)
    other = _draw(office, wanted=2)
    assert other.status_code == 422
    assert [own["parameter"] for own in other.json["faults"]] == ["Idempotency-Key"]
    assert counts(office.store) == before


def test_a_key_used_for_one_principal_is_not_answered_for_another(office):
    """Neither for oneself nor for somebody else: what was done then was done in another's name."""
    deputy_of = {who: people.again(office.store, office.people[who].id) for who in ("admin", "admin2")}
    for own in deputy_of.values():
        name_deputy(office.store, own, "ren", today(), today())
    sent = {"stage": "county", "wanted": 1, "persons": [office.people["evaluator"].id]}
    told = []
    for principal in (deputy_of["admin"], deputy_of["admin"], deputy_of["admin2"], None):
        behalf = "" if principal is None else principal.id
        own = people.again(office.store, office.people["nobody"].id, on_behalf=behalf)
        browser = people.browser_of(office.app, own)
        told.append(browser.post(f"/api/v1{DRAW}", json=sent, headers={"Idempotency-Key": KEY}))
    assert [own.status_code for own in told] == [201, 201, 422, 422]
    assert told[1].headers["Idempotency-Replayed"] == "true"


def test_another_persons_key_is_another_key(office):
    """Nobody hears what somebody else was answered."""
    first, second = _draw(office), _draw(office, "admin2")
    assert second.status_code == 201
    assert second.json != first.json


def test_the_same_key_at_another_address_is_another_key(office):
    _draw(office)
    sent = {"stage": "county", "units": {"A10": [office.people["evaluator"].id]}}
    assert office.ask("admin", "POST", f"/desk/{PERIOD}/assignments", sent, key=KEY).status_code == 201


def test_it_is_known_after_a_restart(office):
    first = _draw(office)
    again = _draw(office.again())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.data == first.data


@pytest.mark.parametrize("key", [None, "", "short", "with a blank in it", "x" * 101, "键" * 8])
def test_a_post_without_a_good_key_is_refused_before_anything_is_done(office, key):
    headers = {"Authorization": f"Bearer {office.token('admin')}"}
    before = counts(office.store)
    if key is not None:
        headers["Idempotency-Key"] = key.encode("utf-8").decode("latin-1")
    sent = {"stage": "county", "wanted": 1, "persons": [office.people["evaluator"].id]}
    told = office.client.post(f"/api/v1{DRAW}", json=sent, headers=headers)
    assert told.status_code == 422
    assert told.json["faults"][0]["parameter"] == "Idempotency-Key"
    assert counts(office.store) == before


def test_a_refusal_that_wrote_nothing_may_be_tried_again(office):
    """What stood in the way may be gone by then."""
    sent = {"reason": "材料不全"}
    address = f"/desk/{PERIOD}/returns/self/A01"
    assert office.ask("superior2", "POST", address, sent, key=KEY).status_code == 403
    assert office.ask("superior", "POST", address, sent, key=KEY).status_code == 204
    assert office.ask("superior", "POST", address, sent, key=KEY.replace("1", "2")).status_code == 409
    again = office.ask("superior", "POST", address, sent, key=KEY)
    assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (204, b"", "true")


def test_a_conflict_that_saved_the_rest_is_told_again_as_it_was(tmp_path):
    """Part of it was written: sent again it is not written over what came meanwhile."""
    with working(tmp_path, marked=True) as office:
        marks = f"/desk/{PERIOD}/marks/county/A01"
        address = f"/desk/{PERIOD}/accepted/county/A01"
        sent = {"criteria": ["discipline", "meetings"], "revisions": {"discipline": 0, "meetings": 0}}

        def enter(criterion, mark, revision):
            entry = {"criterion": criterion, "mark": mark, "revision": revision}
            return office.ask("evaluator", "PATCH", marks, {"marks": [entry]})

        assert enter("discipline", "11", 0).status_code == 200
        first = office.ask("evaluator", "POST", address, sent, key=KEY)
        assert first.status_code == 409
        assert [own["criterion"] for own in first.json["conflicts"]] == ["discipline"]
        assert enter("meetings", "0", 1).json["revisions"] == {"meetings": 2}
        again = office.ask("evaluator", "POST", address, sent, key=KEY)
        assert (again.status_code, again.data) == (409, first.data)
        assert again.content_type == "application/problem+json"
        assert again.headers["Idempotency-Replayed"] == "true"
        sheet = office.ask("evaluator", "GET", f"/desk/{PERIOD}/sheets/county/A01").json
        assert {own["criterion"]: own["mark"] for own in sheet["marks"]} == {
            "discipline": "11",
            "meetings": "0",
        }


def test_a_form_sent_again_is_known_whatever_its_boundaries(tmp_path):
    with working(tmp_path, Phase.COLLECTING) as office:
        evidence = f"/desk/{PERIOD}/units/A01/evidence"

        def send(content: bytes):
            sent = {"criterion": "discipline", "file": (io.BytesIO(content), "记录.pdf")}
            return office.ask(
                "secretary", "POST", evidence, data=sent, content_type="multipart/form-data", key=KEY
            )

        first, again, other = send(pdf()), send(pdf()), send(pdf() + b"\n")
        assert first.status_code == 201
        assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
        assert other.status_code == 422
        assert len(office.ask("secretary", "GET", evidence).json["handed_in"]) == 1


def test_two_at_once_are_done_once(office):
    """Both look, neither finds; the one that writes second finds it then."""
    office.token("admin")
    found, start = [], threading.Barrier(2)

    def send():
        client = office.app.test_client()
        start.wait()
        sent = {"stage": "county", "wanted": 1, "persons": [office.people["evaluator"].id]}
        headers = {"Authorization": f"Bearer {office.token('admin')}", "Idempotency-Key": KEY}
        found.append(client.post(f"/api/v1{DRAW}", json=sent, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [own.status_code for own in found] == [201, 201]
    assert found[0].data == found[1].data
    assert sum("Idempotency-Replayed" in own.headers for own in found) == 1


class Breaking(Store):
    """A store that breaks as it is about to keep what was written."""

    breaks = False

    @contextmanager
    def begin(self, *deed):
        """Give a connection that writes."""
        with super().begin(*deed) as c:
            yield c
            if self.breaks:
                raise ConnectionError("the disk is full")


def test_what_was_done_and_its_answer_are_kept_together_or_not_at_all(tmp_path):
    """Killed on the last step neither is there, and the same key does it."""
    with working(tmp_path) as office:
        store = Breaking.open(office.store.address)
        breaking = Office(store, create_app(store), None, office.people, office.tokens)
        breaking.client = breaking.app.test_client()
        token = office.token("admin")
        before = counts(office.store)
        store.breaks = True
        assert _draw(breaking).status_code == 500
        assert counts(office.store) == before
        store.breaks = False
        assert _draw(breaking).status_code == 201
        person = office.people["admin"].id
        with office.store.read() as c:
            kept = answered.find(c, person, f"POST /api/v1{DRAW}?", KEY)
        assert kept is not None
        assert kept.status == 201
        assert token.encode() not in kept.answer
        store.close()


def test_no_password_and_no_token_is_kept_in_an_answer(office):
    """What is shown once is in no table."""
    made = office.ask("admin", "POST", "/people", {"login": "xinren", "name": "新人"}, key=KEY)
    person = office.people["admin"].id
    with office.store.read() as c:
        kept = answered.find(c, person, "POST /api/v1/people?", KEY)
    assert kept is not None
    assert made.json["password"].encode() not in kept.answer
    assert sha256(made.data) != sha256(kept.answer)
