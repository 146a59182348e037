"""The shapes of what is sent about people, their roles, and one's own account."""

from scoring.people import Role
from web.api.work.typed import Sent, choice, day, listed, number, text

_LONGEST_ID = 80
_NAME = 200


class PersonSent(Sent):
    """Somebody who is to have an account."""

    login = text("The sign-in name.", most=_NAME)
    name = text("The name.", most=_NAME)
    signs_as = text("What stands on marks; '' or left out for the name.", most=_NAME, load_default="")
    unit = text("The branch's code; '' or left out for none.", most=_LONGEST_ID, load_default="")


class PersonRevised(Sent):
    """What somebody is called from now on."""

    name = text("The name.", most=_NAME)
    unit = text("The branch's code; '' for none.", most=_LONGEST_ID)


class GrantSent(Sent):
    """A role that somebody is to hold."""

    role = choice("The role.", Role)
    scope = text("The name of what it is held over; '' for the county.", most=_NAME, load_default="")
    period = text("The period it is for; '' for every one.", most=_LONGEST_ID, load_default="")


class GrantsNamed(Sent):
    """Roles that wait."""

    numbers = listed(number("A role's number.", least=1), "Their numbers.", least=1, most=500)


class RecusalSent(Sent):
    """Why somebody keeps away, or no longer does."""

    reason = text("Why.", most=1_000)


class DeputySent(Sent):
    """Somebody who is to act on one's behalf."""

    login = text("The sign-in name.", most=_NAME)
    first_day = day("From which day.")
    last_day = day("To which day.")
