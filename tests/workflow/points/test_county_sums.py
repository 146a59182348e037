"""Sums of a year that grow with each link are those of all summed anew, whatever was done in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from scoring.criteria.item import MemberKind
from scoring.store import chain, units
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import quarters, rules, transfers
from scoring.store.ledger.quarters import QuarterResult
from scoring.workflow.points import county_sums
from scoring.workflow.points.county_sums import YearSums, sums_from, sums_of_year
from scoring.workflow.points.keep_members import MemberFields, add_member, change_member, let_go
from scoring.workflow.points.quarters import open_quarter
from tests.workflow.points.members_at_hand import RULES, known, take_points, with_members

YEAR, LAST, NOW = 2026, date(2026, 11, 21), date(2026, 11, 21)


def posted(store: Store, folder: Path) -> None:
    lines = [["M1", "lecture_given", "2026-02-06", "", "党课", "", ""]]
    take_points(store, folder / "points.csv", lines)


def opened(store: Store, _folder: Path) -> None:
    open_quarter(store, None, "2026Q1")
    open_quarter(store, None, "2026Q4")


def joined(store: Store, _folder: Path) -> None:
    add_member(store, None, "M9", fields("孙九", "A02", "2026-03-01"))


def moved(store: Store, _folder: Path) -> None:
    own = known(store)["M1"]
    change_member(store, None, own.id, fields("王一", "A02", "2026-05-01"), own.revision)


def left(store: Store, _folder: Path) -> None:
    own = known(store)["M4"]
    let_go(store, None, own.id, date(2026, 6, 1), own.revision)


def closed(store: Store, _folder: Path) -> None:
    """A quarter that nobody has a line in counts as nought once it is closed."""
    own = known(store)["M2"]
    result = QuarterResult(
        member=own.id,
        quarter="2026Q3",
        unit=own.unit,
        kind=own.kind,
        rules=RULES,
        baseline=0,
        earned=0,
        lost=0,
    )
    with store.begin() as c:
        quarters.close(c, "2026Q3", {own.unit: [result]}, By(person=""))


def nothing(_store: Store, _folder: Path) -> None:
    """Nothing at all."""


DEEDS = (opened, posted, joined, moved, nothing, left, closed)


def fields(name: str, unit: str, first_day: str) -> MemberFields:
    return MemberFields(
        name=name, unit=unit, kind=MemberKind.SERVING, first_day=date.fromisoformat(first_day), login=""
    )


def walk(store: Store, folder: Path, deeds: tuple[Callable[[Store, Path], None], ...]) -> Iterator[bool]:
    """Do the *deeds*, and yield after each whether what has grown all along is what is summed anew."""
    own, link = anew(store)
    for deed in deeds:
        deed(store, folder)
        with store.read() as c:
            own = sums_from(c, own, link, YEAR, LAST, NOW)
        right, link = anew(store)
        yield own == right


def anew(store: Store) -> tuple[YearSums, int]:
    with store.read() as c:
        link, _ = chain.newest_link(c)
        return sums_of_year(c, units.newest(c), YEAR, LAST, NOW), link


def test_what_grows_is_what_is_summed_anew(store, tmp_path):
    with_members(store, tmp_path)
    assert [*walk(store, tmp_path, DEEDS)] == [True] * len(DEEDS)
    found, _ = anew(store)
    assert {code: own.members for code, own in found.branches.items() if own.members} == {"A01": 2, "A02": 2}


@pytest.mark.parametrize(
    "name", ["transfers.concerned_since", "members.revised_since", "quarters.closed_since"]
)
def test_whoever_overlooked_a_kind_of_change_would_tell_other_sums(store, tmp_path, monkeypatch, name):
    with_members(store, tmp_path)
    monkeypatch.setattr(f"scoring.store.ledger.{name}", lambda *_: frozenset())
    assert False in walk(store, tmp_path, DEEDS)


def test_only_branches_in_which_something_moved_are_summed(store, tmp_path, monkeypatch):
    with_members(store, tmp_path)
    opened(store, tmp_path)
    before, link = anew(store)
    posted(store, tmp_path)
    summed: list[set[str]] = []
    own = county_sums._summed

    def watched(c, theirs, *more):
        summed.append(set(theirs.values()))
        return own(c, theirs, *more)

    monkeypatch.setattr(county_sums, "_summed", watched)
    with store.read() as c:
        found = sums_from(c, before, link, YEAR, LAST, NOW)
    assert summed == [{"A01"}]
    assert found.branches["A02"] is before.branches["A02"]


def test_where_too_much_moved_or_rules_are_new_all_is_summed_anew(store, tmp_path, monkeypatch):
    """So many changes, so many closings, or other rules: nothing of before is used."""
    with_members(store, tmp_path)
    before, link = anew(store)
    monkeypatch.setattr(county_sums, "_MOST_MOVED", 0)
    posted(store, tmp_path)
    with store.read() as c:
        assert sums_from(c, before, link, YEAR, LAST, NOW) == anew(store)[0]
    monkeypatch.undo()
    monkeypatch.setattr(county_sums, "_MOST_CLOSED", 0)
    before, link = anew(store)
    closed(store, tmp_path)
    with store.read() as c:
        assert transfers.concerned_since(c, before.transfers, 100) is not None
        assert quarters.closed_since(c, link, 0) is None
        assert sums_from(c, before, link, YEAR, LAST, NOW) == anew(store)[0]
    assert not new_rules_since(store, link)
    monkeypatch.setattr(rules, "adopted_since", lambda *_: True)
    with store.read() as c:
        assert sums_from(c, before, link, YEAR, LAST, NOW) == anew(store)[0]


def new_rules_since(store: Store, link: int) -> bool:
    with store.read() as c:
        return rules.adopted_since(c, link)


def test_rules_taken_into_use_are_seen(store, tmp_path):
    with_members(store, tmp_path)
    with store.read() as c:
        link, _ = chain.newest_link(c)
    assert not new_rules_since(store, link)
    assert new_rules_since(store, 0)
