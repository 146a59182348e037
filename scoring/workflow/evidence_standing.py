"""Where a unit's evidence stands: its period and phase, whether its own sheet is signed, and who may do what with it."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Place
from scoring.evidence import UnitYear
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, NotAllowed, Setting, permit
from scoring.store import criteria, periods, units, work
from scoring.store.engine import Connection
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.transcript import read_criteria

SELF = "self"
"""The stage in which a branch marks itself."""

_SIGNED = Text(
    "本支部的自评表已经签署，佐证材料随之锁定；要补充或更换，请联系上级退回自评表",
    "the branch has signed its own sheet, and its evidence is locked with it; to add to it or change it, ask your"
    " superior to send the sheet back",
)


class EvidenceLocked(NotAllowed):
    """The branch signed its own sheet, and with it its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A unit in a period as one actor comes to it. `codes` are its own and those of what it came from.

    `last_day` is until when it should hand in, None where no day is set.
    """

    period: Period
    kept: KeptUnit
    criteria: CriteriaSet
    codes: frozenset[str]
    signed: bool
    last_day: date | None
    setting: Setting

    def closed_to(self, actor: Actor) -> NotAllowed | None:
        """Return why *actor* cannot hand in, change or take back now; None where they can."""
        try:
            permit(actor, Action.SUBMIT_EVIDENCE, self.setting)
        except NotAllowed as refused:
            return refused
        return EvidenceLocked([Fault(place=Place(), sentence=_SIGNED)]) if self.signed else None


def standing_of(c: Connection, actor: Actor, own: UnitYear) -> Standing:
    """Return where the unit's evidence stands now. Raises PeriodUnknown and UnitUnknown."""
    period, code = periods.find(c, own.period), own.unit
    kept = units.find(c, period.id, code)
    assigned = actor.person is not None and work.is_assigned(c, period.id, code, actor.sheet_holder.id)
    return Standing(
        period=period,
        kept=kept,
        criteria=set_of(c, kept.ref),
        codes=frozenset({code} | {unit.code for _, unit in units.named_in(c, code)}),
        signed=work.is_signed(c, period.id, code, SELF),
        last_day=work.last_day(c, period.id, SELF),
        setting=Setting(period=period.id, phase=period.phase, unit=kept.unit, assigned=assigned),
    )


def set_of(c: Connection, ref: str) -> CriteriaSet:
    """Return the set of that ref; a set that is kept never changes, so it is read once for each content."""
    return _read(ref, criteria.document_of(c, ref))


@lru_cache(maxsize=64)
def _read(ref: str, document: bytes) -> CriteriaSet:
    return read_criteria(ref, document)
