"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scoring.errors import Fault, FileRefused, Place
from scoring.texts import Text

_DATABASE = b"SQLite format 3\0"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside *path* to write to; when all is written it takes the place of *path*.

    Raises FileRefused where *path* is something else than a file, or a database, its folder does not exist, or it
    cannot be written.
    """
    if path.exists() and not path.is_file():
        sentence = Text("不是可以写入的普通文件", "is no ordinary file that could be written")
        raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)])
    if not path.name or not path.parent.is_dir():
        sentence = Text("所在的文件夹不存在", "its folder does not exist")
        raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)])
    if _is_database(path):
        sentence = Text(
            "是一个数据库，不能覆盖；请另起文件名",
            "is a database and is not written over; choose another name",
        )
        raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)])
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = Text(f"写不进去（{reason}）", f"cannot be written ({reason})")
        raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)]) from None
    finally:
        draft.unlink(missing_ok=True)


def _is_database(path: Path) -> bool:
    """Say whether a SQLite database is at *path*."""
    try:
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False
