"""A bundle verified from nothing but its bytes: every score, star, rank and standing worked out again and compared.

What two people signed is the manifest; it names the hash of everything else. A bundle is sound where all of it is as
this service writes it, fits the manifest, and is what the marks and criteria in it come to.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from scoring.assessment import assemble
from scoring.bundle import BundleRefused, open_bundle
from scoring.canonical import canonical, sha256
from scoring.chain import Head
from scoring.criteria.model import CriteriaSet
from scoring.edition import MANIFEST, ROWS, STANDINGS, Edition, edition_of, hindrances
from scoring.errors import Fault, Place, Refused
from scoring.inputs import Inputs
from scoring.marks import MarkBook, MarkRefused
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.records import NOTHING, RecordWrong, first_difference, parsed, shown
from scoring.rollup import Standings, roll_up
from scoring.rows import standings_rows, unit_rows
from scoring.scores import score
from scoring.stars import rate
from scoring.statement import Manifest, Statement, inputs_hash, read_manifest
from scoring.texts import Text
from scoring.transcript import MARKS, UNITS, criteria_name, read_inputs
from scoring.witness import WITNESS, read_witness

_MOST_ROWS_TOLD = 10
_MOST_FAULTS = 50
_LONGEST = 500
_MOST_WORK = 200_000_000
"""Bits of all numbers of one recomputation; a county of 2,000 branches takes some ten million."""
_MOST_BITS_OF_A_SET = 100_000
_MOST_CRITERIA = 8 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A bundle that holds: its edition, and how much was worked out again.

    `head` is that of the chain as the edition was published; None where the bundle does not say.
    """

    edition: Edition
    units: int
    rated: int
    marks: int
    evaluators: int
    sets: int
    head: Head | None = None


def verify(content: bytes, digest: str | None = None) -> Verified:
    """Return what the bundle in *content* holds, once all of it was worked out again and found the same.

    *digest* is the edition's id as it was printed, in full; case and blanks do not matter. Raises BundleRefused with
    the places that differ, for any bytes whatsoever.
    """
    wanted = None if digest is None else _full_digest(digest)
    opened = open_bundle(content)
    verifying = _Verifying(opened.members, [*opened.damaged])
    if wanted is not None:
        verifying.compare_id(wanted)
    verified = verifying.verified()
    if verifying.faults or verified is None:
        raise BundleRefused(_readable(verifying.faults))
    assert verified.edition.manifest == opened.members[MANIFEST], "all hashes fit, so the manifest does"
    return verified


class _Verifying:
    """One bundle being verified, and the faults so far."""

    def __init__(self, members: Mapping[str, bytes], faults: list[Fault]) -> None:
        self.members, self.faults = dict(members), faults
        self._witness = self.members.pop(WITNESS, None)

    def compare_id(self, wanted: str) -> None:
        """Note where the edition's id is not the one wanted."""
        own = sha256(self.members[MANIFEST])
        if own != wanted:
            self._fault(
                Place(file=MANIFEST),
                f"本文件的版本号是 {own}，不是所给的 {wanted}：不是公告所印的那一版，或内容被改动",
                f"the id of this file is {own}, not {wanted}: it is not the edition that was printed, or was changed",
            )

    def verified(self) -> Verified | None:
        """Return what was verified, or None with the faults noted."""
        try:
            manifest = read_manifest(self.members[MANIFEST])
        except RecordWrong as wrong:
            self.faults += wrong.faults
            return None
        if not self._members_fit(manifest):
            return None
        hashes = {name: sha256(own) for name, own in self.members.items() if name != MANIFEST}
        changed = [name for name, own in hashes.items() if own != manifest.members[name]]
        details: list[Fault] = []
        verified = None
        try:
            verified = self._worked_out(manifest, details)
        except Refused as refused:
            details += refused.faults
        except ArithmeticError:
            sentence = Text("数值过大，无法重算", "holds numbers too large to be worked out again")
            details.append(Fault(place=Place(file=MARKS), sentence=sentence))
        told = {fault.place.file for fault in details}
        for name in changed:
            if name not in told:
                self.faults.append(_changed(name, manifest, hashes, changed))
        self.faults += details
        head = self._head()
        return verified and replace(verified, head=head)

    def _head(self) -> Head | None:
        """Return the head of the chain that stands beside the manifest; None where none does, or it is wrong."""
        if self._witness is None:
            return None
        try:
            return read_witness(self._witness, sha256(self.members[MANIFEST]))
        except RecordWrong as wrong:
            self.faults += wrong.faults
            return None

    def _members_fit(self, manifest: Manifest) -> bool:
        """Note where members, and hashes in the manifest, are not one for each; say whether all are there."""
        sets = {criteria_name(ref): digest for ref, digest in manifest.criteria.items()}
        expected = {*sets, UNITS, MARKS, ROWS, STANDINGS}
        before = len(self.faults)
        for name in sorted(expected - self.members.keys()):
            self._fault(Place(file=shown(name)), "压缩包中缺少此文件", "is missing from the bundle")
        for name in sorted(self.members.keys() - expected - {MANIFEST}):
            self._fault(
                Place(file=shown(name)),
                "不是清单中的文件，不应在压缩包中",
                "is not in the manifest and should not be in the bundle",
            )
        if manifest.members.keys() != expected:
            odd = ", ".join(map(shown, sorted(manifest.members.keys() ^ expected)))
            self._fault(
                Place(file=MANIFEST, field="members"), f"多出或缺少 {odd}", f"has {odd} too many or too few"
            )
        if len(self.faults) > before:
            return False
        for name, digest in sets.items():
            if manifest.members[name] != digest:
                self._fault(
                    Place(file=MANIFEST, field=f"criteria {shown(name)}"),
                    "同一套标准有两个不同的指纹",
                    "gives two digests for one criteria set",
                )
        inputs = {name: manifest.members[name] for name in expected - {ROWS, STANDINGS}}
        if inputs_hash(inputs) != manifest.inputs:
            self._fault(
                Place(file=MANIFEST, field="inputs"),
                "与各输入文件的指纹不符",
                "does not fit the hashes of the files of inputs",
            )
        return True

    def _worked_out(self, manifest: Manifest, details: list[Fault]) -> Verified:
        """Work everything out again from the inputs and note in *details* where it differs. Raises Refused."""
        criteria = {ref: self.members[criteria_name(ref)] for ref in manifest.criteria}
        if sum(map(len, criteria.values())) > _MOST_CRITERIA:
            raise _refused(Place(file="criteria"), "评分标准过大", "the criteria sets are too large")
        units, marks, rows = (_lines(name, self.members[name]) for name in (UNITS, MARKS, ROWS))
        inputs = read_inputs(criteria, units, marks)
        _check_size(inputs)
        book = _book(inputs)
        standings = roll_up(rank(limit(rate(score(assemble(inputs.units, book))))))
        details += _differing_rows(rows, standings)
        details += _differing_standings(self.members[STANDINGS], standings)
        details += _not_publishable(standings, manifest.statement)
        edition = edition_of(
            manifest.statement,
            criteria=criteria,
            units=units,
            marks=marks,
            rows=rows,
            standings=self.members[STANDINGS],
        )
        scores = standings.ratings.scores
        return Verified(
            edition=edition,
            units=len(units),
            rated=int(scores.rated.sum()),
            marks=sum(len(marking.marks) for marking in inputs.markings),
            evaluators=len({marking.evaluator for marking in inputs.markings}),
            sets=len(criteria),
        )

    def _fault(self, place: Place, zh: str, en: str) -> None:
        self.faults.append(Fault(place=place, sentence=Text(zh, en)))


def _changed(name: str, manifest: Manifest, hashes: Mapping[str, str], changed: Sequence[str]) -> Fault:
    """Return the fault of a member that does not fit its hash in the manifest, and of which no line can be named.

    It is the manifest that was changed where the inputs together fit it, and results are what they come to.
    """
    results = {ROWS, STANDINGS}
    inputs = {own: digest for own, digest in hashes.items() if own not in results}
    if inputs_hash(inputs) == manifest.inputs and (name not in results or results.issuperset(changed)):
        return Fault(
            place=Place(file=MANIFEST, field=f"members {shown(name)}"),
            sentence=Text(
                "指纹被改动：文件本身与其他各项相符",
                "is a hash that was changed: the file itself fits all the rest",
            ),
        )
    return Fault(
        place=Place(file=shown(name)),
        sentence=Text(
            "内容与清单中的指纹不符，签署之后被改动",
            "does not fit its hash in the manifest: it was changed after it was signed",
        ),
    )


def _readable(faults: Sequence[Fault]) -> list[Fault]:
    """Return the first of *faults*, as they may be shown whatever a file holds: short, without control characters."""
    found = [
        Fault(
            place=fault.place,
            sentence=Text(shown(fault.sentence.zh, _LONGEST), shown(fault.sentence.en, _LONGEST)),
        )
        for fault in faults[:_MOST_FAULTS]
    ]
    if len(faults) > _MOST_FAULTS:
        more = len(faults) - _MOST_FAULTS
        sentence = Text(f"另有 {more} 处也不相符", f"{more} more places differ as well")
        found.append(Fault(place=faults[_MOST_FAULTS].place, sentence=sentence))
    return found


def _full_digest(digest: str) -> str:
    """Return *digest* without blanks, in lower case. Raises BundleRefused where it is not a whole one."""
    folded = "".join(unicodedata.normalize("NFKC", digest).split()).lower()
    if len(folded) != 64 or not set(folded) <= set("0123456789abcdef"):
        raise _refused(
            Place(),
            f"所给的版本号不完整：须是 64 位（0–9、a–f），现为“{shown(digest)}”（{len(folded)} 位）",
            f"the digest given is not a whole one: 64 digits (0–9, a–f) are needed, not “{shown(digest)}” ({len(folded)})",
        )
    return folded


def _lines(name: str, content: bytes) -> tuple[bytes, ...]:
    """Return the lines of a member. Raises BundleRefused where the last one has no line feed."""
    if not content:
        return ()
    lines = content.split(b"\n")
    if lines.pop():
        place = Place(file=name, line=len(lines) + 1)
        raise _refused(place, "最后一行不完整", "is a last line that is not whole")
    return tuple(lines)


def _check_size(inputs: Inputs) -> None:
    """Raise BundleRefused where the numbers are more, or longer, than those of any county."""
    units: dict[int, int] = {}
    sets = {id(criteria): criteria for criteria in inputs.sets}
    of = {unit.code: id(own) for unit, own in zip(inputs.units, inputs.sets, strict=True)}
    for own in of.values():
        units[own] = units.get(own, 0) + 1
    slots = dict.fromkeys(sets, 1)
    evaluators: dict[tuple[str, str], int] = {}
    for marking in inputs.markings:
        key = (marking.unit, marking.stage)
        count = evaluators[key] = evaluators.get(key, 0) + 1
        slots[of[marking.unit]] = max(slots[of[marking.unit]], count)
    work = 0
    for key_of_set, criteria in sets.items():
        bits = _bits(criteria)
        work += units[key_of_set] * (bits + 32 * len(criteria.subjects) * slots[key_of_set])
        if bits > _MOST_BITS_OF_A_SET:
            raise _refused(
                Place(file=criteria_name(criteria.ref)),
                "数值位数过长，不予重算",
                "has numbers longer than any criteria set's, and is not worked out",
            )
    if work > _MOST_WORK:
        raise _refused(
            Place(file=MARKS),
            "数据量远超一个县，不予重算",
            "holds more than any county has, and is not worked out",
        )


def _bits(criteria: CriteriaSet) -> int:
    """Return how long the numbers of *criteria* are, all together: what an exact score may need at the most."""
    numbers = [criteria.score.ceiling]
    for part in criteria.root.all_parts():
        numbers += [part.ceiling, *([part.weight] if part.weight is not None else [])]
        numbers += [own.share_of_tree for own in part.criteria]
        numbers += [bound for own in part.criteria if own.line for bound in (own.line.start, own.line.end)]
    fixed = 32 * (len(criteria.subjects) + sum(len(own.grades) for own in criteria.criteria))
    return fixed + sum(one.numerator.bit_length() + one.denominator.bit_length() for one in numbers)


def _book(inputs: Inputs) -> MarkBook:
    """Return the book with every marking taken. Raises BundleRefused, naming the line of one that does not fit."""
    try:
        return inputs.book()
    except MarkRefused:
        pass
    book = MarkBook(inputs.units, inputs.sets)
    lines = {unit.code: number for number, unit in enumerate(inputs.units, 1)}
    for marking in inputs.markings:
        try:
            book.take([marking])
        except MarkRefused as refused:
            field = " ".join(map(shown, (marking.unit, marking.stage, marking.evaluator)))
            place = Place(file=MARKS, line=lines[marking.unit], field=field)
            raise BundleRefused([Fault(place=place, sentence=refused.sentence)]) from None
    raise AssertionError("the book refused the markings together, and none of them alone")


def _differing_rows(recorded: Sequence[bytes], standings: Standings) -> list[Fault]:
    """Return where the rows recorded are not those worked out again: the first few, then how many more."""
    faults = []
    differing = 0
    units = standings.ratings.scores.assessments.units
    pairs = zip_longest(recorded, unit_rows(standings))
    for number, (line, row) in enumerate(pairs, 1):
        if line is not None and row is not None and line == canonical(row):
            continue
        differing += 1
        if differing <= _MOST_ROWS_TOLD:
            code = units[number - 1].code if row is not None else None
            faults.append(_of_row(Place(file=ROWS, line=number), code, line, row))
    if differing > _MOST_ROWS_TOLD:
        more = differing - _MOST_ROWS_TOLD
        sentence = Text(f"另有 {more} 行也不相符", f"{more} more lines differ as well")
        faults.append(Fault(place=Place(file=ROWS), sentence=sentence))
    return faults


def _of_row(place: Place, code: str | None, line: bytes | None, row: Any) -> Fault:
    """Return the fault of one row that differs."""
    if code is None:
        return Fault(
            place=place,
            sentence=Text("多出的一行，没有这个单位", "is a line too many; there is no such unit"),
        )
    place = replace(place, field=shown(code))
    if line is None:
        return Fault(place=place, sentence=Text("缺少这一行", "this line is missing"))
    try:
        recorded = parsed(line, place)
    except RecordWrong as wrong:
        return wrong.faults[0]
    unit = recorded.get("unit") if isinstance(recorded, dict) else None
    if unit != code:
        sentence = Text(
            f"应是单位 {shown(code)} 的一行，却是 {shown(unit)}",
            f"must be the line of the unit {shown(code)}, and is that of {shown(unit)}",
        )
        return Fault(place=place, sentence=sentence)
    return _told(place, recorded, row)


def _differing_standings(content: bytes, standings: Standings) -> Iterator[Fault]:
    """Yield where the standings recorded are not those worked out again."""
    own = standings_rows(standings)
    if content != canonical(own):
        place = Place(file=STANDINGS)
        try:
            yield _told(place, parsed(content, place), own)
        except RecordWrong as wrong:
            yield from wrong.faults


def _told(place: Place, recorded: Any, own: Any) -> Fault:
    """Return the fault of two documents that differ: the first field that does, and what each says."""
    path, left, right = first_difference(recorded, own)
    field = " ".join(filter(None, (place.field, *map(shown, path)))) or None
    return Fault(
        place=replace(place, field=field),
        sentence=Text(
            f"记录为 {_quoted(left, '无')}，按本文件中的评分与标准重算为 {_quoted(right, '无')}",
            f"is recorded as {_quoted(left, 'nothing')}; worked out again from the marks and criteria in this file "
            f"it is {_quoted(right, 'nothing')}",
        ),
    )


def _quoted(value: Any, nothing: str) -> str:
    return nothing if value is NOTHING or value is None else f"“{shown(value)}”"


def _not_publishable(standings: Standings, statement: Statement) -> Iterator[Fault]:
    """Yield what should have kept the edition from being published."""
    for fault in hindrances(standings, statement.excused):
        yield Fault(
            place=replace(fault.place, file=MANIFEST),
            sentence=Text(
                f"按规则不能发布：{fault.sentence.zh}",
                f"could not have been published: {fault.sentence.en}",
            ),
        )


def _refused(place: Place, zh: str, en: str) -> BundleRefused:
    return BundleRefused([Fault(place=place, sentence=Text(zh, en))])
