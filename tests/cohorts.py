"""Random cohorts that try to break a scorer: valid, small, and full of edges.

The same seed gives the same cohort. Cut points lie on scores that units really have, and many units share the
marks of another, so that edges and ties are common and not a stroke of luck.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count

from tests.oracle import (
    MODERATION,
    NA,
    Oracle,
    adjustments_below,
    criteria_below,
    number,
    oracle,
    parts_below,
)

DOMAINS = ("rural", "office", "community", "new_sector", "enterprise", "school", "hospital")
TOWNSHIPS = ("西山镇", "东河镇", "北岭乡", "Southgate")
DEPARTMENTS = ("教育局", "卫健委", "国资委")
STAGES = (
    ["self", "superior", "county"],
    ["self", "superior", "county"],
    ["superior", "county"],
    ["county"],
    ["self", "superior", "county", "复核"],
)
DEEPEST = 6
ODD_WEIGHTS = ("1/3", "2/7", "13/11", "4.043478260869565", "20", "35", "65", "0.5", "12.25")
SOURCES = (
    "late_meetings",
    "mean_member_points",
    "three_star_share",
    "three_star_rise",
    "weak_branches_mended",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Criteria sets as nested dicts of strings, units and marks as rows of strings."""

    sets: list[dict]
    units: list[dict]
    marks: list[dict]


def cohort(seed: int) -> Cohort:
    """Return the cohort of *seed*: 20 to 40 units, one to three criteria sets that agree where they must."""
    rng = random.Random(seed)
    sets = _sets(rng)
    units = _units(rng, sets)
    marks = _marks(rng, sets, units)
    if rng.random() < 0.95:
        _add_stars(rng, sets, units, marks)
    return Cohort(sets=sets, units=units, marks=marks)


def situations(cohort: Cohort) -> Counter[str]:
    """Count the units of *cohort* in each situation, and `units` and `rated` themselves.

    `disputed` units are unrated by a dispute; all others are counted only while the unit is rated:

    - `moderated`: moderation decides something.
    - `na_nested`: a criterion below a part of depth 2 or more is n/a; `na_part_nested`: all below one are.
    - `clipped_low`, `clipped_high`, `clipped` (either): some part or the root leaves 0 or its ceiling.
    - `tied_at_edge`: one of those tied across a quota's edge.
    - `wide`: a numerator or denominator of a part's fully reduced value does not fit into 63 bits.
    - `wide_unreduced`: some intermediate numerator or denominator exceeds 2**63 when the weighted means,
      without adjustments, are computed as pairs by plain products of denominators, nothing ever reduced.
    """
    trace: dict[str, set[str]] = {}
    answer = oracle(cohort.sets, cohort.units, cohort.marks, trace=trace)
    sets = {f"{document['id']}@{document['version']}": document for document in cohort.sets}
    counts = Counter(units=len(cohort.units))
    for row in answer["units"]:
        seen = trace.get(row["unit"], set())
        if "rated" not in seen:
            counts.update(seen & {"disputed"})
            continue
        agreed = {line["criterion"]: line["agreed"] for line in row["lines"]}
        _, widest = _unreduced(sets[row["criteria"]], agreed)
        counts.update(seen | ({"wide_unreduced"} if widest > 2**63 else set()))
        counts["clipped"] += bool(seen & {"clipped_low", "clipped_high"})
    return counts


def as_yaml(document: dict, rng: random.Random | None = None) -> str:
    """Return *document* as YAML, every scalar double-quoted, the keys of mappings shuffled by *rng*."""
    return json.dumps(_shuffled(document, rng) if rng else document, ensure_ascii=False, indent=1) + "\n"


def _shuffled(node: object, rng: random.Random) -> object:
    if isinstance(node, list):
        return [_shuffled(item, rng) for item in node]
    if isinstance(node, dict):
        keys = rng.sample(list(node), len(node))
        return {key: _shuffled(node[key], rng) for key in keys}
    return node


def _unreduced(node: dict, agreed: dict[str, str | None]) -> tuple[tuple[int, int] | None, int]:
    """Return the mean of *node* as an unreduced pair, None if nothing applies, and the widest number met."""
    children = []
    widest = 0
    for criterion in node.get("criteria", []):
        mark = agreed[criterion["id"]]
        if mark is not None:
            weight = _pair(criterion.get("weight", criterion["full_marks"]))
            children.append((weight, _times(_pair(mark), _pair(criterion["full_marks"])[::-1])))
    for part in node.get("parts", []):
        value, wide = _unreduced(part, agreed)
        widest = max(widest, wide)
        if value is not None:
            children.append((_weight_pair(part), value))
    if not children:
        return None, widest
    total, weights = (0, 1), (0, 1)
    for weight, value in children:
        total, weights = _plus(total, _times(weight, value)), _plus(weights, weight)
        widest = max(widest, *total, *weights)
    mean = _times(total, weights[::-1])
    return mean, max(widest, *mean)


def _weight_pair(part: dict) -> tuple[int, int]:
    if "weight" in part:
        return _pair(part["weight"])
    total = (0, 1)
    for criterion in criteria_below(part):
        total = _plus(total, _pair(criterion["full_marks"]))
    return total


def _pair(text: str) -> tuple[int, int]:
    """Return `1/3` as 1, 3 and `2.50` as 250, 100."""
    if "/" in text:
        numerator, denominator = text.split("/")
        return int(numerator), int(denominator)
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), 10 ** len(decimals)


def _times(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] * b[0], a[1] * b[1]


def _plus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] * b[1] + b[0] * a[1], a[1] * b[1]


def _chance(rng: random.Random, likelihood: float) -> bool:
    return rng.random() < likelihood


def _plain(hundredths: int) -> str:
    """Return hundredths as a plain decimal: 250 is `2.5`."""
    return format((Decimal(hundredths) / 100).normalize(), "f")


def _hundredths(text: str) -> int:
    return int(number(text) * 100)


# Criteria sets


def _sets(rng: random.Random) -> list[dict]:
    size = rng.choices([1, 2, 3], [75, 15, 10])[0]
    domains = rng.sample(DOMAINS, rng.randint(size, 4))
    score = _score(rng)
    sets = []
    for at in range(size):
        document = _document(rng, at, score)
        if size > 1 or _chance(rng, 0.5):
            document["domains"] = domains[at::size]
        sets.append(document)
    return sets


def _score(rng: random.Random) -> dict:
    score = {}
    if _chance(rng, 0.85):
        score["decimals"] = rng.choice("00011234")
    if _chance(rng, 0.8):
        score["rounding"] = rng.choice(["half_up", "half_even", "half_even", "up"])
    if _chance(rng, 0.45):
        score["ceiling"] = rng.choice(["120", "150", "110", "95", "88.5", "75", "100"])
    return score


def _document(rng: random.Random, at: int, score: dict) -> dict:
    document = {
        "id": f"set{at}",
        "version": rng.choice(["2026.1", "2026.10", "1"]),
        "title": {"zh": f"标准{at}"},
    }
    if _chance(rng, 0.3):
        document["kind"] = "assessment"
    if score:
        document["score"] = dict(score)
    stages = rng.choice(STAGES)
    if stages is not STAGES[0]:
        document["stages"] = list(stages)
    if _chance(rng, 0.7):
        document["decided_from"] = rng.choice(stages)
    if _chance(rng, 0.8):
        document["agreement"] = _agreement(rng)
    style = rng.choices(["plain", "odd", "wide"], [4, 3, 3])[0]
    size = rng.choice([1, 2, 3, 4, 6, 6, 8, 12])
    if score.get("decimals") == "0" and _chance(rng, 0.35):
        style, size = "halves", 2
    _Tree(rng, style).fill(document, size, 0)
    return document


def _agreement(rng: random.Random) -> dict:
    agreement = {"rule": rng.choice(["mean", "median", "trimmed_mean", "trimmed_mean"])}
    if _chance(rng, 0.6):
        agreement["disagreement"] = rng.choice(["20%", "1/3", "0.1", "5%"])
    return agreement


class _Tree:
    """Grows the parts, criteria and adjustments of one set.

    The style says how it weighs: `plain` by full marks, `odd` by fractions, `wide` by long decimals; `halves` is
    made of equal criteria, so that scores lie exactly between two whole ones.
    """

    def __init__(self, rng: random.Random, style: str) -> None:
        self.rng = rng
        self.style = style
        self.numbers = count(1)
        self.bonus_rate = rng.choice([0.1, 0.4, 0.7])
        self.crowded = rng.choice([0.2, 0.5])

    def fill(self, node: dict, size: int, depth: int) -> None:
        """Give *node* exactly *size* criteria, its own and those of parts below it."""
        sizes = self.part_sizes(size, depth)
        own = size - sum(sizes)
        if own:
            node["criteria"] = [self.criterion() for _ in range(own)]
        if sizes:
            node["parts"] = [self.part(below, depth + 1) for below in sizes]
        if _chance(self.rng, self.bonus_rate):
            full = sum(_hundredths(criterion["full_marks"]) for criterion in criteria_below(node))
            node["adjustments"] = [
                self.adjustment(full if depth else 10000) for _ in range(self.rng.choice([1, 2, 2, 3]))
            ]

    def part_sizes(self, size: int, depth: int) -> list[int]:
        rng = self.rng
        if depth == DEEPEST or _chance(rng, 0.12 * depth):
            return []
        inside = size if _chance(rng, self.crowded) else rng.randint(0, size)
        sizes = []
        while inside:
            sizes.append(inside if len(sizes) == 3 else rng.randint(1, inside))
            inside -= sizes[-1]
        return sizes

    def part(self, size: int, depth: int) -> dict:
        rng = self.rng
        part = {"id": f"p{next(self.numbers)}"}
        if _chance(rng, 0.5):
            part["title"] = {"zh": "组织队伍强", "en": "Strong organisation"}
        self.weigh(part)
        if _chance(rng, 0.3):
            part["ceiling"] = rng.choice(["60", "75", "90", "100", "110", "130", "82.5"])
        self.fill(part, size, depth)
        return part

    def weigh(self, node: dict) -> None:
        rng = self.rng
        if self.style == "odd" and _chance(rng, 0.5):
            node["weight"] = rng.choice(ODD_WEIGHTS)
        elif self.style == "wide" and _chance(rng, 0.7):
            node["weight"] = f"{rng.randint(1, 39)}.{rng.randrange(10**14 + 1, 10**15, 2)}"
        elif self.style != "halves" and _chance(rng, 0.1):
            node["weight"] = str(rng.randint(1, 100))

    def adjustment(self, full: int) -> dict:
        """An adjustment that now and then is large beside the *full* marks of its part."""
        rng = self.rng
        each = rng.choice([50, 100, 200, 100, 33, max(1, full // 3), max(1, full // 10)])
        adjustment = {
            "id": f"a{next(self.numbers)}",
            "kind": rng.choice(["bonus", "deduction"]),
            "each": _plain(each),
        }
        if _chance(rng, 0.5):
            adjustment["most"] = _plain(rng.choice([each, 2 * each, each + 50, max(1, each // 2)]))
        return adjustment

    def criterion(self) -> dict:
        rng = self.rng
        if self.style == "halves":
            return {"id": f"c{next(self.numbers)}", "kind": "judged", "full_marks": "10"}
        kind = rng.choices(["judged", "levels", "measured", "ballot", "derived"], [40, 15, 20, 15, 10])[0]
        criterion = {"id": f"{rng.choice(['c', '指标', 'c-', 'c.'])}{next(self.numbers)}", "kind": kind}
        if _chance(rng, 0.2):
            criterion["title"] = {"zh": "按期换届"}
        criterion["full_marks"] = rng.choice(["1", "2", "2.5", "5", "5", "10", "10", "12", "20", "7", "100"])
        getattr(self, f"add_{kind}")(criterion)
        self.weigh(criterion)
        return criterion

    def add_judged(self, criterion: dict) -> None:
        step = self.rng.choice([None, None, "1", "0.1", "0.25", "0.01", "0.30"])
        if step:
            criterion["step"] = step
            full, steps = _hundredths(criterion["full_marks"]), _hundredths(step)
            criterion["full_marks"] = _plain(-(-full // steps) * steps)

    def add_levels(self, criterion: dict) -> None:
        full = _hundredths(criterion["full_marks"])
        lower = self.rng.sample(range(0, full, max(1, full // 8)), self.rng.randint(1, 3))
        marks = [full, *sorted(lower, reverse=True)]
        criterion["levels"] = [{"marks": _plain(mark), "when": {"zh": f"达到{mark}"}} for mark in marks]

    def add_measured(self, criterion: dict) -> None:
        low, high = self.rng.choice([(0, 100), (60, 100), (10000, 90000), (-5, 15), (1, 4)])
        if _chance(self.rng, 0.5):
            ends = [str(low), str(high)]
            self.rng.shuffle(ends)
            criterion["line"] = {"from": ends[0], "to": ends[1]}
            return
        bounds = [str(low), str(high), f"{low + 1}.125", f"{high - 1}.5"]
        bounds = self.rng.sample(bounds, self.rng.randint(1, 4))
        full = _hundredths(criterion["full_marks"])
        marks = [full, *(self.rng.randrange(0, full + 1, max(1, full // 8)) for _ in bounds[1:])]
        criterion["bands"] = [
            {"at_least": bound, "marks": _plain(mark)} for bound, mark in zip(bounds, marks, strict=True)
        ]
        if _chance(self.rng, 0.5):
            criterion["unit"] = "元"

    def add_derived(self, criterion: dict) -> None:
        criterion["source"] = self.rng.choice(SOURCES)
        self.add_measured(criterion)

    def add_ballot(self, criterion: dict) -> None:
        rng = self.rng
        names = ["excellent", "qualified", "basic", "unqualified"][: rng.randint(2, 4)]
        worth = sorted(rng.sample(range(0, 100, 10), len(names) - 1), reverse=True)
        criterion["grades"] = [
            {"id": name, "worth": str(value)} for name, value in zip(names, [100, *worth], strict=True)
        ]
        if _chance(rng, 0.75):
            criterion["least_voters"] = str(rng.choice([1, 3, 3, 5, 6]))
        if _chance(rng, 0.4):
            criterion["best_share_most"] = rng.choice(["1/3", "50%", "0.3"])


# Units


def _units(rng: random.Random, sets: list[dict]) -> list[dict]:
    domains = sorted({domain for document in sets for domain in document.get("domains", [])})
    domains = domains or rng.sample(DOMAINS, rng.randint(1, 3))
    townships = TOWNSHIPS[: rng.randint(1, 4)]
    departments = DEPARTMENTS[: rng.randint(1, 3)]
    codes = rng.sample(range(1, 200), int(rng.triangular(20, 41, 20)))
    return [
        {
            "unit": f"{rng.choice(['u', 'U', '村', 'u-'])}{code}",
            "name": f"第{code}党支部",
            "domain": rng.choice(domains),
            **_superiors(rng, townships, departments),
            "gates": "",
        }
        for code in codes
    ]


def _superiors(rng: random.Random, townships: tuple, departments: tuple) -> dict[str, str]:
    has_township = _chance(rng, 0.8)
    has_department = not has_township or _chance(rng, 0.4)
    return {
        "township": rng.choice(townships) if has_township else "",
        "department": rng.choice(departments) if has_department else "",
    }


# Marks


def _marks(rng: random.Random, sets: list[dict], units: list[dict]) -> list[dict]:
    clerks = [_Clerk(rng, document) for document in sets]
    alike = rng.choice([2, 3, 4, 6])
    profiles = [[clerk.profile() for _ in range(alike)] for clerk in clerks]
    unsettled = rng.choice([0, 0.1, 0.2, 0.2, 0.25, 0.3])
    marks = []
    for unit in units:
        at = next(i for i, s in enumerate(sets) if unit["domain"] in s.get("domains", [unit["domain"]]))
        sheet = dict(rng.choice(profiles[at]))
        clerks[at].alter(sheet, unsettled)
        marks += [
            {"unit": unit["unit"], "criterion": item, "stage": stage, "evaluator": evaluator, "mark": mark}
            for item, rows in sheet.items()
            for stage, evaluator, mark in rows
        ]
    if _chance(rng, 0.5):
        rng.shuffle(marks)
    return marks


class _Clerk:
    """Fills the sheets of one criteria set; a sheet holds, by item, rows of stage, evaluator and mark."""

    def __init__(self, rng: random.Random, document: dict) -> None:
        self.rng = rng
        self.document = document
        self.stages = document.get("stages", ["self", "superior", "county"])
        self.first = self.stages.index(document.get("decided_from", self.stages[0]))
        self.criteria = list(criteria_below(document))
        self.adjustments = list(adjustments_below(document))
        self.parts = list(parts_below(document))
        self.rates = rng.choice([(0.1, 0.1, 0.1), (0.25, 0.2, 0.15), (0.05, 0.3, 0.3)])

    def profile(self) -> dict[str, list[tuple]]:
        sheet = {criterion["id"]: self.rows(criterion) for criterion in self.criteria}
        for adjustment in self.adjustments:
            if _chance(self.rng, 0.75):
                sheet[adjustment["id"]] = self.rows(adjustment)
        return sheet

    def alter(self, sheet: dict[str, list[tuple]], unsettled: float) -> None:
        """Make one unit differ from its profile: other marks, n/a, moderation, and sometimes no rating."""
        rng = self.rng
        na, part_na, moderated = self.rates
        if _chance(rng, 0.15):
            criterion = rng.choice(self.criteria)
            sheet[criterion["id"]] = self.rows(criterion)
        if _chance(rng, na):
            self.leave_out(sheet, rng.sample(self.criteria, 1))
        if self.parts and _chance(rng, part_na):
            _, part = rng.choice([p for p in self.parts if p[0] >= 2] or self.parts)
            self.leave_out(sheet, list(criteria_below(part)))
        elif _chance(rng, 0.01):
            self.leave_out(sheet, self.criteria)
        if _chance(rng, moderated):
            self.moderate(sheet, rng.choice(self.criteria + self.adjustments))
        if _chance(rng, unsettled):
            self.unsettle(sheet)
            if _chance(rng, 0.3):
                self.unsettle(sheet)

    def unsettle(self, sheet: dict[str, list[tuple]]) -> None:
        ballots = [criterion for criterion in self.criteria if criterion["kind"] == "ballot"]
        item = self.rng.choice(ballots * 2 + self.criteria + self.adjustments)
        sheet[item["id"]] = self.disputed(item) if _chance(self.rng, 0.6) else self.wanting(item)

    def leave_out(self, sheet: dict[str, list[tuple]], criteria: list[dict]) -> None:
        for criterion in criteria:
            sheet[criterion["id"]] = [
                row for at in self.reached() for row in self.stage(at, [NA] * self.rng.randint(1, 2))
            ]

    def moderate(self, sheet: dict[str, list[tuple]], item: dict) -> None:
        """Settle marks, a dispute, or nothing at all by a moderation."""
        rng = self.rng
        before = rng.choice([sheet.get(item["id"], []), self.disputed(item), self.disputed(item), []])
        mark = NA if "each" not in item and _chance(rng, 0.15) else self.mark(item)
        sheet[item["id"]] = [*before, (MODERATION, "moderator", mark)]

    def rows(self, item: dict) -> list[tuple]:
        return [row for at in self.reached() for row in self.stage(at, self.agreeing(item))]

    def reached(self) -> list[int]:
        """Some stages, the last of which may decide."""
        last = self.rng.randint(self.first, len(self.stages) - 1)
        return [i for i in range(last) if _chance(self.rng, 0.3)] + [last]

    def stage(self, at: int, marks: list[str]) -> list[tuple]:
        name = self.stages[at]
        return [(name, f"{name}{i}", mark) for i, mark in enumerate(marks, start=1)]

    def agreeing(self, item: dict) -> list[str]:
        """One to four opinions, or the same fact up to three times, not always written alike."""
        rng = self.rng
        if item["kind"] in ("judged", "levels"):
            return [self.mark(item) for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))]
        fact = self.mark(item)
        return [fact, *(self.rewritten(item, fact) for _ in range(rng.choice([0, 0, 0, 1, 2])))]

    def rewritten(self, item: dict, fact: str) -> str:
        if _chance(self.rng, 0.5) or "each" in item:
            return fact
        if item["kind"] != "ballot":
            return fact + "0" if "." in fact else fact + ".0"
        return ";".join(pair for pair in reversed(fact.split(";")) if not pair.endswith("=0"))

    def disputed(self, item: dict) -> list[tuple]:
        """Rows whose deciding stage holds two different facts, or a mark and an n/a."""
        at = self.reached()[-1]
        mark = self.mark(item)
        may_be_na = "each" not in item
        against_na = item["kind"] in ("judged", "levels") or (may_be_na and _chance(self.rng, 0.4))
        marks = [mark, NA if against_na else self.other(item, mark)]
        self.rng.shuffle(marks)
        return self.stage(at, marks)

    def other(self, item: dict, mark: str) -> str:
        if item["kind"] != "ballot":
            return format(Decimal(mark) + 1, "f")
        counts = dict(pair.split("=") for pair in mark.split(";"))
        worst = item["grades"][-1]["id"]
        counts[worst] = str(int(counts.get(worst, "0")) + 1)
        return ";".join(f"{grade}={votes}" for grade, votes in counts.items())

    def wanting(self, item: dict) -> list[tuple]:
        """Rows that leave a criterion missing; of an adjustment, rows that count as 0."""
        least = int(item.get("least_voters", "1"))
        if least > 1 and _chance(self.rng, 0.7):
            votes = self.rng.sample(range(1, least), self.rng.randint(1, min(2, least - 1)))
            worst = item["grades"][-1]["id"]
            return self.stage(self.reached()[-1], [f"{worst}={n}" for n in votes])
        if self.first and _chance(self.rng, 0.6):
            return self.stage(self.rng.randrange(self.first), self.agreeing(item))
        return []

    def mark(self, item: dict) -> str:
        """One valid mark, count, number or ballot; the better half is the likelier."""
        rng = self.rng
        if "each" in item:
            return str(rng.choice([0, 1, 1, 2, 3, 5]))
        return getattr(self, f"mark_{item['kind']}")(item)

    def mark_judged(self, criterion: dict) -> str:
        step = _hundredths(criterion.get("step", "0.5"))
        steps = _hundredths(criterion["full_marks"]) // step
        share = self.rng.choice([0, 0.5, 0.6, 0.75, 0.8, 0.9, 1, 1, self.rng.random()])
        mark = int(steps * share) * step
        return f"{mark / 100:.2f}" if _chance(self.rng, 0.1) else _plain(mark)

    def mark_levels(self, criterion: dict) -> str:
        return self.rng.choice([*criterion["levels"], criterion["levels"][0]])["marks"]

    def mark_measured(self, criterion: dict) -> str:
        rng = self.rng
        bounds = [Decimal(band["at_least"]) for band in criterion.get("bands", [])]
        bounds += [Decimal(end) for end in criterion.get("line", {}).values()]
        low, high = min(bounds), max(bounds)
        between = (low + (high - low) * rng.randint(0, 1000) / 1000).quantize(Decimal("0.001"))
        value = rng.choice([*bounds, high, between, between, low - 1, high + Decimal("2.0005")])
        return format(value, "f")

    def mark_derived(self, criterion: dict) -> str:
        return self.mark_measured(criterion)

    def mark_ballot(self, criterion: dict) -> str:
        """A ballot of enough voters, the best grade within its share; some grades of 0 are omitted."""
        rng = self.rng
        voters = max(rng.choice([1, 3, 6, 7, 29, 40]), int(criterion.get("least_voters", "1")))
        names = [grade["id"] for grade in criterion["grades"]]
        votes = dict.fromkeys(names, 0)
        votes[names[0]] = int(voters * Fraction(rng.choice([0, 1, 2, 3, 3]), 3))
        if "best_share_most" in criterion:
            votes[names[0]] = min(votes[names[0]], int(voters * number(criterion["best_share_most"])))
        left = voters - votes[names[0]]
        votes[names[1]] += rng.randint(left // 2, left)
        votes[names[-1]] += voters - sum(votes.values())
        named = [name for name in names if votes[name] or name == names[0] or _chance(rng, 0.5)]
        return ";".join(f"{name}={votes[name]}" for name in named)


# Stars


def _add_stars(rng: random.Random, sets: list[dict], units: list[dict], marks: list[dict]) -> None:
    """Add what makes stars of scores, the same to every set but for the gates."""
    cut_points = _cut_points(rng, *_seen(sets, units, marks))
    stars = [cut_point["stars"] for cut_point in cut_points]
    quotas = _quotas(rng, stars) if _chance(rng, 0.9) else None
    target = {"stars": rng.choice(stars), "share": rng.choice(["60%", "1/3", "0.5", "12.5%", "75%", "1"])}
    with_target = _chance(rng, 0.9)
    for document in sets:
        document["cut_points"] = [dict(cut_point) for cut_point in cut_points]
        if quotas:
            document["quotas"] = [dict(quota) for quota in quotas]
        if with_target:
            document["target"] = dict(target)
        _add_gates(rng, document, units, stars)


def _seen(sets: list[dict], units: list[dict], marks: list[dict]) -> tuple[list[int], int]:
    """Return printed scores of some units and the best exact score that every set reaches, in hundredths."""
    printed, best = [], []
    for document in sets:
        own = [unit for unit in units if unit["domain"] in document.get("domains", [unit["domain"]])]
        rows = [row for row in Oracle([document], own[:12], marks).rows if row.score is not None]
        printed += [int(row.score * 100) for row in rows]
        best.append(max((int(row.exact * 100) for row in rows), default=0))
    return sorted(set(printed)), min(best)


def _cut_points(rng: random.Random, scores: list[int], best: int) -> list[dict]:
    """Cut points on scores that occur, or just above them, all within reach."""
    bounds = {0} if _chance(rng, 0.4) else set()
    bounds |= {rng.choice(scores) + rng.choice([0, 0, 0, 1]) for _ in range(rng.randint(1, 9)) if scores}
    within = sorted(bound for bound in bounds if bound <= best)[-7:] or [best]
    stars = sorted(rng.sample(range(1, 8), len(within)) if _chance(rng, 0.5) else range(1, len(within) + 1))
    cut_points = [
        {"stars": str(star), "at_least": _plain(bound)} for star, bound in zip(stars, within, strict=True)
    ]
    return cut_points if _chance(rng, 0.2) else cut_points[::-1]


def _quotas(rng: random.Random, stars: list[str]) -> list[dict]:
    within = ("county", "domain", "township", "department", "superior")
    quotas = {}
    for _ in range(rng.randint(1, 4)):
        quota = {
            "stars": rng.choice([*stars, *(star for star, _ in quotas)]),
            "share": rng.choice(["30%", "1/3", "0.5", "20%", "10%", "25%", "2/7"]),
            "within": rng.choice(within),
        }
        if _chance(rng, 0.7):
            quota["ties"] = rng.choice(["lower", "keep", "keep"])
        quotas[quota["stars"], quota["within"]] = quota
    return list(quotas.values())


def _add_gates(rng: random.Random, document: dict, units: list[dict], stars: list[str]) -> None:
    if _chance(rng, 0.3):
        return
    gates = [{"id": f"gate{i}", "highest_stars": rng.choice(["0", *stars])} for i in range(rng.randint(1, 3))]
    document["gates"] = gates
    for unit in units:
        if unit["domain"] in document.get("domains", [unit["domain"]]) and _chance(rng, 0.2):
            unit["gates"] = ";".join(g["id"] for g in rng.sample(gates, rng.randint(1, len(gates))))
