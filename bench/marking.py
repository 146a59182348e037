"""One mark edited as it is typed, against the bare SQL of the same write; and a block pasted, against its import.

Both are durable, in process, on both databases. The branch's new provisional score belongs to the edit.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
import pysqlite3.dbapi2
import xlsxwriter
from sqlalchemy import make_url

from bench.answers import check_equal
from bench.cohorts import Cohort, SheetMarks, mark_text
from bench.databases import Databases
from bench.exact import exact_scores
from bench.offices import PERIOD, STAGE, open_store, write_files
from bench.rounds import Comparison, Contender
from scoring.people import Actor, Person, Reach, Role, Scope
from scoring.periods import Phase
from scoring.sheets import BlockCell, Entered, SheetKey
from scoring.store import assignments, drafts, markings, people, periods, rights
from scoring.store.assignments import Assigned
from scoring.store.engine import Store
from scoring.store.rights import GrantState
from scoring.store.tables import moment_text
from scoring.workflow.import_marks import import_marks
from scoring.workflow.mark_sheets import enter_block, enter_marks
from scoring.workflow.sign_in import actor_of

_EDIT, _BLOCK = 10, 3
"""The limits."""

_CALLS, _EVERY = 5, 5
_UNIT = 7
_BLOCK_UNITS = 500
_MARKS = ("2", "1")
"""What a mark becomes in turn, which every criterion of the sheet takes."""

Cells = dict[tuple[str, str], str]


class OurEdit:
    """One mark of a full sheet edited again and again, each time with the provisional score."""

    def __init__(self, databases: Databases, cohort: Cohort, folder: Path) -> None:
        self._store, self._actor = _prepared(databases, "edited", cohort, folder)
        unit = cohort.units[_UNIT].code
        self.key = SheetKey(period=PERIOD, unit=unit, stage=STAGE, holder=self._actor.id)
        self.criteria = cohort.sheets[0].plan.criteria
        cells = [BlockCell(unit=unit, criterion=own, mark=_MARKS[1]) for own in self.criteria]
        enter_block(self._store, self._actor, PERIOD, STAGE, cells)
        self._turns = turns(self.criteria)
        self.provisional: str | None = None

    def run(self) -> None:
        criterion, revision, mark = next(self._turns)
        entered = Entered(criterion=criterion, mark=mark, revision=revision - 1)
        saved = enter_marks(self._store, self._actor, self.key, [entered])
        assert saved.revisions == {criterion: revision}
        self.provisional = saved.provisional.score

    def newest(self) -> tuple[object, ...]:
        with self._store.read() as c:
            own = drafts.of_sheet(c, self.key)[self.criteria[0]]
        return own.revision, own.mark, own.comment, own.by

    def close(self) -> None:
        self._store.close()


class BareEdit:
    """The same row added by the driver and nothing else, as durable, to a database of its own that holds the same."""

    def __init__(self, url: str, key: SheetKey, criteria: Sequence[str]) -> None:
        self._key = key
        self._first = criteria[0]
        self._turns = turns(criteria)
        self._add, self.connection = _bare_sqlite(url) if url.startswith("sqlite") else _bare_postgresql(url)

    def run(self) -> None:
        criterion, revision, mark = next(self._turns)
        key, now = self._key, moment_text(datetime.now(UTC))
        sheet = (key.period, key.unit, key.stage, key.holder, criterion)
        self._add((*sheet, revision, mark, "", key.holder, "", now))

    def newest(self) -> tuple[object, ...]:
        found = self.connection.execute(
            f"SELECT revision, mark, comment, by FROM {self._table} WHERE criterion = '{self._first}'"
            f" AND unit = '{self._key.unit}' ORDER BY revision DESC LIMIT 1"
        )
        return tuple(found.fetchone())

    @property
    def _table(self) -> str:
        return "draft" if isinstance(self.connection, pysqlite3.dbapi2.Connection) else "stars.draft"

    def close(self) -> None:
        self.connection.close()


class OurBlock:
    """`enter_block` into a store in which nothing is entered yet."""

    def __init__(self, databases: Databases, cohort: Cohort, folder: Path) -> None:
        self._databases = databases
        self._cells = block(cohort, _BLOCK_UNITS)
        self._store, self._actor = _prepared(databases, "empty", cohort, folder)
        self._store.close()
        databases.settle("empty")
        self.reset()

    def reset(self) -> None:
        self._store.close()
        self._store = Store.open(self._databases.copy("empty", "pasted"))

    def run(self) -> None:
        enter_block(self._store, self._actor, PERIOD, STAGE, self._cells)

    def cells(self) -> Cells:
        with self._store.read() as c:
            units = {own.unit for own in self._cells}
            found = drafts.of_sheets(c, PERIOD, STAGE, self._actor.id, units)
        return {key: own.mark for key, own in found.items()}

    def close(self) -> None:
        self._store.close()


class OurImportOfIt:
    """`import_marks` of a workbook with the same marks into the same database."""

    def __init__(self, databases: Databases, workbook: Path) -> None:
        self._databases = databases
        self._workbook = workbook
        self._store: Store | None = None
        self.reset()

    def reset(self) -> None:
        self.close()
        self._store = Store.open(self._databases.copy("empty", "taken"))

    def run(self) -> None:
        import_marks(self._store, PERIOD, self._workbook)

    def cells(self) -> Cells:
        with self._store.read() as c:
            kept = markings.current(c, PERIOD)
        return {(own.unit, criterion): mark for own in kept for criterion, mark in own.marks.items()}

    def close(self) -> None:
        if self._store is not None:
            self._store.close()


def one_mark_comparisons(
    cohort: Cohort, kinds: Iterable[Databases], folder: Path, stack: ExitStack
) -> list[Comparison]:
    """Return what is compared of one mark edited, results checked; connections close with *stack*."""
    comparisons = []
    for databases in kinds:
        ours = OurEdit(databases, cohort, folder / f"edited-{databases.kind}")
        ours.close()
        databases.settle("edited")
        bare = BareEdit(databases.copy("edited", "bare_edited"), ours.key, ours.criteria)
        stack.callback(bare.close)
        stack.callback(ours.close)
        ours.run()
        bare.run()
        check_equal(f"the edit, {databases.kind}", ours.newest(), bare.newest())
        check_equal(f"the score, {databases.kind}", [ours.provisional], [_exact(cohort)])
        name = f"one mark edited, with its score, {databases.kind}"
        comparisons.append(
            Comparison(
                work=name,
                ours=Contender(name=name, run=ours.run, calls=_CALLS),
                other=Contender(name=f"bare SQL, {databases.kind}", run=bare.run, calls=_CALLS),
                limit=_EDIT,
            )
        )
    return comparisons


def grid_comparisons(
    cohort: Cohort, kinds: Iterable[Databases], folder: Path, stack: ExitStack
) -> list[Comparison]:
    """Return what is compared of a block of 500 units, results checked; connections close with *stack*."""
    comparisons = []
    workbook = folder / "block.xlsx"
    _write_block(block(cohort, _BLOCK_UNITS), workbook)
    for databases in kinds:
        ours = OurBlock(databases, cohort, folder / f"pasted-{databases.kind}")
        stack.callback(ours.close)
        other = OurImportOfIt(databases, workbook)
        stack.callback(other.close)
        ours.run()
        other.run()
        right = {(own.unit, own.criterion): own.mark for own in block(cohort, _BLOCK_UNITS)}
        check_equal(f"the block, {databases.kind}", ours.cells(), right)
        check_equal(f"its import, {databases.kind}", other.cells(), right)
        name = f"{len(right):,} cells pasted, {databases.kind}"
        comparisons.append(
            Comparison(
                work=name,
                ours=Contender(name=name, run=ours.run, reset=ours.reset, every=_EVERY),
                other=Contender(
                    name=f"their import from a workbook, {databases.kind}",
                    run=other.run,
                    reset=other.reset,
                    every=_EVERY,
                ),
                limit=_BLOCK,
            )
        )
    return comparisons


def turns(criteria: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Yield the edits of a full sheet: which criterion, the revision it comes to, and the mark; one after the other."""
    for revision in itertools.count(2):
        for criterion in criteria:
            yield criterion, revision, _MARKS[revision % 2]


def block(cohort: Cohort, units: int) -> list[BlockCell]:
    """Return the first evaluator's marks of the first units, a cell a mark."""
    (sheet,) = cohort.sheets
    marks = sheet.marks[0].tolist()
    return [
        BlockCell(unit=cohort.units[place].code, criterion=criterion, mark=mark_text(row[place]))
        for place in range(units)
        for criterion, row in zip(sheet.plan.criteria, marks, strict=True)
    ]


def _exact(cohort: Cohort) -> str:
    """Return the score of the sheet, once its first mark is edited, in plain fractions: one evaluator, no adjustments."""
    (sheet,) = cohort.sheets
    marks = np.full_like(sheet.marks[:1, :, :1], 2 * int(_MARKS[1]))
    marks[0, 0, 0] = 2 * int(_MARKS[0])
    own = SheetMarks(
        plan=sheet.plan,
        places=np.array([0]),
        marks=marks,
        filled=marks,
        counts=np.zeros_like(sheet.counts[:, :1]),
    )
    (score,) = exact_scores(own)
    assert score is not None
    return f"{score // 100}.{score % 100:02}"


def _prepared(databases: Databases, name: str, cohort: Cohort, folder: Path) -> tuple[Store, Actor]:
    """Return a store with a period being marked, and an evaluator to whom all units are given."""
    store = open_store(databases.new(name), write_files(cohort, folder))
    with store.begin() as c:
        person: Person = people.add(c, login="evaluator", name="王", signs_as="王")
        for phase in (Phase.COLLECTING, Phase.MARKING):
            periods.move(c, PERIOD, phase)
        own = [Assigned(unit=unit.code, stage=STAGE, person=person.id) for unit in cohort.units]
        assignments.put(c, PERIOD, own, 0)
        number = rights.propose(c, person.id, Role.EVALUATOR, Scope(reach=Reach.COUNTY), "", "")
        rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
        return store, actor_of(c, person)


def _write_block(cells: Iterable[BlockCell], path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ("unit", "criterion", "stage", "evaluator", "mark"))
        for row, cell in enumerate(cells, 1):
            sheet.write_row(row, 0, (cell.unit, cell.criterion, STAGE, "王"))
            if cell.mark == "n/a":
                sheet.write_string(row, 4, cell.mark)
            else:
                sheet.write_number(row, 4, float(cell.mark))


def _bare_sqlite(url: str) -> tuple[Callable[[tuple], None], pysqlite3.dbapi2.Connection]:
    connection = pysqlite3.dbapi2.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")
    statement = f"INSERT INTO draft VALUES ({', '.join('?' * 11)})"

    def add(row: tuple) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, row)
        connection.execute("COMMIT")

    return add, connection


def _bare_postgresql(url: str) -> tuple[Callable[[tuple], None], psycopg.Connection]:
    connection = psycopg.connect(make_url(url).render_as_string(hide_password=False), autocommit=True)
    statement = f"INSERT INTO stars.draft VALUES ({', '.join(['%s'] * 11)})"

    def add(row: tuple) -> None:
        with connection.transaction():
            connection.execute(statement, row)

    return add, connection
