"""The inputs of an edition: everything that scoring needs and nothing else, from which anybody can score again."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.assessment import Assessments, assemble
from scoring.criteria.model import CriteriaSet
from scoring.marks import MarkBook, Marking
from scoring.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """A period's units in order of code, the set that assesses each, and the markings.

    Markings are in order of unit, stage and evaluator by code point.
    """

    units: tuple[Unit, ...]
    sets: tuple[CriteriaSet, ...]
    markings: tuple[Marking, ...]

    @property
    def criteria(self) -> tuple[CriteriaSet, ...]:
        """The sets, each once, in order of ref."""
        return tuple(sorted(dict.fromkeys(self.sets), key=lambda criteria: criteria.ref))

    def book(self) -> MarkBook:
        """Return the book with all markings taken. Raises MarkRefused where one does not fit units and criteria."""
        book = MarkBook(self.units, self.sets)
        book.take(self.markings)
        return book

    def assessments(self) -> Assessments:
        """Return the assessments that scoring starts from. Raises MarkRefused and CriteriaDiffer."""
        return assemble(self.units, self.book())


def in_order(markings: Sequence[Marking]) -> tuple[Marking, ...]:
    """Return *markings* in the order inputs have them."""
    return tuple(sorted(markings, key=lambda own: (own.unit, own.stage, own.evaluator)))
