"""The stamp of a worksheet: all it was made of, in a sheet nobody sees, with a SHA-256 by which damage shows.

It is no seal: who means to forge it can. So nothing in it gives a right; it says which marks the holder had before
them, and whether the workbook is the one that is asked for.
"""

import base64
import binascii
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scoring.canonical import canonical, parsed, sha256
from scoring.criteria.loader import digest
from scoring.criteria.model import CriteriaSet
from scoring.errors import Place
from scoring.records import Record, RecordWrong
from scoring.spreadsheet.worksheet import EarlierMark, Layout, OwnMark, Worksheet, WorksheetUnit, as_read
from scoring.texts import Lang

FORMAT = 1
"""The version of worksheets: of the stamp, and of where things stand on a page."""

CALLED = "stars worksheet"
_CHUNK = 1_500
_LEAD = "~"
_UNPACKED_MOST = 32 * 1024 * 1024
_PLACE = Place()
_FIELDS = ("format", "layout", "lang", "county", "period", "stage", "holder", "made_at", "sets", "units")


class StampWrong(ValueError):
    """What stands in the hidden sheet is no stamp that this service writes, or it was damaged."""


class OtherFormat(StampWrong):
    """The stamp is of an earlier or a later version of worksheets; its number is the first argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a stamp says of its worksheet, before the criteria sets it names are looked for.

    `holder` is the id and the name shown; `sets` are refs and digests, in the order units name them by.
    """

    layout: Layout
    lang: Lang
    county: str
    period: str
    stage: str
    holder: tuple[str, str]
    made_at: datetime
    sets: tuple[tuple[str, str], ...]
    units: tuple[Any, ...]

    def worksheet(self, sets: Mapping[str, CriteriaSet]) -> Worksheet:
        """Return the worksheet, its criteria sets taken from *sets* by digest, which has them all. Raises StampWrong."""
        try:
            return Worksheet(
                county=self.county,
                period=self.period,
                stage=self.stage,
                holder=self.holder[0],
                holder_name=self.holder[1],
                made_at=self.made_at,
                units=tuple(_unit(unit, [sets[own] for _, own in self.sets]) for unit in self.units),
            )
        except (ValueError, RecordWrong) as error:
            raise StampWrong(str(error)) from None


def stamp_rows(worksheet: Worksheet, layout: Layout, lang: Lang) -> list[list[str]]:
    """Return the cells of the hidden sheet of *worksheet*."""
    content = canonical(_document(worksheet, layout, lang))
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    chunks = [packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK)]
    return [[CALLED, str(FORMAT)], [sha256(content)], *([_LEAD + chunk] for chunk in chunks)]


def read_stamp(rows: Iterable[list[str]]) -> Stamp:
    """Return the stamp whose cells are *rows*. Raises StampWrong, OtherFormat."""
    lines = [row for row in rows if any(row)]
    if len(lines) < 3 or lines[0][:1] != [CALLED] or len(lines[0]) < 2:
        raise StampWrong("no stamp")
    if lines[0][1] != str(FORMAT):
        raise OtherFormat(lines[0][1])
    content = _unpacked("".join(line[0].removeprefix(_LEAD) for line in lines[2:]))
    if sha256(content) != lines[1][0]:
        raise StampWrong("other contents than were written")
    try:
        return _stamp(Record(parsed(content), _FIELDS, _PLACE))
    except (ValueError, TypeError, RecordWrong) as error:
        raise StampWrong(str(error)) from None


def _unpacked(packed: str) -> bytes:
    try:
        inflate = zlib.decompressobj()
        content = inflate.decompress(base64.b64decode(packed, validate=True), _UNPACKED_MOST)
    except (ValueError, binascii.Error, zlib.error):
        raise StampWrong("damaged") from None
    if not inflate.eof or inflate.unused_data:
        raise StampWrong("damaged")
    return content


def _document(worksheet: Worksheet, layout: Layout, lang: Lang) -> dict[str, Any]:
    places = {
        unit.code: place for place, criteria in enumerate(worksheet.sets) for unit in worksheet.of(criteria)
    }
    return {
        "format": FORMAT,
        "layout": layout.value,
        "lang": lang.value,
        "county": as_read(worksheet.county),
        "period": as_read(worksheet.period),
        "stage": as_read(worksheet.stage),
        "holder": [as_read(worksheet.holder), as_read(worksheet.holder_name)],
        "made_at": worksheet.made_at.isoformat(),
        "sets": [[criteria.ref, digest(criteria)] for criteria in worksheet.sets],
        "units": [
            {
                "code": _plain(unit.code),
                "name": _plain(unit.name),
                "set": places[unit.code],
                "own": {
                    criterion: [_plain(own.mark), _plain(own.comment), own.revision]
                    for criterion, own in unit.own.items()
                },
                "earlier": {
                    _plain(stage): {
                        criterion: [as_read(one.mark), as_read(one.comment)]
                        for criterion, one in marks.items()
                    }
                    for stage, marks in unit.earlier.items()
                },
                "closed": sorted(unit.closed),
            }
            for unit in worksheet.units
        ],
    }


def _plain(text: str) -> str:
    """Return *text* in NFC, in which whatever is kept is written."""
    return unicodedata.normalize("NFC", text)


def _stamp(record: Record) -> Stamp:
    holder, name = _texts(record.any("holder"), 2)
    return Stamp(
        layout=Layout(record.text("layout")),
        lang=Lang(record.text("lang")),
        county=record.text("county"),
        period=record.text("period"),
        stage=record.text("stage"),
        holder=(holder, name),
        made_at=datetime.fromisoformat(record.text("made_at")),
        sets=tuple((ref, own) for ref, own in (_texts(each, 2) for each in record.list("sets"))),
        units=tuple(record.list("units")),
    )


def _unit(value: Any, sets: list[CriteriaSet]) -> WorksheetUnit:
    record = Record(value, ("code", "name", "set", "own", "earlier", "closed"), _PLACE)
    place = record.any("set")
    if not isinstance(place, int) or not 0 <= place < len(sets):
        raise ValueError(place)
    return WorksheetUnit(
        code=record.text("code"),
        name=record.text("name"),
        criteria=sets[place],
        own={criterion: _own(mark) for criterion, mark in record.mapping("own").items()},
        earlier={
            stage: {
                criterion: EarlierMark(mark=mark, comment=comment)
                for criterion, (mark, comment) in (
                    (key, _texts(each, 2)) for key, each in _object(marks).items()
                )
            }
            for stage, marks in record.mapping("earlier").items()
        },
        closed=frozenset(record.texts("closed")),
    )


def _own(value: Any) -> OwnMark:
    if not isinstance(value, list) or len(value) != 3 or type(value[2]) is not int:
        raise ValueError(value)
    mark, comment = _texts(value[:2], 2)
    return OwnMark(mark=mark, comment=comment, revision=value[2])


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(value)  # noqa: TRY004  whatever is wrong with a stamp is one thing
    return value


def _texts(value: Any, number: int) -> list[str]:
    if (
        not isinstance(value, list)
        or len(value) != number
        or not all(isinstance(each, str) for each in value)
    ):
        raise ValueError(value)
    return value
