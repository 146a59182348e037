"""The worksheet: what an evaluator takes along to mark units offline, as it stood when it was made.

It is opaque to whom it belongs (`holder` is an id) and knows nothing of the store: the marks come in as text, each
with the revision it was read at, so that who brings the worksheet back overwrites nobody unseen.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from scoring.criteria.loader import digest
from scoring.criteria.model import CriteriaSet
from scoring.texts import unwritable

UNITS_MOST = 2_000
"""How many units one worksheet holds."""

PAGES_MOST = 60
"""How many units a worksheet laid out by criterion holds: each has a page of its own."""


class Layout(StrEnum):
    """How a worksheet is laid out: a row a unit and columns for each criterion, or a page a unit, a row a criterion."""

    BY_UNIT = "by_unit"
    BY_CRITERION = "by_criterion"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMark:
    """The holder's own mark and comment, '' where there is none, and the revision both were read at (0: none yet)."""

    mark: str = ""
    comment: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        if self.revision < 0:
            raise ValueError(self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierMark:
    """A mark of another stage, and the comment on it: to be seen, not changed."""

    mark: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetUnit:
    """A unit to be marked by *criteria*: own marks by criterion, those of other stages by stage and criterion.

    What is `closed` the holder sees and cannot mark (what the service derives, for one).
    """

    code: str
    name: str
    criteria: CriteriaSet
    own: Mapping[str, OwnMark] = field(default_factory=dict)
    earlier: Mapping[str, Mapping[str, EarlierMark]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        known = {subject.id for subject in self.criteria.subjects}
        named = {*self.own, *self.closed, *(each for marks in self.earlier.values() for each in marks)}
        if not (self.code and self.name) or not named <= known:
            raise ValueError(f"{self.code}: {named - known}")


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """The units a holder marks in a stage of a period, in the order of the queue, as they stood at *made_at*."""

    county: str
    period: str
    stage: str
    holder: str
    holder_name: str
    made_at: datetime
    units: tuple[WorksheetUnit, ...]

    def __post_init__(self) -> None:
        codes = [unit.code for unit in self.units]
        if not 1 <= len(codes) <= UNITS_MOST or len(set(codes)) < len(codes):
            raise ValueError(f"{len(codes)} units")
        if not all((self.county, self.period, self.stage)):
            raise ValueError("a worksheet is of a county, a period and a stage")
        if any(self.stage not in criteria.all_stages for criteria in self.sets):
            raise ValueError(self.stage)
        if any(unwritable(text) is not None for text in self._texts()):
            raise ValueError("a text that no file can hold")

    @property
    def sets(self) -> tuple[CriteriaSet, ...]:
        """The criteria sets of its units, in the order they first come in."""
        return tuple(units[0].criteria for units in self._by_digest.values())

    def of(self, criteria: CriteriaSet) -> tuple[WorksheetUnit, ...]:
        """Return the units that are marked by *criteria*, which is one of `sets`."""
        return tuple(self._by_digest[digest(criteria)])

    @cached_property
    def _by_digest(self) -> dict[str, list[WorksheetUnit]]:
        digests = {criteria: digest(criteria) for criteria in {unit.criteria for unit in self.units}}
        found: dict[str, list[WorksheetUnit]] = {}
        for unit in self.units:
            found.setdefault(digests[unit.criteria], []).append(unit)
        return found

    def _texts(self) -> Sequence[str]:
        texts = [self.county, self.period, self.stage, self.holder, self.holder_name]
        for unit in self.units:
            texts += [unit.code, unit.name, *unit.earlier]
            texts += [text for own in unit.own.values() for text in (own.mark, own.comment)]
            for marks in unit.earlier.values():
                texts += [text for one in marks.values() for text in (one.mark, one.comment)]
        return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a worksheet that comes back must be of: whose it is, and what may be marked now.

    `sets` are the criteria sets of the period, `units` the codes the holder may mark now.
    """

    county: str
    period: str
    stage: str
    holder: str
    sets: tuple[CriteriaSet, ...]
    units: frozenset[str]


def expected_of(worksheet: Worksheet) -> Expected:
    """Return what *worksheet* itself answers, as long as nothing else has changed."""
    return Expected(
        county=worksheet.county,
        period=worksheet.period,
        stage=worksheet.stage,
        holder=worksheet.holder,
        sets=worksheet.sets,
        units=frozenset(unit.code for unit in worksheet.units),
    )


def as_read(text: str) -> str:
    """Return *text* as a cell gives it back: without blanks around it, in NFC, lines ended in one way."""
    if text.isascii() and "\r" not in text:
        return text.strip()
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").strip())
