"""What is still to come in the demo county's open year: reviews not entered, panels that have not been there yet."""

from collections.abc import Sequence
from dataclasses import replace

from scoring.workflow.demo.marks import Entry
from scoring.workflow.demo.seeds import seed_rows


def unfinished(entries: Sequence[Entry]) -> list[Entry]:
    """Return *entries* without the marks that `seeds/unfinished.csv` says are still to come.

    A row says from which stage on they are, for how many percent of the branches of a domain, of a superior or of
    both: the last of them, as people work down a list.
    """
    left = list(entries)
    for row in seed_rows("unfinished"):
        own = [place for place, entry in enumerate(entries) if _meant(entry, row)]
        for place in own[len(own) - len(own) * int(row["percent"]) // 100 :]:
            left[place] = _without(left[place], row["stage"])
    return left


def _meant(entry: Entry, row: dict[str, str]) -> bool:
    return row["domain"] in ("", entry.one.unit.domain) and row["superior"] in ("", entry.one.branch.superior)


def _without(entry: Entry, stage: str) -> Entry:
    """Return *entry* without the marks of *stage* and of those after it."""
    gone = entry.criteria.all_stages[entry.criteria.all_stages.index(stage) :]
    return replace(entry, marks=tuple(mark for mark in entry.marks if mark.stage not in gone))
