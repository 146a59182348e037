"""Rounds in which fifty ask for the same at once, or for what excludes it; each returns in words what went wrong.

Each ends in sums that only one order of the fifty can give.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from scoring.criteria.item import Ledger
from scoring.ledger import quarter_of
from scoring.store import notices
from scoring.workflow.points import quarters
from scoring.working_days import today
from tests.ledger import deeds_at_hand as deeds
from tests.ledger.crowd_at_hand import AT_ONCE, OLDEST, Served
from tests.ledger.deeds_at_hand import HALF, HERE, in_turn
from tests.ledger.served_at_hand import Answer, Hand, at_once
from tests.uploads.bytes_of import pdf
from tests.workflow.points.claims_at_hand import OWN
from tests.workflow.points.members_at_hand import POINTS_HEAD

STOCK = 20
PRICE = 300
FILE = (pdf(), "材料.pdf")
MOST_ROUNDS = 60
"""Each kind of round has so many years of its own."""
DONE = frozenset({200, 201, 204, 303})
OLD_BRANCH = "A03"
"""A branch whose members all joined with the oldest rules."""


def told(answers: Sequence[Answer], done: int) -> list[str]:
    """Return what is wrong with answers of which *done* are to say that it was done, and all others, with 409, why not."""
    found = Counter("done" if own.status in DONE else str(own.status) for own in answers)
    wanted = Counter({"done": done, "409": len(answers) - done})
    return [] if found == wanted else [f"answered {dict(found)} and not {dict(wanted)}"]


def done(answers: Sequence[Answer]) -> int:
    """Return how many were told that it was done."""
    return sum(own.status in DONE for own in answers)


def moved(what: str, before: int, after: int, by: int) -> list[str]:
    """Return what is wrong with a figure that is to move *by* so much."""
    return [] if after - before == by else [f"{what} moved by {after - before} and not by {by}"]


# Spending


def codes_of(clients: Sequence[Hand], offer: int) -> tuple[list[str], list[str]]:
    """Return the codes that are asked for, all at once, and what is wrong with them."""
    asked = [(deeds.code(one, offer) * (place + 1))[place] for place, one in enumerate(clients)]
    answers = at_once(asked)
    digits = [_digits(one) or "00000000" for one in answers]
    same = [] if len({*digits}) == len(clients) else ["two have the same code"]
    return digits, told(answers, len(clients)) + same


def _digits(answer: Answer) -> str:
    """Return the code that a page shows, or that a program is told; '' where there is none."""
    if answer.text.startswith("{"):
        return str(json.loads(answer.text).get("digits", ""))
    found = re.search(r'till-digits">(\d{4}) (\d{4})<', answer.text)
    return "".join(found.groups()) if found else ""


def typed(own: Served, digits: Sequence[str]) -> list[Answer]:
    """Return what the till is answered to codes typed at once."""
    return at_once([(deeds.take(own, one) * (place + 1))[place] for place, one in enumerate(digits)])


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
    if not faults and len({one.number for one in answers}) != 1:
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
    answers = at_once(in_turn(deeds.take(own, code) * HALF, deeds.confirm(own, motion) * HALF))
    spent = own.held(own.shop.merchant.id) - shop
    faults += told(answers[::2], HALF if spent else 0) + told(answers[1::2], 1)
    now = own.balance(member.id)
    if (now.balance, now.owed) != (0, spent) or spent not in {0, PRICE}:
        faults.append(f"{now.balance} held, {now.owed} owed, {spent} spent")
    return faults


# Awarding


def claim(own: Served, number: int) -> list[str]:
    """The same form is sent fifty times, in every other round by a program under one key: it is one claim."""
    before, client = own.rows("claim"), own.clients[0]
    form = {"day": today().isoformat(), "event": f"献血{number}", "file": FILE}
    by_form = partial(client.post, "/points/claim/blood_donated", key=f"once{number}", **form)
    by_program = partial(client.send, "/me/points/claims", f"once-{number:04}", item="blood_donated", **form)
    answers = at_once([by_program if number % 2 else by_form] * AT_ONCE)
    return told(answers, AT_ONCE) + moved("claims", before, own.rows("claim"), 1)


def claim_for_all(own: Served, number: int) -> list[str]:
    """Whoever came to a meeting is claimed for by one form, or under one key, fifty times: each has one claim."""
    before, came, secretary = own.rows("claim"), own.crowd[:3], own.staff["secretary"]
    form = {"unit": OWN, "item": "general_meeting", "day": today().isoformat(), "event": f"大会{number}"}
    form |= {"file": FILE}
    by_form = partial(
        secretary.post, f"{HERE}/award", form=f"f{number}", member=[one.id for one in came], **form
    )
    by_program = partial(
        secretary.send, "/points/attendance", f"all-{number:04}", member=[one.code for one in came], **form
    )
    answers = at_once([by_program if number % 2 else by_form] * AT_ONCE)
    return told(answers, AT_ONCE) + moved("claims", before, own.rows("claim"), len(came))


def open_quarter(own: Served, _: int) -> list[str]:
    """The running quarter is opened by fifty: whoever is new has the baseline once, and nobody has it again."""
    opened = deeds.open_quarter(own, quarter_of(today()))
    faults = told([opened.form()], 1)
    member, _client = own.newcomer()
    before = own.rows("transfer")
    faults += told(at_once(opened * AT_ONCE), AT_ONCE)
    faults += moved("transfers", before, own.rows("transfer"), 1)
    return faults + moved("the baseline", 0, own.held(member.id, Ledger.HONOUR), 6000)


def close_quarter(own: Served, number: int) -> list[str]:
    """A branch's quarter is closed by half, and every branch's by half: one of all of them closes it."""
    quarter = f"{OLDEST.year + number // 4}Q{number % 4 + 1}"
    own.newcomer(OLD_BRANCH, since=OLDEST)
    quarters.open_quarter(own.store, None, quarter)
    before = own.rows("quarter_close")
    every = partial(own.staff["admin"].send, f"/points/quarters/{quarter}/closings")
    answers = at_once(in_turn(deeds.close_quarter(own, quarter, OLD_BRANCH) * HALF, [every] * HALF))
    by_all = sum(OLD_BRANCH in one.text for one in answers[1::2])
    faults = told(answers[::2], 1 - by_all) + told(answers[1::2], HALF)
    return faults + moved("closings", before, own.rows("quarter_close"), 1)


def take_a_file(own: Served, number: int) -> list[str]:
    """A file of points is handed in by fifty programs: its lines are posted once."""
    member, _client = own.newcomer()
    rows = [
        POINTS_HEAD,
        [member.code, "lecture_given", today().isoformat(), "", "讲党课", "", f"file{number}"],
    ]
    content = "".join(f"{','.join(row)}\n" for row in rows).encode()
    send = partial(own.staff["admin"].send, "/points/files/points", file=(content, f"{number}.csv"))
    answers = at_once([send] * AT_ONCE)
    return told(answers, 1) + moved("the member", 0, own.held(member.id), 400)


# Verifying


def verify(own: Served, number: int) -> list[str]:
    """A claim is verified by fifty, half of them its branch's superior and half its secretary's: one posts it."""
    member, client = own.newcomer()
    kept, faults = _claimed(client, "lecture_given", f"lecture{number}")
    by_both = in_turn(*(deeds.decide(own, kept, "post", by) * HALF for by in ("superior", "secretary")))
    return faults + told(at_once(by_both), 1) + moved("the member", 0, own.held(member.id), 400)


def verify_under_a_cap(own: Served, _: int) -> list[str]:
    """Fifty claims under one cap are verified at once: what posts is the cap, 8 points a quarter."""
    member, _client = own.newcomer()
    numbers = own.claimed(member, "pledge_kept", AT_ONCE)
    posted = [(deeds.decide(own, one, "post") * (place + 1))[place] for place, one in enumerate(numbers)]
    faults = told(at_once(posted), AT_ONCE)
    for ledger in (Ledger.HONOUR, Ledger.SPENDABLE):
        faults += moved(ledger.value, 0, own.held(member.id, ledger), 800)
    return faults


def verify_or_send_back(own: Served, _: int) -> list[str]:
    """A claim is posted by half and sent back by half: one of all of them decides it, and the books say which."""
    member, _client = own.newcomer()
    (number,) = own.claimed(member, "pledge_kept")
    post, void = (deeds.decide(own, number, how) * HALF for how in ("post", "void"))
    answers = at_once(in_turn(post, void))
    return told(answers, 1) + moved("the member", 0, own.held(member.id), 400 * done(answers[::2]))


def verify_or_withdraw(own: Served, number: int) -> list[str]:
    """A claim is posted by half while its member takes it back by half: one of all of them moves it."""
    member, client = own.newcomer()
    kept, faults = _claimed(client, "blood_donated", f"taken{number}")
    answers = at_once(in_turn(deeds.decide(own, kept, "post") * HALF, deeds.take_back(client, kept) * HALF))
    faults += told(answers, 1)
    return faults + moved("the member", 0, own.held(member.id), 500 * done(answers[::2]))


def _claimed(client: Hand, item: str, key: str) -> tuple[int, list[str]]:
    """Let the member claim today, and return the claim's number, and what was wrong."""
    form = {"item": item, "day": today().isoformat(), "event": key, "file": FILE}
    answer = client.send("/me/points/claims", **form)
    return answer.number, told([answer], 1)


# Reversing


def move_to_reverse(own: Served, _: int) -> list[str]:
    """It is moved by fifty that a line be reversed: one motion waits, and nothing is reversed yet."""
    member, _client = own.newcomer()
    answers = at_once(deeds.move(own, member.id, own.awarded(member, 700)) * AT_ONCE)
    return told(answers, 1) + moved("the member", 700, own.held(member.id), 0)


def reverse(own: Served, _: int) -> list[str]:
    """A motion is confirmed by fifty: the line is reversed once."""
    member, _client = own.newcomer()
    motion = own.motion(own.awarded(member, 700))
    own.awarded(member, 5000)
    answers = at_once(deeds.confirm(own, motion) * AT_ONCE)
    return told(answers, 1) + moved("the member", 5700, own.held(member.id), -700)


def reverse_or_refuse(own: Served, _: int) -> list[str]:
    """A motion is confirmed by half and refused by half: one of all of them answers it."""
    member, _client = own.newcomer()
    motion = own.motion(own.awarded(member, 700))
    answers = at_once(in_turn(deeds.confirm(own, motion) * HALF, deeds.refuse(own, motion) * HALF))
    return told(answers, 1) + moved("the member", 700, own.held(member.id), -700 * done(answers[::2]))


# Objecting


def object_to(own: Served, _: int) -> list[str]:
    """A member objects fifty times to a line: one objection waits."""
    member, client = own.newcomer()
    before = own.rows("points_objection")
    answers = at_once(deeds.object_to(client, own.awarded(member, 700)) * AT_ONCE)
    return told(answers, 1) + moved("objections", before, own.rows("points_objection"), 1)


def uphold(own: Served, _: int) -> list[str]:
    """An objection is upheld by fifty: one motion waits for a second person, and nothing is reversed yet."""
    member, _client, _line, objection = own.objected(700)
    before = own.rows("reversal_motion")
    answers = at_once(deeds.uphold(own, objection) * AT_ONCE)
    faults = told(answers, 1) + moved("motions", before, own.rows("reversal_motion"), 1)
    return faults + moved("the member", 700, own.held(member.id), 0)


def uphold_or_dismiss(own: Served, _: int) -> list[str]:
    """An objection is upheld by half and dismissed by half: one of all of them answers it."""
    _member, _client, _line, objection = own.objected(700)
    before = own.rows("reversal_motion")
    answers = at_once(in_turn(deeds.uphold(own, objection) * HALF, deeds.dismiss(own, objection) * HALF))
    return told(answers, 1) + moved("motions", before, own.rows("reversal_motion"), done(answers[::2]))


def uphold_or_drop(own: Served, _: int) -> list[str]:
    """An objection is upheld by half while its member takes it back by half: one of all of them ends it."""
    _member, client, line, objection = own.objected(700)
    before = own.rows("reversal_motion")
    answers = at_once(
        in_turn(deeds.uphold(own, objection) * HALF, deeds.drop(client, line, objection) * HALF)
    )
    return told(answers, 1) + moved("motions", before, own.rows("reversal_motion"), done(answers[::2]))


# Ending and settling


def announce(own: Served, number: int) -> list[str]:
    """The end of a year's points is announced by fifty: each member is told once."""
    year = OLDEST.year + number
    _member, client = own.newcomer(year=year, points=PRICE)
    before = own.rows("points_expiry")
    answers = at_once(deeds.announce(own, year) * AT_ONCE)
    faults = told(answers, AT_ONCE) + moved("steps", before, own.rows("points_expiry"), 1)
    with own.store.read() as c:
        heard = notices.of_person(c, client.person, AT_ONCE)
    return faults + moved("what the member was told", 0, len(heard), 1)


def end(own: Served, number: int) -> list[str]:
    """A year's points are let go by fifty: they end once."""
    year = OLDEST.year + MOST_ROUNDS + number
    member, _client = own.newcomer(year=year, points=PRICE)
    own.announced(year)
    own.awarded(member, PRICE)
    before = own.rows("points_expiry")
    answers = at_once(deeds.end(own, year) * AT_ONCE)
    faults = told(answers, AT_ONCE) + moved("steps", before, own.rows("points_expiry"), 1)
    return faults + moved("the member", 2 * PRICE, own.held(member.id), -PRICE)


def spend_or_end(own: Served, number: int) -> list[str]:
    """All a member has is redeemed by half while it is let go by half: it goes one way, and that once."""
    year = OLDEST.year + 2 * MOST_ROUNDS + number
    member, client = own.newcomer(year=year, points=PRICE)
    own.announced(year)
    (code,), faults = codes_of([client], own.shop.offer.number)
    shop = own.held(own.shop.merchant.id)
    answers = at_once(in_turn(deeds.take(own, code) * HALF, deeds.end(own, year) * HALF))
    spent = own.held(own.shop.merchant.id) - shop
    faults += told(answers[::2], HALF if spent else 0) + told(answers[1::2], HALF)
    if spent not in {0, PRICE}:
        faults.append(f"{spent} spent")
    return faults + moved("the member", PRICE, own.held(member.id), -PRICE)


def settle(own: Served, _: int) -> list[str]:
    """A merchant's month is settled by fifty: once, with what was redeemed in it."""
    merchant, _line = own.bought_last_month(PRICE)
    before = own.rows("settlement")
    answers = at_once(deeds.settle(own, merchant, own.last_month) * AT_ONCE)
    faults = told(answers, 1) + moved("settlements", before, own.rows("settlement"), 1)
    return faults + moved("the sum", 0, own.settled(merchant), PRICE)


def settle_or_move(own: Served, _: int) -> list[str]:
    """A month is settled by half while it is moved by half that its one redemption be reversed: one of all comes first.

    A settled redemption is not reversed, and a month in which one waits to be reversed is not settled.
    """
    merchant, line = own.bought_last_month(PRICE)
    member = own.crowd[0].id
    settled, motion = (
        deeds.settle(own, merchant, own.last_month),
        deeds.move(own, member, line, "other admin"),
    )
    answers = at_once(in_turn(settled * HALF, motion * HALF))
    return told(answers, 1) + moved("the sum", 0, own.settled(merchant), PRICE * done(answers[::2]))


def settle_or_reverse(own: Served, _: int) -> list[str]:
    """A month is settled by half while its one redemption is reversed by half: it is reversed, and never settled as it was."""
    merchant, line = own.bought_last_month(PRICE)
    motion = own.motion(line)
    settled = deeds.settle(own, merchant, own.last_month)
    answers = at_once(in_turn(settled * HALF, deeds.confirm(own, motion) * HALF))
    faults = told(answers[1::2], 1) + told(answers[::2], min(done(answers[::2]), 1))
    return faults + moved("the sum", 0, own.settled(merchant), 0)
