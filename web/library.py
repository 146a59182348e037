"""The criteria sets a page may show: by period, by version, and each read once."""

import re
from dataclasses import dataclass

from scoring.criteria.model import CriteriaSet
from scoring.errors import Refused
from scoring.periods import Period
from scoring.texts import Text
from scoring.workflow.read_criteria import RefsKnown, SetRead, read_set, refs_known
from web.kept import kept
from web.viewing import contents, shelf

_MOST_SETS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SetListed:
    """A set in a list; where it cannot be read, `criteria` is None and `fault` says why."""

    ref: str
    read: SetRead | None
    fault: Text | None
    periods: tuple[str, ...]

    @property
    def criteria(self) -> CriteriaSet | None:
        """The set itself, where it can be read."""
        return None if self.read is None else self.read.criteria

    @property
    def since(self) -> str | None:
        """The first period assessed by it, None where none is."""
        return self.periods[-1] if self.periods else None


def known() -> RefsKnown:
    """Return the refs of all sets there are."""
    return refs_known(shelf().store)


def find(ref: str) -> SetRead:
    """Return the set of that ref. Raises CriteriaUnknown and CriteriaAltered."""
    origin = "kept" if any(ref in period.refs for period in contents().periods) else "shipped"
    found: SetRead = kept("criteria", _MOST_SETS).once((origin, ref), lambda: read_set(shelf().store, ref))
    return found


def periods_of(ref: str) -> tuple[str, ...]:
    """Return the periods assessed by the set of that ref, the newest first."""
    return tuple(own.id for own in contents().periods if ref in own.refs)


def listed(ref: str) -> SetListed:
    """Return the set of that ref for a list, whatever is the matter with it."""
    periods = periods_of(ref)
    try:
        return SetListed(ref=ref, read=find(ref), fault=None, periods=periods)
    except Refused as refused:
        return SetListed(ref=ref, read=None, fault=refused.faults[0].sentence, periods=periods)


def of_period(period: Period) -> tuple[SetListed, ...]:
    """Return the sets the period is assessed by, in its order."""
    return tuple(map(listed, period.refs))


def previous(ref: str) -> str | None:
    """Return the ref of the version before it of the same set, None where there is none."""
    known_refs = known()
    own, version = _split(ref)
    older = [
        (other, candidate)
        for candidate in (*known_refs.kept, *known_refs.shipped)
        for name, other in [_split(candidate)]
        if name == own and _order(other) < _order(version)
    ]
    return max(older, key=lambda pair: _order(pair[0]))[1] if older else None


def by_name(refs: RefsKnown) -> dict[str, list[str]]:
    """Return all refs by the name of the set, the newest version first."""
    found: dict[str, list[str]] = {}
    for ref in sorted((*refs.kept, *refs.shipped)):
        found.setdefault(_split(ref)[0], []).append(ref)
    for own in found.values():
        own.sort(key=lambda ref: _order(_split(ref)[1]), reverse=True)
    return found


def _split(ref: str) -> tuple[str, str]:
    name, _, version = ref.partition("@")
    return name, version


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return by what versions are ordered: numbers in them as numbers, so that 2025.10 comes after 2025.9."""
    words = re.findall(r"[0-9]+|[^0-9]+", version)
    return tuple(
        (0, int(word), "") if word.isdecimal() and word.isascii() else (1, 0, word) for word in words
    )
