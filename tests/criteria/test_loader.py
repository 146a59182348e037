"""The criteria loader: what it refuses, on which line and with what sentence, and what it must leave alone.

In a broken file each fault stands where it is made: `# ! words` at the end of a line says that one fault is told on
that line, in a sentence that holds those words; several faults of one line are parted by ` | `. A file must be told
exactly the faults that are marked in it, all at once.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from textwrap import indent

import pytest

from scoring.criteria import catalogue, loader
from scoring.criteria.claims import repeated
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaInvalid, Fault
from tests.cohorts import as_yaml, cohort

HEAD = 'id: village\nversion: "1"\ntitle: {zh: 村}\n'
ONE = "criteria:\n  - {id: only, kind: judged, full_marks: 5}\n"
PARENT = """\
id: parent
version: "1"
title: {zh: 上级标准}
parts:
  - id: team
    weight: 60
    criteria:
      - {id: term, kind: judged, full_marks: 5}
      - {id: dues, kind: measured, full_marks: 4, line: {from: 60, to: 100}}
    adjustments:
      - {id: praise, kind: bonus, each: 1, most: 3}
  - id: service
    criteria:
      - {id: visits, kind: judged, full_marks: 5}
gates:
  - {id: weak, highest_stars: 2}
cut_points: [{stars: 3, at_least: 80}, {stars: 2, at_least: 60}, {stars: 1, at_least: 0}]
"""
SETS = files("scoring.criteria") / "sets"


def load(text: str | bytes, others: dict[str, str] | None = None) -> CriteriaSet:
    """Load *text*, called set.yaml; *others* are the files its parents are looked for in, by ref."""

    def parent(ref: str) -> tuple[bytes, str] | None:
        found = (others or {}).get(ref)
        return None if found is None else (found.encode(), f"{ref}.yaml")

    return loader.load(text.encode() if isinstance(text, str) else text, "set.yaml", parent)


def refused(text: str | bytes, others: dict[str, str] | None = None) -> tuple[Fault, ...]:
    with pytest.raises(CriteriaInvalid) as caught:
        load(text, others)
    return caught.value.faults


def marked(text: str, name: str = "set.yaml") -> list[tuple[str, int, str]]:
    """The faults *text* says it has: file, line and words."""
    return [
        (name, line, words.strip())
        for line, written in enumerate(text.splitlines(), start=1)
        if "# ! " in written
        for words in written.partition("# ! ")[2].split(" | ")
    ]


def assert_told(faults: tuple[Fault, ...], expected: list[tuple[str, int, str]]) -> None:
    told = [(fault.place.file, fault.place.line, fault.sentence.en) for fault in faults]
    left = list(told)
    for file, line, words in expected:
        found = [entry for entry in left if entry[:2] == (file, line) and words in entry[2]]
        assert found, f"{file} line {line}: “{words}” is not told; told is {told}"
        left.remove(found[0])
    assert not left, f"told besides: {left}"
    assert all(fault.sentence.zh for fault in faults)


# Broken files, by what they are put into


def whole(text: str) -> str:
    """A whole file."""
    return text


def top(text: str) -> str:
    """Fields of a set that has one good criterion."""
    return HEAD + text + ONE


def criterion(text: str) -> str:
    """One criterion beside a good one."""
    return HEAD + ONE + "  - " + indent(text, "    ").lstrip()


def tree(text: str) -> str:
    """The head of a set, then its tree."""
    return HEAD + text


def child(text: str) -> str:
    """A set that extends PARENT."""
    return 'id: child\nversion: "1"\nextends: parent@1\n' + text


WRITTEN = {
    whole: r"""
== no id
version: "1"  # ! is missing
title: {zh: 村}
criteria:
  - {id: only, kind: judged, full_marks: 5}
== no version
id: a  # ! is missing
title: {zh: 村}
criteria:
  - {id: only, kind: judged, full_marks: 5}
== no title
id: a  # ! is missing
version: "1"
criteria:
  - {id: only, kind: judged, full_marks: 5}
== neither id, version nor title
criteria:  # ! is missing | is missing | is missing
  - {id: c, kind: judged, full_marks: 5}
== a field left empty
id:  # ! is missing
version: 1
title: {zh: 村}
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a title without Chinese
id: a
version: "1"
title: {en: Village}  # ! is missing
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a title that is no mapping
id: a
version: "1"
title: 村  # ! must be a mapping
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a title in a third language
id: a
version: "1"
title: {zh: 村, de: Dorf}  # ! is not a field here
criteria:
  - {id: only, kind: judged, full_marks: 5}
== an id with a space
id: a b  # ! cannot be an id
version: "1"
title: {zh: 村}
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a version with a slash
id: a
version: 2026/1  # ! cannot be an id
title: {zh: 村}
criteria:
  - {id: only, kind: judged, full_marks: 5}
== no criterion
id: a  # ! holds no criterion
version: "1"
title: {zh: 村}
== an empty list of criteria
id: a  # ! holds no criterion
version: "1"
title: {zh: 村}
criteria: []
== extends a set nobody has
id: a
version: "1"
extends: nobody@1  # ! neither in the same folder nor
== extends without a version
id: a
version: "1"
extends: parent  # ! must be written as id@version
== extends a list
id: a
version: "1"
extends: [parent@1]  # ! must be written as id@version
== extends an empty text
id: a
version: "1"
extends: ""  # ! must be written as id@version
== extends itself
id: a
version: "1"
extends: a@1  # ! a circle
""",
    top: r"""
== an unknown field
colour: red  # ! is not a field here
== a misspelt field
cut_point: []  # ! spelling mistake
== a merge key
<<: {basis: 县委}  # ! is not a field here
== a text of blanks
basis: "  "  # ! must not be empty
== points, which are another schema
kind: points  # ! which branches are not marked by
== a kind of file there is not
kind: rules  # ! is not one of: assessment, points
== a control character by escape
basis: "a\x07b"  # ! control characters
== an unknown field of the score
score:
  digits: 2  # ! is not a field here
== seven decimals
score:
  decimals: 7  # ! must be 0 to 6
== decimals in words
score: {decimals: two}  # ! a whole number
== an unknown rounding
score: {rounding: down}  # ! is not one of: half_up, half_even, up
== a ceiling of nought
score: {ceiling: 0}  # ! must be above 0
== a ceiling with a percent sign
score: {ceiling: 110%}  # ! a plain number
== no stage
stages: []  # ! needs at least one stage
== one stage, not in a list
stages: county  # ! must be a list
== a stage twice
stages: [self, county, self]  # ! “self” stands there twice
== moderation among the stages
stages: [county, moderation]  # ! always comes last
== an empty stage
stages: [county, null]  # ! must not be empty
== decided_from a stage there is not
decided_from: city  # ! is not one of the stages
== an unknown rule of agreement
agreement: {rule: average}  # ! is not one of: mean, median
== an unknown field of the agreement
agreement:
  limit: 20%  # ! is not a field here
== a disagreement of 20 instead of 20%
agreement: {disagreement: 20}  # ! must be above 0
== a disagreement of nought
agreement: {disagreement: 0%}  # ! must be above 0
== a domain twice, by id and by name
domains: [rural, 农村]  # ! stands there twice
== changes that are bare texts
changes: [改了分数线]  # ! must be a mapping
== an adjustment without each
adjustments:
  - {id: p, kind: bonus}  # ! is missing
== an unknown kind of adjustment
adjustments:
  - {id: p, kind: plus, each: 1}  # ! is not one of: bonus, deduction
== an adjustment of nought
adjustments:
  - {id: p, kind: bonus, each: 0}  # ! must be above 0
== a deduction written as negative
adjustments:
  - {id: p, kind: deduction, each: -1}  # ! must be above 0
== at most nought
adjustments:
  - {id: p, kind: bonus, each: 1, most: 0}  # ! must be above 0
== an unknown field of an adjustment
adjustments:
  - {id: p, kind: bonus, each: 1, weight: 2}  # ! is not a field here
== the same stars twice
cut_points: [{stars: 2, at_least: 60}, {stars: 2, at_least: 70}]  # ! “2” stands there twice
== the same score for two stars
cut_points: [{stars: 2, at_least: 60}, {stars: 1, at_least: 60.0}]  # ! “60” stands there twice
== a cut point above the ceiling
cut_points: [{stars: 1, at_least: 101}]  # ! nobody can reach it
== a cut point above a lowered ceiling
score: {ceiling: 85}
cut_points: [{stars: 1, at_least: 90}]  # ! nobody can reach it
== stars that nobody can have
cut_points: [{stars: 3, at_least: 70}, {stars: 2, at_least: 80}]  # ! nobody can have 2
== no stars
cut_points:
  - {stars: 0, at_least: 0}  # ! must be above 0
== half a star
cut_points:
  - {stars: 3.5, at_least: 70}  # ! a whole number
== a cut point below nought
cut_points:
  - {stars: 1, at_least: -1}  # ! cannot be below 0
== a cut point without its score
cut_points:
  - {stars: 1}  # ! is missing
== an unknown field of a cut point
cut_points:
  - {stars: 1, at_least: 0, below: 60}  # ! is not a field here
== a gate at stars there are not
cut_points: [{stars: 1, at_least: 0}]
gates: [{id: g, highest_stars: 2}]  # ! 2 stars are not among
== a gate without stars
gates:
  - {id: g}  # ! is missing
== a negative gate
gates:
  - {id: g, highest_stars: -1}  # ! a whole number
== an unknown field of a gate
gates:
  - {id: g, highest_stars: 0, stars: 1}  # ! is not a field here
== a quota of stars there are not
cut_points: [{stars: 1, at_least: 0}]
quotas: [{stars: 5, share: 30%, within: county}]  # ! 5 stars are not among
== a quota of nothing
quotas:
  - {stars: 5, share: 0%, within: county}  # ! must be above 0 and at most 100%
== a quota of more than all
quotas:
  - {stars: 5, share: 1.01, within: county}  # ! at most 100%, is 101%
== a quota of 30 instead of 30%
quotas:
  - {stars: 5, share: 30, within: county}  # ! at most 100%, is 3000%
== a negative quota
quotas:
  - {stars: 5, share: -30%, within: county}  # ! a share such as
== a share in full-width characters
quotas:
  - {stars: 5, share: 30％, within: county}  # ! full-width
== an unknown grouping
quotas:
  - {stars: 5, share: 30%, within: city}  # ! is not one of: county, domain
== an unknown rule of ties
quotas:
  - {stars: 5, share: 30%, within: county, ties: higher}  # ! is not one of: lower, keep
== a quota within nothing
quotas:
  - {stars: 5, share: 30%}  # ! is missing
== two quotas on the same stars in the same groups
quotas:  # ! “5★ county” stands there twice
  - {stars: 5, share: 30%, within: county}
  - {stars: 5, share: 20%, within: county}
== a target of stars there are not
cut_points: [{stars: 1, at_least: 0}]
target: {stars: 3, share: 60%}  # ! 3 stars are not among
== a target above all
target: {stars: 3, share: 160%}  # ! at most 100%
== a target without share
target: {stars: 3}  # ! is missing
== an unknown field of the target
target:
  stars: 3
  share: 60%
  by: 2026  # ! is not a field here
== override without extends
override: {only: {full_marks: 4}}  # ! override needs extends
== add without extends
add: {root: {criteria: []}}  # ! add needs extends
== three rules of the whole set
stages: [county, moderation]  # ! always comes last
decided_from: city  # ! is not one of the stages
cut_points: [{stars: 2, at_least: 10}, {stars: 1, at_least: 20}]  # ! nobody can have 1
target: {stars: 3, share: 1}  # ! 3 stars are not among
domains: [甲, 甲]  # ! stands there twice
""",
    criterion: r"""
== a criterion without kind
id: a  # ! is missing
full_marks: 5
== a criterion without full marks
id: a  # ! is missing
kind: judged
== a criterion without id
kind: judged  # ! is missing
full_marks: 5
== an unknown kind
id: a
kind: scored  # ! is not one of: judged, levels
full_marks: 5
== an unknown field of a criterion
id: a
kind: judged
full_marks: 5
marks: 5  # ! is not a field here
== full marks of nought
id: a
kind: judged
full_marks: 0  # ! must be above 0
== negative full marks
id: a
kind: judged
full_marks: -5  # ! must be above 0
== full-width full marks
id: a
kind: judged
full_marks: ５  # ! full-width
== full marks with an exponent
id: a
kind: judged
full_marks: 1e2  # ! a plain number
== full marks that are not a number
id: a
kind: judged
full_marks: .nan  # ! a plain number
== full marks NaN
id: a
kind: judged
full_marks: NaN  # ! a plain number
== full marks inf
id: a
kind: judged
full_marks: inf  # ! a plain number
== full marks with three decimals
id: a
kind: judged
full_marks: 2.125  # ! at most two decimals
== full marks with a thousands separator
id: a
kind: judged
full_marks: "1,000"  # ! a plain number
== full marks without a leading nought
id: a
kind: judged
full_marks: .5  # ! a plain number
== full marks in marks
id: a
kind: judged
full_marks: 5分  # ! a plain number
== full marks above a million
id: a
kind: judged
full_marks: 1000000.01  # ! up to 1000000
== a weight of nought
id: a
kind: judged
full_marks: 5
weight: 0  # ! must be above 0
== a negative weight
id: a
kind: judged
full_marks: 5
weight: -1  # ! must be above 0
== a weight over nought
id: a
kind: judged
full_marks: 5
weight: 1/0  # ! a weight such as
== a weight over a decimal
id: a
kind: judged
full_marks: 5
weight: 1/2.5  # ! a weight such as
== an id that is reserved
id: root  # ! cannot be an id
kind: judged
full_marks: 5
== moderation as an id
id: moderation  # ! cannot be an id
kind: judged
full_marks: 5
== an id with a slash
id: a/b  # ! cannot be an id
kind: judged
full_marks: 5
== an unknown kind of evidence
id: a
kind: judged
full_marks: 5
evidence:
  kinds: [video]  # ! is not one of: document
== a kind of evidence twice
id: a
kind: judged
full_marks: 5
evidence:
  kinds: [image, image]  # ! stands there twice
== less evidence at most than at least
id: a
kind: judged
full_marks: 5
evidence:
  least: 3
  most: 2  # ! not below “least”
== an unknown field of the evidence
id: a
kind: judged
full_marks: 5
evidence:
  at_most: 2  # ! is not a field here
== negative evidence
id: a
kind: judged
full_marks: 5
evidence:
  least: -1  # ! a whole number
== full marks that are no multiple of the step
id: a
kind: judged
full_marks: 5
step: 2  # ! is not a multiple of the step 2
== full marks that are no multiple of half a mark
id: a
kind: judged
full_marks: 2.25  # ! is not a multiple of the step 0.5
== a step of nought
id: a
kind: judged
full_marks: 5
step: 0  # ! must be above 0
== a negative step
id: a
kind: judged
full_marks: 5
step: -1  # ! must be above 0
== no levels
id: a  # ! needs at least one entry
kind: levels
full_marks: 5
== an empty list of levels
id: a
kind: levels
full_marks: 5
levels: []  # ! needs at least one entry
== the same marks for two levels
id: a
kind: levels
full_marks: 5
levels:  # ! “2” stands there twice
  - {marks: 5, when: {zh: 优}}
  - {marks: 2, when: {zh: 中}}
  - {marks: 2.0, when: {zh: 差}}
== a level above full marks
id: a
kind: levels
full_marks: 5
levels:  # ! more than full marks 5
  - {marks: 6, when: {zh: 优}}
== a level below nought
id: a
kind: levels
full_marks: 5
levels:  # ! cannot be below 0
  - {marks: 5, when: {zh: 优}}
  - {marks: -1, when: {zh: 差}}
== levels that give nothing
id: a
kind: levels
full_marks: 5
levels:  # ! at least one entry must give marks
  - {marks: 0, when: {zh: 差}}
== a level without its description
id: a
kind: levels
full_marks: 5
levels:
  - {marks: 5, when: {zh: 优}}
  - {marks: 2}  # ! is missing
== an unknown field of a level
id: a
kind: levels
full_marks: 5
levels:
  - {marks: 5, when: {zh: 优}, then: 1}  # ! is not a field here
== neither bands nor line
id: a  # ! needs either
kind: measured
full_marks: 5
== both bands and line
id: a
kind: measured
full_marks: 5
line: {from: 0, to: 9}
bands: [{at_least: 1, marks: 5}]  # ! not both
== a bound twice
id: a
kind: measured
full_marks: 5
bands:  # ! “30000” stands there twice
  - {at_least: 30000, marks: 5}
  - {at_least: 30000.0, marks: 3}
== a band above full marks
id: a
kind: measured
full_marks: 5
bands: [{at_least: 1, marks: 5.5}]  # ! more than full marks
== a bound with its unit
id: a
kind: measured
full_marks: 5
bands:
  - {at_least: 5万, marks: 5}  # ! a plain number
== an unknown field of a band
id: a
kind: measured
full_marks: 5
bands:
  - {from: 1, marks: 5}  # ! is not a field | is missing
== derived without a source
id: a  # ! must name its “source”
kind: derived
full_marks: 5
line: {from: 0, to: 9}
== an unknown source
id: a
kind: derived
full_marks: 5
line: {from: 0, to: 9}
source: weather  # ! is not one of: late_meetings
== a ballot without grades
id: a  # ! needs at least two grades
kind: ballot
full_marks: 5
== a ballot of one grade
id: a
kind: ballot
full_marks: 5
grades:  # ! needs at least two grades
  - {id: good, worth: 100}
== a ballot that is not best first
id: a
kind: ballot
full_marks: 5
grades:  # ! must be listed best first
  - {id: poor, worth: 0}
  - {id: good, worth: 100}
== a grade twice
id: a
kind: ballot
full_marks: 5
grades:  # ! “good” stands there twice
  - {id: good, worth: 100}
  - {id: good, worth: 0}
== a grade worth more than everything
id: a
kind: ballot
full_marks: 5
grades:
  - {id: good, worth: 101}  # ! must be between 0 and 100
  - {id: poor, worth: 0}
== a grade with a percent sign
id: a
kind: ballot
full_marks: 5
grades:
  - {id: good, worth: 100%}  # ! a plain number
  - {id: poor, worth: 0}
== a ballot worth nothing
id: a
kind: ballot
full_marks: 5
grades: [{id: x, worth: 0}, {id: y, worth: 0}]  # ! worth more than 0
== a ballot of no voters
id: a
kind: ballot
full_marks: 5
least_voters: 0  # ! must be above 0
grades: [{id: x, worth: 100}, {id: y, worth: 0}]
== a best share above everything
id: a
kind: ballot
full_marks: 5
best_share_most: 4/3  # ! at most 100%
grades: [{id: x, worth: 100}, {id: y, worth: 0}]
== a step where levels are
id: a
kind: levels
full_marks: 5
step: 1  # ! of kind levels has no “step”
levels: [{marks: 5, when: {zh: 优}}]
== levels where a judgement is
id: a
kind: judged
full_marks: 5
levels:  # ! of kind judged has no “levels”
  - {marks: 5, when: {zh: 优}}
== grades and a source where a measure is
id: a
kind: measured
full_marks: 5
line: {from: 0, to: 9}
source: late_meetings  # ! has no “source”
grades: [{id: x, worth: 100}, {id: y, worth: 0}]  # ! has no “grades”
== all that a ballot has not
id: a
kind: ballot
full_marks: 5
line: {from: 0, to: 9}  # ! has no “line”
bands: [{at_least: 1, marks: 1}]  # ! has no “bands”
step: 1  # ! has no “step”
grades: [{id: x, worth: 100}, {id: y, worth: 0}]
== what a ballot has, where a judgement is
id: a
kind: judged
full_marks: 5
least_voters: 3  # ! has no “least_voters”
best_share_most: 1/3  # ! has no “best_share_most”
== an id of two criteria
id: only  # ! is used twice
kind: judged
full_marks: 5
== three faults of one criterion
id: a
kind: ballot
full_marks: 5
step: 1  # ! has no “step”
weight: 0  # ! must be above 0
least_voters: 0  # ! must be above 0
grades: [{id: x, worth: 9}, {id: y, worth: 0}]
""",
    tree: r"""
== criteria that are no list
criteria: {id: a}  # ! must be a list
== a criterion that is a word
criteria: [按期换届]  # ! must be a mapping
== a criterion that is empty
criteria: [null]  # ! must not be empty
== a part that holds nothing
parts:
  - id: team  # ! “team” holds no criterion
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a part deep down that holds nothing
parts:
  - id: one
    parts:
      - id: two
        parts:
          - {id: three}  # ! “three” holds no criterion
== a part of adjustments only
parts:
  - id: team  # ! holds no criterion
    adjustments: [{id: p, kind: bonus, each: 1}]
criteria:
  - {id: only, kind: judged, full_marks: 5}
== a part without id
parts:
  - criteria: [{id: a, kind: judged, full_marks: 5}]  # ! is missing
== an unknown field of a part
parts:
  - id: team
    full_marks: 20  # ! is not a field here
    criteria: [{id: a, kind: judged, full_marks: 5}]
== gates inside a part
parts:
  - id: team
    gates: []  # ! is not a field here
    criteria: [{id: a, kind: judged, full_marks: 5}]
== a part called moderation
parts:
  - id: moderation  # ! cannot be an id
    criteria: [{id: a, kind: judged, full_marks: 5}]
== a part with a space in its id
parts:
  - id: 甲
    criteria: [{id: a, kind: judged, full_marks: 5}]
  - id: a b  # ! cannot be an id
    criteria: [{id: c, kind: judged, full_marks: 5}]
== a part's weight of nought and negative ceiling
parts:
  - id: team
    weight: 0  # ! must be above 0
    ceiling: -1  # ! must be above 0
    criteria: [{id: a, kind: judged, full_marks: 5}]
== an id of two criteria of two parts
parts:
  - id: one
    criteria: [{id: a, kind: judged, full_marks: 5}]
  - id: two
    criteria: [{id: a, kind: judged, full_marks: 5}]  # ! “a” is used twice
== two ids twice
criteria:
  - {id: a, kind: judged, full_marks: 5}
  - {id: b, kind: judged, full_marks: 5}
  - {id: a, kind: judged, full_marks: 5}  # ! “a” is used twice
  - {id: b, kind: judged, full_marks: 5}  # ! “b” is used twice
== five faults of five values
colour: red  # ! is not a field here
score: {decimals: 9}  # ! must be 0 to 6
criteria:
  - {id: a, kind: judged, full_marks: 0}  # ! must be above 0
  - {id: b, kind: levels, full_marks: 5}  # ! needs at least one entry
quotas: [{stars: 5, share: 0, within: county}]  # ! must be above 0
== four levels deep and at the root
parts:
  - id: one
    wight: 20  # ! is not a field here
    parts:
      - id: two
        criteria:
          - id: a
            kind: levels
            full_marks: 5
            levels:
              - {marks: five, when: {zh: 优}}  # ! a plain number
              - {marks: 2, when: {cn: 中}}  # ! is not a field here | is missing
cut_points: [{stars: 1, at_least: 200}]  # ! nobody can reach it
""",
    child: r"""
== override of an unknown id
override:
  terms: {full_marks: 4}  # ! parent@1 has no “terms”
== removal of an unknown id
override:
  terms: null  # ! parent@1 has no “terms”
== override that is a number
override:
  term: 4  # ! must give the fields to replace
== override that is a list
override: [term]  # ! must be a mapping of ids
== override by an unknown field
override:
  term:
    marks: 4  # ! is not a field here
== override with a wrong number
override:
  term:
    full_marks: 0  # ! must be above 0
== override of a kind without its fields
override:
  dues:
    kind: judged
    title: {zh: 党费}
    line: {from: 1, to: 2}  # ! has no “line”
== override of a gate at stars there are not
override:
  weak: {highest_stars: 5}
gates:  # ! 5 stars are not among
  - {id: g, highest_stars: 5}
== add to an unknown part
add:
  teams: {criteria: []}  # ! parent@1 has no “teams”
== add that is a list
add: [team]  # ! must be a mapping of ids
== add of gates
add:
  root:
    gates: []  # ! only parts, criteria and adjustments
== add of a mapping
add:
  team:
    criteria: {id: a}  # ! must be a list
== add of a bare word
add:
  team: 按期换届  # ! must hold parts, criteria or adjustments
== add of nothing
add:
  team: null  # ! must hold parts, criteria or adjustments
== add of an id there is already
add:
  service:
    criteria:
      - {id: term, kind: judged, full_marks: 5}  # ! “term” is used twice
== add of a broken criterion
add:
  service:
    criteria:
      - {id: new, kind: judged, full_marks: five}  # ! a plain number
== a child's changes, its own fields and what they make
override:
  nobody: null  # ! has no “nobody”
  term: 4  # ! must give the fields
  dues: {weight: 1/0}  # ! a weight such as
add:
  nowhere: {criteria: []}  # ! has no “nowhere”
  team: {quotas: []}  # ! only parts, criteria
stages: []  # ! needs at least one stage
""",
}
"""Broken files by what is put round them, each under `== ` and its name."""

BROKEN = {
    name: (wrap, fragment)
    for wrap, written in WRITTEN.items()
    for name, _, fragment in (entry.partition("\n") for entry in f"{written.strip()}\n".split("== ")[1:])
} | {
    "an id of 65 letters": (whole, f"id: {'a' * 65}  # ! at most 64\nversion: 1\ntitle: {{zh: 村}}\n{ONE}"),
    "a text too long": (top, f"basis: {'长' * 2001}  # ! is too long\n"),
    "a long file with a fault at its end": (
        tree,
        "criteria:\n"
        + "".join(f"  - id: c{number}\n    kind: judged\n    full_marks: 5\n" for number in range(300))
        + "  - id: c7  # ! “c7” is used twice\n    kind: judged\n    full_marks: 5\n",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_every_fault_on_its_line(name: str) -> None:
    """A clerk mends a file in one go: each fault has its own line, none is held back and none invented."""
    wrap, fragment = BROKEN[name]
    text = wrap(fragment)
    expected = marked(text)
    assert expected
    assert_told(refused(text, {"parent@1": PARENT}), expected)


UNREADABLE: dict[str, tuple[bytes, int | None, str]] = {
    "empty": (b"", None, "must be a mapping"),
    "blank": (b"\n\n  \n", None, "must be a mapping"),
    "comments only": ("# 说明\n".encode(), None, "must be a mapping"),
    "a byte order mark and nothing": (b"\xef\xbb\xbf", None, "must be a mapping"),
    "a list": (b"- id: a\n", None, "must be a mapping"),
    "a bare text": ("红旗党支部".encode(), None, "must be a mapping"),
    "null": (b"null\n", None, "must be a mapping"),
    "GBK": ("id: 红旗\n".encode("gbk"), None, "save it as UTF-8"),
    "UTF-16": ("id: 红旗\n".encode("utf-16"), None, "save it as UTF-8"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", 1, "control character"),
    "cut off inside a character": ("id: 红".encode()[:-1], None, "save it as UTF-8"),
    "a NUL": (b"id: a\nversion: \x00\n", 2, "control character"),
    "an escape character": (b"id: a\nversion: 1\nbasis: \x1b[31m\n", 3, "control character"),
    "a tab before a field": (b"id: a\ntitle:\n\tzh: x\n", 3, "not valid YAML"),
    "a bracket left open": (b"id: a\nstages: [self, county\nbasis: x\n", 3, "not valid YAML"),
    "a quote left open": (b'id: a\nbasis: "x\nnote: y\n', 4, "not valid YAML"),
    "a wrong indent": (b"id: a\ntitle:\n   zh: x\n  en: y\n", 4, "not valid YAML"),
    "a colon in a bare text": (b"id: a\nbasis: article: three\n", 2, "not valid YAML"),
    "a percent sign first": (b"id: a\nbasis: %5\n", 2, "not valid YAML"),
    "a lone surrogate": (b'id: a\nbasis: "\\ud800"\n', 2, "not valid YAML"),
    "YAML of the future": (b"%YAML 9.9\n---\nid: a\n", 1, "not valid YAML"),
    "an anchor": (b"id: &x a\n", 1, "anchors and aliases"),
    "an alias": (b"id: a\nversion: 1\nbasis: *x\n", 3, "anchors and aliases"),
    "an alias bomb": (
        b"a: &a [x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (now, now, b",".join([b"*%c" % before] * 8))
            for before, now in zip(b"abcdefgh", b"bcdefghi", strict=True)
        ),
        1,
        "anchors and aliases",
    ),
    "an alias to itself": (b"id: a\nparts: &p [*p]\n", 2, "anchors and aliases"),
    "a merged anchor": (b"id: a\nx: &x {a: b}\n<<: *x\n", 2, "anchors and aliases"),
    "a tag": (b"id: !!str a\n", 1, "tags (!)"),
    "a tag that runs": (b"id: a\nbasis: !!python/object/apply:os.system [ls]\n", 2, "tags (!)"),
    "a tag of one's own": (b"id: a\nbasis: !x y\n", 2, "tags (!)"),
    "a second document": (b"id: a\n---\nid: b\n", 2, "second document"),
    "a second document after an end": (b"id: a\n...\n---\nid: b\n", 3, "second document"),
    "61 brackets": (b"id: a\nstages: " + b"[" * 61 + b"]" * 61, 2, "nested too deeply"),
    "a hundred thousand brackets": (b"[" * 100_000, 1, "nested too deeply"),
    "a hundred thousand braces": (b"{a: " * 100_000, 1, "nested too deeply"),
    "parts without end": (
        b"id: a\n"
        + b"".join(b"  " * deep + b"parts:\n" + b"  " * deep + b"- id: p\n" for deep in range(100)),
        61,
        "nested too deeply",
    ),
    "too many entries": (b"stages: [" + b"a," * 250_000 + b"]", 1, "holds too much"),
    "too large": (b"# " + b"x" * loader.LARGEST_FILE, None, "is larger than 2 MB"),
    "a field twice": (b"id: a\nversion: 1\nid: b\n", 3, "“id” stands there twice"),
    "a field twice, quoted once": (b'id: a\n"id": b\n', 2, "“id” stands there twice"),
    "a list as a field's name": (b"id: a\n? [x, y]\n: z\n", 2, "must be a text"),
    "a mapping as a field's name": (b"{{a: b}: c}\n", 1, "must be a text"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_plain_yaml_is_refused_with_its_line(name: str) -> None:
    """What cannot be read has one fault, and no other error than CriteriaInvalid ever leaves the loader."""
    content, line, words = UNREADABLE[name]
    faults = refused(content)
    told = [(fault.place.line, fault.sentence.en) for fault in faults]
    assert len(told) == 1
    assert told[0][0] == line, told
    assert words in told[0][1]
    assert faults[0].place.file == "set.yaml"


def test_every_repeated_field_is_told_at_once() -> None:
    """Fields written twice, however deep, are found in one reading."""
    text = "id: a\nid: b  # ! “id” stands\ntitle:\n  zh: 村\n  zh: 乡  # ! “zh” stands\nparts:\n  - id: p\n    id: q  # ! “id” stands\n"
    assert_told(refused(text), marked(text))


def test_the_table_is_long_enough() -> None:
    """At least seventy files that must not pass."""
    assert len(BROKEN) + len(UNREADABLE) >= 70
    assert sum(len(marked(wrap(text))) >= 3 for wrap, text in BROKEN.values()) >= 5


# Parents


def test_faults_of_a_parent_are_told_under_the_parents_name() -> None:
    """Who reads the message must open the right file."""
    parent = PARENT.replace("full_marks: 4,", "full_marks: four,").replace("each: 1", "each: 0")
    faults = refused(child("override: {term: {full_marks: 4}}\n"), {"parent@1": parent})
    assert [(fault.place.file, fault.place.line) for fault in faults] == [
        ("parent@1.yaml", 9),
        ("parent@1.yaml", 11),
    ]


def test_a_parent_that_cannot_be_read_is_told_under_its_name() -> None:
    """A broken quote in the parent is a fault of the parent."""
    faults = refused(child(""), {"parent@1": PARENT + 'basis: "open\n'})
    assert {fault.place.file for fault in faults} == {"parent@1.yaml"}


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_circle_of_sets_is_refused(length: int) -> None:
    """Sets that extend one another in a circle have no beginning."""
    others = {
        f"s{at}@1": f'id: s{at}\nversion: "1"\nextends: s{(at + 1) % length}@1\n' for at in range(length)
    }
    faults = refused(others["s0@1"], others)
    assert [fault.sentence.en for fault in faults] == ["extends s0@1, which extends it in turn: a circle"]
    assert faults[0].place.file == f"s{length - 1}@1.yaml"
    assert faults[0].place.line == 3


def test_a_grandparent_nobody_has_is_told_under_the_parents_name() -> None:
    """The file that names the missing set is the one to mend."""
    faults = refused(child(""), {"parent@1": 'id: parent\nversion: "1"\nextends: nobody@1\n'})
    assert [(fault.place.file, fault.place.line) for fault in faults] == [("parent@1.yaml", 3)]


def test_removing_the_last_criterion_of_a_part_is_refused() -> None:
    """An empty part would have no score; it must be removed itself."""
    faults = refused(child("override:\n  visits: null\n"), {"parent@1": PARENT})
    assert [fault.sentence.en for fault in faults] == ["“service” holds no criterion"]


def test_removing_everything_is_refused() -> None:
    """A set marks at least one thing."""
    faults = refused(child("override: {team: null, service: null}\n"), {"parent@1": PARENT})
    assert [fault.sentence.en for fault in faults] == ["holds no criterion"]


def test_three_generations_add_up() -> None:
    """Each set starts from its parent made whole, and a grandchild may change what its parent added."""
    middle = child(
        "title: {zh: 中}\noverride: {dues: null}\nadd: {team: {criteria: [{id: new, kind: judged, full_marks: 2}]}}\n"
    )
    last = (
        'id: last\nversion: "1"\nextends: child@1\noverride: {new: {full_marks: 3}, praise: null, weak: {highest_stars: 0}}\n'
        "add: {root: {parts: [{id: extra, criteria: [{id: more, kind: judged, full_marks: 1}]}]}}\n"
        "cut_points: [{stars: 1, at_least: 50}]\n"
    )
    criteria = load(last, {"parent@1": PARENT, "child@1": middle})
    assert [(one.id, one.full_marks) for one in criteria.criteria] == [
        ("term", 500), ("new", 300), ("visits", 500), ("more", 100),
    ]  # fmt: skip
    assert criteria.adjustments == ()
    assert [gate.highest_stars for gate in criteria.gates] == [0]
    assert criteria.star_levels == (1,)
    assert criteria.title.zh == "中"
    assert criteria.expanded_from == "child@1"
    assert criteria.ref == "last@1"


def test_changes_are_not_inherited() -> None:
    """The list of changes is a version's own."""
    parent = PARENT + "changes: [{zh: 初版}]\n"
    assert len(load(parent).changes) == 1
    assert load(child(""), {"parent@1": parent}).changes == ()


def test_null_in_an_override_takes_the_parents_field_away() -> None:
    """A field set to null is as if it had never been written."""
    criteria = load(child("override: {team: {weight: null}, praise: {most: null}}\n"), {"parent@1": PARENT})
    assert criteria.root.parts[0].weight is None
    assert criteria.adjustments[0].most is None


def test_a_parent_is_found_beside_the_file_by_what_it_calls_itself(tmp_path: Path) -> None:
    """Offices rename files; the ref inside decides, and a broken or misnamed neighbour is passed over."""
    (tmp_path / "上级标准 终稿.yml").write_text(PARENT, "utf-8")
    (tmp_path / "parent@1.yaml").write_text(PARENT.replace("id: parent", "id: other"), "utf-8")
    (tmp_path / "broken.yaml").write_text("- [", "utf-8")
    (tmp_path / "our.yaml").write_text(child(""), "utf-8")
    assert catalogue.read(tmp_path / "our.yaml").expanded_from == "parent@1"


def test_a_shipped_set_is_found_as_a_parent_from_any_folder(tmp_path: Path) -> None:
    """An office's own set may extend one that comes with the service."""
    (tmp_path / "our.yaml").write_text('id: our\nversion: "1"\nextends: red-flag-rural@2026.1\n', "utf-8")
    criteria = catalogue.read(tmp_path / "our.yaml")
    assert criteria.criteria == catalogue.find("red-flag-rural@2026.1").criteria


def test_a_file_beside_comes_before_a_shipped_set(tmp_path: Path) -> None:
    """Who puts a file of that ref beside the own one means it."""
    own = PARENT.replace("id: parent", "id: red-flag-rural").replace('"1"', "2026.1")
    (tmp_path / "own.yaml").write_text(own, "utf-8")
    (tmp_path / "our.yaml").write_text('id: our\nversion: "1"\nextends: red-flag-rural@2026.1\n', "utf-8")
    assert len(catalogue.read(tmp_path / "our.yaml").criteria) == 3


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    """A wrong path is told like any other fault."""
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(CriteriaInvalid) as caught:
            catalogue.read(path)
        assert "cannot be opened" in caught.value.faults[0].sentence.en


# What must load


def test_two_criteria_make_a_set() -> None:
    """Id, version, title and a criterion are all that is needed; everything else has a default."""
    criteria = load(HEAD + ONE + "  - {id: two, kind: judged, full_marks: 2.5}\n")
    assert [one.id for one in criteria.criteria] == ["only", "two"]
    assert criteria.stages == ("self", "superior", "county")
    assert (criteria.score.decimals, criteria.score.ceiling, criteria.agreement.disagreement) == (
        2,
        100,
        None,
    )
    assert criteria.criteria[0].step_taken == 50
    assert criteria.criteria[0].title.zh == "only"
    assert criteria.star_levels == ()


def test_two_hundred_criteria_make_a_set() -> None:
    """No county's list is too long, and the order of the file is kept."""
    rows = "".join(f"  - {{id: 指标{at}, kind: judged, full_marks: 1}}\n" for at in range(200))
    assert [one.id for one in load(HEAD + "criteria:\n" + rows).criteria] == [
        f"指标{at}" for at in range(200)
    ]


def test_parts_nest_six_deep() -> None:
    """A tree as deep as anyone writes it; a part's own criteria come before those of its parts."""
    body: dict = {"criteria": [{"id": "c6", "kind": "judged", "full_marks": "1"}]}
    for deep in range(6, 0, -1):
        own = [{"id": f"c{deep - 1}", "kind": "judged", "full_marks": "1"}]
        body = {"parts": [{"id": f"p{deep}", **body}], "criteria": own}
    criteria = load(as_yaml({"id": "deep", "version": "1", "title": {"zh": "深"}, **body}))
    assert [one.id for one in criteria.criteria] == [f"c{deep}" for deep in range(7)]
    assert len(list(criteria.root.all_parts())) == 7


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("1/3", Fraction(1, 3)),
        ("4.043478260869565", Fraction(4043478260869565, 10**15)),
        ("0.000000000000000001", Fraction(1, 10**18)),
        ("20", Fraction(20)),
        ("2/6", Fraction(1, 3)),
        ("35%", Fraction(35, 100)),
    ],
)
def test_a_weight_is_kept_exactly(written: str, weight: Fraction) -> None:
    """What a spreadsheet printed with fifteen decimals, or a third, weighs exactly that."""
    criteria = load(criterion(f"id: a\nkind: judged\nfull_marks: 5\nweight: {written}\n"))
    assert criteria.criteria[1].weight == weight
    assert load(as_yaml(loader.document(criteria))).criteria[1].weight == weight


def test_ceilings_of_parts_and_of_the_score_may_lie_above_and_below_a_hundred() -> None:
    """A bonus may lift a part above its full marks where the set says so."""
    part = "parts:\n  - {id: p, ceiling: 82.5, criteria: [{id: c, kind: judged, full_marks: 5}]}\n"
    criteria = load(HEAD + "score: {ceiling: 120}\ncut_points: [{stars: 1, at_least: 120}]\n" + part)
    assert (criteria.root.ceiling, criteria.root.parts[0].ceiling) == (120, Fraction(165, 2))


@pytest.mark.parametrize("most", [1, 3, 5, 10, 50])
def test_any_number_of_stars_will_do(most: int) -> None:
    """Five stars are a habit, not a rule; cut points may stand in any order."""
    cuts = [{"stars": str(stars), "at_least": str(stars)} for stars in range(1, most + 1)]
    random.Random(most).shuffle(cuts)
    document = {"id": "a", "version": "1", "title": {"zh": "星"}, "cut_points": cuts}
    document["criteria"] = [{"id": "c", "kind": "judged", "full_marks": "1"}]
    assert load(as_yaml(document)).star_levels == tuple(range(most, 0, -1))


def test_stars_may_leave_gaps() -> None:
    """A county may give five, three and one."""
    cuts = "cut_points: [{stars: 5, at_least: 90}, {stars: 3, at_least: 60}, {stars: 1, at_least: 0}]\n"
    assert load(top(cuts)).star_levels == (5, 3, 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025.10", "2025.10"),
        ('"2025.10"', "2025.10"),
        ("010", "010"),
        ("1_0", "1_0"),
        ("no", "no"),
        ("1e3", "1e3"),
        ("2026-01-01", "2026-01-01"),
        ("0x1F", "0x1F"),
        ('"null"', "null"),
        ("true", "true"),
        ("第二版", "第二版"),
    ],
)
def test_a_version_stays_the_text_it_is(written: str, read: str) -> None:
    """YAML would make 2025.10 a 2025.1, 010 an 8, no a False and 2026-01-01 a date."""
    assert load(f"id: a\nversion: {written}\ntitle: {{zh: 村}}\n{ONE}").version == read


def test_words_that_yaml_takes_for_values_stay_words() -> None:
    """An id `no`, a title `010`, a stage `yes`, a domain `off` are texts like any other."""
    text = (
        "id: no\nversion: 010\ntitle: {zh: 010, en: on}\nbasis: 12:30\nstages: [yes, no]\ndecided_from: no\n"
        "domains: [off, 1.0]\ncriteria: [{id: 2025.10, kind: judged, full_marks: 05.50}]\n"
    )
    criteria = load(text)
    assert (criteria.id, criteria.title.zh, criteria.title.en, criteria.basis) == ("no", "010", "on", "12:30")
    assert (criteria.stages, criteria.decided_from, criteria.domains) == (("yes", "no"), "no", ("off", "1.0"))
    assert (criteria.criteria[0].id, criteria.criteria[0].full_marks) == ("2025.10", 550)


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing() -> None:
    """WPS and Notepad write both."""
    text = HEAD + ONE
    windows = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert loader.digest(load(windows)) == loader.digest(load(text))


def test_a_line_may_fall_and_band_marks_may_fall() -> None:
    """The fewer late meetings the better."""
    text = tree(
        "criteria:\n  - {id: a, kind: measured, full_marks: 4, line: {from: 10, to: 0}}\n"
        "  - {id: b, kind: measured, full_marks: 2, bands: [{at_least: -1.5, marks: 2}, {at_least: 3, marks: 0}]}\n"
    )
    assert len(load(text).criteria) == 2


def test_quotas_may_share_stars_in_different_groups() -> None:
    """Five stars may be held to a share of the county and of each domain at once."""
    quotas = "quotas: [{stars: 5, share: 30%, within: county}, {stars: 5, share: 1/2, within: superior, ties: keep}]\n"
    assert len(load(top(quotas)).quotas) == 2


# Documents and digests


def reloaded(criteria: CriteriaSet) -> CriteriaSet:
    return load(json.dumps(loader.document(criteria), ensure_ascii=False))


@pytest.mark.parametrize("ref", catalogue.refs())
def test_a_shipped_set_reads_back_from_its_document(ref: str) -> None:
    """A bundle holds the expanded set; whoever verifies it must come to the same digest."""
    criteria = catalogue.find(ref)
    again = reloaded(criteria)
    assert loader.document(again) == loader.document(criteria)
    assert loader.digest(again) == loader.digest(criteria)
    assert again.root == criteria.root


@pytest.mark.parametrize("seed", range(60))
def test_a_random_set_reads_back_and_the_order_of_keys_changes_nothing(seed: int) -> None:
    """Fields are a set, lists are a sequence: shuffled keys give the same digest, and so does the way back."""
    rng = random.Random(seed)
    for document in cohort(seed).sets:
        criteria = load(as_yaml(document))
        again = reloaded(criteria)
        assert again.root == criteria.root
        assert loader.document(again) == loader.document(criteria)
        assert loader.digest(load(as_yaml(document, rng))) == loader.digest(criteria) == loader.digest(again)


def test_defaults_written_out_leave_the_digest_as_it_is() -> None:
    """A later default cannot move a digest, and who writes the default changes nothing."""
    defaults = (
        "kind: assessment\nscore: {decimals: 2, rounding: half_up, ceiling: 100}\nstages: [self, superior, county]\n"
        "agreement: {rule: mean}\nextends: null\n"
    )
    assert loader.digest(load(top(defaults))) == loader.digest(load(top("")))


FULL = """\
id: full
version: "1"
title: {zh: 标准, en: Standard}
basis: 依据
note: {zh: 说明, en: Note}
domains: [rural, office]
score: {decimals: 1, rounding: half_even, ceiling: 110}
stages: [self, superior, county, city]
decided_from: superior
agreement: {rule: median, disagreement: 20%}
criteria:
  - id: care
    title: {zh: 关怀, en: Care}
    kind: judged
    full_marks: 6
    weight: 7
    step: 1.5
    evidence: {least: 1, most: 3, kinds: [document, image]}
    basis: 条款
    note: {zh: 备注, en: Remark}
  - id: income
    kind: measured
    full_marks: 5
    unit: 元
    bands: [{at_least: 50000, marks: 5}, {at_least: 30000, marks: 3}]
parts:
  - id: team
    title: {zh: 队伍, en: Team}
    weight: 1/3
    ceiling: 105
    basis: 第一条
    note: {zh: 部分, en: Part}
    criteria:
      - id: term
        kind: levels
        full_marks: 8
        levels: [{marks: 8, when: {zh: 按期, en: On time}}, {marks: 2.5, when: {zh: 逾期, en: Late}}]
      - id: late
        kind: derived
        source: late_meetings
        full_marks: 4
        line: {from: 12, to: 1}
    adjustments:
      - {id: praise, kind: bonus, each: 0.5, most: 9, title: {zh: 表彰, en: Praise}, basis: 文件, note: {zh: 每项, en: Each}}
    parts:
      - id: vote
        criteria:
          - id: appraisal
            kind: ballot
            full_marks: 30
            grades: [{id: good, worth: 90, title: {zh: 好, en: Good}}, {id: poor, worth: 40, title: {zh: 差, en: Poor}}]
            least_voters: 13
            best_share_most: 2/3
gates:
  - {id: weak, highest_stars: 2, title: {zh: 软弱, en: Weak}, basis: 排查, note: {zh: 名单, en: List}}
cut_points: [{stars: 3, at_least: 81}, {stars: 2, at_least: 61}, {stars: 1, at_least: 0}]
quotas: [{stars: 3, share: 31%, within: domain, ties: keep}, {stars: 3, share: 50%, within: county}]
target: {stars: 2, share: 70%}
changes: [{zh: 初版, en: First}]
"""

MOVES = [
    ("id: full", "id: fuller"), ('version: "1"', 'version: "2"'), ("zh: 标准", "zh: 标尺"), ("en: Standard", "en: Rule"),
    ("basis: 依据", "basis: 根据"), ("zh: 说明", "zh: 注"), ("en: Note", "en: Notes"), ("[rural, office]", "[rural]"),
    ("[rural, office]", "[office, rural]"), ("decimals: 1", "decimals: 2"), ("half_even", "up"),
    ("ceiling: 110", "ceiling: 120"), ("county, city]", "county, 市]"), ("[self, superior,", "[superior, self,"),
    ("decided_from: superior", "decided_from: county"), ("rule: median", "rule: trimmed_mean"), ("20%", "21%"),
    (", disagreement: 20%", ""), ("id: care", "id: cares"), ("zh: 关怀", "zh: 关爱"), ("en: Care", "en: Love"),
    ("full_marks: 6", "full_marks: 9"), ("weight: 7", "weight: 7.000000001"), ("    weight: 7\n", ""),
    ("step: 1.5", "step: 3"), ("least: 1,", "least: 0,"), ("most: 3,", "most: 4,"), (", most: 3, k", ", k"),
    ("[document, image]", "[document]"), ("basis: 条款", "basis: 条例"), ("zh: 备注", "zh: 附注"), ("en: Remark", "en: R"),
    ("unit: 元", "unit: 万元"), ("50000", "50001"), ("marks: 3}", "marks: 2}"), (", {at_least: 30000, marks: 3}", ""),
    ("zh: 队伍", "zh: 班子"), ("weight: 1/3", "weight: 0.333333333333333333"), ("ceiling: 105", "ceiling: 100"),
    ("basis: 第一条", "basis: 第二条"), ("zh: 部分", "zh: 分项"), ("id: team", "id: teams"), ("id: term", "id: terms"),
    ("full_marks: 8", "full_marks: 9"), ("marks: 2.5", "marks: 2.51"), ("zh: 按期", "zh: 如期"), ("en: Late", "en: Too late"),
    ("late_meetings", "three_star_rise"), ("from: 12", "from: 13"), ("to: 1}", "to: 0}"), ("kind: bonus", "kind: deduction"),
    ("each: 0.5", "each: 0.6"), ("most: 9", "most: 8"), (", most: 9", ""), ("zh: 表彰", "zh: 表扬"), ("basis: 文件", "basis: 通报"),
    ("zh: 每项", "zh: 每次"), ("id: praise", "id: praised"), ("id: vote", "id: votes"), ("full_marks: 30", "full_marks: 31"),
    ("worth: 90", "worth: 91"), ("worth: 40", "worth: 39"), ("id: good", "id: best"), ("zh: 好", "zh: 优"),
    ("least_voters: 13", "least_voters: 12"), ("2/3", "1/2"), ("id: weak", "id: weaker"), ("highest_stars: 2", "highest_stars: 0"),
    ("zh: 软弱", "zh: 涣散"), ("basis: 排查", "basis: 核查"), ("zh: 名单", "zh: 清单"), ("at_least: 81", "at_least: 80"),
    ("stars: 1, at_least: 0}", "stars: 1, at_least: 1}"), (", {stars: 1, at_least: 0}", ""), ("31%", "32%"),
    ("within: domain", "within: township"), ("ties: keep", "ties: lower"), ("within: county", "within: superior"),
    ("target: {stars: 2", "target: {stars: 3"), ("70%", "71%"), ("target: {stars: 2, share: 70%}\n", ""),
    ("zh: 初版", "zh: 一版"), ("en: First", "en: 1st"), ("kind: judged", "kind: levels\n    levels: [{marks: 6, when: {zh: 好}}]\n    #"),
]  # fmt: skip


def test_the_digest_moves_with_every_field_and_with_each_in_its_own_way() -> None:
    """A published set is frozen by its digest: no field may move without it, and no two sets share one."""
    digests = {loader.digest(load(FULL)): "as it is"}
    for old, new in MOVES:
        changed = FULL.replace(old, new, 1)
        assert changed != FULL, old
        if "kind: levels" in new:
            changed = changed.replace("    step: 1.5\n", "")
        digest = loader.digest(load(changed))
        assert digest not in digests, f"{old} → {new}: as {digests.get(digest)}"
        digests[digest] = f"{old} → {new}"


def test_every_order_of_a_list_counts() -> None:
    """Criteria, parts, quotas and grades are sequences: another order is another set."""
    one, two = "{id: a, kind: judged, full_marks: 5}", "{id: b, kind: judged, full_marks: 5}"
    orders = [HEAD + f"criteria: [{first}, {second}]\n" for first, second in ((one, two), (two, one))]
    assert loader.digest(load(orders[0])) != loader.digest(load(orders[1]))


def test_numbers_written_differently_are_the_same_number() -> None:
    """5, 5.0 and 5.00 are five; 1/3 and 2/6, 30% and 0.3 are one share each."""
    same = FULL.replace("full_marks: 5", "full_marks: 5.00").replace("1/3", "2/6").replace("31%", "0.31")
    same = same.replace("50000", "50000.0").replace("decimals: 1", "decimals: 01")
    assert loader.digest(load(same)) == loader.digest(load(FULL))


# Fault injection


def shipped(ref: str) -> tuple[bytes, str] | None:
    path = SETS / f"{ref}.yaml"
    return (path.read_bytes(), f"{ref}.yaml") if path.is_file() else None


def mutated(text: str, rng: random.Random) -> str:
    """One to four lines dropped, repeated, moved in or out, cut off, or with characters swapped or put in."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(lines))
        line = lines[at]
        match rng.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, line)
            case 2:
                lines[at] = rng.choice(["  " + line, line[1:], line[2:]])
            case 3:
                cut = rng.randint(0, len(line))
                lines[at] = line[:cut]
            case 4 if len(line) > 1:
                spot = rng.randrange(len(line) - 1)
                lines[at] = line[:spot] + line[spot + 1] + line[spot] + line[spot + 2 :]
            case 5:
                spot = rng.randint(0, len(line))
                lines[at] = (
                    line[:spot] + rng.choice("[]{}:,-#&*!|>'\"%@`?\t\x00\x85\ufeff\u2028０。n~") + line[spot:]
                )
            case _:
                lines[at] = re.sub(
                    r"\d+", rng.choice(["-1", "0", "9" * 30, "1e9", "null", "NaN", "1/0", ""]), line
                )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("batch", range(10))
def test_a_file_damaged_at_random_is_refused_or_loads(batch: int) -> None:
    """300 damaged copies of shipped sets: nothing but CriteriaInvalid comes out, each fault with its file, in no time."""
    sources = ["three-star-target@2026.1"] * 6 + ["red-flag-rural@2026.1", "red-flag-branch@2026.1"] * 2
    outcomes = set()
    for seed in range(batch * 30, batch * 30 + 30):
        rng = random.Random(seed)
        text = (SETS / f"{rng.choice(sources)}.yaml").read_text("utf-8")
        damaged = mutated(text, rng).encode("utf-8", "surrogatepass")
        started = time.process_time()
        try:
            criteria = loader.load(damaged, "damaged.yaml", shipped)
        except CriteriaInvalid as invalid:
            outcomes.add("refused")
            assert invalid.faults
            assert all(
                fault.place.file and fault.sentence.zh and fault.sentence.en for fault in invalid.faults
            )
        else:
            outcomes.add("loaded")
            assert loader.digest(reloaded(criteria)) == loader.digest(criteria)
        assert time.process_time() - started < 3, seed
    assert outcomes == {"refused", "loaded"}


def test_random_bytes_are_refused() -> None:
    """What is no text at all does not get past the first look."""
    rng = random.Random(1)
    for size in (1, 10, 1000, 100_000):
        assert refused(b"\xff" + rng.randbytes(size))


# Faults that are easily told twice, in the wrong place, or not at all


SUBTLE = {
    "a line that leads nowhere": (
        criterion,
        "id: a\nkind: measured\nfull_marks: 5\nline: {from: 60, to: 60.0}  # ! must differ\n",
    ),
    "a line without end": (
        criterion,
        "id: a\nkind: measured\nfull_marks: 5\nline: {from: 60}  # ! is missing\n",
    ),
    "a line as two numbers": (
        criterion,
        "id: a\nkind: measured\nfull_marks: 5\nline: [60, 100]  # ! must be a mapping\n",
    ),
    "a step in words": (
        criterion,
        "id: a\nkind: judged\nfull_marks: 2.25\nstep: small  # ! a plain number\n",
    ),
    "a ceiling beside wrong decimals": (
        top,
        "score: {ceiling: 120, decimals: two}  # ! a whole number\ncut_points: [{stars: 1, at_least: 110}]\n",
    ),
    "a stage, not in a list, that decides": (
        top,
        "stages: 复核  # ! must be a list\ndecided_from: 复核\n",
    ),
    "full marks in a list": (
        criterion,
        "id: a\nkind: judged\nfull_marks: [5]  # ! must be a plain number\n",
    ),
    "an id twice that is also a field": (
        tree,
        """\
score: {decimals: 1}
criteria:
  - {id: score, kind: judged, full_marks: 5}
  - {id: score, kind: judged, full_marks: 5}  # ! “score” is used twice
""",
    ),
    "an id twice that is also a grade": (
        tree,
        """\
criteria:
  - {id: a, kind: judged, full_marks: 5}
  - {id: a, kind: judged, full_marks: 5}  # ! “a” is used twice
  - id: vote
    kind: ballot
    full_marks: 5
    grades:
      - {id: a, worth: 100}
      - {id: b, worth: 0}
""",
    ),
    "a step of nought where levels are": (
        criterion,
        "id: a\nkind: levels\nfull_marks: 5\nstep: 0  # ! has no “step”\nlevels: [{marks: 5, when: {zh: 优}}]\n",
    ),
    "empty levels where a judgement is": (
        criterion,
        "id: a\nkind: judged\nfull_marks: 5\nlevels: []  # ! has no “levels”\n",
    ),
    "bands and a line beside wrong full marks": (
        criterion,
        """\
id: a
kind: measured
full_marks: five  # ! a plain number
line: {from: 0, to: 9}
bands: [{at_least: 1, marks: 5}]  # ! not both
""",
    ),
    "an id twice beside wrong full marks": (
        tree,
        """\
criteria:
  - {id: a, kind: judged, full_marks: 5}
  - {id: a, kind: judged, full_marks: 0}  # ! is used twice | must be above 0
""",
    ),
    "a grade no ballot can name": (
        criterion,
        """\
id: a
kind: ballot
full_marks: 5
grades:
  - {id: "a=b;c", worth: 100}  # ! cannot be an id
  - {id: poor, worth: 0}
""",
    ),
    "a part called root": (
        tree,
        """\
parts:
  - id: root  # ! cannot be an id
    criteria: [{id: a, kind: judged, full_marks: 5}]
""",
    ),
    "add to a part that is removed": (
        child,
        """\
override: {service: null}
add:
  service: {criteria: [{id: a, kind: judged, full_marks: 5}]}  # ! “service”
""",
    ),
    "override of what is removed with its part": (
        child,
        "override:\n  service: null\n  visits: {full_marks: five}  # ! “visits”\n",
    ),
    "add to a list that is replaced": (
        child,
        """\
criteria: [{id: a, kind: judged, full_marks: 5}]
add:
  root: {criteria: [{id: b, kind: judged, full_marks: 5}]}  # ! criteria
""",
    ),
    "removal of a part's last criterion": (
        child,
        "override:\n  visits: null  # ! holds no criterion\n",
    ),
}


@pytest.mark.parametrize(
    ("wrap", "fragment"),
    [pytest.param(wrap, fragment, id=name) for name, (wrap, fragment) in SUBTLE.items()],
)
def test_subtle_faults_are_told_once_and_in_their_place(wrap: Callable[[str], str], fragment: str) -> None:
    """None is invented from a field that could not be read, none held back, and none told on another line."""
    text = wrap(fragment)
    assert_told(refused(text, {"parent@1": PARENT}), marked(text))


A, B = "{id: a, kind: judged, full_marks: 5}", "{id: b, kind: judged, full_marks: 5}"
ACROSS = {
    "part and criterion": f"parts:\n  - {{id: p, criteria: [{B}]}}\n  - {{id: a, criteria: [{A}]}}\n",
    "adjustment and criterion": f"criteria:\n  - {A}\nadjustments:\n  - {{id: a, kind: bonus, each: 1}}\n",
    "gate and adjustment": f"criteria:\n  - {B}\nadjustments:\n  - {{id: a, kind: bonus, each: 1}}\n"
    "gates:\n  - {id: a, highest_stars: 0}\n",
    "criterion and part": f"parts:\n  - id: p\n    criteria:\n      - {A}\n  - id: a\n    criteria: [{B}]\n",
    "criterion of the root and of a part": f"criteria:\n  - {A}\nparts:\n  - id: p\n    criteria: [{B}, {A}]\n",
}


@pytest.mark.parametrize("name", ACROSS)
def test_an_id_of_two_sorts_of_things_is_told_once(name: str) -> None:
    """Criteria, parts, adjustments and gates share one space of ids, since marks and changes name them by it."""
    faults = refused(HEAD + ACROSS[name])
    assert [fault.sentence.en for fault in faults] == ["the id “a” is used twice"]


def test_the_line_of_a_repeated_id_is_the_lower_one_on_every_run() -> None:
    """The same file must be told the same way twice: Python's hash seed is no part of it."""
    script = (
        "import sys; from scoring.criteria import loader; from scoring.errors import CriteriaInvalid\n"
        "for text in sys.stdin.read().split('=====\\n'):\n"
        "    try: loader.load(text.encode(), 'f', lambda ref: None)\n"
        "    except CriteriaInvalid as invalid: print([fault.place.line for fault in invalid.faults][0])\n"
    )
    texts = [HEAD + text for text in ACROSS.values()]
    lower = [
        max(at for at, line in enumerate(text.splitlines(), 1) if "id: a," in line + ",") for text in texts
    ]
    for seed in range(6):
        told = subprocess.run(
            [sys.executable, "-c", script],
            input="=====\n".join(texts),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        assert [int(line) for line in told.split()] == lower


def test_a_control_character_after_chinese_text_is_told_on_its_line() -> None:
    """A Chinese character is three bytes; the line must not slip down with each."""
    text = "id: a\nbasis: 一二三四五六七八九十\nversion: \x01\n" + "domains: []\n" * 9
    assert [fault.place.line for fault in refused(text)] == [3]


@pytest.mark.parametrize("escape", ["\\uFFFE", "\\uFFFF"])
def test_a_text_that_cannot_be_written_back_is_refused(escape: str) -> None:
    """A set that does not read back from its own document could never be verified."""
    refused(top(f'basis: "a{escape}b"\n'))


def test_an_id_with_blanks_around_it_is_the_same_id_everywhere() -> None:
    """What the set calls `term` must answer to `term`."""
    parent = PARENT.replace("{id: term,", '{id: " term ",')
    assert load(parent).criteria[0].id == "term"
    assert (
        load(child("override: {term: {full_marks: 4}}\n"), {"parent@1": parent}).criteria[0].full_marks == 400
    )


def test_a_long_list_is_searched_for_repeats_in_one_pass() -> None:
    """Two megabytes of stages (30,000 of them) take twelve seconds, and a file may be uploaded by anyone."""
    compared = 0

    class Stage(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    assert not repeated("stages", [Stage(f"s{number}") for number in range(300)])[0]
    assert compared < 1000
