"""An office with members' points: people at browsers of their own, and a branch whose members have claimed something."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask

from scoring.people import Actor, Role
from scoring.store.engine import Store
from scoring.workflow.points.quarters import open_quarter
from tests import people
from tests.uploads.bytes_of import pdf
from tests.workflow.points.claims_at_hand import Branch, branch
from web.app import create_app

NOW = date(2026, 11, 21)
HERE = "/desk/points"
TODAYS = (
    "awarding",
    "claiming",
    "import_members",
    "keep_members",
    "quarters",
    "reading",
    "reading_groups",
    "reading_members",
    "replay",
    "reversing",
    "rules_in_force",
)
"""The workflows that ask what day it is."""


@dataclass
class Office:
    """The branch, whoever else works there, and the application."""

    branch: Branch
    everybody: dict[str, Actor]
    app: Flask
    browsers: dict[str, people.Visitor] = field(default_factory=dict)

    def at(self, who: str) -> people.Visitor:
        """Return the browser of *who*."""
        if who not in self.browsers:
            self.browsers[who] = people.browser_of(self.app, self.everybody[who])
        return self.browsers[who]

    def get(self, who: str, path: str, status: int = 200) -> str:
        """Return the page."""
        answer = self.at(who).get(path if path.startswith("/") else f"{HERE}/{path}")
        assert answer.status_code == status, (who, path, answer.status_code, answer.text[-3000:])
        return answer.text

    def post(self, who: str, path: str, status: int = 303, /, **form: object) -> str:
        """Send a form, and return where it leads, or the page."""
        answer = self.at(who).post(f"{HERE}/{path}", data=form)
        assert answer.status_code == status, (who, path, answer.status_code, answer.text[-3000:])
        return answer.headers.get("Location", "") or answer.text


def office(store: Store, folder: Path) -> Office:
    """Make it, with the baseline of the running quarter given."""
    own = branch(store, folder)
    open_quarter(store, None, "2026Q4")
    everybody = {
        "member": own.member,
        "secretary": own.secretary,
        "superior": own.superior,
        "community": own.community,
        "admin": people.somebody(store, "guan1", Role.ADMINISTRATOR, name="管一"),
        "other_admin": people.somebody(store, "guan2", Role.ADMINISTRATOR, name="管二"),
        "leader": people.somebody(store, "ling", Role.LEADER, name="凌部长"),
        "auditor": people.somebody(store, "shen", Role.AUDITOR, name="审一"),
        "evaluator": people.somebody(store, "ping", Role.EVALUATOR, name="评一"),
    }
    return Office(own, everybody, create_app(store))


def evidence() -> tuple[io.BytesIO, str]:
    """Return a document as a browser sends it."""
    return io.BytesIO(pdf()), "签到表.pdf"
