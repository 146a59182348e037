"""Files that are sent: always to be saved, under a name that says what is in them."""

import re
from pathlib import Path
from urllib.parse import quote

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_UNFIT = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+')
_LONGEST = 200


def fit(name: str) -> str:
    """Return *name* with what no file system takes left out."""
    return _UNFIT.sub("_", name)


def own_name(given: str) -> str:
    """Return what an uploaded file is called in a folder of its own: its last part, '' where nothing is left.

    It has 200 octets at most, which any file system takes, and keeps its end, by which it is known.
    """
    name = fit(given.replace("\\", "/").rpartition("/")[2])
    return name.encode("utf-8", "replace")[-_LONGEST:].decode("utf-8", "ignore").lstrip(".")


def sent(content: bytes, kind: str, name: str, *, plain: str) -> Response:
    """Return *content* as a file called *name*, which may be Chinese; *plain* is for who reads ASCII only (RFC 6266)."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = as_attachment(name, plain=plain)
    return answer


def handed_out(path: Path, kind: str, name: str, *, plain: str) -> Response:
    """Return a file that somebody uploaded, to be saved as *name*, of the type it was found to be."""
    answer = send_file(path, mimetype=kind, conditional=False, etag=False, max_age=0)
    answer.headers["Content-Disposition"] = as_attachment(name, plain=plain)
    return inert(answer)


def inert(answer: Response) -> Response:
    """Let *answer* be able to do nothing where a browser shows it after all, and be kept nowhere."""
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def as_attachment(name: str, *, plain: str) -> str:
    """Return what a browser is told so that it saves a file as *name*; *plain* is for who reads ASCII only."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(fit(name))}"
