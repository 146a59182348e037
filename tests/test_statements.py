"""What tests share among them changes nothing of what they try."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, Column, Integer, MetaData, Table, create_engine, select

from tests.databases import memory


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """The statements that were compiled, as SQL."""
    found: list[str] = []
    real = ClauseElement._compiler

    def noted(own: ClauseElement, *given: object, **more: object) -> object:
        made = real(own, *given, **more)
        found.append(str(made))
        return made

    monkeypatch.setattr(ClauseElement, "_compiler", noted)
    return found


def test_a_statement_is_compiled_once_for_all_engines_of_a_kind(tmp_path, compiled):
    """And each engine answers from its own file."""
    own = Table("own", MetaData(), Column("number", Integer, primary_key=True))
    answers = []
    for number in (1, 2, 3):
        engine = create_engine(f"sqlite:///{tmp_path}/{number}.db")
        with engine.begin() as c:
            c.exec_driver_sql("CREATE TABLE own (number INTEGER PRIMARY KEY)")
            c.exec_driver_sql(f"INSERT INTO own VALUES ({number})")
            answers.append(c.execute(select(own.c.number).where(own.c.number == number)).scalar_one())
        engine.dispose()
    assert answers == [1, 2, 3]
    assert len([sql for sql in compiled if sql.startswith("SELECT own.number")]) == 1


def test_files_lie_in_memory_only_where_there_is_room(tmp_path):
    assert memory(1 << 60) is None
    assert memory(0) in {None, Path("/dev/shm")}
