"""Rules of points are taken into use from the first day of a quarter on, one after the other."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.criteria import catalogue, loader
from scoring.errors import CriteriaInvalid, CriteriaUnknown
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store.ledger import rules
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points.claiming import withdraw_claim
from scoring.workflow.points.rules_in_force import RulesRefused, adopt_rules
from tests.people import somebody
from tests.workflow.points.claims_at_hand import branch
from tests.workflow.points.members_at_hand import NEW_YEAR, RULES, administrator, take_points, with_members

SHIPPED = catalogue.find_points(RULES)


def another(folder, version, old="baseline: {points: 60, elderly: 72}", new="baseline: {points: 50}"):
    """Write the shipped rules as another version, with one thing changed."""
    text = (catalogue._SETS / f"{RULES}.yaml").read_text("utf-8")
    assert old in text
    path = folder / f"{version}.yaml"
    path.write_text(text.replace('version: "2026.1"', f'version: "{version}"').replace(old, new), "utf-8")
    return str(path)


def test_rules_are_in_force_from_their_first_day_to_the_next_ones(store, tmp_path):
    adopt_rules(store, administrator(store), RULES, NEW_YEAR)
    taken = adopt_rules(store, None, another(tmp_path, "2027.1"), date(2026, 7, 1))
    assert (taken.rules.ref, taken.weak) == ("member-points@2027.1", ())
    with store.read() as c:
        assert rules.in_force(c, date(2026, 6, 30)).ref == RULES
        assert rules.in_force(c, date(2026, 7, 1)).ref == "member-points@2027.1"
        assert rules.in_force(c, date(2999, 1, 1)).baseline.points == 5000
        assert loader.digest(rules.known(c, RULES)) == loader.digest(SHIPPED)
        assert [own.first_day for own in rules.adopted(c)] == [NEW_YEAR, date(2026, 7, 1)]
        with pytest.raises(RulesMissing, match="2025-12-31"):
            rules.in_force(c, date(2025, 12, 31))
        with pytest.raises(CriteriaUnknown):
            rules.known(c, "member-points@9")


def test_every_reason_against_them_is_told_at_once(store, tmp_path):
    """A day within a quarter, rules in use already, and a day before theirs."""
    adopt_rules(store, None, RULES, date(2026, 4, 1))
    with pytest.raises(RulesRefused) as refused:
        adopt_rules(store, None, RULES, date(2026, 2, 3))
    assert [fault.sentence.en.split(";")[0] for fault in refused.value.faults] == [
        "rules begin with a quarter",
        "member-points@2026.1 is in use since 2026-04-01",
        "member-points@2026.1 is in use since 2026-04-01",
    ]
    with pytest.raises(RulesRefused):
        adopt_rules(store, None, another(tmp_path, "2027.1"), date(2026, 4, 1))
    with store.read() as c:
        assert len(rules.adopted(c)) == 1


def test_rules_that_are_wrong_are_never_taken_into_use(store, tmp_path):
    bad = another(tmp_path, "2027.1", "talk_below: 60", "talk_below: 61")
    with pytest.raises(CriteriaInvalid):
        adopt_rules(store, None, bad, NEW_YEAR)
    with pytest.raises(CriteriaUnknown):
        adopt_rules(store, None, "red-flag-rural@2026.1", NEW_YEAR)
    with store.read() as c:
        assert rules.adopted(c) == ()


def test_what_is_posted_stands_by_the_rules_it_was_posted_by(store, tmp_path):
    """Rules never begin on a day for which points are posted by others; they may begin with the quarter after."""
    with_members(store, tmp_path)
    take_points(store, tmp_path / "p.csv", [["M1", "party_lecture", "2026-05-06", "", "党课", "", ""]])
    later = another(tmp_path, "2027.1")
    with pytest.raises(RulesRefused, match="posted already"):
        adopt_rules(store, None, later, date(2026, 4, 1))
    adopt_rules(store, None, later, date(2026, 7, 1))


def test_what_waits_stands_by_the_rules_it_was_claimed_by(store, tmp_path):
    """A claim is judged by the rules of its day: other rules do not begin under it."""
    own = branch(store, tmp_path)
    waiting = own.claimed()
    later = another(tmp_path, "2027.1")
    with pytest.raises(RulesRefused, match="or claimed"):
        adopt_rules(store, None, later, date(2026, 10, 1))
    withdraw_claim(store, own.member, waiting.number)
    adopt_rules(store, None, later, date(2026, 10, 1))


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.LEADER, Role.AUDITOR])
def test_only_an_administrator_takes_rules_into_use(store, role):
    with pytest.raises(NotAllowed):
        adopt_rules(store, somebody(store, "who", role), RULES, NEW_YEAR)
