"""A bundle is one file that any program can open, and that is the same bytes wherever it was made."""

from __future__ import annotations

import io
import zipfile

import pytest

from scoring import bundle
from scoring.bundle import LARGEST, BundleRefused, pack, packed, unpack
from scoring.edition import members
from scoring.texts import Lang
from tests.edition.county import small_county


@pytest.fixture(scope="module")
def content() -> bytes:
    return pack(small_county().edition())


def _refusal(content: bytes) -> str:
    with pytest.raises(BundleRefused) as refused:
        unpack(content)
    (fault,) = refused.value.faults
    assert fault.sentence.zh != fault.sentence.en
    return fault.in_(Lang.EN)


def test_any_program_can_open_a_bundle(content):
    """A clerk opens it by double click; nothing in it needs our service."""
    edition = small_county().edition()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.comment == b""
        assert {name: archive.read(name) for name in archive.namelist()} == members(edition)
        assert archive.namelist()[0] == "manifest.json"
        for member in archive.infolist():
            assert member.compress_type == zipfile.ZIP_STORED
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert member.external_attr >> 16 == 0o100644
            assert (member.extra, member.comment) == (b"", b"")


def test_unpacking_gives_back_what_was_packed(content):
    """The archive is nothing but its members: packing them again is the same file."""
    assert packed(unpack(content)) == content
    assert unpack(content) == members(small_county().edition())


def test_names_of_any_script_are_kept():
    """A county may give its criteria sets Chinese names."""
    county = small_county().rewritten("id: office", "id: 机关标准")
    content = pack(county.edition())
    assert "criteria/机关标准@2026.1.json" in unpack(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "criteria/机关标准@2026.1.json" in archive.namelist()


def _rezipped(content: bytes, method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", method) as archive,
    ):
        archive.comment = comment
        for name in source.namelist():
            archive.writestr(zipfile.ZipInfo(name), source.read(name), compress_type=method)
    return target.getvalue()


def test_an_archive_packed_by_another_program_is_refused(content):
    """Compressed or merely packed again: the same contents, but not the file that was exported."""
    compressed = _refusal(_rezipped(content, zipfile.ZIP_DEFLATED))
    assert compressed.startswith("manifest.json: is compressed")
    assert "take the file as it was exported" in compressed
    assert "header" in _refusal(_rezipped(content))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: b"", "the archive itself is no bundle"),
        (lambda content: b"hello", "the archive itself is no bundle"),
        (lambda content: b"x" + content, "the archive itself is no bundle"),
        (lambda content: content + b"\n", "holds something after its end"),
        (lambda content: content + content, "holds something after its end"),
        (lambda content: content[:-1], "a directory that does not fit"),
        (lambda content: content[:20], "the archive itself breaks off at its start"),
        (lambda content: content[: len(content) // 2], "rows.jsonl: is not of the length"),
        (lambda content: content[: content.index(b"PK\x01\x02")], "breaks off after units.jsonl"),
        (lambda content: content.replace(b"PK\x01\x02", b"PK\x03\x04", 1), "units.jsonl"),
        (lambda content: content[:-2] + b"\x05\x00abcde", "a directory that does not fit"),
        (lambda content: b"PK\x03\x04" + b"\xff" * 26 + b"x" * 70_000, "whose name is no text"),
        (lambda content: content.replace(b"rows.jsonl", b"rows\x00jsonl"), "whose name is no text"),
        (lambda content: bytes(LARGEST + 1), "the archive itself is larger than 128 MB"),
    ],
)
def test_what_is_no_whole_bundle_is_refused_with_its_place(content, change, told):
    """Cut off, joined, prefixed or overlong: the sentence says where."""
    assert told in _refusal(change(content))


def test_an_edition_too_large_to_be_verified_is_not_exported(monkeypatch):
    """A file that the verifier would refuse must not leave the house."""
    monkeypatch.setattr(bundle, "LARGEST", 10_000)
    with pytest.raises(BundleRefused, match="is larger than"):
        pack(small_county().edition())


def test_a_member_that_stands_there_twice_is_refused(content):
    """Two readers of such an archive could see two different editions."""
    found = unpack(content)
    name = "standings.json"
    own = bundle._local(name, found[name]) + found[name]
    doubled = content.replace(own, own + own)
    assert _refusal(doubled).startswith("standings.json: stands there twice")


def test_members_stand_in_one_order(content):
    """The manifest first, then by name: otherwise the same edition could be two files."""
    found = unpack(content)
    assert _refusal(packed(dict(reversed(found.items())))).startswith("manifest.json: must come first")
    names = ["manifest.json", *sorted(found.keys() - {"manifest.json"}, reverse=True)]
    swapped = packed({name: found[name] for name in names})
    assert "standings.json: does not stand in order" in _refusal(swapped)


def test_more_members_than_any_county_has_are_refused():
    """A bound on members is a bound on work."""
    many = {"manifest.json": b""} | {f"m{number:04}": b"" for number in range(bundle.MOST_MEMBERS)}
    assert "one too many" in _refusal(packed(many))


def test_a_member_that_does_not_fit_its_checksum_is_named(content):
    """A file damaged on its way is not a forgery, and which member is damaged can be said."""
    at = content.index(b"V03")
    damaged = content[:at] + b"V13" + content[at + 3 :]
    assert _refusal(damaged).startswith("marks.jsonl: does not fit its checksum")


def test_every_single_byte_that_is_not_content_is_watched(content):
    """Dates, attributes, versions and lengths are fixed, so that nothing can hide in them."""
    found = unpack(content)
    inside = set()
    for name, own in found.items():
        start = content.index(bundle._local(name, own)) + len(bundle._local(name, own))
        inside |= set(range(start, start + len(own)))
    outside = [place for place in range(len(content)) if place not in inside]
    assert len(outside) > 500
    for place in outside:
        changed = bytearray(content)
        changed[place] ^= 0x41
        with pytest.raises(BundleRefused):
            unpack(bytes(changed))
