"""Rules of members' points as the county keeps them: never changed, each in force from its first day to the next one's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, bindparam, exists, select

from scoring.canonical import sha256
from scoring.criteria import loader
from scoring.criteria.points import PointsRules
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault
from scoring.store import chain
from scoring.store.criteria import CriteriaAltered
from scoring.store.plain import Plain
from scoring.store.tables import claim, claim_move, points_rules, transfer

_COLUMNS = points_rules.c

_KNOWN: dict[tuple[str, str], PointsRules] = {}
"""Rules by ref and digest, which say all there is to say of them."""

_KNOWN_MOST = 50


_DIGEST = Plain(select(_COLUMNS.digest).where(_COLUMNS.ref == bindparam("ref")))
_IN_FORCE = Plain(
    select(_COLUMNS.ref, _COLUMNS.digest)
    .where(_COLUMNS.first_day <= bindparam("day"))
    .order_by(_COLUMNS.first_day.desc())
    .limit(1)
)


_ADOPTED_SINCE = Plain(select(_COLUMNS.ref).where(_COLUMNS.link > bindparam("link")).limit(1))


class RulesMissing(CriteriaUnknown):
    """No rules of points are in force on that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Rules taken into use: by whom ('' for a command on the server), when, and their first day in force."""

    ref: str
    digest: str
    first_day: date
    by: str
    made_at: datetime


def adopt(c: Connection, rules: PointsRules, first_day: date, by: str) -> None:
    """Keep *rules*, in force from *first_day* on. Raises what SQLAlchemy raises where ref or day are there already."""
    document = loader.written(rules)
    chain.concern(c, f"rules {rules.ref}")
    chain.add(
        c,
        points_rules,
        ref=rules.ref,
        digest=sha256(document),
        document=document.decode(),
        first_day=first_day.isoformat(),
        by=by,
        made_at=datetime.now(UTC),
    )


def adopted(c: Connection) -> tuple[Adopted, ...]:
    """Return all rules ever taken into use, by first day."""
    columns = (_COLUMNS.ref, _COLUMNS.digest, _COLUMNS.first_day, _COLUMNS.by, _COLUMNS.made_at)
    return tuple(
        Adopted(
            ref=row.ref,
            digest=row.digest,
            first_day=date.fromisoformat(row.first_day),
            by=row.by,
            made_at=row.made_at,
        )
        for row in c.execute(select(*columns).order_by(_COLUMNS.first_day))
    )


def in_force(c: Connection, day: date) -> PointsRules:
    """Return the rules in force on *day*. Raises RulesMissing, and CriteriaAltered where they are not as they were kept."""
    for ref, digest in _IN_FORCE.ask(c, day=day.isoformat()):
        return _of(c, ref, digest)
    raise RulesMissing([missing(day)])


def known(c: Connection, ref: str) -> PointsRules:
    """Return the rules of that ref. Raises CriteriaUnknown, and CriteriaAltered where they are not as they were kept."""
    for (digest,) in _DIGEST.ask(c, ref=ref):
        return _of(c, ref, digest)
    raise CriteriaUnknown(
        [Fault.of(f"县里没有启用过积分规则 {ref}", f"the county has never used rules of points {ref}")]
    )


def adopted_since(c: Connection, link: int) -> bool:
    """Say whether rules were taken into use under a later link than that."""
    return bool(_ADOPTED_SINCE.ask(c, link=link))


def any_from(c: Connection, day: date) -> bool:
    """Say whether any points of *day* or a later one are posted, or wait in a claim."""
    if c.scalar(select(exists().where(transfer.c.day >= day.isoformat()))):
        return True
    moved = exists().where(claim_move.c.claim == claim.c.number)
    return bool(c.scalar(select(exists().where(claim.c.day >= day.isoformat(), ~moved))))


def missing(day: date) -> Fault:
    """Return the fault that no rules are in force on *day*."""
    return Fault.of(
        f"{day.isoformat()} 还没有启用积分规则；请管理员先启用一套",
        f"no rules of points are in force on {day.isoformat()}; an administrator has to take some into use",
    )


def _of(c: Connection, ref: str, digest: str) -> PointsRules:
    found = _KNOWN.get((ref, digest))
    if found is None:
        document = c.execute(select(_COLUMNS.document).where(_COLUMNS.ref == ref)).scalar_one().encode()
        if sha256(document) != digest:
            raise _altered(ref)
        try:
            found = loader.load_points(document, ref)
        except CriteriaInvalid:
            raise _altered(ref) from None
        if len(_KNOWN) >= _KNOWN_MOST:
            _KNOWN.clear()
        _KNOWN[ref, digest] = found
    return found


def _altered(ref: str) -> CriteriaAltered:
    return CriteriaAltered(
        [
            Fault.of(
                f"数据库中的积分规则 {ref} 与存入时不一致，可能被改动过；请从备份恢复",
                f"the rules of points {ref} in the database are not what was kept there; restore a backup",
            )
        ]
    )
