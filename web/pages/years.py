"""The pages of one year: overview, rankings, a unit, a group, and search."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from scoring.explain import Explanation
from scoring.profiles import holding, profile
from scoring.register import RANKED, Entry
from scoring.selection import Selection
from scoring.spreadsheet.ranking import Table, as_csv, as_workbook, groups_table, units_table
from scoring.units import Grouping, domain_title
from scoring.workflow.read_county import explain_unit
from web.asked import selection_asked
from web.downloads import XLSX, sent
from web.language import chosen, say, told
from web.pages import outlook, unit_history
from web.pages.paging import Page
from web.pages.unit_sheet import chapters, sheet_words
from web.pictures.scores import means_picture
from web.pictures.standards import unit_radar
from web.viewing import carry, made_once, shelf, short, shown, years_before
from web.words import RANKING_TITLES, RANKINGS, star_chips

year_pages = Blueprint("years", __name__)
carry(year_pages)


@year_pages.get("/")
@made_once
def overview() -> str:
    """Show the county."""
    return render_template("overview.html", shown=shown(), **outlook.county(shown(), years_before(shown())))


@year_pages.get("/ranking/<any(units, townships, departments, domains):kind>")
@made_once
def ranking(kind: str) -> str:
    """Show the units or groups of a kind in order."""
    asked, grouping = selection_asked(request.args), RANKINGS[kind]
    found = _selected(asked, grouping)
    page = Page.of(found, request.args.get("page", ""))
    picture = means_picture(shown(), grouping, page.rows) if grouping and page.rows else None
    return render_template(
        "ranking.html",
        shown=shown(),
        kind=kind,
        grouping=grouping,
        asked=asked,
        page=page,
        picture=picture,
        chips=star_chips(shown().register.star_levels),
        domain_names={
            own.name: told(domain_title(own.name)) for own in shown().register.groups[Grouping.DOMAIN]
        },
    )


@year_pages.get("/ranking/<any(units, townships, departments, domains):kind>.csv")
def ranking_csv(kind: str) -> Response:
    """Send the whole ranking as CSV."""
    return sent(as_csv(_table(kind)), "text/csv; charset=utf-8", _file_name(kind, "csv"), plain=f"{kind}.csv")


@year_pages.get("/ranking/<any(units, townships, departments, domains):kind>.xlsx")
def ranking_workbook(kind: str) -> Response:
    """Send the whole ranking as a workbook."""
    return sent(as_workbook(_table(kind)), XLSX, _file_name(kind, "xlsx"), plain=f"{kind}.xlsx")


@year_pages.get("/units/<path:code>")
@made_once
def unit(code: str) -> str:
    """Show one unit, every star of it explained."""
    entry = shown().register.by_code.get(code)
    if entry is None:
        abort(404)
    explained = _explained(entry)
    titles = {subject.id: told(subject.title) for subject in explained.criteria.subjects}
    return render_template(
        "unit.html",
        shown=shown(),
        entry=entry,
        explained=explained,
        chapters=chapters(explained),
        missing_titles=[titles[one] for one in entry.missing],
        part_values={part.part: part.value for part in entry.parts},
        part_means={mean.part: mean.mean for mean in profile(shown().register, Grouping.COUNTY, "")},
        holding=holding(explained.criteria),
        picture=unit_radar(shown(), entry),
        history=unit_history.of(shown(), entry.unit.code),
        RANKED=RANKED,
        open_all=request.args.get("marks") == "all",
        **sheet_words(explained),
    )


@year_pages.get("/<any(townships, departments, domains):kind>/<path:name>")
@made_once
def group(kind: str, name: str) -> str:
    """Show one township, department or domain against the county."""
    grouping = RANKINGS[kind]
    assert grouping is not None
    figures = shown().register.group(grouping, name)
    if figures is None:
        abort(404)
    members = shown().directory.units(Selection(within={grouping: name}))
    return render_template(
        "group.html",
        shown=shown(),
        kind=kind,
        figures=figures,
        page=Page.of(members, request.args.get("page", "")),
        chips=star_chips(shown().register.star_levels),
        **outlook.group(shown(), figures, years_before(shown())),
    )


@year_pages.get("/search")
def search() -> str | Answer:
    """Show the units and groups that are meant; where it is one unit only, go there."""
    asked = selection_asked(request.args)
    directory = shown().directory
    units = directory.units(Selection(words=asked.words)) if asked.words else ()
    groups = (
        [own for kind in RANKINGS.values() if kind for own in directory.groups(kind, asked)]
        if asked.words
        else []
    )
    if len(units) == 1 and not groups:
        return redirect(url_for(".unit", code=units[0].unit.code))
    return render_template("search.html", shown=shown(), words=asked.words, units=units, groups=groups)


def _selected(asked: Selection, grouping: Grouping | None) -> tuple[Any, ...]:
    directory = shown().directory
    return directory.units(asked) if grouping is None else directory.groups(grouping, asked)


def _table(kind: str) -> Table:
    asked, grouping, register = selection_asked(request.args), RANKINGS[kind], shown().register
    found = _selected(asked, grouping)
    return (
        units_table(register, found, chosen())
        if grouping is None
        else groups_table(register, grouping, found, chosen())
    )


def _file_name(kind: str, ending: str) -> str:
    own = shown()
    which = say("暂计", "provisional") if own.edition is None else short(own.edition.id)
    return f"{own.register.county_name}-{own.period.id}-{told(RANKING_TITLES[kind])}-{which}.{ending}"


def _explained(entry: Entry) -> Explanation:
    """Return the entry's explanation, worked out once."""
    found, code = shown(), entry.unit.code
    if found.open_year is not None:
        return found.open_year.explain(code)
    assert found.edition is not None
    edition_id = found.edition.id
    explained: Explanation = shelf().once(
        ("explained", edition_id, code),
        lambda: explain_unit(shelf().store, edition_id, entry, found.register),
    )
    return explained
