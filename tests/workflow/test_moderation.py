"""Disagreements are settled with a reason by somebody who has not marked the unit; nothing else may be moderated."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from scoring.disputes import Matter
from scoring.periods import Phase
from scoring.permissions import NotAllowed, SameHands
from scoring.sheets import Entered, StaleMarks
from scoring.store import people, rights
from scoring.store.engine import Store
from scoring.store.rights import GrantState
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.mark_sheets import enter_marks
from scoring.workflow.moderate import MarkUnfit, settle
from scoring.workflow.read_disputes import NothingDisputed, disputes
from scoring.workflow.sign_sheets import sign_sheet
from scoring.workflow.standings_now import provisional
from tests.workflow import county
from tests.workflow import marking as year


def _in_dispute(store: Store, folder: Path) -> None:
    """Two evaluators of A01 are too far apart on discipline, and give different numbers of knowledge."""
    year.opened(store, folder, Phase.MARKING)
    year.signed(store, year.superior(store), "superior", year.FULL)
    one, other = year.evaluator(store, "王评", year.UNIT), year.evaluator(store, "孙评", year.UNIT)
    year.signed(store, one, "county", year.FULL)
    year.fill(store, other, "county", dict(year.FULL) | {"knowledge": "70", "late": "1"})
    low = Entered(criterion="discipline", mark="2", comment="台账不全", revision=1)
    enter_marks(store, other, year.key("county"), [low])
    sign_sheet(store, other, year.key("county"))


def test_both_marks_stand_side_by_side_with_their_comments(store: Store, tmp_path: Path) -> None:
    """Beyond the set's limit, or different facts: both are listed, and why."""
    _in_dispute(store, tmp_path)
    found = disputes(store, year.moderator(store), year.PERIOD)
    assert [(one.unit.code, one.subject.id, one.matter, one.stage) for one in found] == [
        ("A01", "discipline", Matter.APART, "county"),
        ("A01", "knowledge", Matter.FACT, "county"),
    ]
    county_marks = [(one.evaluator, one.mark, one.comment) for one in found[0].marks if one.stage == "county"]
    assert county_marks == [("孙评", "2", "台账不全"), ("王评", "15", "")]
    assert (found[0].limit, found[0].locked, found[0].settled) == (Fraction(3, 10), None, None)
    assert found[1].limit is None


def test_a_settled_mark_decides_and_can_be_replaced(store: Store, tmp_path: Path) -> None:
    """One mark with its reason, by one moderator at a time: the later takes the place of the earlier."""
    _in_dispute(store, tmp_path)
    own, other = year.moderator(store), year.moderator(store, "钟复")
    settle(store, own, year.PERIOD, year.UNIT, "discipline", "12", "查看台账", 0)
    settle(store, own, year.PERIOD, year.UNIT, "knowledge", "81", "按试卷", 0)
    settle(store, other, year.PERIOD, year.UNIT, "discipline", "13", "再次查看", 1)
    marks = year.kept(store)
    assert marks[year.UNIT, "moderation", "白复"] == {"knowledge": "81"}
    assert marks[year.UNIT, "moderation", "钟复"] == {"discipline": "13"}
    found = disputes(store, own, year.PERIOD)
    assert [(one.matter, one.settled.mark, one.settled.reason, one.settled.by_name) for one in found] == [
        (None, "13", "再次查看", "钟复"),
        (None, "81", "按试卷", "白复"),
    ]
    scores = provisional(store, year.PERIOD).places.ratings.scores
    assert scores.rated[0]


def test_of_two_moderators_the_second_is_told_what_the_first_decided(store: Store, tmp_path: Path) -> None:
    """Nobody undoes a decision that they have not seen."""
    _in_dispute(store, tmp_path)
    own, other = year.moderator(store), year.moderator(store, "钟复")
    settle(store, own, year.PERIOD, year.UNIT, "discipline", "12", "查看台账", 0)
    before = county.counts(store)
    with pytest.raises(StaleMarks) as stale:
        settle(store, other, year.PERIOD, year.UNIT, "discipline", "3", "另议", 0)
    (conflict,) = stale.value.conflicts
    assert (conflict.yours, conflict.theirs, conflict.by_name, conflict.revision) == ("3", "12", "白复", 1)
    assert county.counts(store) == before
    again = settle(store, own, year.PERIOD, year.UNIT, "discipline", "12", "查看台账", 0)
    assert again.revision == 1
    assert county.counts(store) == before


def test_who_marked_the_unit_does_not_moderate_it(store: Store, tmp_path: Path) -> None:
    """By the person who signed or typed a sheet of it, by a deputy of one, and by the name on marks from a file."""
    _in_dispute(store, tmp_path)
    judge = _also_moderator(store, "王评")
    with pytest.raises(SameHands):
        settle(store, judge, year.PERIOD, year.UNIT, "discipline", "12", "自己评自己", 0)
    assert disputes(store, judge, year.PERIOD)[0].locked is not None
    named = year.moderator(store, "甲")
    row = [year.UNIT, "meetings", "self", "甲", "5"]
    county.take_marks(store, tmp_path / "m.csv", [county.MARK_HEAD, row])
    with pytest.raises(SameHands):
        settle(store, named, year.PERIOD, year.UNIT, "discipline", "12", "名下有评分", 0)
    away = year.person(store, "回避", (year.Role.MODERATOR, year.at()), unit=year.UNIT)
    with pytest.raises(SameHands):
        settle(store, away, year.PERIOD, year.UNIT, "discipline", "12", "本支部", 0)
    for other in (year.superior(store, "柳"), year.administrator(store), year.secretary(store)):
        with pytest.raises(NotAllowed):
            settle(store, other, year.PERIOD, year.UNIT, "discipline", "12", "无权", 0)
        with pytest.raises(NotAllowed):
            disputes(store, other, year.PERIOD)


def test_only_what_is_in_dispute_is_settled_with_mark_and_reason(store: Store, tmp_path: Path) -> None:
    """A moderator is no further evaluator: agreed marks are not touched."""
    _in_dispute(store, tmp_path)
    own = year.moderator(store)
    before = county.counts(store)
    for criterion in ("meetings", "income", "nothing"):
        with pytest.raises(NothingDisputed):
            settle(store, own, year.PERIOD, year.UNIT, criterion, "5", "没有分歧", 0)
    for mark in ("21", "", "12.3"):
        with pytest.raises(MarkUnfit):
            settle(store, own, year.PERIOD, year.UNIT, "discipline", mark, "理由", 0)
    with pytest.raises(WordsUnfit):
        settle(store, own, year.PERIOD, year.UNIT, "discipline", "12", "  ", 0)
    assert county.counts(store) == before
    year.reach(store, Phase.MARKING)


def test_counts_that_differ_are_settled_too(store: Store, tmp_path: Path) -> None:
    """A count of adjustments is a fact: two are a dispute."""
    year.opened(store, tmp_path, Phase.MARKING)
    year.signed(store, year.superior(store), "superior", year.FULL)
    for name, times in (("王评", "1"), ("孙评", "2")):
        judge = year.evaluator(store, name, year.UNIT)
        year.signed(store, judge, "county", dict(year.FULL) | {"late": times})
    own = year.moderator(store)
    assert [one.subject.id for one in disputes(store, own, year.PERIOD)] == ["late"]
    settle(store, own, year.PERIOD, year.UNIT, "late", "1", "核对记录", 0)
    assert disputes(store, own, year.PERIOD)[0].matter is None


def _also_moderator(store: Store, name: str):
    """Give the evaluator of that name the role of a moderator besides."""
    with store.begin() as c:
        own = people.by_login(c, name)
        number = rights.propose(c, own.id, year.Role.MODERATOR, year.at(), "", "")
        rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
    return year.again(store, own.id)
