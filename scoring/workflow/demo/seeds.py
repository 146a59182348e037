"""What the demo county is made of: the lists in `seeds`, and dice that always fall the same way."""

import csv
import random
from functools import cache
from importlib.resources import files

_SEED = "qingshi"


@cache
def seed_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `seeds/<name>.csv`, each by its head."""
    text = files("seeds").joinpath(f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def seed_sets(year: str) -> dict[str, bytes]:
    """Return the criteria files of *year* in `seeds/sets` by name, in order; none where it has no own."""
    folder = files("seeds").joinpath("sets")
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if f"@{year}." in entry.name}
    return dict(sorted(found.items()))


def dice(purpose: str) -> random.Random:
    """Return the random numbers for *purpose*; the same each time, on every machine."""
    return random.Random(f"{_SEED} {purpose}")  # noqa: S311 - a demo, and it has to be repeatable
