"""A county in every phase, with people of every role, something of everything that has a number, and a store that keeps nothing.

Each cell of the matrix is asked of the same county: what a request would write is undone when it would be kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask

from scoring.chain import BY_COMMAND, Deed
from scoring.criteria.item import MemberKind
from scoring.edition import State
from scoring.errors import Fault, Place
from scoring.gates import GateMotion, MotionKind
from scoring.objections import Objection
from scoring.passwords import Hashing
from scoring.people import VISITOR, Actor, Role
from scoring.periods import Phase
from scoring.proposals import Proposal
from scoring.store import evidence, gates, objections, proposals, units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members
from scoring.store.refusals import StoreBusy
from scoring.texts import Text
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.assign import assign
from scoring.workflow.grant_roles import RoleAsked, propose_role
from scoring.workflow.keep_own import name_deputy
from scoring.workflow.keep_periods import move_period
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, put_at_till
from scoring.workflow.points.offers import add_offer
from scoring.workflow.points.redeeming import ask_code, redeem
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.publish_by_two import Preparation, confirm_edition, prepare_edition
from scoring.workflow.sign_in import today
from scoring.working_days import Posting
from tests import people
from tests.databases import sqlite_in
from tests.people import Visitor, browser_of
from tests.web.api import working
from tests.workflow import county as small
from tests.workflow.points.shops_at_hand import award, fields
from web.access import Door
from web.app import create_app

PERIOD = small.PERIOD
OWN, OTHER = "A01", "A02"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
AFTERWARDS = datetime(2026, 12, 1, 2, tzinfo=UTC)
FILE = "ab" * 32
QUICK = Hashing(memory=8, passes=1)
"""Passwords cost nothing here."""

ROLES = {
    "administrator": "admin",
    "evaluator": "evaluator",
    "moderator": "moderator",
    "superior": "superior",
    "secretary": "secretary",
    "member": "member",
    "merchant": "merchant",
    "leader": "leader",
    "auditor": "auditor",
}
"""Who stands for each role, by the short name in `working.staff`."""


class Rehearsed(StoreBusy):
    """It would have been kept; nobody takes it amiss that it was not."""


class Rehearsing(Store):
    """A store that reads like any other and keeps nothing."""

    keeps = True

    @contextmanager
    def begin(self, deed: Deed = BY_COMMAND) -> Iterator[Connection]:
        """Give a connection that writes, and undo at the end what it wrote."""
        with super().begin(deed) as c:
            yield c
            if not self.keeps:
                raise Rehearsed([Fault(place=Place(), sentence=Text("演练", "rehearsed"))])


@dataclass
class County:
    """A county whose year is in *phase*: who asks, by a name, with their browsers, and the numbers of what there is."""

    phase: Phase
    store: Rehearsing
    app: Flask
    people: dict[str, Actor]
    browsers: dict[str, Visitor]
    units: dict[str, Unit]
    edition: str
    numbers: dict[tuple[str, str], int]
    merchant: str

    def assigned(self, who: str, unit: str) -> bool:
        """Return whether that unit is given to *who* to mark."""
        return unit == OWN and who == "evaluator"


@contextmanager
def county_in(folder: Path, phase: Phase) -> Iterator[County]:
    """Make the county in *folder*."""
    with _store(folder) as store:
        small.with_marks(store, folder)
        everybody = working.staff(store)
        everybody["recused"] = people.somebody(
            store, "bi", Role.MODERATOR, name="回避的复议人", recused=(OWN,)
        )
        assign(store, everybody["admin"], PERIOD, "county", {OWN: [everybody["evaluator"].id]})
        edition = _reach(store, everybody, phase)
        with store.read() as c:
            known = {own.unit.code: own.unit for own in units.current(c, PERIOD)}
        numbers = _numbers(store, everybody, edition)
        merchant = _shop(store, everybody, numbers)
        asking = {role: people.again(store, everybody[who].id) for role, who in ROLES.items()}
        asking |= {"recused": everybody["recused"], "nobody": everybody["nobody"], "visitor": VISITOR}
        app = create_app(store, door=Door(hashing=QUICK))
        clock = MONDAY if phase is Phase.POSTED else AFTERWARDS
        app.extensions["stars_clock"] = lambda: clock
        browsers = {name: _browser(app, who) for name, who in asking.items()}
        store.keeps = False
        yield County(
            phase,
            store,
            app,
            asking | {"target": everybody["secretary2"]},
            browsers,
            known,
            edition,
            numbers,
            merchant,
        )


def _browser(app: Flask, who: Actor) -> Visitor:
    client = browser_of(app, who)
    if who.person is None:
        client.set_cookie("stars_form", "x" * 20)
        client.csrf = "x" * 20
    return client


@contextmanager
def _store(folder: Path) -> Iterator[Rehearsing]:
    database = sqlite_in(folder)
    with small.store_at(database):
        pass
    store = Rehearsing.open(database.url, database.schema)
    try:
        yield store
    finally:
        store.close()


def _reach(store: Store, everybody: dict[str, Actor], phase: Phase) -> str:
    """Bring the year to *phase*, and return the id of its newest edition, '' without."""
    for step in (Phase.COLLECTING, Phase.MARKING):
        if step.place <= phase.place:
            move_period(store, PERIOD, step)
    edition = ""
    for state, now in ((State.DRAFT, MONDAY), (State.FINAL, AFTERWARDS)):
        if phase.place >= (Phase.POSTED if state is State.DRAFT else Phase.PUBLISHED).place:
            number = prepare_edition(store, everybody["admin2"], PERIOD, Preparation(state=state), now)
            edition = confirm_edition(store, everybody["leader"], number, now=now).id
    return edition


def _numbers(store: Store, everybody: dict[str, Actor], edition: str) -> dict[tuple[str, str], int]:
    """Put in something of everything that has a number, by another than who asks, and return the numbers."""
    by, found = everybody["admin2"].id, dict[tuple[str, str], int]()
    found["grant", ""] = propose_role(
        store, everybody["admin2"], everybody["nobody"].id, RoleAsked(role=Role.MERCHANT)
    )
    days = (today(), (date.fromisoformat(today()) + timedelta(days=9)).isoformat())
    found["deputy", ""] = name_deputy(store, everybody["superior2"], "shu2", *days)
    with store.begin() as c:
        evidence.keep_file(c, FILE, Kind.PDF, 10, None)
        found["proposal", ""] = proposals.add(c, _proposal(by))
        for unit in (OWN, OTHER):
            found["motion", unit] = gates.add(c, _motion(unit, by))
            found["evidence", unit] = evidence.add(c, PERIOD, unit, "discipline", FILE, "决定.pdf", by)
            if edition:
                found["objection", unit] = objections.add(c, _objection(unit, edition))
    return found


def _shop(store: Store, everybody: dict[str, Actor], numbers: dict[tuple[str, str], int]) -> str:
    """Keep a merchant with somebody at its till, an offer, and a member who has redeemed it once; return the merchant's id."""
    adopt_rules(store, None, "member-points@2026.1", date(2026, 1, 1))
    own = members.NewMember(
        code="M1",
        name="党一",
        unit=OWN,
        kind=MemberKind.SERVING,
        first_day=date(2026, 1, 1),
        person=everybody["member"].id,
    )
    with store.begin() as c:
        (member,) = members.add(c, [own])
    admin, till = everybody["admin2"], everybody["merchant"]
    merchant = add_merchant(store, admin, MerchantFields(name="便民超市", place="街口"))
    put_at_till(store, admin, merchant.id, till.person.login)
    award(store, member, 10_000)
    offer = add_offer(store, admin, merchant.id, fields())
    code = ask_code(store, everybody["member"], offer.number)
    receipt = redeem(store, till, code.digits)
    numbers["offer", ""], numbers["receipt", ""] = offer.number, receipt.number
    return merchant.id


def _proposal(by: str) -> Proposal:
    return Proposal(
        number=0,
        period=PERIOD,
        kind=State.DRAFT,
        inputs="0" * 64,
        supersedes="",
        reason="",
        excused=(),
        posting=Posting(first=date(2026, 12, 7), last=date(2026, 12, 11)),
        by=by,
        on_behalf="",
        made_at=datetime.now(UTC),
        link=0,
    )


def _motion(unit: str, by: str) -> GateMotion:
    return GateMotion(
        number=0,
        period=PERIOD,
        unit=unit,
        gate="banned",
        motion=MotionKind.RAISE,
        reason="有违纪情形",
        file=FILE,
        title="决定.pdf",
        by=by,
        made_at=datetime.now(UTC),
    )


def _objection(unit: str, edition: str) -> Objection:
    return Objection(
        number=0,
        period=PERIOD,
        edition=edition,
        unit=unit,
        criterion="discipline",
        gate="",
        reason="评分偏低",
        by="someone",
        on_behalf="",
        made_at=datetime.now(UTC),
    )
