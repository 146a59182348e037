"""Who is wanting how much for the target: on integers, and only those whom a higher score would help."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from scoring.register import Register, provisional_register
from scoring.shortfall import nearest, shortfall, shortfalls
from scoring.stars import StepKind
from scoring.units import Grouping
from tests.cohorts import cohort
from tests.edition.county import inputs_of_cohort, small_county, standings_of

KINDS = (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)


def register_of(inputs) -> Register:
    return provisional_register("2026", "示范县", inputs, standings_of(inputs))


def some_registers():
    for seed in range(30):
        register = register_of(inputs_of_cohort(cohort(seed)))
        if register.target is not None:
            yield register


def test_a_shortfall_is_counted_from_the_units():
    """The fewest more units with which reached / units meets the share; what all groups want adds up to `of_all`."""
    wanting = 0
    for register in some_registers():
        share, stars = register.rule.target.share, register.target.stars
        for kind in KINDS:
            found = shortfalls(register, kind)
            assert {own.name for own in found} == {own.name for own in register.groups[kind]}
            assert list(found) == sorted(found, key=lambda own: (-own.short, own.name))
            for own in found:
                members = register.members(kind, own.name)
                reached = sum(entry.stars is not None and entry.stars >= stars for entry in members)
                assert (own.stars, own.units, own.reached) == (stars, len(members), reached)
                assert own.below == len(members) - reached
                more = next(
                    n for n in range(len(members) + 1) if Fraction(reached + n, len(members)) >= share
                )
                assert own.short == more
                assert own.of_all == sum(other.short for other in found)
                assert shortfall(register, register.group(kind, own.name)) == own
                wanting += own.short > 0
    assert wanting > 30


def test_the_county_wants_what_its_target_says():
    """The same figure as on the overview."""
    register = register_of(small_county().inputs())
    own = shortfall(register, register.county)
    assert (own.reached, own.units, own.short, own.of_all) == (7, 12, 1, 1)
    assert own.short == register.target.short


def test_without_a_target_nobody_is_wanting():
    """Also where a target stands in the criteria and nothing has stars, for want of cut points."""
    text = "target: {stars: 3, share: 60%}\n"
    for county in (
        small_county().rewritten(text, ""),
        small_county()
        .rewritten("cut_points:\n", "")
        .rewritten("  - {stars: 5, at_least: 90}\n", "")
        .rewritten("  - {stars: 4, at_least: 80}\n", "")
        .rewritten("  - {stars: 3, at_least: 70}\n", "")
        .rewritten("  - {stars: 2, at_least: 60}\n", "")
        .rewritten("  - {stars: 1, at_least: 0}\n", ""),
    ):
        register = register_of(county.inputs())
        assert shortfall(register, register.county) is None
        assert shortfalls(register, Grouping.TOWNSHIP) == ()
        assert (
            nearest(register, register.entries).units == nearest(register, register.entries).held_back == ()
        )


def test_the_nearest_want_the_fewest_hundredths():
    """V04 is held back by its gate, whatever its score; V08 is not rated and is no one's neighbour."""
    register = register_of(small_county().inputs())
    found = nearest(register, register.entries)
    assert [(own.entry.unit.code, own.entry.score, own.short) for own in found.units] == [
        ("V05", "66.63", "3.37"),
        ("V03", "65.88", "4.12"),
        ("V06", "32.43", "37.57"),
    ]
    (held,) = found.held_back
    assert (held.entry.unit.code, held.kind, held.step["gate"], held.short) == (
        "V04",
        StepKind.GATE,
        "weak",
        None,
    )
    assert [own.entry.unit.code for own in nearest(register, register.entries, 1).units] == ["V05"]


def test_whoever_is_near_would_be_there_with_the_score_it_wants():
    """Every unit below the target's stars and rated is told once: near, or held by the step that holds it."""
    seen: Counter[str] = Counter()
    for register in some_registers():
        rule, stars = register.rule, register.target.stars
        bound = next(cut.at_least for cut in rule.cuts if cut.stars == stars)
        last = Fraction(1, 10**rule.score.decimals)
        found = nearest(register, register.entries, len(register.entries))
        for own in found.units:
            reached = Fraction(own.entry.score) + Fraction(own.short)
            assert reached - last < bound <= reached
        for own in found.held_back:
            gates = {gate.id: gate for gate in register.criteria[own.entry.criteria].gates}
            if own.kind is StepKind.GATE:
                assert gates[own.step["gate"]].highest_stars < stars
                assert own.step["gate"] in own.entry.unit.gates
            else:
                assert own.short is None
                assert own.step["stars"] < stars <= own.step["quota"]
            assert (own.short is None) == (Fraction(own.entry.score) >= bound)
            seen[own.kind.value, own.short is None] += 1
        shorts = [Fraction(own.short) for own in found.units]
        assert shorts == sorted(shorts)
        told = [own.entry.unit.code for own in (*found.units, *found.held_back)]
        assert sorted(told) == [
            entry.unit.code for entry in register.entries if entry.score is not None and entry.stars < stars
        ]
        seen["near"] += len(found.units)
    assert seen["near"] > 100
    assert min(seen["gate", True], seen["gate", False], seen["quota", True]) > 5
