"""Publishing: an edition is prepared by one person, looked at, and confirmed by another."""

from collections import Counter
from typing import Any

from flask import Flask, current_app

from scoring.edition import State
from scoring.workflow.publish_by_two import (
    Preparation,
    Preview,
    ProposalSeen,
    Publishing,
    confirm_edition,
    prepare_edition,
    preview,
    refuse_edition,
    see_publishing,
)
from scoring.working_days import Posting
from web.access import MEBIBYTE
from web.api.shapes.work import deciding as told
from web.api.shapes.work.common import Number, faults_told
from web.api.work.asked_deciding import PreparationSent
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.running import day_of
from web.api.work.telling import fields_told
from web.background import draw_later
from web.clock import now
from web.words import stars_key

_OF = "publishing"
_ONE = "/proposals/<int(max=999999999):number>"


@work.looks("/desk/<period_id>/publishing", told.Publishing, of=_OF)
def publishing(call: Call, period_id: str) -> Any:
    """See how publishing stands: what was prepared, and what stands in the way.

    查看发布准备与未了事项。
    """
    return _publishing(see_publishing(call.store, call.actor, period_id, now()))


@work.does(
    "POST",
    "/desk/<period_id>/proposals",
    Number,
    of=_OF,
    takes=PreparationSent,
    adds=True,
    largest=16 * MEBIBYTE,
)
def edition_prepared(call: Call, period_id: str) -> Any:
    """Prepare an edition, draft or final, for another person to confirm.

    准备发布，须由另一人确认。
    """
    sent = call.sent
    first = None if sent["first"] is None else day_of(sent["first"], "first")
    wanted = Preparation(
        state=State(sent["kind"]),
        reason=sent["reason"],
        excused=sent["excused"],
        first=first,
        working_days=sent["working_days"],
    )
    return {"number": prepare_edition(call.store, call.actor, period_id, wanted, now())}


@work.looks(_ONE, told.ProposalPreview, of=_OF)
def proposal(call: Call, number: int) -> Any:
    """See what confirming a proposal would publish now: stars, what moves, and what stands in the way.

    预览：确认后将发布的结果与变动。
    """
    return _preview(preview(call.store, call.actor, number, now()))


@work.does("POST", f"{_ONE}/confirmation", told.PublishedNow, of=_OF, adds=True)
def edition_confirmed(call: Call, number: int) -> Any:
    """Publish what another person prepared, signed by both.

    确认并发布他人准备的版本。
    """
    edition = confirm_edition(call.store, call.actor, number, now=now())
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    call.after.append(lambda: draw_later(app, edition.id))
    return {"edition": edition.id}


@work.does("POST", f"{_ONE}/refusal", of=_OF, takes=Reason)
def edition_refused(call: Call, number: int) -> None:
    """Let a proposal not be published, with a reason: refused by who may confirm it, or taken back by who prepared it.

    否决或撤回发布准备。
    """
    refuse_edition(call.store, call.actor, number, call.sent["reason"])


def _publishing(own: Publishing) -> dict[str, Any]:
    return fields_told(
        own,
        phase=own.period.phase,
        edition=None if own.newest is None else own.newest.id,
        posting=_posting(own.posting),
        proposals=[_proposal(one) for one in own.proposals],
        hindering={state.value: faults_told(faults) for state, faults in own.hindering.items()},
        first=own.first.isoformat(),
        suggested=_posting(own.suggested),
    )


def _proposal(seen: ProposalSeen) -> dict[str, Any]:
    own = seen.proposal
    return fields_told(
        own,
        excused={one.unit: one.reason for one in own.excused},
        posting=_posting(own.posting),
        by_name=seen.by_name,
        answered_by_name=seen.answered_by_name,
        may_confirm=seen.may_confirm,
        may_take_back=seen.may_take_back,
    )


def _preview(own: Preview) -> dict[str, Any]:
    return {
        "proposal": _proposal(own.seen),
        "stale": own.stale,
        "touched": own.touched,
        "hindering": faults_told(own.hindering),
        "stars": Counter(stars_key(entry.stars) for entry in own.register.entries),
        "moved": None if own.moved is None else own.moved.document(),
    }


def _posting(own: Posting | None) -> dict[str, str] | None:
    return None if own is None else {"first": own.first.isoformat(), "last": own.last.isoformat()}
