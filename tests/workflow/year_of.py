"""A year with its people: who runs it, who answers, who confirms, and a secretary of a branch or two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from scoring.edition import State
from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.store.engine import Store
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document
from scoring.workflow.keep_periods import move_period
from scoring.workflow.publish_by_two import Preparation, confirm_edition, prepare_edition
from tests import people
from tests.workflow import county

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Ten o'clock on the morning of the posting's first day."""

FRIDAY_LAST = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
"""The last second of five working days of posting."""

OVER = datetime(2026, 11, 27, 16, tzinfo=UTC)

DOCUMENT = Document(sha256="ab" * 32, kind=Kind.PDF, size=10, title="决定.pdf")


@dataclass(frozen=True)
class Year:
    """The year's store and its people."""

    store: Store
    folder: Path
    admin: Actor
    other_admin: Actor
    leader: Actor
    moderator: Actor
    other_moderator: Actor
    secretary: Actor
    other_secretary: Actor
    superior: Actor
    auditor: Actor

    def everybody(self) -> dict[str, Actor]:
        names = ("admin", "leader", "moderator", "secretary", "superior", "auditor")
        return {name: getattr(self, name) for name in names}


def year(store: Store, folder: Path, phase: Phase = Phase.MARKING) -> Year:
    """Open a year whose units are all marked, move it to *phase*, and let there be people."""
    county.with_marks(store, folder)
    if phase is not Phase.PREPARING:
        move_period(store, county.PERIOD, phase)
    return Year(
        store=store,
        folder=folder,
        admin=people.somebody(store, "guan", Role.ADMINISTRATOR, name="管一"),
        other_admin=people.somebody(store, "guan2", Role.ADMINISTRATOR, name="管二"),
        leader=people.somebody(store, "ling", Role.LEADER, name="凌部长"),
        moderator=people.somebody(store, "bai", Role.MODERATOR, name="白复议"),
        other_moderator=people.somebody(store, "hei", Role.MODERATOR, name="黑复议"),
        secretary=people.somebody(
            store, "shu1", Role.SECRETARY, scope=people.unit("A01"), name="书一", branch="A01"
        ),
        other_secretary=people.somebody(store, "shu2", Role.SECRETARY, scope=people.unit("A02"), name="书二"),
        superior=people.somebody(
            store, "zhen", Role.SUPERIOR, scope=people.township(county.TOWNSHIPS[1]), name="镇一"
        ),
        auditor=people.somebody(store, "shen", Role.AUDITOR, name="审一"),
    )


def post(own: Year, now: datetime = MONDAY, first: date | None = None) -> str:
    """Prepare and confirm a draft, posted for five working days, and return its id."""
    number = prepare_edition(
        own.store, own.admin, county.PERIOD, Preparation(state=State.DRAFT, first=first), now
    )
    return confirm_edition(own.store, own.leader, number, now=now).id


def finish(own: Year, now: datetime = OVER, reason: str = ""):
    """Prepare and confirm the final edition, and return it."""
    number = prepare_edition(
        own.store, own.admin, county.PERIOD, Preparation(state=State.FINAL, reason=reason), now
    )
    return confirm_edition(own.store, own.leader, number, now=now)
