"""The shapes of what is asked of points and sent about them: claims, decisions, objections, members, quarters, rules."""

from marshmallow import validate

from scoring.criteria.item import Ledger, MemberKind
from scoring.texts import Text
from scoring.workflow.points.claiming import LONGEST_EVENT, LONGEST_NOTE
from web.api.fields import Whole, wanted
from web.api.work.typed import (
    Sent,
    Words,
    choice,
    in_points,
    listed,
    number,
    pattern,
    real_day,
    text,
    truth,
    upload,
)

MOST_AT_ONCE = 500
_MOST_FILES = 50
_LONGEST_ID = 80
_NAME = 200
_NO_YEAR = Text("应为年份", "must be a year")
_UNIT = "The branch's code."


def whole(about: str, wants: Text, least: int, most: int, default: int | None) -> Whole:
    """Return the field of a whole number in a query, which may be left out."""
    return Whole(
        load_default=default,
        validate=validate.Range(least, most),
        metadata=wanted(about, wants),
    )


class LinesAsked(Sent):
    """Which lines."""

    ledger = choice("Which ledger.", Ledger, load_default=Ledger.HONOUR.value)
    before = whole(
        "Only lines before this one of the ledger (its `seq`); left out for the newest.",
        Text("应为行号", "must be the place of a line"),
        1,
        999_999_999,
        None,
    )


class StatementAsked(Sent):
    """Of when the statement is."""

    year = whole("The year; left out for this one.", _NO_YEAR, 2000, 2999, None)
    quarter = choice("The quarter, left out for all of the year.", ["1", "2", "3", "4"], load_default=None)


class YearAsked(Sent):
    """Of which year."""

    year = whole("The year; left out for this one.", _NO_YEAR, 2000, 2999, None)


def _item() -> Words:
    return text("The item's id.", least=1, most=_LONGEST_ID)


class ClaimSent(Sent):
    """Points that are claimed for oneself."""

    item = _item()
    day = real_day("On which day it happened.")
    points = in_points("How many, where the item does not say.", load_default=None)
    event = text("The event; '' or left out for none.", most=LONGEST_EVENT, load_default="")
    note = text("What is to be said of it.", most=LONGEST_NOTE, load_default="")
    at_unit = text("The community that is to verify it, by its code.", most=_LONGEST_ID, load_default="")
    file = listed(
        upload("A file."), "What proves it; may be given several times.", most=_MOST_FILES, load_default=list
    )


class AttendanceSent(Sent):
    """Points that a secretary claims for who came."""

    unit = text(_UNIT, least=1, most=_LONGEST_ID)
    item = _item()
    day = real_day("On which day it happened.")
    points = in_points("How many, where the item does not say.", load_default=None)
    event = text("The event; '' or left out for none.", most=LONGEST_EVENT, load_default="")
    note = text("What is to be said of it.", most=LONGEST_NOTE, load_default="")
    member = listed(
        text("A member's number.", least=1, most=_NAME),
        "Who came, by the number an office knows them by; may be given several times.",
        least=1,
        most=MOST_AT_ONCE,
    )
    file = listed(
        upload("A file."), "What proves it; may be given several times.", most=_MOST_FILES, load_default=list
    )


class DecisionSent(Sent):
    """What is to become of one claim."""

    claim = number("The claim's number.", least=1)
    post = truth("Whether it is posted.")
    points = in_points("How many, where others than claimed.", load_default=None, allow_none=True)
    reason = text("Why it is not posted; else '' or left out.", most=1_000, load_default="")


class DecisionsSent(Sent):
    """What is to become of claims, all or none."""

    decisions = listed(DecisionSent, "The decisions.", least=1, most=MOST_AT_ONCE)


class PageAsked(Sent):
    """Which page of what waits."""

    page = whole("Which page, from 1.", Text("应为页码", "must be the number of a page"), 1, 100_000, 1)
    page_size = whole("How many a page.", Text("应为 1 至 500", "must be 1 to 500"), 1, 500, 100)


class UnitAsked(Sent):
    """Which branch."""

    unit = text("The branch's code; left out for the first of one's own.", most=_LONGEST_ID, load_default="")


class MembersAsked(Sent):
    """Which members of a branch."""

    q = text("A part of a name, its pinyin, or a number; left out for all.", most=_NAME, load_default="")


class CodeAsked(Sent):
    """Which member."""

    code = text("The number an office knows the member by.", least=1, most=_NAME)


class MemberSent(Sent):
    """A member as they are from a day on."""

    name = text("The name.", most=_NAME)
    unit = text(_UNIT, least=1, most=_LONGEST_ID)
    kind = choice("The kind of member.", MemberKind)
    first_day = real_day("From which day on.")
    login = text("The sign-in name of the account; '' or left out for none.", most=_NAME, load_default="")


class NewMemberSent(MemberSent):
    """Somebody who joins."""

    code = text("The number an office knows them by; nobody else's ever.", most=_NAME)


class MemberRevised(MemberSent):
    """A member as they are to be from a day on."""

    revision = number("The revision it was read at.", least=1)


class LeavingSent(Sent):
    """A member who leaves."""

    first_day = real_day("From which day on they are none here.")
    revision = number("The revision it was read at.", least=1)


class RulesSent(Sent):
    """Rules that are to be in force: those of a name, or in a file."""

    first_day = real_day("From which day on: the first of a quarter.")
    ref = pattern(
        "The name of rules that come with the service; left out with a file.",
        "^[0-9A-Za-z_.-]{1,60}@[0-9A-Za-z_.-]{1,60}$",
        Text("应写作 member-points@2026.1", "must be written member-points@2026.1"),
        load_default=None,
    )
    file = upload("The rules as a file.", load_default=None)


class FileSent(Sent):
    """A file of members or points."""

    file = upload("The file, XLSX or CSV.")
