"""The shapes of what is sent: strict about what each field is, with the sentence that is told where it is not that."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from marshmallow import ValidationError as Unfit
from werkzeug.datastructures import FileStorage

from scoring.texts import Text
from web.api.fields import Exactly

MOST_NUMBER = 999_999_999
LONGEST = 2_000
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
POINTS = r"^[0-9]{1,6}(\.[0-9]{1,2})?$"

Faults = list[tuple[str | None, Text]]

_MISSING, _UNKNOWN = ["Missing data for required field."], ["Unknown field."]
_ABSENT, _STRANGE = Text("缺少此项", "is missing"), Text("没有这一项", "there is no such field")
_OTHER_SHAPE = Text("不是这里要的形式", "is not of the shape that is wanted here")


class Sent(Schema):
    """The shape of a body: nothing unnamed may be in it."""

    class Meta:
        """Strangers are refused."""

        unknown = RAISE


class Words(fields.String):
    """A text that a database can keep."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise Unfit("not a text")
        found: str = super()._deserialize(value, attr, data, **kwargs)
        return found


class Day(Words):
    """A day there is, which is told to the view as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs)
        try:
            return date.fromisoformat(written if re.fullmatch(DAY, written) else "")
        except ValueError:
            raise Unfit("no day") from None


class Points(Words):
    """Points as they are printed, which are told to the view in hundredths."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(POINTS, written):
            raise Unfit("no points")
        whole, _, part = written.partition(".")
        return int(whole) * 100 + int(part.ljust(2, "0"))


class Number(fields.Integer):
    """A whole number written as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002  the signature is marshmallow's
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unfit("not a whole number")
        return value


class Truth(fields.Boolean):
    """A yes or no written as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002  the signature is marshmallow's
        if not isinstance(value, bool):
            raise Unfit("not a truth")
        return value


class Upload(fields.Raw):
    """A file of a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002  the signature is marshmallow's
        if not isinstance(value, FileStorage) or not value.filename:
            raise Unfit("not a file")
        return value


def text(about: str, *, least: int = 0, most: int = LONGEST, **more: Any) -> Words:
    """Return the field of a text."""
    wants = Text(f"应为 {least} 至 {most} 字的文字", f"must be a text of {least} to {most} characters")
    return Words(**_needed(more), validate=validate.Length(least, most), metadata=_said(about, wants))


def pattern(about: str, wanted: str, wants: Text, **more: Any) -> Words:
    """Return the field of a text of a form."""
    return Words(**_needed(more), validate=Exactly(wanted), metadata=_said(about, wants))


NO_DAY = Text("没有这一天；应写作 2026-12-31", "there is no such day; it must be written 2026-12-31")


def day(about: str, **more: Any) -> Words:
    """Return the field of a day."""
    return pattern(about, DAY, Text("应写作 2026-12-31", "must be written 2026-12-31"), **more)


def real_day(about: str, **more: Any) -> Day:
    """Return the field of a day that there is, which the view is told as a `date`."""
    return Day(**_needed(more), metadata=_said(about, NO_DAY) | {"pattern": DAY})


def in_points(about: str, **more: Any) -> Points:
    """Return the field of points, which the view is told in hundredths."""
    wants = Text(
        "应为分值，最多两位小数，例如 1.5", "must be points with two decimals at most, such as 1.5, as a text"
    )
    return Points(**_needed(more), metadata=_said(about, wants) | {"pattern": POINTS})


def choice(about: str, among: Any, **more: Any) -> Words:
    """Return the field of one text *among* several."""
    listed = [str(own) for own in among]
    wants = Text(f"应为 {'、'.join(listed)} 之一", f"must be one of {', '.join(listed)}")
    return Words(**_needed(more), validate=validate.OneOf(listed), metadata=_said(about, wants))


def number(about: str, *, least: int = 0, most: int = MOST_NUMBER, **more: Any) -> Number:
    """Return the field of a whole number."""
    wants = Text(f"应为 {least} 至 {most} 的整数", f"must be a whole number from {least} to {most}")
    return Number(**_needed(more), validate=validate.Range(least, most), metadata=_said(about, wants))


def truth(about: str, **more: Any) -> Truth:
    """Return the field of a yes or no."""
    return Truth(**_needed(more), metadata=_said(about, Text("应为 true 或 false", "must be true or false")))


def listed(
    inner: fields.Field[Any] | type[Schema], about: str, *, least: int = 0, most: int, **more: Any
) -> fields.List[Any]:
    """Return the field of a list."""
    own = fields.Nested(inner) if isinstance(inner, type) else inner
    wants = Text(f"应为 {least} 至 {most} 项的列表", f"must be a list of {least} to {most}")
    return fields.List(
        own, **_needed(more), validate=validate.Length(least, most), metadata=_said(about, wants)
    )


def table(inner: fields.Field[Any], about: str, *, most: int, longest: int = 80, **more: Any) -> fields.Dict:
    """Return the field of values by a name."""
    wants = Text(f"应为至多 {most} 项的对照", f"must be a mapping of {most} at most")
    keys = Words(validate=validate.Length(1, longest))
    return fields.Dict(
        keys=keys,
        values=inner,
        **_needed(more),
        validate=validate.Length(max=most),
        metadata=_said(about, wants) | {"maxProperties": most},
    )


def upload(about: str, **more: Any) -> Upload:
    """Return the field of a file."""
    wants = Text("应为一个文件", "must be a file with a name")
    said = _said(about, wants) | {"type": "string", "format": "binary"}
    return Upload(**_needed(more), metadata=said)


def faults_of(schema: Schema, messages: Mapping[str, Any], where: str = "") -> Faults:
    """Return a sentence for each field at fault, named by the way to it, in the order fields are documented."""
    known = schema.fields
    order = [*(name for name in known if name in messages), *(own for own in messages if own not in known)]
    return [fault for name in order for fault in _of(known.get(name), f"{where}{name}", messages[name])]


def _of(field: fields.Field[Any] | None, where: str, messages: Any) -> Faults:
    if isinstance(messages, Mapping):
        return _within(field, where, messages)
    if messages == _MISSING:
        return [(where, _ABSENT)]
    if messages == _UNKNOWN or field is None:
        return [(where, _STRANGE)]
    return [(where, field.metadata.get("wants", _OTHER_SHAPE))]


def _within(field: fields.Field[Any] | None, where: str, messages: Mapping[Any, Any]) -> Faults:
    if isinstance(field, fields.Nested):
        return faults_of(field.schema, messages, f"{where}.")
    if isinstance(field, fields.List):
        return [fault for key, own in messages.items() for fault in _of(field.inner, f"{where}.{key}", own)]
    return [(where, _OTHER_SHAPE)]


def _needed(more: dict[str, Any]) -> dict[str, Any]:
    return more if "load_default" in more else {"required": True} | more


def _said(about: str, wants: Text) -> dict[str, Any]:
    return {"description": about, "wants": wants}
