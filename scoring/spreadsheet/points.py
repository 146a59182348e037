"""Points read from a clerk's file: whose, for which item, how many, on which day; each fault by its cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scoring.errors import Fault, FileRefused, Place
from scoring.numbers import plain_decimal
from scoring.private_numbers import private_number
from scoring.spreadsheet.days import NO_DAY, read_day
from scoring.spreadsheet.private_columns import refused_columns
from scoring.spreadsheet.tables import Column, Form, Others, Table, Typed, capped, read_table
from scoring.texts import Text

POINTS = Form(
    required=(
        Column(name="code", aliases=("编号", "党员编号")),
        Column(name="item", aliases=("项目", "积分项目")),
        Column(name="day", aliases=("日期",)),
    ),
    optional=(
        Column(name="points", aliases=("分值",)),
        Column(name="event", aliases=("活动",)),
        Column(name="note", aliases=("说明",)),
        Column(name="key", aliases=("流水号",)),
    ),
    others=Others.TAKEN,
)
"""The columns of a file of points; the key is what another system calls the line, so that it is taken once only."""

LONGEST_EVENT = 100
LONGEST_NOTE = 300
LONGEST_KEY = 80

_LONGEST = {"event": LONGEST_EVENT, "note": LONGEST_NOTE, "key": LONGEST_KEY}


@dataclass(frozen=True, slots=True)
class PointsRow:
    """One line of a file of points: `points` in hundredths, None where the file leaves them to the rules."""

    row: int
    code: str
    item: str
    day: date
    points: int | None
    event: str
    note: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRead:
    """The sound rows of a file of points in its order, and what is wrong with the others; `table` knows the cells."""

    rows: tuple[PointsRow, ...]
    table: Table
    faults: tuple[Fault, ...]


def read_points(path: Path) -> PointsRead:
    """Return the points in the CSV or XLSX file at *path*. A file that cannot be read as a table raises FileRefused."""
    table = read_table(path, POINTS)
    if not table.rows:
        raise FileRefused([Fault(place=table.place, sentence=Text("没有一笔积分", "holds no points"))])
    reading = _Reading(table)
    named = len(POINTS.columns)
    for row, cells in table.rows:
        reading.row(row, *cells[:named])
    faults = (*refused_columns(table), *reading.faults)
    return PointsRead(rows=tuple(reading.rows), table=table, faults=capped(faults, table.place))


def typed_points(cells: Mapping[str, str], called: Mapping[str, str]) -> PointsRead:
    """Return the one line that was typed, by the names of its columns; *called* says what the field of each is called."""
    names = [own.name for own in POINTS.columns]
    letters = tuple(called.get(name) for name in names)
    row = [cells.get(name, "").strip() for name in names]
    reading = _Reading(
        Typed(place=Place(), form=POINTS, head=0, columns=tuple(names), letters=letters, rows=())
    )
    reading.row(0, *row)
    return PointsRead(rows=tuple(reading.rows), table=reading.table, faults=tuple(reading.faults))


class _Reading:
    """The lines of one table so far; days and points, which come many times over, are read once each."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: list[PointsRow] = []
        self.faults: list[Fault] = []
        self.keys: dict[str, int] = {}
        self.days: dict[str, date | None] = {}
        self.amounts: dict[str, int | Text | None] = {"": None}
        self.texts: dict[tuple[str, str], Text | None] = {}

    def row(  # noqa: PLR0917  the columns of the form, in order
        self, row: int, code: str, item: str, day: str, points: str, event: str, note: str, key: str
    ) -> None:
        """Take one row, or the faults in it."""
        if day not in self.days:
            self.days[day] = read_day(day)
        if points not in self.amounts:
            self.amounts[points] = _points(points)
        own_day, amount = self.days[day], self.amounts[points]
        wrong = list(self._wrong_texts(event, note, key)) if event or note or key else []
        if not code:
            wrong.append(("code", Text("未填编号", "the number is missing")))
        if not item:
            wrong.append(("item", Text("未填项目", "the item is missing")))
        if own_day is None:
            wrong.append(("day", NO_DAY if day else Text("未填日期", "the day is missing")))
        if isinstance(amount, Text):
            wrong.append(("points", amount))
        if key:
            first = self.keys.setdefault(key, row)
            if first != row:
                wrong.append(("key", Text(f"与第 {first} 行重复", f"stands in row {first} already")))
        if wrong or own_day is None or isinstance(amount, Text):
            self.faults += [
                Fault(place=self.table.place_of(row, column), sentence=sentence) for column, sentence in wrong
            ]
            return
        self.rows.append(PointsRow(row, code, item, own_day, amount, event, note, key))

    def _wrong_texts(self, event: str, note: str, key: str) -> Iterator[tuple[str, Text]]:
        for column, text in (("event", event), ("note", note), ("key", key)):
            if not text:
                continue
            if (column, text) not in self.texts:
                self.texts[column, text] = _wrong_text(column, text)
            sentence = self.texts[column, text]
            if sentence is not None:
                yield column, sentence


def _wrong_text(column: str, text: str) -> Text | None:
    most = _LONGEST[column]
    if len(text) > most:
        return Text(f"最长 {most} 字", f"{most} characters at most")
    return private_number(text)


def _points(text: str) -> int | Text:
    """Return hundredths, or what is wrong; a sign is no part of it, since the item says whether points are lost."""
    try:
        number, scale = plain_decimal(text)
    except ValueError:
        return Text("分值应是数字", "points are a number")
    if number <= 0:
        return Text(
            "分值应大于 0；扣分项也填正数，由项目决定加减",
            "points are above 0; those of an item that takes points too, since the item says so",
        )
    hundredths, rest = divmod(100 * number, scale)
    if rest:
        return Text("分值最多两位小数", "points have two decimals at most")
    return hundredths if hundredths < 10**9 else Text("分值太大", "that is too many points")
