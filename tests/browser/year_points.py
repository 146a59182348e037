"""Members' points with something to show on every page: claims that wait, lines, a reversal, an objection, a quarter."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scoring.criteria.item import MemberKind
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.ledger import members, reversals
from scoring.store.ledger.claims import Claim
from scoring.store.ledger.members import Member, NewMember
from scoring.store.ledger.reversals import LineObjection
from scoring.workflow.documents import Document, take_documents
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.quarters import last_ended, open_quarter, this_quarter
from scoring.workflow.points.reversing import move_reversal
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests.uploads.bytes_of import photo

OTHER = "A02"
"""A branch of another superior, whose members have their baseline alone."""
NAMES = ("王秀英", "李建国", "张桂兰", "刘德华", "陈志强", "杨丽萍", "赵国庆", "黄春燕")


def begin_points(store: Store, everybody: Mapping[str, Actor], unit: str, folder: Path) -> tuple[Member, ...]:
    """Let the branch *unit* have members with points, and return them; uploaded files lie in *folder*."""
    first_day = date(today().year - 1, 1, 1)
    adopt_rules(store, None, "member-points@2026.1", first_day)
    kinds = tuple(MemberKind)
    plain = NewMember(code="", name="", unit=unit, kind=MemberKind.SERVING, first_day=first_day)
    new = [
        replace(plain, code=f"QS-{place:03}", name=name, kind=kinds[place % 2])
        for place, name in enumerate(NAMES, 1)
    ]
    others = [replace(own, code=f"LH-{place:03}", unit=OTHER) for place, own in enumerate(new, 1)]
    with store.begin() as c:
        found = members.add(c, new)
        members.add(c, others[:6])
    for quarter in (last_ended(), this_quarter()):
        open_quarter(store, None, quarter)
    shown = take_documents(Files(folder), [(io.BytesIO(photo()), "现场.jpg")])
    numbers = [own.number for own in _claimed(store, everybody["secretary"], found, shown)]
    decisions = [Decision(claim=own, post=True) for own in numbers[:4]]
    decided = verify_claims(store, everybody["superior"], decisions)
    verify_claims(
        store, everybody["superior"], [Decision(claim=numbers[4], post=False, reason="照片看不清，请重拍。")]
    )
    move_reversal(store, everybody["admin"], decided[0].transfers[0], "同一次服务计了两次。")
    with store.begin() as c:
        new_one = LineObjection(
            transfer=decided[1].transfers[0],
            member=found[1].id,
            unit=unit,
            reason="服务了六个小时，只计了四个小时。",
            by=everybody["secretary"].id,
            made_at=datetime.now(UTC),
        )
        reversals.add_objection(c, new_one)
    return found


def _claimed(
    store: Store, secretary: Actor, found: Sequence[Member], files: tuple[Document, ...]
) -> tuple[Claim, ...]:
    new = [
        NewClaim(
            key=f"volunteer:{own.id}:{points}",
            member=own.id,
            item="volunteer_service",
            points=points,
            day=today() - timedelta(days=before),
            event=event,
            note="在村口清理河道，下午两点到六点。",
            files=files,
        )
        for before, (event, points) in enumerate((("河道清理", 200), ("敬老院慰问", 400)))
        for own in found
    ]
    return claim_for_many(store, secretary, new)
