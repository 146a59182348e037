"""People at work, from plain arguments, and a county whose criteria ask for evidence."""

from __future__ import annotations

import json
from pathlib import Path

from scoring.people import Actor, Grant, Person, Reach, Role, Scope
from scoring.periods import Phase
from scoring.store import county, periods
from scoring.store.engine import Store
from scoring.workflow.keep_periods import move_period, open_period
from tests.workflow import county as small

ASKED = {
    "discipline": {"least": "1", "most": "2", "kinds": ["document", "image"]},
    "meetings": {"least": "1", "most": "1", "kinds": ["document", "image", "spreadsheet"]},
    "late_meetings": {"least": "0", "most": "1", "kinds": ["record"]},
    "income": {"least": "2", "kinds": ["spreadsheet", "record"]},
}
"""What the criteria of the small county ask for here; of the others nothing is asked."""


def opened(store: Store, folder: Path, period: str = small.PERIOD, phase: Phase = Phase.COLLECTING) -> None:
    """Open a period with all units of the small county in it, whose criteria ask for evidence; no marks."""
    with store.begin() as c:
        county.call(c, small.NAME)
    own = folder / period
    own.mkdir()
    paths = []
    for document in small.sets():
        path = own / f"{document['id']}@{document['version']}.yaml"
        _ask(document)
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        paths.append(str(path))
    open_period(store, period, paths)
    small.take_units(store, own / "units.csv", small.unit_rows(), period=period)
    reach(store, phase, period)


def reach(store: Store, phase: Phase, period: str = small.PERIOD) -> None:
    """Let the period come to *phase*, through those before it."""
    for step in (Phase.COLLECTING, Phase.MARKING, Phase.POSTED):
        with store.read() as c:
            now = periods.find(c, period).phase
        if now.place < step.place <= phase.place:
            move_period(store, period, step)


def _ask(node: dict) -> None:
    for own in node.get("criteria", ()):
        if own["id"] in ASKED:
            own["evidence"] = ASKED[own["id"]]
    for part in node.get("parts", ()):
        _ask(part)


def actor(role: Role, name: str, reach: Reach = Reach.COUNTY, scope: str = "", period: str = "") -> Actor:
    """Return somebody of that role, whose id is made of the name."""
    own = (name.encode().hex() + "0" * 16)[:16]
    return Actor(
        person=Person(id=own, login=name, name=name, signs_as=name),
        grants=(Grant(number=1, role=role, scope=Scope(reach=reach, name=scope), period=period),),
    )


def secretary(unit: str, period: str = "") -> Actor:
    """Return the secretary of the branch of that code."""
    return actor(Role.SECRETARY, f"s{unit}", Reach.UNIT, unit, period)


SUPERIOR = actor(Role.SUPERIOR, "chang", Reach.TOWNSHIP, small.TOWNSHIPS[1])
"""Who reviews A01, A07 and A10."""
EVALUATOR = actor(Role.EVALUATOR, "ouyang")
MODERATOR = actor(Role.MODERATOR, "bai")
ADMINISTRATOR = actor(Role.ADMINISTRATOR, "guan")
LEADER = actor(Role.LEADER, "ling")
AUDITOR = actor(Role.AUDITOR, "shen")
