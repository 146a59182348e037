"""One member's points as the branch's people see them: balances, the year so far, and lines that can be reversed."""

from dataclasses import dataclass

from scoring.criteria.item import Item, Ledger
from scoring.errors import Fault, Refused
from scoring.ledger import REVERSIBLE, Balance, Line
from scoring.people import Actor
from scoring.permissions import Action, NotAllowed, Setting, may, permit
from scoring.store import people, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, reversals, rules, transfers
from scoring.store.ledger.members import Member
from scoring.units import Unit
from scoring.workflow.points.years import YearFigure, year_of
from scoring.workflow.telling import names
from scoring.working_days import today

LINES = 50
"""So many lines of a ledger are read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """A line with its item (None where it has none), who posted it by name, and whether it can still be reversed."""

    line: Line
    item: Item | None
    by_name: str
    reversed_: bool
    reversible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen:
    """A member with balances, the year so far, and lines of one ledger, the newest first; `login` is '' without account.

    `older` is the number of line before which there is more, None where there is none. What the one who sees it may
    do: move that a line be reversed, keep the member.
    """

    member: Member
    login: str
    unit: Unit | None
    honour: Balance
    spendable: Balance
    year: YearFigure
    ledger: Ledger
    lines: tuple[LineSeen, ...]
    older: int | None
    may_move: bool
    may_keep: bool


def points_of_member(
    store: Store, actor: Actor, member_id: str, ledger: Ledger = Ledger.HONOUR, before_seq: int | None = None
) -> MemberSeen:
    """Return the member's points, with the newest lines of *ledger* before *before_seq* (None: the newest of all).

    Raises NotAllowed, MemberUnknown and RulesMissing.
    """
    permit(actor, Action.SEE_POINTS, Setting())
    with store.read() as c:
        member = members.find(c, member_id)
        unit = _seen(c, actor, member)
        lines = transfers.statement(c, member.id, ledger, before_seq, LINES + 1)
        shown = lines[:LINES]
        back = reversals.are_reversed(c, [own.number for own in shown])
        called = names(c, {own.by for own in shown})
        account = people.among(c, [member.person]).get(member.person) if member.person else None
        return MemberSeen(
            member=member,
            login="" if account is None else account.login,
            unit=unit,
            honour=transfers.balance(c, member.id, Ledger.HONOUR),
            spendable=transfers.balance(c, member.id, Ledger.SPENDABLE),
            year=year_of(c, [member.id], today().year)[member.id],
            ledger=ledger,
            lines=tuple(
                LineSeen(
                    line=own,
                    item=rules.known(c, own.rules).item(own.item) if own.item else None,
                    by_name=called.get(own.by, ""),
                    reversed_=own.number in back,
                    reversible=own.kind in REVERSIBLE and own.number not in back,
                )
                for own in shown
            ),
            older=shown[-1].seq if len(lines) > LINES else None,
            may_move=may(actor, Action.MOVE_REVERSAL, Setting(unit=unit)),
            may_keep=may(actor, Action.KEEP_MEMBERS, Setting()),
        )


def branches_seen(store: Store, actor: Actor) -> tuple[Unit, ...]:
    """Return the branches whose members' points *actor* may see with names, by code. Raises NotAllowed."""
    permit(actor, Action.SEE_POINTS, Setting())
    with store.read() as c:
        known = units.newest(c)
    return tuple(
        known[code] for code in sorted(known) if may(actor, Action.SEE_POINTS, Setting(unit=known[code]))
    )


def member_of_code(store: Store, actor: Actor, code: str) -> Member | None:
    """Return the member of that number where *actor* may see their points, else None. Raises NotAllowed."""
    permit(actor, Action.SEE_POINTS, Setting())
    with store.read() as c:
        found = members.by_codes(c, [code]).get(code)
        if found is None:
            return None
        try:
            _seen(c, actor, found)
        except Refused:
            return None
        return found


def _seen(c: Connection, actor: Actor, member: Member) -> Unit:
    """Return the member's branch. Raises NotAllowed where *actor* may not see its points."""
    unit = units.newest(c, [member.unit]).get(member.unit)
    if unit is None or not may(actor, Action.SEE_POINTS, Setting(unit=unit)):
        raise NotAllowed(
            [
                Fault.of(
                    "这名党员不在您负责的支部，不能查看其积分",
                    "this member belongs to no branch of yours; their points are not yours to see",
                )
            ]
        )
    return unit
