"""Where a unit's evidence stands: its period and phase, whether its own sheet is signed, and who may do what with it."""

from dataclasses import dataclass
from datetime import date

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Place
from scoring.evidence import UnitYear
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, NotAllowed, Setting, permit
from scoring.sheets import SELF, SheetKey, SheetState
from scoring.store import assignments, criteria, periods, sheets, units
from scoring.store.engine import Connection
from scoring.store.units import KeptUnit
from scoring.texts import Text

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
    holder = "" if actor.person is None else actor.sheet_holder.id
    assigned = any(one.person == holder for one in assignments.of_unit(c, period.id, code))
    moves = sheets.newest(c, period.id, code)
    own_sheet = moves.get(SheetKey(period=period.id, unit=code, stage=SELF))
    day = assignments.deadlines(c, period.id).get(SELF)
    return Standing(
        period=period,
        kept=kept,
        criteria=criteria.known(c, kept.ref),
        codes=frozenset({code} | {unit.code for _, unit in units.named_in(c, code)}),
        signed=own_sheet is not None and own_sheet.move.state is SheetState.SIGNED,
        last_day=None if day is None else date.fromisoformat(day),
        setting=Setting(period=period.id, phase=period.phase, unit=kept.unit, assigned=assigned),
    )
