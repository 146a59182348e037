"""Accounts: made, renamed, closed and opened again by an administrator, with one-time passwords to begin with."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

from scoring.chain import Deed
from scoring.errors import Fault, Refused
from scoring.passwords import one_time_hashed, one_time_password
from scoring.people import Actor, Person, Role, is_login, login_form
from scoring.permissions import Action, NotAllowed, Setting, other_hands, permit
from scoring.statement import one_line
from scoring.statement import person as folded
from scoring.store import people, rights, sessions, tokens
from scoring.store.engine import Connection, Store
from scoring.store.rights import Deputyship, GrantKept, GrantState, Recusal
from scoring.texts import Text
from scoring.units import LONGEST_NAME
from scoring.workflow.grant_roles import keep_two_administrators
from scoring.workflow.inbox import tell
from scoring.workflow.known_scopes import KnownScopes, known_scopes
from scoring.workflow.sign_in import today

ONE_TIME = timedelta(hours=72)
"""How long a one-time password lets its owner in."""

TRUSTED = frozenset({Role.ADMINISTRATOR, Role.LEADER, Role.MODERATOR})
"""Whose word is the second one of two: their passwords, and those of their deputies, are reset on the server only."""


class PersonMisnamed(Refused):
    """What was given cannot be somebody's name, sign-in name or branch."""


class PersonChanged(Refused):
    """Somebody else has changed the person since they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody who is to have an account; where `signs_as` is empty they sign with their name."""

    login: str
    name: str
    signs_as: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A one-time password to be handed to its person; it is shown once and kept nowhere."""

    person: Person
    password: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """A person with all roles ever proposed for them, in order."""

    person: Person
    grants: tuple[GrantKept, ...]

    @property
    def roles(self) -> tuple[GrantKept, ...]:
        """The roles in force."""
        return tuple(own for own in self.grants if own.state is GrantState.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWhole:
    """All that administrators see of a person; `names` are those of everybody named in it, by id."""

    seen: PersonSeen
    recusals: tuple[Recusal, ...]
    deputies: tuple[Deputyship, ...]
    principals: tuple[Deputyship, ...]
    names: dict[str, str]
    scopes: KnownScopes


def add_person(store: Store, actor: Actor, new: NewPerson) -> Handed:
    """Make an account, and return its one-time password. Raises NotAllowed, PersonMisnamed and LoginTaken."""
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        return make_person(c, new, known_scopes(c))


def revise_person(  # noqa: PLR0917  the fields of a form, in their order
    store: Store, actor: Actor, person_id: str, name: str, unit: str, based_on: str | None = None
) -> Person:
    """Let the person be called *name* and belong to *unit* from now on; what they sign as stays.

    *based_on* is the tag of the person as they were read. Nobody changes the own branch: they would judge it then.
    Raises NotAllowed, SameHands, PersonUnknown, PersonChanged and PersonMisnamed.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        before = people.find(c, person_id)
        if based_on is not None and based_on != before.tag:
            raise _changed(before)
        if _written(unit) != before.unit:
            other_hands(
                actor,
                [person_id],
                "不能更改自己所在的支部，请由另一名管理员办理",
                "nobody changes their own branch; another administrator does",
            )
        sound = _sound(NewPerson(login=before.login, name=name, unit=unit), known_scopes(c))
        after = replace(before, name=sound.name, unit=sound.unit)
        if after != before:
            people.revise(c, after)
        return after


def close_person(store: Store, actor: Actor, person_id: str) -> None:
    """Close the account: its sessions and tokens end. Nobody closes their own.

    Raises NotAllowed, PersonUnknown, and GrantRefused where it is that of one of the last two administrators.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    if person_id in actor.hands:
        raise _refused(
            "不能停用自己的账号，请由另一名管理员办理",
            "nobody closes their own account; another administrator does",
        )
    with store.begin(deed) as c:
        before = people.find(c, person_id)
        if before.open:
            keep_two_administrators(c, person_id)
            people.revise(c, replace(before, open=False))
            end_everything(c, person_id, "closed", actor.id)


def open_person(store: Store, actor: Actor, person_id: str) -> None:
    """Open a closed account again. Raises NotAllowed, PersonUnknown."""
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        before = people.find(c, person_id)
        if not before.open:
            people.revise(c, replace(before, open=True))


def reset_password(store: Store, actor: Actor, person_id: str) -> Handed:
    """Return a new one-time password of the person, whose sessions and tokens end.

    Of those whose word is the second of two, or is to be, and of their deputies of today and of days to come it is not
    done here: with their password one could be both. Raises NotAllowed, PersonUnknown.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    if person_id in actor.hands:
        raise _refused(
            "修改自己的密码，请到“我的账号”", "change your own password on the page of your account"
        )
    with store.begin(deed) as c:
        person = people.find(c, person_id)
        if any(_is_trusted(c, own) for own in {person_id, *_principals_to_come(c, person_id)}):
            raise _refused(
                "管理员、领导、复议人及其代理人的密码（包括待确认的授权）只能在服务器上用命令重置："
                f"stars people reset {person.login}",
                "the passwords of administrators, leaders and moderators, confirmed or proposed, and of their deputies"
                f" are reset on the server: stars people reset {person.login}",
            )
        return hand_password(c, person, actor.id)


def end_sessions_of(store: Store, actor: Actor, person_id: str) -> None:
    """Let all sessions of the person end. Raises NotAllowed, PersonUnknown."""
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        sessions.end_all(c, people.find(c, person_id).id, "administrator")


def list_people(store: Store, actor: Actor) -> tuple[PersonSeen, ...]:
    """Return everybody with their roles, by name. Raises NotAllowed."""
    permit(actor, Action.SEE_PEOPLE, Setting())
    with store.read() as c:
        return everybody(c)


def look_at_person(store: Store, actor: Actor, person_id: str) -> PersonWhole:
    """Return all there is to see of a person. Raises NotAllowed, PersonUnknown."""
    permit(actor, Action.SEE_PEOPLE, Setting())
    with store.read() as c:
        person = people.find(c, person_id)
        grants = rights.of_person(c, person_id)
        recusals = rights.recusals(c, person_id)
        deputies, principals = rights.deputies_of(c, person_id), rights.principals_of(c, person_id)
        ids = {own.proposed_by for own in grants} | {own.moved_by for own in grants}
        ids |= {own.by for own in recusals} | {own.person for own in deputies}
        ids |= {own.principal for own in principals}
        return PersonWhole(
            seen=PersonSeen(person=person, grants=grants),
            recusals=recusals,
            deputies=deputies,
            principals=principals,
            names={own.id: own.name for own in people.among(c, ids).values()},
            scopes=known_scopes(c),
        )


def everybody(c: Connection) -> tuple[PersonSeen, ...]:
    """Return everybody with their roles, by name."""
    grants: dict[str, list[GrantKept]] = {}
    for own in rights.every(c):
        grants.setdefault(own.person, []).append(own)
    return tuple(PersonSeen(person=own, grants=tuple(grants.get(own.id, ()))) for own in people.every(c))


def make_person(c: Connection, new: NewPerson, scopes: KnownScopes, password: str | None = None) -> Handed:
    """Add *new* in a transaction that writes, with that one-time password or a fresh one, and return it.

    Raises PersonMisnamed and LoginTaken.
    """
    sound = _sound(new, scopes)
    person = people.add(c, login=sound.login, name=sound.name, signs_as=sound.signs_as, unit=sound.unit)
    return hand_password(c, person, "", password)


def hand_password(c: Connection, person: Person, by: str, password: str | None = None) -> Handed:
    """Let *person* sign in once with that one-time password, or a fresh one, and with nothing else any more."""
    given = password or one_time_password()
    until = datetime.now(UTC) + ONE_TIME
    end_everything(c, person.id, "password reset", by)
    before = sessions.passwords(c, person.id)
    sessions.keep_password(c, person.id, one_time_hashed(given), one_time_until=until)
    if before:
        sentence = Text("您的密码已被重置", "your password was reset")
        tell(c, [person.id], "password", sentence, "/account")
    return Handed(person=person, password=given, until=until)


def end_everything(c: Connection, person_id: str, why: str, by: str) -> None:
    """Let all sessions and tokens of the person end."""
    sessions.end_all(c, person_id, why)
    for token in tokens.of_person(c, person_id):
        tokens.end(c, token, by)


def operator_deed(action: Action) -> Deed:
    """Return the deed of whoever runs commands on the server."""
    return Deed(action=action.value)


def _changed(now: Person) -> PersonChanged:
    zh, en = now.unit or "（无）", now.unit or "(none)"
    return PersonChanged(
        [
            Fault.of(
                f"别人刚刚改过，现为：姓名“{now.name}”，所在支部“{zh}”；您填的没有保存，请核对后再存",
                f"somebody has changed it just now: the name is “{now.name}”, the branch “{en}”. Yours was not saved:"
                " look, and save again",
            )
        ]
    )


def _is_trusted(c: Connection, person_id: str) -> bool:
    return any(own.alive and own.grant.role in TRUSTED for own in rights.of_person(c, person_id))


def _principals_to_come(c: Connection, person_id: str) -> frozenset[str]:
    """Return for whom the person acts today, or will."""
    return frozenset(
        own.principal
        for own in rights.principals_of(c, person_id)
        if not own.ended and own.last_day >= today()
    )


def _sound(new: NewPerson, scopes: KnownScopes) -> NewPerson:
    """Return *new* in the forms that are kept. Raises PersonMisnamed with all that is wrong with it."""
    sound = NewPerson(
        login=login_form(new.login),
        name=_written(new.name),
        signs_as=_written(new.signs_as) or _written(new.name),
        unit=_written(new.unit),
    )
    faults = []
    if not is_login(sound.login):
        faults.append(
            Fault.of(
                "登录名须为 2 至 40 个字母、数字或汉字，中间可用 . _ - @",
                "a sign-in name has 2 to 40 letters or digits, with . _ - @ between them",
            )
        )
    if not all(
        folded(words) and one_line(words) and len(words) <= LONGEST_NAME
        for words in (sound.name, sound.signs_as)
    ):
        faults.append(
            Fault.of(
                f"姓名和署名应是一行看得见的文字，最长 {LONGEST_NAME} 字",
                f"a name is one line of visible text, {LONGEST_NAME} characters at most",
            )
        )
    if sound.unit and not scopes.has_unit(sound.unit):
        faults.append(
            Fault.of(f"没有代码为“{sound.unit}”的支部", f"there is no branch of the code “{sound.unit}”")
        )
    if faults:
        raise PersonMisnamed(faults)
    return sound


def _written(words: str) -> str:
    return normalize("NFC", words.strip())


def _refused(zh: str, en: str) -> NotAllowed:
    return NotAllowed([Fault.of(zh, en)])
