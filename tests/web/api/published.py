"""A small county with several editions, and the application over it, in a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from scoring.edition import Edition, State
from scoring.store.engine import Store
from tests.databases import sqlite_in
from tests.workflow import county
from web.app import create_app


@dataclass(frozen=True)
class Published:
    """The county: 2025 published, 2026 posted and then published with one mark settled anew, 2027 being marked."""

    store: Store
    app: Flask
    client: FlaskClient
    last_year: Edition
    draft: Edition
    final: Edition

    @property
    def editions(self) -> list[Edition]:
        """All editions, the newest first."""
        return [self.final, self.draft, self.last_year]

    def get(self, address: str, **headers: str):
        """Return the answer at that address below `/api/v1`."""
        return self.client.get(f"/api/v1{address}", headers=headers)


@contextmanager
def published(folder: Path) -> Iterator[Published]:
    """Make the county in *folder*."""
    with county.store_at(sqlite_in(folder)) as store:
        for period in ("2025", "2026", "2027"):
            (folder / period).mkdir()
        county.with_marks(store, folder / "2025", "2025")
        last_year = county.publish(store, period="2025")
        county.with_marks(store, folder / "2026", "2026")
        draft = county.publish(store, State.DRAFT)
        county.moderate(store, folder / "moderated.csv", ("A03", "discipline", "赵", "5"))
        final = county.publish(store, reason="异议成立")
        county.with_marks(store, folder / "2027", "2027")
        app = create_app(store, provisional_shown=True)
        yield Published(store, app, app.test_client(), last_year, draft, final)
