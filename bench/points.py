"""Members' points: one transfer posted, a balance with the last lines read, and a file of points taken in.

Each against the bare SQL of the same rows, as durable, on both databases. Reading and posting find a year of a county:
40,000 members (`STARS_BENCH_MEMBERS` sets fewer) with 50 transfers each. A file is taken into a county whose members have none yet.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count, cycle
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from bench.answers import check_equal
from bench.bare_points import BarePoints
from bench.cohorts import Cohort
from bench.databases import Databases
from bench.deciding import DecidingByHand, comparable, rows_of, through_bare_flask, through_our_app
from bench.offices import open_store, write_csv, write_files
from bench.rounds import Comparison, Contender
from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import ISSUER, NewTransfer, TransferKind
from scoring.people import Actor, Reach, Role, Scope
from scoring.store import chain, people, rights
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import claims, members, transfers
from scoring.store.ledger.claims import Claim
from scoring.store.ledger.members import NewMember
from scoring.store.rights import GrantState
from scoring.store.tables import entry, moment_text, transfer
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.workflow.sign_in import actor_of

MEMBERS = int(os.environ.get("STARS_BENCH_MEMBERS", "40000"))
EACH = 50
LINES = min(25_000, 2 * MEMBERS)
"""No more than two of a member: what caps let through."""

_POST, _READ = 4, 3
"""The limits; the first is SQLite's."""

_CALLS, _EVERY = 5, 15
_CLAIMS = 1_000
_RULES = "member-points@2026.1"
_ITEM = "collective_study"
_POINTS = 200
_DAY = date(2026, 11, 10)
_FIRST = date(2026, 1, 1)
_MADE, _FULL = "points_made", "points_full"


@dataclass(frozen=True, slots=True)
class County:
    """A county of members: who verifies there and who claimed, and the members' ids in order."""

    superior: Actor
    claimant: str
    unit: str
    ids: tuple[str, ...]


def points_comparisons(
    cohort: Cohort, kinds: Iterable[Databases], folder: Path, stack: ExitStack
) -> list[Comparison]:
    """Return what is compared of members' points, results checked; connections close with *stack*."""
    found = []
    for databases in kinds:
        county = _made(databases, cohort, folder / f"points-{databases.kind}")
        found += _import_comparisons(databases, folder, stack)
        url = databases.copy(_MADE, _FULL)
        _fill(url, county)
        claimed = _claimed(url, county)
        databases.settle(_FULL)
        bare_url = databases.copy(_FULL, "bare_points")
        store = Store.open(url)
        stack.callback(store.close)
        bare = BarePoints(bare_url)
        stack.callback(bare.connection.close)
        found += _reading(databases.kind, store, bare, county)
        found += _posting(databases.kind, store, bare, county, claimed)
    return found


def _posting(
    kind: str, store: Store, bare: BarePoints, county: County, claimed: Mapping[int, str]
) -> list[Comparison]:
    waiting = iter(claimed)
    own, other = count(1), count(1)

    def post() -> None:
        number = next(own)
        with store.begin() as c:
            chain.link_number(c)
            transfers.post(c, [_new(county, number)], By(person=county.superior.id))

    def verify() -> None:
        verify_claims(store, county.superior, [Decision(claim=next(waiting), post=True)])

    def append() -> None:
        bare.append(_new(county, next(other)), county.superior.id)

    through_web = through_our_app(store, county.superior, waiting)
    told = orjson.loads(through_web.run())["decided"]
    with store.read() as c:
        laid = [transfers.find(c, number).new for one in told for number in one["transfers"]]
    got = [(own.ledger, own.amount, own.unit, own.item) for own in laid]
    check_equal(f"a claim posted by the API, {kind}", got, [(Ledger.HONOUR, _POINTS, county.unit, _ITEM)])
    first = told[0]["claim"]
    by_hand = _by_hand(kind, store, bare, first, claimed)
    bare_view = through_bare_flask(by_hand.post, (own for own in claimed if own != first))
    post()
    append()
    account = county.ids[1]
    with store.read() as c:
        got = transfers.balance(c, account, Ledger.HONOUR)
    check_equal(f"a balance after posting, {kind}", (got.balance, got.seq), bare.newest(account))
    bare_append = Contender(name=f"bare append with balance, {kind}", run=append, calls=_CALLS)
    web = Contender(name=f"a claim posted by the API, {kind}", run=through_web.run, calls=_CALLS)
    limit = _POST if kind == "SQLite" else None
    return [
        Comparison(
            work=f"one transfer posted among {MEMBERS * EACH:,}, {kind}",
            ours=Contender(name=f"a transfer posted, {kind}", run=post, calls=_CALLS),
            other=bare_append,
            limit=limit,
        ),
        Comparison(
            work=f"a claim posted by the API, {kind}",
            ours=web,
            other=Contender(
                name=f"the same rows, bare Flask and SQL, {kind}",
                run=bare_view.run,
                calls=_CALLS,
            ),
            limit=limit,
        ),
        Comparison(
            work=f"a claim posted by the API, with all it comes to, {kind}",
            ours=web,
            other=bare_append,
        ),
        Comparison(
            work=f"a claim verified in process, {kind}",
            ours=Contender(name=f"a claim verified, {kind}", run=verify, calls=1),
            other=bare_append,
        ),
    ]


def _by_hand(
    kind: str, store: Store, bare: BarePoints, first: int, claimed: Mapping[int, str]
) -> DecidingByHand:
    """Return what writes by hand all the rows that a claim posted by the API comes to, checked to be those of the *first*."""
    with store.read() as c:
        rows = rows_of(c, first)
    by_hand = DecidingByHand(bare, rows, claimed)
    by_hand.post(first)
    copy = Store.open(bare.url)
    with copy.read() as c:
        check_equal(
            f"the rows of a claim posted by hand, {kind}", comparable(rows), comparable(rows_of(c, first))
        )
    copy.close()
    return by_hand


def _reading(kind: str, store: Store, bare: BarePoints, county: County) -> list[Comparison]:
    own, other = (cycle(county.ids[:: max(1, len(county.ids) // 997)]) for _ in range(2))

    def read(account: str | None = None) -> list[tuple[Any, ...]]:
        account = account or next(own)
        with store.read() as c:
            held, lines = transfers.newest(c, account, Ledger.HONOUR)
        return [(held.balance, held.owed), *((one.number, one.amount, one.balance) for one in lines)]

    def by_hand(account: str | None = None) -> list[tuple[Any, ...]]:
        held, lines = bare.read(account or next(other))
        return [tuple(held), *((one[1], one[3], one[4]) for one in lines)]

    check_equal(f"a statement, {kind}", read(county.ids[7]), by_hand(county.ids[7]))
    name = f"balance and last 20 transfers of {MEMBERS * EACH:,}, {kind}"
    return [
        Comparison(
            work=name,
            ours=Contender(name=name, run=read, calls=20),
            other=Contender(name=f"hand-written SQL, {kind}", run=by_hand, calls=20),
            limit=_READ,
        )
    ]


class _OurImport:
    """`import_points` of one file into a county whose members have no points yet."""

    def __init__(self, databases: Databases, path: Path) -> None:
        self._databases, self._path = databases, path
        self._store: Store | None = None
        self.reset()

    def reset(self) -> None:
        self.close()
        self._store = Store.open(self._databases.copy(_MADE, "taken_points"))

    def run(self) -> None:
        import_points(self._store, None, self._path)

    def rows(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Return the transfers and the entries, as they are kept; not timed."""
        with self._store.read() as c:
            return tuple(
                [tuple(row) for row in c.execute(select(*own.columns).order_by(*order))]
                for own, order in ((transfer, [transfer.c.number]), (entry, [entry.c.transfer]))
            )

    def close(self) -> None:
        if self._store is not None:
            self._store.close()


class _BareImport:
    """The same rows of transfers and entries, put in by the driver and nothing else."""

    def __init__(self, databases: Databases, rows: tuple[list[tuple[Any, ...]], ...]) -> None:
        self._databases = databases
        self._rows = tuple([tuple(map(_plain, row)) for row in own] for own in rows)
        self._bare: BarePoints | None = None
        self.reset()

    def reset(self) -> None:
        self.close()
        self._bare = BarePoints(self._databases.copy(_MADE, "bare_taken"))

    def run(self) -> None:
        self._bare.put({"transfer": self._rows[0], "entry": self._rows[1]})

    def close(self) -> None:
        if self._bare is not None:
            self._bare.connection.close()


def _import_comparisons(databases: Databases, folder: Path, stack: ExitStack) -> list[Comparison]:
    path = folder / f"points-{databases.kind}.csv"
    head = ("编号", "项目", "日期", "活动")
    lines = [
        (f"M{place % MEMBERS:05}", "pledge_kept", _DAY.isoformat(), f"承诺 {place}") for place in range(LINES)
    ]
    write_csv(path, [head, *lines])
    ours = _OurImport(databases, path)
    stack.callback(ours.close)
    ours.run()
    rows = ours.rows()
    check_equal(f"transfers taken in, {databases.kind}", [len(rows[0])], [2 * LINES])
    bare = _BareImport(databases, rows)
    stack.callback(bare.close)
    name = f"a file of {2 * LINES:,} transfers taken in, {databases.kind}"
    return [
        Comparison(
            work=name,
            ours=Contender(name=name, run=ours.run, reset=ours.reset, every=_EVERY),
            other=Contender(
                name=f"the same rows of transfers put in bare, {databases.kind}",
                run=bare.run,
                reset=bare.reset,
                every=_EVERY,
            ),
        )
    ]


def _made(databases: Databases, cohort: Cohort, folder: Path) -> County:
    """Make the county with its rules, its members, and somebody who verifies, and close it."""
    url = databases.new(_MADE)
    store = open_store(url, write_files(cohort, folder))
    adopt_rules(store, None, _RULES, _FIRST)
    unit = cohort.units[0]
    with store.begin() as c:
        person = people.add(c, login="superior", name="李", signs_as="李")
        scope = Scope(reach=Reach.TOWNSHIP, name=unit.township or "")
        if unit.department:
            scope = Scope(reach=Reach.DEPARTMENT, name=unit.department)
        number = rights.propose(c, person.id, Role.SUPERIOR, scope, "", "")
        rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
        actor = actor_of(c, person)
        claimant = people.add(c, login="secretary", name="张", signs_as="张").id
        found = members.add(
            c,
            [
                NewMember(
                    code=f"M{place:05}",
                    name="王",
                    unit=unit.code,
                    kind=MemberKind.RESIDENT,
                    first_day=_FIRST,
                )
                for place in range(MEMBERS)
            ],
        )
    store.close()
    databases.settle(_MADE)
    return County(actor, claimant, unit.code, tuple(own.id for own in found))


def _fill(url: str, county: County) -> None:
    """Give each member their transfers, an award on both ledgers each time, by SQL alone."""
    bare = BarePoints(url)
    c = bare.connection
    c.execute("CREATE TEMPORARY TABLE who (i bigint, id text)")
    c.execute("CREATE TEMPORARY TABLE turn (k bigint, ledger text, time bigint, day text, item text)")
    items = ("general_meeting", "party_lecture", "theme_day", "lecture_given", "pledge_kept")
    times = [
        (
            k,
            list(Ledger)[k % 2].value,
            k // 2,
            date(2026, 1 + k // 6, 5 + 7 * (k // 2 % 3)).isoformat(),
            items[k // 2 % len(items)],
        )
        for k in range(EACH)
    ]
    bare.put({"who": list(enumerate(county.ids, 1)), "turn": times})
    now = moment_text(datetime.now(UTC))
    c.execute("BEGIN")
    c.execute(
        f"INSERT INTO transfer SELECT k * {MEMBERS} + i, 'made:' || i || ':' || time, ledger, 'award', 'issuer',"
        f" id, {_POINTS}, 0, id, '{county.unit}', '{_RULES}', item, day, '', NULL, NULL, '',"
        f" '{county.superior.id}', '', '{now}', 1 FROM turn CROSS JOIN who ORDER BY k, i"
    )
    c.execute(
        f"INSERT INTO entry SELECT id, ledger, time + 1, k * {MEMBERS} + i, {_POINTS}, {_POINTS} * (time + 1), 0"
        " FROM turn CROSS JOIN who ORDER BY k, i"
    )
    c.execute("COMMIT")
    c.close()


def _claimed(url: str, county: County) -> dict[int, str]:
    """Keep claims that wait, each of another member, and return whose they are, by number."""
    new = [
        Claim(
            key=f"bench:{number}",
            member=member,
            unit=county.unit,
            at_unit="",
            rules=_RULES,
            item=_ITEM,
            points=_POINTS,
            day=_DAY,
            event="学习",
            note="",
            by=county.claimant,
            on_behalf="",
            made_at=datetime.now(UTC),
        )
        for number, member in enumerate(county.ids[:_CLAIMS])
    ]
    store = Store.open(url)
    with store.begin() as c:
        numbers = claims.add(c, new)
    store.close()
    return dict(zip(numbers, county.ids, strict=False))


def _plain(value: Any) -> Any:
    return moment_text(value) if isinstance(value, datetime) else value


def _new(county: County, number: int) -> NewTransfer:
    member = county.ids[number % len(county.ids)]
    return NewTransfer(
        key=f"bench:{number}",
        ledger=Ledger.HONOUR,
        kind=TransferKind.AWARD,
        source=ISSUER,
        target=member,
        amount=_POINTS,
        member=member,
        unit=county.unit,
        rules=_RULES,
        item=_ITEM,
        day=_DAY,
        event="学习",
    )
