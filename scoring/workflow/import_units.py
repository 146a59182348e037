"""A file of units is taken into a period: who is assessed, whom they answer to, which gates hold on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from scoring.canonical import sha256
from scoring.errors import Fault
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import Action
from scoring.spreadsheet.tables import Table
from scoring.spreadsheet.units import UnitsRead, read_units
from scoring.store import criteria, imports, markings, periods, units
from scoring.store.engine import Connection, Store
from scoring.store.imports import Import
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.units import Unit, domain_id
from scoring.workflow.acting import deed_in
from scoring.workflow.imports import Mode, digest_of, refuse_any, transaction
from scoring.workflow.keep_periods import refused

_FIXED = ("name", "domain", "township", "department", "predecessors")
_OPTIONAL = ("name", "township", "department", "gates", "predecessors")


class Extent(StrEnum):
    """Whether a file is a part of the list of units, or the whole list, so that others are taken out."""

    PART = "part"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsTaken:
    """What an import of units did, or in a trial would do; `already` is the earlier import of the same file."""

    already: Import | None
    new: tuple[Unit, ...] = ()
    changed: tuple[tuple[Unit, Unit], ...] = ()
    same: int = 0
    taken_out: tuple[Unit, ...] = ()
    not_in_file: int = 0


def import_units(  # noqa: PLR0917  what is imported where, and by whom
    store: Store,
    period_id: str,
    path: Path,
    mode: Mode = Mode.FOR_GOOD,
    extent: Extent = Extent.PART,
    actor: Actor | None = None,
) -> UnitsTaken:
    """Take the units in the file at *path* into the period, all or none, and return what changed.

    Units are frozen once the period has left preparing or has marks; from then on only gates may change, and those
    only by a command on the server, which is what it is without an *actor*: people move gates by two. Raises
    NotAllowed, PeriodUnknown, PhaseRefused, and FileRefused with every fault by row and column.
    """
    with store.read() as c:
        period = periods.find(c, period_id)
        deed = deed_in(actor, Action.IMPORT_FILES, period)
        sets = [criteria.find(c, ref) for ref in period.refs]
    read = read_units(path, sets)
    refuse_any([*read.faults, *read.strangers], read.table)
    digest = digest_of(path)
    if extent is Extent.WHOLE:  # the same bytes taken for the whole list are another import
        digest = sha256(f"{digest} {extent}".encode())
    with transaction(store, mode, deed) as c:
        period = periods.find(c, period_id)
        deed_in(actor, Action.IMPORT_FILES, period)
        already = imports.find(c, period.id, "units", digest)
        if already is not None:
            return UnitsTaken(already=already)
        if period.phase is Phase.PUBLISHED:
            raise refused(period, "单位名单已不能改动", "its units can no longer change")
        before = {own.unit.code: own for own in units.current(c, period.id)}
        now = [
            KeptUnit(unit=_filled(unit, before.get(unit.code), read.table), ref=own.ref)
            for unit, own in zip(read.units, read.sets, strict=True)
        ]
        taken = _compared(before, now, extent)
        gone = {unit.code for unit in taken.taken_out}
        after = {code: own.unit for code, own in before.items() if code not in gone}
        after |= {own.unit.code: own.unit for own in now}
        faults = [*_wrong_predecessors(c, period, read, after), *_respelt(read, before, after)]
        why = _why_frozen(c, period) if before else None
        if why is not None:
            faults += _frozen(read, taken, why)
            if actor is not None:
                faults += _gates_changed(read, taken)
        refuse_any(faults, read.table)
        if mode is Mode.FOR_GOOD:
            number = imports.add(c, period.id, "units", digest, path.name, len(now))
            units.put(c, period.id, [own for own in now if before.get(own.unit.code) != own], number)
            units.take_out(c, period.id, [unit.code for unit in taken.taken_out], number)
        return taken


def _filled(unit: Unit, before: KeptUnit | None, table: Table) -> Unit:
    """Return *unit* with its lists in order, and as it was before in whatever the file has no column for."""
    kept = (
        {}
        if before is None
        else {column: getattr(before.unit, column) for column in _OPTIONAL if not table.has(column)}
    )
    tidy = {"gates": tuple(sorted(unit.gates)), "predecessors": tuple(sorted(unit.predecessors))}
    return replace(unit, **(tidy | kept))


def _compared(before: Mapping[str, KeptUnit], now: Sequence[KeptUnit], extent: Extent) -> UnitsTaken:
    codes = {own.unit.code for own in now}
    others = [own.unit for code, own in before.items() if code not in codes]
    changed = [
        (before[own.unit.code].unit, own.unit)
        for own in now
        if own.unit.code in before and before[own.unit.code] != own
    ]
    new = [own.unit for own in now if own.unit.code not in before]
    return UnitsTaken(
        already=None,
        new=tuple(new),
        changed=tuple(changed),
        same=len(now) - len(new) - len(changed),
        taken_out=tuple(others) if extent is Extent.WHOLE else (),
        not_in_file=len(others) if extent is Extent.PART else 0,
    )


def _why_frozen(c: Connection, period: Period) -> Text | None:
    """Return why the period's units can no longer change, or None while they can."""
    if period.phase is not Phase.PREPARING:
        called = period.phase.called
        return Text(
            f"本期已进入“{called.zh}”，单位名单已锁定", f"the period is {called.en}, so its units are frozen"
        )
    if markings.any_of(c, period.id):
        return Text("本期已有评分，单位名单已锁定", "the period has marks, so its units are frozen")
    return None


def _frozen(read: UnitsRead, taken: UnitsTaken, why: Text) -> Iterator[Fault]:
    """Say what the file would change of a list of units that is frozen, and *why* it is."""
    for unit in taken.new:
        yield _fault(read, unit, "unit", Text(f"{why.zh}，不能增加单位", f"{why.en}; none can be added"))
    for old, unit in taken.changed:
        for field in _FIXED:
            if getattr(old, field) != getattr(unit, field):
                told = _shown(getattr(old, field))
                sentence = Text(
                    f"{why.zh}，原为“{told}”，不能改动", f"{why.en}; it was “{told}” and cannot change"
                )
                yield _fault(read, unit, field if read.table.has(field) else "unit", sentence)
    for unit in taken.taken_out:
        told = f"{unit.code} {unit.name}"
        sentence = Text(f"{why.zh}，不能去掉 {told}", f"{why.en}; {told} cannot go")
        yield Fault(place=read.table.place, sentence=sentence)


def _gates_changed(read: UnitsRead, taken: UnitsTaken) -> Iterator[Fault]:
    """Say which gates the file would raise or lift, which takes two people."""
    for old, unit in taken.changed:
        if old.gates != unit.gates:
            sentence = Text(
                "一票否决的提出和解除须经两人，不能用文件改动；请在“一票否决”页办理",
                "to raise or lift a gate takes two people, not a file; move it on the page of gates",
            )
            yield _fault(read, unit, "gates", sentence)


def _wrong_predecessors(
    c: Connection, period: Period, read: UnitsRead, units_after: Mapping[str, Unit]
) -> Iterator[Fault]:
    """Say which predecessors are still units of this period, or were in no other, if there is another."""
    if not any(unit.predecessors for unit in units_after.values()):
        return
    others = [own.id for own in periods.every(c) if own.id != period.id]
    known = {own.unit.code for other in others for own in units.current(c, other)}
    for unit in units_after.values():
        for code in unit.predecessors:
            if code in units_after:
                sentence = Text(
                    f"前身“{code}”仍在本期名单中，不能又是 {unit.code} 的前身",
                    f"the predecessor “{code}” of {unit.code} is still a unit of this period",
                )
            elif others and code not in known:
                sentence = Text(
                    f"前身“{code}”在其他各期中都没有",
                    f"the predecessor “{code}” is a unit of no other period",
                )
            else:
                continue
            if unit.code in read.rows:
                yield _fault(read, unit, "predecessors", sentence)
            elif code in read.rows:
                yield _fault(read, units_after[code], "unit", sentence)


def _respelt(
    read: UnitsRead, before: Mapping[str, KeptUnit], units_after: Mapping[str, Unit]
) -> Iterator[Fault]:
    """Say where the file writes a domain otherwise than the units that stay write it."""
    stay = [own.unit for code, own in before.items() if code not in read.rows and code in units_after]
    written = {domain_id(unit.domain): unit for unit in stay}
    for unit in read.units:
        other = written.get(domain_id(unit.domain))
        if other is not None and other.domain != unit.domain:
            sentence = Text(
                f"“{unit.domain}”在本期名单中写作“{other.domain}”（如 {other.code}），请统一写法",
                f"“{unit.domain}” is written “{other.domain}” in this period (as of {other.code}); write it one way",
            )
            yield _fault(read, unit, "domain", sentence)


def _shown(value: str | tuple[str, ...] | None) -> str:
    return ";".join(value) if isinstance(value, tuple) else value or ""


def _fault(read: UnitsRead, unit: Unit, column: str, sentence: Text) -> Fault:
    return Fault(place=read.table.place_of(read.rows[unit.code], column), sentence=sentence)
