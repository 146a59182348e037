"""The county a year is run in: last year published, an office to run the next, and a clock that can be set ahead."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring.criteria import catalogue
from scoring.criteria.model import CriteriaSet
from scoring.edition import State
from scoring.periods import Phase
from scoring.store.engine import Store
from scoring.units import DOMAINS, Unit
from scoring.workflow.demo.disputes import conclude
from scoring.workflow.demo.marks import Entry, Mark, marks_of
from scoring.workflow.demo.participants import participants
from scoring.workflow.demo_files import COUNTY, MARKS_HEAD, write_year
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import import_units
from scoring.workflow.keep_periods import move_period, open_period
from scoring.workflow.open_county import open_county
from scoring.workflow.publication import SignedBy, publish_period
from tests.web.test_serving import STARS, running
from web.cli import main

SCALE = Fraction(1, 14)
"""The smallest county with a township that four villages answer to; it has 87 branches."""
BEFORE, YEAR = "2025", "2027"
TOWNSHIP = "石桥铺镇"
FIRST, SECOND, THIRD, FOURTH = "R0006", "R0007", "R0005", "R0008"
"""The villages of that township: the year of the first is followed through every page."""
FOLLOWED = (FIRST, SECOND, THIRD, FOURTH)
CLOCK = "STARS_TESTS_CLOCK"
_CLOCK_FOLDER = Path(__file__).parent / "year_clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A county that is served at `base`, what its branches are marked with by others, and its files in `folder`."""

    base: str
    folder: Path
    entries: Mapping[str, Entry]
    names: Mapping[str, str]

    def command(self, *words: str) -> str:
        """Give a command on the server, and return what it says."""
        outcome = CliRunner(env={"STARS_DATABASE_URL": self._url, "STARS_LANG": "zh"}).invoke(main, words)
        assert outcome.exit_code == 0, outcome.output
        return outcome.output

    def set_clock(self, moment: datetime) -> None:
        """Let the server believe that it is *moment* now, and go on from there."""
        ahead = int((moment - datetime.now(UTC)).total_seconds()) + 1
        (self.folder / "clock").write_text(str(ahead))

    def criteria(self, code: str) -> CriteriaSet:
        """Return the set that assesses that branch this year."""
        return self.entries[code].criteria

    def given(self, code: str, stage: str) -> dict[str, str]:
        """Return what the branch is marked with in that stage, by criterion or adjustment, as the office would."""
        return {own.criterion: own.mark for own in self.entries[code].marks if own.stage == stage}

    def marks_file(self, wanted: Callable[[str, Mark], bool]) -> Path:
        """Return a file of the marks that are *wanted*, asked of by the code of the branch and the mark."""
        path = self.folder / "other-branches.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(MARKS_HEAD)
            for code, entry in self.entries.items():
                writer.writerows((code, *own) for own in entry.marks if wanted(code, own))
        return path

    @property
    def _url(self) -> str:
        return f"sqlite:///{self.folder}/county.db"


@contextmanager
def served_year(folder: Path) -> Iterator[Year]:
    """Give the county as it is when last year is published, served by the command an office serves it with."""
    (folder / "clock").write_text("0")
    names = _last_year(f"sqlite:///{folder}/county.db", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(_CLOCK_FOLDER))
        patch.setenv(CLOCK, str(folder / "clock"))
        service = running(folder, STARS, "serve", "--port", "0", url=f"sqlite:///{folder}/county.db")
        with service as found:
            base = f"http://127.0.0.1:{found.port}"
            yield Year(base=base, folder=folder, entries=_entries(), names=names)


def clock_seen(folder: Path, ahead: int) -> datetime:
    """Return the moment that a program of its own sees whose clock is *ahead* by so many seconds."""
    (folder / "clock").write_text(str(ahead))
    words = "from datetime import UTC, datetime as d; assert isinstance(d.now(UTC), d); print(d.now(UTC).isoformat())"
    environment = os.environ | {"PYTHONPATH": str(_CLOCK_FOLDER), CLOCK: str(folder / "clock")}
    found = subprocess.run(
        [sys.executable, "-c", words], env=environment, capture_output=True, text=True, check=True
    )
    return datetime.fromisoformat(found.stdout.strip())


def _last_year(url: str, folder: Path) -> dict[str, str]:
    """Publish last year, and return the names of its branches by code."""
    open_county(url, "stars", name=COUNTY)
    files = write_year(folder, BEFORE, scale=SCALE)
    store = Store.open(url, "stars")
    try:
        open_period(store, BEFORE, files.criteria)
        import_units(store, BEFORE, files.units)
        move_period(store, BEFORE, Phase.COLLECTING)
        move_period(store, BEFORE, Phase.MARKING)
        for path in files.marks:
            import_marks(store, BEFORE, path)
        signed, excused = SignedBy(prepared="王一", confirmed="李二"), dict(files.excused)
        publish_period(store, BEFORE, signed, State.DRAFT, excused=excused)
        publish_period(store, BEFORE, signed, State.FINAL, excused=excused)
    finally:
        store.close()
    return {own.code: own.name for own in _units()}


def _units() -> Sequence[Unit]:
    return [own.unit for own in participants(BEFORE, SCALE)]


def _entries() -> dict[str, Entry]:
    """Return what every branch is marked with this year, by code: the branches are last year's, the sets this year's."""
    sets = [catalogue.find(ref) for ref in catalogue.refs()]
    by_domain = {domain: own for own in sets for domain in own.domains if domain in DOMAINS}
    found = []
    for last in participants(BEFORE, SCALE):
        one = replace(last, unit=replace(last.unit, gates=()), unrated=None)
        criteria = by_domain[one.unit.domain]
        found.append(Entry(one=one, criteria=criteria, marks=marks_of(one, criteria, YEAR)))
    return {own.one.unit.code: own for own in conclude(found, YEAR)}
