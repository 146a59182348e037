"""The shapes of sheets, queues and disputes."""

from scoring.disputes import Matter
from scoring.sheets import SheetState
from web.api.fields import Shape, choice, decimal, many, number, one, table, truth, words
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import MARK, BriefUnit, Fault, moment

_CRITERION = "The id of a criterion or adjustment."
_REVISION = "How often it was written here, 0 where never; it is sent back with a change."
_DAY = "The last day, as 2026-12-31; null without one."


class Provisional(Shape):
    """What a sheet comes to as it stands."""

    score = decimal("The score as it would be printed; null while something is wanting.", "82.50")
    missing = many(words(_CRITERION), "What still wants a mark.")


class SheetMark(Shape):
    """One mark of a sheet."""

    criterion = words(_CRITERION)
    mark = words(MARK)
    comment = words("The comment; '' without one.")
    revision = number(_REVISION)
    made_at = moment("When it was entered; null where it came with a file, or is not there.")


class SeenMark(Shape):
    """A mark of another stage or evaluator, which counts."""

    stage = words("The stage.")
    evaluator = words("As whose it stands.")
    mark = words(MARK)
    comment = words("The comment it was signed with; '' without one.")


class LastMark(Shape):
    """What was agreed in an earlier period."""

    period = words("The period.")
    agreed = words("The agreed mark, exact.")
    full_marks = words("The full marks then.")


class Move(Shape):
    """A sheet signed, or sent back."""

    number = number("How often it was signed or sent back.")
    by_name = words("Who did it.")
    made_at = moment("When.")
    evaluator = words("As whose marks they were signed; '' where it was sent back.")
    reason = words("Why it was sent back; '' where it was signed.")


class Seat(Shape):
    """A member of a panel."""

    person = words("The person's id.")
    name = words("The name.")
    signed = truth("Whether that person has signed.")


class Sheet(Shape):
    """A sheet as whoever asks may see it."""

    period = words("The period.", attribute="key.period")
    stage = words("The stage.", attribute="key.stage")
    holder = words("The id of whose it is; '' where it is shared.", attribute="key.holder")
    unit = one(BriefUnit, "The unit.")
    criteria = words("The ref of the set.", attribute="criteria.ref")
    state = choice("Where it stands.", SheetState)
    marks = many(SheetMark, "What is on it.")
    closed = many(words(_CRITERION), "What this stage does not mark.")
    locked = one(Sentence, "Why nothing can be entered; null where it can.", allow_none=True)
    missing = many(words(_CRITERION), "What still wants a mark.")
    unready = many(Fault, "What stands in the way of signing.")
    changed = many(words(_CRITERION), "What differs from the stage before and bears no comment.")
    provisional = one(Provisional, "What it comes to as it stands.")
    earlier = table(many(SeenMark, "The marks.", required=False), "Marks of earlier stages, by criterion.")
    others = table(
        many(SeenMark, "The marks.", required=False), "Marks of the rest of the panel, by criterion."
    )
    last_year = table(one(LastMark, "The mark.", required=False), "What was agreed before, by criterion.")
    panel = many(Seat, "Who marks the unit in this stage.")
    signed = one(Move, "How it was signed; null where it is not.", allow_none=True)
    sent_back = one(Move, "How it was sent back; null where it is not.", allow_none=True)
    deadline = words(_DAY, allow_none=True)
    overdue = truth("Whether the last day has passed.")


class Saved(Shape):
    """What became of marks that were entered."""

    revisions = table(number(_REVISION, required=False), "The revision each mark has now, by criterion.")
    marks = table(words(MARK, required=False), "The mark each is now, by criterion.")
    faults = table(one(Sentence, "Why.", required=False), "Why a mark was not saved, by criterion.")
    provisional = one(Provisional, "What the sheet comes to now.")


class SheetSigned(Shape):
    """A sheet that was signed."""

    unit = words("The unit's code.", attribute="key.unit")
    stage = words("The stage.", attribute="key.stage")
    evaluator = words("As whose marks they count.")
    marks = number("How many marks count.")
    import_number = number("Under which number of an import they were kept.")


class SignedSheets(Shape):
    """Sheets that were signed together."""

    signed = many(SheetSigned, "The sheets, in the order they were named.")


class CellSaved(Shape):
    """What became of one cell of a block."""

    unit = words("The unit's code.")
    criterion = words(_CRITERION)
    revision = number("The revision it has now; null where it was not saved.", allow_none=True)
    mark = words("The mark it is now; null where it was not saved.", allow_none=True)
    fault = one(Sentence, "Why it was not saved; null where it was, or others were faster.", allow_none=True)


class Conflict(Shape):
    """A mark that somebody else has changed since it was read."""

    unit = words("The unit's code.")
    criterion = words(_CRITERION)
    yours = words("What was sent, and is not saved.")
    theirs = words("What stands there.")
    by = words("Who wrote that; '' where it came with a file.")
    made_at = moment("When; null where it came with a file.")
    revision = number("The revision it has.")


class BlockSaved(Shape):
    """What became of a block."""

    cells = many(CellSaved, "Every cell that was saved or is faulty.")
    conflicts = many(Conflict, "The cells where others were faster, with both values.")


class GridRow(Shape):
    """One unit of a grid."""

    unit = one(BriefUnit, "The unit.")
    criteria = words("The ref of its set.", attribute="criteria.ref")
    state = choice("Where its sheet stands.", SheetState)
    locked = one(Sentence, "Why nothing can be entered; null where it can.", allow_none=True)
    closed = many(words(_CRITERION), "What this stage does not mark.")
    marks = many(SheetMark, "What is on its sheet.")


class Grid(Shape):
    """The sheets of a stage that are somebody's."""

    rows = many(GridRow, "The units, in order of code.")


class QueueItem(Shape):
    """One sheet to be marked."""

    unit = one(BriefUnit, "The unit.")
    stage = words("The stage.")
    state = choice("Where it stands.", SheetState)
    filled = number("How many criteria bear a mark.")
    of = number("Of how many.")
    overdue = truth("Whether the last day has passed.")
    deadline = words(_DAY, allow_none=True)
    locked = one(
        Sentence, "Why nothing can be entered although it is not signed; null where it can.", allow_none=True
    )
    panel = number("How many mark the unit in this stage.")
    panel_signed = number("How many of them have signed.")
    before = choice("Where the sheet of the stage before stands.", SheetState, allow_none=True)


class Queue(Shape):
    """What somebody marks in a period."""

    items = many(QueueItem, "The sheets, by stage and then in order of code.")


class Settled(Shape):
    """How a dispute was settled."""

    mark = words(MARK)
    reason = words("Why; '' where it came with a file.")
    evaluator = words("As whose moderation it stands.")
    by_name = words("Who settled it; '' where it came with a file.")
    made_at = moment("When; null where it came with a file.")
    revision = number(_REVISION)


class Dispute(Shape):
    """What evaluators differ on, or differed on before it was settled."""

    unit = one(BriefUnit, "The unit.")
    criterion = words(_CRITERION, attribute="subject.id")
    title = one(Sentence, "Its title.", attribute="subject.title")
    stage = words("The stage in which they differ.")
    matter = choice("What is in dispute; null once it is settled.", Matter, allow_none=True)
    limit = words(
        "The share of full marks that judgements may lie apart, exact; null where a fact is in dispute.",
        allow_none=True,
    )
    marks = many(SeenMark, "All marks that count, in order of stage and evaluator.")
    settled = one(Settled, "How it was settled; null where it is not.", allow_none=True)
    revision = number(_REVISION)
    locked = one(Sentence, "Why whoever asks may not settle it; null where they may.", allow_none=True)


class Disputes(Shape):
    """What is to be settled in a period, and what was."""

    disputes = many(Dispute, "The disputes, by unit, in the order of its set.")
