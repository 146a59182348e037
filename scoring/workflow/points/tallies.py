"""Points tallied as they are laid, one after the other, so that caps can be asked for of many at once."""

from datetime import date
from functools import cache

from scoring.criteria.caps import Posted
from scoring.criteria.item import Item, Verifier
from scoring.ledger import event_as, quarter_of


def by_day_alone(item: Item) -> bool:
    """Say whether an event of *item* is known by its day alone: what a community may verify counts once wherever."""
    return Verifier.COMMUNITY in item.verifies


def capped(item: Item) -> bool:
    """Say whether there is any cap on *item*."""
    return item.caps.event_times is not None or bool(item.caps.windows)


class Tally:
    """What has counted so far, by member and item."""

    def __init__(self) -> None:
        self._points: dict[tuple[str, str], dict[str | tuple[str, str], int]] = {}
        self._times: dict[tuple[str, str], dict[str | tuple[str, str], int]] = {}

    def add(self, member: str, item: str, day: date, event: str, points: int) -> None:
        """Let *points* (hundredths) of that event count."""
        on, month, quarter, year = _labels(day)
        own = self._points.setdefault((member, item), {})
        own_times = self._times.setdefault((member, item), {})
        named = on, event_as(event)
        for label in (on, month, quarter, year, named):
            own[label] = own.get(label, 0) + points
        for time in (on, named):
            own_times[time] = own_times.get(time, 0) + 1

    def posted(self, member: str, item: Item, day: date, event: str) -> Posted:
        """Return what has counted under *item* for that event, and in the day's windows of the calendar."""
        own = self._points.get((member, item.id))
        if own is None:
            return _NOTHING
        on, month, quarter, year = _labels(day)
        same: str | tuple[str, str] = on if by_day_alone(item) else (on, event_as(event))
        return Posted(
            event=own.get(same, 0),
            event_times=self._times[member, item.id].get(same, 0),
            day=own.get(on, 0),
            month=own.get(month, 0),
            quarter=own.get(quarter, 0),
            year=own.get(year, 0),
        )


_NOTHING = Posted()


@cache
def _labels(day: date) -> tuple[str, str, str, str]:
    on = day.isoformat()
    return on, on[:7], quarter_of(day), on[:4]
