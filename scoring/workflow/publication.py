"""A period is published by a command on the server: the two who sign are named, and nobody has signed in."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from scoring.chain import Deed
from scoring.edition import Edition, Excuse, State
from scoring.errors import Fault, Place
from scoring.permissions import Action
from scoring.statement import one_line, person
from scoring.store import editions, periods
from scoring.store.engine import Store
from scoring.texts import Text, unwritable
from scoring.workflow.acting import now_or
from scoring.workflow.make_edition import (
    REASON,
    PublicationRefused,
    Signers,
    Wanted,
    keep,
    make,
    out_of_order,
    refuse_all,
    unsettled,
)
from scoring.workflow.progress import Tell, silent

__all__ = ["PublicationRefused", "SignedBy", "publish_period"]

_LONGEST_NAME, _LONGEST_REASON = 100, 1_000


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
    now: datetime | None = None,
) -> Edition:
    """Publish the period as it is now, in one transaction, and return the edition.

    A draft moves the period to posted, a final edition to published. *excused* gives of units that may stay unrated
    the reason. Raises Refused with everything that stands in the way.
    """
    excuses = sorted((_clean(unit), _clean(why)) for unit, why in (excused or {}).items())
    faults = [*_faults_of_names(signed), *_faults_of_reason(reason), *_faults_of_excuses(excuses)]
    with store.begin(Deed(action=Action.CONFIRM_EDITION.value)) as c:
        period = periods.find(c, period_id)
        before = editions.newest(c, period.id)
        order = out_of_order(period, state, before, _clean(reason))
        if order is not None:
            field = "--reason" if order.place.field == REASON else None
            faults.append(Fault(place=Place(field=field), sentence=order.sentence))
        refuse_all([*faults, *unsettled(c, period, before, state, now_or(now))])
        wanted = Wanted(
            state=state,
            reason=_clean(reason),
            excused=tuple(Excuse(unit=unit, reason=why) for unit, why in excuses),
        )
        signers = Signers(
            prepared=_clean(signed.prepared), confirmed=_clean(signed.confirmed), authenticated=False
        )
        edition = make(c, period, before, wanted, signers, tell)
        keep(c, period, edition, tell)
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


def _fault(field: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(field=field or None), sentence=Text(zh, en))
