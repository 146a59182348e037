"""Records: what was kept as canonical JSON, read back strictly, so that a wrong one is named by line and field."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from scoring.canonical import canonical
from scoring.canonical import parsed as parsed_json
from scoring.errors import Fault, Place, Refused
from scoring.texts import Text

NOTHING = object()
"""What stands in a place that one of two documents does not have."""

_NAMES = ("criterion", "adjustment", "part", "kind", "group")


class RecordWrong(Refused):
    """Something kept is not what this service writes."""


class Record:
    """One JSON object of exactly the fields named, at a place; each is read as what it must be."""

    def __init__(self, value: Any, fields: Sequence[str], place: Place) -> None:
        """Raises RecordWrong where *value* is no object, or has other fields."""
        self.place = place
        if not isinstance(value, dict):
            raise wrong(place, "应是一组字段", "must be a set of fields")
        for name in fields:
            if name not in value:
                raise wrong(replace(place, field=_field(place, name)), "缺少此项", "is missing")
        for name in value:
            if name not in fields:
                raise wrong(
                    replace(place, field=_field(place, shown(name))), "不应有此项", "should not be there"
                )
        self._value = value

    def at(self, name: str) -> Place:
        """Return the place of that field."""
        return replace(self.place, field=_field(self.place, name))

    def any(self, name: str) -> Any:
        """Return whatever stands in that field."""
        return self._value[name]

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self._value[name]
        if not isinstance(value, str) or not value:
            raise wrong(self.at(name), "应是一段不为空的文字", "must be a text that is not empty")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a text that is not empty, or None where null stands."""
        return None if self._value[name] is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, each once and in order of code point."""
        value = self.list(name)
        if value and (
            not all(isinstance(entry, str) and entry for entry in value) or value != sorted(set(value))
        ):
            raise wrong(
                self.at(name),
                "应是不重复、按顺序排列的文字",
                "must be a list of texts, each once and in order",
            )
        return tuple(value)

    def truth(self, name: str) -> bool:
        """Return true or false."""
        value = self._value[name]
        if not isinstance(value, bool):
            raise wrong(self.at(name), "应是 true 或 false", "must be true or false")
        return value

    def list(self, name: str) -> list[Any]:
        """Return a list."""
        value = self._value[name]
        if not isinstance(value, list):
            raise wrong(self.at(name), "应是列表", "must be a list")
        return value

    def hash(self, name: str) -> str:
        """Return a SHA-256."""
        return sha256_text(self._value[name], self.at(name))

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object, whatever its fields."""
        value = self._value[name]
        if not isinstance(value, dict):
            raise wrong(self.at(name), "应是一组字段", "must be a set of fields")
        return value


def parsed(content: bytes, place: Place) -> Any:
    """Return the document in *content*. Raises RecordWrong unless those are its canonical bytes."""
    try:
        return parsed_json(content)
    except (ValueError, TypeError):
        sentence = (
            "不是本系统写出的规范 JSON，已被改动",
            "is not JSON as this service writes it; it was changed",
        )
        raise wrong(place, *sentence) from None


def first_difference(one: Any, other: Any) -> tuple[tuple[str, ...], Any, Any]:
    """Return the path to the first place where two documents differ, and what stands there in each, or NOTHING.

    An entry of a list is called by its criterion, adjustment, part, kind or group, else by its number.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*other, *sorted(one.keys() - other.keys())]:
            pair = one.get(key, NOTHING), other.get(key, NOTHING)
            if not _same(*pair):
                path, left, right = first_difference(*pair)
                return (key, *path), left, right
    if isinstance(one, list) and isinstance(other, list):
        for number, pair in enumerate(zip_longest(one, other, fillvalue=NOTHING), 1):
            if not _same(*pair):
                path, left, right = first_difference(*pair)
                return (_called(pair, number), *path), left, right
    return (), one, other


def _same(one: Any, other: Any) -> bool:
    """Say whether two documents are there and the same; true is not 1, and 1.0 is not 1."""
    if one is NOTHING or other is NOTHING:
        return one is other
    return canonical(one) == canonical(other)


def _called(pair: tuple[Any, Any], number: int) -> str:
    for entry in reversed(pair):
        if isinstance(entry, dict):
            return next((str(entry[name]) for name in _NAMES if name in entry), str(number))
    return str(number)


def sha256_text(value: Any, place: Place) -> str:
    """Return *value* where it is a SHA-256 in 64 lower hexadecimal digits. Raises RecordWrong."""
    if not isinstance(value, str) or len(value) != 64 or not set(value) <= set("0123456789abcdef"):
        raise wrong(place, "应是 64 位十六进制指纹", "must be a SHA-256 in 64 hexadecimal digits")
    return value


def shown(value: Any, longest: int = 60) -> str:
    """Return *value* of a document as a sentence may quote it: short, and without control characters."""
    text = value if isinstance(value, str) else _json(value)
    text = text if len(text) <= longest else f"{text[:longest]}…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in text)


def wrong(place: Place, zh: str, en: str) -> RecordWrong:
    """Return the refusal of what stands at *place*."""
    return RecordWrong([Fault(place=place, sentence=Text(zh, en))])


def _field(place: Place, name: str) -> str:
    return f"{place.field} {name}" if place.field else name


def _json(value: Any) -> str:
    try:
        return canonical(value).decode()
    except (ValueError, TypeError):
        return "…"
