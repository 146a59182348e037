"""The shapes of members' points: balances, the year so far, lines, claims, and what caps leave."""

from scoring.criteria.item import Claimant, ItemKind, Ledger, MemberKind, Verifier, Window
from scoring.criteria.points import CardFigure
from scoring.ledger import TransferKind
from scoring.people import Role
from scoring.store.ledger.claims import ClaimState
from scoring.store.ledger.reversals import LineObjectionState
from web.api.fields import HASH, Shape, choice, many, one, truth, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import BriefUnit, Fault, in_points, moment

DAY = "A day, as 2026-12-31."
NUMBER = "Its number."
ITEM_TITLE = "What the item is called; null where it is of none."


class BriefMember(Shape):
    """A member as they are named."""

    id = words("The id.")
    code = words("The number an office knows them by.", example="M1")
    name = words("The name.")


class Balance(Shape):
    """What a member holds on one ledger."""

    balance = in_points("What there is.")
    owed = in_points("What a reversal no longer found, and is taken from what is earned later.")


class PointsQuarter(Shape):
    """What a quarter comes to, in honour points."""

    quarter = words("The quarter.", example="2026Q4")
    baseline = in_points("What it began with.")
    earned = in_points("What was earned in it.")
    lost = in_points("What was lost in it.")
    figure = in_points("All of it together.")
    closed = truth("Whether it is closed, and stands.")


class Card(Shape):
    """A card that a member can hold."""

    id = words("Its id.")
    title = one(Sentence, "What it is called.")
    at_least = in_points("From how many points on.")


class Band(Shape):
    """Stars that a member can have."""

    stars = integer("How many stars.")
    at_least = in_points("From which figure of the year on.")


class PointsYear(Shape):
    """What a year comes to so far."""

    year = integer("The year.")
    rules = words("The rules it is reckoned by.")
    quarters = many(PointsQuarter, "The quarters that are open or closed, in order.")
    annual = in_points("The figure of the year; null without quarters.", allow_none=True)
    stars = integer("The stars it brings; null where it brings none.", allow_none=True)
    talk_due = truth("Whether a talk would be due by it: a notice, no more.")
    card = one(Card, "The card held by it; null for none.", allow_none=True)
    for_card = in_points("The figure that cards are given by; null where there is none.", allow_none=True)
    next_band = one(Band, "The stars that come next; null where none do.", allow_none=True)
    next_card = one(Card, "The card that comes next; null where none does.", allow_none=True)


class RoomLeft(Shape):
    """What the caps of an item have left."""

    item = words("The item's id.")
    title = one(Sentence, "What it is called.")
    left = in_points("What it may still give in that window; null without a cap.", allow_none=True)
    window = choice("The window whose cap says so; null without a cap.", Window, allow_none=True)


class WithWhom(Shape):
    """Who may decide a claim: a role over a unit."""

    role = choice("The role.", Role)
    unit = one(BriefUnit, "The unit.")


class ClaimFile(Shape):
    """A file that came with a claim."""

    sha256 = words("Its SHA-256.", pattern=HASH)
    title = words("What it is called.")


class Cut(Shape):
    """What one cap took of a claim."""

    cap = words("The cap.")
    points = in_points("How much.")
    sentence = one(Sentence, "Why.")


class Claim(Shape):
    """Points that somebody says are due."""

    number = integer(NUMBER)
    state = choice("What became of it.", ClaimState)
    unit = words("The member's branch, by its code.")
    at_unit = words("The community that may verify it, by its code; '' for none.")
    rules = words("The rules it is judged by.")
    item = words("The item's id.")
    title = one(Sentence, "What the item is called.")
    points = in_points("What is claimed.")
    day = words(DAY)
    event = words("The event; '' for none.")
    note = words("What was said of it; '' for nothing.")
    made_at = moment("When it was claimed.")
    files = many(ClaimFile, "What came with it.")
    posted = in_points("What was posted of it.")
    cuts = many(Cut, "What caps took of it.")
    reason = words("Why it was not posted, or what was said; '' for nothing.")
    decided_at = moment("When it was decided; null while it waits.")


class OwnClaim(Claim):
    """A claim for oneself."""

    with_whom = many(WithWhom, "Who may decide it, any of them.")
    may_withdraw = truth("Whether whoever asks may take it back.")


class OwnClaims(Shape):
    """The claims for oneself."""

    claims = many(OwnClaim, "The newest first, 200 at most.")


class Ending(Shape):
    """Spendable points of an earlier year that end."""

    year = integer("The year they were earned in.")
    points = in_points("How many are left of it.")
    last_day = words("The last day they can be spent on.")
    announced = truth("Whether that was announced.")


class Place(Shape):
    """Which place a member has in the branch; equals share one."""

    place = integer("The place.")
    of = integer("Of how many with a figure of the year.")


class OwnPoints(Shape):
    """One's own points today."""

    member = one(BriefMember, "Oneself.")
    kind = choice("The kind of member.", MemberKind)
    unit = one(BriefUnit, "The branch; null where it is no more.", allow_none=True)
    day = words("The day this is of.")
    honour = one(Balance, "Honour points.")
    spendable = one(Balance, "Spendable points.")
    quarter = one(PointsQuarter, "This quarter so far; null where it is not open.", allow_none=True)
    year = one(PointsYear, "This year so far.")
    room = many(RoomLeft, "What each item may still give.")
    waiting = many(Claim, "The claims that wait.")
    place = one(Place, "The place in the branch; null in a branch of few members.", allow_none=True)
    good_until = words(
        "The last day this year's spendable points can be spent on; null for ever.", allow_none=True
    )
    ending = many(Ending, "Points of earlier years that end.")
    card_by = choice("What cards are given by; null without cards.", CardFigure, allow_none=True)


class PointsLine(Shape):
    """A line of a statement."""

    seq = integer("Its place in the ledger, from 1.")
    number = integer("The number of the entry.")
    kind = choice("What it is for.", TransferKind)
    amount = in_points("What it did; below 0 where it took.")
    balance = in_points("What that came to.")
    owed = in_points("What was owed then.")
    day = words("The day it counts on.")
    item = words("The item's id; '' for none.")
    title = one(Sentence, ITEM_TITLE, allow_none=True)
    event = words("The event; '' for none.")
    reason = words("What was said of it; '' for nothing.")
    rules = words("The rules it was posted by.")
    made_at = moment("When it was posted.")
    claim = integer("The claim it follows from; null for none.", allow_none=True)
    undoes = integer("The entry it takes back; null for none.", allow_none=True)


class OwnLines(Shape):
    """A part of one's own statement."""

    ledger = choice("Which ledger.", Ledger)
    now = one(Balance, "The balance now.")
    first_day = words("Since when one is a member.")
    lines = many(PointsLine, "The newest first.")
    older = integer("Asked for `before` it there are more; null where these are the oldest.", allow_none=True)


class LineObjection(Shape):
    """An objection to a line."""

    number = integer(NUMBER)
    entry = integer("The entry it is to.")
    state = choice("How far it has come.", LineObjectionState)
    reason = words("Why.")
    made_at = moment("When.")
    answer = words("The answer; '' while it waits.")
    answered_at = moment("When it was answered; null while it waits.")


class OwnLine(Shape):
    """A line of one's own statement with all there is to know of it."""

    ledger = choice("Which ledger.", Ledger)
    line = one(PointsLine, "The line.")
    claim = one(Claim, "The claim it follows from; null for none.", allow_none=True)
    together = many(integer("An entry."), "What was posted with it on the other ledger.")
    reversed_by = integer("The entry that took it back; null for none.", allow_none=True)
    posted_by_name = words("Who posted it; '' by a command on the server.")
    objections = many(LineObjection, "What was objected to it.")
    hindrances = many(Fault, "Why it cannot be objected to; nothing where it can.")


class PointsItem(Shape):
    """An item by which points are earned or lost."""

    id = words("Its id.")
    kind = choice("Whether it earns or loses.", ItemKind)
    title = one(Sentence, "What it is called.")
    least = in_points("The fewest it gives or takes at one time.")
    most = in_points("The most it gives or takes at one time.")
    step = in_points("In which steps; null where it is the same each time.", allow_none=True)
    ledgers = many(choice("A ledger.", Ledger), "On which ledgers it counts.")
    members = many(choice("A kind of member.", MemberKind), "For whom.")
    claims = many(choice("A role.", Claimant), "Who claims it.")
    verifies = many(choice("A role.", Verifier), "Who verifies it, any of them.")
    basis = words("The paper it stands on; '' for none.")


class Claimable(Shape):
    """What one may claim."""

    day = words("The day this is of.")
    first_day = words("Since when one is a member; nothing before can be claimed.")
    room = many(RoomLeft, "The items, each with what its caps have left.")
    communities = many(BriefUnit, "The communities that can verify.")


class PointsRules(Shape):
    """Rules of points in force."""

    ref = words("Which rules.", example="member-points@2026.1")
    title = one(Sentence, "What they are called.")
    first_day = words("Since when they are in force.")
    until = words("From when on others will be; null where that is not decided.", allow_none=True)
    items = many(PointsItem, "Their items, in order.")
    bands = many(Band, "From which figure of the year on there are how many stars.")
    cards = many(Card, "The cards there are, lowest first.")


class ClaimSeen(Claim):
    """A claim as whoever decides it sees it."""

    member = one(BriefMember, "Whose it is.")
    by_name = words("Who claimed it; '' by a command.")
    decided_by_name = words("Who decided it; '' while it waits.")
    would = in_points(
        "What the caps leave of it today; null once it is decided, or where it cannot be posted.",
        allow_none=True,
    )
    may_verify = truth("Whether whoever asks may decide it: not what they claimed, nor their own.")


class ClaimQueue(Shape):
    """The claims that are one's to decide."""

    total = integer("How many wait.")
    waiting = many(ClaimSeen, "Those that wait, the oldest first, a page at a time.")
    decided = many(ClaimSeen, "Those decided last, 50 at most.")


class Decided(Shape):
    """What became of a claim."""

    claim = integer("Its number.")
    state = choice("What became of it.", ClaimState)
    points = in_points("What was posted.")
    cuts = many(Cut, "What caps took of it.")
    transfers = many(integer("An entry."), "The entries it was posted by.")


class AllDecided(Shape):
    """What became of claims."""

    decided = many(Decided, "In the order they were sent.")


class Awarding(Shape):
    """What a secretary may claim for a branch."""

    unit = one(BriefUnit, "The branch.")
    branches = many(BriefUnit, "All branches one claims for.")
    members = many(BriefMember, "Its members.")
    items = many(PointsItem, "What a secretary claims.")
    day = words("The day this is of.")


class ClaimsMade(Shape):
    """Claims that were made."""

    numbers = many(integer("A claim's number."), "Their numbers, in the order of who came.")
