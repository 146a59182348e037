"""A bundle: an edition as one file, a ZIP that anybody can open and that is the same bytes on every machine.

Members are stored as they are, in one order, with one date and the same attributes, and nothing stands before,
between or after them. So a bundle that says the same is the same file, and what is not is named.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scoring.edition import MANIFEST, Edition, members
from scoring.errors import Fault, Place, Refused
from scoring.records import shown
from scoring.texts import Text
from scoring.witness import WITNESS

LARGEST = 128 * 2**20
"""How many bytes a bundle may have: ten times those of the largest county."""

MOST_MEMBERS = 200

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UNIX, _UTF8 = 20, 3, 0x800
_DATE = 1 << 5 | 1
"""1 January 1980, the first day a ZIP knows."""
_ATTRIBUTES = 0o100644 << 16
_LONGEST_NAME = 200


class BundleRefused(Refused):
    """A bundle is not what the service wrote, or not the edition it should be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The members of a bundle by name, in order, and the faults of those whose bytes do not fit their checksum."""

    members: dict[str, bytes]
    damaged: tuple[Fault, ...]


def pack(edition: Edition, witness: bytes | None = None) -> bytes:
    """Return *edition* as a bundle: the same bytes for the same edition and witness.

    *witness* is the edition's place in the chain, None where there was no chain. Raises BundleRefused above the largest
    size.
    """
    found = members(edition)
    if witness is not None:
        found = {MANIFEST: found.pop(MANIFEST)} | dict(sorted([(WITNESS, witness), *found.items()]))
    content = packed(found)
    if len(content) > LARGEST:
        raise _refused(
            f"版本超过 {LARGEST >> 20} MB，不能导出", f"the edition is larger than {LARGEST >> 20} MB"
        )
    return content


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return the archive of those members, in their order."""
    chunks: list[bytes] = []
    for name, content in contents.items():
        chunks += [_local(name, content), content]
    return b"".join([*chunks, _directory(contents)])


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the members of the bundle in *content* by name, in order: packing them again gives the same bytes.

    Raises BundleRefused, naming the member or the archive itself.
    """
    opened = open_bundle(content)
    if opened.damaged:
        raise BundleRefused(opened.damaged)
    return opened.members


def open_bundle(content: bytes) -> Opened:
    """Return what `unpack` does, telling of members that do not fit their checksum instead of refusing them."""
    if len(content) > LARGEST:
        raise _refused(
            f"压缩包本身超过 {LARGEST >> 20} MB，不会是版本文件",
            f"the archive itself is larger than {LARGEST >> 20} MB, which no bundle is",
        )
    if not content.startswith(b"PK\x03\x04"):
        raise _refused("压缩包本身不是版本文件（ZIP）", "the archive itself is no bundle (ZIP)")
    found: dict[str, bytes] = {}
    damaged: list[Fault] = []
    at = 0
    while content[at : at + 4] == b"PK\x03\x04":
        header = _Header(content, at, last=next(reversed(found), None))
        if header.name in found or len(found) == MOST_MEMBERS:
            raise _refused("出现两次，或文件过多", "stands there twice, or is one too many", header.name)
        own = found[header.name] = header.content()
        damaged += header.damage(own)
        at = header.end
    _check_order(tuple(found))
    _check_directory(content, at, found, damaged)
    return Opened(found, tuple(damaged))


class _Header:
    """The header of one member, which must be the one `packed` writes before that name and content."""

    def __init__(self, content: bytes, at: int, last: str | None) -> None:
        """Read the header at that place, after the member *last*. Raises BundleRefused."""
        after = f"{shown(last)} 之后" if last else "开头"
        after_en = f"after {shown(last)}" if last else "at its start"
        if at + _LOCAL.size > len(content):
            raise _refused(f"压缩包本身在{after}中断", f"the archive itself breaks off {after_en}")
        self._given = content[at : at + _LOCAL.size]
        _, _, flags, method, _, _, self._crc, size, full, name_size, extra = _LOCAL.unpack(self._given)
        start = at + _LOCAL.size + name_size
        raw = content[at + _LOCAL.size : start]
        try:
            self.name = raw.decode()
        except UnicodeDecodeError:
            self.name = ""
        if not self.name or len(raw) > _LONGEST_NAME or not self.name.isprintable():
            raise _refused(
                f"压缩包本身在{after}有一个文件，名称不成文字",
                f"the archive itself holds a member {after_en} whose name is no text",
            )
        if method or flags & 0x9 or extra:
            raise _refused(
                "经过压缩、加密或另行打包；请使用导出的原文件",
                "is compressed, encrypted or packed by another program; take the file as it was exported",
                self.name,
            )
        self.end = start + size
        if size != full or self.end > len(content):
            raise _refused("长度不符，文件不完整", "is not of the length it should be", self.name)
        self._content, self._start = content, start

    def content(self) -> bytes:
        """Return the member's bytes."""
        return self._content[self._start : self.end]

    def damage(self, own: bytes) -> list[Fault]:
        """Return the fault of a member that does not fit its checksum. Raises BundleRefused where the header differs."""
        crc = zlib.crc32(own)
        if _local(self.name, own, self._crc)[: _LOCAL.size] != self._given:
            raise _refused("文件头被改动", "has a header that was changed", self.name)
        if crc == self._crc:
            return []
        sentence = Text(
            "内容与校验和不符，文件已损坏或被改动",
            "does not fit its checksum: the file is damaged or was changed",
        )
        return [Fault(place=Place(file=shown(self.name)), sentence=sentence)]


def _check_order(names: Sequence[str]) -> None:
    """Raise BundleRefused unless the manifest comes first, then the others in order of code point."""
    if names[0] != MANIFEST:
        raise _refused("应是第一个文件", "must come first", MANIFEST)
    for one, other in pairwise(names[1:]):
        if one >= other:
            raise _refused("没有按名称排列", "does not stand in order of name", other)


def _check_directory(content: bytes, at: int, found: Mapping[str, bytes], damaged: Sequence[Fault]) -> None:
    """Raise BundleRefused unless what follows the members is exactly their directory."""
    given, expected = content[at:], _directory(found)
    if given == expected or (damaged and _without_checksums(given) == _without_checksums(expected)):
        return
    if given.startswith(expected):
        raise _refused("压缩包本身末尾有多余内容", "the archive itself holds something after its end")
    if not given.startswith(b"PK\x01\x02"):
        last = shown([*found][-1])
        raise _refused(
            f"压缩包本身在 {last} 之后损坏、中断或夹有别的内容",
            f"the archive itself is damaged or breaks off after {last}, or holds something else there",
        )
    raise _refused(
        "压缩包本身的目录与其中的文件不符", "the archive itself has a directory that does not fit its members"
    )


def _without_checksums(directory: bytes) -> bytes:
    """Return *directory* with every checksum of a member left out."""
    at, kept = 0, []
    while directory[at : at + 4] == b"PK\x01\x02" and at + _CENTRAL.size <= len(directory):
        size = _CENTRAL.size + int.from_bytes(directory[at + 28 : at + 30], "little")
        kept += [directory[at : at + 16], directory[at + 20 : at + size]]
        at += size
    return b"".join([*kept, directory[at:]])


def _local(name: str, content: bytes, crc: int | None = None) -> bytes:
    """Return the header before a member; *crc* stands for its checksum where given."""
    crc = zlib.crc32(content) if crc is None else crc
    raw = name.encode()
    head = _LOCAL.pack(
        b"PK\x03\x04", _VERSION, _UTF8, 0, 0, _DATE, crc, len(content), len(content), len(raw), 0
    )
    return head + raw


def _directory(contents: Mapping[str, bytes]) -> bytes:
    """Return what follows the members: an entry for each, and the end of the archive."""
    entries, at = [], 0
    for name, content in contents.items():
        raw = name.encode()
        entry = _CENTRAL.pack(
            b"PK\x01\x02",
            _UNIX << 8 | _VERSION,
            _VERSION,
            _UTF8,
            0,
            0,
            _DATE,
            zlib.crc32(content),
            len(content),
            len(content),
            len(raw),
            0,
            0,
            0,
            0,
            _ATTRIBUTES,
            at,
        )
        entries.append(entry + raw)
        at += _LOCAL.size + len(raw) + len(content)
    whole = b"".join(entries)
    count = len(entries)
    return whole + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(whole), at, 0)


def _refused(zh: str, en: str, name: str | None = None) -> BundleRefused:
    place = Place(file=None if name is None else shown(name))
    return BundleRefused([Fault(place=place, sentence=Text(zh, en))])
