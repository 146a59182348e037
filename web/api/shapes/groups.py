"""The shapes of what is told of groups, the county and its target."""

from scoring.rows import GROUPED
from web.api.fields import HASH, Shape, choice, decimal, many, number, one, table, truth, words

_ID = "The edition's id."
_PERIOD = "The period."
_KINDS = tuple(kind.value for kind in GROUPED)


class Group(Shape):
    """A group's figures."""

    kind = choice("The kind of group.", _KINDS)
    group = words("The group's name; of a domain its id.", example="西山镇", attribute="name")
    units = number("How many units it has.", example=42)
    rated = number("How many of them are rated.", example=41)
    mean = decimal("The mean of their printed scores, as printed; null without a rated unit.", "81.37")
    rank = number(
        "Its rank among groups of its kind, by the mean; null without a rated unit.",
        example=3,
        allow_none=True,
    )
    stars = table(
        number("Units."), "How many units have how many stars; `none` are the not rated.", attribute="counts"
    )
    at_target = number(
        "Units at the target's stars or above; null without a target.", example=27, allow_none=True
    )
    meets = truth("Whether they are enough; null without a target.", allow_none=True)


class County(Shape):
    """The county's figures: those of a group, without name and rank."""

    units = number("How many units it has.", example=1203)
    rated = number("How many of them are rated.", example=1203)
    mean = decimal("The mean of their printed scores, as printed; null without a rated unit.", "81.37")
    stars = table(
        number("Units."), "How many units have how many stars; `none` are the not rated.", attribute="counts"
    )
    at_target = number(
        "Units at the target's stars or above; null without a target.", example=827, allow_none=True
    )
    meets = truth("Whether they are enough; null without a target.", allow_none=True)


class Target(Shape):
    """How the county stands to its target: `reached` of `units` have `stars` or more, `short` are wanting."""

    stars = number("The stars that count, or more.", example=3)
    share = words("The share that must have them.", example="60%")
    reached = number("Units that have them.", example=827)
    units = number("Units of the county, the not rated included.", example=1203)
    short = number("Units that are wanting.", example=0)
    meets = truth("Whether the target is met.")


class WholeCounty(Shape):
    """The county in one edition."""

    edition = words(_ID, pattern=HASH)
    period = words(_PERIOD, example="2025")
    county = words("The county's name; '' where it has none.")
    figures = one(County, "Its figures.")
    target = one(Target, "How it stands to its target; null without one.", allow_none=True)


class Groups(Shape):
    """Groups of one kind in the order that was asked for."""

    edition = words(_ID, pattern=HASH)
    period = words(_PERIOD, example="2025")
    groups = many(Group, "The groups.")


class OneGroup(Group):
    """A group in one edition."""

    edition = words(_ID, pattern=HASH)
    period = words(_PERIOD, example="2025")
