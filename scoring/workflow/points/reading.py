"""A member reads the own points: balances, figures, what caps have left, what waits, and each line of the statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import Item, Ledger, Window
from scoring.criteria.points import CardFigure, PointsRules
from scoring.errors import Fault, Refused
from scoring.ledger import Balance, Line, Transfer, quarter_of
from scoring.people import Actor, Role
from scoring.permissions import Action, Setting, permit
from scoring.store import people, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, counted, members, reversals, rules, transfers
from scoring.store.ledger.claims import Claim
from scoring.store.ledger.members import Member
from scoring.store.ledger.reversals import LineObjection
from scoring.units import Unit
from scoring.workflow.points.expiring import Expiring, expiring
from scoring.workflow.points.in_role import verifying_roles
from scoring.workflow.points.reversing import hindering
from scoring.workflow.points.years import QuarterFigure, YearFigure, year_of
from scoring.working_days import today

FEWEST = 5
"""Of fewer members nothing is said that would be about each of them: no place in a branch, no sums."""

Items = Mapping[tuple[str, str], Item]
"""Items by the rules that hold them, and by id."""

LINES = 20
"""So many lines of a statement are read at a time."""


class NotAMember(Refused):
    """The account belongs to nobody on the list of members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLeft:
    """How many hundredths an item may still give in this month, and the window whose cap says so; None without a cap."""

    item: Item
    left: int | None
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A claim that waits, under which item, and with whom: roles over units, any of which may decide it."""

    claim: Claim
    item: Item
    with_whom: tuple[tuple[Role, Unit], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInBranch:
    """Which place a member has in the branch by the year's figure, of how many who have one; equals share a place."""

    place: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPoints:
    """A member's points today: `spendable.owed` is the debt, `quarter` the figure of this quarter so far, if any.

    `place` is None in branches of few members, and where the year has no figure yet. `good_until` is the last day on
    which what is earned this year can be spent, None where it does not expire; `ending` are the points of earlier
    years that end; `card_by` what a card is given by. Lines are the newest first, and `items` those they are of.
    """

    member: Member
    unit: Unit | None
    day: date
    honour: Balance
    spendable: Balance
    quarter: QuarterFigure | None
    year: YearFigure
    room: tuple[RoomLeft, ...]
    waiting: tuple[Waiting, ...]
    place: PlaceInBranch | None
    honour_lines: tuple[Line, ...]
    spendable_lines: tuple[Line, ...]
    items: Items
    good_until: date | None
    ending: tuple[Expiring, ...]
    card_by: CardFigure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatement:
    """A part of the own statement of one ledger, the newest line first, and the items its lines are of.

    `older` is before which line there are more, None where these are the oldest; `first_day` is when they joined.
    """

    member: Member
    day: date
    first_day: date
    ledger: Ledger
    balance: Balance
    lines: tuple[Line, ...]
    items: Items
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStretch:
    """All of the own statement that counts on some days of a *year*, as it is on *day*, in the order it was posted."""

    member: Member
    unit: Unit | None
    day: date
    first_day: date
    last_day: date
    year: YearFigure
    lines: Mapping[Ledger, tuple[Line, ...]]
    items: Items


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """A line of the own statement: its item (None for what has none), its claim, what reversed it, and objections to it.

    `together` is what came with it on the other ledger, `at_unit` the community that could verify it (None without),
    `reversal_waits` whether a second person has still to confirm that it is reversed, `names` those of the people who had
    a hand in it, by id; `hindrances` say why it cannot be objected to.
    """

    line: Line
    ledger: Ledger
    item: Item | None
    claim: Claim | None
    at_unit: Unit | None
    together: tuple[Transfer, ...]
    reversed_by: Transfer | None
    reversal_waits: bool
    objections: tuple[LineObjection, ...]
    names: Mapping[str, str]
    hindrances: tuple[Fault, ...]


def own_points(store: Store, actor: Actor) -> OwnPoints:
    """Return the points of the member *actor* is. Raises NotAllowed, NotAMember and RulesMissing."""
    with store.read() as c:
        member, day = own_member(c, actor), today()
        in_force = rules.in_force(c, day)
        branch = [one.id for one in members.of_unit(c, member.unit)]
        years = year_of(c, {*branch, member.id}, day.year)
        year = years[member.id]
        waiting = claims.pending_of(c, member.id)
        known = units.newest(c, {member.unit} | {code for own in waiting for code in (own.unit, own.at_unit)})
        honour, honour_lines = transfers.newest(c, member.id, Ledger.HONOUR, LINES)
        spendable, spendable_lines = transfers.newest(c, member.id, Ledger.SPENDABLE, LINES)
        return OwnPoints(
            member=member,
            unit=known.get(member.unit),
            day=day,
            honour=honour,
            spendable=spendable,
            quarter=next((own for own in year.quarters if own.quarter == quarter_of(day)), None),
            year=year,
            room=room_of(c, member, in_force, day),
            waiting=tuple(waiting_of(c, own, known) for own in waiting),
            place=_place(year.annual, [years[one].annual for one in branch]),
            honour_lines=honour_lines,
            spendable_lines=spendable_lines,
            items=items_of(c, (*honour_lines, *spendable_lines)),
            good_until=None if in_force.expiry is None else in_force.expiry.last_day(day.year),
            ending=tuple(one for one in expiring(c, member.id) if one.year < day.year),
            card_by=None if in_force.cards is None else in_force.cards.figure,
        )


def own_statement(store: Store, actor: Actor, ledger: Ledger, before_seq: int | None = None) -> OwnStatement:
    """Return the own statement before the line *before_seq* (None: the newest), at most `LINES` lines.

    Raises NotAllowed and NotAMember.
    """
    with store.read() as c:
        member = own_member(c, actor)
        lines = transfers.statement(c, member.id, ledger, before_seq, LINES)
        return OwnStatement(
            member=member,
            day=today(),
            first_day=members.histories(c, [member.id])[member.id][0].first_day,
            ledger=ledger,
            balance=transfers.balance(c, member.id, ledger),
            lines=lines,
            items=items_of(c, lines),
            older=lines[-1].seq if lines and lines[-1].seq > 1 else None,
        )


def own_stretch(store: Store, actor: Actor, first_day: date, last_day: date) -> OwnStretch:
    """Return all of the own statement on those days, of one year. Raises NotAllowed, NotAMember and RulesMissing."""
    with store.read() as c:
        member, day = own_member(c, actor), today()
        lines = {ledger: transfers.between(c, member.id, ledger, first_day, last_day) for ledger in Ledger}
        return OwnStretch(
            member=member,
            unit=units.newest(c, [member.unit]).get(member.unit),
            day=day,
            first_day=first_day,
            last_day=last_day,
            year=year_of(c, [member.id], first_day.year)[member.id],
            lines=lines,
            items=items_of(c, (line for own in lines.values() for line in own)),
        )


def own_line(store: Store, actor: Actor, number: int) -> OwnLine:
    """Return the line that the transfer of that number is in the own statement.

    Raises NotAllowed, NotAMember, and TransferUnknown where it is no line of theirs.
    """
    with store.read() as c:
        member = own_member(c, actor)
        own = transfers.find(c, number)
        line = transfers.line(c, member.id, own.new.ledger, number)
        claim = None if line.claim is None else claims.find(c, line.claim)
        at_unit = "" if claim is None else claim.at_unit
        posted = transfers.of_key(c, own.new.key)
        hands = {line.by} | (set() if claim is None else {claim.by, claim.decided_by})
        return OwnLine(
            line=line,
            ledger=own.new.ledger,
            item=rules.known(c, own.new.rules).item(own.new.item) if own.new.item else None,
            claim=claim,
            at_unit=units.newest(c, [at_unit]).get(at_unit) if at_unit else None,
            together=tuple(one for one in posted if one.number != number),
            reversed_by=transfers.reversed_by(c, number),
            reversal_waits=reversals.open_motion_about(c, [one.number for one in posted]) is not None,
            objections=reversals.objections_to(c, [one.number for one in posted]),
            names={id_: person.name for id_, person in people.among(c, hands).items()},
            hindrances=tuple(hindering(c, own, posted)),
        )


def items_of(c: Connection, lines: Iterable[Line]) -> Items:
    """Return the items that *lines* are of, by the rules and the id of each."""
    asked = {(line.rules, line.item) for line in lines if line.item}
    return {(ref, item): rules.known(c, ref).item(item) for ref, item in asked}


def own_member(c: Connection, actor: Actor) -> Member:
    """Return the member *actor* is, or whoever they act for is. Raises NotAllowed and NotAMember."""
    permit(actor, Action.SEE_OWN_POINTS, Setting())
    found = members.of_person(c, actor.sheet_holder.id)
    if found is None:
        raise NotAMember(
            [
                Fault.of(
                    "您的账号还没有与党员名册关联；请联系管理员",
                    "your account is not linked to anybody on the list of members; ask an administrator",
                )
            ]
        )
    return found


def room_of(c: Connection, member: Member, in_force: PointsRules, day: date) -> tuple[RoomLeft, ...]:
    """Return what each item that earns the member anything may still give this month."""
    items = [own for own in in_force.earning if member.kind in own.members]
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    posted: dict[tuple[str, Window], int] = {}
    firsts = {own.id: own.ledgers[0].value for own in items}
    for own in counted.counted(c, [member.id], list(firsts), first, last):
        if own.ledger != firsts[own.item]:
            continue
        on = date.fromisoformat(own.day)
        for window in _windows(on, day):
            posted[own.item, window] = posted.get((own.item, window), 0) + own.amount
    return tuple(_left(item, posted) for item in items)


def waiting_of(c: Connection, own: Claim, known: dict[str, Unit]) -> Waiting:
    """Return the claim *own* with whom it waits for; *known* are units by code."""
    item = rules.known(c, own.rules).item(own.item)
    roles = verifying_roles(item, known.get(own.unit), known.get(own.at_unit))
    return Waiting(claim=own, item=item, with_whom=tuple((role, unit) for _, role, unit in roles))


def _windows(on: date, day: date) -> Sequence[Window]:
    """Return the windows of *day* that *on*, of the same year, lies in too."""
    found = [Window.YEAR]
    if quarter_of(on) == quarter_of(day):
        found.append(Window.QUARTER)
    if on.month == day.month:
        found.append(Window.MONTH)
    return found


def _left(item: Item, posted: dict[tuple[str, Window], int]) -> RoomLeft:
    rooms = []
    for window in (Window.MONTH, Window.QUARTER, Window.YEAR):
        cap = item.caps.of(window)
        if cap is not None:
            rooms.append((max(cap - posted.get((item.id, window), 0), 0), window))
    left, window_ = min(rooms, key=lambda own: own[0], default=(None, None))
    return RoomLeft(item=item, left=left, window=window_)


def _place(own: int | None, branch: Collection[int | None]) -> PlaceInBranch | None:
    if own is None or len(branch) < FEWEST:
        return None
    figures = [one for one in branch if one is not None]
    return PlaceInBranch(place=1 + sum(one > own for one in figures), of=len(figures))
