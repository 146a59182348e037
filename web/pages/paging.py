"""A long list a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

LONGEST = 100
"""Rows of one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Rows of a list from place *first* (0 is the first); *whole* is how many there are."""

    rows: Sequence[Row]
    number: int
    pages: int
    first: int
    whole: int

    @classmethod
    def of(cls, rows: Sequence[Row], asked: str) -> "Page[Row]":
        """Return the page that *asked*, a number as it stands in an address, means: the nearest there is."""
        pages = max(1, -(-len(rows) // LONGEST))
        number = (
            min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        )
        first = (number - 1) * LONGEST
        return cls(
            rows=rows[first : first + LONGEST], number=number, pages=pages, first=first, whole=len(rows)
        )

    @property
    def near(self) -> list[int | None]:
        """The numbers of the pages a reader may want next, with None where some are left out."""
        wanted = sorted({1, 2, self.number - 1, self.number, self.number + 1, self.pages - 1, self.pages})
        found: list[int | None] = []
        for number in wanted:
            if 1 <= number <= self.pages:
                if found and found[-1] is not None and number > found[-1] + 1:
                    found.append(None)
                found.append(number)
        return found
