"""Periods: opened with the criteria they are assessed by, moved forward only, and not posted while anything is open."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest

from scoring.edition import State
from scoring.errors import CriteriaDiffer, CriteriaInvalid, Refused
from scoring.periods import Phase
from scoring.store import criteria, periods
from scoring.store.criteria import CriteriaChanged
from scoring.store.periods import PeriodExists, PeriodUnknown
from scoring.workflow.keep_periods import (
    PeriodMisnamed,
    PhaseRefused,
    list_periods,
    move_period,
    open_period,
)
from scoring.workflow.open_county import open_county
from tests.workflow import county

LATER = [pair for pair in combinations(Phase, 2) if pair[1] is not Phase.PUBLISHED]


def both_languages(refused: Refused) -> bool:
    """Say whether every fault of a refusal is told in Chinese and in English."""
    return all(
        re.search(r"[\u4e00-\u9fff]", fault.sentence.zh) and re.search(r"[a-z]{2}", fault.sentence.en)
        for fault in refused.faults
    )


def test_a_county_is_made_once_and_named(database):
    """The second time nothing is done but the naming, and the address shows no more than where it is."""
    first = open_county(database.url, database.schema)
    assert (first.prepared.created, first.county) == (True, "")
    second = open_county(database.url, database.schema, name="青石县")
    assert (second.prepared.created, second.county) == (False, "青石县")
    third = open_county(database.url, database.schema, name="青石县")
    assert third.county == "青石县"
    assert third.prepared.revision == first.prepared.revision
    with county.store_at(database) as store:
        assert county.counts(store)["county"] == 1


@pytest.mark.parametrize("name", ["", " ", "　", "县\x07名", "青石县\n", "e\u0301"])
def test_a_name_no_edition_could_bear_is_refused_when_it_is_given(database, name):
    """The name goes into every manifest, in canonical form; a year later is too late to find that it cannot."""
    open_county(database.url, database.schema, name="青石县")
    try:
        given = open_county(database.url, database.schema, name=name).county
    except Refused as refused:
        assert both_languages(refused)
    else:
        assert given in ("青石县", "é"), "or it is made into one that can be borne"


def test_a_period_keeps_its_sets_and_begins_with_preparing(store, tmp_path):
    """The sets are kept with the period in order of ref: whoever has the file no longer needs it."""
    names = county.write_sets(tmp_path)
    found = open_period(store, "2026", names[::-1])
    for name in names:
        Path(name).unlink()
    assert (found.id, found.phase, found.refs) == ("2026", Phase.PREPARING, ("office@1", "village@1"))
    assert list_periods(store) == (found,)
    with store.read() as c:
        assert [criteria.find(c, ref).ref for ref in found.refs] == list(found.refs)


def test_shipped_sets_are_taken_by_a_pattern(store):
    found = open_period(store, "2026", ["red-flag-*"])
    assert "red-flag-rural@2026.1" in found.refs
    assert len(found.refs) >= 7


def test_periods_are_listed_the_newest_id_first(store, tmp_path):
    names = county.write_sets(tmp_path)
    for period in ("2024", "2026", "2025"):
        open_period(store, period, names)
    assert [own.id for own in list_periods(store)] == ["2026", "2025", "2024"]
    assert list_periods(store)[0].refs == ("office@1", "village@1")


def test_a_county_without_periods_lists_none(store):
    assert list_periods(store) == ()


def test_a_period_is_opened_once(store, tmp_path):
    """The second opening is refused, whatever it names, and keeps nothing."""
    names = county.write_sets(tmp_path)
    open_period(store, "2026", names)
    before = county.counts(store)
    with pytest.raises(PeriodExists) as caught:
        open_period(store, "2026", ["red-flag-rural@2026.1"])
    assert "2026" in county.told(caught.value)
    assert both_languages(caught.value)
    assert county.counts(store) == before


def test_a_period_cannot_be_called_just_anything(store, tmp_path):
    """What cannot be told apart on a notice, or cannot be typed, is no id."""
    names, before = county.write_sets(tmp_path), county.counts(store)
    for period in (
        "",
        " ",
        " 2026",
        "2026 ",
        "2026\n",
        "20\x0026",
        "20\x1b26",
        "2" * 41,
        "2026\u3000",
        "a\u200bb",
    ):
        with pytest.raises(PeriodMisnamed) as caught:
            open_period(store, period, names)
        assert both_languages(caught.value)
    assert county.counts(store) == before


def test_a_period_bears_the_id_an_office_gives_it(store, tmp_path):
    """Whatever can be read and typed; the id is found again and published."""
    for period in ("2026", "2026年上半年", "2026-H1", "2" * 40, "𠮷县二〇二六", "Été 2026", "2026/1'\""):
        county.with_marks(store, tmp_path, period)
        assert county.publish(store, period=period).statement.period == period


def test_an_id_is_the_same_however_its_accents_are_made(store, tmp_path):
    """An e with an accent may come as one character or as two: one period, and not opened twice."""
    county.opened(store, tmp_path, "2025")
    names = county.write_sets(tmp_path)
    assert open_period(store, "e\u0301te\u0301", names).id == "été"
    with pytest.raises(PeriodExists):
        open_period(store, "été", names)
    county.take_units(store, tmp_path / "u.csv", county.unit_rows(), period="été")
    county.take_marks(store, tmp_path / "m.csv", county.mark_rows(), period="été")
    assert county.publish(store, period="été").statement.period == "été"


def test_sets_that_cannot_stand_together_are_refused_with_all_that_is_wrong(store, tmp_path):
    """A set of another score and a file that is none: both are told, and nothing is kept."""
    names = county.write_sets(tmp_path)
    other = county.sets()[1] | {"id": "other", "domains": ["rural"]}
    (tmp_path / "other.yaml").write_text(json.dumps(other), "utf-8")
    before = county.counts(store)
    with pytest.raises(CriteriaInvalid) as caught:
        open_period(
            store, "2026", [*names, str(tmp_path / "other.yaml"), "no-such@1", str(tmp_path / "no.yaml")]
        )
    told = county.told(caught.value)
    assert "both take rural" in told
    assert "no-such@1" in told
    assert "no.yaml" in told
    assert both_languages(caught.value)
    assert county.counts(store) == before
    unequal = county.sets()[1] | {"target": {"stars": "4", "share": "60%"}}
    Path(names[1]).write_text(json.dumps(unequal), "utf-8")
    with pytest.raises((CriteriaDiffer, CriteriaInvalid)) as caught:
        open_period(store, "2026", names)
    assert "target" in county.told(caught.value)
    assert county.counts(store) == before


def test_a_set_in_use_never_changes(store, tmp_path):
    """Another content under a ref that is kept is refused; under a new version it is taken."""
    names = county.write_sets(tmp_path)
    open_period(store, "2025", names)
    changed = county.sets()[0] | {"title": {"zh": "改过的标准"}}
    Path(names[0]).write_text(json.dumps(changed), "utf-8")
    before = county.counts(store)
    with pytest.raises(CriteriaChanged) as caught:
        open_period(store, "2026", names)
    assert "village@1" in county.told(caught.value)
    assert county.counts(store) == before
    Path(names[0]).write_text(json.dumps(changed | {"version": "2"}), "utf-8")
    assert open_period(store, "2026", names).refs == ("office@1", "village@2")
    assert county.counts(store)["criteria_set"] == 3


def test_the_same_sets_serve_two_periods(store, tmp_path):
    """They are kept once."""
    names = county.write_sets(tmp_path)
    open_period(store, "2025", names)
    open_period(store, "2026", names)
    assert county.counts(store)["criteria_set"] == 2


def test_a_period_is_not_opened_with_criteria_nobody_knows(store):
    with pytest.raises(Refused, match="no-such@1"):
        open_period(store, "2026", ["no-such@1"])
    assert county.counts(store)["period"] == 0


def test_a_period_goes_forward_by_any_number_of_phases(store, tmp_path):
    """From every phase to every later one but published, which only an edition makes."""
    for start, end in LATER:
        period = f"{start.value} to {end.value}"
        county.with_marks(store, tmp_path, period)
        if start is not Phase.PREPARING:
            move_period(store, period, start)
        assert move_period(store, period, end).phase is end
        assert county.phase(store, period) == end.value


@pytest.mark.parametrize("at", Phase, ids=lambda phase: phase.value)
def test_a_period_never_goes_back_nor_stands_still(store, tmp_path, at):
    """From every phase to itself and to every earlier one: refused in both languages, nothing written."""
    county.with_marks(store, tmp_path)
    if at is Phase.PUBLISHED:
        county.publish(store)
    elif at is not Phase.PREPARING:
        move_period(store, "2026", at)
    before = county.counts(store)
    for phase in list(Phase)[: at.place + 1]:
        with pytest.raises(PhaseRefused) as caught:
            move_period(store, "2026", phase)
        assert f"period 2026 is {at.called.en}" in county.told(caught.value)
        assert both_languages(caught.value)
    assert (county.phase(store), county.counts(store)) == (at.value, before)


def test_only_publishing_makes_a_period_published(store, tmp_path):
    """The refusal says how."""
    county.with_marks(store, tmp_path)
    for phase in (Phase.PREPARING, Phase.POSTED):
        if phase is Phase.POSTED:
            move_period(store, "2026", phase)
        with pytest.raises(PhaseRefused, match="stars publish 2026"):
            move_period(store, "2026", Phase.PUBLISHED)
        assert county.phase(store) == phase.value


@pytest.mark.parametrize("phase", [Phase.COLLECTING, Phase.MARKING, Phase.POSTED], ids=lambda one: one.value)
def test_a_period_without_units_stays_in_preparing(store, tmp_path, phase):
    """Units are frozen from then on, so there would never be any."""
    county.opened(store, tmp_path)
    with pytest.raises(PhaseRefused, match="stars import units FILE --period 2026"):
        move_period(store, "2026", phase)
    assert county.phase(store) == "preparing"


def test_a_period_that_there_is_not_is_told_with_those_there_are(store, tmp_path):
    with pytest.raises(PeriodUnknown, match="none was opened yet"):
        move_period(store, "2026", Phase.MARKING)
    names = county.write_sets(tmp_path)
    for period in ("2024", "2025"):
        open_period(store, period, names)
    with pytest.raises(PeriodUnknown, match="2025, 2024") as caught:
        move_period(store, "2026", Phase.MARKING)
    assert both_languages(caught.value)


def test_periods_move_each_for_itself(store, tmp_path):
    county.with_marks(store, tmp_path, "2025")
    open_period(store, "2026", county.write_sets(tmp_path))
    move_period(store, "2025", Phase.MARKING)
    assert (county.phase(store, "2025"), county.phase(store, "2026")) == ("marking", "preparing")


def test_posting_is_refused_while_a_unit_is_unrated_and_each_is_named(store, tmp_path):
    """Three units lack marks, each another one; all three are told with what is missing, by name and code."""
    county.with_units(store, tmp_path)
    rows = [
        row
        for row in county.mark_rows()
        if (row[0], row[1]) not in {("A02", "income"), ("A08", "points"), ("A11", "satisfaction")}
    ]
    county.take_marks(store, tmp_path / "marks.csv", rows)
    with pytest.raises(PhaseRefused) as caught:
        move_period(store, "2026", Phase.POSTED)
    told = [fault.in_("en") for fault in caught.value.faults]
    assert len(told) == 3
    for line, (code, name, what) in zip(
        told,
        (
            ("A02", "第2村党支部", "income"),
            ("A08", "第8机关党支部", "points"),
            ("A11", "第11村党支部", "satisfaction"),
        ),
        strict=True,
    ):
        assert name in line
        assert code in line
        assert what in line
    assert both_languages(caught.value)
    assert county.phase(store) == "preparing"


def test_posting_is_refused_while_evaluators_disagree_beyond_the_limit(store, tmp_path):
    """30 % of 20 marks are 6: apart by exactly 6 is within, by 6.5 beyond; every such unit is told."""
    county.with_units(store, tmp_path)
    marks = {"A01": ("12", "18"), "A02": ("11.5", "18"), "A04": ("5", "20")}
    rows = [
        row for row in county.mark_rows() if not (row[0] in marks and row[1:3] == ["discipline", "county"])
    ]
    for unit, pair in marks.items():
        rows += [[unit, "discipline", "county", by, mark] for by, mark in zip("甲乙", pair, strict=True)]
    county.take_marks(store, tmp_path / "marks.csv", rows)
    with pytest.raises(PhaseRefused) as caught:
        move_period(store, "2026", Phase.POSTED)
    assert len(caught.value.faults) == 2
    assert [code for code in ("A01", "A02", "A04") if code in county.told(caught.value)] == ["A02", "A04"]
    assert "11.5" in county.told(caught.value)
    county.moderate(
        store,
        tmp_path / "settled.csv",
        ("A02", "discipline", "组长", "14"),
        ("A04", "discipline", "组长", "12"),
    )
    assert move_period(store, "2026", Phase.POSTED).phase is Phase.POSTED


def test_a_refused_move_leaves_no_lock(store, tmp_path):
    """The next one writes at once."""
    county.with_units(store, tmp_path)
    with pytest.raises(PhaseRefused):
        move_period(store, "2026", Phase.POSTED)
    with store.begin() as c:
        periods.move(c, "2026", Phase.COLLECTING)
    assert county.phase(store) == "collecting"


def test_moving_after_a_draft_was_published_is_refused_as_standing_still(store, tmp_path):
    """A draft moves the period to posted itself."""
    county.with_marks(store, tmp_path)
    county.publish(store, State.DRAFT)
    with pytest.raises(PhaseRefused, match="posted"):
        move_period(store, "2026", Phase.POSTED)
