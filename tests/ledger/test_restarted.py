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
from tests.ledger.crowd_at_hand import OLDEST, Served, place_of, served
from tests.ledger.rounds import DONE
from tests.ledger.served_at_hand import LOCKED, Answer
from tests.uploads.bytes_of import pdf
from tests.workflow import county
from tests.workflow.points.claims_at_hand import OWN
from tests.workflow.points.members_at_hand import POINTS_HEAD

HERE, FORM = "/desk/points", "/points/claim/blood_donated"
FILE = (pdf(), "材料.pdf")
TIMES = 3
ASIDE = {"code_tried", "chain_link", "link_subject"}
"""Where it is kept that a code that is none was typed, which is to be counted each time."""

Request = Callable[[], Answer]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A request that was done, and answered with 303, or 201 to a program: what the very same is answered later, and requests like it to be refused.

    Refused are other contents under the same key, and other people, each with 403 or 409.
    """

    send: Request
    again: int
    others: tuple[Request, ...] = ()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own(request, tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp(request.param)
    with place_of(request, folder) as database, served(folder, database, LOCKED) as found:
        yield found


@pytest.fixture(scope="module")
def restarted(own) -> dict[str, tuple[Deed, Answer]]:
    """Do all deeds, restart the server, and return each with its answer."""
    done: dict[str, tuple[Deed, Answer]] = {}
    for name, deed in deeds(own):
        before = kept(own)
        done[name] = deed, deed.send()
        assert done[name][1].status in DONE, (name, done[name][1])
        assert kept(own) != before, name
    own.server.restart()
    return done


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

    yield "file", _file(own)
    yield from _ending(own)
    yield "settle", _settled(own)

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


def _file(own: Served) -> Deed:
    """Return the deed by which a file of points is taken, sent by a program under one key.

    Under another key the same file is known, and in another file its lines.
    """
    admin, path, same = own.staff["admin"], "/points/files/points", _points(own, "l1", "一课")
    others = (
        partial(admin.send, path, file=same),
        partial(admin.send, path, file=_points(own, "l1", "别的课")),
        partial(own.staff["superior"].send, path, file=_points(own, "l3", "三课")),
    )
    return Deed(send=partial(admin.send, path, "file-0001", file=same), again=201, others=others)


def _points(own: Served, key: str, event: str) -> tuple[bytes, str]:
    """Return a file of one line, of that key."""
    line = [own.crowd[7].code, "lecture_given", today().isoformat(), "", event, "", key]
    return "\n".join(map(",".join, [POINTS_HEAD, line, []])).encode(), "points.csv"


def _ending(own: Served) -> Iterator[tuple[str, Deed]]:
    """Yield how the points of one year are announced to end, and those of another end."""
    early, late = OLDEST.year, OLDEST.year + 1
    for year in (early, late):
        own.newcomer(year=year, points=300)
    own.announced(early)
    for name, year, what in (("end", early, "end"), ("announce", late, "announce")):
        path = f"{HERE}/expiry/{year}/{what}"
        others = (partial(own.staff["till"].post, path), partial(own.staff["superior"].post, path))
        yield name, Deed(send=partial(own.staff["admin"].post, path), again=303, others=others)


def _settled(own: Served) -> Deed:
    """Return the deed by which a merchant's month is settled; what was bought in it is not reversed after."""
    merchant, line = own.bought_last_month(300)
    path = f"{HERE}/merchants/{merchant}/months/{own.last_month}"
    move = f"{HERE}/members/{own.crowd[0].id}/lines/{line}/reversal"
    others = (
        partial(own.staff["other admin"].post, path),
        partial(own.staff["other admin"].post, move, reason="退货"),
        partial(own.staff["till"].post, path),
    )
    return Deed(send=partial(own.staff["admin"].post, path), again=409, others=others)


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


def test_what_is_asked_again_after_a_restart_has_had_its_one_effect(own, restarted):
    before = kept(own)
    for name, (deed, first) in restarted.items():
        for _ in range(TIMES):
            again = deed.send()
            assert again.status == deed.again, (name, again.status)
            assert again.status == 409 or (again.location, again.told) == (first.location, first.told), name
        for other in deed.others:
            assert other().status in {403, 409}, name
        assert kept(own) == before, name
    assert own.server.said() == ""


def test_a_restart_lets_what_is_new_through(own, restarted):
    """Control: requests that differ by their key alone, or by what the file says, have an effect of their own."""
    assert restarted
    form = {"day": today().isoformat(), "event": "秋季献血", "file": FILE}
    before = own.rows("claim")
    assert own.clients[2].post(FORM, key="anew", **form).status == 303
    assert own.rows("claim") == before + 1
    assert own.staff["admin"].send("/points/files/points", file=_points(own, "l2", "二课")).status == 201
