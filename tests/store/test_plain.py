"""Statements put to the driver itself do what SQLAlchemy's own would, and fail as those do."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from scoring.store.engine import Store, StoreUnready
from scoring.store.plain import Plain
from scoring.store.tables import period

_ADD = Plain(insert(period))
_FIRST = select(period.c.id).where(period.c.id > bindparam("after")).order_by(period.c.id).limit(2)
_ASK = Plain(_FIRST)


def test_they_find_the_same_rows(store: Store) -> None:
    """What stands in the statement for good stands in its text as well."""
    with store.begin() as c:
        for name in ("2023", "2024", "2025", "2026"):
            _ADD.do(c, id=name, made_at="", link=None)
        assert _ASK.ask(c, after="2023") == [("2024",), ("2025",)]
    with store.read() as c:
        assert _ASK.ask(c, after="2023") == [tuple(row) for row in c.execute(_FIRST, {"after": "2023"})]
        assert _ASK.ask(c, after="2026") == []


def test_what_is_taken_back_is_gone(store: Store) -> None:
    """They are part of the transaction they are put in, savepoints too."""
    with store.begin() as c:
        with c.begin_nested() as savepoint:
            _ADD.do(c, id="2026", made_at="", link=None)
            savepoint.rollback()
        assert _ASK.ask(c, after="") == []
    with pytest.raises(ZeroDivisionError), store.begin() as c:
        _ADD.do(c, id="2026", made_at="", link=None)
        raise ZeroDivisionError
    with store.read() as c:
        assert _ASK.ask(c, after="") == []


def test_their_errors_are_told_as_all_others_and_quote_no_values(store: Store) -> None:
    with pytest.raises(IntegrityError) as refused, store.begin() as c:
        for _ in range(2):
            _ADD.do(c, id="secret", made_at="", link=None)
    assert "secret" not in str(refused.value)
    with pytest.raises((DBAPIError, StoreUnready)), store.read() as c:
        _ADD.do(c, id="2026", made_at="", link=None)


def test_a_value_that_is_missing_is_no_nothing(store: Store) -> None:
    """Whoever forgets one is told, and does not ask for what is NULL."""
    with pytest.raises(DBAPIError), store.read() as c:
        _ASK.ask(c)
