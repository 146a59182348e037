"""The shapes of what is sent to decide: motions, editions, objections."""

from scoring.edition import State
from scoring.working_days import POSTED_DAYS
from web.api.work.typed import Sent, choice, day, number, table, text

_LONGEST_ID = 80


class PreparationSent(Sent):
    """An edition to be prepared."""

    kind = choice("Draft or final.", State)
    reason = text("Why, where it is a correction; else ''.", most=1_000, load_default="")
    excused = table(
        text("Why.", most=500, required=False),
        "Units that are not rated, by code, each with the reason.",
        most=10_000,
        load_default=dict,
    )
    first = day(
        "Of a draft: the first day of posting; null or left out for the next working day.",
        load_default=None,
        allow_none=True,
    )
    working_days = number(
        "Of a draft: for how many working days it is posted.", most=1_000, load_default=POSTED_DAYS
    )


class Assignee(Sent):
    """Who answers."""

    person = text("The person's id.", least=1, most=_LONGEST_ID)


class MarkAsked(Sent):
    """The mark that would take the place of the one objected to."""

    mark = text("The new mark, where the objection is to a line.", most=400, load_default="")


class Upheld(Sent):
    """An objection upheld."""

    mark = text("The new mark, where the objection is to a line; else ''.", most=400, load_default="")
    reason = text("Why.", most=1_000)
    seal = text("The seal of the consequences that were shown.", most=100)
