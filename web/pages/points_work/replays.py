"""What other rules would have made of a quarter's points, before anybody takes them into use; nothing is written."""

from collections import Counter
from collections.abc import Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.ledger import quarter_days
from scoring.permissions import Action, Setting, permit
from scoring.texts import Text
from scoring.workflow.points.quarters import last_ended
from scoring.workflow.points.replay import choices, most_moved, replay
from scoring.workflow.points.replayed import Outcome, Replayed
from scoring.workflow.read_chain import chain_head
from web.access import large, somebody, store
from web.errors import status_of
from web.kept import kept
from web.pages.points_work.places import page, points_work_pages
from web.pages.points_work.rules import LARGEST_RULES, rules_given
from web.pages.refusing import own_faults

_SHOWN = 30
_KEPT = 2
"""So many replays stay at hand, each of a county's members."""


@points_work_pages.get("/rules/replay")
def replay_rules() -> ResponseReturnValue:
    """Show what rules in use, or shipped, would have made of a quarter; where none are asked for, the form alone."""
    permit(somebody(), Action.KEEP_POINTS_RULES, Setting())
    ref, quarter = request.args.get("ref", ""), request.args.get("quarter", "")
    offered = choices(store(), somebody())
    if ref not in offered.refs or quarter not in offered.quarters:
        return _page((), None)
    head = chain_head(store())
    try:
        done = kept("replays", _KEPT).once((head, ref, quarter), lambda: _replayed(ref, quarter))
    except Refused as refused:
        return _page(own_faults(refused), None), status_of(refused)
    return _page((), done)


@points_work_pages.post("/rules/replay")
@large(LARGEST_RULES)
def replay_file() -> ResponseReturnValue:
    """Show what the rules in a file would have made of a quarter; without a file, those that were chosen."""
    permit(somebody(), Action.KEEP_POINTS_RULES, Setting())
    ref, quarter = request.form.get("ref", ""), request.form.get("quarter", "")
    if quarter not in choices(store(), somebody()).quarters:
        return _page((Fault.of("请选择季度", "choose a quarter"),), None), 409
    with rules_given() as name:
        if name is None:
            sentence = Fault.of("请选择一版规则，或上传规则文件", "choose rules, or give a file of them")
            return _page((sentence,), None), 409
        if name == ref:
            return redirect(url_for("points_work.replay_rules", ref=ref, quarter=quarter), 303)
        try:
            return _page((), _replayed(name, quarter))
        except Refused as refused:
            return _page(own_faults(refused), None), status_of(refused)


def _replayed(name: str, quarter: str) -> Replayed:
    first, last = quarter_days(quarter)
    return replay(store(), somebody(), name, first, last)


def _page(faults: tuple[Fault, ...], done: Replayed | None) -> str:
    offered, typed = choices(store(), somebody()), request.values
    return page(
        "rules",
        "replay.html",
        offered=offered,
        quarter=next((one for one in (typed.get("quarter"), last_ended()) if one in offered.quarters), ""),
        ref=typed.get("ref", ""),
        done=done,
        moved=() if done is None else most_moved(store(), somebody(), done, _SHOWN),
        stars=() if done is None else _by_stars([(own.before, own.after) for own in done.members]),
        gone=() if done is None else _titles(done),
        faults=faults,
    )


def _by_stars(found: Sequence[tuple[Outcome, Outcome]]) -> list[tuple[int, int, int]]:
    """Return how many members have how many stars before and after, most stars first."""
    before, after = (Counter(pair[place].stars for pair in found) for place in (0, 1))
    known = {stars for stars in before | after if stars is not None}
    return [(stars, before[stars], after[stars]) for stars in sorted(known, reverse=True)]


def _titles(done: Replayed) -> tuple[Text, ...]:
    """Return what the items that the other rules have not are called; by id where today's rules do not know them either."""
    known = {item.id: item.title for item in done.before.items}
    return tuple(known.get(one, Text(one, one)) for one in done.gone)
