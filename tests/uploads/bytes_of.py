"""Files made byte by byte: zips, compound files, PDFs and images that no program would write, and ones it would."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image

FORM = "application/vnd.openxmlformats-officedocument."
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAINS = {
    "docx": ("word/document.xml", f"{FORM}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{FORM}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{FORM}presentationml.presentation.main+xml"),
}


def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    """Relations as (kind, target, mode)."""
    told = "".join(
        f'<Relationship Id="r{at}" Type="{OFFICE}/{kind}" Target="{target}"{mode and f" TargetMode={chr(34)}{mode}{chr(34)}"}/>'
        for at, (kind, target, mode) in enumerate(entries)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{told}</Relationships>'


def office_parts(
    kind: str, main_type: str = "", types: Mapping[str, str] | None = None
) -> dict[str, bytes | str]:
    """The parts of a document of that kind, its main part of *main_type*, with further typed parts."""
    main, usual = MAINS[kind]
    overrides = {f"/{main}": main_type or usual} | dict(types or {})
    told = "".join(f'<Override PartName="{part}" ContentType="{of}"/>' for part, of in overrides.items())
    return {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{told}</Types>',
        "_rels/.rels": relations(("officeDocument", main, "")),
        main: "<document><body>支部主题党日</body></document>",
    }


def office(
    kind: str, more: Mapping[str, bytes | str] | None = None, main_type: str = "", **types: str
) -> bytes:
    """A document of that kind with *more* parts; *types* are the types of parts, __ standing for /."""
    typed = {f"/{part.replace('__', '/')}": of for part, of in types.items()}
    return zipped(office_parts(kind, main_type, typed) | dict(more or {}))


def thousandfold(megabytes: int) -> bytes:
    """The deflated form of so many megabytes of zeros, without making them."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = pack.compress(bytes(1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + pack.flush()


def by_hand(members: Sequence[tuple[str, bytes, int, int]], flags: int = 0, before: bytes = b"") -> bytes:
    """A zip of members as (name, deflated bytes, size told, checksum told)."""
    out, directory = bytearray(before), bytearray()
    for name, packed, size, crc in members:
        told = name.encode()
        common = struct.pack("<HHHHHIIIHH", 20, flags, 8, 0, 0x21, crc, len(packed), size, len(told), 0)
        directory += b"PK\1\2\x14\0" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + told
        out += b"PK\3\4" + common + told + packed
    tail = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(out), 0)
    return bytes(out + directory) + tail


def member(name: str, content: bytes | str) -> tuple[str, bytes, int, int]:
    raw = content.encode() if isinstance(content, str) else content
    pack = zlib.compressobj(6, zlib.DEFLATED, -15)
    return name, pack.compress(raw) + pack.flush(), len(raw), zlib.crc32(raw)


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (Office 97, WPS) of these streams; `Folder/Stream` stands in a folder. Streams fill up 4,096 bytes."""
    names: list[str] = []
    for path in streams:
        parts = path.split("/")
        names += [name for at in range(len(parts)) if (name := "/".join(parts[: at + 1])) not in names]
    contents = {
        path: body + bytes(-len(body) % 512 + (4096 if len(body) < 4096 else 0))
        for path, body in streams.items()
    }
    free, end, fat_sector, none = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    directory_sectors = -(-(len(names) + 1) // 4)
    data_sectors = sum(len(body) // 512 for body in contents.values())
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + data_sectors:
        fat_sectors += 1
    assert fat_sectors <= 109
    fat = [fat_sector] * fat_sectors
    fat += [len(fat) + at + 1 for at in range(directory_sectors - 1)] + [end]
    starts, data = {}, b""
    for path, body in contents.items():
        starts[path] = len(fat)
        fat += [len(fat) + at + 1 for at in range(len(body) // 512 - 1)] + [end]
        data += body
    fat += [free] * (fat_sectors * 128 - len(fat))

    def entry(name: str, kind: int, right: int, child: int, *, start: int, size: int) -> bytes:
        told = name.encode("utf-16-le")
        return (
            told.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(told) + 2, kind, 1, none, right, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    def children(folder: str) -> list[int]:
        return [at + 1 for at, name in enumerate(names) if name.rpartition("/")[0] == folder]

    def first(folder: str) -> int:
        return next(iter(children(folder)), none)

    entries = [entry("Root Entry", 5, none, first(""), start=end, size=0)]
    for at, name in enumerate(names, 1):
        after = [sibling for sibling in children(name.rpartition("/")[0]) if sibling > at]
        right = after[0] if after else none
        if name in contents:
            entries.append(
                entry(name.rpartition("/")[2], 2, right, none, start=starts[name], size=len(contents[name]))
            )
        else:
            entries.append(entry(name.rpartition("/")[2], 1, right, first(name), start=0, size=0))
    entries += [bytes(68) + struct.pack("<III", none, none, none) + bytes(48)] * (
        directory_sectors * 4 - len(entries)
    )
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", *range(fat_sectors), *[free] * (109 - fat_sectors))
    return head + struct.pack(f"<{len(fat)}I", *fat) + b"".join(entries) + data


def word(flags: int = 0) -> bytes:
    return struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x804, 0, flags) + "支部委员会会议记录".encode("utf-16-le")


def sheets(*records: tuple[int, bytes]) -> bytes:
    """A workbook's globals: its beginning, these records, its end."""
    whole = ((0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), *records, (0x0A, b""))
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in whole)


def sheet(kind: int = 0) -> tuple[int, bytes]:
    return 0x85, struct.pack("<IBB", 0, 0, kind) + b"\x06\0Sheet1"


def user(token: int = 0xE391C05F) -> bytes:
    return struct.pack("<HHIII", 0, 0x0FF6, 20, 20, token)


DOC = {"WordDocument": word(), "1Table": b"\1"}
XLS = {"Workbook": sheets(sheet())}
PPT = {"PowerPoint Document": b"\x0f\0\xe8\3", "Current User": user()}


def pdf(*objects: bytes | str, trailer: str = "", head: bytes = b"%PDF-1.7\n") -> bytes:
    """A PDF of one empty page, whose first object is the catalogue, with more objects from number 4 on."""
    usual = (
        "<</Type/Catalog/Pages 2 0 R/Names 9 0 R/OpenAction 4 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    out, places = bytearray(head), []
    for number, body in enumerate((*usual, *(objects or ("[3 0 R/Fit]",))), 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<</Size {len(places) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def stream(content: bytes, dictionary: str = "") -> bytes:
    return f"<<{dictionary}/Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream"


def deflated(text: str) -> bytes:
    return zlib.compress(text.encode())


def photo(
    kind: str = "JPEG", size: tuple[int, int] = (320, 240), mode: str = "RGB", **options: object
) -> bytes:
    """A picture that is not all of one colour."""
    out = io.BytesIO()
    gradient = Image.linear_gradient("L").resize(size).convert("RGB")
    gradient.putpixel((0, 0), (255, 0, 0))
    gradient.convert(mode).save(out, kind, **options)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment right after its beginning."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk after its first."""
    return png[:33] + chunk(name, body) + png[33:]


def with_riff(webp: bytes, name: bytes, body: bytes) -> bytes:
    """A WebP with one more chunk at its end."""
    whole = webp[12:] + name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WEBP" + whole


def phone_exif(taken: str = "2026:03:05 14:30:00", zone: str = "") -> Image.Exif:
    """What a phone writes: turned a quarter, when, and where."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "HUAWEI"
    details = exif.get_ifd(0x8769)
    details[0x9003] = taken
    if zone:
        details[0x9011] = zone
    where = exif.get_ifd(0x8825)
    where.update({1: "N", 2: (30.0, 15.0, 1.0), 3: "E", 4: (120.0, 9.0, 2.0)})
    return exif
