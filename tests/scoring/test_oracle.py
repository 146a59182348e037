"""The oracle against worked cases, its bends against the cohorts, the cohorts against the rules of entry."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from functools import cache

import pytest
import yaml

from tests.cohorts import Cohort, as_yaml, cohort, situations
from tests.oracle import BENDS, NA, adjustments_below, criteria_below, number, oracle, parts_below

CUT_POINTS = [
    {"stars": "5", "at_least": "90"},
    {"stars": "4", "at_least": "80"},
    {"stars": "3", "at_least": "70"},
    {"stars": "2", "at_least": "60"},
    {"stars": "1", "at_least": "0"},
]


def criteria(*nodes: dict, **fields: object) -> dict:
    """A criteria set of *nodes*, which are parts if they have children and criteria if not."""
    document = {"id": "s", "version": "1", "title": {"zh": "标准"}, **fields}
    for node in nodes:
        document.setdefault("parts" if "criteria" in node or "parts" in node else "criteria", []).append(node)
    return document


def judged(name: str, full_marks: str = "100", **fields: object) -> dict:
    return {"id": name, "kind": "judged", "full_marks": full_marks, **fields}


def ballot(**fields: str) -> dict:
    grades = [{"id": "excellent", "worth": "100"}, {"id": "qualified", "worth": "80"}]
    return {"id": "a", "kind": "ballot", "full_marks": "30", "grades": grades, **fields}


def unit(code: str = "u", **fields: str) -> dict:
    blank = {"name": "", "domain": "rural", "township": "西山镇", "department": "", "gates": ""}
    return {"unit": code, **blank, **fields}


def mark(criterion: str, value: str, stage: str = "county", evaluator: str = "e", of: str = "u") -> dict:
    return {"unit": of, "criterion": criterion, "stage": stage, "evaluator": evaluator, "mark": value}


def several(criterion: str, *values: str, stage: str = "county") -> list[dict]:
    return [mark(criterion, value, stage, f"e{i}") for i, value in enumerate(values)]


def one(document: dict, marks: list[dict], **fields: str) -> dict:
    """The answer for one unit."""
    return oracle([document], [unit(**fields)], marks)["units"][0]


def county(document: dict, scores: dict[str, str | None], **fields: str) -> dict:
    """The answer for units with these scores on one criterion `a`, None for an unrated unit."""
    marks = [mark("a", score, of=code) for code, score in scores.items() if score is not None]
    return oracle([document], [unit(code, **fields) for code in scores], marks)


def starred(**fields: object) -> dict:
    return criteria(judged("a", step="0.01"), cut_points=CUT_POINTS, **fields)


def stars(answer: dict) -> dict[str, int | None]:
    return {row["unit"]: row["stars"] for row in answer["units"]}


# Worked cases


@pytest.mark.parametrize(
    ("standards", "appraisal", "score", "starring"),
    [
        ("71.6", "99.6", "80.00", 4),
        ("43.8", "97.8", "60.00", 2),
        ("59.8", "93.8", "70.00", 3),
        ("86.1", "99.1", "90.00", 5),
    ],
)
def test_seventy_thirty_meets_its_bound_exactly(standards, appraisal, score, starring):
    """What reads 80.00 has the stars of 80.00: no float may fall short of it."""
    document = criteria(
        {"id": "standards", "weight": "70", "criteria": [judged("a", step="0.1")]},
        {"id": "appraisal", "weight": "30", "criteria": [judged("b", step="0.1")]},
        cut_points=CUT_POINTS,
    )
    row = one(document, [mark("a", standards), mark("b", appraisal)])
    assert (row["score"], row["stars"]) == (score, starring)


def test_six_standards_are_weighted():
    """A part counts by its weight's share of the weights beside it."""
    weights = ["20", "15", "15", "15", "20", "15"]
    marks = ["61", "93", "88", "71", "87", "84"]
    parts = [{"id": f"p{i}", "weight": w, "criteria": [judged(f"c{i}")]} for i, w in enumerate(weights)]
    row = one(criteria(*parts), [mark(f"c{i}", value) for i, value in enumerate(marks)])
    assert row["score"] == "80.00"


def test_means_of_evaluators_are_never_rounded_on_the_way():
    """7 and 6, 6 and 2 of 12 with weights 35/65 make 40.625, which is rounded once."""
    document = criteria(judged("a", "12", weight="35"), judged("b", "12", weight="65"))
    marks = several("a", "7", "6") + several("b", "6", "2")
    assert one(document, marks)["score"] == "40.63"
    assert one(document | {"score": {"rounding": "half_even"}}, marks)["score"] == "40.62"
    assert one(document | {"score": {"rounding": "up", "decimals": "1"}}, marks)["score"] == "40.7"


@pytest.mark.parametrize(("share", "size", "places"), [("1/3", 29, 9), ("30%", 528, 158)])
def test_a_quota_is_rounded_down(share, size, places):
    """At most ⌊share × rated units⌋ units keep the stars."""
    document = starred(quotas=[{"stars": "5", "share": share, "within": "county"}])
    answer = county(document, {f"u{i}": f"{100 - i / 100:.2f}" for i in range(size)})
    assert Counter(stars(answer).values()) == {5: places, 4: size - places}


@pytest.mark.parametrize(("size", "needed"), [(528, 317), (533, 320)])
def test_a_target_is_compared_on_integers(size, needed):
    """100·k ≥ 60·n, no percentage rounded."""
    document = starred(target={"stars": "3", "share": "60%"})
    for reached in (needed, needed - 1):
        answer = county(document, {f"u{i}": "70" if i < reached else "69.99" for i in range(size)})
        assert answer["target"] == {
            "stars": 3,
            "share": "60%",
            "k": reached,
            "n": size,
            "short": needed - reached,
            "meets": reached == needed,
        }


# Agreed marks


@pytest.mark.parametrize(
    ("rule", "marks", "agreed"),
    [
        ("mean", ["7", "6", "6"], "19/3"),
        ("mean", ["7", "6"], "6.5"),
        ("median", ["2", "9", "3"], "3"),
        ("median", ["2", "9", "3", "4"], "3.5"),
        ("trimmed_mean", ["2", "9"], "5.5"),
        ("trimmed_mean", ["2", "9", "3"], "3"),
        ("trimmed_mean", ["9", "2", "9", "4"], "6.5"),
    ],
)
def test_several_marks_become_one_by_the_sets_rule(rule, marks, agreed):
    """An agreed mark is an exact fraction, a decimal where finite."""
    document = criteria(judged("a", "10"), agreement={"rule": rule, "disagreement": "5%"})
    line = {"criterion": "a", "agreed": agreed, "full_marks": "10", "outcome": "agreed", "stage": "county"}
    assert one(document, several("a", *marks))["lines"] == [line]


def test_the_latest_stage_that_may_decide_decides():
    """Earlier marks alone leave the criterion missing, later ones replace them, moderation replaces all."""
    document = criteria(judged("a", "10"), decided_from="superior")
    own, superior, settled = mark("a", "10", "self"), mark("a", "8", "superior"), mark("a", "5", "moderation")
    none = one(document, [own])
    assert (none["score"], none["missing"], none["lines"][0]["stage"]) == (None, ["a"], None)
    assert one(document, [own, superior])["score"] == "80.00"
    assert one(document, [settled, own, superior])["score"] == "50.00"
    assert one(document, [settled])["lines"][0]["stage"] == "moderation"


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        ([], "missing"),
        ([NA, NA], "not_applicable"),
        ([NA, "5"], "disputed"),
        (["4", "5"], "agreed"),
    ],
)
def test_missing_is_neither_nought_nor_not_applicable(marks, outcome):
    """Only n/a from all is not applicable; some n/a and some marks is a dispute."""
    row = one(criteria(judged("a", "5"), judged("b", "5")), [*several("a", *marks), mark("b", "5")])
    assert row["lines"][0]["outcome"] == outcome
    assert row["missing"] == (["a"] if outcome in ("missing", "disputed") else [])
    assert (row["score"] is None) == (outcome in ("missing", "disputed"))


def test_two_different_facts_are_a_dispute():
    """A number or a count is no opinion; the same fact twice is one, however it is written."""
    bonus = {"id": "b", "kind": "bonus", "each": "1"}
    document = criteria(
        {"id": "a", "kind": "measured", "full_marks": "4", "line": {"from": "60", "to": "100"}},
        adjustments=[bonus],
    )
    alike = several("a", "80", "80.0") + several("b", "2", "2")
    assert one(document, alike)["score"] == "52.00"
    assert one(document, several("a", "80", "81") + several("b", "1", "2"))["missing"] == ["a", "b"]
    assert one(document, [*several("a", "80", "81"), mark("a", "70", "moderation")])["score"] == "25.00"


def test_a_unit_to_which_nothing_applies_has_no_score():
    """Nothing is missing, and yet there is no score, no stars, no rank."""
    row = one(starred(), [mark("a", NA)])
    assert (row["score"], row["stars"], row["rank"], row["missing"], row["steps"]) == (None,) * 3 + ([], [])


# Kinds


@pytest.mark.parametrize(
    ("value", "agreed"), [("50000", "5"), ("49999.999", "3"), ("30000", "3"), ("29999", "0"), ("-1", "0")]
)
def test_the_highest_band_reached_counts(value, agreed):
    """Bands begin at their bound, in whatever order they are listed; below the lowest, 0."""
    bands = [{"at_least": "30000", "marks": "3"}, {"at_least": "50000", "marks": "5"}]
    document = criteria({"id": "a", "kind": "measured", "full_marks": "5", "bands": bands})
    assert one(document, [mark("a", value)])["lines"][0]["agreed"] == agreed


@pytest.mark.parametrize(
    ("start", "end", "value", "agreed"),
    [
        ("60", "100", "90", "3"),
        ("60", "100", "59", "0"),
        ("60", "100", "101", "4"),
        ("10", "0", "2.5", "3"),
        ("10", "0", "11", "0"),
        ("0", "3", "1", "4/3"),
    ],
)
def test_a_line_is_clipped_and_may_fall(start, end, value, agreed):
    """From (`from`, 0) to (`to`, full marks)."""
    line = {"from": start, "to": end}
    document = criteria({"id": "a", "kind": "measured", "full_marks": "4", "line": line})
    assert one(document, [mark("a", value)])["lines"][0]["agreed"] == agreed


@pytest.mark.parametrize(
    ("votes", "outcome", "agreed"),
    [
        (["excellent=3;qualified=4"], "agreed", "186/7"),
        (["qualified=4", "excellent=0;qualified=4"], "agreed", "24"),
        (["excellent=1;qualified=1"], "missing", None),
        (["excellent=1", "qualified=1"], "disputed", None),
        (["qualified=4", NA], "disputed", None),
    ],
)
def test_a_ballot_yields_its_mean_worth(votes, outcome, agreed):
    """Full marks × Σ count × worth / (100 × Σ count); fewer voters than needed leave it missing."""
    line = one(criteria(ballot(least_voters="3")), several("a", *votes))["lines"][0]
    assert (line["outcome"], line["agreed"], line["stage"]) == (outcome, agreed, "county")


# Parts


def test_a_parts_weight_counts_what_does_not_apply():
    """A part's default weight is the full marks of every criterion below it, applicable or not."""
    part = {"id": "p", "criteria": [judged("a", "10"), judged("b", "30")]}
    row = one(criteria(part, judged("c", "10")), [mark("a", "10"), mark("b", NA), mark("c", "0")])
    assert row["score"] == "80.00"


def test_a_part_without_an_applicable_child_takes_its_adjustments_along():
    """It is not applicable itself, weighs nothing, and its deductions are ignored."""
    deduction = {"id": "d", "kind": "deduction", "each": "10"}
    part = {"id": "p", "criteria": [judged("a", "10")], "adjustments": [deduction]}
    document = criteria(part, judged("b", "10"))
    marks = [mark("a", NA), mark("b", "7"), mark("d", "1")]
    assert one(document, marks)["score"] == "70.00"
    assert one(document, [*marks, mark("d", "2", evaluator="f")])["missing"] == ["d"]


@pytest.mark.parametrize(
    ("kind", "counts", "score"),
    [
        ("bonus", "1", "60.00"),
        ("bonus", "9", "70.00"),
        ("deduction", "1", "40.00"),
        ("deduction", "9", "30.00"),
    ],
)
def test_adjustments_are_marks_of_their_part_up_to_most(kind, counts, score):
    """(bonuses − deductions) / the part's marks, each at most `most`."""
    adjustment = {"id": "x", "kind": kind, "each": "2", "most": "4"}
    part = {"id": "p", "criteria": [judged("a", "20")], "adjustments": [adjustment]}
    assert one(criteria(part), [mark("a", "10"), mark("x", counts)])["score"] == score


@pytest.mark.parametrize(
    ("kind", "where", "score"),
    [
        ("bonus", "part", "90.00"),
        ("deduction", "part", "0.00"),
        ("bonus", "root", "110.00"),
        ("deduction", "root", "0.00"),
    ],
)
def test_parts_are_clipped_at_nought_and_their_ceiling(kind, where, score):
    """A bonus lifts no part above its own ceiling; the root's is that of the score."""
    part = {"id": "p", "ceiling": "90", "criteria": [judged("a", "20")]}
    document = criteria(part, score={"ceiling": "110"})
    (part if where == "part" else document)["adjustments"] = [{"id": "x", "kind": kind, "each": "100"}]
    assert one(document, [mark("a", "10"), mark("x", "1")])["score"] == score


def test_adjustments_of_the_root_are_points_of_a_hundred():
    """F is 100 at the root, whatever its full marks."""
    bonus = {"id": "x", "kind": "bonus", "each": "2"}
    assert one(criteria(judged("a", "20"), adjustments=[bonus]), [mark("a", "10")])["score"] == "50.00"
    document = criteria(judged("a", "20"), adjustments=[bonus])
    assert one(document, [mark("a", "10"), mark("x", "1")])["score"] == "52.00"


# Stars and quotas


def test_the_printed_score_has_the_stars():
    """89.996 reads 90.00 and has five stars; below the lowest cut point there are none."""
    measured = {"id": "a", "kind": "measured", "full_marks": "10", "line": {"from": "0", "to": "100"}}
    document = criteria(measured, cut_points=CUT_POINTS[:2])
    assert {v: one(document, [mark("a", v)])["stars"] for v in ("89.996", "89.994", "79.99", "80")} == {
        "89.996": 5,
        "89.994": 4,
        "79.99": 0,
        "80": 4,
    }


def test_steps_are_cut_point_gate_quota():
    """The lowest gate wins before quotas run; a gate that takes nothing is a step all the same."""
    document = starred(
        gates=[{"id": "g", "highest_stars": "4"}, {"id": "h", "highest_stars": "0"}],
        quotas=[{"stars": "4", "share": "10%", "within": "county"}],
    )
    cut, down = {"kind": "cut_point", "stars": 5}, {"kind": "quota", "stars": 3}
    both = one(document, [mark("a", "95")], gates="g;h")
    assert both["steps"] == [cut, {"kind": "gate", "stars": 0}]
    gated = one(document, [mark("a", "95")], gates="g")
    assert gated["steps"] == [cut, {"kind": "gate", "stars": 4}, down]
    idle = one(document, [mark("a", "75")], gates="g")
    assert idle["steps"] == [{"kind": "cut_point", "stars": 3}, {"kind": "gate", "stars": 3}]


@pytest.mark.parametrize(
    ("share", "ties", "kept"),
    [
        ("50%", "lower", "a"),
        ("50%", "keep", "abc"),
        ("75%", "lower", "abc"),
        ("75%", "keep", "abc"),
        ("20%", "keep", ""),
        ("20%", "lower", ""),
        ("1", "lower", "abcd"),
    ],
)
def test_ties_across_the_edge_fall_or_stay_together(share, ties, kept):
    """With no place at all nobody keeps the stars under either rule."""
    document = starred(quotas=[{"stars": "5", "share": share, "within": "county", "ties": ties}])
    answer = county(document, {"a": "95", "b": "94", "c": "94", "d": "93", "e": None})
    assert "".join(code for code, n in stars(answer).items() if n == 5) == kept


def test_quotas_run_from_the_highest_star_down():
    """Who lost five stars counts among the fours; down is to the next lower cut point, else 0."""
    document = criteria(
        judged("a", step="0.01"),
        cut_points=[{"stars": "5", "at_least": "90"}, {"stars": "2", "at_least": "60"}],
        quotas=[
            {"stars": "2", "share": "1/3", "within": "county"},
            {"stars": "5", "share": "1/3", "within": "county"},
        ],
    )
    answer = county(document, {"a": "95", "b": "92", "c": "61"})
    assert stars(answer) == {"a": 5, "b": 2, "c": 0}


def test_a_unit_answers_to_its_department_first():
    """`superior` is the department if there is one; a unit without the group is outside its quota."""
    quota = {"stars": "5", "share": "50%"}
    units = [unit("a", department="教育局"), unit("b"), unit("c", department="教育局", township="")]
    marks = [mark("a", value, of=code) for code, value in (("a", "92"), ("b", "91"), ("c", "95"))]
    by_superior = oracle([starred(quotas=[quota | {"within": "superior"}])], units, marks)
    assert stars(by_superior) == {"a": 4, "b": 4, "c": 5}
    by_department = oracle([starred(quotas=[quota | {"within": "department"}])], units, marks)
    assert stars(by_department) == {"a": 4, "b": 5, "c": 5}


# Ranks and standings


def test_equals_share_a_rank_and_the_next_is_skipped():
    """1, 2, 2, 4 by printed score; the unrated have none; units are listed by code point."""
    scores = {"村": "80", "b": "80", "a": "90", "U": None, "c": "70"}
    answer = county(starred(), scores)
    assert [(row["unit"], row["rank"]) for row in answer["units"]] == [
        ("U", None),
        ("a", 1),
        ("b", 2),
        ("c", 4),
        ("村", 2),
    ]
    assert answer["units"][1]["ranks"] == {"township": 1, "department": None, "domain": 1}


def test_standings_rank_by_the_mean_of_rated_units():
    """The mean is of printed scores, rounded like one; groups without a rated unit come last, unranked."""
    document = starred(target={"stars": "4", "share": "1/3"}, score={"decimals": "0"})
    of = {"a": "西山镇", "b": "西山镇", "c": "西山镇", "d": "东河镇", "e": "北岭乡"}
    scores = {"a": "90.4", "b": "79.4", "c": None, "d": "84.6", "e": None}
    marks = [mark("a", score, of=code) for code, score in scores.items() if score]
    answer = oracle([document], [unit(code, township=township) for code, township in of.items()], marks)
    rows = [
        {key: row[key] for key in ("group", "units", "rated", "mean", "rank", "at_target", "meets")}
        for row in answer["standings"]["township"]
    ]
    keys = ("group", "units", "rated", "mean", "rank", "at_target", "meets")
    assert rows == [
        dict(zip(keys, ("东河镇", 1, 1, "85", 1, 1, True), strict=True)),
        dict(zip(keys, ("西山镇", 3, 2, "85", 1, 1, True), strict=True)),
        dict(zip(keys, ("北岭乡", 1, 0, None, None, 0, False), strict=True)),
    ]
    assert answer["standings"]["township"][1]["stars"] == {
        "5": 1,
        "4": 0,
        "3": 1,
        "2": 0,
        "1": 0,
        "0": 0,
        "none": 1,
    }
    assert answer["standings"]["department"] == []
    assert answer["target"]["share"] == "1/3"


def test_without_cut_points_there_are_scores_and_ranks_only():
    """No stars, no steps, no target; every unit counts under none."""
    answer = county(criteria(judged("a")), {"a": "90", "b": None})
    first = answer["units"][0]
    assert (first["score"], first["stars"], first["steps"], first["rank"]) == ("90.00", None, [], 1)
    assert answer["target"] is None
    row = answer["standings"]["domain"][0]
    assert (row["stars"], row["at_target"], row["meets"]) == ({"0": 0, "none": 2}, None, None)


# Bends and cohorts


@cache
def random_cohort(seed: int) -> Cohort:
    return cohort(seed)


@cache
def answer_of(seed: int) -> dict:
    drawn = random_cohort(seed)
    return oracle(drawn.sets, drawn.units, drawn.marks)


@pytest.mark.parametrize("bent", BENDS)
def test_every_bend_shows(bent):
    """A wrong rule that no cohort can tell from the right one is not tested by the cohorts."""
    assert any(
        oracle(drawn.sets, drawn.units, drawn.marks, bent=bent) != answer_of(seed)
        for seed, drawn in ((seed, random_cohort(seed)) for seed in range(150))
    )


@pytest.mark.parametrize("bent", ["half_up_as_half_even", "half_even_as_half_up", "up_as_half_up"])
def test_halves_are_met_in_scores(bent):
    """A score exactly between two printed ones must occur, not only a group's mean."""
    wrong = 0
    for seed in range(150):
        drawn = random_cohort(seed)
        rows = oracle(drawn.sets, drawn.units, drawn.marks, bent=bent)["units"]
        right = answer_of(seed)["units"]
        wrong += any(a["score"] != b["score"] for a, b in zip(rows, right, strict=True))
    assert wrong >= 3


def test_the_same_seed_gives_the_same_cohort():
    """A failure found once can be found again."""
    assert cohort(7) == cohort(7)
    assert cohort(7) != cohort(8)


def test_every_situation_is_common():
    """What happens to fewer than 4 % of units would be tested by luck; most units must stay rated."""
    total = Counter()
    for seed in range(200):
        total.update(situations(random_cohort(seed)))
    named = (
        "na_nested",
        "na_part_nested",
        "clipped",
        "clipped_low",
        "clipped_high",
        "tied_at_edge",
        "disputed",
        "moderated",
        "wide",
        "wide_unreduced",
    )
    rare = {name: total[name] for name in named if total[name] < 0.04 * total["units"]}
    assert not rare
    assert total["rated"] >= 0.75 * total["units"]


def features(drawn: Cohort) -> set[str]:
    """What of the criteria language occurs in a cohort."""
    found = {f"sets {len(drawn.sets)}"}
    for document in drawn.sets:
        score = document.get("score", {})
        found |= {f"decimals {score.get('decimals')}", f"rounding {score.get('rounding')}"}
        found |= {f"depth {depth}" for depth, _ in parts_below(document)}
        found |= {f"stars {len(document.get('cut_points', []))}"}
        found |= {f"agreement {document.get('agreement', {}).get('rule')}"}
        found |= {f"decided from {document.get('decided_from')}"}
        found |= {f"within {q['within']} {q.get('ties')}" for q in document.get("quotas", [])}
        for criterion in criteria_below(document):
            shape = next((key for key in ("bands", "line") if key in criterion), "")
            found.add(f"{criterion['kind']} {shape}".strip())
        for adjustment in adjustments_below(document):
            found.add(f"{adjustment['kind']} most {'most' in adjustment}")
    return found


def test_the_cohorts_speak_the_whole_language():
    """Every kind, rule, rounding, grouping and depth occurs."""
    expected = {f"sets {n}" for n in (1, 2, 3)}
    expected |= {f"decimals {n}" for n in (None, 0, 1, 2, 3, 4)}
    expected |= {f"rounding {name}" for name in (None, "half_up", "half_even", "up")}
    expected |= {f"depth {n}" for n in range(1, 7)}
    expected |= {f"stars {n}" for n in range(8)}
    expected |= {f"agreement {name}" for name in (None, "mean", "median", "trimmed_mean")}
    expected |= {f"decided from {name}" for name in (None, "self", "superior", "county", "复核")}
    groupings = ("county", "domain", "township", "department", "superior")
    expected |= {f"within {within} {ties}" for within in groupings for ties in (None, "lower", "keep")}
    expected |= {"judged", "levels", "ballot"}
    expected |= {f"{kind} {shape}" for kind in ("measured", "derived") for shape in ("bands", "line")}
    expected |= {f"{kind} most {most}" for kind in ("bonus", "deduction") for most in (True, False)}
    assert not expected - set().union(*(features(random_cohort(seed)) for seed in range(200)))


def is_valid(item: dict, value: str) -> bool:
    """Whether one mark may be entered for *item*, a criterion or an adjustment."""
    if "each" in item:
        return value.isdigit()
    if value == NA:
        return True
    if item["kind"] == "judged":
        within = 0 <= number(value) <= number(item["full_marks"])
        return within and (number(value) / number(item.get("step", "0.5"))).denominator == 1
    if item["kind"] == "levels":
        return number(value) in {number(level["marks"]) for level in item["levels"]}
    if item["kind"] == "ballot":
        return is_valid_ballot(item, {k: int(v) for k, v in (pair.split("=") for pair in value.split(";"))})
    return "/" not in value


def is_valid_ballot(item: dict, votes: dict[str, int]) -> bool:
    grades = [grade["id"] for grade in item["grades"]]
    best, most = votes.get(grades[0], 0), number(item.get("best_share_most", "1"))
    return set(votes) <= set(grades) and sum(votes.values()) > 0 and best <= most * sum(votes.values())


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_the_marks_of_a_cohort_may_be_entered(first):
    """No mark above full marks or between steps, none twice by one evaluator, one moderation a criterion."""
    for seed in range(first, first + 50):
        drawn = random_cohort(seed)
        assert 20 <= len(drawn.units) <= 40
        assert len({row["unit"] for row in drawn.units}) == len(drawn.units)
        domains = {row["unit"]: row["domain"] for row in drawn.units}
        keys = Counter()
        for row in drawn.marks:
            domain = domains[row["unit"]]
            document = next(s for s in drawn.sets if domain in s.get("domains", [domain]))
            item = items(seed, document["id"])[row["criterion"]]
            assert is_valid(item, row["mark"]), (seed, item, row)
            assert row["stage"] in (*document.get("stages", ["self", "superior", "county"]), "moderation")
            keys[row["unit"], row["criterion"], row["stage"], row["evaluator"]] += 1
        assert set(keys.values()) == {1}
        assert {key[3] for key in keys if key[2] == "moderation"} <= {"moderator"}


@cache
def items(seed: int, name: str) -> dict[str, dict]:
    document = next(s for s in random_cohort(seed).sets if s["id"] == name)
    return {item["id"]: item for item in (*criteria_below(document), *adjustments_below(document))}


def ids(document: dict) -> list[str]:
    nodes = [part for _, part in parts_below(document)] + document.get("gates", [])
    return [item["id"] for item in (*nodes, *criteria_below(document), *adjustments_below(document))]


def is_text(node: object) -> bool:
    if isinstance(node, dict):
        return all(isinstance(key, str) and is_text(value) for key, value in node.items())
    return all(map(is_text, node)) if isinstance(node, list) else isinstance(node, str)


def test_the_sets_of_a_cohort_are_valid_and_agree():
    """Ids are unique, cut points rise strictly within the ceiling, gates and targets name their stars."""
    for seed in range(200):
        sets = random_cohort(seed).sets
        for document in sets:
            assert is_text(document)
            assert len(set(ids(document))) == len(ids(document))
            assert all(list(criteria_below(part)) for _, part in parts_below(document))
            rising = sorted((int(c["stars"]), number(c["at_least"])) for c in document.get("cut_points", []))
            bounds = [bound for _, bound in rising]
            assert bounds == sorted(set(bounds))
            assert all(bound <= Fraction(document.get("score", {}).get("ceiling", "100")) for bound in bounds)
            named = [q["stars"] for q in document.get("quotas", [])]
            named += [g["highest_stars"] for g in document.get("gates", []) if g["highest_stars"] != "0"]
            named += [document["target"]["stars"]] if "target" in document else []
            assert set(map(int, named)) <= {stars for stars, _ in rising}
            for key in ("score", "cut_points", "quotas", "target"):
                assert document.get(key) == sets[0].get(key)
        domains = [domain for document in sets for domain in document.get("domains", [])]
        assert len(set(domains)) == len(domains)


def test_a_set_survives_yaml_in_any_order_of_keys():
    """The text is what a criteria file holds, the keys of its mappings in no order."""
    for seed in range(20):
        for document in random_cohort(seed).sets:
            text = as_yaml(document, random.Random(seed))
            assert yaml.load(text, yaml.BaseLoader) == document
            assert as_yaml(document) != text
