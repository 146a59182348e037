"""Members' points as the number of a criterion: seen beside what stands on sheets, explained, and taken over by a person.

Nothing is entered by itself: who marks the branch takes the number over, and where points say something else later,
that shows as a difference until somebody takes it over again. A signed sheet has to be sent back first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.criteria.criterion import Criterion
from scoring.criteria.item import counted
from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Refused, UnitUnknown
from scoring.marks import Marking
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, Setting, may, permit
from scoring.sheets import SELF, SHARED, SUPERIOR, BlockSaved, DraftMark, Entered, Sheet
from scoring.store import assignments, criteria, drafts, markings, periods, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger.quarters import Closing
from scoring.store.unchanged import unchanged
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.footing import Footing, own_key
from scoring.workflow.points.branch_means import (
    BranchMean,
    asking,
    is_year,
    means_of,
    with_members,
    year_of_period,
)
from scoring.workflow.points.reading import FEWEST
from scoring.workflow.sheets_together import Row, footings, read_rows
from scoring.workflow.telling import names
from scoring.workflow.typed_blocks import sort_block
from scoring.workflow.typed_marks import by_of, typing
from scoring.working_days import today


class PointsNotReady(Refused):
    """Members' points cannot be taken over yet, for the reasons given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What members' points come to now, for one sheet: as a mark, None where anything hinders it, and the criteria that ask.

    `hindrances` are all of it at once.
    """

    mark: str | None
    criteria: frozenset[str]
    members: int
    closed: tuple[str, ...]
    to_come: tuple[str, ...]
    hindrances: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a branch's mean comes about, down to the quarters of its members, and by whom each quarter was closed, by name.

    `named` says whether members are told one by one: to who may see their points, and never of fewer than `FEWEST`.
    """

    period: Period
    mean: BranchMean
    mark: str | None
    asking: tuple[Criterion, ...]
    members: int
    closed: tuple[tuple[Closing, str], ...]
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanLine:
    """A branch's criterion with what points come to now, and what counts for it: the marks of the last stage that gave any.

    `own` is the mark on the reader's own sheet that is open, None where they have none.
    """

    unit: Unit
    criterion: Criterion
    mean: BranchMean
    mark: str | None
    counting: tuple[str, ...]
    own: DraftMark | None

    @property
    def differs(self) -> bool:
        """Whether something stands there, and it is not what points come to now."""
        stands = {self.own.mark} - {""} if self.own is not None else {*self.counting}
        return self.mark is not None and bool(stands) and stands != {self.mark}

    @property
    def to_take(self) -> bool:
        """Whether it can be taken over on the reader's own sheet, which bears no mark or another."""
        return self.mark is not None and self.own is not None and self.own.mark != self.mark


def mean_beside(store: Store, sheet: Sheet) -> Beside | None:
    """Return what members' points come to now for *sheet*, which whoever looks may see; None where its set asks for none."""
    found = asking(sheet.criteria)
    if not found:
        return None
    with store.read() as c:
        period = periods.find(c, sheet.key.period)
        if not is_year(period):
            return None
        own = means_of(c, [sheet.unit], year_of_period(period))[sheet.unit.code]
    return Beside(
        mark=own.as_mark(sheet.criteria),
        criteria=frozenset(one.id for one in found),
        members=own.many,
        closed=tuple(one.quarter for one in own.closings),
        to_come=own.to_come,
        hindrances=own.hindrances,
    )


def periods_asking(store: Store, actor: Actor) -> tuple[Period, ...]:
    """Return the periods *actor* may see at work in which a set asks for members' points, the newest first. Raises NotAllowed."""
    with store.read() as c:
        seen = [
            own
            for own in periods.every(c)
            if may(actor, Action.SEE_PROGRESS, Setting(period=own.id, phase=own.phase))
        ]
        if not seen:
            permit(actor, Action.SEE_PROGRESS, Setting())
        return tuple(
            own for own in seen if is_year(own) and any(asking(criteria.known(c, ref)) for ref in own.refs)
        )


def explain_mean(store: Store, actor: Actor, period_id: str, code: str) -> Explained:
    """Return how the branch's mean comes about now. Raises NotAllowed, PeriodUnknown, UnitUnknown and YearUnknown."""
    with store.read() as c:
        period = periods.find(c, period_id)
        kept = units.find(c, period.id, code)
        _permit_seeing(c, actor, period, kept.unit)
        own_set = criteria.known(c, kept.ref)
        own = means_of(c, [kept.unit], year_of_period(period))[kept.unit.code]
        called = names(c, {one.by for one in own.closings})
        named = own.many >= FEWEST and may(actor, Action.SEE_POINTS, Setting(unit=kept.unit))
        mean = with_members(c, own) if named else own
    return Explained(
        period=period,
        mean=mean,
        mark=own.as_mark(own_set),
        asking=asking(own_set),
        members=own.many,
        closed=tuple((one, called.get(one.by, "")) for one in own.closings),
        named=named,
    )


def means_of_period(store: Store, actor: Actor, period_id: str) -> tuple[MeanLine, ...]:
    """Return what points come to for the branches of the period that *actor* may see at work, in order of code.

    Marks of stages in which everybody has their own sheet are told to those alone who may see provisional figures.
    Raises NotAllowed, PeriodUnknown, YearUnknown.
    """
    with store.read() as c:
        period = periods.find(c, period_id)
        permit(actor, Action.SEE_PROGRESS, Setting(period=period.id, phase=period.phase))
        year = year_of_period(period)
        kept = [
            one
            for one in units.current(c, period.id)
            if may(
                actor,
                Action.SEE_PROGRESS,
                Setting(period=period.id, phase=period.phase, unit=one.unit),
            )
        ]
        sets = {ref: criteria.known(c, ref) for ref in {one.ref for one in kept}}
        kept = [one for one in kept if asking(sets[one.ref])]
        codes = {one.unit.code for one in kept}
        question = "means of points", period.id, today(), frozenset(codes)
        means = unchanged(c, question, lambda: means_of(c, [one.unit for one in kept], year))
        given: dict[str, list[Marking]] = {}
        for marking in markings.current(c, period.id, codes):
            given.setdefault(marking.unit, []).append(marking)
    whole = may(actor, Action.SEE_PROVISIONAL, Setting(period=period.id, phase=period.phase))
    own_sheets = _open_sheets(store, actor, period, codes)
    return tuple(
        MeanLine(
            unit=one.unit,
            criterion=criterion,
            mean=means[one.unit.code],
            mark=means[one.unit.code].as_mark(sets[one.ref]),
            counting=_counting(
                given.get(one.unit.code, ()), sets[one.ref].all_stages, criterion.id, whole=whole
            ),
            own=own_sheets[one.unit.code].mark_of(criterion.id) if one.unit.code in own_sheets else None,
        )
        for one in kept
        for criterion in asking(sets[one.ref])
    )


def take_points(
    store: Store, actor: Actor, period_id: str, stage: str, revisions: Mapping[str, Mapping[str, int]]
) -> BlockSaved:
    """Enter what members' points come to now on the actor's sheets of those units, and return what became of each mark.

    *revisions* are by unit and criterion those the marks were read at, 0 where there was none; what others changed
    since is told as a conflict. The comment says which quarters it was made of. A branch whose points are not ready is
    told as a fault. Raises PointsNotReady, with all that hinders, where none is; PeriodUnknown, UnitUnknown,
    YearUnknown; and what stands in the way of marking where the actor may mark none of them.
    """
    with store.begin(typing(actor, stage)) as c:
        period = periods.find(c, period_id)
        there = footings(c, actor, period.id, stage, revisions)
        gone = sorted(revisions.keys() - there.keys())
        if gone:
            raise UnitUnknown([Fault.of(f"没有单位“{code}”", f"there is no unit “{code}”") for code in gone])
        means = means_of(c, [own.unit for own in there.values()], year_of_period(period))
        wanted = [_wanted(own, means[code], revisions[code]) for code, own in there.items()]
        block = sort_block(c, actor, period.id, stage, {one.code: one.entries for one in wanted})
        if wanted and not any(one.entries for one in wanted):
            raise PointsNotReady([fault for one in wanted for fault in one.faults])
        if block.new:
            drafts.add(c, own_key(actor, period.id, block.new[0].unit, stage), block.new, by_of(actor))
    not_ready = {
        (one.code, criterion): one.faults[0].sentence
        for one in wanted
        if not one.entries
        for criterion in revisions[one.code]
    }
    return BlockSaved(
        revisions=block.revisions,
        marks=block.marks,
        faults=block.faults | not_ready,
        conflicts=block.conflicts,
    )


def made_of(mean: BranchMean) -> Text:
    """Return in a sentence what the mean is made of: how many members, and which quarters."""
    many = counted(mean.many, "名党员", "member")
    names_ = [one.quarter for one in mean.closings]
    return Text(
        f"取自党员积分：{many.zh} {'、'.join(names_)} 已结账积分的平均",
        f"from members' points: the mean of {many.en} over {', '.join(names_)}, closed",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is to be entered on one branch's sheet, or why nothing is."""

    code: str
    entries: tuple[Entered, ...] = ()
    faults: tuple[Fault, ...] = ()


def _wanted(own: Footing, mean: BranchMean, revisions: Mapping[str, int]) -> _Wanted:
    code, ids = own.unit.code, {one.id for one in asking(own.criteria)}
    strange = sorted(revisions.keys() - ids)
    if strange:
        return _Wanted(code=code, faults=tuple(_not_asked(own.criteria, one) for one in strange))
    mark = mean.as_mark(own.criteria)
    if mark is None:
        return _Wanted(code=code, faults=mean.hindrances)
    comment = made_of(mean).zh
    entries = (
        Entered(criterion=criterion, mark=mark, comment=comment, revision=revision)
        for criterion, revision in revisions.items()
    )
    return _Wanted(code=code, entries=tuple(entries))


def _not_asked(own: CriteriaSet, criterion: str) -> Fault:
    return Fault.of(
        f"{own.ref} 的“{criterion}”不取自党员积分",
        f"“{criterion}” of {own.ref} does not take its number from members' points",
    )


def _open_sheets(store: Store, actor: Actor, period: Period, codes: set[str]) -> dict[str, Row]:
    """Return the superior's sheets that *actor* may enter marks on now, by unit."""
    found = read_rows(store, actor, period.id, SUPERIOR, codes)
    return {row.unit.code: row for row in found if row.locked is None}


def _counting(
    given: Sequence[Marking], stages: Sequence[str], criterion: str, *, whole: bool
) -> tuple[str, ...]:
    """Return the marks of the last stage that gave any, but a branch's own; of all stages, or of shared ones alone."""
    for stage in reversed(stages):
        if stage == SELF or not (whole or stage in SHARED):
            continue
        found = {own.marks[criterion] for own in given if own.stage == stage and criterion in own.marks}
        if found:
            return tuple(sorted(found))
    return ()


def _permit_seeing(c: Connection, actor: Actor, period: Period, unit: Unit) -> None:
    """Raise NotAllowed unless *actor* sees the branch's sheets, its sums of points, or how far the work is."""
    at = Setting(period=period.id, phase=period.phase, unit=unit)
    if any(may(actor, own, at) for own in (Action.SEE_POINTS_SUMS, Action.SEE_PROGRESS)):
        return
    assigned = actor.person is not None and any(
        one.unit == unit.code
        for hand in sorted(actor.hands)
        for one in assignments.of_person(c, period.id, hand)
    )
    permit(actor, Action.SEE_WORK, replace(at, assigned=assigned))
