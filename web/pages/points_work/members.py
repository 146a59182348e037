"""Members of a branch with their points, one member's lines, and the list of members as administrators keep it."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.item import MEMBER_KINDS, Ledger, MemberKind
from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, may, permit
from scoring.searching import Names
from scoring.store.ledger.members import search
from scoring.texts import Text
from scoring.workflow.points.keep_members import MemberFields, add_member, change_member, let_go
from scoring.workflow.points.reading_groups import points_of_branch
from scoring.workflow.points.reading_members import branches_seen, member_of_code, points_of_member
from scoring.workflow.points.reversing import move_reversal
from web.access import somebody, store
from web.asked import LONGEST_WORDS
from web.done import done
from web.errors import status_of
from web.pages.paging import Page
from web.pages.points_work.places import page, points_work_pages, whole
from web.pages.refusing import own_faults

LEDGERS = {
    Ledger.HONOUR: Text("荣誉分", "Honour points"),
    Ledger.SPENDABLE: Text("可兑换分", "Spendable points"),
}
"""What the two ledgers are called."""


@points_work_pages.get("/members", endpoint="members")
def listed() -> ResponseReturnValue:
    """Show the branch that is asked for, or the only one of theirs; else the branches there are."""
    branches = branches_seen(store(), somebody())
    words = request.args.get("q", "")[:LONGEST_WORDS].strip()
    code = request.args.get("unit", "")
    if not code and len(branches) == 1:
        code = branches[0].code
    if code:
        return _branch(code, words, alone=len(branches) == 1)
    found = member_of_code(store(), somebody(), words) if words else None
    if found is not None:
        return redirect(url_for("points_work.member", member_id=found.id), 303)
    names = Names((own.code, own.name) for own in branches)
    rows = [branches[place] for place in names.matching(words)]
    return page(
        "members",
        "branches.html",
        branches=Page.of(rows, request.args.get("page", "")),
        words=words,
        keeps=_keeps(),
    )


@points_work_pages.get("/members/new")
def new_member() -> ResponseReturnValue:
    """Show the form for one member."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    return _new({"unit": request.args.get("unit", "")}, ())


@points_work_pages.post("/members/new")
def add() -> ResponseReturnValue:
    """Add a member."""
    typed = request.form
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    try:
        added = add_member(store(), somebody(), typed.get("code", ""), _fields(typed))
    except Refused as refused:
        return _new(typed, own_faults(refused)), status_of(refused)
    return done("added", url_for("points_work.member", member_id=added.id))


@points_work_pages.get("/members/<member_id>")
def member(member_id: str) -> ResponseReturnValue:
    """Show one member's points."""
    return _member(member_id, "", ())


@points_work_pages.post("/members/<member_id>")
def change(member_id: str) -> ResponseReturnValue:
    """Let a member be as in the form from a day on."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    typed = request.form
    return _done(
        member_id,
        "member",
        "saved",
        lambda: change_member(
            store(), somebody(), member_id, _fields(typed), whole(typed.get("based_on", ""))
        ),
    )


@points_work_pages.post("/members/<member_id>/leave")
def leave(member_id: str) -> ResponseReturnValue:
    """Let a member be none here any more."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    typed = request.form
    return _done(
        member_id,
        "leave",
        "saved",
        lambda: let_go(
            store(), somebody(), member_id, _day(typed.get("first_day", "")), whole(typed.get("based_on", ""))
        ),
    )


@points_work_pages.post("/members/<member_id>/lines/<int:number>/reversal")
def move(member_id: str, number: int) -> ResponseReturnValue:
    """Move that a line be reversed; another person confirms it."""
    permit(somebody(), Action.MOVE_REVERSAL, Setting())
    reason = request.form.get("reason", "")
    return _done(
        member_id,
        f"line {number}",
        "moved_reversal",
        lambda: move_reversal(store(), somebody(), number, reason),
    )


def _done(member_id: str, form: str, code: str, deed: Callable[[], object]) -> ResponseReturnValue:
    try:
        deed()
    except Refused as refused:
        return _member(member_id, form, own_faults(refused)), status_of(refused)
    return done(code, url_for("points_work.member", member_id=member_id))


def _branch(code: str, words: str, *, alone: bool) -> str:
    found = points_of_branch(store(), somebody(), code)
    wanted = {own.id for own in search([one.member for one in found.members], words)}
    rows = [own for own in found.members if own.member.id in wanted]
    quarters = sorted({one.quarter for own in found.members for one in own.year.quarters})
    return page(
        "members",
        "branch.html",
        unit=found.unit,
        whole=len(found.members),
        members=Page.of(rows, request.args.get("page", "")),
        talks=sum(own.year.talk_due for own in found.members),
        quarters=quarters,
        words=words,
        alone=alone,
        keeps=_keeps(),
        MEMBER_KINDS=MEMBER_KINDS,
    )


def _member(member_id: str, refused_of: str, faults: tuple[Fault, ...]) -> str:
    asked = request.values.get("ledger", "")
    ledger = Ledger(asked) if asked in list(Ledger) else Ledger.HONOUR
    seen = points_of_member(store(), somebody(), member_id, ledger, whole(request.args.get("before", "")))
    return page(
        "members",
        "member.html",
        seen=seen,
        LEDGERS=LEDGERS,
        MEMBER_KINDS=MEMBER_KINDS,
        refused_of=refused_of,
        shows={f"line {own.line.number}" for own in seen.lines if own.reversible}.__contains__,
        faults=faults,
        typed=request.form if refused_of else {},
    )


def _new(typed: Mapping[str, str], faults: tuple[Fault, ...]) -> str:
    return page("members", "new_member.html", typed=typed, faults=faults, MEMBER_KINDS=MEMBER_KINDS)


def _fields(typed: Mapping[str, str]) -> MemberFields:
    """Return what the form says of a member. Raises DayUnread."""
    kind = typed.get("kind", "")
    return MemberFields(
        name=typed.get("name", ""),
        unit=typed.get("unit", "").strip(),
        kind=MemberKind(kind) if kind in list(MemberKind) else MemberKind.RESIDENT,
        first_day=_day(typed.get("first_day", "")),
        login=typed.get("login", "").strip(),
    )


class DayUnread(Refused):
    """What was typed is no day."""


def _day(text: str) -> date:
    """Return the day that was typed. Raises DayUnread."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise DayUnread([Fault.of("请填写日期，例如 2026-10-01", "give a day, such as 2026-10-01")]) from None


def _keeps() -> bool:
    return may(somebody(), Action.KEEP_MEMBERS, Setting())
