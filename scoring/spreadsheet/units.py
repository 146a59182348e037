"""Units read from a clerk's file: who they are, whom they answer to, and which gates hold on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, FileRefused
from scoring.spreadsheet.tables import Column, Form, Table, capped, read_table
from scoring.texts import Text
from scoring.units import LONGEST_NAME, Unit, domain_id

UNITS = Form(
    required=(
        Column(name="unit", aliases=("单位代码", "代码", "支部代码")),
        Column(name="domain", aliases=("领域",)),
    ),
    optional=(
        Column(name="name", aliases=("名称", "单位名称", "支部名称")),
        Column(name="township", aliases=("乡镇", "街道", "乡镇街道")),
        Column(name="department", aliases=("部门", "主管部门")),
        Column(name="gates", aliases=("受限事项", "一票否决")),
        Column(name="predecessors", aliases=("前身", "前身代码")),
    ),
)
"""The columns of a file of units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsRead:
    """The units of a file in order of code, each with the set that assesses it, and what is wrong.

    `units` holds the sound ones only, `rows` the row of every code, so that marks can be checked against them.
    `strangers` are the faults of units whose domain none of the sets takes. Without sets only the table is checked.
    """

    units: tuple[Unit, ...]
    sets: tuple[CriteriaSet, ...]
    rows: Mapping[str, int]
    table: Table
    faults: tuple[Fault, ...]
    strangers: tuple[Fault, ...]


def read_units(path: Path, sets: Sequence[CriteriaSet]) -> UnitsRead:
    """Return the units in the file at *path*; a unit takes the one of *sets* whose domains hold its domain.

    A set that names no domains takes what no other does. A file that cannot be read as a table raises FileRefused.
    """
    table = read_table(path, UNITS)
    reading = _Reading(table, sets)
    for row, cells in table.rows:
        reading.row(row, dict(zip(table.columns, cells, strict=True)))
    if not table.rows:
        raise FileRefused([Fault(place=table.place, sentence=Text("没有一个单位", "holds no unit"))])
    found = sorted(reading.units, key=lambda pair: pair[0].code)
    return UnitsRead(
        units=tuple(unit for unit, _ in found),
        sets=tuple(criteria for _, criteria in found),
        rows=reading.rows,
        table=table,
        faults=capped(reading.faults, table.place),
        strangers=capped(reading.strangers, table.place),
    )


class _Reading:
    """The units of one table so far."""

    def __init__(self, table: Table, sets: Sequence[CriteriaSet]) -> None:
        self.table, self.sets = table, sets
        self.units: list[tuple[Unit, CriteriaSet]] = []
        self.rows: dict[str, int] = {}
        self.spellings: dict[str, tuple[str, int]] = {}
        self.faults: list[Fault] = []
        self.strangers: list[Fault] = []

    def row(self, row: int, cells: Mapping[str, str]) -> None:
        """Take one row: a unit, or the faults in it."""
        before = len(self.faults)
        code, domain = cells["unit"], cells["domain"]
        self._check_code(row, code)
        if not (cells["township"] or cells["department"]):
            self._fault(row, "township", "乡镇与部门至少填一个", "needs a township or a department")
        criteria = self._criteria_of(row, domain)
        gates = _listed(cells["gates"])
        predecessors = _listed(cells["predecessors"])
        if code and code in predecessors:
            self._fault(row, "predecessors", "不能是本单位自己的代码", "cannot be the unit's own code")
        if criteria is not None:
            self._check_gates(row, gates, criteria)
        if len(self.faults) == before and criteria is not None:
            unit = Unit(
                code=code,
                name=cells["name"] or code,
                domain=domain,
                township=cells["township"] or None,
                department=cells["department"] or None,
                gates=gates,
                predecessors=predecessors,
            )
            self.units.append((unit, criteria))

    def _check_code(self, row: int, code: str) -> None:
        if not code:
            self._fault(row, "unit", "未填单位代码", "the code is missing")
        elif len(code) > LONGEST_NAME:
            self._fault(
                row,
                "unit",
                f"代码最长 {LONGEST_NAME} 字，现有 {len(code)} 字",
                f"the code has {len(code)} characters; {LONGEST_NAME} at most",
            )
        elif code in self.rows:
            first = self.rows[code]
            self._fault(
                row,
                "unit",
                f"代码“{code}”与第 {first} 行重复",
                f"the code “{code}” stands in row {first} already",
            )
        if code:
            self.rows.setdefault(code, row)

    def _criteria_of(self, row: int, domain: str) -> CriteriaSet | None:
        if not domain:
            self._fault(row, "domain", "未填领域", "the domain is missing")
            return None
        written, first = self.spellings.setdefault(domain_id(domain), (domain, row))
        if written != domain:
            self._fault(
                row,
                "domain",
                f"“{domain}”在第 {first} 行写作“{written}”，请统一写法",
                f"“{domain}” is written “{written}” in row {first}; write it one way",
            )
        criteria = criteria_for(domain, self.sets)
        if criteria is None and self.sets:
            known = [known.ref for known in self.sets]
            sentence = Text(
                f"所给标准（{'、'.join(known)}）都不适用于领域“{domain}”",
                f"none of the criteria sets ({', '.join(known)}) takes the domain “{domain}”",
            )
            self.strangers.append(Fault(place=self.table.place_of(row, "domain"), sentence=sentence))
        return criteria

    def _check_gates(self, row: int, gates: Sequence[str], criteria: CriteriaSet) -> None:
        known = [gate.id for gate in criteria.gates]
        for gate in gates:
            if gate not in known:
                zh, en = "、".join(known) or "无", ", ".join(known) or "none"
                self._fault(
                    row,
                    "gates",
                    f"{criteria.ref} 没有“{gate}”这一受限事项；可用：{zh}",
                    f"{criteria.ref} has no gate “{gate}”; it has: {en}",
                )

    def _fault(self, row: int, column: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place=self.table.place_of(row, column), sentence=Text(zh, en)))


def _listed(cell: str) -> tuple[str, ...]:
    """Return what stands in a cell between semicolons, each once."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, cell.replace("；", ";").split(";")))))


def criteria_for(domain: str, sets: Sequence[CriteriaSet]) -> CriteriaSet | None:
    """Return the set that assesses units of *domain*: the one that names it, else one without domains, else None."""
    named = [criteria for criteria in sets if criteria.domains and criteria.takes(domain)]
    return next(iter([*named, *(criteria for criteria in sets if not criteria.domains)]), None)
