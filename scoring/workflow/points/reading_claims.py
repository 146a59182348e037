"""Claims as whoever verifies them sees them: what waits, with its evidence and what the caps leave, and what was decided."""

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.criteria.caps import Allowed, allowed
from scoring.criteria.item import Item
from scoring.errors import Fault
from scoring.ledger import quarter_of
from scoring.people import Actor
from scoring.permissions import Action, NotAllowed, Setting, may, permit
from scoring.store import evidence, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, members, quarters, rules, transfers
from scoring.store.ledger.claims import Claim, ClaimState
from scoring.store.ledger.members import Member
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.points.in_role import role_to_verify
from scoring.workflow.points.tallies import by_day_alone
from scoring.workflow.see_objections import DocumentUnknown
from scoring.workflow.telling import names

DECIDED_MOST = 50
"""So many decided claims are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSeen:
    """A claim, whose it is, and who claimed and decided it, by name ('' for nobody yet, or a command).

    While it waits `would` is what the caps leave of it today, None where its quarter is closed or its points are not
    to be had; `may_verify` says whether the one who sees it may decide it: not where they claimed it, or it is theirs.
    """

    claim: Claim
    item: Item
    member: Member
    unit: Unit | None
    at_unit: Unit | None
    by_name: str
    decided_by_name: str
    would: Allowed | None = None
    may_verify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimToVerify:
    """A claim that waits: whose it is, in which branch, and whether the one who reads may decide it.

    They may not where they claimed it, or where the points are their own.
    """

    claim: Claim
    item: Item
    member: Member
    unit: Unit | None
    may_verify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimQueue:
    """What waits for somebody to verify, the oldest first, and what was decided of the same, the last decided first."""

    waiting: tuple[ClaimSeen, ...]
    decided: tuple[ClaimSeen, ...]


def see_claims(store: Store, actor: Actor) -> ClaimQueue:
    """Return the claims that are *actor*'s to verify by their role. Raises NotAllowed."""
    permit(actor, Action.VERIFY_POINTS, Setting())
    with store.read() as c:
        known = units.newest(c)
        theirs = _branches(actor, known)
        waiting = _theirs(c, actor, reversed(claims.pending(c, theirs)), known)
        decided = _theirs(c, actor, claims.decided(c, theirs, DECIDED_MOST), known)
        both = [*waiting, *decided]
        persons = members.among(c, {own.member for own, _ in both})
        hands = {one for own, _ in both for one in (own.by, own.decided_by)}
        called = names(c, hands)
        seen = [
            ClaimSeen(
                claim=own,
                item=item,
                member=persons[own.member],
                unit=known.get(own.unit),
                at_unit=known.get(own.at_unit),
                by_name=called.get(own.by, ""),
                decided_by_name=called.get(own.decided_by, ""),
                would=_would(c, own, item),
                may_verify=own.state is ClaimState.PENDING and _may_decide(actor, own, persons[own.member]),
            )
            for own, item in both
        ]
    return ClaimQueue(waiting=tuple(seen[: len(waiting)]), decided=tuple(seen[len(waiting) :]))


def claims_to_verify(store: Store, actor: Actor) -> tuple[ClaimToVerify, ...]:
    """Return the claims that wait and are *actor*'s to verify by their role, the newest first. Raises NotAllowed."""
    permit(actor, Action.VERIFY_POINTS, Setting())
    with store.read() as c:
        known = units.newest(c)
        waiting = _theirs(c, actor, claims.pending(c, _branches(actor, known)), known)
        persons = members.among(c, {own.member for own, _ in waiting})
    return tuple(
        ClaimToVerify(
            claim=own,
            item=item,
            member=persons[own.member],
            unit=known.get(own.unit),
            may_verify=_may_decide(actor, own, persons[own.member]),
        )
        for own, item in waiting
    )


def document_of_claim(store: Store, actor: Actor, number: int, sha256: str) -> tuple[str, Kind]:
    """Return the title and kind of a file that came with the claim, for whoever verifies it or sees the branch's points.

    Raises NotAllowed, ClaimUnknown and DocumentUnknown.
    """
    permit(actor, Action.VERIFY_POINTS, Setting())
    with store.read() as c:
        own = claims.find(c, number)
        known = units.newest(c, {own.unit, own.at_unit} - {""})
        sees = may(actor, Action.SEE_POINTS, Setting(unit=known.get(own.unit)))
        if not (own.unit in known and sees) and not _theirs(c, actor, [own], known):
            raise NotAllowed([Fault.of("这项申报不由您审核", "this claim is not yours to verify")])
        kind = evidence.kind_of(c, sha256)
    title = next((file.title for file in own.files if file.sha256 == sha256), None)
    if title is None or kind is None:
        raise DocumentUnknown([Fault.of("没有这个文件", "there is no such file")])
    return title, kind


def _branches(actor: Actor, known: dict[str, Unit]) -> list[str]:
    return [code for code in known if may(actor, Action.VERIFY_POINTS, Setting(unit=known[code]))]


def _may_decide(actor: Actor, own: Claim, member: Member) -> bool:
    """Say whether *actor* has no hand in the claim yet, and the points are not theirs."""
    return not actor.hands & {*own.claimants, member.person}


def _theirs(
    c: Connection, actor: Actor, found: Iterable[Claim], known: dict[str, Unit]
) -> list[tuple[Claim, Item]]:
    """Return those of *found* that are *actor*'s to verify, each with its item."""
    judged = ((own, rules.known(c, own.rules).item(own.item)) for own in found)
    return [(own, item) for own, item in judged if role_to_verify(actor, item, own, known) is not None]


def _would(c: Connection, own: Claim, item: Item) -> Allowed | None:
    if own.state is not ClaimState.PENDING:
        return None
    if quarters.is_closed_for(c, quarter_of(own.day), own.unit, own.member):
        return None
    if not item.takes(own.points):
        return None
    posted = transfers.posted(
        c, own.member, item.id, item.ledgers[0], own.day, own.event, by_day_alone=by_day_alone(item)
    )
    return allowed(item, own.points, posted)
