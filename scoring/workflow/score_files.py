"""An office scores its own spreadsheets: criteria, units and marks from files, without a server or a store."""

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scoring.agreement import disagreements
from scoring.assessment import Assessments, assemble, check_agreement
from scoring.criteria import catalogue
from scoring.criteria.model import CriteriaSet
from scoring.discrimination import never_lost, unequal
from scoring.errors import CriteriaInvalid, Fault, Place, Refused, UnitUnknown
from scoring.explain import Explanation, explain
from scoring.marks import MarkBook
from scoring.numbers import exact_text
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import Standings, roll_up
from scoring.scores import score
from scoring.spreadsheet.marks import enter_marks, read_marks
from scoring.spreadsheet.template import write_template
from scoring.spreadsheet.units import UnitsRead, read_units
from scoring.stars import rate
from scoring.texts import Lang, Text

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Scored:
    """A cohort scored from files, and what is weak in it; warnings stop nothing."""

    standings: Standings
    warnings: tuple[Fault, ...]


def read_criteria(names: Sequence[str]) -> tuple[CriteriaSet, ...]:
    """Return the sets of *names*, each a file, or the ref or a pattern of refs of shipped sets, in order of ref.

    Raises Refused with the faults of all of them: what is wrong in a file, two sets of one ref or for one domain,
    sets that may not stand in one cohort.
    """
    faults: list[Fault] = []
    asked = [ref for name in names for ref in (fnmatch.filter(catalogue.refs(), name) or [name])]
    found = [_gathered(faults, lambda name=name: _one_set(name)) for name in dict.fromkeys(asked)]  # type: ignore[misc]
    sets = sorted((criteria for criteria in found if criteria is not None), key=lambda criteria: criteria.ref)
    faults += unfit_together(sets)
    if faults:
        raise CriteriaInvalid(faults)
    return tuple(sets)


def unfit_together(sets: Sequence[CriteriaSet]) -> list[Fault]:
    """Return why *sets* may not stand in one cohort: two of one ref or for one domain, or rules they must share."""
    faults = list(_clashes(sets))
    if sets:
        _gathered(faults, lambda: check_agreement(sets))
    return faults


def score_files(criteria: Sequence[str], units: Path, marks: Sequence[Path]) -> Scored:
    """Return the standings of the cohort in the files. Raises Refused with every fault of every file at once."""
    faults: list[Fault] = []
    sets = _gathered(faults, lambda: read_criteria(criteria)) or ()
    read = _gathered(faults, lambda: read_units(units, sets))
    assessments = None
    if read is not None and sets:
        faults += [*read.faults, *read.strangers]
        assessments = _assessed(read, marks, faults)
    else:
        faults += read.faults if read is not None else ()
        for path in marks:
            _gathered(faults, lambda path=path: read_marks(path))  # type: ignore[misc]
    if faults or assessments is None:
        raise Refused(faults)
    standings = roll_up(rank(limit(rate(score(assessments)))))
    return Scored(standings, tuple(_warnings(standings)))


def explain_unit(standings: Standings, code: str) -> Explanation:
    """Return the explanation of the unit of that code. Raises UnitUnknown."""
    units = standings.ratings.scores.assessments.units
    position = next((place for place, unit in enumerate(units) if unit.code == code), None)
    if position is None:
        raise UnitUnknown([Fault.of(f"没有单位“{code}”", f"there is no unit “{code}”")])
    return explain(standings.places, position)


def write_marking_template(
    criteria: str, units: Path, out: Path, lang: Lang, *, stage: str = "", evaluator: str = ""
) -> int:
    """Write the workbook to mark the units that set assesses, and return how many there are. Raises Refused."""
    chosen = _one_set(criteria)
    read = read_units(units, [chosen])
    if read.faults or not read.units:
        raise Refused(read.faults or read.strangers)
    if stage and stage not in chosen.all_stages:
        known = "、".join(chosen.all_stages), ", ".join(chosen.all_stages)
        sentence = Text(
            f"没有“{stage}”这个阶段；可用：{known[0]}", f"there is no stage “{stage}”; use {known[1]}"
        )
        raise Refused([Fault(place=Place(field="--stage"), sentence=sentence)])
    write_template(chosen, read.units, out, lang, stage=stage or chosen.stages[-1], evaluator=evaluator)
    return len(read.units)


def _one_set(name: str) -> CriteriaSet:
    return catalogue.find(name) if catalogue.is_ref(name) else catalogue.read(Path(name))


def _gathered(faults: list[Fault], work: Callable[[], V]) -> V | None:
    """Return what *work* returns, or None with the faults it was refused for added to *faults*."""
    try:
        return work()
    except Refused as refused:
        faults += refused.faults
        return None


def _clashes(sets: Sequence[CriteriaSet]) -> Iterator[Fault]:
    """Say where two sets have one ref, or would take the same units."""
    for place, one in enumerate(sets):
        for other in sets[place + 1 :]:
            common = [domain for domain in one.domains if other.domains and other.takes(domain)]
            if one.ref == other.ref:
                sentence = Text(f"有两套标准都叫 {one.ref}", f"two criteria sets are called {one.ref}")
            elif common or not (one.domains or other.domains):
                where = "、".join(common) or "全部领域"
                sentence = Text(
                    f"{one.ref} 与 {other.ref} 都适用于 {where}，无法确定用哪一套",
                    f"{one.ref} and {other.ref} both take {', '.join(common) or 'all domains'}",
                )
            else:
                continue
            yield Fault(place=Place(file=other.ref, field="domains"), sentence=sentence)


def _assessed(read: UnitsRead, marks: Sequence[Path], faults: list[Fault]) -> Assessments | None:
    """Return the assessments, or None with every fault of the files of marks in *faults*."""
    book = MarkBook(read.units, read.sets)
    refused_units = read.rows.keys() - {unit.code for unit in read.units}
    for path in marks:
        _gathered(faults, lambda path=path: enter_marks(read_marks(path), book.enter, refused_units))  # type: ignore[misc]
    return None if faults else assemble(read.units, book)


def _warnings(standings: Standings) -> Iterator[Fault]:
    scores = standings.ratings.scores
    for criteria, criterion, units in never_lost(scores):
        yield Fault(
            place=Place(file=criteria.ref, field=criterion.id),
            sentence=Text(
                f"“{criterion.title.zh}”：{units} 个单位全得满分，分不出高下",
                f"“{criterion.title.en}”: all {units} units have full marks; it tells nothing apart",
            ),
        )
    for criteria, height in unequal([sheet.sheet.criteria for sheet in scores.sheets]):
        highest = exact_text(height)
        yield Fault(
            place=Place(file=criteria.ref),
            sentence=Text(
                f"最高可得 {highest} 分，各套标准不一致，领域之间不公平",
                f"allows a score of {highest} at most; the sets differ, which is unfair between domains",
            ),
        )
    for sheet_scores in scores.sheets:
        sheet = sheet_scores.sheet
        apart = sum(1 for _ in disagreements(sheet))
        if apart:
            yield Fault(
                place=Place(file=sheet.criteria.ref),
                sentence=Text(
                    f"有 {apart} 项评分的评分人分歧超过限度，公示前须复议",
                    f"on {apart} marks the evaluators disagree beyond the limit; they need moderation before posting",
                ),
            )
