"""A group's profile is the plain mean of what its branches' rows say, and so is where it lies below the county."""

from __future__ import annotations

from fractions import Fraction

from scoring.numbers import Rounding
from scoring.profiles import profile, profiles, weakest
from scoring.register import Register, provisional_register
from scoring.units import Grouping
from tests.cohorts import cohort
from tests.edition.county import inputs_of_cohort, small_county, standings_of

KINDS = (Grouping.COUNTY, Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)


def register_of(inputs) -> Register:
    return provisional_register("2026", "示范县", inputs, standings_of(inputs))


def names(register: Register, kind: Grouping) -> list[str]:
    return [""] if kind is Grouping.COUNTY else [own.name for own in register.groups[kind]]


def mean(values: list[Fraction], decimals: int, rounding: Rounding) -> str:
    scaled = sum(values) / len(values) * 10**decimals
    low = scaled.numerator // scaled.denominator
    rest = scaled - low
    up = {
        Rounding.HALF_UP: rest >= Fraction(1, 2),
        Rounding.UP: rest > 0,
        Rounding.HALF_EVEN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1),
    }[rounding]
    digits = str(low + up).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


def test_a_profile_is_the_mean_of_printed_part_scores():
    """Over the branches that have one: not those unrated, not those to which the part does not apply."""
    told, fewer = 0, 0
    for seed in range(20):
        register = register_of(inputs_of_cohort(cohort(seed)))
        rule = register.rule.score
        for kind in KINDS:
            for name in names(register, kind):
                members = register.members(kind, name)
                for own in profile(register, kind, name):
                    values = [
                        Fraction(part.value)
                        for entry in members
                        for part in entry.parts
                        if part.part == own.part and part.value is not None
                    ]
                    assert own.units == len(values)
                    assert own.mean == (mean(values, rule.decimals, rule.rounding) if values else None)
                    told += 1
                    fewer += 0 < len(values) < len(members)
    assert (told, fewer) > (200, 100)


def test_parts_are_those_of_the_sets_in_order_of_ref():
    """A part of two sets is told once, by the title of the first; what the first set lacks follows."""
    county = small_county().rewritten(
        "criteria:\n  - id: term\n    kind: levels\n    full_marks: 10\n    title: {zh: 按期换届, en: Elections on time}\n"
        "    levels: [{marks: 10, when: {zh: 按期}}, {marks: 0, when: {zh: 未换届}}]\n"
        "  - {id: meetings, kind: judged, full_marks: 20, step: 0.5, title: {zh: 三会一课, en: Meetings}}\n"
        "  - {id: service, kind: judged, full_marks: 20, step: 0.5, title: {zh: 服务群众, en: Service}}\n",
        "parts:\n  - id: service_part\n    title: {zh: 服务, en: Service}\n    criteria:\n"
        "      - {id: service, kind: judged, full_marks: 20, step: 0.5, title: {zh: 服务群众, en: Service}}\n"
        "  - id: organisation\n    title: {zh: 机关组织建设, en: Organisation of offices}\n    criteria:\n"
        "      - {id: term, kind: levels, full_marks: 10, title: {zh: 换届},\n"
        "         levels: [{marks: 10, when: {zh: 按期}}, {marks: 0, when: {zh: 未换届}}]}\n"
        "      - {id: meetings, kind: judged, full_marks: 20, step: 0.5, title: {zh: 三会一课, en: Meetings}}\n",
    )
    register = register_of(county.inputs())
    assert [(own.part, own.title.zh, own.units) for own in profile(register, Grouping.COUNTY, "")] == [
        ("service_part", "服务", 4),
        ("organisation", "机关组织建设", 11),
        ("appraisal", "民主评议", 7),
    ]
    assert [own.part for own in profile(register, Grouping.TOWNSHIP, "西山镇")] == [
        "organisation",
        "appraisal",
    ]


def test_all_groups_at_once_are_each_of_them():
    """A page of one township and a table of all say the same."""
    register = register_of(small_county().inputs())
    for kind in KINDS:
        found = profiles(register, kind)
        assert list(found) == names(register, kind)
        assert {name: profile(register, kind, name) for name in found} == found
    assert profile(register, Grouping.TOWNSHIP, "no such") == ()


def test_the_weakest_part_lies_furthest_below_the_county():
    """Largest gap first, and none that is level with the county or above it."""
    shown = 0
    for seed in range(20):
        register = register_of(inputs_of_cohort(cohort(seed)))
        county = {own.part: own.mean for own in profile(register, Grouping.COUNTY, "")}
        assert weakest(register, Grouping.COUNTY, "") == ()
        for name in names(register, Grouping.TOWNSHIP):
            means = {own.part: own.mean for own in profile(register, Grouping.TOWNSHIP, name)}
            gaps = {
                part: Fraction(county[part]) - Fraction(value)
                for part, value in means.items()
                if value is not None
            }
            found = weakest(register, Grouping.TOWNSHIP, name)
            assert [own.part for own in found] == sorted(
                (part for part, gap in gaps.items() if gap > 0), key=lambda part: -gaps[part]
            )
            for own in found:
                assert (own.mean, own.county) == (means[own.part], county[own.part])
                assert Fraction(own.gap) == gaps[own.part]
                shown += 1
    assert shown > 40
