"""A county published: from its database to an edition in it, committed; against an ORM loop and LibreOffice.

The period is posted: a draft stands, and the final edition that supersedes it is what is timed, with opening the
connection. Before every call the database is copied from a prepared one, and connections are closed. The limit is on
a process that has published before: it takes the documents of the criteria sets from the database and knows their
digests. What a new process takes, which has to make sets of them first, is told besides.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench.answers import check_equal
from bench.cohorts import Cohort
from bench.databases import Databases, usual_engine
from bench.exact import exact_county
from bench.offices import PERIOD, open_store, write_files, write_marks
from bench.peers import orm_publication, orm_tables
from bench.peers.libreoffice import LibreOfficeCounty, installed
from bench.published import Published, answer, of_edition, of_tables
from bench.rounds import Comparison, Contender, Skipped
from scoring.edition import State
from scoring.store import editions
from scoring.store.engine import Store
from scoring.transcript import read_criteria
from scoring.workflow.import_marks import import_marks
from scoring.workflow.publication import SignedBy, publish_period

_LIMIT = 1 / 10
_SIGNED = SignedBy(prepared="张三", confirmed="李四")
_EVERY, _SLOW = 3, 9
"""Samples are taken in every so many rounds."""


class OurPublication:
    """`publish_period` on a store with everything imported."""

    def __init__(self, databases: Databases, cohort: Cohort, folder: Path, excused: dict[str, str]) -> None:
        self._databases = databases
        self._excused = excused
        files = write_files(cohort, folder)
        store = open_store(databases.new("ours"), files)
        for path in write_marks(cohort, folder):
            import_marks(store, PERIOD, path)
        publish_period(store, PERIOD, _SIGNED, State.DRAFT, excused=excused)
        store.close()
        databases.settle("ours")
        self._store = store
        self.reset()

    def reset(self) -> None:
        self._store.close()
        self._store = Store.open(self._databases.copy("ours", "ours_published"))

    def reset_all(self) -> None:
        """Reset, and forget the criteria sets as well."""
        self.reset()
        read_criteria.cache_clear()

    def close(self) -> None:
        self._store.close()

    def run(self) -> None:
        publish_period(self._store, PERIOD, _SIGNED, State.FINAL, excused=self._excused)

    def published(self) -> Published:
        """Return what the newest edition says, as it is kept; not timed."""
        with self._store.read() as c:
            newest = editions.newest(c, PERIOD)
            assert newest is not None
            return of_edition(editions.find(c, newest.id))


class OrmPublication:
    """The ORM loop on the same kind of database."""

    def __init__(self, databases: Databases, cohort: Cohort, excused: dict[str, str]) -> None:
        self._databases = databases
        self._excused = excused
        engine = usual_engine(databases.new("orm"))
        orm_tables.Table.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            orm_tables.fill(session, cohort)
        with Session(engine) as session, session.begin():
            orm_publication.publish(session, "draft", excused)
        engine.dispose()
        databases.settle("orm")
        self._engine: Engine = engine
        self.reset()

    def reset(self) -> None:
        self._engine.dispose()
        self._engine = usual_engine(self._databases.copy("orm", "orm_published"))

    def close(self) -> None:
        self._engine.dispose()

    def run(self) -> None:
        with Session(self._engine) as session, session.begin():
            orm_publication.publish(session, "final", self._excused)

    def published(self) -> Published:
        """Return what the newest edition says, as it is kept; not timed."""
        newest = select(orm_tables.Edition).order_by(orm_tables.Edition.id.desc()).limit(1)
        with Session(self._engine) as session:
            return of_tables(session.scalars(newest).one())


def publication_comparisons(
    cohort: Cohort, kinds: list[Databases], folder: Path, stack: ExitStack
) -> tuple[list[Comparison], list[Skipped]]:
    """Return what is compared, every result checked, and what has to be skipped; connections close with *stack*."""
    right = exact_county(cohort)
    excused = {code: "免评" for code, score in right.scores.items() if score is None}
    office, skipped = None, []
    program = installed()
    if program is None:
        skipped.append(Skipped(work="publication against LibreOffice", why="there is no LibreOffice here"))
    else:
        county = LibreOfficeCounty(program, cohort, folder)
        check_equal("LibreOffice", county.answer(county.run()), right)
        office = Contender(
            name="LibreOffice, from start to saved", run=county.run, reset=county.reset, every=_SLOW
        )
    comparisons = []
    for databases in kinds:
        ours = OurPublication(databases, cohort, folder / f"files-{databases.kind}", excused)
        orm = OrmPublication(databases, cohort, excused)
        stack.callback(ours.close)
        stack.callback(orm.close)
        ours.run()
        orm.run()
        check_equal(f"ours, {databases.kind}", answer(ours.published()), right)
        check_equal(f"ORM, {databases.kind}", orm.published(), ours.published())
        comparisons += list(_compared(databases, ours, orm, office))
    return comparisons, skipped


def _compared(
    databases: Databases, ours: OurPublication, orm: OrmPublication, office: Contender | None
) -> Iterator[Comparison]:
    name = f"publication, {databases.kind}"
    own = Contender(name=name, run=ours.run, reset=ours.reset, every=_EVERY)
    anew = Contender(name=f"{name}, new process", run=ours.run, reset=ours.reset_all, every=_EVERY)
    usual = Contender(
        name=f"ORM and Decimal loop, {databases.kind}", run=orm.run, reset=orm.reset, every=_SLOW
    )
    yield Comparison(work=name, ours=own, other=usual, limit=_LIMIT)
    yield Comparison(work=anew.name, ours=anew, other=usual)
    if office is not None:
        yield Comparison(work=name, ours=own, other=office, limit=_LIMIT)
