"""Somebody acts in a period: whether they may is asked before anything is written, and again in what writes."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scoring.chain import BY_COMMAND, Deed
from scoring.errors import Fault, Refused
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, Setting, may, permit
from scoring.statement import one_line
from scoring.store import periods, units
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text, unwritable

LONGEST_REASON = 1_000


class WordsUnfit(Refused):
    """What was written is missing, too long, or cannot be written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A transaction that writes, the period it is about, and the unit where it is about one."""

    c: Connection
    period: Period
    kept: KeptUnit | None = None

    @property
    def unit(self) -> KeptUnit:
        """The unit it is about."""
        assert self.kept is not None, "it is about a unit"
        return self.kept


@contextmanager
def acting(
    store: Store,
    actor: Actor,
    action: Action,
    period_id: str,
    code: str | None = None,
    *,
    about: tuple[str, ...] = (),
) -> Iterator[Doing]:
    """Give what writes for *actor*, who may do *action* in the period, on the unit of *code* where there is one.

    *about* are further subjects of the deed. Raises NotAllowed, PeriodUnknown and UnitUnknown.
    """
    with store.read() as c:
        found = _found(c, period_id, code)
        deed = permit(actor, action, setting_of(found.period, found.kept))
    own = f"period {found.period.id}" if code is None else f"unit {found.period.id} {code}"
    with store.begin(replace(deed, subjects=(own, *about))) as c:
        found = _found(c, period_id, code)
        permit(actor, action, setting_of(found.period, found.kept))
        yield found


def ask_first(store: Store, actor: Actor, action: Action, period_id: str, code: str | None = None) -> None:
    """Return where *actor* may do *action* there now: asked before a file is taken in that would come to nothing.

    Raises NotAllowed, PeriodUnknown and UnitUnknown.
    """
    with store.read() as c:
        found = _found(c, period_id, code)
    permit(actor, action, setting_of(found.period, found.kept))


def deed_in(actor: Actor | None, action: Action, period: Period) -> Deed:
    """Return the deed of *actor* in the period; None stands for a command on the server. Raises NotAllowed."""
    by_command = replace(BY_COMMAND, action=action.value)
    deed = by_command if actor is None else permit(actor, action, setting_of(period))
    return replace(deed, subjects=(f"period {period.id}",))


def looking(c: Connection, actor: Actor, action: Action, period_id: str) -> Period:
    """Return the period, if *actor* may do *action* somewhere in it. Raises NotAllowed and PeriodUnknown."""
    period = periods.find(c, period_id)
    permit(actor, action, setting_of(period, None))
    return period


def setting_of(period: Period, kept: KeptUnit | None = None) -> Setting:
    """Return where something is to be done: in the period as it is, on the unit where there is one."""
    return Setting(period=period.id, phase=period.phase, unit=None if kept is None else kept.unit)


def within(actor: Actor, action: Action, period: Period, found: dict[str, KeptUnit]) -> frozenset[str]:
    """Return the codes of the units of *found* on which *actor* may do *action*."""
    return frozenset(code for code, kept in found.items() if may(actor, action, setting_of(period, kept)))


def words(text: str, called: Text, *, most: int = LONGEST_REASON) -> str:
    """Return *text* in the form it is kept in. Raises WordsUnfit where it is empty, too long or unwritable."""
    kept = _tidy(text)
    if not kept:
        raise WordsUnfit([Fault.of(f"请填写{called.zh}", f"write {called.en}")])
    if len(kept) > most or unwritable(kept) is not None:
        raise WordsUnfit(
            [
                Fault.of(
                    f"{called.zh}最长 {most} 字，不含控制字符",
                    f"{called.en} has {most} characters at most, and no control characters",
                )
            ]
        )
    return kept


def line(text: str, called: Text, *, most: int = 200) -> str:
    """Return *text*, which is one line, in the form it is kept in. Raises WordsUnfit."""
    kept = words(text, called, most=most)
    if not one_line(kept):
        raise WordsUnfit([Fault.of(f"{called.zh}应为一行", f"{called.en} is one line")])
    return kept


def now_or(moment: datetime | None) -> datetime:
    """Return *moment*, or this one where none is given."""
    return moment or datetime.now(UTC)


def _found(c: Connection, period_id: str, code: str | None) -> Doing:
    period = periods.find(c, period_id)
    return Doing(c=c, period=period, kept=None if code is None else units.find(c, period.id, code))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
