"""Criteria sets as the county keeps them: by ref, in their canonical documents, never changed."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from scoring.canonical import sha256
from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault, Refused
from scoring.records import RecordWrong
from scoring.store import chain
from scoring.store.tables import criteria_set
from scoring.transcript import read_criteria

_KNOWN: dict[tuple[str, str], CriteriaSet] = {}
"""Sets by ref and digest, which say all there is to say of one."""

_KNOWN_MOST = 100


class CriteriaChanged(Refused):
    """A set of that ref is kept, and says something else."""


class CriteriaAltered(Refused):
    """What is kept of a set is no longer what was put there."""


def keep(c: Connection, criteria: CriteriaSet) -> None:
    """Keep *criteria*; where the very same is kept already, do nothing. Raises CriteriaChanged and CriteriaInvalid."""
    document = loader.written(criteria)
    if len(document) > loader.LARGEST_FILE:
        raise _too_large(criteria.ref)
    own = sha256(document)
    try:
        with c.begin_nested():
            values = {"ref": criteria.ref, "digest": own, "document": document, "made_at": datetime.now(UTC)}
            chain.add(c, criteria_set, **values)
    except IntegrityError:
        if c.scalar(select(criteria_set.c.digest).where(criteria_set.c.ref == criteria.ref)) != own:
            raise _changed(criteria.ref) from None


def find(c: Connection, ref: str) -> CriteriaSet:
    """Return the set of that ref. Raises CriteriaUnknown, and CriteriaAltered where its digest is not its own."""
    own = c.scalar(select(criteria_set.c.digest).where(criteria_set.c.ref == ref))
    if own is None:
        raise _unknown(ref, refs(c))
    document = document_of(c, ref)
    if sha256(document) != own:
        raise _altered(ref)
    try:
        return read_criteria(ref, document)
    except RecordWrong:
        raise _altered(ref) from None


def known(c: Connection, ref: str, digest: str | None = None) -> CriteriaSet:
    """Return the set of that ref as `find` does, parsed once a process; *digest* is that kept, where it was read.

    Raises CriteriaUnknown and CriteriaAltered.
    """
    own = digest or c.scalar(select(criteria_set.c.digest).where(criteria_set.c.ref == ref))
    found = _KNOWN.get((ref, own or ""))
    if found is None:
        found = find(c, ref)
        if len(_KNOWN) >= _KNOWN_MOST:
            _KNOWN.clear()
        _KNOWN[ref, own or ""] = found
    return found


def refs(c: Connection) -> tuple[str, ...]:
    """Return the refs of all sets kept, in order."""
    return tuple(c.execute(select(criteria_set.c.ref).order_by(criteria_set.c.ref)).scalars())


def document_of(c: Connection, ref: str) -> bytes:
    """Return the canonical document kept under *ref*."""
    document: bytes = c.execute(select(criteria_set.c.document).where(criteria_set.c.ref == ref)).scalar_one()
    return document


def _unknown(ref: str, known: tuple[str, ...]) -> CriteriaUnknown:
    zh, en = ("、".join(known) or "无"), (", ".join(known) or "none")
    return CriteriaUnknown(
        [Fault.of(f"县里没有 {ref} 这套标准；现有：{zh}", f"the county keeps no set {ref}; it keeps: {en}")]
    )


def _changed(ref: str) -> CriteriaChanged:
    return CriteriaChanged(
        [
            Fault.of(
                f"{ref} 已经在用，内容不同；一套标准用过就不再改，请另起版本号",
                f"{ref} is in use and says something else; a set once used never changes: give this one another version",
            )
        ]
    )


def _too_large(ref: str) -> CriteriaInvalid:
    most = loader.LARGEST_FILE // 10**6
    return CriteriaInvalid(
        [
            Fault.of(
                f"{ref} 展开后超过 {most} MB，太大",
                f"{ref} is larger than {most} MB when it is written out in full",
            )
        ]
    )


def _altered(ref: str) -> CriteriaAltered:
    return CriteriaAltered(
        [
            Fault.of(
                f"数据库中的 {ref} 与存入时不一致，可能被改动过；请从备份恢复",
                f"{ref} in the database is not what was kept there; somebody may have altered it: restore a backup",
            )
        ]
    )
