"""A tie across the edge of a quota in the demo county, so that it can be seen what becomes of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoring.assessment import assemble
from scoring.criteria.model import CriteriaSet
from scoring.marks import MarkBook
from scoring.scores import score
from scoring.stars import Ratings, rate
from scoring.workflow.demo.marks import Entry, Mark


def tied(entries: Sequence[Entry]) -> list[Entry]:
    """Return *entries* with a tie across a quota's edge, in the last domain where more hold the stars than may.

    The first branch beyond the edge gets the marks of the last within it, under its own evaluators' names.
    """
    found = list(entries)
    for places in reversed(places_by_set(entries).values()):
        pair = _at_edge([entries[place] for place in places])
        if pair is not None:
            last, first = (places[place] for place in pair)
            found[first] = replace(entries[first], marks=_copied(entries[last], entries[first]))
            break
    return found


def places_by_set(entries: Sequence[Entry]) -> dict[CriteriaSet, list[int]]:
    """Return the places in *entries* of those that each set assesses, in order of first appearance."""
    places: dict[CriteriaSet, list[int]] = {}
    for place, entry in enumerate(entries):
        places.setdefault(entry.criteria, []).append(place)
    return places


def ratings_of(entries: Sequence[Entry]) -> Ratings:
    """Return what *entries*, in order of code, come to before quotas."""
    units = [entry.one.unit for entry in entries]
    book = MarkBook(units, [entry.criteria for entry in entries])
    for unit, entry in zip(units, entries, strict=True):
        for mark in entry.marks:
            book.enter(unit.code, *mark)
    return rate(score(assemble(units, book)))


def _at_edge(entries: Sequence[Entry]) -> tuple[int, int] | None:
    """Return the last of *entries* within the first quota of their set and the first beyond; None if it takes nobody."""
    ratings = ratings_of(entries)
    quota = entries[0].criteria.quotas[0]
    printed = ratings.scores.printed
    holders = np.flatnonzero(ratings.has_stars & (ratings.stars == quota.stars))
    holders = holders[np.argsort(-printed[holders], kind="stable")]
    allowed = int(quota.share * int(ratings.has_stars.sum()))
    if not 0 < allowed < len(holders):
        return None
    return int(holders[allowed - 1]), int(holders[allowed])


def _copied(source: Entry, target: Entry) -> tuple[Mark, ...]:
    own, other = source.one.branch, target.one.branch
    names = {own.secretary: other.secretary} | dict(zip(own.reviewers, other.reviewers, strict=True))
    return tuple(mark._replace(evaluator=names.get(mark.evaluator, mark.evaluator)) for mark in source.marks)
