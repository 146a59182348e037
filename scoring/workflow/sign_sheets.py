"""Sheets are signed, and with that count; what must be done again is sent back with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from scoring.canonical import Json, canonical, sha256
from scoring.chain import Deed
from scoring.errors import Fault
from scoring.marks import Marking
from scoring.people import Actor, Role
from scoring.permissions import Action, permit
from scoring.sheets import (
    SELF,
    SHARED,
    NothingToSendBack,
    SheetKey,
    SheetNotReady,
    SheetSigned,
    SheetState,
)
from scoring.store import chain, drafts, imports, markings, sheets
from scoring.store.drafts import By, NewDraft
from scoring.store.engine import Connection, Store
from scoring.store.sheets import NewMove
from scoring.texts import Text
from scoring.workflow.acting import words
from scoring.workflow.footing import Footing, action_of, footing, own_key, permit_marking
from scoring.workflow.ready_sheets import unready
from scoring.workflow.telling import holders, tell
from scoring.workflow.typed_marks import by_of

SIGNED_HERE = "网页签署"
"""What stands for the name of a file where marks came by signing."""

_REASON = Text("退回理由", "the reason for sending it back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A sheet that was signed: as whose marks, how many, and under which number of an import they were kept."""

    key: SheetKey
    evaluator: str
    marks: int
    import_number: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMarks:
    """What is kept when somebody signs: the marking, its move, and the markings it takes the place of."""

    marking: Marking
    move: NewMove
    withdrawn: tuple[Marking, ...] = ()


def sign_sheet(store: Store, actor: Actor, key: SheetKey) -> Signed:
    """Sign one sheet as it stands; from then on its marks count, and it is locked until it is sent back.

    Raises SheetNotReady with all it still wants, NotAllowed, SameHands and SheetSigned.
    """
    return sign_sheets(store, actor, [key])[0]


def sign_sheets(store: Store, actor: Actor, keys: Sequence[SheetKey]) -> tuple[Signed, ...]:
    """Sign sheets of one period, all or none, and return them in that order. Raises as `sign_sheet` does."""
    assert len({key.period for key in keys}) == 1, "the sheets of one period are signed together"
    with store.read() as c:
        deed = permit_marking(actor, footing(c, actor, keys[0]))
    with store.begin(deed) as c:
        found = [footing(c, actor, key) for key in dict.fromkeys(keys)]
        _refuse_unready(c, actor, found)
        signing = [_signing(actor, own) for own in found]
        number = keep_signed(c, actor, signing)
    now = datetime.now(UTC)
    return tuple(
        Signed(
            key=own.move.key,
            evaluator=own.move.evaluator,
            marks=len(own.marking.marks),
            import_number=number,
            made_at=now,
        )
        for own in signing
    )


def keep_signed(c: Connection, actor: Actor, signing: Sequence[SignedMarks]) -> int:
    """Keep what was signed, as one import of marks, with its moves; return the number of the import.

    For a transaction whose deed is that of signing. The digest is the SHA-256 of the canonical signed sheets.
    """
    period_id = signing[0].move.key.period
    rows = sum(len(own.marking.marks) for own in signing)
    number = imports.add(c, period_id, "marks", _digest(signing), SIGNED_HERE, rows)
    kept = [one for own in signing for one in (own.marking, *own.withdrawn)]
    markings.put(c, period_id, kept, number)
    sheets.add(c, [own.move for own in signing], by_of(actor))
    chain.concern(c, *(f"unit {period_id} {own.move.key.unit}" for own in signing))
    return number


def send_back(store: Store, actor: Actor, period_id: str, unit: str, stage: str, reason: str) -> None:  # noqa: PLR0917
    """Send back the unit's sheet of *stage* with a reason, so that it can be changed and signed again.

    A superior sends back a branch's own sheet, also one that was never signed, as long as the superior's own is
    not signed; a county evaluator the superior's, as long as the evaluator has not signed. Those concerned are told.
    Raises NothingToSendBack, NotAllowed, SameHands, WordsUnfit.
    """
    why = words(reason, _REASON)
    key = SheetKey(period=period_id, unit=unit, stage=stage)
    with store.read() as c:
        own = footing(c, actor, key)
        deed = replace(_permit_sending(actor, own), action=Action.SEND_BACK.value)
    with store.begin(deed) as c:
        own = footing(c, actor, key)
        _permit_sending(actor, own)
        before = 0 if own.move is None else own.move.move.number
        move = NewMove(key=own.key, number=before + 1, state=SheetState.SENT_BACK, reason=why)
        sheets.add(c, [move], by_of(actor))
        chain.concern(c, f"unit {own.period.id} {own.unit.code}")
        _lay_open(c, own)
        role = Role.SECRETARY if stage == SELF else Role.SUPERIOR
        told = [one for one in holders(c, [role], own.period.id, own.unit) if one not in actor.hands]
        tell(c, told, "sent_back", _told(actor, own, why), _address(own.key))


def _refuse_unready(c: Connection, actor: Actor, found: Iterable[Footing]) -> None:
    faults: list[Fault] = []
    for own in found:
        permit_marking(actor, own)
        faults += unready(c, own)
    if faults:
        raise SheetNotReady(faults)


def _signing(actor: Actor, own: Footing) -> SignedMarks:
    """Return what is kept of the sheet: in the stages where those entitled share one, in the name of who signs."""
    assert actor.person is not None
    stage, unit = own.key.stage, own.unit.code
    evaluator = actor.person.signs_as if own.evaluator is None else own.evaluator
    others = {one.evaluator for one in own.markings if one.stage == stage} - {evaluator}
    texts = {criterion: own.texts[criterion] for criterion in sorted(own.texts)}
    comments = {one.criterion: one.comment for one in own.marks.values() if one.comment}
    return SignedMarks(
        marking=Marking(unit=unit, stage=stage, evaluator=evaluator, marks=texts),
        move=NewMove(
            key=own.key,
            number=1 if own.move is None else own.move.move.number + 1,
            state=SheetState.SIGNED,
            evaluator=evaluator,
            comments=comments,
        ),
        withdrawn=tuple(
            Marking(unit=unit, stage=stage, evaluator=other, marks={})
            for other in sorted(others)
            if stage in SHARED
        ),
    )


def _digest(signing: Sequence[SignedMarks]) -> str:
    documents: list[Json] = [
        {
            "comments": dict(own.move.comments or {}),
            "evaluator": own.move.evaluator,
            "holder": own.move.key.holder,
            "marks": dict(own.marking.marks.items()),
            "number": own.move.number,
            "period": own.move.key.period,
            "stage": own.move.key.stage,
            "unit": own.move.key.unit,
        }
        for own in signing
    ]
    return sha256(canonical(documents))


def _permit_sending(actor: Actor, own: Footing) -> Deed:
    """Return the deed of sending the sheet back: for whoever marks in the stage after it, and has not signed there."""
    stages, unit = own.criteria.stages, own.unit.name
    after = stages[stages.index(own.key.stage) + 1 :]
    if own.key.stage not in SHARED or not after:
        raise NothingToSendBack([Fault.of("这一阶段的评分表不能退回，有分歧请提请复议", _NOT_THESE)])
    setting = own.setting(after[0])
    permit(actor, Action.SEND_BACK, setting)
    deed = permit(actor, action_of(after[0]), setting)
    theirs = own.moves.get(own_key(actor, own.period.id, own.unit.code, after[0]))
    if theirs is not None and theirs.move.state is SheetState.SIGNED:
        raise SheetSigned(
            [
                Fault.of(
                    f"您对{unit}的评分表已签署，不能再退回前一阶段的评分表",
                    f"your own sheet of {unit} is signed; the one before it cannot be sent back any more",
                )
            ]
        )
    if own.state is SheetState.SENT_BACK:
        raise NothingToSendBack(
            [Fault.of(f"{unit}的评分表已经退回，尚未重新签署", f"the sheet of {unit} was sent back already")]
        )
    marked = own.state is SheetState.SIGNED or any(one.stage == own.key.stage for one in own.markings)
    if not marked and own.key.stage != SELF:
        raise NothingToSendBack(
            [Fault.of(f"{unit}的评分表尚未签署，无须退回", f"the sheet of {unit} is not signed yet")]
        )
    return deed


def _lay_open(c: Connection, own: Footing) -> None:
    """Let the marks that counted be what stands on the sheet that is open again, whatever was entered before.

    They differ where a file replaced some after the sheet was signed.
    """
    if own.state is not SheetState.SIGNED:
        return
    new = [
        NewDraft(
            unit=own.unit.code,
            criterion=one.criterion,
            revision=one.revision + 1,
            mark=own.kept.get(one.criterion, ""),
            comment=one.comment,
        )
        for one in own.drafts.values()
        if one.mark != own.kept.get(one.criterion, "")
    ]
    drafts.add(c, own.key, new, By(person=""))


def _told(actor: Actor, own: Footing, reason: str) -> Text:
    return Text(
        f"{own.unit.name}的评分表被{actor.name}退回：{reason}",
        f"{actor.name} sent back the sheet of {own.unit.name}: {reason}",
    )


def _address(key: SheetKey) -> str:
    return "/".join(("", "desk", quote(key.period), "marking", quote(key.stage), quote(key.unit)))


_NOT_THESE = "sheets of this stage are not sent back; disagreements go to moderation"
