"""The county's pages under gunicorn with no turn for writers: `python -P -m tests.ledger.unlocked SOCKET WORKERS`.

It is what `web.serving` is, but on PostgreSQL nobody waits for the advisory lock, and on SQLite neither for the queue
nor at the beginning, which is a reader's. Everything else is the product's own.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

from web.serving import Serving


class Unlocked(Serving):
    """The application, whose writers do not wait for each other."""

    def load(self) -> Any:
        """Take the lock away in the worker, before the application opens its store."""
        from sqlalchemy import text

        from scoring.store import postgresql, sqlite

        turn, begin = postgresql._TURN.text, sqlite._WRITE
        assert ", pg_advisory_xact_lock(hashtextextended('stars ' || :schema, 0))" in turn
        assert begin[-1] == "BEGIN IMMEDIATE"
        postgresql._TURN = text(turn.replace("pg_advisory_xact_lock(", "("))
        sqlite._WRITE = (*begin[:-1], "BEGIN")
        sqlite.turn = lambda *_: nullcontext()
        return super().load()


if __name__ == "__main__":
    Unlocked(*map(int, sys.argv[1:])).run()
