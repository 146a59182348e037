"""The register of a year: every unit and group with the figures that were published, as pages, exports and API read them.

It is read from an edition's own rows, or made of a year's standings by the same code that writes an edition's rows,
so a figure that stands in two places comes from one place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from scoring.criteria.model import CriteriaSet
from scoring.edition import Edition
from scoring.inputs import Inputs
from scoring.rollup import Standings
from scoring.rows import GROUPED, Row, standings_rows, unit_rows
from scoring.transcript import read_criteria
from scoring.units import Grouping, Unit

RANKED = (Grouping.COUNTY, *GROUPED)
"""Within what a unit has a rank, in the order pages show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """What one part came to, as a score of 100 as printed; None where it does not apply or the unit is not rated."""

    part: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A unit with its figures: printed score, stars and ranks, None where it has none.

    `steps` are rows as an edition keeps them, `missing` the criteria without a settled mark, and `parts` those of
    its set's tree in order, without the root. `excuse` is why it may stay unrated, None where it was not excused.
    """

    unit: Unit
    criteria: str
    score: str | None
    stars: int | None
    ranks: Mapping[Grouping, int | None]
    steps: tuple[Row, ...]
    missing: tuple[str, ...]
    parts: tuple[PartScore, ...]
    excuse: str | None = None

    @property
    def rank(self) -> int | None:
        """The rank in the county."""
        return self.ranks[Grouping.COUNTY]

    @property
    def held_back(self) -> bool:
        """Whether a gate holds the unit back."""
        return bool(self.unit.gates)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """A group's figures: how many units and rated, printed mean and rank (None without a rated unit), counts of stars.

    `stars` holds (stars, units) from the highest down to 0. `at_target` are the units at the target's stars or above
    and `meets` whether they are enough; None without a target. The county is the group of its kind named ''.
    """

    kind: Grouping
    name: str
    units: int
    rated: int
    mean: str | None
    rank: int | None
    stars: tuple[tuple[int, int], ...]
    not_rated: int
    at_target: int | None
    meets: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFigures:
    """How the county stands to its target: `reached` of `units` have `stars` or more, `short` are wanting.

    `share` is as printed: `60%`.
    """

    stars: int
    share: str
    reached: int
    units: int
    short: int
    meets: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Register:
    """A year's units in order of code, its groups by kind, best first, and how the county stands to its target.

    A register is the same as itself only.
    """

    period: str
    county_name: str
    criteria: Mapping[str, CriteriaSet]
    entries: tuple[Entry, ...]
    county: GroupFigures
    groups: Mapping[Grouping, tuple[GroupFigures, ...]]
    target: TargetFigures | None

    @cached_property
    def by_code(self) -> Mapping[str, Entry]:
        """The entries by their units' codes."""
        return {entry.unit.code: entry for entry in self.entries}

    @cached_property
    def _by_group(self) -> Mapping[tuple[Grouping, str], GroupFigures]:
        return {(kind, own.name): own for kind, found in self.groups.items() for own in found}

    @cached_property
    def _members(self) -> Mapping[tuple[Grouping, str], tuple[Entry, ...]]:
        found: dict[tuple[Grouping, str], list[Entry]] = {}
        for entry in self.entries:
            for kind in GROUPED:
                group = entry.unit.group(kind)
                if group is not None:
                    found.setdefault((kind, group.name), []).append(entry)
        return {key: tuple(entries) for key, entries in found.items()}

    def group(self, kind: Grouping, name: str) -> GroupFigures | None:
        """Return the figures of that group, those of the county for its kind, None where there is no such group."""
        return self.county if kind is Grouping.COUNTY else self._by_group.get((kind, name))

    def members(self, kind: Grouping, name: str) -> tuple[Entry, ...]:
        """Return the entries of that group, in order of code; all of them for the county."""
        return self.entries if kind is Grouping.COUNTY else self._members.get((kind, name), ())

    @property
    def rule(self) -> CriteriaSet | None:
        """A set whose score, cut points, quotas and target are those of all; None where there is no unit."""
        return next(iter(self.criteria.values()), None)

    @property
    def star_levels(self) -> tuple[int, ...]:
        """The stars there are, highest first, with 0; () where the year has no cut points."""
        rule = self.rule
        return () if rule is None or not rule.cut_points else (*rule.star_levels, 0)


def register_of(edition: Edition) -> Register:
    """Return the register of *edition*, read from its rows as they were published."""
    return _register(
        edition.statement.period,
        edition.statement.county,
        {ref: read_criteria(ref, content) for ref, content in edition.criteria.items()},
        zip(
            (_unit(orjson.loads(line)) for line in edition.units),
            map(orjson.loads, edition.rows),
            strict=True,
        ),
        orjson.loads(edition.standings),
        {one.unit: one.reason for one in edition.statement.excused},
    )


def provisional_register(period: str, county_name: str, inputs: Inputs, standings: Standings) -> Register:
    """Return the register of a year that is still open, as *standings* has come to from *inputs* so far."""
    return _register(
        period,
        county_name,
        {criteria.ref: criteria for criteria in inputs.criteria},
        zip(inputs.units, unit_rows(standings), strict=True),
        standings_rows(standings),
        {},
    )


def _register(  # noqa: PLR0917  what a register is made of, in its order
    period: str,
    county_name: str,
    criteria: Mapping[str, CriteriaSet],
    rows: Iterable[tuple[Unit, Row]],
    standings: Row,
    excused: Mapping[str, str],
) -> Register:
    target = standings["target"]
    return Register(
        period=period,
        county_name=county_name,
        criteria=criteria,
        entries=tuple(_entry(unit, row, excused.get(unit.code)) for unit, row in rows),
        county=_figures(Grouping.COUNTY, standings["county"]),
        groups={kind: tuple(_figures(kind, row) for row in standings[kind.value]) for kind in GROUPED},
        target=None if target is None else _target(target),
    )


def _unit(line: dict[str, Any]) -> Unit:
    return Unit(
        code=line["unit"],
        name=line["name"],
        domain=line["domain"],
        township=line["township"],
        department=line["department"],
        gates=tuple(line["gates"]),
        predecessors=tuple(line["predecessors"]),
    )


def _entry(unit: Unit, row: Row, excuse: str | None) -> Entry:
    ranks = {Grouping.COUNTY: row["rank"]} | {kind: row["ranks"][kind.value] for kind in GROUPED}
    return Entry(
        unit=unit,
        criteria=row["criteria"],
        score=row["score"],
        stars=row["stars"],
        ranks=ranks,
        steps=tuple(row["steps"]),
        missing=tuple(row["missing"]),
        parts=tuple(PartScore(part=own["part"], value=own["value"]) for own in row["parts"]),
        excuse=excuse,
    )


def _figures(kind: Grouping, row: Row) -> GroupFigures:
    counts = {int(stars): units for stars, units in row["stars"].items() if stars != "none"}
    return GroupFigures(
        kind=kind,
        name=row.get("group", ""),
        units=row["units"],
        rated=row["rated"],
        mean=row["mean"],
        rank=row.get("rank"),
        stars=tuple(sorted(counts.items(), reverse=True)),
        not_rated=row["stars"]["none"],
        at_target=row["at_target"],
        meets=row["meets"],
    )


def _target(row: Row) -> TargetFigures:
    return TargetFigures(
        stars=row["stars"],
        share=row["share"],
        reached=row["k"],
        units=row["n"],
        short=row["short"],
        meets=row["meets"],
    )
