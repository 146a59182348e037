"""Whoever has still to sign sees nothing of the panel: each way of looking is tried by each who might, on both databases."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from scoring.evidence import UnitYear
from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed
from scoring.sheets import Entered, SheetKey
from scoring.spreadsheet.worksheet import Layout
from scoring.store import people, rights
from scoring.store.engine import Store
from scoring.workflow.assign import assign
from scoring.workflow.blind_panels import may_see_whole
from scoring.workflow.branch_desk import read_desk
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.moderate import settle
from scoring.workflow.queues import queue
from scoring.workflow.read_disputes import NothingDisputed, disputes
from scoring.workflow.read_unit_log import read_unit_log
from scoring.workflow.sheets_together import read_rows
from scoring.workflow.worksheets import NothingToTake, worksheet_for
from scoring.working_days import today
from tests.workflow import marking as year

SIGNED, DRAFTED, SETTLED = "7.5", "12.5", "3.5"
"""Marks that only a colleague signed, only a colleague typed, and only a moderator gave: where they show, they leaked."""

WORDS = "同事的话"
WHY = "复议：两位差六分"


@dataclass(frozen=True)
class Panel:
    """A unit's panel: one who signed, one who only typed, and one with nothing yet, who looks."""

    store: Store
    signer: Actor
    typist: Actor
    looker: Actor
    people: Mapping[str, Actor]


Way = Callable[[Panel, Actor], object]


def _sheet(holder: Callable[[Panel], Actor | None]) -> Way:
    def way(own: Panel, who: Actor) -> object:
        whose = holder(own)
        key = year.key("county", holder="" if whose is None else whose.id)
        return read_sheet(own.store, who, key)

    return way


def _settling(own: Panel, who: Actor) -> object:
    return settle(own.store, who, year.PERIOD, year.UNIT, "meetings", "5", "看看有没有分歧", 0)


def _worksheet(own: Panel, who: Actor) -> object:
    kept = worksheet_for(own.store, who, year.PERIOD, "county", Layout.BY_UNIT)
    with zipfile.ZipFile(io.BytesIO(kept)) as book:
        return [
            re.findall(r">([^<]+)<", book.read(name).decode(errors="replace")) for name in book.namelist()
        ]


def _overview(own: Panel, who: Actor) -> object:
    if not may_see_whole(own.store, who, year.PERIOD):
        raise NotAllowed([])
    return SIGNED


WAYS: Mapping[str, Way] = {
    "own sheet": _sheet(lambda own: None),
    "signer's sheet": _sheet(lambda own: own.signer),
    "typist's sheet": _sheet(lambda own: own.typist),
    "grid": lambda own, who: read_rows(own.store, who, year.PERIOD, "county"),
    "worksheet": _worksheet,
    "log": lambda own, who: read_unit_log(own.store, who, year.PERIOD, year.UNIT),
    "log of a mark": lambda own, who: read_unit_log(own.store, who, year.PERIOD, year.UNIT, "discipline"),
    "disputes": lambda own, who: disputes(own.store, who, year.PERIOD),
    "settling": _settling,
    "queue": lambda own, who: queue(own.store, who, year.PERIOD),
    "desk": lambda own, who: read_desk(own.store, who, UnitYear(year.PERIOD, year.UNIT)),
    "whole": _overview,
}

BLIND = (
    "member",
    "moderator",
    "leader",
    "for signer",
    "for typist",
    "for moderator",
    "for leader",
    "deputy of member",
)
"""Who must see nothing of it: all of them have, or today may sign for somebody who has, an unsigned sheet in the panel."""


@pytest.fixture
def panel(store: Store, tmp_path: Path) -> Panel:
    """A unit marked by its superior, one evaluator who signed, one who typed, and a dispute that was settled."""
    return _panel(store, tmp_path)


def _panel(store: Store, folder: Path) -> Panel:
    year.opened(store, folder, Phase.MARKING)
    year.signed(store, year.superior(store), "superior", year.FULL)
    boss = year.administrator(store)
    signer, typist = year.evaluator(store, "签评"), year.evaluator(store, "填评")
    both = {"looker": (Role.EVALUATOR,), "chair": (Role.EVALUATOR, Role.MODERATOR)}
    both["head"] = (Role.EVALUATOR, Role.LEADER)
    found = {
        name: year.person(store, name, *((role, year.at()) for role in roles)) for name, roles in both.items()
    }
    other = year.evaluator(store, "三评")
    outside = year.moderator(store)
    lead = year.person(store, "领导", (Role.LEADER, year.at()))
    deputy = year.moderator(store, "代复")
    seats = [signer.id, typist.id, other.id, *(one.id for one in found.values())]
    assign(store, boss, year.PERIOD, "county", {year.UNIT: seats})
    low = dict(year.FULL) | {"discipline": SIGNED}
    _comment(store, signer, low)
    year.signed(store, signer, "county", {})
    year.signed(store, other, "county", year.FULL)
    _comment(store, typist, dict(year.FULL) | {"discipline": DRAFTED})
    settle(store, outside, year.PERIOD, year.UNIT, "discipline", SETTLED, WHY, 0)
    looker = found["looker"]
    days = today() - timedelta(days=1), today() + timedelta(days=1)
    with store.begin() as c:
        for principal, person in (
            *((one, looker) for one in (signer, typist, outside, lead)),
            (looker, deputy),
        ):
            rights.name_deputy(
                c, principal.id, person.id, (days[0].isoformat(), days[1].isoformat()), principal.id
            )
    people = {
        "member": looker,
        "moderator": found["chair"],
        "leader": found["head"],
        "for signer": year.again(store, looker.id, signer.id),
        "for typist": year.again(store, looker.id, typist.id),
        "for moderator": year.again(store, looker.id, outside.id),
        "for leader": year.again(store, looker.id, lead.id),
        "deputy of member": deputy,
        "outside moderator": outside,
        "outside leader": lead,
        "signer": signer,
        "secretary": year.secretary(store),
    }
    return Panel(store, signer, typist, looker, people)


def _comment(store: Store, who: Actor, marks: Mapping[str, str]) -> None:
    typed = [Entered(criterion=one, mark=mark, comment=WORDS, revision=0) for one, mark in marks.items()]
    enter_marks(store, who, year.key("county"), typed)


def _told(own: Panel, way: str, who: Actor) -> str:
    """Return all that *who* learns that way, as text; a refusal tells nothing."""
    try:
        return repr(WAYS[way](own, who))
    except (NotAllowed, NothingToTake):
        return ""


def _leaks(told: str) -> list[str]:
    return [one for one in (f"'{SIGNED}'", f"'{DRAFTED}'", f"'{SETTLED}'", WORDS, WHY) if one in told]


def test_nobody_who_has_still_to_sign_sees_a_mark_of_the_panel(panel: Panel) -> None:
    """By no way, for themselves or for another, and in no role they hold besides."""
    found = {(way, name): _leaks(_told(panel, way, panel.people[name])) for way in WAYS for name in BLIND}
    assert {one: leaks for one, leaks in found.items() if leaks} == {}


def test_whether_there_is_a_dispute_is_not_told_by_settling(panel: Panel) -> None:
    """One who is refused learns no more than that."""
    for name in ("moderator", "for moderator", "deputy of member"):
        with pytest.raises(NotAllowed):
            _settling(panel, panel.people[name])
    with pytest.raises(NothingDisputed):
        _settling(panel, panel.people["outside moderator"])


def test_the_ways_show_what_they_should_to_others(panel: Panel) -> None:
    """Else the test before would pass for ways that show nothing to anybody."""
    outside, signer = panel.people["outside moderator"], panel.people["signer"]
    for way, who in (
        ("signer's sheet", outside),
        ("log", outside),
        ("log of a mark", outside),
        ("disputes", outside),
        ("own sheet", signer),
        ("grid", signer),
        ("log", signer),
        ("whole", panel.people["outside leader"]),
    ):
        assert _leaks(_told(panel, way, who)), way
    assert f"'{DRAFTED}'" not in _told(panel, "typist's sheet", outside)


def test_signing_opens_the_panel(panel: Panel) -> None:
    """To the moderator, the leader and who acts for one; the typist's marks stay closed."""
    chair, head = panel.people["moderator"], panel.people["leader"]
    for who in (chair, head, panel.looker):
        year.signed(panel.store, who, "county", year.FULL)
    for way, name in (
        ("signer's sheet", "moderator"),
        ("log", "moderator"),
        ("disputes", "moderator"),
        ("signer's sheet", "for moderator"),
        ("disputes", "deputy of member"),
        ("whole", "leader"),
        ("whole", "for leader"),
    ):
        assert _leaks(_told(panel, way, panel.people[name])), (way, name)
    for name in (*BLIND, "signer"):
        assert f"'{DRAFTED}'" not in _told(panel, "typist's sheet", panel.people[name])
        assert f"'{DRAFTED}'" not in _told(panel, "log of a mark", panel.people[name])


def test_why_it_was_settled_is_for_those_who_see_the_marks(panel: Panel) -> None:
    """Neither the branch nor the panel reads the moderation's reason before posting; that it was settled they may."""
    for name in ("secretary", "signer", *BLIND):
        told = _told(panel, "log", panel.people[name])
        assert WHY not in told, name
    found = read_unit_log(panel.store, panel.people["secretary"], year.PERIOD, year.UNIT)
    assert "moderation" in {own.stage for own in found.steps}
    seen = read_unit_log(panel.store, panel.people["outside moderator"], year.PERIOD, year.UNIT)
    assert WHY in {own.reason for own in seen.steps}


def test_a_queue_leads_to_no_sheet_that_is_closed(panel: Panel) -> None:
    """Whoever sits in the panel is not sent to the sheet of another whose deputy they are."""
    for name in ("for signer", "for typist"):
        assert queue(panel.store, panel.people[name], year.PERIOD).items == (), name
    for who in (panel.looker, year.again(panel.store, panel.people["deputy of member"].id, panel.looker.id)):
        (item,) = queue(panel.store, who, year.PERIOD).items
        assert read_sheet(panel.store, who, year.key(item.stage, item.unit.code)).locked is None


@pytest.mark.parametrize("stage", ["self", "superior"])
def test_a_grid_holds_only_the_own_sheets(panel: Panel, stage: str) -> None:
    """A signed sheet is shown to those whose it is, and not to everybody who signs in."""
    key = SheetKey(period=year.PERIOD, unit=year.UNIT, stage="superior")
    for name in ("member", "outside moderator", "outside leader", "secretary"):
        rows = read_rows(panel.store, panel.people[name], year.PERIOD, stage)
        assert [own.unit.code for own in rows if own.marks] == [], name
    boss = next(one for one in _people(panel.store) if one.name == "李镇")
    held = read_rows(panel.store, year.again(panel.store, boss.id), key.period, "superior")
    assert year.UNIT in {own.unit.code for own in held}


def _people(store: Store) -> tuple:

    with store.read() as c:
        return people.every(c)
