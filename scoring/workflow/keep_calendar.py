"""The office keeps its calendar: holidays and worked weekends beyond those that are known."""

from collections.abc import Sequence
from dataclasses import replace

from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store import calendar
from scoring.store.engine import Store
from scoring.working_days import SpecialDay, WorkingDays


def read_calendar(store: Store) -> WorkingDays:
    """Return the county's calendar as it is now."""
    with store.read() as c:
        return calendar.read(c)


def keep_calendar(store: Store, actor: Actor, days: Sequence[SpecialDay]) -> int:
    """Let *days* be as they say from now on, and return how many were otherwise. Raises NotAllowed.

    What is posted already keeps its last day.
    """
    deed = permit(actor, Action.KEEP_CALENDAR, Setting())
    with store.begin(replace(deed, subjects=("calendar",))) as c:
        return calendar.put(c, days)
