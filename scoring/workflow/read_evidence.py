"""A branch's evidence is looked at: by the branch, its superior, its evaluators, moderators and auditors."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from scoring.criteria.criterion import Criterion, EvidenceAsked
from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Place
from scoring.evidence import Burden, Evidence, Excuse, UnitYear, asked_by, short_of, why_not
from scoring.people import Actor, Role
from scoring.periods import Period
from scoring.permissions import Action, NotAllowed, permit
from scoring.pointers import Pointer, Pointing, pointers
from scoring.sheets import SELF, SheetKey
from scoring.store import criteria, evidence, people, periods, units
from scoring.store.engine import Connection, Store
from scoring.store.files import FileLost, Files
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.units import Unit
from scoring.uploads.previews import preview
from scoring.workflow.evidence_standing import Standing, standing_of
from scoring.workflow.footing import footing

_ALTERED = Text(
    "文件内容与上传时不一致，可能被改动过；请管理员从备份中恢复",
    "is not what was handed in; somebody may have altered it: ask the administrator to restore it from a backup",
)


@dataclass(frozen=True, kw_only=True)
class UnitEvidence:
    """What a unit hands in in a period, with all that a page says of it.

    `revisions` are those of the reasons, also of one that was taken back. `closed` is why whoever looks cannot hand in
    now, None where they can. `pointers` are for those who mark, and empty for the branch itself. `people` are names by
    id. `burden_before` is None where there is no year before. `files` is each file the unit ever handed in, the newest
    first, for who may use it again. `waived` are the criteria that the branch says do not apply to it.
    `own` says whether its secretary looks.
    """

    period: Period
    unit: Unit
    criteria: CriteriaSet
    handed_in: tuple[Evidence, ...]
    excuses: Mapping[str, Excuse]
    revisions: Mapping[str, int]
    pointers: tuple[Pointer, ...]
    people: Mapping[str, str]
    closed: NotAllowed | None
    last_day: date | None
    burden: Burden
    burden_before: Burden | None
    files: tuple[Evidence, ...]
    waived: frozenset[str]
    own: bool

    @property
    def open(self) -> bool:
        """Whether whoever looks may hand in now."""
        return self.closed is None

    @cached_property
    def asked(self) -> Mapping[str, EvidenceAsked]:
        """What each criterion and adjustment asks for, by id."""
        return asked_by(self.criteria)

    @cached_property
    def short(self) -> tuple[Criterion, ...]:
        """The criteria with fewer files than must be, a reason given or not."""
        applying = [own for own in self.criteria.criteria if own.id not in self.waived]
        return short_of(applying, Counter(own.criterion for own in self.handed_in))

    @cached_property
    def missing(self) -> tuple[Criterion, ...]:
        """The criteria with fewer files than must be and no reason."""
        return tuple(own for own in self.short if own.id not in self.excuses)

    @property
    def missing_ids(self) -> frozenset[str]:
        """The ids of what is missing."""
        return frozenset(own.id for own in self.missing)

    def title_of(self, criterion: str) -> Text:
        """Return what the criterion or adjustment of that id is called."""
        return next(own.title for own in self.criteria.subjects if own.id == criterion)

    def again(self, criterion: str) -> tuple[Evidence, ...]:
        """Return the files from before that could be used for the criterion and are not, the newest first."""
        there = self.of(criterion)
        asked, title = self.asked[criterion], self.title_of(criterion)
        used = {own.file for own in there}
        return tuple(
            own
            for own in self.files
            if own.file not in used and not why_not(asked, title, own.kind, len(there))
        )

    def of(self, criterion: str) -> tuple[Evidence, ...]:
        """Return what is handed in for the criterion, in the order it came."""
        return tuple(own for own in self.handed_in if own.criterion == criterion)

    def told_of(self, criterion: str) -> tuple[Pointer, ...]:
        """Return what is pointed out about files of the criterion alone, not about all of them together."""
        numbers = {own.number for own in self.of(criterion)}
        return tuple(
            own
            for own in self.pointers
            if own.pointing is not Pointing.LAST_DAYS and numbers & set(own.evidence)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEvidence:
    """One file handed in, all it is used for by the unit in any period, and what is pointed out about it."""

    unit: UnitEvidence
    evidence: Evidence
    uses: tuple[Evidence, ...]
    pointers: tuple[Pointer, ...]


def read_evidence(store: Store, actor: Actor, whose: UnitYear) -> UnitEvidence:
    """Return what the unit hands in in the period. Raises PeriodUnknown, UnitUnknown and NotAllowed."""
    with store.read() as c:
        return evidence_of(c, actor, standing_of(c, actor, whose))


def evidence_of(c: Connection, actor: Actor, standing: Standing) -> UnitEvidence:
    """Return what the unit of *standing* hands in. Raises NotAllowed."""
    period, unit = standing.period, standing.kept.unit
    deed = permit(actor, Action.SEE_WORK, standing.setting)
    handed_in = evidence.of_unit(c, period.id, unit.code)
    own_branch = deed.role == Role.SECRETARY
    told = () if own_branch else _pointers(c, standing, handed_in)
    excuses = evidence.excuses(c, period.id, unit.code)
    by = {own.by for own in handed_in} | {own.by for own in excuses}
    closed = standing.closed_to(actor)
    return UnitEvidence(
        period=period,
        unit=unit,
        criteria=standing.criteria,
        handed_in=handed_in,
        excuses={own.criterion: own for own in excuses if own.reason},
        revisions={own.criterion: own.revision for own in excuses},
        pointers=told,
        people={own: person.name for own, person in people.among(c, by).items()},
        closed=closed,
        last_day=standing.last_day,
        burden=Burden.of(standing.criteria.criteria),
        burden_before=_before(c, period, standing.kept),
        files=() if closed is not None else evidence.own_files(c, standing.codes),
        waived=_waived(c, actor, standing),
        own=own_branch,
    )


def read_one(store: Store, actor: Actor, whose: UnitYear, number: int) -> OneEvidence:
    """Return one file of the unit. Raises what `read_evidence` raises, and EvidenceUnknown."""
    with store.read() as c:
        standing = standing_of(c, actor, whose)
        found = evidence_of(c, actor, standing)
        own = _own(found.handed_in, number)
        uses = tuple(
            one for one in evidence.with_files(c, [own.file]) if one.unit in standing.codes and one != own
        )
    told = tuple(
        one
        for one in found.pointers
        if number in one.evidence or any(use.number in one.evidence for use in uses)
    )
    return OneEvidence(unit=found, evidence=own, uses=uses, pointers=told)


def file_of(store: Store, files: Files, actor: Actor, whose: UnitYear, number: int) -> tuple[Evidence, Path]:
    """Return a file of the unit and where it lies, its contents as they were handed in.

    Raises what `read_one` raises, and FileLost where it is not in the folder or was altered there.
    """
    own = _permitted(store, actor, whose, number)
    path = files.path(own.file)
    if not files.check(own.file):
        raise FileLost([Fault(place=Place(file=own.title), sentence=_ALTERED)])
    return own, path


def preview_of(store: Store, files: Files, actor: Actor, whose: UnitYear, number: int) -> bytes:
    """Return a small picture of a file of the unit, b"" where none can be drawn. Raises what `file_of` raises."""
    own = _permitted(store, actor, whose, number)
    kept = files.preview(own.file)
    if kept is None:
        kept = preview(files.path(own.file), own.kind) or b""
        files.keep_preview(own.file, kept)
    return kept


def _permitted(store: Store, actor: Actor, whose: UnitYear, number: int) -> Evidence:
    with store.read() as c:
        standing = standing_of(c, actor, whose)
        permit(actor, Action.SEE_WORK, standing.setting)
        return _own(evidence.of_unit(c, standing.period.id, standing.kept.unit.code), number)


def _own(handed_in: tuple[Evidence, ...], number: int) -> Evidence:
    """Return the one of that number. Raises EvidenceUnknown, also where it is another unit's."""
    for own in handed_in:
        if own.number == number:
            return own
    raise evidence.unknown(number)


def _pointers(c: Connection, standing: Standing, handed_in: tuple[Evidence, ...]) -> tuple[Pointer, ...]:
    """Return what is to be pointed out; a unit's own history is not somebody else."""
    files = {own.file for own in handed_in}
    elsewhere = [own for own in evidence.with_files(c, files) if own.unit not in standing.codes]
    names: dict[str, str] = {}
    for period_id in {own.period for own in elsewhere}:
        names |= {kept.unit.code: kept.unit.name for kept in units.current(c, period_id)}
    return pointers(handed_in, elsewhere, names, standing.last_day)


def _waived(c: Connection, actor: Actor, standing: Standing) -> frozenset[str]:
    """Return the criteria that the branch's own sheet, as it stands, says do not apply."""
    if SELF not in standing.criteria.stages:
        return frozenset()
    key = SheetKey(period=standing.period.id, unit=standing.kept.unit.code, stage=SELF)
    texts = footing(c, actor, key).texts
    return frozenset(own for own, text in texts.items() if text == "n/a")


def _before(c: Connection, period: Period, kept: KeptUnit) -> Burden | None:
    """Return what the unit, or those it came from, was asked for in the period before."""
    earlier = [own for own in periods.every(c) if own.id < period.id]
    if not earlier:
        return None
    codes = {kept.unit.code, *kept.unit.predecessors}
    refs = {own.ref for own in units.current(c, earlier[0].id) if own.unit.code in codes}
    asked = [Burden.of(criteria.known(c, ref).criteria) for ref in sorted(refs)]
    return max(asked, key=lambda own: own.least, default=None)
