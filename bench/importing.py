"""A workbook of 60,000 marks imported: read, validated and committed; against the bare read of the same file.

Before every call the database is copied from one with the period and its units, and connections are closed.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.answers import check_equal
from bench.cohorts import Cohort
from bench.databases import Databases
from bench.memory import Peak
from bench.offices import PERIOD, MarkRow, open_store, write_files, write_long_workbook
from bench.rounds import Comparison, Contender
from scoring.store import markings
from scoring.store.engine import Store
from scoring.workflow.import_marks import import_marks

_LIMIT = 3
_MEGABYTES = 150
_EVERY = 3
_ROOT = Path(__file__).parents[1]


class OurImport:
    """`import_marks` into a store with the units imported."""

    def __init__(self, databases: Databases, cohort: Cohort, workbook: Path, folder: Path) -> None:
        self._databases = databases
        self._workbook = workbook
        self._store = open_store(databases.new("units"), write_files(cohort, folder))
        self._store.close()
        databases.settle("units")
        self.reset()

    def reset(self) -> None:
        self._store.close()
        self._url = self._databases.copy("units", "imported")
        self._store = Store.open(self._url)

    def close(self) -> None:
        self._store.close()

    def run(self) -> None:
        import_marks(self._store, PERIOD, self._workbook)

    def rows(self) -> list[MarkRow]:
        """Return the marks as they are kept, a row a mark in order; not timed."""
        with self._store.read() as c:
            kept = markings.current(c, PERIOD)
        return sorted(
            (own.unit, criterion, own.stage, own.evaluator, mark)
            for own in kept
            for criterion, mark in own.marks.items()
        )

    def peak(self) -> float:
        """Return the megabytes that a process took at its most which did this and nothing else."""
        self.reset()
        command = [sys.executable, "-m", "bench.memory", self._url, PERIOD, str(self._workbook)]
        told = subprocess.run(command, check=True, capture_output=True, cwd=_ROOT)
        return json.loads(told.stdout)


def import_comparisons(
    cohort: Cohort, kinds: Iterable[Databases], folder: Path, stack: ExitStack
) -> tuple[list[Comparison], list[Peak]]:
    """Return what is compared, every result checked, and the memory that was taken; connections close with *stack*."""
    workbook = folder / "marks.xlsx"
    rows = write_long_workbook(cohort, workbook)

    def read() -> list[list]:
        return CalamineWorkbook.from_path(workbook).get_sheet_by_index(0).to_python()

    check_equal("the bare read", [tuple(row[:4]) for row in read()[1:]], [row[:4] for row in rows])
    bare = Contender(name="bare read by calamine", run=read, every=_EVERY)
    comparisons, peaks = [], []
    for databases in kinds:
        ours = OurImport(databases, cohort, workbook, folder / f"units-{databases.kind}")
        stack.callback(ours.close)
        ours.run()
        check_equal(f"the import, {databases.kind}", ours.rows(), rows)
        name = f"{len(rows):,} rows imported, {databases.kind}"
        own = Contender(name=name, run=ours.run, reset=ours.reset, every=_EVERY)
        comparisons.append(Comparison(work=name, ours=own, other=bare, limit=_LIMIT))
        peaks.append(Peak(work=f"{name}: memory", megabytes=ours.peak(), limit=_MEGABYTES))
    return comparisons, peaks
