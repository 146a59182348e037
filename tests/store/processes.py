"""Other processes in tests: forked, so that they start at once, and seen to their end."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess

FORK = multiprocessing.get_context("fork")
"""Also makes what processes share: events, queues."""


@contextmanager
def processes(*works: Callable[[], object]) -> Iterator[list[ForkProcess]]:
    """Run each of *works* in a process of its own; all have ended with the context, the last by being killed."""
    started = [FORK.Process(target=work) for work in works]
    for process in started:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
            process.start()
    try:
        yield started
    finally:
        for process in started:
            process.join(30)
            process.kill()
            process.join()


def exit_code(work: Callable[[], object]) -> int | None:
    """Return how a process that does *work* ends: 0, 1 where it raises, or the signal that killed it, negative."""
    with processes(work) as (process,):
        process.join(30)
        return process.exitcode
