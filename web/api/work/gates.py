"""Gates: moved by one person with a reason and a document, and confirmed or refused by another."""

from typing import Any, BinaryIO, cast

from scoring.gates import MotionKind
from scoring.permissions import Action
from scoring.workflow.acting import ask_first
from scoring.workflow.documents import take_documents
from scoring.workflow.move_gates import (
    MotionSeen,
    confirm_gate,
    move_gate,
    refuse_gate,
    see_gates,
    withdraw_gate,
)
from web.access import MEBIBYTE
from web.api.shapes.work import deciding as told
from web.api.shapes.work.common import Number
from web.api.work.asked_evidence import MotionSent
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.filing import files

_OF = "gates"
_ONE = "/gates/<int(max=999999999):number>"
_LARGEST = 32 * MEBIBYTE


@work.looks("/desk/<period_id>/gates", told.Gates, of=_OF)
def gates(call: Call, period_id: str) -> Any:
    """See the gates that hold and those that are moved, of the units one may see.

    查看一票否决事项。
    """
    own = see_gates(call.store, call.actor, period_id)
    return {
        "motions": [_motion(one) for one in own.motions],
        "in_force": [
            {
                "unit": one.unit,
                "gate": one.gate.id,
                "title": one.gate.title,
                "highest_stars": one.gate.highest_stars,
                "motion": None if one.by is None else one.by.number,
            }
            for one in own.in_force
        ],
        "movable": [one.unit.code for one in own.movable],
    }


@work.does("POST", "/desk/<period_id>/gates", Number, of=_OF, takes=MotionSent, adds=True, largest=_LARGEST)
def gate_moved(call: Call, period_id: str) -> Any:
    """Move that a gate be raised or lifted; it holds when another person confirms it.

    提出列入或解除一票否决事项，须由另一人确认。
    """
    sent, kind = call.sent, MotionKind(call.sent["motion"])
    given = sent["file"]
    ask_first(call.store, call.actor, Action.RAISE_GATE, period_id, sent["unit"])
    documents = (
        () if given is None else take_documents(files(), [(cast("BinaryIO", given.stream), given.filename)])
    )
    number = move_gate(
        call.store,
        call.actor,
        period_id,
        sent["unit"],
        sent["gate"],
        kind,
        sent["reason"],
        documents[0] if documents else None,
    )
    return {"number": number}


@work.does("POST", f"{_ONE}/confirmation", of=_OF)
def gate_confirmed(call: Call, number: int) -> None:
    """Confirm a motion that another person made.

    确认他人提出的一票否决事项。
    """
    confirm_gate(call.store, call.actor, number)


@work.does("POST", f"{_ONE}/refusal", of=_OF, takes=Reason)
def gate_refused(call: Call, number: int) -> None:
    """Refuse a motion that another person made, with a reason.

    不同意他人提出的一票否决事项。
    """
    refuse_gate(call.store, call.actor, number, call.sent["reason"])


@work.does("POST", f"{_ONE}/withdrawal", of=_OF)
def gate_withdrawn(call: Call, number: int) -> None:
    """Take back a motion of one's own.

    撤回自己提出的一票否决事项。
    """
    withdraw_gate(call.store, call.actor, number)


def _motion(seen: MotionSeen) -> dict[str, Any]:
    own = seen.motion
    return fields_told(
        own,
        unit=seen.unit,
        title=seen.gate.title,
        file_title=own.title,
        by_name=seen.by_name,
        answered_by_name=seen.answered_by_name,
        may_confirm=seen.may_confirm,
        may_withdraw=seen.may_withdraw,
    )
