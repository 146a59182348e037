"""One's own account: the password, the sessions, who may act on one's behalf, and on whose behalf one acts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scoring.errors import Fault, Refused
from scoring.password_policy import MLPS2, PasswordWeak, Policy
from scoring.passwords import FULL, Hashing
from scoring.people import Actor, Person, login_form
from scoring.permissions import Action, NotAllowed, Setting, may
from scoring.store import people, rights, sessions
from scoring.store.engine import Connection, Store
from scoring.store.rights import Deputyship, GrantKept
from scoring.store.sessions import Opened, Session, Tried
from scoring.texts import Text
from scoring.workflow.grant_roles import check_together, roles_around
from scoring.workflow.inbox import tell
from scoring.workflow.keep_people import end_everything
from scoring.workflow.sign_in import LONGEST, check_password, own_deed, own_person, today

_NOT_AGAIN = 3
_HISTORY = 20
_LONGEST_DEPUTY = timedelta(days=366)


class DeputyRefused(Refused):
    """Nobody can act for another like that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """What people see of their own account; `names` are those of everybody named in it, by id."""

    person: Person
    grants: tuple[GrantKept, ...]
    sessions: tuple[Session, ...]
    history: tuple[Tried, ...]
    deputies: tuple[Deputyship, ...]
    principals: tuple[Deputyship, ...]
    password_at: datetime | None
    names: dict[str, str]


def look_at_own(store: Store, actor: Actor) -> OwnAccount:
    """Return the account of *actor*. Raises NotSignedIn."""
    own = own_person(actor)
    with store.read() as c:
        deputies, principals = rights.deputies_of(c, own.id), rights.principals_of(c, own.id)
        ids = {one.person for one in deputies} | {one.principal for one in principals}
        password = next(iter(sessions.passwords(c, own.id)), None)
        return OwnAccount(
            person=own,
            grants=rights.of_person(c, own.id),
            sessions=sessions.of_person(c, own.id),
            history=sessions.attempts(c, own.id, _HISTORY),
            deputies=deputies,
            principals=principals,
            password_at=None if password is None else password.made_at,
            names={one.id: one.name for one in people.among(c, ids).values()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of password: the one so far, which whoever came in by a one-time password need not say again."""

    before: str
    after: str
    address: str = ""
    browser: str = ""


def change_password(
    store: Store, actor: Actor, change: Change, policy: Policy = MLPS2, hashing: Hashing = FULL
) -> Opened:
    """Let *actor* sign in with another password from now on; all sessions and tokens end, and the session returned begins.

    Raises SignInRefused, PasswordWeak.
    """
    own = own_person(actor)
    with store.read() as c:
        kept = sessions.passwords(c, own.id, _NOT_AGAIN)
    if not kept[0].one_time:
        check_password(store, own, change.before, change.address, change.browser, hashing)
    policy.check(change.after, own)
    if any(hashing.agrees(change.after, one.hash) for one in kept):
        raise PasswordWeak(
            [Fault.of("新密码不能与最近用过的相同", "choose a password that was not used just before")]
        )
    hashed = hashing.hashed(change.after)
    with store.begin(own_deed(actor)) as c:
        if sessions.passwords(c, own.id)[0].number != kept[0].number:
            raise PasswordWeak(
                [Fault.of("密码刚刚已被修改，请重新登录", "the password was changed just now; sign in again")]
            )
        sessions.keep_password(c, own.id, hashed)
        end_everything(c, own.id, "password", own.id)
        return sessions.begin(c, own.id, LONGEST)


def end_other_sessions(store: Store, actor: Actor) -> Opened:
    """Let all sessions and tokens of *actor* end, and return a new session for the browser they ask with.

    Raises NotSignedIn.
    """
    own = own_person(actor)
    with store.begin(own_deed(actor)) as c:
        end_everything(c, own.id, "all", own.id)
        return sessions.begin(c, own.id, LONGEST)


def name_deputy(store: Store, actor: Actor, login: str, first_day: str, last_day: str) -> int:
    """Let who has that sign-in name act on behalf of *actor* on those days, and return the number of that.

    Nobody hands on what they have as a deputy, and roles that must be apart stay so. Whoever has a one-time password,
    which an administrator knows, chooses their own first. Raises DeputyRefused, GrantRefused.
    """
    own = own_person(actor)
    if actor.on_behalf is not None:
        raise DeputyRefused([Fault.of("代理他人时不能再委托别人", "who acts for another names no deputy")])
    with store.begin(own_deed(actor)) as c:
        other = people.by_login(c, login_form(login))
        faults = list(_wrong_days(first_day, last_day))
        if other is None or not other.open:
            faults.append(
                Fault.of(
                    "没有这个登录名，或账号已停用", "nobody has that sign-in name, or the account is closed"
                )
            )
        elif other.id == own.id:
            faults.append(Fault.of("不能委托自己", "nobody is their own deputy"))
        elif _password_is_anothers(c, other.id):
            faults.append(_BY_ONE_TIME)
        if faults or other is None:
            raise DeputyRefused(faults)
        check_together(roles_around(c, own.id) | roles_around(c, other.id))
        number = rights.name_deputy(c, own.id, other.id, (first_day, last_day), own.id)
        sentence = Text(
            f"{own.name}委托您代理，自 {first_day} 至 {last_day}",
            f"{own.name} has named you their deputy from {first_day} to {last_day}",
        )
        tell(c, [other.id], "deputy", sentence, "/account")
        return number


def end_deputy(store: Store, actor: Actor, number: int) -> None:
    """End a deputyship: whoever is one of the two does, or an administrator. Raises NotAllowed, DeputyRefused."""
    own_person(actor)
    with store.begin(own_deed(actor)) as c:
        found = rights.deputyship(c, number)
        if found is None or found.ended:
            raise DeputyRefused(
                [Fault.of("没有这项委托，或已终止", "there is no such deputy, or not any more")]
            )
        if actor.id not in {found.person, found.principal} and not may(actor, Action.KEEP_PEOPLE, Setting()):
            raise NotAllowed(
                [Fault.of("只有委托双方和管理员可以终止委托", "the two, or an administrator, may end that")]
            )
        rights.end_deputy(c, found, actor.id)
        sentence = Text("一项代理委托已终止", "a deputy's time has ended")
        tell(c, {found.person, found.principal} - {actor.id}, "deputy", sentence, "/account")


def act_for(store: Store, actor: Actor, session: Session, principal: str) -> None:
    """Let *actor* act on behalf of *principal* in this session from now on ('' for themselves). Raises DeputyRefused."""
    own = own_person(actor)
    with store.begin(own_deed(actor)) as c:
        day = today()
        named = {one.principal for one in rights.principals_of(c, own.id) if one.holds(day)}
        if principal and principal not in named:
            raise DeputyRefused([Fault.of("您今天不是此人的代理人", "you are not their deputy today")])
        if principal and _password_is_anothers(c, own.id):
            raise DeputyRefused([_BY_ONE_TIME])
        sessions.see(c, session, principal)


def _password_is_anothers(c: Connection, person_id: str) -> bool:
    """Return whether the person has yet to choose a password instead of the one that was handed to them."""
    return any(own.one_time for own in sessions.passwords(c, person_id))


def _wrong_days(first_day: str, last_day: str) -> list[Fault]:
    try:
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    except ValueError:
        return [Fault.of("日期应写作 2026-12-31", "days are written 2026-12-31")]
    if first.isoformat() != first_day or last.isoformat() != last_day:
        return [Fault.of("日期应写作 2026-12-31", "days are written 2026-12-31")]
    if last < first:
        return [Fault.of("结束日期早于开始日期", "the last day is before the first")]
    if last_day < today():
        return [Fault.of("结束日期已过", "the last day has passed")]
    if last - first > _LONGEST_DEPUTY or first - datetime.now(UTC).date() > _LONGEST_DEPUTY:
        return [Fault.of("委托最长一年", "nobody is a deputy for more than a year")]
    return []


_BY_ONE_TIME = Fault.of(
    "代理人的密码是管理员给的一次性密码，须由本人登录并修改密码后才能代理",
    "a deputy with a one-time password, which an administrator knows, signs in and chooses their own first",
)
