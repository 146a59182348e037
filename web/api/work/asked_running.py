"""The shapes of what is sent to run a year: periods, assignments, spot checks, deadlines, reminders, the calendar."""

from scoring.texts import Text
from web.api.work.typed import Sent, Words, day, listed, number, pattern, table, text, truth

_STAGE = "A stage of the county's, in which everyone has a sheet of their own."
_LONGEST_ID = 80
_PERSONS = 200


def _person() -> Words:
    return text("A person's id.", least=1, most=_LONGEST_ID)


class PeriodSent(Sent):
    """A period to be opened."""

    id = text("Its id, such as `2027`.", most=_LONGEST_ID)
    refs = listed(text("The ref of a criteria set.", most=120), "The sets it is assessed by.", most=100)
    like = text(
        "The id of a period whose units it takes over; null for none.",
        most=_LONGEST_ID,
        load_default=None,
        allow_none=True,
    )


class AssignmentsSent(Sent):
    """Who marks what."""

    stage = text(_STAGE, least=1, most=_LONGEST_ID)
    units = table(
        listed(_person(), "Who marks it.", least=1, most=_PERSONS, required=False),
        "People's ids by the code of the unit.",
        most=5_000,
    )


class DrawSent(Sent):
    """Spot checks to be drawn."""

    stage = text(_STAGE, least=1, most=_LONGEST_ID)
    wanted = number("How many units.", most=10_000)
    persons = listed(_person(), "Who checks them, in turn.", most=_PERSONS)
    seed = text("The seed; null or left out for a new one.", most=200, load_default=None, allow_none=True)


class DeadlineSent(Sent):
    """The last day of a step."""

    day = pattern(
        "The last day, as 2026-12-31; '' for none.",
        "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        Text("应写作 2026-12-31，或留空", "must be written 2026-12-31, or be empty"),
    )


class RemindersSent(Sent):
    """Who is reminded."""

    persons = listed(
        _person(),
        "People's ids; null or left out for all who are behind.",
        most=10_000,
        load_default=None,
        allow_none=True,
    )


class SpecialDaySent(Sent):
    """A holiday, or a weekend that is worked."""

    day = day("The day.")
    working = truth("Whether it is worked.")
    name = text("What it is called; '' where that is not said.", most=40)


class CalendarSent(Sent):
    """Days that are not as their weekday says."""

    days = listed(SpecialDaySent, "The days.", least=1, most=400)
