"""The books balance after any sequence of steps, and are what a model in plain Python says they are.

`STARS_TEST_STEPS` sets how many steps there are (a night takes a million), `STARS_TEST_SEED` which.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import scoring.ledger
from scoring.criteria.item import Ledger
from scoring.store.ledger import claims, quarters, transfers
from scoring.workflow.points import reversing
from tests.ledger.steps import Steps, Wrong
from tests.sizes import SEED, STEPS

SHARE = {"sqlite": 7, "postgresql": 3}
"""Of ten steps; every call takes PostgreSQL longer."""

ENOUGH = 4_000
"""In so many steps everything has happened."""

MOST = 14_000
"""By that step at the latest each planted fault has shown itself."""

_HAPPENED = (
    "claim",
    "verify",
    "take_file",
    "redeem",
    "reverse",
    "again",
    "withdraw",
    "change_member",
    "closed",
)


def test_the_books_are_the_models_after_every_step(store, database, tmp_path):
    steps = STEPS * SHARE[database.name] // 10
    own = Steps(store, tmp_path, SEED)
    own.run(steps)
    assert sum(own.done.values()) >= steps
    if steps >= ENOUGH:
        assert all(own.done[name] for name in _HAPPENED), own.done
        kinds = {line.kind for line in own.model.laid}
        assert kinds >= {"baseline", "award", "loss", "redemption", "reversal", "repayment"}


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


def closed_quarter_moved(patch) -> None:
    """What is closed takes claims all the same."""
    patch.setattr(quarters, "is_closed_for", lambda *_: False)


FAULTS = {
    cap_ignored: 1,
    reversal_takes_too_much: 1,
    repayment_forgotten: 1,
    retry_posts_twice: 1,
    closed_quarter_moved: 2,
}
"""Each with a seed that soon comes to it."""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", FAULTS)
def test_a_planted_fault_is_found(store, tmp_path, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(Wrong):
        Steps(store, tmp_path, FAULTS[plant]).run(MOST)
