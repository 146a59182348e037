"""When a photograph was taken, by what the camera wrote into it (EXIF)."""

import re
import struct
from datetime import datetime, timedelta, timezone
from pathlib import Path

from scoring.uploads.images import look_at
from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import Unfit
from scoring.working_days import COUNTY_TIME

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_DETAILS, _CHANGED, _TAKEN, _DIGITISED, _ZONE, _TAKEN_ZONE = 0x8769, 0x0132, 0x9003, 0x9004, 0x9010, 0x9011
_ASCII, _LONG = 2, 4
_ENTRIES_MOST = 500
_WORDS_MOST = 64
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_FIRST_YEAR = 1990
_IMAGES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})


def taken_at(path: Path, kind: Kind) -> datetime | None:
    """Return when the photograph at *path* was taken, None where it is no photograph or does not say.

    A camera that names no time zone is taken to stand in China. What a file says of itself can be forged.
    """
    if kind not in _IMAGES:
        return None
    try:
        exif = look_at(path.read_bytes(), kind).exif
        order = _ORDERS[exif[:4]]
        first = _words(exif, order, struct.unpack_from(f"{order}I", exif, 4)[0])
        details = first.get(_DETAILS)
        told = _words(exif, order, details) if isinstance(details, int) else {}
    except (Unfit, KeyError, struct.error):
        return None
    for moment, zone in ((_TAKEN, _TAKEN_ZONE), (_DIGITISED, _TAKEN_ZONE), (_CHANGED, _ZONE)):
        found = _moment((told | first).get(moment), told.get(zone))
        if found is not None:
            return found
    return None


def _words(exif: bytes, order: str, at: int) -> dict[int, str | int]:
    """Return the short texts and the references of the directory at *at*, by the numbers of their tags."""
    words: dict[int, str | int] = {}
    count = struct.unpack_from(f"{order}H", exif, at)[0]
    for entry in range(at + 2, at + 2 + 12 * min(count, _ENTRIES_MOST), 12):
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", exif, entry)
        if kind == _ASCII and length <= _WORDS_MOST:
            start = value if length > 4 else entry + 8
            words[tag] = exif[start : start + length].split(b"\0")[0].decode("ascii", "replace")
        elif kind == _LONG and length == 1:
            words[tag] = value
    return words


def _moment(words: str | int | None, zone: str | int | None) -> datetime | None:
    found = _MOMENT.match(words) if isinstance(words, str) else None
    if found is None:
        return None
    offset = _OFFSET.fullmatch(zone) if isinstance(zone, str) else None
    try:
        where = COUNTY_TIME
        if offset is not None:
            shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            where = timezone(-shift if offset[1] == "-" else shift)
        moment = datetime(*map(int, found.groups()), tzinfo=where)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None
