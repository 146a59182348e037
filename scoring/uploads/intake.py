"""The gate that every uploaded file goes through before anything is kept of it."""

from dataclasses import dataclass
from pathlib import Path

from scoring.texts import Text
from scoring.uploads.kinds import Kind
from scoring.uploads.names import clean, name_as
from scoring.uploads.refusals import FileUnfit, Unfit
from scoring.uploads.sniffing import sniff
from scoring.uploads.unpacking import MEGABYTE

FILE_MOST = 20 * MEGABYTE

EMPTY = Text("文件是空的；请检查后重新上传", "the file is empty; check it and upload it again")
BIG = Text(
    f"文件超过 {FILE_MOST // MEGABYTE} MB；请压缩图片或分成几个文件后再上传",
    f"the file is larger than {FILE_MOST // MEGABYTE} MB; make its pictures smaller or split it, and upload that",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A file that may be kept: its kind, the name to show for it, its size in bytes, and what was odd about its name."""

    kind: Kind
    name: str
    size: int
    remarks: tuple[Text, ...] = ()


def inspect(path: Path, name: str) -> Accepted:
    """Return what the uploaded file at *path* is, which its sender called *name*. Raises FileUnfit."""
    shown = clean(name)
    with path.open("rb") as file:
        content = file.read(FILE_MOST + 1)
    if not content:
        raise FileUnfit.of(shown, EMPTY)
    if len(content) > FILE_MOST:
        raise FileUnfit.of(shown, BIG)
    try:
        kind = sniff(content)
    except Unfit as unfit:
        raise FileUnfit.of(shown, unfit.sentence) from None
    kept, remarks = name_as(name, kind)
    return Accepted(kind=kind, name=kept, size=len(content), remarks=remarks)
