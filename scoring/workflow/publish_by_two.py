"""An edition is prepared by one person and confirmed by another, both signed in; only then it is published.

What is confirmed is what was prepared: where marks, units or criteria have changed meanwhile it is prepared anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from scoring.differences import Differences, differences
from scoring.edition import Edition, Excuse, State, digest_of
from scoring.errors import Fault, Place, Refused
from scoring.hindrances import hindrances
from scoring.people import Actor, Person, Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, may, other_hands
from scoring.proposals import Proposal, ProposalState
from scoring.register import Register, register_of
from scoring.sentences import stage_title
from scoring.statement import person as folded
from scoring.statement import read_manifest
from scoring.store import calendar, chain, editions, people, postings, proposals, units
from scoring.store.editions import Listed
from scoring.store.engine import Connection, Store
from scoring.store.proposals import Touched
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import acting, line, looking, now_or, setting_of, words
from scoring.workflow.blind_panels import ask_to_see_whole, partly, sees_whole
from scoring.workflow.consequences import unkept
from scoring.workflow.make_edition import (
    PublicationRefused,
    Signers,
    Wanted,
    keep,
    make,
    out_of_order,
    refuse_all,
    unsettled,
)
from scoring.workflow.post_results import begins_late
from scoring.workflow.progress import Tell, silent
from scoring.workflow.standings_now import inputs_of, standings_of
from scoring.workflow.telling import holders, names, tell
from scoring.working_days import LONGEST_POSTING, POSTED_DAYS, Posting, today

_REASON, _EXCUSE = Text("理由", "the reason"), Text("免评理由", "the reason for an excuse")
_MOST_TOLD = 20
_SOMEBODY = "—"


class InputsChanged(PublicationRefused):
    """What the edition was prepared from is no longer what there is."""


class ProposalEnded(Refused):
    """The proposal was confirmed or refused already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What somebody prepares: a draft or a final edition, why, who is excused and why, and the days of posting.

    `first` None is the next working day from today on; both it and `working_days` are of a draft only.
    """

    state: State
    reason: str = ""
    excused: Mapping[str, str] | None = None
    first: date | None = None
    working_days: int = POSTED_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSeen:
    """A proposal in a list: who prepared and answered it by name, and what who looks may do with it."""

    proposal: Proposal
    by_name: str
    answered_by_name: str
    may_confirm: bool
    may_take_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """How publishing stands: what was prepared, and what stands in the way of a draft and of a final edition now.

    `unrated` are units that must be excused by name unless they are marked yet; `first` is the next working day.
    """

    period: Period
    newest: Listed | None
    posting: Posting | None
    proposals: tuple[ProposalSeen, ...]
    hindering: Mapping[State, tuple[Fault, ...]]
    unrated: tuple[Unit, ...]
    first: date
    suggested: Posting
    may_prepare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What confirming a proposal would publish now: its register, what moves against the edition before, and hindrances.

    `touched` tells what was revised since it was prepared; where that is anything, `stale` is true and it cannot be
    confirmed. `moved` is None for the first edition of a period.
    """

    seen: ProposalSeen
    period: Period
    before: Listed | None
    edition: Edition
    register: Register
    moved: Differences | None
    stale: bool
    touched: tuple[Text, ...]
    hindering: tuple[Fault, ...]


def see_publishing(store: Store, actor: Actor, period_id: str, now: datetime | None = None) -> Publishing:
    """Return how publishing the period stands. Raises NotAllowed and PeriodUnknown."""
    moment = now_or(now)
    with store.read() as c:
        period = looking(c, actor, Action.SEE_PROPOSALS, period_id)
        newest = editions.newest(c, period.id)
        found = proposals.of_period(c, period.id)
        called = names(c, {one for own in found for one in (own.by, own.answered_by)})
        days = calendar.read(c)
        hindering, unrated = _hindering_now(c, period, newest, moment)
        if not sees_whole(c, actor, period):
            hindering, unrated = {state: (partly(),) for state in State}, ()
        posting = None if newest is None else postings.of_edition(c, newest.id)
    first = days.next_working(today(moment))
    return Publishing(
        period=period,
        newest=newest,
        posting=posting,
        proposals=tuple(_seen(actor, period, own, called) for own in found),
        hindering=hindering,
        unrated=unrated,
        first=first,
        suggested=days.posting(first),
        may_prepare=may(actor, Action.PREPARE_EDITION, setting_of(period)),
    )


def prepare_edition(
    store: Store, actor: Actor, period_id: str, preparation: Preparation, now: datetime | None = None
) -> int:
    """Prepare an edition for another to confirm, and return the proposal's number; nothing is published.

    Raises NotAllowed, WordsUnfit, NoUnits, NotPublishable, and PublicationRefused with all that stands in the way.
    """
    moment = now_or(now)
    wanted = _wanted(preparation)
    with acting(store, actor, Action.PREPARE_EDITION, period_id) as doing:
        c, period = doing.c, doing.period
        before = editions.newest(c, period.id)
        refuse_all([*_waiting(c, period), *_in_the_way(c, period, before, wanted, moment)])
        posting, faults = _posting(c, preparation, moment)
        refuse_all(faults)
        edition = make(
            c, period, before, wanted, Signers(prepared=actor.name, confirmed=_SOMEBODY, authenticated=True)
        )
        number = proposals.add(
            c,
            Proposal(
                number=0,
                period=period.id,
                kind=wanted.state,
                inputs=read_manifest(edition.manifest).inputs,
                supersedes=before.id if before else "",
                reason=wanted.reason,
                excused=wanted.excused,
                posting=posting,
                by=actor.id,
                on_behalf="" if actor.on_behalf is None else actor.on_behalf.id,
                made_at=datetime.now(UTC),
                link=0,
            ),
        )
        chain.concern(c, f"proposal {number}")
        _tell_leaders(c, period, number, actor)
    return number


def preview(store: Store, actor: Actor, number: int, now: datetime | None = None) -> Preview:
    """Return what confirming the proposal would publish now; nothing is kept. Raises NotAllowed and ProposalUnknown."""
    with store.read() as c:
        own = proposals.find(c, number)
        period = looking(c, actor, Action.SEE_PROPOSALS, own.period)
        ask_to_see_whole(c, actor, period)
        before = _before(c, own)
        inputs = inputs_of(c, period)
        edition = unkept(c, period, inputs)
        moved = None if before is None else differences(editions.find(c, before.id), edition)
        called = names(c, [own.by, own.answered_by])
        stale = digest_of(inputs) != own.inputs
        touched = _touched(c, period, own) if stale else ()
        wanted = Wanted(state=own.kind, reason=own.reason, excused=own.excused)
        hindering = [
            *_in_the_way(c, period, editions.newest(c, period.id), wanted, now_or(now)),
            *hindrances(standings_of(inputs), own.excused),
            *_late(own, now_or(now)),
        ]
    return Preview(
        seen=_seen(actor, period, own, called),
        period=period,
        before=before,
        edition=edition,
        register=register_of(edition),
        moved=moved,
        stale=stale,
        touched=touched,
        hindering=tuple(hindering) if own.state is ProposalState.OPEN else (),
    )


def confirm_edition(
    store: Store, actor: Actor, number: int, *, tell_progress: Tell = silent, now: datetime | None = None
) -> Edition:
    """Publish what was prepared, signed by both, and return the edition.

    Raises NotAllowed, SameHands where *actor* prepared it, ProposalEnded where another was faster, InputsChanged,
    saying what changed, and PublicationRefused with all that stands in the way.
    """
    moment = now_or(now)
    with store.read() as c:
        before = proposals.find(c, number)
    with acting(store, actor, Action.CONFIRM_EDITION, before.period, about=(f"proposal {number}",)) as doing:
        c, period = doing.c, doing.period
        own = _still_open(c, number)
        preparer = people.find(c, own.by)
        other_hands(
            actor,
            own.preparers,
            f"这一版由{preparer.name}准备，须由另一人确认",
            f"{preparer.name} prepared this edition; another person confirms it",
        )
        newest = editions.newest(c, period.id)
        wanted = Wanted(state=own.kind, reason=own.reason, excused=own.excused)
        _refuse_changed(c, period, own, newest)
        refuse_all([*_in_the_way(c, period, newest, wanted, moment), *_late(own, moment)])
        principal = None if not own.on_behalf else people.find(c, own.on_behalf)
        edition = make(c, period, newest, wanted, _signers(preparer, principal, actor), tell_progress)
        keep(c, period, edition, tell_progress)
        if own.posting is not None:
            postings.add(c, edition.id, own.posting)
        behalf = "" if actor.on_behalf is None else actor.on_behalf.id
        proposals.move(c, number, ProposalState.CONFIRMED, actor.id, behalf, edition=edition.id)
        _tell_all(c, period, own)
    return edition


def refuse_edition(store: Store, actor: Actor, number: int, reason: str) -> None:
    """Let the proposal not be published, for *reason*: by who may confirm it, or taken back by who prepared it.

    Raises NotAllowed, WordsUnfit and ProposalEnded.
    """
    said = words(reason, _REASON)
    with store.read() as c:
        before = proposals.find(c, number)
    action = Action.PREPARE_EDITION if before.preparers & actor.hands else Action.CONFIRM_EDITION
    with acting(store, actor, action, before.period, about=(f"proposal {number}",)) as doing:
        own = _still_open(doing.c, number)
        behalf = "" if actor.on_behalf is None else actor.on_behalf.id
        proposals.move(doing.c, number, ProposalState.REFUSED, actor.id, behalf, reason=said)
        told = Text(f"第 {number} 号发布准备未发布：{said}", f"proposal {number} is not published: {said}")
        tell(doing.c, own.preparers - actor.hands, "publishing", told, _address(doing.period, number))


def _wanted(preparation: Preparation) -> Wanted:
    reason = words(preparation.reason, _REASON) if preparation.reason.strip() else ""
    excused = sorted((preparation.excused or {}).items())
    return Wanted(
        state=preparation.state,
        reason=reason,
        excused=tuple(Excuse(unit=unit, reason=line(why, _EXCUSE, most=500)) for unit, why in excused),
    )


def _hindering_now(
    c: Connection, period: Period, newest: Listed | None, now: datetime
) -> tuple[dict[State, tuple[Fault, ...]], tuple[Unit, ...]]:
    """Return what stands in the way of either state now, besides unrated units, and those units."""
    reason = "…"
    found = {
        state: [*_in_the_way(c, period, newest, Wanted(state=state, reason=reason), now)] for state in State
    }
    kept = {own.unit.code: own.unit for own in units.current(c, period.id)}
    if not kept:
        return {state: tuple(faults) for state, faults in found.items()}, ()
    standings = standings_of(inputs_of(c, period))
    scores = standings.ratings.scores
    unrated = tuple(
        unit for unit, rated in zip(scores.assessments.units, scores.rated, strict=True) if not rated
    )
    codes = [Excuse(unit=unit.code, reason=reason) for unit in unrated]
    of_marks = hindrances(standings, codes)
    return {state: (*faults, *of_marks) for state, faults in found.items()}, unrated


def _in_the_way(
    c: Connection, period: Period, before: Listed | None, wanted: Wanted, now: datetime
) -> list[Fault]:
    """Return what stands in the way of an edition of that state, besides the marks themselves."""
    order = out_of_order(period, wanted.state, before, wanted.reason)
    faults = [] if order is None else [order]
    if wanted.state is State.FINAL and period.phase.place < Phase.POSTED.place:
        faults.append(
            Fault.of(
                "还没有公示；请先发布公示稿，公示期结束后再发布正式版本",
                "nothing was posted yet; the draft comes first, and the final edition when its days are over",
            )
        )
    return faults + unsettled(c, period, before, wanted.state, now)


def _waiting(c: Connection, period: Period) -> list[Fault]:
    return [
        Fault.of(
            f"第 {own.number} 号发布准备尚待确认；要重新准备，请先撤回它",
            f"proposal {own.number} waits to be confirmed; take it back to prepare anew",
        )
        for own in proposals.of_period(c, period.id)
        if own.state is ProposalState.OPEN
    ]


def _posting(c: Connection, preparation: Preparation, now: datetime) -> tuple[Posting | None, list[Fault]]:
    """Return the days a draft is to be posted, None for a final edition, and what is wrong with them."""
    if preparation.state is State.FINAL:
        return None, []
    if not 1 <= preparation.working_days <= LONGEST_POSTING:
        sentence = Fault.of(
            f"公示 1 至 {LONGEST_POSTING} 个工作日",
            f"a draft is posted for 1 to {LONGEST_POSTING} working days",
        )
        return None, [sentence]
    days = calendar.read(c)
    first = preparation.first or days.next_working(today(now))
    posting = days.posting(first, preparation.working_days)
    return posting, _first_past(posting, now)


def _late(own: Proposal, now: datetime) -> list[Fault]:
    return [] if own.posting is None else _first_past(own.posting, now)


def _first_past(posting: Posting, now: datetime) -> list[Fault]:
    if not begins_late(posting, now):
        return []
    return [
        Fault.of(
            f"公示首日 {posting.first} 已过，公示期会不足；请另选首日重新准备",
            f"the first day of posting, {posting.first}, is past, and too few would be left; prepare it with another",
        )
    ]


def _before(c: Connection, own: Proposal) -> Listed | None:
    found = {one.id: one for one in editions.listed(c, own.period)}
    return found.get(own.supersedes)


def _still_open(c: Connection, number: int) -> Proposal:
    """Return the proposal, which waits. Raises ProposalEnded, saying who ended it."""
    own = proposals.find(c, number)
    if own.state is ProposalState.OPEN:
        return own
    who = names(c, [own.answered_by]).get(own.answered_by, "")
    if own.state is ProposalState.CONFIRMED:
        sentence = Fault.of(
            f"{who}已确认发布第 {number} 号，版本为 {own.edition[:12]}",
            f"{who} confirmed proposal {number} already: it is edition {own.edition[:12]}",
        )
    else:
        sentence = Fault.of(
            f"第 {number} 号已由{who}否决或撤回：{own.answer}",
            f"proposal {number} was refused or taken back by {who}: {own.answer}",
        )
    raise ProposalEnded([sentence])


def _refuse_changed(c: Connection, period: Period, own: Proposal, newest: Listed | None) -> None:
    """Raise InputsChanged where another edition came meanwhile, or anything the edition is made of was revised."""
    if ("" if newest is None else newest.id) != own.supersedes:
        assert newest is not None, "editions never go"
        raise InputsChanged(
            [
                Fault.of(
                    f"准备之后已发布了另一版 {newest.id[:12]}（{newest.prepared_by}、{newest.confirmed_by}）；请重新准备",
                    f"edition {newest.id[:12]} was published meanwhile ({newest.prepared_by}, {newest.confirmed_by}); "
                    "prepare it anew",
                )
            ]
        )
    if digest_of(inputs_of(c, period)) != own.inputs:
        raise _changed(c, period, own)


def _changed(c: Connection, period: Period, own: Proposal) -> InputsChanged:
    head = Fault.of(
        f"第 {own.number} 号准备之后，评分或名单有改动，不能再确认；请撤回后重新准备",
        f"marks or units have changed since proposal {own.number} was prepared; take it back and prepare it anew",
    )
    return InputsChanged([head, *(Fault(place=Place(), sentence=one) for one in _touched(c, period, own))])


def _touched(c: Connection, period: Period, own: Proposal) -> tuple[Text, ...]:
    """Return what was revised since the proposal was prepared, the first twenty."""
    kept = {one.unit.code: one.unit.name for one in units.current(c, period.id)}
    found = proposals.touched_since(c, period.id, own.link)
    told = [_told(one, kept.get(one.unit, one.unit)) for one in found[:_MOST_TOLD]]
    more = len(found) - _MOST_TOLD
    return (*told, *([Text(f"另有 {more} 处", f"and {more} more")] if more > 0 else ()))


def _told(one: Touched, name: str) -> Text:
    if not one.stage:
        return Text(
            f"{one.unit} {name}：名单事项有改动（{one.name}）",
            f"{one.unit} {name}: its particulars changed ({one.name})",
        )
    stage = stage_title(one.stage)
    return Text(
        f"{one.unit} {name}：{one.evaluator} 在“{stage.zh}”阶段的评分有改动（{one.name}）",
        f"{one.unit} {name}: marks of {one.evaluator} in the stage {stage.en} changed ({one.name})",
    )


def _seen(actor: Actor, period: Period, own: Proposal, called: Mapping[str, str]) -> ProposalSeen:
    at, is_open = setting_of(period), own.state is ProposalState.OPEN
    mine = bool(actor.hands & own.preparers)
    return ProposalSeen(
        proposal=own,
        by_name=called.get(own.by, ""),
        answered_by_name=called.get(own.answered_by, ""),
        may_confirm=is_open and not mine and may(actor, Action.CONFIRM_EDITION, at),
        may_take_back=is_open and mine and may(actor, Action.PREPARE_EDITION, at),
    )


def _signers(preparer: Person, principal: Person | None, actor: Actor) -> Signers:
    """Return the two names; where two people are called the same, as each signs marks, which is nobody else's."""
    assert actor.person is not None
    behalf = None if actor.on_behalf is None else actor.on_behalf.person
    same = folded(preparer.name) == folded(actor.person.name)
    return Signers(
        prepared=_signature(preparer, principal, same),
        confirmed=_signature(actor.person, behalf, same),
        authenticated=True,
    )


def _signature(own: Person, principal: Person | None, by_signature: object) -> str:
    name = own.signs_as if by_signature else own.name
    return name if principal is None else f"{name}（代{principal.name}）"


def _tell_leaders(c: Connection, period: Period, number: int, actor: Actor) -> None:
    leaders: Sequence[str] = [own for own in holders(c, (Role.LEADER,), period.id) if own not in actor.hands]
    told = Text(f"第 {number} 号发布准备待您确认", f"proposal {number} waits for you to confirm it")
    tell(c, leaders, "publishing", told, _address(period, number))


def _tell_all(c: Connection, period: Period, own: Proposal) -> None:
    """Tell secretaries, superiors and who prepared it that it is out."""
    if own.posting is None:
        told = Text(f"{period.id} 评定结果已正式发布", f"the final edition of {period.id} is out")
    else:
        last = own.posting.last
        told = Text(
            f"{period.id} 评定结果公示至 {last}（当日 24:00 止），有异议请在此前提出",
            f"the results of {period.id} are posted until 24:00 on {last}; objections come before that",
        )
    everybody = holders(c, (Role.SECRETARY, Role.SUPERIOR), period.id)
    tell(c, {*everybody, *own.preparers}, "publishing", told, f"/periods/{quote(period.id)}/")


def _address(period: Period, number: int) -> str:
    return f"/desk/{quote(period.id)}/publishing/{number}"
