"""A county small enough to be seen whole: branches in three townships, two criteria sets with every kind of criterion.

Everything comes from plain arguments, and the same arguments give the same rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, literal, select, union_all

from scoring.canonical import sha256
from scoring.edition import Edition, State
from scoring.errors import Refused
from scoring.inputs import Inputs
from scoring.store import county, periods, units
from scoring.store.engine import Store
from scoring.store.tables import METADATA
from scoring.workflow.import_marks import MarksTaken, import_marks
from scoring.workflow.import_units import UnitsTaken, import_units
from scoring.workflow.keep_periods import open_period
from scoring.workflow.publication import SignedBy, publish_period
from scoring.workflow.standings_now import inputs_of
from tests.databases import Database, ready_made
from tests.web.broken_spreadsheets import as_csv, as_workbook

NAME = "青石县"
PERIOD = "2026"
UNITS = 12
TOWNSHIPS = ("青石镇", "柳河镇", "云岭乡")
SIGNED = SignedBy(prepared="张三", confirmed="李四")

UNIT_HEAD = ["unit", "name", "domain", "township", "department", "gates", "predecessors"]
MARK_HEAD = ["unit", "criterion", "stage", "evaluator", "mark"]

Rows = list[list[str]]

_SHARED = {
    "stages": ["self", "superior", "county"],
    "decided_from": "superior",
    "agreement": {"rule": "mean", "disagreement": "30%"},
    "cut_points": [
        {"stars": "5", "at_least": "90"},
        {"stars": "4", "at_least": "80"},
        {"stars": "3", "at_least": "70"},
        {"stars": "2", "at_least": "60"},
    ],
    "quotas": [{"stars": "5", "share": "1/3", "within": "county"}],
    "target": {"stars": "3", "share": "60%"},
}
_LEVELS = [
    {"marks": "10", "when": {"zh": "12 次", "en": "twelve times"}},
    {"marks": "5", "when": {"zh": "6 次", "en": "six times"}},
    {"marks": "0", "when": {"zh": "不足 6 次", "en": "fewer"}},
]
_GRADES = [{"id": "good", "worth": "100"}, {"id": "fair", "worth": "60"}, {"id": "poor", "worth": "0"}]
_LATE = {
    "id": "late",
    "kind": "deduction",
    "each": "1",
    "most": "3",
    "title": {"zh": "迟报", "en": "Late filing"},
}


def sets() -> list[dict]:
    """Return the two criteria sets as documents; all five kinds of criterion and both of adjustment are in them."""
    village = {
        "id": "village",
        "version": "1",
        "title": {"zh": "农村党支部标准", "en": "Villages"},
        "domains": ["rural"],
        "parts": [
            {
                "id": "organisation",
                "criteria": [
                    {
                        "id": "discipline",
                        "kind": "judged",
                        "full_marks": "20",
                        "title": {"zh": "纪律", "en": "Discipline"},
                    },
                    {"id": "meetings", "kind": "levels", "full_marks": "10", "levels": _LEVELS},
                    {
                        "id": "late_meetings",
                        "kind": "derived",
                        "full_marks": "5",
                        "source": "late_meetings",
                        "bands": [{"at_least": "0", "marks": "5"}, {"at_least": "4", "marks": "0"}],
                    },
                ],
                "adjustments": [_LATE],
            },
            {
                "id": "results",
                "criteria": [
                    {
                        "id": "income",
                        "kind": "measured",
                        "full_marks": "10",
                        "unit": "元",
                        "bands": [{"at_least": "50000", "marks": "10"}, {"at_least": "30000", "marks": "5"}],
                    },
                    {
                        "id": "knowledge",
                        "kind": "measured",
                        "full_marks": "10",
                        "line": {"from": "60", "to": "90"},
                    },
                    {
                        "id": "satisfaction",
                        "kind": "ballot",
                        "full_marks": "30",
                        "grades": _GRADES,
                        "least_voters": "5",
                        "best_share_most": "2/3",
                    },
                ],
            },
        ],
        "adjustments": [{"id": "honour", "kind": "bonus", "each": "2", "most": "4"}],
        "gates": [{"id": "weak", "highest_stars": "2"}, {"id": "banned", "highest_stars": "0"}],
    }
    office = {
        "id": "office",
        "version": "1",
        "title": {"zh": "机关党支部标准", "en": "Offices"},
        "domains": ["office", "school"],
        "criteria": [
            {"id": "discipline", "kind": "judged", "full_marks": "20", "step": "0.25"},
            {"id": "meetings", "kind": "levels", "full_marks": "10", "levels": _LEVELS},
            {
                "id": "points",
                "kind": "derived",
                "full_marks": "10",
                "source": "mean_member_points",
                "line": {"from": "0", "to": "100"},
            },
            {"id": "satisfaction", "kind": "ballot", "full_marks": "20", "grades": _GRADES},
        ],
        "adjustments": [_LATE],
        "gates": [{"id": "dues", "highest_stars": "3"}],
    }
    return [village | _SHARED, office | _SHARED]


def write_sets(folder: Path) -> list[str]:
    """Write the criteria sets into *folder* and return their paths, as a period is opened with them."""
    paths = []
    for document in sets():
        path = folder / f"{document['id']}@{document['version']}.yaml"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        paths.append(str(path))
    return paths


def unit_rows(units: int = UNITS) -> Rows:
    """Return the file of units: A01, A02 … in turn over the townships, every fourth one of a department."""
    return [UNIT_HEAD, *(_unit(number) for number in range(1, units + 1))]


def _unit(number: int) -> list[str]:
    township = TOWNSHIPS[number % 3]
    if number % 4:
        gates = "weak" if number % 7 == 0 else ""
        return [f"A{number:02}", f"第{number}村党支部", "rural", township, "", gates, ""]
    domain, department = ("school", "教育局") if number % 8 else ("office", "财政局")
    return [f"A{number:02}", f"第{number}机关党支部", domain, township, department, "", ""]


def mark_rows(units: int = UNITS) -> Rows:
    """Return the file of marks of the first *units* units: self-assessment, superiors, and two evaluators of the county."""
    return [MARK_HEAD, *(row for number in range(1, units + 1) for row in _marks(number))]


def _marks(number: int) -> Iterator[list[str]]:
    code = f"A{number:02}"
    rural = bool(number % 4)
    judged = 12 + (number * 5) % 8
    for stage, evaluator, mark in (
        ("self", "本支部", "20"),
        ("superior", "乡镇", f"{judged}"),
        ("county", "王", f"{judged}.5"),
        ("county", "欧阳·阿依努尔", f"{judged - 1}"),
    ):
        yield [code, "discipline", stage, evaluator, mark]
    yield [code, "meetings", "superior", "乡镇", ("10", "5", "10", "0")[number % 4]]
    yield [code, "satisfaction", "county", "王", f"good={number % 5 + 2};fair=4;poor={number % 3}"]
    yield [code, "late", "county", "王", f"{number % 3}"]
    if rural:
        yield [code, "late_meetings", "county", "王", f"{number % 6}"]
        yield [code, "income", "superior", "乡镇", "n/a" if number == 5 else f"{27000 + 4000 * number}.5"]
        yield [code, "knowledge", "county", "王", f"{66 + (number * 7) % 25}"]
        yield [code, "honour", "county", "王", f"{number % 2}"]
    else:
        yield [code, "points", "county", "王", f"{70 + number}.25"]


def wide(rows: Rows) -> Rows:
    """Return a file of marks as a row a unit, stage and evaluator, with a column a criterion."""
    criteria = list(dict.fromkeys(row[1] for row in rows[1:]))
    cells: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for unit, criterion, stage, evaluator, mark in rows[1:]:
        cells[unit, stage, evaluator][criterion] = mark
    body = [[*key, *(marks.get(criterion, "") for criterion in criteria)] for key, marks in cells.items()]
    return [["unit", "stage", "evaluator", *criteria], *body]


def write(path: Path, rows: Rows) -> Path:
    """Write *rows* to *path*, a workbook or CSV by its ending, and return it."""
    path.write_bytes(as_workbook(rows) if path.suffix == ".xlsx" else as_csv("utf-8-sig")(rows))
    return path


def opened(store: Store, folder: Path, period: str = PERIOD) -> None:
    """Name the county and open a period of its own sets, which has no units yet."""
    with store.begin() as c:
        county.call(c, NAME)
    open_period(store, period, write_sets(folder))


def with_units(store: Store, folder: Path, period: str = PERIOD) -> None:
    """Open a period and take all units into it."""
    opened(store, folder, period)
    take_units(store, folder / "units.csv", unit_rows(), period=period)


def let_be_community(store: Store, code: str, period: str = PERIOD) -> None:
    """Let the branch be a community's, which members of others may register with and serve."""
    with store.begin() as c:
        own = units.find(c, period, code)
        own = replace(own, unit=replace(own.unit, domain="community"))
        units.put(c, period, [own], 1)


def with_marks(store: Store, folder: Path, period: str = PERIOD) -> None:
    """Open a period and take all units and all marks into it: nothing hinders its publication."""
    with_units(store, folder, period)
    take_marks(store, folder / "marks.csv", mark_rows(), period=period)


def take_units(store: Store, path: Path, rows: Rows, *more: object, period: str = PERIOD) -> UnitsTaken:
    """Write *rows* to *path* and import them as units."""
    return import_units(store, period, write(path, rows), *more)


def take_marks(store: Store, path: Path, rows: Rows, *more: object, period: str = PERIOD) -> MarksTaken:
    """Write *rows* to *path* and import them as marks."""
    return import_marks(store, period, write(path, rows), *more)


def moderate(store: Store, path: Path, *marks: tuple[str, str, str, str], period: str = PERIOD) -> MarksTaken:
    """Import moderation marks, each as unit, criterion, evaluator and mark."""
    rows = [[unit, criterion, "moderation", by, mark] for unit, criterion, by, mark in marks]
    return take_marks(store, path, [MARK_HEAD, *rows], period=period)


def publish(
    store: Store,
    state: State = State.FINAL,
    *,
    period: str = PERIOD,
    signed: SignedBy = SIGNED,
    reason: str = "",
    excused: Mapping[str, str] | None = None,
) -> Edition:
    """Publish the period."""
    return publish_period(store, period, signed, state, reason=reason, excused=excused)


def inputs(store: Store, period: str = PERIOD) -> Inputs:
    """Return the period's units and markings as they are now."""
    with store.read() as c:
        return inputs_of(c, periods.find(c, period))


def phase(store: Store, period: str = PERIOD) -> str:
    """Return the phase the period is in."""
    with store.read() as c:
        return periods.find(c, period).phase.value


_COUNTS = union_all(
    *(select(literal(table.name), func.count()).select_from(table) for table in METADATA.sorted_tables)
)


def counts(store: Store) -> dict[str, int]:
    """Return how many rows every table has. Rows are never changed, so these tell whether anything was written."""
    with store.read() as c:
        return dict(map(tuple, c.execute(_COUNTS)))


def places(refused: Refused) -> set[tuple[int | None, str | None]]:
    """Return the rows and columns that a refusal names."""
    return {(fault.place.row, fault.place.column) for fault in refused.faults}


def told(refused: Refused) -> str:
    """Return all sentences of a refusal in English with their places, a fault a line."""
    return str(refused)


def digest(path: Path) -> str:
    """Return the SHA-256 by which the file at *path* is known."""
    return sha256(path.read_bytes())


def codes(rows: Rows) -> Iterable[str]:
    """Return the codes in a file of units."""
    return [row[0] for row in rows[1:]]


@contextmanager
def store_at(database: Database) -> Iterator[Store]:
    """Make the database, if need be, and give its store."""
    ready_made(database)
    store = Store.open(database.url, database.schema)
    try:
        yield store
    finally:
        store.close()
