"""What waits and what was decided of points in the demo county: claims, reversals by two, objections, and at merchants."""

import io
from dataclasses import replace
from datetime import date, timedelta

from scoring.criteria import catalogue
from scoring.criteria.item import Item, Ledger
from scoring.ledger import TransferKind
from scoring.people import Actor, Role
from scoring.store import units
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import Member
from scoring.workflow.demo.evidence import DemoFile, minutes, photograph
from scoring.workflow.demo.staff import DemoAccount, Post, Staff, opened
from scoring.workflow.demo_points import RULES, DemoPoints
from scoring.workflow.demo_shops import reverse_two, settle_past, try_till
from scoring.workflow.documents import Document, take_documents
from scoring.workflow.points.claiming import NewClaim, claim_for_many, claim_points
from scoring.workflow.points.expiring import announce_expiry, see_expiry
from scoring.workflow.points.keep_members import MemberFields, change_member
from scoring.workflow.points.reading import room_of
from scoring.workflow.points.reversing import (
    confirm_reversal,
    dismiss_line_objection,
    move_reversal,
    object_to_line,
)
from scoring.workflow.points.verifying import Decision, verify_claims

_AT_MEETING = 12
_REVERSED = 4
_LOOKED_AT = 40
_TWICE = "同一次活动登记了两次，多记的一次应当冲销。"
_NO_SCRIPT = "只附了现场照片，没有讲稿；请补充讲稿后重新申报。"
_MORE_REASONS = (
    "那天我参加了，签到表上漏签，请查照片。",
    "党费我当月已转给党小组长，请核对收据。",
)
_PROVEN = "已核对签到表和照片，当天确未到会，也没有请假，原扣分不变。"
_MEETINGS = (("theme_day", "主题党日"), ("collective_study", "专题学习研讨"), ("party_lecture", "年终党课"))
"""What members meet for, with what it is called."""

_ASKED_LEAVE = "当天因病住院，事前已向支部书记请假，请核对请假条。"


def leave_points_waiting(
    store: Store, files: Files | None, staff: Staff, kept: DemoPoints
) -> tuple[DemoAccount, ...]:
    """Let members, the secretary and the superior of one branch, the administrators and a till find something done, and to do.

    Claims come with files: without a folder for them there are none. Returns the accounts of more members.
    """
    code, secretary = next(iter(staff.secretaries.items()))
    superior = staff.actors["superior"]
    with store.read() as c:
        roll = members.of_unit(c, code)
        branch = units.newest(c, [code])[code].name
    mine = next(own for own in roll if own.code == kept.code)
    _reverse(store, secretary, superior, [mine, *(own for own in roll if own is not mine)])
    _object(store, kept.actor, mine)
    accounts = _more_objections(store, superior, kept, [own for own in roll if own is not mine])
    _keep_shops(store, staff, kept)
    if files is not None:
        claimed = _Files(files, branch, kept.until)
        _claim_own(store, claimed, kept.actor, secretary, mine)
        _claim_meeting(store, claimed, secretary, superior, roll)
    return accounts


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
    """Let the member claim up to four times, what is for their kind: one is posted, one is not, the rest waits for the secretary."""
    in_force = catalogue.find_points(RULES)
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
        if mine.kind in in_force.item(item).members
    ]
    decided = (Decision(claim=0, post=True), Decision(claim=0, post=False, reason=_NO_SCRIPT))
    decisions = [replace(own, claim=number) for own, number in zip(decided, numbers, strict=False)]
    verify_claims(store, secretary, decisions)


def _claim_meeting(
    store: Store, claimed: _Files, secretary: Actor, superior: Actor, roll: tuple[Member, ...]
) -> None:
    """Let the secretary claim for who came to a meeting; the superior has verified half of them.

    It is one for which caps leave room, so that what waits would post.
    """
    day = claimed.day(6)
    item, event, came = max(
        (_with_room(store, item, event, roll, day) for item, event in _MEETINGS),
        key=lambda own: len(own[2]),
    )
    found = claim_for_many(
        store,
        secretary,
        [
            NewClaim(
                key=f"demo-{item.id}-{own.code}",
                member=own.id,
                item=item.id,
                day=day,
                event=event,
                files=claimed.minutes(day),
            )
            for own in came
        ],
    )
    half = found[: len(found) // 2]
    if half:
        verify_claims(store, superior, [Decision(claim=own.number, post=True) for own in half])


def _with_room(
    store: Store, name: str, event: str, roll: tuple[Member, ...], day: date
) -> tuple[Item, str, list[Member]]:
    """Return the item of that name with its event, and some of those for whom all of it would still count on *day*."""
    in_force = catalogue.find_points(RULES)
    item = in_force.item(name)
    came: list[Member] = []
    with store.read() as c:
        for own in roll:
            if own.kind in item.members and own.first_day <= day and len(came) < _AT_MEETING:
                left = next(one.left for one in room_of(c, own, in_force, day) if one.item.id == name)
                if left is None or left >= item.most:
                    came.append(own)
    return item, event, came


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


def _more_objections(
    store: Store, superior: Actor, kept: DemoPoints, roll: list[Member]
) -> tuple[DemoAccount, ...]:
    """Let two more members, who get accounts, object to a line; the superior has answered the first of them."""
    accounts: list[DemoAccount] = []
    for own in roll:
        number = _newest(store, own, TransferKind.LOSS)
        if number is None or own.person or len(accounts) == len(_MORE_REASONS):
            continue
        post = Post(login=f"member{len(accounts) + 2}", name=own.name, role=Role.MEMBER, scope=own.unit)
        actor, password = opened(store, post)
        fields = MemberFields(
            name=own.name, unit=own.unit, kind=own.kind, first_day=kept.until, login=post.login
        )
        change_member(store, None, own.id, fields)
        objection = object_to_line(store, actor, number, _MORE_REASONS[len(accounts)])
        if not accounts:
            dismiss_line_objection(store, superior, objection, _PROVEN)
        accounts.append(post.account(password))
    return tuple(accounts)


def _keep_shops(store: Store, staff: Staff, kept: DemoPoints) -> None:
    """Settle months past, let two redemptions go back, announce which points end, and let the member redeem at the till."""
    administrator, other = staff.actors["admin1"], staff.actors["admin2"]
    settle_past(store, administrator, kept.shops, kept.until)
    reverse_two(store, administrator, other, kept.shops, kept.until)
    for year in see_expiry(store, administrator):
        if year.may_announce:
            announce_expiry(store, administrator, year.year)
    try_till(store, kept.shops, kept.actor)


def _newest(store: Store, own: Member, kind: TransferKind) -> int | None:
    """Return the member's newest transfer of that kind, by number; None where there is none."""
    with store.read() as c:
        found = transfers.statement(c, own.id, Ledger.HONOUR, most=_LOOKED_AT)
    return next((line.number for line in found if line.kind is kind), None)
