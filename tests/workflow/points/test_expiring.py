"""Points of a year end after they were announced to: what was earned first is spent first, and nobody loses more than is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scoring.criteria.item import Ledger
from scoring.criteria.points import Expiry
from scoring.ledger import NewTransfer, TransferKind, reversal
from scoring.permissions import NotAllowed
from scoring.store import notices
from scoring.store.drafts import By
from scoring.store.ledger import expiry, rules, transfers
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points import expiring as module
from scoring.workflow.points.expiring import (
    Announced,
    Ended,
    ExpiryRefused,
    announce_expiry,
    expire,
    expiring,
    see_expiry,
)
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.verify_chain import verify_chain
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import award, shop

NOBODY = By(person="")


@pytest.fixture
def own(store, tmp_path):
    """The member has 10 points of 2026 to spend."""
    return shop(store, tmp_path, awarded_on=date(2026, 11, 21))


@pytest.fixture
def on(monkeypatch):
    def at(*day):
        monkeypatch.setattr(module, "today", lambda: date(*day))

    return at


def spend(own, amount, *, kind=TransferKind.REDEMPTION, target="0" * 15 + "f", key="spent", day=(2027, 3, 1)):
    new = NewTransfer(
        key=key,
        ledger=Ledger.SPENDABLE,
        kind=kind,
        source=own.own.id,
        target=target,
        amount=amount,
        member=own.own.id,
        unit=own.own.unit,
        rules=RULES,
        day=date(*day),
    )
    with own.store.begin() as c:
        return transfers.post(c, [new], NOBODY)[0]


def undo(own, number, day=(2027, 4, 1)):
    with own.store.begin() as c:
        line = transfers.find(c, number)
        held = transfers.balance(c, own.own.id, Ledger.SPENDABLE).balance
        there = held if line.new.target == own.own.id else line.new.amount
        return transfers.post(c, [reversal(line, there, date(*day), "错")], NOBODY)[0]


def left(own, year=2026) -> int:
    with own.store.read() as c:
        found = expiry.left(c, year)
        assert expiry.left(c, year, own.own.id).get(own.own.id, 0) == found.get(own.own.id, 0)
        return found.get(own.own.id, 0)


def ended(own, on, year=2026) -> Ended:
    on(year + 1, 12, 5)
    announce_expiry(own.store, own.admin, year)
    on(year + 2, 1, 10)
    return expire(own.store, own.admin, year)


def test_what_was_earned_first_is_spent_first(own):
    award(own.store, own.own, 400, date(2027, 2, 1))
    assert (left(own), left(own, 2027), left(own, 2025)) == (1000, 1400, 0)
    spend(own, 300)
    assert (left(own), left(own, 2027)) == (700, 1100)
    spend(own, 800, key="more")
    assert (left(own), left(own, 2027)) == (0, 300)


def test_a_redemption_taken_back_is_not_spent(own):
    number = spend(own, 300)
    undo(own, number)
    assert left(own) == 1000


def test_an_award_taken_back_was_never_earned(own):
    """Of 4 points taken back 2 are there: the other 2 are repaid out of what comes later, and go once, not twice."""
    second = award(own.store, own.own, 400, date(2026, 12, 1), key="second")
    spend(own, 1200)
    undo(own, second)
    assert left(own) == 0
    award(own.store, own.own, 500, date(2027, 5, 1), key="third")
    assert own.held() == 300
    assert (left(own), left(own, 2027)) == (0, 300)


def test_points_end_after_the_day_that_was_announced(own, on):
    on(2027, 12, 1)
    said = announce_expiry(own.store, own.admin, 2026)
    assert said == Announced(year=2026, last_day=date(2027, 12, 31), members=1, points=1000, told=1)
    with own.store.read() as c:
        (told, *_) = notices.of_person(c, own.member.id, 9)
    assert told.sentence.en == "of the spendable points you earned up to 2026, 10 points end after 2027-12-31"
    assert told.address == "/points"
    for day in ((2027, 12, 2), (2027, 12, 31)):
        on(*day)
        with pytest.raises(ExpiryRefused, match="can be spent until 2027-12-31"):
            expire(own.store, own.admin, 2026)
    on(2028, 1, 1)
    assert expire(own.store, own.admin, 2026) == Ended(year=2026, members=1, points=1000)
    assert own.held() == 0
    with own.store.read() as c:
        (line, *_) = transfers.statement(c, own.own.id, Ledger.SPENDABLE)
    assert (line.kind, line.amount, line.day) == (TransferKind.EXPIRY, -1000, date(2028, 1, 1))


def test_both_are_done_once(own, on):
    assert ended(own, on).points == 1000
    before = own.held()
    assert expire(own.store, own.admin, 2026) == Ended(year=2026, members=0, points=0)
    assert announce_expiry(own.store, own.admin, 2026).told == 0
    assert own.held() == before


def test_points_of_the_next_year_stay(own, on):
    award(own.store, own.own, 400, date(2027, 2, 1))
    spend(own, 300)
    assert ended(own, on).points == 700
    assert own.held() == 400
    assert ended(own, on, 2027).points == 400
    assert own.held() == 0


def test_nothing_ends_unannounced_or_early(own, on):
    on(2028, 1, 1)
    with pytest.raises(ExpiryRefused, match="announce it first"):
        expire(own.store, own.admin, 2026)
    on(2027, 11, 30)
    with pytest.raises(ExpiryRefused, match="from 2027-12-01 on"):
        announce_expiry(own.store, own.admin, 2026)
    assert own.held() == 1000


def test_announced_late_they_end_later(own, on):
    """The members have the days of notice the rules say, whenever it is announced."""
    on(2028, 2, 1)
    assert announce_expiry(own.store, own.admin, 2026).last_day == date(2028, 3, 2)
    on(2028, 3, 2)
    with pytest.raises(ExpiryRefused):
        expire(own.store, own.admin, 2026)
    on(2028, 3, 3)
    assert expire(own.store, own.admin, 2026).points == 1000


def test_what_comes_back_after_the_end_ends_with_the_next_year(own, on):
    number = spend(own, 300)
    assert ended(own, on).points == 700
    undo(own, number, (2028, 2, 1))
    assert own.held() == 300
    assert expire(own.store, own.admin, 2026).points == 0
    with own.store.read() as c:
        (line,) = expiring(c, own.own.id)
    assert (line.year, line.points) == (2027, 300), "though nothing was earned in that year"
    award(own.store, own.own, 100, date(2027, 6, 1))
    with own.store.read() as c:
        (line,) = expiring(c, own.own.id)
    assert (line.year, line.points, line.last_day) == (2027, 400, date(2028, 12, 31))


def reverse(own, number) -> tuple[int, int]:
    """Reverse the award by two, and return what the member holds and owes then."""
    moved = move_reversal(own.store, own.branch.superior, number, "错")
    confirm_reversal(own.store, own.admin, moved)
    with own.store.read() as c:
        held = transfers.balance(c, own.own.id, Ledger.SPENDABLE)
    assert verify_chain(own.store).faults == ()
    return held.balance, held.owed


def test_an_award_whose_points_ended_unspent_takes_nothing_a_second_time(own, on):
    """Of 14 points of the year 6 were spent and 8 ended: without the award of 4, 4 would have ended."""
    second = award(own.store, own.own, 400, date(2026, 12, 1), key="second")
    spend(own, 600)
    assert ended(own, on).points == 800
    award(own.store, own.own, 500, date(2028, 2, 1), key="later")
    before = left(own, 2028)
    assert reverse(own, second) == (500, 0)
    assert left(own, 2028) == before == 500
    with own.store.read() as c:
        taken, back, *_ = transfers.statement(c, own.own.id, Ledger.SPENDABLE)
        (told, *_) = notices.of_person(c, own.member.id, 9)
    assert [(line.amount, line.called.en) for line in (back, taken)] == [
        (400, "expired points given back"),
        (-400, "reversal"),
    ]
    assert "4 points of it had ended, and are not taken again" in told.sentence.en


def test_what_of_the_award_was_spent_is_taken_or_owed(own, on):
    """Of 14 points 13 were spent and 1 ended: reversing the award of 4 takes the 2 there are, and 1 is owed."""
    second = award(own.store, own.own, 400, date(2026, 12, 1), key="second")
    spend(own, 1300)
    assert ended(own, on).points == 100
    award(own.store, own.own, 200, date(2028, 2, 1), key="later")
    assert reverse(own, second) == (0, 100)


def test_what_ended_is_given_back_once(own, on):
    """8 of 18 points ended; two awards of 4 are covered by them, and the third is not."""
    numbers = [award(own.store, own.own, 400, date(2026, 12, day), key=f"of{day}") for day in (1, 2, 3)]
    spend(own, 1400)
    assert ended(own, on).points == 800
    assert [reverse(own, number) for number in numbers] == [(0, 0), (0, 0), (0, 400)]


def test_an_award_that_came_after_the_end_is_taken_as_it_is(own, on):
    """What ended before it was posted was none of it, though the day it is for lies in that year."""
    assert ended(own, on).points == 1000
    late = award(own.store, own.own, 400, date(2026, 12, 1), key="late")
    spend(own, 400)
    assert reverse(own, late) == (0, 400)


def test_an_award_of_after_the_end_ends_with_the_next_year(own, on):
    assert ended(own, on).points == 1000
    late = award(own.store, own.own, 400, date(2026, 12, 1), key="late")
    assert ended(own, on, 2027).points == 400
    assert reverse(own, late) == (0, 0)


def test_a_member_reads_how_many_points_end_when(own, on):
    award(own.store, own.own, 400, date(2027, 2, 1))
    spend(own, 300)
    on(2027, 3, 1)
    with own.store.read() as c:
        found = expiring(c, own.own.id)
    assert [(one.year, one.points, one.last_day, one.announced) for one in found] == [
        (2026, 700, date(2027, 12, 31), False),
        (2027, 400, date(2028, 12, 31), False),
    ]
    on(2027, 12, 20)
    announce_expiry(own.store, own.admin, 2026)
    with own.store.read() as c:
        first, second = expiring(c, own.own.id)
    assert (first.announced, first.last_day, second.announced) == (True, date(2028, 1, 19), False)


@pytest.fixture
def terms(monkeypatch):
    """Let the rules of each year say what is given of it: in how many months points end, None for never."""

    def say(**months):
        own = rules.in_force

        def other(c, day):
            said = months.get(f"y{day.year}", 12)
            return replace(own(c, day), expiry=said and Expiry(months=said, notice_days=20))

        monkeypatch.setattr(rules, "in_force", other)

    return say


def test_a_year_takes_along_nothing_that_is_to_end_later(own, on, terms):
    """The points of 2026 were promised for two years; those of 2027 end after a month, and take none of them along."""
    terms(y2026=24, y2027=1)
    award(own.store, own.own, 400, date(2027, 2, 1))
    on(2028, 1, 20)
    with own.store.read() as c:
        told = [(one.year, one.points, one.last_day) for one in expiring(c, own.own.id)]
    assert told == [(2026, 1000, date(2028, 12, 31)), (2027, 400, date(2028, 1, 31))]
    said = announce_expiry(own.store, own.admin, 2027)
    assert (said.members, said.points) == (1, 400)
    on(2028, 2, 15)
    assert expire(own.store, own.admin, 2027) == Ended(year=2027, members=1, points=400)
    assert own.held() == 1000
    with own.store.read() as c:
        told = [(one.year, one.points, one.last_day) for one in expiring(c, own.own.id)]
    assert told == [(2026, 1000, date(2028, 12, 31))], "what ended of 2027 is not missing from 2026"
    spend(own, 300, day=(2028, 3, 1))
    on(2028, 12, 20)
    announce_expiry(own.store, own.admin, 2026)
    on(2029, 2, 1)
    assert expire(own.store, own.admin, 2026) == Ended(year=2026, members=1, points=700)


def test_a_year_takes_along_nothing_that_never_ends(own, on, terms):
    terms(y2026=None)
    award(own.store, own.own, 400, date(2027, 2, 1))
    on(2028, 12, 20)
    assert announce_expiry(own.store, own.admin, 2027).points == 400
    on(2029, 1, 20)
    assert expire(own.store, own.admin, 2027).points == 400
    assert own.held() == 1000
    (year, *_) = [one for one in see_expiry(own.store, own.admin) if one.year == 2027]
    assert (year.ended, year.points) == (True, 0)


def test_points_that_never_end_are_not_let_go(own, on, monkeypatch):
    endless = rules.in_force

    def without(c, day):
        return replace(endless(c, day), expiry=None)

    monkeypatch.setattr(rules, "in_force", without)
    on(2029, 1, 1)
    with pytest.raises(ExpiryRefused, match="never end"):
        announce_expiry(own.store, own.admin, 2026)
    with own.store.read() as c:
        assert expiring(c, own.own.id) == ()


def test_a_year_without_rules_is_refused(own, on):
    on(2029, 1, 1)
    with pytest.raises(RulesMissing):
        announce_expiry(own.store, own.admin, 2024)


def test_only_administrators_or_a_command_let_points_end(own, on):
    on(2027, 12, 1)
    for stranger in (own.member, own.till, own.branch.superior, own.branch.secretary):
        with pytest.raises(NotAllowed):
            announce_expiry(own.store, stranger, 2026)
        with pytest.raises(NotAllowed):
            expire(own.store, stranger, 2026)
    assert announce_expiry(own.store, None, 2026).points == 1000
    on(2028, 1, 1)
    assert expire(own.store, None, 2026).points == 1000


def test_many_members_end_at_once(own, on):
    """Each loses what is left of theirs, and the others nothing."""
    everybody = own.branch.members
    for place, member in enumerate(everybody[1:], 1):
        award(own.store, member, 100 * place, date(2026, 5, 1))
    award(own.store, own.branch.outside, 50, date(2026, 5, 1) + timedelta(days=366))
    assert ended(own, on) == Ended(year=2026, members=5, points=1000 + 100 + 200 + 300 + 400)
    assert [own.held(member) for member in (*everybody, own.branch.outside)] == [0] * 5 + [50]
