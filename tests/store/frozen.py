"""Databases as older releases wrote them: every table's rows, frozen as JSON beside this file, a file a revision.

`python -m tests.store.frozen` freezes the newest revision from a year made by today's code. A file that was
released is never made anew: it stands for databases in offices.
"""

from __future__ import annotations

import base64
import json
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from scoring.edition import Edition, State, Statement, edition_of, publish
from scoring.inputs import Inputs
from scoring.periods import Phase
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import roll_up
from scoring.scores import score
from scoring.stars import rate
from scoring.store import chain, county, criteria, editions, markings, periods, renderings, units
from scoring.store.engine import Store
from scoring.store.preparation import prepare
from scoring.store.revisions import NEWEST, VERSION_TABLE
from scoring.store.tables import METADATA
from tests.store.workers import people, points, work
from tests.store.years import RARE, SET, kept, marking, open_period, take

FOLDER = Path(__file__).with_name("revisions")

Rows = dict[str, list[dict]]
"""Rows by table, tables in an order in which none names a later one; texts, numbers, bytes and None."""


def frozen(revision: str) -> Rows:
    """Return the rows a database of that revision held."""
    return json.loads((FOLDER / f"{revision}.json").read_text("utf-8"), object_hook=_bytes)


def pour(c: Connection, rows: Rows) -> None:
    """Put *rows* into the tables there are, in plain SQL: today's tables may be others."""
    for table, own in rows.items():
        for row in own:
            columns = ", ".join(f'"{name}"' for name in row)
            places = ", ".join(f":{name}" for name in row)
            c.execute(text(f'INSERT INTO "{table}" ({columns}) VALUES ({places})'), row)


def drawn(c: Connection, like: Rows) -> Rows:
    """Return the rows there are now of the tables and columns in *like*, in its order."""
    found: Rows = {}
    for table, own in like.items():
        columns = ", ".join(f'"{name}"' for name in own[0])
        rows = c.exec_driver_sql(f'SELECT {columns} FROM "{table}"').mappings()
        found[table] = sorted(map(dict, rows), key=repr)
    return found


def editions_in(rows: Rows) -> list[Edition]:
    """Return the editions in *rows*, put together from their lines alone, oldest first."""
    documents = {row["ref"]: row["document"] for row in rows["criteria_set"]}
    found = []
    for row in sorted(rows["edition"], key=lambda row: row["number"]):
        lines = [own for own in rows["edition_unit"] if own["edition"] == row["id"]]
        lines.sort(key=lambda own: own["place"])
        found.append(
            edition_of(
                editions.statement_of(row["manifest"]),
                criteria={
                    own["ref"]: documents[own["ref"]]
                    for own in rows["edition_criteria"]
                    if own["edition"] == row["id"]
                },
                units=[own["unit_line"] for own in lines],
                marks=[own["marks_line"] for own in lines],
                rows=[own["row_line"] for own in lines],
                standings=row["standings"],
            )
        )
    return found


def year(c: Connection) -> None:
    """Keep a small year: marks corrected, a unit taken out, a draft and the final edition that supersedes it, drawn."""
    county.call(c, "青石县")
    open_period(c, "2025", codes=("A1",))
    open_period(c)
    own = [*kept("A1", "A2", name=f"{RARE}党支部"), *kept("B1", predecessors=("A3",)), *kept("C1", "C2")]
    units.put(c, "2026", own, take(c, kind="units"))
    units.take_out(c, "2026", ["C2"], take(c, kind="units"))
    entered = [marking(unit.unit.code, RARE, dues="4.5", 换届="5") for unit in own[:-1]]
    markings.put(c, "2026", [*entered, marking("A1", stage="self", dues="5")], take(c))
    supersedes = None
    for state in State:
        supersedes = _published(c, state, supersedes)
        renderings.add(c, supersedes, "stars.svg", f"<svg>{RARE}</svg>".encode() * 3)
        markings.put(
            c, "2026", [marking("A1", stage="self"), marking("A2", RARE, 换届="3", dues="4")], take(c)
        )
    periods.move(c, "2026", Phase.PUBLISHED)
    people(c)
    work(c, supersedes)
    points(c)
    chain.concern(c, "period 2026", f"edition {supersedes}")


def _published(c: Connection, state: State, supersedes: str | None) -> str:
    own = units.current(c, "2026")
    inputs = Inputs(
        units=tuple(kept.unit for kept in own),
        sets=tuple(criteria.find(c, SET) for _ in own),
        markings=markings.current(c, "2026"),
    )
    standings = roll_up(rank(limit(rate(score(inputs.assessments())))))
    statement = Statement(
        county=county.name(c),
        period="2026",
        state=state,
        supersedes=supersedes,
        reason=None,
        prepared_by="张三",
        confirmed_by=RARE,
        authenticated=False,
    )
    edition = publish(standings, inputs, statement)
    editions.add(c, edition)
    return edition.id


def _bytes(value: dict) -> dict | bytes:
    if value.keys() == {"base64"}:
        return base64.b64decode(value["base64"])
    return value["bytes"].encode() if value.keys() == {"bytes"} else value


def _freeze() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/county.db"
        prepare(url)
        with closing(Store.open(url)) as store:
            with store.begin() as c:
                year(c)
            with store.read() as c:
                rows = {table.name: _rows(c, table.name) for table in METADATA.sorted_tables}
    assert VERSION_TABLE not in rows
    path = FOLDER / f"{NEWEST}.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _rows(c: Connection, table: str) -> list[dict]:
    """Return the table's rows, bytes marked as such, an edition after the one it supersedes."""
    found = [
        {name: _written(value) if isinstance(value, bytes) else value for name, value in row.items()}
        for row in c.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()
    ]
    return sorted(found, key=lambda row: row.get("number", 0))


def _written(value: bytes) -> dict[str, str]:
    try:
        return {"bytes": value.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


if __name__ == "__main__":
    _freeze()
