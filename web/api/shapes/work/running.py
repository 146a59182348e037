"""The shapes of a year as it is run."""

from scoring.periods import Phase
from web.api.fields import HASH, Shape, choice, many, one, table, truth, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import moment

_DAY = "A day, as 2026-12-31."


class OnePeriod(Shape):
    """A period as it stands."""

    id = words("Its id.")
    phase = choice("Its phase.", Phase)
    refs = many(words("The ref of a set."), "The sets it is assessed by.")


class Behind(Shape):
    """Somebody with sheets that are not done."""

    person = words("The id.")
    name = words("The name.")
    units = many(words("A unit's code."), "Of which units.")


class StageProgress(Shape):
    """How far a stage is."""

    stage = words("The stage.")
    superior = words("The township or department; null for all.", allow_none=True)
    of = integer("How many sheets there are.")
    done = integer("How many are signed.")
    overdue = integer("How many of the rest are overdue.")
    unassigned = integer("How many units nobody is assigned to.")
    deadline = words(_DAY, allow_none=True)
    behind = many(Behind, "Who is behind.")


class Hindrance(Shape):
    """Something to see to before a period moves on."""

    sentence = one(Sentence, "What it is.")
    stops = truth("Whether it cannot move on before.")


class Draw(Shape):
    """Spot checks as they were drawn."""

    number = integer("The number of the draw.")
    stage = words("The stage.")
    seed = words("The seed: units come in order of the SHA-256 of seed and code.")
    wanted = integer("How many were wanted.")
    units = many(words("A unit's code."), "What was drawn, in that order.")
    made_at = moment("When.")


class PeriodProgress(Shape):
    """How a period stands."""

    period = one(OnePeriod, "The period.")
    units = integer("How many units it has.")
    edition = words("The id of its newest edition; null without one.", pattern=HASH, allow_none=True)
    next_phase = choice("Where it can be moved; null where an edition does that.", Phase, allow_none=True)
    hindrances = many(Hindrance, "What is to be seen to before.")
    stages = many(StageProgress, "How far each stage is.")
    superiors = many(StageProgress, "How far each stage is with each superior.")
    draws = many(Draw, "Spot checks that were drawn.")
    deadlines = table(words(_DAY, required=False), "The last day of each step.")
    reminded = many(words("A person's id."), "Who was reminded today.")


class Assignment(Shape):
    """That somebody marks a unit."""

    unit = words("The unit's code.")
    stage = words("The stage.")
    person = words("The person's id.")


class Checks(Shape):
    """Spot checks, and who checks what."""

    draw = one(Draw, "How they were drawn.")
    assigned = many(Assignment, "Who checks what, in order of the draw.")


class Deadline(Shape):
    """The last day of a step."""

    step = words("The step.")
    day = words("The day; '' for none.")


class SpecialDay(Shape):
    """A day that is not as its weekday says, or of which something is said."""

    day = words(_DAY)
    working = truth("Whether it is worked.")
    name = words("What it is called; '' where that is not said.")


class Calendar(Shape):
    """A year's days."""

    days = many(SpecialDay, "The days, in order.")
