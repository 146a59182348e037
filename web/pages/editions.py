"""Editions: what was published when and by whom, what moved between two, and how anybody can verify one."""

from itertools import groupby

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from scoring.statement import MANIFEST, Manifest
from scoring.store.editions import Listed
from scoring.workflow.look_at_editions import (
    Recomputed,
    bundle_of,
    compare_editions,
    manifest_of,
    recompute,
    workbook_of,
)
from web.digests import groups
from web.downloads import XLSX, fit, sent
from web.kept import kept
from web.language import chosen
from web.moves import MOVES, Move, Moved, move_of, moved
from web.pages.paging import Page
from web.viewing import contents, find_edition, shelf, short, stamp, unchanged

edition_pages = Blueprint("editions", __name__)

_FOR_GOOD = "public, max-age=31536000, immutable"
_MOST_RECOMPUTED, _MOST_MOVED, _MOST_WORKBOOKS = 500, 8, 4
_WHOLE = 64


@edition_pages.before_request
def _known() -> Response | None:
    """Answer at once where the visitor has the page as it is now; files and outcomes have their own ways."""
    own = ("editions.bundle", "editions.workbook", "editions.verification")
    return None if request.endpoint in own else unchanged()


@edition_pages.get("/editions")
def listed() -> str:
    """Show all editions, the newest first."""
    editions = contents().editions
    return render_template(
        "editions/listed.html",
        years=[(period, list(own)) for period, own in groupby(_by_period(), key=lambda own: own.period)],
        editions=editions,
        unauthenticated=not all(_manifest(own.id).statement.authenticated for own in editions),
        pair=_likely_pair(),
    )


@edition_pages.get("/editions/<edition_id>/about")
def about(edition_id: str) -> str:
    """Show what one edition says of itself, and how to verify it."""
    edition = find_edition(edition_id)
    own = _manifest(edition.id)
    units = shelf().directory(edition.id).register.by_code if own.statement.excused else {}
    others = {one.id: one for one in contents().editions}
    return render_template(
        "editions/about.html",
        edition=edition,
        manifest=own,
        members={MANIFEST: edition.id} | dict(own.members),
        excused=[
            (one, units[one.unit].unit.name if one.unit in units else "") for one in own.statement.excused
        ],
        before=others.get(edition.supersedes or ""),
        after=[one for one in others.values() if one.supersedes == edition.id],
        bundle_name=_file_name(edition, "zip"),
        groups=groups,
    )


@edition_pages.get("/editions/<edition_id>/verification")
def verification(edition_id: str) -> Response:
    """Show what working the edition out again comes to; done once for all who ask."""
    edition = find_edition(edition_id)
    store = shelf().store
    outcome: Recomputed = kept("recomputed", _MOST_RECOMPUTED).once(
        edition.id, lambda: recompute(store, edition.id)
    )
    page = render_template("editions/verification.html", edition=edition, outcome=outcome)
    return Response(page, headers={"Cache-Control": "no-store"})


@edition_pages.get("/editions/<edition_id>/bundle")
def bundle(edition_id: str) -> Response:
    """Give the bundle, from which anybody can verify everything."""
    edition = find_edition(edition_id)
    if request.if_none_match.contains_weak(edition.id):
        return _file(b"", edition, "zip", etag=edition.id, status=304)
    return _file(bundle_of(shelf().store, edition.id), edition, "zip", etag=edition.id)


@edition_pages.get("/editions/<edition_id>/results.xlsx")
def workbook(edition_id: str) -> Response:
    """Give the workbook of results, in the language of the request."""
    edition = find_edition(edition_id)
    etag = f"{edition.id}-{stamp()}"
    if request.if_none_match.contains_weak(etag):
        return _file(b"", edition, "xlsx", etag=etag, status=304)
    store, lang = shelf().store, chosen()
    content: bytes = kept("workbooks", _MOST_WORKBOOKS).once(
        (edition.id, lang), lambda: workbook_of(store, edition.id, lang)
    )
    return _file(content, edition, "xlsx", etag=etag)


@edition_pages.get("/differences")
def differences() -> str | tuple[str, int]:
    """Show what moved from one edition to another, and why."""
    asked = [request.args.get(name, "").strip() for name in ("before", "after")]
    pair = [_found(words) for words in asked]
    unknown = [words for words, own in zip(asked, pair, strict=True) if words and own is None]
    page = {"editions": contents().editions, "unknown": unknown}
    before, after = pair
    if before is None or after is None:
        chooser = _likely_pair() if before is after else (before, after)
        return render_template(
            "editions/differences.html", pair=chooser, found=None, **page
        ), 404 if unknown else 200
    if before.id == after.id:
        return render_template("editions/differences.html", pair=pair, found=None, same=True, **page), 200
    found = _moved(before, after)
    wanted = request.args.get("show", "")
    show = Move(wanted) if wanted in list(Move) else None
    return render_template(
        "editions/differences.html",
        pair=pair,
        found=found,
        show=show,
        rows=Page.of(found.only(show), request.args.get("page", "")),
        MOVES=MOVES,
        move_of=move_of,
        **page,
    ), 200


def _manifest(edition_id: str) -> Manifest:
    """Return the edition's manifest, read once."""
    store = shelf().store
    found: Manifest = kept("manifests", _MOST_RECOMPUTED).once(
        edition_id, lambda: manifest_of(store, edition_id)
    )
    return found


def _moved(before: Listed, after: Listed) -> Moved:
    """Return what moved between the two, compared once."""
    store = shelf().store
    found: Moved = kept("moved", _MOST_MOVED).once(
        (before.id, after.id), lambda: moved(compare_editions(store, before.id, after.id))
    )
    return found


def _found(words: str) -> Listed | None:
    """Return the edition that is meant, None where there is none or more than one."""
    try:
        return find_edition(words)
    except NotFound:
        return None


def _by_period() -> list[Listed]:
    """Return all editions, those of the newest period first, the newest of each first."""
    order = {period.id: place for place, period in enumerate(contents().periods)}
    return sorted(contents().editions, key=lambda own: (order[own.period], -own.number))


def _likely_pair() -> tuple[Listed | None, Listed | None]:
    """Return the newest edition that supersedes one, after that one."""
    found = {own.id: own for own in contents().editions}
    for own in contents().editions:
        if own.supersedes in found:
            return found[own.supersedes], own
    newest = next(iter(contents().editions), None)
    return newest, newest


def _file(content: bytes, edition: Listed, ending: str, *, etag: str, status: int = 200) -> Response:
    """Return a file of that edition to be kept; asked for by its whole id, a bundle is good for ever."""
    answer = sent(content, _TYPES[ending], _file_name(edition, ending), plain=f"{short(edition.id)}.{ending}")
    answer.status_code = status
    whole = len(str((request.view_args or {})["edition_id"])) == _WHOLE
    answer.headers["Cache-Control"] = _FOR_GOOD if whole and ending == "zip" else "no-cache"
    answer.set_etag(etag)
    return answer


_TYPES = {"zip": "application/zip", "xlsx": XLSX}


def _file_name(edition: Listed, ending: str) -> str:
    """Return the name a file of that edition is kept under: county, period, and the beginning of the id."""
    words = (contents().county_name, edition.period, short(edition.id))
    return fit(f"{'-'.join(word for word in words if word)}.{ending}")
