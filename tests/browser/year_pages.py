"""A county with something to show on every working page: a year posted, one being marked, and one that begins."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page

from scoring.criteria.item import MemberKind
from scoring.people import VISITOR, Actor, Role
from scoring.periods import Phase
from scoring.sheets import SELF
from scoring.store.engine import Store
from scoring.store.ledger import members
from scoring.workflow.assign import assign
from scoring.workflow.grant_roles import RoleAsked, propose_role
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, put_at_till
from scoring.workflow.points.offers import add_offer
from scoring.workflow.points.redeeming import ask_code, redeem
from scoring.workflow.sign_sheets import send_back
from scoring.working_days import COUNTY_TIME
from tests import people
from tests.browser.served import serving
from tests.browser.watching import Visit
from tests.browser.year_points import begin_points
from tests.databases import sqlite_in
from tests.people import Visitor, browser_of
from tests.uploads.bytes_of import pdf, photo
from tests.workflow import county, people_at_work
from tests.workflow.points.shops_at_hand import award, fields
from tests.workflow.year_of import MONDAY, Year, post
from web.app import create_app

POSTED, MARKED, BEGUN = county.PERIOD, "2027", "2028"
"""The years: one posted for comment, one being marked, one for which evidence is collected."""
UNIT = "A01"
"""The branch that is looked at; it answers to the township whose superior's evaluator looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its address, and who looks at it, by a name in `WorkCounty.everybody` ('' for a visitor)."""

    who: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCounty:
    """The county, served at `base`, its people, and its working pages by what is to be seen."""

    base: str
    app: Flask
    everybody: Mapping[str, Actor]
    pages: Mapping[str, Shown]

    def client(self, who: str) -> Visitor:
        """Return a browser that draws nothing."""
        return browser_of(self.app, self.everybody[who]) if who else Visitor(self.app)

    def token(self, who: str) -> str:
        """Return what signs *who* in, '' for a visitor."""
        own = self.client(who).get_cookie("stars_session")
        return own.value if own else ""

    def page(self, visit: Visit, kind: str, *how: object, **more: object) -> Page:
        """Return the page of that kind, open in a browser of who looks at it."""
        own = self.pages[kind]
        page = visit.page(*how, **more)
        if own.who:
            cookie = {"name": "stars_session", "value": self.token(own.who), "url": self.base}
            page.context.add_cookies([cookie])
        answer = page.goto(own.address)
        assert answer is not None
        assert answer.status == 200, (kind, answer.status)
        return page


@contextmanager
def work_county(folder: Path) -> Iterator[WorkCounty]:
    """Give the county, built in *folder* and served."""
    with county.store_at(sqlite_in(folder)) as store:
        everybody = _people(store)
        app = create_app(store)
        app.extensions["stars_clock"] = lambda: MONDAY
        _posted(store, folder, app, everybody)
        _marked(store, folder, everybody)
        _begun(store, folder, app, everybody)
        somebody = people.somebody(store, "new", name="新来的")
        propose_role(
            store, everybody["other_admin"], somebody.id, RoleAsked(role=Role.LEADER, scope="", period="")
        )
        member = begin_points(store, everybody, UNIT, app.config["FILES_FOLDER"])[0].id
        shop = _shop(store, everybody)
        with serving(app) as base:
            pages = _pages(everybody, member, shop)
            yield WorkCounty(base=base, app=app, everybody=everybody, pages=pages)


def _people(store: Store) -> dict[str, Actor]:
    own, township = people.somebody, people.township(county.TOWNSHIPS[1])
    return {
        "admin": own(store, "guan", Role.ADMINISTRATOR, name="管一"),
        "other_admin": own(store, "guan2", Role.ADMINISTRATOR, name="管二"),
        "leader": own(store, "ling", Role.LEADER, name="凌部长"),
        "moderator": own(store, "bai", Role.MODERATOR, name="白复议"),
        "secretary": own(store, "shu", Role.SECRETARY, scope=people.unit(UNIT), name="书一", branch=UNIT),
        "superior": own(store, "zhen", Role.SUPERIOR, scope=township, name="镇一"),
        "evaluator": own(store, "wang", Role.EVALUATOR, name="王秀英"),
        "auditor": own(store, "shen", Role.AUDITOR, name="审一"),
        "member": own(store, "dang", Role.MEMBER, scope=people.unit(UNIT), name="党一"),
        "merchant": own(store, "shang", Role.MERCHANT, name="商一"),
    }


def _year(store: Store, folder: Path, period: str, phase: Phase) -> None:
    people_at_work.opened(store, folder, period, Phase.COLLECTING)
    if phase is not Phase.COLLECTING:
        county.take_marks(store, folder / f"marks{period}.csv", county.mark_rows(), period=period)
        people_at_work.reach(store, phase, period)


def _posted(store: Store, folder: Path, app: Flask, everybody: Mapping[str, Actor]) -> None:
    """Post a year, with a gate that waits, and two objections, of which one is being answered."""
    _year(store, folder, POSTED, Phase.MARKING)
    own = {name: everybody[name] for name in ("admin", "other_admin", "leader", "moderator", "secretary")}
    rest = {name: everybody[name] for name in ("superior", "auditor")}
    post(
        Year(
            store=store,
            folder=folder,
            other_moderator=everybody["moderator"],
            other_secretary=everybody["secretary"],
            **own,
            **rest,
        )
    )
    here = f"/desk/{POSTED}"
    secretary, moderator = (browser_of(app, everybody[name]) for name in ("secretary", "moderator"))
    for about in ("line:discipline", "line:satisfaction"):
        form = {
            "unit": UNIT,
            "about": about,
            "reason": "材料齐全，请重新核对。",
            "file": _file("说明.pdf", pdf()),
        }
        _sent(secretary, f"{here}/objections", form)
    for number in (1, 2):
        _sent(moderator, f"{here}/objections/{number}/take", {})
    _sent(moderator, f"{here}/objections/2/dismiss", {"reason": "材料是上一年的。"})
    gate = {"unit": "A02", "gate": "banned", "motion": "raise", "reason": "受到处分"}
    _sent(browser_of(app, everybody["admin"]), f"{here}/gates", gate | {"file": _file("决定.pdf", pdf())})


def _marked(store: Store, folder: Path, everybody: Mapping[str, Actor]) -> None:
    """Have a year marked, with a sheet sent back, a panel, and a disagreement to settle."""
    _year(store, folder, MARKED, Phase.MARKING)
    apart = [
        county.MARK_HEAD,
        *(["A02", "discipline", "county", own, mark] for own, mark in (("王", "20"), ("李", "2"))),
    ]
    county.take_marks(store, folder / "apart.csv", apart, period=MARKED)
    assign(
        store,
        everybody["admin"],
        MARKED,
        "county",
        {own: [everybody["evaluator"].id] for own in (UNIT, "A02", "A04")},
    )
    send_back(store, everybody["superior"], MARKED, UNIT, SELF, "会议记录只有上半年的，请补充后重新自评。")


def _begun(store: Store, folder: Path, app: Flask, everybody: Mapping[str, Actor]) -> None:
    """Let a branch hand in a letter and a photograph of another year."""
    _year(store, folder, BEGUN, Phase.COLLECTING)
    secretary = browser_of(app, everybody["secretary"])
    for criterion, file in (
        ("discipline", _file("总结.pdf", pdf())),
        ("meetings", _file("现场.jpg", photo())),
    ):
        _sent(secretary, f"/desk/{BEGUN}/units/{UNIT}/evidence", {"criterion": criterion, "file": file})


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShop:
    """A merchant by its id, the receipt of what was redeemed there, and its month."""

    merchant: str = "0" * 16
    receipt: int = 1
    month: str = "2026-01"


def _shop(store: Store, everybody: Mapping[str, Actor]) -> OneShop:
    """Keep a merchant with somebody at its till, what can and cannot be had there, and a member who has redeemed."""
    admin, till, own = (everybody[name] for name in ("admin", "merchant", "member"))
    new = members.NewMember(
        code="M1",
        name="党一",
        unit=UNIT,
        kind=MemberKind.SERVING,
        first_day=date(2026, 1, 1),
        person=own.id,
    )
    with store.begin() as c:
        (member,) = members.add(c, [new])
    merchant = add_merchant(store, admin, MerchantFields(name="便民超市", place="街口 3 号"))
    put_at_till(store, admin, merchant.id, "shang")
    award(store, member, 1000)
    offer = add_offer(store, admin, merchant.id, fields(terms="每人每次一瓶", stock=20))
    add_offer(store, admin, merchant.id, fields(title="电饭煲", points=9000, card="gold"))
    receipt = redeem(store, till, ask_code(store, own, offer.number).digits)
    day = receipt.made_at.astimezone(COUNTY_TIME).date()
    return OneShop(merchant=merchant.id, receipt=receipt.number, month=day.isoformat()[:7])


def _sent(client: Visitor, address: str, form: dict[str, object]) -> None:
    answer = client.post(address, data=form)
    assert answer.status_code == 303, (address, answer.status_code, answer.text[-2000:])


def _file(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def _pages(everybody: Mapping[str, Actor], member: str, shop: OneShop) -> dict[str, Shown]:
    merchant = f"/desk/points/merchants/{shop.merchant}"
    posted, marked, begun = (f"/desk/{own}" for own in (POSTED, MARKED, BEGUN))
    found = {
        "sign in": ("", "/sign-in"),
        "account": ("evaluator", "/account"),
        "password": ("evaluator", "/account/password"),
        "inbox": ("secretary", "/inbox"),
        "inbox, empty": ("auditor", "/inbox"),
        "people": ("admin", "/people"),
        "people, none found": ("admin", "/people?q=zzzz"),
        "person": ("admin", f"/people/{everybody['superior'].id}"),
        "person, oneself": ("admin", f"/people/{everybody['admin'].id}"),
        "person, new": ("admin", "/people/new"),
        "people, file": ("admin", "/people/import"),
        "roles": ("admin", "/roles"),
        "log": ("auditor", "/log"),
        "log, one link": ("auditor", "/log/links/3"),
        "log, oneself": ("evaluator", f"/log/people/{everybody['evaluator'].id}"),
        "log, branch": ("secretary", f"/log/units/{MARKED}/{UNIT}"),
        "opening": ("admin", "/desk/open"),
        "progress": ("admin", f"{marked}/progress"),
        "progress, leader": ("leader", f"{begun}/progress"),
        "units file": ("admin", f"{begun}/progress/units"),
        "marks file": ("admin", f"{marked}/progress/marks"),
        "calendar": ("admin", f"{marked}/calendar"),
        "burden": ("admin", f"{marked}/evidence"),
        "branch, begun": ("secretary", f"{begun}/units/{UNIT}"),
        "branch, sent back": ("secretary", f"{marked}/units/{UNIT}"),
        "branch, posted": ("secretary", f"{posted}/units/{UNIT}"),
        "evidence": ("secretary", f"{begun}/units/{UNIT}/evidence"),
        "evidence, missing": ("secretary", f"{begun}/units/{UNIT}/evidence?show=missing"),
        "evidence, closed": ("superior", f"{posted}/units/{UNIT}/evidence"),
        "evidence, one": ("secretary", f"{begun}/units/{UNIT}/evidence/2"),
        "queue": ("evaluator", f"{marked}/marking"),
        "queue, superior": ("superior", f"{marked}/marking"),
        "sheet, own": ("secretary", f"{begun}/marking/self/{UNIT}"),
        "sheet, superior": ("superior", f"{marked}/marking/superior/{UNIT}"),
        "sheet, county": ("evaluator", f"{marked}/marking/county/A02"),
        "sheet, to be signed": ("evaluator", f"{marked}/marking/county/A02?confirm=sign"),
        "sheet, locked": ("superior", f"{posted}/marking/superior/{UNIT}"),
        "grid": ("evaluator", f"{marked}/marking/county/grid"),
        "worksheet": ("evaluator", f"{marked}/marking/county/worksheet"),
        "moderation": ("moderator", f"{marked}/moderation"),
        "moderation, nothing": ("moderator", f"{begun}/moderation"),
        "gates": ("other_admin", f"{posted}/gates"),
        "gates, none": ("leader", f"{begun}/gates"),
        "objections": ("secretary", f"{posted}/objections"),
        "objections, none": ("admin", f"{begun}/objections"),
        "objection, new": ("secretary", f"{posted}/objections/new?unit={UNIT}"),
        "objection": ("moderator", f"{posted}/objections/1"),
        "objection, answered": ("secretary", f"{posted}/objections/2"),
        "publishing": ("admin", f"{posted}/publishing"),
        "publishing, nothing": ("leader", f"{marked}/publishing"),
        "proposal": ("leader", f"{posted}/publishing/1"),
        "points, claims": ("superior", "/desk/points/claims"),
        "points, claims of one's own": ("secretary", "/desk/points/claims"),
        "points, award": ("secretary", "/desk/points/award"),
        "points, branches": ("admin", "/desk/points/members"),
        "points, branch": ("secretary", "/desk/points/members"),
        "points, member": ("admin", f"/desk/points/members/{member}"),
        "points, member's spendable": ("secretary", f"/desk/points/members/{member}?ledger=spendable"),
        "points, new member": ("admin", "/desk/points/members/new"),
        "points, members file": ("admin", "/desk/points/members/import"),
        "points, reversals": ("other_admin", "/desk/points/reversals"),
        "points, quarters": ("admin", "/desk/points/quarters"),
        "points, own quarter": ("secretary", "/desk/points/quarters"),
        "points, county": ("leader", "/desk/points/county"),
        "points, talks due": ("superior", "/desk/points/talks"),
        "points, branches' means": ("admin", "/desk/points/means"),
        "points, a branch's mean": ("superior", f"/desk/points/means/{MARKED}/{UNIT}"),
        "points, rules": ("admin", "/desk/points/rules"),
        "points, rules tried": (
            "admin",
            "/desk/points/rules/replay?ref=member-points@2026.1&quarter=2026Q4",
        ),
        "till": ("merchant", "/till"),
        "receipt": ("merchant", f"/till/receipts/{shop.receipt}"),
        "till, offers": ("merchant", "/till/offers"),
        "till, offer": ("merchant", "/till/offers/1"),
        "till, settlements": ("merchant", "/till/settlements"),
        "till, statement": ("merchant", f"/till/settlements/{shop.month}"),
        "merchants": ("admin", "/desk/points/merchants"),
        "merchant": ("admin", merchant),
        "merchant, statement": ("admin", f"{merchant}/months/{shop.month}"),
        "merchant, new offer": ("admin", f"{merchant}/offers/new"),
        "merchant, offer": ("admin", "/desk/points/merchants/offers/2"),
        "expiry": ("admin", "/desk/points/expiry"),
        "own offers": ("member", "/points/offers"),
    }
    desks = {f"desk, {who}": (who, "/desk") for who in everybody}
    return {kind: Shown(who=who, address=address) for kind, (who, address) in (found | desks).items()}


_PEOPLE = (
    "admin",
    "other_admin",
    "leader",
    "moderator",
    "secretary",
    "superior",
    "evaluator",
    "auditor",
    "member",
    "merchant",
)
KINDS = tuple(_pages(dict.fromkeys(_PEOPLE, VISITOR), "", OneShop()))
"""Every kind of working page."""
