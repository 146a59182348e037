"""A member reads the own points: balances, figures, what caps have left, what waits, and each line of the statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import Item, Ledger, Window
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Place, Refused
from scoring.ledger import Balance, Line, Transfer, quarter_of
from scoring.people import Actor, Role
from scoring.permissions import Action, Setting, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, counted, members, reversals, rules, transfers
from scoring.store.ledger.claims import Claim
from scoring.store.ledger.members import Member
from scoring.store.ledger.reversals import LineObjection
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.points.in_role import verifying_roles
from scoring.workflow.points.quarters import QuarterFigure, YearFigure, year_of
from scoring.working_days import today

FEWEST = 5
"""Of fewer members nothing is said that would be about each of them: no place in a branch, no sums."""

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

    `place` is None in branches of few members, and where the year has no figure yet. Lines are the newest first.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """A line of the own statement: its item (None for what has none), its claim, what reversed it, and objections to it."""

    line: Line
    ledger: Ledger
    item: Item | None
    claim: Claim | None
    reversed_by: Transfer | None
    objections: tuple[LineObjection, ...]


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
        return OwnPoints(
            member=member,
            unit=known.get(member.unit),
            day=day,
            honour=transfers.balance(c, member.id, Ledger.HONOUR),
            spendable=transfers.balance(c, member.id, Ledger.SPENDABLE),
            quarter=next((own for own in year.quarters if own.quarter == quarter_of(day)), None),
            year=year,
            room=_room(c, member, in_force, day),
            waiting=tuple(_waiting(c, own, known) for own in waiting),
            place=_place(year.annual, [years[one].annual for one in branch]),
            honour_lines=transfers.statement(c, member.id, Ledger.HONOUR, most=LINES),
            spendable_lines=transfers.statement(c, member.id, Ledger.SPENDABLE, most=LINES),
        )


def own_statement(
    store: Store, actor: Actor, ledger: Ledger, before_seq: int | None = None
) -> tuple[Line, ...]:
    """Return the lines of the own statement before *before_seq* (None: the newest), at most `LINES`, the newest first.

    Raises NotAllowed and NotAMember.
    """
    with store.read() as c:
        return transfers.statement(c, own_member(c, actor).id, ledger, before_seq, LINES)


def own_line(store: Store, actor: Actor, number: int) -> OwnLine:
    """Return the line that the transfer of that number is in the own statement.

    Raises NotAllowed, NotAMember, and TransferUnknown where it is no line of theirs.
    """
    with store.read() as c:
        member = own_member(c, actor)
        own = transfers.find(c, number)
        line = transfers.line(c, member.id, own.new.ledger, number)
        return OwnLine(
            line=line,
            ledger=own.new.ledger,
            item=rules.known(c, own.new.rules).item(own.new.item) if own.new.item else None,
            claim=None if line.claim is None else claims.find(c, line.claim),
            reversed_by=transfers.reversed_by(c, number),
            objections=reversals.objections_to(c, [one.number for one in transfers.of_key(c, own.new.key)]),
        )


def own_member(c: Connection, actor: Actor) -> Member:
    """Return the member *actor* is, or whoever they act for is. Raises NotAllowed and NotAMember."""
    permit(actor, Action.SEE_OWN_POINTS, Setting())
    found = members.of_person(c, actor.sheet_holder.id)
    if found is None:
        sentence = Text(
            "您的账号还没有与党员名册关联；请联系管理员",
            "your account is not linked to anybody on the list of members; ask an administrator",
        )
        raise NotAMember([Fault(place=Place(), sentence=sentence)])
    return found


def _room(c: Connection, member: Member, in_force: PointsRules, day: date) -> tuple[RoomLeft, ...]:
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


def _waiting(c: Connection, own: Claim, known: dict[str, Unit]) -> Waiting:
    item = rules.known(c, own.rules).item(own.item)
    roles = verifying_roles(item, known.get(own.unit), known.get(own.at_unit))
    return Waiting(claim=own, item=item, with_whom=tuple((role, unit) for _, role, unit in roles))


def _place(own: int | None, branch: Collection[int | None]) -> PlaceInBranch | None:
    if own is None or len(branch) < FEWEST:
        return None
    figures = [one for one in branch if one is not None]
    return PlaceInBranch(place=1 + sum(one > own for one in figures), of=len(figures))
