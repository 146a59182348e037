"""Passwords: how they are kept, and the slow work of checking one, of which little is done at once.

Argon2id with 19 MiB, two passes and one lane (OWASP, Password Storage Cheat Sheet). One-time passwords are 59 random
bits for three days, which nobody finds by trying, so theirs is a light hash, and a whole county's are made in seconds.
What is typed is taken in NFKC, so that a password typed in full-width letters is the same one.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

_AT_ONCE = threading.BoundedSemaphore(4)
"""At most four at once: each takes 19 MiB and a processor for some hundredths of a second."""

_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 3, 4
_NOBODYS = b"the password of nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """What the hash of a chosen password costs: memory in KiB, passes over it, and lanes."""

    memory: int = 19 * 1024
    passes: int = 2
    lanes: int = 1

    def hashed(self, password: str) -> str:
        """Return the hash by which a chosen *password* is kept, with its own salt."""
        with _AT_ONCE:
            return self._slow().hash(_taken(password))

    def agrees(self, password: str, kept: str | None) -> bool:
        """Return whether *kept* is the hash of *password*.

        The same work is done whether anything is kept or not, and whether that is light or not.
        """
        light = kept is not None and kept.startswith(_LIGHT_MARK)
        with _AT_ONCE:
            slow_agrees = _agrees(self._slow(), password, None if light else kept)
            light_agrees = _agrees(_LIGHT, password, kept if light else None)
        return slow_agrees or light_agrees

    def _slow(self) -> PasswordHasher:
        return PasswordHasher(
            time_cost=self.passes, memory_cost=self.memory, parallelism=self.lanes, type=Type.ID
        )


FULL = Hashing()
"""What every chosen password is kept with outside of tests."""

_LIGHT = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1, type=Type.ID)
_LIGHT_MARK = "$argon2id$v=19$m=1024,t=1,p=1$"


def one_time_password() -> str:
    """Return a password nobody had before, in groups and without letters that are mistaken for others."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def one_time_hashed(password: str) -> str:
    """Return the light hash by which a one-time *password* is kept."""
    return _LIGHT.hash(_taken(password))


def _agrees(hasher: PasswordHasher, password: str, kept: str | None) -> bool:
    if kept is None:
        hasher.hash(_NOBODYS)
        return False
    try:
        return hasher.verify(kept, _taken(password))
    except (Argon2Error, InvalidHashError):
        return False


def _taken(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()
