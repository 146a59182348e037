"""The demo county's members and their points over two years, kept through the same workflows an office uses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain
from pathlib import Path

from scoring.criteria import catalogue, loader
from scoring.criteria.item import MemberKind
from scoring.criteria.points import Expiry, PointsRules
from scoring.ledger import quarter_days
from scoring.people import Actor, Role
from scoring.permissions import Action
from scoring.store.engine import Store
from scoring.store.ledger import members
from scoring.store.ledger.members import MemberState
from scoring.store.ledger.quarters import quarters_of
from scoring.texts import Text
from scoring.workflow.demo.member_deeds import PointsLine, lines_in, own_lines
from scoring.workflow.demo.members import BEGINNING, FIRST, LAST, TURN, DemoMember, members_of
from scoring.workflow.demo.staff import DemoAccount, Post, Staff, opened
from scoring.workflow.demo_files import write_rows
from scoring.workflow.demo_shops import DemoShops, open_shops, redeem_in
from scoring.workflow.points.deeds import points_deed
from scoring.workflow.points.import_members import import_members
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.quarters import close_quarters, open_quarter
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.progress import Tell
from scoring.working_days import today

RULES = "member-points@2026.1"

_BEFORE = "2025.1"
"""The version of the first year, by which what was earned could be spent a month less."""

_LOGIN = "member"
_MEMBERS_HEAD = ("code", "name", "unit", "kind", "first_day", "login")
_POINTS_HEAD = ("code", "item", "day", "points", "event")
_TO_CLOSE = timedelta(days=15)
"""So long after its end a quarter is closed: until then claims of it may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPoints:
    """What was kept: who acts as the member with an account to try, accounts, their number, merchants, and the last day."""

    actor: Actor
    accounts: tuple[DemoAccount, ...]
    code: str
    shops: DemoShops
    until: date


def keep_points(  # noqa: PLR0917  where everything goes
    store: Store, folder: Path, staff: Staff, scale: Fraction | int, share: Fraction | int, tell: Tell
) -> DemoPoints | None:
    """Keep the members of the demo county, *share* of those it has, with their points up to today or the end of 2026.

    The branches whose secretaries have accounts have all of their points, the others some. A quarter is closed half a
    month after its end; what is redeemed in it is posted before. None where 2025 has not begun yet.
    """
    until = min(today(), date(int(LAST), 12, 31))
    if until < BEGINNING:
        return None
    roll = [own for own in members_of(scale, share) if own.first_day <= until]
    tell(Text(f"党员名册：{len(roll):,} 人", f"{len(roll):,} members"), 0, 0)
    mine = _to_try(roll, next(iter(staff.secretaries)))
    post = Post(login=_LOGIN, name=mine.name, role=Role.MEMBER, scope=mine.unit)
    actor, password = opened(store, post)
    _take_members(store, folder, roll, mine, until)
    adopt_rules(store, None, str(_first_rules(folder)), BEGINNING)
    adopt_rules(store, None, RULES, TURN)
    shops = open_shops(store, staff.actors["admin1"], scale)
    kept = _Kept(store=store, folder=folder, roll=roll, mine=mine, until=until)
    for quarter in _quarters(until):
        tell(Text(f"党员积分：{quarter}", f"points of {quarter}"), 0, 0)
        kept.quarter(quarter, frozenset(staff.secretaries), shops)
    return DemoPoints(
        actor=actor,
        accounts=(post.account(password), shops.account),
        code=mine.code,
        shops=shops,
        until=until,
    )


def _first_rules(folder: Path) -> Path:
    """Write the rules of the first year, those shipped but for when points end, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"member-points@{_BEFORE}.yaml"
    own = catalogue.find_points(RULES)
    path.write_bytes(loader.written(replace(own, version=_BEFORE, expiry=Expiry(months=11, notice_days=30))))
    return path


def _to_try(roll: Sequence[DemoMember], unit: str) -> DemoMember:
    """Return the member of the branch *unit* who gets an account: one who stays, and where there is one is at home."""
    own = [one for one in roll if one.unit == unit and one.lasting]
    at_home = [one for one in own if one.kind is MemberKind.RESIDENT] or own
    return at_home[1] if len(at_home) > 1 else at_home[0]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Whose points are kept, until when, and where the files go that an office would bring."""

    store: Store
    folder: Path
    roll: Sequence[DemoMember]
    mine: DemoMember
    until: date

    def quarter(self, quarter: str, whole: frozenset[str], shops: DemoShops) -> None:
        """Give the baseline of *quarter*, let go who leaves, take in what was done, redeem, and close it where that is due."""
        store, (first, last) = self.store, quarter_days(quarter)
        open_quarter(store, None, quarter)
        leaving = [
            own for own in self.roll if own.left is not None and first <= own.left <= min(last, self.until)
        ]
        _let_go(store, leaving)
        lines = list(self._lines(quarter, catalogue.find_points(RULES), whole))
        if lines:
            path = self.folder / f"points-{quarter}.csv"
            write_rows(path, _POINTS_HEAD, _as_rows(lines))
            import_points(store, None, path)
        redeem_in(store, quarter, shops, [own.code for own in self.roll if own is not self.mine], self.until)
        if last + _TO_CLOSE <= self.until:
            close_quarters(store, None, quarter)

    def _lines(self, quarter: str, rules: PointsRules, whole: frozenset[str]) -> Iterator[PointsLine]:
        others = [own for own in self.roll if own is not self.mine]
        yield from lines_in(quarter, others, rules, whole, self.until)
        yield from own_lines(self.mine, quarter, rules, self.until)


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
