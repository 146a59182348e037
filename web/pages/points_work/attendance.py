"""A meeting's attendance: one item, one day, one event, and everybody who came, ticked or pasted, with evidence once for all."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.people import Role
from scoring.permissions import Action, Setting, permit
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.points.awarding import Awarding, awarding, meant
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.in_role import in_role
from web.access import large, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.cases import ROOM, documents
from web.pages.points_work.places import page, points_work_pages, whole
from web.pages.refusing import own_faults

_LONGEST_FORM = 40
_FIELDS = ("unit", "item", "points", "day", "event", "note", "pasted", "form")
_TWICE = (
    "这张表已经提交过一次，当时的内容与现在不同，未再登记；如确要另外登记，再提交一次即可",
    "this form was sent once already, with other contents; nothing was claimed again. To claim this as well, send it again",
)


@points_work_pages.get("/award", endpoint="award")
def form() -> ResponseReturnValue:
    """Show the form."""
    found = awarding(store(), somebody(), request.args.get("unit", ""))
    typed = {"item": request.args.get("item", ""), "day": found.day.isoformat()}
    return _page(found, (), (), typed, frozenset())


@points_work_pages.post("/award")
@large(ROOM)
def claim_for_all() -> ResponseReturnValue:
    """Claim for all who came, or for none where anything is wrong; the same form sent twice claims once."""
    permit(in_role(somebody(), Role.SECRETARY), Action.CLAIM_POINTS, Setting())
    typed = {name: request.form.get(name, "") for name in _FIELDS}
    found = awarding(store(), somebody(), typed["unit"])
    ticked = frozenset(request.form.getlist("member"))
    named, unknown = meant(found.members, typed["pasted"])
    day, faults = _read(found, typed)
    chosen = [own for own in found.members if own.id in ticked or own in named]
    if not chosen and not unknown:
        faults.append(Fault.of("请勾选或粘贴到会的党员", "tick or paste who came"))
    if faults or unknown or day is None:
        return _page(found, faults, unknown, typed, ticked), 409
    try:
        files = documents()
        claim_for_many(
            store(),
            somebody(),
            [
                NewClaim(
                    key=f"attendance:{typed['form'][:_LONGEST_FORM]}:{own.id}",
                    member=own.id,
                    item=typed["item"],
                    points=whole(typed["points"].partition(":")[2]),
                    day=day,
                    event=typed["event"],
                    note=typed["note"],
                    files=files,
                )
                for own in chosen
            ],
        )
    except KeyUsed:
        return _page(found, [Fault.of(*_TWICE)], (), typed | {"form": ""}, ticked), 409
    except Refused as refused:
        return _page(found, own_faults(refused), (), typed, ticked), status_of(refused)
    return done("claimed", url_for("points_work.award", unit=found.unit.code))


def _read(found: Awarding, typed: dict[str, str]) -> tuple[date | None, list[Fault]]:
    """Return the day, None where there is none, and what is wrong with what was typed; points of others are let go."""
    faults = []
    if typed["points"].partition(":")[0] != typed["item"]:
        typed["points"] = ""
    if not any(own.id == typed["item"] for own in found.items):
        faults.append(Fault.of("请选择项目", "choose an item"))
    try:
        return date.fromisoformat(typed["day"]), faults
    except ValueError:
        return None, [
            *faults,
            Fault.of("请填写活动日期，例如 2026-11-06", "give the day, such as 2026-11-06"),
        ]


def _page(
    found: Awarding,
    faults: Sequence[Fault],
    unknown: Sequence[Fault],
    typed: Mapping[str, str],
    ticked: frozenset[str],
) -> str:
    return page(
        "award",
        "award.html",
        found=found,
        faults=faults,
        unknown=unknown,
        typed=typed,
        ticked=ticked,
        form=typed.get("form") or secrets.token_hex(8),
    )
