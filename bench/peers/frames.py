"""A peer: the county in pandas, the usual way, from long frames already in memory.

Floats; a score is rounded half up after a billionth of a hundredth has been added, which no exact score here lies
so near below a half as to mind. Nothing is kept of how a score or a star came about.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS, CountyAnswer, GroupFigures
from bench.cohorts import ABSENT, NOT_APPLICABLE, Cohort
from bench.plans import CUT_POINTS, GATES, QUOTA_PERCENT, QUOTA_STARS
from scoring.units import Grouping

_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`units` with a row a unit, `standings` with a row a group by (grouping, name)."""

    units: pd.DataFrame
    standings: pd.DataFrame


class PandasCounty:
    """Frames: units, criteria, parts, adjustments, marks and counts; keys are integers."""

    def __init__(self, cohort: Cohort) -> None:
        criteria, parts, adjustments, marks, counts, sets = [], [], [], [], [], {}
        for sheet in cohort.sheets:
            plan = sheet.plan
            number = sets.setdefault(plan.domain, len(sets))
            for row, part in enumerate(plan.parts):
                parts.append((number * 100 + row, part.weight, sum(part.full)))
                for full, weight in zip(part.full, part.weights, strict=True):
                    criteria.append((number * 100 + len(criteria), number, number * 100 + row, full, weight))
            own_criteria = np.array([key for key, own, *_ in criteria if own == number])
            owners = [(-1, own) for own in plan.adjustments]
            owners += [
                (number * 100 + row, own) for row, part in enumerate(plan.parts) for own in part.adjustments
            ]
            first = len(adjustments)
            adjustments += [
                (first + place, part, own.sign, own.each, own.most or np.inf)
                for place, (part, own) in enumerate(owners)
            ]
            evaluator, row, own = np.nonzero(sheet.marks != ABSENT)
            given = sheet.marks[evaluator, row, own].astype(float)
            given[given == NOT_APPLICABLE] = np.nan
            keys = {"unit": sheet.places[own], "criterion": own_criteria[row], "evaluator": evaluator}
            marks.append(pd.DataFrame({**keys, "mark": given}))
            row, own = np.nonzero(sheet.counts)
            keys = {"unit": sheet.places[own], "adjustment": first + row}
            counts.append(pd.DataFrame({**keys, "count": sheet.counts[row, own]}))
        self.units = pd.DataFrame(
            {
                "code": [unit.code for unit in cohort.units],
                "set": [sets[unit.domain] for unit in cohort.units],
                "cap": [min([9, *(GATES[gate] for gate in unit.gates)]) for unit in cohort.units],
                **{
                    within: [getattr(unit.group(Grouping(within)), "name", None) for unit in cohort.units]
                    for within in ROLLED_UP
                },
            }
        )
        self.criteria = pd.DataFrame(criteria, columns=["criterion", "set", "part", "full", "weight"])
        self.parts = pd.DataFrame(parts, columns=["part", "part_weight", "part_full"])
        self.adjustments = pd.DataFrame(adjustments, columns=["adjustment", "part", "sign", "each", "most"])
        self.marks = pd.concat(marks, ignore_index=True)
        self.counts = pd.concat(counts, ignore_index=True)

    def run(self) -> Result:
        units = self.units.copy()
        units["score"] = self._scores()
        units["stars"] = self._stars(units)
        for within in RANKED_WITHIN:
            units[f"rank_{within}"] = units.groupby(within)["score"].rank(method="min", ascending=False)
        return Result(units=units, standings=pd.concat([_standings(units, within) for within in ROLLED_UP]))

    def _scores(self) -> pd.Series:
        agreed = self.marks.groupby(["unit", "criterion"])["mark"].mean().reset_index()
        lines = agreed.merge(self.criteria, on="criterion")
        marked = lines.groupby("unit").size()
        lines = lines[lines["mark"].notna()]
        lines = lines.assign(value=lines["weight"] * lines["mark"] / lines["full"])
        parts = lines.groupby(["unit", "part"])[["value", "weight"]].sum().reset_index()
        parts = parts.merge(self.parts, on="part")
        counts = self.counts.merge(self.adjustments, on="adjustment")
        counts["size"] = counts["sign"] * np.minimum(counts["count"] * counts["each"], counts["most"])
        adjusted = counts.groupby(["unit", "part"])["size"].sum()
        parts = parts.merge(adjusted.reset_index(), on=["unit", "part"], how="left")
        value = parts["value"] / parts["weight"] + parts["size"].fillna(0) / parts["part_full"]
        parts["value"] = parts["part_weight"] * value.clip(0, 1)
        roots = parts.groupby("unit")[["value", "part_weight"]].sum()
        of_root = adjusted.xs(-1, level="part").reindex(roots.index, fill_value=0)
        root = (roots["value"] / roots["part_weight"] + of_root / 200).clip(0, 1)
        wanted = self.units["set"].map(self.criteria.groupby("set").size())
        return np.floor(root * 10_000 + 0.5 + _HAIR).where(marked == wanted)

    def _stars(self, units: pd.DataFrame) -> pd.Series:
        bounds = sorted((100 * at_least, stars) for stars, at_least in CUT_POINTS.items())
        edges = [-np.inf, *(bound for bound, _ in bounds), np.inf]
        labels = [0, *(stars for _, stars in bounds)]
        stars = pd.cut(units["score"], edges, labels=labels, right=False).astype(float)
        stars = np.minimum(stars, units["cap"]).where(units["score"].notna())
        allowed = units.groupby("domain")["score"].count() * QUOTA_PERCENT // 100
        holders = units.loc[stars == QUOTA_STARS, ["domain", "score"]]
        order = holders.groupby("domain")["score"].rank(method="max", ascending=False)
        down = order.index[order > holders["domain"].map(allowed)]
        stars[down] = QUOTA_STARS - 1
        return stars

    def answer(self, result: Result) -> CountyAnswer:
        """Return *result* in words; not timed."""
        units = result.units
        codes = units["code"].tolist()
        standings = result.standings.reset_index()
        return CountyAnswer(
            scores=dict(zip(codes, _whole(units["score"]), strict=True)),
            stars=dict(zip(codes, _whole(units["stars"]), strict=True)),
            ranks={
                (within, code): rank
                for within in RANKED_WITHIN
                for code, rank in zip(codes, _whole(units[f"rank_{within}"]), strict=True)
            },
            groups={
                (row.within, row.name): GroupFigures(
                    units=row.units,
                    rated=row.rated,
                    mean=mean,
                    rank=rank,
                    stars=tuple(getattr(row, f"stars_{stars}") for stars in STAR_LEVELS),
                    not_rated=row.units - row.rated,
                )
                for row, mean, rank in zip(
                    standings.itertuples(), _whole(standings["mean"]), _whole(standings["rank"]), strict=True
                )
            },
        )


def _standings(units: pd.DataFrame, within: str) -> pd.DataFrame:
    grouped = units.groupby(within)["score"]
    standings = pd.DataFrame({"units": grouped.size(), "rated": grouped.count()})
    total, rated = grouped.sum(), standings["rated"]
    standings["mean"] = ((2 * total + rated) // (2 * rated)).where(rated > 0)
    standings["rank"] = standings["mean"].rank(method="min", ascending=False)
    held = pd.crosstab(units[within], units["stars"]).reindex(
        index=standings.index, columns=STAR_LEVELS, fill_value=0
    )
    standings = standings.join(held.set_axis([f"stars_{stars}" for stars in STAR_LEVELS], axis=1))
    standings.index.name = "name"
    return standings.assign(within=within)


def _whole(numbers: pd.Series) -> list[int | None]:
    return [None if np.isnan(number) else int(number) for number in numbers]
