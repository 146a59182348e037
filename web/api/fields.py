"""How the shapes of answers and questions are written: fields with what the description says of them."""

from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from marshmallow import ValidationError as Malformed

from scoring.texts import Text

HASH = "^[0-9a-f]{64}$"


class Shape(Schema):
    """The shape of an answer: all of its fields are there, and no others."""

    class Meta:
        """Nothing unnamed is in an answer, and the description says so."""

        unknown = RAISE


def words(
    about: str, *, example: str | None = None, pattern: str | None = None, **more: Any
) -> fields.String:
    """Return the field of a text."""
    checks = None if pattern is None else validate.Regexp(pattern)
    return fields.String(**_always(more), validate=checks, metadata=_said(about, example))


def choice(about: str, among: Any, **more: Any) -> fields.String:
    """Return the field of one text *among* several."""
    values = [None, *among] if more.get("allow_none") else list(among)
    return fields.String(**_always(more), validate=validate.OneOf(values), metadata=_said(about, None))


def number(about: str, *, example: int | None = None, **more: Any) -> fields.Integer:
    """Return the field of a whole number."""
    return fields.Integer(**_always(more), metadata=_said(about, example))


def decimal(about: str, example: str, **more: Any) -> fields.String:
    """Return the field of a number with decimals, which is written as it is printed; None where there is none."""
    return fields.String(**_always({"allow_none": True} | more), metadata=_said(about, example))


def truth(about: str, **more: Any) -> fields.Boolean:
    """Return the field of a yes or no."""
    return fields.Boolean(**_always(more), metadata=_said(about, None))


def one(shape: type[Schema], about: str, **more: Any) -> fields.Nested:
    """Return the field of a nested shape."""
    return fields.Nested(shape, **_always(more), metadata=_said(about, None))


def many(inner: type[Schema] | fields.Field[Any], about: str, **more: Any) -> fields.List[Any]:
    """Return the field of a list."""
    own = fields.Nested(inner) if isinstance(inner, type) else inner
    return fields.List(own, **_always(more), metadata=_said(about, None))


def table(inner: fields.Field[Any], about: str, **more: Any) -> fields.Dict:
    """Return the field of values by a name."""
    return fields.Dict(keys=fields.String(), values=inner, **_always(more), metadata=_said(about, None))


class Exactly(validate.Regexp):
    """Takes a text that the pattern matches from beginning to end, a line feed at the end not included."""

    def __call__(self, value: Any) -> Any:
        """Return *value*."""
        if self.regex.fullmatch(value) is None:
            raise Malformed("not of this form")
        return value


class Whole(fields.Integer):
    """A whole number as it stands in an address: digits and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002  the signature is marshmallow's
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9):
            raise Malformed("not a whole number")
        return int(value)


def wanted(about: str, wants: Text, **more: Any) -> dict[str, Any]:
    """Return what is known of a parameter: for the description, and what is told where it is malformed."""
    return {"description": about, "wants": wants, **more}


def _always(more: dict[str, Any]) -> dict[str, Any]:
    return {"required": True} | more


def _said(about: str, example: Any) -> dict[str, Any]:
    return {"description": about} | ({} if example is None else {"examples": [example]})
