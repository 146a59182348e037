"""The shapes of what is told of units: their figures, and everything their stars rest on."""

from scoring.rows import OUTCOMES
from scoring.stars import StepKind
from scoring.units import Grouping
from web.api.fields import HASH, Shape, choice, decimal, many, number, one, table, truth, words
from web.api.shapes.sentence import Sentence

_ID = "The edition's id."
_PERIOD = "The period."
_CODE = "The unit's code."


class Ranks(Shape):
    """The rank of a unit within each of its groups: 1, 2, 2, 4; null where it has none."""

    township = number("Within its township.", example=2, allow_none=True)
    department = number("Within its department.", example=1, allow_none=True)
    domain = number("Within its domain.", example=9, allow_none=True)


class Unit(Shape):
    """A unit with its figures, each exactly as published."""

    unit = words(_CODE, attribute="unit.code")
    name = words("Its name.", attribute="unit.name", example="青石村党支部")
    domain = words("Its domain's id.", attribute="unit.domain", example="rural")
    township = words("Its township.", attribute="unit.township", allow_none=True)
    department = words(
        "Its department; units that have one answer to it.", attribute="unit.department", allow_none=True
    )
    gates = many(
        words("A gate's id."), "The gates that hold on it and cap its stars.", attribute="unit.gates"
    )
    criteria = words("The ref of the set it is assessed by.", example="red-flag-rural@2026.1")
    score = decimal("The score as printed; null where the unit is not rated.", "80.00")
    stars = number("The stars; null where the unit has none.", example=4, allow_none=True)
    rank = number(
        "The rank by score in the county: 1, 2, 2, 4; null where it has none.", example=17, allow_none=True
    )
    ranks = one(Ranks, "The ranks within its groups.")


class Step(Shape):
    """One step to the stars, in order: cut point, gate, quota. What it was taken from depends on its kind."""

    kind = choice("What was applied.", [kind.value for kind in StepKind])
    stars = number("The stars the unit had after it.", example=4)
    reason = one(Sentence, "Why, as a sentence.")
    at_least = decimal("Of a cut point: the score it takes; null below the lowest.", "80", required=False)
    gate = words("Of a gate: its id.", required=False)
    quota = number("Of a quota: the stars it limits.", required=False)
    share = words("Of a quota: the share that may hold them.", required=False, example="30%")
    within = choice("Of a quota: the kind of group it is taken in.", Grouping, required=False)
    group = words("Of a quota: the group; the county is ''.", required=False)
    rated = number("Of a quota: rated units of the group.", required=False)
    holders = number("Of a quota: units that would hold the stars.", required=False)
    allowed = number("Of a quota: how many may.", required=False)
    tied = truth("Of a quota: whether a tie stood at its edge.", required=False)
    kept_from = decimal(
        "Of a quota: the lowest score that keeps the stars; null where none does.", "91.20", required=False
    )


class Part(Shape):
    """What one part of the score sheet came to."""

    part = words("The part's id.", example="organisation")
    title = one(Sentence, "Its title.")
    value = decimal(
        "A score of 100, as printed; null where it does not apply or the unit is not rated.", "86.50"
    )


class Line(Shape):
    """One criterion's line of the score sheet."""

    criterion = words("The criterion's id.", example="term_on_time")
    title = one(Sentence, "Its title.")
    agreed = decimal("The agreed mark, exact: `6.5`, or a fraction such as `19/3`; null without one.", "4.5")
    full_marks = words("The full marks.", example="5")
    outcome = choice("Whether there is an agreed mark, and if not why.", OUTCOMES.values())
    stage = words("The stage that decided; null without any mark.", example="county", allow_none=True)


class Adjustment(Shape):
    """An adjustment that was counted."""

    adjustment = words("The adjustment's id.", example="dues_late")
    title = one(Sentence, "Its title.")
    count = number("How often it was counted.", example=2)
    marks = words("The marks it gave, or with a minus sign took.", example="-2")


class Marking(Shape):
    """The marks of one evaluator in one stage."""

    stage = words("The stage.", example="county")
    evaluator = words("The evaluator.")
    marks = table(
        words("A mark, a measured number, a ballot or a count."),
        "What was entered, by criterion or adjustment.",
    )


class WholeUnit(Unit):
    """A unit with everything its stars rest on."""

    edition = words(_ID, pattern=HASH)
    period = words(_PERIOD, example="2025")
    predecessors = many(
        words(_CODE), "The units it was merged, split or renamed from.", attribute="unit.predecessors"
    )
    steps = many(Step, "How the stars were settled, in order.")
    missing = many(words("A criterion's id."), "The criteria without a settled mark, which leave it unrated.")
    parts = many(Part, "What each part came to, in the order of the set.")
    lines = many(Line, "The score sheet.")
    adjustments = many(Adjustment, "What was added or taken.")
    marks = many(Marking, "The marks as entered, by stage and evaluator.")


class Units(Shape):
    """A page of the units that were asked for, in the order that was asked for."""

    edition = words(_ID, pattern=HASH)
    period = words(_PERIOD, example="2025")
    total = number("How many units were found.", example=1203)
    page = number("Which page this is, from 1.", example=1)
    pages = number("How many pages there are.", example=13)
    units = many(Unit, "The units of this page.")


class Ranking(Shape):
    """All units of a year in order of rank, those not ranked last; within a rank in order of code."""

    edition = words("The edition's id; null for an open year.", pattern=HASH, allow_none=True)
    period = words(_PERIOD, example="2025")
    county = words("The county's name; '' where it has none.")
    provisional = truth("Whether the year is still open, and every figure in it may move.")
    units = many(Unit, "The units.")
