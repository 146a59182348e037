"""Two people edit one sheet at random, each by what they saw last; a model in plain Python says what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from scoring.people import Actor
from scoring.sheets import Entered, Saved, SheetKey, StaleMarks
from scoring.store import drafts
from scoring.store.engine import Store
from scoring.workflow.mark_sheets import read_sheet

MARKS = {
    "discipline": ("", "1", "2.5", "20"),
    "meetings": ("", "0", "5", "10", "n/a"),
    "income": ("", "30000", "50000.5"),
}

Enter = Callable[[Store, Actor, SheetKey, list[Entered]], Saved]


@dataclass
class Findings:
    """What went wrong, and what happened, so that a run in which nothing happened proves nothing."""

    overwritten: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    saved: int = 0
    refused: int = 0


def interleave(store: Store, actors: list[Actor], key: SheetKey, enter: Enter, seeds: range) -> Findings:
    """Run one interleaving a seed, one after the other on the same sheet, and return what was found."""
    found = Findings()
    for seed in seeds:
        _one(store, actors, key, enter, random.Random(seed), found)
    return found


def _one(  # noqa: PLR0917  an interleaving, and all it takes
    store: Store, actors: list[Actor], key: SheetKey, enter: Enter, rng: random.Random, found: Findings
) -> None:
    model = _now(store, key)
    views = [dict(model) for _ in actors]
    for _ in range(6):
        who = rng.randrange(len(actors))
        if rng.random() < 0.2:
            views[who] = _now(store, key)
            continue
        criterion = rng.choice([*MARKS])
        mark = rng.choice(MARKS[criterion])
        view = views[who]
        before, held = view.get(criterion, ("", 0)), model.get(criterion, ("", 0))
        stale = before[1] != held[1] and mark != held[0]
        try:
            saved = enter(
                store, actors[who], key, [Entered(criterion=criterion, mark=mark, revision=before[1])]
            )
        except StaleMarks as refused:
            found.refused += 1
            (conflict,) = refused.conflicts
            if not stale or (conflict.yours, conflict.theirs, conflict.revision) != (mark, *held):
                found.wrong.append(f"{criterion}: {conflict} and the model holds {held}")
        else:
            found.saved += 1
            if stale:
                found.overwritten.append(f"{criterion}: {held} by {mark}, seen {before}")
            if mark != held[0]:
                model[criterion] = (mark, held[1] + 1)
            view[criterion] = (mark, saved.revisions[criterion])
        if _now(store, key) != model:
            found.wrong.append(f"{criterion}: {_now(store, key)} where the model holds {model}")
            model = _now(store, key)


def _now(store: Store, key: SheetKey) -> dict[str, tuple[str, int]]:
    with store.read() as c:
        return {own.criterion: (own.mark, own.revision) for own in drafts.of_sheet(c, key).values()}


def careless(enter: Enter) -> Enter:
    """Return *enter* as somebody would write it who reads the revision anew instead of taking the one that was seen."""

    def entering(store: Store, actor: Actor, key: SheetKey, entries: list[Entered]) -> Saved:
        now = read_sheet(store, actor, key)
        blind = [
            Entered(criterion=own.criterion, mark=own.mark, revision=now.mark_of(own.criterion).revision)
            for own in entries
        ]
        return enter(store, actor, key, blind)

    return entering
