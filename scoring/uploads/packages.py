"""Documents of today's Office (zips of XML): which of the three kinds one is, with nothing in it that runs."""

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from scoring.texts import Text
from scoring.uploads.compounds import COMPOUND_HEAD, check_embedded
from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import CARRIES, DAMAGED, MACROS, PASSWORD, SAVE_AS_PDF, SWOLLEN, UNUSUAL, Unfit
from scoring.uploads.unpacking import MEGABYTE, Limits, Zip, ZipFlaw, ZipUnfit

ZIP_HEAD = b"PK\x03\x04"
_ARCHIVE = Text(
    "这是压缩包或不收的文档格式；压缩包请解压后逐个上传，文档请另存为 PDF 后再上传",
    "this is an archive, or a document in a format that is not taken; "
    "unpack an archive and upload its files one by one, save a document as PDF",
)
_OUTSIDE = Text(
    f"文件打开时会去别处取模板或对象；{SAVE_AS_PDF.zh}",
    f"when opened, the file fetches a template or an object from elsewhere; {SAVE_AS_PDF.en}",
)
_FLAWS = {
    ZipFlaw.DAMAGED: DAMAGED,
    ZipFlaw.UNUSUAL: UNUSUAL,
    ZipFlaw.ENCRYPTED: PASSWORD,
    ZipFlaw.SWOLLEN: SWOLLEN,
}
_FORM = "application/vnd.openxmlformats-officedocument."
_KINDS = {
    f"{_FORM}wordprocessingml.document.main+xml": Kind.DOCX,
    f"{_FORM}spreadsheetml.sheet.main+xml": Kind.XLSX,
    f"{_FORM}presentationml.presentation.main+xml": Kind.PPTX,
}
_TYPES = "[Content_Types].xml"
_INDEX_MOST = 2 * MEGABYTE
_EMBEDDED_MOST = 40 * MEGABYTE
_NESTED_MOST = 2
_MACRO_TYPES = re.compile(r"macro|vba|activex|msforms|dialogsheet|ms-office\.attachedtoolbars", re.IGNORECASE)
_MACRO_NAMES = re.compile(
    r"(?:^|/)(?:vbaproject|vbadata|jsaproject|jdedata|activex|macrosheets|dialogsheets)", re.IGNORECASE
)
_CARRIED = re.compile(
    r"\.(?:exe|dll|com|scr|bat|cmd|ps1|vb[se]?|jse?|mjs|ws[fh]|hta|html?|xhtml|mht(?:ml)?|swf|jar|class|php|sh"
    r"|lnk|url|cpl|msi|reg|zip|rar|7z|gz|rtf|chm)$",
    re.IGNORECASE,
)
_FETCHED = frozenset(
    {"oleObject", "attachedTemplate", "frame", "subDocument", "aFChunk", "package", "control"}
)
_DRIVE = re.compile(r"(?:file:/*)?[a-z]:[\\/]", re.IGNORECASE)
_TOLD = frozenset({"hyperlink", "externalLinkPath"})
_SHARE = re.compile(r"(?:file:)?[\\/]{2,}[^\\/]", re.IGNORECASE)


def package_kind(content: bytes, limits: Limits, nested: int = 0) -> Kind:
    """Return the kind of the zip that is *content*. Raises Unfit if it is of none that is taken, or not safe."""
    try:
        archive = Zip(io.BytesIO(content), limits)
        if _TYPES not in archive.names or "_rels/.rels" not in archive.names:
            raise Unfit(_ARCHIVE)
        unpacked = archive.count()
        archive.check_layout()
        kind = _kind(archive)
        _check_names(archive)
        _check_relations(archive)
        _check_members(archive, replace(limits, unpacked=max(limits.unpacked - unpacked, 0)), nested)
    except ZipUnfit as unfit:
        raise Unfit(_FLAWS[unfit.flaw]) from None
    return kind


def _kind(archive: Zip) -> Kind:
    """Return the kind by the type of the main part, once no part is of a type that runs."""
    types = _index(archive, _TYPES)
    of_parts = {_plain(entry.get("PartName", "")): entry.get("ContentType", "") for entry in types}
    of_ends = {entry.get("Extension", "").lower(): entry.get("ContentType", "") for entry in types}
    if any(_MACRO_TYPES.search(told) for told in (*of_parts.values(), *of_ends.values())):
        raise Unfit(MACROS)
    mains = {
        of_parts.get(target) or of_ends.get(target.rpartition(".")[2], "")
        for relation in _relations(archive, "_rels/.rels")
        if relation.kind == "officeDocument" and (target := _plain(relation.target))
    }
    kinds = {_KINDS[told.lower()] for told in mains if told.lower() in _KINDS}
    if len(mains) != 1 or not kinds:
        raise Unfit(_ARCHIVE)
    return kinds.pop()


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()


def _check_names(archive: Zip) -> None:
    for name in archive.names:
        if _MACRO_NAMES.search(name):
            raise Unfit(MACROS)
        if _CARRIED.search(name):
            raise Unfit(CARRIES)
        if ".." in name.split("/") or "\\" in name or ":" in name or name.startswith("/") or "\0" in name:
            raise Unfit(UNUSUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    kind: str
    target: str
    outside: bool


def _check_relations(archive: Zip) -> None:
    """Make sure that nothing is fetched from elsewhere when the document is opened; links to click may stand."""
    for name in archive.names:
        if not name.lower().endswith(".rels"):
            continue
        for relation in _relations(archive, name):
            if not relation.outside or relation.kind in _TOLD:
                continue
            local = relation.kind == "attachedTemplate" and _DRIVE.match(relation.target)
            if (relation.kind in _FETCHED and not local) or (
                _SHARE.match(relation.target) and not local and not _DRIVE.match(relation.target)
            ):
                raise Unfit(_OUTSIDE)


def _relations(archive: Zip, name: str) -> Iterator[_Relation]:
    for entry in _index(archive, name):
        yield _Relation(
            kind=entry.get("Type", "").rpartition("/")[2],
            target=entry.get("Target", ""),
            outside=entry.get("TargetMode", "").lower() == "external",
        )


def _index(archive: Zip, name: str) -> ET.Element:
    """Return the root of a part that only lists others."""
    xml = archive.part(name, _INDEX_MOST)
    if b"<!" in xml.replace(b"\0", b"").replace(b"<!--", b""):
        raise Unfit(UNUSUAL)
    try:
        return ET.fromstring(xml)  # noqa: S314 -- parts with a DTD are refused before
    except (ET.ParseError, ValueError, LookupError):
        raise Unfit(DAMAGED) from None


def _check_members(archive: Zip, limits: Limits, nested: int) -> None:
    """Look into what is embedded, and make sure that programs and archives under other names are not."""
    for name in archive.names:
        head = archive.head(name)[:16]
        if head.startswith(COMPOUND_HEAD):
            check_embedded(archive.part(name, _EMBEDDED_MOST))
        elif head.startswith(ZIP_HEAD):
            if nested >= _NESTED_MOST:
                raise Unfit(CARRIES)
            package_kind(archive.part(name, _EMBEDDED_MOST), limits, nested + 1)
        elif head.startswith((b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"#!", b"%PDF-")):
            raise Unfit(CARRIES)
        elif name.lower().startswith("xl/externallinks/") and b"ddeLink" in archive.part(
            name, _EMBEDDED_MOST
        ):
            raise Unfit(MACROS)
