"""A meeting's attendance: one item, day and event, and all who came, ticked, pasted or on a list, with evidence once for all."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from scoring.errors import Fault, Refused
from scoring.people import Role
from scoring.permissions import Action, Setting, permit
from scoring.spreadsheet.attendance import people_listed
from scoring.texts import Text
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.points.awarding import Awarding, awarding, meant
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.in_role import in_role
from web.access import large, somebody, store
from web.done import done
from web.downloads import own_name
from web.errors import status_of
from web.handed_in import laid_out
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
    """Claim for all who came, or for none where anything is wrong; the same form sent twice claims once.

    A list that comes with the form is read first, and nothing is claimed before it was looked over.
    """
    permit(in_role(somebody(), Role.SECRETARY), Action.CLAIM_POINTS, Setting())
    typed = {name: request.form.get(name, "") for name in _FIELDS}
    found = awarding(store(), somebody(), typed["unit"])
    ticked = frozenset(request.form.getlist("member"))
    listed = request.files.get("list")
    if listed is not None and listed.filename:
        return _listed(found, listed, typed, ticked)
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


def _listed(
    found: Awarding, listed: FileStorage, typed: dict[str, str], ticked: frozenset[str]
) -> ResponseReturnValue:
    """Tick who is on the list; whoever it names that is not to be found is left among the pasted names, and told."""
    name = own_name(listed.filename or "") or "list.csv"
    try:
        with laid_out(name, listed.stream) as path:
            people = people_listed(path)
    except Refused as refused:
        return _page(found, refused.faults, (), typed, ticked), status_of(refused)
    on_it: set[str] = set()
    left = [typed["pasted"].strip()]
    for own in people:
        named, unknown = meant(found.members, own)
        on_it |= {one.id for one in named}
        left += [own] if unknown else []
    typed = typed | {"pasted": "\n".join(filter(None, left))}
    _, unknown = meant(found.members, typed["pasted"])
    read = Text(
        f"名单上 {len(people)} 人，勾选了 {len(on_it)} 人；还没有提交，请核对后提交",
        f"On the list: {len(people)}; ticked: {len(on_it)}. Nothing was sent yet: look it over, then send",
    )
    return _page(found, (), unknown, typed, ticked | on_it, read=read), 409 if unknown else 200


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
    *,
    read: Text | None = None,
) -> str:
    return page(
        "award",
        "award.html",
        found=found,
        faults=faults,
        unknown=unknown,
        typed=typed,
        ticked=ticked,
        read=read,
        files_lost=any(own.filename for own in request.files.getlist("file")),
        form=typed.get("form") or secrets.token_hex(8),
    )
