"""A second opinion on every score, star, rank and standing, written from the rules alone.

Plain fractions, plain loops, one unit after another: slow, and meant to be read. Each rule is one method of
`Oracle`, so that a *bend* can replace one rule by a wrong one; whatever compares itself with the oracle must
notice every bend.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NA = "n/a"
MODERATION = "moderation"
AGREED, NOT_APPLICABLE, MISSING, DISPUTED = "agreed", "not_applicable", "missing", "disputed"
GROUPINGS = ("township", "department", "domain")


def oracle(
    criteria_sets: list[dict],
    units: list[dict],
    marks: list[dict],
    *,
    bent: str | None = None,
    trace: dict[str, set[str]] | None = None,
) -> dict:
    """Return the units, standings and target of a cohort, all numbers exact or as printed.

    *bent* names the one rule of `BENDS` to be got wrong. *trace*, if given, collects what happened to each
    unit, by its code: `rated`, `disputed`, `moderated`, `na_nested`, `na_part_nested`, `clipped_low`,
    `clipped_high`, `tied_at_edge`, `wide` (a reduced fraction of a part beyond 63 bits).
    """
    rules = Oracle if bent is None else _BENT[bent]
    return rules(criteria_sets, units, marks, trace).answer()


@cache
def number(text: str) -> Fraction:
    """Return the value of `20`, `4.04`, `1/3` or `30%`."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def fixed(value: Fraction, decimals: int) -> str:
    """Return *value*, which has no more than *decimals* decimals, with exactly that many."""
    digits = str(abs(value.numerator) * 10**decimals // value.denominator).zfill(decimals + 1)
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def exact(value: Fraction) -> str:
    """Return *value* as a plain decimal if that is finite, else as a reduced fraction such as `19/3`."""
    rest, decimals = value.denominator, 0
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= math.gcd(rest, 10)
        decimals += 1
    return fixed(value, decimals) if rest == 1 else f"{value.numerator}/{value.denominator}"


def share_text(share: Fraction) -> str:
    """Return a share as percent if that is finite, else as a fraction."""
    percent = exact(share * 100)
    return exact(share) if "/" in percent else percent + "%"


def criteria_below(node: dict) -> Iterator[dict]:
    """Yield every criterion of *node*: its own first, then part by part."""
    yield from node.get("criteria", [])
    for part in node.get("parts", []):
        yield from criteria_below(part)


def adjustments_below(node: dict) -> Iterator[dict]:
    """Yield every adjustment of *node*: its own first, then part by part."""
    yield from node.get("adjustments", [])
    for part in node.get("parts", []):
        yield from adjustments_below(part)


def parts_below(node: dict, depth: int = 1) -> Iterator[tuple[int, dict]]:
    """Yield every part below *node* with its depth; the parts of the root have depth 1."""
    for part in node.get("parts", []):
        yield depth, part
        yield from parts_below(part, depth + 1)


@dataclass(frozen=True)
class Verdict:
    """What the marks of one criterion come to."""

    outcome: str
    stage: str | None = None
    agreed: Fraction | None = None


@dataclass
class Row:
    """One unit on its way from marks to rank."""

    unit: dict
    criteria: dict
    verdicts: dict[str, Verdict]
    counts: dict[str, Fraction | None]
    missing: list[str] = field(default_factory=list)
    exact: Fraction | None = None
    score: Fraction | None = None
    stars: int | None = None
    steps: list[dict] = field(default_factory=list)
    rank: int | None = None
    ranks: dict[str, int | None] = field(default_factory=dict)


class Oracle:
    """The rules, one method each."""

    def __init__(
        self,
        criteria_sets: list[dict],
        units: list[dict],
        marks: list[dict],
        trace: dict[str, set[str]] | None = None,
    ) -> None:
        self.sets = criteria_sets
        self.shared = criteria_sets[0]
        self.trace = trace
        self.marks: dict[tuple, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for mark in marks:
            self.marks[mark["unit"], mark["criterion"]][mark["stage"]].append(mark["mark"])
        self.totals: dict[int, Fraction] = {}
        self.rows = [self.row(unit) for unit in sorted(units, key=lambda unit: unit["unit"])]

    def answer(self) -> dict:
        self.rate()
        self.rank()
        return {
            "units": [self.unit_answer(row) for row in self.rows],
            "standings": {grouping: self.standings(grouping) for grouping in GROUPINGS},
            "target": self.target(),
        }

    def note(self, row: Row, situation: str) -> None:
        if self.trace is not None:
            self.trace.setdefault(row.unit["unit"], set()).add(situation)

    # From marks to agreed marks

    def set_of(self, unit: dict) -> dict:
        """The first set that lists the unit's domain; a set without domains takes all."""
        return next(s for s in self.sets if not s.get("domains") or unit["domain"] in s["domains"])

    def row(self, unit: dict) -> Row:
        criteria = self.set_of(unit)
        code = unit["unit"]
        verdicts = {
            criterion["id"]: self.verdict(criteria, criterion, self.marks.get((code, criterion["id"]), {}))
            for criterion in criteria_below(criteria)
        }
        counts = {
            adjustment["id"]: self.count(criteria, self.marks.get((code, adjustment["id"]), {}))
            for adjustment in adjustments_below(criteria)
        }
        row = Row(unit, criteria, verdicts, counts)
        row.missing = self.missing(row)
        root = None if row.missing else self.part(criteria, row)
        if root is not None:
            row.exact = 100 * root
            row.score = self.rounded(row.exact)
        self.note_marks(row)
        return row

    def missing(self, row: Row) -> list[str]:
        """A unit with a missing or disputed mark, or a disputed count, is not rated."""
        criteria = [name for name, verdict in row.verdicts.items() if verdict.outcome in (MISSING, DISPUTED)]
        return criteria + [name for name, count in row.counts.items() if count is None]

    def stages(self, criteria: dict) -> list[str]:
        return criteria.get("stages") or ["self", "superior", "county"]

    def deciding_stages(self, criteria: dict) -> list[str]:
        """The stages from `decided_from` on; moderation follows them always."""
        stages = self.stages(criteria)
        first = criteria.get("decided_from", stages[0])
        return [*stages[stages.index(first) :], MODERATION]

    def decide(self, criteria: dict, marks: dict[str, list[str]]) -> tuple[str | None, list[str]]:
        """The latest stage with any mark decides, if it may; else nothing is decided."""
        for stage in reversed(self.deciding_stages(criteria)):
            if marks.get(stage):
                return stage, marks[stage]
        return None, []

    def verdict(self, criteria: dict, criterion: dict, by_stage: dict[str, list[str]]) -> Verdict:
        stage, marks = self.decide(criteria, by_stage)
        if stage is None:
            return self.unmarked(criterion)
        applicable = [mark for mark in marks if mark != NA]
        if not applicable:
            return self.not_applicable(stage)
        if len(applicable) < len(marks):
            return self.mixed(criteria, criterion, stage, applicable)
        return self.marked(criteria, criterion, stage, applicable)

    def unmarked(self, criterion: dict) -> Verdict:
        """No mark is neither 0 nor n/a: it is missing."""
        return Verdict(MISSING)

    def not_applicable(self, stage: str) -> Verdict:
        """n/a from all is not applicable."""
        return Verdict(NOT_APPLICABLE, stage)

    def mixed(self, criteria: dict, criterion: dict, stage: str, marks: list[str]) -> Verdict:
        """Some n/a and some marks is a dispute."""
        return Verdict(DISPUTED, stage)

    def marked(self, criteria: dict, criterion: dict, stage: str, marks: list[str]) -> Verdict:
        if criterion["kind"] in ("judged", "levels"):
            return self.opinion(criteria, criterion, stage, [number(mark) for mark in marks])
        return self.fact(criterion, stage, marks)

    def opinion(self, criteria: dict, criterion: dict, stage: str, marks: list[Fraction]) -> Verdict:
        """Several marks become one by the set's rule; how far they lie apart changes nothing here."""
        rule = criteria.get("agreement", {}).get("rule", "mean")
        by = {"mean": self.mean, "median": self.median, "trimmed_mean": self.trimmed_mean}[rule]
        return Verdict(AGREED, stage, by(sorted(marks)))

    def mean(self, marks: list[Fraction]) -> Fraction:
        return sum(marks[1:], marks[0]) / len(marks)

    def median(self, marks: list[Fraction]) -> Fraction:
        """The middle mark, or the mean of the middle two."""
        half = len(marks) // 2
        return marks[half] if len(marks) % 2 else (marks[half - 1] + marks[half]) / 2

    def trimmed_mean(self, marks: list[Fraction]) -> Fraction:
        """From three marks on, one highest and one lowest are left out."""
        return self.mean(marks[1:-1] if len(marks) >= 3 else marks)

    def fact(self, criterion: dict, stage: str, marks: list[str]) -> Verdict:
        """Several equal facts are one; two different ones are a dispute."""
        facts = self.distinct(criterion, marks)
        if len(facts) > 1:
            return self.conflict(criterion, stage, facts)
        return self.settled(criterion, stage, facts[0])

    def distinct(self, criterion: dict, marks: list[str]) -> list:
        return list(dict.fromkeys(self.read(criterion, mark) for mark in marks))

    def read(self, criterion: dict, mark: str) -> Fraction | tuple[int, ...]:
        """A number, or the counts of a ballot in order of its grades; omitted grades are 0."""
        if criterion["kind"] != "ballot":
            return number(mark)
        counts = dict(pair.split("=") for pair in mark.split(";"))
        return tuple(int(counts.get(grade["id"], "0")) for grade in criterion["grades"])

    def conflict(self, criterion: dict, stage: str, facts: list) -> Verdict:
        return Verdict(DISPUTED, stage)

    def settled(self, criterion: dict, stage: str, fact: Fraction | tuple[int, ...]) -> Verdict:
        if criterion["kind"] == "ballot" and self.too_few(criterion, fact):
            return self.small_ballot(stage)
        return Verdict(AGREED, stage, self.yields(criterion, fact))

    def too_few(self, criterion: dict, ballot: tuple[int, ...]) -> bool:
        return sum(ballot) < int(criterion.get("least_voters", "1"))

    def small_ballot(self, stage: str) -> Verdict:
        return Verdict(MISSING, stage)

    def yields(self, criterion: dict, fact: Fraction | tuple[int, ...]) -> Fraction:
        """The marks of a fact; a derived number is treated like a measured one."""
        if criterion["kind"] == "ballot":
            return self.ballot_marks(criterion, fact)
        if "bands" in criterion:
            return self.band_marks(criterion["bands"], fact)
        return self.line_marks(criterion, fact)

    def ballot_marks(self, criterion: dict, ballot: tuple[int, ...]) -> Fraction:
        """Full marks × Σ count × worth / (100 × Σ count)."""
        worth = sum(
            count * number(grade["worth"]) for count, grade in zip(ballot, criterion["grades"], strict=True)
        )
        return number(criterion["full_marks"]) * worth / (100 * sum(ballot))

    def band_marks(self, bands: list[dict], value: Fraction) -> Fraction:
        """The marks of the highest bound reached; below the lowest, 0."""
        reached = [band for band in bands if value >= number(band["at_least"])]
        if not reached:
            return Fraction(0)
        return number(max(reached, key=lambda band: number(band["at_least"]))["marks"])

    def line_marks(self, criterion: dict, value: Fraction) -> Fraction:
        """From (`from`, 0) to (`to`, full marks), clipped; `from` may be the larger."""
        start, end = number(criterion["line"]["from"]), number(criterion["line"]["to"])
        way = (value - start) / (end - start)
        return number(criterion["full_marks"]) * self.clip_line(way)

    def clip_line(self, way: Fraction) -> Fraction:
        return min(max(way, Fraction(0)), Fraction(1))

    def count(self, criteria: dict, by_stage: dict[str, list[str]]) -> Fraction | None:
        """The count of an adjustment, None when disputed; what nobody counted is 0."""
        _, counts = self.decide(criteria, by_stage)
        distinct = list(dict.fromkeys(number(count) for count in counts))
        if len(distinct) > 1:
            return self.count_conflict(distinct)
        return distinct[0] if distinct else self.uncounted()

    def count_conflict(self, counts: list[Fraction]) -> Fraction | None:
        return None

    def uncounted(self) -> Fraction | None:
        return Fraction(0)

    # From agreed marks to the score

    def part(self, node: dict, row: Row) -> Fraction | None:
        """The value of a part or the root, None when no child of it applies."""
        children = [(self.criterion_weight(c), self.criterion(c, row)) for c in node.get("criteria", [])]
        children += [(self.part_weight(p, row), self.part(p, row)) for p in node.get("parts", [])]
        applicable = [(weight, value) for weight, value in children if value is not None]
        if not applicable:
            return None
        adjusted = self.adjusted(self.weighted_mean(applicable), node, row)
        clipped = self.clip(adjusted, node, row)
        self.note_value(row, adjusted, clipped)
        return clipped

    def weighted_mean(self, weighted: list[tuple[Fraction, Fraction]]) -> Fraction:
        return sum(weight * value for weight, value in weighted) / sum(weight for weight, _ in weighted)

    def criterion(self, criterion: dict, row: Row) -> Fraction | None:
        agreed = row.verdicts[criterion["id"]].agreed
        return None if agreed is None else agreed / number(criterion["full_marks"])

    def criterion_weight(self, criterion: dict) -> Fraction:
        """Its full marks unless `weight` says otherwise."""
        return number(criterion.get("weight", criterion["full_marks"]))

    def part_weight(self, part: dict, row: Row) -> Fraction:
        """The full marks of every criterion below it, applicable or not, unless `weight` says otherwise."""
        return number(part["weight"]) if "weight" in part else self.full_marks(part)

    def full_marks(self, node: dict) -> Fraction:
        if id(node) not in self.totals:
            self.totals[id(node)] = sum(map(_full_marks, criteria_below(node)), Fraction(0))
        return self.totals[id(node)]

    def adjusted(self, value: Fraction, node: dict, row: Row) -> Fraction:
        adjustment = self.adjustment(node, row)
        return value + adjustment / self.adjustment_base(node, row) if adjustment else value

    def adjustment(self, node: dict, row: Row) -> Fraction:
        """Bonuses less deductions, in marks."""
        return Fraction(sum(self.signed(a, row) for a in node.get("adjustments", [])))

    def signed(self, adjustment: dict, row: Row) -> Fraction:
        amount = self.amount(adjustment, row.counts[adjustment["id"]])
        return amount if adjustment["kind"] == "bonus" else -amount

    def amount(self, adjustment: dict, count: Fraction) -> Fraction:
        """`each` × count, at most `most`."""
        amount = number(adjustment["each"]) * count
        return min(amount, number(adjustment["most"])) if "most" in adjustment else amount

    def adjustment_base(self, node: dict, row: Row) -> Fraction:
        """What adjustments are divided by: 100 at the root, else the full marks of every criterion below."""
        return Fraction(100) if node is row.criteria else self.full_marks(node)

    def clip(self, value: Fraction, node: dict, row: Row) -> Fraction:
        return min(max(value, Fraction(0)), self.ceiling(node, row))

    def ceiling(self, node: dict, row: Row) -> Fraction:
        """`ceiling` percent, at the root that of `score`, 100 by default."""
        holder = node.get("score", {}) if node is row.criteria else node
        return number(holder.get("ceiling", "100")) / 100

    @property
    def decimals(self) -> int:
        return int(self.shared.get("score", {}).get("decimals", "2"))

    @property
    def rounding(self) -> str:
        return self.shared.get("score", {}).get("rounding", "half_up")

    def rounded(self, value: Fraction) -> Fraction:
        """Rounded once, to the set's decimals by its rounding."""
        return self.round_by(self.rounding, value)

    def round_by(self, rounding: str, value: Fraction) -> Fraction:
        scaled = value * 10**self.decimals
        down = math.floor(scaled)
        rest, half = scaled - down, Fraction(1, 2)
        goes_up = {
            "half_up": rest >= half,
            "half_even": rest > half or (rest == half and down % 2 == 1),
            "up": rest > 0,
        }[rounding]
        return Fraction(down + goes_up, 10**self.decimals)

    # From scores to stars

    @property
    def cut_points(self) -> list[dict]:
        return self.shared.get("cut_points") or []

    def rate(self) -> None:
        """Cut points, then gates, then quotas."""
        if self.cut_points:
            self.cut()
            self.gate()
            self.limit_all()

    def cut(self) -> None:
        for row in self.rows:
            if row.score is not None:
                self.step(row, "cut_point", self.stars_of(self.cut_on(row)))

    def step(self, row: Row, kind: str, stars: int) -> None:
        row.stars = stars
        row.steps.append({"kind": kind, "stars": stars})

    def cut_on(self, row: Row) -> Fraction:
        """Stars are cut on the score as printed."""
        return row.score

    def stars_of(self, score: Fraction) -> int:
        """The highest stars whose bound is reached; below the lowest, 0."""
        return max((int(c["stars"]) for c in self.cut_points if self.reaches(score, c)), default=0)

    def reaches(self, score: Fraction, cut_point: dict) -> bool:
        return score >= number(cut_point["at_least"])

    def gate(self) -> None:
        """A gate leaves a step even if it takes nothing."""
        for row in self.rows:
            caps = [
                int(gate["highest_stars"])
                for gate in self.gates(row)
                if gate["id"] in row.unit["gates"].split(";")
            ]
            if row.score is not None and caps:
                self.step(row, "gate", self.gated(row.stars, caps))

    def gates(self, row: Row) -> list[dict]:
        """Those of the unit's own set."""
        return row.criteria.get("gates", [])

    def gated(self, stars: int, caps: list[int]) -> int:
        """The lowest `highest_stars` wins."""
        return min(stars, *caps)

    def limit_all(self) -> None:
        for quota in self.quotas():
            for members in self.groups(quota["within"]).values():
                self.limit(quota, members)

    def quotas(self) -> list[dict]:
        """Highest stars first; on the same stars in file order."""
        return sorted(self.shared.get("quotas") or [], key=lambda quota: -int(quota["stars"]))

    def groups(self, within: str) -> dict[str, list[Row]]:
        """The units of each group; a unit without the group is in none."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            key = self.group(row.unit, within)
            if key:
                groups[key].append(row)
        return groups

    def group(self, unit: dict, within: str) -> str:
        if within == "county":
            return "county"
        return self.superior(unit) if within == "superior" else unit[within]

    def superior(self, unit: dict) -> str:
        """Its department if it has one, else its township."""
        return unit["department"] or unit["township"]

    def limit(self, quota: dict, members: list[Row]) -> None:
        """Whoever holds exactly the quota's stars and finds no place goes down."""
        holders = [row for row in members if self.holds(row, int(quota["stars"]))]
        holders.sort(key=self.quota_score, reverse=True)
        places = self.places(quota, members)
        if len(holders) <= places:
            return
        self.note_ties(holders, places)
        kept = self.kept(holders, places, quota.get("ties", "lower"))
        for row in holders[kept:]:
            self.step(row, "quota", self.next_lower(int(quota["stars"])))

    def holds(self, row: Row, stars: int) -> bool:
        """Gated units that still hold the stars take places, too."""
        return row.stars == stars

    def quota_score(self, row: Row) -> Fraction:
        """The best by printed score."""
        return row.score

    def places(self, quota: dict, members: list[Row]) -> int:
        """⌊share × rated units⌋."""
        return math.floor(number(quota["share"]) * self.quota_base(members, int(quota["stars"])))

    def quota_base(self, members: list[Row], stars: int) -> int:
        return sum(row.score is not None for row in members)

    def kept(self, holders: list[Row], places: int, ties: str) -> int:
        """How many of *holders*, best first, keep their stars; more hold them than there are *places*."""
        if places == 0:
            return 0
        scores = [self.quota_score(row) for row in holders]
        if scores[places - 1] != scores[places]:
            return places
        edge = scores[places]
        return sum(score >= edge if ties == "keep" else score > edge for score in scores)

    def next_lower(self, stars: int) -> int:
        """The next lower stars among the cut points, else 0."""
        return max((int(c["stars"]) for c in self.cut_points if int(c["stars"]) < stars), default=0)

    # Ranks, standings, target

    def rank(self) -> None:
        self.rank_among(self.rows, lambda row, rank: setattr(row, "rank", rank))
        for grouping in GROUPINGS:
            for row in self.rows:
                row.ranks[grouping] = None
            for members in self.groups(grouping).values():
                self.rank_among(members, lambda row, rank, to=grouping: row.ranks.update({to: rank}))

    def rank_among(self, rows: list[Row], assign: Callable[[Row, int | None], None]) -> None:
        for row, rank in zip(rows, self.ranks([self.rank_score(row) for row in rows]), strict=True):
            assign(row, rank)

    def rank_score(self, row: Row) -> Fraction | None:
        """By printed score; a gated unit keeps its rank."""
        return row.score

    def ranks(self, scores: list[Fraction | None]) -> list[int | None]:
        """1, 2, 2, 4; None for None."""
        first: dict[Fraction, int] = {}
        best_first = sorted((score for score in scores if score is not None), reverse=True)
        for place, score in enumerate(best_first, start=1):
            first.setdefault(score, place)
        return [None if score is None else first[score] for score in scores]

    def standings(self, grouping: str) -> list[dict]:
        """Best mean first, groups without a rated unit last, equals by name."""
        groups = self.groups(grouping)
        means = [self.group_mean(rows) for rows in groups.values()]
        ranks = self.ranks(means)
        standings = [
            self.standing(group, rows, mean, rank)
            for (group, rows), mean, rank in zip(groups.items(), means, ranks, strict=True)
        ]
        return sorted(standings, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["group"]))

    def group_mean(self, rows: list[Row]) -> Fraction | None:
        """The mean of the printed scores of the rated units, rounded like a score."""
        scores = [row.score for row in rows if row.score is not None]
        return self.round_mean(sum(scores, Fraction(0)) / len(scores)) if scores else None

    def round_mean(self, mean: Fraction) -> Fraction:
        return self.rounded(mean)

    def standing(self, group: str, rows: list[Row], mean: Fraction | None, rank: int | None) -> dict:
        reached = self.at_target(rows)
        return {
            "group": group,
            "units": len(rows),
            "rated": sum(row.score is not None for row in rows),
            "mean": None if mean is None else fixed(mean, self.decimals),
            "rank": rank,
            "stars": self.distribution(rows),
            "at_target": reached,
            "meets": None if reached is None else self.meets(reached, self.target_base(rows)),
        }

    def distribution(self, rows: list[Row]) -> dict[str, int]:
        stars = sorted((int(c["stars"]) for c in self.cut_points), reverse=True)
        keys = [*stars, 0, None]
        return {"none" if key is None else str(key): sum(row.stars == key for row in rows) for key in keys}

    @property
    def aim(self) -> dict | None:
        return self.shared.get("target") if self.cut_points else None

    def target(self) -> dict | None:
        if not self.aim:
            return None
        share, k, n = number(self.aim["share"]), self.at_target(self.rows), self.target_base(self.rows)
        return {
            "stars": int(self.aim["stars"]),
            "share": share_text(share),
            "k": k,
            "n": n,
            "short": max(0, math.ceil(share * n) - k),
            "meets": self.meets(k, n),
        }

    def at_target(self, rows: Iterable[Row]) -> int | None:
        """How many have the target's stars or more."""
        if not self.aim:
            return None
        return sum(row.stars is not None and self.is_at_target(row.stars) for row in rows)

    def is_at_target(self, stars: int) -> bool:
        return stars >= int(self.aim["stars"])

    def target_base(self, rows: list[Row]) -> int:
        """Unrated units count in n."""
        return len(rows)

    def meets(self, k: int, n: int) -> bool:
        return k >= number(self.aim["share"]) * n

    # What is answered and noted

    def unit_answer(self, row: Row) -> dict:
        return {
            "unit": row.unit["unit"],
            "criteria": f"{row.criteria['id']}@{row.criteria['version']}",
            "score": None if row.score is None else fixed(row.score, self.decimals),
            "stars": row.stars,
            "steps": row.steps,
            "rank": row.rank,
            "ranks": row.ranks,
            "missing": row.missing,
            "lines": [self.line(criterion, row) for criterion in criteria_below(row.criteria)],
        }

    def line(self, criterion: dict, row: Row) -> dict:
        verdict = row.verdicts[criterion["id"]]
        return {
            "criterion": criterion["id"],
            "agreed": None if verdict.agreed is None else exact(verdict.agreed),
            "full_marks": exact(number(criterion["full_marks"])),
            "outcome": verdict.outcome,
            "stage": verdict.stage,
        }

    def note_marks(self, row: Row) -> None:
        if self.trace is None:
            return
        if row.score is not None:
            self.note(row, "rated")
        if None in row.counts.values() or DISPUTED in (v.outcome for v in row.verdicts.values()):
            self.note(row, "disputed")
        ids = [*row.verdicts, *row.counts]
        if any(self.marks.get((row.unit["unit"], name), {}).get(MODERATION) for name in ids):
            self.note(row, "moderated")
        for depth, part in parts_below(row.criteria):
            if depth >= 2:
                self.note_nested(row, part)

    def note_nested(self, row: Row, part: dict) -> None:
        inapplicable = [row.verdicts[c["id"]].outcome == NOT_APPLICABLE for c in criteria_below(part)]
        if any(inapplicable):
            self.note(row, "na_nested")
        if all(inapplicable):
            self.note(row, "na_part_nested")

    def note_value(self, row: Row, adjusted: Fraction, clipped: Fraction) -> None:
        if clipped != adjusted:
            self.note(row, "clipped_low" if adjusted < clipped else "clipped_high")
        if max(clipped.numerator, clipped.denominator) >= 2**63:
            self.note(row, "wide")

    def note_ties(self, holders: list[Row], places: int) -> None:
        if places and holders[places - 1].score == holders[places].score:
            for row in holders:
                if row.score == holders[places].score:
                    self.note(row, "tied_at_edge")


def _full_marks(criterion: dict) -> Fraction:
    return number(criterion["full_marks"])


# The bends: each replaces one rule by a wrong one.

BENDS: dict[str, str] = {}
_BENT: dict[str, type[Oracle]] = {}


def _bend(rule: str, wrong: str) -> Callable[[Callable], Callable]:
    def keep(function: Callable) -> Callable:
        BENDS[function.__name__] = wrong
        _BENT[function.__name__] = type(function.__name__, (Oracle,), {rule: function})
        return function

    return keep


def _hundredths(value: Fraction) -> Fraction:
    return Fraction(math.floor(value * 100 + Fraction(1, 2)), 100)


# The agreed mark


@_bend("opinion", "the agreement of the first set holds for every set")
def agreement_of_first_set(self, criteria, criterion, stage, marks):
    return Oracle.opinion(self, self.shared, criterion, stage, marks)


@_bend("mean", "the mean of marks is rounded down to a whole mark")
def mean_floored(self, marks):
    return Fraction(math.floor(Oracle.mean(self, marks)))


@_bend("mean", "the mean of marks is rounded to hundredths")
def mean_in_hundredths(self, marks):
    return _hundredths(Oracle.mean(self, marks))


@_bend("median", "the median of an even count is the lower of the middle two")
def median_lower(self, marks):
    return marks[(len(marks) - 1) // 2]


@_bend("median", "the median is the mean")
def median_is_mean(self, marks):
    return self.mean(marks)


@_bend("trimmed_mean", "the trimmed mean leaves nothing out")
def trimmed_never(self, marks):
    return self.mean(marks)


@_bend("trimmed_mean", "the trimmed mean trims from four marks on")
def trimmed_from_four(self, marks):
    return self.mean(marks[1:-1] if len(marks) >= 4 else marks)


@_bend("trimmed_mean", "the trimmed mean of two marks leaves out the lower")
def trimmed_from_two(self, marks):
    return marks[1] if len(marks) == 2 else Oracle.trimmed_mean(self, marks)


@_bend("trimmed_mean", "the trimmed mean leaves out the highest only")
def trimmed_one_side(self, marks):
    return self.mean(marks[:-1] if len(marks) >= 3 else marks)


@_bend("not_applicable", "n/a is a mark of 0")
def na_as_zero(self, stage):
    return Verdict(AGREED, stage, Fraction(0))


@_bend("unmarked", "a missing mark is 0")
def missing_as_zero(self, criterion):
    return Verdict(AGREED, None, Fraction(0))


@_bend("unmarked", "a missing mark is n/a")
def missing_as_na(self, criterion):
    return Verdict(NOT_APPLICABLE)


@_bend("mixed", "of some n/a and some marks the marks are taken")
def mixed_takes_marks(self, criteria, criterion, stage, marks):
    return self.marked(criteria, criterion, stage, marks)


@_bend("mixed", "of some n/a and some marks n/a is taken")
def mixed_takes_na(self, criteria, criterion, stage, marks):
    return self.not_applicable(stage)


@_bend("mixed", "of some n/a and some facts the facts are taken")
def mixed_takes_facts(self, criteria, criterion, stage, marks):
    if criterion["kind"] in ("judged", "levels"):
        return Verdict(DISPUTED, stage)
    return self.marked(criteria, criterion, stage, marks)


@_bend("decide", "the first stage with a mark decides, not the latest")
def first_stage_decides(self, criteria, marks):
    stage = next((s for s in self.deciding_stages(criteria) if marks.get(s)), None)
    return stage, marks.get(stage, [])


@_bend("decide", "the marks of all deciding stages are taken together")
def stages_pooled(self, criteria, marks):
    stage, _ = Oracle.decide(self, criteria, marks)
    return stage, [mark for s in self.deciding_stages(criteria) for mark in marks.get(s, [])]


@_bend("deciding_stages", "decided_from is ignored")
def decided_from_ignored(self, criteria):
    return [*self.stages(criteria), MODERATION]


@_bend("deciding_stages", "only stages after decided_from decide")
def decided_after(self, criteria):
    return Oracle.deciding_stages(self, criteria)[1:]


@_bend("count", "decided_from is ignored for adjustments")
def decided_from_ignored_by_counts(self, criteria, by_stage):
    return Oracle.count(self, criteria | {"decided_from": self.stages(criteria)[0]}, by_stage)


@_bend("deciding_stages", "moderation is ignored")
def moderation_ignored(self, criteria):
    return Oracle.deciding_stages(self, criteria)[:-1]


@_bend("decide", "a moderation joins the marks it should settle")
def moderation_joins(self, criteria, marks):
    stage, found = Oracle.decide(self, criteria, marks)
    if stage == MODERATION:
        _, moderated = Oracle.decide(self, criteria, marks | {MODERATION: []})
        return stage, moderated + found
    return stage, found


@_bend("decide", "moderation decides only where the marks are in dispute")
def moderation_only_of_mixed(self, criteria, marks):
    stage, found = Oracle.decide(self, criteria, marks | {MODERATION: []})
    if marks.get(MODERATION) and (stage is None or len(set(found)) > 1):
        return MODERATION, marks[MODERATION]
    return stage, found


@_bend("count", "moderation is ignored for adjustments")
def moderation_ignored_by_counts(self, criteria, by_stage):
    return Oracle.count(self, criteria, {s: marks for s, marks in by_stage.items() if s != MODERATION})


@_bend("opinion", "marks further apart than the disagreement are a dispute")
def disagreement_disputes(self, criteria, criterion, stage, marks):
    limit = number(criteria.get("agreement", {}).get("disagreement", "1")) * number(criterion["full_marks"])
    if max(marks) - min(marks) > limit:
        return Verdict(DISPUTED, stage)
    return Oracle.opinion(self, criteria, criterion, stage, marks)


@_bend("marked", "different levels are a dispute, like facts")
def levels_are_facts(self, criteria, criterion, stage, marks):
    if criterion["kind"] == "levels" and len(set(map(number, marks))) > 1:
        return Verdict(DISPUTED, stage)
    return Oracle.marked(self, criteria, criterion, stage, marks)


@_bend("conflict", "of two different facts the first is taken")
def facts_take_first(self, criterion, stage, facts):
    return self.settled(criterion, stage, facts[0])


@_bend("conflict", "of different numbers or ballots the mean is taken")
def facts_averaged(self, criterion, stage, facts):
    voted = [fact for fact in facts if criterion["kind"] != "ballot" or sum(fact)]
    return Verdict(AGREED, stage, self.mean([self.yields(criterion, fact) for fact in voted]))


@_bend("distinct", "facts are compared as they are written")
def facts_compared_as_text(self, criterion, marks):
    return [self.read(criterion, mark) for mark in dict.fromkeys(marks)]


@_bend("distinct", "a ballot that omits a grade differs from one that says 0")
def omitted_grade_differs(self, criterion, marks):
    if criterion["kind"] != "ballot":
        return Oracle.distinct(self, criterion, marks)
    kept = {frozenset(mark.split(";")): mark for mark in reversed(marks)}
    return [self.read(criterion, mark) for mark in kept.values()]


@_bend("count_conflict", "of two different counts the first is taken")
def counts_take_first(self, counts):
    return counts[0]


@_bend("count", "equal counts of several evaluators are added up")
def counts_added(self, criteria, by_stage):
    _, counts = self.decide(criteria, by_stage)
    return sum(map(number, counts), Fraction(0)) if len(set(map(number, counts))) <= 1 else None


@_bend("uncounted", "an adjustment nobody counted is missing")
def uncounted_is_missing(self):
    return None


@_bend("missing", "a disputed count is no matter where its part is not applicable")
def count_dispute_in_na_part_ignored(self, row):
    ignored = {
        adjustment["id"]
        for _, part in parts_below(row.criteria)
        if all(row.verdicts[c["id"]].outcome == NOT_APPLICABLE for c in criteria_below(part))
        for adjustment in adjustments_below(part)
    }
    return [name for name in Oracle.missing(self, row) if name not in ignored]


@_bend("missing", "adjustments are named before criteria among what is missing")
def missing_in_other_order(self, row):
    return sorted(Oracle.missing(self, row), key=lambda name: name in row.verdicts)


# Kinds


@_bend("clip_line", "a line is not clipped")
def line_unclipped(self, way):
    return way


@_bend("line_marks", "a falling line is taken as a rising one")
def line_always_rises(self, criterion, value):
    start, end = sorted((number(criterion["line"]["from"]), number(criterion["line"]["to"])))
    return number(criterion["full_marks"]) * self.clip_line((value - start) / (end - start))


@_bend("line_marks", "what a line yields is rounded to hundredths")
def line_in_hundredths(self, criterion, value):
    return _hundredths(Oracle.line_marks(self, criterion, value))


@_bend("band_marks", "the first listed band that is reached is taken")
def band_first_listed(self, bands, value):
    return next((number(b["marks"]) for b in bands if value >= number(b["at_least"])), Fraction(0))


@_bend("band_marks", "the band with the most marks of those reached is taken")
def band_best_marks(self, bands, value):
    return max((number(b["marks"]) for b in bands if value >= number(b["at_least"])), default=Fraction(0))


@_bend("band_marks", "a band begins above its bound")
def band_above_bound(self, bands, value):
    reached = [band for band in bands if value > number(band["at_least"])]
    return Oracle.band_marks(self, reached, value)


@_bend("band_marks", "below the lowest band the marks of the lowest band are given")
def band_below_lowest(self, bands, value):
    lowest = min(bands, key=lambda band: number(band["at_least"]))
    return Oracle.band_marks(self, bands, max(value, number(lowest["at_least"])))


@_bend("yields", "a derived number is taken as marks")
def derived_is_marks(self, criterion, fact):
    if criterion["kind"] == "derived":
        return min(max(fact, Fraction(0)), number(criterion["full_marks"]))
    return Oracle.yields(self, criterion, fact)


@_bend("too_few", "least_voters is ignored")
def least_voters_ignored(self, criterion, ballot):
    return sum(ballot) == 0


@_bend("too_few", "a ballot needs more than least_voters")
def least_voters_exceeded(self, criterion, ballot):
    return sum(ballot) <= int(criterion.get("least_voters", "1"))


@_bend("small_ballot", "a ballot of too few is n/a")
def small_ballot_is_na(self, stage):
    return Verdict(NOT_APPLICABLE, stage)


@_bend("conflict", "two different ballots of too few are missing, not disputed")
def small_ballots_are_missing(self, criterion, stage, facts):
    if criterion["kind"] == "ballot" and all(self.too_few(criterion, fact) for fact in facts):
        return Verdict(MISSING, stage)
    return Verdict(DISPUTED, stage)


@_bend("ballot_marks", "what a ballot yields is rounded to hundredths")
def ballot_in_hundredths(self, criterion, ballot):
    return _hundredths(Oracle.ballot_marks(self, criterion, ballot))


@_bend("ballot_marks", "a ballot yields the share of its best grade")
def ballot_best_share(self, criterion, ballot):
    return number(criterion["full_marks"]) * Fraction(ballot[0], sum(ballot))


# Parts


@_bend("part_weight", "a part's default weight counts applicable criteria only")
def weight_of_applicable(self, part, row):
    if "weight" in part:
        return number(part["weight"])
    applicable = (c for c in criteria_below(part) if row.verdicts[c["id"]].agreed is not None)
    return sum(map(_full_marks, applicable), Fraction(0))


@_bend("part_weight", "a part's default weight is 1")
def part_weight_one(self, part, row):
    return number(part.get("weight", "1"))


@_bend("part_weight", "a part's default weight counts its own criteria only")
def part_weight_of_own(self, part, row):
    if "weight" in part:
        return number(part["weight"])
    return sum(map(_full_marks, part.get("criteria", [])), Fraction(0)) or Fraction(1)


@_bend("part_weight", "a part's default weight is the sum of its criteria's weights")
def part_weight_of_weights(self, part, row):
    if "weight" in part:
        return number(part["weight"])
    return sum(map(self.criterion_weight, criteria_below(part)), Fraction(0))


@_bend("part_weight", "a part's custom weight is ignored")
def part_weight_ignored(self, part, row):
    return self.full_marks(part)


@_bend("criterion_weight", "a criterion's custom weight is ignored")
def criterion_weight_ignored(self, criterion):
    return number(criterion["full_marks"])


@_bend("criterion_weight", "a criterion's default weight is 1")
def criterion_weight_one(self, criterion):
    return number(criterion.get("weight", "1"))


@_bend("criterion_weight", "weights are rounded to hundredths")
def weights_in_hundredths(self, criterion):
    return _hundredths(Oracle.criterion_weight(self, criterion)) or Fraction(1, 100)


@_bend("criterion", "an inapplicable criterion keeps its weight")
def na_keeps_weight(self, criterion, row):
    return Oracle.criterion(self, criterion, row) or Fraction(0)


@_bend("part", "a part without an applicable child is 0")
def empty_part_as_zero(self, node, row):
    value = Oracle.part(self, node, row)
    return Fraction(0) if value is None and node is not row.criteria else value


@_bend("part", "a unit to which nothing applies has score 0")
def nothing_applies_as_zero(self, node, row):
    value = Oracle.part(self, node, row)
    return Fraction(0) if value is None and node is row.criteria else value


@_bend("part", "the value of a part is rounded to hundredths of a percent on the way")
def parts_rounded(self, node, row):
    value = Oracle.part(self, node, row)
    return value if value is None or node is row.criteria else _hundredths(value * 100) / 100


@_bend("adjustment", "adjustments of an inapplicable part count at the root")
def na_adjustments_at_root(self, node, row):
    own = Oracle.adjustment(self, node, row)
    if node is not row.criteria:
        return own
    empty = [
        part
        for _, part in parts_below(node)
        if all(row.verdicts[c["id"]].agreed is None for c in criteria_below(part))
    ]
    return own + sum((Oracle.adjustment(self, part, row) for part in empty), Fraction(0))


@_bend("adjustment_base", "adjustments of a part are divided by 100")
def adjustments_by_100(self, node, row):
    return Fraction(100)


@_bend("adjustment_base", "adjustments of the root are divided by the full marks of the set")
def root_adjustments_by_full_marks(self, node, row):
    return self.full_marks(node)


@_bend("adjustment_base", "adjustments are divided by the full marks of applicable criteria")
def adjustments_by_applicable(self, node, row):
    applicable = (c for c in criteria_below(node) if row.verdicts[c["id"]].agreed is not None)
    return Fraction(100) if node is row.criteria else sum(map(_full_marks, applicable), Fraction(0))


@_bend("adjustment_base", "adjustments are divided by the part's weight")
def adjustments_by_weight(self, node, row):
    return Fraction(100) if node is row.criteria else self.part_weight(node, row)


@_bend("amount", "most is ignored")
def most_ignored(self, adjustment, count):
    return number(adjustment["each"]) * count


@_bend("amount", "most limits the count, not the marks")
def most_limits_count(self, adjustment, count):
    return number(adjustment["each"]) * min(count, number(adjustment.get("most", "1000000")))


@_bend("amount", "an adjustment counts once, however often it happened")
def adjustment_once(self, adjustment, count):
    return Oracle.amount(self, adjustment, min(count, Fraction(1)))


@_bend("signed", "deductions are added")
def deductions_added(self, adjustment, row):
    return abs(Oracle.signed(self, adjustment, row))


@_bend("signed", "bonuses are ignored")
def bonuses_ignored(self, adjustment, row):
    return min(Oracle.signed(self, adjustment, row), Fraction(0))


@_bend("clip", "nothing is clipped at 0")
def unclipped_below(self, value, node, row):
    return min(value, self.ceiling(node, row))


@_bend("clip", "nothing is clipped at the ceiling")
def unclipped_above(self, value, node, row):
    return max(value, Fraction(0))


@_bend("clip", "only the root is clipped")
def clipped_at_root_only(self, value, node, row):
    return Oracle.clip(self, value, node, row) if node is row.criteria else value


@_bend("clip", "the root is not clipped")
def root_unclipped(self, value, node, row):
    return value if node is row.criteria else Oracle.clip(self, value, node, row)


@_bend("ceiling", "the ceiling of every part is 100")
def part_ceiling_ignored(self, node, row):
    return Oracle.ceiling(self, node, row) if node is row.criteria else Fraction(1)


@_bend("ceiling", "the ceiling of the score is 100")
def score_ceiling_ignored(self, node, row):
    return Fraction(1) if node is row.criteria else Oracle.ceiling(self, node, row)


@_bend("ceiling", "a part's ceiling above 100 is 100")
def ceiling_at_most_100(self, node, row):
    return min(Oracle.ceiling(self, node, row), Fraction(1))


@_bend("adjusted", "bonuses are clipped at the ceiling before deductions are taken")
def clipped_between(self, value, node, row):
    signed = [self.signed(adjustment, row) for adjustment in node.get("adjustments", [])]
    bonuses = sum(amount for amount in signed if amount > 0)
    deductions = sum(amount for amount in signed if amount < 0)
    base = self.adjustment_base(node, row)
    return min(value + bonuses / base, self.ceiling(node, row)) + deductions / base


# Rounding


@_bend("rounded", "half_up is taken as half_even")
def half_up_as_half_even(self, value):
    return self.round_by({"half_up": "half_even"}.get(self.rounding, self.rounding), value)


@_bend("rounded", "half_even is taken as half_up")
def half_even_as_half_up(self, value):
    return self.round_by({"half_even": "half_up"}.get(self.rounding, self.rounding), value)


@_bend("rounded", "up is taken as half_up")
def up_as_half_up(self, value):
    return self.round_by({"up": "half_up"}.get(self.rounding, self.rounding), value)


@_bend("rounded", "scores are truncated")
def truncated(self, value):
    return Fraction(math.floor(value * 10**self.decimals), 10**self.decimals)


@_bend("rounded", "scores are rounded twice, first to one decimal more")
def rounded_twice(self, value):
    finer = 10 ** (self.decimals + 1)
    return Oracle.rounded(self, Fraction(math.floor(value * finer + Fraction(1, 2)), finer))


@_bend("rounded", "scores are rounded as floats")
def rounded_as_float(self, value):
    return Fraction(str(round(float(value), self.decimals)))


@_bend("round_by", "decimals are always two")
def always_two_decimals(self, rounding, value):
    return _hundredths(value)


# Stars


@_bend("cut_on", "stars are cut on the exact score")
def cut_unrounded(self, row):
    return row.exact


@_bend("reaches", "a star needs more than its bound")
def cut_above_bound(self, score, cut_point):
    return score > number(cut_point["at_least"])


@_bend("stars_of", "below the lowest cut point the lowest stars are given")
def lowest_stars_for_all(self, score):
    return Oracle.stars_of(self, score) or min(int(c["stars"]) for c in self.cut_points)


@_bend("gated", "of several gates the highest wins")
def gates_highest_wins(self, stars, caps):
    return min(stars, max(caps))


@_bend("gated", "of several gates the first listed wins")
def gates_first_wins(self, stars, caps):
    return min(stars, caps[0])


@_bend("gated", "a gate raises who is below it")
def gates_raise(self, stars, caps):
    return min(caps)


@_bend("gates", "the gates of the first set hold for every set")
def gates_of_first_set(self, row):
    return self.shared.get("gates", [])


@_bend("gate", "gates are ignored")
def gates_ignored(self):
    return None


@_bend("gate", "a gate that takes nothing leaves no step")
def gates_idle_unsaid(self):
    Oracle.gate(self)
    for row in self.rows:
        if len(row.steps) == 2 and row.steps[0]["stars"] == row.steps[1]["stars"]:
            row.steps.pop()


@_bend("rate", "gates come after quotas")
def gates_after_quotas(self):
    if self.cut_points:
        self.cut()
        self.limit_all()
        self.gate()


# Quotas


@_bend("places", "a quota's places are rounded half up")
def quota_half_up(self, quota, members):
    base = self.quota_base(members, int(quota["stars"]))
    return math.floor(number(quota["share"]) * base + Fraction(1, 2))


@_bend("places", "a quota has at least one place")
def quota_at_least_one(self, quota, members):
    return max(1, Oracle.places(self, quota, members))


@_bend("places", "a quota's places are computed in floats")
def quota_in_floats(self, quota, members):
    share = float(number(quota["share"]))
    return int(share * 100 / 100.0 * self.quota_base(members, int(quota["stars"])) - 1e-9)


@_bend("quota_base", "a quota is a share of ungated units")
def quota_of_ungated(self, members, stars):
    return sum(row.score is not None and not row.unit["gates"] for row in members)


@_bend("quota_base", "a quota is a share of all units, rated or not")
def quota_of_all(self, members, stars):
    return len(members)


@_bend("quota_base", "a quota is a share of those who hold the stars")
def quota_of_holders(self, members, stars):
    return sum(row.stars == stars for row in members)


@_bend("holds", "gated units take no places and keep their stars")
def quota_spares_gated(self, row, stars):
    return row.stars == stars and not row.unit["gates"]


@_bend("places", "units with higher stars take places of a quota")
def quota_counts_higher(self, quota, members):
    higher = sum(row.stars is not None and row.stars > int(quota["stars"]) for row in members)
    return max(0, Oracle.places(self, quota, members) - higher)


@_bend("kept", "ties: lower and ties: keep are swapped")
def ties_swapped(self, holders, places, ties):
    return Oracle.kept(self, holders, places, {"lower": "keep", "keep": "lower"}[ties])


@_bend("kept", "ties across the edge are broken by unit code")
def ties_by_code(self, holders, places, ties):
    return places


@_bend("kept", "with no place ties: keep keeps the best")
def ties_kept_without_place(self, holders, places, ties):
    if places == 0 and ties == "keep":
        return sum(row.score == holders[0].score for row in holders)
    return Oracle.kept(self, holders, places, ties)


@_bend("quota_score", "the best of a quota are found by exact score")
def quota_by_exact_score(self, row):
    return row.exact


@_bend("quotas", "quotas run from the lowest stars")
def quotas_lowest_first(self):
    return sorted(self.shared.get("quotas") or [], key=lambda quota: int(quota["stars"]))


@_bend("quotas", "quotas run in file order")
def quotas_in_file_order(self):
    return self.shared.get("quotas") or []


@_bend("quotas", "quotas on the same stars run in the reverse of file order")
def quotas_reversed(self):
    last_first = list(reversed(self.shared.get("quotas") or []))
    return sorted(last_first, key=lambda quota: -int(quota["stars"]))


@_bend("quotas", "only the first quota on the same stars runs")
def quotas_once_per_star(self):
    first = {quota["stars"]: quota for quota in reversed(Oracle.quotas(self))}
    return [quota for quota in Oracle.quotas(self) if first[quota["stars"]] is quota]


@_bend("next_lower", "down is one star less, be there a cut point or not")
def down_by_one(self, stars):
    return stars - 1


@_bend("next_lower", "down is to no stars")
def down_to_zero(self, stars):
    return 0


@_bend("limit_all", "units without a group are one group of a quota")
def groupless_are_a_group(self):
    for quota in self.quotas():
        groups = self.groups(quota["within"])
        grouped = {id(row) for rows in groups.values() for row in rows}
        for members in [*groups.values(), [row for row in self.rows if id(row) not in grouped]]:
            self.limit(quota, members)


@_bend("limit_all", "quotas run within the county, whatever they say")
def quotas_within_county(self):
    for quota in self.quotas():
        self.limit(quota, list(self.rows))


@_bend("superior", "a unit's superior is its township first")
def superior_township_first(self, unit):
    return unit["township"] or unit["department"]


# Ranks


@_bend("ranks", "ranks are dense: 1, 2, 2, 3")
def ranks_dense(self, scores):
    order = sorted({score for score in scores if score is not None}, reverse=True)
    return [None if score is None else 1 + order.index(score) for score in scores]


@_bend("ranks", "equals share the last of their places: 1, 3, 3, 4")
def ranks_last_of_ties(self, scores):
    return [None if s is None else sum(o is not None and o >= s for o in scores) for s in scores]


@_bend("ranks", "unrated units share the last rank")
def unrated_ranked_last(self, scores):
    last = 1 + sum(score is not None for score in scores)
    return [last if rank is None else rank for rank in Oracle.ranks(self, scores)]


@_bend("rank_score", "ranks go by exact score")
def ranks_by_exact_score(self, row):
    return row.exact


@_bend("rank_score", "a gated unit loses its rank")
def gated_unranked(self, row):
    return None if row.unit["gates"] else row.score


@_bend("rank_score", "ranks go by stars first")
def ranks_by_stars(self, row):
    return None if row.score is None else row.score + 1000 * (row.stars or 0)


# Standings and target


@_bend("round_mean", "a group's mean is truncated")
def group_mean_truncated(self, mean):
    return Fraction(math.floor(mean * 10**self.decimals), 10**self.decimals)


@_bend("group_mean", "a group's mean is that of exact scores")
def group_mean_of_exact(self, rows):
    scores = [row.exact for row in rows if row.exact is not None]
    return self.round_mean(sum(scores, Fraction(0)) / len(scores)) if scores else None


@_bend("group_mean", "unrated units count as 0 in a group's mean")
def group_mean_of_all(self, rows):
    return self.round_mean(sum((row.score or Fraction(0) for row in rows), Fraction(0)) / len(rows))


@_bend("target_base", "unrated units do not count in the target")
def target_of_rated(self, rows):
    return sum(row.score is not None for row in rows)


@_bend("meets", "the target must be exceeded")
def target_exceeded(self, k, n):
    return k > number(self.aim["share"]) * n


@_bend("meets", "the target is met when the rounded percentage meets it")
def target_by_rounded_percent(self, k, n):
    return math.floor(Fraction(100 * k, n) + Fraction(1, 2)) >= 100 * number(self.aim["share"])


@_bend("is_at_target", "only units with exactly the target's stars count")
def target_of_equal_stars(self, stars):
    return stars == int(self.aim["stars"])


@_bend("at_target", "gated units do not count towards the target")
def target_without_gated(self, rows):
    return Oracle.at_target(self, [row for row in rows if not row.unit["gates"]])
