"""Points are claimed: by a member for themselves, or by the secretary for members of the branch; nothing is posted yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from unicodedata import normalize

from scoring.chain import Deed
from scoring.criteria.caps import Posted, allowed
from scoring.criteria.criterion import EvidenceAsked
from scoring.criteria.item import MEMBER_KINDS, Claimant, Item, Verifier, counted, times_text
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Place, PointsRefused, Refused
from scoring.evidence import takes_files, why_not
from scoring.ledger import event_as, quarter_of
from scoring.people import Actor, Role
from scoring.permissions import Action, NotAllowed, Setting, permit
from scoring.private_numbers import private_number
from scoring.store import chain, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, members, quarters, rules, transfers
from scoring.store.ledger.claims import Claim, ClaimFile, ClaimState
from scoring.store.ledger.members import Member
from scoring.store.ledger.rules import RulesMissing
from scoring.texts import Text, unwritable
from scoring.units import Unit, domain_id
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.documents import Document, note
from scoring.workflow.points.deeds import hand
from scoring.workflow.points.in_role import besides, holds_over, in_role, verifiers
from scoring.workflow.points.tallies import by_day_alone
from scoring.workflow.telling import tell
from scoring.working_days import today

MOST_AT_ONCE = 500
"""So many may be claimed for at once: who came to a meeting."""

LONGEST_EVENT = 100
LONGEST_NOTE = 1_000
LONGEST_KEY = 100

TO_VERIFY = "/desk/points/claims"
OWN_CLAIMS = "/points/claims"
"""Where those who verify, and those who claim, find claims."""


class ClaimRefused(Refused):
    """That cannot be claimed, or no longer be decided, for the reasons given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFault(Fault):
    """A fault of a claim about to be made, and which field of `NewClaim` it is *about*."""

    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """Points to be claimed for *member* (an id) under *item*, for what happened on *day*.

    *key* is given by who claims: the same again is the same claim. *points* (hundredths) are None where the item says
    how many. *at_unit* is the community that is to verify it, '' for none.
    """

    key: str
    member: str
    item: str
    points: int | None = None
    day: date
    event: str = ""
    note: str = ""
    files: tuple[Document, ...] = ()
    at_unit: str = ""


def claim_points(store: Store, actor: Actor, new: NewClaim) -> Claim:
    """Claim points, and return the claim; the same key with the same contents is the claim there is.

    Raises NotAllowed, KeyUsed where the key is that of another claim, and ClaimRefused with every fault.
    """
    return claim_for_many(store, actor, [new])[0]


def claim_for_many(store: Store, actor: Actor, new: Sequence[NewClaim]) -> tuple[Claim, ...]:
    """Claim for many at once, all or none of them, and return the claims in that order.

    Raises as `claim_points` does; each fault says by number or key whose it is.
    """
    if not 0 < len(new) <= MOST_AT_ONCE:
        raise ClaimRefused(
            [Fault.of(f"一次申报 1 至 {MOST_AT_ONCE} 人", f"claim for 1 to {MOST_AT_ONCE} at once")]
        )
    with store.read() as c:
        deed = _deed(c, actor, _as_of(c, new))
    with store.begin(deed) as c:
        own = _Claiming(c, actor, new)
        _deed(c, actor, own.members)
        return own.claimed()


def withdraw_claim(store: Store, actor: Actor, number: int) -> None:
    """Take back a claim that waits; who claimed it may. Raises NotAllowed, ClaimUnknown and ClaimRefused."""
    with store.read() as c:
        before = claims.find(c, number)
        own_member = replace(members.find(c, before.member), unit=before.unit)
        deed = _deed(c, actor, {before.member: own_member})
    with store.begin(replace(deed, subjects=(f"member {before.member}",))) as c:
        chain.link_number(c)
        own = claims.find(c, number)
        if not own.claimants & actor.hands:
            raise NotAllowed([Fault.of("只有申报人可以撤回", "only who claimed may take it back")])
        if own.state is not ClaimState.PENDING:
            raise ClaimRefused([decided_already(own)])
        claims.move(c, number, ClaimState.WITHDRAWN, hand(actor))


def decided_already(own: Claim) -> Fault:
    """Return the fault that a claim does not wait any more, saying what became of it."""
    state = own.state.called
    return Fault.of(
        f"第 {own.number} 号申报{state.zh}，不能再办理", f"claim {own.number} is {state.en}; it waits no more"
    )


def closed_fault(unit: str, day: date, field: str | None = None) -> Fault:
    """Return the fault that nothing of *day* counts any more in that branch."""
    quarter = quarter_of(day)
    sentence = Text(
        f"{unit} 的 {quarter} 已经结账（或已随该党员转入的支部结账），不能再入账",
        f"{quarter} of {unit} is closed (or was, with the branch the member moved to); nothing counts in it any more",
    )
    return Fault(place=Place(field=field), sentence=sentence)


def _as_of(c: Connection, new: Sequence[NewClaim]) -> dict[str, Member | None]:
    """Return whom the claims are for, by id: each as they were on the day of the first claim for them."""
    histories = members.histories(c, {own.member for own in new})
    found: dict[str, Member | None] = {}
    for own in new:
        revisions = histories.get(own.member, ())
        then = members.as_of(revisions, own.day) or (revisions[0] if revisions else None)
        found.setdefault(own.member, then)
    return found


def _deed(c: Connection, actor: Actor, found: dict[str, Member | None]) -> Deed:
    """Return the deed by which *actor* claims for all of them: for themselves, or as their secretary.

    Of whom there is not nobody learns more than who may claim. Raises NotAllowed.
    """
    mine = members.of_person(c, _holder(actor))
    if mine is not None and set(found) == {mine.id} and _has(actor, Role.MEMBER):
        return permit(in_role(actor, Role.MEMBER), Action.CLAIM_POINTS, Setting())
    known = units.newest(c, {own.unit for own in found.values() if own is not None})
    deeds = [
        permit(
            in_role(actor, Role.SECRETARY),
            Action.CLAIM_POINTS,
            Setting(unit=None if own is None else known.get(own.unit)),
        )
        for own in found.values()
    ]
    if any(own is None for own in found.values()):
        raise members.unknown()
    return deeds[0]


def _holder(actor: Actor) -> str:
    """Return the id of whose points are the own: the person acted for, where there is one."""
    return "" if actor.person is None else actor.sheet_holder.id


def _has(actor: Actor, role: Role) -> bool:
    return any(own.role is role for own in actor.rights)


class _Claiming:
    """Claims about to be kept, in the transaction that keeps them."""

    def __init__(self, c: Connection, actor: Actor, new: Sequence[NewClaim]) -> None:
        chain.link_number(c)
        self._c, self._actor, self._new = c, actor, new
        self._histories = members.histories(c, {own.member for own in new})
        self.members = _as_of(c, new)
        self._codes = {own.id: own.code for own in self.members.values() if own is not None}
        self._known = units.newest(c)
        self._mine = members.of_person(c, _holder(actor))
        self._before = claims.of_keys(c, (own.key for own in new))
        self._rules: dict[date, PointsRules | None] = {}
        self._here: dict[tuple[str, str, date, str], int] = {}
        self._now = datetime.now(UTC)

    def claimed(self) -> tuple[Claim, ...]:
        """Keep those that are not kept yet, tell who verifies them, and return all."""
        faults: list[Fault] = []
        found: list[Claim | None] = []
        keys: set[str] = set()
        for new in self._new:
            own, wrong = self._judged(new)
            if new.key in keys:
                wrong.append(self._at(new, "同一个键用了两次", "uses a key that another of these has"))
            keys.add(new.key)
            found.append(own)
            faults += wrong
        if faults:
            raise ClaimRefused(faults)
        judged = [own for own in found if own is not None]
        fresh = [own for own in judged if not own.number]
        if not fresh:
            return tuple(judged)
        for new in self._new:
            note(self._c, new.files)
        numbers = claims.add(self._c, fresh)
        transfers.concern_members(self._c, (own.member for own in fresh))
        kept = {own.key: replace(own, number=number) for own, number in zip(fresh, numbers, strict=True)}
        self._tell([*kept.values()])
        return tuple(kept.get(own.key, own) for own in judged)

    def _judged(self, new: NewClaim) -> tuple[Claim | None, list[Fault]]:
        """Return the claim that *new* is, and what is wrong with it; None where it cannot be said."""
        before = self._before.get(new.key)
        if before is not None:
            if not _same(before, new) or not before.claimants & self._actor.hands:
                raise KeyUsed([self._at(new, *_KEY_USED)])
            return before, []
        faults = [*self._words_faults(new), *self._day_faults(new)]
        then = members.as_of(self._histories.get(new.member, ()), new.day)
        own = self._rules_of(new.day)
        item = None if own is None else _item(own, new.item)
        if own is None:
            sentence = rules.missing(new.day).sentence
            faults.append(self._at(new, sentence.zh, sentence.en, "day"))
        elif item is None:
            faults.append(
                self._at(new, f"{own.ref} 没有项目“{new.item}”", f"{own.ref} has no item “{new.item}”")
            )
        if then is None or own is None or item is None:
            return None, faults
        faults += [
            *self._member_faults(new, item, then),
            *self._points_faults(new, item),
            *self._file_faults(new, item),
            *self._community_faults(new, item, then),
            *self._twice_faults(new, item),
        ]
        return self._claim(new, then, own, item), faults

    def _claim(self, new: NewClaim, then: Member, own: PointsRules, item: Item) -> Claim:
        by = hand(self._actor)
        return Claim(
            key=new.key,
            member=new.member,
            unit=then.unit,
            at_unit=new.at_unit,
            rules=own.ref,
            item=item.id,
            points=new.points or item.most,
            day=new.day,
            event=_tidy(new.event),
            note=_tidy(new.note),
            by=by.person,
            on_behalf=by.on_behalf,
            made_at=self._now,
            files=tuple(ClaimFile(sha256=file.sha256, title=file.title) for file in new.files),
        )

    def _words_faults(self, new: NewClaim) -> Iterator[Fault]:
        if not new.key or len(new.key) > LONGEST_KEY or unwritable(new.key) is not None:
            yield self._at(new, f"键应为 1 至 {LONGEST_KEY} 字", f"the key has 1 to {LONGEST_KEY} characters")
        for about, words, called, most in (
            ("event", new.event, Text("活动名称", "the event's name"), LONGEST_EVENT),
            ("note", new.note, Text("说明", "the note"), LONGEST_NOTE),
        ):
            if len(_tidy(words)) > most or unwritable(_tidy(words)) is not None:
                yield self._at(
                    new,
                    f"{called.zh}最长 {most} 字，不含控制字符",
                    f"{called.en} has {most} characters at most, and no control characters",
                    about,
                )
            wrong = private_number(words)
            if wrong is not None:
                yield self._at(new, f"{called.zh}{wrong.zh}", f"{called.en} {wrong.en}", about)

    def _day_faults(self, new: NewClaim) -> Iterator[Fault]:
        if new.day > today():
            yield self._at(new, "日期还没有到", "that day is yet to come", "day")
        revisions = self._histories.get(new.member, ())
        then = members.as_of(revisions, new.day)
        if then is None:
            first = revisions[0].first_day.isoformat()
            yield self._at(
                new, f"早于该党员入册的 {first}", f"is before {first}, when the member joined", "day"
            )
        elif not then.active:
            yield self._at(new, "该党员当日已经转出", "the member had left by then", "day")
        elif quarters.is_closed_for(self._c, quarter_of(new.day), then.unit, new.member):
            sentence = closed_fault(self._called(then.unit), new.day).sentence
            yield self._at(new, sentence.zh, sentence.en, "day")

    def _member_faults(self, new: NewClaim, item: Item, then: Member) -> Iterator[Fault]:
        if then.kind not in item.members:
            kind = MEMBER_KINDS[then.kind]
            yield self._at(
                new,
                f"“{item.title.zh}”不适用于{kind.zh}",
                f"“{item.title.en}” is not for {kind.en}",
                "item",
            )
        as_member = self._mine is not None and self._mine.id == new.member and _has(self._actor, Role.MEMBER)
        as_secretary = holds_over(
            self._actor, Role.SECRETARY, Action.CLAIM_POINTS, self._known.get(then.unit)
        )
        may = {Claimant.MEMBER: as_member, Claimant.SECRETARY: as_secretary}
        if not any(may[own] for own in item.claims):
            who = _CLAIMANTS[item.claims[0]]
            yield self._at(
                new,
                f"“{item.title.zh}”由{who.zh}申报",
                f"“{item.title.en}” is claimed by {who.en}",
                "item",
            )

    def _points_faults(self, new: NewClaim, item: Item) -> Iterator[Fault]:
        if new.points is None:
            if item.points is None:
                yield self._at(
                    new,
                    f"请填写“{item.title.zh}”的分值",
                    f"say how many points “{item.title.en}” is to give",
                    "points",
                )
            return
        try:
            allowed(item, new.points, Posted())
        except PointsRefused as refused:
            yield from (
                self._at(new, fault.sentence.zh, fault.sentence.en, "points") for fault in refused.faults
            )

    def _file_faults(self, new: NewClaim, item: Item) -> Iterator[Fault]:
        asked = item.evidence or EvidenceAsked()
        if len({file.sha256 for file in new.files}) < len(new.files):
            yield self._at(new, "同一个文件附了两次", "the same file comes twice", "files")
        if takes_files(asked) and len(new.files) < asked.least:
            yield self._at(
                new,
                f"“{item.title.zh}”至少附 {asked.least} 份材料，现有 {len(new.files)} 份",
                f"“{item.title.en}” needs {counted(asked.least, '份', 'file').en} at least; there are {len(new.files)}",
                "files",
            )
        for number in dict.fromkeys(private_number(file.title) for file in new.files):
            if number is not None:
                yield self._at(new, f"文件名{number.zh}", f"a file's name {number.en}", "files")
        for place, file in enumerate(new.files):
            wrong = why_not(asked, item.title, file.kind, place)
            if wrong is not None:
                yield self._at(new, f"{file.title}：{wrong.zh}", f"{file.title}: {wrong.en}", "files")

    def _community_faults(self, new: NewClaim, item: Item, then: Member) -> Iterator[Fault]:
        if new.at_unit and Verifier.COMMUNITY not in item.verifies:
            yield self._at(
                new,
                f"“{item.title.zh}”不由社区确认",
                f"“{item.title.en}” is not verified by a community",
                "at_unit",
            )
        elif new.at_unit and (new.at_unit == then.unit or not is_community(self._known.get(new.at_unit))):
            yield self._at(
                new,
                f"“{new.at_unit}”不是报到的社区",
                f"“{new.at_unit}” is no community to have registered with",
                "at_unit",
            )
        elif not new.at_unit and set(item.verifies) == {Verifier.COMMUNITY}:
            yield self._at(
                new,
                f"“{item.title.zh}”由报到的社区确认，请选择社区",
                f"“{item.title.en}” is verified by the community registered with; say which",
                "at_unit",
            )

    def _twice_faults(self, new: NewClaim, item: Item) -> Iterator[Fault]:
        """Yield a fault where the event counts no more, for what of it is posted, waits, or stands among these already."""
        times = item.caps.event_times
        if times is None:
            return
        alone = by_day_alone(item)
        event = None if alone else _tidy(new.event)
        here = (new.member, item.id, new.day, event_as(event or ""))
        before = self._here.get(here, 0)
        self._here[here] = before + 1
        ledger = item.ledgers[0]
        posted = transfers.numbers_of_event(self._c, new.member, item.id, ledger, new.day, event)
        waiting = claims.waiting_of_event(self._c, new.member, item.id, new.day, event)
        if len(posted) + len(waiting) + before < times:
            return
        lines = [
            *(Text(f"第 {number} 笔已经入账", f"entry {number} is posted") for number in posted),
            *(Text(f"第 {number} 号申报待审核", f"claim {number} waits") for number in waiting),
            *([Text("本次申报中已有一项", "it is among these already")] if before else []),
        ]
        most, other = times_text(times), _SAME_DAY if alone else _OTHER_EVENT
        yield self._at(
            new,
            f"“{item.title.zh}”同一次活动最多计 {most.zh}，{new.day.isoformat()} 这次不用再报："
            f"{'，'.join(own.zh for own in lines)}。{other.zh}",
            f"“{item.title.en}” counts {most.en} an event, and that of {new.day.isoformat()} needs no further claim: "
            f"{', '.join(own.en for own in lines)}. {other.en}",
            "day" if alone else "event",
        )

    def _rules_of(self, day: date) -> PointsRules | None:
        if day not in self._rules:
            try:
                self._rules[day] = rules.in_force(self._c, day)
            except RulesMissing:
                self._rules[day] = None
        return self._rules[day]

    def _tell(self, kept: Sequence[Claim]) -> None:
        """Tell each who may verify some of them how many that are."""
        counts: dict[str, int] = {}
        persons = members.among(self._c, {own.member for own in kept})
        concerned = {id_: own.person for id_, own in persons.items()}
        found: dict[tuple[str, str, str, str], frozenset[str]] = {}
        for own in kept:
            asked = (own.rules, own.item, own.unit, own.at_unit)
            if asked not in found:
                item = rules.known(self._c, own.rules).item(own.item)
                found[asked] = verifiers(self._c, item, own, self._known)
            for person in besides(found[asked], self._actor.hands, [concerned.get(own.member, "")]):
                counts[person] = counts.get(person, 0) + 1
        for count in sorted(set(counts.values())):
            sentence = Text(
                f"有 {count} 项积分申报待您审核",
                f"{count} claims of points wait for you" if count > 1 else "a claim of points waits for you",
            )
            told = [person for person, own in counts.items() if own == count]
            tell(self._c, told, "claim", sentence, TO_VERIFY)

    def _called(self, code: str) -> str:
        return self._known[code].name if code in self._known else code

    def _place(self, new: NewClaim) -> Place:
        """Return whose claim it is, by the member's number, where it is one of many."""
        return Place(field=self._codes.get(new.member) if len(self._new) > 1 else None)

    def _at(self, new: NewClaim, zh: str, en: str, about: str = "key") -> Fault:
        return ClaimFault(place=self._place(new), sentence=Text(zh, en), about=about)


def _tidy(words: str) -> str:
    """Return *words* in the form they are kept in: two claims of one event name it alike."""
    return normalize("NFC", words.replace("\r\n", "\n")).strip()


def is_community(unit: Unit | None) -> bool:
    """Say whether members may register with the branch and serve there: no other than a community's verifies that."""
    return unit is not None and domain_id(unit.domain) == "community"


def _item(own: PointsRules, item_id: str) -> Item | None:
    return next((item for item in own.items if item.id == item_id), None)


def _same(before: Claim, new: NewClaim) -> bool:
    """Say whether *new* claims what *before* does."""
    return (
        (before.member, before.item, before.day, before.event, before.note, before.at_unit)
        == (new.member, new.item, new.day, _tidy(new.event), _tidy(new.note), new.at_unit)
        and new.points in (None, before.points)
        and {file.sha256 for file in before.files} == {file.sha256 for file in new.files}
    )


_CLAIMANTS = {
    Claimant.MEMBER: Text("党员本人", "the member"),
    Claimant.SECRETARY: Text("支部书记", "the branch's secretary"),
}
_OTHER_EVENT = Text(
    "如果确是另一次活动，请在活动名称中写明", "If this truly was another event, give it a name of its own"
)
_SAME_DAY = Text(
    "这一项按天计，在哪里服务、叫什么名称都一样",
    "This counts by the day, wherever it was and whatever it is called",
)
_KEY_USED = (
    "这个键已用于另一项申报；新的申报请换一个新的键",
    "this key was used for another claim; a new claim takes a new key",
)
