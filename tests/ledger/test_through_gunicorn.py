"""The same is asked fifty times at once of real gunicorn, by people who are signed in: it happens once, nothing is lost.

Each round ends in sums that only one order of the fifty can give, and what is wrong with them is told in words: so the
variant whose writers do not wait for each other is seen to go wrong in the very same rounds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import quarter_of
from scoring.workflow.verify_chain import verify_chain
from scoring.working_days import today
from tests.databases import Database, own_postgresql, sqlite_in
from tests.ledger.crowd_at_hand import AT_ONCE, Served, served
from tests.ledger.served_at_hand import LOCKED, UNLOCKED, Answer, Hand, at_once
from tests.sizes import ROUNDS
from tests.uploads.bytes_of import pdf
from tests.workflow.points.claims_at_hand import OWN

STOCK = 20
PRICE = 300
HALF = AT_ONCE // 2
HERE, TILL = "/desk/points", "/till/redeem"
FILE = (pdf(), "材料.pdf")

Request = Callable[[], Answer]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The county on either database, behind the product's own server."""
    folder = tmp_path_factory.mktemp(request.param)
    with _place(request, folder) as database, served(folder, database, LOCKED) as found:
        yield found


@contextmanager
def _place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield sqlite_in(folder)
        return
    with own_postgresql(request.getfixturevalue("postgresql")) as found:
        yield found


def told(answers: Sequence[Answer], done: int, status: int = 303) -> list[str]:
    """Return what is wrong with answers of which *done* are to be of that status and all others refused, with 409."""
    found = Counter(own.status for own in answers)
    wanted = Counter({status: done}) + Counter({409: len(answers) - done})
    return [] if found == wanted else [f"answered {dict(found)} and not {dict(wanted)}"]


def moved(what: str, before: int, after: int, by: int) -> list[str]:
    """Return what is wrong with a figure that is to move *by* so much."""
    return [] if after - before == by else [f"{what} moved by {after - before} and not by {by}"]


# Spending


def codes_of(clients: Sequence[Hand], offer: int) -> tuple[list[str], list[str]]:
    """Return the codes that are asked for, all at once, and what is wrong with them."""
    answers = at_once([partial(one.post, f"/points/offers/{offer}/code") for one in clients])
    found = [re.search(r'till-digits">(\d{4}) (\d{4})<', one.text) for one in answers]
    digits = ["".join(one.groups()) for one in found if one]
    digits += ["00000000"] * (len(clients) - len(digits))
    same = [] if len({*digits}) == len(clients) else ["two have the same code"]
    return digits, told(answers, len(clients), 200) + same


def typed(own: Served, digits: Sequence[str]) -> list[Answer]:
    """Return what the till is answered to codes typed at once."""
    return at_once([partial(own.staff["till"].post, TILL, code=one) for one in digits])


def take_the_last(own: Served, number: int) -> list[str]:
    """Fifty members have a code each, and the shop has twenty: twenty get one, and all figures say so."""
    offer = own.shop.more(title=f"雨伞{number}", stock=STOCK)
    digits, faults = codes_of(own.clients, offer.number)
    shop, purses = own.held(own.shop.merchant.id), own.purses()
    faults += told(typed(own, digits), STOCK)
    faults += moved("the shop", shop, own.held(own.shop.merchant.id), STOCK * PRICE)
    return faults + moved("the fifty", purses, own.purses(), -STOCK * PRICE)


def take_one_code(own: Served, number: int) -> list[str]:
    """A code is typed fifty times: it is taken once, and everybody sees the same receipt."""
    place = number % AT_ONCE
    (code,), faults = codes_of([own.clients[place]], own.shop.offer.number)
    shop, held = own.held(own.shop.merchant.id), own.held(own.crowd[place].id)
    answers = typed(own, [code] * AT_ONCE)
    faults += told(answers, AT_ONCE)
    if len({one.location for one in answers}) != 1:
        faults.append("there are several receipts")
    faults += moved("the shop", shop, own.held(own.shop.merchant.id), PRICE)
    return faults + moved("the member", held, own.held(own.crowd[place].id), -PRICE)


def take_codes_of_one(own: Served, number: int) -> list[str]:
    """A member asks for fifty codes at once, and all are typed at once: the newest is good, and that once."""
    place = number % AT_ONCE
    digits, faults = codes_of([own.clients[place]] * AT_ONCE, own.shop.offer.number)
    held = own.held(own.crowd[place].id)
    faults += told(typed(own, digits), 1)
    return faults + moved("the member", held, own.held(own.crowd[place].id), -PRICE)


def spend_or_take_back(own: Served, _: int) -> list[str]:
    """All a member has is redeemed by half and taken back by half: whoever comes second finds nothing, or has it owed."""
    member, client = own.newcomer()
    motion = own.motion(own.awarded(member, PRICE))
    (code,), faults = codes_of([client], own.shop.offer.number)
    shop = own.held(own.shop.merchant.id)
    redeem: Request = partial(own.staff["till"].post, TILL, code=code)
    confirm: Request = partial(own.staff["admin"].post, f"{HERE}/reversals/{motion}/confirm")
    answers = at_once([redeem, confirm] * HALF)
    spent = own.held(own.shop.merchant.id) - shop
    faults += told(answers[::2], HALF if spent else 0) + told(answers[1::2], 1)
    now = own.balance(member.id)
    if (now.balance, now.owed) != (0, spent) or spent not in {0, PRICE}:
        faults.append(f"{now.balance} held, {now.owed} owed, {spent} spent")
    return faults


# Awarding


def claim(own: Served, number: int) -> list[str]:
    """The same form is sent fifty times: it is one claim."""
    before = own.rows("claim")
    form = {"key": f"once{number}", "day": today().isoformat(), "event": f"献血{number}", "file": FILE}
    answers = at_once([partial(own.clients[0].post, "/points/claim/blood_donated", **form)] * AT_ONCE)
    return told(answers, AT_ONCE) + moved("claims", before, own.rows("claim"), 1)


def claim_for_all(own: Served, number: int) -> list[str]:
    """Whoever came to a meeting is claimed for by one form, sent fifty times: each of them has one claim."""
    before = own.rows("claim")
    came = [one.id for one in own.crowd[:3]]
    form = {"unit": OWN, "item": "general_meeting", "day": today().isoformat(), "event": f"大会{number}"}
    form |= {"form": f"f{number}", "member": came, "file": FILE}
    answers = at_once([partial(own.staff["secretary"].post, f"{HERE}/award", **form)] * AT_ONCE)
    return told(answers, AT_ONCE) + moved("claims", before, own.rows("claim"), len(came))


def open_quarter(own: Served, _: int) -> list[str]:
    """The running quarter is opened by fifty: whoever is new has the baseline once, and nobody has it again."""
    send = partial(own.staff["admin"].post, f"{HERE}/quarters/open", quarter=quarter_of(today()))
    faults = told([send()], 1)
    member, _client = own.newcomer()
    before = own.rows("transfer")
    faults += told(at_once([send] * AT_ONCE), AT_ONCE)
    faults += moved("transfers", before, own.rows("transfer"), 1)
    return faults + moved("the baseline", 0, own.held(member.id, Ledger.HONOUR), 6000)


# Verifying


def decided(own: Served, claim: int, how: str) -> Request:
    """Return the request by which the superior decides a claim: `post` or `void`."""
    form = {how: str(claim), f"reason:{claim}": "没有签到表" if how == "void" else ""}
    return partial(own.staff["superior"].post, f"{HERE}/claims", **form)


def verify(own: Served, number: int) -> list[str]:
    """A claim is verified by fifty, half of them its branch's superior and half its secretary's: one posts it."""
    member, client = own.newcomer()
    form = {"key": f"lecture{number}", "day": today().isoformat(), "event": "讲党课", "file": FILE}
    faults = told([client.post("/points/claim/lecture_given", **form)], 1)
    kept = own.rows("claim")
    by_secretary = partial(own.staff["secretary"].post, f"{HERE}/claims", post=str(kept))
    faults += told(at_once([decided(own, kept, "post"), by_secretary] * HALF), 1)
    return faults + moved("the member", 0, own.held(member.id), 400)


def verify_under_a_cap(own: Served, _: int) -> list[str]:
    """Fifty claims under one cap are verified at once: what posts is the cap, 8 points a quarter."""
    member, _client = own.newcomer()
    numbers = own.claimed(member, "pledge_kept", AT_ONCE)
    faults = told(at_once([decided(own, one, "post") for one in numbers]), AT_ONCE)
    for ledger in (Ledger.HONOUR, Ledger.SPENDABLE):
        faults += moved(ledger.value, 0, own.held(member.id, ledger), 800)
    return faults


def verify_or_send_back(own: Served, _: int) -> list[str]:
    """A claim is posted by half and sent back by half: one of all of them decides it, and the books say which."""
    member, _client = own.newcomer()
    (number,) = own.claimed(member, "pledge_kept")
    answers = at_once([decided(own, number, "post"), decided(own, number, "void")] * HALF)
    posted = sum(one.status == 303 for one in answers[::2])
    return told(answers, 1) + moved("the member", 0, own.held(member.id), 400 * posted)


def verify_or_withdraw(own: Served, number: int) -> list[str]:
    """A claim is posted by half while its member takes it back by half: one of all of them moves it."""
    member, client = own.newcomer()
    form = {"key": f"taken{number}", "day": today().isoformat(), "event": "献血", "file": FILE}
    faults = told([client.post("/points/claim/blood_donated", **form)], 1)
    kept = own.rows("claim")
    withdraw = partial(client.post, f"/points/claims/{kept}/withdraw")
    answers = at_once([decided(own, kept, "post"), withdraw] * HALF)
    posted = sum(one.status == 303 for one in answers[::2])
    return faults + told(answers, 1) + moved("the member", 0, own.held(member.id), 500 * posted)


# Reversing


def move_to_reverse(own: Served, _: int) -> list[str]:
    """It is moved by fifty that a line be reversed: one motion waits, and nothing is reversed yet."""
    member, _client = own.newcomer()
    line = own.awarded(member, 700)
    path = f"{HERE}/members/{member.id}/lines/{line}/reversal"
    answers = at_once([partial(own.staff["superior"].post, path, reason="记错")] * AT_ONCE)
    return told(answers, 1) + moved("the member", 700, own.held(member.id), 0)


def reverse(own: Served, _: int) -> list[str]:
    """A motion is confirmed by fifty: the line is reversed once."""
    member, _client = own.newcomer()
    motion = own.motion(own.awarded(member, 700))
    own.awarded(member, 5000)
    answers = at_once([partial(own.staff["admin"].post, f"{HERE}/reversals/{motion}/confirm")] * AT_ONCE)
    return told(answers, 1) + moved("the member", 5700, own.held(member.id), -700)


def reverse_or_refuse(own: Served, _: int) -> list[str]:
    """A motion is confirmed by half and refused by half: one of all of them answers it."""
    member, _client = own.newcomer()
    here = f"{HERE}/reversals/{own.motion(own.awarded(member, 700))}"
    confirm = partial(own.staff["admin"].post, f"{here}/confirm")
    answers = at_once([confirm, partial(own.staff["admin"].post, f"{here}/refuse", reason="没有错")] * HALF)
    confirmed = sum(one.status == 303 for one in answers[::2])
    return told(answers, 1) + moved("the member", 700, own.held(member.id), -700 * confirmed)


SPENDING = (take_the_last, take_one_code, take_codes_of_one, spend_or_take_back)
AWARDING = (claim, claim_for_all, open_quarter)
VERIFYING = (verify, verify_under_a_cap, verify_or_send_back, verify_or_withdraw)
REVERSING = (move_to_reverse, reverse, reverse_or_refuse)


def wrong_rounds(own: Served, act: Callable[[Served, int], list[str]], rounds: int) -> dict[int, list[str]]:
    """Return what is wrong with each of the rounds that went wrong, by number."""
    found = {number: act(own, number) for number in range(rounds)}
    return {number: faults for number, faults in found.items() if faults}


@pytest.mark.parametrize("act", [*SPENDING, *AWARDING, *VERIFYING, *REVERSING])
def test_what_fifty_ask_for_at_once_is_done_as_one_after_the_other(own, act):
    assert wrong_rounds(own, act, ROUNDS) == {}
    assert own.server.said() == ""


def test_the_books_are_sound_after_all_rounds(own):
    assert verify_chain(own.store).faults == ()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_without_the_lock_the_same_rounds_go_wrong(database, tmp_path):
    """Control: the server is the same but for the turn its writers wait for."""
    with served(tmp_path, database, UNLOCKED) as own:
        last, capped = (wrong_rounds(own, act, 2) for act in (take_the_last, verify_under_a_cap))
    assert "the fifty moved by" in str(last)
    assert capped
