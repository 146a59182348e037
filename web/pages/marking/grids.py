"""The grid: a criterion across branches, a branch across criteria, or all of both, filled in as in a workbook."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import Adjustment, CriteriaSet
from scoring.numbers import marks_text
from scoring.sentences import stage_title
from scoring.workflow.mark_sheets import enter_block
from scoring.workflow.sheets_together import Row, read_rows
from web.access import MEBIBYTE, large, somebody, store
from web.language import say, told
from web.pages.marking.places import address_of, key_of, marking_pages
from web.pages.marking.seen import mark_shown
from web.pages.marking.telling import clock, conflict_told, grid_words
from web.pages.marking.typed import cells_in

ROWS = 500
"""How many units one grid shows; further ones are on its next pages."""

Subject = Criterion | Adjustment


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for: the rows it is about, the set of the columns, and one unit or criterion ('' for all)."""

    rows: tuple[Row, ...]
    criteria: CriteriaSet
    unit: str
    criterion: str
    page: int
    pages: int

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The criteria and adjustments shown."""
        return tuple(own for own in self.criteria.subjects if self.criterion in ("", own.id))


@marking_pages.get("/marking/<stage>/grid")
def grid(period_id: str, stage: str) -> ResponseReturnValue:
    """Show the grid; its cells are fetched by a script."""
    rows = read_rows(store(), somebody(), period_id, stage)
    asked = _asked(rows) if rows else None
    return render_template(
        "work/marking/grid.html",
        period=period_id,
        stage=stage,
        asked=asked,
        sets=_sets(rows),
        plain=_plain(period_id, stage, asked),
        script_words=grid_words(),
        query=_query(),
    )


@marking_pages.get("/marking/<stage>/grid.json")
def cells(period_id: str, stage: str) -> ResponseReturnValue:
    """Answer with the cells of the grid."""
    rows = read_rows(store(), somebody(), period_id, stage)
    if not rows:
        abort(404)
    asked = _asked(rows)
    return jsonify(_of_unit(asked) if asked.unit else _of_units(asked))


@marking_pages.post("/marking/<stage>/grid")
@large(8 * MEBIBYTE)
def enter_cells(period_id: str, stage: str) -> Answer:
    """Take a block of cells, and answer in JSON what became of each."""
    saved = enter_block(store(), somebody(), period_id, stage, cells_in(request.get_json(silent=True)))
    return jsonify(
        revisions=[[*cell, revision] for cell, revision in saved.revisions.items()],
        faults=[[*cell, told(sentence)] for cell, sentence in saved.faults.items()],
        conflicts=[conflict_told(own) for own in saved.conflicts],
        at=clock(),
    )


def _asked(rows: Sequence[Row]) -> Asked:
    """Return what the address asks for: where it names no set, that of most units."""
    unit, ref = request.args.get("unit", ""), request.args.get("set", "")
    known = {row.criteria.ref: row.criteria for row in rows}
    if unit:
        own = next((row for row in rows if row.unit.code == unit), None)
        if own is None:
            abort(404)
        return Asked(rows=(own,), criteria=own.criteria, unit=unit, criterion="", page=1, pages=1)
    most = Counter(row.criteria.ref for row in rows).most_common(1)[0][0]
    criteria = known.get(ref) or known[most]
    criterion = request.args.get("criterion", "")
    if criterion and criterion not in {own.id for own in criteria.subjects}:
        criterion = ""
    of_set = [row for row in rows if row.criteria.ref == criteria.ref]
    pages = -(-len(of_set) // ROWS)
    page = min(max(int(request.args["page"]), 1), pages) if _is_number(request.args.get("page", "")) else 1
    return Asked(
        rows=tuple(of_set[(page - 1) * ROWS : page * ROWS]),
        criteria=criteria,
        unit="",
        criterion=criterion,
        page=page,
        pages=pages,
    )


def _of_units(asked: Asked) -> dict[str, Any]:
    """Return units by row and criteria by column; of one criterion, with the earlier marks beside it."""
    subjects = asked.subjects
    seen = _stages_seen(asked.rows, subjects[0]) if asked.criterion else []
    columns = [{"title": told(stage_title(stage)), "seen": True} for stage in seen]
    columns += [_column(subject) for subject in subjects]
    blank = [0] * len(seen)
    rows = [
        {
            "title": row.unit.name,
            "unit": row.unit.code,
            "locked": row.locked is not None,
            "closed": [own.id for own in subjects if own.id in row.closed],
            "marks": [
                *(_earlier(subjects[0], row, stage) for stage in seen),
                *(row.mark_of(subject.id).mark for subject in subjects),
            ],
            "revisions": [*blank, *(row.mark_of(subject.id).revision for subject in subjects)],
        }
        for row in asked.rows
    ]
    return {"corner": say("支部", "Branch"), "columns": columns, "rows": rows}


def _of_unit(asked: Asked) -> dict[str, Any]:
    """Return the criteria of one unit by row, with what is allowed and the earlier marks beside one's own."""
    (row,) = asked.rows
    seen = list(dict.fromkeys(own.stage for marks in row.earlier.values() for own in marks))
    columns: list[dict[str, Any]] = [{"title": say("可填", "May be"), "seen": True, "wide": True}]
    columns += [{"title": told(stage_title(stage)), "seen": True} for stage in seen]
    columns.append({"title": say("本表评分", "Mark"), "unit": row.unit.code})
    rows = [
        {
            "title": told(subject.title),
            "criterion": subject.id,
            "locked": row.locked is not None or subject.id in row.closed,
            "marks": [
                _allowed(subject),
                *(_earlier(subject, row, stage) for stage in seen),
                row.mark_of(subject.id).mark,
            ],
            "revisions": [0] * (len(seen) + 1) + [row.mark_of(subject.id).revision],
        }
        for subject in asked.subjects
    ]
    return {"corner": say("指标", "Criterion"), "columns": columns, "rows": rows}


def _column(subject: Subject) -> dict[str, Any]:
    own: dict[str, Any] = {"title": f"{told(subject.title)}（{_allowed(subject)}）", "criterion": subject.id}
    if isinstance(subject, Criterion):
        if subject.kind is Kind.LEVELS:
            best_first = sorted((level.marks for level in subject.levels), reverse=True)
            own["choices"] = [*map(marks_text, best_first), "n/a"]
        own["wide"] = subject.kind is Kind.BALLOT
    return own


def _allowed(subject: Subject) -> str:
    """Return in a few words what may be entered."""
    if isinstance(subject, Adjustment):
        return say("次数", "times")
    match subject.kind:
        case Kind.JUDGED:
            full, step = marks_text(subject.full_marks), marks_text(subject.step_taken)
            return say(f"0–{full}，步长 {step}", f"0–{full}, by {step}")
        case Kind.LEVELS:
            return " / ".join(
                map(marks_text, sorted((level.marks for level in subject.levels), reverse=True))
            )
        case Kind.BALLOT:
            return say("；", ";").join(
                f"{told(grade.title)}={say('票数', 'votes')}" for grade in subject.grades
            )
        case _:
            return subject.measured_in or say("数字", "a number")


def _stages_seen(rows: Iterable[Row], subject: Subject) -> list[str]:
    return list(dict.fromkeys(own.stage for row in rows for own in row.earlier.get(subject.id, ())))


def _earlier(subject: Subject, row: Row, stage: str) -> str:
    seen = row.earlier.get(subject.id, ())
    return say("；", "; ").join(mark_shown(subject, own.mark) for own in seen if own.stage == stage)


def _sets(rows: Sequence[Row]) -> dict[str, CriteriaSet]:
    return {row.criteria.ref: row.criteria for row in rows}


def _plain(period_id: str, stage: str, asked: Asked | None) -> str:
    """Return where the same is filled in by a plain form."""
    if asked is None or not asked.unit:
        return url_for("marking.queue", period_id=period_id, stage=stage)
    own = somebody()
    return address_of(key_of(own, period_id, stage, asked.unit), own.sheet_holder.id)


def _query() -> dict[str, str]:
    return {
        name: request.args[name] for name in ("set", "criterion", "unit", "page") if request.args.get(name)
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6
