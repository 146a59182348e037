"""The shapes of what is told of periods, editions and criteria sets."""

from scoring.edition import State
from scoring.periods import Phase
from web.api.fields import HASH, Shape, choice, many, number, one, table, truth, words
from web.api.shapes.sentence import Sentence

_ID = "The edition's id: the SHA-256 of its manifest."


class Edition(Shape):
    """An edition, as a list tells of it."""

    id = words(_ID, pattern=HASH)
    number = number("Counts all editions of the county in order of making.", example=3)
    period = words("The period it is of.", example="2025")
    state = choice("A draft is posted for comment; a final edition is published.", State)
    supersedes = words("The id of the period's edition before it.", pattern=HASH, allow_none=True)
    reason = words("Why it supersedes that one.", allow_none=True)
    prepared_by = words("Who prepared it.")
    confirmed_by = words("Who confirmed it.")
    made_at = words("When it was made, in UTC (ISO 8601).", example="2026-01-15T08:30:00+00:00")
    newest = truth("Whether it is the newest edition of its period.")


class Editions(Shape):
    """Editions, the newest first."""

    editions = many(Edition, "The editions.")


class Digest(Shape):
    """A criteria set by its ref and the SHA-256 of its canonical document."""

    ref = words("The ref.", example="red-flag-rural@2026.1")
    digest = words("The digest.", pattern=HASH)


class Signed(Shape):
    """Who signed an edition."""

    prepared_by = words("Who prepared it.")
    confirmed_by = words("Who confirmed it; another person.")
    authenticated = truth("Whether the two were known to the service by more than a name.")


class Excuse(Shape):
    """A unit that may stay unrated, and why."""

    unit = words("The unit's code.")
    reason = words("The reason.")


class Manifest(Shape):
    """What the edition says of itself and binds it to every member."""

    format = number("The version of the manifest's form.", example=1)
    county = words("The county's name.", allow_none=True)
    period = words("The period it is of.", example="2025")
    state = choice("Draft or final.", State)
    supersedes = words("The id of the period's edition before it.", pattern=HASH, allow_none=True)
    reason = words("Why it supersedes that one.", allow_none=True)
    signed = one(Signed, "Who signed it.")
    excused = many(Excuse, "The units that may stay unrated.")
    criteria = many(Digest, "The criteria sets, in order of ref.")
    inputs = words("The one hash of all inputs.", pattern=HASH)
    members = table(
        words("A SHA-256.", pattern=HASH), "The SHA-256 of every member by its name in the bundle."
    )


class WholeEdition(Shape):
    """An edition with its manifest; the SHA-256 of the manifest as canonical JSON is the id."""

    id = words(_ID, pattern=HASH)
    number = number("Counts all editions of the county in order of making.", example=3)
    made_at = words("When it was made, in UTC (ISO 8601).", example="2026-01-15T08:30:00+00:00")
    manifest = one(Manifest, "The manifest, exactly as it was hashed but for the order and blanks of JSON.")


class Period(Shape):
    """A period."""

    id = words("The id the office gave it.", example="2026")
    phase = choice("Where it stands, in this order, never back.", Phase)
    criteria = many(words("A ref."), "The refs of the sets it is assessed by.", attribute="refs")
    edition = words("The id of its newest edition; null where it has none.", pattern=HASH, allow_none=True)


class Periods(Shape):
    """The county's periods, the newest first."""

    periods = many(Period, "The periods.")


class CriteriaSet(Shape):
    """A criteria set, as a list tells of it."""

    ref = words("The ref.", example="red-flag-rural@2026.1")
    digest = words(
        "The SHA-256 of its document; null where it cannot be read.", pattern=HASH, allow_none=True
    )
    title = one(Sentence, "Its title; null where it cannot be read.", allow_none=True)
    kept = truth(
        "Whether the county keeps it, so that it never changes; else it only comes with the service."
    )
    periods = many(words("A period's id."), "The periods assessed by it, the newest first.")


class CriteriaSets(Shape):
    """Criteria sets: those the county keeps in order of ref, then those that only come with the service."""

    criteria = many(CriteriaSet, "The sets.")
