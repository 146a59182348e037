"""What a member's pages say of points, items and claims, in words made from the rules."""

from collections.abc import Iterator, Sequence

from scoring.criteria.criterion import EvidenceAsked
from scoring.criteria.item import (
    MEMBER_KINDS,
    WINDOWS,
    Item,
    Ledger,
    MemberKind,
    Verifier,
    Window,
    points_text,
)
from scoring.criteria.points import CardFigure
from scoring.evidence import KINDS, room_in, takes_files
from scoring.ledger import Line
from scoring.numbers import marks_text
from scoring.people import Role
from scoring.texts import Text
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.points.reading import Items, RoomLeft
from web.language import say, told

LEDGERS = {
    Ledger.HONOUR: Text("荣誉分", "honour points"),
    Ledger.SPENDABLE: Text("可兑换分", "spendable points"),
}

SHORT = {
    Ledger.HONOUR: Text("荣誉分", "honour"),
    Ledger.SPENDABLE: Text("可兑换分", "to spend"),
}
"""What they are called where there is little room."""

CARD_FIGURES = {
    CardFigure.ANNUAL_HONOUR: Text("年度荣誉分", "the year's honour points"),
    CardFigure.SPENDABLE_BALANCE: Text("可兑换分余额", "the balance of spendable points"),
    CardFigure.SPENDABLE_EARNED: Text("当年获得的可兑换分", "the spendable points earned in the year"),
}

_SO_FAR = {
    Window.MONTH: Text("本月", "this month"),
    Window.QUARTER: Text("本季度", "this quarter"),
    Window.YEAR: Text("今年", "this year"),
}
_VERIFIERS = {
    Verifier.SECRETARY: Text("支部书记", "the branch's secretary"),
    Verifier.SUPERIOR: Text("上级党（工）委", "the superior"),
    Verifier.COMMUNITY: Text("报到社区", "the community registered with"),
}


def points_told(points: int) -> str:
    """Return hundredths of a point as people write them, with a true minus."""
    return told(points_text(points)).replace("-", "−")


def plain(points: int) -> str:
    """Return hundredths as a bare number, with a true minus."""
    return marks_text(points).replace("-", "−")


def change_told(amount: int) -> str:
    """Return what a line did: `+3`, `−2`, `0`."""
    return f"+{plain(amount)}" if amount > 0 else plain(amount)


def quarter_told(quarter: str) -> str:
    """Return a quarter, which is written 2026Q4, as people say it."""
    return say(f"{quarter[:4]} 年第 {quarter[5:]} 季度", f"Quarter {quarter[5:]} of {quarter[:4]}")


def line_told(line: Line, items: Items) -> str:
    """Return what a line is for: its item, with what was done to it where that was no plain award or loss."""
    item = items.get((line.rules, line.item))
    if item is None:
        return begun(told(line.called))
    if line.kind.value in {"award", "loss"}:
        return told(item.title)
    return say(
        f"{line.called.zh}：{item.title.zh}",
        f"{begun(line.called.en)}: {item.title.en}",
    )


def worth_told(item: Item) -> str:
    """Return what an item gives or takes at one time."""
    if item.range is None:
        each = points_text(item.most)
        return say(f"每次 {each.zh}", f"{each.en} each time")
    low, high, step = (marks_text(own) for own in (item.least, item.most, item.range.step))
    return say(
        f"每次 {low}–{high} 分，每 {step} 分一档", f"{low}–{high} points each time, in steps of {step}"
    )


def amounts(item: Item) -> tuple[int, ...]:
    """Return what an item of a range may give, the least first; nothing where it gives the same each time."""
    own = item.range
    return () if own is None else tuple(range(own.start, own.end + 1, own.step))


def caps_told(item: Item) -> str:
    """Return the caps of an item in one line, begun like a sentence, '' without any."""
    caps = item.caps
    parts = []
    if caps.event_times is not None:
        parts.append(
            say(
                f"同一次活动计 {caps.event_times} 次",
                "once an event" if caps.event_times == 1 else f"{caps.event_times} times an event",
            )
        )
    for window in caps.windows:
        most, of = points_text(caps.of(window) or 0), WINDOWS[window]
        parts.append(say(f"{of.zh}最多 {most.zh}", f"at most {most.en} {of.en}"))
    return begun(say("；", "; ").join(parts))


def room_told(own: RoomLeft) -> str:
    """Return what the caps of an item have left now, '' where it has no such cap."""
    if own.left is None or own.window is None:
        return ""
    when = _SO_FAR[own.window]
    if not own.left:
        return say(f"{when.zh}已满", f"nothing left {when.en}")
    left = points_text(own.left)
    return say(f"{when.zh}还可得 {left.zh}", f"{left.en} left {when.en}")


def is_full(own: RoomLeft) -> bool:
    """Say whether the caps of an item have nothing left now."""
    return own.left == 0


def verifiers_told(item: Item) -> str:
    """Return who may verify an item, any of them."""
    return either([told(_VERIFIERS[own]) for own in item.verifies])


def whom_told(role: Role, unit: Unit) -> str:
    """Return with whom a claim lies: a branch's secretary, or its superior."""
    if role is Role.SECRETARY:
        return say(f"{unit.name}书记", f"the secretary of {unit.name}")
    above = unit.department or unit.township
    return say(f"{above}党（工）委", f"the Party committee of {above}")


def with_whom_told(whom: tuple[tuple[Role, Unit], ...]) -> str:
    """Return with whom a claim lies, any of whom may decide it."""
    return either(list(dict.fromkeys(whom_told(role, unit) for role, unit in whom)))


def either(words: Sequence[str]) -> str:
    """Return any one of *words*, as a sentence has it: A, B or C."""
    if len(words) < 2:
        return "".join(words)
    return say("、", ", ").join(words[:-1]) + say("或", " or ") + words[-1]


def begun(words: str) -> str:
    """Return *words* as they begin a sentence."""
    return words[:1].upper() + words[1:]


def members_told(kinds: tuple[MemberKind, ...]) -> str:
    """Return the kinds of member an item is for, '' where it is for all."""
    if set(kinds) == set(MemberKind):
        return ""
    return say("、", ", ").join(told(MEMBER_KINDS[own]) for own in kinds)


def ledgers_told(item: Item) -> str:
    """Return on which ledgers an item counts."""
    return say("和", " and ").join(told(LEDGERS[own]) for own in item.ledgers)


def asked_told(item: Item) -> str:
    """Return which files are to come with a claim, '' where none can."""
    asked = item.evidence or EvidenceAsked()
    if not takes_files(asked):
        return ""
    most = room_in(asked)
    kinds = say("、", ", ").join(_kinds_told(asked))
    if not asked.least:
        count = say(f"可以不附，最多 {most} 份", f"not needed, {most} at most")
    elif asked.least == most:
        count = say(f"须附 {most} 份", f"{most} needed")
    else:
        count = say(f"须附 {asked.least}–{most} 份", f"{asked.least} to {most} needed")
    return say(f"{count}：{kinds}", f"{count}: {kinds}") if kinds else count


def accepted(item: Item) -> str:
    """Return what a chooser of files offers first; where pictures serve a phone offers its camera."""
    asked = item.evidence or EvidenceAsked()
    kinds = [own for own in Kind if not asked.kinds or own.evidence in asked.kinds]
    media = sorted({own.media_type for own in kinds if own.media_type.startswith("image/")})
    endings = [f".{ending}" for own in kinds for ending in own.extensions]
    return ",".join([*media, *endings])


def _kinds_told(asked: EvidenceAsked) -> Iterator[str]:
    return (told(text) for kind, text in KINDS.items() if kind in asked.kinds and kind.value != "record")
