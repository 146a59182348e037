"""What was asked of the pages is asked again after the server was ended and started anew: it has had its one effect.

Requests come by plain HTTP to real gunicorn, of which no process is left from before. The same person with the same
contents is answered as then, or told that it was done; other contents and other people are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import quarter_of
from scoring.store.ledger import transfers
from scoring.workflow.points.quarters import last_ended, open_quarter
from scoring.working_days import today
from tests.ledger.crowd_at_hand import Served, served
from tests.ledger.served_at_hand import LOCKED, Answer
from tests.uploads.bytes_of import pdf
from tests.workflow import county
from tests.workflow.points.claims_at_hand import OWN

HERE, FORM = "/desk/points", "/points/claim/blood_donated"
FILE = (pdf(), "材料.pdf")
TIMES = 3
ASIDE = {"code_tried", "chain_link", "link_subject"}
"""Where it is kept that a code that is none was typed, which is to be counted each time."""

Request = Callable[[], Answer]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A request that was answered with 303: what the very same is answered later, and requests like it to be refused.

    Refused are other contents under the same key, and other people, each with 403 or 409.
    """

    send: Request
    again: int
    others: tuple[Request, ...] = ()


@pytest.fixture
def own(database, tmp_path) -> Iterator[Served]:
    with served(tmp_path, database, LOCKED) as found:
        yield found


def deeds(own: Served) -> Iterator[tuple[str, Deed]]:
    """Name the deeds, each of which may stand on those before it."""
    day = today().isoformat()
    member, other = own.clients[:2]
    till, superior, secretary, admin = (
        own.staff[name] for name in ("till", "superior", "secretary", "admin")
    )

    form = {"key": "k1", "day": day, "event": "秋季献血", "file": FILE}
    send = partial(member.post, FORM, **form)
    others = (partial(member.post, FORM, **form | {"event": "别的"}), partial(other.post, FORM, **form))
    yield "claim", Deed(send=send, again=303, others=others)
    claim = own.rows("claim")

    form = {
        "unit": OWN,
        "item": "general_meeting",
        "day": day,
        "event": "党员大会",
        "file": FILE,
        "form": "f1",
    }
    form["member"] = [one.id for one in own.crowd[:3]]
    path = f"{HERE}/award"
    others = (partial(secretary.post, path, **form | {"event": "别的"}), partial(superior.post, path, **form))
    yield "attendance", Deed(send=partial(secretary.post, path, **form), again=303, others=others)

    path = f"{HERE}/claims"
    void = {"void": str(claim), f"reason:{claim}": "没有献血证"}
    others = (partial(superior.post, path, **void), partial(own.staff["till"].post, path, post=str(claim)))
    yield "verify", Deed(send=partial(superior.post, path, post=str(claim)), again=409, others=others)
    yield "withdraw", _withdrawn(own)

    with own.store.read() as c:
        (line, *_) = transfers.statement(c, own.crowd[0].id, Ledger.HONOUR)
    path = f"/points/lines/{line.number}/object"
    others = (partial(member.post, path, reason="别的理由"), partial(other.post, path, reason="没有献血"))
    yield "object", Deed(send=partial(member.post, path, reason="没有献血"), again=409, others=others[:1])

    path = f"{HERE}/objections/1/uphold"
    others = (
        partial(admin.post, f"{HERE}/objections/1/dismiss", reason="有"),
        partial(secretary.post, path, reason="属实"),
    )
    yield "uphold", Deed(send=partial(admin.post, path, reason="属实"), again=409, others=others)

    path, second = f"{HERE}/reversals/1/confirm", own.staff["other admin"]
    others = (
        partial(second.post, f"{HERE}/reversals/1/refuse", reason="没有错"),
        partial(admin.post, path),
        partial(till.post, path),
    )
    yield "reverse", Deed(send=partial(second.post, path), again=409, others=others)

    code = re.search(
        r'till-digits">(\d{4}) (\d{4})<', other.post(f"/points/offers/{own.shop.offer.number}/code").text
    )
    take = {"code": "".join(code.groups())}
    others = (
        partial(own.staff["other till"].post, "/till/redeem", **take),
        partial(member.post, "/till/redeem", **take),
    )
    yield "redeem", Deed(send=partial(till.post, "/till/redeem", **take), again=303, others=others)

    path, running = f"{HERE}/quarters/open", {"quarter": quarter_of(today())}
    yield (
        "open",
        Deed(
            send=partial(admin.post, path, **running),
            again=303,
            others=(partial(till.post, path, **running),),
        ),
    )

    open_quarter(own.store, None, last_ended())
    path, ended = f"{HERE}/quarters/close", {"quarter": last_ended(), "unit": OWN}
    others = (partial(member.post, path, **ended),)
    yield "close", Deed(send=partial(secretary.post, path, **ended), again=409, others=others)


def _withdrawn(own: Served) -> Deed:
    """Return the deed by which a member takes a claim back."""
    form = {"key": "k2", "day": today().isoformat(), "event": "冬季献血", "file": FILE}
    assert own.clients[0].post(FORM, **form).status == 303
    number = own.rows("claim")
    path = f"/points/claims/{number}/withdraw"
    post = partial(own.staff["superior"].post, f"{HERE}/claims", post=str(number))
    return Deed(send=partial(own.clients[0].post, path), again=409, others=(post,))


def kept(own: Served) -> dict[str, int]:
    """Return how many rows there are of all that counts."""
    return {table: rows for table, rows in county.counts(own.store).items() if table not in ASIDE}


def test_what_is_asked_again_after_a_restart_has_had_its_one_effect(own):
    done: dict[str, tuple[Deed, Answer]] = {}
    for name, deed in deeds(own):
        before = kept(own)
        done[name] = deed, deed.send()
        assert done[name][1].status == 303, (name, done[name][1])
        assert kept(own) != before, name
    own.server.restart()
    before = kept(own)
    for name, (deed, first) in done.items():
        for _ in range(TIMES):
            again = deed.send()
            assert again.status == deed.again, (name, again.status)
            assert again.status == 409 or again.location == first.location, name
        for other in deed.others:
            assert other().status in {403, 409}, name
        assert kept(own) == before, name
    assert own.server.said() == ""


def test_a_restart_lets_what_is_new_through(own):
    """Control: a request that differs by its key alone has an effect of its own after a restart."""
    form = {"day": today().isoformat(), "event": "秋季献血", "file": FILE}
    assert own.clients[0].post(FORM, key="a", **form).status == 303
    own.server.restart()
    before = own.rows("claim")
    assert own.clients[0].post(FORM, key="b", **form).status == 303
    assert own.rows("claim") == before + 1
