"""Uploaded files in a folder by their SHA-256: written, and on the disk for good, before anything names them.

`<folder>/ab/cd/<sha256>` holds a file, `<folder>/previews/` what was drawn of it, `<folder>/incoming/` what is still
coming in. No name that anyone gave ever becomes a path.
"""

import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scoring.errors import Fault, Place, Refused
from scoring.texts import Text
from scoring.uploads.intake import BIG, FILE_MOST
from scoring.uploads.refusals import FileUnfit

_STEP = 256 * 1024
_DAY = 24 * 60 * 60
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileLost(Refused):
    """A file that something names is not in the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that came in and is not kept yet: its digest, its size in bytes, and where it lies meanwhile."""

    sha256: str
    size: int
    path: Path


class Files:
    """The files of one county. Its folder is made where there is none; what came in days ago and was never kept goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._previews = folder / "previews"
        for made in (self._incoming, self._previews):
            made.mkdir(mode=0o750, parents=True, exist_ok=True)
        _settle(folder.parent)
        _settle(folder)
        self._clear()

    def take(self, stream: BinaryIO, name: str | None = None) -> Taken:
        """Return the file that *stream* brings, written down while it is hashed. Raises FileUnfit past 20 MB.

        It must be kept or dropped. *name* is only for the refusal, and clean.
        """
        digest, size = hashlib.sha256(), 0
        path = self._incoming / f"{secrets.token_hex(16)}.part"
        try:
            with path.open("xb") as file:
                for piece in _pieces(stream, name):
                    size += len(piece)
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Taken(sha256=digest.hexdigest(), size=size, path=path)

    def keep(self, taken: Taken) -> Path:
        """Return where the file now lies for good. What was kept before stays as it is, unless its size is wrong.

        When this returns, file and folders are on the disk: a row may name it.
        """
        path = self._path(taken.sha256)
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o750, exist_ok=True)
        if path.is_file() and path.stat().st_size == taken.size:
            taken.path.unlink(missing_ok=True)
        else:
            taken.path.chmod(0o440)
            taken.path.replace(path)
        _settle(path)
        for folder in (path.parent, path.parent.parent, self._folder):
            _settle(folder)
        return path

    def drop(self, taken: Taken) -> None:
        """Forget a file that came in and is not to be kept."""
        taken.path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the file of that digest lies. Raises FileLost where it does not."""
        path = self._path(sha256)
        if not path.is_file():
            raise FileLost([Fault(place=Place(), sentence=_lost(sha256))])
        return path

    def open(self, sha256: str) -> BinaryIO:
        """Return the file of that digest, open for reading. Raises FileLost where there is none."""
        return self.path(sha256).open("rb")

    def check(self, sha256: str) -> bool:
        """Say whether the file of that digest is there and still has it: all of it is read."""
        try:
            with self._path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def keep_preview(self, sha256: str, drawn: bytes) -> None:
        """Keep what was drawn of a file. It is a convenience and proves nothing."""
        draft = self._incoming / f"{secrets.token_hex(16)}.part"
        try:
            draft.write_bytes(drawn)
            draft.replace(self._preview_path(sha256))
        finally:
            draft.unlink(missing_ok=True)

    def preview(self, sha256: str) -> bytes | None:
        """Return what was drawn of the file of that digest, None where nothing was kept."""
        try:
            return self._preview_path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, sha256: str) -> Path:
        return self._folder / _digest(sha256)[:2] / sha256[2:4] / sha256

    def _preview_path(self, sha256: str) -> Path:
        return self._previews / f"{_digest(sha256)}.webp"

    def _clear(self) -> None:
        """Remove what was left by uploads that broke off more than a day ago."""
        for left in self._incoming.glob("*.part"):
            try:
                if left.lstat().st_mtime < time.time() - _DAY:
                    left.unlink()
            except FileNotFoundError:
                continue


def _pieces(stream: BinaryIO, name: str | None) -> Iterator[bytes]:
    """Yield what *stream* brings piece by piece. Raises FileUnfit once it is more than a file may hold."""
    size = 0
    while piece := stream.read(_STEP):
        size += len(piece)
        if size > FILE_MOST:
            raise FileUnfit.of(name, BIG)
        yield piece


def _digest(sha256: str) -> str:
    """Return *sha256* if it is the digest that a path may be made of. Raises ValueError."""
    if _DIGEST.fullmatch(sha256) is None:
        raise ValueError("a file is named by 64 hexadecimal digits")
    return sha256


def _lost(sha256: str) -> Text:
    return Text(
        f"佐证文件（SHA-256 {sha256[:12]}…）不在文件夹里；请管理员从备份中恢复",
        f"the evidence file of SHA-256 {sha256[:12]}… is not in its folder; "
        "ask the administrator to restore it from a backup",
    )


def _settle(path: Path) -> None:
    """Have the file or folder on the disk for good. Windows does so for folders by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
