"""Files of members and points are taken once, whatever they are called: the chain names each by its SHA-256."""

from scoring.errors import Fault, Place
from scoring.store import chain, links
from scoring.store.engine import Connection
from scoring.store.imports import FileTaken
from scoring.texts import Text


def note_file(c: Connection, digest: str) -> None:
    """Say that the deed of this transaction is about the file of that SHA-256."""
    chain.concern(c, _subject(digest))


def refuse_taken(c: Connection, digest: str, name: str) -> None:
    """Return where that file was never taken. Raises FileTaken, saying when it was."""
    for before in links.about(c, _subject(digest)):
        when = f"{before.made_at:%Y-%m-%d %H:%M} UTC"
        sentence = Text(
            f"这个文件已经导入过（{when}，链上第 {before.number} 环），内容相同，未作任何改动",
            f"this very file was imported before ({when}, link {before.number} of the chain); nothing was changed",
        )
        raise FileTaken([Fault(place=Place(file=name), sentence=sentence)])


def _subject(digest: str) -> str:
    return f"file {digest}"
