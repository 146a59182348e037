"""A criteria file as plain text, lists and mappings, where every mapping knows in which file and line it stands."""

from collections.abc import Iterator
from typing import Any

from scoring.errors import Place


class Mapping(dict[str, Any]):
    """Fields and their values: text, None (an empty or `null` value), lists or further mappings."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

    def put(self, key: str, value: Any, place: Place) -> None:
        """Set a field and where it stands."""
        self[key] = value
        self.places[key] = place

    def place_of(self, key: str) -> Place:
        """Return where the field stands, or where the mapping does if it has no such field."""
        return self.places.get(key, self.place)

    def copied(self) -> "Mapping":
        """Return a copy, mappings and lists below it included, that may be changed."""
        copy = Mapping(self.place)
        for key, value in self.items():
            copy.put(key, _copied(value), self.place_of(key))
        return copy

    def listed(self, key: str) -> list[Any]:
        """Return the list of that field; empty where there is none, or something else stands there."""
        value = self.get(key)
        return value if isinstance(value, list) else []


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.copied()
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def elements(root: Mapping) -> Iterator[tuple[list[Any], Mapping]]:
    """Yield every gate, criterion, part and adjustment of an expanded set with the list that holds it."""
    yield from _mappings(root.listed("gates"))
    parts = [root]
    while parts:
        part = parts.pop()
        for key in ("criteria", "adjustments", "parts"):
            yield from _mappings(part.listed(key))
        parts += [below for _, below in _mappings(part.listed("parts"))]


def _mappings(entries: list[Any]) -> Iterator[tuple[list[Any], Mapping]]:
    return ((entries, entry) for entry in list(entries) if isinstance(entry, Mapping))
