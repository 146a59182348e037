"""Why a unit's figures are others than in an earlier edition: each cause as what it is made of, and as a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scoring.criteria.model import CriteriaSet
from scoring.explain import reason
from scoring.rows import Row, step_of
from scoring.sentences import stage_title
from scoring.texts import Text
from scoring.units import domain_title

MarkKey = tuple[str, str, str]
"""Of a mark its criterion, stage and evaluator."""

_MOST_NAMED = 5


class CauseKind(StrEnum):
    """What sort of cause it is: another year, a unit that came or went, its inputs, its criteria, or the others.

    `open` is a criterion that has no settled mark now, or had none.
    """

    PERIOD = "period"
    NEW = "new"
    GONE = "gone"
    MARK = "mark"
    GATE = "gate"
    UNIT = "unit"
    CRITERIA = "criteria"
    OPEN = "open"
    STEP = "step"
    RANK = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause: its kind, what it is made of (as a document has it), and the sentence."""

    kind: CauseKind
    facts: Mapping[str, Any]
    sentence: Text


def another_period(before: str, after: str) -> Cause:
    """Return that the editions are of two periods, so that marks are not compared."""
    return Cause(
        kind=CauseKind.PERIOD,
        facts={"before": before, "after": after},
        sentence=Text(f"评定期不同：{before} 与 {after}", f"another period: {before} and {after}"),
    )


def came(predecessors: Mapping[str, str]) -> Cause:
    """Return that a unit is new; *predecessors* are the names, by code, of those it says it comes from."""
    sentence = Text("新增单位", "a new unit")
    if predecessors:
        names = list(predecessors.values())
        sentence = Text(
            f"由 {'、'.join(names)} 合并、分设或更名而来",
            f"comes from {', '.join(names)} by merger, division or renaming",
        )
    return Cause(kind=CauseKind.NEW, facts={"predecessors": list(predecessors)}, sentence=sentence)


def went(successors: Mapping[str, str]) -> Cause:
    """Return that a unit is gone; *successors* are the names, by code, of those that say they come from it."""
    sentence = Text("不再列入", "the unit is gone")
    if successors:
        names = list(successors.values())
        sentence = Text(f"合并、分设或更名为 {'、'.join(names)}", f"went into {', '.join(names)}")
    return Cause(kind=CauseKind.GONE, facts={"successors": list(successors)}, sentence=sentence)


def gates(before: Row, after: Row, titles: Mapping[str, Text]) -> Iterator[Cause]:
    """Yield which gates of a unit's line were lifted, then which now hold on it."""
    for gate in before["gates"]:
        if gate not in after["gates"]:
            sentence = Text(
                f"受限事项“{titles[gate].zh}”解除", f"the gate “{titles[gate].en}” holds no longer"
            )
            yield Cause(
                kind=CauseKind.GATE,
                facts={"gate": gate, "before": True, "after": False},
                sentence=sentence,
            )
    for gate in after["gates"]:
        if gate not in before["gates"]:
            sentence = Text(f"新增受限事项“{titles[gate].zh}”", f"the gate “{titles[gate].en}” now holds")
            yield Cause(
                kind=CauseKind.GATE,
                facts={"gate": gate, "before": False, "after": True},
                sentence=sentence,
            )


def moves(before: Row, after: Row) -> Iterator[Cause]:
    """Yield what changed of who a unit is and where it belongs."""
    for field, title in _UNIT_FIELDS.items():
        if before[field] == after[field]:
            continue
        was, is_now = (_field_shown(field, side[field]) for side in (before, after))
        yield Cause(
            kind=CauseKind.UNIT,
            facts={"field": field, "before": before[field], "after": after[field]},
            sentence=Text(
                f"{title.zh}由 {was.zh} 改为 {is_now.zh}",
                f"the {title.en} changed from {was.en} to {is_now.en}",
            ),
        )


_UNIT_FIELDS = {
    "name": Text("名称", "name"),
    "domain": Text("领域", "domain"),
    "township": Text("乡镇", "township"),
    "department": Text("部门", "department"),
    "predecessors": Text("前身", "predecessors"),
}


def _field_shown(field: str, value: Any) -> Text:
    if not value:
        return Text("无", "none")
    if field == "domain":
        return domain_title(value)
    return Text("、".join(value), ", ".join(value)) if isinstance(value, list) else Text(value, value)


def marks(
    before: Mapping[MarkKey, str], after: Mapping[MarkKey, str], old: CriteriaSet, new: CriteriaSet
) -> Iterator[Cause]:
    """Yield which marks changed, came or were withdrawn, in the order of the score sheet, then of stages."""
    titles = {subject.id: subject.title for subject in (*new.subjects, *old.subjects)}
    rows = {criterion: row for row, criterion in enumerate(titles)}
    stages = {stage: place for place, stage in enumerate(new.all_stages)}
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    for key in sorted(changed, key=lambda key: (rows[key[0]], stages.get(key[1], len(stages)), *key)):
        yield _mark(key, titles[key[0]], before.get(key), after.get(key))


def _mark(key: MarkKey, title: Text, before: str | None, after: str | None) -> Cause:
    criterion, stage, evaluator = key
    where = stage_title(stage)
    zh, en = f"{title.zh}（{where.zh} {evaluator}）", f"{title.en} ({where.en} {evaluator})"
    if before is None:
        sentence = Text(f"{zh}：新评 {after}", f"{en}: newly marked {after}")
    elif after is None:
        sentence = Text(f"{zh}：{before} 撤回", f"{en}: {before} withdrawn")
    else:
        sentence = Text(f"{zh}：{before} → {after}", f"{en}: {before} → {after}")
    facts = {
        "criterion": criterion,
        "stage": stage,
        "evaluator": evaluator,
        "before": before,
        "after": after,
    }
    return Cause(kind=CauseKind.MARK, facts=facts, sentence=sentence)


def other_criteria(before: str, after: str) -> Cause:
    """Return that a unit is assessed by another set, or by one of the same ref with other contents."""
    sentence = (
        Text(f"标准 {after} 的内容有变", f"the criteria set {after} is not the same")
        if before == after
        else Text(f"评定标准由 {before} 改为 {after}", f"assessed by {after} instead of {before}")
    )
    return Cause(kind=CauseKind.CRITERIA, facts={"before": before, "after": after}, sentence=sentence)


def opened(before: Row, after: Row, titles: Mapping[str, Text]) -> Iterator[Cause]:
    """Yield which criteria and adjustments of a unit's row have no settled mark any more, then which have one now."""
    for criterion in after["missing"]:
        if criterion not in before["missing"]:
            title, why = titles[criterion], _why_open(criterion, after)
            sentence = Text(f"未评定：{title.zh} {why.zh}", f"not rated: {why.en} on {title.en}")
            facts = {"criterion": criterion, "before": False, "after": True}
            yield Cause(kind=CauseKind.OPEN, facts=facts, sentence=sentence)
    for criterion in before["missing"]:
        if criterion not in after["missing"]:
            title, why = titles[criterion], _why_open(criterion, before)
            sentence = Text(f"{title.zh} 原先{why.zh}，现已解决", f"{why.en} on {title.en}, now settled")
            facts = {"criterion": criterion, "before": True, "after": False}
            yield Cause(kind=CauseKind.OPEN, facts=facts, sentence=sentence)


def _why_open(criterion: str, row: Row) -> Text:
    missing = any(line["criterion"] == criterion and line["outcome"] == "missing" for line in row["lines"])
    return Text("尚无评分", "no mark") if missing else Text("有争议，待复议", "a dispute")


def steps(before: Sequence[Row], after: Sequence[Row], old: CriteriaSet, new: CriteriaSet) -> Iterator[Cause]:
    """Yield which steps to the stars appeared, vanished or changed, where any left the unit with other stars."""
    was, is_now = ({_which(step): step for step in side} for side in (before, after))
    if {key: step["stars"] for key, step in was.items()} == {
        key: step["stars"] for key, step in is_now.items()
    }:
        return
    for key in {**was, **is_now}:
        one, other = was.get(key), is_now.get(key)
        if one != other:
            was_told = None if one is None else _told(one, old)
            now_told = None if other is None else _told(other, new)
            yield Cause(
                kind=CauseKind.STEP,
                facts={"before": one, "after": other},
                sentence=_of_step(was_told, now_told),
            )


def _which(step: Row) -> tuple[Any, ...]:
    """Return which step it is, so that the same one is found in another edition."""
    return step["kind"], step.get("gate"), step.get("quota"), step.get("within")


def _told(step: Row, criteria: CriteriaSet) -> Text:
    why, stars = reason(step_of(step, criteria)), step["stars"]
    return Text(f"{why.zh} → {stars} 星", f"{why.en} → {stars} {'star' if stars == 1 else 'stars'}")


def _of_step(was: Text | None, is_now: Text | None) -> Text:
    if was is not None and is_now is not None:
        return Text(f"原：{was.zh}；现：{is_now.zh}", f"was: {was.en}; now: {is_now.en}")
    if is_now is not None:
        return Text(f"新增一步：{is_now.zh}", f"a new step: {is_now.en}")
    assert was is not None
    return Text(f"不再有这一步：{was.zh}", f"no longer a step: {was.en}")


def overtaken(before: int, after: int, risen: Sequence[str], fallen: Sequence[str]) -> Cause:
    """Return that a unit of the same score has another rank, by the units that rose above it or fell from above."""
    zh, en = (
        f"得分未变，名次由第 {before} 变为第 {after}",
        f"the score is the same; the rank went from {before} to {after}",
    )
    if risen:
        zh, en = f"{zh}；{_few(risen).zh} 升到其上", f"{en}; {_few(risen).en} rose above it"
    if fallen:
        zh, en = f"{zh}；{_few(fallen).zh} 不再在其上", f"{en}; {_few(fallen).en} fell from above it"
    facts = {
        "before": before,
        "after": after,
        "risen": {"count": len(risen), "units": list(risen[:_MOST_NAMED])},
        "fallen": {"count": len(fallen), "units": list(fallen[:_MOST_NAMED])},
    }
    return Cause(kind=CauseKind.RANK, facts=facts, sentence=Text(zh, en))


def _few(codes: Sequence[str]) -> Text:
    first, more = codes[:_MOST_NAMED], len(codes) - _MOST_NAMED
    zh, en = "、".join(first), ", ".join(first)
    return Text(f"{zh} 等 {len(codes)} 个", f"{en} and {more} more") if more > 0 else Text(zh, en)
