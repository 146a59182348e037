"""Branches' mean points beside what stands on their sheets: taken over by the superior, explained to whoever may see."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Place, Refused
from scoring.searching import Names
from scoring.sheets import SUPERIOR, BlockSaved, told
from scoring.texts import Text
from scoring.workflow.points.derived import (
    MeanLine,
    explain_mean,
    means_of_period,
    periods_asking,
    take_points,
)
from scoring.workflow.points.reading import FEWEST
from web.access import MEBIBYTE, large, somebody, store
from web.asked import LONGEST_WORDS
from web.done import done
from web.errors import status_of
from web.language import told as said
from web.pages.paging import Page
from web.pages.points_work.places import page, points_work_pages, whole
from web.pages.refusing import own_faults

_SHOWN: dict[str, Text] = {
    "": Text("全部", "All"),
    "differ": Text("与表上不同", "Other than on the sheet"),
    "wanting": Text("还不能取用", "Not ready"),
}
_NOTHING = Fault.of("请先勾选要取用的支部", "tick the branches this is about first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter with how many branches it lets through."""

    href: str
    text: str
    count: int
    here: bool


@points_work_pages.get("/means", endpoint="means")
def listed() -> ResponseReturnValue:
    """Show the means of a period's branches: of the one that is asked for, or the newest."""
    return _page(request.args.get("period", ""), ())


@points_work_pages.post("/means/<period_id>")
@large(MEBIBYTE)
def take_means(period_id: str) -> ResponseReturnValue:
    """Take over the means of the branches that are ticked, on the superior's own sheets."""
    wanted: dict[str, dict[str, int]] = {}
    for ticked in dict.fromkeys(request.form.getlist("take")):
        code, _, criterion = ticked.rpartition(":")
        wanted.setdefault(code, {})[criterion] = whole(request.form.get(f"revision:{ticked}", "")) or 0
    try:
        saved = take_points(store(), somebody(), period_id, SUPERIOR, wanted)
    except Refused as refused:
        return _page(period_id, own_faults(refused)), status_of(refused)
    faults = _wrong(saved) if wanted else (_NOTHING,)
    if faults:
        return _page(period_id, faults), 409
    return done("saved", url_for("points_work.means", period=period_id))


@points_work_pages.get("/means/<period_id>/<path:code>")
def mean(period_id: str, code: str) -> ResponseReturnValue:
    """Show how a branch's mean comes about."""
    found = explain_mean(store(), somebody(), period_id, code)
    quarters = sorted({one.quarter for own in found.mean.members for one in own.quarters})
    return page("means", "mean.html", found=found, quarters=quarters, fewest=FEWEST)


def _wrong(saved: BlockSaved) -> tuple[Fault, ...]:
    return (
        *(Fault(place=Place(), sentence=sentence) for sentence in dict.fromkeys(saved.faults.values())),
        *(Fault(place=Place(field=own.unit), sentence=told(own)) for own in saved.conflicts),
    )


def _page(asked: str, faults: tuple[Fault, ...]) -> str:
    own = somebody()
    offered = [one.id for one in periods_asking(store(), own)]
    period = asked if asked in offered else next(iter(offered), "")
    lines = means_of_period(store(), own, period) if period else ()
    chosen = request.values.get("show", "")
    chosen = chosen if chosen in _SHOWN else ""
    words = request.values.get("q", "")[:LONGEST_WORDS].strip()
    names = Names((one.unit.code, one.unit.name) for one in lines)
    found = [lines[place] for place in names.matching(words)]
    rows = [one for one in found if _lets(chosen, one)]
    query = {"period": period} | ({"q": words} if words else {})
    return page(
        "means",
        "means.html",
        period=period,
        offered=offered,
        means=Page.of(rows, request.values.get("page", "")),
        chips=[_chip(name, title, found, query, chosen) for name, title in _SHOWN.items()],
        query=query | ({"show": chosen} if chosen else {}),
        words=words,
        show=chosen,
        takeable=sum(one.to_take for one in rows),
        faults=faults,
    )


def _lets(chosen: str, own: MeanLine) -> bool:
    match chosen:
        case "differ":
            return own.differs
        case "wanting":
            return own.mark is None
        case _:
            return True


def _chip(name: str, title: Text, found: list[MeanLine], query: Mapping[str, str], chosen: str) -> Chip:
    more = {"show": name} if name else {}
    return Chip(
        href=url_for("points_work.means", **query, **more),  # type: ignore[arg-type]
        text=said(title),
        count=sum(_lets(name, one) for one in found),
        here=name == chosen,
    )
