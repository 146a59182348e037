"""An edition is made of a period as it is now, and kept: whoever publishes, on the server or in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scoring.edition import Edition, Excuse, State, Statement, publish
from scoring.errors import Fault, Place, Refused
from scoring.gates import MotionState
from scoring.objections import Objection
from scoring.periods import Period, Phase
from scoring.statement import Manifest, read_manifest
from scoring.store import county, editions, gates, objections, periods, postings
from scoring.store.editions import Listed
from scoring.store.engine import Connection
from scoring.texts import Text
from scoring.workflow.progress import Tell, silent
from scoring.workflow.standings_now import inputs_of, standings_of

_STEPS = (
    Text("读取评分", "Reading the marks"),
    Text("核算得分与星级", "Working out scores and stars"),
    Text("形成版本", "Making the edition"),
    Text("存入数据库", "Keeping it"),
)


REASON = "reason"
"""The field at fault where the reason is wanting."""


class PublicationRefused(Refused):
    """A period cannot be published like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be published: a draft or a final edition, why where it replaces one, and who may stay unrated and why."""

    state: State
    reason: str = ""
    excused: tuple[Excuse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The two who sign, by name; `authenticated` where both had signed in to do so."""

    prepared: str
    confirmed: str
    authenticated: bool


def make(  # noqa: PLR0917  what is published, and how it is told
    c: Connection,
    period: Period,
    before: Listed | None,
    wanted: Wanted,
    signers: Signers,
    tell: Tell = silent,
) -> Edition:
    """Return the edition of the period as it is now, after *before*; it is not kept.

    Raises NoUnits, NotPublishable, and PublicationRefused where it would say nothing new.
    """
    tell(_STEPS[0], 0, 4)
    inputs = inputs_of(c, period)
    tell(_STEPS[1], 1, 4)
    standings = standings_of(inputs)
    tell(_STEPS[2], 2, 4)
    statement = Statement(
        county=county.name(c),
        period=period.id,
        state=wanted.state,
        supersedes=before.id if before else None,
        reason=wanted.reason or None,
        prepared_by=signers.prepared,
        confirmed_by=signers.confirmed,
        authenticated=signers.authenticated,
        excused=wanted.excused,
    )
    edition = publish(standings, inputs, statement)
    if before is not None and before.state is wanted.state:
        _refuse_repetition(edition, before, editions.manifest(c, before.id))
    return edition


def keep(c: Connection, period: Period, edition: Edition, tell: Tell = silent) -> None:
    """Keep *edition* and move the period on: by a draft it is posted, by a final edition published."""
    tell(_STEPS[3], 3, 4)

    editions.add(c, edition)
    reached = Phase.POSTED if edition.statement.state is State.DRAFT else Phase.PUBLISHED
    if period.phase.place < reached.place:
        periods.move(c, period.id, reached)


def unsettled(
    c: Connection, period: Period, before: Listed | None, state: State, now: datetime
) -> list[Fault]:
    """Return what has to be settled before an edition of that state: motions on gates, objections, the days of posting."""
    faults = [
        _open_motion(own.number, own.unit)
        for own in gates.of_period(c, period.id)
        if own.state is MotionState.OPEN
    ]
    if state is State.DRAFT:
        return faults
    faults += [_open_objection(own) for own in objections.of_period(c, period.id) if own.state.is_open]
    posting = None if before is None or before.state is State.FINAL else postings.of_edition(c, before.id)
    if posting is not None and not posting.is_over(now):
        faults.append(
            Fault.of(
                f"公示期到 {posting.last} 24:00 才结束（北京时间），之后才能发布正式版本",
                f"the draft is posted until 24:00 on {posting.last} (Beijing time); the final edition comes after that",
            )
        )
    return faults


def out_of_order(period: Period, state: State, before: Listed | None, reason: str) -> Fault | None:
    """Return why an edition of that state cannot follow *before*, None where it can."""
    if state is State.DRAFT and period.phase is Phase.PUBLISHED:
        called = period.phase.called
        return Fault.of(
            f"评定期 {period.id} 处于“{called.zh}”：正式版本已发布，不能再出公示稿；更正请直接发布正式版本，并写明理由",
            f"period {period.id} is {called.en}: a final edition stands; a correction is published as such, with a reason",
        )
    if before is not None and before.state is State.FINAL and not reason:
        return _reasonless(
            f"这一版将取代已发布的 {before.id[:12]}，须写明更正理由",
            f"this replaces the final edition {before.id[:12]}; say why",
        )
    return None


def refuse_all(faults: Sequence[Fault]) -> None:
    """Raise PublicationRefused with *faults*, if there are any."""
    if faults:
        raise PublicationRefused(faults)


def _open_motion(number: int, unit: str) -> Fault:
    return Fault(
        place=Place(field=unit),
        sentence=Text(
            f"第 {number} 号一票否决事项尚待确认；请先确认、否决或撤回",
            f"motion {number} about a gate waits; it must be confirmed, refused or withdrawn first",
        ),
    )


def _open_objection(own: Objection) -> Fault:
    return Fault(
        place=Place(field=own.unit),
        sentence=Text(
            f"第 {own.number} 号异议尚未答复；答复后才能发布正式版本",
            f"objection {own.number} is not answered yet; the final edition comes after that",
        ),
    )


def _refuse_repetition(edition: Edition, before: Listed, kept: Manifest) -> None:
    """Raise PublicationRefused where *edition* says nothing that *before*, whose manifest is *kept*, does not say."""
    if _said_by(kept) == _said_by(read_manifest(edition.manifest)):
        raise PublicationRefused(
            [
                Fault.of(
                    f"自版本 {before.id[:12]} 以来没有任何变化，无须再发布",
                    f"nothing has changed since edition {before.id[:12]}; there is nothing to publish",
                )
            ]
        )


def _said_by(manifest: Manifest) -> tuple[object, ...]:
    """Return what an edition says, whoever signed it and whatever it supersedes; its inputs stand for its results."""
    return (manifest.statement.county, manifest.statement.excused, manifest.inputs)


def _reasonless(zh: str, en: str) -> Fault:
    return Fault(place=Place(field=REASON), sentence=Text(zh, en))
