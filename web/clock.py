"""The server's clock, by which days begin and end; another may be set for an application that plays through a year."""

from datetime import UTC, datetime

from flask import current_app


def now() -> datetime:
    """Return this moment."""
    clock = current_app.extensions.get("stars_clock")
    moment: datetime = datetime.now(UTC) if clock is None else clock()
    return moment
