"""A member reads the own claims, what can be claimed, the files that came with a claim, and the rules it all follows."""

from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import Claimant, Item
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Refused
from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store import evidence, units
from scoring.store.engine import Store
from scoring.store.ledger import claims, members, rules
from scoring.store.ledger.claims import Claim, ClaimState
from scoring.store.ledger.members import Member
from scoring.store.ledger.rules import Adopted
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import is_community
from scoring.workflow.points.reading import RoomLeft, Waiting, own_member, room_of, waiting_of
from scoring.working_days import today

NEWEST = 200
"""So many claims are read at once: more than anybody makes in a year."""


class ClaimFileUnknown(Refused):
    """No file of that hash came with that claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClaim:
    """A claim for the member, with whom it waits or waited, and whether they may take it back."""

    told: Waiting
    may_withdraw: bool

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.told.claim

    @property
    def item(self) -> Item:
        """What it is claimed under."""
        return self.told.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """What a member may claim on *day*, each with what its caps have left, and the communities that can verify."""

    member: Member
    day: date
    first_day: date
    room: tuple[RoomLeft, ...]
    communities: tuple[Unit, ...]

    def of(self, item_id: str) -> RoomLeft | None:
        """Return the item of that id with its room, None where it is none of these."""
        return next((own for own in self.room if own.item.id == item_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The rules of points in force on *day*, since when they are, and from when on others will be (None: not decided)."""

    rules: PointsRules
    day: date
    first_day: date
    until: date | None


def own_claims(store: Store, actor: Actor) -> tuple[OwnClaim, ...]:
    """Return the newest claims for the member *actor* is, at most `NEWEST`, the newest first.

    Raises NotAllowed and NotAMember.
    """
    with store.read() as c:
        member = own_member(c, actor)
        found = claims.of_member(c, member.id, NEWEST)
        known = units.newest(c, {code for own in found for code in (own.unit, own.at_unit)})
        return tuple(
            OwnClaim(
                told=waiting_of(c, own, known),
                may_withdraw=own.state is ClaimState.PENDING and bool(own.claimants & actor.hands),
            )
            for own in found
        )


def claimable(store: Store, actor: Actor) -> Claimable:
    """Return what the member *actor* is may claim themselves. Raises NotAllowed, NotAMember and RulesMissing."""
    with store.read() as c:
        member, day = own_member(c, actor), today()
        permit(actor, Action.CLAIM_POINTS, Setting())
        room = room_of(c, member, rules.in_force(c, day), day)
        communities = [
            own for own in units.newest(c).values() if is_community(own) and own.code != member.unit
        ]
        return Claimable(
            member=member,
            day=day,
            first_day=members.histories(c, [member.id])[member.id][0].first_day,
            room=tuple(own for own in room if Claimant.MEMBER in own.item.claims),
            communities=tuple(sorted(communities, key=lambda own: (own.township or "", own.code))),
        )


def file_of_claim(store: Store, actor: Actor, number: int, sha256: str) -> tuple[str, Kind]:
    """Return what a file of an own claim is called, and its kind.

    Raises NotAllowed, NotAMember, ClaimUnknown where it is no claim for them, and ClaimFileUnknown.
    """
    with store.read() as c:
        member = own_member(c, actor)
        own = claims.find(c, number)
        if own.member != member.id:
            raise claims.unknown(number)
        title = next((file.title for file in own.files if file.sha256 == sha256), None)
        kind = evidence.kind_of(c, sha256)
    if title is None or kind is None:
        raise ClaimFileUnknown(
            [Fault.of(f"第 {number} 号申报没有附这个文件", f"no such file came with claim {number}")]
        )
    return title, kind


def read_rules(store: Store) -> RulesInForce:
    """Return the rules of points in force today, as anybody here may read them. Raises RulesMissing."""
    with store.read() as c:
        day = today()
        own = rules.in_force(c, day)
        adopted = rules.adopted(c)
    return RulesInForce(
        rules=own,
        day=day,
        first_day=max(one.first_day for one in adopted if one.first_day <= day),
        until=_next(adopted, day),
    )


def _next(adopted: tuple[Adopted, ...], day: date) -> date | None:
    return min((one.first_day for one in adopted if one.first_day > day), default=None)
