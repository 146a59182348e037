"""The same is asked fifty times at once of real gunicorn, by people who are signed in: it happens once, nothing is lost.

What is wrong with a round is told in words: so the variant whose writers do not wait for each other is seen to go wrong
in the very same rounds. Every operation on points is here, raced or with the reason why it is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from scoring.workflow.verify_chain import verify_chain
from tests.databases import sqlite_in
from tests.ledger import rounds
from tests.ledger.crowd_at_hand import Served, place_of, served
from tests.ledger.deeds_at_hand import FIFTH, HALF
from tests.ledger.rounds import take_the_last, verify_under_a_cap
from tests.ledger.served_at_hand import LOCKED, UNLOCKED
from tests.sizes import ROUNDS
from tests.web.api.test_points_once import TAGS
from tests.workflow.county import store_at
from web.api.description import description
from web.app import create_app

Round = Callable[[Served, int], list[str]]

PAGES = ("points", "points_work", "till", "merchants", "redeeming", "expiry")
"""The blueprints of the pages of members' points."""

RACED: dict[Round, tuple[str, ...]] = {
    rounds.take_the_last: ("redeeming.code", "code_asked", "till.take", "code_taken"),
    rounds.take_one_code: ("till.take", "code_taken"),
    rounds.take_codes_of_one: ("redeeming.code", "code_asked", "till.take", "code_taken"),
    rounds.spend_or_take_back: ("till.take", "code_taken", "points_work.confirm", "reversal_confirmed"),
    rounds.claim: ("points.send", "points_claimed"),
    rounds.claim_for_all: ("points_work.claim_for_all", "attendance_claimed"),
    rounds.open_quarter: ("points_work.open_one", "quarter_opened"),
    rounds.close_quarter: ("points_work.close", "quarter_closed", "quarters_closed"),
    rounds.take_a_file: ("points_file_taken",),
    rounds.verify: ("points_work.decide", "claims_decided"),
    rounds.verify_under_a_cap: ("points_work.decide", "claims_decided"),
    rounds.verify_or_send_back: ("points_work.decide", "claims_decided"),
    rounds.verify_or_withdraw: ("points_work.decide", "points.withdraw", "claim_withdrawn"),
    rounds.move_to_reverse: ("points_work.move", "reversal_moved"),
    rounds.reverse: ("points_work.confirm", "reversal_confirmed"),
    rounds.reverse_or_refuse: ("points_work.confirm", "points_work.refuse", "reversal_refused"),
    rounds.object_to: ("points.object_to", "line_objection_filed"),
    rounds.uphold: ("points_work.uphold", "line_objection_upheld"),
    rounds.uphold_or_dismiss: ("points_work.uphold", "points_work.dismiss", "line_objection_dismissed"),
    rounds.uphold_or_drop: (
        "points_work.uphold",
        "points.withdraw_objection",
        "line_objection_withdrawn",
    ),
    rounds.announce: ("expiry.announce", "expiry_announced"),
    rounds.end: ("expiry.end", "expiry_ended"),
    rounds.spend_or_end: ("expiry.end", "expiry_ended", "till.take", "code_taken"),
    rounds.settle: ("merchants.settle_month", "month_settled"),
    rounds.settle_or_move: ("merchants.settle_month", "month_settled", "points_work.move", "reversal_moved"),
    rounds.settle_or_reverse: ("merchants.settle_month", "month_settled", "points_work.confirm"),
}
"""The rounds, each with the operations it races: those of pages with their blueprint, those of the API by their id."""

_READS = "writes nothing"
_LIST = "a list without points: two of one number or name are refused by the database, see test_points_once"
_REVISION = "moves no points: whoever comes second has another revision than is kept, and is refused"
_TWICE = "moves no points: done again it is as it was, see test_points_once"

NOT_RACED = {
    "till.look": _READS,
    "code_looked_at": _READS,
    "members_file_tried": _READS,
    "points_file_tried": _READS,
    "points_work.replay_file": _READS,
    "points_work.add": _LIST,
    "member_added": _LIST,
    "points_work.take_members": _LIST,
    "members_file_taken": _LIST,
    "points_work.adopt": "moves no points: rules are taken once by their name, see test_points_once",
    "rules_taken": "moves no points: rules are taken once by their name, see test_points_once",
    "points_work.change": _REVISION,
    "points_work.leave": _REVISION,
    "member_left": _REVISION,
    "points_work.take_means": "moves no points: marks on a sheet, of which each has its revision",
    "merchants.add": "a list without points; sent again by a program it is known by its key",
    "merchant_added": "a list without points; sent again by a program it is known by its key",
    "merchants.change": _REVISION,
    "merchants.close": _REVISION,
    "merchant_closed": _REVISION,
    "merchants.put": _TWICE,
    "till_added": _TWICE,
    "merchants.take": _TWICE,
    "merchants.add_for": "an offer more, which spends nothing until its code is taken",
    "till.add": "an offer more, which spends nothing until its code is taken",
    "offer_added": "an offer more, which spends nothing until its code is taken",
    "merchants.change_one": _REVISION,
    "till.change": _REVISION,
    "merchants.end_one": _REVISION,
    "till.end": _REVISION,
    "offer_ended": _REVISION,
}
"""The other operations, each with the reason why it is not raced."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The county on either database, behind the product's own server."""
    folder = tmp_path_factory.mktemp(request.param)
    with place_of(request, folder) as database, served(folder, database, LOCKED) as found:
        yield found


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, which knows which operation is at which address."""
    with store_at(sqlite_in(tmp_path_factory.mktemp("addresses"))) as store:
        yield create_app(store)


def posted(app: Flask) -> set[str]:
    """Return the operations of *app* on members' points that are asked for by POST."""
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    programs = {
        operation["operationId"]
        for item in description()["paths"].values()
        for method, operation in item.items()
        if method == "post" and operation["tags"][0] in TAGS
    }
    return {own for own in pages if own.partition(".")[0] in PAGES} | programs


def unnamed(app: Flask) -> set[str]:
    """Return the operations that are neither raced nor named with a reason, and those named that are none."""
    raced = {name for names in RACED.values() for name in names}
    assert not raced & NOT_RACED.keys()
    return posted(app) ^ (raced | NOT_RACED.keys())


def test_every_operation_on_points_is_raced_or_named_with_a_reason(app):
    assert unnamed(app) == set()


def test_a_new_operation_that_nobody_races_is_found(tmp_path):
    """Negative control: a page on which points could be given."""
    with store_at(sqlite_in(tmp_path)) as store:
        app = create_app(store)
    app.add_url_rule("/points/gift", "points.gift", lambda: "given", methods=["POST"])
    assert unnamed(app) == {"points.gift"}


def asked_for(app: Flask, sent: Counter[str]) -> Counter[str]:
    """Return how often each operation was asked for, given the paths."""
    addresses, found = app.url_map.bind("localhost"), Counter[str]()
    for path, times in sent.items():
        endpoint, _ = addresses.match(path, method="POST")
        found[endpoint.removeprefix("work_api.")] += times
    return found


def wrong_rounds(own: Served, act: Round, many: int) -> dict[int, list[str]]:
    """Return what is wrong with each of the rounds that went wrong, by number."""
    found = {number: act(own, number) for number in range(many)}
    return {number: faults for number, faults in found.items() if faults}


@pytest.mark.parametrize("act", RACED, ids=lambda act: act.__name__)
def test_what_fifty_ask_for_at_once_is_done_as_one_after_the_other(own, app, act):
    """It races what the table says, too: a fifth of a half of the fifty at least are for each operation."""
    own.sent.clear()
    assert wrong_rounds(own, act, ROUNDS) == {}
    assert own.server.said() == ""
    asked = asked_for(app, own.sent)
    assert all(asked[name] >= ROUNDS // 2 * (HALF // FIFTH) for name in RACED[act]), asked


def test_the_books_are_sound_after_all_rounds(own):
    assert verify_chain(own.store).faults == ()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_without_the_lock_the_same_rounds_go_wrong(database, tmp_path):
    """Control: the server is the same but for the turn its writers wait for."""
    with served(tmp_path, database, UNLOCKED) as own:
        last, capped = (wrong_rounds(own, act, 2) for act in (take_the_last, verify_under_a_cap))
    assert "the fifty moved by" in str(last)
    assert capped
