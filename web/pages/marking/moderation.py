"""Moderation: what evaluators left too far apart, with both marks and comments side by side, settled with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment
from scoring.disputes import Matter
from scoring.errors import Refused
from scoring.numbers import marks_text, share_text
from scoring.permissions import NotAllowed
from scoring.sheets import StaleMarks
from scoring.texts import Text
from scoring.workflow.moderate import settle
from scoring.workflow.read_disputes import Dispute, Settled, disputes
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.language import say, told
from web.pages.marking.places import marking_pages
from web.pages.marking.seen import NOT_APPLICABLE, Beside, Vote, counts_of, mark_shown, shown_beside, votes
from web.pages.marking.typed import mark_typed, number_typed
from web.pages.paging import Page

_MATTERS = {
    Matter.APART: Text("评分相差过大", "Marks too far apart"),
    Matter.FACT: Text("数据不一致", "Facts that differ"),
    None: Text("已复议", "Settled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was typed to settle a dispute that did not go through, and why."""

    unit: str
    criterion: str
    mark: str
    reason: str
    sentences: tuple[Text, ...]
    status: int


@dataclass(frozen=True, kw_only=True)
class Case:
    """A dispute as its page shows it, with what is typed to settle it."""

    dispute: Dispute
    title: str
    matter: str
    limit: str
    full: str
    unit_of: str
    marks: tuple[Beside, ...]
    settled: Settled | None
    settled_shown: str
    typed: str
    waived: bool
    votes: tuple[Vote, ...]
    reason: str
    sentences: tuple[str, ...]
    expanded: bool

    @property
    def name(self) -> str:
        """How its fields are told from others' on the page."""
        return f"{self.dispute.unit.code}-{self.dispute.subject.id}"

    @property
    def adjustment(self) -> bool:
        """Whether times are counted."""
        return isinstance(self.dispute.subject, Adjustment)


@marking_pages.get("/moderation", endpoint="moderation")
def listed(period_id: str) -> ResponseReturnValue:
    """Show what is to be settled, and what was."""
    return _page(period_id, None)


@marking_pages.post("/moderation", endpoint="settle")
@large(MEBIBYTE)
def settled(period_id: str) -> ResponseReturnValue:
    """Settle one dispute with a mark and a reason."""
    unit, criterion = request.form.get("unit", ""), request.form.get("criterion", "")
    found = disputes(store(), somebody(), period_id)
    own = next((one for one in found if (one.unit.code, one.subject.id) == (unit, criterion)), None)
    mark = request.form.get(f"mark:{criterion}", "") if own is None else mark_typed(request.form, own.subject)
    reason, revision = request.form.get("reason", ""), number_typed(request.form.get("revision", ""))
    try:
        settle(store(), somebody(), period_id, unit, criterion, mark, reason, revision)
    except NotAllowed:
        raise
    except Refused as refused:
        status = 409 if isinstance(refused, StaleMarks) else 422
        sentences = tuple(fault.sentence for fault in refused.faults)
        attempt = Attempt(
            unit=unit, criterion=criterion, mark=mark, reason=reason, sentences=sentences, status=status
        )
        return _page(period_id, attempt), status
    return done("saved", url_for("marking.moderation", period_id=period_id))


def _page(period_id: str, attempt: Attempt | None) -> str:
    found = disputes(store(), somebody(), period_id)
    waiting = [own for own in found if own.settled is None]
    past = [own for own in found if own.settled is not None]
    page = Page.of([*waiting, *past], request.args.get("page", ""))
    return render_template(
        "work/marking/moderation.html",
        period=period_id,
        waiting=len(waiting),
        settled=len(past),
        page=page,
        cases=_cases(page.rows, attempt),
    )


def _cases(rows: Sequence[Dispute], attempt: Attempt | None) -> list[Case]:
    """Return the disputes of a page; the first that can be settled, or the one that was tried, is laid open."""
    tried = (attempt.unit, attempt.criterion) if attempt is not None else None
    first = next((own for own in rows if own.settled is None and own.locked is None), None)
    cases = []
    for own in rows:
        is_tried = (own.unit.code, own.subject.id) == tried
        cases.append(
            _case(own, attempt if is_tried else None, expanded=is_tried or (tried is None and own is first))
        )
    return cases


def _case(own: Dispute, attempt: Attempt | None, *, expanded: bool) -> Case:
    subject = own.subject
    criterion = subject if isinstance(subject, Criterion) else None
    mark = attempt.mark if attempt else own.settled.mark if own.settled else ""
    return Case(
        dispute=own,
        title=told(subject.title),
        matter=told(_MATTERS[own.matter]),
        limit=_limit(own),
        full="" if criterion is None else marks_text(criterion.full_marks),
        unit_of="" if criterion is None else criterion.measured_in,
        marks=shown_beside(subject, own.marks),
        settled=own.settled,
        settled_shown="" if own.settled is None else mark_shown(subject, own.settled.mark),
        typed="" if mark == NOT_APPLICABLE else mark,
        waived=mark == NOT_APPLICABLE,
        votes=votes(subject, counts_of(mark)),
        reason=attempt.reason if attempt else own.settled.reason if own.settled else "",
        sentences=() if attempt is None else tuple(told(one) for one in attempt.sentences),
        expanded=expanded,
    )


def _limit(own: Dispute) -> str:
    if own.limit is None:
        return ""
    return say(
        f"相差超过满分的 {share_text(own.limit)}", f"more than {share_text(own.limit)} of full marks apart"
    )
