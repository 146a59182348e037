"""People as they are kept: by revision, with their names apart from what the chain covers."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from scoring.errors import Fault, Refused
from scoring.people import Person, named
from scoring.store import chain
from scoring.store.parts import in_parts
from scoring.store.plain import Plain
from scoring.store.tables import person, person_login, person_name, person_revision, person_signature
from scoring.texts import Text

FORGOTTEN = Text("（姓名已删除）", "(name forgotten)")
"""What a person is called whose names were forgotten."""


class PersonUnknown(Refused):
    """There is nobody of that id, or of that sign-in name."""


class LoginTaken(Refused):
    """Somebody has, or had, that sign-in name."""


def add(c: Connection, *, login: str, name: str, signs_as: str, unit: str = "") -> Person:
    """Add a person with an open account, who signs as *signs_as* or, where others do, as something close to it.

    Raises LoginTaken.
    """
    own = secrets.token_hex(8)
    chain.concern(c, f"person {own}")
    chain.add(c, person, id=own, made_at=datetime.now(UTC))
    try:
        with c.begin_nested():
            c.execute(insert(person_login).values(login=login, person=own))
    except IntegrityError:
        raise _taken(login) from None
    new = Person(id=own, login=login, name=name, signs_as=_own_signature(c, own, signs_as, login), unit=unit)
    _add_revision(c, new, 1)
    return new


def revise(c: Connection, new: Person) -> None:
    """Let the person of that id be *new* from now on. Raises PersonUnknown."""
    before = find(c, new.id)
    chain.concern(c, f"person {new.id}")
    assert new.login == before.login, "a sign-in name stays"
    if new.signs_as != before.signs_as:
        _own_signature(c, new.id, new.signs_as, new.login)
    last = select(func.max(person_revision.c.revision)).where(person_revision.c.person == new.id)
    _add_revision(c, new, (c.scalar(last) or 0) + 1)


def find(c: Connection, person_id: str) -> Person:
    """Return the person of that id. Raises PersonUnknown."""
    for own, state, unit, login, name, signs_as in _LAST.ask(c, person=person_id):
        return _person(own, state, unit, (login, name, signs_as))
    raise _unknown()


def by_login(c: Connection, login: str) -> Person | None:
    """Return whose that sign-in name is, in the form it is kept in; None where it is nobody's."""
    own = c.scalar(select(person_login.c.person).where(person_login.c.login == login))
    return None if own is None else find(c, own)


def by_signature(c: Connection, signs_as: str) -> str | None:
    """Return the id of who signs, or has signed, marks with these words; None where nobody does."""
    return c.scalar(select(person_signature.c.person).where(person_signature.c.signs_as == signs_as))


def every(c: Connection) -> tuple[Person, ...]:
    """Return all people, by name and then sign-in name."""
    found = {row.person: row for row in c.execute(_newest().order_by(person_revision.c.revision))}
    return tuple(sorted(map(person_of, found.values()), key=lambda own: (own.name, own.login, own.id)))


def among(c: Connection, ids: Iterable[str]) -> dict[str, Person]:
    """Return the people of those ids, by id; ids of nobody are left out."""
    found: dict[str, Person] = {}
    for part in in_parts(ids):
        own = _newest(person_revision.c.person.in_(part))
        found |= {row.person: person_of(row) for row in c.execute(own.order_by(person_revision.c.revision))}
    return found


def logins_taken(c: Connection, logins: Sequence[str]) -> frozenset[str]:
    """Return those of *logins* that are, or were, somebody's."""
    found: set[str] = set()
    for part in in_parts(logins):
        found |= set(c.scalars(select(person_login.c.login).where(person_login.c.login.in_(part))))
    return frozenset(found)


def person_of(row: Row[Any]) -> Person:
    """Return the person that a row says, of a revision with its names."""
    return _person(row.person, row.state, row.unit, (row.login, row.name, row.signs_as))


def _person(own: str, state: str, unit: str, names: tuple[str | None, str | None, str | None]) -> Person:
    login, name, signs_as = names
    return Person(
        id=own,
        login=login or "",
        name=name or FORGOTTEN.zh,
        signs_as=signs_as or "",
        unit=unit,
        open=state == "open",
    )


"""How many values one question names at most."""


def _newest(*where: Any) -> Select[Any]:
    """Return the selection of revisions with their names; of a person the last one counts."""
    columns = person_revision.c
    joined = person_revision.outerjoin(
        person_name,
        and_(person_name.c.person == columns.person, person_name.c.revision == columns.revision),
    )
    names = (person_name.c.login, person_name.c.name, person_name.c.signs_as)
    return select(columns.person, columns.state, columns.unit, *names).select_from(joined).where(*where)


_LAST = Plain(
    _newest(person_revision.c.person == bindparam("person"))
    .order_by(person_revision.c.revision.desc())
    .limit(1)
)


def _add_revision(c: Connection, new: Person, revision: int) -> None:
    salt = secrets.token_hex(16)
    names = {"login": new.login, "name": new.name, "signs_as": new.signs_as}
    chain.add(
        c,
        person_revision,
        person=new.id,
        revision=revision,
        state="open" if new.open else "closed",
        unit=new.unit,
        named=named(salt, **names),
        made_at=datetime.now(UTC),
    )
    c.execute(insert(person_name).values(person=new.id, revision=revision, salt=salt, **names))


def _own_signature(c: Connection, person_id: str, wanted: str, login: str) -> str:
    """Return *wanted*, or with the sign-in name or a number added, as nobody else has ever signed; it is theirs now."""
    for words in (
        wanted,
        f"{wanted}（{login}）",
        *(f"{wanted}（{login}·{number}）" for number in range(2, 99)),
    ):
        holder = by_signature(c, words)
        if holder is None:
            c.execute(insert(person_signature).values(signs_as=words, person=person_id))
            return words
        if holder == person_id:
            return words
    raise _taken(login)


def _taken(login: str) -> LoginTaken:
    return LoginTaken(
        [
            Fault.of(
                f"登录名“{login}”已被使用，请另起一个", f"the sign-in name “{login}” is taken; choose another"
            )
        ]
    )


def _unknown() -> PersonUnknown:
    return PersonUnknown(
        [
            Fault.of(
                "没有这个人，请从人员名单中选择", "there is no such person; choose from the list of people"
            )
        ]
    )
