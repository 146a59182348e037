"""Scoring in memory: one sheet by every rule of agreement, and the county from assessments to standings."""

from dataclasses import replace

import numpy as np

from bench.answers import check_equal
from bench.bare import BareCounty, BareSheet, BareSheetIn16Bits
from bench.cohorts import Cohort
from bench.exact import exact_county, exact_scores
from bench.ours import OurCounty, OurSheet
from bench.peers.frames import PandasCounty
from bench.peers.orm import OrmCounty
from bench.plans import SHEET
from bench.rounds import Comparison, Contender

_SHEET_LIMITS = {"mean": 12, "median": 30, "trimmed_mean": None}
_COUNTY_LIMIT = 6


def sheet_comparisons(cohort: Cohort) -> list[Comparison]:
    """Return what is compared on one sheet, every result checked."""
    sheet = cohort.sheets[0]
    right = {rule: exact_scores(replace(sheet, plan=SHEET.with_rule(rule))) for rule in _SHEET_LIMITS}
    programs = {
        "bare NumPy, mean, no n/a": BareSheet(sheet),
        "– in 64 bits, NumPy's default": BareSheet(sheet, np.int64),
        "– in 16 bits, tuned to these marks": BareSheetIn16Bits(sheet),
    }
    for name, program in programs.items():
        found = np.where(sheet.whole, program.run(), None).tolist()
        check_equal(name, found, np.where(sheet.whole, right["mean"], None).tolist())
    bare, *variants = (Contender(name=name, run=own.run, calls=30) for name, own in programs.items())
    assessments = cohort.assessments()
    comparisons = []
    for rule, limit in _SHEET_LIMITS.items():
        ours = OurSheet(assessments, cohort, rule)
        name = f"a sheet, {rule.replace('_', ' ')}"
        check_equal(name, ours.answer(ours.run()), right[rule])
        contender = Contender(name=name, run=ours.run, calls=5)
        comparisons.append(Comparison(work=name, ours=contender, other=bare, limit=limit))
        if rule == "mean":
            comparisons += [Comparison(work=name, ours=contender, other=other) for other in variants]
    return comparisons


def county_comparisons(cohort: Cohort) -> list[Comparison]:
    """Return what is compared on the county, every result checked."""
    right = exact_county(cohort)
    ours, bare = OurCounty(cohort), BareCounty(cohort)
    pandas, orm = PandasCounty(cohort), OrmCounty(cohort)
    programs = {"ours": ours, "bare NumPy": bare, "pandas": pandas, "ORM and Decimal": orm}
    for name, program in programs.items():
        check_equal(name, program.answer(program.run()), right)
    contender = Contender(name="the county, seven sets", run=ours.run, calls=2)
    others = (
        (Contender(name="bare NumPy, masks for n/a", run=bare.run, calls=10), _COUNTY_LIMIT),
        (Contender(name="pandas, frames in memory", run=pandas.run, every=3), None),
        (Contender(name="ORM and Decimal loop", run=orm.run, every=15, reset=orm.reset), None),
    )
    return [
        Comparison(work=contender.name, ours=contender, other=other, limit=limit) for other, limit in others
    ]
