"""What earns the marks of one criterion: the steps, bands, line or votes, as a table and in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.criteria.criterion import Band, Criterion, Kind, Line, Source
from scoring.criteria.model import CriteriaSet
from scoring.numbers import share_text
from scoring.sentences import stage_title
from scoring.texts import Text
from web.handbook.phrases import amount, bound, followed, marks, row, score

SOURCES = {
    Source.LATE_MEETINGS: Text("全年迟开、漏开的会议次数", "late or missed meetings of the year"),
    Source.MEAN_MEMBER_POINTS: Text("党员平均积分", "the members' mean points"),
    Source.THREE_STAR_SHARE: Text("三星及以上党支部的占比", "the share of branches at three stars or above"),
    Source.THREE_STAR_RISE: Text(
        "三星及以上占比比上年提高多少", "the rise of the share at three stars or above since last year"
    ),
    Source.WEAK_BRANCHES_MENDED: Text(
        "软弱涣散党组织整顿销号率", "the share of weak branches that were put right"
    ),
}
"""From which records a derived criterion takes its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One row of what earns marks: in which case, and what that gives."""

    when: Text
    gives: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """What earns the marks of a criterion: sentences, and rungs from the best down (none where a sentence says all)."""

    sentences: tuple[Text, ...]
    rungs: tuple[Rung, ...]


def earning(criterion: Criterion, criteria: CriteriaSet) -> Earning:
    """Return what earns the marks of *criterion*, one of *criteria*."""
    match criterion.kind:
        case Kind.JUDGED:
            return Earning(sentences=(_judged(criterion, criteria),), rungs=())
        case Kind.LEVELS:
            return Earning(
                sentences=(
                    Text(
                        "由评分人按实际情况对照下表选定一档。",
                        "The evaluator chooses the step that fits.",
                    ),
                ),
                rungs=levels(criterion),
            )
        case Kind.BALLOT:
            return Earning(sentences=tuple(_ballot(criterion)), rungs=votes(criterion))
        case _:
            return Earning(sentences=tuple(_measured(criterion)), rungs=bands(criterion))


def levels(criterion: Criterion) -> tuple[Rung, ...]:
    """Return the described steps, the best first."""
    best_first = sorted(criterion.levels, key=lambda level: -level.marks)
    return tuple(Rung(when=level.when, gives=marks(level.marks)) for level in best_first)


def votes(criterion: Criterion) -> tuple[Rung, ...]:
    """Return what a vote for each grade is worth, the best first."""
    worth = [score(criterion.full_marks * grade.worth / 10_000) for grade in criterion.grades]
    return tuple(
        Rung(when=grade.title, gives=Text(own.zh, f"{own.en} {'mark' if own.en == '1' else 'marks'}"))
        for grade, own in zip(criterion.grades, worth, strict=True)
    )


def bands(criterion: Criterion) -> tuple[Rung, ...]:
    """Return the bands of a measured number with both their ends, from the end that gives more."""
    ascending = sorted(criterion.bands, key=lambda band: band.at_least)
    if not ascending:
        return ()
    rungs = [*_below(ascending[0], criterion), *_between(ascending, criterion)]
    return tuple(rungs[::-1] if ascending[-1].marks >= ascending[0].marks else rungs)


def line(criterion: Criterion, own: Line) -> Text:
    """Return the straight line in words, with the number halfway as an example."""
    unit = criterion.measured_in
    more, less = ("及以上", "or more"), ("及以下", "or less")
    above, below = (more, less) if own.start < own.end else (less, more)
    end, start = bound(own.end, unit, *above), bound(own.start, unit, *below)
    half, gives = amount((own.start + own.end) / 2, unit), score(Fraction(criterion.full_marks, 200))
    full = marks(criterion.full_marks)
    return Text(
        f"{end.zh}，得满分 {full.zh}；{start.zh}，不得分；中间按比例计分（例如 {half.zh}，得{followed(gives)}）。",
        f"{end.en} earns all {full.en}, {start.en} earns none, in proportion between: {half.en} earns {gives.en}.",
    )


def _judged(criterion: Criterion, criteria: CriteriaSet) -> Text:
    deciding = [stage_title(stage) for stage in criteria.stages[criteria.first_deciding :]]
    step, full = marks(criterion.step_taken), marks(criterion.full_marks)
    return Text(
        f"由{row(deciding).zh}评分人在 0 至 {full.zh}之间评定，以 {step.zh}为一档。",
        f"Judged between 0 and {full.en}, in steps of {step.en}, by evaluators of: {row(deciding).en}.",
    )


def _measured(criterion: Criterion) -> Iterator[Text]:
    if criterion.source is not None:
        source = SOURCES[criterion.source]
        yield Text(
            f"取自系统记录：{source.zh}，不需要支部另报材料。",
            f"Taken from the service's own records: {source.en}. The branch hands in nothing.",
        )
    if criterion.line is not None:
        yield line(criterion, criterion.line)
    elif criterion.source is None:
        yield Text("按核定的数字对照下表计分。", "The number as verified earns marks by the table.")


def _ballot(criterion: Criterion) -> Iterator[Text]:
    yield Text(
        "由会议投票测评：每张票按下表折成分，取全部票的平均。",
        "By a vote at a meeting: each vote is worth what the table says, and the mean of all votes counts.",
    )
    if criterion.voters_needed > 1:
        yield Text(
            f"至少 {criterion.voters_needed} 人投票才算数，人数不够按缺评分处理。",
            f"At least {criterion.voters_needed} must have voted; with fewer there is no mark.",
        )
    if criterion.best_share_most is not None:
        best, share = criterion.grades[0].title, share_text(criterion.best_share_most)
        most = score(criterion.best / 100)
        yield Text(
            f"“{best.zh}”不得超过总票数的 {share}，超过的不予录入，所以这一项最多可得{followed(most)}。",
            f"At most {share} of the votes may be “{best.en}”, and more are not taken; so {most.en} is the most.",
        )


def _below(lowest: Band, criterion: Criterion) -> Iterator[Rung]:
    """Yield the rung under the lowest band, unless that begins at nought, below which nothing is counted."""
    if lowest.at_least != 0:
        least = amount(lowest.at_least, criterion.measured_in)
        yield Rung(when=Text(f"不足 {least.zh}", f"under {least.en}"), gives=marks(0))


def _between(ascending: Sequence[Band], criterion: Criterion) -> Iterator[Rung]:
    unit = criterion.measured_in
    counted = criterion.source is Source.LATE_MEETINGS
    for band, following in zip(ascending, [*ascending[1:], None], strict=True):
        if following is None:
            when = bound(band.at_least, unit, "及以上", "or more")
        elif counted and following.at_least - band.at_least == 1 and band.at_least.denominator == 1:
            when = amount(band.at_least, unit)
        else:
            until = amount(following.at_least, unit)
            shown = amount(band.at_least, "%" if unit == "%" else "")
            when = Text(f"{shown.zh} 至不足 {until.zh}", f"{shown.en} to under {until.en}")
        yield Rung(when=when, gives=marks(band.marks))
