"""Claims are verified: posted under the caps, or not, by somebody who neither claimed them nor is the member concerned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scoring.chain import NONE
from scoring.criteria.caps import Allowed, allowed
from scoring.criteria.item import Item, ItemKind, Ledger, Verifier, points_text
from scoring.errors import Fault, Place, PointsRefused
from scoring.ledger import ISSUER, NewTransfer, TransferKind, quarter_of
from scoring.people import Actor, Role
from scoring.permissions import Action, NotAllowed, SameHands, Setting, other_hands, permit
from scoring.private_numbers import private_number
from scoring.store import chain, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, members, quarters, rules, transfers
from scoring.store.ledger.claims import Claim, ClaimState, CutKept
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import WordsUnfit, words
from scoring.workflow.points.claiming import OWN_CLAIMS, ClaimRefused, closed_fault, decided_already
from scoring.workflow.points.deeds import hand
from scoring.workflow.points.in_role import besides, in_role, role_to_verify
from scoring.workflow.telling import tell

MOST_AT_ONCE = 500
"""So many claims may be decided at once."""

MEMBERS = "/desk/points/members"
"""Where whoever claimed for others finds the lines of each."""

_REASON = Text("理由", "the reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of the claim of that number: posted, with *points* (hundredths) where others than claimed, or not.

    What is not posted has a *reason*.
    """

    claim: int
    post: bool
    points: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a claim: the points that were posted, what caps cut and why, and the transfers, by number."""

    claim: int
    state: ClaimState
    points: int
    cuts: tuple[CutKept, ...]
    transfers: tuple[int, ...]


def verify_claims(store: Store, actor: Actor, decisions: Sequence[Decision]) -> tuple[Decided, ...]:
    """Decide claims in order, all or none, and return what became of each.

    A claim of which the caps leave nothing is not posted, for that reason. Raises NotAllowed with all that are not
    theirs to verify, SameHands with all that they claimed or that are about themselves, ClaimUnknown, and ClaimRefused
    with every other fault.
    """
    if not 0 < len(decisions) <= MOST_AT_ONCE:
        raise ClaimRefused(
            [Fault.of(f"一次审核 1 至 {MOST_AT_ONCE} 项", f"decide 1 to {MOST_AT_ONCE} at once")]
        )
    with store.read() as c:
        first = _Verifying(c, actor, decisions)
        first.permitted()
        under = chain.newest(c)
    place = first.role_for(first.claim(decisions[0]))
    assert place is not None, "they may verify it"
    deed = permit(in_role(actor, place[0]), Action.VERIFY_POINTS, Setting(unit=place[1]))
    with store.begin(deed) as c:
        chain.link_number(c)
        if under == NONE or chain.newest(c) != under:
            first = _Verifying(c, actor, decisions)
            first.permitted()
        return first.decided(c)


class _Verifying:
    """Decisions about claims, with all they stand on: true for as long as the chain has no newer link."""

    def __init__(self, c: Connection, actor: Actor, decisions: Sequence[Decision]) -> None:
        self._actor, self._decisions = actor, decisions
        self._foreseen: dict[int, Allowed] = {}
        self._posted: set[tuple[str, str]] = set()
        self._claims = claims.among(c, (own.claim for own in decisions))
        for own in decisions:
            if own.claim not in self._claims:
                raise claims.unknown(own.claim)
        found = self._claims.values()
        self._members = members.among(c, {own.member for own in found})
        self._units: dict[str, Unit] = units.newest(
            c, {code for own in found for code in (own.unit, own.at_unit) if code}
        )
        self._items: dict[tuple[str, str], Item] = {
            (ref, item): rules.known(c, ref).item(item)
            for ref, item in {(own.rules, own.item) for own in found}
        }

    def claim(self, decision: Decision) -> Claim:
        """Return the claim that *decision* is about."""
        return self._claims[decision.claim]

    def role_for(self, own: Claim) -> tuple[Role, Unit] | None:
        """Return the role in which, and the unit over which, the claim is theirs to verify; None where it is not."""
        return role_to_verify(self._actor, self._item(own), own, self._units)

    def permitted(self) -> None:
        """Return where all of them are theirs to decide. Raises NotAllowed and SameHands, with all that are not."""
        stranger: list[Fault] = []
        same: list[Fault] = []
        for decision in self._decisions:
            own = self.claim(decision)
            if self.role_for(own) is None:
                stranger.append(self._at(own, *_NOT_YOURS))
            else:
                same += self._same_hands(own)
        if stranger:
            raise NotAllowed(stranger)
        if same:
            raise SameHands(same)

    def decided(self, c: Connection) -> tuple[Decided, ...]:
        """Decide them all in the transaction *c*, tell whom it concerns, and return what became of each.

        Raises ClaimRefused.
        """
        self._c = c
        faults = [fault for decision in self._decisions for fault in self._faults(decision)]
        numbers = [own.claim for own in self._decisions]
        faults += [
            self._at(self._claims[number], "重复出现", "is decided twice")
            for number in sorted(set(numbers))
            if numbers.count(number) > 1
        ]
        if faults:
            raise ClaimRefused(faults)
        found = tuple(self._decide(own) for own in self._decisions)
        transfers.concern_members(self._c, (own.member for own in self._claims.values()))
        for own in found:
            self._tell(self._claims[own.claim], own)
        return found

    def _same_hands(self, own: Claim) -> Iterator[Fault]:
        person = self._members[own.member].person
        for hands, zh, en in ((own.claimants, *_CLAIMED), ({person} - {""}, *_CONCERNED)):
            try:
                other_hands(self._actor, hands, zh, en)
            except SameHands as same:
                yield from (replace(fault, place=Place(field=f"#{own.number}")) for fault in same.faults)

    def _faults(self, decision: Decision) -> Iterator[Fault]:
        own = self.claim(decision)
        if own.state is not ClaimState.PENDING:
            yield decided_already(own)
            return
        if not decision.post:
            try:
                words(decision.reason, _REASON)
            except WordsUnfit as unfit:
                yield from (replace(fault, place=Place(field=f"#{own.number}")) for fault in unfit.faults)
        wrong = private_number(decision.reason)
        if wrong is not None:
            yield self._at(own, f"理由{wrong.zh}", f"the reason {wrong.en}")
        if decision.post:
            yield from self._posting_faults(own, decision)

    def _posting_faults(self, own: Claim, decision: Decision) -> Iterator[Fault]:
        if quarters.is_closed_for(self._c, quarter_of(own.day), own.unit, own.member):
            unit = self._units.get(own.unit)
            yield closed_fault(own.unit if unit is None else unit.name, own.day, f"#{own.number}")
        try:
            self._foreseen[own.number] = self._allowed(own, decision)
        except PointsRefused as refused:
            yield from (replace(fault, place=Place(field=f"#{own.number}")) for fault in refused.faults)

    def _allowed(self, own: Claim, decision: Decision) -> Allowed:
        """Return what may post of the claim by the caps, as the books stand now. Raises PointsRefused."""
        item = self._item(own)
        posted = transfers.posted(
            self._c,
            own.member,
            item.id,
            item.ledgers[0],
            own.day,
            own.event,
            by_day_alone=Verifier.COMMUNITY in item.verifies,
        )
        wanted = own.points if decision.points is None else decision.points
        return allowed(item, wanted, posted)

    def _decide(self, decision: Decision) -> Decided:
        own, by = self.claim(decision), hand(self._actor)
        if not decision.post:
            claims.move(self._c, own.number, ClaimState.VOID, by, reason=words(decision.reason, _REASON))
            return Decided(claim=own.number, state=ClaimState.VOID, points=0, cuts=(), transfers=())
        again = (own.member, own.item) in self._posted
        found = self._allowed(own, decision) if again else self._foreseen[own.number]
        cuts = tuple(CutKept(cap=cut.cap, points=cut.points, sentence=cut.sentence) for cut in found.cuts)
        if not found.posts:
            reason = "；".join(cut.sentence.zh for cut in found.cuts)
            claims.move(self._c, own.number, ClaimState.VOID, by, cut=cuts, reason=reason)
            return Decided(claim=own.number, state=ClaimState.VOID, points=0, cuts=cuts, transfers=())
        self._posted.add((own.member, own.item))
        said = decision.reason.strip()
        claims.move(self._c, own.number, ClaimState.POSTED, by, found.posts, cuts, said)
        item = self._item(own)
        laid = [_transfer(own, item, ledger, found.posts, said) for ledger in item.ledgers]
        numbers = transfers.post(self._c, laid, by)
        return Decided(
            claim=own.number,
            state=ClaimState.POSTED,
            points=found.posts,
            cuts=cuts,
            transfers=numbers,
        )

    def _tell(self, own: Claim, found: Decided) -> None:
        """Tell the member, and who claimed."""
        item = self._item(own)
        if found.state is ClaimState.POSTED:
            points = points_text(found.points)
            done = _DONE[item.kind]
            zh, en = f"{done.zh} {points.zh}", f"{done.en} {points.en}"
        else:
            zh, en = "未予入账，请查看原因", "not posted; see why"
        cut = "，超出上限的部分未计" if found.cuts and found.points else ""
        sentence = Text(
            f"“{item.title.zh}”（{own.day.isoformat()}）{zh}{cut}",
            f"“{item.title.en}” ({own.day.isoformat()}): {en}{', as far as the caps allow' if cut else ''}",
        )
        member = self._members[own.member]
        theirs = besides([member.person], self._actor.hands)
        tell(self._c, theirs, "claim", sentence, OWN_CLAIMS)
        others = besides(own.claimants, self._actor.hands, [member.person])
        tell(self._c, others, "claim", sentence, f"{MEMBERS}/{member.id}")

    def _item(self, own: Claim) -> Item:
        return self._items[own.rules, own.item]

    def _at(self, own: Claim, zh: str, en: str) -> Fault:
        return Fault(place=Place(field=f"#{own.number}"), sentence=Text(zh, en))


def _transfer(own: Claim, item: Item, ledger: Ledger, points: int, reason: str) -> NewTransfer:
    losing = item.kind is ItemKind.LOSING
    return NewTransfer(
        key=f"claim:{own.number}",
        ledger=ledger,
        kind=TransferKind.LOSS if losing else TransferKind.AWARD,
        source=own.member if losing else ISSUER,
        target=ISSUER if losing else own.member,
        amount=points,
        member=own.member,
        unit=own.unit,
        rules=own.rules,
        item=item.id,
        day=own.day,
        event=own.event,
        claim=own.number,
        reason=reason,
    )


_DONE = {ItemKind.EARNING: Text("已计", "posted,"), ItemKind.LOSING: Text("已扣", "deducted,")}
_NOT_YOURS = (
    "这项申报不由您审核",
    "this claim is not yours to verify",
)
_CLAIMED = (
    "是您（或您所代理的人）申报的，须由另一人审核",
    "you, or whoever you act for, claimed this; another person verifies it",
)
_CONCERNED = (
    "是您本人（或您所代理的人）的积分，须由另一人审核",
    "these are your own points, or of whoever you act for; another person verifies them",
)
