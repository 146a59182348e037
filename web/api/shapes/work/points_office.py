"""The shapes of points at an office: members, quarters, sums, reversals, rules, and files taken in."""

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import TransferKind
from scoring.store.ledger.members import MemberState
from scoring.store.ledger.reversals import ReversalState
from scoring.units import Grouping
from web.api.fields import HASH, Shape, choice, many, one, table, truth, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import BriefUnit, in_points, moment
from web.api.shapes.work.points import (
    DAY,
    ITEM_TITLE,
    NUMBER,
    Balance,
    BriefMember,
    LineObjection,
    PointsLine,
    PointsYear,
)


class Branches(Shape):
    """Branches whose members' points one may see."""

    branches = many(BriefUnit, "By code.")


class MemberPoints(Shape):
    """A member of a branch with what they come to."""

    member = one(BriefMember, "The member.")
    kind = choice("The kind of member.", MemberKind)
    honour = one(Balance, "Honour points.")
    spendable = one(Balance, "Spendable points.")
    year = one(PointsYear, "This year so far.")
    waiting = integer("How many claims wait.")


class BranchPoints(Shape):
    """A branch's members with their points."""

    unit = one(BriefUnit, "The branch.")
    members = many(MemberPoints, "By number.")


class MembersFound(Shape):
    """Members of a number that one may see."""

    members = many(BriefMember, "One, or none.")


class LineSeen(PointsLine):
    """A line of somebody's statement."""

    by_name = words("Who posted it; '' by a command.")
    reversed = truth("Whether it was taken back.")
    reversible = truth("Whether it can be.")


class MemberSeen(Shape):
    """A member with points, as the branch's people see them."""

    member = one(BriefMember, "The member.")
    kind = choice("The kind of member.", MemberKind)
    state = choice("Whether they are a member here.", MemberState)
    first_day = words("From which day on that holds.")
    revision = integer("The revision, sent back with a change.")
    login = words("The sign-in name of the account; '' without one.")
    unit = one(BriefUnit, "The branch.", allow_none=True)
    honour = one(Balance, "Honour points.")
    spendable = one(Balance, "Spendable points.")
    year = one(PointsYear, "This year so far.")
    ledger = choice("Which ledger the lines are of.", Ledger)
    lines = many(LineSeen, "The newest first.")
    older = integer("Asked for `before` it there are more; null where these are the oldest.", allow_none=True)
    may_move = truth("Whether whoever asks may move that a line be taken back.")
    may_keep = truth("Whether whoever asks may change the member.")


class MemberKept(Shape):
    """A member as they stand from now on; nothing of who they are is in it."""

    id = words("The id.")
    revision = integer("The revision.")
    state = choice("Whether they are a member here.", MemberState)


class TalkDue(Shape):
    """A member with whom a talk would be due."""

    member = one(BriefMember, "The member.")
    unit = words("The branch, by its code.")
    annual = in_points("The figure of the year.")


class TalksDue(Shape):
    """Members with whom a talk would be due: a notice, no more."""

    talks = many(TalkDue, "By branch and number.")


class BranchQuarter(Shape):
    """Where a branch stands with a quarter."""

    unit = one(BriefUnit, "The branch.")
    members = integer("How many members it has.")
    waiting = integer("How many claims of it nobody has decided.")
    without_baseline = integer("How many members have no baseline.")
    closed_at = moment("When it was closed; null while it is open.")
    may_close = truth("Whether whoever asks may close it, now that it is over.")


class QuarterSeen(Shape):
    """Where branches stand with a quarter."""

    quarter = words("The quarter.", example="2026Q4")
    branches = many(BranchQuarter, "By code.")


class QuarterOpened(Shape):
    """What opening a quarter did."""

    quarter = words("The quarter.", example="2026Q4")
    rules = words("The rules its baseline follows from.")
    given = integer("How many were given their baseline now.")
    had = integer("How many had it.")
    in_closed = integer("How many are of branches that have closed the quarter.")


class QuartersClosed(Shape):
    """Branches whose quarter was closed."""

    branches = many(words("A branch's code."), "In order.")


class Step(Shape):
    """How many figures of the year are of one step."""

    from_ = in_points("From which figure on.", data_key="from")
    members = integer("How many members.")


class GroupSums(Shape):
    """What a group of members comes to."""

    members = integer("How many members.")
    earned = in_points("What they earned.")
    lost = in_points("What they lost.")
    annual = in_points("The mean of their figures of the year; null without.", allow_none=True)
    spendable = in_points("What they have to spend.")
    owed = in_points("What they owe.")
    stars = table(integer("How many members.", required=False), "How many members have how many stars.")
    cards = table(integer("How many members.", required=False), "How many members hold which card, by id.")
    talks = integer("With how many a talk would be due.")
    spread = many(Step, "How the figures of the year are spread, in steps of 5.")


class SuperiorSums(Shape):
    """What the branches of one superior come to."""

    kind = choice("What kind of superior.", Grouping)
    name = words("Its name.")
    sums = one(GroupSums, "The sums; null of few members.", allow_none=True)


class BranchSums(Shape):
    """What a branch comes to."""

    unit = one(BriefUnit, "The branch.")
    sums = one(GroupSums, "The sums; null of few members.", allow_none=True)


class PointsSums(Shape):
    """Sums of points: no member is named, and nothing is told of few."""

    year = integer("The year.")
    rules = words("The rules stars and cards follow from.")
    county = one(GroupSums, "All that one may see; null of few members.", allow_none=True)
    superiors = many(SuperiorSums, "Townships and departments.")
    branches = many(BranchSums, "By code.")
    left_out = integer("How many members count nowhere, for their branches are small.")


class LineConcerned(Shape):
    """A line that is to be taken back, or objected to."""

    entry = integer("The number of the entry.")
    ledger = choice("On which ledger.", Ledger)
    kind = choice("What it is for.", TransferKind)
    amount = in_points("How many points.")
    day = words(DAY)
    item = words("The item's id; '' for none.")
    title = one(Sentence, ITEM_TITLE, allow_none=True)
    event = words("The event; '' for none.")
    member = one(BriefMember, "Whose it is.")
    unit = one(BriefUnit, "In which branch it counts.")


class ReversalMotion(Shape):
    """A motion that a line be taken back."""

    number = integer(NUMBER)
    line = one(LineConcerned, "The line.")
    state = choice("What became of it.", ReversalState)
    reason = words("Why.")
    objection = integer("The objection that was upheld; null for none.", allow_none=True)
    by_name = words("Who moved it.")
    made_at = moment("When.")
    answer = words("Why it was refused; '' where it was not.")
    answered_by_name = words("Who decided it; '' while it waits.")
    answered_at = moment("When; null while it waits.")
    may_decide = truth("Whether whoever asks may confirm or refuse it.")


class ObjectionSeen(LineObjection):
    """An objection to a line as whoever answers it sees it."""

    line = one(LineConcerned, "The line.")
    answered_by_name = words("Who answered it; '' while it waits.")
    may_answer = truth("Whether whoever asks may answer it.")


class Reversals(Shape):
    """Motions and objections of the branches one sees."""

    motions = many(ReversalMotion, "Motions that wait, the oldest first.")
    objections = many(ObjectionSeen, "Objections that wait, the oldest first.")
    ended_motions = many(ReversalMotion, "Motions that were decided, the newest first, 50 at most.")
    ended_objections = many(ObjectionSeen, "Objections that were answered, the newest first, 50 at most.")


class ReversedBy(Shape):
    """Entries that take others back."""

    entries = many(integer("An entry."), "Their numbers.")


class RulesInUse(Shape):
    """Rules as they were taken into use."""

    ref = words("Which rules.", example="member-points@2026.1")
    title = one(Sentence, "What they are called.")
    first_day = words("From which day on.")
    digest = words("The SHA-256 of what they say.", pattern=HASH)
    by_name = words("By whom; '' by a command.")
    made_at = moment("When.")
    in_force = truth("Whether they hold today.")


class RulesAdopted(Shape):
    """All rules that were ever taken into use."""

    rules = many(RulesInUse, "The newest first.")


class RulesTaken(Shape):
    """Rules that were taken into use."""

    ref = words("Which rules.")
    first_day = words("From which day on.")
    weak = many(Sentence, "What is weak in them, and hinders nobody.")


class MembersTaken(Shape):
    """What taking a file of members did, or in a trial would do."""

    new = integer("How many are new.")
    changed = integer("How many are others than before.")
    moved = integer("How many of those are in another branch.")
    same = integer("How many are as before.")
    not_in_file = integer("How many active members the file does not name; they stay.")


class FileCut(Shape):
    """A line of a file of which caps cut something."""

    row = integer("Its row.")
    code = words("The member's number.")
    posts = in_points("What is posted of it.")
    reasons = many(Sentence, "What each cap took.")


class PointsTaken(Shape):
    """What taking a file of points did, or in a trial would do."""

    lines = integer("How many lines it has.")
    posted = integer("How many were posted.")
    members = integer("Of how many members.")
    earned = in_points("Honour points earned.")
    lost = in_points("Honour points lost.")
    spendable = in_points("Spendable points earned.")
    cut = many(FileCut, "Lines that caps cut.")


class YearEnding(Shape):
    """Where the spendable points of a year stand."""

    year = integer("The year.")
    announced_on = words("From which day on their end is announced.")
    last_day = words("The last day they can be spent on.")
    announced = truth("Whether it was announced.")
    ended = truth("Whether they have ended.")
    members = integer("How many members have some left.")
    points = in_points("How many are left.")
    may_announce = truth("Whether it can be announced now.")
    may_end = truth("Whether they can end now.")


class Expiry(Shape):
    """Years whose spendable points end."""

    years = many(YearEnding, "The newest first.")


class ExpiryAnnounced(Shape):
    """What announcing did."""

    year = integer("The year.")
    last_day = words("The last day.")
    members = integer("How many members have some left.")
    points = in_points("How many are left.")
    told = integer("How many were told.")


class ExpiryEnded(Shape):
    """What ended."""

    year = integer("The year.")
    members = integer("Of how many members.")
    points = in_points("How many points.")
