"""What is typed on sheets, sorted: to be saved, not allowed, or stale, because somebody else has changed it since."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from scoring.chain import OWN, Deed
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.marks import MarkRefused
from scoring.people import Actor, Role
from scoring.sheets import (
    SELF,
    SUPERIOR,
    Conflict,
    DraftMark,
    Entered,
    closed_in,
    read_comment,
    read_mark,
)
from scoring.store import people
from scoring.store.drafts import By, NewDraft
from scoring.store.engine import Connection
from scoring.texts import Text

_ROLES = {SELF: Role.SECRETARY, SUPERIOR: Role.SUPERIOR, MODERATION: Role.MODERATOR}


@dataclass(slots=True)
class Found:
    """What became of marks that were typed on one sheet; conflicts with the id of who wrote the other mark."""

    revisions: dict[str, int]
    marks: dict[str, str]
    faults: dict[str, Text]
    new: list[NewDraft]
    conflicts: list[tuple[Conflict, str]]


class Entering:
    """What is typed on sheets of one set and stage is sorted: to be saved, faulty, or stale. Each mark is read once."""

    def __init__(self, criteria: CriteriaSet, stage: str) -> None:
        self._subjects, self._closed = _open_to(criteria, stage)
        self._ref = criteria.ref
        self._read: dict[tuple[str, str], str | Text] = {}

    def sort(self, unit: str, marks: Mapping[str, DraftMark], entries: Iterable[Entered]) -> Found:
        """Return what becomes of *entries* over the *marks* that stand on the unit's sheet; of two on one the last."""
        found = Found({}, {}, {}, [], [])
        for entered in {own.criterion: own for own in entries}.values():
            criterion = entered.criterion
            mark, comment = self._mark(criterion, entered.mark), _comment(entered.comment)
            wrong = next((own for own in (mark, comment) if isinstance(own, Text)), None)
            if wrong is not None:
                found.faults[criterion] = wrong
                continue
            assert isinstance(mark, str)
            assert not isinstance(comment, Text)
            _lay(unit, entered, mark, comment, marks.get(criterion) or DraftMark(criterion=criterion), found)
        return found

    def _mark(self, criterion: str, typed: str) -> str | Text:
        key = criterion, typed
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = self._reading(criterion, typed)
        return known

    def _reading(self, criterion: str, typed: str) -> str | Text:
        subject = self._subjects.get(criterion)
        if subject is None:
            return Text(
                f"{self._ref} 中没有“{criterion}”这一项", f"{self._ref} has no criterion “{criterion}”"
            )
        if criterion in self._closed:
            return Text(
                "取自系统记录，由上级或县级填写，支部不填",
                "a number from the service's own records; the superior or the county enters it",
            )
        return _or_fault(lambda: read_mark(subject, typed))


@lru_cache(maxsize=512)
def _open_to(criteria: CriteriaSet, stage: str) -> tuple[dict[str, Criterion | Adjustment], frozenset[str]]:
    """Return what can be marked by id, and what of it is closed in *stage*."""
    return {own.id: own for own in criteria.subjects}, frozenset(closed_in(criteria, stage))


def told_by(c: Connection, conflicts: Sequence[tuple[Conflict, str]]) -> tuple[Conflict, ...]:
    """Return the conflicts with the names of who wrote the other marks."""
    if not conflicts:
        return ()
    names = people.among(c, {person for _, person in conflicts})
    return tuple(
        replace(one, by_name=names[person].name if person in names else "") for one, person in conflicts
    )


def typing(actor: Actor, stage: str) -> Deed:
    """Return the deed of entering marks, which the chain does not cover: they count when they are signed for."""
    role = _ROLES.get(stage, Role.EVALUATOR)
    behalf = "" if actor.on_behalf is None else actor.on_behalf.id
    held = role.value if any(own.role is role for own in actor.rights) else OWN
    return Deed(person=actor.id, on_behalf=behalf, role=held, action="enter_marks")


def by_of(actor: Actor) -> By:
    """Return who it is that acts, for what is kept."""
    return By(person=actor.id, on_behalf="" if actor.on_behalf is None else actor.on_behalf.id)


def _lay(  # noqa: PLR0917  what is typed, as it is read, what it is laid over, and what becomes of it
    unit: str, entered: Entered, mark: str, comment: str | None, before: DraftMark, found: Found
) -> None:
    """Add to *found* what becomes of one mark that is allowed."""
    criterion = entered.criterion
    if mark == before.mark and comment in (None, before.comment):
        found.revisions[criterion], found.marks[criterion] = before.revision, mark
    elif entered.revision != before.revision:
        conflict = Conflict(
            unit=unit,
            criterion=criterion,
            yours=mark,
            theirs=before.mark,
            by_name="",
            made_at=before.made_at,
            revision=before.revision,
            your_comment=comment,
            their_comment=before.comment,
        )
        found.conflicts.append((conflict, before.by))
    else:
        revision = before.revision + 1
        kept = before.comment if comment is None else comment
        new = NewDraft(unit=unit, criterion=criterion, revision=revision, mark=mark, comment=kept)
        found.new.append(new)
        found.revisions[criterion], found.marks[criterion] = revision, mark


def _comment(typed: str | None) -> str | Text | None:
    return None if typed is None else _or_fault(lambda: read_comment(typed))


def _or_fault(read: Callable[[], str]) -> str | Text:
    try:
        return read()
    except MarkRefused as refusal:
        return refusal.sentence
