"""The criteria that are scored: one sheet of six parts, and seven sets for a county, one a domain.

Marks are integers of half-marks, the step in which evaluators mark; weights are whole numbers.
"""

import json
from dataclasses import dataclass, replace
from functools import cached_property

from scoring.criteria.loader import load
from scoring.criteria.model import CriteriaSet

CUT_POINTS = {5: 90, 4: 80, 3: 70, 2: 60, 1: 0}
GATES = {"weak_branch": 2, "disciplined": 0}
QUOTA_STARS, QUOTA_PERCENT = 5, 30
TARGET_STARS, TARGET_PERCENT = 3, 60
DISAGREEMENT_PERCENT = 80
"""More than any evaluators of the made-up marks lie apart, so that nothing stands in the way of publishing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentPlan:
    """A bonus (*sign* 1) or deduction (*sign* -1) of *each* half-marks a time, at most *most*."""

    id: str
    sign: int
    each: int
    most: int | None = None

    def half_marks(self, count: int) -> int:
        size = self.each * count
        return self.sign * (size if self.most is None else min(size, self.most))

    def document(self) -> dict:
        kind = "bonus" if self.sign > 0 else "deduction"
        most = {} if self.most is None else {"most": marks_text(self.most)}
        return {"id": self.id, "kind": kind, "each": marks_text(self.each), **most}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A part: its weight, its criteria's full marks and, where they are not the same, their weights."""

    weight: int
    full: tuple[int, ...]
    adjustments: tuple[AdjustmentPlan, ...] = ()
    own_weights: tuple[int, ...] = ()

    @property
    def weights(self) -> tuple[int, ...]:
        return self.own_weights or self.full


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A criteria set. Its criteria go c1, c2 … through the parts; adjustments are the root's, then the parts'."""

    id: str
    domain: str
    parts: tuple[PartPlan, ...]
    adjustments: tuple[AdjustmentPlan, ...]
    rule: str = "mean"
    starred: bool = False

    @cached_property
    def full(self) -> tuple[int, ...]:
        return tuple(full for part in self.parts for full in part.full)

    @cached_property
    def criteria(self) -> tuple[str, ...]:
        return tuple(f"c{number}" for number in range(1, len(self.full) + 1))

    @cached_property
    def all_adjustments(self) -> tuple[AdjustmentPlan, ...]:
        return (*self.adjustments, *(own for part in self.parts for own in part.adjustments))

    def with_rule(self, rule: str) -> "Plan":
        return replace(self, rule=rule)

    def criteria_set(self) -> CriteriaSet:
        """Return the set as the product reads it from a file."""
        return load(json.dumps(self.document()).encode(), self.id, lambda _: None)

    def document(self) -> dict:
        names = iter(self.criteria)
        stars = {
            "cut_points": [{"stars": str(stars), "at_least": str(at)} for stars, at in CUT_POINTS.items()],
            "gates": [{"id": gate, "highest_stars": str(highest)} for gate, highest in GATES.items()],
            "quotas": [
                {
                    "stars": str(QUOTA_STARS),
                    "share": f"{QUOTA_PERCENT}%",
                    "within": "domain",
                    "ties": "lower",
                }
            ],
            "target": {"stars": str(TARGET_STARS), "share": f"{TARGET_PERCENT}%"},
        }
        disagreement = {"disagreement": f"{DISAGREEMENT_PERCENT}%"} if self.starred else {}
        return {
            "id": self.id,
            "version": "1",
            "title": {"zh": self.id},
            "domains": [self.domain],
            "agreement": {"rule": self.rule, **disagreement},
            "adjustments": [own.document() for own in self.adjustments],
            "parts": [
                {
                    "id": f"p{number}",
                    "weight": str(part.weight),
                    "adjustments": [own.document() for own in part.adjustments],
                    "criteria": [
                        {
                            "id": next(names),
                            "kind": "judged",
                            "full_marks": marks_text(full),
                            "weight": marks_text(weight),
                        }
                        for full, weight in zip(part.full, part.weights, strict=True)
                    ],
                }
                for number, part in enumerate(self.parts, 1)
            ],
            **(stars if self.starred else {}),
        }


def marks_text(half_marks: int) -> str:
    """Return half-marks as marks are written: 13 is `6.5`."""
    return f"{half_marks // 2}.5" if half_marks % 2 else str(half_marks // 2)


def _bonus(name: str, each: int, most: int | None = None) -> AdjustmentPlan:
    return AdjustmentPlan(id=name, sign=1, each=each, most=most)


def _deduction(name: str, each: int, most: int | None = None) -> AdjustmentPlan:
    return AdjustmentPlan(id=name, sign=-1, each=each, most=most)


_TWENTY, _FIFTEEN = (10, 8, 8, 8, 6), (8, 6, 6, 6, 4)

SHEET = Plan(
    id="sheet",
    domain="rural",
    parts=(
        PartPlan(weight=20, full=_TWENTY, adjustments=(_bonus("b1", 2, 6), _deduction("d1", 2, 10))),
        PartPlan(weight=15, full=_FIFTEEN),
        PartPlan(weight=15, full=_FIFTEEN, adjustments=(_deduction("d3", 1),)),
        PartPlan(weight=15, full=_FIFTEEN),
        PartPlan(weight=20, full=_TWENTY, adjustments=(_bonus("b5", 4, 8),)),
        PartPlan(weight=15, full=_FIFTEEN, adjustments=(_bonus("b6", 1, 4), _deduction("d6", 3, 9))),
    ),
    adjustments=(_bonus("b0", 2, 10), _deduction("d0", 4)),
)
"""2,000 units are scored by this one; its parts' full marks are their weights."""


def _county(domain: str, adjustments: tuple[AdjustmentPlan, ...], *parts: PartPlan) -> Plan:
    return Plan(id=domain, domain=domain, parts=parts, adjustments=adjustments, starred=True)


COUNTY = (
    _county(
        "rural",
        (_bonus("b0", 2, 10), _deduction("d0", 4)),
        *(
            replace(part, weight=weight)
            for part, weight in zip(SHEET.parts, (25, 15, 15, 15, 20, 10), strict=True)
        ),
    ),
    _county(
        "office",
        (_deduction("d0", 2, 10),),
        PartPlan(weight=30, full=(10,) * 7, adjustments=(_bonus("b1", 2, 6),)),
        PartPlan(weight=30, full=(8,) * 7, adjustments=(_deduction("d2", 2),)),
        PartPlan(weight=20, full=(10, 10, 6, 6, 4, 4, 4, 4)),
        PartPlan(weight=20, full=(12, 12, 8, 8, 6, 4, 4, 4), adjustments=(_bonus("b4", 1, 4),)),
    ),
    _county(
        "community",
        (_bonus("b0", 1, 6), _deduction("d0", 2)),
        PartPlan(weight=15, full=_FIFTEEN, adjustments=(_deduction("d1", 1, 6),)),
        PartPlan(weight=15, full=_FIFTEEN),
        PartPlan(weight=20, full=_TWENTY, adjustments=(_bonus("b3", 2, 8),)),
        PartPlan(weight=20, full=_TWENTY),
        PartPlan(weight=10, full=(6, 6, 4, 4)),
        PartPlan(weight=20, full=(10, 10, 8, 4, 4, 4)),
    ),
    _county(
        "new_sector",
        (_bonus("b0", 2, 10),),
        PartPlan(weight=40, full=(10,) * 10, own_weights=(6, 6, 4, 4, 4, 4, 4, 4, 2, 2)),
        PartPlan(weight=35, full=(10,) * 10, adjustments=(_deduction("d2", 2), _bonus("b2", 2, 4))),
        PartPlan(weight=25, full=(10,) * 8, own_weights=(8, 8, 6, 6, 6, 6, 5, 5)),
    ),
    _county(
        "enterprise",
        (_bonus("b0", 2, 6), _deduction("d0", 2, 12)),
        PartPlan(weight=20, full=_TWENTY, adjustments=(_bonus("b1", 1, 3), _deduction("d1", 1, 8))),
        PartPlan(weight=20, full=_TWENTY),
        PartPlan(weight=15, full=_FIFTEEN),
        PartPlan(weight=15, full=_FIFTEEN, adjustments=(_deduction("d4", 2),)),
        PartPlan(weight=10, full=(6, 6, 4, 4)),
        PartPlan(weight=10, full=(8, 6, 6)),
        PartPlan(weight=10, full=(8, 6, 6)),
    ),
    _county(
        "school",
        (_bonus("b0", 2, 8), _deduction("d0", 2)),
        PartPlan(weight=24, full=(12, 10, 8, 8, 6, 4), adjustments=(_bonus("b1", 2, 6),)),
        PartPlan(weight=22, full=(12, 8, 8, 8, 4, 4)),
        PartPlan(weight=18, full=(10, 8, 6, 6, 6), adjustments=(_deduction("d3", 2, 6),)),
        PartPlan(weight=18, full=(6,) * 6),
        PartPlan(weight=18, full=(4,) * 9, adjustments=(_bonus("b5", 1, 2), _deduction("d5", 1))),
    ),
    _county(
        "hospital",
        (_deduction("d0", 4),),
        PartPlan(weight=20, full=_TWENTY, own_weights=(3, 3, 2, 1, 1)),
        PartPlan(weight=20, full=_TWENTY, adjustments=(_bonus("b2", 2, 6),)),
        PartPlan(weight=16, full=(8, 8, 6, 6, 4)),
        PartPlan(weight=16, full=(8, 8, 6, 6, 4), adjustments=(_deduction("d4", 1, 6),)),
        PartPlan(weight=14, full=(8, 8, 6, 6)),
        PartPlan(weight=14, full=(8, 8, 6, 6), adjustments=(_bonus("b6", 1), _deduction("d6", 2))),
    ),
)
"""The county's seven sets: other parts, criteria and weights in each, the same cut points, quota and target."""
