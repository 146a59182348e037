"""The shape of a criteria file: which fields each mapping may have, and how each is read and written.

Everything arrives as text (YAML's own types are never trusted) and leaves as the values of `model`; `document` is
the way back. Faults of shape are marshmallow's; faults of meaning are the model's own.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from dataclasses import fields as fields_of
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from marshmallow import RAISE, Schema, ValidationError
from marshmallow.fields import Field

from scoring.criteria import criterion, model
from scoring.numbers import Rounding, exact_text, marks_text, plain_number, share, share_text
from scoring.texts import Text, unwritable
from scoring.units import Grouping

E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")

LONGEST_TEXT = 2000


def wrong(zh: str, en: str) -> ValidationError:
    """Return the fault of one field, in both languages."""
    return ValidationError([Text(zh, en)])


class Entry(Field[V]):
    """A field whose standing messages are in both languages; *value* is text, a list or a mapping."""

    default_error_messages = {  # noqa: RUF012  marshmallow's own way of saying it
        "required": [Text("缺少此项", "is missing")],
        "null": [Text("不能为空", "must not be empty")],
        "type": [Text("写法不对", "has the wrong form")],
    }

    def written(self, value: Any) -> Any:
        """Return *value* as a document has it."""
        return str(value)


class Words(Entry[str]):
    """A text that is not empty; the loader has made it NFC and taken blanks around it off."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise wrong("应是一段文字", "must be a text")
        if not value:
            raise wrong("不能为空", "must not be empty")
        if len(value) > LONGEST_TEXT or unwritable(value) is not None:
            raise wrong(
                f"文字过长（最多 {LONGEST_TEXT} 字）或含控制字符",
                f"is too long (at most {LONGEST_TEXT} characters) or holds control characters",
            )
        return value


class Numeral(Entry[V]):
    """A number written plainly; what follows it is said by *hint*."""

    hint: ClassVar[Text]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> V:
        try:
            return self.read(value.strip())
        except (ValueError, AttributeError):
            shown = value if isinstance(value, str) else "…"
            if isinstance(value, str) and unicodedata.normalize("NFKC", value) != value:
                raise wrong(
                    f"“{shown}”请改用半角字符", f"“{shown}” is written in full-width characters"
                ) from None
            raise wrong(f"“{shown}”应为{self.hint.zh}", f"“{shown}” must be {self.hint.en}") from None

    def read(self, text: str) -> V:
        """Return the number *text* writes. Raises ValueError."""
        raise NotImplementedError


class Whole(Numeral[int]):
    """A whole number, not negative."""

    hint = Text("不小于 0 的整数", "a whole number, 0 or more")

    def read(self, text: str) -> int:
        """Return the number; digits only."""
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise ValueError(text)
        return int(text)


class Marks(Numeral[int]):
    """Marks with at most two decimals, as hundredths."""

    hint = Text(
        "最多两位小数的普通数字（不超过 1000000）", "a plain number with at most two decimals (up to 1000000)"
    )

    def read(self, text: str) -> int:
        """Return the hundredths."""
        hundredths = plain_number(text) * 100
        if hundredths.denominator != 1 or abs(hundredths) > 100_000_000:
            raise ValueError(text)
        return hundredths.numerator

    def written(self, value: Any) -> str:
        """Return hundredths as a plain decimal."""
        return marks_text(value)


class Number(Numeral[Fraction]):
    """A plain number with any decimals."""

    hint = Text("普通数字", "a plain number")

    def read(self, text: str) -> Fraction:
        """Return the number."""
        return plain_number(text)

    def written(self, value: Any) -> str:
        """Return a plain decimal."""
        return exact_text(value)


class Share(Numeral[Fraction]):
    """A share: `30%`, `1/3` or `0.3`."""

    hint = Text("份额，如 30%、1/3 或 0.3", "a share such as 30%, 1/3 or 0.3")

    def read(self, text: str) -> Fraction:
        """Return the share."""
        return share(text)

    def written(self, value: Any) -> str:
        """Return percent where finite, else a fraction."""
        return share_text(value)


class Weight(Share):
    """A weight: a whole number, a decimal or a fraction."""

    hint = Text("权重，如 20、4.5 或 1/3", "a weight such as 20, 4.5 or 1/3")

    def read(self, text: str) -> Fraction:
        """Return the weight; a sign is read so that the model can refuse it."""
        return -share(text[1:]) if text.startswith("-") else share(text)

    def written(self, value: Any) -> str:
        """Return a plain decimal where finite, else a fraction."""
        return exact_text(value)


class Choice(Entry[E]):
    """One of a closed list of words."""

    def __init__(self, words: type[E], **kwargs: Any) -> None:
        self.words = words
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> E:
        try:
            return self.words(value)
        except ValueError:
            known = "、".join(self.words), ", ".join(self.words)
            shown = value if isinstance(value, str) else "…"
            raise wrong(
                f"“{shown}”不在可选之列：{known[0]}", f"“{shown}” is not one of: {known[1]}"
            ) from None


class Listed(Entry[tuple[V, ...]]):
    """A list, each entry read by *of*."""

    def __init__(self, of: Entry[V], **kwargs: Any) -> None:
        self.of = of
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[V, ...]:
        if not isinstance(value, list):
            raise wrong("应是列表", "must be a list")
        read, faults = [], {}
        for place, entry in enumerate(value):
            try:
                read.append(self.of.deserialize(entry))
            except ValidationError as fault:
                faults[place] = fault.messages
        if faults:
            raise ValidationError(faults)
        return tuple(read)

    def written(self, value: Any) -> list[Any]:
        """Return the list, each entry written."""
        return [self.of.written(entry) for entry in value]


class Nested(Entry[Any]):
    """A mapping of another shape, built into *builds*. Only its being a mapping is checked here."""

    def __init__(self, shape: Callable[[], "Shape"], builds: Callable[..., Any], **kwargs: Any) -> None:
        self._shape = shape
        self.builds = builds
        super().__init__(**kwargs)

    @cached_property
    def shape(self) -> "Shape":
        """The shape of the mapping; made when first asked for, since a part holds parts."""
        return self._shape()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong("应是若干“字段: 值”", "must be a mapping of fields to values")
        return value

    def written(self, value: Any) -> dict[str, Any]:
        """Return the mapping."""
        return self.shape.document(value)


class Shape(Schema):
    """The fields of one mapping. Unknown ones are refused."""

    class Meta:
        """What is not named is not taken."""

        unknown = RAISE

    error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow's own way of saying it
        "unknown": Text("没有这个字段（是否拼写有误？）", "is not a field here (a spelling mistake?)"),
        "type": Text("应是若干“字段: 值”", "must be a mapping of fields to values"),
    }

    def document(self, value: Any) -> dict[str, Any]:
        """Return *value* as plain text, lists and mappings; what equals its default is left out."""
        defaults = {
            field.name: field.default_factory() if field.default_factory is not MISSING else field.default
            for field in fields_of(value)
        }
        found = {}
        for name, field in self.fields.items():
            own = getattr(value, name)
            if own is None or own == defaults.get(name, MISSING) or _repeats_id(field, value):
                continue
            found[field.data_key or name] = field.written(own)  # type: ignore[attr-defined]
        return found


class TextShape(Shape):
    """A text in both languages; the English may be left out."""

    zh = Words(required=True)
    en = Words()

    def document(self, value: Any) -> dict[str, Any]:
        """Return the languages that differ."""
        return {"zh": value.zh} if value.en == value.zh else {"zh": value.zh, "en": value.en}


def text_of(zh: str, en: str | None = None) -> Text:
    """Return the text; without English the Chinese stands for it."""
    return Text(zh, en or zh)


def _repeats_id(field: Any, value: Any) -> bool:
    """Say whether *field* is a title that may be left out and says no more than the id does."""
    return bool(field.name == "title" and not field.required and value.title == Text(value.id, value.id))


def title_entry(**kwargs: Any) -> Nested:
    """Return the field of a text in both languages."""
    return Nested(TextShape, text_of, **kwargs)


class EvidenceShape(Shape):
    """What evidence is asked for."""

    least = Whole()
    most = Whole()
    kinds = Listed(Choice(criterion.EvidenceKind))


class LevelShape(Shape):
    """A described step."""

    marks = Marks(required=True)
    when = title_entry(required=True)


class BandShape(Shape):
    """Marks from a number on."""

    at_least = Number(required=True)
    marks = Marks(required=True)


class LineShape(Shape):
    """Marks along a line."""

    start = Number(required=True, data_key="from")
    end = Number(required=True, data_key="to")


class GradeShape(Shape):
    """A grade of a ballot."""

    id = Words(required=True)
    worth = Number(required=True)
    title = title_entry()


class CriterionShape(Shape):
    """A criterion of any kind; which fields belong to which kind is the model's to say."""

    id = Words(required=True)
    title = title_entry()
    kind = Choice(criterion.Kind, required=True)
    full_marks = Marks(required=True)
    weight = Weight()
    step = Marks()
    levels = Listed(Nested(LevelShape, criterion.Level))
    bands = Listed(Nested(BandShape, criterion.Band))
    line = Nested(LineShape, criterion.Line)
    measured_in = Words(data_key="unit")
    source = Choice(criterion.Source)
    grades = Listed(Nested(GradeShape, criterion.BallotGrade))
    least_voters = Whole()
    best_share_most = Share()
    evidence = Nested(EvidenceShape, criterion.EvidenceAsked)
    basis = Words()
    note = title_entry()


class AdjustmentShape(Shape):
    """A bonus or deduction."""

    id = Words(required=True)
    title = title_entry()
    kind = Choice(model.AdjustmentKind, required=True)
    each = Marks(required=True)
    most = Marks()
    basis = Words()
    note = title_entry()


class TreeShape(Shape):
    """What the root and every part may hold."""

    criteria = Listed(Nested(CriterionShape, criterion.Criterion))
    parts = Listed(Nested(lambda: PartShape(), model.Part))  # noqa: PLW0108  it is defined below
    adjustments = Listed(Nested(AdjustmentShape, model.Adjustment))


class PartShape(TreeShape):
    """A part; its ceiling is a plain number of percent."""

    id = Words(required=True)
    title = title_entry()
    weight = Weight()
    ceiling = Number()
    basis = Words()
    note = title_entry()


class GateShape(Shape):
    """A gate."""

    id = Words(required=True)
    title = title_entry()
    highest_stars = Whole(required=True)
    basis = Words()
    note = title_entry()


class CutPointShape(Shape):
    """A cut point."""

    stars = Whole(required=True)
    at_least = Number(required=True)


class QuotaShape(Shape):
    """A quota."""

    stars = Whole(required=True)
    share = Share(required=True)
    within = Choice(Grouping, required=True)
    ties = Choice(model.Ties)


class TargetShape(Shape):
    """A target."""

    stars = Whole(required=True)
    share = Share(required=True)


class AgreementShape(Shape):
    """How marks agree."""

    rule = Choice(model.AgreementRule)
    disagreement = Share()


class ScoreShape(Shape):
    """How a score is printed."""

    decimals = Whole()
    rounding = Choice(Rounding)
    ceiling = Number()


class FileKind(StrEnum):
    """What a file holds: what branches are marked by, or the rules of members' points."""

    ASSESSMENT = "assessment"
    POINTS = "points"


class SetShape(TreeShape):
    """A whole criteria file, expanded: the set's own fields and, beside them, the root of its tree."""

    kind = Choice(FileKind)
    id = Words(required=True)
    version = Words(required=True)
    title = title_entry(required=True)
    basis = Words()
    note = title_entry()
    expanded_from = Words()
    domains = Listed(Words())
    score = Nested(ScoreShape, model.ScoreRule)
    stages = Listed(Words())
    decided_from = Words()
    agreement = Nested(AgreementShape, model.Agreement)
    gates = Listed(Nested(GateShape, model.Gate))
    cut_points = Listed(Nested(CutPointShape, model.CutPoint))
    quotas = Listed(Nested(QuotaShape, model.Quota))
    target = Nested(TargetShape, model.Target)
    changes = Listed(title_entry())
