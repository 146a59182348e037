"""What an address asks for: filters, words and order of a ranking, read from its query and written back."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from scoring.selection import Selection, Sort
from scoring.units import Grouping
from web.words import stars_key

LONGEST_WORDS = 60
FILTERS = (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
"""Groups that units can be filtered by, by the names they have in an address."""


def selection_asked(query: MultiDict[str, str]) -> Selection:
    """Return the selection that *query* asks for; what it does not know it leaves out, as a mistyped address may be."""
    sort = query.get("sort", "")
    return Selection(
        within={kind: query[kind.value] for kind in FILTERS if query.get(kind.value)},
        stars=tuple(dict.fromkeys(stars for text in query.getlist("stars") for stars in _stars(text))),
        words=query.get("q", "")[:LONGEST_WORDS].strip(),
        sort=Sort(sort) if sort in list(Sort) else Sort.RANK,
        reverse=query.get("order") == "reverse",
    )


def query_of(asked: Selection, **changes: Any) -> dict[str, Any]:
    """Return the query that asks for *asked*, with *changes* (None takes away)."""
    query: dict[str, Any] = {kind.value: name for kind, name in asked.within.items()}
    if asked.stars:
        query["stars"] = [stars_key(stars) for stars in asked.stars]
    if asked.words:
        query["q"] = asked.words
    if asked.sort is not Sort.RANK:
        query["sort"] = asked.sort.value
    if asked.reverse:
        query["order"] = "reverse"
    return _clean(query | changes)


def _clean(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _stars(text: str) -> tuple[int | None, ...]:
    if text == "none":
        return (None,)
    return (int(text),) if text.isascii() and text.isdigit() and len(text) <= 2 else ()
