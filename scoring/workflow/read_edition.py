"""What is read of one edition alone, as it was published: its manifest, and a unit's own lines."""

from dataclasses import dataclass

import orjson

from scoring.rows import Row
from scoring.store import editions
from scoring.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLines:
    """What an edition holds of one unit: who it is, its marks by stage, evaluator and criterion, and what it came to."""

    unit: Row
    marks: Row
    row: Row


def read_manifest(store: Store, edition_id: str) -> bytes:
    """Return the edition's manifest in its canonical bytes, whose SHA-256 is the id. Raises EditionUnknown."""
    with store.read() as c:
        return editions.manifest(c, edition_id).content()


def read_unit_lines(store: Store, edition_id: str, code: str) -> UnitLines:
    """Return what the edition holds of that unit. Raises EditionUnknown and UnitUnknown."""
    with store.read() as c:
        unit, marks, row = editions.unit_lines(c, edition_id, code)
    return UnitLines(unit=orjson.loads(unit), marks=orjson.loads(marks)["marks"], row=orjson.loads(row))
