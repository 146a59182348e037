"""Criteria sets: which there are, and each in its canonical document."""

from hashlib import sha256
from typing import Any

from flask import Response

from scoring.criteria import loader
from web import library
from web.api.problems import Absent
from web.api.resources import answer, api, written
from web.api.shapes.editions import CriteriaSets

_OF = "criteria"
_DOCUMENT: dict[str, Any] = {
    "type": "object",
    "description": "The set written out in full; fields at their defaults are left out. docs/criteria.md names them all.",
    "required": ["id", "version", "title"],
    "properties": {
        "id": {"type": "string", "examples": ["red-flag-rural"]},
        "version": {"type": "string", "examples": ["2026.1"]},
        "title": {
            "type": "object",
            "required": ["zh"],
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
        },
    },
}


@api.reads("/criteria", CriteriaSets, of=_OF)
def criteria() -> Response:
    """List the criteria sets: those the county keeps, then those that only come with the service.

    列出评分标准：先是县里在用的，再是系统自带的。
    """
    known = library.known()
    told = [_told(ref, ref in known.kept) for ref in (*known.kept, *known.shipped)]
    body = written(CriteriaSets(), {"criteria": told})
    return answer(body, sha256(body).hexdigest(), lasting=False)


@api.reads("/criteria/<path:ref>", _DOCUMENT, of=_OF)
def criteria_set(ref: str) -> Response:
    """Read a criteria set in its canonical document, byte for byte: its SHA-256 is the set's digest.

    查看一套评分标准的规范文本，其指纹即该标准的指纹。
    """
    known = library.known()
    if ref not in (*known.kept, *known.shipped):
        raise Absent("ref", "没有这套评分标准", "there is no criteria set of this ref")
    found = library.find(ref)
    return answer(loader.written(found.criteria), found.digest, lasting=found.kept)


def _told(ref: str, kept: bool) -> dict[str, Any]:  # noqa: FBT001  it is told, not branched on
    found = library.listed(ref)
    return {
        "ref": ref,
        "digest": None if found.read is None else found.read.digest,
        "title": None if found.criteria is None else found.criteria.title,
        "kept": kept,
        "periods": found.periods,
    }
