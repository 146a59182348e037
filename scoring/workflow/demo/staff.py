"""The demo county's people: an account of every office role, made as an office makes them, and work for each of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from scoring.marks import Marking
from scoring.passwords import one_time_password
from scoring.people import Actor, Person, Role
from scoring.sheets import SELF, SUPERIOR
from scoring.store import markings, people, units
from scoring.store.engine import Store
from scoring.units import Unit
from scoring.workflow.assign import assign, set_deadline
from scoring.workflow.keep_own import Change, change_password
from scoring.workflow.keep_people import NewPerson
from scoring.workflow.people_by_command import add_by_command
from scoring.workflow.sign_in import Attempt, actor_of, resume, sign_in
from scoring.workflow.sign_sheets import send_back

_COUNTY_STAGE = "county"
_PANEL, _SECRETARIES = 3, 4
_DEADLINES = ((SELF, "-11-30"), (SUPERIOR, "-12-15"), (_COUNTY_STAGE, "-12-31"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account to try: sign-in name and password, who it is, in which role, and over what ('' for the county)."""

    login: str
    password: str
    name: str
    role: Role
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post to be filled: by whom, under which sign-in name, in which role, over what ('' for the county)."""

    login: str
    name: str
    role: Role
    scope: str = ""

    def account(self, password: str) -> DemoAccount:
        """Return the account of whoever fills it."""
        return DemoAccount(
            login=self.login, password=password, name=self.name, role=self.role, scope=self.scope
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The demo county's people: their accounts, and who acts by each sign-in name."""

    accounts: tuple[DemoAccount, ...]
    actors: Mapping[str, Actor]

    @property
    def secretaries(self) -> dict[str, Actor]:
        """The secretaries, by the codes of their branches, in order."""
        return {own.scope: self.actors[own.login] for own in self.accounts if own.role is Role.SECRETARY}


def staff_county(store: Store, year: str) -> Staff:
    """Give the demo county an account of each office role, with work in *year*, for which evidence is being collected.

    Who gave the year's marks gets the account, so that their sheets are theirs. Passwords are made anew each time.
    """
    with store.read() as c:
        kept = [own.unit for own in units.current(c, year)]
        given = markings.current(c, year)
    own_units = _of_one_township(kept, given)
    posts = tuple(_posts(own_units, given))
    found = [(post, *opened(store, post)) for post in posts]
    actors = {post.login: actor for post, actor, _ in found}
    administrator = actors["admin1"]
    panel = [actors[post.login] for post in posts if post.role is Role.EVALUATOR]
    whole = {own.code: [_person(one).id for one in panel] for own in own_units}
    assign(store, administrator, year, _COUNTY_STAGE, whole)
    for step, day in _DEADLINES:
        set_deadline(store, administrator, year, step, f"{year}{day}")
    return Staff(accounts=tuple(post.account(password) for post, _, password in found), actors=actors)


def send_one_back(store: Store, year: str, staff: Staff) -> None:
    """Let the superior, now that the year is marked, send the secretary's sheet back, so that both have something to do."""
    own = next(iter(staff.secretaries))
    reason = "“三会一课”的会议记录只有上半年的，请补充下半年的记录后重新自评。"
    send_back(store, staff.actors["superior"], year, own, SELF, reason)


def opened(store: Store, post: Post) -> tuple[Actor, str]:
    """Make the account, choose its password as its owner would, and return who may act by it, and the password."""
    handed = add_by_command(
        store,
        NewPerson(login=post.login, name=post.name),
        [(post.role, post.scope, "")],
    )
    opened = sign_in(store, Attempt(login=post.login, password=handed.password))
    came = resume(store, opened.token)
    assert came is not None, "who has just signed in is signed in"
    chosen = f"Qs-{one_time_password()}"
    change_password(store, came.actor, Change(before="", after=chosen))
    with store.read() as c:
        person = people.by_login(c, post.login)
        assert person is not None
        return actor_of(c, person), chosen


def _of_one_township(kept: Sequence[Unit], given: Sequence[Marking]) -> list[Unit]:
    """Return the branches that answer to one township, the one where most marks are given, in order of code."""
    marked = Counter(own.unit for own in given)
    counts: Counter[str] = Counter()
    for unit in kept:
        if unit.township and not unit.department:
            counts[unit.township] += marked[unit.code]
    township = max(sorted(counts), key=counts.__getitem__)
    own = (unit for unit in kept if unit.township == township and not unit.department)
    return sorted(own, key=attrgetter("code"))


def _posts(own_units: Sequence[Unit], given: Sequence[Marking]) -> Iterator[Post]:
    township = own_units[0].township or ""
    codes = {own.code for own in own_units}
    by_stage: dict[str, Counter[str]] = {}
    for one in given:
        if one.unit in codes or one.stage == _COUNTY_STAGE:
            by_stage.setdefault(one.stage, Counter())[one.evaluator] += 1
    yield Post(login="admin1", name="周敏", role=Role.ADMINISTRATOR)
    yield Post(login="admin2", name="郑晓东", role=Role.ADMINISTRATOR)
    for place, unit in enumerate(own_units[:_SECRETARIES], 1):
        name = next((one.evaluator for one in given if (one.unit, one.stage) == (unit.code, SELF)), "沈秋实")
        login = "secretary" if place == 1 else f"secretary{place}"
        yield Post(login=login, name=name, role=Role.SECRETARY, scope=unit.code)
    superior = by_stage.get(SUPERIOR, Counter({"沈秋实": 1})).most_common(1)[0][0]
    yield Post(login="superior", name=superior, role=Role.SUPERIOR, scope=township)
    panel = sorted(by_stage.get(_COUNTY_STAGE, Counter()).items(), key=lambda own: (-own[1], own[0]))
    for place, (name, _) in enumerate(panel[:_PANEL], 1):
        yield Post(login=f"evaluator{place}", name=name, role=Role.EVALUATOR)
    yield Post(login="moderator", name="冯立新", role=Role.MODERATOR)
    yield Post(login="leader", name="吴国梁", role=Role.LEADER)
    yield Post(login="auditor", name="韩静", role=Role.AUDITOR)


def _person(actor: Actor) -> Person:
    assert actor.person is not None
    return actor.person
