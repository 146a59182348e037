"""Periods, what the provisional figures of an open one are, and what moved between two editions."""

from typing import Any

import orjson
from flask import Response, current_app

from scoring.workflow.look_at_editions import compare_editions
from web.api import tellings
from web.api.finding import edition_named, period_named, whole
from web.api.problems import Absent
from web.api.questions import DifferencesAsked
from web.api.resources import KEPT_BY_NOBODY, answer, api, stamp, written
from web.api.shapes.differences import Differences
from web.api.shapes.editions import Periods
from web.api.shapes.units import Ranking
from web.kept import kept
from web.viewing import ask_to_see, contents, shelf

_OF = "periods"
_MOST = 16


@api.reads("/periods", Periods, of=_OF)
def periods() -> Response:
    """List the periods, the newest first, each with its newest edition.

    列出各评定期、所处环节与最新版本。
    """
    found = contents()
    told = [
        {"id": own.id, "phase": own.phase, "refs": own.refs, "edition": None if newest is None else newest.id}
        for own in found.periods
        for newest in [found.newest.get(own.id)]
    ]
    return answer(written(Periods(), {"periods": told}), stamp(), lasting=False)


@api.reads("/provisional/<period_id>/ranking", Ranking, of=_OF, by_right=True)
def provisional(period_id: str) -> Response:
    """Read the ranking of a period as it has come to so far; nothing in it is published, and all of it may move.

    查看尚未发布的评定期的暂计排名。
    """
    found, period = contents(), period_named(period_id)
    if not ask_to_see(period):
        raise Absent(
            "period_id",
            "没有公开的暂计：已经发布，或者不公开",
            "nothing provisional to show: published, or kept back",
        )
    key = (period.id, found.version, found.state)
    body = kept("api_provisional", _MOST).once(key, lambda: _provisional(period_id))
    told = answer(body, f"{stamp()}-{found.state}", lasting=False)
    if not current_app.config["PROVISIONAL_SHOWN"]:
        told.headers["Cache-Control"] = KEPT_BY_NOBODY
    return told


@api.reads("/differences", Differences, of=_OF, asks=DifferencesAsked)
def differences(asked: dict[str, Any]) -> Response:
    """Read all that moved from one edition to another, and why: units, groups, county, target and criteria.

    比较两个版本：变动的单位、汇总、目标与标准，及其缘由。
    """
    before, after = (edition_named(asked[name], name).id for name in ("before", "after"))
    body = kept("api_differences", _MOST).once((before, after), lambda: _differences(before, after))
    lasting = whole(asked["before"]) and whole(asked["after"])
    return answer(body, f"{before}-{after}", lasting=lasting)


def _provisional(period_id: str) -> bytes:
    found = contents()
    shown = shelf().provisional(period_named(period_id), found)
    return tellings.ranking_written(shown.directory, None, tellings.units_written(shown.register))


def _differences(before: str, after: str) -> bytes:
    return orjson.dumps(compare_editions(shelf().store, before, after).document())
