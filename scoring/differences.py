"""What moved from one edition to another, and why: unit by unit, the county, its groups, and the criteria."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from scoring import causes
from scoring.canonical import sha256
from scoring.causes import Cause, MarkKey
from scoring.criteria.comparison import Change, compare
from scoring.criteria.model import CriteriaSet
from scoring.edition import Edition
from scoring.rows import GROUPED, Row
from scoring.texts import Text
from scoring.transcript import read_criteria
from scoring.units import Grouping, domain_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A unit's figures in one edition: printed score, stars and rank in the county, None where it has none."""

    score: str | None = None
    stars: int | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A unit that another was merged, split or renamed from, or went into, with its figures in its own edition."""

    unit: str
    name: str
    figures: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDifference:
    """What became of one unit: figures before (None for a new one) and after (None for one that is gone), and why.

    `predecessors` are those it newly names in the later edition, `successors` the units that newly name it.
    """

    unit: str
    name: str
    before: Figures | None
    after: Figures | None
    predecessors: tuple[Relative, ...]
    successors: tuple[Relative, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """What became of a group's standing; rows as the editions have them, None where there was no such group.

    The county is the group of its kind named ''.
    """

    kind: Grouping
    group: str
    before: Row | None
    after: Row | None
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDifference:
    """How the county stood and stands to its target, None where there was none."""

    before: Row | None
    after: Row | None
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaDifference:
    """What became of a criteria set: refs before and after, None where it came or went, and every change."""

    before: str | None
    after: str | None
    changes: tuple[Change, ...]
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that moved between two editions, the most consequential first."""

    before: Edition
    after: Edition
    criteria: tuple[CriteriaDifference, ...]
    county: GroupDifference | None
    target: TargetDifference | None
    groups: tuple[GroupDifference, ...]
    units: tuple[UnitDifference, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing moved and nothing was changed."""
        return not (self.criteria or self.county or self.target or self.groups or self.units)

    def document(self) -> Row:
        """Return everything as one JSON document, sentences in both languages."""
        return {
            "before": _edition_row(self.before),
            "after": _edition_row(self.after),
            "criteria": [_criteria_row(own) for own in self.criteria],
            "county": None if self.county is None else _moved_row(self.county),
            "target": None if self.target is None else _moved_row(self.target),
            "groups": [{"kind": own.kind.value, "group": own.group} | _moved_row(own) for own in self.groups],
            "units": [_unit_row(own) for own in self.units],
        }


def differences(before: Edition, after: Edition) -> Differences:
    """Return what moved from *before* to *after*: figures of units and groups, and whatever changed in the inputs.

    Units come by whether and how far stars, then score, then rank moved, ties in order of code; groups by how far
    their rank moved. Between two periods marks are not compared: it is another year.
    """
    comparing = _Comparing(_Side(before), _Side(after))
    return Differences(
        before=before,
        after=after,
        criteria=tuple(comparing.criteria()),
        county=comparing.county(),
        target=comparing.target(),
        groups=tuple(comparing.groups()),
        units=tuple(sorted(comparing.units(), key=_consequence)),
    )


class _Side:
    """One of the two editions, its lines by unit."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.units: dict[str, Row] = {unit["unit"]: unit for unit in map(orjson.loads, edition.units)}
        self.rows: dict[str, Row] = dict(zip(self.units, map(orjson.loads, edition.rows), strict=True))
        self.mark_lines = dict(zip(self.units, edition.marks, strict=True))
        self.standings: Row = orjson.loads(edition.standings)
        self.digests = {ref: sha256(content) for ref, content in edition.criteria.items()}

    @cached_property
    def sets(self) -> dict[str, CriteriaSet]:
        """The criteria sets by ref."""
        return {ref: read_criteria(ref, content) for ref, content in self.edition.criteria.items()}

    def figures(self, code: str) -> Figures | None:
        """Return the figures of that unit, None where the edition has no such unit."""
        row = self.rows.get(code)
        return None if row is None else Figures(score=row["score"], stars=row["stars"], rank=row["rank"])

    def relative(self, code: str) -> Relative:
        """Return that unit as another's relative; the edition may not have it."""
        return Relative(unit=code, name=self.name(code), figures=self.figures(code))

    def name(self, code: str) -> str:
        """Return the name of that unit, or its code where the edition does not have it."""
        return str(self.units[code]["name"]) if code in self.units else code

    def set_of(self, code: str) -> CriteriaSet:
        """Return the set that unit is assessed by."""
        return self.sets[self.units[code]["criteria"]]

    def marks(self, code: str) -> dict[MarkKey, str]:
        """Return that unit's marks."""
        return {
            (criterion, stage, evaluator): mark
            for stage, evaluators in orjson.loads(self.mark_lines[code])["marks"].items()
            for evaluator, own in evaluators.items()
            for criterion, mark in own.items()
        }


class _Comparing:
    """Two editions side by side."""

    def __init__(self, before: _Side, after: _Side) -> None:
        self.before, self.after = before, after
        self.periods = before.edition.statement.period, after.edition.statement.period
        self.codes = sorted({*before.units, *after.units})
        self.named = {code: self._newly_named(code) for code in after.units}
        self.heirs: dict[str, list[str]] = {}
        for code, named in self.named.items():
            for predecessor in named:
                self.heirs.setdefault(predecessor, []).append(code)

    def _newly_named(self, code: str) -> list[str]:
        """Return the predecessors that unit names in the later edition and did not in the earlier."""
        known = self.before.units[code]["predecessors"] if code in self.before.units else []
        return [one for one in self.after.units[code]["predecessors"] if one not in known]

    def units(self) -> Iterator[UnitDifference]:
        """Yield every unit whose figures moved, or of which anything was changed."""
        for code in self.codes:
            before, after = self.before.figures(code), self.after.figures(code)
            why = tuple(self.causes(code))
            if before != after or why:
                yield UnitDifference(
                    unit=code,
                    name=(self.after if code in self.after.units else self.before).name(code),
                    before=before,
                    after=after,
                    predecessors=tuple(map(self.before.relative, self.named.get(code, ()))),
                    successors=tuple(map(self.after.relative, self.heirs.get(code, ()))),
                    causes=why,
                )

    def causes(self, code: str) -> Iterator[Cause]:
        """Yield why that unit is otherwise than it was: its inputs, then its criteria, then the others."""
        if code not in self.before.units:
            named = self.after.units[code]["predecessors"]
            yield causes.came({one: self.before.name(one) for one in named})
        elif code not in self.after.units:
            yield causes.went({one: self.after.name(one) for one in self.heirs.get(code, ())})
        else:
            yield from self._inputs(code)
            yield from self._outcomes(code)

    def _inputs(self, code: str) -> Iterator[Cause]:
        old, new = self.before.units[code], self.after.units[code]
        if old != new:
            titles = {
                gate.id: gate.title for side in (self.before, self.after) for gate in side.set_of(code).gates
            }
            yield from causes.gates(old, new, titles)
            yield from causes.moves(old, new)
        if self.periods[0] == self.periods[1] and self.before.mark_lines[code] != self.after.mark_lines[code]:
            sets = self.before.set_of(code), self.after.set_of(code)
            yield from causes.marks(self.before.marks(code), self.after.marks(code), *sets)

    def _outcomes(self, code: str) -> Iterator[Cause]:
        """Yield what does not lie in the unit's own inputs; nothing where its row says the same as before."""
        old, new = self.before.rows[code], self.after.rows[code]
        moved = self.before.figures(code) != self.after.figures(code)
        if moved and self.periods[0] != self.periods[1]:
            yield causes.another_period(*self.periods)
        refs = old["criteria"], new["criteria"]
        if (moved or any(old[name] != new[name] for name in _OUTCOMES)) and (
            refs[0] != refs[1] or self.before.digests[refs[0]] != self.after.digests[refs[1]]
        ):
            yield causes.other_criteria(*refs)
        if old["missing"] != new["missing"]:
            titles = {
                one.id: one.title for side in (self.before, self.after) for one in side.set_of(code).subjects
            }
            yield from causes.opened(old, new, titles)
        if moved:
            sets = self.before.set_of(code), self.after.set_of(code)
            yield from causes.steps(old["steps"], new["steps"], *sets)
            if old["score"] == new["score"] and old["rank"] != new["rank"]:
                yield causes.overtaken(old["rank"], new["rank"], *self.passed(_millionths(new["score"])))

    def passed(self, score: int) -> tuple[list[str], list[str]]:
        """Return the units that came to stand above *score*, and those that no longer do, in order of code."""
        codes, was, now = self.movers
        risen, fallen = (was <= score) & (score < now), (now <= score) & (score < was)
        return (
            [codes[place] for place in np.flatnonzero(risen)],
            [codes[place] for place in np.flatnonzero(fallen)],
        )

    @cached_property
    def movers(self) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        """The units whose score moved, and it before and after in millionths; −1 where there was none."""
        was, now = (
            np.array(
                [_millionths(side.rows.get(code, _NO_ROW)["score"]) for code in self.codes], dtype=np.int64
            )
            for side in (self.before, self.after)
        )
        moved = np.flatnonzero(was != now)
        return [self.codes[place] for place in moved], was[moved], now[moved]

    def criteria(self) -> Iterator[CriteriaDifference]:
        """Yield what became of the sets: a ref with other contents, a version that follows another, one new or gone."""
        old, new = self.before.digests, self.after.digests
        pairs: list[tuple[str, str]] = [(ref, ref) for ref in old if ref in new and old[ref] != new[ref]]
        gone, fresh = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
        for name in sorted({_name(ref) for ref in (*gone, *fresh)}):
            left, right = ([ref for ref in refs if _name(ref) == name] for refs in (gone, fresh))
            if len(left) == len(right) == 1:
                pairs.append((left[0], right[0]))
            else:
                pairs += [(ref, "") for ref in left] + [("", ref) for ref in right]
        for was, is_now in sorted(pairs, key=lambda pair: min(filter(None, pair))):
            yield self._of_set(was, is_now)

    def _of_set(self, was: str, is_now: str) -> CriteriaDifference:
        """Return what became of one set; '' stands for none."""
        changes: tuple[Change, ...] = ()
        if was and is_now:
            changes = compare(self.before.sets[was], self.after.sets[is_now])
            named = is_now if was == is_now else f"{was} → {is_now}"
            sentence = Text(
                f"标准 {named}：{len(changes)} 处变化", f"criteria {named}: {len(changes)} changes"
            )
        elif is_now:
            sentence = Text(f"新用标准 {is_now}", f"criteria {is_now} are new")
        else:
            sentence = Text(f"不再用标准 {was}", f"criteria {was} are no longer used")
        return CriteriaDifference(
            before=was or None, after=is_now or None, changes=changes, sentence=sentence
        )

    def county(self) -> GroupDifference | None:
        """Return what became of the county, None where nothing did."""
        before, after = (side.standings["county"] for side in (self.before, self.after))
        return None if before == after else _of_group(Grouping.COUNTY, "", before, after)

    def groups(self) -> Iterator[GroupDifference]:
        """Yield what became of every township, department and domain that moved."""
        for kind in GROUPED:
            before, after = (
                {row["group"]: row for row in side.standings[kind.value]}
                for side in (self.before, self.after)
            )
            moved = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            for name in sorted(moved, key=lambda name: _move(before.get(name), after.get(name), name)):
                yield _of_group(kind, name, before.get(name), after.get(name))

    def target(self) -> TargetDifference | None:
        """Return what became of the county's target, None where nothing did."""
        before, after = (side.standings["target"] for side in (self.before, self.after))
        if before == after:
            return None
        was, is_now = _told_target(before), _told_target(after)
        sentence = Text(f"目标：{was.zh} → {is_now.zh}", f"target: {was.en} → {is_now.en}")
        return TargetDifference(before=before, after=after, sentence=sentence)


_OUTCOMES = ("lines", "adjustments", "missing")
_NO_ROW: Row = {"score": None}


@cache
def _millionths(score: str | None) -> int:
    return -1 if score is None else int(Fraction(score) * 10**6)


def _name(ref: str) -> str:
    return ref.rpartition("@")[0]


def _consequence(own: UnitDifference) -> tuple[Any, ...]:
    """Return by what units are sorted: whether and how far stars, then score, then rank moved, then the code."""
    before, after = own.before or Figures(), own.after or Figures()
    return (
        before.stars == after.stars,
        -abs((before.stars or 0) - (after.stars or 0)),
        before.score == after.score,
        -abs(_millionths(before.score or "0") - _millionths(after.score or "0")),
        before.rank == after.rank,
        -abs((before.rank or 0) - (after.rank or 0)),
        own.unit,
    )


def _move(before: Row | None, after: Row | None, name: str) -> tuple[Any, ...]:
    """Return by what groups are sorted: how far rank, then mean moved, then the name."""
    old, new = before or {}, after or {}
    rank = abs((old.get("rank") or 0) - (new.get("rank") or 0))
    mean = abs(_millionths(old.get("mean") or "0") - _millionths(new.get("mean") or "0"))
    return -rank, -mean, name


def _of_group(kind: Grouping, name: str, before: Row | None, after: Row | None) -> GroupDifference:
    title = _group_title(kind, name)
    if before is None:
        sentence = Text(f"{title.zh}：新列入", f"{title.en}: new")
    elif after is None:
        sentence = Text(f"{title.zh}：不再列入", f"{title.en}: gone")
    else:
        moves = list(_moves(before, after))
        sentence = Text(
            f"{title.zh}：{'，'.join(move.zh for move in moves)}",
            f"{title.en}: {', '.join(move.en for move in moves)}",
        )
    return GroupDifference(kind=kind, group=name, before=before, after=after, sentence=sentence)


def _group_title(kind: Grouping, name: str) -> Text:
    if kind is Grouping.COUNTY:
        return Text("全县", "the county")
    return domain_title(name) if kind is Grouping.DOMAIN else Text(name, name)


def _moves(before: Row, after: Row) -> Iterator[Text]:
    """Yield what moved in a group's standing."""
    for field, title in _MOVES.items():
        was, is_now = before.get(field), after.get(field)
        if was != is_now:
            was, is_now = ("—" if value is None else value for value in (was, is_now))
            yield Text(f"{title.zh} {was} → {is_now}", f"{title.en} {was} → {is_now}")
    for stars in {**before["stars"], **after["stars"]}:
        was, is_now = before["stars"].get(stars, 0), after["stars"].get(stars, 0)
        if was != is_now:
            title = Text("未评定", "not rated") if stars == "none" else Text(f"{stars} 星", f"{stars}★")
            yield Text(f"{title.zh} {was} → {is_now} 个", f"{title.en} {was} → {is_now}")


_MOVES = {
    "rank": Text("名次", "rank"),
    "mean": Text("平均分", "mean"),
    "units": Text("单位数", "units"),
    "rated": Text("已评", "rated"),
    "at_target": Text("达标数", "at the target"),
}


def _told_target(row: Row | None) -> Text:
    if row is None:
        return Text("无", "none")
    so_far = f"{row['k']}/{row['n']}"
    state = Text("达标", "met") if row["meets"] else Text(f"差 {row['short']} 个", f"{row['short']} short")
    return Text(
        f"{row['stars']} 星及以上 {so_far}（要求 {row['share']}，{state.zh}）",
        f"{so_far} at {row['stars']} stars or more ({row['share']} asked, {state.en})",
    )


def _edition_row(edition: Edition) -> Row:
    said = edition.statement
    return {"id": edition.id, "county": said.county, "period": said.period, "state": said.state.value}


def _criteria_row(own: CriteriaDifference) -> Row:
    changes = [
        {
            "kind": change.kind,
            "id": change.id,
            "field": change.field,
            "before": change.before,
            "after": change.after,
            "sentence": _both(change.sentence),
        }
        for change in own.changes
    ]
    return {
        "before": own.before,
        "after": own.after,
        "changes": changes,
        "sentence": _both(own.sentence),
    }


def _moved_row(own: GroupDifference | TargetDifference) -> Row:
    return {"before": own.before, "after": own.after, "sentence": _both(own.sentence)}


def _unit_row(own: UnitDifference) -> Row:
    return {
        "unit": own.unit,
        "name": own.name,
        "before": _figures_row(own.before),
        "after": _figures_row(own.after),
        "predecessors": [_relative_row(one) for one in own.predecessors],
        "successors": [_relative_row(one) for one in own.successors],
        "causes": [
            {"kind": cause.kind.value, **cause.facts, "sentence": _both(cause.sentence)}
            for cause in own.causes
        ],
    }


def _relative_row(one: Relative) -> Row:
    return {"unit": one.unit, "name": one.name, "figures": _figures_row(one.figures)}


def _figures_row(figures: Figures | None) -> Mapping[str, Any] | None:
    if figures is None:
        return None
    return {"score": figures.score, "stars": figures.stars, "rank": figures.rank}


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
