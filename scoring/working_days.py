"""Working days: weekdays but for holidays, and the weekends worked instead of them (调休); and the days of a posting.

Days are the county's: a day ends at 24:00 Beijing time, wherever the server stands.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from scoring.errors import Fault, Place, Refused
from scoring.texts import Text

COUNTY_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Beijing time, which has known no summer time since 1991."""

POSTED_DAYS = 5
"""For how many working days a draft is posted where nothing else is said."""

LONGEST_POSTING = 60
"""Working days that a posting may last at most."""

_WEEKEND = 5
_ONE = timedelta(days=1)
_LAST_YEAR = 9990
_LONGEST_BLOCK = 31
_LONGEST_NAME = 40
_LINE = re.compile(
    r"(?P<first>\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|~|—|–|\.\.|-)\s*(?P<last>\d{4}-\d{1,2}-\d{1,2}))?"
    r"\s*(?P<word>放假|休|holiday|off|上班|班|working|work)(?:\s+(?P<name>.*))?",
    re.IGNORECASE,
)
_WORKED = frozenset({"上班", "班", "working", "work"})


class DayTooFar(Refused):
    """A day that no calendar reaches."""


class CalendarUnreadable(Refused):
    """What was written of holidays and worked weekends cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day of which somebody said whether it is worked, and what it is called ('' where that is not said)."""

    day: date
    working: bool
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """From which day to which a draft is posted for comment, both of them included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a posting does not end before it begins")

    @property
    def ends_at(self) -> datetime:
        """The moment it is over: 24:00 of its last day in the county."""
        return datetime.combine(self.last + _ONE, time(), COUNTY_TIME)

    def is_over(self, now: datetime) -> bool:
        """Return whether it is over at that moment."""
        return now >= self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The county's calendar: what `own` says of a day counts before what is known of every year."""

    own: Mapping[date, SpecialDay]

    def special(self, day: date) -> SpecialDay | None:
        """Return what is said of *day*, by the office or by law; None where only its weekday counts."""
        return self.own.get(day) or _KNOWN.get(day) or _every_year(day)

    def is_working(self, day: date) -> bool:
        """Return whether *day* is worked."""
        special = self.special(day)
        return day.weekday() < _WEEKEND if special is None else special.working

    def next_working(self, day: date) -> date:
        """Return *day*, or the first day after it that is worked."""
        return next(self._worked_from(day))

    def posting(self, first: date, working_days: int = POSTED_DAYS) -> Posting:
        """Return the posting from *first* on whose last day is its n-th working day; *first* counts if it is worked."""
        if not 1 <= working_days <= LONGEST_POSTING:
            raise ValueError("a posting lasts some working days")
        if first.year > _LAST_YEAR:
            raise DayTooFar([Fault.of(f"{first} 太远，没有日历", f"{first} is too far off for any calendar")])
        worked = self._worked_from(first)
        return Posting(first=first, last=[next(worked) for _ in range(working_days)][-1])

    def count(self, posting: Posting) -> int:
        """Return how many working days *posting* has."""
        days = (posting.last - posting.first).days + 1
        return sum(self.is_working(posting.first + _ONE * place) for place in range(days))

    def year(self, year: int) -> tuple[SpecialDay, ...]:
        """Return all days of *year* that are not as their weekday says, or of which something is said, in order."""
        first = date(year, 1, 1)
        days = (first + _ONE * place for place in range((date(year + 1, 1, 1) - first).days))
        return tuple(own for own in map(self.special, days) if own is not None)

    def _worked_from(self, day: date) -> Iterator[date]:
        while True:
            if self.is_working(day):
                yield day
            day += _ONE


def today(now: datetime | None = None) -> date:
    """Return which day it is in the county, at *now* or this moment."""
    return (now or datetime.now(UTC)).astimezone(COUNTY_TIME).date()


def is_known(year: int) -> bool:
    """Return whether the arrangement of that year's holidays comes with the service; of others the law's fixed days do."""
    return any(day.year == year for day in _KNOWN)


def read_days(text: str) -> tuple[SpecialDay, ...]:
    """Return the days that *text* writes, a day or a block of days a line: `2027-02-04 至 2027-02-10 放假 春节`.

    Raises CalendarUnreadable with every line that cannot be read.
    """
    found: dict[date, SpecialDay] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        days, wrong = _read_line(line.strip())
        again = [own.day for own in days if own.day in found]
        if again and wrong is None:
            wrong = Text(f"{again[0]} 在上文已写过", f"{again[0]} stands further up already")
        if wrong is not None:
            faults.append(Fault(place=Place(line=number), sentence=wrong))
        found |= {own.day: own for own in days}
    if faults:
        raise CalendarUnreadable(faults)
    return tuple(found[day] for day in sorted(found))


def _read_line(line: str) -> tuple[Sequence[SpecialDay], Text | None]:
    """Return the days of one line, or why there are none."""
    match = _LINE.fullmatch(unicodedata.normalize("NFKC", line))
    if match is None:
        return (), Text(
            "看不懂；请写成“2027-02-04 至 2027-02-10 放假 春节”或“2027-02-06 上班”",
            "cannot be read; write “2027-02-04 .. 2027-02-10 holiday Spring Festival” or “2027-02-06 working”",
        )
    try:
        first = _day(match["first"])
        last = _day(match["last"] or match["first"])
    except ValueError:
        return (), Text("没有这一天", "there is no such day")
    if not 0 <= (last - first).days < _LONGEST_BLOCK:
        return (), Text(
            f"起止日期有误：一段为 1 至 {_LONGEST_BLOCK} 天，先写开始的一天",
            f"a block has 1 to {_LONGEST_BLOCK} days, the first of them written first",
        )
    working, name = match["word"].lower() in _WORKED, (match["name"] or "").strip()
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return (), Text(
            f"名称最长 {_LONGEST_NAME} 字",
            f"a name has {_LONGEST_NAME} characters at most, all of them visible",
        )
    days = [first + _ONE * place for place in range((last - first).days + 1)]
    return [SpecialDay(day=day, working=working, name=name) for day in days], None


def _day(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    return date(year, month, day)


def _block(name: str, first: date, days: int) -> Iterator[SpecialDay]:
    for place in range(days):
        yield SpecialDay(day=first + _ONE * place, working=False, name=name)


def _worked(name: str, *days: date) -> Iterator[SpecialDay]:
    for day in days:
        yield SpecialDay(day=day, working=True, name=name)


_KNOWN = {
    own.day: own
    for own in (
        # The State Council's notice of 4 November 2025.
        *_block("元旦", date(2026, 1, 1), 3),
        *_worked("元旦调休", date(2026, 1, 4)),
        *_block("春节", date(2026, 2, 15), 9),
        *_worked("春节调休", date(2026, 2, 14), date(2026, 2, 28)),
        *_block("清明节", date(2026, 4, 4), 3),
        *_block("劳动节", date(2026, 5, 1), 5),
        *_worked("劳动节调休", date(2026, 5, 9)),
        *_block("端午节", date(2026, 6, 19), 3),
        *_block("中秋节", date(2026, 9, 25), 3),
        *_block("国庆节", date(2026, 10, 1), 7),
        *_worked("国庆节调休", date(2026, 9, 20), date(2026, 10, 10)),
    )
}

_FIXED = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""Public holidays by month and day that the law fixes for every year; the others follow the moon or the notice."""


def _every_year(day: date) -> SpecialDay | None:
    name = _FIXED.get((day.month, day.day))
    return None if name is None else SpecialDay(day=day, working=False, name=name)
