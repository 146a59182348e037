"""A branch hands in evidence: a file is on the disk for good before any row names it, and once however often it serves."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from scoring.chain import Deed
from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Place, Refused
from scoring.evidence import LONGEST_REASON, Excuse, UnitYear, asked_by, why_not
from scoring.people import Actor
from scoring.permissions import Action, permit
from scoring.store import chain, evidence, people
from scoring.store.engine import Connection, Store
from scoring.store.files import Files
from scoring.texts import Text, unwritable
from scoring.uploads.intake import inspect
from scoring.uploads.kinds import Kind
from scoring.uploads.names import clean
from scoring.uploads.previews import taken_at
from scoring.workflow.evidence_standing import Standing, standing_of


class EvidenceUnfit(Refused):
    """A file, good in itself, does not serve where it was handed in."""


class ReasonUnfit(Refused):
    """What was written is no reason for too little evidence."""


class StaleReason(Refused):
    """The reason was written anew meanwhile; `theirs` is what stands there now, None where nothing does."""

    def __init__(self, faults: Sequence[Fault], theirs: Excuse | None) -> None:
        self.theirs = theirs
        super().__init__(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What became of a file: its digest, its name, the numbers it now has, and what was odd about its given name.

    `already` are the criteria where that very file stood before; nothing was added there.
    """

    sha256: str
    title: str
    numbers: tuple[int, ...]
    already: tuple[str, ...]
    remarks: tuple[Text, ...] = ()


def hand_in(  # noqa: PLR0917  who, where, for what, and the file
    store: Store,
    files: Files,
    actor: Actor,
    whose: UnitYear,
    criteria: Sequence[str],
    stream: BinaryIO,
    name: str,
) -> HandedIn:
    """Take the file that *stream* brings, called *name*, as evidence of the unit for each of *criteria*, or for none.

    Raises NotAllowed, EvidenceLocked, FileUnfit, and EvidenceUnfit with a fault for each criterion it does not serve.
    """
    with store.read() as c:
        standing = _open(c, actor, whose)
        _known(standing.criteria, criteria)
    taken = files.take(stream, clean(name))
    try:
        accepted = inspect(taken.path, name)
        _refuse_unfit(standing, criteria, accepted.kind, accepted.name, Counter())
        said = taken_at(taken.path, accepted.kind)
        files.keep(taken)
    finally:
        files.drop(taken)
    with _writing(store, actor, whose, standing) as (c, now):
        evidence.keep_file(c, taken.sha256, accepted.kind, accepted.size, said)
        numbers, already = _add(c, now, criteria, taken.sha256, accepted.name, actor.id)
    return HandedIn(
        sha256=taken.sha256, title=accepted.name, numbers=numbers, already=already, remarks=accepted.remarks
    )


def use_again(store: Store, actor: Actor, whose: UnitYear, criteria: Sequence[str], sha256: str) -> HandedIn:
    """Let a file that the unit handed in before, in whatever period, be evidence for each of *criteria* too.

    A file of others is unknown here: to know a digest is not to have the file. Raises NotAllowed, EvidenceLocked,
    EvidenceUnfit, and EvidenceUnknown where the unit never handed in such a file.
    """
    with store.read() as c:
        standing = _open(c, actor, whose)
        _known(standing.criteria, criteria)
    with _writing(store, actor, whose, standing) as (c, now):
        titles = {own.file: own.title for own in evidence.own_files(c, now.codes)}
        if sha256 not in titles:
            raise evidence.unknown_file()
        title = titles[sha256]
        numbers, already = _add(c, now, criteria, sha256, title, actor.id)
    return HandedIn(sha256=sha256, title=title, numbers=numbers, already=already)


def here_already(store: Store, actor: Actor, whose: UnitYear, files: Sequence[str]) -> frozenset[str]:
    """Return those of *files*, by digest, that the unit handed in before and `use_again` takes. Raises NotAllowed."""
    with store.read() as c:
        standing = _open(c, actor, whose)
        return frozenset(own.file for own in evidence.own_files(c, standing.codes)) & frozenset(files)


def take_back(store: Store, actor: Actor, whose: UnitYear, number: int) -> None:
    """Take back the evidence of that number; the file stays, and so does who handed it in and took it back when.

    Raises NotAllowed, EvidenceLocked, and EvidenceUnknown.
    """
    with store.read() as c:
        standing = _open(c, actor, whose)
    with _writing(store, actor, whose, standing) as (c, now):
        own = evidence.find(c, number)
        if (own.period, own.unit) != (now.period.id, now.kept.unit.code):
            raise evidence.unknown(number)
        evidence.end(c, number, actor.id)


def excuse(  # noqa: PLR0917  who, where, for what, the words and what they replace
    store: Store, actor: Actor, whose: UnitYear, criterion: str, reason: str, revision: int
) -> None:
    """Let *reason* be why the unit has too little evidence for the criterion; '' takes it back. No mark changes by it.

    *revision* is that of the reason it replaces, 0 where there was none. Raises NotAllowed, EvidenceLocked,
    ReasonUnfit, and StaleReason where somebody has written another meanwhile.
    """
    words = _reason(reason)
    with store.read() as c:
        standing = _open(c, actor, whose)
        _known(standing.criteria, [criterion])
    with _writing(store, actor, whose, standing) as (c, now):
        before = evidence.newest_excuse(c, now.period.id, now.kept.unit.code, criterion)
        if (0 if before is None else before.revision) != revision:
            raise _stale(c, before)
        if words != ("" if before is None else before.reason):
            evidence.excuse(c, now.period.id, now.kept.unit.code, criterion, words, actor.id)


@contextmanager
def _writing(
    store: Store, actor: Actor, whose: UnitYear, standing: Standing
) -> Iterator[tuple[Connection, Standing]]:
    """Give the connection that writes, and how the unit stands now, still open to *actor*."""
    deed = _deed(actor, standing)
    with store.begin(deed) as c:
        now = _open(c, actor, whose)
        chain.concern(c, f"unit {now.period.id} {now.kept.unit.code}")
        yield c, now


def _open(c: Connection, actor: Actor, whose: UnitYear) -> Standing:
    """Return how the unit stands. Raises NotAllowed and EvidenceLocked unless *actor* may hand in now."""
    standing = standing_of(c, actor, whose)
    closed = standing.closed_to(actor)
    if closed is not None:
        raise closed
    return standing


def _deed(actor: Actor, standing: Standing) -> Deed:
    return permit(actor, Action.SUBMIT_EVIDENCE, standing.setting)


def _known(criteria: CriteriaSet, wanted: Sequence[str]) -> None:
    """Make sure that all of *wanted* are criteria or adjustments of the set. Raises EvidenceUnfit."""
    known = asked_by(criteria)
    faults = [
        Fault(
            place=Place(field=own),
            sentence=Text(
                f"本支部适用的标准里没有“{own}”这一项；请刷新页面后重选",
                f"the branch's criteria have no “{own}”; reload the page and choose again",
            ),
        )
        for own in dict.fromkeys(wanted)
        if own not in known
    ]
    if not wanted:
        sentence = Text("请选择这个文件用于哪一项指标", "choose the criterion that the file is for")
        faults.append(Fault(place=Place(), sentence=sentence))
    if faults:
        raise EvidenceUnfit(faults)


def _refuse_unfit(
    standing: Standing, criteria: Sequence[str], kind: Kind, title: str, there: Counter[str]
) -> None:
    """Raise EvidenceUnfit, with a fault for each of *criteria* where a file of *kind* does not serve."""
    asked = asked_by(standing.criteria)
    titles = {own.id: own.title for own in standing.criteria.subjects}
    reasons = [why_not(asked[own], titles[own], kind, there[own]) for own in dict.fromkeys(criteria)]
    faults = [Fault(place=Place(file=title), sentence=own) for own in reasons if own is not None]
    if faults:
        raise EvidenceUnfit(faults)


def _add(  # noqa: PLR0917  the row's columns
    c: Connection, now: Standing, criteria: Sequence[str], sha256: str, title: str, by: str
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Add the file to each of *criteria* where it is not yet; return the numbers given, and where it was."""
    period, unit = now.period.id, now.kept.unit.code
    before = evidence.of_unit(c, period, unit)
    there = Counter(own.criterion for own in before)
    wanted = dict.fromkeys(criteria)
    already = tuple(
        own for own in wanted if any((one.criterion, one.file) == (own, sha256) for one in before)
    )
    new = [own for own in wanted if own not in already]
    kind = evidence.kind_of(c, sha256)
    assert kind is not None, "a file is noted before it is used"
    _refuse_unfit(now, new, kind, title, there)
    return tuple(evidence.add(c, period, unit, own, sha256, title, by) for own in new), already


def _reason(reason: str) -> str:
    """Return *reason* as it is kept. Raises ReasonUnfit."""
    words = unicodedata.normalize("NFC", reason.replace("\r\n", "\n")).strip()
    if unwritable(words) is not None or len(words) > LONGEST_REASON:
        sentence = Text(
            f"说明最多 {LONGEST_REASON} 字，不含控制字符",
            f"a reason has at most {LONGEST_REASON} characters, and no control characters",
        )
        raise ReasonUnfit([Fault(place=Place(), sentence=sentence)])
    return words


def _stale(c: Connection, theirs: Excuse | None) -> StaleReason:
    if theirs is None:
        return StaleReason([Fault(place=Place(), sentence=_NEVER_WRITTEN)], None)
    who = people.among(c, [theirs.by])
    name = who[theirs.by].name if theirs.by in who else ""
    zh, en = theirs.reason or "（已清空）", theirs.reason or "(taken back)"
    return StaleReason(
        [
            Fault.of(
                f"{name}已在您之前改过这条说明，现为“{zh}”；您写的没有保存，请核对后再存",
                f"{name} changed this reason before you; it now reads “{en}”. Yours was not saved: look, and save again",
            )
        ],
        theirs,
    )


_NEVER_WRITTEN = Text(
    "这一项还没有写过说明；请刷新页面后重新填写",
    "no reason was ever written there; reload the page and write it again",
)
