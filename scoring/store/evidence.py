"""Evidence as it is kept: files by their digest, what units hand in for criteria, and why where that is too little."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from scoring.criteria.criterion import Criterion
from scoring.errors import Fault, Refused
from scoring.evidence import Evidence, Excuse, short_of
from scoring.store import chain
from scoring.store.parts import in_parts
from scoring.store.tables import evidence, evidence_end, evidence_excuse, evidence_file, moment_text
from scoring.uploads.kinds import Kind

"""How many values stand in one question; databases have limits."""


class EvidenceUnknown(Refused):
    """There is no evidence of that number, or it was taken back."""


def of_unit(c: Connection, period_id: str, unit: str) -> tuple[Evidence, ...]:
    """Return what the unit hands in in the period, in the order it came; what was taken back is left out."""
    return tuple(_found(c, evidence.c.period == period_id, evidence.c.unit == unit))


def missing(c: Connection, period_id: str, unit: str, criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Return those of *criteria*, in order, with fewer files than must be and no reason given.

    A criterion that does not apply to the unit asks for nothing: leave it out of *criteria*.
    """
    there = Counter(own.criterion for own in of_unit(c, period_id, unit))
    excused = {own.criterion for own in excuses(c, period_id, unit) if own.reason}
    return tuple(own for own in short_of(criteria, there) if own.id not in excused)


def excuses(c: Connection, period_id: str, unit: str) -> tuple[Excuse, ...]:
    """Return the reasons the unit gives for too little evidence as written last, by criterion; '' was taken back."""
    return tuple(_excuses(c, period_id, unit).values())


def newest_excuse(c: Connection, period_id: str, unit: str, criterion: str) -> Excuse | None:
    """Return the reason as it was written last, '' where it was taken back; None where there never was one."""
    return _excuses(c, period_id, unit).get(criterion)


def excuse(c: Connection, period_id: str, unit: str, criterion: str, reason: str, by: str) -> None:  # noqa: PLR0917
    """Let *reason* be why the unit has too little evidence for the criterion; '' takes it back."""
    before = newest_excuse(c, period_id, unit, criterion)
    chain.add(
        c,
        evidence_excuse,
        period=period_id,
        unit=unit,
        criterion=criterion,
        revision=1 if before is None else before.revision + 1,
        reason=reason,
        by=by,
        made_at=datetime.now(UTC),
    )


def kind_of(c: Connection, sha256: str) -> Kind | None:
    """Return the kind of the file of that digest, None where it was never handed in."""
    kept = c.scalar(select(evidence_file.c.kind).where(evidence_file.c.sha256 == sha256))
    return None if kept is None else Kind(kept)


def keep_file(c: Connection, sha256: str, kind: Kind, size: int, taken_at: datetime | None) -> None:
    """Note a file that lies in the folder for good by now; one that is noted already stays as it is."""
    if kind_of(c, sha256) is None:
        said = "" if taken_at is None else moment_text(taken_at)
        chain.add(
            c,
            evidence_file,
            sha256=sha256,
            kind=kind.value,
            size=size,
            taken_at=said,
            made_at=datetime.now(UTC),
        )


def add(c: Connection, period_id: str, unit: str, criterion: str, file: str, title: str, by: str) -> int:  # noqa: PLR0917
    """Let a file that is noted be evidence of the unit for the criterion, and return its number."""
    number = (c.scalar(select(func.max(evidence.c.number))) or 0) + 1
    chain.add(
        c,
        evidence,
        number=number,
        period=period_id,
        unit=unit,
        criterion=criterion,
        file=file,
        title=title,
        by=by,
        made_at=datetime.now(UTC),
    )
    return number


def end(c: Connection, number: int, by: str) -> None:
    """Take back the evidence of that number, which stands."""
    chain.add(c, evidence_end, evidence=number, by=by, made_at=datetime.now(UTC))


def find(c: Connection, number: int) -> Evidence:
    """Return the evidence of that number. Raises EvidenceUnknown."""
    for own in _found(c, evidence.c.number == number):
        return own
    raise unknown(number)


def unknown(number: int) -> EvidenceUnknown:
    """Return the refusal of evidence there is not."""
    return EvidenceUnknown(
        [
            Fault.of(
                f"没有第 {number} 号佐证材料，或已经撤回",
                f"there is no evidence {number}, or it was taken back",
            )
        ]
    )


def unknown_file() -> EvidenceUnknown:
    """Return the refusal of a file that a unit never handed in."""
    return EvidenceUnknown(
        [
            Fault.of(
                "本支部没有上传过这个文件；请选择文件上传",
                "the branch never handed in that file; choose it and upload it",
            )
        ]
    )


def with_files(c: Connection, files: Collection[str]) -> tuple[Evidence, ...]:
    """Return all evidence, of whatever unit and period, that uses one of *files*, in the order it came."""
    found = (own for part in in_parts(files) for own in _found(c, evidence.c.file.in_(part)))
    return tuple(sorted(found, key=lambda own: own.number))


def own_files(c: Connection, units: Collection[str]) -> tuple[Evidence, ...]:
    """Return each file that *units* ever handed in, once, as they did last, the newest first; also what was taken back."""
    rows = c.execute(_selected().where(evidence.c.unit.in_(sorted(units))))
    found = {row.file: row for row in rows}
    return tuple(sorted(map(_evidence, found.values()), key=lambda own: own.number, reverse=True))


def counts(c: Connection, period_id: str) -> dict[str, int]:
    """Return how many files each unit has handed in in the period; one that serves several criteria counts once."""
    own = (
        select(evidence.c.unit, func.count(evidence.c.file.distinct()))
        .where(evidence.c.period == period_id, ~_ended())
        .group_by(evidence.c.unit)
    )
    return dict(map(tuple, c.execute(own)))


def _ended() -> ColumnElement[bool]:
    return select(evidence_end.c.evidence).where(evidence_end.c.evidence == evidence.c.number).exists()


def _found(c: Connection, *conditions: ColumnElement[bool]) -> Iterator[Evidence]:
    return map(_evidence, c.execute(_selected().where(*conditions, ~_ended())).all())


def _selected() -> Select[Any]:
    columns = (evidence_file.c.kind, evidence_file.c.size, evidence_file.c.taken_at)
    joined = select(evidence, *columns).join(evidence_file, evidence_file.c.sha256 == evidence.c.file)
    return joined.order_by(evidence.c.number)


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        number=row.number,
        period=row.period,
        unit=row.unit,
        criterion=row.criterion,
        file=row.file,
        kind=Kind(row.kind),
        size=row.size,
        taken_at=datetime.fromisoformat(row.taken_at) if row.taken_at else None,
        title=row.title,
        by=row.by,
        made_at=row.made_at,
    )


def _excuses(c: Connection, period_id: str, unit: str) -> dict[str, Excuse]:
    """Return the newest reason of the unit for each criterion, taken back or not."""
    columns = evidence_excuse.c
    own = select(evidence_excuse).where(columns.period == period_id, columns.unit == unit)
    return {
        row.criterion: Excuse(
            criterion=row.criterion,
            revision=row.revision,
            reason=row.reason,
            by=row.by,
            made_at=row.made_at,
        )
        for row in c.execute(own.order_by(columns.criterion, columns.revision))
    }
