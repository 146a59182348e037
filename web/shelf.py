"""The shelf: what was read from the database stays at hand, and is never out of date.

An edition never changes, so its register is kept by its id. An open year's is kept until the database has moved on,
which one short query tells.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from scoring.periods import Period
from scoring.register import Register
from scoring.selection import Directory
from scoring.store.editions import Listed
from scoring.store.engine import Store
from scoring.workflow.read_county import (
    Contents,
    ProvisionalYear,
    contents_of,
    read_provisional,
    read_register,
    version_of,
)
from web.kept import Kept

_REGISTERS, _PIECES = 8, 400
"""How many registers, and how many smaller things, are kept at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of: a period as `edition` published it, or where that is None as it has come to so far.

    `newest` is the period's newest edition, another one where `edition` was superseded.
    """

    period: Period
    edition: Listed | None
    newest: Listed | None
    directory: Directory
    open_year: ProvisionalYear | None

    @property
    def register(self) -> Register:
        """The register of what is shown."""
        return self.directory.register

    @property
    def superseded(self) -> bool:
        """Whether another edition has taken its place."""
        return self.edition is not None and self.newest is not None and self.newest.id != self.edition.id


class Shelf:
    """What pages read, each read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._contents: Contents | None = None
        self._registers = Kept(_REGISTERS)
        self._pieces = Kept(_PIECES)

    def contents(self) -> Contents:
        """Return what the county has to show now."""
        version = version_of(self.store)
        found = self._contents
        if found is None or (found.version, found.state) != version:
            found = self._contents = contents_of(self.store)
        return found

    def edition(self, listed: Listed, contents: Contents) -> Shown:
        """Return what *listed* shows."""
        period = contents.period(listed.period)
        assert period is not None, "an edition is of a period"
        return Shown(
            period=period,
            edition=listed,
            newest=contents.newest[listed.period],
            directory=self.directory(listed.id),
            open_year=None,
        )

    def provisional(self, period: Period, contents: Contents) -> Shown:
        """Return *period* as it has come to so far. Raises NoUnits."""
        year, directory = self._registers.once(
            ("open", period.id, contents.version, contents.state), lambda: self._open_year(period.id)
        )
        return Shown(
            period=period,
            edition=None,
            newest=contents.newest.get(period.id),
            directory=directory,
            open_year=year,
        )

    def directory(self, edition_id: str) -> Directory:
        """Return the directory of that edition. Raises EditionUnknown."""
        found: Directory = self._registers.once(
            ("edition", edition_id), lambda: Directory(read_register(self.store, edition_id))
        )
        return found

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what *make* gives, made once a key; what was not asked for longest goes first."""
        return self._pieces.once(key, make)

    def _open_year(self, period_id: str) -> tuple[ProvisionalYear, Directory]:
        year = read_provisional(self.store, period_id)
        return year, Directory(year.register)
