"""Posting, an objection, and two editions by two people each, all by programs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.web.api.working import PERIOD, working

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
OVER = datetime(2026, 11, 30, 2, tzinfo=UTC)


@pytest.fixture
def office(tmp_path):
    with working(tmp_path, marked=True) as found:
        found.app.extensions["stars_clock"] = lambda: MONDAY
        yield found


def published_by(office, kind: str, **more) -> str:
    prepared = office.ask("admin", "POST", f"/desk/{PERIOD}/proposals", {"kind": kind, **more})
    assert prepared.status_code == 201, prepared.json
    number = prepared.json["number"]
    confirmed = office.ask("leader", "POST", f"/proposals/{number}/confirmation")
    assert confirmed.status_code == 201, confirmed.json
    return confirmed.json["edition"]


def test_an_edition_takes_two_and_is_what_was_shown(office):
    sent = {"kind": "draft", "first": "2026-11-23"}
    number = office.ask("admin", "POST", f"/desk/{PERIOD}/proposals", sent).json["number"]
    assert office.ask("admin", "POST", f"/proposals/{number}/confirmation").status_code == 403
    assert office.ask("leader", "POST", f"/desk/{PERIOD}/proposals", sent).status_code == 403
    shown = office.ask("leader", "GET", f"/proposals/{number}").json
    assert (shown["stale"], shown["hindering"], shown["moved"]) == (False, [], None)
    assert sum(shown["stars"].values()) == 12
    assert shown["proposal"]["posting"] == {"first": "2026-11-23", "last": "2026-11-27"}
    edition = office.ask("leader", "POST", f"/proposals/{number}/confirmation", key="k" * 20)
    again = office.ask("leader", "POST", f"/proposals/{number}/confirmation", key="k" * 20)
    assert again.data == edition.data
    signed = office.client.get(f"/api/v1/editions/{edition.json['edition']}").json["manifest"]["signed"]
    assert signed == {"prepared_by": "管一", "confirmed_by": "凌部长", "authenticated": True}
    standing = office.ask("auditor", "GET", f"/desk/{PERIOD}/publishing").json
    assert standing["posting"] == {"first": "2026-11-23", "last": "2026-11-27"}
    assert office.ask("secretary", "GET", f"/desk/{PERIOD}/publishing").status_code == 403
    refused = office.ask("admin", "POST", f"/desk/{PERIOD}/proposals", {"kind": "final"})
    assert refused.status_code == 409


def test_an_objection_is_filed_taken_foreseen_and_upheld(office):
    draft = published_by(office, "draft", first="2026-11-23")
    here = f"/desk/{PERIOD}/objections"
    fields = {"unit": "A01", "criterion": "discipline", "reason": "材料齐全，评分偏低"}
    assert (
        office.ask(
            "secretary2", "POST", here, data=dict(fields), content_type="multipart/form-data"
        ).status_code
        == 403
    )
    filed = office.ask("secretary", "POST", here, data=dict(fields), content_type="multipart/form-data")
    number = filed.json["number"]
    listed = office.ask("secretary", "GET", here).json
    assert listed["open_until"] == "2026-11-28T00:00:00+08:00"
    assert [(own["number"], own["state"], own["edition"]) for own in listed["objections"]] == [
        (number, "filed", draft)
    ]
    assert office.ask("secretary2", "GET", here).json["objections"] == []
    assert office.ask("secretary2", "GET", f"/objections/{number}").status_code == 403
    person = {"person": office.people["moderator"].id}
    assert office.ask("leader", "PUT", f"/objections/{number}/answerer", person).status_code == 403
    assert office.ask("admin", "PUT", f"/objections/{number}/answerer", person).status_code == 204
    foreseen = office.ask("moderator", "GET", f"/objections/{number}/consequences?mark=20").json
    assert [own["unit"] for own in foreseen["moved"]["units"]]
    decided = {"mark": "20", "reason": "复核成立", "seal": foreseen["seal"]}
    assert (
        office.ask("moderator", "POST", f"/objections/{number}/upheld", decided | {"seal": "x"}).status_code
        == 409
    )
    upheld = office.ask("moderator", "POST", f"/objections/{number}/upheld", decided)
    assert (upheld.status_code, upheld.json["seal"]) == (200, foreseen["seal"])
    assert office.ask("secretary", "GET", f"/objections/{number}").json["moves"][-1]["mark"] == "20"
    office.app.extensions["stars_clock"] = lambda: OVER
    final = published_by(office, "final", reason="异议成立")
    unit = office.client.get(f"/api/v1/editions/{final}/units/A01").json
    assert [own["agreed"] for own in unit["lines"] if own["criterion"] == "discipline"] == ["20"]
    late = office.ask("secretary", "POST", here, data=dict(fields), content_type="multipart/form-data")
    assert late.status_code == 403


def test_an_objection_is_withdrawn_or_dismissed(office):
    published_by(office, "draft", first="2026-11-23")
    here = f"/desk/{PERIOD}/objections"
    for criterion, who, move, sent in (
        ("discipline", "secretary", "withdrawal", None),
        ("meetings", "moderator", "dismissed", {"reason": "评分有据"}),
    ):
        fields = {"unit": "A01", "criterion": criterion, "reason": "偏低"}
        filed = office.ask("secretary", "POST", here, data=fields, content_type="multipart/form-data")
        number = filed.json["number"]
        if who == "moderator":
            assert office.ask(who, "POST", f"/objections/{number}/taking").status_code == 204
        assert office.ask(who, "POST", f"/objections/{number}/{move}", sent).status_code == 204
    states = [own["state"] for own in office.ask("auditor", "GET", here).json["objections"]]
    assert states == ["dismissed", "withdrawn"]
