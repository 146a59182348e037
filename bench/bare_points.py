"""Members' points by hand-written SQL alone, as durable as ours: what is the least that has to be done."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pysqlite3.dbapi2
from sqlalchemy import make_url

from scoring.ledger import NewTransfer
from scoring.store.tables import moment_text

Bare = pysqlite3.dbapi2.Connection | psycopg.Connection

_ROW = 21
_ENTRY = 7


class BarePoints:
    """A connection of the driver's own, as durable as ours, with hand-written SQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            self.connection: Bare = pysqlite3.dbapi2.connect(
                url.removeprefix("sqlite:///"), isolation_level=None
            )
            for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self.connection.execute(f"PRAGMA {setting}")
        else:
            shown = make_url(url).render_as_string(hide_password=False)
            self.connection = psycopg.connect(shown, autocommit=True)
            self.connection.execute("SET search_path TO stars")
        self.mark = "?" if self.sqlite else "%s"

    def append(self, new: NewTransfer, by: str) -> None:
        """Add the transfer and its entry with the balance, in one transaction."""
        c = self.begun()
        (last,) = c.execute("SELECT max(number) FROM transfer").fetchone()
        balance, seq = self.newest(new.target)
        now = moment_text(datetime.now(UTC))
        c.execute(
            f"INSERT INTO transfer VALUES ({self.marks(_ROW)})",
            (
                last + 1,
                new.key,
                new.ledger.value,
                new.kind.value,
                new.source,
                new.target,
                new.amount,
                0,
                new.member,
                new.unit,
                new.rules,
                new.item,
                new.day.isoformat(),
                new.event,
                None,
                None,
                new.reason,
                by,
                "",
                now,
                1,
            ),
        )
        c.execute(
            f"INSERT INTO entry VALUES ({self.marks(_ENTRY)})",
            (
                new.target,
                new.ledger.value,
                seq + 1,
                last + 1,
                new.amount,
                balance + new.amount,
                0,
            ),
        )
        c.execute("COMMIT")

    def begun(self) -> Bare:
        """Return the connection, with a transaction begun that writes."""
        self.connection.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        return self.connection

    def newest(self, account: str) -> tuple[int, int]:
        return tuple(
            self.connection.execute(
                "SELECT balance, seq FROM entry WHERE account = "
                f"{self.mark} AND ledger = 'honour' ORDER BY seq DESC LIMIT 1",
                (account,),
            ).fetchone()
        )

    def read(self, account: str) -> tuple[Any, list[Any]]:
        """Return balance and debt, and the last twenty lines."""
        c = self.connection
        c.execute("BEGIN")
        held = c.execute(
            "SELECT balance, owed FROM entry WHERE account = "
            f"{self.mark} AND ledger = 'honour' ORDER BY seq DESC LIMIT 1",
            (account,),
        ).fetchone()
        lines = c.execute(
            "SELECT e.seq, t.number, t.kind, e.amount, e.balance, e.owed, t.day, t.item, t.event, t.reason,"
            " t.rules, t.by, t.made_at, t.claim, t.undoes FROM entry e JOIN transfer t ON t.number = e.transfer"
            f" WHERE e.account = {self.mark} AND e.ledger = 'honour' ORDER BY e.seq DESC LIMIT 20",
            (account,),
        ).fetchall()
        c.execute("COMMIT")
        return held, lines

    def put(self, wanted: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        """Put many rows into tables, in one transaction."""
        c = self.begun()
        for table, rows in wanted.items():
            if self.sqlite:
                c.executemany(f"INSERT INTO {table} VALUES ({self.marks(len(rows[0]))})", rows)
                continue
            with c.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        c.execute("COMMIT")

    def marks(self, number: int) -> str:
        """Return the places of so many values in a statement."""
        return ", ".join([self.mark] * number)
