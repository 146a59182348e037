"""Everything the domain refuses, by name, and the faults a refusal lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.texts import Lang, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a fault is: a file, then a line (YAML) or a sheet, row and column (spreadsheet), or a field."""

    file: str | None = None
    sheet: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None

    def in_(self, lang: Lang) -> str:
        """Return the place as a person would say it in *lang*, or '' where there is none."""
        if lang is Lang.ZH:
            parts = (
                self.file,
                self.sheet and f"工作表“{self.sheet}”",
                self.line and f"第 {self.line} 行",
                self.row and f"第 {self.row} 行",
                self.column and f"{self.column} 列",
                self.field,
            )
            return " ".join(part for part in parts if part)
        parts = (
            self.file,
            self.sheet and f"sheet “{self.sheet}”",
            self.line and f"line {self.line}",
            self.row and f"row {self.row}",
            self.column and f"column {self.column}",
            self.field,
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong (or, as a warning, weak), where it is, and what to do about it."""

    place: Place
    sentence: Text

    @classmethod
    def of(cls, zh: str, en: str) -> "Fault":
        """Return a fault of the whole matter, at no place of a file or form, in both languages."""
        return cls(place=Place(), sentence=Text(zh, en))

    def in_(self, lang: Lang) -> str:
        """Return place and sentence in *lang*, as one line."""
        where = self.place.in_(lang)
        colon = "：" if lang is Lang.ZH else ": "
        return f"{where}{colon}{self.sentence.in_(lang)}" if where else self.sentence.in_(lang)


class ScoringError(Exception):
    """What the domain refuses. Its subclasses are claims: they say what is the case."""


class Refused(ScoringError):
    """A batch was refused whole; *faults* names everything that is wrong with it, in order of place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.in_(Lang.EN) for fault in self.faults))


class CriteriaInvalid(Refused):
    """A criteria set cannot be used."""


class CriteriaUnknown(Refused):
    """No criteria set of that ref is known."""


class PointsRefused(Refused):
    """A claim is not what its item of the points rules gives."""


class CriteriaDiffer(Refused):
    """The criteria sets of one cohort do not agree in what they must share."""


class FileRefused(Refused):
    """A spreadsheet, or the entries in it, cannot be taken."""


class UnitUnknown(Refused):
    """The cohort has no unit of that code."""
