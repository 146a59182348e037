"""An expanded tree built into a `CriteriaSet`, with every fault in it found in one go.

An element that cannot be built is left out and its neighbours are still tried; rules of the whole set are tried on
what could be built, with stand-ins for what the set must have. Nothing is returned unless there is no fault.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError

from scoring.criteria.claims import Wrong
from scoring.criteria.criterion import BallotGrade, Criterion, Kind
from scoring.criteria.model import ROOT, Adjustment, CriteriaSet, Gate, Part
from scoring.criteria.schema import Listed, Nested, SetShape, Shape
from scoring.criteria.tree import Mapping
from scoring.errors import CriteriaInvalid, Fault, Place
from scoring.texts import Text

_TREE = ("criteria", "parts", "adjustments")


def build(tree: Mapping, faults: list[Fault]) -> CriteriaSet:
    """Return the set *tree* describes. Raises CriteriaInvalid with *faults* and all that is found besides."""
    builder = _Builder(faults)
    criteria = builder.criteria_set(tree)
    if builder.faults or criteria is None:
        raise CriteriaInvalid(_in_order(builder.faults))
    return criteria


class _Builder:
    def __init__(self, faults: list[Fault]) -> None:
        self.faults = list(faults)
        self.places: dict[str, Place] = {}

    def criteria_set(self, tree: Mapping) -> CriteriaSet | None:
        values, failed = self._read(tree, SetShape())
        values.pop("kind", None)
        root = {key: values.pop(key, ()) for key in _TREE}
        ceiling = values["score"].ceiling if "score" in values else Fraction(100)
        if not (root["criteria"] or root["parts"]):
            if not failed & {"criteria", "parts"}:
                self._fault(tree.place, Text("没有任何指标", "holds no criterion"))
            root["criteria"] = (_STAND_IN,)
        values["root"] = Part(id=ROOT, title=_STAND_IN.title, ceiling=ceiling, **root)
        for key, stand_in in (("id", "set"), ("version", "0"), ("title", _STAND_IN.title)):
            values.setdefault(key, stand_in)
        made: CriteriaSet | None = self._made(CriteriaSet, values, tree, failed)
        return made

    def element(self, tree: Mapping, field: Nested) -> Any:
        """Return what *field* builds of *tree*, or None with the faults noted."""
        values, failed = self._read(tree, field.shape)
        if isinstance(tree.get("id"), str):
            self.places[tree["id"]] = tree.place
        if field.builds in _NAMED and "title" not in values and "id" in values:
            values["title"] = Text(values["id"], values["id"])
        if failed & {"id", "kind", "full_marks"} or failed & set(_required(field.shape)):
            return None
        if (
            field.builds is Part
            and failed & set(_TREE)
            and not (values.get("criteria") or values.get("parts"))
        ):
            return None
        made = self._made(field.builds, values, tree, failed)
        return None if failed - set(_TREE) else made

    def _read(self, tree: Mapping, shape: Shape) -> tuple[dict[str, Any], set[str]]:
        """Return the fields of *tree* that could be read, nested ones built, and the names of those that failed."""
        failed: set[str] = set()
        try:
            known = {field.data_key or name for name, field in shape.fields.items()}
            given = {key: value for key, value in tree.items() if value is not None or key not in known}
            values = dict(shape.load(given))
        except ValidationError as invalid:
            values = dict(invalid.valid_data) if isinstance(invalid.valid_data, dict) else {}
            by_key = {field.data_key or name: name for name, field in shape.fields.items()}
            for key, messages in invalid.messages_dict.items():
                failed.add(by_key.get(key, key))
                for path, sentence in _sentences(messages):
                    self._fault(tree.place_of(key), sentence, ".".join([key, *path]))
        for name in set(values) - failed:
            field = shape.fields[name]
            built = self._nested(values[name], field)
            if built is not None:
                values[name], broken = built
                if broken:
                    failed.add(name)
        return {name: value for name, value in values.items() if name not in failed or name in _TREE}, failed

    def _nested(self, value: Any, field: Any) -> tuple[Any, bool] | None:
        """Return what the mappings in *value* build, and whether one was broken; None if there are none."""
        if isinstance(field, Nested):
            made = self.element(value, field)
            return made, made is None
        if isinstance(field, Listed) and isinstance(field.of, Nested):
            made_all = [self.element(entry, field.of) for entry in value]
            kept = tuple(made for made in made_all if made is not None)
            return kept, len(kept) < len(made_all)
        return None

    def _made(
        self, builds: Callable[..., Any], values: dict[str, Any], tree: Mapping, failed: set[str]
    ) -> Any:
        try:
            return builds(**values)
        except Wrong as wrong:
            for claim in wrong.claims:
                if claim.field not in failed:
                    key = _WRITTEN.get(claim.field, claim.field)
                    place = tree.places.get(key) or self.places.get(claim.field) or tree.place
                    self._fault(place, claim.sentence, key if key in tree else "")
            return None

    def _fault(self, place: Place, sentence: Text, field: str = "") -> None:
        place = Place(file=place.file, line=place.line, field=field or None)
        self.faults.append(Fault(place=place, sentence=sentence))


_NAMED = (Criterion, Part, Adjustment, Gate, BallotGrade)
_WRITTEN = {"measured_in": "unit", "start": "from", "end": "to"}
_STAND_IN = Criterion(id="stand-in", kind=Kind.JUDGED, full_marks=100, title=Text("—", "—"))


def _required(shape: Shape) -> Iterator[str]:
    return (name for name, field in shape.fields.items() if field.required)


def _sentences(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Text]]:
    """Yield the sentences of marshmallow's nested messages with the path to each."""
    if isinstance(messages, Text):
        yield path, messages
    elif isinstance(messages, dict):
        for key, below in messages.items():
            yield from _sentences(below, (*path, str(key + 1 if isinstance(key, int) else key)))
    else:
        for below in messages:
            yield from _sentences(below, path)


def _in_order(faults: list[Fault]) -> list[Fault]:
    """Return each fault once, by file and line."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.place.file or "", fault.place.line or 0))
