"""Killed at any moment, an import or a publication has been done whole or not at all, and can be done again at once.

A child is forked, opens the store, works, and is killed with SIGKILL: at moments spread over the whole work, and right at
its commit. Afterwards everything is counted. What a child said was done must be there.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from scoring import bundle
from scoring.edition import State, Statement
from scoring.edition import publish as edition_published
from scoring.errors import Refused
from scoring.marks import MarkBook
from scoring.periods import Period, Phase
from scoring.spreadsheet.marks import enter_marks, read_marks
from scoring.store import county as kept_county
from scoring.store import editions, imports, markings, periods
from scoring.store.engine import Store
from scoring.verification import verify
from scoring.workflow.import_marks import MarksTaken, import_marks
from scoring.workflow.import_units import UnitsTaken, import_units
from scoring.workflow.imports import digest_of
from scoring.workflow.publication import PublicationRefused, publish_period
from scoring.workflow.standings_now import inputs_of, standings_of, units_of
from tests.databases import Database, postgresql_at
from tests.sizes import KILLS
from tests.workflow import county

if sys.platform == "win32":
    pytest.skip("there is no fork", allow_module_level=True)

LEAST = max(KILLS // 8, 1)
"""So many of the kills of a work must leave nothing, so many all, and so many strike its commit."""

MOST = 4 * KILLS
"""So many kills at most: on a machine that is busy the moment of a commit is missed now and then, and aimed at again."""

MEASURED = 3
"""How often a work is done unharmed to see how long it takes."""

OPENED, COMMITTING, DONE, FAILED = b"o", b"c", b"d", b"x"
"""What a child says: the store is open, a commit begins, the work is done, the work failed."""

REFS = ("office@1", "village@1")


@dataclass(frozen=True, slots=True)
class Work:
    """A work on a period: what it needs before, how it is done, what it adds to every table, and what else must hold."""

    name: str
    prepare: Callable[[Store, Path, str], None]
    run: Callable[[Store, Path, str], object]
    adds: dict[str, int]
    whole: Callable[[Store, str], bool]
    """Whether what the work brings is there, looked at as a reader sees it."""

    again: Callable[[object], bool]
    """Whether the answer to a second run says that it was done already."""


def take_units(store: Store, folder: Path, period: str) -> UnitsTaken:
    return import_units(store, period, folder / "units.csv")


def take_marks(store: Store, folder: Path, period: str) -> MarksTaken:
    return import_marks(store, period, folder / "marks.csv")


def publish(state: State) -> Callable[[Store, Path, str], object]:
    def run(store: Store, folder: Path, period: str) -> object:
        try:
            return publish_period(store, period, county.SIGNED, state)
        except PublicationRefused as refused:
            assert "nothing has changed" in str(refused) or "say why" in str(refused), refused
            return None

    return run


def nothing(store: Store, folder: Path, period: str) -> None:
    pass


def all_marks(store: Store, period: str) -> bool:
    """Whether all marks are there; where some are, the checker says which tables do not fit."""
    with store.read() as c:
        found = {
            (own.unit, criterion, own.stage, own.evaluator): mark
            for own in markings.current(c, period)
            for criterion, mark in own.marks.items()
        }
    return found.keys() == {tuple(row[:4]) for row in county.mark_rows()[1:]}


def all_units(store: Store, period: str) -> bool:
    with store.read() as c:
        return [unit.code for unit in units_of(c, periods.find(c, period))[0]] == list(
            county.codes(county.unit_rows())
        )


def whole_edition(state: State) -> Callable[[Store, str], bool]:
    """Return whether there is one edition, which packs and verifies, and the period moved along with it."""

    def whole(store: Store, period: str) -> bool:
        with store.read() as c:
            (listed,) = editions.listed(c, period)
            edition = editions.find(c, listed.id)
            phase = periods.find(c, period).phase
        assert edition.statement.state is state
        assert verify(bundle.pack(edition), listed.id).units == county.UNITS
        assert phase is (Phase.POSTED if state is State.DRAFT else Phase.PUBLISHED), "the phase moved"
        return True

    return whole


def units_and_marks(store: Store, folder: Path, period: str) -> None:
    take_units(store, folder, period)
    take_marks(store, folder, period)


MARKINGS = len({(row[0], *row[2:4]) for row in county.mark_rows()[1:]})
EDITION = {
    "chain_link": 1,
    "link_subject": 2,
    "edition": 1,
    "edition_criteria": 2,
    "edition_unit": county.UNITS,
    "phase_move": 1,
}

WORKS = (
    Work(
        "import of units",
        nothing,
        take_units,
        {"chain_link": 1, "link_subject": 1, "import": 1, "unit_revision": county.UNITS},
        all_units,
        lambda taken: taken.already is not None,
    ),
    Work(
        "import of marks",
        lambda store, folder, period: take_units(store, folder, period) and None,
        take_marks,
        {"chain_link": 1, "link_subject": 1, "import": 1, "marking": MARKINGS},
        all_marks,
        lambda taken: taken.already is not None,
    ),
    Work(
        "draft",
        units_and_marks,
        publish(State.DRAFT),
        EDITION,
        whole_edition(State.DRAFT),
        lambda edition: edition is None,
    ),
    Work(
        "final edition",
        units_and_marks,
        publish(State.FINAL),
        EDITION,
        whole_edition(State.FINAL),
        lambda edition: edition is None,
    ),
)


@dataclass(slots=True)
class Child:
    """A process that does a work, and what it has said so far, each letter with the moment it was heard."""

    pid: int
    reading: int
    heard: list[tuple[bytes, float]] = field(default_factory=list)

    @property
    def said(self) -> bytes:
        return b"".join(letter for letter, _ in self.heard)

    def wait_for(self, letter: bytes, times: int = 1) -> None:
        """Wait until it has said *letter* so often, or that it failed."""
        while self.said.count(letter) < times and FAILED not in self.said:
            self.heard.append((os.read(self.reading, 1), time.perf_counter()))

    def moments(self, letter: bytes) -> list[float]:
        """Return when it said *letter*."""
        return [moment for own, moment in self.heard if own == letter]

    def kill(self) -> bytes:
        """Kill it, and return all it said."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        said = self.said
        while more := os.read(self.reading, 4_096):
            said += more
        os.close(self.reading)
        assert FAILED not in said, said.partition(FAILED)[2].decode()
        assert os.WTERMSIG(status) == signal.SIGKILL
        return said


def started(database: Database, work: Callable[[Store], object]) -> Child:
    """Fork a child that opens the store and does *work*; it stays, and does nothing more, until it is killed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    try:
        os.close(reading)
        store = Store.open(database.url, database.schema)
        os.write(writing, OPENED)
        event.listen(Engine, "commit", lambda _: os.write(writing, COMMITTING))
        work(store)
        os.write(writing, DONE)
        time.sleep(60)
    except BaseException:
        os.write(writing, FAILED + traceback.format_exc().encode())
        time.sleep(60)
    finally:
        os._exit(3)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a work takes from the opened store to its end, how often it commits, and how long the last commit takes."""

    whole: float
    commits: int
    commit: float


@dataclass(slots=True)
class Tally:
    """What came of the kills: how many left nothing, how many all, how many struck within the commit, and complaints."""

    nothing: int = 0
    all: int = 0
    at_commit: int = 0
    complaints: list[str] = field(default_factory=list)

    def struck(self) -> int:
        """Return how many kills at least left nothing, left all, and struck the commit."""
        return min(self.nothing, self.all, self.at_commit)


Moments = Callable[[Tally], Iterator[tuple[int, float]]]
"""When to kill, given what came of the kills so far: so many seconds after so many commits began (0: the store is open)."""


class Harness:
    """A county in which a work is done and killed again and again, each time in a period of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.periods = 0
        county.write(folder / "units.csv", county.unit_rows())
        county.write(folder / "marks.csv", county.mark_rows())
        with county.store_at(database) as store:
            county.opened(store, folder, "first")

    def fresh(self, store: Store, work: Work) -> str:
        """Return a period of its own, prepared for *work*."""
        self.periods += 1
        period = f"{work.name} {self.periods}"
        with store.begin() as c:
            periods.add(c, Period(id=period, phase=Phase.PREPARING, refs=REFS))
        work.prepare(store, self.folder, period)
        return period

    def pace(self, work: Work) -> Pace:
        """Return how long *work* takes, done by children that are not disturbed."""
        wholes, commits, last = [], [], []
        with county.store_at(self.database) as store:
            for _ in range(MEASURED):
                period = self.fresh(store, work)
                store.close()
                child = started(self.database, lambda own, period=period: work.run(own, self.folder, period))
                child.wait_for(DONE)
                child.kill()
                (opened,), committing = child.moments(OPENED), child.moments(COMMITTING)
                (done,) = child.moments(DONE)
                wholes.append(done - opened)
                commits.append(len(committing))
                last.append(done - committing[-1])
        assert len(set(commits)) == 1, "the work commits as often each time"
        return Pace(statistics.median(wholes), commits[0], statistics.median(last))

    def kills(self, work: Work, moments: Moments) -> Tally:
        """Kill *work* at each of *moments*, and return what came of it."""
        tally = Tally()
        with county.store_at(self.database) as store:
            for commits, delay in moments(tally):
                period = self.fresh(store, work)
                before = county.counts(store)
                store.close()
                child = started(self.database, lambda own, period=period: work.run(own, self.folder, period))
                child.wait_for(COMMITTING if commits else OPENED, max(commits, 1))
                wait(delay)
                said = child.kill()
                tally.at_commit += commits > 0 and DONE not in said
                self._check(store, work, period, before=before, said=said, tally=tally)
        return tally

    def _check(
        self, store: Store, work: Work, period: str, *, before: dict[str, int], said: bytes, tally: Tally
    ) -> None:
        """Look at what is there after a kill, do the work again, and look once more; note what is not right."""
        after = county.counts(store)
        added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        where = f"{period}, killed having said {said.decode()}"
        if added not in ({}, work.adds):
            tally.complaints.append(f"{where}: is there in part: {added}")
            return
        tally.all += bool(added)
        tally.nothing += not added
        if DONE in said and not added:
            tally.complaints.append(f"{where}: was acknowledged and is lost")
        try:
            if added and not work.whole(store, period):
                tally.complaints.append(f"{where}: is not what was done")
            other = Store.open(self.database.url, self.database.schema, patience=3_000)
            try:
                with other.begin() as c:
                    kept_county.call(c, county.NAME)
                answer = work.run(other, self.folder, period)
            finally:
                other.close()
            if work.again(answer) != bool(added):
                tally.complaints.append(f"{where}: done again, it says {answer}")
            if not added and not work.whole(store, period):
                tally.complaints.append(f"{where}: is not what was done, though done again")
        except (Refused, AssertionError) as error:
            tally.complaints.append(f"{where}: {type(error).__name__} {error}")
        final = county.counts(store)
        if {name: final[name] - before[name] for name in final if final[name] != before[name]} != work.adds:
            tally.complaints.append(f"{where}: done again, there is {final} after {before}")


def wait(seconds: float) -> None:
    """Wait as exactly as it can be done; sleeping may take a millisecond more."""
    until = time.perf_counter() + seconds
    if seconds > 0.003:
        time.sleep(seconds - 0.002)
    while time.perf_counter() < until:
        pass


def at(*moments: tuple[int, float]) -> Moments:
    """Return moments that are known beforehand."""
    return lambda _: iter(moments)


def spread(pace: Pace, kills: int, seed: str) -> Moments:
    """Return moments: half of them anywhere in the work and a little after it, half aimed at its last commit.

    The aim goes to and fro: later when nothing was there after the last kill, earlier when all was; and it goes on while
    too few struck where it matters.
    """

    def moments(tally: Tally) -> Iterator[tuple[int, float]]:
        rng, half, delay = random.Random(seed), kills // 2, pace.commit
        for place in range(half):
            yield 0, 1.15 * pace.whole * (place + rng.random()) / half
        for place in range(half, MOST):
            if place >= kills and tally.struck() >= LEAST:
                return
            before = tally.all
            yield pace.commits, delay * rng.uniform(0.7, 1.3)
            delay *= 2 if tally.all == before else 0.5

    return moments


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_a_killed_work_is_done_whole_or_not_at_all(database, tmp_path, work):
    """And what was acknowledged is there, no lock is left, and it can be done again at once, or says that it is done."""
    harness = Harness(database, tmp_path)
    pace = harness.pace(work)
    tally = harness.kills(work, spread(pace, KILLS, work.name))
    assert tally.complaints == []
    assert tally.nothing + tally.all >= KILLS
    assert tally.struck() >= LEAST, f"the kills do not strike where it matters: {tally}, {pace}"


def test_the_server_lives_on(postgresql, tmp_path):
    """A killed client takes nothing along: the server was not started anew, and no session of it holds a lock."""
    harness = Harness(postgresql_at(postgresql), tmp_path)
    question = (
        "SELECT pg_postmaster_start_time(), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),"
        " (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid())"
    )

    def state() -> tuple:
        with county.store_at(harness.database) as store, store.read() as c:
            return tuple(c.exec_driver_sql(question).one())

    before = state()
    tally = harness.kills(WORKS[1], at((0, 0.0), (0, 0.01), (2, 0.0), (2, 0.001)))
    assert tally.complaints == []
    assert state() == before
    assert before[1:] == (0, 0)


BETWEEN = 0.1
"""Seconds between the two transactions of a careless work: on a fast disk there would hardly be a moment to strike."""


def careless_marks(store: Store, folder: Path, period: str) -> MarksTaken:
    """Import marks in two transactions: the file first, so that it counts as taken, then the marks."""
    path = folder / "marks.csv"
    with store.begin() as c:
        already = imports.find(c, period, "marks", digest_of(path))
        if already is not None:
            return MarksTaken(already=already)
        number = imports.add(c, period, "marks", digest_of(path), path.name, 1)
        book = MarkBook(*units_of(c, periods.find(c, period)))
    time.sleep(BETWEEN)
    enter_marks(read_marks(path), book.enter)
    with store.begin() as c:
        markings.put(c, period, list(book.markings()), number)
    return MarksTaken(already=None)


def careless_publication(store: Store, folder: Path, period: str) -> object:
    """Publish, and move the period on in a transaction of its own."""
    with store.begin() as c:
        if editions.newest(c, period) is not None:
            return None
        inputs = inputs_of(c, periods.find(c, period))
        statement = Statement(
            county=county.NAME,
            period=period,
            state=State.FINAL,
            supersedes=None,
            reason=None,
            prepared_by="张三",
            confirmed_by="李四",
            authenticated=False,
        )
        edition = edition_published(standings_of(inputs), inputs, statement)
        editions.add(c, edition)
    time.sleep(BETWEEN)
    with store.begin() as c:
        periods.move(c, period, Phase.PUBLISHED)
    return edition


@pytest.mark.parametrize(
    ("work", "run"),
    [(WORKS[1], careless_marks), (WORKS[3], careless_publication)],
    ids=["import of marks", "final edition"],
)
def test_a_careless_work_of_two_transactions_is_caught(database, tmp_path, work, run):
    """Negative control: the same checker, the same kills; undisturbed, the careless work passes."""
    silent = {"link_subject"} if run is careless_marks else set()
    adds = {name: count for name, count in work.adds.items() if name not in silent}
    careless = replace(work, run=run, adds=adds | {"chain_link": 2})
    harness = Harness(database, tmp_path)
    pace = harness.pace(careless)
    assert harness.kills(careless, at((0, 3 * pace.whole + 1))).complaints == []
    assert pace.commits == 2
    rng = random.Random(work.name)
    tally = harness.kills(careless, at(*((1, BETWEEN * place * rng.random() / 5) for place in range(10))))
    assert any("is there in part" in complaint for complaint in tally.complaints), tally


def test_an_acknowledged_work_that_is_lost_is_caught(database, tmp_path):
    """Negative control: a work that says it is done, and did nothing."""
    careless = replace(WORKS[1], run=lambda *_: MarksTaken(already=None))
    complaints = Harness(database, tmp_path).kills(careless, at((0, 0.2))).complaints
    assert any("was acknowledged and is lost" in complaint for complaint in complaints)
