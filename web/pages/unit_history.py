"""A unit's stars over the years, with the addresses of its pages then."""

from dataclasses import dataclass

from flask import url_for

from scoring.history import history
from scoring.register import Entry
from web.shelf import Shown
from web.viewing import other_years, short


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSeen:
    """A unit's figures in one year; `name` where it was another unit then, or had another name."""

    period: str
    provisional: bool
    href: str
    name: str
    stars: int | None
    score: str | None
    rank: int | None
    rated: int
    mean: str | None


def of(shown: Shown, code: str) -> list[YearSeen]:
    """Return the years of that unit, the newest first: up to the one shown and those published since."""
    others = other_years(shown)
    years = sorted((shown, *others), key=lambda own: own.period.id, reverse=True)
    place = years.index(shown)
    by_register = {id(own.register): own for own in years}
    name = shown.register.by_code[code].unit.name
    return [
        _seen(by_register[id(year.register)], entry, "" if _same(entry, code, name) else entry.unit.name)
        for year in history(code, place, [own.register for own in years])
        for entry in year.entries
    ]


def _same(entry: Entry, code: str, name: str) -> bool:
    return (entry.unit.code, entry.unit.name) == (code, name)


def _seen(own: Shown, entry: Entry, name: str) -> YearSeen:
    county = own.register.county
    return YearSeen(
        period=own.period.id,
        provisional=own.edition is None,
        href=_address(own, entry.unit.code),
        name=name,
        stars=entry.stars,
        score=entry.score,
        rank=entry.rank,
        rated=county.rated,
        mean=county.mean,
    )


def _address(own: Shown, code: str) -> str:
    if own.edition is None:
        return url_for("provisional.unit", period_id=own.period.id, code=code)
    if own.superseded:
        return url_for("edition.unit", edition_id=short(own.edition.id), code=code)
    return url_for("period.unit", period_id=own.period.id, code=code)
