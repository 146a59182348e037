"""Turns: one writer at a time at a SQLite file, in the order of coming, in this process and among all.

The queue stands at the file `<database>.lock`. The system ends a writer's turn when its process ends, however it ends.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scoring.store.refusals import busy, unready

if sys.platform != "win32":
    import fcntl

_OWN: dict[Path, threading.Lock] = {}
"""Who of this process's threads is at which database."""


@contextmanager
def turn(database: Path, patience: int) -> Iterator[None]:
    """Wait until no other writer is at *database*, at most *patience* milliseconds. Raises StoreBusy."""
    own = _OWN.setdefault(database, threading.Lock())
    if not own.acquire(timeout=patience / 1000):
        raise busy()
    try:
        with _turn_among_processes(database, patience):
            yield
    finally:
        own.release()


if sys.platform != "win32":
    # A forked child has none of the threads that hold these.
    os.register_at_fork(after_in_child=_OWN.clear)

    @contextmanager
    def _turn_among_processes(database: Path, patience: int) -> Iterator[None]:
        try:
            queue = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise unready(
                f"写不了数据库所在的文件夹（{error.strerror}）：{database.parent}",
                f"The folder of the database cannot be written ({error.strerror}): {database.parent}",
            ) from None
        try:
            if not _locked(queue, patience):
                raise busy()
            yield
        finally:
            # Said aloud, because a child forked meanwhile holds the same open file.
            fcntl.flock(queue, fcntl.LOCK_UN)
            os.close(queue)

    def _locked(queue: int, patience: int) -> bool:
        """Lock the file; return whether that was done in time.

        `flock` queues fairly but knows no time limit, so a thread stands in the queue. Where the file is closed before
        its turn comes, the system gives the lock back at once.
        """
        with suppress(BlockingIOError):
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        locked = threading.Event()

        def stand() -> None:
            with suppress(OSError):
                fcntl.flock(queue, fcntl.LOCK_EX)
                locked.set()

        threading.Thread(target=stand, daemon=True).start()
        return locked.wait(patience / 1000)

else:

    @contextmanager
    def _turn_among_processes(database: Path, patience: int) -> Iterator[None]:  # noqa: ARG001
        """Among processes SQLite's own waiting must do."""
        yield
