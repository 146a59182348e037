"""Files as an attacker sends them, by what they try; and what a checker of the gate asks of each."""

import gzip
import io
import random
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scoring.errors import Refused
from scoring.uploads.intake import Accepted
from scoring.uploads.kinds import Kind
from tests.uploads import bytes_of as made
from tests.uploads.bytes_of import (
    by_hand,
    chunk,
    compound,
    deflated,
    member,
    office,
    office_parts,
    pdf,
    photo,
    relations,
    segment,
    stream,
    thousandfold,
    with_chunk,
    with_riff,
    with_segment,
    word,
    zipped,
)

JPEG, PNG, WEBP = photo(), photo("PNG"), photo("WEBP")
SCRIPT = b"<script>fetch('/api/v1/people')</script>"
PAGE = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
ZIP = zipped({"evil.class": b"\xca\xfe\xba\xbe" + bytes(40)})


@dataclass(frozen=True)
class Hostile:
    """A file that tries something. One that is *inert* may be taken, under a name that runs nowhere."""

    tries: str
    name: str
    content: bytes
    inert: bool = False


def _foreign() -> list[tuple[str, bytes]]:
    """Kinds that are not taken, which come as photographs and summaries."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    return [
        ("svg", svg),
        ("svg with declaration", b'<?xml version="1.0"?>' + svg),
        ("svg with a mark of order", b"\xef\xbb\xbf" + svg),
        ("svg in utf-16", ("\ufeff" + svg.decode()).encode("utf-16-le")),
        ("svg after blanks", b"\n\n \t" + svg),
        ("svg after a comment", b"<!-- -->" + svg),
        ("svgz", gzip.compress(svg)),
        ("html", PAGE),
        ("html without a head", b"hello " + SCRIPT),
        ("html in utf-16", ("\ufeff" + PAGE.decode()).encode("utf-16-le")),
        ("html after blanks", b" " * 900 + PAGE),
        ("xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>"),
        ("xslt", b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>'),
        ("mhtml", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + PAGE),
        ("hta", b"<hta:application/>" + SCRIPT),
        ("flat odt", b'<?xml version="1.0"?><office:document/>'),
        ("javascript", b"function f(){document.location='//x'};f()"),
        ("module", b"import os; os.system('id')"),
        ("vbs", b'Set s = CreateObject("WScript.Shell")'),
        ("wsf", b"<job><script language='VBScript'>x</script></job>"),
        ("scriptlet", b"<?XML version='1.0'?><scriptlet></scriptlet>"),
        ("php", b"<?php system($_GET['c']); ?>"),
        ("php, short", b"<?=`$_GET[c]`?>"),
        ("jsp", b"<% Runtime.getRuntime().exec(x); %>"),
        ("shell", b"#!/bin/sh\nrm -rf /\n"),
        ("batch", b"@echo off\r\ndel *.*"),
        ("powershell", b"powershell -enc AAAA"),
        ("exe", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)),
        ("elf", b"\x7fELF\2\1\1" + bytes(200)),
        ("mach-o", b"\xcf\xfa\xed\xfe" + bytes(200)),
        ("class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(200)),
        ("jar", zipped({"META-INF/MANIFEST.MF": "Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"})),
        ("apk", zipped({"AndroidManifest.xml": b"\3\0", "classes.dex": b"dex\n"})),
        ("dex", b"dex\n035\0" + bytes(99)),
        ("wasm", b"\0asm\1\0\0\0"),
        ("lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(200)),
        ("url", b"[InternetShortcut]\r\nURL=file://x/y"),
        ("autorun", b"[autorun]\r\nopen=x.exe"),
        ("swf", b"FWS\x0a" + bytes(99)),
        ("swf, packed", b"CWS\x0a" + zlib.compress(bytes(99))),
        ("swf, lzma", b"ZWS\x0a" + bytes(99)),
        ("chm", b"ITSF\3\0\0\0" + bytes(99)),
        ("rtf", b"{\\rtf1\\object\\objupdate}"),
        ("postscript", b"%!PS-Adobe-3.0\n(id) run"),
        ("eps, dos", b"\xc5\xd0\xd3\xc6" + bytes(99)),
        ("psd", b"8BPS\0\1" + bytes(99)),
        ("tiff", b"II*\0\x08\0\0\0" + bytes(99)),
        ("tiff, other order", b"MM\0*\0\0\0\x08" + bytes(99)),
        ("bmp", photo("BMP")),
        ("gif", photo("GIF")),
        ("gif and javascript", b"GIF89a=1;alert(1);//" + bytes(30)),
        ("heic", b"\0\0\0\x18ftypheic" + bytes(99)),
        ("avif", b"\0\0\0\x18ftypavif" + bytes(99)),
        ("film", b"\0\0\0\x18ftypmp42" + bytes(99)),
        ("sound", b"ID3\4" + bytes(99)),
        ("wave", b"RIFF\x24\0\0\0WAVEfmt " + bytes(30)),
        ("zip", zipped({"a.txt": "x"})),
        ("odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})),
        ("ofd", zipped({"OFD.xml": "<a/>"})),
        ("rar", b"Rar!\x1a\7\1\0" + bytes(99)),
        ("7z", b"7z\xbc\xaf\x27\x1c" + bytes(99)),
        ("gz", gzip.compress(b"x")),
        ("bz2", b"BZh9" + bytes(40)),
        ("xz", b"\xfd7zXZ\0" + bytes(40)),
        ("cab", b"MSCF" + bytes(40)),
        ("tar", tar.getvalue()),
        ("text", "支部会议记录".encode()),
        ("csv", b"=cmd|' /C calc'!A0,1"),
        ("noise", random.Random(5).randbytes(4000)),
        ("nothing but nul", bytes(4096)),
        ("one byte", b"\xff"),
        ("nothing", b""),
        ("too large", JPEG + bytes(21 << 20)),
        ("msi", compound({"\u4840\u3b3f\u43f2": b"\1", "\x05SummaryInformation": b"\1"})),
        ("outlook", compound({"__properties_version1.0": b"\1"})),
    ]


def _polyglots() -> list[tuple[str, bytes]]:
    docx = office("docx")
    layered = zipped(office_parts("docx"))
    padded = by_hand([member(name, content) for name, content in office_parts("docx").items()], before=PAGE)
    other_name = layered.replace(b"word/document.xml", b"evil/document.xml", 1)
    second = by_hand(
        [member(name, body) for name, body in (*office_parts("docx").items(), ("Word/Document.xml", "<x/>"))]
    )
    exe = b"MZ\x90\0" + b"This program cannot be run in DOS mode" + bytes(99)
    return [
        ("jpeg and zip", JPEG + ZIP),
        ("jpeg and zip with a comment", JPEG + ZIP[:-2] + b"\5\0hello"),
        ("png and zip", PNG + ZIP),
        ("webp and zip", WEBP + ZIP),
        ("pdf and zip", pdf() + ZIP),
        ("office 97 and zip", compound(made.DOC) + ZIP),
        ("jpeg and rar", JPEG + b"Rar!\x1a\7\1\0" + bytes(99)),
        ("png and 7z", PNG + b"7z\xbc\xaf\x27\x1c" + bytes(99)),
        ("png and elf", PNG + b"\x7fELF\2\1\1" + bytes(99)),
        ("jpeg and exe", JPEG + exe),
        ("jpeg and pdf", JPEG + pdf()),
        ("jpeg and pdf in a comment", with_segment(JPEG, 0xFE, pdf())),
        ("png and pdf", with_chunk(PNG, b"tEXt", b"a\0" + pdf())),
        ("jpeg and html at the end", JPEG + PAGE),
        ("jpeg and html in a comment", with_segment(JPEG, 0xFE, PAGE)),
        ("jpeg and html in exif", with_segment(JPEG, 0xE1, b"Exif\0\0II*\0" + PAGE)),
        ("jpeg and php in a comment", with_segment(JPEG, 0xFE, b"<?php system($_GET['c']); ?>")),
        ("jpeg and php at the end", JPEG + b"<?php\nsystem(1);"),
        ("jpeg and hta at the end", JPEG + b"<hta:application id='x'>"),
        ("png and php in a text", with_chunk(PNG, b"tEXt", b"Comment\0<?php eval(1);")),
        ("png and html at the end", PNG + PAGE),
        ("png and html in a chunk of its own", with_chunk(PNG, b"evIl", PAGE)),
        ("webp and html in a chunk", with_riff(WEBP, b"XMP ", PAGE)),
        ("webp and html at the end", WEBP + PAGE),
        ("pdf after a program", exe + pdf()),
        ("pdf after a blank", b" " + pdf()),
        ("pdf after html", PAGE + pdf()),
        ("pdf and html in its head", pdf(head=b"%PDF-1.7\n" + PAGE)),
        ("pdf and html at the end", pdf() + PAGE),
        ("pdf and exe at the end", pdf() + exe),
        ("docx after html", padded),
        ("docx after html, places not mended", PAGE + docx),
        ("docx with a comment", docx[:-2] + struct.pack("<H", len(PAGE)) + PAGE),
        ("docx and html at the end", docx + PAGE),
        ("docx whose member has two names", other_name),
        ("docx with a member twice", second),
        ("docx with a gap", _with_gap(pdf())),
        ("office 97 and html in its head", compound(made.DOC)[:8] + PAGE + bytes(2000)),
    ]


def _with_gap(hidden: bytes) -> bytes:
    """A document with something between its members and their directory."""
    whole = office("docx")
    at = struct.unpack("<I", whole[-6:-2])[0]
    return whole[:at] + hidden + whole[at:-6] + struct.pack("<I", at + len(hidden)) + whole[-2:]


def _macros() -> list[tuple[str, bytes]]:
    open_forms = {"docx": "ms-word.document", "xlsx": "ms-excel.sheet", "pptx": "ms-powerpoint.presentation"}
    project = compound({"VBA/dir": b"\1", "PROJECT": b"\1"})
    attempts = []
    for kind, of in open_forms.items():
        folder = made.MAINS[kind][0].partition("/")[0]
        typed = f"application/vnd.{of}.macroEnabled.main+xml"
        attempts += [
            (f"{kind} with macros", office(kind, {f"{folder}/vbaProject.bin": project}, typed)),
            (f"{kind} with macros, its type hidden", office(kind, {f"{folder}/vbaProject.bin": project})),
            (f"{kind} with macros, only its type", office(kind, main_type=typed)),
            (f"{kind} with macros of another name", office(kind, {f"{folder}/media/image1.bin": project})),
            (
                f"{kind} with macros told by type",
                office(
                    kind,
                    {f"{folder}/x.dat": b"x"},
                    **{f"{folder}__x.dat": "application/vnd.ms-office.vbaProject"},
                ),
            ),
            (f"{kind} with scripts of WPS", office(kind, {f"{folder}/JDEData.bin": b"x"})),
            (f"{kind} with ActiveX", office(kind, {f"{folder}/activeX/activeX1.xml": "<x/>"})),
            (f"{kind} with a program", office(kind, {f"{folder}/media/image1.exe": b"MZ"})),
            (
                f"{kind} with a program as a picture",
                office(kind, {f"{folder}/media/image1.png": b"MZ" + bytes(90)}),
            ),
            (f"{kind} with a page", office(kind, {f"{folder}/chunk.html": PAGE})),
            (
                f"{kind} with an object elsewhere",
                office(
                    kind, {f"{folder}/_rels/x.xml.rels": relations(("oleObject", "http://x/y", "External"))}
                ),
            ),
            (
                f"{kind} with a picture on a share",
                office(kind, {f"{folder}/_rels/x.xml.rels": relations(("image", "\\\\x\\y", "External"))}),
            ),
            (
                f"{kind} with a package inside",
                office(kind, {f"{folder}/embeddings/o.bin": compound({"\x01Ole10Native": b"cmd"})}),
            ),
            (
                f"{kind} with macros inside",
                office(
                    kind, {f"{folder}/embeddings/o.docx": office("docx", {"word/vbaProject.bin": project})}
                ),
            ),
            (f"{kind} with an archive inside", office(kind, {f"{folder}/embeddings/o.bin": ZIP})),
            (f"{kind} with a part outside", office(kind, {"../../evil.xml": "<x/>"})),
        ]

    def related(target: str, kind: str = "attachedTemplate") -> bytes:
        return office("docx", {"word/_rels/settings.xml.rels": relations((kind, target, "External"))})

    dde = '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    attempts += [
        ("template from the web", related("https://x/y.dotm")),
        ("template from a share", related("\\\\x\\y.dotm")),
        ("template from a share as a file", related("file://x/y.dotm")),
        ("a page as a frame", related("http://x/", "frame")),
        ("a chunk from elsewhere", related("http://x/", "aFChunk")),
        ("Excel 4 macros", office("xlsx", {"xl/macrosheets/sheet1.xml": "<x/>"})),
        ("Excel 5 dialogues", office("xlsx", {"xl/dialogsheets/sheet1.xml": "<x/>"})),
        ("DDE", office("xlsx", {"xl/externalLinks/externalLink1.xml": dde})),
        ("xlsb", office("xlsx", main_type="application/vnd.ms-excel.sheet.binary.macroEnabled.main")),
        ("a template", office("docx", main_type=f"{made.FORM}wordprocessingml.template.main+xml")),
        ("a show", office("pptx", main_type=f"{made.FORM}presentationml.slideshow.main+xml")),
        ("no main part", zipped(office_parts("docx") | {"_rels/.rels": relations()})),
        (
            "entities",
            zipped(
                office_parts("docx") | {"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}
            ),
        ),
        ("types that are none", zipped(office_parts("docx") | {"[Content_Types].xml": "not xml"})),
        ("doc with macros", compound(made.DOC | {"Macros/VBA/dir": b"\1", "Macros/PROJECT": b"\1"})),
        ("doc with macros nobody leads to", compound(made.DOC | {"x": "_VBA_PROJECT".encode("utf-16-le")})),
        ("doc with a package", compound(made.DOC | {"ObjectPool/_1/\x01Ole10Native": b"cmd"})),
        ("xls with macros", compound(made.XLS | {"_VBA_PROJECT_CUR/VBA/dir": b"\1"})),
        ("xls with Excel 4 macros", compound({"Workbook": made.sheets(made.sheet(), made.sheet(1))})),
        ("xls with a module", compound({"Book": made.sheets(made.sheet(6))})),
        ("ppt with macros", compound(made.PPT | {"PowerPoint Document": b"\x0f\0\xe8\3" + _vba_info()})),
        ("two documents in one", compound(made.DOC | made.XLS)),
        ("a workbook without a beginning", compound({"Workbook": b"\1\2\3\4" * 9})),
        ("a workbook without an end", compound({"Workbook": made.sheets()[:20] + b"\x3c\0\0\0" * 300_000})),
    ]
    return attempts


def _vba_info() -> bytes:
    inner = struct.pack("<HHI", 2, 0x400, 12) + struct.pack("<III", 5, 1, 2)
    return struct.pack("<HHI", 0x1F, 0x3FF, 0x14) + inner


def _locked() -> list[tuple[str, bytes]]:
    flagged = [member(name, body) for name, body in office_parts("docx").items()]
    return [
        ("pdf with a password", pdf(trailer="/Encrypt<</Filter/Standard/V 2>>")),
        ("pdf with a password, spelt otherwise", pdf(trailer="/#45ncr#79pt 7 0 R")),
        ("office with a password", compound({"EncryptedPackage": b"\1", "EncryptionInfo": b"\1"})),
        ("office with rights", compound({"\x06DataSpaces/Version": b"\1", "EncryptedPackage": b"\1"})),
        ("docx of locked members", by_hand(flagged, flags=1)),
        ("doc with a password", compound({"WordDocument": word(0x0100)})),
        ("xls with a password", compound({"Workbook": made.sheets((0x2F, bytes(6)), made.sheet())})),
        ("ppt with a password", compound(made.PPT | {"Current User": made.user(0xF3D1C4DF)})),
        ("ppt with a locked summary", compound(made.PPT | {"EncryptedSummary": b"\1"})),
    ]


def _acting_pdfs() -> list[tuple[str, bytes]]:
    script = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
    in_objects = f"4 0 {script}"
    objects = "/Type/ObjStm/N 1/First 4"
    predictor = "/DecodeParms<</Predictor 12/Columns 4>>"
    embedded = stream(b"MZ", "/Type/EmbeddedFile")
    return [
        ("pdf with a script", pdf(script)),
        ("pdf with a script, spelt otherwise", pdf("<</S/J#61vaScr#69pt/JS(1)>>")),
        ("pdf with a script, its first letter spelt", pdf("<</S/#4aavaScript/JS(1)>>")),
        ("pdf with a named script", pdf("<</JavaScript<</Names[(a) 5 0 R]>>>>")),
        (
            "pdf with a script among packed objects",
            pdf("[]", stream(deflated(in_objects), objects + "/Filter/FlateDecode")),
        ),
        (
            "pdf with a script in a list of filters",
            pdf("[]", stream(deflated(in_objects), objects + "/Filter[/FlateDecode]")),
        ),
        (
            "pdf with a script, predicted",
            pdf("[]", stream(deflated(in_objects), objects + "/Filter/FlateDecode" + predictor)),
        ),
        (
            "pdf with a script, in digits",
            pdf("[]", stream(in_objects.encode().hex().encode(), objects + "/Filter/ASCIIHexDecode")),
        ),
        (
            "pdf with a script, twice packed",
            pdf(
                "[]",
                stream(zlib.compress(deflated(in_objects)), objects + "/Filter[/FlateDecode/FlateDecode]"),
            ),
        ),
        (
            "pdf with a script, the filter elsewhere",
            pdf("[]", stream(deflated(in_objects), objects + "/Filter 8 0 R")),
        ),
        ("pdf with a script, nothing told", pdf("[]", stream(deflated(in_objects), "/Filter/FlateDecode"))),
        ("pdf that launches", pdf("<</S/Launch/F(cmd.exe)>>")),
        ("pdf with a file", pdf("[]", embedded)),
        ("pdf with named files", pdf("<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>")),
        ("pdf with a film that acts", pdf("<</Subtype/RichMedia>>")),
        ("pdf with a rendition", pdf("<</S/Rendition/JS(1)>>")),
        ("pdf with a form that acts", pdf("<</XFA[(a) 5 0 R]>>")),
        ("pdf that sends a form", pdf("<</S/SubmitForm/F(http://x)>>")),
        ("pdf that goes into a file", pdf("<</S/GoToE/F(x)>>")),
        ("pdf that takes data in", pdf("<</S/ImportData/F(x)>>")),
        (
            "pdf with a bomb of objects",
            pdf("[]", stream(zlib.compress(b"1 0 " + bytes(80 << 20), 9), objects + "/Filter/FlateDecode")),
        ),
    ]


def _bombs() -> list[tuple[str, bytes]]:
    base = [member(name, body) for name, body in office_parts("docx").items()]
    gigabyte = thousandfold(1024)
    shared = by_hand(base)
    at = struct.unpack("<I", shared[-6:-2])[0]
    # Entries that all point to the bytes of the first one.
    entry = b"PK\1\2\x14\0" + struct.pack(
        "<HHHHHIIIHH", 20, 0, 8, 0, 0x21, base[0][3], len(base[0][1]), base[0][2], 1, 0
    )
    entries = b"".join(
        entry + struct.pack("<HHHII", 0, 0, 0, 0, 0) + bytes([97 + letter]) for letter in range(20)
    )
    directory = shared[at:-22] + entries
    count = len(base) + 20
    overlapped = (
        shared[:at]
        + directory
        + b"PK\5\6"
        + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0)
    )
    inner = zipped({f"x{number}.xml": bytes(4 << 20) for number in range(20)})
    nested = office("xlsx")
    for _ in range(5):
        nested = office("docx", {"word/embeddings/o.xlsx": nested})
    parts = [member(name, body) for name, body in office_parts("xlsx").items()]
    bombed = by_hand([*parts, ("xl/media/a.bmp", thousandfold(90), 90 << 20, zlib.crc32(bytes(90 << 20)))])
    far = thousandfold(7)
    spread = [(f"word/media/{number}.bmp", far, 7 << 20, zlib.crc32(bytes(7 << 20))) for number in range(13)]
    return [
        ("docx of a gigabyte", by_hand([*base, ("word/media/a.bmp", gigabyte, 1 << 30, 0)])),
        (
            "docx of a gigabyte that says a thousand",
            by_hand([*base, ("word/media/a.bmp", gigabyte, 1000, 0)]),
        ),
        ("docx of a gigabyte that says nothing", by_hand([*base, ("word/media/a.bmp", gigabyte, 0, 0)])),
        ("docx of many megabytes apart", by_hand([*base, *spread])),
        ("docx with shared bytes", overlapped),
        ("docx of too many members", office("docx", {f"word/x{number}.xml": "" for number in range(2_500)})),
        ("docx with a bomb inside", office("docx", {"word/embeddings/o.bin": inner})),
        ("docx with a bombed workbook inside", office("docx", {"word/embeddings/o.xlsx": bombed})),
        ("docx in docx in docx", nested),
        (
            "docx with a list of a million members",
            by_hand(base)[:-22] + b"PK\1\2" * 50_000 + by_hand(base)[-22:],
        ),
        ("docx with a wrong size", by_hand([*base, ("word/x.xml", b"\3\0", 9, 0)])),
        ("docx with a wrong checksum", by_hand([*base, (*member("word/x.xml", "<x/>")[:3], 1)])),
        ("docx of an unknown packing", _repacked(12)),
        ("jpeg of a million segments", JPEG[:2] + segment(0xFE, b"") * 1_000_000 + JPEG[2:]),
        ("jpeg of a million marks", JPEG[:2] + b"\xff\xd0" * 1_000_000 + JPEG[2:]),
        ("png of a million chunks", PNG[:33] + chunk(b"IDAT", b"") * 1_000_000 + PNG[33:]),
        ("webp of a million chunks", with_riff(WEBP, b"JUNK\0\0\0\0" * 1_000_000 + b"JUNK", b"")),
        ("pdf of a hundred thousand streams", pdf("[]", *[stream(b"")] * 100_001)),
        ("png of ten thousand million pixels", _wide_png(100_000, 100_000)),
        ("png of nought pixels", _wide_png(0, 9)),
        ("jpeg of four thousand million pixels", _wide_jpeg(65_500, 65_500)),
        ("jpeg of nought pixels", _wide_jpeg(0, 9)),
        ("webp of two hundred million pixels", with_riff(_extended(16_000, 16_000), b"JUNK", b"")),
    ]


def _repacked(method: int) -> bytes:
    whole = bytearray(by_hand([member(name, body) for name, body in office_parts("docx").items()]))
    at = struct.unpack("<I", whole[-6:-2])[0]
    whole[at + 10] = method
    return bytes(whole)


def _wide_png(width: int, height: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG[:8] + head + chunk(b"IDAT", zlib.compress(bytes(1 << 16))) + chunk(b"IEND", b"")


def _wide_jpeg(width: int, height: int) -> bytes:
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", height, width) + JPEG[at + 9 :]


def _extended(width: int, height: int) -> bytes:
    told = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    whole = b"VP8X" + struct.pack("<I", 10) + told + WEBP[12:]
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WEBP" + whole


def _broken() -> list[tuple[str, bytes]]:
    whole = {
        "jpeg": JPEG,
        "png": PNG,
        "webp": WEBP,
        "pdf": pdf(),
        "docx": office("docx"),
        "doc": compound(made.DOC),
    }
    halves = [
        (f"half a {kind}", content[: len(content) // 2]) for kind, content in whole.items() if kind != "doc"
    ]
    heads = [(f"the head of a {kind}", content[:12]) for kind, content in whole.items()]
    return [
        *halves,
        *heads,
        ("jpeg without its end", JPEG[:-2]),
        ("jpeg without pixels", b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9"),
        ("png with a wrong checksum", PNG[:40] + b"\0" + PNG[41:]),
        ("png without an end", PNG[:-12]),
        ("png without pixels", PNG[:33] + chunk(b"IEND", b"")),
        ("webp without pixels", b"RIFF\x04\0\0\0WEBP"),
        ("pdf without an end", pdf().replace(b"%%EOF", b"")),
        ("pdf of no version", b"%PDF-x" + pdf()[6:]),
        ("office 97 of nothing", compound(made.DOC)[:512]),
        ("office 97 without a directory", compound(made.DOC)[:8] + bytes(4000)),
        ("zip of nothing", b"PK\5\6" + bytes(18)),
    ]


def _circle() -> bytes:
    """A compound file whose streams never end."""
    whole = bytearray(compound(made.DOC))
    for at in range(512, 1024, 4):
        struct.pack_into("<I", whole, at, 1)
    return bytes(whole)


def _names() -> list[tuple[str, str]]:
    return [
        ("a path", "../../../../etc/cron.d/evil.jpg"),
        ("a path of Windows", "..\\..\\Windows\\System32\\evil.jpg"),
        ("a place", "/etc/passwd"),
        ("a drive", "C:\\autoexec.bat"),
        ("a share", "\\\\server\\share\\照片.exe"),
        ("nul", "照片.php\0.jpg"),
        ("nul, spelt", "照片.php%00.jpg"),
        ("right to left", "总结\u202egpj.exe"),
        ("isolates", "\u2066总结\u2069.\u2067gpj.scr"),
        ("unseen letters", "照\u200b片\ufeff.js\u00ad.jpg"),
        ("controls", "照\x1b[31m片\x07.jpg.hta"),
        ("a header", 'x.jpg"\r\nContent-Type: text/html\r\n\r\n<script>.html'),
        ("markup", "<img src=x onerror=alert(1)>.svg"),
        ("an attribute", "照片.jpg'; filename=x.html"),
        ("two extensions", "照片.jpg.exe"),
        ("two extensions, the other way", "照片.php.jpg"),
        ("many extensions", "照片.pdf.js.vbs.jpg.hta"),
        ("blanks before it", "照片.jpg" + " " * 200 + ".exe"),
        ("a device", "con.jpg.scr"),
        ("hidden", ".htaccess"),
        ("dots", ".."),
        ("dots and blanks", ". . .jpg .exe"),
        ("nothing", ""),
        ("nothing seen", "\u202e\u200b\0"),
        ("very long", "长" * 5_000 + ".exe"),
        ("half a letter", "照片\ud83d.exe"),
        ("a stream", "照片.jpg::$DATA"),
        ("wide dots", "照片．exe.bat"),
        ("a web page", "index.html"),
        ("a script", "照片.js"),
    ]


def files() -> list[Hostile]:
    """All hostile files. What matters is the contents, so the names promise something harmless, and the other way round."""
    groups = (_foreign, _polyglots, _macros, _locked, _acting_pdfs, _bombs, _broken)
    ends = ("jpg", "pdf", "docx", "png", "xls", "wps")
    corpus = [
        Hostile(tries, f"支部材料{at}.{ends[at % len(ends)]}", content)
        for at, (tries, content) in enumerate(pair for group in groups for pair in group())
    ]
    corpus += [Hostile(f"a name: {tries}", name, JPEG, inert=True) for tries, name in _names()]
    corpus.append(Hostile("office 97 in a circle", "总结.doc", _circle(), inert=True))
    acting = with_segment(JPEG, 0xE0, b"*/=alert(1);/*" + bytes(40))
    text = zlib.compress(bytes(64 << 20), 9)
    corpus.append(Hostile("jpeg and javascript", "照片.js", acting, inert=True))
    corpus.append(
        Hostile(
            "png with a bomb of words", "照片.png.exe", with_chunk(PNG, b"zTXt", b"a\0\0" + text), inert=True
        )
    )
    return corpus


Inspect = Callable[[Path, str], Accepted]


def faults_of(inspect: Inspect, hostile: Hostile, folder: Path) -> list[str]:
    """Return what is wrong with how *inspect* meets one hostile file: it must refuse it well, or make it harmless."""
    path = folder / "upload.part"
    path.write_bytes(hostile.content)
    try:
        accepted = inspect(path, hostile.name)
    except Refused as refused:
        return [] if _is_told_well(refused) else [f"{hostile.tries}: refused badly"]
    except Exception as error:
        return [f"{hostile.tries}: crashed by {type(error).__name__}"]
    if not hostile.inert:
        return [f"{hostile.tries}: taken"]
    return [f"{hostile.tries}: {fault}" for fault in name_faults(accepted.name, accepted.kind)]


def _is_told_well(refused: Refused) -> bool:
    return bool(refused.faults) and all(
        fault.sentence.zh != fault.sentence.en
        and len(fault.sentence.zh) > 8
        and "上传" in fault.sentence.zh
        and "upload" in fault.sentence.en
        and not unsafe_in(fault.place.file or "")
        for fault in refused.faults
    )


def unsafe_in(name: str) -> list[str]:
    """Return the characters of a shown name that could mislead an eye, a header or a path."""
    return [
        letter
        for letter in name
        if ord(letter) < 32 or letter in '\x7f/\\<>:"|?*' or not letter.isprintable()
    ]


def name_faults(name: str, kind: Kind) -> list[str]:
    """Return what is wrong with the name under which a file of that kind is handed out."""
    stem, _, ending = name.rpartition(".")
    faults = [] if ending.lower() in kind.extensions else [f"handed out as {name!r}"]
    if unsafe_in(name) or name.startswith(".") or len(name) > 120 or not stem:
        faults.append(f"shown as {name!r}")
    running = {"exe", "js", "php", "hta", "scr", "bat", "html", "svg", "vbs"}
    if stem.rpartition(".")[2].lower() in running:
        faults.append(f"keeps an extension that runs: {name!r}")
    return faults


def careless(path: Path, name: str) -> Accepted:
    """The usual gate, which believes the extension: a checker that lets it pass proves nothing."""
    end = name.rpartition(".")[2].lower()
    kind = next((kind for kind in Kind if end in kind.extensions), None)
    if kind is None:
        raise Refused([])
    return Accepted(kind=kind, name=name, size=path.stat().st_size)
