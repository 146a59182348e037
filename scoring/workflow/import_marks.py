"""A file of marks is taken into a period: every mark checked, what was there before kept as history."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from scoring.criteria.model import MODERATION
from scoring.marks import MarkBook, Marking, MarkRefused
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import Action
from scoring.spreadsheet.marks import Enter, enter_marks, markings_in, read_marks
from scoring.spreadsheet.tables import Table
from scoring.store import imports, markings, periods
from scoring.store.engine import Store
from scoring.store.imports import Import
from scoring.texts import Text
from scoring.workflow.acting import deed_in
from scoring.workflow.imports import Mode, digest_of, transaction
from scoring.workflow.progress import Tell, silent
from scoring.workflow.sign_sheets import SIGNED_HERE
from scoring.workflow.standings_now import units_of

_TOLD_EVERY = 5_000
_WITHDRAWN = frozenset({"撤回", "withdrawn"})
_CLOSED = (Phase.POSTED, Phase.PUBLISHED)

Differing = Mapping[tuple[str, str, str], Collection[str]]
"""By unit, stage and evaluator, the criteria whose marks a file changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChange:
    """One mark that an import replaced; `after` is None where it was withdrawn, or another's moderation took its place."""

    unit: str
    criterion: str
    stage: str
    evaluator: str
    before: str
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksTaken:
    """What an import of marks did, or in a trial would do; `already` is the earlier import of the same file."""

    already: Import | None
    new: int = 0
    same: int = 0
    changed: tuple[MarkChange, ...] = ()
    units: int = 0


def import_marks(  # noqa: PLR0917  what is imported where, and by whom
    store: Store,
    period_id: str,
    path: Path,
    mode: Mode = Mode.FOR_GOOD,
    tell: Tell = silent,
    actor: Actor | None = None,
) -> MarksTaken:
    """Take the marks in the file at *path* into the period, all or none, and return what changed.

    A mark that was there already with another value is replaced, and one is withdrawn where the file says 撤回 or
    withdrawn; the old ones stay in the history. Once a period
    is posted only moderation may be entered. What people signed here, and what was settled here, no file changes; and
    nobody brings marks of the own branch. Without an *actor* it is a command on the server. Raises NotAllowed,
    PeriodUnknown, NoUnits, and FileRefused with every fault by row and column.
    """
    with store.read() as c:
        deed = deed_in(actor, Action.IMPORT_FILES, periods.find(c, period_id))
    tell(Text(f"读取 {path.name}", f"Reading {path.name}"), 0, 0)
    table = read_marks(path)
    digest = digest_of(path)
    with transaction(store, mode, deed) as c:
        period = periods.find(c, period_id)
        deed_in(actor, Action.IMPORT_FILES, period)
        already = imports.find(c, period.id, "marks", digest)
        if already is not None:
            return MarksTaken(already=already)
        found = units_of(c, period)
        withdrawing = _Withdrawing(lambda: markings.current(c, period.id))
        entered = _entered(table, period, lambda: MarkBook(*found), withdrawing, tell)
        touched = {own.unit for own in entered} | {unit for unit, *_ in withdrawing.keys}
        merging = _Merging(markings.current(c, period.id, touched))
        merging.withdraw(withdrawing.keys)
        revised = merging.merged(entered)
        signed = markings.last_from(c, period.id, SIGNED_HERE)
        partial = frozenset() if actor is None else actor.partial_to
        if signed or partial:
            _refuse_held(table, merging.differing(revised), signed, partial)
        if mode is Mode.FOR_GOOD:
            tell(Text("存入数据库", "Keeping them"), 0, 0)
            number = imports.add(c, period.id, "marks", digest, path.name, len(table.rows))
            markings.put(c, period.id, revised, number)
    return MarksTaken(
        already=None, new=merging.new, same=merging.same, changed=tuple(merging.changed), units=len(touched)
    )


def _refuse_held(
    table: Table,
    differing: Differing,
    signed: Collection[tuple[str, str, str]],
    partial: Collection[str],
) -> None:
    """Refuse a file that changes what was signed here, or that brings its own people marks. Raises FileRefused."""
    held = {key: criteria for key, criteria in differing.items() if key in signed}
    settled = {(key[0], criterion) for key, own in held.items() if key[1] == MODERATION for criterion in own}
    if not held and not any(key[0] in partial for key in differing):
        return

    def refusing(unit: str, criterion: str, stage: str, evaluator: str, mark: str) -> None:  # noqa: ARG001
        if unit in partial:
            sentence = Text(
                f"{unit} 是您所在的支部或应回避的单位，请由他人导入",
                f"{unit} is your own branch, or one you keep away from; somebody else imports its marks",
            )
            raise MarkRefused("unit", sentence)
        if stage == MODERATION and (unit, criterion) in settled:
            sentence = Text(
                "这项复议已在系统中签署，文件不能改动；请在“复议”页重新复议",
                "this was settled and signed here, and no file changes it; settle it again on the page of moderation",
            )
            raise MarkRefused("mark", sentence)
        if criterion in held.get((unit, stage, evaluator), ()):
            sentence = Text(
                f"这张评分表已由 {evaluator} 在系统中签署，文件不能改动；如需更正，请先退回评分表",
                f"{evaluator} signed this sheet here, and no file changes it; have the sheet sent back first",
            )
            raise MarkRefused("mark", sentence)

    enter_marks(table, refusing)


def _entered(
    table: Table, period: Period, new_book: Callable[[], MarkBook], withdrawing: "_Withdrawing", tell: Tell
) -> list[Marking]:
    """Return the markings of *table*, checked: all at once where nothing is wrong, else row by row, to name each fault."""
    whole = None if period.phase in _CLOSED else markings_in(table)
    if whole is not None:
        book = new_book()
        with suppress(MarkRefused):
            book.take(whole)
            return list(book.markings())
    book = new_book()
    enter = _open(period, withdrawing.over(book.enter))
    enter_marks(table, _told(enter, len(table.rows), tell))
    return list(book.markings())


def _open(period: Period, enter: Enter) -> Enter:
    """Return *enter*, refusing what the period's phase no longer allows."""
    if period.phase not in _CLOSED:
        return enter

    def only_moderation(unit: str, criterion: str, stage: str, evaluator: str, mark: str) -> None:
        if stage != MODERATION:
            called = period.phase.called
            sentence = Text(
                f"本期处于“{called.zh}”，只能录入复议（{MODERATION}）评分",
                f"the period is {called.en}; only marks of the stage {MODERATION} may be entered",
            )
            raise MarkRefused("stage", sentence)
        enter(unit, criterion, stage, evaluator, mark)

    return only_moderation


def _told(enter: Enter, rows: int, tell: Tell) -> Enter:
    """Return *enter*, telling from time to time how many marks were checked; *rows* is what is told they are of."""
    step, done = Text("核对评分", "Checking the marks"), 0

    def counted(unit: str, criterion: str, stage: str, evaluator: str, mark: str) -> None:
        nonlocal done
        done += 1
        if done % _TOLD_EVERY == 0:
            tell(step, min(done, rows), rows)
        enter(unit, criterion, stage, evaluator, mark)

    return counted


class _Withdrawing:
    """Marks that a file takes back: unit, stage, evaluator and criterion of each."""

    def __init__(self, current: Callable[[], Sequence[Marking]]) -> None:
        self.keys: dict[tuple[str, str, str, str], None] = {}
        self._given: set[tuple[str, str, str, str]] = set()
        self._current = current

    def over(self, enter: Enter) -> Enter:
        """Return *enter*, noting what is withdrawn instead of entering it."""

        def entering(unit: str, criterion: str, stage: str, evaluator: str, mark: str) -> None:
            key = (unit, stage, evaluator, criterion)
            withdrawn = mark.casefold() in _WITHDRAWN
            if key in self.keys or (withdrawn and key in self._given):
                sentence = Text(
                    "同一个评分在本文件中又收回、又出现",
                    "this mark is withdrawn in this file, and stands in it again",
                )
                raise MarkRefused("mark", sentence)
            if not withdrawn:
                enter(unit, criterion, stage, evaluator, mark)
                self._given.add(key)
                return
            if key not in self._known:
                sentence = Text(
                    f"{evaluator} 在本期没有这一评分，无从撤回",
                    f"{evaluator} has no such mark in this period that could be withdrawn",
                )
                raise MarkRefused("mark", sentence)
            self.keys[key] = None

        return entering

    @cached_property
    def _known(self) -> set[tuple[str, str, str, str]]:
        return {
            (own.unit, own.stage, own.evaluator, criterion)
            for own in self._current()
            for criterion in own.marks
        }


class _Merging:
    """Markings entered, laid over those that were there."""

    def __init__(self, before: Sequence[Marking]) -> None:
        self.new = self.same = 0
        self.changed: list[MarkChange] = []
        self._before = {(own.unit, own.stage, own.evaluator): own for own in before}
        self._now = {key: dict(own.marks.items()) for key, own in self._before.items()}
        self._moderator = {
            (own.unit, criterion): own.evaluator
            for own in before
            if own.stage == MODERATION
            for criterion in own.marks
        }

    def withdraw(self, keys: Iterable[tuple[str, str, str, str]]) -> None:
        """Take away the marks of *keys*, which are all there."""
        for unit, stage, evaluator, criterion in keys:
            own = self._before[unit, stage, evaluator]
            mark = self._now[unit, stage, evaluator].pop(criterion)
            self.changed.append(_change(own, criterion, mark, None))
            if stage == MODERATION:
                del self._moderator[unit, criterion]

    def merged(self, entered: Sequence[Marking]) -> list[Marking]:
        """Return the markings that are to be kept: those that are new or not what they were."""
        for marking in entered:
            if marking.stage == MODERATION:
                self._replace(marking)
        for marking in entered:
            self._lay(marking)
        return [
            Marking(unit=unit, stage=stage, evaluator=evaluator, marks=marks)
            for (unit, stage, evaluator), marks in self._now.items()
            if (unit, stage, evaluator) not in self._before
            or self._before[unit, stage, evaluator].marks != marks
        ]

    def differing(self, revised: Iterable[Marking]) -> Differing:
        """Return of each of *revised* the criteria whose marks are not what they were."""
        nothing: dict[str, str] = {}
        found = {}
        for own in revised:
            key = (own.unit, own.stage, own.evaluator)
            before = dict(self._before[key].marks.items()) if key in self._before else nothing
            found[key] = frozenset(
                one for one in {*before, *own.marks} if before.get(one) != own.marks.get(one)
            )
        return found

    def _replace(self, marking: Marking) -> None:
        """Take away the moderations by others that *marking* takes the place of."""
        for criterion in marking.marks:
            earlier = self._moderator.get((marking.unit, criterion), marking.evaluator)
            if earlier != marking.evaluator:
                before = self._now[marking.unit, MODERATION, earlier].pop(criterion)
                self.new -= 1
                self.changed.append(_change(replace(marking, evaluator=earlier), criterion, before, None))

    def _lay(self, marking: Marking) -> None:
        """Lay the marks of *marking* over what its evaluator had entered."""
        known = self._now.setdefault((marking.unit, marking.stage, marking.evaluator), {})
        for criterion, mark in marking.marks.items():
            old = known.get(criterion)
            if old is None:
                self.new += 1
            elif old == mark:
                self.same += 1
            else:
                self.changed.append(_change(marking, criterion, old, mark))
        known.update(marking.marks)


def _change(marking: Marking, criterion: str, before: str, after: str | None) -> MarkChange:
    return MarkChange(
        unit=marking.unit,
        criterion=criterion,
        stage=marking.stage,
        evaluator=marking.evaluator,
        before=before,
        after=after,
    )
