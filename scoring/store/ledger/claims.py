"""Claims of points as they are kept, with their files, and what became of each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, or_, select

from scoring.canonical import canonical
from scoring.errors import Fault, Refused
from scoring.ledger import event_as
from scoring.store import bulk, chain
from scoring.store.drafts import By
from scoring.store.parts import in_parts
from scoring.store.plain import Plain
from scoring.store.tables import claim, claim_file, claim_move, moment_text
from scoring.texts import Text

_COLUMNS, _FILES, _MOVES = claim.c, claim_file.c, claim_move.c


class ClaimUnknown(Refused):
    """There is no claim of that number."""


class ClaimState(StrEnum):
    """What became of a claim."""

    PENDING = "pending"
    POSTED = "posted"
    VOID = "void"
    WITHDRAWN = "withdrawn"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {
    ClaimState.PENDING: Text("待审核", "to be verified"),
    ClaimState.POSTED: Text("已入账", "posted"),
    ClaimState.VOID: Text("不予入账", "not posted"),
    ClaimState.WITHDRAWN: Text("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """A file that comes with a claim: its SHA-256, and what it is called."""

    sha256: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutKept:
    """What a cap took of a claim: the cap, how many hundredths, and the sentence it was told by."""

    cap: str
    points: int
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Points (hundredths) that somebody says are due to a member of the branch *unit*; people stand by id.

    `at_unit` is the community that may verify it, '' for none. `posted`, `cut`, `reason` and who decided it when say
    what became of it; they are 0, empty and None while it is pending.
    """

    number: int = 0
    key: str
    member: str
    unit: str
    at_unit: str
    rules: str
    item: str
    points: int
    day: date
    event: str
    note: str
    by: str
    on_behalf: str
    made_at: datetime
    files: tuple[ClaimFile, ...] = ()
    state: ClaimState = ClaimState.PENDING
    posted: int = 0
    cut: tuple[CutKept, ...] = ()
    reason: str = ""
    decided_by: str = ""
    decided_on_behalf: str = ""
    decided_at: datetime | None = None

    @property
    def claimants(self) -> frozenset[str]:
        """Who claimed it, and on whose behalf, by id."""
        return frozenset(filter(None, (self.by, self.on_behalf)))


def add(c: Connection, new: Sequence[Claim]) -> tuple[int, ...]:
    """Keep the claims *new*, which are pending, and return their numbers, which they do not know yet."""
    chain.link_number(c)
    last = c.scalar(select(func.max(_COLUMNS.number))) or 0
    numbered = list(enumerate(new, last + 1))
    bulk.insert(c, claim, [_row(number, own) for number, own in numbered])
    bulk.insert(
        c, claim_file, [(number, file.sha256, file.title) for number, own in numbered for file in own.files]
    )
    return tuple(number for number, _ in numbered)


def move(  # noqa: PLR0917  what becomes of which claim, and why
    c: Connection,
    number: int,
    state: ClaimState,
    by: By,
    points: int = 0,
    cut: Sequence[CutKept] = (),
    reason: str = "",
) -> None:
    """Let the pending claim of that number come to *state*, with the *points* that were posted and what caps cut."""
    chain.add(
        c,
        claim_move,
        claim=number,
        state=state.value,
        points=points,
        cut=canonical([[own.cap, own.points, own.sentence.zh, own.sentence.en] for own in cut]).decode(),
        reason=reason,
        by=by.person,
        on_behalf=by.on_behalf,
        made_at=datetime.now(UTC),
    )


def find(c: Connection, number: int) -> Claim:
    """Return the claim of that number. Raises ClaimUnknown."""
    for row in _OF_NUMBER.ask(c, number=number):
        files = [ClaimFile(sha256=file, title=title) for file, title in _FILES_OF.ask(c, number=number)]
        return _claim(_moments(row), tuple(files))
    raise unknown(number)


def among(c: Connection, numbers: Iterable[int]) -> dict[int, Claim]:
    """Return the claims of those numbers, by number; numbers of none are left out."""
    wanted = sorted(set(numbers))
    if len(wanted) == 1:
        with suppress(ClaimUnknown):
            return {wanted[0]: find(c, wanted[0])}
        return {}
    return {own.number: own for part in in_parts(wanted) for own in _found(c, _COLUMNS.number.in_(part))}


def of_keys(c: Connection, keys: Iterable[str]) -> dict[str, Claim]:
    """Return the claims of those keys, by key; keys of none are left out."""
    return {own.key: own for part in in_parts(keys) for own in _found(c, _COLUMNS.key.in_(part))}


def pending(c: Connection, units: Collection[str]) -> tuple[Claim, ...]:
    """Return the claims that wait, of members of those branches or to be verified there, the newest first."""
    own = sorted(units)
    there = or_(_COLUMNS.unit.in_(own), _COLUMNS.at_unit.in_(own))
    return _found(c, there & _MOVES.claim.is_(None))


def decided(c: Connection, units: Collection[str], most: int) -> tuple[Claim, ...]:
    """Return the claims that were posted or not, of members of those branches or verified there, the last decided first.

    They are *most* at most.
    """
    own = sorted(units)
    there = or_(_COLUMNS.unit.in_(own), _COLUMNS.at_unit.in_(own))
    states = [ClaimState.POSTED.value, ClaimState.VOID.value]
    return _found(c, there & _MOVES.state.in_(states), most, _MOVES.made_at.desc())


def of_unit(c: Connection, unit: str, most: int) -> tuple[Claim, ...]:
    """Return the newest claims of the branch's members, at most so many, the newest first."""
    return _found(c, _COLUMNS.unit == unit, most)


def of_member(c: Connection, member: str, most: int) -> tuple[Claim, ...]:
    """Return the newest claims of the member, at most so many, the newest first."""
    return _found(c, _COLUMNS.member == member, most)


def pending_of(c: Connection, member: str) -> tuple[Claim, ...]:
    """Return the claims of the member that wait, the newest first."""
    return _found(c, (_COLUMNS.member == member) & _MOVES.claim.is_(None))


def waiting_of_event(c: Connection, member: str, item: str, day: date, event: str | None) -> tuple[int, ...]:
    """Return the numbers of the member's claims under *item* that wait, of that event (None: of any) of *day*, in order."""
    found = _WAITING.ask(c, member=member, item=item, day=day.isoformat())
    return tuple(number for number, name in found if event is None or event_as(name) == event_as(event))


def unknown(number: int) -> ClaimUnknown:
    """Return the refusal of a claim there is not."""
    return ClaimUnknown([Fault.of(f"没有第 {number} 号积分申报", f"there is no claim {number} of points")])


def _row(number: int, own: Claim) -> bulk.Row:
    return (
        number,
        own.key,
        own.member,
        own.unit,
        own.at_unit,
        own.rules,
        own.item,
        own.points,
        own.day.isoformat(),
        own.event,
        own.note,
        own.by,
        own.on_behalf,
        moment_text(own.made_at),
    )


def _found(
    c: Connection, where: ColumnElement[bool], most: int | None = None, *first: ColumnElement[Any]
) -> tuple[Claim, ...]:
    rows = c.execute(_selection(where, *first).limit(most)).all()
    files = _files(c, [row.number for row in rows])
    return tuple(_claim(row, tuple(files[row.number])) for row in rows)


def _selection(where: ColumnElement[bool], *first: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            *_KEPT,
            _MOVES.state,
            _MOVES.points.label("posted"),
            _MOVES.cut,
            _MOVES.reason,
            _MOVES.by.label("decided_by"),
            _MOVES.on_behalf.label("decided_on_behalf"),
            _MOVES.made_at.label("decided_at"),
        )
        .select_from(claim.outerjoin(claim_move, _MOVES.claim == _COLUMNS.number))
        .where(where)
        .order_by(*first, _COLUMNS.number.desc())
    )


def _files(c: Connection, numbers: Sequence[int]) -> dict[int, list[ClaimFile]]:
    found: dict[int, list[ClaimFile]] = defaultdict(list)
    for part in in_parts(numbers):
        own = select(claim_file).where(_FILES.claim.in_(part))
        for row in c.execute(own.order_by(_FILES.claim, _FILES.file)):
            found[row.claim].append(ClaimFile(sha256=row.file, title=row.title))
    return found


def _moments(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row as it is kept with its moments as such."""
    *own, made_at, state, posted, cut, reason, by, on_behalf, decided_at = row
    decided = None if decided_at is None else datetime.fromisoformat(decided_at)
    return *own, datetime.fromisoformat(made_at), state, posted, cut, reason, by, on_behalf, decided


def _claim(row: Any, files: tuple[ClaimFile, ...]) -> Claim:
    number, key, member, unit, at_unit, rules, item, points, day, event, note, by, on_behalf, *more = row
    made_at, state, posted, cut, reason, decided_by, decided_on_behalf, decided_at = more
    return Claim(
        number=number,
        key=key,
        member=member,
        unit=unit,
        at_unit=at_unit,
        rules=rules,
        item=item,
        points=points,
        day=date.fromisoformat(day),
        event=event,
        note=note,
        by=by,
        on_behalf=on_behalf,
        made_at=made_at,
        files=files,
        state=ClaimState(state or ClaimState.PENDING),
        posted=posted or 0,
        cut=tuple(
            CutKept(cap=cap, points=points, sentence=Text(zh, en))
            for cap, points, zh, en in orjson.loads(cut or "[]")
        ),
        reason=reason or "",
        decided_by=decided_by or "",
        decided_on_behalf=decided_on_behalf or "",
        decided_at=decided_at,
    )


_KEPT = [own for own in claim.columns if own.name != "link"]
_OF_NUMBER = Plain(_selection(_COLUMNS.number == bindparam("number")))
_WAITING = Plain(
    select(_COLUMNS.number, _COLUMNS.event)
    .select_from(claim.outerjoin(claim_move, _MOVES.claim == _COLUMNS.number))
    .where(
        _COLUMNS.member == bindparam("member"),
        _COLUMNS.item == bindparam("item"),
        _COLUMNS.day == bindparam("day"),
        _MOVES.claim.is_(None),
    )
    .order_by(_COLUMNS.number)
)
_FILES_OF = Plain(
    select(_FILES.file, _FILES.title).where(_FILES.claim == bindparam("number")).order_by(_FILES.file)
)
