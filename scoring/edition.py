"""Editions: what is published of a period, immutable, and named by the hash of what it says.

An edition's manifest names the SHA-256 of every member: the criteria, the inputs, the rows and the standings. Its
id is the SHA-256 of the manifest's canonical bytes, so the id stands for everything, and any change is another id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FORMAT = 1
"""The version of the manifest, of its members and of the rules of scoring: what `verify` has to know."""


class State(StrEnum):
    """Whether an edition is posted for comment or final."""

    DRAFT = "draft"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """A unit that may stay unrated in an edition, and why; it counts among the units all the same."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What people say of an edition: of which county and period it is, and what it replaces and why.

    `supersedes` is the id of the period's edition before it, None for the first. `authenticated` says whether the
    two who sign it were known to the service by more than a name; they differ.
    """

    county: str
    period: str
    state: State
    supersedes: str | None
    reason: str | None
    prepared_by: str
    confirmed_by: str
    authenticated: bool
    excused: tuple[Excuse, ...] = ()

    def __post_init__(self) -> None:
        if not (self.prepared_by and self.confirmed_by) or self.prepared_by == self.confirmed_by:
            raise ValueError("an edition is signed by two people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An edition in its canonical bytes; lines are without their line feed and in order of unit code.

    `manifest` is canonical JSON, `id` its SHA-256. `criteria` holds each set's canonical document by ref. Of every
    unit, `units` has who it is, `marks` its markings and `row` what it came to.
    """

    id: str
    manifest: bytes
    statement: Statement
    criteria: Mapping[str, bytes]
    units: tuple[bytes, ...]
    marks: tuple[bytes, ...]
    rows: tuple[bytes, ...]
    standings: bytes
