"""What waits and what was decided of points in the demo county: claims, reversals by two, an objection."""

import io
from datetime import date, timedelta

from scoring.criteria import catalogue
from scoring.criteria.item import Ledger
from scoring.ledger import TransferKind
from scoring.people import Actor
from scoring.store import units
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import Member
from scoring.workflow.demo.evidence import DemoFile, minutes, photograph
from scoring.workflow.demo.staff import Staff
from scoring.workflow.demo_points import RULES, DemoPoints
from scoring.workflow.documents import Document, take_documents
from scoring.workflow.points.claiming import NewClaim, claim_for_many, claim_points
from scoring.workflow.points.reversing import confirm_reversal, move_reversal, object_to_line
from scoring.workflow.points.verifying import Decision, verify_claims

_AT_MEETING = 12
_REVERSED = 4
_LOOKED_AT = 40
_TWICE = "同一次活动登记了两次，多记的一次应当冲销。"
_NO_SCRIPT = "只附了现场照片，没有讲稿；请补充讲稿后重新申报。"
_ASKED_LEAVE = "当天因病住院，事前已向支部书记请假，请核对请假条。"


def leave_points_waiting(store: Store, files: Files | None, staff: Staff, kept: DemoPoints) -> None:
    """Let the member, the secretary and the superior of one branch each find something done, and something to do.

    Claims come with files: without a folder for them there are none.
    """
    code, secretary = next(iter(staff.secretaries.items()))
    superior = staff.actors["superior"]
    with store.read() as c:
        roll = members.of_unit(c, code)
        branch = units.newest(c, [code])[code].name
    mine = next(own for own in roll if own.code == kept.code)
    _reverse(store, secretary, superior, [mine, *(own for own in roll if own is not mine)])
    _object(store, kept.actor, mine)
    if files is not None:
        claimed = _Files(files, branch, kept.until)
        _claim_own(store, claimed, kept.actor, secretary, mine)
        _claim_meeting(store, claimed, secretary, superior, roll)


class _Files:
    """The files that come with claims of one branch, on days shortly before the last."""

    def __init__(self, files: Files, branch: str, until: date) -> None:
        self._files, self._branch, self._until = files, branch, until

    def day(self, before: int) -> date:
        """Return the day so many days before the last."""
        return self._until - timedelta(days=before)

    def photograph(self, day: date) -> tuple[Document, ...]:
        return self._taken(photograph(self._branch, str(day.year), day.month))

    def minutes(self, day: date) -> tuple[Document, ...]:
        return self._taken(minutes(self._branch, str(day.year), day.month))

    def _taken(self, file: DemoFile) -> tuple[Document, ...]:
        return take_documents(self._files, [(io.BytesIO(file.content), file.name)])


def _claim_own(store: Store, claimed: _Files, member: Actor, secretary: Actor, mine: Member) -> None:
    """Let the member claim four times: one is posted, one is not, two wait for the secretary."""
    numbers = [
        claim_points(
            store,
            member,
            NewClaim(
                key=f"demo-{item}-{before}",
                member=mine.id,
                item=item,
                points=points,
                day=claimed.day(before),
                event=event,
                files=claimed.photograph(claimed.day(before)),
            ),
        ).number
        for item, points, before, event in (
            ("volunteer_service", 300, 9, "助老志愿服务"),
            ("lecture_given", None, 7, "讲党课"),
            ("volunteer_service", 200, 2, "小区清洁志愿服务"),
            ("household_contact", None, 1, "联户走访"),
        )
    ]
    posted, void, *_ = numbers
    decisions = [
        Decision(claim=posted, post=True),
        Decision(claim=void, post=False, reason=_NO_SCRIPT),
    ]
    verify_claims(store, secretary, decisions)


def _claim_meeting(
    store: Store, claimed: _Files, secretary: Actor, superior: Actor, roll: tuple[Member, ...]
) -> None:
    """Let the secretary claim for who came to a theme day; the superior has verified half of them."""
    day = claimed.day(6)
    item = catalogue.find_points(RULES).item("theme_day")
    came = [own for own in roll if own.kind in item.members and own.first_day <= day][:_AT_MEETING]
    found = claim_for_many(
        store,
        secretary,
        [
            NewClaim(
                key=f"demo-theme-day-{own.code}",
                member=own.id,
                item=item.id,
                day=day,
                event="主题党日",
                files=claimed.minutes(day),
            )
            for own in came
        ],
    )
    half = found[: len(found) // 2]
    if half:
        verify_claims(store, superior, [Decision(claim=own.number, post=True) for own in half])


def _reverse(store: Store, secretary: Actor, superior: Actor, roll: list[Member]) -> None:
    """Let the secretary move that points of some be reversed, and the superior confirm all but the last."""
    found = [number for own in roll if (number := _newest(store, own, TransferKind.AWARD)) is not None]
    motions = [move_reversal(store, secretary, number, _TWICE) for number in found[:_REVERSED]]
    for motion in motions[:-1]:
        confirm_reversal(store, superior, motion)


def _object(store: Store, member: Actor, mine: Member) -> None:
    """Let the member object to the newest line of their statement that took points."""
    number = _newest(store, mine, TransferKind.LOSS)
    if number is not None:
        object_to_line(store, member, number, _ASKED_LEAVE)


def _newest(store: Store, own: Member, kind: TransferKind) -> int | None:
    """Return the member's newest transfer of that kind, by number; None where there is none."""
    with store.read() as c:
        found = transfers.statement(c, own.id, Ledger.HONOUR, most=_LOOKED_AT)
    return next((line.number for line in found if line.kind is kind), None)
