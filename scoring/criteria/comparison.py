"""Two versions of a criteria set compared: what was added, removed or changed, element by element."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from scoring.criteria.loader import document
from scoring.criteria.model import CriteriaSet
from scoring.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a set: of which element (its kind, its id, '' for the set itself) and in which field.

    `before` and `after` are as a document writes them, None where there was nothing. A whole element that came or
    went has the field ''.
    """

    kind: str
    id: str
    field: str
    before: str | None
    after: str | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of a set, taken out of its document: its title and its own fields."""

    title: Text
    fields: Mapping[str, Any]


def compare(before: CriteriaSet, after: CriteriaSet) -> tuple[Change, ...]:
    """Return what changed from one set to the other, in the order of the file; wording included, version left out."""
    old, new = _elements(document(before)), _elements(document(after))
    return tuple(change for key in {**old, **new} for change in _changes(key, old.get(key), new.get(key)))


def _changes(key: tuple[str, str], old: _Element | None, new: _Element | None) -> Iterator[Change]:
    kind, own = key
    named = _named(kind, old or new)
    if old is None or new is None:
        came = old is None
        sentence = (
            Text(f"新增{named.zh}", f"{named.en} was added")
            if came
            else Text(f"取消{named.zh}", f"{named.en} was removed")
        )
        there = _written((new if came else old).fields)  # type: ignore[union-attr]
        yield Change(
            kind=kind,
            id=own,
            field="",
            before=None if came else there,
            after=there if came else None,
            sentence=sentence,
        )
        return
    for field in {**old.fields, **new.fields}:
        was, is_now = _written(old.fields.get(field)), _written(new.fields.get(field))
        if was != is_now:
            yield Change(
                kind=kind,
                id=own,
                field=field,
                before=was,
                after=is_now,
                sentence=_of_field(named, field, old.fields.get(field), new.fields.get(field)),
            )


def _of_field(named: Text, field: str, was: Any, is_now: Any) -> Text:
    title = _FIELDS.get(field, Text(field, field))
    if any(isinstance(value, dict | list) for value in (was, is_now)):
        return Text(f"{named.zh}的{title.zh}有变", f"{named.en}: {title.en} changed")
    none = Text("无", "none") if field in _WORDS else Text("默认", "default")
    return Text(
        f"{named.zh}的{title.zh}由 {none.zh if was is None else was} 改为 {none.zh if is_now is None else is_now}",
        f"{named.en}: {title.en} {none.en if was is None else was} → {none.en if is_now is None else is_now}",
    )


_WORDS = ("basis", "note", "unit", "part", "most")
"""The fields of which there is none where they are left out; others have a default."""


def _named(kind: str, element: _Element | None) -> Text:
    title = _KINDS[kind]
    if kind in ("set", "target") or element is None:
        return title
    if kind == "quota":
        return Text(f"{element.title.zh}名额", f"the quota of {element.title.en}")
    return Text(f"{title.zh}“{element.title.zh}”", f"{title.en} “{element.title.en}”")


_KINDS = {
    "set": Text("标准", "the set"),
    "part": Text("部分", "part"),
    "criterion": Text("指标", "criterion"),
    "adjustment": Text("加减分项", "adjustment"),
    "gate": Text("受限事项", "gate"),
    "cut_point": Text("分数线", "cut point"),
    "quota": Text("名额", "quota"),
    "target": Text("达标目标", "the target"),
}

_FIELDS = {
    "title": Text("名称", "title"),
    "kind": Text("类型", "kind"),
    "full_marks": Text("满分", "full marks"),
    "weight": Text("权重", "weight"),
    "ceiling": Text("上限", "ceiling"),
    "step": Text("步长", "step"),
    "levels": Text("档次", "levels"),
    "bands": Text("分段", "bands"),
    "line": Text("计分线", "line"),
    "grades": Text("等次", "grades"),
    "unit": Text("单位", "unit of measure"),
    "source": Text("数据来源", "source"),
    "least_voters": Text("最少投票人数", "least voters"),
    "best_share_most": Text("最好等次的最高比例", "largest share of the best grade"),
    "evidence": Text("佐证要求", "evidence asked"),
    "basis": Text("依据", "basis"),
    "note": Text("说明", "note"),
    "each": Text("每次分值", "marks each time"),
    "most": Text("最多分值", "most marks"),
    "highest_stars": Text("最高星级", "highest stars"),
    "at_least": Text("最低分", "least score"),
    "share": Text("比例", "share"),
    "ties": Text("同分处理", "ties"),
    "stars": Text("星级", "stars"),
    "score": Text("得分规则", "score rule"),
    "stages": Text("评分阶段", "stages"),
    "decided_from": Text("起算阶段", "first deciding stage"),
    "agreement": Text("合议规则", "agreement"),
    "domains": Text("适用领域", "domains"),
    "part": Text("所属部分", "place in the tree"),
}

_NO_RULES = ("id", "version", "changes", "expanded_from")


def _elements(whole: dict[str, Any]) -> dict[tuple[str, str], _Element]:
    """Return the elements of a set's document by kind and id; what nests is named by the part that holds it."""
    found = {("set", ""): _Element(Text("", ""), _without(whole, *_NO_RULES, *_LISTS, *_TREE, "target"))}
    for gate in whole.get("gates", []):
        found["gate", gate["id"]] = _element(gate)
    for cut in whole.get("cut_points", []):
        title = Text(f"{cut['stars']} 星", f"{cut['stars']} stars")
        found["cut_point", cut["stars"]] = _Element(title, _without(cut, "stars"))
    for quota in whole.get("quotas", []):
        title = Text(
            f"{_WITHIN[quota['within']].zh} {quota['stars']} 星",
            f"{quota['stars']} stars {_WITHIN[quota['within']].en}",
        )
        fields = _without(quota, "stars", "within")
        found["quota", f"{quota['stars']} {quota['within']}"] = _Element(title, fields)
    if "target" in whole:
        found["target", ""] = _Element(Text("", ""), whole["target"])
    return found | dict(_below(whole, ""))


_TREE = {"criteria": "criterion", "adjustments": "adjustment", "parts": "part"}
_LISTS = ("gates", "cut_points", "quotas")
_WITHIN = {
    "county": Text("全县", "in the county"),
    "domain": Text("同领域", "within a domain"),
    "township": Text("同乡镇", "within a township"),
    "department": Text("同部门", "within a department"),
    "superior": Text("同一上级", "under one superior"),
}


def _below(tree: dict[str, Any], part: str) -> Iterator[tuple[tuple[str, str], _Element]]:
    for name, kind in _TREE.items():
        for entry in tree.get(name, []):
            yield (kind, entry["id"]), _element(entry, {"part": part} if part else {})
            if kind == "part":
                yield from _below(entry, entry["id"])


def _element(entry: dict[str, Any], besides: Mapping[str, str] | None = None) -> _Element:
    title = entry.get("title", {"zh": entry["id"]})
    fields = _without(entry, "id", *_TREE) | dict(besides or {})
    return _Element(Text(title["zh"], title.get("en", title["zh"])), fields)


def _without(entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def _written(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
