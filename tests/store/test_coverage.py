"""A row's line is the same however the row came there: added by itself, with many others, or read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Integer, LargeBinary, Table
from sqlalchemy.types import TypeEngine

from scoring.store.coverage import coverage, covered
from scoring.store.tables import Moment, moment_text

_NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def _value(kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Integer):
        return 7
    if isinstance(kind, LargeBinary):
        return b"PDF"
    return _NOW if isinstance(kind, Moment) else "甲"


@pytest.mark.parametrize("table", covered(), ids=lambda table: table.name)
def test_a_row_has_the_same_line_alone_and_among_many(table: Table) -> None:
    own = coverage(table)
    assert own is not None
    added = [_value(table.c[name].type) for name in own.columns]
    kept = [moment_text(value) if isinstance(value, datetime) else value for value in added]
    assert own.lines([kept]) == [own.line(kept)] == [own.line(added)]
    # Negative control: any one value that is another makes another line.
    for place, value in enumerate(kept):
        other = [
            *kept[:place],
            value + type(value)(1 if isinstance(value, int) else value),
            *kept[place + 1 :],
        ]
        assert own.lines([other]) != own.lines([kept])


def test_a_secret_stands_in_no_line() -> None:
    credential = next(table for table in covered() if table.name == "credential")
    own = coverage(credential)
    assert own is not None
    row = {name: _value(credential.c[name].type) for name in own.columns} | {"hash": "$argon2id$"}
    kept = [moment_text(value) if isinstance(value, datetime) else value for value in row.values()]
    (line,) = own.lines([kept])
    assert b"argon2id" not in line
