"""The queue: what somebody is to mark in a period, how far it is, what is due, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.searching import Names
from scoring.sheets import SheetKey, SheetState
from scoring.texts import Text
from scoring.workflow.queues import QueueItem, queue
from web.access import actor, somebody, store
from web.language import told
from web.pages.marking.places import address_of, key_of, marking_pages
from web.pages.paging import Page

_LONGEST_WORDS = 60
_STATES: dict[str, Text] = {
    "": Text("全部", "All"),
    "open": Text("未签署", "Open"),
    "sent_back": Text("被退回", "Sent back"),
    "overdue": Text("逾期", "Overdue"),
    "signed": Text("已签署", "Signed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A way to a sheet."""

    href: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The sheets before and after one in its queue, and the address of the next that is open ('' for none)."""

    before: Step | None = None
    after: Step | None = None
    open_next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter with how many it lets through."""

    href: str
    text: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """By when a stage is due."""

    stage: str
    day: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the queue."""

    item: QueueItem
    href: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The queue as its page shows it."""

    whole: int
    signed: int
    begun: int
    sent_back: int
    overdue: int
    stages: tuple[str, ...]
    panels: bool
    deadlines: tuple[Due, ...]
    locked: tuple[str, ...]
    next: Step | None
    chips: tuple[Chip, ...]
    stage: str
    state: str
    words: str
    query: dict[str, str] = field(default_factory=dict)


@marking_pages.get("/marking", endpoint="queue")
def queue_page(period_id: str) -> ResponseReturnValue:
    """Show the queue."""
    found = queue(store(), somebody(), period_id)
    items = found.items
    asked = _asked()
    within = [own for own in items if asked["stage"] in ("", own.stage)]
    rows = [own for own in _searched(within, asked["q"]) if _lets(asked["state"], own)]
    shown = Shown(
        whole=len(items),
        signed=sum(own.state is SheetState.SIGNED for own in items),
        begun=sum(own.state is not SheetState.SIGNED and own.filled > 0 for own in items),
        sent_back=sum(own.state is SheetState.SENT_BACK for own in items),
        overdue=sum(own.overdue for own in items),
        stages=tuple(dict.fromkeys(own.stage for own in items)),
        panels=any(own.panel > 1 for own in items),
        deadlines=_deadlines(items),
        locked=tuple(dict.fromkeys(told(own.locked) for own in items if own.locked is not None)),
        next=_first_open(period_id, items),
        chips=tuple(_chip(period_id, state, title, within, asked) for state, title in _STATES.items()),
        stage=asked["stage"],
        state=asked["state"],
        words=asked["q"],
        query={name: value for name, value in asked.items() if value},
    )
    page = Page.of(
        [Line(item=own, href=_address(period_id, own)) for own in rows], request.args.get("page", "")
    )
    return render_template("work/marking/queue.html", period=period_id, shown=shown, page=page)


def around_of(key: SheetKey) -> Around:
    """Return the sheets before and after *key*'s in the queue of who asks, of the same stage."""
    items = [own for own in queue(store(), actor(), key.period).items if own.stage == key.stage]
    place = next((at for at, own in enumerate(items) if own.unit.code == key.unit), None)
    if place is None:
        return Around()
    before = items[place - 1] if place else None
    after = items[place + 1] if place + 1 < len(items) else None
    following = [*items[place + 1 :], *items[:place]]
    open_next = next((own for own in following if own.state is not SheetState.SIGNED), None)
    return Around(
        before=_step(key.period, before),
        after=_step(key.period, after),
        open_next="" if open_next is None else _address(key.period, open_next),
    )


def _asked() -> dict[str, str]:
    """Return what the address filters by; what it does not know it leaves out."""
    state = request.args.get("state", "")
    return {
        "q": request.args.get("q", "")[:_LONGEST_WORDS].strip(),
        "stage": request.args.get("stage", "")[:_LONGEST_WORDS],
        "state": state if state in _STATES else "",
    }


def _lets(state: str, item: QueueItem) -> bool:
    match state:
        case "":
            return True
        case "overdue":
            return item.overdue
        case "open":
            return item.state is not SheetState.SIGNED
        case _:
            return item.state.value == state


def _searched(items: Sequence[QueueItem], words: str) -> list[QueueItem]:
    if not words:
        return list(items)
    names = Names([(own.unit.code, own.unit.name) for own in items])
    return [items[place] for place in names.matching(words)]


def _chip(period_id: str, state: str, title: Text, items: Sequence[QueueItem], asked: dict[str, str]) -> Chip:
    query: dict[str, Any] = {name: value for name, value in (asked | {"state": state}).items() if value}
    return Chip(
        href=url_for("marking.queue", period_id=period_id, **query),
        text=told(title),
        count=sum(_lets(state, own) for own in items),
        here=asked["state"] == state,
    )


def _deadlines(items: Sequence[QueueItem]) -> tuple[Due, ...]:
    days = {own.stage: own.deadline for own in items if own.deadline}
    late = {own.stage for own in items if own.overdue}
    return tuple(Due(stage=stage, day=day, overdue=stage in late) for stage, day in days.items())


def _first_open(period_id: str, items: Sequence[QueueItem]) -> Step | None:
    """Return where to go on: what was sent back first, then what was begun, then the next."""
    waiting = [own for own in items if own.state is not SheetState.SIGNED and not own.locked]
    waiting.sort(key=lambda own: (own.state is not SheetState.SENT_BACK, own.filled == 0))
    return _step(period_id, waiting[0] if waiting else None)


def _step(period_id: str, item: QueueItem | None) -> Step | None:
    return None if item is None else Step(href=_address(period_id, item), title=item.unit.name)


def _address(period_id: str, item: QueueItem) -> str:
    own = actor()
    return address_of(key_of(own, period_id, item.stage, item.unit.code), own.sheet_holder.id)
