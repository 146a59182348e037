"""What must not hang on to a file that is whole without it, nor hide in what it says about itself."""

import re
import struct

from scoring.uploads.refusals import CARRIES, Unfit

_END_MOST = 0xFFFF + 22
# A phone may append a film of ten million bytes to a photograph: what is looked for must be too long to be chance.
_ACTIVE = re.compile(
    rb"<(?:!doctype|html|head|body|script|iframe|object|embed|hta:\w+|\?php)[\s>\"'/]", re.IGNORECASE
)
_FOREIGN = re.compile(
    rb"%PDF-[12]|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02][\x01\x02]|This program cannot be run"
)


def check_no_archive(content: bytes) -> None:
    """Make sure that no program for archives would find a zip at the end of *content*. Raises Unfit."""
    start = max(len(content) - _END_MOST, 0)
    at = content.rfind(b"PK\x05\x06", start)
    while at >= 0:
        record = content[at : at + 22]
        if len(record) == 22 and _has_directory(content, at, record):
            raise Unfit(CARRIES)
        at = content.rfind(b"PK\x05\x06", start, at)


def check_inert(words: bytes) -> None:
    """Make sure that *words*, which no viewer shows, hold nothing that another program would run. Raises Unfit."""
    if _ACTIVE.search(words) or _FOREIGN.search(words):
        raise Unfit(CARRIES)


def _has_directory(content: bytes, at: int, record: bytes) -> bool:
    size = struct.unpack("<I", record[12:16])[0]
    start = max(at - size, 0)
    return size > 0 and content[start : start + 4] == b"PK\x01\x02"
