"""What the database itself refuses: it is not ready for this release, or somebody else is writing for too long."""

from scoring.errors import Fault, Refused


class StoreUnready(Refused):
    """The database cannot be used as it is; the sentence says what to do."""


class StoreBusy(Refused):
    """Others kept the database for longer than anybody waits; nothing was written, and trying again is safe."""


def unready(zh: str, en: str) -> StoreUnready:
    """Return the refusal of a database that is not ready."""
    return StoreUnready([Fault.of(zh, en)])


def busy() -> StoreBusy:
    """Return the refusal of a database that others keep for too long."""
    return StoreBusy(
        [
            Fault.of(
                "数据库正忙：别人正在写入。本次没有写入任何内容，请稍后再试",
                "The database is busy: somebody else is writing. Nothing of this was written; try again in a while",
            )
        ]
    )
