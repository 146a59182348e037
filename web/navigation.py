"""The links at the head of every page: the pages of the year shown, the other years, and where to search."""

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for

from web.language import say, told
from web.viewing import PLACES, contents, newest_year, open_years
from web.words import RANKING_TITLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a menu; *here* where it leads to the page shown."""

    href: str
    text: str
    here: bool


def year_links() -> list[Link]:
    """Return the main menu: the year's pages, where there is a year, then criteria and editions."""
    own = _endpoint_and_place()
    links = []
    endpoint = str(request.endpoint or "").partition(".")[2]
    if own is not None:
        blueprint, place = own
        links.append(
            Link(
                href=url_for(f"{blueprint}.overview", **place),
                text=say("总览", "Overview"),
                here=endpoint == "overview",
            )
        )
        asked = request.view_args or {}
        for kind, title in RANKING_TITLES.items():
            links.append(
                Link(
                    href=url_for(f"{blueprint}.ranking", kind=kind, **place),
                    text=told(title),
                    here=endpoint == "ranking" and asked.get("kind") == kind,
                )
            )
    criteria = str(request.endpoint or "").partition(".")[0]
    links.append(
        Link(href=url_for("criteria.listed"), text=say("评分标准", "Criteria"), here=criteria == "criteria")
    )
    links.append(
        Link(href=url_for("editions.listed"), text=say("发布与核验", "Editions"), here=criteria == "editions")
    )
    return links


def period_links() -> list[Link]:
    """Return the years there are to see, the newest first, each at the page shown where the year has it."""
    found = contents()
    place = g.get("place", {})
    shown = g.shown.period.id if "shown" in g else None
    still_open = [
        Link(
            href=_same_page("provisional", period.id),
            text=say(f"{period.id} 暂计", f"{period.id} provisional"),
            here=request.blueprint == "provisional" and place.get("period_id") == period.id,
        )
        for period in open_years()
    ]
    published = [
        Link(
            href=_same_page("period", listed.period),
            text=listed.period,
            here=shown == listed.period and request.blueprint != "provisional",
        )
        for listed in found.years
    ]
    return still_open + published


def search_address() -> str | None:
    """Return where to search: in the year shown, else in the newest; None where there is no year."""
    own = _endpoint_and_place()
    return None if own is None else url_for(f"{own[0]}.search", **own[1])


def _endpoint_and_place() -> tuple[str, dict[str, Any]] | None:
    """Return the blueprint and place of the year shown, else of the newest one."""
    if "shown" in g and request.blueprint in PLACES:
        return str(request.blueprint), dict(g.place)
    newest = newest_year()
    return None if newest is None else ("period", {"period_id": newest.period})


def _same_page(blueprint: str, period_id: str) -> str:
    """Return the address of the page shown in another year; pages of one unit or group lead to the overview."""
    endpoint = str(request.endpoint or "").partition(".")[2]
    if endpoint == "ranking":
        return url_for(f"{blueprint}.ranking", period_id=period_id, **(request.view_args or {}))
    return url_for(f"{blueprint}.overview", period_id=period_id)
