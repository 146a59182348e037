"""The shapes of worksheets that come back."""

from web.api.fields import Shape, many, number, one, truth, words
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import MARK, Fault
from web.api.shapes.work.marking import Conflict


class WorksheetChange(Shape):
    """One mark that a worksheet changes, or its comment."""

    unit = words("The unit's code.")
    criterion = words("The id of a criterion or adjustment.", attribute="subject.id")
    title = one(Sentence, "Its title.", attribute="subject.title")
    before = words(MARK)
    after = words(MARK)
    comment_before = words("The comment before.")
    comment_after = words("The comment after.")


class WorksheetPreview(Shape):
    """What taking a worksheet does, or in a trial would do."""

    taken = truth("Whether it was taken now.")
    changes = many(WorksheetChange, "What it changes.")
    same = number("How many cells of it change nothing.")
    faults = many(Fault, "What stands in the way, cell by cell; while there is anything nothing is taken.")
    conflicts = many(Conflict, "What others changed since it was taken along, with both values.")
    marked_back = words(
        "The workbook with both told on their cells, in base64; null where nothing stands in the way.",
        allow_none=True,
    )
