"""The demo's evidence goes in by the front door, is the same each time, and shows what there is to point out."""

from __future__ import annotations

from pathlib import Path

from scoring.evidence import UnitYear
from scoring.people import Reach, Role
from scoring.periods import Phase
from scoring.pointers import Pointing
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.uploads.intake import inspect
from scoring.uploads.previews import preview
from scoring.workflow.demo.evidence import minutes, notice, photograph, sign_in_list
from scoring.workflow.demo_evidence import hand_in_demo
from scoring.workflow.keep_periods import move_period, open_period
from scoring.workflow.read_evidence import read_evidence
from tests.databases import ready_made, sqlite_in
from tests.workflow import county as small
from tests.workflow.people_at_work import actor, secretary

BRANCH = "青石镇双井村党支部"
CODES = ("A01", "A02", "A03", "A04")


def test_made_up_files_are_what_they_seem_and_the_same_each_time(tmp_path: Path):
    for make in (minutes, sign_in_list, photograph, notice):
        own, again = make(BRANCH, "2026", 3), make(BRANCH, "2026", 3)
        assert own == again
        assert make("另一个支部", "2026", 3).content != own.content
        path = tmp_path / "file"
        path.write_bytes(own.content)
        accepted = inspect(path, own.name)
        assert accepted.name == own.name
        assert accepted.remarks == ()
        assert accepted.kind.evidence is own.kind
        if make in (photograph, notice):
            assert len(preview(path, accepted.kind) or b"") > 2_000


def test_the_branches_hand_in_most_of_what_is_asked(tmp_path: Path):
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    open_period(store, "2026", ["red-flag-rural@2026.1"])
    rows = [[code, f"第{code}村党支部", "rural", "青石镇", "", "", ""] for code in CODES]
    small.take_units(store, tmp_path / "units.csv", [small.UNIT_HEAD, *rows])
    move_period(store, "2026", Phase.COLLECTING)
    files = Files(tmp_path / "files")
    given = hand_in_demo(store, files, "2026", {code: secretary(code) for code in CODES})
    assert given >= 3 * len(CODES)
    superior = actor(Role.SUPERIOR, "chang", Reach.TOWNSHIP, "青石镇")
    told = set()
    for code in CODES:
        seen = read_evidence(store, superior, UnitYear("2026", code))
        assert len(seen.handed_in) > 12
        assert 1 <= len(seen.missing) <= 4
        assert len(seen.excuses) == 1
        told |= {own.pointing for own in seen.pointers}
    assert {Pointing.SHARED, Pointing.OTHER_YEAR} <= told
    store.close()
