"""The transcript of inputs: a line a unit for who it is, a line a unit for its marks, and each criteria set whole.

Lines are canonical JSON without their line feed, in order of unit code; what is written is read back the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Documents
from functools import lru_cache
from itertools import pairwise
from typing import Any

from scoring.canonical import Json, canonical, whole
from scoring.criteria.building import build
from scoring.criteria.loader import LARGEST_FILE, written
from scoring.criteria.model import CriteriaSet
from scoring.criteria.tree import Mapping
from scoring.errors import CriteriaInvalid, Place
from scoring.inputs import Inputs
from scoring.marks import KeptMarks, Marking, MarkRefused, read_value, value_text
from scoring.records import Record, RecordWrong, parsed, shown, wrong
from scoring.texts import Text
from scoring.units import Unit

UNITS, MARKS = "units.jsonl", "marks.jsonl"
"""The names under which the lines are published."""

_UNIT = ("unit", "name", "domain", "township", "department", "gates", "predecessors", "criteria")
_DEEPEST = 60


def criteria_name(ref: str) -> str:
    """Return the name under which the criteria set of that ref is published."""
    return f"criteria/{ref}.json"


def criteria_documents(inputs: Inputs) -> dict[str, bytes]:
    """Return the canonical document of each set by ref, in order. Raises ValueError where two of one ref differ."""
    found: dict[str, bytes] = {}
    for criteria in inputs.criteria:
        content = written(criteria)
        if found.setdefault(criteria.ref, content) != content:
            raise ValueError(f"two criteria sets are called {criteria.ref}")
    return found


def unit_lines(inputs: Inputs) -> tuple[bytes, ...]:
    """Return of every unit who it is, where it belongs, what holds it back, and by which set it is assessed."""
    _check_fit(inputs.units, inputs.sets)
    return tuple(
        canonical(
            {
                "unit": unit.code,
                "name": unit.name,
                "domain": unit.domain,
                "township": unit.township or None,
                "department": unit.department or None,
                "gates": sorted(set(unit.gates)),
                "predecessors": sorted(set(unit.predecessors)),
                "criteria": criteria.ref,
            }
        )
        for unit, criteria in zip(inputs.units, inputs.sets, strict=True)
    )


def marks_lines(inputs: Inputs) -> tuple[bytes, ...]:
    """Return of every unit its marks by stage, evaluator and criterion; also of a unit without any."""
    marks: dict[str, dict[str, dict[str, Json]]] = {unit.code: {} for unit in inputs.units}
    for marking in inputs.markings:
        own = marking.marks
        if own:
            content = whole(own.text) if isinstance(own, KeptMarks) else dict(own)
            marks[marking.unit].setdefault(marking.stage, {})[marking.evaluator] = content
    return tuple(canonical({"unit": unit, "marks": own}) for unit, own in marks.items())


def read_inputs(criteria: Documents[str, bytes], units: Sequence[bytes], marks: Sequence[bytes]) -> Inputs:
    """Return the inputs that were written as those documents (by ref) and lines.

    Raises RecordWrong, naming the file, the line and the unit, at the first that is not as this service writes it.
    Whether the marks of several evaluators go together is for the mark book to say.
    """
    sets = {ref: read_criteria(ref, content) for ref, content in criteria.items()}
    found = [_unit(line, number, sets) for number, line in enumerate(units, 1)]
    for number, ((one, _), (other, _)) in enumerate(pairwise(found), 2):
        if one.code >= other.code:
            sentence = "单位重复或未按代码排列", "a unit stands there twice or not in order of code"
            raise wrong(Place(file=UNITS, line=number, field=shown(other.code)), *sentence)
    if not found:
        raise wrong(Place(file=UNITS), "没有一个单位", "holds no unit")
    own_units, own_sets = zip(*found, strict=True)
    _check_fit(own_units, own_sets)
    for ref in sorted(sets.keys() - {own.ref for own in own_sets}):
        raise wrong(Place(file=criteria_name(ref)), "没有单位用这套标准", "is a set that assesses no unit")
    return Inputs(units=own_units, sets=own_sets, markings=tuple(_markings(own_units, own_sets, marks)))


@lru_cache(maxsize=128)
def read_criteria(ref: str, content: bytes) -> CriteriaSet:
    """Return the set that was published as *content* under that ref. Raises RecordWrong where there is none in it."""
    place = Place(file=criteria_name(ref))
    if len(content) > LARGEST_FILE:
        raise wrong(place, "过大", "is too large")
    tree = _tree(parsed(content, place), place, 0)
    if not isinstance(tree, Mapping):
        raise wrong(place, "应是一组字段", "must be a set of fields")
    try:
        criteria = build(tree, [])
    except CriteriaInvalid as invalid:
        raise RecordWrong(invalid.faults) from None
    if criteria.ref != ref:
        own = shown(criteria.ref)
        raise wrong(place, f"内容是 {own}，与文件名不符", f"holds {own}, which is not its name")
    if written(criteria) != content:
        raise wrong(place, "不是本系统的写法，已被改动", "is not as this service writes it; it was changed")
    return criteria


def _tree(value: Any, place: Place, depth: int) -> Any:
    """Return a criteria set's document as the tree a set is built of."""
    if depth > _DEEPEST:
        raise wrong(place, "嵌套过深", "is nested too deeply")
    if isinstance(value, dict):
        tree = Mapping(place)
        for key, entry in value.items():
            tree.put(key, _tree(entry, place, depth + 1), place)
        return tree
    return [_tree(entry, place, depth + 1) for entry in value] if isinstance(value, list) else value


def _unit(line: bytes, number: int, sets: dict[str, CriteriaSet]) -> tuple[Unit, CriteriaSet]:
    record = _record(line, _UNIT, UNITS, number)
    ref = record.text("criteria")
    if ref not in sets:
        ref = shown(ref)
        raise wrong(record.at("criteria"), f"本版本没有 {ref} 这套标准", f"the edition has no set {ref}")
    township, department = record.text_or_none("township"), record.text_or_none("department")
    if not (township or department):
        raise wrong(
            record.place, "乡镇与部门至少要有一个", "belongs neither to a township nor to a department"
        )
    unit = Unit(
        code=record.text("unit"),
        name=record.text("name"),
        domain=record.text("domain"),
        township=township,
        department=department,
        gates=record.texts("gates"),
        predecessors=record.texts("predecessors"),
    )
    return unit, sets[ref]


def _check_fit(units: Sequence[Unit], sets: Sequence[CriteriaSet]) -> None:
    """Raise RecordWrong where a unit has a gate its set does not know, or a domain its set does not take."""
    gates = {criteria: {gate.id for gate in criteria.gates} for criteria in {*sets}}
    domains = {(unit.domain, own) for unit, own in zip(units, sets, strict=True)}
    fits = {(domain, own): own.takes(domain) for domain, own in domains}
    for number, (unit, own) in enumerate(zip(units, sets, strict=True), 1):
        stranger = next((gate for gate in unit.gates if gate not in gates[own]), None)
        if stranger is None and fits[unit.domain, own]:
            continue
        place = Place(file=UNITS, line=number, field=shown(unit.code))
        if stranger is not None:
            gate = shown(stranger)
            raise wrong(place, f"{own.ref} 中没有受限事项“{gate}”", f"{own.ref} has no gate “{gate}”")
        domain = shown(unit.domain)
        raise wrong(
            place,
            f"{own.ref} 不适用于领域“{domain}”",
            f"{own.ref} does not take the domain “{domain}”",
        )


def _markings(
    units: Sequence[Unit], sets: Sequence[CriteriaSet], lines: Sequence[bytes]
) -> Iterator[Marking]:
    forms = {criteria: _Forms(criteria) for criteria in {*sets}}
    for number, (unit, own, line) in enumerate(zip(units, sets, lines, strict=False), 1):
        record = _record(line, ("unit", "marks"), MARKS, number)
        if record.text("unit") != unit.code:
            code = shown(unit.code)
            raise wrong(record.place, f"应是单位 {code} 的评分", f"must hold the marks of the unit {code}")
        for stage, evaluators in record.mapping("marks").items():
            for evaluator, marks in _entries(evaluators, record.place, stage):
                if not evaluator:
                    raise wrong(record.at(shown(stage)), "未填评分人", "the evaluator is missing")
                forms[own].check(
                    dict(_entries(marks, record.place, stage, evaluator)), record.place, stage, evaluator
                )
                yield Marking(unit=unit.code, stage=stage, evaluator=evaluator, marks=marks)
    if len(lines) != len(units):
        place = Place(file=MARKS, line=min(len(lines), len(units)) + 1)
        raise wrong(place, "行数与单位数不符", "there must be one line for each unit")


def _record(line: bytes, fields: Sequence[str], name: str, number: int) -> Record:
    """Return the line of a unit; faults in it are told with the unit's code."""
    place = Place(file=name, line=number)
    record = Record(parsed(line, place), fields, place)
    record.place = Place(file=name, line=number, field=shown(record.text("unit")))
    return record


def _entries(value: Any, place: Place, *within: str) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        raise wrong(_inside(place, *within), "应是不为空的一组评分", "must be marks, and not be empty")
    return value.items()


class _Forms:
    """The marks of one set met so far; each distinct one is checked once."""

    def __init__(self, criteria: CriteriaSet) -> None:
        self._ref = criteria.ref
        self._subjects = {subject.id: subject for subject in criteria.subjects}
        self._sound: set[tuple[str, str]] = set()

    def check(self, marks: dict[str, Any], place: Place, *within: str) -> None:
        """Raise RecordWrong where a mark is no mark of its criterion, or written otherwise than the service does."""
        if set(map(type, marks.values())) != {str}:
            criterion = next(name for name, mark in marks.items() if not isinstance(mark, str))
            raise wrong(_inside(place, *within, criterion), "评分应是文字", "a mark must be a text")
        for criterion, mark in sorted(marks.items() - self._sound):
            fault = self._fault(criterion, mark)
            if fault is not None:
                raise wrong(_inside(place, *within, criterion), fault.zh, fault.en)
            self._sound.add((criterion, mark))

    def _fault(self, criterion: str, mark: str) -> Text | None:
        subject = self._subjects.get(criterion)
        if subject is None:
            return Text(f"{self._ref} 中没有这一项", f"{self._ref} has no such criterion or adjustment")
        try:
            written = value_text(subject, read_value(subject, mark))
        except MarkRefused as refused:
            return Text(shown(refused.sentence.zh), shown(refused.sentence.en))
        own = shown(mark)
        return (
            None
            if written == mark
            else Text(f"“{own}”应写成“{written}”", f"“{own}” must be written “{written}”")
        )


def _inside(place: Place, *names: str) -> Place:
    return Place(file=place.file, line=place.line, field=" ".join((place.field or "", *map(shown, names))))
