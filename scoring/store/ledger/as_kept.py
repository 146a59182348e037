"""What is kept of points, as it lies there: for whoever makes the books anew and believes none of it."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from scoring.store.tables import (
    claim_move,
    entry,
    member_code,
    member_name,
    member_revision,
    points_rules,
    transfer,
)

_AT_ONCE = 2_000


class TransferKept(NamedTuple):
    """A transfer, by what the books are made of."""

    number: int
    key: str
    ledger: str
    kind: str
    source: str
    target: str
    amount: int
    owed: int
    member: str
    event: str
    claim: int | None
    undoes: int | None


class EntryKept(NamedTuple):
    """An entry as it lies there, without its transfer."""

    account: str
    ledger: str
    seq: int
    amount: int
    balance: int
    owed: int


class MemberNamed(NamedTuple):
    """A revision of a member: the digest of number and name, and both with the salt; None where the name was forgotten."""

    member: str
    revision: int
    digest: str
    code: str | None
    name: str | None
    salt: str | None


def transfers(c: Connection) -> Iterator[TransferKept]:
    """Yield all transfers, by number."""
    columns = [transfer.c[name] for name in TransferKept._fields]
    own = select(*columns).order_by(transfer.c.number).execution_options(yield_per=_AT_ONCE)
    for row in c.execute(own):
        yield TransferKept._make(row)


def entries(c: Connection) -> Iterator[tuple[int, EntryKept]]:
    """Yield all entries, each with the number of its transfer, by that."""
    columns = [entry.c[name] for name in EntryKept._fields]
    own = select(entry.c.transfer, *columns).order_by(entry.c.transfer, entry.c.account)
    for number, *row in c.execute(own.execution_options(yield_per=_AT_ONCE)):
        yield number, EntryKept._make(row)


def posted_claims(c: Connection) -> dict[int, int]:
    """Return the points that every claim said to be posted says, by its number."""
    own = select(claim_move.c.claim, claim_move.c.points).where(claim_move.c.state == "posted")
    return {row.claim: row.points for row in c.execute(own)}


def member_names(c: Connection) -> Iterator[MemberNamed]:
    """Yield every revision of every member, in order."""
    own, names = member_revision.c, member_name.c
    rows = (
        select(own.member, own.revision, own.named, member_code.c.code, names.name, names.salt)
        .outerjoin(member_code, member_code.c.member == own.member)
        .outerjoin(member_name, and_(names.member == own.member, names.revision == own.revision))
        .order_by(own.member, own.revision)
    )
    for row in c.execute(rows):
        yield MemberNamed._make(row)


def rules(c: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield ref, digest and document of all rules of points, in order."""
    own = points_rules.c
    for row in c.execute(select(own.ref, own.digest, own.document).order_by(own.ref)):
        yield row.ref, row.digest, row.document
