"""Settings, from the environment: each begins with STARS_."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATABASE_URL, DATABASE_SCHEMA = "STARS_DATABASE_URL", "STARS_DATABASE_SCHEMA"
TRUSTED_HOSTS = "STARS_TRUSTED_HOSTS"
SHOW_PROVISIONAL = "STARS_SHOW_PROVISIONAL"
FILES_DIR = "STARS_FILES_DIR"

LOOPBACK = "127.0.0.1"
_NAMES_OF_LOOPBACK = ("localhost", LOOPBACK, "[::1]")
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  they are compared with, not bound to
_NOWHERE = ("192.0.2.1", 9)
"""An address that documents use and no machine has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the county is kept: the database, and on PostgreSQL the schema that is this county's own.

    `trusted_hosts` are the names, without a port, by which browsers may ask for its pages. `provisional_shown` says
    whether anybody may see an open year's figures, as in the demo. `files_dir` is the folder of uploaded files, '' for
    the one beside a SQLite file.
    """

    database_url: str
    database_schema: str
    trusted_hosts: tuple[str, ...]
    provisional_shown: bool
    files_dir: str = ""

    @property
    def files_folder(self) -> Path | None:
        """The folder of uploaded files; None on PostgreSQL where none is set, and then no file can be taken."""
        return Path(self.files_dir) if self.files_dir else files_beside(self.database_url)

    def environment(self) -> dict[str, str]:
        """Return the variables by which another process comes to the same settings."""
        return {
            DATABASE_URL: self.database_url,
            DATABASE_SCHEMA: self.database_schema,
            TRUSTED_HOSTS: ",".join(self.trusted_hosts),
            SHOW_PROVISIONAL: "yes" if self.provisional_shown else "no",
            FILES_DIR: self.files_dir,
        }


def settings(host: str = LOOPBACK) -> Settings:
    """Return the settings in force; by default a SQLite file in the current user's data folder.

    Unless others are set, the trusted hosts are this machine's names for itself and those of *host*, the address at
    which it is served.
    """
    given = (name.strip().lower() for name in os.environ.get(TRUSTED_HOSTS, "").split(","))
    return Settings(
        database_url=os.environ.get(DATABASE_URL) or f"sqlite:///{_default_file()}",
        database_schema=os.environ.get(DATABASE_SCHEMA) or "stars",
        trusted_hosts=tuple(filter(None, given)) or _names_at(host),
        provisional_shown=os.environ.get(SHOW_PROVISIONAL, "").strip().lower() == "yes",
        files_dir=os.environ.get(FILES_DIR, ""),
    )


def files_beside(database_url: str) -> Path | None:
    """Return the folder beside a SQLite file where uploaded files go; None for another database."""
    kind, _, path = database_url.partition(":///")
    return Path(f"{path}.files") if kind == "sqlite" and path else None


def _names_at(host: str) -> tuple[str, ...]:
    """Return the names for a service at *host*; where that is every address, the machine's name and main address."""
    own = [f"[{host}]" if ":" in host else host.lower()]
    if host in _EVERYWHERE:
        name = socket.gethostname().lower()
        own = [name, f"{name.partition('.')[0]}.local"]
        # Nothing is sent: connecting a datagram socket only looks up which of the machine's addresses would send.
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unsent:
            unsent.connect(_NOWHERE)
            own.append(unsent.getsockname()[0])
    return tuple(dict.fromkeys((*_NAMES_OF_LOOPBACK, *own)))


def _default_file() -> str:
    return str(platformdirs.user_data_path("stars", appauthor=False) / "stars.sqlite3")
