"""Objections as people see them: what they are to, how they stand, and what whoever looks may do about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment, Gate
from scoring.errors import Fault, Refused
from scoring.gates import GateMotion
from scoring.objections import Objection
from scoring.people import Actor, Person, Role
from scoring.periods import Period
from scoring.permissions import Action, may, permit
from scoring.rows import Row
from scoring.store import criteria, editions, evidence, gates, objections, people, periods, postings, units
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.acting import looking, now_or, setting_of, within
from scoring.workflow.hear_objections import impartial, pending_lift, refusal_to
from scoring.workflow.post_results import Posted, posted_at
from scoring.workflow.sign_in import actor_of
from scoring.workflow.telling import holders, names


class DocumentUnknown(Refused):
    """There is no such document here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionSeen:
    """An objection, what it is to, people by name, and what whoever looks may do. `why_not` is why they may not take it.

    `line` is the line of the edition objected to, as it is published; None for a gate.
    """

    objection: Objection
    unit: Unit
    subject: Criterion | Adjustment | Gate
    line: Row | None
    called: Mapping[str, str]
    lift: GateMotion | None
    may_assign: bool
    may_take: bool
    may_answer: bool
    may_withdraw: bool
    why_not: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionsSeen:
    """The objections of a period that somebody may see, and the units for which they may file one now."""

    period: Period
    posted: Posted | None
    objections: tuple[ObjectionSeen, ...]
    filing: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a unit can object to: each line with its subject and row of the draft, and the gates that hold."""

    period: Period
    unit: Unit
    posted: Posted | None
    lines: tuple[tuple[Criterion | Adjustment, Row], ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """A moderator who might answer, and why not, None where they may."""

    person: Person
    why_not: Text | None


def see_objections(store: Store, actor: Actor, period_id: str, now: datetime | None = None) -> ObjectionsSeen:
    """Return the objections of the period of the units *actor* may see, the newest first. Raises NotAllowed."""
    with store.read() as c:
        period = looking(c, actor, Action.SEE_CASES, period_id)
        kept = {own.unit.code: own for own in units.current(c, period.id)}
        visible = within(actor, Action.SEE_CASES, period, kept)
        found = [own for own in objections.of_period(c, period.id) if own.unit in visible]
        filing = within(actor, Action.OBJECT, period, kept)
        posting = _posted(c, period, now)
        return ObjectionsSeen(
            period=period,
            posted=posting,
            objections=tuple(_seen(c, actor, period, kept[own.unit], own) for own in found),
            filing=()
            if posting is not None and not posting.is_open
            else tuple(kept[code].unit for code in sorted(filing)),
        )


def see_objection(store: Store, actor: Actor, number: int) -> tuple[Period, ObjectionSeen]:
    """Return one objection. Raises NotAllowed and ObjectionUnknown."""
    with store.read() as c:
        period, kept, own = _one(c, actor, number)
        return period, _seen(c, actor, period, kept, own)


def see_filing(store: Store, actor: Actor, period_id: str, code: str, now: datetime | None = None) -> Filing:
    """Return what the unit can object to. Raises NotAllowed, PeriodUnknown and UnitUnknown."""
    with store.read() as c:
        period = periods.find(c, period_id)
        kept = units.find(c, period.id, code)
        permit(actor, Action.OBJECT, setting_of(period, kept))
        newest = editions.newest(c, period.id)
        assert newest is not None, "what is posted is an edition"
        row = orjson.loads(editions.unit_lines(c, newest.id, code)[2])
        own = criteria.known(c, kept.ref)
        return Filing(
            period=period,
            unit=kept.unit,
            posted=_posted(c, period, now),
            lines=tuple((subject, _line(row, subject.id) or {}) for subject in own.subjects),
            gates=tuple(gate for gate in own.gates if gate.id in kept.unit.gates),
        )


def answerers(store: Store, actor: Actor, number: int) -> tuple[Answerer, ...]:
    """Return the moderators of the period, and which of them may answer the objection. Raises NotAllowed."""
    with store.read() as c:
        period, kept, own = _one(c, actor, number)
        permit(actor, Action.ASSIGN_OBJECTION, setting_of(period, kept))
        found = people.among(c, holders(c, (Role.MODERATOR,), period.id))
        chosen = sorted(found.values(), key=lambda one: (one.name, one.id))
        return tuple(
            Answerer(person=one, why_not=_why_not(c, period, kept, own, actor_of(c, one))) for one in chosen
        )


def document_of_objection(store: Store, actor: Actor, number: int, sha256: str) -> tuple[str, Kind]:
    """Return the title and kind of a file that came with an objection. Raises NotAllowed and DocumentUnknown."""
    with store.read() as c:
        _, _, own = _one(c, actor, number)
        for file in own.files:
            kind = evidence.kind_of(c, file.sha256)
            if file.sha256 == sha256 and kind is not None:
                return file.title, kind
    raise _no_document()


def document_of_motion(store: Store, actor: Actor, number: int) -> tuple[str, str, Kind]:
    """Return SHA-256, title and kind of a motion's document. Raises NotAllowed, MotionUnknown and DocumentUnknown."""
    with store.read() as c:
        own = gates.find(c, number)
        period = periods.find(c, own.period)
        permit(actor, Action.SEE_CASES, setting_of(period, units.find(c, period.id, own.unit)))
        kind = evidence.kind_of(c, own.file) if own.file else None
    if kind is None:
        raise _no_document()
    return own.file, own.title, kind


def _one(c: Connection, actor: Actor, number: int) -> tuple[Period, KeptUnit, Objection]:
    own = objections.find(c, number)
    period = periods.find(c, own.period)
    kept = units.find(c, period.id, own.unit)
    permit(actor, Action.SEE_CASES, setting_of(period, kept))
    return period, kept, own


def _posted(c: Connection, period: Period, now: datetime | None) -> Posted | None:
    newest = editions.newest(c, period.id)
    posting = None if newest is None else postings.of_edition(c, newest.id)
    return None if newest is None or posting is None else posted_at(newest.id, posting, now_or(now))


def _seen(c: Connection, actor: Actor, period: Period, kept: KeptUnit, own: Objection) -> ObjectionSeen:
    known = criteria.known(c, kept.ref)
    subject = next(one for one in (*known.subjects, *known.gates) if one.id == own.about)
    row = orjson.loads(editions.unit_lines(c, own.edition, own.unit)[2])
    at, is_open = setting_of(period, kept), own.state.is_open
    lift = pending_lift(c, own)
    answers = is_open and may(actor, Action.ANSWER_OBJECTION, at)
    fair = answers and impartial(c, own, actor)
    return ObjectionSeen(
        objection=own,
        unit=kept.unit,
        subject=subject,
        line=_line(row, own.criterion) if own.criterion else None,
        called=names(c, {own.by, own.answerer, *(one.by for one in own.moves)}),
        lift=lift,
        may_assign=is_open and may(actor, Action.ASSIGN_OBJECTION, at),
        may_take=fair and not own.answerer,
        may_answer=fair and own.answerer in actor.hands and lift is None,
        may_withdraw=is_open and may(actor, Action.OBJECT, at),
        why_not=refusal_to(actor) if answers and not fair else None,
    )


def _why_not(c: Connection, period: Period, kept: KeptUnit, own: Objection, chosen: Actor) -> Text | None:
    if not may(chosen, Action.ANSWER_OBJECTION, setting_of(period, kept)):
        return Text("不能答复本支部的异议（本人支部或回避）", "may not answer for this branch")
    return None if impartial(c, own, chosen) else Text("经办过本支部", "has handled this branch's case")


def _line(row: Row, about: str) -> Row | None:
    for line in (*row["lines"], *row.get("adjustments", ())):
        if about in (line.get("criterion"), line.get("adjustment")):
            found: Row = line
            return found
    return None


def _no_document() -> DocumentUnknown:
    return DocumentUnknown([Fault.of("没有这个文件", "there is no such document")])
