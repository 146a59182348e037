"""Progress of long work on the command line: a bar where a person looks at it, else a line for each step."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from scoring.texts import Lang, Text
from scoring.workflow.progress import Tell


@contextmanager
def shown(lang: Lang) -> Iterator[Tell]:
    """Yield what long work tells its progress to; it is shown on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(lang).tell
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[share]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress, lang).tell


class _Lines:
    """Each step told once."""

    def __init__(self, lang: Lang) -> None:
        self._lang, self._last = lang, ""

    def tell(self, step: Text, _done: int, _total: int) -> None:
        words = step.in_(self._lang)
        if words != self._last:
            sys.stderr.write(f"{words} …\n")
            self._last = words


class _Bar:
    """One bar, whose words say which step it is."""

    def __init__(self, progress: Progress, lang: Lang) -> None:
        self._progress, self._lang = progress, lang
        self._task: TaskID = progress.add_task("", total=None, share="")

    def tell(self, step: Text, done: int, total: int) -> None:
        share = f"{done:,} / {total:,}" if total else ""
        self._progress.update(
            self._task, description=step.in_(self._lang), completed=done, total=total or None, share=share
        )
