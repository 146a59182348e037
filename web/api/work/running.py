"""A year is run: periods opened and moved on, units given to evaluators, deadlines, reminders, the calendar."""

from datetime import date
from typing import Any

from scoring.workflow.assign import assign, draw_checks, set_deadline, unassign
from scoring.workflow.keep_calendar import keep_calendar, read_calendar
from scoring.workflow.period_progress import StageProgress
from scoring.workflow.run_period import PeriodSeen, move_on, open_year, remind, see_period
from scoring.working_days import SpecialDay
from web.access import MEBIBYTE
from web.api.problems import Malformed
from web.api.shapes.work import running as told
from web.api.shapes.work.common import Count
from web.api.work import asked_running as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.api.work.typed import NO_DAY
from web.clock import now

_OF = "running"
_BLOCK = 4 * MEBIBYTE


@work.does("POST", "/desk", told.OnePeriod, of=_OF, takes=asked.PeriodSent, adds=True)
def period_opened(call: Call) -> Any:
    """Open a period with its criteria sets, and if wanted with the units of an earlier one.

    开设评定期，可沿用往年的单位名单。
    """
    return open_year(call.store, call.actor, call.sent["id"], call.sent["refs"], call.sent["like"])


@work.looks("/desk/<period_id>/progress", told.PeriodProgress, of=_OF)
def work_progress(call: Call, period_id: str) -> Any:
    """See how far a period is, stage by stage and superior by superior, and who is behind.

    查看工作进度与未完成的人。
    """
    return _seen(see_period(call.store, call.actor, period_id, now()))


@work.does("POST", "/desk/<period_id>/phase", told.OnePeriod, of=_OF)
def phase_moved(call: Call, period_id: str) -> Any:
    """Move a period on to its next phase; posting and publishing come by an edition.

    推进到下一环节。
    """
    return move_on(call.store, call.actor, period_id)


@work.does(
    "POST",
    "/desk/<period_id>/assignments",
    Count,
    of=_OF,
    takes=asked.AssignmentsSent,
    adds=True,
    largest=_BLOCK,
)
def assignments(call: Call, period_id: str) -> Any:
    """Give units to evaluators to mark, all or none.

    分配评分任务。
    """
    return {"count": assign(call.store, call.actor, period_id, call.sent["stage"], call.sent["units"])}


@work.does(
    "POST", "/desk/<period_id>/assignments/ended", Count, of=_OF, takes=asked.AssignmentsSent, largest=_BLOCK
)
def assignments_ended(call: Call, period_id: str) -> Any:
    """Take units back from evaluators who have not signed them.

    收回评分任务。
    """
    return {"count": unassign(call.store, call.actor, period_id, call.sent["stage"], call.sent["units"])}


@work.does(
    "POST", "/desk/<period_id>/draws", told.Checks, of=_OF, takes=asked.DrawSent, adds=True, largest=_BLOCK
)
def draws(call: Call, period_id: str) -> Any:
    """Draw units for spot checks by a seed that is written down, so that anybody can draw again.

    按记录在案的种子抽查。
    """
    sent = call.sent
    return draw_checks(
        call.store, call.actor, period_id, sent["stage"], sent["wanted"], sent["persons"], sent["seed"]
    )


@work.does("PUT", "/desk/<period_id>/deadlines/<step>", told.Deadline, of=_OF, takes=asked.DeadlineSent)
def deadline(call: Call, period_id: str, step: str) -> Any:
    """Set the last day of a step, or none.

    设定一个环节的期限。
    """
    set_deadline(call.store, call.actor, period_id, step, call.sent["day"])
    return {"step": step, "day": call.sent["day"]}


@work.does(
    "POST", "/desk/<period_id>/reminders", Count, of=_OF, takes=asked.RemindersSent, adds=True, largest=_BLOCK
)
def reminders(call: Call, period_id: str) -> Any:
    """Remind those who are behind in what is due now, once a day each.

    催办，每人每天最多一次。
    """
    return {"count": remind(call.store, call.actor, period_id, call.sent["persons"], now())}


@work.looks("/calendar/<int(max=9998):year>", told.Calendar, of=_OF)
def calendar(call: Call, year: int) -> Any:
    """Read the days of a year that are not as their weekday says.

    查看一年的节假日与调休。
    """
    if year < 1:
        return {"days": ()}
    return {"days": [_day(own) for own in read_calendar(call.store).year(year)]}


@work.does("PATCH", "/calendar", Count, of=_OF, takes=asked.CalendarSent, largest=_BLOCK)
def calendar_kept(call: Call) -> Any:
    """Say of days whether they are worked; what is posted already keeps its last day.

    维护工作日历。
    """
    days = [
        SpecialDay(day=day_of(own["day"], f"days.{place}.day"), working=own["working"], name=own["name"])
        for place, own in enumerate(call.sent["days"])
    ]
    return {"count": keep_calendar(call.store, call.actor, days)}


def day_of(text: str, where: str) -> date:
    """Return the day that *text* writes. Raises Malformed, naming *where* it stands."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed([(where, NO_DAY)]) from None


def _day(own: SpecialDay) -> dict[str, Any]:
    return {"day": own.day.isoformat(), "working": own.working, "name": own.name}


def _seen(own: PeriodSeen) -> dict[str, Any]:
    return fields_told(
        own,
        edition=None if own.newest is None else own.newest.id,
        stages=[_stage(one) for one in own.progress.stages],
        superiors=[_stage(one) for one in own.progress.superiors],
        deadlines=own.days,
        reminded=sorted(own.reminded),
    )


def _stage(own: StageProgress) -> dict[str, Any]:
    return fields_told(own, superior=None if own.superior is None else own.superior.name)
