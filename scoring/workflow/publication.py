"""A period is published: its marks scored, and what they come to signed by two people and kept for good."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scoring.edition import Edition, Excuse, State, Statement, publish
from scoring.errors import Fault, Place, Refused
from scoring.periods import Period, Phase
from scoring.statement import Manifest, one_line, person, read_manifest
from scoring.store import county, editions, periods
from scoring.store.editions import Listed
from scoring.store.engine import Store
from scoring.texts import Text, unwritable
from scoring.workflow.keep_periods import refused
from scoring.workflow.progress import Tell, silent
from scoring.workflow.standings_now import inputs_of, standings_of

_LONGEST_NAME, _LONGEST_REASON = 100, 1_000
_STEPS = (
    Text("读取评分", "Reading the marks"),
    Text("核算得分与星级", "Working out scores and stars"),
    Text("形成版本", "Making the edition"),
    Text("存入数据库", "Keeping it"),
)


class PublicationRefused(Refused):
    """A period cannot be published like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """The two who sign an edition, by name."""

    prepared: str
    confirmed: str


def publish_period(
    store: Store,
    period_id: str,
    signed: SignedBy,
    state: State,
    *,
    reason: str = "",
    excused: Mapping[str, str] | None = None,
    tell: Tell = silent,
) -> Edition:
    """Publish the period as it is now, in one transaction, and return the edition.

    A draft moves the period to posted, a final edition to published. *excused* gives of units that may stay unrated
    the reason. Raises Refused with everything that stands in the way.
    """
    excuses = sorted((_clean(unit), _clean(why)) for unit, why in (excused or {}).items())
    faults = [*_faults_of_names(signed), *_faults_of_reason(reason), *_faults_of_excuses(excuses)]
    with store.begin() as c:
        period = periods.find(c, period_id)
        before = editions.newest(c, period.id)
        faults += _faults_of_order(period, state, before, reason)
        if faults:
            raise PublicationRefused(faults)
        tell(_STEPS[0], 0, 4)
        inputs = inputs_of(c, period)
        tell(_STEPS[1], 1, 4)
        standings = standings_of(inputs)
        tell(_STEPS[2], 2, 4)
        edition = publish(
            standings,
            inputs,
            Statement(
                county=county.name(c),
                period=period.id,
                state=state,
                supersedes=before.id if before else None,
                reason=_clean(reason) or None,
                prepared_by=_clean(signed.prepared),
                confirmed_by=_clean(signed.confirmed),
                authenticated=False,
                excused=tuple(Excuse(unit=unit, reason=why) for unit, why in excuses),
            ),
        )
        if before is not None and before.state is state:
            _refuse_repetition(edition, before, editions.manifest(c, before.id))
        tell(_STEPS[3], 3, 4)
        editions.add(c, edition)
        reached = Phase.POSTED if state is State.DRAFT else Phase.PUBLISHED
        if period.phase.place < reached.place:
            periods.move(c, period.id, reached)
    return edition


def _clean(words: str) -> str:
    return unicodedata.normalize("NFC", words.strip())


def _faults_of_names(signed: SignedBy) -> Iterator[Fault]:
    for field, name in (("--prepared-by", signed.prepared), ("--confirmed-by", signed.confirmed)):
        if not person(_clean(name)):
            yield _fault(field, "未填姓名", "the name is missing")
        elif len(name) > _LONGEST_NAME or not one_line(name):
            yield _fault(
                field, "姓名过长或含有控制字符", "is too long for a name, or holds control characters"
            )
    if person(signed.prepared) == person(signed.confirmed) != "":
        yield _fault(
            "--confirmed-by",
            "与制作人是同一人；版本须由一人制作、另一人确认",
            "is who prepared it; an edition is prepared by one person and confirmed by another",
        )


def _faults_of_reason(reason: str) -> Iterator[Fault]:
    if len(reason) > _LONGEST_REASON or unwritable(reason) is not None:
        yield _fault("--reason", "文字过长或含有控制字符", "is too long, or holds control characters")


def _faults_of_excuses(excuses: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    """Say which of the (unit, reason) in *excuses*, in order of unit, are none."""
    for unit, reason in excuses:
        if not unit:
            yield _fault("--excuse", f"“{reason}”前面没有写单位代码", f"names no unit before “{reason}”")
        elif not reason:
            yield _fault("--excuse", f"{unit} 没有写理由", f"gives no reason for {unit}")
        elif len(reason) > _LONGEST_REASON or not (one_line(unit) and unwritable(reason) is None):
            yield _fault(
                "--excuse",
                f"{unit} 的理由过长或含有控制字符",
                f"of {unit} is too long, or holds control characters",
            )
    for one, other in pairwise(excuses):
        if one[0] == other[0] != "":
            yield _fault("--excuse", f"{one[0]} 写了两次", f"names {one[0]} twice")


def _faults_of_order(period: Period, state: State, before: Listed | None, reason: str) -> list[Fault]:
    """Say where an edition of that state cannot follow the one before it."""
    if state is State.DRAFT and period.phase is Phase.PUBLISHED:
        return list(
            refused(
                period,
                "正式版本已发布，不能再出公示稿；更正请直接发布，并用 --reason 写明理由",
                "a final edition stands; a correction is published as such, with --reason",
            ).faults
        )
    if before is not None and before.state is State.FINAL and not _clean(reason):
        return [
            _fault(
                "--reason",
                f"这一版将取代已发布的 {before.id[:12]}，须写明更正理由",
                f"this replaces the final edition {before.id[:12]}; say why",
            )
        ]
    return []


def _refuse_repetition(edition: Edition, before: Listed, kept: Manifest) -> None:
    """Raise PublicationRefused where *edition* says nothing that *before*, whose manifest is *kept*, does not say."""
    if _said_by(kept) == _said_by(read_manifest(edition.manifest)):
        raise PublicationRefused(
            [
                _fault(
                    "",
                    f"自版本 {before.id[:12]} 以来没有任何变化，无须再发布",
                    f"nothing has changed since edition {before.id[:12]}; there is nothing to publish",
                )
            ]
        )


def _said_by(manifest: Manifest) -> tuple[object, ...]:
    """Return what an edition says, whoever signed it and whatever it supersedes; its inputs stand for its results."""
    return (manifest.statement.county, manifest.statement.excused, manifest.inputs)


def _fault(field: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(field=field or None), sentence=Text(zh, en))
