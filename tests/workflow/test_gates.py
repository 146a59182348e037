"""Gates: moved by one person with a reason and a document, confirmed by another, and told to the branch."""

from __future__ import annotations

import pytest

from scoring.gates import MotionKind, MotionState
from scoring.people import Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed, SameHands
from scoring.store import gates, links, units
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.inbox import read_inbox
from scoring.workflow.move_gates import (
    MotionRefused,
    confirm_gate,
    move_gate,
    refuse_gate,
    see_gates,
    withdraw_gate,
)
from tests import people
from tests.workflow.county import PERIOD
from tests.workflow.year_of import DOCUMENT, Year, year


def raised(own: Year, actor=None, unit: str = "A01", gate: str = "banned") -> int:
    return move_gate(
        own.store, actor or own.admin, PERIOD, unit, gate, MotionKind.RAISE, "党员受处分", DOCUMENT
    )


def gates_of(own: Year, code: str = "A01") -> tuple[str, ...]:
    with own.store.read() as c:
        return units.find(c, PERIOD, code).unit.gates


def state_of(own: Year, number: int) -> MotionState:
    with own.store.read() as c:
        return gates.find(c, number).state


def test_a_gate_holds_when_another_person_confirms_it_and_is_lifted_the_same_way(store, tmp_path):
    own = year(store, tmp_path)
    number = raised(own)
    assert gates_of(own) == ()
    confirm_gate(store, own.leader, number)
    assert (gates_of(own), state_of(own, number)) == (("banned",), MotionState.CONFIRMED)
    lifting = move_gate(store, own.moderator, PERIOD, "A01", "banned", MotionKind.LIFT, "处分撤销")
    confirm_gate(store, own.admin, lifting)
    assert gates_of(own) == ()
    told = [notice.sentence.zh for notice in read_inbox(store, own.secretary)]
    assert len([words for words in told if "一票否决" in words]) == 4
    with store.read() as c:
        assert [link.deed.action for link in links.about(c, f"gate {number}")] == [
            "raise_gate",
            "confirm_gate",
        ]


def test_who_moved_it_never_confirms_it_nor_does_anyone_on_their_behalf(store, tmp_path):
    own = year(store, tmp_path)
    number = raised(own)
    with pytest.raises(SameHands, match="管一"):
        confirm_gate(store, own.admin, number)
    with pytest.raises(SameHands):
        refuse_gate(store, own.admin, number, "不行")
    deputy = people.somebody(store, "dai", Role.ADMINISTRATOR, name="代管")
    with pytest.raises(SameHands):
        confirm_gate(store, people.acting_for(store, deputy, own.admin), number)
    confirm_gate(store, own.other_admin, number)
    assert gates_of(own) == ("banned",)


def test_what_a_deputy_moved_the_principal_does_not_confirm(store, tmp_path):
    own = year(store, tmp_path)
    number = raised(own, people.acting_for(store, own.other_admin, own.admin))
    for actor in (own.admin, own.other_admin):
        with pytest.raises(SameHands):
            confirm_gate(store, actor, number)
    confirm_gate(store, own.moderator, number)


@pytest.mark.parametrize("who", ["secretary", "superior", "leader", "auditor"])
def test_nobody_else_moves_a_gate(store, tmp_path, who):
    own = year(store, tmp_path)
    with pytest.raises(NotAllowed):
        raised(own, own.everybody()[who])


@pytest.mark.parametrize("who", ["secretary", "superior", "auditor"])
def test_nobody_else_confirms_one(store, tmp_path, who):
    own = year(store, tmp_path)
    number = raised(own)
    with pytest.raises(NotAllowed):
        confirm_gate(store, own.everybody()[who], number)
    assert state_of(own, number) is MotionState.OPEN


def test_nobody_moves_or_confirms_one_on_the_own_branch(store, tmp_path):
    own = year(store, tmp_path)
    here = people.somebody(store, "ben", Role.MODERATOR, name="本支部的", branch="A01")
    with pytest.raises(SameHands, match="own branch"):
        raised(own, here)
    number = raised(own)
    with pytest.raises(SameHands):
        confirm_gate(store, here, number)


def test_what_cannot_be_moved_is_told_all_at_once(store, tmp_path):
    """A07 has the gate `weak` from the file of units; A04 is assessed by a set that does not know it."""
    own = year(store, tmp_path)
    with pytest.raises(MotionRefused) as refused:
        move_gate(store, own.admin, PERIOD, "A07", "weak", MotionKind.RAISE, "再次", None)
    assert len(refused.value.faults) == 2
    with pytest.raises(MotionRefused, match="no gate"):
        raised(own, unit="A04", gate="weak")
    with pytest.raises(MotionRefused, match="does not hold"):
        move_gate(store, own.admin, PERIOD, "A01", "weak", MotionKind.LIFT, "无")
    with pytest.raises(WordsUnfit):
        move_gate(store, own.admin, PERIOD, "A01", "weak", MotionKind.RAISE, "  ", DOCUMENT)
    raised(own)
    with pytest.raises(MotionRefused, match="motion 1"):
        raised(own, own.moderator)


def test_two_who_decide_at_once_decide_once(store, tmp_path):
    own = year(store, tmp_path)
    number = raised(own)
    confirm_gate(store, own.leader, number)
    with pytest.raises(MotionRefused, match="凌部长"):
        confirm_gate(store, own.moderator, number)
    with pytest.raises(MotionRefused):
        withdraw_gate(store, own.admin, number)
    assert gates_of(own) == ("banned",)


def test_one_may_be_refused_or_taken_back_and_moved_anew(store, tmp_path):
    own = year(store, tmp_path)
    first = raised(own)
    refuse_gate(store, own.leader, first, "依据不足")
    second = raised(own)
    with pytest.raises(MotionRefused):
        withdraw_gate(store, own.moderator, second)
    withdraw_gate(store, own.admin, second)
    assert (state_of(own, first), state_of(own, second)) == (MotionState.REFUSED, MotionState.WITHDRAWN)
    assert gates_of(own) == ()


def test_a_gate_is_not_moved_while_the_year_is_prepared(store, tmp_path):
    own = year(store, tmp_path, Phase.PREPARING)
    with pytest.raises(NotAllowed, match="preparing"):
        raised(own)


def test_everybody_sees_what_is_theirs(store, tmp_path):
    """The branch and its superior see what is moved on it; nobody sees another branch's."""
    own = year(store, tmp_path)
    raised(own)
    seen = {name: len(see_gates(store, actor, PERIOD).motions) for name, actor in own.everybody().items()}
    assert seen == {"admin": 1, "leader": 1, "moderator": 1, "secretary": 1, "superior": 1, "auditor": 1}
    assert see_gates(store, own.other_secretary, PERIOD).motions == ()
    outsider = people.somebody(store, "wai", Role.EVALUATOR)
    with pytest.raises(NotAllowed):
        see_gates(store, outsider, PERIOD)
