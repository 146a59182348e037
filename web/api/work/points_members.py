"""Members and their points as a branch's people see them, and the list of members as administrators keep it."""

from typing import Any

from scoring.criteria.item import Ledger, MemberKind
from scoring.permissions import Action, Setting, permit
from scoring.store.ledger.members import Member, search
from scoring.workflow.points.keep_members import MemberFields, add_member, change_member, let_go
from scoring.workflow.points.reading_groups import points_of_branch
from scoring.workflow.points.reading_members import (
    MemberSeen,
    branches_seen,
    member_of_code,
    points_of_member,
)
from scoring.workflow.points.reversing import move_reversal
from scoring.workflow.points.years import talks_due
from scoring.working_days import today
from web.api.shapes.work import points_office as told
from web.api.shapes.work.common import Number
from web.api.work import asked_points as asked
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.points_telling import line_told, year_told
from web.api.work.telling import fields_told

_OF = "members"
_ONE = "/points/members/<member_id>"


@work.looks("/points/branches", told.Branches, of=_OF)
def points_branches(call: Call) -> Any:
    """List the branches whose members' points one may see.

    列出可以查看党员积分的支部。
    """
    return {"branches": branches_seen(call.store, call.actor)}


@work.looks("/points/branches/<path:code>/members", told.BranchPoints, of=_OF, asks=asked.MembersAsked)
def branch_members(call: Call, code: str) -> Any:
    """List a branch's members with their points, or those a name, its pinyin or a number finds.

    列出支部党员及积分，可按姓名、拼音或编号查找。
    """
    found = points_of_branch(call.store, call.actor, code)
    wanted = {own.id for own in search([one.member for one in found.members], call.sent["q"].strip())}
    return {
        "unit": found.unit,
        "members": [
            fields_told(one, kind=one.member.kind, year=year_told(one.year))
            for one in found.members
            if one.member.id in wanted
        ],
    }


@work.looks("/points/members", told.MembersFound, of=_OF, asks=asked.CodeAsked)
def member_found(call: Call) -> Any:
    """Find a member by the number an office knows them by, where one may see their points.

    按编号查找党员。
    """
    found = member_of_code(call.store, call.actor, call.sent["code"].strip())
    return {"members": [] if found is None else [found]}


@work.looks("/points/talks", told.TalksDue, of=_OF, asks=asked.YearAsked)
def members_talks(call: Call) -> Any:
    """List the members with whom a talk would be due by quarters that are closed.

    列出应谈话提醒的党员。
    """
    found = talks_due(call.store, call.actor, call.sent["year"] or today().year)
    return {"talks": [{"member": own, "unit": own.unit, "annual": year.annual} for own, year in found]}


def _seen_tag(value: dict[str, Any]) -> str:
    return f"{value['member'].id}-{value['revision']}"


def _kept_tag(own: Member) -> str:
    return f"{own.id}-{own.revision}"


def _member_now(call: Call, member_id: str) -> str:
    return _kept_tag(points_of_member(call.store, call.actor, member_id).member)


@work.looks(_ONE, told.MemberSeen, of=_OF, asks=asked.LinesAsked, tag=_seen_tag)
def member_seen(call: Call, member_id: str) -> Any:
    """Read a member's points: balances, the year so far, and lines some at a time.

    查看一名党员的积分与明细。
    """
    ledger = Ledger(call.sent["ledger"])
    return _seen(points_of_member(call.store, call.actor, member_id, ledger, call.sent["before"]))


@work.does("POST", "/points/members", told.MemberKept, of=_OF, takes=asked.NewMemberSent, adds=True)
def member_added(call: Call) -> Any:
    """Add a member.

    新增党员。
    """
    permit(call.actor, Action.KEEP_MEMBERS, Setting())
    return add_member(call.store, call.actor, call.sent["code"], _fields(call))


@work.does(
    "PATCH",
    _ONE,
    told.MemberKept,
    of=_OF,
    takes=asked.MemberRevised,
    tag=_kept_tag,
    current=_member_now,
)
def member_changed(call: Call, member_id: str) -> Any:
    """Let a member be as sent from a day on; in another branch they have the same points.

    变更党员信息或转入另一支部，积分随人走。
    """
    permit(call.actor, Action.KEEP_MEMBERS, Setting())
    return change_member(call.store, call.actor, member_id, _fields(call), call.sent["revision"])


@work.does("POST", f"{_ONE}/leaving", told.MemberKept, of=_OF, takes=asked.LeavingSent)
def member_left(call: Call, member_id: str) -> Any:
    """Let a member be none here from a day on; what is posted stays.

    党员转出，已入账的积分保留。
    """
    permit(call.actor, Action.KEEP_MEMBERS, Setting())
    return let_go(call.store, call.actor, member_id, call.sent["first_day"], call.sent["revision"])


@work.does(
    "POST",
    "/points/lines/<int(max=999999999):number>/reversals",
    Number,
    of=_OF,
    takes=Reason,
    adds=True,
)
def reversal_moved(call: Call, number: int) -> Any:
    """Move that an entry be taken back; another person confirms it.

    提出冲销一笔积分，须由另一人确认。
    """
    permit(call.actor, Action.MOVE_REVERSAL, Setting())
    return {"number": move_reversal(call.store, call.actor, number, call.sent["reason"])}


def _fields(call: Call) -> MemberFields:
    sent = call.sent
    return MemberFields(
        name=sent["name"],
        unit=sent["unit"].strip(),
        kind=MemberKind(sent["kind"]),
        first_day=sent["first_day"],
        login=sent["login"].strip(),
    )


def _seen(found: MemberSeen) -> dict[str, Any]:
    own = found.member
    lines = [
        line_told(one.line, one.item)
        | {"by_name": one.by_name, "reversed": one.reversed_, "reversible": one.reversible}
        for one in found.lines
    ]
    return fields_told(
        found,
        kind=own.kind,
        state=own.state,
        first_day=own.first_day,
        revision=own.revision,
        year=year_told(found.year),
        lines=lines,
    )
