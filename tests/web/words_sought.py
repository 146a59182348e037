"""What can be read in an answer, whatever it is packed in, and which of some words stand there."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

import pypdfium2 as pdfium


def words_of(answer: Any) -> str:
    """Return all that can be read in an answer: of a page, of JSON, of every part of an archive, of a paper, of its headers."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{head}\n{words_in(answer.data)}"


def words_in(content: bytes) -> str:
    """Return what can be read in *content*."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(f"{name}\n{words_in(archive.read(name))}" for name in archive.namelist())
    if content.startswith(b"%PDF"):
        with pdfium.PdfDocument(content) as paper:
            return "\n".join(page.get_textpage().get_text_bounded() for page in paper)
    plain = content.decode("utf-8", "replace")
    told = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    return html.unescape(told)


def found_in(words: str, wanted: tuple[str, ...]) -> list[str]:
    """Return which of *wanted* stand in *words*, however they are spaced or written in an address."""
    whole = "".join(unquote(words).split())
    return [one for one in wanted if one in whole]
