"""A branch, a township, a county's office and a shop with members' points, each person at a browser of their own."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from scoring.people import Actor, Role
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.ledger import members
from scoring.store.tables import transfer
from scoring.workflow.documents import take_documents
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.quarters import open_quarter, this_quarter
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests.browser.measures import ill_fitting
from tests.browser.served import serving
from tests.browser.watching import DESKTOP, PHONE, Visit, go
from tests.databases import sqlite_in
from tests.people import Visitor, browser_of, somebody
from tests.uploads.bytes_of import photo
from tests.workflow.county import store_at
from tests.workflow.points.claims_at_hand import Branch, branch
from web.app import create_app
from web.cli import main

HERE = "/desk/points"
SHOTS = os.environ.get("STARS_SHOTS", "")
"""A folder that takes a picture of each page as it is looked at; empty, none is taken."""
PHONES = frozenset({"member", "till"})
TODAY = today()


@dataclass
class People:
    """Everybody by what they are, and their pages, which are watched."""

    branch: Branch
    actors: Mapping[str, Actor]
    base: str
    database: str
    visit: Visit
    clients: Mapping[str, Visitor]
    patch: pytest.MonkeyPatch
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.branch.store

    def page(self, who: str) -> Page:
        """Return the page of that person's browser: a telephone's where they work with one."""
        if who not in self.pages:
            self.pages[who] = self.visit.page(PHONE if who in PHONES else DESKTOP, touch=who in PHONES)
            cookie = self.clients[who].get_cookie("stars_session")
            own = {"name": "stars_session", "value": cookie.value, "url": self.base}
            self.pages[who].context.add_cookies([own])
        return self.pages[who]

    def go(self, who: str, address: str, status: int = 200) -> Page:
        """Open *address* as that person, and see that the page fits their window."""
        page = go(self.page(who), address, status)
        return self.fits(page, f"{who}{address}")

    def fits(self, page: Page, called: str) -> Page:
        """See that the page fits its window."""
        assert ill_fitting(page) == [], called
        if SHOTS:
            name = re.sub(r"[^\w]+", "-", called)[:80]
            page.screenshot(
                path=Path(SHOTS) / f"{len([*Path(SHOTS).iterdir()]):03}-{name}.png", full_page=True
            )
        return page

    def refused(self, who: str, address: str, status: int = 403, **form: str) -> str:
        """See that sending *form* is refused to that person; return the page they are shown."""
        answer = self.clients[who].post(address, data=form, headers={"Accept-Language": "zh"})
        assert answer.status_code == status, (who, address, answer.status_code)
        return answer.text

    def be_day(self, day: date) -> None:
        """Let it be *day* wherever the service asks for it."""
        for name, module in [*sys.modules.items()]:
            if name.startswith("scoring.workflow.") and hasattr(module, "today"):
                self.patch.setattr(module, "today", lambda: day)

    def calm(self, *expected: str) -> None:
        """See that no page broke its policy, ran into an error or asked elsewhere; *expected* answers are no fault."""
        found = [own for own in self.visit.settle() if not own.startswith(expected or ("-",))]
        assert not found, "\n".join(found)
        self.visit.faults.clear()

    def command(self, *words: str) -> str:
        """Give a command on the server, and return what it says."""
        outcome = CliRunner(env={"STARS_DATABASE_URL": self.database, "STARS_LANG": "zh"}).invoke(main, words)
        assert outcome.exit_code == 0, outcome.output
        return outcome.output


@contextmanager
def everybody(folder: Path, browser: Browser, patch: pytest.MonkeyPatch) -> Iterator[People]:
    """Give the county, in which the quarter has begun and members have earned something already."""
    database = sqlite_in(folder)
    with store_at(database) as store:
        own = branch(store, folder)
        app = create_app(store)
        _begin(own, app.config["FILES_FOLDER"])
        actors = {
            "member": own.member,
            "secretary": own.secretary,
            "superior": own.superior,
            "community": own.community,
            "admin": somebody(store, "guan1", Role.ADMINISTRATOR, name="管一"),
            "other admin": somebody(store, "guan2", Role.ADMINISTRATOR, name="管二"),
            "leader": somebody(store, "ling", Role.LEADER, name="凌部长"),
            "till": somebody(store, "shang", Role.MERCHANT, name="商一"),
            "other till": somebody(store, "shang2", Role.MERCHANT, name="商二"),
        }
        with serving(app) as base:
            visit = Visit(browser, base)
            clients = {name: browser_of(app, one) for name, one in actors.items()}
            try:
                yield People(own, actors, base, database.url, visit, clients, patch)
            finally:
                visit.close()


def _begin(own: Branch, folder: Path) -> None:
    """Open the quarter; the first member earns 17 points and the second 20, of both kinds, on the day it is."""
    with own.store.begin() as c:
        now = [replace(one, first_day=date(TODAY.year, 1, 1)) for one in (*own.members, own.outside)]
        if now[0].first_day > own.own.first_day:
            members.revise(c, now)
    open_quarter(own.store, None, this_quarter())
    first, second = (one.id for one in own.members[:2])
    shown = take_documents(Files(folder), [(io.BytesIO(photo()), "合影.jpg")])
    by_item = [("lecture_given", None, 1), ("pledge_kept", None, 2)]
    new = []
    for member, more in ((first, []), (second, [("practical_deed", 300, 1), ("volunteer_service", 400, 1)])):
        for item, points, times in [*by_item, *more]:
            new += [
                NewClaim(
                    key=f"{member}:{item}:{place}",
                    member=member,
                    item=item,
                    points=points,
                    day=TODAY,
                    event=f"第{place + 1}次",
                    files=shown,
                )
                for place in range(times)
            ]
    kept = claim_for_many(own.store, own.secretary, new)
    verify_claims(own.store, own.superior, [Decision(claim=one.number, post=True) for one in kept])


def ledger(store: Store, account: str, which: str) -> int:
    """Return what all transfers of the account come to, added up one by one."""
    with store.read() as c:
        rows = c.execute(
            select(transfer.c.source, transfer.c.target, transfer.c.amount, transfer.c.ledger)
        ).all()
    mine = [row for row in rows if row.ledger == which]
    return sum(row.amount for row in mine if row.target == account) - sum(
        row.amount for row in mine if row.source == account
    )


def hundredths(words: str) -> int:
    """Return the first number that stands in *words*, in hundredths."""
    found = re.search(r"([−-]?)(\d+)(?:\.(\d{1,2}))?", words)
    assert found, words
    return (-1 if found[1] else 1) * (int(found[2]) * 100 + int((found[3] or "").ljust(2, "0")))


def paper_of(client: Visitor, address: str) -> str:
    """Return the text of a PDF."""
    answer = client.get(address, headers={"Accept-Language": "zh"})
    assert answer.mimetype == "application/pdf"
    document = pdfium.PdfDocument(answer.data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def month_after(day: date) -> date:
    """Return the first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
