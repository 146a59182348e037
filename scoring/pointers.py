"""What those who mark should look at in what a branch handed in.

It is never a verdict and changes no mark: a file may stand with two branches for a good reason, a clock may be wrong.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from scoring.evidence import Evidence
from scoring.texts import Text
from scoring.working_days import COUNTY_TIME

LAST_DAYS = 2
"""How many days before a deadline are its last ones, the day itself among them."""

_MANY, _MOST_PART = 5, 80
"""From how many files on, and from what percent on, it is worth saying that they came on the last days."""

_YEAR = re.compile(r"(?:19|20)\d\d")


class Pointing(StrEnum):
    """What is pointed out about evidence."""

    SHARED = "shared"
    LAST_DAYS = "last_days"
    OTHER_YEAR = "other_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Something to look at: what sort it is, the numbers of the evidence it is about, in order, and the sentence."""

    pointing: Pointing
    evidence: tuple[int, ...]
    sentence: Text


def day_of(moment: datetime) -> date:
    """Return the day of *moment* in China."""
    return moment.astimezone(COUNTY_TIME).date()


def pointers(
    handed_in: Sequence[Evidence],
    elsewhere: Sequence[Evidence],
    names: Mapping[str, str],
    last_day: date | None,
) -> tuple[Pointer, ...]:
    """Return what is to be pointed out about what one unit *handed_in* in one period.

    *elsewhere* is the evidence of other units that uses any of the same files, *names* what those units are called,
    *last_day* the deadline (None: there is none). In the order: files shared, dates of photographs, last days.
    """
    return (*_shared(handed_in, elsewhere, names), *_other_year(handed_in), *_last_days(handed_in, last_day))


def year_of(period: str) -> int | None:
    """Return the year that the id of a period names, None where it names none."""
    found = _YEAR.search(period)
    return None if found is None else int(found[0])


def _shared(
    handed_in: Sequence[Evidence], elsewhere: Sequence[Evidence], names: Mapping[str, str]
) -> list[Pointer]:
    """Return a pointer for each file that stands with other units, in the order it was handed in."""
    found = []
    for file in dict.fromkeys(own.file for own in handed_in):
        here = [own for own in handed_in if own.file == file]
        others = [own for own in elsewhere if own.file == file and own.unit != here[0].unit]
        if not others:
            continue
        first: dict[tuple[str, str], Evidence] = {}
        for own in sorted(others, key=lambda own: own.made_at):
            first.setdefault((own.unit, own.period), own)
        zh = "、".join(
            f"{names.get(own.unit, own.unit)}（{own.period}，{day_of(own.made_at)}）"
            for own in first.values()
        )
        en = ", ".join(
            f"{names.get(own.unit, own.unit)} ({own.period}, {day_of(own.made_at)})" for own in first.values()
        )
        sentence = Text(
            f"“{here[0].title}”与别的支部上传的是同一个文件：{zh}；可能是共同活动，请核对",
            f"“{here[0].title}” is the very file that others handed in too: {en}; it may be of something done"
            " together, please look",
        )
        numbers = tuple(own.number for own in here)
        found.append(Pointer(pointing=Pointing.SHARED, evidence=numbers, sentence=sentence))
    return found


def _other_year(handed_in: Sequence[Evidence]) -> list[Pointer]:
    """Return a pointer for each photograph that says it was taken in another year, or later than it was handed in."""
    found = []
    for file in dict.fromkeys(own.file for own in handed_in):
        here = [own for own in handed_in if own.file == file]
        sentence = _odd_date(here[0])
        if sentence is not None:
            numbers = tuple(own.number for own in here)
            found.append(Pointer(pointing=Pointing.OTHER_YEAR, evidence=numbers, sentence=sentence))
    return found


def _odd_date(own: Evidence) -> Text | None:
    """Return what to say of the date that a photograph bears; None where there is nothing to say."""
    year = year_of(own.period)
    if own.taken_at is None or year is None:
        return None
    day = day_of(own.taken_at)
    if day.year != year:
        return Text(
            f"照片“{own.title}”自带的拍摄日期是 {day}，不在 {own.period} 评定期内；相机时钟可能不准，请核对",
            f"the photograph “{own.title}” says it was taken on {day}, outside of {own.period};"
            " a camera's clock may be wrong, please look",
        )
    if own.taken_at.astimezone(UTC) > own.made_at.astimezone(UTC) + timedelta(days=1):
        return Text(
            f"照片“{own.title}”自带的拍摄日期是 {day}，晚于上传时间；相机时钟可能不准，请核对",
            f"the photograph “{own.title}” says it was taken on {day}, after it was handed in;"
            " a camera's clock may be wrong, please look",
        )
    return None


def _last_days(handed_in: Sequence[Evidence], last_day: date | None) -> list[Pointer]:
    """Return a pointer where most of many files came on the last days before *last_day*, or after it."""
    if last_day is None:
        return []
    first = last_day - timedelta(days=LAST_DAYS - 1)
    files = {own.file: own for own in reversed(handed_in)}
    late = [own for own in files.values() if day_of(own.made_at) >= first]
    if len(files) < _MANY or len(late) * 100 < len(files) * _MOST_PART:
        return []
    share = len(late) * 100 // len(files)
    numbers = tuple(own.number for own in handed_in if own.file in {one.file for one in late})
    sentence = Text(
        f"{len(files)} 份材料中有 {len(late)} 份（{share}%）在截止前 {LAST_DAYS} 天内或截止后才上传，"
        "可能是集中补交，请留意材料形成的时间",
        f"{len(late)} of {len(files)} files ({share}%) were handed in within {LAST_DAYS} days before the deadline"
        " or after it; they may have been put together then, please mind when they were made",
    )
    return [Pointer(pointing=Pointing.LAST_DAYS, evidence=numbers, sentence=sentence)]
