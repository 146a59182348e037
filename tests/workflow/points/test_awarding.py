"""A meeting's attendance: what a secretary may claim for whom, and who is meant by what was pasted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import MemberKind
from scoring.permissions import NotAllowed
from scoring.store.ledger.members import Member, MemberState
from scoring.texts import Lang
from scoring.workflow.points.awarding import awarding, meant
from tests.workflow.points.claims_at_hand import OTHER, OWN, branch

PLAIN = Member(
    id="1",
    code="QS-001",
    name="王一",
    unit="A01",
    kind=MemberKind.RESIDENT,
    state=MemberState.ACTIVE,
    person="",
    first_day=date(2026, 1, 1),
)
PEOPLE = (
    PLAIN,
    replace(PLAIN, id="2", code="QS-002", name="李静"),
    replace(PLAIN, id="3", code="QS-003", name="李静"),
    replace(PLAIN, id="4", code="QS-004", name="阿依古丽 买买提"),
)


def codes(pasted: str) -> list[str]:
    found, faults = meant(PEOPLE, pasted)
    assert faults == ()
    return [own.code for own in found]


def told(pasted: str) -> list[str]:
    return [fault.in_(Lang.ZH) for fault in meant(PEOPLE, pasted)[1]]


def test_a_secretary_awards_the_members_of_the_own_branch(store, tmp_path):
    own = branch(store, tmp_path)
    found = awarding(own.store, own.secretary)
    assert (found.unit.code, [one.code for one in found.members]) == (OWN, ["M1", "M2", "M3", "M4", "M5"])
    ids = {item.id for item in found.items}
    assert "general_meeting" in ids
    assert "blood_donated" not in ids
    with pytest.raises(NotAllowed):
        awarding(own.store, own.secretary, OTHER)
    with pytest.raises(NotAllowed):
        awarding(own.store, own.secretary, "Z99")
    for who in (own.superior, own.member):
        with pytest.raises(NotAllowed):
            awarding(own.store, who)


def test_names_and_numbers_are_found_however_they_were_pasted():
    assert codes("王一\nQS-002") == ["QS-001", "QS-002"]
    assert codes("qs-003、王 一，ＱＳ-004") == ["QS-003", "QS-001", "QS-004"]
    assert codes("QS-002\t李静\r\n\r\n QS-001 王一") == ["QS-002", "QS-001"]
    assert codes("阿依古丽买买提") == ["QS-004"]
    assert codes("王一\n王一\nQS-001") == ["QS-001"]
    assert codes(" \n") == []


def test_what_means_nobody_is_told_line_by_line():
    (first, second) = told("王二\n王一\n\nQS-009")
    assert first.startswith("第 1 行")
    assert "王二" in first
    assert second.startswith("第 4 行")


def test_two_of_one_name_ask_for_the_number():
    (only,) = told("李静")
    assert "QS-002、QS-003" in only


def test_a_number_with_the_name_of_another_is_nobody_s():
    """Negative control: a slip of one row in a pasted table must not give points to the wrong member."""
    (only,) = told("QS-001 李静")
    assert "QS-001" in only
