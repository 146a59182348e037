"""A unit's sheet: read, filled in and signed by a plain form, and saved mark by mark by a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from scoring.criteria.model import CriteriaSet
from scoring.errors import Refused
from scoring.permissions import NotAllowed
from scoring.sentences import stage_title
from scoring.sheets import SELF, SHARED, SUPERIOR, Conflict, Saved, Sheet, SheetKey, StaleMarks
from scoring.texts import Text
from scoring.workflow.mark_sheets import accept, ask_to_mark, enter_marks, own_comments, read_sheet
from scoring.workflow.points.branch_means import asking
from scoring.workflow.points.derived import PointsNotReady, mean_beside, take_points
from scoring.workflow.sign_sheets import send_back, sign_sheet
from web.access import MEBIBYTE, actor, large, somebody, store
from web.done import done
from web.language import say, told
from web.pages.marking.places import address_of, key_asked, marking_pages
from web.pages.marking.queues import Around, around_of
from web.pages.marking.seen import Chapter, chapters, mark_shown
from web.pages.marking.telling import KEYS, clock, conflict_told, moment_told, script_words
from web.pages.marking.typed import Typed, entries_in, typed_in

_NO_MARKS_KEPT = Text("以下没有保存", "Not saved")
_NOT_DONE = Text("未能办理", "This could not be done")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What did not go through, with what was typed: the page is shown with it in its place."""

    title: Text = _NO_MARKS_KEPT
    status: int = 422
    typed: Mapping[str, Typed] = field(default_factory=dict)
    faults: Mapping[str, Text] = field(default_factory=dict)
    conflicts: Sequence[Conflict] = ()
    sentences: Sequence[Text] = ()
    reason: str = ""


@marking_pages.get("/marking/<stage>/<path:code>")
def sheet(period_id: str, stage: str, code: str) -> ResponseReturnValue:
    """Show the sheet."""
    return _page(read_sheet(store(), somebody(), key_asked(period_id, stage, code)))


@marking_pages.post("/marking/<stage>/<path:code>")
@large(4 * MEBIBYTE)
def enter(period_id: str, stage: str, code: str) -> ResponseReturnValue:
    """Take what the form holds, then do what its button says."""
    key = key_asked(period_id, stage, code)
    do = _DO.get("accept_one" if "accept" in request.form else request.form.get("do", "save"))
    if do is None:
        abort(400)
    return do(key)


@marking_pages.post("/marking/<stage>/marks")
@large(MEBIBYTE)
def marks(period_id: str, stage: str) -> ResponseReturnValue:
    """Take marks as they are typed, and answer in JSON what became of each."""
    key = key_asked(period_id, stage, request.args.get("unit", "") or "-")
    entries = entries_in(request.get_json(silent=True))
    try:
        saved: Saved | None = enter_marks(store(), somebody(), key, entries)
        conflicts: Sequence[Conflict] = ()
    except StaleMarks as stale:
        saved, conflicts = stale.saved, stale.conflicts
    assert saved is not None, "what is not stale is saved"
    return _told(saved, conflicts), 409 if conflicts else 200


def _told(saved: Saved, conflicts: Sequence[Conflict]) -> Answer:
    return jsonify(
        revisions=dict(saved.revisions),
        faults={criterion: told(sentence) for criterion, sentence in saved.faults.items()},
        conflicts=[conflict_told(own) for own in conflicts],
        provisional=_provisional(saved.provisional.score, len(saved.provisional.missing)),
        at=clock(),
    )


def _save(key: SheetKey) -> ResponseReturnValue:
    trouble = _taken(key)
    return done("saved", address_of(key, actor().id)) if trouble is None else _again(key, trouble)


def _ask(key: SheetKey) -> ResponseReturnValue:
    """Save, then ask whether to sign."""
    trouble = _taken(key)
    return (
        redirect(address_of(key, actor().id, confirm="sign"), 303)
        if trouble is None
        else _again(key, trouble)
    )


def _sign(key: SheetKey) -> ResponseReturnValue:
    try:
        sign_sheet(store(), somebody(), key)
    except NotAllowed:
        raise
    except Refused as refused:
        return _again(
            key, Trouble(title=_NOT_DONE, status=409, sentences=[own.sentence for own in refused.faults])
        )
    around = around_of(key)
    return done("signed", around.open_next or url_for("marking.queue", period_id=key.period))


def _send_back(key: SheetKey) -> ResponseReturnValue:
    own, reason = read_sheet(store(), somebody(), key), request.form.get("reason", "")
    try:
        send_back(store(), somebody(), key.period, key.unit, _stage_before(own.criteria, key.stage), reason)
    except NotAllowed:
        raise
    except Refused as refused:
        sentences = [fault.sentence for fault in refused.faults]
        return _again(key, Trouble(title=_NOT_DONE, status=409, sentences=sentences, reason=reason))
    return done("sent_back", address_of(key, actor().id))


def _accept_left(key: SheetKey) -> ResponseReturnValue:
    """Save, then take the earlier stage's mark for whatever bears none."""
    return _accepting(key, lambda own: _acceptable(own, chapters(own)))


def _accept_one(key: SheetKey) -> ResponseReturnValue:
    wanted = request.form["accept"]
    return _accepting(key, lambda own: (wanted,) if own.accepted(wanted) is not None else ())


def _accepting(key: SheetKey, wanted: Callable[[Sheet], Sequence[str]]) -> ResponseReturnValue:
    trouble = _taken(key)
    if trouble is not None:
        return _again(key, trouble)
    own = read_sheet(store(), somebody(), key)
    ids = wanted(own)
    try:
        accept(store(), somebody(), key, ids, {one: own.mark_of(one).revision for one in ids})
    except StaleMarks as stale:
        return _again(key, Trouble(status=409, conflicts=stale.conflicts))
    return done("saved", address_of(key, actor().id) + (f"#mark-{ids[0]}" if len(ids) == 1 else ""))


def _take_points(key: SheetKey) -> ResponseReturnValue:
    """Save, then take over what members' points come to now."""
    trouble = _taken(key)
    if trouble is not None:
        return _again(key, trouble)
    own = read_sheet(store(), somebody(), key)
    ids = [one.id for one in asking(own.criteria)]
    wanted = {key.unit: {one: own.mark_of(one).revision for one in ids}}
    try:
        saved = take_points(store(), somebody(), key.period, key.stage, wanted)
    except PointsNotReady as refused:
        sentences = [fault.sentence for fault in refused.faults]
        return _again(key, Trouble(title=_NOT_DONE, status=409, sentences=sentences))
    if saved.faults or saved.conflicts:
        faults = {criterion: sentence for (_, criterion), sentence in saved.faults.items()}
        return _again(key, Trouble(status=409, faults=faults, conflicts=saved.conflicts))
    return done("saved", address_of(key, actor().id) + (f"#mark-{ids[0]}" if len(ids) == 1 else ""))


_DO: dict[str, Callable[[SheetKey], ResponseReturnValue]] = {
    "save": _save,
    "sign": _ask,
    "confirm": _sign,
    "send_back": _send_back,
    "accept": _accept_left,
    "accept_one": _accept_one,
    "points": _take_points,
}
"""What the buttons of a sheet do."""


def _taken(key: SheetKey) -> Trouble | None:
    """Enter what was changed in the form; return what did not go through, None where all did."""
    own = read_sheet(store(), somebody(), key)
    typed = typed_in(request.form, own.criteria)
    entries = [one.entered for one in typed.values() if one.changed]
    if not entries:
        ask_to_mark(store(), somebody(), key)
        return None
    try:
        saved = enter_marks(store(), somebody(), key, entries)
    except StaleMarks as stale:
        faults = {} if stale.saved is None else stale.saved.faults
        return Trouble(status=409, typed=typed, faults=faults, conflicts=stale.conflicts)
    return Trouble(typed=typed, faults=saved.faults) if saved.faults else None


def _again(key: SheetKey, trouble: Trouble) -> ResponseReturnValue:
    return _page(read_sheet(store(), somebody(), key), trouble), trouble.status


def _page(own: Sheet, trouble: Trouble | None = None) -> str:
    trouble = trouble or Trouble()
    found = chapters(own, trouble.typed, trouble.faults, trouble.conflicts)
    titles = {subject.id: told(subject.title) for subject in own.criteria.subjects}
    before = _stage_before(own.criteria, own.key.stage)
    return render_template(
        "work/marking/sheet.html",
        sheet=own,
        chapters=found,
        around=around_of(own.key) if _is_mine(own) else Around(),
        figures=_figures(own),
        problems=_problems(trouble, titles),
        problems_title=trouble.title,
        conflicts=_conflicts(own, trouble.conflicts, titles),
        confirm=request.args.get("confirm") == "sign" and own.locked is None,
        consequence=_consequence(own),
        unexplained=say("、", ", ").join(titles[one] for one in own.changed),
        acceptable=len(_acceptable(own, found)) if own.locked is None else 0,
        earlier_stage=told(_TITLES.get(before, stage_title(before))),
        can_send_back=own.locked is None and before in SHARED,
        frequent=own_comments(store(), actor(), own.key.period, own.key.stage) if own.locked is None else (),
        keys=[(key, told(does)) for key, does in KEYS],
        script_words=script_words(),
        reason=trouble.reason,
        points=mean_beside(store(), own),
    )


_TITLES = {SELF: Text("支部", "the branch"), SUPERIOR: Text("上级", "the superior")}


def _is_mine(own: Sheet) -> bool:
    return own.key.holder in ("", actor().sheet_holder.id)


def _stage_before(criteria: CriteriaSet, stage: str) -> str:
    """Return the stage before, '' where it is the first."""
    place = criteria.stages.index(stage)
    return criteria.stages[place - 1] if place else ""


def _acceptable(own: Sheet, found: Sequence[Chapter]) -> tuple[str, ...]:
    """Return the ids of what bears no mark yet and could have the earlier stage's."""
    return tuple(
        row.subject.id
        for chapter in found
        for row in chapter.rows
        if row.open and not own.mark_of(row.subject.id).mark and row.accepted is not None
    )


def _figures(own: Sheet) -> dict[str, Any]:
    of = [row.id for row in own.criteria.criteria if row.id not in own.closed]
    return {
        "filled": f"{len(of) - len(own.missing)} / {len(of)}",
        "provisional": _provisional(own.provisional.score, len(own.provisional.missing)),
    }


def _provisional(score: str | None, missing: int) -> str:
    return score if score is not None else say(f"尚缺 {missing} 项", f"{missing} still wanted")


def _problems(trouble: Trouble, titles: Mapping[str, str]) -> list[dict[str, str]]:
    faults = [
        {"anchor": own, "title": titles.get(own, own), "words": told(sentence)}
        for own, sentence in trouble.faults.items()
    ]
    return faults + [{"anchor": "", "title": "", "words": told(own)} for own in trouble.sentences]


def _conflicts(own: Sheet, conflicts: Sequence[Conflict], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    subjects = {subject.id: subject for subject in own.criteria.subjects}
    return [
        {
            "criterion": one.criterion,
            "title": titles[one.criterion],
            "yours": mark_shown(subjects[one.criterion], one.yours),
            "your_comment": one.your_comment,
            "theirs": mark_shown(subjects[one.criterion], one.theirs),
            "their_comment": one.their_comment,
            "by": one.by_name,
            "at": moment_told(one.made_at),
            "revision": one.revision,
        }
        for one in conflicts
    ]


def _consequence(own: Sheet) -> str:
    """Return what follows from signing."""
    name = own.unit.name
    if own.key.stage == SELF:
        return say(
            f"签署后，{name}的自评表和佐证材料锁定，交上级评审；只有上级退回才能再改。",
            f"The sheet of {name} and its evidence are locked then, and go to the superior; only the superior can send them back.",
        )
    if own.key.stage == SUPERIOR:
        return say(
            f"签署后，{name}的上级评分锁定，县级评分员可见；只有县级退回才能再改。",
            f"The superior's marks on {name} are locked then, and the county's evaluators see them; only they can send them back.",
        )
    return say(
        f"签署后，您对{name}的评分锁定并计入结果，不能再改；同组成员都签署后，你们才互相看到评分。",
        f"Your marks on {name} count then and cannot be changed; your panel sees each other's once each has signed.",
    )
