"""The demo county's members and their points, kept through the same workflows an office uses.

One township began in 2025, the whole county followed in 2026: so offices do it, and so it is made in a minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain
from pathlib import Path

from scoring.criteria import catalogue
from scoring.criteria.item import MemberKind
from scoring.ledger import quarter_days
from scoring.people import Actor, Role
from scoring.permissions import Action
from scoring.store import units
from scoring.store.engine import Store
from scoring.store.ledger import members
from scoring.store.ledger.members import MemberState
from scoring.store.ledger.quarters import quarters_of
from scoring.texts import Text
from scoring.workflow.demo.member_deeds import PointsLine, lines_in, own_lines
from scoring.workflow.demo.members import BEGINNING, FIRST, LAST, TURN, DemoMember, members_of
from scoring.workflow.demo.staff import DemoAccount, Post, Staff, opened
from scoring.workflow.demo_files import write_rows
from scoring.workflow.points.deeds import points_deed
from scoring.workflow.points.import_members import import_members
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.quarters import close_quarters, open_quarter
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.progress import Tell
from scoring.working_days import today

RULES = "member-points@2026.1"

_LOGIN = "member"
_MEMBERS_HEAD = ("code", "name", "unit", "kind", "first_day", "login")
_POINTS_HEAD = ("code", "item", "day", "points", "event")
_TO_CLOSE = timedelta(days=15)
"""So long after its end a quarter is closed: until then claims of it may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPoints:
    """What was kept: who acts as the member with an account to try, that account, their number, and the last day."""

    actor: Actor
    account: DemoAccount
    code: str
    until: date


def keep_points(  # noqa: PLR0917  where everything goes
    store: Store, folder: Path, staff: Staff, scale: Fraction | int, share: Fraction | int, tell: Tell
) -> DemoPoints | None:
    """Keep the members of the demo county, *share* of those it has, with their points up to today or the end of 2026.

    The township of the superior with an account begins in 2025, the others in 2026. The branches whose secretaries have
    accounts have all of their points, the others some. A quarter is closed half a month after its end. None where 2025
    has not begun yet.
    """
    until = min(today(), date(int(LAST), 12, 31))
    if until < BEGINNING:
        return None
    roll = list(_kept(members_of(scale, share), _of_township(store, staff), until))
    tell(Text(f"党员名册：{len(roll):,} 人", f"{len(roll):,} members"), 0, 0)
    mine = _to_try(roll, next(iter(staff.secretaries)))
    post = Post(login=_LOGIN, name=mine.name, role=Role.MEMBER, scope=mine.unit)
    actor, password = opened(store, post)
    _take_members(store, folder, roll, mine, until)
    adopt_rules(store, None, RULES, BEGINNING)
    for quarter in _quarters(until):
        tell(Text(f"党员积分：{quarter}", f"points of {quarter}"), 0, 0)
        _keep_quarter(store, folder, quarter, roll, mine, frozenset(staff.secretaries), until)
    return DemoPoints(actor=actor, account=post.account(password), code=mine.code, until=until)


def _to_try(roll: Sequence[DemoMember], unit: str) -> DemoMember:
    """Return the member of the branch *unit* who gets an account: one who is at home, and stays."""
    own = [one for one in roll if one.unit == unit and one.lasting and one.kind is MemberKind.RESIDENT]
    return own[1] if len(own) > 1 else own[0]


def _of_township(store: Store, staff: Staff) -> frozenset[str]:
    """Return the branches that answer to the township of the superior with an account."""
    township = next(own.scope for own in staff.accounts if own.role is Role.SUPERIOR)
    with store.read() as c:
        known = units.newest(c)
    return frozenset(code for code, own in known.items() if own.township == township and not own.department)


def _kept(found: Iterable[DemoMember], pilot: frozenset[str], until: date) -> Iterator[DemoMember]:
    """Yield those whose points are kept by *until*: in the branches *pilot* from the first year on, elsewhere from the second."""
    for own in found:
        kept = own if own.unit in pilot else own.begun(TURN)
        if kept is not None and kept.first_day <= until:
            yield kept


def _quarters(until: date) -> Iterator[str]:
    for name in chain(quarters_of(int(FIRST)), quarters_of(int(LAST))):
        if quarter_days(name)[0] <= until:
            yield name


def _take_members(
    store: Store, folder: Path, roll: Sequence[DemoMember], mine: DemoMember, until: date
) -> None:
    """Take all members in as they joined, then those who went to another branch."""
    folder.mkdir(parents=True, exist_ok=True)
    joined = (_row(own, own.unit, own.first_day, _LOGIN if own is mine else "") for own in roll)
    write_rows(folder / "members.csv", _MEMBERS_HEAD, joined)
    import_members(store, None, folder / "members.csv")
    moved = [
        _row(own, own.moved_to, own.moved_on)
        for own in roll
        if own.moved_on is not None and own.moved_on <= until
    ]
    if moved:
        write_rows(folder / "moved.csv", _MEMBERS_HEAD, moved)
        import_members(store, None, folder / "moved.csv")


def _row(own: DemoMember, unit: str, day: date, login: str = "") -> tuple[str, ...]:
    return own.code, own.name, unit, own.kind.value, day.isoformat(), login


def _keep_quarter(  # noqa: PLR0917  whose quarter, and where it goes
    store: Store,
    folder: Path,
    quarter: str,
    roll: Sequence[DemoMember],
    mine: DemoMember,
    whole: frozenset[str],
    until: date,
) -> None:
    """Give the baseline of *quarter*, let go who leaves, take in what was done, and close it where that is due."""
    first, last = quarter_days(quarter)
    open_quarter(store, None, quarter)
    _let_go(store, [own for own in roll if own.left is not None and first <= own.left <= min(last, until)])
    others = [own for own in roll if own is not mine]
    rules = catalogue.find_points(RULES)
    lines = [*lines_in(quarter, others, rules, whole, until), *own_lines(mine.code, quarter, until)]
    if lines:
        path = folder / f"points-{quarter}.csv"
        write_rows(path, _POINTS_HEAD, _as_rows(lines))
        import_points(store, None, path)
    if last + _TO_CLOSE <= until:
        close_quarters(store, None, quarter)


def _as_rows(lines: Iterable[PointsLine]) -> Iterator[tuple[str, ...]]:
    for own in lines:
        yield own.code, own.item, own.day.isoformat(), own.points, own.event


def _let_go(store: Store, leaving: Sequence[DemoMember]) -> None:
    """Let members be none here any more, each from their day on."""
    if not leaving:
        return
    with store.begin(points_deed(None, Action.KEEP_MEMBERS)) as c:
        found = members.by_codes(c, (own.code for own in leaving))
        members.revise(
            c,
            [
                replace(found[own.code], state=MemberState.LEFT, first_day=own.left)
                for own in leaving
                if own.left is not None
            ],
        )
