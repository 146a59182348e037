"""The shapes of what is sent to marking: marks, cells, signatures, reasons."""

from scoring.sheets import LONGEST_COMMENT
from web.api.work.typed import Sent, listed, number, table, text

_CRITERION = "The id of a criterion or adjustment."
_REVISION = "The revision it was read at, 0 where nothing was ever written there."
_MARK = "The mark as one would type it; '' clears it."
_LONGEST_ID, _LONGEST_MARK = 80, 400
MOST_CELLS = 20_000


class MarkSent(Sent):
    """One mark."""

    criterion = text(_CRITERION, least=1, most=_LONGEST_ID)
    mark = text(_MARK, most=_LONGEST_MARK)
    comment = text(
        "The comment; null or left out leaves it as it is.",
        most=LONGEST_COMMENT,
        load_default=None,
        allow_none=True,
    )
    revision = number(_REVISION)


class MarksSent(Sent):
    """Marks of one sheet."""

    marks = listed(MarkSent, "The marks.", least=1, most=400)


class Accepted(Sent):
    """Criteria whose marks of the stage before are taken over."""

    criteria = listed(text(_CRITERION, least=1, most=_LONGEST_ID), "The criteria.", least=1, most=400)
    revisions = table(
        number(_REVISION, required=False),
        "The revisions they were read at, by criterion.",
        most=400,
        load_default=dict,
    )


class CellSent(Sent):
    """One mark of one unit."""

    unit = text("The unit's code.", least=1, most=_LONGEST_ID)
    criterion = text(_CRITERION, least=1, most=_LONGEST_ID)
    mark = text(_MARK, most=_LONGEST_MARK)
    revision = number(_REVISION)


class BlockSent(Sent):
    """Marks of many units."""

    cells = listed(CellSent, "The cells.", least=1, most=MOST_CELLS)


class SheetNamed(Sent):
    """A sheet of one's own."""

    stage = text("The stage.", least=1, most=_LONGEST_ID)
    unit = text("The unit's code.", least=1, most=_LONGEST_ID)


class SheetsNamed(Sent):
    """Sheets of one's own."""

    sheets = listed(SheetNamed, "The sheets.", least=1, most=2_000)


class Reason(Sent):
    """Why."""

    reason = text("Why, in words that those concerned will read.", most=1_000)


class Settlement(Sent):
    """One mark in place of those in dispute."""

    mark = text(_MARK, most=_LONGEST_MARK)
    reason = text("Why.", most=1_000)
    revision = number(_REVISION)


class SheetAsked(Sent):
    """Whose sheet."""

    holder = text(
        "The id of whose sheet it is, where it is not one's own.", most=_LONGEST_ID, load_default=""
    )
