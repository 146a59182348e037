"""A claim of points posted through the web app, in process: as a clerk's program does it, with a token and a new key.

And the same by hand: all the rows that comes to, with what has to be known to write them, and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import Any

import orjson
from flask import Flask, Response, jsonify, request
from sqlalchemy import Connection, select
from werkzeug.test import create_environ

from bench.answers import check_equal
from bench.bare_points import BarePoints
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.store.tables import METADATA, moment_text
from scoring.store.tokens import TokenScope
from scoring.workflow.tokens import add_token
from web.app import create_app
from web.settings import LOOPBACK

_PATH = "/api/v1/points/claims/decisions"
_DAYS = 30


class Requests:
    """Requests to *app*, without a server or a client: each is to post the next of *claims*, which wait.

    The environment is made once and copied; body and key are new each time, and the answer is taken to its last byte.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], claims: Iterator[int], token: str) -> None:
        self._app, self._claims, self._keys = app, claims, count()
        self._environ = create_environ(
            _PATH,
            f"http://{LOOPBACK}",
            method="POST",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        self._status = ""

    def run(self) -> bytes:
        """Post the next claim, and return the answer. Raises Unequal where that is no success."""
        sent = orjson.dumps({"decisions": [{"claim": next(self._claims), "post": True}]})
        environ = self._environ | {
            "HTTP_IDEMPOTENCY_KEY": f"bench-{next(self._keys):08}",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": BytesIO(sent),
        }
        answer = self._app(environ, self._start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        check_equal(f"the answer {body!r}", self._status, "200 OK")
        return body

    def _start(self, status: str, _headers: list, _error: Any = None) -> None:
        self._status = status


def through_our_app(store: Store, actor: Actor, claims: Iterator[int]) -> Requests:
    """Return requests of *actor* to the service."""
    token = add_token(store, actor, "bench", TokenScope.WRITE, _DAYS).secret
    return Requests(create_app(store), claims, token)


def through_bare_flask(write: Callable[[int], None], claims: Iterator[int]) -> Requests:
    """Return requests to a Flask view that knows nobody and asks nothing, and lets *write* write for each claim."""
    app = Flask("bare")

    @app.post(_PATH)
    def post() -> Response:
        sent = request.get_json()
        for one in sent["decisions"]:
            write(one["claim"])
        return jsonify(decided=sent["decisions"])

    return Requests(app, claims, "none")


Rows = dict[str, dict[str, Any]]
"""A row of each table that a decision adds one to, by its columns."""

_OTHER = frozenset({"made_at", "key", "body", "answer", "content", "previous", "hash"})
"""What differs from one decision to the next, or is worked out from what does."""


def rows_of(c: Connection, claim: int) -> Rows:
    """Return the rows that posting the claim of that number added, which was the last that was written."""
    tables = METADATA.tables
    link = tables["chain_link"].c.number
    columns = {
        "claim_move": tables["claim_move"].c.claim == claim,
        "transfer": tables["transfer"].c.claim == claim,
        "entry": tables["entry"].c.transfer.in_(
            select(tables["transfer"].c.number).where(tables["transfer"].c.claim == claim)
        ),
    }
    newest = {
        "notice": tables["notice"].c.number,
        "chain_link": link,
        "link_subject": tables["link_subject"].c.link,
    }
    found = {
        name: c.execute(select(tables[name]).where(own)).mappings().all() for name, own in columns.items()
    }
    found |= {
        name: c.execute(select(tables[name]).order_by(own.desc()).limit(1)).mappings().all()
        for name, own in newest.items()
    }
    found["answered"] = c.execute(select(tables["answered"])).mappings().all()
    return {name: {column: _plain(own) for column, own in one.items()} for name, (one,) in found.items()}


def comparable(rows: Rows) -> list[tuple[str, str, Any]]:
    """Return what two contenders must agree in; links by how far they are from this one."""
    link = rows["chain_link"]["number"]
    return [
        (
            table,
            column,
            own - link if column == "link" or (table, column) == ("chain_link", "number") else own,
        )
        for table, row in sorted(rows.items())
        for column, own in sorted(row.items())
        if column not in _OTHER
    ]


class DecidingByHand:
    """Posts any of *claims* (whose they are, by number) by SQL alone: *rows* again, with what must be new in them."""

    def __init__(self, bare: BarePoints, rows: Rows, claims: Mapping[int, str]) -> None:
        self._bare, self._claims = bare, claims
        self._rows = [
            (
                f"INSERT INTO {table} ({', '.join(map(_quoted, row))}) VALUES ({bare.marks(len(row))})",
                table,
                row,
            )
            for table, row in rows.items()
        ]

    def post(self, claim: int) -> None:
        """Post the claim of that number, in one transaction."""
        member = self._claims[claim]
        c = self._bare.begun()
        number, previous = c.execute(
            "SELECT number, hash FROM chain_link ORDER BY number DESC LIMIT 1"
        ).fetchone()
        (last,) = c.execute("SELECT max(number) FROM transfer").fetchone()
        (told,) = c.execute("SELECT max(number) FROM notice").fetchone()
        balance, seq = self._bare.newest(member)
        digest, now = sha256(f"{number} {previous}".encode()).hexdigest(), moment_text(datetime.now(UTC))
        every = {"made_at": now, "link": number + 1, "claim": claim}
        own: Mapping[str, dict[str, Any]] = {
            "transfer": {"number": last + 1, "key": f"claim:{claim}", "target": member, "member": member},
            "entry": {"account": member, "transfer": last + 1, "seq": seq + 1},
            "notice": {"number": (told or 0) + 1},
            "chain_link": {"number": number + 1, "content": digest, "previous": previous, "hash": digest},
            "link_subject": {"subject": f"member {member}"},
            "answered": {"key": f"bench-{claim:08}", "body": digest},
        }
        for statement, table, row in self._rows:
            new = row | {name: value for name, value in every.items() if name in row} | own.get(table, {})
            if table == "entry":
                new["balance"] = balance + new["amount"]
            c.execute(statement, tuple(new.values()))
        c.execute("COMMIT")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _plain(value: Any) -> Any:
    return moment_text(value) if isinstance(value, datetime) else value
