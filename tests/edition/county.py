"""A small county in plain words: twelve branches, two criteria sets, a quota with a tie at its edge, a gate, an excuse."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace

from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.edition import Edition, Excuse, State, Statement, publish
from scoring.inputs import Inputs
from scoring.marks import MarkBook
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import Standings, roll_up
from scoring.scores import score
from scoring.spreadsheet.units import criteria_for
from scoring.stars import rate
from scoring.units import Unit
from tests.cohorts import Cohort, as_yaml

SHARED = """
score: {decimals: 2}
decided_from: superior
agreement: {rule: mean, disagreement: 50%}
gates:
  - {id: weak, highest_stars: 2, title: {zh: 软弱涣散党组织, en: Weak organisation}}
  - {id: misconduct, highest_stars: 1, title: {zh: 书记受处分, en: Secretary disciplined}}
cut_points:
  - {stars: 5, at_least: 90}
  - {stars: 4, at_least: 80}
  - {stars: 3, at_least: 70}
  - {stars: 2, at_least: 60}
  - {stars: 1, at_least: 0}
quotas: [{stars: 5, share: 30%, within: county}]
target: {stars: 3, share: 60%}
"""

VILLAGE = (
    """
id: village
version: "2026.1"
title: {zh: 农村党支部标准, en: Village branches}
domains: [rural]
parts:
  - id: organisation
    title: {zh: 组织建设, en: Organisation}
    weight: 60
    criteria:
      - id: term
        kind: levels
        full_marks: 10
        title: {zh: 按期换届, en: Elections on time}
        levels: [{marks: 10, when: {zh: 按期}}, {marks: 4, when: {zh: 逾期}}, {marks: 0, when: {zh: 未换届}}]
      - {id: meetings, kind: judged, full_marks: 20, title: {zh: 三会一课, en: Meetings}}
      - {id: income, kind: measured, full_marks: 10, unit: 万元, title: {zh: 集体收入, en: Village income}, line: {from: 0, to: 30}}
    adjustments:
      - {id: dues_late, kind: deduction, each: 1, most: 3, title: {zh: 未按月收缴党费, en: Dues late}}
  - id: appraisal
    title: {zh: 民主评议, en: Appraisal}
    weight: 40
    criteria:
      - id: ballot
        kind: ballot
        full_marks: 30
        least_voters: 3
        title: {zh: 党员评议, en: Members' ballot}
        grades: [{id: excellent, worth: 100}, {id: qualified, worth: 80}, {id: poor, worth: 0}]
adjustments:
  - {id: model, kind: bonus, each: 1, most: 2, title: {zh: 做法获推广, en: Model practice}}
"""
    + SHARED
)

OFFICE = (
    """
id: office
version: "2026.1"
title: {zh: 机关社区党支部标准, en: Office branches}
criteria:
  - id: term
    kind: levels
    full_marks: 10
    title: {zh: 按期换届, en: Elections on time}
    levels: [{marks: 10, when: {zh: 按期}}, {marks: 0, when: {zh: 未换届}}]
  - {id: meetings, kind: judged, full_marks: 20, step: 0.5, title: {zh: 三会一课, en: Meetings}}
  - {id: service, kind: judged, full_marks: 20, step: 0.5, title: {zh: 服务群众, en: Service}}
"""
    + SHARED
)

UNITS = (
    ("V01", "青石村党支部", "rural", "西山镇", None),
    ("V02", "白云村党支部", "rural", "西山镇", None),
    ("V03", "柳溪村党支部", "rural", "西山镇", None),
    ("V04", "石桥村党支部", "rural", "东河镇", None),
    ("V05", "杨湾村党支部", "rural", "东河镇", None),
    ("V06", "大坪村党支部", "rural", "东河镇", None),
    ("V07", "高岭村党支部", "rural", "北岭乡", None),
    ("V08", "双井村党支部", "rural", "北岭乡", None),
    ("W01", "财政局机关党支部", "office", None, "财政局"),
    ("W02", "教育局机关党支部", "office", "城关镇", "教育局"),
    ("W03", "卫健局机关党支部", "office", None, "卫健局"),
    ("W04", "城北社区党支部", "community", "城关镇", None),
)

MARKS = {
    # unit: term, meetings of two evaluators, income or service, ballot, times dues were late, model practices
    "V01": ("10", "20", "19", "30", "excellent=30;qualified=5;poor=0", None, "1"),
    "V02": ("10", "18.5", "18", "24.5", "excellent=20;qualified=10;poor=0", "1", None),
    "V03": ("4", "15", "13.5", "12", "excellent=10;qualified=20;poor=2", None, None),
    "V04": ("10", "17", "17", "30", "excellent=12;qualified=18;poor=0", "2", None),
    "V05": ("10", "12", "14", "8.25", "excellent=9;qualified=15;poor=6", None, None),
    "V06": ("0", "10", "9.5", "3", "excellent=5;qualified=10;poor=10", "5", None),
    "V07": ("10", "20", "20", "30", "excellent=28;qualified=2;poor=0", None, "3"),
    "V08": ("10", "16", None, "20", None, None, None),
    "W01": ("10", "19", "18", "18.5", None, None, None),
    "W02": ("10", "19", "18", "18.5", None, None, None),
    "W03": ("10", "14.5", "14.5", "15", None, None, None),
    "W04": ("n/a", "13", "13", "16", None, None, None),
}

EXCUSES = (Excuse(unit="V08", reason="年内撤并，未参加民主评议"),)

Mark = tuple[str, str, str, str]
"""Of a mark its unit, criterion, stage and evaluator."""


@dataclass(frozen=True, kw_only=True)
class County:
    """Criteria sets as YAML, units by code, and marks; every change gives another county."""

    sets: tuple[str, ...]
    units: dict[str, Unit]
    marks: dict[Mark, str]
    excuses: tuple[Excuse, ...]

    def marked(
        self,
        unit: str,
        criterion: str,
        mark: str | None,
        *,
        stage: str = "county",
        evaluator: str = "王芳",
    ) -> County:
        """The county with that mark given, or withdrawn where None."""
        key = (unit, criterion, stage, evaluator)
        marks = {own: text for own, text in self.marks.items() if own != key}
        return replace(self, marks=marks if mark is None else marks | {key: mark})

    def with_unit(self, code: str, like: str, **fields: object) -> County:
        """The county with one more unit that has the marks of another."""
        unit = replace(self.units[like], code=code, **fields)
        marks = {(code, *key[1:]): text for key, text in self.marks.items() if key[0] == like}
        return replace(self, units=self.units | {code: unit}, marks=self.marks | marks)

    def without(self, code: str) -> County:
        """The county without that unit."""
        return replace(
            self,
            units={own: unit for own, unit in self.units.items() if own != code},
            marks={key: text for key, text in self.marks.items() if key[0] != code},
            excuses=tuple(excuse for excuse in self.excuses if excuse.unit != code),
        )

    def changed(self, code: str, **fields: object) -> County:
        """The county with other fields of that unit."""
        return replace(self, units=self.units | {code: replace(self.units[code], **fields)})

    def rewritten(self, old: str, new: str) -> County:
        """The county with other words in its criteria."""
        sets = tuple(text.replace(old, new) for text in self.sets)
        assert sets != self.sets
        return replace(self, sets=sets)

    def inputs(self, rng: random.Random | None = None) -> Inputs:
        """Return its inputs; *rng* shuffles everything whose order is of no account."""
        return inputs_of(map(loaded, self.sets), self.units.values(), self.marks.items(), rng)

    def edition(self, rng: random.Random | None = None, **said: object) -> Edition:
        """Return the edition of it, signed by two people."""
        inputs = self.inputs(rng)
        return publish(standings_of(inputs), inputs, statement(excused=self.excuses, **said))


def small_county() -> County:
    """Return the twelve branches as they are at first."""
    units = {
        code: Unit(code=code, name=name, domain=domain, township=township, department=department)
        for code, name, domain, township, department in UNITS
    }
    units["V04"] = replace(units["V04"], gates=("weak",))
    marks: dict[Mark, str] = {}
    for unit, (term, first, second, other, ballot, late, model) in MARKS.items():
        marks[unit, "term", "superior", "李强"] = term
        marks[unit, "meetings", "superior", "李强"] = first
        marks[unit, "meetings", "county", "王芳"] = first
        if second:
            marks[unit, "meetings", "county", "赵敏"] = second
        marks[unit, "income" if unit.startswith("V") else "service", "county", "王芳"] = other
        if ballot:
            marks[unit, "ballot", "county", "王芳"] = ballot
        if late:
            marks[unit, "dues_late", "superior", "李强"] = late
        if model:
            marks[unit, "model", "county", "王芳"] = model
    marks["W03", "service", "moderation", "陈主任"] = "17"
    return County(sets=(VILLAGE, OFFICE), units=units, marks=marks, excuses=EXCUSES)


def statement(**said: object) -> Statement:
    """Return what two people say of an edition, unless told otherwise."""
    usual = {
        "county": "示范县",
        "period": "2026",
        "state": State.FINAL,
        "supersedes": None,
        "reason": None,
        "prepared_by": "周宁",
        "confirmed_by": "吴刚",
        "authenticated": False,
    }
    return Statement(**(usual | said))


def loaded(text: str) -> CriteriaSet:
    """Return the set that YAML text holds."""
    return loader.load(text.encode(), "set.yaml", lambda _: None)


def inputs_of(sets, units, marks, rng: random.Random | None = None) -> Inputs:
    """Return the inputs of those sets, units and marks by key; each unit takes the set of its domain."""
    sets, units, marks = list(sets), list(units), list(marks)
    if rng is not None:
        for entries in (sets, units, marks):
            rng.shuffle(entries)
    units.sort(key=lambda unit: unit.code)
    own_sets = tuple(criteria_for(unit.domain, sets) for unit in units)
    book = MarkBook(units, own_sets)
    for (unit, criterion, stage, evaluator), mark in marks:
        book.enter(unit, criterion, stage, evaluator, mark)
    markings = list(book.markings())
    if rng is not None:
        rng.shuffle(markings)
    return Inputs(units=tuple(units), sets=own_sets, markings=tuple(markings))


def standings_of(inputs: Inputs) -> Standings:
    """Return the standings of *inputs*."""
    return roll_up(rank(limit(rate(score(inputs.assessments())))))


def inputs_of_cohort(cohort: Cohort, rng: random.Random | None = None) -> Inputs:
    """Return the inputs of a random cohort; no limit of disagreement, so that it may be published."""
    for document in cohort.sets:
        document.get("agreement", {}).pop("disagreement", None)
    units = [
        Unit(
            code=row["unit"],
            name=row["name"],
            domain=row["domain"],
            township=row["township"] or None,
            department=row["department"] or None,
            gates=tuple(filter(None, row["gates"].split(";"))),
        )
        for row in cohort.units
    ]
    marks = {
        (mark["unit"], mark["criterion"], mark["stage"], mark["evaluator"]): mark["mark"]
        for mark in cohort.marks
    }
    sets = [loaded(as_yaml(document)) for document in cohort.sets]
    return inputs_of(sets, units, marks.items(), rng)


def edition_of_cohort(cohort: Cohort, rng: random.Random | None = None) -> Edition:
    """Return the edition of a random cohort; every unit that is not rated is excused."""
    inputs = inputs_of_cohort(cohort, rng)
    standings = standings_of(inputs)
    rated = standings.ratings.scores.rated
    excused = tuple(
        Excuse(unit=unit.code, reason="尚无评分")
        for unit, counts in zip(inputs.units, rated, strict=True)
        if not counts
    )
    return publish(standings, inputs, statement(excused=excused))


def by_unit(rows) -> dict[str, list]:
    """Return rows with a unit by its code."""
    found = defaultdict(list)
    for row in rows:
        found[row["unit"]].append(row)
    return found
