"""A small year at work, from plain arguments: people with roles that are kept, and sheets filled, signed and counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scoring.people import Actor, Reach, Role, Scope
from scoring.periods import Phase
from scoring.sheets import Entered, Saved, Sheet, SheetKey
from scoring.store import markings, people, rights
from scoring.store.engine import Store
from scoring.store.rights import GrantState
from scoring.workflow.assign import assign
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.sign_in import actor_of
from scoring.workflow.sign_sheets import Signed, sign_sheet
from tests.workflow import county
from tests.workflow.people_at_work import reach

PERIOD = county.PERIOD
UNIT = "A01"
"""A village of the second township."""

OTHER = "A07"
"""Another of the same township; it is gated."""

OFFICE = "A04"
"""An office, which answers to a department."""

FULL: Mapping[str, str] = {
    "discipline": "15",
    "meetings": "10",
    "late_meetings": "1",
    "income": "50000",
    "knowledge": "81",
    "satisfaction": "good=5;fair=4;poor=1",
}
"""A mark on every criterion of a village."""

OWN = {criterion: mark for criterion, mark in FULL.items() if criterion != "late_meetings"}
"""What a branch itself can give: the rest is from the service's own records."""


def opened(store: Store, folder: Path, phase: Phase = Phase.COLLECTING) -> None:
    """Open the small county's period with its units and no marks, and let it come to *phase*."""
    county.with_units(store, folder)
    reach(store, phase)


def at(name: str = "", reach_: Reach = Reach.COUNTY) -> Scope:
    """Return a scope: the county, or a township by name unless said otherwise."""
    return Scope(reach=Reach.TOWNSHIP if name and reach_ is Reach.COUNTY else reach_, name=name)


def person(store: Store, name: str, *roles: tuple[Role, Scope], unit: str = "") -> Actor:
    """Keep a person with those roles, confirmed, and return them as they act."""
    with store.begin() as c:
        own = people.add(c, login=name, name=name, signs_as=name, unit=unit)
        for role, scope in roles:
            number = rights.propose(c, own.id, role, scope, "", "")
            rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
    return again(store, own.id)


def again(store: Store, person_id: str, on_behalf: str = "") -> Actor:
    """Return the person of that id as they act now."""
    with store.read() as c:
        return actor_of(c, people.find(c, person_id), on_behalf=on_behalf)


def secretary(store: Store, unit: str = UNIT, name: str = "张书记") -> Actor:
    """Keep the secretary of *unit*."""
    return person(store, name, (Role.SECRETARY, at(unit, Reach.UNIT)))


def superior(store: Store, name: str = "李镇", township: str = county.TOWNSHIPS[1]) -> Actor:
    """Keep who reviews the branches of *township*."""
    return person(store, name, (Role.SUPERIOR, at(township)))


def administrator(store: Store, name: str = "管") -> Actor:
    """Keep an administrator."""
    return person(store, name, (Role.ADMINISTRATOR, at()))


def moderator(store: Store, name: str = "白复") -> Actor:
    """Keep a moderator."""
    return person(store, name, (Role.MODERATOR, at()))


def evaluator(store: Store, name: str, *units: str, unit: str = "") -> Actor:
    """Keep a county evaluator to whom *units* are assigned."""
    own = person(store, name, (Role.EVALUATOR, at()), unit=unit)
    if units:
        boss = administrator(store, f"管{name}")
        assign(store, boss, PERIOD, "county", {code: [own.id] for code in units})
    return own


def key(stage: str, unit: str = UNIT, holder: str = "") -> SheetKey:
    """Return the key of a sheet."""
    return SheetKey(period=PERIOD, unit=unit, stage=stage, holder=holder)


def fill(store: Store, actor: Actor, stage: str, marks: Mapping[str, str], unit: str = UNIT) -> Saved:
    """Enter *marks* on the actor's sheet, over what stands there."""
    now = read_sheet(store, actor, key(stage, unit))
    entries = [
        Entered(criterion=criterion, mark=mark, revision=now.mark_of(criterion).revision)
        for criterion, mark in marks.items()
    ]
    return enter_marks(store, actor, key(stage, unit), entries)


def signed(store: Store, actor: Actor, stage: str, marks: Mapping[str, str], unit: str = UNIT) -> Signed:
    """Enter *marks* on the actor's sheet and sign it."""
    fill(store, actor, stage, marks, unit)
    return sign_sheet(store, actor, key(stage, unit))


def seen(store: Store, actor: Actor, stage: str, unit: str = UNIT) -> Sheet:
    """Return the sheet as the actor sees it."""
    return read_sheet(store, actor, key(stage, unit))


def kept(store: Store) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return all marks that count, by unit, stage and evaluator."""
    with store.read() as c:
        return {
            (own.unit, own.stage, own.evaluator): dict(own.marks.items())
            for own in markings.current(c, PERIOD)
        }
