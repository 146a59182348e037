"""The desk: what waits for who asks, the most urgent first, and the ways to all they may see."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from scoring.people import Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, Setting, may
from scoring.sheets import SELF, SUPERIOR
from scoring.texts import Text
from scoring.workflow.duties import AT_WORK, Duty, Task, duties
from web.access import somebody, store
from web.language import say, told
from web.pages.points_work.places import tabs
from web.viewing import contents, open_years

desk_pages = Blueprint("desk", __name__)

_STAGES = {SELF: Text("支部自评", "Own branch"), SUPERIOR: Text("上级评审", "Review as superior")}
_TASKS = {
    Task.SETTLE: (Text("复议", "Moderation"), Text("项分歧待复议", "Disagreements to settle")),
    Task.ANSWER_OBJECTIONS: (Text("异议", "Objections"), Text("件异议待答复", "Objections to answer")),
    Task.ASSIGN_OBJECTIONS: (
        Text("异议", "Objections"),
        Text("件异议待指定答复人", "Objections nobody answers yet"),
    ),
    Task.CONFIRM_GATES: (Text("一票否决", "Gates"), Text("件待您确认", "To be confirmed by you")),
    Task.CONFIRM_EDITIONS: (
        Text("发布", "Publishing"),
        Text("个版本待您确认", "Editions to be confirmed by you"),
    ),
    Task.VERIFY_CLAIMS: (Text("积分申报", "Claims of points"), Text("项待您审核", "To be verified by you")),
    Task.CONFIRM_REVERSALS: (
        Text("积分冲销", "Reversals of points"),
        Text("件待您确认", "To be confirmed by you"),
    ),
    Task.ANSWER_LINES: (
        Text("积分异议", "Objections to points"),
        Text("件待您答复", "To be answered by you"),
    ),
    Task.CLOSE_QUARTER: (
        Text("季度结账", "Quarters of points"),
        Text("个支部待结账", "Branches still to close it"),
    ),
    Task.CONFIRM_ROLES: (Text("授权", "Roles"), Text("项授权待您确认", "Roles to be confirmed by you")),
}
_PAGES = {
    Task.SETTLE: "marking.moderation",
    Task.ANSWER_OBJECTIONS: "objections.listed",
    Task.ASSIGN_OBJECTIONS: "objections.listed",
    Task.CONFIRM_GATES: "gates.show",
    Task.CONFIRM_EDITIONS: "publishing.show",
}
_PAGES_OF_POINTS = {
    Task.VERIFY_CLAIMS: "points_work.claims",
    Task.CONFIRM_REVERSALS: "points_work.reversals",
    Task.ANSWER_LINES: "points_work.reversals",
    Task.CLOSE_QUARTER: "points_work.quarters",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A task as it lies on the desk: its heading, what waits, where it is done; *first* is the one to begin with."""

    duty: Duty
    heading: str
    words: str
    href: str
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link to something they may see."""

    text: str
    href: str


@desk_pages.get("/desk")
def show() -> str:
    """Show the desk."""
    own = somebody()
    found = sorted(duties(store(), own), key=_urgency)
    waiting = [duty for duty in found if duty.waiting or duty.urgent]
    begin = next(iter([*waiting, *(duty for duty in found if duty.task is Task.RUN_PERIOD)]), None)
    return render_template(
        "desk.html",
        actor=own,
        cards=[_card(duty, first=duty is begin) for duty in found if _lies_there(duty)],
        has_points=may(own, Action.SEE_OWN_POINTS, Setting()),
        takes_codes=may(own, Action.TAKE_CODES, Setting()),
        ways=_ways(),
    )


def _lies_there(duty: Duty) -> bool:
    """Return whether there is a card for it: something waits, or it says how far one's own work is."""
    own = duty.task is Task.RUN_PERIOD or (duty.of and duty.task in (Task.MARK, Task.SETTLE))
    return bool(duty.waiting or duty.urgent or own)


def _urgency(duty: Duty) -> tuple[bool, bool, str]:
    return not duty.urgent, not duty.waiting, duty.deadline or "9"


def _card(duty: Duty, *, first: bool) -> Card:
    if duty.task is Task.MARK:
        stage = _STAGES.get(duty.stage, Text("县级评分", "Marking for the county"))
        words = say(
            f"{duty.of} 张评分表，待签署 {duty.waiting} 张"
            + (f"，退回或逾期 {duty.urgent} 张" if duty.urgent else ""),
            f"{duty.waiting} of {duty.of} sheets to sign"
            + (f", {duty.urgent} sent back or late" if duty.urgent else ""),
        )
        return Card(duty=duty, heading=told(stage), words=words, href=_marking_address(duty), first=first)
    if duty.task is Task.RUN_PERIOD:
        return Card(
            duty=duty,
            heading=say("工作进度", "Progress"),
            words=say(
                "各支部做到哪一步，谁还没有交，都在这里。", "How far each branch is, and who is behind."
            ),
            href=url_for("progress.show", period_id=duty.period),
            first=first,
        )
    heading, what = _TASKS[duty.task]
    words = say(f"{duty.waiting} {what.zh}", f"{what.en}: {duty.waiting}")
    return Card(duty=duty, heading=told(heading), words=words, href=_address(duty), first=first)


def _address(duty: Duty) -> str:
    if duty.task in _PAGES_OF_POINTS:
        return url_for(_PAGES_OF_POINTS[duty.task], quarter=duty.quarter or None)
    return url_for(_PAGES[duty.task], period_id=duty.period) if duty.period else url_for("people.roles")


def _marking_address(duty: Duty) -> str:
    if duty.stage == SELF and duty.unit:
        return url_for("branch.desk", period_id=duty.period, code=duty.unit)
    return url_for("marking.queue", period_id=duty.period)


def _ways() -> list[Way]:
    """Return the ways to what they may see, besides the cards: the newest period's first."""
    own = somebody()
    newest_first = sorted(contents().periods, key=lambda one: one.id, reverse=True)
    ways = [way for period in newest_first for way in _ways_in(period)]
    at = Setting()
    if may(own, Action.SPEND_POINTS, at):
        ways.append(Way(text=say("积分兑换", "Redeem points"), href=url_for("redeeming.offers")))
    if may(own, Action.KEEP_MERCHANTS, at):
        ways.append(Way(text=say("兑换商户", "Merchants"), href=url_for("merchants.listed")))
    if tabs():
        ways.append(Way(text=say("党员积分", "Members' points"), href=url_for("points_work.first")))
    if may(own, Action.EXPIRE_POINTS, at):
        ways.append(Way(text=say("积分到期", "Points that end"), href=url_for("expiry.show")))
    if may(own, Action.OPEN_PERIOD, at):
        ways.append(Way(text=say("开设评定期", "Open a period"), href=url_for("progress.opening")))
    if may(own, Action.SEE_PEOPLE, at):
        ways.append(Way(text=say("人员与授权", "People and roles"), href=url_for("people.listed")))
    if may(own, Action.SEE_LOG, at):
        ways.append(Way(text=say("操作日志", "The log"), href=url_for("log.listed")))
    ways.append(Way(text=say("我的操作记录", "What I did"), href=url_for("log.person", person_id=own.id)))
    return ways


def _ways_in(period: Period) -> Iterator[Way]:
    """Yield the ways to what they may see of *period*."""
    own, at = somebody(), Setting(period=period.id, phase=period.phase)
    if may(own, Action.SEE_PROVISIONAL, at) and period in open_years():
        yield Way(
            text=say(f"{period.id} 暂计结果", f"Provisional figures of {period.id}"),
            href=url_for("provisional.overview", period_id=period.id),
        )
    if may(own, Action.SEE_PROPOSALS, at):
        published = period.phase is Phase.PUBLISHED
        yield Way(
            text=say(f"{period.id} 更正发布", f"Corrections of {period.id}")
            if published
            else say(f"{period.id} 公示与发布", f"Publishing {period.id}"),
            href=url_for("publishing.show", period_id=period.id),
        )
    if may(own, Action.SEE_CASES, at) and period.phase in AT_WORK and not own.holds(Role.SECRETARY):
        yield Way(
            text=say(f"{period.id} 一票否决", f"Gates of {period.id}"),
            href=url_for("gates.show", period_id=period.id),
        )
        yield Way(
            text=say(f"{period.id} 异议", f"Objections of {period.id}"),
            href=url_for("objections.listed", period_id=period.id),
        )
    if may(own, Action.KEEP_CALENDAR, at) and period.phase in AT_WORK:
        yield Way(
            text=say(f"{period.id} 工作日历", f"Working days of {period.id}"),
            href=url_for("calendar.show", period_id=period.id),
        )
