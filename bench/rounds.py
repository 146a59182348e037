"""Timing: all contenders in one interleaved run, so that whatever slows the machine slows them alike."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

_WARM_UPS = 3


@dataclass(slots=True, kw_only=True)
class Contender:
    """Something to be timed: a sample is the mean of *calls* runs. A slow one joins only every *every*-th round.

    `seconds` are the samples by round. `reset` is run before each sample and is not timed.
    """

    name: str
    run: Callable[[], Any]
    calls: int = 1
    every: int = 1
    reset: Callable[[], None] | None = None
    seconds: dict[int, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return median(self.seconds.values())

    @property
    def least(self) -> float:
        return min(self.seconds.values())

    def joins(self, number: int) -> bool:
        return number % self.every == self.every // 2

    def sample(self) -> float:
        """Return the seconds a run took. Where a sample has several, one more goes before, to fill the caches."""
        if self.reset:
            self.reset()
        if self.calls > 1:
            self.run()
        start = perf_counter()
        for _ in range(self.calls):
            self.run()
        return (perf_counter() - start) / self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many times as long *ours* takes as *other*, and how many it may; None: told, not asked."""

    work: str
    ours: Contender
    other: Contender
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """The median of the ratios of samples taken in the same round."""
        shared = self.ours.seconds.keys() & self.other.seconds.keys()
        return median(self.ours.seconds[number] / self.other.seconds[number] for number in shared)

    @property
    def ratio_of_least(self) -> float:
        return self.ours.least / self.other.least

    @property
    def holds(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Work that could not be measured here, and why not."""

    work: str
    why: str


def run_rounds(contenders: Sequence[Contender], rounds: int) -> None:
    """Time *contenders* in *rounds*, each beginning with another of them. No garbage is collected meanwhile."""
    for contender in contenders:
        if contender.every == 1:
            for _ in range(_WARM_UPS):
                contender.run()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for number in range(rounds):
            first = number % len(contenders)
            for contender in (*contenders[first:], *contenders[:first]):
                if contender.joins(number):
                    contender.seconds[number] = contender.sample()
                    gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()
