"""Caps applied: how much of what is claimed under an item may post, and, cap by cap, what is cut and why.

All points are integers of hundredths, as sizes: a losing item's are above nought too.
"""

from dataclasses import dataclass

from scoring.criteria.item import WINDOWS, Item, ItemKind, Window, points_text, times_text
from scoring.errors import Fault, Place, PointsRefused
from scoring.numbers import marks_text
from scoring.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What has been posted for one member under one item: of this event, and in its day, month, quarter and year.

    *event_times* is how often the event has counted. Reversed and pending transfers are left out by who adds them up.
    """

    event: int = 0
    event_times: int = 0
    day: int = 0
    month: int = 0
    quarter: int = 0
    year: int = 0

    def __post_init__(self) -> None:
        assert min(self.event, self.event_times, self.day, self.month, self.quarter, self.year) >= 0

    def of(self, window: Window) -> int:
        """Return the points posted in *window*."""
        points: int = getattr(self, window)
        return points


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one cap took of a claim: the field of the cap in the rules, how much, and the sentence to tell it by."""

    cap: str
    points: int
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may post of a claim (0 where nothing may), and what was cut; both together are what was wanted."""

    wanted: int
    posts: int
    cuts: tuple[Cut, ...]


def allowed(item: Item, wanted: int, posted: Posted) -> Allowed:
    """Return how much of *wanted* may post under *item* when *posted* has been.

    Caps are applied from the narrowest to the widest, each to what the one before has left, so what posts is the
    smallest of the rooms they leave, in whichever order they are taken. What does not fit is cut, not put off: a claim
    may post in part. Raises PointsRefused where the item does not give *wanted* at one time.
    """
    _check_wanted(item, wanted)
    left, cuts = wanted, []
    times = item.caps.event_times
    if times is not None and posted.event_times >= times:
        cuts.append(Cut(cap="event_times", points=left, sentence=_by_times(item, times, left)))
        left = 0
    for window in item.caps.windows:
        cap = item.caps.of(window)
        assert cap is not None
        cut = left - max(min(left, cap - posted.of(window)), 0)
        if cut:
            cuts.append(
                Cut(
                    cap=window.value,
                    points=cut,
                    sentence=_by_window(item, window, cap, posted.of(window), cut),
                )
            )
        left -= cut
    return Allowed(wanted=wanted, posts=left, cuts=tuple(cuts))


def _check_wanted(item: Item, wanted: int) -> None:
    if item.takes(wanted):
        return
    shown, title = marks_text(wanted), item.title
    if item.range is None:
        only = points_text(item.most)
        sentence = Text(
            f"“{title.zh}”每次固定 {only.zh}，不能是 {shown} 分",
            f"“{title.en}” is {only.en} each time, not {shown}",
        )
    else:
        low, high, step = (marks_text(points) for points in (item.least, item.most, item.range.step))
        sentence = Text(
            f"“{title.zh}”每次 {low} 至 {high} 分，每 {step} 分一档，不能是 {shown} 分",
            f"“{title.en}” is {low} to {high} points each time, in steps of {step}, not {shown}",
        )
    raise PointsRefused([Fault(place=Place(field=item.id), sentence=sentence)])


def _by_times(item: Item, times: int, cut: int) -> Text:
    done, most, lost = _DONE[item.kind], times_text(times), marks_text(cut)
    return Text(
        f"“{item.title.zh}”同一次活动最多{done.zh} {most.zh}，已经{done.zh}满，这 {lost} 分不{done.zh}",
        f"“{item.title.en}” is {done.en} {most.en} an event, as it has been: {lost} not {done.en}",
    )


def _by_window(item: Item, window: Window, cap: int, before: int, cut: int) -> Text:
    done, of, now = _DONE[item.kind], WINDOWS[window], _NOW[window]
    most, so_far, lost = points_text(cap), marks_text(before), marks_text(cut)
    return Text(
        f"“{item.title.zh}”{of.zh}最多 {most.zh}，{now.zh}已{done.zh} {so_far} 分，超出的 {lost} 分不{done.zh}",
        f"“{item.title.en}” is at most {most.en} {of.en}, with {so_far} {done.en} {now.en}: {lost} beyond that not {done.en}",
    )


_NOW = {
    Window.EVENT: Text("本次活动", "for this one"),
    Window.DAY: Text("当日", "that day"),
    Window.MONTH: Text("当月", "that month"),
    Window.QUARTER: Text("当季度", "that quarter"),
    Window.YEAR: Text("当年", "that year"),
}

_DONE = {ItemKind.EARNING: Text("计", "counted"), ItemKind.LOSING: Text("扣", "deducted")}
