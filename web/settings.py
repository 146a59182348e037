"""Settings, from the environment: each begins with STARS_."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from scoring.errors import Fault, Place, Refused
from scoring.password_policy import MLPS2, POLICIES, Policy
from scoring.texts import Text

DATABASE_URL, DATABASE_SCHEMA = "STARS_DATABASE_URL", "STARS_DATABASE_SCHEMA"
TRUSTED_HOSTS = "STARS_TRUSTED_HOSTS"
SHOW_PROVISIONAL = "STARS_SHOW_PROVISIONAL"
FILES_DIR = "STARS_FILES_DIR"

PASSWORD_POLICY, PROXY_HOPS = "STARS_PASSWORD_POLICY", "STARS_PROXY_HOPS"
WEBHOOK_URL, WEBHOOK_SECRET = "STARS_WEBHOOK_URL", "STARS_WEBHOOK_SECRET"

_SHORTEST_SECRET = 24

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """How people come in, and where they are told of what waits for them besides the inbox.

    `policy` is what a password must be; so many proxies of our own (`proxy_hops`) stand before the service. To
    `webhook`, where it is not empty, notices are sent, signed with `secret`.
    """

    policy: Policy
    proxy_hops: int
    webhook: str
    secret: str


class SettingRefused(Refused):
    """A setting has a value that is not one."""


def entrance() -> Entrance:
    """Return how people come in, as the environment says. Raises SettingRefused."""
    policy = os.environ.get(PASSWORD_POLICY) or MLPS2.id
    if policy not in POLICIES:
        raise _refused(PASSWORD_POLICY, f"应为：{'、'.join(POLICIES)}", f"is one of {', '.join(POLICIES)}")
    hops = os.environ.get(PROXY_HOPS) or "0"
    if not (hops.isascii() and hops.isdigit() and len(hops) == 1):
        raise _refused(PROXY_HOPS, "应为代理的层数，0 至 9", "is a number of proxies, 0 to 9")
    webhook, secret = os.environ.get(WEBHOOK_URL, ""), _secret()
    if webhook and not webhook.startswith(("http://", "https://")):
        raise _refused(WEBHOOK_URL, "应以 http:// 或 https:// 开头", "begins with http:// or https://")
    if webhook and len(secret) < _SHORTEST_SECRET:
        raise _refused(
            WEBHOOK_SECRET,
            f"至少 {_SHORTEST_SECRET} 个字符，随机生成",
            f"has at least {_SHORTEST_SECRET} random characters",
        )
    return Entrance(policy=POLICIES[policy], proxy_hops=int(hops), webhook=webhook, secret=secret)


def _secret() -> str:
    """Return the secret of the webhook, from the environment or from a file it names. Raises SettingRefused."""
    named = os.environ.get(f"{WEBHOOK_SECRET}_FILE")
    if not named:
        return os.environ.get(WEBHOOK_SECRET, "")
    try:
        return Path(named).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _refused(
            f"{WEBHOOK_SECRET}_FILE", "读不到这个文件", "names a file that cannot be read"
        ) from None


def _refused(name: str, zh: str, en: str) -> SettingRefused:
    return SettingRefused([Fault(place=Place(field=name), sentence=Text(zh, en))])


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
