"""PDF documents looked at without drawing them: whole, not encrypted, with no program and no other file inside.

Nobody's parser is trusted to find what is hidden: names are sought in the bytes as they stand, however they are
escaped, and in every stream of objects.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice

from scoring.texts import Text
from scoring.uploads.refusals import DAMAGED, PASSWORD, SWOLLEN, UNUSUAL, Unfit
from scoring.uploads.tails import check_inert, check_no_archive

_PRINT = Text(
    "请用 PDF 阅读器打开，打印成新的 PDF 后再上传",
    "open it in a PDF reader, print it to a new PDF and upload that",
)
_PROGRAM = Text(
    f"PDF 里有脚本或会自动运行的动作；{_PRINT.zh}",
    f"the PDF holds a script or an action that runs by itself; {_PRINT.en}",
)
_FILES = Text(f"PDF 里夹带了别的文件；{_PRINT.zh}", f"the PDF carries another file inside; {_PRINT.en}")

_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_END_WITHIN = 2048
_STREAMS_MOST = 100_000
_OBJECTS_MOST = 64 * 1024 * 1024
_GUESSED_MOST = 32 * 1024 * 1024
_DICTIONARY = 8192


def _named(*names: str) -> re.Pattern[bytes]:
    """Return the pattern of any of these PDF names, in which each letter may be written as `#` and two digits."""
    firsts = "".join({name[0] for name in names})
    spelt = ("".join(map(_spelt, name)) for name in names)
    return re.compile(rf"/(?=[#{firsts}])(?:{'|'.join(spelt)})(?![A-Za-z#])".encode())


def _spelt(letter: str) -> str:
    digits = "".join(
        f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(letter):02x}"
    )
    return f"(?:{letter}|#{digits})"


_RUNS = _named("JavaScript", "Launch", "RichMedia", "Rendition", "ImportData", "SubmitForm", "GoToE")
_CARRIES = _named("EmbeddedFile", "EmbeddedFiles")
_LOCKS = _named("Encrypt")
_FORM = re.compile(rb"/XFA\s*(?:\[|[0-9]+\s+[0-9]+\s+R)")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_OBJECTS = re.compile(rb"\s*(?:%[^\r\n]*[\r\n]\s*)*[0-9]+\s+[0-9]+[\s<\[(/]")
_OF_OBJECTS = _named("ObjStm", "First")
_ONLY_DEFLATED = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])\s*(?:/|>>)")
_FILTERED = _named("Filter")
_PREDICTED = re.compile(rb"/Predictor\s*(?:[2-9]|1[0-9])")


def check_pdf(content: bytes) -> None:
    """Make sure that the PDF that is *content* may be taken. Raises Unfit."""
    end = content.rfind(b"%%EOF")
    if not _HEAD.match(content) or end < max(len(content) - _END_WITHIN, 0) or b"startxref" not in content:
        raise Unfit(DAMAGED)
    check_inert(content[8:1024])
    check_inert(content[end:])
    check_no_archive(content)
    _check_names(content)
    for objects in _object_streams(content):
        _check_names(objects)


def _check_names(content: bytes) -> None:
    if _LOCKS.search(content):
        raise Unfit(PASSWORD)
    if _RUNS.search(content) or _FORM.search(content):
        raise Unfit(_PROGRAM)
    if _CARRIES.search(content):
        raise Unfit(_FILES)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """Yield what is in the streams of objects.

    One is known by its dictionary; the beginning of one that looks like it is yielded whatever its dictionary says.
    No end of a stream is believed, so that none can be hidden in another.
    """
    left, guessed = _OBJECTS_MOST, 0
    for count, found in enumerate(_STREAM.finditer(content)):
        if count >= _STREAMS_MOST:
            raise Unfit(UNUSUAL)
        start = found.end()
        if not _declared(content[max(found.start() - _DICTIONARY, 0) : found.start()]):
            first = b"".join(islice(_inflated(content, start, 256), 1))
            if guessed < _GUESSED_MOST and _OBJECTS.match(first):
                beginning = b"".join(islice(_inflated(content, start, 1 << 20), 1))
                guessed += len(beginning)
                yield beginning
            continue
        objects = bytearray()
        for piece in _inflated(content, start, 1 << 20):
            left -= len(piece)
            if left < 0:
                raise Unfit(SWOLLEN)
            objects += piece
        yield bytes(objects)


def _declared(before: bytes) -> bool:
    """Say whether the dictionary at the end of *before* is that of a stream of objects. Raises Unfit if it is packed oddly."""
    dictionary = before[max(before.rfind(b" obj"), before.rfind(b"endobj"), 0) :]
    if not _OF_OBJECTS.search(dictionary):
        return False
    if _PREDICTED.search(dictionary) or (
        _FILTERED.search(dictionary) and not _ONLY_DEFLATED.search(dictionary)
    ):
        raise Unfit(UNUSUAL)
    return True


def _inflated(content: bytes, start: int, step: int) -> Iterator[bytes]:
    """Yield what is deflated from *start* on, at most *step* bytes at a time, as far as it is sound."""
    inflate = zlib.decompressobj()
    packed, at = b"", start
    while not inflate.eof:
        if not packed:
            packed = content[at : at + min(4 * step, 1 << 16)]
            at += len(packed)
        if not packed:
            return
        try:
            piece = inflate.decompress(packed, step)
        except zlib.error:
            return
        if piece:
            yield piece
        packed = inflate.unconsumed_tail
