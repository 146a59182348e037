"""The county's periods: the sets each is assessed by, and the phase it has come to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from unicodedata import normalize

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from scoring.errors import Fault, Place, Refused
from scoring.periods import Period, Phase
from scoring.store import bulk, chain
from scoring.store.names import refuse_long
from scoring.store.tables import period, period_criteria, phase_move
from scoring.texts import Text


class PeriodUnknown(Refused):
    """The county has no period of that id."""


class PeriodExists(Refused):
    """The county has a period of that id already."""


def add(c: Connection, new: Period) -> None:
    """Add the period *new*, whose sets are kept. Raises PeriodExists and NameTooLong."""
    refuse_long([new.id])
    try:
        with c.begin_nested():
            chain.add(c, period, id=new.id, made_at=datetime.now(UTC))
    except IntegrityError:
        raise _exists(new.id) from None
    bulk.insert(c, period_criteria, [(new.id, place, ref) for place, ref in enumerate(new.refs)])
    _add_move(c, new.id, 1, new.phase)


def find(c: Connection, period_id: str) -> Period:
    """Return the period of that id. Raises PeriodUnknown, which names those there are."""
    found = every(c)
    period_id = normalize("NFC", period_id)
    for own in found:
        if own.id == period_id:
            return own
    raise _unknown(period_id, [own.id for own in found])


def every(c: Connection) -> tuple[Period, ...]:
    """Return all periods, the newest id first."""
    refs: dict[str, list[str]] = {}
    columns = period_criteria.c
    for own, ref in c.execute(select(columns.period, columns.ref).order_by(columns.period, columns.place)):
        refs.setdefault(own, []).append(ref)
    moves = select(phase_move.c.period, phase_move.c.phase).order_by(phase_move.c.number)
    phases: dict[str, str] = dict(c.execute(moves).all())
    return tuple(
        Period(id=own, phase=Phase(phases[own]), refs=tuple(refs[own])) for own in sorted(refs, reverse=True)
    )


def move(c: Connection, period_id: str, phase: Phase) -> None:
    """Let the period stand in *phase*, a later one than it stands in. Raises PeriodUnknown."""
    assert phase.place > find(c, period_id).phase.place, "phases never go back"
    number = c.scalar(select(func.max(phase_move.c.number)).where(phase_move.c.period == period_id))
    assert number is not None
    _add_move(c, period_id, number + 1, phase)


def _add_move(c: Connection, period_id: str, number: int, phase: Phase) -> None:
    chain.add(c, phase_move, period=period_id, number=number, phase=phase.value, made_at=datetime.now(UTC))


def _unknown(period_id: str, known: Sequence[str]) -> PeriodUnknown:
    if known:
        sentence = Text(
            f"没有“{period_id}”这个评定期；现有：{'、'.join(known)}",
            f"there is no period {period_id}; there are: {', '.join(known)}",
        )
    else:
        sentence = Text(
            f"没有“{period_id}”这个评定期；还没有开过任何评定期",
            f"there is no period {period_id}; none was opened yet",
        )
    return PeriodUnknown([Fault(place=Place(), sentence=sentence)])


def _exists(period_id: str) -> PeriodExists:
    return PeriodExists(
        [Fault.of(f"评定期“{period_id}”已经开过", f"the period {period_id} was opened already")]
    )
