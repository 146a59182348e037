"""The books balance after any sequence of steps, and are what a model in plain Python says they are.

`STARS_TEST_STEPS` sets how many steps there are (a night takes a million), `STARS_TEST_SEED` which.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import scoring.ledger
from scoring.criteria.item import Ledger
from scoring.offers import hindrances, wanting
from scoring.store.ledger import claims, codes, expiry, quarters, redemptions, reversals, transfers
from scoring.store.ledger import offers as kept_offers
from scoring.workflow.points import claiming, expiring, offers, redeeming, reversing, settling, tallies
from tests.ledger.steps import Steps
from tests.ledger.walk import Wrong
from tests.sizes import SEED, STEPS

SHARE = {"sqlite": 7, "postgresql": 3}
"""Of ten steps; every call takes PostgreSQL longer."""

ENOUGH = 4_000
"""In so many steps everything has happened."""

MOST = 6_000
"""By that step at the latest each planted fault has shown itself."""

_HAPPENED = (
    "claim",
    "verify",
    "take_file",
    "redeem",
    "reverse",
    "withdraw",
    "change_member",
    "closed",
    "again",
    "code good",
    "code again",
    "code over",
    "settle",
    "objects",
    "hear",
    "ended",
)


def test_the_books_are_the_models_after_every_step(store, database, tmp_path):
    steps = STEPS * SHARE[database.name] // 10
    own = Steps(store, tmp_path, SEED)
    own.run(steps)
    assert own.gone() >= steps
    if steps >= ENOUGH:
        assert all(own.done[name] for name in _HAPPENED), own.done
        kinds = {line.kind for line in own.model.laid}
        assert kinds >= {"baseline", "award", "loss", "redemption", "reversal", "repayment", "expiry"}


def cap_ignored(patch) -> None:
    """The month's cap is forgotten, where all others hold."""
    posted = transfers.posted
    patch.setattr(transfers, "posted", lambda *given, **more: replace(posted(*given, **more), month=0))


def reversal_takes_too_much(patch) -> None:
    """A hundredth more goes back than was given."""
    real = reversing.reversal

    def reversal(*given):
        new = real(*given)
        return replace(new, amount=new.amount + 1) if new.ledger is Ledger.HONOUR else new

    patch.setattr(reversing, "reversal", reversal)


def repayment_forgotten(patch) -> None:
    """What is owed stays owed, whatever is earned."""
    patch.setattr(scoring.ledger, "repayment", lambda *_: None)


def retry_posts_twice(patch) -> None:
    """The key is not looked for, and kept so that nothing else finds it."""
    add = claims.add
    patch.setattr(claims, "of_keys", lambda *_: {})
    patch.setattr(
        claims, "add", lambda c, new: add(c, [replace(own, key=f"{own.key} {id(own)}") for own in new])
    )


def event_claimed_twice(patch) -> None:
    """What waits for the same event is not looked for when another claim of it comes."""
    patch.setattr(claims, "waiting_of_event", lambda *_: ())


def event_posted_and_claimed(patch) -> None:
    """What is posted for the same event is not looked for when another claim of it comes."""
    patch.setattr(transfers, "numbers_of_event", lambda *_: ())


def event_by_its_letters(patch) -> None:
    """A space makes another event of it, for claims and for files."""
    for module in (transfers, claims, claiming, tallies):
        patch.setattr(module, "event_as", lambda name: name)


def closed_quarter_moved(patch) -> None:
    """What is closed takes claims all the same."""
    patch.setattr(quarters, "is_closed_for", lambda *_: False)


def community_twice(patch) -> None:
    """What a community may verify counts by its name too, so that one day's service counts under two."""
    posted = transfers.posted
    patch.setattr(transfers, "posted", lambda *given, by_day_alone: posted(*given, by_day_alone=False))


def stock_without_end(patch) -> None:
    """There is always one more."""
    patch.setattr(redemptions, "taken", lambda *_: {})


def dates_ignored(patch) -> None:
    """An offer is had before its first day, and after its last."""
    patch.setattr(offers, "hindrances", lambda own, day, taken: hindrances(own, own.first_day, taken))


def card_not_asked_for(patch) -> None:
    """Whoever has the points has the card."""
    patch.setattr(offers, "wanting", lambda own, *more: wanting(replace(own, card=""), *more))


def code_good_for_ever(patch) -> None:
    """Five minutes go by, and the code does not."""
    find = codes.find

    def found(*given):
        own = find(*given)
        now = redeeming.datetime.now(UTC)
        return own and replace(own, until=max(own.until, now + timedelta(minutes=int(own.until <= now))))

    patch.setattr(codes, "find", found)


def older_code_good(patch) -> None:
    """Another code was asked for, and the first is taken."""
    _codes(patch, replaced=False)


def code_of_before_the_change(patch) -> None:
    """The offer was changed, and the code of before is taken."""
    _codes(patch, made_at=datetime.max.replace(tzinfo=UTC))


def code_taken_twice(patch) -> None:
    """Nobody asks whether the code was used."""
    patch.setattr(redemptions, "of_code", lambda *_: None)


def code_of_any_shop(patch) -> None:
    """A till takes codes of another shop."""
    own = redeeming.own_merchant
    shops = []

    def till(*given):
        shops.append(own(*given))
        return shops[-1]

    find = kept_offers.find
    patch.setattr(redeeming, "own_merchant", till)
    patch.setattr(
        kept_offers,
        "find",
        lambda *given: replace(find(*given), merchant=shops[-1].id) if shops else find(*given),
    )


def own_code_taken(patch) -> None:
    """Who stands at the till takes their own code."""
    patch.setattr(redeeming, "other_hands", lambda *_: None)


def till_never_closes(patch) -> None:
    """Digits are tried until some are good."""
    patch.setattr(redeeming, "_refuse_while_closed", lambda *_: None)


def expiry_before_its_day(patch) -> None:
    """Points are let go before the day that was announced."""
    hindering = expiring._hindering
    patch.setattr(expiring, "_hindering", lambda year, day, own: () if own else hindering(year, day, own))


def expiry_of_all(patch) -> None:
    """A year takes along the whole balance, whatever was earned later."""
    left = expiry.left
    patch.setattr(expiry, "left", lambda c, year, *more: left(c, max(year, 2100), *more))


def ended_and_taken_again(patch) -> None:
    """An award is reversed whose points ended unspent, and they are taken a second time."""
    patch.setattr(expiry, "ended_of", lambda *_: (0, 0))


def reversed_by_one(patch) -> None:
    """Who moved it confirms it, and members answer their own objections."""
    patch.setattr(reversing, "other_hands", lambda *_: None)


def settled_and_reversed(patch) -> None:
    """What was paid to the merchant is taken back."""
    patch.setattr(reversals, "is_settled", lambda *_: False)


def settled_while_it_waits(patch) -> None:
    """Nobody looks for motions before a month is settled."""
    patch.setattr(settling, "_moved", lambda *_: ())


def settled_while_it_is_objected_to(patch) -> None:
    """Nobody looks for objections before a month is settled."""
    patch.setattr(settling, "_objected", lambda *_: ())


def objection_moves_nothing(patch) -> None:
    """It is upheld, and the motion is about another line."""
    add = reversals.add_motion
    patch.setattr(reversals, "add_motion", lambda c, new: add(c, replace(new, transfer=1)))


def objected_twice(patch) -> None:
    """An objection that waits hinders no other."""
    patch.setattr(reversals, "objections_to", lambda *_: ())


def card_by_what_was_taken_back(patch) -> None:
    """A member reads a card that rests on points long reversed."""
    earned = quarters.spendable_earned

    def more(*given):
        return {one: points + 300 for one, points in earned(*given).items()}

    patch.setattr(quarters, "spendable_earned", more)


def _codes(patch, **other) -> None:
    find = codes.find

    def found(*given):
        own = find(*given)
        return own and replace(own, **other)

    patch.setattr(codes, "find", found)


FAULTS = {
    cap_ignored: 3,
    reversal_takes_too_much: 1,
    repayment_forgotten: 1,
    retry_posts_twice: 1,
    event_claimed_twice: 1,
    event_posted_and_claimed: 1,
    event_by_its_letters: 1,
    closed_quarter_moved: 1,
    community_twice: 1,
    stock_without_end: 1,
    dates_ignored: 1,
    card_not_asked_for: 1,
    code_good_for_ever: 1,
    older_code_good: 1,
    code_of_before_the_change: 1,
    code_taken_twice: 1,
    code_of_any_shop: 1,
    own_code_taken: 1,
    till_never_closes: 1,
    expiry_before_its_day: 1,
    expiry_of_all: 1,
    ended_and_taken_again: 3,
    reversed_by_one: 1,
    settled_and_reversed: 1,
    settled_while_it_waits: 1,
    settled_while_it_is_objected_to: 1,
    objection_moves_nothing: 1,
    objected_twice: 1,
    card_by_what_was_taken_back: 1,
}
"""Each with a seed that soon comes to it."""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", FAULTS)
def test_a_planted_fault_is_found(store, tmp_path, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(Wrong):
        Steps(store, tmp_path, FAULTS[plant]).run(MOST)
