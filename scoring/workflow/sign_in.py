"""Signing in and out: who comes with a password or comes back with a session, and what they may do today.

Failures are counted in the database, so that all processes count together: by sign-in name, whether anybody has it
or not, and by address. A session ends after half an hour unused, and after half a day in any case.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scoring import working_days
from scoring.canonical import sha256
from scoring.chain import OWN, Deed
from scoring.errors import Fault, Refused
from scoring.password_policy import MLPS2, Policy
from scoring.passwords import FULL, Hashing
from scoring.people import Actor, Person, login_form
from scoring.permissions import NotSignedIn
from scoring.store import comings, people, rights, sessions
from scoring.store.engine import Connection, Store, StoreBusy
from scoring.store.sessions import Credential, Opened, Outcome, Session

IDLE = timedelta(minutes=30)
"""How long a session may lie unused."""

LONGEST = timedelta(hours=12)
"""How long a session may last."""

WINDOW = timedelta(minutes=15)
"""How far back failures count, and how long they lock."""

MOST_OF_LOGIN, MOST_AT_ADDRESS = 5, 50
"""So many failures lock a sign-in name, or an address."""

_NOTED = timedelta(minutes=5)
_LOCKED_NOTED = timedelta(minutes=1)


class SignInRefused(Refused):
    """Nobody has that sign-in name and that password."""


class SignInLocked(SignInRefused):
    """It was tried wrongly too often; for a while nothing is tried at all."""


class AccountClosed(SignInRefused):
    """The account was closed."""


class PasswordUsed(SignInRefused):
    """A one-time password was used before, or is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody's attempt to sign in, from an address and with a browser as it calls itself."""

    login: str
    password: str
    address: str = ""
    browser: str = ""

    @property
    def digest(self) -> str:
        """What is kept of the sign-in name: somebody may have typed a password there."""
        return sha256(login_form(self.login).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who came back with a session.

    `must_change` says that they have to choose a password first, `one_time` that they came in by a one-time one;
    `unread` is how much of what they were told they have not read, and `acting_ended` says that the session is to act
    for somebody for whom they may no longer.
    """

    actor: Actor
    session: Session
    must_change: bool
    one_time: bool
    unread: int
    acting_ended: bool = False


def today() -> str:
    """Return the day it is in China, as 2026-12-31."""
    return working_days.today().isoformat()


def sign_in(store: Store, attempt: Attempt, hashing: Hashing = FULL, *, instead_of: str = "") -> Opened:
    """Return a new session, and end the one of the token *instead_of*.

    Raises SignInLocked, SignInRefused where name or password are wrong, and where those are right AccountClosed and
    PasswordUsed. How long it takes does not tell whether there is such a name.
    """
    with store.read() as c:
        locked = _locked_until(c, attempt)
        noted = locked is not None and _locked_noted(c, attempt)
        person = people.by_login(c, login_form(attempt.login))
        kept = None if person is None else next(iter(sessions.passwords(c, person.id)), None)
    if locked is not None and noted:
        raise _locked(locked)
    agrees = locked is None and hashing.agrees(attempt.password, None if kept is None else kept.hash)
    with store.begin() as c:
        locked = _locked_until(c, attempt)
        outcome = _outcome(c, person, kept, agrees=agrees) if locked is None else Outcome.LOCKED
        known = "" if person is None else person.id
        sessions.note(c, attempt.digest, known, attempt.address, outcome, attempt.browser)
        if outcome is Outcome.IN:
            _end(c, instead_of, "replaced")
            return sessions.begin(c, known, LONGEST)
    raise _REFUSALS[outcome]() if locked is None else _locked(locked)


def resume(store: Store, token: str, policy: Policy = MLPS2) -> SignedIn | None:
    """Return who comes back with the session of *token*; None where it has ended, for whatever reason."""
    now = datetime.now(UTC)
    with store.read() as c:
        coming = comings.find(c, token)
        if coming is None or not coming.person.open:
            return None
        own = coming.session
        if now >= own.until or now - own.seen_at > IDLE:
            return None
        actor = actor_of(c, coming.person, on_behalf=own.on_behalf)
    if now - own.seen_at > _NOTED:
        try:
            with store.begin() as c:
                sessions.see(c, own, own.on_behalf)
        except StoreBusy:
            pass  # it is noted the next time
    chosen_at, one_time = coming.password_at, coming.one_time or coming.password_at is None
    old = chosen_at is not None and policy.is_old(chosen_at, actor.grants, now)
    return SignedIn(
        actor=actor,
        session=own,
        must_change=one_time or old,
        one_time=one_time,
        unread=coming.unread,
        acting_ended=bool(own.on_behalf) and actor.on_behalf is None,
    )


def stop_acting(store: Store, own: Session) -> None:
    """Let the session act for nobody but its person from now on, where others do not write just now."""
    with suppress(StoreBusy), store.begin() as c:
        sessions.see(c, own, "")


def sign_out(store: Store, token: str) -> None:
    """Let the session of *token* end."""
    with store.begin() as c:
        _end(c, token, "signed out")


def check_password(  # noqa: PLR0917  who, and the particulars of an attempt
    store: Store, person: Person, password: str, address: str, browser: str, hashing: Hashing = FULL
) -> None:
    """Return where that is the password of *person*, who is signed in; failures count as those of signing in.

    Raises SignInLocked and SignInRefused.
    """
    attempt = Attempt(login=person.login, password=password, address=address, browser=browser)
    with store.read() as c:
        locked = _locked_until(c, attempt)
        kept = next(iter(sessions.passwords(c, person.id)), None)
    if locked is not None:
        raise _locked(locked)
    agrees = hashing.agrees(password, None if kept is None else kept.hash)
    with store.begin() as c:
        locked = _locked_until(c, attempt)
        if locked is None and not agrees:
            sessions.note(c, attempt.digest, person.id, address, Outcome.WRONG, browser)
    if locked is not None:
        raise _locked(locked)
    if not agrees:
        raise SignInRefused([Fault.of("现在的密码不正确", "the password so far is not right")])


def own_person(actor: Actor) -> Person:
    """Return who *actor* is. Raises NotSignedIn for visitors."""
    if actor.person is None:
        raise NotSignedIn([Fault.of("请先登录", "please sign in first")])
    return actor.person


def actor_of(c: Connection, person: Person, *, on_behalf: str = "") -> Actor:
    """Return *person* with what they may do now, on behalf of the person of that id where they are their deputy today."""
    behalf = None
    if on_behalf and any(
        own.principal == on_behalf and own.holds(today()) for own in rights.principals_of(c, person.id)
    ):
        principal = people.find(c, on_behalf)
        behalf = _own(c, principal) if principal.open else None
    own = _own(c, person)
    return Actor(person=person, grants=own.grants, recused=own.recused, on_behalf=behalf)


def own_deed(actor: Actor, action: str = "keep_own") -> Deed:
    """Return the deed of somebody who does something about their own account, whatever roles they hold."""
    return Deed(person=actor.id, role=OWN, action=action)


def _own(c: Connection, person: Person) -> Actor:
    grants, recused = rights.counting(c, person.id)
    return Actor(person=person, grants=grants, recused=recused)


def _end(c: Connection, token: str, why: str) -> None:
    """Let the session of *token* end, where there is one."""
    own = sessions.find(c, token)
    if own is not None:
        sessions.end(c, own.key, why)


def _outcome(c: Connection, person: Person | None, kept: Credential | None, *, agrees: bool) -> Outcome:
    """Return how the attempt ends, asking again what may have changed while the password was checked."""
    if person is None or kept is None or not agrees:
        return Outcome.WRONG
    if sessions.passwords(c, person.id)[0].number != kept.number:
        return Outcome.WRONG
    if not people.find(c, person.id).open:
        return Outcome.CLOSED
    late = kept.until is not None and datetime.now(UTC) >= kept.until
    if kept.one_time and (late or sessions.succeeded_since(c, person.id, kept.made_at)):
        return Outcome.EXPIRED
    return Outcome.IN


def _locked_until(c: Connection, attempt: Attempt) -> datetime | None:
    """Return until when that sign-in name or address is locked; None where neither is."""
    now = datetime.now(UTC)
    since = now - 2 * WINDOW
    found = [
        _lock(sessions.failures_of_login(c, attempt.digest, since), MOST_OF_LOGIN),
        _address_locked_until(c, attempt.address, since),
    ]
    return max((until for until in found if until is not None and until > now), default=None)


def _address_locked_until(c: Connection, address: str, since: datetime) -> datetime | None:
    return _lock(sessions.failures_at_address(c, address, since), MOST_AT_ADDRESS) if address else None


def _lock(failures: tuple[datetime, ...], most: int) -> datetime | None:
    """Return until when *failures* lock: a while from the last of so many that fell within one window."""
    ends = (
        failures[at] + WINDOW
        for at in range(most - 1, len(failures))
        if failures[at] - failures[at - most + 1] <= WINDOW
    )
    return max(ends, default=None)


def _locked_noted(c: Connection, attempt: Attempt) -> bool:
    """Return whether the same was noted a moment ago, so that a flood of attempts is not a flood of rows.

    Where the address is locked that is the same whatever name was tried.
    """
    now = datetime.now(UTC)
    since = now - _LOCKED_NOTED
    address_until = _address_locked_until(c, attempt.address, now - 2 * WINDOW)
    if address_until is not None and address_until > now:
        return sessions.noted_at_address(c, attempt.address, Outcome.LOCKED, since)
    return sessions.noted_since(c, attempt.digest, attempt.address, Outcome.LOCKED, since)


def _locked(until: datetime) -> SignInLocked:
    minutes = int((until - datetime.now(UTC)).total_seconds() // 60) + 1
    return SignInLocked(
        [
            Fault.of(
                f"登录失败次数过多，已暂停登录，请 {minutes} 分钟后再试；忘记密码的，请联系管理员重置",
                f"signing in failed too often; try again in {minutes} minutes, or ask an administrator for a new password",
            )
        ]
    )


def _wrong() -> SignInRefused:
    return SignInRefused([Fault.of("登录名或密码不正确", "the sign-in name or the password is not right")])


def _closed() -> AccountClosed:
    return AccountClosed(
        [Fault.of("账号已停用，请联系管理员", "this account was closed; ask an administrator")]
    )


def _expired() -> PasswordUsed:
    return PasswordUsed(
        [
            Fault.of(
                "一次性密码只能用一次，且限期使用；请联系管理员重置",
                "a one-time password is used once and within its days; ask an administrator for a new one",
            )
        ]
    )


_REFUSALS = {Outcome.WRONG: _wrong, Outcome.CLOSED: _closed, Outcome.EXPIRED: _expired}
