"""A file that is written is there whole or not at all, and takes the place of nothing precious."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from scoring.errors import FileRefused
from scoring.whole_files import replacing


def test_a_file_is_replaced_only_when_all_is_written(tmp_path):
    """Who reads it meanwhile, or after a failure, finds the old one."""
    path = tmp_path / "x.zip"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as draft:
        draft.write_text("new")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_is_never_written_over(tmp_path):
    """An export aimed at the county's own file by a slip of the finger must not be its end."""
    path = tmp_path / "stars.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    before = path.read_bytes()
    with pytest.raises(FileRefused, match="is a database"), replacing(path):
        pytest.fail("nothing is to be written")
    assert path.read_bytes() == before
