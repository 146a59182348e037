"""Hostile files sent as browsers send them, to the pages where branches hand in evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from flask import Flask
from flask.testing import FlaskClient

from scoring.evidence import UnitYear
from scoring.store.engine import Store
from scoring.workflow.read_evidence import read_evidence
from tests.uploads.hostile import Hostile, files
from tests.web.signing_in import csrf_of, signed_in
from tests.workflow.people_at_work import secretary

_BOUNDARY = "----stars-hostile-boundary"
_CRITERIA = ("knowledge", "satisfaction", "discipline", "honour")
_UNITS = ("A01", "A02", "A03", "A05", "A06", "A07", "A09", "A10", "A11")


def body_of(own: Hostile, criterion: str, csrf: str) -> bytes:
    """Return the form as a browser writes it: quotes and line ends of a name are escaped, all else stands as it is."""
    name = (
        own.name.replace('"', "%22")
        .replace("\r", "%0D")
        .replace("\n", "%0A")
        .encode("utf-8", "surrogatepass")
    )
    parts = b""
    for field, value in (("csrf", csrf), ("criterion", criterion)):
        parts += (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        )
    parts += f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'.encode() + name
    parts += b'"\r\nContent-Type: image/jpeg\r\n\r\n' + own.content + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return parts


def send_all(app: Flask, store: Store) -> Iterator[tuple[Hostile, int, str]]:
    """Send every hostile file to some branch and criterion; give each with the status and the page of the answer."""
    people: dict[str, tuple[FlaskClient, str]] = {}
    places = cycle([(unit, criterion) for criterion in _CRITERIA for unit in _UNITS])
    for own, (unit, criterion) in zip(files(), places, strict=False):
        if unit not in people:
            client = signed_in(app, store, secretary(unit))
            people[unit] = client, csrf_of(client, f"/desk/2026/units/{unit}/evidence")
        client, csrf = people[unit]
        answer = client.post(
            f"/desk/2026/units/{unit}/evidence",
            data=body_of(own, criterion, csrf),
            content_type=f"multipart/form-data; boundary={_BOUNDARY}",
        )
        yield own, answer.status_code, answer.get_data(as_text=True)


def addresses(store: Store) -> list[tuple[str, str]]:
    """Return the unit and the address of every file that was taken."""
    found = []
    for unit in _UNITS:
        seen = read_evidence(store, secretary(unit), UnitYear("2026", unit))
        found += [(unit, f"/desk/2026/units/{unit}/evidence/{own.number}/file") for own in seen.handed_in]
    return found
