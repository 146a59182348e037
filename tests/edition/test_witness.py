"""A bundle says under which link of the chain its edition was published, and nothing in that can be altered alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scoring.bundle import BundleRefused, pack, packed, unpack
from scoring.canonical import canonical, parsed
from scoring.chain import Deed, Head, Link, edition_subject, linked
from scoring.verification import verify
from scoring.witness import WITNESS, written
from tests.edition.county import small_county

EDITION = small_county().edition()


def link(*subjects: str) -> Link:
    deed = Deed(person="a" * 16, role="leader", action="confirm_edition", subjects=subjects)
    return linked(deed, "edition:1:" + "c" * 64, "b" * 64, 128, "d" * 64)


OWN = link("period 2026", edition_subject(EDITION.id))
BUNDLE = pack(EDITION, written(OWN))


def altered(**changes: object) -> bytes:
    members = unpack(BUNDLE)
    document = parsed(members[WITNESS])
    for name, value in changes.items():
        if name in document:
            document[name] = value
        else:
            document["links"][-1][name] = value
    return packed(members | {WITNESS: canonical(document)})


def told(content: bytes) -> list[tuple[str | None, str | None]]:
    with pytest.raises(BundleRefused) as refused:
        verify(content)
    return [(fault.place.file, fault.place.field) for fault in refused.value.faults]


def test_a_bundle_gives_the_head_it_was_published_under():
    found = verify(BUNDLE, EDITION.id)
    assert found.edition == EDITION
    assert found.head == Head(number=128, hash=OWN.hash)
    assert [*unpack(BUNDLE)][:2] == ["manifest.json", WITNESS]


def test_a_bundle_without_one_holds_as_well():
    """Editions that were published before there was a chain have none, and their bundles are what they were."""
    assert verify(pack(EDITION)).head is None
    members = unpack(BUNDLE)
    del members[WITNESS]
    assert packed(members) == pack(EDITION)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "b" * 16}, "links"),
        ({"at": "2026-01-01T00:00:00.000000Z"}, "links"),
        ({"subjects": ["period 2026"]}, "links"),
        ({"hash": "e" * 64}, "links"),
        ({"hash": "short"}, "hash"),
        ({"links": []}, "links"),
        ({"links": ["x"]}, "links"),
        ({"links": {}}, "links"),
        ({"number": 127}, "number"),
        ({"number": True}, "number"),
        ({"format": 2}, "format"),
        ({"format": True}, "format"),
    ],
)
def test_whatever_is_altered_is_named(changes, field):
    assert told(altered(**changes)) == [(WITNESS, field)]


def test_the_link_of_another_edition_is_refused():
    """Or the head of some other day could be passed off as this one's."""
    other = pack(EDITION, written(link("period 2026", edition_subject("f" * 64))))
    assert told(other) == [(WITNESS, "links")]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", canonical({"number": 1}) + b" "])
def test_what_is_no_witness_is_refused(content):
    members = unpack(BUNDLE) | {WITNESS: content}
    assert {file for file, _ in told(packed(members))} == {WITNESS}


def test_moments_are_written_in_one_way():
    assert OWN.made_at.tzinfo is UTC
    assert parsed(written(OWN))["links"][0]["at"] == f"{OWN.made_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert OWN.made_at <= datetime.now(UTC)
