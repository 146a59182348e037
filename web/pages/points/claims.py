"""Points are claimed: an item is chosen, what was done is said with photographs, and each claim can be followed."""

import secrets
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.item import Item, Ledger, Verifier
from scoring.errors import Fault, Place, Refused
from scoring.evidence import takes_files
from scoring.permissions import NotAllowed
from scoring.texts import Text
from scoring.uploads.refusals import FileUnfit
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.documents import Document
from scoring.workflow.points.claiming import (
    LONGEST_EVENT,
    LONGEST_KEY,
    LONGEST_NOTE,
    ClaimFault,
    NewClaim,
    claim_points,
    withdraw_claim,
)
from scoring.workflow.points.reading import RoomLeft
from scoring.workflow.points.reading_own_claims import Claimable, claimable, file_of_claim, own_claims
from web import points_telling as telling
from web.access import large, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.cases import ROOM, documents, given_out
from web.pages.points.places import points_pages
from web.pages.refusing import own_faults

_FIELDS = ("key", "day", "points", "event", "note", "at_unit")
_NO_DAY = Text("请选择发生的日期", "Choose the day it happened")
_TWICE = Text(
    "这张表已经提交过一次，请先到“我的申报”查看；如确要另报一项，再提交一次即可",
    "This form was sent once already; look at your claims first. To claim another one, send it again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """Items that are listed together: a heading, and each with what its caps have left."""

    heading: Text
    room: tuple[RoomLeft, ...]


@points_pages.get("/claim")
def choose() -> str:
    """Show what can be claimed."""
    found = claimable(store(), somebody())
    return render_template("points/choose.html", found=found, heaps=_heaps(found), tell=telling)


@points_pages.get("/claim/<item>")
def claim(item: str) -> ResponseReturnValue:
    """Show the form of one item; its key makes sure that it is claimed once."""
    found = claimable(store(), somebody())
    return _form(found, _chosen(found, item), {"key": _key(), "day": found.day.isoformat()})


@points_pages.post("/claim/<item>")
@large(ROOM)
def send(item: str) -> ResponseReturnValue:
    """Claim it, or show what is wrong with what was typed still there."""
    found = claimable(store(), somebody())
    own = _chosen(found, item)
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    faults: list[Fault] = []
    files: tuple[Document, ...] = ()
    status = 422
    try:
        files = documents()
    except FileUnfit as unfit:
        faults += [ClaimFault(place=Place(), sentence=_named(one), about="files") for one in unfit.faults]
    day = _day(typed["day"])
    if day is None:
        faults.append(ClaimFault(place=Place(), sentence=_NO_DAY, about="day"))
    if day is not None and not faults:
        try:
            claim_points(store(), somebody(), _new(found, own.item, typed, day, files))
        except KeyUsed:
            faults, typed["key"], status = [Fault(place=Place(), sentence=_TWICE)], _key(), 409
        except Refused as refused:
            faults, status = list(own_faults(refused)), status_of(refused)
        else:
            return done("sent", url_for("points.claims"))
    return _form(found, own, typed, tuple(faults), status)


@points_pages.get("/claims")
def claims() -> ResponseReturnValue:
    """Show all claims with what became of them."""
    return _claims()


@points_pages.post("/claims/<int:number>/withdraw")
def withdraw(number: int) -> ResponseReturnValue:
    """Take a claim back."""
    if number not in {own.claim.number for own in own_claims(store(), somebody())}:
        abort(404)
    try:
        withdraw_claim(store(), somebody(), number)
    except NotAllowed:
        raise
    except Refused as refused:
        return _claims(refused.faults, status_of(refused))
    return done("withdrawn", url_for("points.claims"))


@points_pages.get("/claims/<int:number>/files/<sha256>")
def file(number: int, sha256: str) -> ResponseReturnValue:
    """Give a file of an own claim as it was sent in."""
    title, kind = file_of_claim(store(), somebody(), number, sha256)
    return given_out(sha256, title, kind)


def _claims(faults: tuple[Fault, ...] = (), status: int = 200) -> ResponseReturnValue:
    found = own_claims(store(), somebody())
    return render_template("points/claims.html", found=found, faults=faults, tell=telling), status


def _chosen(found: Claimable, item: str) -> RoomLeft:
    own = found.of(item)
    if own is None:
        abort(404)
    return own


def _heaps(found: Claimable) -> list[Heap]:
    """Return the items in three heaps: what can be spent too, what counts for the year alone, and what is full."""
    left = [own for own in found.room if not telling.is_full(own)]
    both = tuple(own for own in left if Ledger.SPENDABLE in own.item.ledgers)
    honour = tuple(own for own in left if Ledger.SPENDABLE not in own.item.ledgers)
    full = tuple(own for own in found.room if telling.is_full(own))
    heaps = (
        Heap(heading=Text("同时记荣誉分和可兑换分", "Honour points, and as many to spend"), room=both),
        Heap(heading=Text("只记荣誉分", "Honour points only"), room=honour),
        Heap(heading=Text("本期已满", "Nothing left for now"), room=full),
    )
    return [own for own in heaps if own.room]


def _form(
    found: Claimable,
    own: RoomLeft,
    typed: dict[str, str],
    faults: tuple[Fault, ...] = (),
    status: int = 200,
) -> ResponseReturnValue:
    beside = {one.about for one in faults if isinstance(one, ClaimFault)} - {"key", "item"}
    page = render_template(
        "points/claim.html",
        found=found,
        own=own,
        item=own.item,
        typed=typed,
        beside={name: [one for one in faults if getattr(one, "about", "") == name] for name in beside},
        above=[one for one in faults if getattr(one, "about", "") not in beside],
        files_lost=bool(faults) and any(one.filename for one in request.files.getlist("file")),
        takes_files=own.item.evidence is None or takes_files(own.item.evidence),
        by_community=Verifier.COMMUNITY in own.item.verifies,
        community_only=set(own.item.verifies) == {Verifier.COMMUNITY},
        longest={"event": LONGEST_EVENT, "note": LONGEST_NOTE},
        tell=telling,
    )
    return page, status


def _new(
    found: Claimable, item: Item, typed: dict[str, str], day: date, files: tuple[Document, ...]
) -> NewClaim:
    return NewClaim(
        key=typed["key"][: LONGEST_KEY + 1],
        member=found.member.id,
        item=item.id,
        points=None if item.range is None else _points(typed["points"]),
        day=day,
        event=typed["event"],
        note=typed["note"],
        files=files,
        at_unit=typed["at_unit"],
    )


def _key() -> str:
    return secrets.token_hex(16)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _points(words: str) -> int | None:
    """Return hundredths as typed, None where nothing was; what is no such number is 0, which no item gives."""
    if not words:
        return None
    try:
        hundredths = Decimal(words) * 100
        return int(hundredths) if abs(hundredths) < 10**8 and hundredths == int(hundredths) else 0
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _named(fault: Fault) -> Text:
    """Return the sentence with the file it is about."""
    name, own = fault.place.file, fault.sentence
    return own if name is None else Text(f"{name}：{own.zh}", f"{name}: {own.en}")
