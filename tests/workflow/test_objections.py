"""Objections: filed while a draft is posted, answered by who has not handled the case, with the consequences shown first."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from scoring.differences import differences
from scoring.edition import State
from scoring.gates import MotionKind
from scoring.objections import ObjectionState
from scoring.people import Role
from scoring.permissions import NotAllowed, SameHands
from scoring.store import editions, markings, objections, periods, units
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.consequences import unkept
from scoring.workflow.hear_objections import (
    About,
    ConsequencesChanged,
    ObjectionRefused,
    assign_objection,
    dismiss,
    file_objection,
    foresee,
    take_objection,
    uphold,
    withdraw_objection,
)
from scoring.workflow.inbox import read_inbox
from scoring.workflow.move_gates import confirm_gate, move_gate, refuse_gate
from scoring.workflow.publication import SignedBy, publish_period
from scoring.workflow.standings_now import inputs_of
from tests import people
from tests.sizes import OBJECTIONS
from tests.workflow import county
from tests.workflow.county import PERIOD
from tests.workflow.year_of import DOCUMENT, FRIDAY_LAST, MONDAY, OVER, Year, finish, post, year

LINE = About(criterion="discipline")


def posted(store, folder) -> Year:
    own = year(store, folder)
    post(own)
    return own


def filed(own: Year, actor=None, unit: str = "A01", about: About = LINE, now=MONDAY) -> int:
    return file_objection(
        own.store, actor or own.secretary, PERIOD, unit, about, "材料齐全，不应扣分", [DOCUMENT], now
    )


def found(own: Year, number: int):
    with own.store.read() as c:
        return objections.find(c, number)


def upheld(own: Year, actor, number: int, mark: str, reason: str = "核实属实"):
    seen = foresee(own.store, actor, number, mark)
    return uphold(own.store, actor, number, mark, reason, seen.seal)


def test_an_upheld_objection_gives_a_new_mark_and_the_final_edition_differs(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    take_objection(store, own.moderator, number)
    seen = upheld(own, own.moderator, number, "20")
    answer = found(own, number).answer
    assert (answer.state, answer.mark, answer.by) == (ObjectionState.UPHELD, "20", own.moderator.id)
    final = finish(own)
    assert (final.rows, final.standings) == (seen.after.rows, seen.after.standings)
    with store.read() as c:
        told = differences(editions.find(c, final.statement.supersedes), final)
    assert told.units[0].unit == "A01"
    assert any("成立" in notice.sentence.zh for notice in read_inbox(store, own.secretary))


def test_a_dismissed_one_changes_nothing(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    take_objection(store, own.moderator, number)
    with pytest.raises(WordsUnfit):
        dismiss(store, own.moderator, number, "")
    dismiss(store, own.moderator, number, "会议记录缺两次")
    final = finish(own)
    with store.read() as c:
        assert editions.find(c, final.statement.supersedes).rows == final.rows


@pytest.mark.parametrize("seed", range(OBJECTIONS))
def test_consequences_are_what_publication_then_gives(store, tmp_path, seed):
    """Exactly, to the byte: several branches object, in any order, and each preview takes in what was upheld before."""
    own = posted(store, tmp_path)
    rng = random.Random(seed)
    marks = {
        "discipline": ["0", "7.5", "20"],
        "meetings": ["0", "10"],
        "late": ["0", "1", "3"],
        "satisfaction": ["good=0;fair=9;poor=1", "good=6;fair=3;poor=1"],
    }
    cases = rng.sample([(f"A{number:02}", about) for number in range(1, 13) for about in marks], 3)
    secretaries = {
        code: people.somebody(store, f"s{code}", Role.SECRETARY, scope=people.unit(code))
        for code in sorted({code for code, _ in cases})
    }
    for code, about in cases:
        number = filed(own, secretaries[code], code, About(criterion=about))
        take_objection(store, own.moderator, number)
        seen = upheld(own, own.moderator, number, rng.choice(marks[about]))
        now = foreseen_now(own)
        assert (now.rows, now.standings) == (seen.after.rows, seen.after.standings)
    final = finish(own)
    assert (final.rows, final.standings, final.marks) == (
        seen.after.rows,
        seen.after.standings,
        seen.after.marks,
    )


def foreseen_now(own: Year):
    """Return what the county comes to now."""
    with own.store.read() as c:
        period = periods.find(c, PERIOD)
        return unkept(c, period, inputs_of(c, period))


def test_the_last_second_counts_and_the_next_does_not(store, tmp_path):
    own = posted(store, tmp_path)
    assert filed(own, now=FRIDAY_LAST + timedelta(microseconds=999_999)) == 1
    with pytest.raises(ObjectionRefused, match="2026-11-27"):
        filed(own, about=About(criterion="meetings"), now=OVER)


@pytest.mark.parametrize("who", ["admin", "leader", "moderator", "superior", "auditor", "other_secretary"])
def test_only_the_branch_objects(store, tmp_path, who):
    own = posted(store, tmp_path)
    with pytest.raises(NotAllowed):
        filed(own, getattr(own, who))


def test_nobody_objects_before_posting_or_after_publication(store, tmp_path):
    own = year(store, tmp_path)
    with pytest.raises(NotAllowed, match="marking"):
        filed(own)
    post(own)
    finish(own)
    with pytest.raises(NotAllowed, match="published"):
        filed(own)


def test_what_is_no_line_of_the_branch_is_not_objected_to_nor_the_same_twice(store, tmp_path):
    own = posted(store, tmp_path)
    for about in (About(criterion="points"), About(gate="weak"), About()):
        with pytest.raises(ObjectionRefused, match="choose the line"):
            filed(own, about=about)
    first = filed(own)
    with pytest.raises(ObjectionRefused, match="objection 1"):
        filed(own)
    withdraw_objection(store, own.secretary, first)
    assert filed(own) == 2
    with pytest.raises(ObjectionRefused):
        withdraw_objection(store, own.secretary, first)


@pytest.mark.parametrize("who", ["admin", "leader", "secretary", "superior", "auditor"])
def test_only_a_moderator_takes_one(store, tmp_path, who):
    own = posted(store, tmp_path)
    number = filed(own)
    with pytest.raises(NotAllowed):
        take_objection(store, getattr(own, who), number)


def test_who_marked_the_branch_does_not_answer_even_by_a_file(store, tmp_path):
    """By the name that stands on marks: 王 marked it for the county, in a file."""
    own = posted(store, tmp_path)
    wang = people.somebody(store, "wang", Role.MODERATOR, name="王")
    number = filed(own)
    with pytest.raises(SameHands, match="王"):
        take_objection(store, wang, number)
    with pytest.raises(SameHands, match="王"):
        assign_objection(store, own.admin, number, wang.id)
    deputy = people.acting_for(store, own.moderator, wang)
    with pytest.raises(SameHands):
        take_objection(store, deputy, number)
    assign_objection(store, own.admin, number, own.moderator.id)
    with pytest.raises(SameHands, match="白复议"):
        dismiss(store, own.other_moderator, number, "抢答")
    dismiss(store, own.moderator, number, "核实无误")


def test_who_settled_a_dispute_of_the_branch_or_moved_its_gate_does_not_answer(store, tmp_path):
    own = year(store, tmp_path)
    county.moderate(store, tmp_path / "m.csv", ("A01", "discipline", "白复议", "10"))
    motion = move_gate(
        store, own.other_moderator, PERIOD, "A01", "weak", MotionKind.RAISE, "软弱涣散", DOCUMENT
    )
    refuse_gate(store, own.leader, motion, "依据不足")
    post(own)
    number = filed(own)
    for actor in (own.moderator, own.other_moderator):
        with pytest.raises(SameHands):
            take_objection(store, actor, number)
    fresh = people.somebody(store, "xin", Role.MODERATOR, name="新复议")
    take_objection(store, fresh, number)


def test_an_answer_to_one_line_does_not_bar_from_another_but_from_the_same(store, tmp_path):
    own = posted(store, tmp_path)
    first = filed(own)
    take_objection(store, own.moderator, first)
    upheld(own, own.moderator, first, "20")
    second = filed(own, about=About(criterion="meetings"))
    take_objection(store, own.moderator, second)
    again = filed(own)
    with pytest.raises(SameHands):
        take_objection(store, own.moderator, again)
    take_objection(store, own.other_moderator, again)
    upheld(own, own.other_moderator, again, "18")
    with store.read() as c:
        moderation = {
            one.evaluator: dict(one.marks.items())
            for one in markings.current(c, PERIOD, {"A01"})
            if one.stage == "moderation"
        }
    assert moderation == {"黑复议": {"discipline": "18"}}


def test_nobody_answers_without_taking_it_or_for_another(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    with pytest.raises(ObjectionRefused, match="taken first"):
        dismiss(store, own.moderator, number, "直接答复")
    take_objection(store, own.moderator, number)
    with pytest.raises(ObjectionRefused, match="白复议"):
        take_objection(store, own.other_moderator, number)
    with pytest.raises(SameHands):
        foresee(store, own.other_moderator, number, "20")


def test_a_mark_that_is_none_is_refused_and_nothing_is_kept(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    take_objection(store, own.moderator, number)
    before = county.counts(store)
    for mark in ("", "21", "7.3", "优秀"):
        with pytest.raises(ObjectionRefused):
            foresee(store, own.moderator, number, mark)
    foresee(store, own.moderator, number, "19.5")
    assert county.counts(store) == before


def test_consequences_that_changed_meanwhile_are_shown_again(store, tmp_path):
    """Another objection was upheld in between: ranks and quotas may fall otherwise than was shown."""
    own = posted(store, tmp_path)
    first, second = filed(own), filed(own, own.other_secretary, "A02")
    take_objection(store, own.moderator, first)
    take_objection(store, own.other_moderator, second)
    seen = foresee(store, own.moderator, first, "20")
    upheld(own, own.other_moderator, second, "0")
    with pytest.raises(ConsequencesChanged):
        uphold(store, own.moderator, first, "20", "属实", seen.seal)
    with pytest.raises(ConsequencesChanged):
        uphold(store, own.moderator, first, "20", "属实", foresee(store, own.moderator, first, "19").seal)
    upheld(own, own.moderator, first, "20")


def test_two_answers_at_once_are_one(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    take_objection(store, own.moderator, number)
    seen = foresee(store, own.moderator, number, "20")
    dismiss(store, own.moderator, number, "核实无误")
    with pytest.raises(ObjectionRefused, match="白复议"):
        uphold(store, own.moderator, number, "20", "属实", seen.seal)


def test_a_gate_is_lifted_by_an_upheld_objection_once_another_confirms(store, tmp_path):
    own = year(store, tmp_path)
    confirm_gate(
        store,
        own.leader,
        move_gate(store, own.admin, PERIOD, "A01", "banned", MotionKind.RAISE, "处分", DOCUMENT),
    )
    post(own)
    number = filed(own, about=About(gate="banned"))
    take_objection(store, own.moderator, number)
    seen = upheld(own, own.moderator, number, "")
    assert found(own, number).state is ObjectionState.ASSIGNED
    with pytest.raises(ObjectionRefused, match="motion 2"):
        dismiss(store, own.moderator, number, "改主意")
    with pytest.raises(SameHands):
        confirm_gate(store, own.moderator, 2)
    confirm_gate(store, own.other_admin, 2)
    assert found(own, number).state is ObjectionState.UPHELD
    with store.read() as c:
        assert units.find(c, PERIOD, "A01").unit.gates == ()
    final = finish(own)
    assert (final.rows, final.standings) == (seen.after.rows, seen.after.standings)


def test_a_lifting_that_is_refused_leaves_the_objection_to_be_answered(store, tmp_path):
    own = posted(store, tmp_path)
    seventh = people.somebody(store, "s7", Role.SECRETARY, scope=people.unit("A07"))
    number = filed(own, seventh, "A07", About(gate="weak"))
    take_objection(store, own.moderator, number)
    upheld(own, own.moderator, number, "")
    refuse_gate(store, own.leader, 1, "整顿未验收")
    assert found(own, number).state is ObjectionState.ASSIGNED
    dismiss(store, own.moderator, number, "整顿未验收")


def test_a_draft_posted_by_command_has_no_days_and_can_be_objected_to(store, tmp_path):
    own = year(store, tmp_path)
    publish_period(store, PERIOD, SignedBy(prepared="张三", confirmed="李四"), State.DRAFT)
    assert filed(own, now=OVER + timedelta(days=30)) == 1


def test_a_moderator_of_another_year_or_branch_is_not_chosen(store, tmp_path):
    own = posted(store, tmp_path)
    number = filed(own)
    other_year = people.somebody(store, "jiu", Role.MODERATOR, period="2025")
    of_branch = people.somebody(store, "nei", Role.MODERATOR, branch="A01")
    for actor in (other_year, of_branch, own.leader):
        with pytest.raises(ObjectionRefused):
            assign_objection(store, own.admin, number, actor.id)
