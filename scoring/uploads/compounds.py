"""Documents of Office 97 and WPS (compound files): which of the three kinds one is, with no macros, locks or packages.

Names are sought in the whole file as well as in its directory, so that an entry no directory leads to is seen too.
"""

import io
import struct
from collections.abc import Iterator

import olefile

from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import CARRIES, DAMAGED, MACROS, PASSWORD, UNUSUAL, Unfit

COMPOUND_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LEAST = 1536

_MAIN = {
    "worddocument": Kind.DOC,
    "workbook": Kind.XLS,
    "book": Kind.XLS,
    "powerpoint document": Kind.PPT,
}
_MACRO_NAMES = frozenset(
    {"_vba_project_cur", "_vba_project", "vba", "macros", "projectwm", "jsaproject", "jdedata"}
)
_LOCK_NAMES = frozenset({"encryptedpackage", "encryptioninfo", "encryptedsummary", "\x06dataspaces"})
_PACKAGE_NAMES = frozenset({"\x01ole10native", "package"})
_MACRO_BYTES = "_VBA_PROJECT".encode("utf-16-le")
_LOCK_BYTES = "EncryptedPackage".encode("utf-16-le")
_PACKAGE_BYTES = "\x01Ole10Native".encode("utf-16-le")

_WORD_LOCKED = 0x0100
_BOF, _EOF, _FILE_LOCKED, _SHEET = (0x0809, 0x0409, 0x0209, 0x0009), 0x000A, 0x002F, 0x0085
_MACRO_SHEETS = frozenset({1, 6})
_GLOBALS_MOST = 200_000
_USER_LOCKED = 0xF3D1C4DF
_VBA_INFO = struct.pack("<HHI", 0x001F, 0x03FF, 0x14) + struct.pack("<HHI", 0x0002, 0x0400, 0x0C)


def compound_kind(content: bytes) -> Kind:
    """Return the kind of the compound file that is *content*. Raises Unfit if it is of none that is taken, or not safe."""
    names, streams = _opened(content)
    if names & _LOCK_NAMES or _LOCK_BYTES in content:
        raise Unfit(PASSWORD)
    if names & _MACRO_NAMES or _MACRO_BYTES in content:
        raise Unfit(MACROS)
    if names & _PACKAGE_NAMES or _PACKAGE_BYTES in content:
        raise Unfit(CARRIES)
    kinds = {_MAIN[name] for name in streams if name in _MAIN}
    if len(kinds) != 1:
        raise Unfit(UNUSUAL)
    (kind,) = kinds
    match kind:
        case Kind.DOC:
            _check_word(streams["worddocument"])
        case Kind.XLS:
            for name in ("workbook", "book"):
                _check_sheets(streams.get(name, b""))
        case _:
            _check_slides(streams["powerpoint document"], streams.get("current user", b""))
    return kind


def check_embedded(content: bytes) -> None:
    """Make sure that a compound file inside another document carries no macros and no package. Raises Unfit."""
    names, _ = _opened(content)
    if names & _MACRO_NAMES or _MACRO_BYTES in content:
        raise Unfit(MACROS)
    if names & (_PACKAGE_NAMES | _LOCK_NAMES) or _PACKAGE_BYTES in content:
        raise Unfit(CARRIES)


def _opened(content: bytes) -> tuple[set[str], dict[str, bytes]]:
    """Return all names in the file's directory, and the streams at its root that tell its kind, both in lower case."""
    if len(content) < _LEAST:
        raise Unfit(DAMAGED)
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            paths = ole.listdir(streams=True, storages=True)
            names = {name.lower() for path in paths for name in path}
            streams = {
                path[0].lower(): ole.openstream(path).read()
                for path in paths
                if len(path) == 1 and path[0].lower() in {*_MAIN, "current user"}
                if ole.get_type(path) == olefile.STGTY_STREAM
            }
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        struct.error,
        RecursionError,
        MemoryError,
    ):
        raise Unfit(DAMAGED) from None
    return names, streams


def _check_word(document: bytes) -> None:
    if len(document) < 32:
        raise Unfit(DAMAGED)
    if struct.unpack_from("<H", document, 10)[0] & _WORD_LOCKED:
        raise Unfit(PASSWORD)


def _check_sheets(workbook: bytes) -> None:
    """Make sure that a workbook's list of sheets names no macro sheet, and that no password is set."""
    for kind, body in _records(workbook):
        if kind == _FILE_LOCKED:
            raise Unfit(PASSWORD)
        if kind == _SHEET and len(body) > 5 and body[5] in _MACRO_SHEETS:
            raise Unfit(MACROS)


def _records(workbook: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_GLOBALS_MOST):
        if at + 4 > len(workbook):
            return
        kind, length = struct.unpack_from("<HH", workbook, at)
        if at == 0 and kind not in _BOF:
            raise Unfit(DAMAGED)
        yield kind, workbook[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length
    raise Unfit(UNUSUAL)


def _check_slides(document: bytes, user: bytes) -> None:
    if len(user) >= 16 and struct.unpack_from("<I", user, 12)[0] == _USER_LOCKED:
        raise Unfit(PASSWORD)
    at = document.find(_VBA_INFO)
    while at >= 0:
        told = document[at + len(_VBA_INFO) :][4:8]
        if told != b"\0\0\0\0":
            raise Unfit(MACROS)
        at = document.find(_VBA_INFO, at + 1)
