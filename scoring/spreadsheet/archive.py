"""The package of an XLSX workbook: unpacked and counted for real, and its first visible sheet taken out of it.

Nothing a zip says of itself is believed. Whoever reads the cells is never given the file, but a new workbook
of the parts that were looked at here: what was not looked at cannot be read.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import BinaryIO
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from scoring.errors import Fault, FileRefused, Place
from scoring.texts import Text
from scoring.uploads.unpacking import Limits, Zip, ZipFlaw, ZipUnfit

ROWS_MOST = 200_000
COLUMNS_MOST = 1_000
CELLS_MOST = 1_000_000
MEGABYTE = 1024 * 1024
UNPACKED_MOST = 100 * MEGABYTE
_READ_MOST = 64 * MEGABYTE
_STRINGS_MOST = 64 * MEGABYTE
_PACKED_FROM = 24 * MEGABYTE
_INDEX_MOST = MEGABYTE
_MEMBERS_MOST = 2_000
_RATIO_MOST = 200
_RATIO_FROM = 8 * MEGABYTE
_LISTED_MOST = 2_000
_STYLES_MOST = 1 << 16
_STEP = 64 * 1024
_SCAN = 2 * MEGABYTE
_FAR = 1 << 20

_DTD = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le")[:-1], "<!ENTITY".encode("utf-16-le")[:-1])
_ENCRYPTED = 0x41

DAMAGED = Text(
    "工作簿不完整或已损坏，可能没有传完；请重新传一次，或用 Excel、WPS 打开后另存为 xlsx",
    "the workbook is incomplete or damaged, perhaps it was not sent to the end; "
    "send it again, or open it in Excel or WPS and save it as xlsx",
)
_UNUSUAL = Text(
    "工作簿的内部写法特殊，无法放心读取；请用 Excel 或 WPS 打开后另存为 xlsx 再提交",
    "the workbook is written in an unusual way and cannot be read safely; "
    "open it in Excel or WPS, save it as xlsx and send that",
)
_SWOLLEN = Text(
    "工作簿解压后大得不正常；请新建一个工作簿，只把要提交的数据粘贴进去再提交",
    "unpacked, the workbook is far larger than any table should be; "
    "paste just the data into a new workbook and send that",
)
_ENTITIES = Text(
    "工作簿里夹带了 XML 实体定义，正常的表格没有这种内容；请新建一个工作簿，只把数据粘贴进去再提交",
    "the workbook carries XML entity definitions, which no ordinary table has; "
    "paste just the data into a new workbook and send that",
)
PASSWORD = Text(
    "工作簿加了密码；请取消密码后另存为 xlsx 再提交",
    "the workbook is protected by a password; remove the password, save it as xlsx and send that",
)
_NO_SHEET = Text(
    "工作簿里没有可见的工作表；请把要提交的工作表取消隐藏后再提交",
    "the workbook has no visible worksheet; unhide the sheet you mean to send",
)
_OTHER_ZIP = Text(
    "这不是 xlsx 工作簿，而是压缩包或别的文件；请解压，或用 Excel、WPS 打开后另存为 xlsx",
    "this is not an xlsx workbook but an archive or another kind of document; "
    "unpack it, or open it in Excel or WPS and save it as xlsx",
)
_OTHER_BOOK = Text(
    "这种工作簿（xlsm、xlsb、ods）不能直接提交；请用 Excel 或 WPS 打开后另存为 xlsx",
    "workbooks of this kind (xlsm, xlsb, ods) are not taken; open it in Excel or WPS and save it as xlsx",
)
_FLAWS = {
    ZipFlaw.DAMAGED: DAMAGED,
    ZipFlaw.UNUSUAL: _UNUSUAL,
    ZipFlaw.ENCRYPTED: PASSWORD,
    ZipFlaw.SWOLLEN: _SWOLLEN,
}
_LIMITS = Limits(unpacked=UNPACKED_MOST, members=_MEMBERS_MOST, ratio=_RATIO_MOST, ratio_from=_RATIO_FROM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one sort in a sheet, in order: the first ones as (row, column), and how many there are."""

    first: tuple[tuple[int, int], ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A range of merged cells: its first and last row, its first column, and its name in Excel (`A1:C1`)."""

    first_row: int
    last_row: int
    column: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The first visible sheet of a workbook, by itself, and what stands in it that is not a plain value."""

    sheet: str
    content: io.BytesIO
    formulas: Cells
    percents: Cells
    merged: tuple[Merged, ...]


def check_unpacked(file: BinaryIO, place: Place) -> None:
    """Unpack the zip that *file* is to nowhere, a piece at a time, before more of it is held. Raises FileRefused."""
    try:
        Zip(file, _LIMITS).count()
    except ZipUnfit as unfit:
        raise refusal(place, _FLAWS[unfit.flaw]) from None


def open_workbook(content: bytes, place: Place) -> Workbook:
    """Return the first visible sheet of the workbook that is *content*. Raises FileRefused if it is not safe."""
    package = _Package(content, place)
    sheets, related = _sheets(package)
    target = next((one for one in sheets if one.visible or not one.part), None)
    if target is None:
        raise refusal(place, _NO_SHEET)
    xml = _without_prefix(package.part(target.part))
    parts = _SharedParts(package, related)
    package.finish()
    return _opened(target.name, xml, parts, place)


class Book:
    """A workbook of several sheets, hidden ones too, each taken out of it by name when it is asked for."""

    def __init__(self, content: bytes, place: Place) -> None:
        """Open the workbook that is *content*. Raises FileRefused if it is not safe, as does taking a sheet."""
        self._package, self._place = _Package(content, place), place
        sheets, related = _sheets(self._package)
        self._targets = {one.name: one.part for one in sheets}
        if len(self._targets) < len(sheets) or not all(self._targets.values()):
            raise refusal(place, DAMAGED)
        self._parts = _SharedParts(self._package, related)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its sheets in order."""
        return tuple(self._targets)

    def sheet(self, name: str) -> Workbook:
        """Return the sheet of that name, by itself; each may be asked for once."""
        xml = _without_prefix(self._package.part(self._targets[name]))
        return _opened(name, xml, self._parts, self._place)

    def finish(self) -> None:
        """Inflate and count what nobody asked for. Raises FileRefused if that is not safe."""
        self._package.finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A worksheet as the workbook lists it: its name, its part ('' where it has none), and whether anybody sees it."""

    name: str
    part: str
    visible: bool


class _SharedParts:
    """What the sheets of a workbook share: their texts and their styles."""

    def __init__(self, package: "_Package", related: dict[str, str]) -> None:
        self.strings, self.styles = bytearray(), bytearray()
        if "sharedStrings" in related:
            self.strings = _without_prefix(package.part(related["sharedStrings"]))
        if "styles" in related:
            self.styles = package.part(related["styles"])


def _opened(name: str, xml: bytearray, parts: _SharedParts, place: Place) -> Workbook:
    """Return the sheet of that name as a workbook by itself, having looked at all that will be read."""
    within = Place(file=place.file, sheet=name)
    strings, styles = parts.strings, parts.styles
    if len(xml) + len(strings) + len(styles) > _READ_MOST:
        raise refusal(within, _SWOLLEN)
    start, stop = _data(xml, within)
    valued, has_formulas = _survey(xml, start, stop, within)
    _check_strings(xml, strings, valued, within)
    percents = b"|".join(_percent_styles(styles))
    return Workbook(
        sheet=name,
        content=_rewritten(_errors_as_text(xml, start, stop), strings, styles),
        formulas=_listed(rb"[^<>]*>\s*<f[\s/>]", xml) if has_formulas else Cells(),
        percents=_listed(rb' s="(?:%s)"(?: t="n")?>\s*<v>' % percents, xml) if percents else Cells(),
        merged=_merged(xml, stop),
    )


def column_number(letters: str) -> int:
    """Return the 1-based number of the column that Excel calls *letters*: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def refusal(place: Place, sentence: Text) -> FileRefused:
    """Return the refusal of a file for one reason."""
    return FileRefused([Fault(place=place, sentence=sentence)])


class _Package:
    """The members of a zip by name, each inflated once and counted against one allowance for all."""

    def __init__(self, content: bytes, place: Place) -> None:
        self._content = content
        self._place = place
        self._left = UNPACKED_MOST
        self._members: dict[str, zipfile.ZipInfo] = {}
        if content.count(b"PK\x01\x02") > 2 * _MEMBERS_MOST:  # before a million entries are made into objects
            raise refusal(place, _UNUSUAL)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                infos, comment = archive.infolist(), archive.comment
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error):
            raise refusal(place, DAMAGED) from None
        packed = sum(info.compress_size for info in infos)
        if len(infos) > _MEMBERS_MOST or comment or packed > len(content):
            raise refusal(place, _UNUSUAL)
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if name in self._members:
                raise refusal(place, _UNUSUAL)
            self._members[name] = info
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise refusal(place, PASSWORD)
        self._check_kind()

    def part(self, name: str) -> bytearray:
        """Return the XML part of that name. Whoever wrote a comment or CDATA into it was no office program."""
        info = self._members.pop(name.lower(), None)
        if info is None:
            raise refusal(self._place, DAMAGED)
        xml = bytearray()
        for piece in self._inflated(info):
            xml += piece
        if b"<!" in xml or 0 in xml:
            self._check_entities(xml)
            raise self.refusal(_UNUSUAL)
        return xml

    def index(self, name: str) -> ET.Element:
        """Return the root of a part that only lists others."""
        xml = self.part(name)
        if len(xml) > _INDEX_MOST:
            raise refusal(self._place, _SWOLLEN)
        try:
            return ET.fromstring(bytes(xml))  # noqa: S314 -- parts with a DTD are refused before
        except (ET.ParseError, ValueError, LookupError):
            raise refusal(self._place, DAMAGED) from None

    def refusal(self, sentence: Text) -> FileRefused:
        """Return the refusal of this workbook."""
        return refusal(self._place, sentence)

    def finish(self) -> None:
        """Inflate and count what nobody asked for."""
        for name, info in self._members.items():
            tail = b""
            for piece in self._inflated(info):
                if name.endswith((".xml", ".rels")):
                    self._check_entities(tail + piece)
                    tail = piece[-32:]

    def _check_kind(self) -> None:
        names = self._members.keys()
        if any(name.endswith(("vbaproject.bin", "xl/workbook.bin")) for name in names) or (
            "mimetype" in names and "content.xml" in names
        ):
            raise self.refusal(_OTHER_BOOK)
        if "_rels/.rels" not in names or not any(name.startswith("xl/") for name in names):
            raise self.refusal(_OTHER_ZIP)

    def _check_entities(self, xml: bytes | bytearray) -> None:
        if any(mark in xml for mark in _DTD):
            raise self.refusal(_ENTITIES)

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the member piece by piece. Its end, length and checksum must be what its headers say."""
        size = crc = 0
        for piece in self._pieces(info):
            size += len(piece)
            if size > self._left or (size > _RATIO_FROM and size > _RATIO_MOST * info.compress_size):
                raise self.refusal(_SWOLLEN)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != info.file_size or crc != info.CRC:
            raise self.refusal(DAMAGED)
        self._left -= size

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        header = self._content[info.header_offset : info.header_offset + 30]
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise self.refusal(DAMAGED)
        start = info.header_offset + 30 + sum(struct.unpack("<HH", header[26:]))
        stop = start + info.compress_size
        if stop > len(self._content):
            raise self.refusal(DAMAGED)
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if info.compress_type == zipfile.ZIP_DEFLATED else None
        if inflate is None and info.compress_type != zipfile.ZIP_STORED:
            raise self.refusal(_UNUSUAL)
        for at in range(start, stop, _STEP):
            packed = self._content[at : min(at + _STEP, stop)]
            if inflate is None:
                yield packed
                continue
            try:
                while packed:
                    yield inflate.decompress(packed, MEGABYTE)
                    packed = inflate.unconsumed_tail
            except zlib.error:
                raise self.refusal(DAMAGED) from None
        if inflate is not None:
            while not inflate.eof and (rest := inflate.decompress(b"", MEGABYTE)):
                yield rest
            if not inflate.eof or inflate.unused_data:
                raise self.refusal(DAMAGED)


def _sheets(package: _Package) -> tuple[list[_Target], dict[str, str]]:
    """Return the worksheets of a workbook in order, and the workbook's other parts by kind."""
    roots = _relations(package, "")
    workbook = next((part for kind, part in roots.values() if kind == "officeDocument"), None)
    if workbook is None:
        raise package.refusal(_OTHER_ZIP)
    book = package.index(workbook)
    related = _relations(package, workbook)
    sheets = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("/relationships}id")), "")
        kind, part = related.get(key, ("", ""))
        if kind == "worksheet" or not part:
            visible = sheet.get("state", "visible") == "visible"
            sheets.append(_Target(name=sheet.get("name", ""), part=part, visible=visible))
    return sheets, dict(related.values())


def _relations(package: _Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what *part* refers to inside the package: id → (last word of the type, name of the part)."""
    folder, name = posixpath.split(part)
    relations = {}
    for relation in package.index(posixpath.join(folder, "_rels", f"{name}.rels")):
        if relation.get("TargetMode") != "External":
            target = posixpath.join("/", folder, relation.get("Target", "").replace("\\", "/"))
            kind = relation.get("Type", "").rpartition("/")[2]
            relations[relation.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))
    return relations


def _without_prefix(xml: bytearray) -> bytearray:
    """Return a part whose tags carry a namespace prefix (`<x:c`) without it."""
    match = re.search(rb"<([A-Za-z0-9_]+:)(?:worksheet|sst)[\s>]", xml[:4096])
    return xml.replace(b"<" + match[1], b"<").replace(b"</" + match[1], b"</") if match else xml


def _data(xml: bytearray, place: Place) -> tuple[int, int]:
    """Return where the tag that opens the sheet's data begins, and the one that closes it."""
    named = xml.find(b"sheetData")
    if named < 1 or xml[named - 1] != ord("<"):
        raise refusal(place, DAMAGED if named < 1 else _UNUSUAL)
    if re.match(rb"sheetData\s*/>", xml[named : named + 80]):
        return named - 1, named - 1
    stop = xml.rfind(b"</sheetData>")
    if stop < 0 or xml.find(b"</worksheet>", stop) < 0:
        raise refusal(place, DAMAGED)
    return named - 1, stop


def _code(tag: bytes) -> int:
    return int.from_bytes(tag, "little")


_CELL, _ROWS = _code(b"c r="), [_code(b"row" + end) for end in (b" ", b">", b"/")]
_VALUES, _FORMULAS, _TEXTS = ([_code(tag + end) for end in (b" ", b">", b"/")] for tag in (b"v", b"f", b"t"))
_INLINE, _FORMULA_END = _code(b"is>"), _code(b"/f>")
_OTHER_TAG = re.compile(rb"<(?!(?:c|v|f|is|row)[\s/>])[A-Za-z0-9]+[\s/>]")


def _survey(xml: bytearray, start: int, stop: int, place: Place) -> tuple[int, bool]:
    """Return how many cells of the data hold something, and whether one holds a formula.

    The reader of cells makes room for every cell between the first and the last one that holds something:
    this is where a sheet with one cell in XFD1048576 is refused. So is one in which a cell might escape this
    look, because its tag is not written as office programs write it.
    """
    valued = strange = last_row = last_column = 0
    has_formulas = False
    while start < stop:
        text = np.frombuffer(xml, np.uint8, count=min(_SCAN, stop - start) + 12, offset=start)
        opens = np.flatnonzero(text[:-11] == ord("<"))
        if len(opens) < 2:
            raise refusal(place, _UNUSUAL)
        word = np.ndarray((len(text) - 3,), "<u4", xml, start, (1,))[opens + 1]
        two, three = word & 0xFFFF, word & 0xFFFFFF
        cell, formula = word == _CELL, np.isin(two, _FORMULAS)
        value = np.isin(two, _VALUES) | (three == _INLINE)
        known = (
            cell | value | formula | np.isin(two, _TEXTS) | np.isin(word, _ROWS) | (word & 0xFF == ord("/"))
        )
        stray = value[1:] & ~(cell | formula | (three == _FORMULA_END))[:-1]
        held = opens[:-1][cell[:-1] & (value | formula)[1:]]
        valued, strange = valued + len(held), strange + int((~known).sum())
        if max(valued, strange) > CELLS_MOST:
            raise refusal(place, _SWOLLEN)
        if stray.any() or not all(_OTHER_TAG.match(xml, start + int(at)) for at in opens[~known]):
            raise refusal(place, _UNUSUAL)
        if len(held):
            row, column = _farthest(text, held, place)
            last_row, last_column = max(last_row, row), max(last_column, column)
        has_formulas = has_formulas or bool(formula.any())
        start += int(opens[-1])
    _check_extent(last_row, last_column, place)
    return valued, has_formulas


def _farthest(text: NDArray[np.uint8], held: NDArray[np.intp], place: Place) -> tuple[int, int]:
    """Return the last row and the last column of the cells whose tags begin at *held*."""
    row, column = np.zeros(len(held), np.int32), np.zeros(len(held), np.int32)
    done, good = np.zeros(len(held), bool), text[held + 5] == ord('"')
    for at in range(6, 17):
        byte = text[held + at].astype(np.int32)
        letter = ~done & (row == 0) & (byte >= ord("A")) & (byte <= ord("Z"))
        digit = ~done & (column > 0) & (byte >= ord("0") + (row == 0)) & (byte <= ord("9"))
        good &= done | letter | digit | (byte == ord('"'))
        done |= byte == ord('"')
        column = np.where(letter, column * 26 + byte - (ord("A") - 1), column)
        row = np.where(digit, row * 10 + byte - ord("0"), row)
        good &= column < _FAR
        if done.all():
            break
    if not (good & done & (row > 0)).all():
        raise refusal(place, _UNUSUAL)
    return int(row.max()), int(column.max())


def _check_extent(row: int, column: int, place: Place) -> None:
    if row <= ROWS_MOST and column <= COLUMNS_MOST and row * column <= CELLS_MOST:
        return
    raise refusal(
        place,
        Text(
            f"内容一直占到第 {row:,} 行、第 {column:,} 列，超过限额（{ROWS_MOST:,} 行、{COLUMNS_MOST:,} 列、"
            f"{CELLS_MOST:,} 格）；请删去数据以外零散的内容，或把数据分成几个文件",
            f"the contents reach to row {row:,} and column {column:,}; at most {ROWS_MOST:,} rows, "
            f"{COLUMNS_MOST:,} columns and {CELLS_MOST:,} cells are taken; "
            "delete what lies scattered outside the data, or split it into several files",
        ),
    )


def _check_strings(xml: bytearray, strings: bytearray, valued: int, place: Place) -> None:
    """Refuse a sheet whose cells, by repeating a few long texts, would grow beyond all measure when read."""
    if strings.count(b"<si") > CELLS_MOST:
        raise refusal(place, _SWOLLEN)
    if b":si" in strings and re.search(rb"<[^<>\s/]*:si[\s/>]", strings):
        raise refusal(place, _UNUSUAL)
    starts = [match.start() for match in re.finditer(rb"<si[\s/>]", strings)]
    lengths = [end - start for start, end in pairwise([*starts, len(strings)])]
    longest = max(lengths, default=0)
    if longest * valued <= _STRINGS_MOST:
        return
    total = longest * valued
    for match in re.finditer(rb'<c r="[A-Z]+[0-9]+"([^<>]*)>\s*<v>([^<]*)</v>', xml):
        attributes, value = match.groups()
        text = b"t=" in attributes and not re.search(rb' t="(?:n|str|b|e|d)"', attributes)
        total -= longest
        if text:
            total += lengths[int(value)] if value.isdigit() and int(value) < len(lengths) else longest
    if total > _STRINGS_MOST:
        raise refusal(place, _SWOLLEN)


def _percent_styles(styles: bytearray) -> list[bytes]:
    """Return the numbers of the cell styles that show a value as a percentage (0.95 as 95%)."""
    formats = {b"9", b"10"}
    defined = re.finditer(rb'numFmtId="([0-9]+)" formatCode="([^"]*)"', styles)
    for match in islice(defined, _STYLES_MOST):
        if b"%" in re.sub(rb"&quot;.*?&quot;|\\.", b"", match[2]):
            formats.add(match[1])
    start = styles.find(b"cellXfs")
    use = re.compile(rb'<(?:\w+:)?xf\s(?:[^<>]*?\s)?numFmtId="([0-9]+)"|<(?:\w+:)?xf[\s/>]')
    uses = use.finditer(styles, max(start, 0), styles.find(b"cellXfs>", start + 1)) if start > 0 else iter(())
    return [b"%d" % style for style, match in enumerate(islice(uses, _STYLES_MOST)) if match[1] in formats]


def _listed(rest: bytes, xml: bytearray) -> Cells:
    """Return the cells whose tag goes on like *rest* after its name."""
    found = (
        (int(match[2]), column_number(match[1].decode()))
        for match in re.finditer(rb'<c r="([A-Z]+)([0-9]+)"' + rest, xml)
    )
    first = tuple(islice(found, _LISTED_MOST))
    return Cells(first=first, total=len(first) + sum(1 for _ in found))


def _merged(xml: bytearray, start: int) -> tuple[Merged, ...]:
    """Return the merged ranges of a sheet, which are listed somewhere after *start*."""
    ranges = re.compile(
        rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="(([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7}))"'
    )
    return tuple(
        Merged(
            first_row=int(match[3]),
            last_row=int(match[4]),
            column=column_number(match[2].decode()),
            name=match[1].decode(),
        )
        for match in islice(ranges.finditer(xml, start), _LISTED_MOST)
    )


def _errors_as_text(xml: bytearray, start: int, stop: int) -> bytes | memoryview:
    """Return the sheet's data, with error cells (#N/A) turned to text: the reader of cells drops them unsaid."""
    if xml.find(b' t="e"', start, stop) < 0:
        return memoryview(xml)[start:stop]
    return re.sub(rb'(<c r="[A-Z]+[0-9]+"[^<>]*) t="e"', rb'\1 t="str"', bytes(xml[start:stop]))


def _rewritten(data: bytes | memoryview, strings: bytearray, styles: bytearray) -> io.BytesIO:
    """Return a workbook of one sheet with these parts and nothing else; packed only where memory asks for it."""
    parts = {kind: xml for kind, xml in (("sharedStrings", strings), ("styles", styles)) if xml}
    method = zipfile.ZIP_STORED if len(data) + len(strings) < _PACKED_FROM else zipfile.ZIP_DEFLATED
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", _relations_xml({"officeDocument": "xl/workbook.xml"}))
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        targets = {"worksheet": "sheet.xml"} | {kind: f"{kind}.xml" for kind in parts}
        archive.writestr("xl/_rels/workbook.xml.rels", _relations_xml(targets))
        with archive.open("xl/sheet.xml", "w") as part:
            part.write(b"<worksheet>")
            part.write(data or b"<sheetData>")
            part.write(b"</sheetData></worksheet>")
        for kind, xml in parts.items():
            with archive.open(f"xl/{kind}.xml", "w") as part:
                part.write(xml)
    content.seek(0)
    return content


def _relations_xml(targets: dict[str, str]) -> str:
    relations = (
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(relations)}</Relationships>'


_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{_OFFICE}"><sheets><sheet name="1" sheetId="1" r:id="worksheet"/></sheets></workbook>'
)
