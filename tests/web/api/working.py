"""A county at work, with people of every role and the tokens of their programs, and the application over it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.store.engine import Store
from scoring.store.tokens import TokenScope
from scoring.workflow.assign import assign
from scoring.workflow.tokens import add_token
from tests import people
from tests.databases import sqlite_in
from tests.workflow import county as small
from tests.workflow import people_at_work
from web.app import create_app

PERIOD = small.PERIOD
EVALUATORS_UNITS = ("A01", "A04", "A07")


@dataclass
class Office:
    """The county, its people by a short name, and the tokens of their programs."""

    store: Store
    app: Flask
    client: FlaskClient
    people: dict[str, Actor]
    tokens: dict[str, str] = field(default_factory=dict)
    merchant: str = ""

    def ask(
        self,
        who: str,
        method: str,
        address: str,
        json: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """Return the answer to *who*'s program ('' for nobody's) below `/api/v1`; a POST gets a key of its own."""
        own = dict(headers or {})
        if who:
            own["Authorization"] = f"Bearer {self.token(who)}"
        if method == "POST":
            own["Idempotency-Key"] = key or uuid.uuid4().hex
        if json is not None:
            more["json"] = json
        return self.client.open(f"/api/v1{address}", method=method, headers=own, **more)

    def token(self, who: str, scope: TokenScope = TokenScope.WRITE) -> str:
        """Return a token of *who*."""
        name = f"{who}-{scope}"
        if name not in self.tokens:
            self.tokens[name] = add_token(self.store, self.people[who], "test", scope, 30).secret
        return self.tokens[name]

    def again(self) -> Office:
        """Return the office after the service was started again."""
        app = create_app(self.store)
        return Office(self.store, app, app.test_client(), self.people, self.tokens)


def staff(store: Store) -> dict[str, Actor]:
    """Put people of every role into the county, and return them by a short name."""
    first = small.TOWNSHIPS[1]
    return {
        "admin": people.somebody(store, "guan", Role.ADMINISTRATOR, name="管一"),
        "admin2": people.somebody(store, "guan2", Role.ADMINISTRATOR, name="管二"),
        "evaluator": people.somebody(store, "wang", Role.EVALUATOR, name="王评"),
        "evaluator2": people.somebody(store, "ouyang", Role.EVALUATOR, name="欧阳评"),
        "moderator": people.somebody(store, "bai", Role.MODERATOR, name="白复议"),
        "superior": people.somebody(store, "zhen", Role.SUPERIOR, scope=people.township(first), name="镇一"),
        "superior2": people.somebody(
            store, "zhen2", Role.SUPERIOR, scope=people.township(small.TOWNSHIPS[2]), name="镇二"
        ),
        "secretary": people.somebody(
            store, "shu1", Role.SECRETARY, scope=people.unit("A01"), name="书一", branch="A01"
        ),
        "secretary2": people.somebody(
            store, "shu2", Role.SECRETARY, scope=people.unit("A02"), name="书二", branch="A02"
        ),
        "member": people.somebody(store, "dang", Role.MEMBER, scope=people.unit("A01"), name="党一"),
        "merchant": people.somebody(store, "shang", Role.MERCHANT, name="商一"),
        "leader": people.somebody(store, "ling", Role.LEADER, name="凌部长"),
        "auditor": people.somebody(store, "shen", Role.AUDITOR, name="审一"),
        "nobody": people.somebody(store, "ren", name="人一"),
    }


@contextmanager
def working(folder: Path, phase: Phase = Phase.MARKING, *, marked: bool = False) -> Iterator[Office]:
    """Make a county in *folder* whose year is in *phase*, with units given to the two evaluators.

    Without *marked* no marks are in it, and its criteria ask for evidence.
    """
    with small.store_at(sqlite_in(folder)) as store:
        if marked:
            small.with_marks(store, folder)
        else:
            people_at_work.opened(store, folder, phase=Phase.PREPARING)
        everybody = staff(store)
        panel = [everybody[one].id for one in ("evaluator", "evaluator2")]
        assign(store, everybody["admin"], PERIOD, "county", dict.fromkeys(EVALUATORS_UNITS, panel))
        people_at_work.reach(store, phase)
        app = create_app(store)
        yield Office(store, app, app.test_client(), everybody)
