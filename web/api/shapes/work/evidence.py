"""The shapes of evidence."""

from scoring.pointers import Pointing
from web.api.fields import HASH, Shape, choice, many, one, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import BriefUnit, moment

_CRITERION = "The id of a criterion or adjustment."


class EvidenceFile(Shape):
    """A file handed in for a criterion."""

    number = integer("Its number.")
    criterion = words(_CRITERION)
    sha256 = words("The SHA-256 of the file.", pattern=HASH, attribute="file")
    title = words("What it is called.")
    kind = words("What it was found to be, as a media type.", attribute="kind.media_type")
    size = integer("How many octets it has.")
    taken_at = moment("When a photograph says it was taken; null where it does not.")
    by_name = words("Who handed it in; '' where that is not known any more.")
    made_at = moment("When it was handed in.")


class Excuse(Shape):
    """Why there is less than is asked for."""

    criterion = words(_CRITERION)
    reason = words("The reason; '' where it was taken back.")
    revision = integer("How often it was written; sent back with a change.")


class Asked(Shape):
    """What is asked for, for one criterion."""

    criterion = words(_CRITERION)
    title = one(Sentence, "Its title.")
    least = integer("How many files at least.")
    most = integer("How many at most; null where no number is named.", allow_none=True)
    kinds = many(words("A sort of file."), "What serves; empty where anything does.")


class Pointer(Shape):
    """Something pointed out to those who mark; it is no verdict."""

    pointing = choice("What is pointed out.", Pointing)
    sentence = one(Sentence, "It, as a sentence.")
    evidence = many(integer("A number."), "The evidence it is about.")


class UnitEvidence(Shape):
    """What a unit hands in."""

    unit = one(BriefUnit, "The unit.")
    asked = many(Asked, "What is asked for.")
    handed_in = many(EvidenceFile, "What is handed in.")
    excuses = many(Excuse, "Why there is less.")
    missing = many(words(_CRITERION), "What is missing, and no reason is given.")
    closed = one(Sentence, "Why whoever asks cannot hand in now; null where they can.", allow_none=True)
    last_day = words("Until when it should be handed in; null where no day is set.", allow_none=True)
    pointers = many(Pointer, "What is pointed out to those who mark.")


class HandedIn(Shape):
    """What became of a file."""

    sha256 = words("The SHA-256 of the file.", pattern=HASH)
    title = words("What it is called.")
    numbers = many(integer("A number."), "The numbers it has now.")
    already = many(words(_CRITERION), "Where that very file stood before; nothing was added there.")
    remarks = many(Sentence, "What was odd about its name.")


class Here(Shape):
    """Files that need not be sent again."""

    here = many(words("A SHA-256."), "Those of the files asked about that the unit handed in before.")
