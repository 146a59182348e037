"""Passwords: how they are kept, and the slow work of checking one, of which little is done at once.

Argon2id with 19 MiB, two passes and one lane (OWASP, Password Storage Cheat Sheet). What is typed is taken in NFKC, so
that a password typed in full-width letters is the same one.
"""

import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

_AT_ONCE = threading.BoundedSemaphore(4)
"""At most four at once: each takes 19 MiB and a processor for some hundredths of a second."""

_NOBODYS = "the password of nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """What a hash costs: memory in KiB, passes over it, and lanes."""

    memory: int = 19 * 1024
    passes: int = 2
    lanes: int = 1

    def hashed(self, password: str) -> str:
        """Return the hash by which *password* is kept, with its own salt."""
        with _AT_ONCE:
            return self._hasher().hash(_taken(password))

    def agrees(self, password: str, kept: str | None) -> bool:
        """Return whether *kept* is the hash of *password*; where nothing is kept, False after the same time."""
        hasher = self._hasher()
        with _AT_ONCE:
            if kept is None:
                hasher.hash(_NOBODYS)
                return False
            try:
                return hasher.verify(kept, _taken(password))
            except (Argon2Error, InvalidHashError):
                return False

    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(
            time_cost=self.passes, memory_cost=self.memory, parallelism=self.lanes, type=Type.ID
        )


FULL = Hashing()
"""What every password is kept with outside of tests."""


def _taken(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()
