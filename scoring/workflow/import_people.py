"""People taken in from a clerk's file: accounts with one-time passwords, and their roles proposed, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring.errors import Fault
from scoring.passwords import one_time_password
from scoring.people import Actor, Person, Role, Scope, apart
from scoring.permissions import Action, Setting, permit
from scoring.spreadsheet.people import PersonRow, read_people
from scoring.spreadsheet.tables import Table
from scoring.store import people, rights
from scoring.store.engine import Connection, Store
from scoring.texts import Text
from scoring.workflow.grant_roles import propose, tell_administrators
from scoring.workflow.imports import Mode, refuse_any
from scoring.workflow.keep_people import Handed, NewPerson, make_person
from scoring.workflow.known_scopes import KnownScopes, known_scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTaken:
    """What an import of people did, or in a trial would do; `handed` is empty in a trial.

    `roles` are those proposed, in the file's order: the person's sign-in name, role and scope.
    """

    new: tuple[NewPerson, ...]
    known: tuple[Person, ...]
    roles: tuple[tuple[str, Role, Scope], ...]
    same: int
    handed: tuple[Handed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What was there before: people of the file by sign-in name, with the roles they have or may yet."""

    people: Mapping[str, Person]
    held: Mapping[str, frozenset[tuple[Role, Scope]]]
    scopes: KnownScopes


def import_people(store: Store, actor: Actor, path: Path, mode: Mode = Mode.FOR_GOOD) -> PeopleTaken:
    """Make the accounts in the file at *path* that are not there yet and propose its roles, all or none.

    Whoever is there already keeps account, name and password. Roles wait for another administrator. Raises NotAllowed,
    and FileRefused with every fault by row and column.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    read = read_people(path)
    with store.read() as c:
        before = _before(c, read.people)
    refuse_any([*read.faults, *_faults(actor, read.people, read.table, before)], read.table)
    taken = _taken(read.people, before)
    if mode is Mode.TRIAL:
        return taken
    with store.begin(deed) as c:
        before = _before(c, read.people)
        refuse_any(list(_faults(actor, read.people, read.table, before)), read.table)
        taken = _taken(read.people, before)
        handed = [make_person(c, new, before.scopes, one_time_password()) for new in taken.new]
        whose = dict(before.people) | {own.person.login: own.person for own in handed}
        for login, role, scope in taken.roles:
            propose(c, actor, whose[login], role, scope, "", before.scopes)
        if taken.roles:
            tell_administrators(c, actor, len(taken.roles))
    return PeopleTaken(
        new=taken.new, known=taken.known, roles=taken.roles, same=taken.same, handed=tuple(handed)
    )


def _before(c: Connection, rows: Sequence[PersonRow]) -> _Before:
    logins = sorted({row.login for row in rows})
    taken = people.logins_taken(c, logins)
    found = {login: own for login in logins if login in taken and (own := people.by_login(c, login))}
    held = {
        login: frozenset(
            (one.grant.role, one.grant.scope) for one in rights.of_person(c, own.id) if one.alive
        )
        for login, own in found.items()
    }
    return _Before(people=found, held=held, scopes=known_scopes(c))


def _taken(rows: Sequence[PersonRow], before: _Before) -> PeopleTaken:
    new: dict[str, NewPerson] = {}
    known: dict[str, Person] = {}
    roles: list[tuple[str, Role, Scope]] = []
    same = 0
    for row in rows:
        if row.login in before.people:
            known[row.login] = before.people[row.login]
        else:
            new[row.login] = NewPerson(login=row.login, name=row.name, signs_as=row.signs_as, unit=row.unit)
        scope = before.scopes.scope(row.role, row.scope)
        assert scope is not None, "that would have been a fault"
        if (row.role, scope) in before.held.get(row.login, ()):
            same += 1
        else:
            roles.append((row.login, row.role, scope))
    return PeopleTaken(new=tuple(new.values()), known=tuple(known.values()), roles=tuple(roles), same=same)


def _faults(actor: Actor, rows: Sequence[PersonRow], table: Table, before: _Before) -> Iterator[Fault]:
    """Yield what is wrong with sound rows in this county."""
    wanted: dict[str, set[Role]] = {}
    for row in rows:
        wanted.setdefault(row.login, set()).add(row.role)

    def fault(row: PersonRow, column: str, zh: str, en: str) -> Fault:
        return Fault(place=table.place_of(row.row, column), sentence=Text(zh, en))

    for row in rows:
        if before.scopes.scope(row.role, row.scope) is None:
            column = "scope" if table.has("scope") else "role"
            yield fault(row, column, f"没有“{row.scope}”这个范围", f"there is no “{row.scope}”")
        if row.unit and not before.scopes.has_unit(row.unit):
            column = "unit" if table.has("unit") else "login"
            yield fault(
                row, column, f"没有代码为“{row.unit}”的支部", f"there is no branch of the code “{row.unit}”"
            )
        own = before.people.get(row.login)
        if own is None:
            continue
        if own.id in actor.hands:
            yield fault(row, "login", "不能给自己授权", "nobody grants a role to themselves")
        if own.name != row.name:
            yield fault(
                row,
                "name",
                f"登录名“{row.login}”已是{own.name}的；改名请在人员页面办理",
                f"the sign-in name “{row.login}” is that of {own.name}; people are renamed on their page",
            )
        if not own.open:
            yield fault(row, "login", "账号已停用，请先启用", "the account is closed; open it first")
        kinds = apart(wanted[row.login] | {role for role, _ in before.held[row.login]})
        if kinds and not apart(wanted[row.login]):
            zh = "、".join(one.called.zh for one in kinds)
            en = ", ".join(one.called.en for one in kinds)
            yield fault(row, "role", f"{zh}不能由一人兼任", f"one person cannot be {en} at once")
