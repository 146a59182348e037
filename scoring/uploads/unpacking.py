"""A zip unpacked piece by piece and counted for real, before anyone parses what is in it.

Nothing a zip says of itself is believed: sizes and checksums are those of the bytes that came out. Of the contents
no more than a piece at a time is held.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from scoring.errors import ScoringError

MEGABYTE = 1024 * 1024
_DIRECTORY_MOST = MEGABYTE
_END, _END_64, _LOCATOR = 22, 56, 20
_STEP = 64 * 1024
_ENCRYPTED, _DESCRIBED, _UTF_8 = 0x41, 0x08, 0x800
_DESCRIPTORS = (0, 12, 16, 20, 24)
"""How long the sizes may be that follow a member's bytes, where they were not known before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a zip may hold: bytes in all, members, and how many bytes may come out of one.

    The ratio is asked of what is larger than *ratio_from* bytes, of each member and of all together.
    """

    unpacked: int = 100 * MEGABYTE
    members: int = 2_000
    ratio: int = 100
    ratio_from: int = 8 * MEGABYTE


class ZipFlaw(StrEnum):
    """Why a zip is not unpacked."""

    DAMAGED = "damaged"
    UNUSUAL = "unusual"
    ENCRYPTED = "encrypted"
    SWOLLEN = "swollen"


class ZipUnfit(ScoringError):
    """A zip cannot be unpacked safely."""

    def __init__(self, flaw: ZipFlaw) -> None:
        self.flaw = flaw
        super().__init__(f"the zip is {flaw}")


def check_zip(path: Path, limits: Limits) -> None:
    """Unpack the zip at *path* to nowhere, so that its true size is known. Raises ZipUnfit."""
    with path.open("rb") as file:
        Zip(file, limits).count()


class Zip:
    """The members of a zip by name. Raises ZipUnfit when it is made and whenever its bytes are not what they should be."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._end = file.seek(0, 2)
        self._directory = _check_directory(file, self._end)
        try:
            with zipfile.ZipFile(file) as archive:
                self._members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error):
            raise ZipUnfit(ZipFlaw.DAMAGED) from None
        packed = sum(member.compress_size for member in self._members)
        if len(self._members) > limits.members or packed > self._end:
            raise ZipUnfit(ZipFlaw.UNUSUAL)
        if any(member.flag_bits & _ENCRYPTED for member in self._members):
            raise ZipUnfit(ZipFlaw.ENCRYPTED)
        self._by_name = {member.filename: member for member in self._members}

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names in the order of the directory; one may stand there twice."""
        return tuple(member.filename for member in self._members)

    def count(self) -> int:
        """Return how many bytes all members have together, having seen every one of them."""
        total, limits = 0, self._limits
        most = min(limits.unpacked, max(limits.ratio_from, limits.ratio * self._end))
        for member in self._members:
            for piece in self._checked(member, most - total):
                total += len(piece)
        return total

    def part(self, name: str, most: int) -> bytes:
        """Return the bytes of the member called *name*, which there must be, if they are not more than *most*."""
        content = bytearray()
        for piece in self._checked(self._by_name[name], most):
            content += piece
        return bytes(content)

    def head(self, name: str) -> bytes:
        """Return the first few bytes of the member called *name*, which there must be."""
        return next(self._pieces(self._by_name[name]), b"")

    def check_layout(self) -> None:
        """Make sure that the members fill the file from its first byte to the directory, and each is named once.

        Office programs write so. Where something else stands between, or members share bytes, two programs may
        see two different files in this one.
        """
        if len({name.replace("\\", "/").lstrip("/").lower() for name in self.names}) != len(self.names):
            raise ZipUnfit(ZipFlaw.UNUSUAL)
        ordered = sorted(self._members, key=lambda member: member.header_offset)
        spans = [(member.header_offset, self._start(member) + member.compress_size) for member in ordered]
        if not spans or spans[0][0] != 0:
            raise ZipUnfit(ZipFlaw.UNUSUAL)
        for member, ((_, stop), (start, _)) in zip(
            ordered, pairwise([*spans, (self._directory, 0)]), strict=True
        ):
            described = _DESCRIPTORS if member.flag_bits & _DESCRIBED else (0,)
            if start - stop not in described or not self._named_alike(member):
                raise ZipUnfit(ZipFlaw.UNUSUAL)

    def _checked(self, member: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
        """Yield the member piece by piece. Its end, length and checksum must be what the directory says."""
        size = crc = 0
        limits = self._limits
        for piece in self._pieces(member):
            size += len(piece)
            if size > most or (size > limits.ratio_from and size > limits.ratio * member.compress_size):
                raise ZipUnfit(ZipFlaw.SWOLLEN)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != member.file_size or crc != member.CRC:
            raise ZipUnfit(ZipFlaw.DAMAGED)

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        start = self._start(member)
        stop = start + member.compress_size
        if stop > self._end:
            raise ZipUnfit(ZipFlaw.DAMAGED)
        inflate = (
            zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
        )
        if inflate is None and member.compress_type != zipfile.ZIP_STORED:
            raise ZipUnfit(ZipFlaw.UNUSUAL)
        for at in range(start, stop, _STEP):
            self._file.seek(at)
            packed = self._file.read(min(_STEP, stop - at))
            if inflate is None:
                yield packed
                continue
            try:
                while packed:
                    yield inflate.decompress(packed, MEGABYTE)
                    packed = inflate.unconsumed_tail
            except zlib.error:
                raise ZipUnfit(ZipFlaw.DAMAGED) from None
        if inflate is not None:
            while not inflate.eof and (rest := inflate.decompress(b"", MEGABYTE)):
                yield rest
            if not inflate.eof or inflate.unused_data:
                raise ZipUnfit(ZipFlaw.DAMAGED)

    def _start(self, member: zipfile.ZipInfo) -> int:
        """Return where the member's packed bytes begin."""
        self._file.seek(member.header_offset)
        header = self._file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise ZipUnfit(ZipFlaw.DAMAGED)
        name, extra = struct.unpack("<HH", header[26:])
        return member.header_offset + 30 + int(name) + int(extra)

    def _named_alike(self, member: zipfile.ZipInfo) -> bool:
        """Say whether the member has the same name before its bytes as in the directory."""
        self._file.seek(member.header_offset + 26)
        length, _ = struct.unpack("<HH", self._file.read(4))
        name = self._file.read(length)
        coding = "utf-8" if member.flag_bits & _UTF_8 else "cp437"
        return bool(name == member.orig_filename.encode(coding, "replace"))


def _check_directory(file: BinaryIO, end: int) -> int:
    """Return where the directory at the end of a zip begins, once it is known to be of a size that may be read.

    It must stand right before the record of the end, and begin where that record says: nothing is put before the zip.
    """
    file.seek(max(end - _END - _LOCATOR, 0))
    tail = file.read()
    record = tail[-_END:]
    if len(record) < _END or record[:4] != b"PK\x05\x06" or record[20:] != b"\0\0":
        raise ZipUnfit(ZipFlaw.UNUSUAL if b"PK\x05\x06" in _last(file, end) else ZipFlaw.DAMAGED)
    (size, at), stop = struct.unpack("<II", record[12:20]), end - _END
    if tail[-_END - _LOCATOR :].startswith(b"PK\x06\x07"):
        stop -= _LOCATOR + _END_64
        file.seek(max(stop, 0))
        record = file.read(_END_64)
        if len(record) < _END_64 or record[:4] != b"PK\x06\x06":
            raise ZipUnfit(ZipFlaw.UNUSUAL)
        size, at = struct.unpack("<QQ", record[40:])
    if size > _DIRECTORY_MOST or at != stop - size:
        raise ZipUnfit(ZipFlaw.DAMAGED if at + size > stop else ZipFlaw.UNUSUAL)
    return int(at)


def _last(file: BinaryIO, end: int) -> bytes:
    """Return the stretch of a zip in which the record of its end must stand, were it followed by a comment."""
    file.seek(max(end - _END - 0xFFFF, 0))
    return file.read()
