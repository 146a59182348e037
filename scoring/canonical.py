"""Canonical JSON: one document, one sequence of bytes, on every machine and whatever made it.

UTF-8 in NFC, keys in order of code point, no spaces, no floats: what has decimals is a text.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None
"""What a canonical document may hold."""


def canonical(document: Json) -> bytes:
    """Return the canonical bytes of *document*. Raises ValueError where a text in it is not in NFC."""
    content = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    if not content.isascii() and not unicodedata.is_normalized("NFC", content.decode()):
        raise ValueError("a text is not in NFC")
    return content


def whole(text: str) -> Any:
    """Return what stands in a document for a part that is canonical *text* already."""
    return orjson.Fragment(text)


def parsed(content: bytes) -> Any:
    """Return the document in *content*. Raises ValueError unless those are its canonical bytes."""
    document = orjson.loads(content)
    try:
        same = canonical(document) == content
    except TypeError:  # nested deeper than it can be written
        same = False
    if not same:
        raise ValueError("not in canonical form")
    return document


def sha256(content: bytes) -> str:
    """Return the SHA-256 of *content* in lower hexadecimal."""
    return hashlib.sha256(content).hexdigest()
