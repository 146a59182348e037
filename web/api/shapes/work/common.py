"""Shapes that much of people's work is told in."""

from datetime import datetime
from typing import Any

from marshmallow import fields

from scoring.numbers import marks_text
from web.api.fields import Shape, one, words
from web.api.shapes.sentence import Sentence

MARK = "A mark, a measured number, a ballot or a count, in its canonical form; '' where there is none."


class Moment(fields.String):
    """A moment in UTC."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002  the signature is marshmallow's
        return value.isoformat() if isinstance(value, datetime) else value


class Points(fields.String):
    """Points, from the hundredths they are kept in."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002  the signature is marshmallow's
        return None if value is None else marks_text(value)


class AsWritten(fields.Nested):
    """A document that is told as it is, of a shape that is documented."""

    def _serialize(self, nested_obj: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # noqa: ARG002  the signature is marshmallow's
        return nested_obj


def moment(about: str, **more: Any) -> Moment:
    """Return the field of a moment; null where it has not come."""
    metadata = {"description": about, "format": "date-time"}
    return Moment(**({"required": True, "allow_none": True} | more), metadata=metadata)


def in_points(about: str, **more: Any) -> Points:
    """Return the field of points, as they are printed: `1.5`, `-2`."""
    return Points(**({"required": True} | more), metadata={"description": about, "examples": ["1.5"]})


class BriefUnit(Shape):
    """A unit as it is named."""

    code = words("Its code.", example="A03")
    name = words("Its name.", example="青石村党支部")
    domain = words("Its domain's id.")
    township = words("Its township.", allow_none=True)
    department = words("Its department, if it answers to one.", allow_none=True)


class Fault(Shape):
    """Something that stands in the way."""

    where = words("What it is about, as a person would say it; '' where it is about all of it.")
    sentence = one(Sentence, "What it is.")


class Number(Shape):
    """The number something was given."""

    number = fields.Integer(
        required=True, metadata={"description": "Its number, by which it is asked for from now on."}
    )


class Count(Shape):
    """How many there were."""

    count = fields.Integer(required=True, metadata={"description": "How many were changed by this."})


def faults_told(faults: Any) -> list[dict[str, Any]]:
    """Return faults as they are told."""
    return [{"where": own.place.file or own.place.field or "", "sentence": own.sentence} for own in faults]
