"""Periods: the year that is assessed, and the phases it goes through, never back."""

from dataclasses import dataclass
from enum import StrEnum

from scoring.texts import Text


class Phase(StrEnum):
    """Where a period stands, in this order."""

    PREPARING = "preparing"
    COLLECTING = "collecting"
    MARKING = "marking"
    POSTED = "posted"
    PUBLISHED = "published"

    @property
    def place(self) -> int:
        """Its position in the order of phases."""
        return list(Phase).index(self)

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _TITLES[self]


_TITLES = {
    Phase.PREPARING: Text("筹备", "preparing"),
    Phase.COLLECTING: Text("申报", "collecting"),
    Phase.MARKING: Text("评分", "marking"),
    Phase.POSTED: Text("公示", "posted"),
    Phase.PUBLISHED: Text("已发布", "published"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period by the id an office gives it (2026), its phase, and the refs of the sets it is assessed by, in order."""

    id: str
    phase: Phase
    refs: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (self.id and self.refs):
            raise ValueError("a period needs an id and a criteria set")
