"""What is missing to a higher score, and which criteria would give it for the fewest marks."""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoring.numbers import Integers
from scoring.room import NOW, Picks, Raise, Room, Way

__all__ = ["Raise", "Room", "Way", "fewest_marks", "gains", "single_ways"]

_LARGEST_SEARCH = 2_000_000
_VARIANTS_AT_ONCE = 4_000
_FITS = 2**62


def gains(room: Room) -> dict[str, Fraction]:
    """Return by criterion how much more of the score (0 … 100, not rounded) full marks on it alone would give."""
    criteria = room.criteria.criteria
    return {criteria[row].id: gain for row, gain in zip(room.rows, room.gains, strict=True)}


def single_ways(room: Room, printed: int) -> tuple[Way, ...]:
    """Return the ways to *printed* that raise one criterion, fewest marks first; empty where no single one does."""
    picks = room.one_by_one(room.as_now, room.open)
    reached = room.printed(picks)
    found: dict[int, Way] = {}
    for variant in np.flatnonzero(reached >= printed).tolist():
        place = int(np.argmax(picks[:, variant]))
        if place not in found:
            found[place] = room.way(picks[:, variant], int(reached[variant]))
    return tuple(sorted(found.values(), key=lambda way: way.marks))


def fewest_marks(room: Room, printed: int) -> Way | None:
    """Return a way to *printed* that takes the fewest marks over all criteria; None where full marks do not do it.

    What each raise gives is taken to add up, which it does wherever no part is clipped; the way found is scored
    before it is returned, and where clipping spoils it, raises are added in order of what they give a mark.
    """
    by_gain = _greedy(room, printed)
    if by_gain is None:
        return None
    chosen = _search(room, printed, by_gain)
    found = by_gain if chosen is None else chosen
    reached = int(room.scored(found[:, np.newaxis])[0])
    assert reached >= printed, "what is promised comes out"
    return room.way(found, reached)


def _greedy(room: Room, printed: int) -> NDArray[np.int64] | None:
    """Return raises to *printed* [place], those that give most a mark first, the last no larger than it must be.

    None where all raises together do not reach it.
    """
    worths, _ = room.worths
    order = sorted(room.open, key=lambda place: (-worths[place], place))
    growing: Picks = np.repeat(room.as_now[:, np.newaxis], len(order), axis=1)
    for number, place in enumerate(order):
        growing[place, number:] = len(room.options[place]) - 1
    reached = np.flatnonzero(room.printed(growing) >= printed)
    if not reached.size:
        return None
    last = int(reached[0])
    ends = room.one_by_one(growing[:, last - 1] if last else room.as_now, order[last:])
    enough = np.flatnonzero(room.printed(ends) >= printed).tolist()
    return np.asarray(ends[:, min(enough, key=room.steps(ends).__getitem__)])


def _search(room: Room, printed: int, known: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return raises to *printed* with fewer marks than *known*, or None: the best gain for every sum of marks."""
    most = room.steps(known[:, np.newaxis])[0] - 1
    if most < 1 or most * sum(map(len, room.options)) > _LARGEST_SEARCH:
        return None
    if room.adds_up and room.printed_after(_at_best(room, most)) < printed:
        return None
    best, choices = _best_gains(room, most)
    if room.adds_up:
        totals = range(1, most + 1)
        place = bisect_left(totals, printed, key=lambda total: room.printed_after(int(best[total])))
        return _picks(room, choices, np.array(totals[place : place + 1]))[:, 0] if place < most else None
    for start in range(1, most + 1, _VARIANTS_AT_ONCE):
        picks = _picks(room, choices, np.arange(start, min(start + _VARIANTS_AT_ONCE, most + 1)))
        enough = np.flatnonzero(room.printed(picks) >= printed)
        if enough.size:
            return np.asarray(picks[:, enough[0]])
    return None


def _at_best(room: Room, most: int) -> int:
    """Return a gain that no raises of *most* steps together can exceed: as if every raise could be cut short."""
    worths, _ = room.worths
    gain = 0
    for place in sorted(room.open, key=lambda place: -worths[place]):
        steps = min(most, max(room.sizes[place]))
        gain += worths[place] * steps
        most -= steps
    return gain


def _best_gains(room: Room, most: int) -> tuple[Integers, list[tuple[int, NDArray[np.int16]]]]:
    """Return the best gain for every sum of steps 0 … *most*, and of each place in turn the option it takes there."""
    worths, _ = room.worths
    wide = sum(worth * max(sizes) for worth, sizes in zip(worths, room.sizes, strict=True)) >= _FITS
    best: Integers = np.zeros(most + 1, dtype=object if wide else np.int64)
    choices = []
    for place in room.open:
        before, choice = best.copy(), np.full(most + 1, NOW, dtype=np.int16)
        for option in range(len(room.options[place])):
            steps = room.sizes[place][option]
            if steps > most:
                break
            gain = before[: most + 1 - steps] + worths[place] * steps
            better = gain > best[steps:]
            best[steps:][better] = gain[better]
            choice[steps:][better] = option
        choices.append((place, choice))
    return best, choices


def _picks(room: Room, choices: Sequence[tuple[int, NDArray[np.int16]]], totals: NDArray[np.int64]) -> Picks:
    """Return the raises that give the best gain for each of *totals*."""
    picks: Picks = np.repeat(room.as_now[:, np.newaxis], len(totals), axis=1)
    left = totals.copy()
    for place, choice in reversed(choices):
        picks[place] = choice[left]
        sizes = [min(size, int(totals[-1])) for size in room.sizes[place]]
        left -= np.array(sizes, dtype=np.int64)[picks[place]]
    return picks
