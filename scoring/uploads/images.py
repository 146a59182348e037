"""Photographs and other images looked at without decoding them: whole, of a bearable size, with nothing inside.

Only the frame is walked (JPEG's segments, PNG's and WebP's chunks); what it costs does not depend on the pixels.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scoring.texts import Text
from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import DAMAGED, UNUSUAL, Unfit
from scoring.uploads.tails import check_inert, check_no_archive

PIXELS_MOST = 60_000_000
PNG_HEAD = b"\x89PNG\r\n\x1a\n"

_MANY = Text(
    f"图片超过 {PIXELS_MOST // 10_000:,} 万像素；请缩小后再上传",
    f"the image has more than {PIXELS_MOST // 1_000_000} million pixels; make it smaller and upload that",
)
_PARTS_MOST = 50_000
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FILL = re.compile(rb"\xff+")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN, _STOP, _APP_1 = 0xDA, 0xD9, 0xE1
_EXIF = b"Exif\0\0"
_PIXEL_CHUNKS = frozenset({b"IDAT", b"fdAT", b"VP8 ", b"VP8L", b"ALPH", b"ANMF"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image's size in pixels and what is said in it about the photograph (EXIF, b'' where nothing is)."""

    width: int
    height: int
    exif: bytes


def look_at(content: bytes, kind: Kind) -> Image:
    """Return what is known of the image of that kind without decoding it. Raises Unfit."""
    parts = {Kind.JPEG: _segments, Kind.PNG: _png_chunks, Kind.WEBP: _webp_chunks}[kind]
    width = height = end = 0
    exif = b""
    try:
        for count, part in enumerate(parts(content)):
            if count >= _PARTS_MOST:
                raise Unfit(UNUSUAL)
            end = part.end
            width, height = max(width, part.size[0]), max(height, part.size[1])
            exif = exif or part.exif
            check_inert(part.words)
    except (struct.error, IndexError):
        raise Unfit(DAMAGED) from None
    if not width or not height:
        raise Unfit(DAMAGED)
    if width * height > PIXELS_MOST:
        raise Unfit(_MANY)
    check_inert(content[end:])
    check_no_archive(content)
    return Image(width=width, height=height, exif=exif)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A stretch of an image: where it ends, the size it tells, and its words where it holds no pixels."""

    end: int
    size: tuple[int, int] = (0, 0)
    exif: bytes = b""
    words: bytes = b""


def _segments(content: bytes) -> Iterator[_Part]:
    """Yield a JPEG's segments up to its end mark."""
    at, scanned = 2, False
    while True:
        if content[at] != 0xFF:
            raise Unfit(DAMAGED)
        filled = _FILL.match(content, at)
        assert filled is not None, "there is one at least"
        marker, at = content[filled.end()], filled.end() + 1
        if marker in _ALONE:
            yield _Part(end=at)
            continue
        if marker == _STOP:
            if not scanned:
                raise Unfit(DAMAGED)
            yield _Part(end=at)
            return
        body, at = _segment_body(content, at)
        yield _segment(marker, body, at)
        if marker == _SCAN:
            scanned = True
            found = _NEXT_MARKER.search(content, at)
            if found is None:
                raise Unfit(DAMAGED)
            at = found.start()


def _segment_body(content: bytes, at: int) -> tuple[bytes, int]:
    length = struct.unpack_from(">H", content, at)[0]
    if length < 2 or at + length > len(content):
        raise Unfit(DAMAGED)
    return content[at + 2 : at + length], at + length


def _segment(marker: int, body: bytes, end: int) -> _Part:
    if marker in _FRAMES:
        height, width = struct.unpack_from(">HH", body, 1)
        if not height:  # told only after the pixels, as no camera does
            raise Unfit(UNUSUAL)
        return _Part(end=end, size=(width, height))
    exif = body[len(_EXIF) :] if marker == _APP_1 and body.startswith(_EXIF) else b""
    return _Part(end=end, exif=exif, words=body)


def _png_chunks(content: bytes) -> Iterator[_Part]:
    """Yield a PNG's chunks up to its end mark, each with its checksum looked at."""
    at, first, drawn = len(PNG_HEAD), True, False
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        body = memoryview(content)[at + 8 : end - 4]
        if end > len(content) or first != (name == b"IHDR"):
            raise Unfit(DAMAGED)
        if zlib.crc32(body, zlib.crc32(name)) != struct.unpack_from(">I", content, end - 4)[0]:
            raise Unfit(DAMAGED)
        at, first, drawn = end, False, drawn or name == b"IDAT"
        if name == b"IHDR":
            yield _Part(end=end, size=struct.unpack_from(">II", body))
        elif name in _PIXEL_CHUNKS:
            yield _Part(end=end)
        else:
            yield _Part(end=end, words=bytes(body), exif=bytes(body) if name == b"eXIf" else b"")
        if name == b"IEND":
            if not drawn:
                raise Unfit(DAMAGED)
            return


def _webp_chunks(content: bytes) -> Iterator[_Part]:
    """Yield a WebP's chunks up to the size that its head tells."""
    end, at, drawn = struct.unpack_from("<I", content, 4)[0] + 8, 12, False
    if end > len(content):
        raise Unfit(DAMAGED)
    while at < end:
        name, length = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if len(body) != length or at > end + 1:
            raise Unfit(DAMAGED)
        drawn = drawn or name in {b"VP8 ", b"VP8L", b"ANMF"}
        if name in _PIXEL_CHUNKS or name == b"VP8X":
            yield _Part(end=at, size=_webp_size(name, body))
        else:
            yield _Part(end=at, words=body, exif=body.removeprefix(_EXIF) if name == b"EXIF" else b"")
    if not drawn:
        raise Unfit(DAMAGED)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    match name:
        case b"VP8X":
            return _number(body, 4) + 1, _number(body, 7) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", body, 6)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = struct.unpack_from("<I", body, 1)[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"ANMF":
            return _number(body, 6) + 1, _number(body, 9) + 1
        case _:
            return 0, 0


def _number(body: bytes, at: int) -> int:
    """Return the number in the three bytes at *at*."""
    low, high = struct.unpack_from("<HB", body, at)
    return int(high << 16 | low)
