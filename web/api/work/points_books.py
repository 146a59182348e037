"""The books of points: quarters opened and closed, sums, reversals and objections decided, rules in use, points that end."""

from contextlib import nullcontext
from typing import Any

from scoring.errors import Fault, Place
from scoring.permissions import Action, Setting, permit
from scoring.texts import Text
from scoring.workflow.points.expiring import announce_expiry, expire, see_expiry
from scoring.workflow.points.quarters import close_quarter, close_quarters, open_quarter, see_quarters
from scoring.workflow.points.reading_groups import GroupSums, points_of_county
from scoring.workflow.points.reading_reversals import (
    LineConcerned,
    LineObjectionSeen,
    MotionSeen,
    see_reversals,
)
from scoring.workflow.points.reversing import (
    confirm_reversal,
    dismiss_line_objection,
    refuse_reversal,
    uphold_line_objection,
)
from scoring.workflow.points.rules_in_force import RulesRefused, adopt_rules, rules_adopted
from web.access import MEBIBYTE
from web.api.shapes.work import points_office as told
from web.api.shapes.work.common import Number
from web.api.work import asked_points as asked
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.api.work.uploaded import laid_out

_OF = "books"
_QUARTER = "/points/quarters/<quarter>"
_MOTION = "/points/reversals/<int(max=999999999):number>"
_OBJECTION = "/points/objections/<int(max=999999999):number>"
_YEAR = "/points/expiry/<int(max=999999999):year>"
_LARGEST = 2 * MEBIBYTE
_LAST_YEAR = 9_000


@work.looks(_QUARTER, told.QuarterSeen, of=_OF)
def quarter_seen(call: Call, quarter: str) -> Any:
    """See where branches stand with a quarter, and what is missing before they can close it.

    查看各支部一个季度的结账情况。
    """
    return {"quarter": quarter, "branches": see_quarters(call.store, call.actor, quarter)}


@work.does("POST", f"{_QUARTER}/opening", told.QuarterOpened, of=_OF)
def quarter_opened(call: Call, quarter: str) -> Any:
    """Give every member their baseline of a quarter; whoever has it keeps it.

    发放季度基础分，已有的不重复发放。
    """
    return open_quarter(call.store, call.actor, quarter)


@work.does("POST", f"{_QUARTER}/units/<path:code>/closing", told.QuartersClosed, of=_OF)
def quarter_closed(call: Call, quarter: str, code: str) -> Any:
    """Close a branch's quarter, for good; what is missing is told all at once.

    支部季度结账，结账后不再变动。
    """
    permit(call.actor, Action.CLOSE_QUARTER, Setting())
    close_quarter(call.store, call.actor, quarter, code)
    return {"branches": [code]}


@work.does("POST", f"{_QUARTER}/closings", told.QuartersClosed, of=_OF)
def quarters_closed(call: Call, quarter: str) -> Any:
    """Close a quarter in every branch of one's own where nothing hinders it, and hear in which.

    凡无未办事项的支部一并结账。
    """
    return {"branches": close_quarters(call.store, call.actor, quarter)}


@work.looks("/points/sums", told.PointsSums, of=_OF, asks=asked.YearAsked)
def points_sums(call: Call) -> Any:
    """Read sums of points and how they are spread: no member is named, and nothing is told of few.

    查看积分汇总与分布，不涉及个人。
    """
    found = points_of_county(call.store, call.actor, call.sent["year"])
    return {
        "year": found.year,
        "rules": found.rules.ref,
        "county": _sums(found.county),
        "superiors": [
            {"kind": group.kind, "name": group.name, "sums": _sums(sums)}
            for group, sums in found.superiors.items()
        ],
        "branches": [{"unit": unit, "sums": _sums(sums)} for unit, sums in found.branches],
        "left_out": found.left_out,
    }


@work.looks("/points/reversals", told.Reversals, of=_OF)
def reversals_seen(call: Call) -> Any:
    """List motions that entries be taken back, and objections to lines, of the branches one sees.

    列出冲销提议和积分异议。
    """
    found = see_reversals(call.store, call.actor)
    return {
        "motions": [_motion(own) for own in found.motions],
        "objections": [_objection(own) for own in found.objections],
        "ended_motions": [_motion(own) for own in found.ended_motions],
        "ended_objections": [_objection(own) for own in found.ended_objections],
    }


@work.does("POST", f"{_MOTION}/confirmation", told.ReversedBy, of=_OF)
def reversal_confirmed(call: Call, number: int) -> Any:
    """Confirm what another person moved: the entry is taken back today.

    确认他人提出的冲销。
    """
    permit(call.actor, Action.CONFIRM_REVERSAL, Setting())
    return {"entries": confirm_reversal(call.store, call.actor, number)}


@work.does("POST", f"{_MOTION}/refusal", of=_OF, takes=Reason)
def reversal_refused(call: Call, number: int) -> None:
    """Refuse what another person moved, with a reason.

    不同意他人提出的冲销，说明理由。
    """
    permit(call.actor, Action.CONFIRM_REVERSAL, Setting())
    refuse_reversal(call.store, call.actor, number, call.sent["reason"])


@work.does("POST", f"{_OBJECTION}/upheld", Number, of=_OF, takes=Reason)
def line_objection_upheld(call: Call, number: int) -> Any:
    """Uphold an objection to a line, which moves that it be taken back; hear the motion's number.

    积分异议成立，转为冲销提议。
    """
    permit(call.actor, Action.ANSWER_POINTS, Setting())
    return {"number": uphold_line_objection(call.store, call.actor, number, call.sent["reason"])}


@work.does("POST", f"{_OBJECTION}/dismissed", of=_OF, takes=Reason)
def line_objection_dismissed(call: Call, number: int) -> None:
    """Dismiss an objection to a line, with a reason.

    积分异议不成立，说明理由。
    """
    permit(call.actor, Action.ANSWER_POINTS, Setting())
    dismiss_line_objection(call.store, call.actor, number, call.sent["reason"])


@work.looks("/points/rules/adopted", told.RulesAdopted, of=_OF)
def rules_in_use(call: Call) -> Any:
    """List the rules of points that were ever taken into use.

    列出启用过的积分规则。
    """
    return {"rules": rules_adopted(call.store, call.actor)}


@work.does(
    "POST", "/points/rules", told.RulesTaken, of=_OF, takes=asked.RulesSent, adds=True, largest=_LARGEST
)
def rules_taken(call: Call) -> Any:
    """Take rules into use from the first day of a quarter on: those of a name, or in a file.

    从某季度第一天起启用积分规则。
    """
    permit(call.actor, Action.KEEP_POINTS_RULES, Setting())
    given, ref = call.sent["file"], call.sent["ref"]
    if (given is None) == (ref is None):
        raise RulesRefused([Fault(place=Place(field="ref"), sentence=_ONE_OF_TWO)])
    with nullcontext(ref) if given is None else laid_out(given, "rules.yaml") as name:
        own = adopt_rules(call.store, call.actor, str(name), call.sent["first_day"])
    return {
        "ref": own.rules.ref,
        "first_day": own.first_day,
        "weak": [fault.sentence for fault in own.weak],
    }


@work.looks("/points/expiry", told.Expiry, of=_OF)
def expiry_seen(call: Call) -> Any:
    """See where the spendable points of each year stand that end.

    查看各年可兑换分的到期情况。
    """
    return {"years": see_expiry(call.store, call.actor)}


@work.does("POST", f"{_YEAR}/announcement", told.ExpiryAnnounced, of=_OF)
def expiry_announced(call: Call, year: int) -> Any:
    """Announce that the spendable points of a year are to end; members are told once.

    预告一年的可兑换分到期，只通知一次。
    """
    return announce_expiry(call.store, call.actor, _year(year))


@work.does("POST", f"{_YEAR}/ending", told.ExpiryEnded, of=_OF)
def expiry_ended(call: Call, year: int) -> Any:
    """Let what is left of a year's spendable points end, after the last day that was announced.

    办理一年的可兑换分到期。
    """
    return expire(call.store, call.actor, _year(year))


def _year(asked_for: int) -> int:
    """Return a year that days can be of; before the first rules there is nothing to end."""
    return min(max(asked_for, 1), _LAST_YEAR)


def _sums(own: GroupSums | None) -> dict[str, Any] | None:
    if own is None:
        return None
    return fields_told(
        own,
        stars={str(stars): count for stars, count in own.stars.items()},
        spread=[{"from_": step, "members": count} for step, count in own.spread],
    )


def _motion(own: MotionSeen) -> dict[str, Any]:
    return fields_told(
        own.motion,
        line=_line(own.line),
        by_name=own.by_name,
        answered_by_name=own.answered_by_name,
        may_decide=own.may_decide,
    )


def _objection(own: LineObjectionSeen) -> dict[str, Any]:
    return fields_told(
        own.objection,
        entry=own.objection.transfer,
        line=_line(own.line),
        answered_by_name=own.answered_by_name,
        may_answer=own.may_answer,
    )


def _line(own: LineConcerned) -> dict[str, Any]:
    return fields_told(
        own.transfer.new,
        entry=own.transfer.number,
        title=None if own.item is None else own.item.title,
        member=own.member,
        unit=own.unit,
    )


_ONE_OF_TWO = Text(
    "请给出规则名称（ref）或规则文件（file），二者给一个",
    "give the name of rules (ref) or a file of them, one of the two",
)
