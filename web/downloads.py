"""Files that are sent: always to be saved, under a name that says what is in them."""

import unicodedata
from urllib.parse import quote

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_UNFIT = '\\/:*?"<>|'


def sent(content: bytes, kind: str, name: str) -> Response:
    """Return *content* as a file called *name*, which may be Chinese (RFC 6266)."""
    fit = "".join(
        "_" if letter in _UNFIT or unicodedata.category(letter) == "Cc" else letter for letter in name
    )
    plain = "".join(letter if letter.isascii() else "_" for letter in fit)
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(fit)}"
    return answer
