"""Settings, from the environment: each begins with STARS_."""

import os
from dataclasses import dataclass

import platformdirs

DATABASE_URL, DATABASE_SCHEMA = "STARS_DATABASE_URL", "STARS_DATABASE_SCHEMA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the county is kept: the database, and on PostgreSQL the schema that is this county's own."""

    database_url: str
    database_schema: str


def settings() -> Settings:
    """Return the settings in force; by default a SQLite file in the current user's data folder."""
    return Settings(
        database_url=os.environ.get(DATABASE_URL) or f"sqlite:///{_default_file()}",
        database_schema=os.environ.get(DATABASE_SCHEMA) or "stars",
    )


def _default_file() -> str:
    return str(platformdirs.user_data_path("stars", appauthor=False) / "stars.sqlite3")
