"""How much is tried of what is tried at random, or again and again: every size is named here, and nowhere else.

Ordinary sizes are for whoever works on the code, with `make test`; `STARS_TEST_WHOLE=1` takes the whole ones, which hold
for a submission. The variable of a size goes before both. What is no size stands beside the test: a case that was written
down is tried always, and where the same is tried of everybody, everywhere and in every phase, a part of it in turn.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

WHOLE = "STARS_TEST_WHOLE"
"""Where the environment sets this to 1, sizes are the whole ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How often something is tried: by the *variable* if it is set, else so often in an *ordinary* or a *whole* run."""

    variable: str
    what: str
    ordinary: int
    whole: int

    def __post_init__(self) -> None:
        assert 0 < self.ordinary <= self.whole, self

    def in_force(self, environment: Mapping[str, str] = os.environ) -> int:
        """Return the size that *environment* asks for. Raises ValueError where that is no number above 0."""
        own = environment.get(self.variable)
        if own is None:
            return self.whole if environment.get(WHOLE) == "1" else self.ordinary
        if not own.isdecimal() or int(own) == 0:
            raise ValueError(f"{self.variable} must be a number above 0, and is {own!r}")
        return int(own)


SIZES = (
    Size(
        variable="STARS_TEST_STEPS",
        what="steps of the books against their model, on both databases together",
        ordinary=6_000,
        whole=20_000,
    ),
    Size(
        variable="STARS_TEST_ROUNDS",
        what="rounds in which the same is done at once by many",
        ordinary=2,
        whole=20,
    ),
    Size(
        variable="STARS_TEST_QUESTIONS",
        what="questions to each operation of the API that reads",
        ordinary=40,
        whole=200,
    ),
    Size(
        variable="STARS_TEST_WORK_QUESTIONS",
        what="questions of each role to each operation of the API of people's work",
        ordinary=2,
        whole=4,
    ),
    Size(
        variable="STARS_TEST_MATRIX_PHASES",
        what="phases, of the year's five, in which each role asks each operation that the matrix of rights lists",
        ordinary=2,
        whole=5,
    ),
    Size(
        variable="STARS_TEST_COHORTS",
        what="random cohorts held against the oracle",
        ordinary=300,
        whole=2_000,
    ),
    Size(
        variable="STARS_TEST_EDITIONS",
        what="random cohorts published and proved from the file",
        ordinary=50,
        whole=200,
    ),
    Size(
        variable="STARS_TEST_KILLS",
        what="kills of each work on each database",
        ordinary=12,
        whole=26,
    ),
    Size(
        variable="STARS_TEST_IMPORTS",
        what="malformed files handed in for import",
        ordinary=300,
        whole=2_125,
    ),
    Size(
        variable="STARS_TEST_HONEST_YEARS",
        what="honest years, by seed, on each database, in which the chain must find nothing",
        ordinary=1,
        whole=5,
    ),
    Size(
        variable="STARS_TEST_OBJECTIONS",
        what="counties, by seed, on each database, in which branches object at random",
        ordinary=2,
        whole=6,
    ),
    Size(
        variable="STARS_TEST_LOOKS",
        what="looks in which axe sees each page, from 2 on: a light desktop, a dark phone, a light phone, a dark desktop",
        ordinary=2,
        whole=4,
    ),
)

SEED = int(os.environ.get("STARS_TEST_SEED", "1"))
"""Which sequence of steps is tried; not how many."""

_IN_FORCE = {own.variable: own.in_force() for own in SIZES}

STEPS = _IN_FORCE["STARS_TEST_STEPS"]
ROUNDS = _IN_FORCE["STARS_TEST_ROUNDS"]
QUESTIONS = _IN_FORCE["STARS_TEST_QUESTIONS"]
WORK_QUESTIONS = _IN_FORCE["STARS_TEST_WORK_QUESTIONS"]
MATRIX_PHASES = _IN_FORCE["STARS_TEST_MATRIX_PHASES"]
COHORTS = _IN_FORCE["STARS_TEST_COHORTS"]
EDITIONS = _IN_FORCE["STARS_TEST_EDITIONS"]
KILLS = _IN_FORCE["STARS_TEST_KILLS"]
IMPORTS = _IN_FORCE["STARS_TEST_IMPORTS"]
HONEST_YEARS = _IN_FORCE["STARS_TEST_HONEST_YEARS"]
OBJECTIONS = _IN_FORCE["STARS_TEST_OBJECTIONS"]
LOOKS = _IN_FORCE["STARS_TEST_LOOKS"]


def told(environment: Mapping[str, str] = os.environ) -> str:
    """Return a line for the head of a run: whether sizes are ordinary or whole, and every one in force."""
    sort = "whole" if environment.get(WHOLE) == "1" else f"ordinary ({WHOLE}=1 takes the whole ones)"
    own = ", ".join(f"{size.variable}={size.in_force(environment)}" for size in SIZES)
    return f"sizes {sort}: {own}, STARS_TEST_SEED={SEED}"
