"""What is kept beside the chain, as it lies there: for whoever checks it against the chain and believes none of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, select, union

from scoring.store.tables import (
    chain_link,
    criteria_set,
    edition,
    edition_criteria,
    edition_unit,
    evidence_file,
    gate_motion,
    link_subject,
    person_login,
    person_name,
    person_revision,
    person_signature,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A revision of a person: the digest of the names, and the names where they are there: login, name, signs_as, salt."""

    person: str
    revision: int
    digest: str
    names: tuple[str, str, str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whose a sign-in name or a signature is: `words` as it is kept in that table."""

    table: str
    words: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKept:
    """The place, the code and the lines of a unit in an edition."""

    place: int
    code: str
    unit: bytes
    marks: bytes
    row: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionKept:
    """An edition as it lies there, its lines by place; `sets` are its criteria by ref."""

    id: str
    number: int
    period: str
    state: str
    supersedes: str | None
    link: int | None
    manifest: bytes
    standings: bytes
    sets: dict[str, bytes]
    lines: tuple[LineKept, ...]


def stray_subjects(c: Connection) -> tuple[tuple[int, str], ...]:
    """Return subjects of links that there are not, and those out of place: number and subject."""
    known = set(c.execute(select(chain_link.c.number)).scalars())
    own = select(link_subject).order_by(link_subject.c.link, link_subject.c.place)
    found, last, expected = [], None, 0
    for row in c.execute(own):
        expected = expected + 1 if row.link == last else 0
        last = row.link
        if row.link not in known or row.place != expected:
            found.append((row.link, row.subject))
    return tuple(found)


def names(c: Connection) -> Iterator[Named]:
    """Yield every revision of every person, in order."""
    own = person_revision.c
    joined = and_(person_name.c.person == own.person, person_name.c.revision == own.revision)
    columns = (
        person_name.c.login,
        person_name.c.name,
        person_name.c.signs_as,
        person_name.c.salt,
    )
    rows = (
        select(own.person, own.revision, own.named, *columns)
        .outerjoin(person_name, joined)
        .order_by(own.person, own.revision)
    )
    for person, revision, digest, login, name, signs_as, salt in c.execute(rows):
        kept = None if salt is None else (login, name, signs_as, salt)
        yield Named(person=person, revision=revision, digest=digest, names=kept)


def stray_names(c: Connection) -> tuple[tuple[str, int], ...]:
    """Return person and revision of names of which there is no such revision."""
    own = person_revision.c
    joined = and_(person_name.c.person == own.person, person_name.c.revision == own.revision)
    rows = (
        select(person_name.c.person, person_name.c.revision)
        .outerjoin(person_revision, joined)
        .where(own.person.is_(None))
    )
    return tuple((row.person, row.revision) for row in c.execute(rows))


def claims(c: Connection) -> tuple[Claim, ...]:
    """Return whose every sign-in name and every signature is."""
    return tuple(
        Claim(table=table.name, words=words, person=person)
        for table, column in ((person_login, "login"), (person_signature, "signs_as"))
        for words, person in c.execute(select(table.c[column], table.c.person).order_by(table.c[column]))
    )


def sets(c: Connection) -> Iterator[tuple[str, str, bytes]]:
    """Yield ref, digest and document of every criteria set, in order."""
    own = criteria_set.c
    for row in c.execute(select(own.ref, own.digest, own.document).order_by(own.ref)):
        yield row.ref, row.digest, row.document


def editions(c: Connection) -> Iterator[EditionKept]:
    """Yield every edition as it lies there, oldest first."""
    ids = c.execute(select(edition.c.id).order_by(edition.c.number)).scalars().all()
    for own in ids:
        yield _edition(c, c.execute(select(edition).where(edition.c.id == own)).one())


def stray_parts(c: Connection) -> tuple[tuple[str, str], ...]:
    """Return where rows stand of editions that there are not: table and the edition's id."""
    found = []
    for table in (edition_unit, edition_criteria):
        own = select(table.c.edition).distinct().outerjoin(edition, edition.c.id == table.c.edition)
        found += [(table.name, one) for one in c.execute(own.where(edition.c.id.is_(None))).scalars()]
    return tuple(found)


def files(c: Connection) -> tuple[str, ...]:
    """Return the SHA-256 of every file that anything names, in order."""
    own = union(
        select(evidence_file.c.sha256), select(gate_motion.c.file).where(gate_motion.c.file != "")
    ).subquery()
    return tuple(c.execute(select(own.c[0]).order_by(own.c[0])).scalars())


def _edition(c: Connection, row: Row[Any]) -> EditionKept:
    own = edition_unit.c
    lines = select(own.place, own.code, own.unit_line, own.marks_line, own.row_line)
    kept = edition_criteria.c
    documents = (
        select(kept.ref, criteria_set.c.document)
        .join(criteria_set, criteria_set.c.ref == kept.ref)
        .where(kept.edition == row.id)
    )
    return EditionKept(
        id=row.id,
        number=row.number,
        period=row.period,
        state=row.state,
        supersedes=row.supersedes,
        link=row.link,
        manifest=row.manifest,
        standings=row.standings,
        sets=dict(c.execute(documents.order_by(kept.ref)).all()),
        lines=tuple(
            LineKept(place=place, code=code, unit=unit, marks=marks, row=line)
            for place, code, unit, marks, line in c.execute(
                lines.where(own.edition == row.id).order_by(own.place)
            )
        ),
    )
