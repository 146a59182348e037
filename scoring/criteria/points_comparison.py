"""Two versions of rules of points compared: what changed for members, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from scoring.criteria.criterion import EvidenceAsked, EvidenceKind
from scoring.criteria.item import (
    MEMBER_KINDS,
    WINDOWS,
    Claimant,
    Item,
    ItemKind,
    Ledger,
    MemberKind,
    Verifier,
    counted,
    points_text,
    times_text,
)
from scoring.criteria.points import AnnualRule, CardFigure, Cards, PointsRules
from scoring.numbers import Rounding, marks_text
from scoring.texts import Text

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsChange:
    """One change of the rules: of which element (its kind, its id, '' for the rules themselves) and in which field.

    `before` and `after` are as a member reads them, None where there was nothing. A whole element that came or went
    has the field ''.
    """

    kind: str
    id: str
    field: str
    before: Text | None
    after: Text | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of the rules: what it is called, and its fields as a member reads them."""

    named: Text
    fields: Mapping[str, Text | None]


def compare_points(before: PointsRules, after: PointsRules) -> tuple[PointsChange, ...]:
    """Return what changed from one version to the other, in the order of the file; the version itself left out."""
    old, new = dict(_elements(before)), dict(_elements(after))
    return tuple(change for key in {**old, **new} for change in _changes(key, old.get(key), new.get(key)))


def _changes(key: tuple[str, str], old: _Element | None, new: _Element | None) -> Iterator[PointsChange]:
    kind, own = key
    if old is None or new is None:
        there = (old or new).named  # type: ignore[union-attr]
        came = Text(f"新增{there.zh}", f"{there.en} was added")
        went = Text(f"取消{there.zh}", f"{there.en} was removed")
        yield PointsChange(
            kind=kind,
            id=own,
            field="",
            before=None if old is None else there,
            after=None if new is None else there,
            sentence=came if old is None else went,
        )
        return
    for field in {**old.fields, **new.fields}:
        was, is_now = old.fields.get(field), new.fields.get(field)
        if was != is_now:
            title = _FIELDS[field]
            first, then = was or _NONE, is_now or _NONE
            yield PointsChange(
                kind=kind,
                id=own,
                field=field,
                before=was,
                after=is_now,
                sentence=Text(
                    f"{new.named.zh}的{title.zh}由 {first.zh} 改为 {then.zh}",
                    f"{new.named.en}: {title.en} {first.en} → {then.en}",
                ),
            )


def _elements(rules: PointsRules) -> Iterator[tuple[tuple[str, str], _Element]]:
    yield ("set", ""), _Element(Text("规则", "the rules"), _of_rules(rules))
    for item in rules.items:
        called = _ITEMS[item.kind]
        named = Text(f"{called.zh}“{item.title.zh}”", f"{called.en} “{item.title.en}”")
        yield ("item", item.id), _Element(named, _of_item(item))
    for band in rules.cut_points:
        named = Text(f"分数线“{band.stars} 星”", f"cut point “{band.stars} stars”")
        yield ("cut_point", str(band.stars)), _Element(named, {"at_least": points_text(band.at_least)})
    yield from _of_cards(rules.cards)


def _of_rules(rules: PointsRules) -> dict[str, Text | None]:
    kinds = {f"baseline_{kind}": points_text(rules.baseline.of(kind)) for kind in MemberKind}
    decimals = rules.annual.decimals
    rounding = _ROUNDINGS[rules.annual.rounding]
    expiry = rules.expiry
    return {
        "title": rules.title,
        **kinds,
        "annual": _ANNUAL[rules.annual.rule],
        "rounding": Text(f"{decimals} 位小数，{rounding.zh}", f"{decimals} decimals, {rounding.en}"),
        "talk_below": _points(rules.talk_below),
        "figure": None if rules.cards is None else _FIGURES[rules.cards.figure],
        "months": None if expiry is None else counted(expiry.months, "个月", "month"),
        "notice_days": None if expiry is None else counted(expiry.notice_days, "天", "day"),
        "basis": _words(rules.basis),
        "note": rules.note,
    }


def _of_item(item: Item) -> dict[str, Text | None]:
    times = item.caps.event_times
    return {
        "title": item.title,
        "kind": _ITEMS[item.kind],
        "points": _each_time(item),
        "ledgers": _listed(item.ledgers, _LEDGERS),
        "members": _listed(item.members, MEMBER_KINDS),
        **{f"cap_{window}": _points(item.caps.of(window)) for window in WINDOWS},
        "cap_times": None if times is None else times_text(times),
        "claims": _listed(item.claims, _CLAIMANTS),
        "verifies": _listed(item.verifies, _VERIFIERS),
        "evidence": _evidence(item.evidence),
        "basis": _words(item.basis),
        "note": item.note,
    }


def _of_cards(cards: Cards | None) -> Iterator[tuple[tuple[str, str], _Element]]:
    for card in () if cards is None else cards.levels:
        opens = Text("；".join(own.zh for own in card.opens), "; ".join(own.en for own in card.opens))
        fields = {"title": card.title, "at_least": points_text(card.at_least), "opens": opens}
        named = Text(f"积分卡“{card.title.zh}”", f"card “{card.title.en}”")
        yield ("card", card.id), _Element(named, fields)


def _each_time(item: Item) -> Text:
    if item.range is None:
        return points_text(item.most)
    low, high, step = (marks_text(points) for points in (item.least, item.most, item.range.step))
    return Text(f"{low} 至 {high} 分（每 {step} 分一档）", f"{low} to {high} points (in steps of {step})")


def _points(points: int | None) -> Text | None:
    return None if points is None else points_text(points)


def _words(words: str) -> Text | None:
    return Text(words, words) if words else None


def _listed(entries: Sequence[E], words: Mapping[E, Text]) -> Text:
    """Return a list in words, in the order its words are told in, so that another order is no change."""
    told = [word for entry, word in words.items() if entry in entries]
    return Text("、".join(word.zh for word in told), ", ".join(word.en for word in told)) if told else _NONE


def _evidence(asked: EvidenceAsked | None) -> Text | None:
    if asked is None:
        return None
    kinds = _listed(asked.kinds, _EVIDENCE) if asked.kinds else Text("不限类型", "of any kind")
    if asked.most is None:
        return Text(f"{asked.least} 份以上（{kinds.zh}）", f"{asked.least} or more ({kinds.en})")
    return Text(
        f"{asked.least} 至 {asked.most} 份（{kinds.zh}）", f"{asked.least} to {asked.most} ({kinds.en})"
    )


_NONE = Text("无", "none")

_ITEMS: dict[ItemKind, Text] = {
    ItemKind.EARNING: Text("加分项", "earning item"),
    ItemKind.LOSING: Text("扣分项", "losing item"),
}
_LEDGERS: dict[Ledger, Text] = {
    Ledger.HONOUR: Text("荣誉分", "honour"),
    Ledger.SPENDABLE: Text("可兑换分", "spendable"),
}
_CLAIMANTS: dict[Claimant, Text] = {
    Claimant.MEMBER: Text("党员本人", "the member"),
    Claimant.SECRETARY: Text("支部书记", "the secretary"),
}
_VERIFIERS: dict[Verifier, Text] = {
    Verifier.SECRETARY: Text("本支部书记", "the branch's secretary"),
    Verifier.SUPERIOR: Text("上级党组织", "the superior"),
    Verifier.COMMUNITY: Text("报到社区", "the community registered with"),
}
_EVIDENCE: dict[EvidenceKind, Text] = {
    EvidenceKind.DOCUMENT: Text("文档", "document"),
    EvidenceKind.IMAGE: Text("图片", "image"),
    EvidenceKind.SPREADSHEET: Text("表格", "spreadsheet"),
    EvidenceKind.RECORD: Text("系统记录", "record of the service"),
}
_FIGURES: dict[CardFigure, Text] = {
    CardFigure.ANNUAL_HONOUR: Text("全年荣誉分", "the year's honour points"),
    CardFigure.SPENDABLE_BALANCE: Text("可兑换分余额", "the spendable balance"),
    CardFigure.SPENDABLE_EARNED: Text("全年获得的可兑换分", "spendable points earned in the year"),
}
_ANNUAL: dict[AnnualRule, Text] = {
    AnnualRule.MEAN_OF_QUARTERS: Text("各季度的平均", "the mean of the quarters"),
}
_ROUNDINGS: dict[Rounding, Text] = {
    Rounding.HALF_UP: Text("四舍五入", "half up"),
    Rounding.HALF_EVEN: Text("四舍六入五成双", "half to even"),
    Rounding.UP: Text("向上进位", "up"),
}

_FIELDS = {
    "title": Text("名称", "title"),
    "kind": Text("类型", "kind"),
    "points": Text("每次分值", "points each time"),
    "ledgers": Text("记入账户", "ledgers"),
    "members": Text("适用党员", "members it is for"),
    **{f"cap_{window}": Text(f"{called.zh}上限", f"most {called.en}") for window, called in WINDOWS.items()},
    "cap_times": Text("每次活动计分次数上限", "most times an event"),
    "claims": Text("申报人", "who may claim"),
    "verifies": Text("审核人", "who verifies"),
    "evidence": Text("佐证要求", "evidence asked"),
    "basis": Text("依据", "basis"),
    "note": Text("说明", "note"),
    "at_least": Text("最低分", "least points"),
    "opens": Text("待遇", "what it opens"),
    **{
        f"baseline_{kind}": Text(f"{called.zh}每季度基础分", f"baseline of {called.en}")
        for kind, called in MEMBER_KINDS.items()
    },
    "annual": Text("年度得分", "figure of the year"),
    "rounding": Text("年度得分取位", "rounding of the year's figure"),
    "talk_below": Text("谈话提醒线", "line below which a talk is due"),
    "figure": Text("发卡依据", "figure cards go by"),
    "months": Text("可兑换分有效期（自获得当年年底起）", "life of spendable points after their year"),
    "notice_days": Text("到期预告", "notice before they end"),
}
