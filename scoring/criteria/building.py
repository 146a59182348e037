"""An expanded tree built into a `CriteriaSet`, or a tree of points into `PointsRules`, with every fault found in one go.

An element that cannot be built is left out and its neighbours are still tried; rules of the whole set are tried on
what could be built, with stand-ins for what the set must have. Nothing is returned unless there is no fault.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError

from scoring.criteria.claims import Claim, Rule, Wrong, id_wrong
from scoring.criteria.criterion import FIELDS_OF, BallotGrade, Criterion, Kind, field_of_another_kind
from scoring.criteria.item import Item, ItemKind, PointsRange
from scoring.criteria.model import IDS, ROOT, Adjustment, CriteriaSet, Gate, Part
from scoring.criteria.points import Baseline, Card, CardFigure, Cards, Expiry, PointsRules, StarBand
from scoring.criteria.points_schema import PointsShape
from scoring.criteria.schema import Listed, Nested, SetShape, Shape
from scoring.criteria.tree import Mapping
from scoring.errors import CriteriaInvalid, Fault, Place
from scoring.texts import Text
from scoring.units import Grouping

_TREE = ("criteria", "parts", "adjustments")


def build(tree: Mapping, faults: list[Fault]) -> CriteriaSet:
    """Return the set *tree* describes. Raises CriteriaInvalid with *faults* and all that is found besides."""
    builder = _Builder(faults)
    criteria = builder.criteria_set(tree)
    if builder.faults or criteria is None:
        raise CriteriaInvalid(_in_order(builder.faults))
    return criteria


def build_points(tree: Mapping, faults: list[Fault]) -> PointsRules:
    """Return the rules of points *tree* describes. Raises CriteriaInvalid with *faults* and all that is found besides."""
    builder = _Builder(faults)
    rules = builder.points_rules(tree)
    if builder.faults or rules is None:
        raise CriteriaInvalid(_in_order(builder.faults))
    return rules


class _Builder:
    """Builds one tree and gathers the faults of it; `ids` are the places of every element by its id."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = list(faults)
        self.ids: dict[str, list[Place]] = {}

    def criteria_set(self, tree: Mapping) -> CriteriaSet | None:
        values, failed = self._read(tree, SetShape())
        values.pop("kind", None)
        root = {key: values.pop(key, ()) for key in _TREE}
        ceiling = values["score"].ceiling if "score" in values else Fraction(100)
        if not (root["criteria"] or root["parts"]):
            if not failed & {"criteria", "parts"}:
                self._fault(tree.place, Text("没有任何指标", "holds no criterion"))
            root["criteria"] = (_STAND_IN,)
        values["root"] = Part(
            id=ROOT, title=_STAND_IN.title, ceiling=ceiling if ceiling > 0 else Fraction(1), **root
        )
        self._tell_repeated_ids(tree)
        made: CriteriaSet | None = self._made(CriteriaSet, {**_STAND_INS_OF_A_SET, **values}, tree, failed)
        return made

    def points_rules(self, tree: Mapping) -> PointsRules | None:
        values, failed = self._read(tree, PointsShape())
        values.pop("kind", None)
        self._tell_repeated_ids(tree)
        made: PointsRules | None = self._made(PointsRules, {**_STAND_INS_OF_RULES, **values}, tree, failed)
        return made

    def element(self, tree: Mapping, field: Nested) -> Any:
        """Return what *field* builds of *tree*, or None with the faults noted."""
        values, failed = self._read(tree, field.shape)
        if field.builds in _SHARING_IDS and isinstance(tree.get("id"), str):
            self.ids.setdefault(tree["id"], []).append(tree.place_of("id"))
        if field.builds in _NAMED and "title" not in values:
            values["title"] = Text(values.get("id", "—"), values.get("id", "—"))
        if field.builds is Criterion and "kind" in values:
            failed |= self._strays(tree, values["kind"], failed)
        if field.builds is Part and values.get("id") == ROOT:
            self._claims(Wrong([_claim(id_wrong(ROOT))]), tree, failed)
            failed.add("id")
        known = _STAND_INS | _STAND_INS_OF.get(field.builds, {})
        stand_ins = {name: known[name] for name in _required(field.shape) if name not in values}
        made = self._made(field.builds, {**values, **stand_ins}, tree, failed)
        return None if failed - set(_TREE) else made

    def _read(self, tree: Mapping, shape: Shape) -> tuple[dict[str, Any], set[str]]:
        """Return the fields of *tree* that could be read, nested ones built, and the names of those that failed."""
        failed: set[str] = set()
        known = {field.data_key or name: name for name, field in shape.fields.items()}
        try:
            given = {key: value for key, value in tree.items() if value is not None or key not in known}
            values = dict(shape.load(given))
        except ValidationError as invalid:
            values = dict(invalid.valid_data) if isinstance(invalid.valid_data, dict) else {}
            for key, messages in invalid.messages_dict.items():
                failed.add(known.get(key, key))
                for path, sentence in _sentences(messages):
                    self._fault(tree.place_of(key), sentence, ".".join([key, *path]))
        for name, field in shape.fields.items():
            built = self._nested(values[name], field) if name in values and name not in failed else None
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

    def _strays(self, tree: Mapping, kind: Kind, failed: set[str]) -> set[str]:
        """Tell, and return, the fields of a criterion that belong to other kinds, whatever stands in them."""
        rules = [field_of_another_kind(name, kind) for name in FIELDS_OF if tree.get(name) is not None]
        strays = [_claim(rule) for rule in rules if rule.broken]
        self._claims(Wrong(strays), tree, failed)
        return {claim.field for claim in strays}

    def _made(
        self, builds: Callable[..., Any], values: dict[str, Any], tree: Mapping, failed: set[str]
    ) -> Any:
        try:
            return builds(**values)
        except Wrong as wrong:
            self._claims(wrong, tree, failed)
            return None

    def _claims(self, wrong: Wrong, tree: Mapping, failed: set[str]) -> None:
        """Note the claims that rest on nothing that could not be read."""
        for claim in wrong.claims:
            if claim.field != IDS and not failed & {claim.field, *claim.rests}:
                key = _WRITTEN.get(claim.field, claim.field)
                self._fault(tree.place_of(key), claim.sentence, key if key in tree else "")

    def _tell_repeated_ids(self, tree: Mapping) -> None:
        """Tell ids that stand twice: at the lower place, and in the file at hand rather than in its parent."""
        for name, places in self.ids.items():
            ordered = sorted(places, key=lambda place: (place.file == tree.place.file, place.line or 0))
            for place in ordered[1:]:
                self._fault(place, Text(f"编号“{name}”重复", f"the id “{name}” is used twice"))

    def _fault(self, place: Place, sentence: Text, field: str = "") -> None:
        place = Place(file=place.file, line=place.line, field=field or None)
        self.faults.append(Fault(place=place, sentence=sentence))


_SHARING_IDS = (Criterion, Part, Adjustment, Gate, Item, Card)
_NAMED = (*_SHARING_IDS, BallotGrade)
_WRITTEN = {"measured_in": "unit", "start": "from", "end": "to"}
_STAND_IN = Criterion(id="stand-in", kind=Kind.JUDGED, full_marks=100, title=Text("—", "—"))
_STAND_INS_OF_A_SET = {"id": "set", "version": "0", "title": _STAND_IN.title}
_STAND_INS: dict[str, Any] = {
    "id": "stand-in",
    "kind": Kind.JUDGED,
    "full_marks": 100,
    "marks": 100,
    "when": _STAND_IN.title,
    "zh": "—",
    "at_least": Fraction(0),
    "start": Fraction(0),
    "end": Fraction(1),
    "worth": Fraction(1),
    "each": 100,
    "highest_stars": 0,
    "stars": 1,
    "share": Fraction(1),
    "within": Grouping.COUNTY,
}
"""What stands for a required field that could not be read, so that the others can still be judged."""

_STAND_IN_ITEM = Item(id="stand-in", kind=ItemKind.EARNING, points=100, title=_STAND_IN.title)
_STAND_IN_CARD = Card(id="stand-in", at_least=100, title=_STAND_IN.title, opens=(_STAND_IN.title,))
_STAND_INS_OF_RULES = {**_STAND_INS_OF_A_SET, "baseline": Baseline(points=0), "items": (_STAND_IN_ITEM,)}
_STAND_INS_OF: dict[Callable[..., Any], dict[str, Any]] = {
    Item: {"kind": ItemKind.EARNING},
    PointsRange: {"start": 1, "end": 100_000_001},
    Baseline: {"points": 0},
    StarBand: {"at_least": 0},
    Card: {"at_least": 100, "opens": (_STAND_IN.title,)},
    Cards: {"figure": CardFigure.ANNUAL_HONOUR, "levels": (_STAND_IN_CARD,)},
    Expiry: {"months": 120, "notice_days": 1},
}
"""What stands for such a field in rules of points, where it is of another sort than elsewhere."""


def _claim(rule: Rule) -> Claim:
    return Claim(rule.field, Text(rule.zh, rule.en), rule.rests)


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
