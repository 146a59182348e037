"""The shapes of what two people decide: gates, editions, objections."""

from scoring.edition import State
from scoring.gates import MotionKind, MotionState
from scoring.objections import ObjectionState
from scoring.periods import Phase
from scoring.proposals import ProposalState
from web.api.fields import HASH, Shape, choice, many, one, table, truth, words
from web.api.fields import number as integer
from web.api.shapes.differences import Differences
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import AsWritten, BriefUnit, Fault, moment

_DAY = "A day, as 2026-12-31."
_NUMBER = "Its number."


class Motion(Shape):
    """A motion about a gate."""

    number = integer(_NUMBER)
    unit = one(BriefUnit, "The unit.")
    gate = words("The gate's id.")
    title = one(Sentence, "What the gate is called.")
    motion = choice("What is moved.", MotionKind)
    state = choice("What became of it.", MotionState)
    reason = words("Why it was moved.")
    file = words("The SHA-256 of its document; '' without one.")
    file_title = words("What the document is called; '' without one.")
    by_name = words("Who moved it.")
    made_at = moment("When.")
    answer = words("Why it was refused; '' where it was not.")
    answered_by_name = words("Who decided it; '' while it is open.")
    answered_at = moment("When; null while it is open.")
    may_confirm = truth("Whether whoever asks may confirm or refuse it.")
    may_withdraw = truth("Whether whoever asks may take it back.")


class GateInForce(Shape):
    """A gate that holds."""

    unit = one(BriefUnit, "The unit.")
    gate = words("The gate's id.")
    title = one(Sentence, "What the gate is called.")
    highest_stars = integer("The stars a unit can have at most while it holds.")
    motion = integer("The motion that raised it; null where it came with a file.", allow_none=True)


class Gates(Shape):
    """The gates of a period."""

    motions = many(Motion, "All motions, the newest first.")
    in_force = many(GateInForce, "What holds now.")
    movable = many(words("A unit's code."), "On which units whoever asks may move one.")


class Posting(Shape):
    """From when to when a draft is posted, both days included."""

    first = words(_DAY)
    last = words(_DAY)


class Proposal(Shape):
    """An edition as it was prepared."""

    number = integer(_NUMBER)
    kind = choice("Draft or final.", State)
    state = choice("What became of it.", ProposalState)
    inputs = words("The SHA-256 of what it is made of.", pattern=HASH)
    supersedes = words("The id of the edition it follows; '' for the first.")
    reason = words("Why, where it is a correction; else ''.")
    excused = table(words("Why.", required=False), "Units that are not rated, by code, each with the reason.")
    posting = one(Posting, "The days of posting; null for a final edition.", allow_none=True)
    by_name = words("Who prepared it.")
    made_at = moment("When.")
    edition = words("The id of what it became; '' where it became nothing.")
    answer = words("Why it was not published; '' where it was, or waits.")
    answered_by_name = words("Who confirmed or refused it; '' while it is open.")
    answered_at = moment("When; null while it is open.")
    may_confirm = truth("Whether whoever asks may confirm or refuse it.")
    may_take_back = truth("Whether whoever asks may take it back.")


class Publishing(Shape):
    """How publishing a period stands."""

    phase = choice("The period's phase.", Phase)
    edition = words("The id of its newest edition; null without one.", pattern=HASH, allow_none=True)
    posting = one(Posting, "The days the newest edition is posted; null where it has none.", allow_none=True)
    proposals = many(Proposal, "What was prepared, the newest first.")
    hindering = table(
        many(Fault, "What stands in the way.", required=False), "What stands in the way, by kind of edition."
    )
    unrated = many(BriefUnit, "Units that must be marked yet, or excused by name.")
    first = words("The next working day.")
    suggested = one(Posting, "The days of posting where nothing else is said.")
    may_prepare = truth("Whether whoever asks may prepare an edition.")


class ProposalPreview(Shape):
    """What confirming a proposal would publish now."""

    proposal = one(Proposal, "The proposal.")
    stale = truth("Whether anything was revised since it was prepared; then it cannot be confirmed.")
    touched = many(Sentence, "What was revised.")
    hindering = many(Fault, "What stands in the way.")
    stars = table(
        integer("How many units.", required=False),
        "How many units have how many stars; `none` are the not rated.",
    )
    moved = AsWritten(
        Differences,
        required=True,
        allow_none=True,
        metadata={"description": "What moves against the edition before; null without one."},
    )


class PublishedNow(Shape):
    """An edition that was just published."""

    edition = words("Its id.", pattern=HASH)


class ObjectionFile(Shape):
    """A file that came with an objection."""

    sha256 = words("Its SHA-256.", pattern=HASH)
    title = words("What it is called.")


class ObjectionMove(Shape):
    """A move of an objection."""

    state = choice("What it came to.", ObjectionState)
    person_name = words("To whom it was given; '' where it was not.")
    mark = words("The new mark; '' without one.")
    reason = words("Why; '' without one.")
    by_name = words("By whom.")
    made_at = moment("When.")


class Objection(Shape):
    """An objection."""

    number = integer(_NUMBER)
    edition = words("The id of the edition it is to.", pattern=HASH)
    unit = one(BriefUnit, "The unit.")
    criterion = words("The line; '' where it is to a gate.")
    gate = words("The gate; '' where it is to a line.")
    title = one(Sentence, "What that is called.")
    state = choice("How far it has come.", ObjectionState)
    reason = words("Why.")
    by_name = words("Who filed it.")
    made_at = moment("When.")
    files = many(ObjectionFile, "Its files.")
    answerer_name = words("Who answers it; '' while nobody does.")
    moves = many(ObjectionMove, "What became of it, in order.")


class Objections(Shape):
    """The objections of a period."""

    open_until = moment("Until when objections can be filed; null where nothing is posted.")
    objections = many(Objection, "Those whoever asks may see, the newest first.")


class Consequences(Shape):
    """What would change if an objection were upheld."""

    seal = words("Stands for what is shown here; handed back with the decision.", pattern=HASH)
    empty = truth("Whether no figure of anybody would change.")
    moved = AsWritten(Differences, required=True, metadata={"description": "What would move."})
