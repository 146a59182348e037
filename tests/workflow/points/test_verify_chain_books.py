"""Whoever tampers with the books of points is found: against the chain, and with the chain written anew against the books."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import EXPIRED, NewTransfer, TransferKind
from scoring.people import Role
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import transfers
from scoring.texts import Lang
from scoring.uploads.kinds import Kind
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.verify_chain import verify_chain
from tests.people import somebody
from tests.workflow.points.claims_at_hand import OWN, branch, picture
from tests.workflow.test_chain import Altered, owner

TAMPERINGS: dict[str, Callable[[Altered], None]] = {}
SHOP = "0" * 15 + "f"


def tampering(alter: Callable[[Altered], None]) -> Callable[[Altered], None]:
    TAMPERINGS[alter.__name__] = alter
    return alter


@pytest.fixture
def county(database, store, tmp_path):
    """A quarter's baseline, an award that was spent and then reversed, and two later ones that pay the debt back."""
    own = branch(store, tmp_path)
    open_quarter(store, None, "2026Q4")
    own.posted()
    spent = NewTransfer(
        key="redemption:1",
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.REDEMPTION,
        source=own.own.id,
        target=SHOP,
        amount=300,
        member=own.own.id,
        unit=OWN,
        rules="member-points@2026.1",
        day=date(2026, 11, 20),
    )
    with store.begin() as c:
        transfers.post(c, [spent], By(person=""))
        number = transfers.of_key(c, "claim:1")[0].number
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    confirm_reversal(store, admin, move_reversal(store, own.superior, number, "错"))
    own.posted("k2", "pledge_kept", day=date(2026, 7, 1))
    own.posted("k3", "proposal_adopted", files=(document(),))
    assert verify_chain(store).faults == ()
    return database


def document():
    return replace(picture("建议.pdf"), kind=Kind.PDF)


def spendable(own: Altered, column: str) -> object:
    return own.value(
        f"SELECT {column} FROM entry WHERE ledger = 'spendable' AND amount > 0 AND account <> '{SHOP}'"
        " ORDER BY seq LIMIT 1"
    )


@tampering
def a_balance_is_edited(own: Altered) -> None:
    own.do("UPDATE entry SET balance = balance + 100 WHERE ledger = 'spendable' AND seq = 1")


@tampering
def an_entry_is_edited(own: Altered) -> None:
    own.do("UPDATE entry SET amount = amount + 100 WHERE ledger = 'honour' AND seq = 2")


@tampering
def a_debt_is_forgiven(own: Altered) -> None:
    own.do("UPDATE entry SET owed = 0 WHERE owed > 0")


@tampering
def an_entry_is_deleted(own: Altered) -> None:
    own.do("DELETE FROM entry WHERE ledger = 'spendable' AND seq = 2")


@tampering
def the_newest_entries_are_deleted(own: Altered) -> None:
    own.do("DELETE FROM entry WHERE transfer = (SELECT max(number) FROM transfer)")


@tampering
def an_entry_is_inserted(own: Altered) -> None:
    member, transfer = spendable(own, "account"), spendable(own, "transfer")
    own.do(f"INSERT INTO entry VALUES ('{member}', 'spendable', 99, {transfer}, 500, 900, 0)")


@tampering
def an_entry_of_no_transfer_is_inserted(own: Altered) -> None:
    own.do("INSERT INTO entry VALUES ('00000000000000aa', 'spendable', 1, 99, 500, 500, 0)")


@tampering
def two_entries_are_swapped(own: Altered) -> None:
    own.do(
        "UPDATE entry SET seq = 99 WHERE ledger = 'honour' AND seq = 1",
        "UPDATE entry SET seq = 1 WHERE ledger = 'honour' AND seq = 2",
        "UPDATE entry SET seq = 2 WHERE ledger = 'honour' AND seq = 99",
    )


@tampering
def an_entry_is_given_to_another(own: Altered) -> None:
    member = spendable(own, "account")
    own.do(f"UPDATE entry SET account = '{'9' * 16}' WHERE ledger = 'spendable' AND account = '{member}'")


@tampering
def a_transfer_is_raised_with_its_entry(own: Altered) -> None:
    """And the chain written anew: what was decided on the claim says otherwise."""
    number = own.value("SELECT max(transfer) FROM entry WHERE ledger = 'honour'")
    own.do(
        f"UPDATE transfer SET amount = amount + 100 WHERE number = {number}",
        f"UPDATE entry SET amount = amount + 100, balance = balance + 100 WHERE transfer = {number}",
    )
    own.chain_anew(1)


@tampering
def a_transfer_is_swapped_with_another(own: Altered) -> None:
    own.do(
        "UPDATE transfer SET number = 99 WHERE number = 1", "UPDATE transfer SET number = 1 WHERE number = 2"
    )
    own.do("UPDATE transfer SET number = 2 WHERE number = 99")
    own.chain_anew(1)


@tampering
def a_transfer_is_deleted_with_its_entries(own: Altered) -> None:
    own.do("DELETE FROM entry WHERE transfer = 5", "DELETE FROM transfer WHERE number = 5")
    own.chain_anew(1)


@tampering
def a_reversal_takes_less_than_was_posted(own: Altered) -> None:
    """100 of the debt are gone, in all that follows as well."""
    number = own.value("SELECT number FROM transfer WHERE owed > 0")
    own.do(
        f"UPDATE transfer SET owed = owed - 100 WHERE number = {number}",
        f"UPDATE entry SET owed = owed - 100 WHERE transfer = {number}",
    )
    own.chain_anew(1)


@tampering
def something_is_reversed_twice(own: Altered) -> None:
    own.do("UPDATE transfer SET undoes = (SELECT min(number) FROM transfer) WHERE owed > 0")
    own.chain_anew(1)


@tampering
def a_claims_decision_is_edited(own: Altered) -> None:
    own.do("UPDATE claim_move SET points = points + 100 WHERE claim = 2")
    own.chain_anew(1)


@tampering
def a_refused_claim_is_made_a_posted_one(own: Altered) -> None:
    more = 'note, "by", on_behalf, made_at, link FROM claim WHERE number = 1'
    own.do(
        f"INSERT INTO claim SELECT 9, 'x', member, unit, at_unit, rules, item, points, day, event, {more}",
        'INSERT INTO claim_move SELECT 9, state, points, cut, reason, "by", on_behalf, made_at, link'
        " FROM claim_move WHERE claim = 1",
    )
    own.chain_anew(1)


@tampering
def a_repayment_is_lowered(own: Altered) -> None:
    own.do(
        "UPDATE transfer SET amount = amount - 100 WHERE kind = 'repayment'",
        "UPDATE entry SET amount = amount + 100, balance = balance + 100, owed = owed + 100"
        " WHERE transfer IN (SELECT number FROM transfer WHERE kind = 'repayment')",
    )
    own.chain_anew(1)


@tampering
def a_members_name_is_changed(own: Altered) -> None:
    own.do("UPDATE member_name SET name = '别人' WHERE name = '王一'")


@tampering
def a_members_number_is_given_to_another(own: Altered) -> None:
    own.do("UPDATE member_code SET code = 'M99' WHERE code = 'M1'")


@tampering
def rules_are_changed_with_the_chain(own: Altered) -> None:
    own.do("UPDATE points_rules SET document = replace(document, '60', '61')")
    own.chain_anew(1)


@pytest.mark.parametrize("kind", sorted(TAMPERINGS))
def test_tampering_with_points_is_found(county, tmp_path, kind):
    with closing(Store.open_to_check(county.url, county.schema)) as store:
        head = verify_chain(store).head
    with owner(county) as c:
        TAMPERINGS[kind](Altered(c, tmp_path, head))
    with closing(Store.open_to_check(county.url, county.schema)) as store:
        verdict = verify_chain(store)
    assert not verdict.sound
    for fault in verdict.faults:
        for lang in Lang:
            assert fault.place.in_(lang)
            assert len(fault.sentence.in_(lang)) > 5


def test_spendable_points_below_nought_are_named(county, tmp_path):
    """An award made less behind the service's back, of which more was spent."""
    with owner(county) as c:
        own = Altered(c, tmp_path, None)
        own.do("UPDATE transfer SET amount = 100 WHERE \"claim\" = 1 AND ledger = 'spendable'")
        own.chain_anew(1)
    with closing(Store.open_to_check(county.url, county.schema)) as store:
        faults = verify_chain(store).faults
    assert any("less than no spendable" in fault.sentence.en for fault in faults)


def test_lifting_the_triggers_leaves_no_mark(county):
    """Negative control of the tampering."""
    with owner(county):
        pass
    with closing(Store.open_to_check(county.url, county.schema)) as store:
        assert verify_chain(store).sound


def test_names_that_were_forgotten_are_no_fault(county):
    with owner(county) as c:
        c.exec_driver_sql("DELETE FROM member_name")
    with closing(Store.open_to_check(county.url, county.schema)) as store:
        assert verify_chain(store).sound


@pytest.mark.parametrize("ended", [0, 300])
def test_points_that_came_back_and_were_not_taken_are_found(store, tmp_path, ended):
    """Whoever writes to the books himself gives somebody what had ended, or what never did."""
    own = branch(store, tmp_path)
    own.posted()
    kept = NewTransfer(
        key="expiry:2026:x",
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.EXPIRY,
        source=own.own.id,
        target=EXPIRED,
        amount=max(ended, 100),
        member=own.own.id,
        unit=OWN,
        rules="member-points@2026.1",
        day=date(2026, 11, 20),
        event="2026" if ended else "2025",
    )
    back = replace(kept, key="ended:1", source=EXPIRED, target=own.own.id, amount=300, event="2026")
    with store.begin() as c:
        transfers.post(c, [kept, back], By(person=""))
    found = [fault.sentence.en for fault in verify_chain(store).faults]
    assert any("no reversal follows" in one for one in found)
    assert any("more than had ended" in one for one in found) == (not ended)
