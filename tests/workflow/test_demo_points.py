"""The demo's members and their points are the same each time, obey the rules, and leave something for everybody to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from scoring.criteria import catalogue
from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import TransferKind, quarter_days
from scoring.people import Role
from scoring.periods import Phase
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.ledger import members, quarters, redemptions, settlements, transfers
from scoring.units import DOMAINS
from scoring.workflow.demo.changes import branches_in
from scoring.workflow.demo.member_deeds import lines_in
from scoring.workflow.demo.members import BEGINNING, FIRST, LAST, TURN, members_of
from scoring.workflow.demo.staff import staff_county
from scoring.workflow.demo_claims import leave_points_waiting
from scoring.workflow.demo_county import build_county
from scoring.workflow.demo_files import UNITS_HEAD, write_rows
from scoring.workflow.demo_points import RULES, keep_points
from scoring.workflow.import_units import import_units
from scoring.workflow.keep_periods import move_period, open_period
from scoring.workflow.points import branch_means
from scoring.workflow.points.books_anew import book_faults, member_faults
from scoring.workflow.points.derived import means_of_period, periods_asking
from scoring.workflow.points.expiring import see_expiry
from scoring.workflow.points.quarters import QuarterRefused, close_quarters, see_quarters
from scoring.workflow.points.reading import own_points
from scoring.workflow.points.reading_claims import claims_to_verify, see_claims
from scoring.workflow.points.reading_reversals import see_reversals
from scoring.workflow.points.redeeming import see_till
from scoring.workflow.points.settling import last_day, see_settlements
from scoring.workflow.progress import silent
from scoring.working_days import today
from tests.databases import ready_made, sqlite_in
from tests.people import somebody

SCALE = Fraction(1, 20)
FULL = members_of(1)
END = date(int(LAST), 12, 31)


def codes_in(year: str, scale: Fraction | int) -> set[str]:
    return {own.unit.code for own in branches_in(year, Fraction(scale))}


def test_the_members_are_those_that_the_branches_have():
    """The same each time, by numbers of their own, under the secretary's name first."""
    assert members_of(1) == FULL
    assert 28_000 <= len(FULL) <= 35_000
    assert len({own.code for own in FULL}) == len(FULL)
    assert {own.kind for own in FULL} == set(MemberKind)
    names = {own.unit.code: own.secretary for own in branches_in("2025", Fraction(1))}
    first = {}
    for own in FULL:
        first.setdefault(own.unit, own.name)
    assert all(first[code] == name for code, name in names.items() if code in first)
    assert len(members_of(1, Fraction(1, 10))) < len(FULL) / 5


def test_everybody_is_in_a_branch_there_is_that_year():
    """Branches that are gone hand their members on, on the day of the turn."""
    for year, day in (("2025", TURN - timedelta(days=1)), (LAST, END)):
        there = codes_in(year, 1)
        assert {unit for own in FULL if (unit := own.unit_on(day))} <= there
    moved = [own for own in FULL if own.moved_on == TURN]
    assert {own.unit for own in moved} == codes_in("2025", 1) - codes_in(LAST, 1)


def test_what_members_did_is_theirs_to_have_done():
    """Nobody does anything before joining, after leaving, after the last day, or what is not for their kind."""
    rules = catalogue.find_points(RULES)
    by_code = {own.code: own for own in members_of(SCALE)}
    whole = frozenset({next(iter(by_code.values())).unit})
    until = date(2026, 5, 20)
    found = list(lines_in("2026Q2", [*by_code.values()], rules, whole, until))
    assert found == list(lines_in("2026Q2", [*by_code.values()], rules, whole, until))
    assert found
    for line in found:
        own = by_code[line.code]
        assert own.unit_on(line.day) is not None
        assert date(2026, 4, 1) <= line.day <= until
        assert own.kind in rules.item(line.item).members
    in_full = [line for line in found if by_code[line.code].unit_on(line.day) in whole]
    heads = [own for own in by_code.values() if own.unit_on(until) in whole]
    assert len(in_full) / len(heads) > 3 * (len(found) - len(in_full)) / (len(by_code) - len(heads))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A small county whose people and members are at work."""
    folder = tmp_path_factory.mktemp("points")
    database = sqlite_in(folder)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    sets = [ref for ref in catalogue.refs() if set(catalogue.find(ref).domains) & set(DOMAINS)]
    for year in ("2025", LAST):
        open_period(store, year, sets)
        rows = [
            (
                own.unit.code,
                own.unit.name,
                own.unit.domain,
                own.unit.township or "",
                own.unit.department or "",
                "",
                "",
            )
            for own in branches_in(year, SCALE)
        ]
        write_rows(folder / f"units-{year}.csv", UNITS_HEAD, rows)
        import_units(store, year, folder / f"units-{year}.csv")
    move_period(store, LAST, Phase.COLLECTING)
    staff = staff_county(store, LAST)
    found = keep_points(store, folder / "points", staff, SCALE, Fraction(1, 4), silent)
    assert found is not None
    more = leave_points_waiting(store, Files(folder / "files"), staff, found)
    yield store, staff, replace(found, accounts=(*found.accounts, *more))
    store.close()


def test_past_quarters_are_closed_in_every_branch(kept):
    """From the first of 2025 on, in every township; the quarter of today stays open."""
    store, staff, found = kept
    for name in (*(f"{FIRST}Q{place}" for place in range(1, 5)), f"{LAST}Q1", f"{LAST}Q2"):
        if quarter_days(name)[1] + timedelta(days=15) <= today():
            seen = [own for own in see_quarters(store, staff.actors["admin1"], name) if own.members]
            assert {own.closed_at is not None for own in seen} == {True}
            assert all(own.without_baseline == 0 for own in seen)
            there = {own.superior for own in branches_in(name[:4], SCALE)}
            assert {own.unit.department or own.unit.township for own in seen} == there, name
    assert found.accounts[0].scope in codes_in(LAST, SCALE)


def test_the_books_come_to_what_they_say(kept):
    store, _, _ = kept
    with store.read() as c:
        assert [*book_faults(c), *member_faults(c)] == []


def test_the_member_has_two_years_and_claims_of_every_state(kept):
    store, _, found = kept
    mine = own_points(store, found.actor)
    assert mine.member.code == found.code
    assert mine.member.first_day < BEGINNING
    assert len(mine.waiting) == 2
    assert mine.spendable.balance > 0
    with store.read() as c:
        lines = transfers.statement(c, mine.member.id, Ledger.HONOUR, most=200)
        frozen = list(quarters.frozen(c, [mine.member.id], 2025))
    kinds = {own.kind for own in lines}
    assert {TransferKind.BASELINE, TransferKind.AWARD, TransferKind.LOSS, TransferKind.REVERSAL} <= kinds
    assert len(frozen) == 4


def test_the_secretary_and_the_superior_have_something_to_decide(kept):
    store, staff, _ = kept
    secretary = next(iter(staff.secretaries.values()))
    assert len(claims_to_verify(store, secretary)) >= 2
    assert claims_to_verify(store, staff.actors["superior"])


def test_members_who_left_have_nothing_after(kept):
    store, _, _ = kept
    with store.read() as c:
        gone = [own for own in members.every(c) if not own.active]
        assert gone
        for own in gone:
            lines = transfers.statement(c, own.id, Ledger.HONOUR, most=200)
            assert all(line.day < own.first_day for line in lines)


def test_a_quarter_that_is_closed_everywhere_has_nothing_left_to_close(kept):
    """And one that is not over is closed nowhere."""
    store, _, _ = kept
    assert close_quarters(store, None, "2025Q1") == ()
    with pytest.raises(QuarterRefused, match="2099-12-31"):
        close_quarters(store, None, "2099Q4")


def test_each_merchant_has_offers_and_what_was_redeemed_is_settled_but_for_the_last_month(kept):
    store, staff, found = kept
    months = see_settlements(store, staff.actors["admin1"])
    shops = {merchant.id for merchant, _ in found.shops.shops}
    assert len(shops) >= 4
    assert all(offers for _, offers in found.shops.shops)
    over = [own for own in months if last_day(own.month.month) < today()]
    if not over:
        pytest.skip("no month since the merchants began is over")
    newest = max(own.month.month for own in over)
    waiting = [own for own in over if own.month.settled_at is None]
    assert {own.month.month for own in waiting} == {newest}
    assert {own.merchant.id for own in over} == shops
    assert any(own.month.settled_at is not None for own in over)


def test_the_till_has_taken_the_members_code_today(kept):
    store, _, found = kept
    till = see_till(store, found.shops.till)
    assert len(till.receipts) == 1
    assert till.merchant.id == found.shops.shops[0][0].id
    assert {own.role for own in found.accounts} == {Role.MEMBER, Role.MERCHANT}


def test_what_waits_would_really_post(kept):
    """A claim that no cap leaves anything of is nothing to try a decision on."""
    store, staff, _ = kept
    for actor in (next(iter(staff.secretaries.values())), staff.actors["superior"]):
        waiting = see_claims(store, actor).waiting
        assert waiting
        assert all(own.would is not None and own.would.posts > 0 for own in waiting)


def test_objections_and_reversals_wait_beside_those_that_were_decided(kept):
    store, staff, found = kept
    seen = see_reversals(store, staff.actors["admin1"])
    assert seen.motions
    assert seen.objections
    with store.read() as c:
        reversed_ = [
            own
            for merchant, _ in found.shops.shops
            for month in settlements.months(c, merchant.id)
            for own in redemptions.of_month(c, merchant.id, month.month)
            if own.back
        ]
    assert len(reversed_) == 1


def test_the_points_of_the_first_year_are_announced_to_end(kept):
    store, staff, _ = kept
    (first,) = (own for own in see_expiry(store, staff.actors["admin1"]) if own.year == int(FIRST))
    assert first.announced == (today() >= first.announced_on)
    assert first.members > 0


def test_points_are_taken_over_on_the_sheets_of_the_open_year_but_for_a_few_taken_too_early(
    tmp_path, monkeypatch
):
    """So that the page of means shows what it is there for, and not a county where every branch differs.

    The demo's points end with its year, of which the last quarter then waits to be closed: until that day it is tried.
    """
    monkeypatch.setattr(branch_means, "today", lambda: min(today(), END))
    database = sqlite_in(tmp_path)
    build_county(database.url, database.schema, tmp_path / "files", scale=SCALE, members=Fraction(1, 4))
    store = Store.open(database.url, database.schema)
    try:
        administrator = somebody(store, "guan", Role.ADMINISTRATOR)
        asked = [own.id for own in periods_asking(store, administrator)]
        lines = means_of_period(store, administrator, LAST)
    finally:
        store.close()
    assert asked == [LAST], (
        "years published before points were kept for it took the number as it was verified"
    )
    taken = [own for own in lines if own.mark is not None and own.counting]
    assert len(taken) > 0.8 * len(lines) > 0
    assert {own.counting == (own.mark,) for own in taken} == {True, False}
    assert 0 < sum(own.differs for own in taken) <= len(taken) / 20
