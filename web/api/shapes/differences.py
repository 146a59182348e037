"""The shapes of what is told of two editions side by side."""

from marshmallow import INCLUDE, fields

from scoring.causes import CauseKind
from scoring.edition import State
from scoring.units import Grouping
from web.api.fields import HASH, Shape, choice, decimal, many, number, one, table, truth, words
from web.api.shapes.sentence import Sentence


class Side(Shape):
    """One of the two editions."""

    id = words("Its id.", pattern=HASH)
    county = words("The county's name; '' where it has none.")
    period = words("The period it is of.", example="2025")
    state = choice("Draft or final.", State)


class Figures(Shape):
    """A unit's figures in one edition."""

    score = decimal("The score as printed; null where the unit is not rated.", "80.00")
    stars = number("The stars; null where the unit has none.", example=4, allow_none=True)
    rank = number("The rank in the county; null where it has none.", example=17, allow_none=True)


class Relative(Shape):
    """A unit that another comes from, or went into."""

    unit = words("Its code.")
    name = words("Its name.")
    figures = one(Figures, "Its figures in its own edition; null where it is not in it.", allow_none=True)


class Cause(Shape):
    """Why a unit's figures moved; what else is in it depends on its kind."""

    class Meta:
        """What a cause is made of is told beside its kind."""

        unknown = INCLUDE

    kind = choice("What sort of cause it is.", CauseKind)
    sentence = one(Sentence, "The cause as a sentence.")


class UnitMoved(Shape):
    """What became of one unit."""

    unit = words("Its code.")
    name = words("Its name.", example="青石村党支部")
    before = one(Figures, "Its figures before; null for a new unit.", allow_none=True)
    after = one(Figures, "Its figures after; null for one that is gone.", allow_none=True)
    predecessors = many(Relative, "The units it newly says it comes from.")
    successors = many(Relative, "The units that newly say they come from it.")
    causes = many(Cause, "Why.")


class Standing(Shape):
    """A group's row in one edition; the county has no name and no rank."""

    group = words("The group's name; of a domain its id.", required=False)
    units = number("How many units it has.")
    rated = number("How many of them are rated.")
    mean = decimal("The mean of their printed scores; null without a rated unit.", "81.37")
    rank = number("Its rank among groups of its kind.", required=False, allow_none=True)
    stars = table(number("Units."), "How many units have how many stars; `none` are the not rated.")
    at_target = number("Units at the target's stars or above; null without a target.", allow_none=True)
    meets = truth("Whether they are enough; null without a target.", allow_none=True)


class CountyMoved(Shape):
    """What became of the county."""

    before = one(Standing, "Its row before.", allow_none=True)
    after = one(Standing, "Its row after.", allow_none=True)
    sentence = one(Sentence, "What moved.")


class GroupMoved(CountyMoved):
    """What became of one group; a row is null where there was no such group."""

    kind = choice("The kind of group.", Grouping)
    group = words("The group's name; of a domain its id.")


class Aim(Shape):
    """How the county stands to its target: `k` of `n` units have `stars` or more."""

    stars = number("The stars that count, or more.", example=3)
    share = words("The share that must have them.", example="60%")
    k = number("Units that have them.")
    n = number("Units of the county.")
    short = number("Units that are wanting.")
    meets = truth("Whether the target is met.")


class AimMoved(Shape):
    """What became of the target."""

    before = one(Aim, "Before; null without a target.", allow_none=True)
    after = one(Aim, "After; null without a target.", allow_none=True)
    sentence = one(Sentence, "What moved.")


class Change(Shape):
    """One change of a criteria set; `id` is '' for the set itself, `field` '' for a whole element."""

    kind = words("What sort of element it is.", example="criterion")
    id = words("Its id.")
    field = words("The field that changed.")
    before = fields.String(required=True, allow_none=True, metadata={"description": "What stood there."})
    after = fields.String(required=True, allow_none=True, metadata={"description": "What stands there now."})
    sentence = one(Sentence, "The change as a sentence.")


class SetMoved(Shape):
    """What became of a criteria set; a ref is null where the set came or went."""

    before = words("The ref before.", allow_none=True)
    after = words("The ref after.", allow_none=True)
    changes = many(Change, "Every change.")
    sentence = one(Sentence, "What became of it.")


class Differences(Shape):
    """All that moved from one edition to another, the most consequential first."""

    before = one(Side, "The edition before.")
    after = one(Side, "The edition after.")
    criteria = many(SetMoved, "The criteria sets that are others.")
    county = one(CountyMoved, "The county; null where nothing moved.", allow_none=True)
    target = one(AimMoved, "The target; null where nothing moved.", allow_none=True)
    groups = many(GroupMoved, "The groups that moved.")
    units = many(UnitMoved, "The units that moved.")
