"""What a county keeps in tests, from plain arguments: criteria, units, markings, imports and editions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from scoring.canonical import canonical, sha256
from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.edition import Edition, State, Statement, edition_of
from scoring.marks import Marking
from scoring.periods import Period, Phase
from scoring.store import chain, county, criteria, editions, imports, markings, periods, renderings, units
from scoring.store.engine import Connection
from scoring.store.units import KeptUnit
from scoring.units import Unit
from tests.store.workers import people, points, work

SET = "village@2026.1"
RARE = "䶮𬭎镇𠮷"
"""Characters of people's and places' names, two of them beyond U+FFFF."""


def criteria_set(ref: str = SET, *, full_marks: int = 5) -> CriteriaSet:
    own, version = ref.split("@")
    document = {
        "id": own,
        "version": version,
        "title": {"zh": "农村党支部"},
        "criteria": [
            {"id": name, "kind": "judged", "full_marks": str(full_marks)} for name in ("换届", "dues")
        ],
    }
    return loader.load(json.dumps(document).encode(), f"{ref}.yaml", lambda _: None)


def unit(code: str, name: str = "青石村党支部", **more: object) -> Unit:
    return Unit(**{"code": code, "name": name, "domain": "rural", "township": "西山镇"} | more)


def kept(*codes: str, ref: str = SET, **more: object) -> list[KeptUnit]:
    return [KeptUnit(unit=unit(code, **more), ref=ref) for code in codes]


def marking(unit: str, evaluator: str = "张三", stage: str = "county", **marks: str) -> Marking:
    return Marking(unit=unit, stage=stage, evaluator=evaluator, marks=dict(sorted(marks.items())))


def digest(words: str) -> str:
    return sha256(words.encode())


def open_period(
    c: Connection, period: str = "2026", *refs: str, phase: Phase = Phase.PREPARING, codes: Sequence[str] = ()
) -> None:
    """Open a period with its sets, and with units of *codes*."""
    for ref in refs or (SET,):
        criteria.keep(c, criteria_set(ref))
    periods.add(c, Period(id=period, phase=phase, refs=refs or (SET,)))
    if codes:
        units.put(c, period, kept(*codes, ref=(refs or (SET,))[0]), take(c, period, "units"))


def take(c: Connection, period: str = "2026", kind: imports.Kind = "marks", name: str = "评分.xlsx") -> int:
    """Note the import of a file that was never imported, and return its number."""
    number = c.exec_driver_sql('SELECT count(*) FROM "import"').scalar_one()
    return imports.add(c, period, kind, digest(f"{kind} {number}"), name, 3)


def edition(
    period: str = "2026",
    *,
    supersedes: str | None = None,
    state: State = State.DRAFT,
    reason: str | None = None,
    codes: Sequence[str] = ("A1", "A2"),
    words: Mapping[str, str] | None = None,
) -> Edition:
    """Return an edition whose lines are canonical JSON of no particular sense; *words* go into every line."""
    statement = Statement(
        county="青石县",
        period=period,
        state=state,
        supersedes=supersedes,
        reason=reason,
        prepared_by="张三",
        confirmed_by="李四",
        authenticated=False,
    )
    lines = [canonical({"unit": code, **(words or {})}) for code in codes]
    return edition_of(
        statement,
        criteria={SET: canonical(loader.document(criteria_set()))},
        units=lines,
        marks=lines,
        rows=lines,
        standings=canonical({"county": {"n": len(codes)}}),
    )


def fill(c: Connection) -> None:
    """Put at least one row into every table, with an edition that supersedes another."""
    county.call(c, "青石县")
    open_period(c, codes=("A1", "A2"))
    markings.put(c, "2026", [marking("A1", dues="4.5"), marking("A2", dues="5")], take(c))
    first = edition()
    editions.add(c, first)
    editions.add(c, edition(supersedes=first.id, state=State.FINAL))
    renderings.add(c, first.id, "stars.svg", b"<svg/>")
    people(c)
    work(c, first.id)
    points(c)
    chain.concern(c, "period 2026", f"edition {first.id}")
