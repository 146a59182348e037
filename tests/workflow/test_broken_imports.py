"""Whatever is handed in for import: refused whole, told by row and column, nothing written, and no lock left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring.errors import FileRefused, Refused
from scoring.periods import Phase
from scoring.store import county as kept_county
from scoring.store.engine import Store
from scoring.texts import Lang, unwritable
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import import_units
from scoring.workflow.imports import Mode
from scoring.workflow.keep_periods import move_period
from tests.databases import Database
from tests.processes import forked
from tests.sizes import IMPORTS
from tests.workflow import broken_files, county
from tests.workflow.broken_files import Broken, Sort
from web.cli import main

EVERY = 20
"""Of every so many files one is handed in on the command line as well."""

INTO = {
    "units": ("units", "2027"),
    "frozen": ("units", "2026"),
    "marks": ("marks", "2026"),
    "posted": ("marks", "2025"),
}
"""What a broken file is imported as, and into which period."""


FILES_A_ROUND = sum(len(sort.meaning) + 2 for sort in broken_files.SORTS)
"""A round has every sort of file and every layer of faults once."""

WHOLE = range(125)
"""The rounds of a whole run."""

_ROUNDS = range(-(-IMPORTS // FILES_A_ROUND))
_ON_SQLITE = len(_ROUNDS) * 16 // 25
ROUNDS = {"sqlite": _ROUNDS[:_ON_SQLITE], "postgresql": _ROUNDS[_ON_SQLITE:]}
"""Shared out to the databases."""


class Undone(Exception):
    """A write that was only tried."""


class Office:
    """A county with a period for every import, and what is looked at after each refusal."""

    def __init__(self, database: Database, store: Store, folder: Path) -> None:
        self.database, self.store, self.folder = database, store, folder
        self.other = Store.open(database.url, database.schema, patience=3_000)
        old = ["OLD1", "旧支部", "rural", "青石镇", "", "", ""]
        for period in ("2025", "2026", "2027"):
            county.opened(store, folder, period)
        for period in ("2025", "2026"):
            rows = county.unit_rows(broken_files.UNITS)
            county.take_units(
                store, folder / "u.csv", [*rows, old] if period == "2025" else rows, period=period
            )
        marks = county.mark_rows(broken_files.UNITS)
        more = [["OLD1", *row[1:]] for row in marks if row[0] == "A01"]
        county.take_marks(store, folder / "m.csv", [*marks, *more], period="2025")
        move_period(store, "2025", Phase.POSTED)
        first = [county.MARK_HEAD, ["A08", "discipline", "county", "王", "12"]]
        county.take_marks(store, folder / "first.csv", first, period="2026")
        self.before = county.counts(store)

    def path(self, broken: Broken) -> Path:
        path = self.folder / broken.file
        path.write_bytes(broken.content)
        return path

    def hand_in(self, into: str, path: Path, mode: Mode = Mode.FOR_GOOD) -> object:
        kind, period = INTO[into]
        work = import_units if kind == "units" else import_marks
        return work(self.store, period, path, mode)

    def wrong(self, broken: Broken) -> list[str]:
        """Return what is wrong with how a broken file was received; nothing is right."""
        path = self.path(broken)
        found = []
        try:
            self.hand_in(broken.into, path)
            found.append("was taken")
        except Refused as refused:
            found += self._mistold(broken, refused)
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}"[:300])
        after = county.counts(self.store)
        if after != self.before:
            found.append(f"wrote {after}")
            self.before = after
        found += self._locked()
        return [f"{broken.name}: {one}" for one in found]

    def wrong_on_the_command_line(self, broken: Broken) -> list[str]:
        """Return what is wrong with what the command said: exit code, where it said it, and of which cells."""
        kind, period = INTO[broken.into]
        arguments = ["import", kind, str(self.path(broken)), "--period", period, "--lang", "en"]
        environment = {"STARS_DATABASE_URL": self.database.url, "STARS_DATABASE_SCHEMA": self.database.schema}
        outcome = CliRunner().invoke(main, arguments, env=environment)
        found = []
        if outcome.exit_code != 2 or outcome.stdout:
            found.append(f"exit code {outcome.exit_code}, {outcome.exception!r}, {outcome.stdout[:200]!r}")
        found += untold(broken, outcome.stderr)
        if county.counts(self.store) != self.before:
            found.append("wrote something")
        return [f"{broken.name}: {one}" for one in found]

    def _mistold(self, broken: Broken, refused: Refused) -> list[str]:
        found = []
        if not isinstance(refused, FileRefused):
            found.append(f"refused as {type(refused).__name__}")
        if {fault.place.file for fault in refused.faults} != {broken.file}:
            found.append(f"names {[fault.place.file for fault in refused.faults]}")
        if broken.cells and county.places(refused) != broken.cells:
            told = sorted(map(str, county.places(refused)))
            found.append(f"tells {told} instead of {sorted(map(str, broken.cells))}: {refused}"[:600])
        for fault in refused.faults:
            zh, en = fault.sentence.in_(Lang.ZH), fault.sentence.in_(Lang.EN)
            if zh == en or not zh or unwritable(zh + en) is not None:
                found.append(f"says {zh!r} / {en!r}")
        return found

    def _locked(self) -> list[str]:
        """Write something by another way in, and take it back."""
        try:
            with pytest.raises(Undone), self.other.begin() as c:
                kept_county.call(c, "另一县")
                raise Undone
        except Refused as refused:
            return [f"left a lock: {refused}"]
        return []


def untold(broken: Broken, said: str) -> list[str]:
    """Return which cells, or the file, are not named in lines that were *said* in English."""
    lines = said.splitlines()
    found = ["a trace"] if "Traceback" in said else []
    for row, column in broken.cells or {(None, None)}:
        place = ", ".join(filter(None, (row and f"row {row}", column and f"column {column}")))
        if not any(broken.file in line and f"{place}:" in f"{line.partition(': ')[0]}:" for line in lines):
            found.append(f"not told: {place or broken.file} in {lines[:6]}")
    return found


@contextmanager
def office_at(database: Database, folder: Path):
    with county.store_at(database) as store:
        office = Office(database, store, folder)
        try:
            yield office
        finally:
            office.other.close()


@pytest.fixture
def office(database, tmp_path):
    with office_at(database, tmp_path) as own:
        yield own


def test_every_planted_fault_is_told_at_its_cell_and_nothing_is_written(office):
    """Units and marks, in four states of a period, CSV and workbooks, one to three faults each."""
    wrong, files = [], 0
    for seed in ROUNDS[office.database.name]:
        for broken in broken_files.with_faults(seed):
            files += 1
            wrong += office.wrong(broken)
            if files % EVERY == 0:
                wrong += office.wrong_on_the_command_line(broken)
    assert wrong == [], f"{len(wrong)} of {files}"
    assert files == FILES_A_ROUND * len(ROUNDS[office.database.name])


def test_every_file_that_is_no_table_is_refused_by_its_name(office):
    """Truncated and repacked workbooks, bombs, other encodings, other kinds of file under wrong names."""
    wrong, files = [], 0
    for broken in broken_files.whole_files():
        files += 1
        wrong += office.wrong(broken)
        if files % EVERY == 0:
            wrong += office.wrong_on_the_command_line(broken)
    assert wrong == [], f"{len(wrong)} of {files}"
    assert files >= 200


def test_what_is_no_file_is_refused_by_its_name(office):
    """Folders, pipes, links to nowhere, and what is not there; none of them makes the import wait."""
    (office.folder / "folder.csv").mkdir()
    os.mkfifo(office.folder / "pipe.csv")
    (office.folder / "link.xlsx").symlink_to(office.folder / "nowhere.xlsx")
    for name in ("folder.csv", "pipe.csv", "link.xlsx", "nothing.csv", "a" * 300, "nul\x00.csv"):
        for into in INTO:
            with pytest.raises(FileRefused) as caught:
                office.hand_in(into, office.folder / name)
            assert {fault.place.file for fault in caught.value.faults} == {name}
    assert county.counts(office.store) == office.before


def test_the_corpus_is_large_and_has_every_kind_of_fault():
    """Two thousand files and more; a fault that never finds a place would be tested by nobody."""
    assert sorted(seed for share in ROUNDS.values() for seed in share) == list(_ROUNDS)
    assert all(ROUNDS.values())
    assert FILES_A_ROUND * len(WHOLE) >= 2_000
    names = {
        (sort.name, name) for seed in WHOLE for sort, _, found in broken_files.planted(seed) for name in found
    }
    for sort in broken_files.SORTS:
        for layer in (*sort.meaning, sort.heads):
            assert {(sort.name, name) for name in layer} - names == set()
    assert {*broken_files.SPOILT_CSV, *broken_files.SPOILT_XLSX} - {name for _, name in names} == set()


@pytest.mark.parametrize("sort", broken_files.SORTS, ids=lambda sort: sort.name)
def test_the_same_files_without_a_fault_are_taken(office, sort: Sort):
    """Negative control: what is refused is refused for what was planted. Every encoding, under titles, shuffled."""
    for seed in range(8):
        draft = broken_files.drafts(sort, seed)
        broken = Broken("sound", sort.into, f"{seed}.{draft.ending}", draft.write(), frozenset())
        office.hand_in(sort.into, office.path(broken), Mode.TRIAL)
    assert (
        office.wrong(Broken("sound", sort.into, f"good.{draft.ending}", draft.write(), frozenset({(2, "A")})))
        != []
    )


def test_the_checker_sees_a_fault_told_at_another_cell(office):
    """Negative control: a cell too many, one too few, and another column."""
    rows = [
        county.MARK_HEAD,
        ["A01", "discipline", "county", "王", "21"],
        ["A02", "discipline", "county", "王", "22"],
    ]
    content = county.write(office.folder / "two.csv", rows).read_bytes()
    for cells in ({(2, "E")}, {(2, "E"), (3, "D")}, {(2, "E"), (3, "E"), (4, "E")}):
        broken = Broken("two", "marks", "two.csv", content, frozenset(cells))
        assert len(office.wrong(broken)) == 1
        if len(cells) > 1:
            assert office.wrong_on_the_command_line(broken) != []
    assert office.wrong(Broken("two", "marks", "two.csv", content, frozenset({(2, "E"), (3, "E")}))) == []


def test_the_checker_sees_what_was_written_and_a_lock(office):
    """Negative control: rows that stay, and a transaction that is left open."""
    content = county.write(
        office.folder / "bad.csv", [county.MARK_HEAD, ["A01", "x", "county", "王", "1"]]
    ).read_bytes()
    broken = Broken("bad", "marks", "bad.csv", content, frozenset({(2, "B")}))
    with office.store.begin() as c:
        kept_county.call(c, "别县")
    assert [one.split(": ")[1].split()[0] for one in office.wrong(broken)] == ["wrote"]
    impatient = Store.open(office.database.url, office.database.schema, patience=100)
    office.other.close()
    office.other = impatient
    with office.store.begin():
        assert "left a lock" in office._locked()[0]
    assert office.wrong(broken) == []


PROGRAM = "import sys; from web.cli import main; main(sys.argv[1:])"
ROOT = Path(__file__).parents[2]


def started(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False, cwd=ROOT)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_sample_in_processes_of_their_own_ends_with_exit_code_2(database, tmp_path):
    """As a clerk runs it: ten files on each database, each sort; no trace, every cell named, nothing on standard output.

    The first is run by an interpreter that knows nothing yet; the others are forked off, which takes no time.
    """
    with office_at(database, tmp_path) as office:
        environment = os.environ | {
            "STARS_DATABASE_URL": database.url,
            "STARS_DATABASE_SCHEMA": database.schema,
            "STARS_LANG": "en",
        }
        cases = [broken for seed in range(900, 903) for broken in broken_files.with_faults(seed)]
        for number, broken in enumerate([*cases[::6][:8], *islice(broken_files.whole_files(), 7, 105, 97)]):
            kind, period = INTO[broken.into]
            arguments = ["import", kind, str(office.path(broken)), "--period", period]
            outcome = forked(arguments, environment, ROOT) if number else started(arguments, environment)
            assert outcome.returncode == 2, (broken.name, outcome.stderr.decode())
            assert outcome.stdout == b"", broken.name
            assert untold(broken, outcome.stderr.decode()) == [], broken.name
        assert county.counts(office.store) == office.before


def test_after_all_that_the_sound_files_go_in(office):
    """The refused files left nothing that stands in the way."""
    for broken in broken_files.with_faults(7_777):
        office.wrong(broken)
    assert (
        len(county.take_units(office.store, office.folder / "ok.csv", county.unit_rows(8), period="2027").new)
        == 8
    )
    assert (
        county.take_marks(office.store, office.folder / "ok.xlsx", county.mark_rows(8), period="2026").new
        > 50
    )
