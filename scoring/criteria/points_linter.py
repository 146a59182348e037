"""What is weak in rules of points, though not wrong: warnings that stop nothing.

What is wrong cannot be built at all (`points`).
"""

from collections.abc import Iterator
from fractions import Fraction

from scoring.criteria.item import (
    MEMBER_KINDS,
    WINDOWS,
    Claimant,
    Item,
    ItemKind,
    Ledger,
    MemberKind,
    Verifier,
)
from scoring.criteria.linter import Found, as_warnings, files_more, vague
from scoring.criteria.member_stars import TIMES_A_YEAR, attainable, most_a_year
from scoring.criteria.points import CardFigure, PointsRules
from scoring.errors import Fault
from scoring.numbers import marks_text
from scoring.texts import Text

_MUCH = Fraction(4, 5)
"""What a kind of member can reach differs much from another where it is below this share of it."""


def warnings(rules: PointsRules, file: str, previous: PointsRules | None = None) -> tuple[Fault, ...]:
    """Return what is weak in *rules*, read from *file*; with *previous*, also what grew since those."""
    found = [*_bands(rules), *_cards(rules), *_kinds_apart(rules)]
    for item in rules.items:
        found += [*vague(item.id, _wording(item)), *_bare(item), *_hands(item), *_caps(item)]
    if previous is not None:
        found += files_more(evidence_asked(rules), evidence_asked(previous), previous.ref)
    return as_warnings(found, file)


def evidence_asked(rules: PointsRules) -> int:
    """Return how many files all items together ask for at the least."""
    return sum(item.evidence.least for item in rules.items if item.evidence)


def _wording(item: Item) -> list[Text]:
    note = item.note or Text("", "")
    return [Text(item.title.zh + note.zh, f"{item.title.en} {note.en}".strip())]


def _bare(item: Item) -> Found:
    if not item.basis:
        yield item.id, Text("没有写明依据（basis）", "names no basis")
    if item.evidence is None:
        yield item.id, Text("没有写明要什么佐证材料（evidence）", "does not say what evidence is asked for")
    if item.range is not None and item.note is None:
        low, high = marks_text(item.least), marks_text(item.most)
        yield (
            item.id,
            Text(
                f"{low} 至 {high} 分由人掌握，却没有说明（note）什么情形得几分",
                f"leaves {low} to {high} points to judgement, and no note says what earns how many",
            ),
        )


def _hands(item: Item) -> Found:
    """Who may verify: nobody, or for one claimant only that claimant."""
    if not item.verifies:
        yield item.id, Text("没有人可以审核，永远记不上分", "may be verified by nobody, so it never posts")
    elif set(item.verifies) == {Verifier.SECRETARY} and Claimant.SECRETARY in item.claims:
        yield (
            item.id,
            Text(
                "书记可以代为申报，又只有书记可以审核；申报的人不能审核，请加上上级（superior）",
                "may be claimed by the secretary and verified by nobody else; who claims does not verify, so add superior",
            ),
        )


def _caps(item: Item) -> Found:
    """No cap on what the calendar brings, and caps that another makes idle."""
    if item.kind is ItemKind.EARNING and most_a_year(item) is None:
        yield (
            item.id,
            Text(
                "加分没有按日、月、季或年封顶，可以无限累加",
                "has no cap on what it earns in a day, a month, a quarter or a year",
            ),
        )
    capped = [window for window in item.caps.windows if window in TIMES_A_YEAR]
    for place, wide in enumerate(capped):
        cap = item.caps.of(wide) or 0
        for narrow in capped[:place]:
            times = _times_within(TIMES_A_YEAR[narrow], TIMES_A_YEAR[wide])
            most = times * (item.caps.of(narrow) or 0)
            if most < cap:
                yield (
                    item.id,
                    Text(
                        f"按{WINDOWS[narrow].zh}上限最多 {marks_text(most)} 分，{WINDOWS[wide].zh}上限 {marks_text(cap)} 不起作用",
                        f"comes to {marks_text(most)} at most by its cap {WINDOWS[narrow].en}, so the cap of "
                        f"{marks_text(cap)} {WINDOWS[wide].en} has no effect",
                    ),
                )


def _times_within(narrow: int, wide: int) -> int:
    """Return how often a window that comes *narrow* times a year fits, at the most, in one that comes *wide* times."""
    return -(-narrow // wide)


def _bands(rules: PointsRules) -> Found:
    """Stars out of reach for a kind of member even with every cap used."""
    for kind in MemberKind:
        best = attainable(rules, kind, Ledger.HONOUR)
        beyond = [band for band in rules.bands if best is not None and best < band.at_least]
        if best is not None and beyond:
            stars = beyond[-1].stars
            yield (
                "cut_points",
                Text(
                    f"{MEMBER_KINDS[kind].zh}把各项上限用足，全年最多 {_points(best)} 分，够不到 {stars} 星的 {marks_text(beyond[-1].at_least)} 分",
                    f"{MEMBER_KINDS[kind].en} with every cap used come to {_points(best)} a year, short of the "
                    f"{marks_text(beyond[-1].at_least)} of {stars} stars",
                ),
            )


def _cards(rules: PointsRules) -> Found:
    """Cards out of reach for a kind of member, where a year bounds the figure they are given by."""
    if rules.cards is None or rules.cards.figure is CardFigure.SPENDABLE_BALANCE:
        return
    honour = rules.cards.figure is CardFigure.ANNUAL_HONOUR
    for kind in MemberKind:
        best = attainable(rules, kind, Ledger.HONOUR if honour else Ledger.SPENDABLE)
        beyond = [card for card in rules.cards.levels if best is not None and best < card.at_least]
        if best is not None and beyond:
            card = beyond[0]
            yield (
                card.id,
                Text(
                    f"{MEMBER_KINDS[kind].zh}把各项上限用足，全年最多 {_points(best)} 分，够不到“{card.title.zh}”的 {marks_text(card.at_least)} 分",
                    f"{MEMBER_KINDS[kind].en} with every cap used come to {_points(best)} a year, short of the "
                    f"{marks_text(card.at_least)} of “{card.title.en}”",
                ),
            )


def _kinds_apart(rules: PointsRules) -> Found:
    """A kind of member that can reach much less in a year than another."""
    bounded = list(_bounded(rules))
    if not bounded:
        return
    best, best_kind = max(bounded, key=lambda pair: pair[0])
    for most, kind in bounded:
        if most < _MUCH * best:
            yield (
                "items",
                Text(
                    f"{MEMBER_KINDS[kind].zh}全年最多 {_points(most)} 分，{MEMBER_KINDS[best_kind].zh}最多 {_points(best)} 分，相差过大",
                    f"{MEMBER_KINDS[kind].en} come to {_points(most)} a year at most and {MEMBER_KINDS[best_kind].en} to "
                    f"{_points(best)}: far apart",
                ),
            )


def _bounded(rules: PointsRules) -> Iterator[tuple[Fraction, MemberKind]]:
    for kind in MemberKind:
        most = attainable(rules, kind, Ledger.HONOUR)
        if most is not None:
            yield most, kind


def _points(hundredths: Fraction) -> str:
    """Return points as people write them, cut to hundredths: what is out of reach must not read as reached."""
    return marks_text(hundredths.numerator // hundredths.denominator)
