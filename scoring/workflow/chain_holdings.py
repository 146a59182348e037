"""What hangs on the rows that the chain covers: names, criteria sets, editions and files, each by a digest in such a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from scoring import bundle
from scoring.canonical import sha256
from scoring.chain import edition_subject
from scoring.edition import MANIFEST, ROWS, STANDINGS
from scoring.errors import Fault, Place, Refused
from scoring.people import named
from scoring.store import soundness
from scoring.store.engine import Connection
from scoring.store.files import FileLost, Files
from scoring.store.soundness import EditionKept
from scoring.texts import Text
from scoring.transcript import MARKS, UNITS, criteria_name
from scoring.verification import verify

_SHORT = 12


def name_faults(c: Connection) -> tuple[int, tuple[Fault, ...]]:
    """Return of how many revisions the names are not kept any more, and what is wrong with those that are."""
    people = _People(c)
    stray = (
        _fault(
            "person_name", f"{person} {revision}", "不属于任何人的任何一版", "is of no revision of anybody"
        )
        for person, revision in soundness.stray_names(c)
    )
    return people.erased, (*people.faults(), *stray)


class _People:
    """The names of all people, revision by revision, and whose each sign-in name and signature is."""

    def __init__(self, c: Connection) -> None:
        self._revisions = list(soundness.names(c))
        self._claims = {(own.table, own.words): own.person for own in soundness.claims(c)}
        self.erased = sum(own.names is None for own in self._revisions)

    def faults(self) -> Iterator[Fault]:
        """Yield where names are not those that were entered, and where one is not whose it was."""
        had = set()
        for own in self._revisions:
            if own.names is None:
                continue
            login, name, signs_as, salt = own.names
            had |= {("person_login", login, own.person), ("person_signature", signs_as, own.person)}
            if _named(salt, login, name, signs_as) != own.digest:
                yield _fault(
                    "person_name",
                    f"{own.person} {own.revision}",
                    "登录名、姓名或签名不是当时登记的：被改动过",
                    "is not the sign-in name, name or signature that was entered: altered",
                )
        for table, words, person in sorted(had):
            if self._claims.get((table, words)) != person:
                yield _fault(
                    table, person, "登录名或签名被改归他人或删去", "was given to somebody else, or taken away"
                )
        gone = {own.person for own in self._revisions if own.names is None}
        for (table, words), person in self._claims.items():
            if person not in gone and (table, words, person) not in had:
                yield _fault(
                    table,
                    person,
                    "所属的人从未用过这个登录名或签名",
                    "is somebody's who never had that sign-in name or signature",
                )


def _named(salt: str, login: str, name: str, signs_as: str) -> str:
    """Return the digest of names; '' where they are in no form that is ever kept."""
    try:
        return named(salt, login, name, signs_as)
    except ValueError:
        return ""


def set_faults(c: Connection) -> Iterator[Fault]:
    """Yield which criteria sets are not what was kept under their names."""
    for ref, digest, document in soundness.sets(c):
        if sha256(document) != digest:
            yield _fault("criteria_set", ref, "内容与指纹不符，被改动过", "does not fit its digest: altered")


def edition_faults(c: Connection, subjects: Mapping[int, tuple[str, ...]]) -> tuple[int, tuple[Fault, ...]]:
    """Return how many editions there are, and what is wrong with them, once all was worked out again.

    *subjects* is what every link is about.
    """
    found = 0
    faults: list[Fault] = []
    for own in soundness.editions(c):
        found += 1
        faults += _Held(own).faults()
        if own.link is not None and edition_subject(own.id) not in subjects.get(own.link, ()):
            faults.append(
                _fault(
                    "edition",
                    own.id[:_SHORT],
                    f"第 {own.link} 环没有提到它",
                    f"link {own.link} says nothing of it",
                )
            )
    for table, own_id in soundness.stray_parts(c):
        faults.append(_fault(table, own_id[:_SHORT], "不属于任何版本", "is of no edition that there is"))
    return found, tuple(faults)


@dataclass(frozen=True, slots=True)
class _Held:
    """An edition as it lies in the database."""

    kept: EditionKept

    def faults(self) -> Iterator[Fault]:
        """Yield what differs from what was published: by the bundle it makes, and by the columns it is found by."""
        try:
            verified = verify(bundle.packed(self._members()), self.kept.id)
        except Refused as refused:
            for fault in refused.faults:
                where = " ".join(filter(None, (self._name, fault.place.file)))
                place = Place(file=where, line=fault.place.line, field=fault.place.field)
                yield Fault(place=place, sentence=fault.sentence)
        else:
            own = verified.edition.statement
            if (own.period, own.state.value, own.supersedes) != (
                self.kept.period,
                self.kept.state,
                self.kept.supersedes,
            ):
                yield self._fault(
                    "评定期、性质或所取代的版本与清单不符", "is found by other words than its manifest's"
                )
        for number, line in enumerate(self.kept.lines):
            if line.place != number or _code(line.unit) != line.code:
                yield self._fault(
                    f"第 {number + 1} 行的位置或单位代码被改动",
                    f"has line {number + 1} under another place or code",
                )

    @property
    def _name(self) -> str:
        return f"edition {self.kept.id[:_SHORT]}"

    def _fault(self, zh: str, en: str) -> Fault:
        return Fault(place=Place(file=self._name), sentence=Text(zh, en))

    def _members(self) -> dict[str, bytes]:
        kept = self.kept
        found = {criteria_name(ref): document for ref, document in kept.sets.items()}
        found |= {
            UNITS: _lines([line.unit for line in kept.lines]),
            MARKS: _lines([line.marks for line in kept.lines]),
            ROWS: _lines([line.row for line in kept.lines]),
            STANDINGS: kept.standings,
        }
        return {MANIFEST: kept.manifest} | dict(sorted(found.items()))


def file_faults(named_files: tuple[str, ...], files: Files) -> Iterator[Fault]:
    """Yield which of the files named are not there, or are others now; every file is read."""
    for sha in named_files:
        try:
            files.path(sha)
        except (FileLost, ValueError):
            yield _fault("evidence_file", sha, "文件夹里没有这个文件", "is not in the folder")
            continue
        if not files.check(sha):
            yield _fault(
                "evidence_file",
                sha,
                "文件夹里的文件已不是原来的那个",
                "is in the folder, and is not the file that was handed in",
            )


def _fault(table: str, key: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(file=table, field=key), sentence=Text(zh, en))


def _lines(lines: list[bytes]) -> bytes:
    return b"\n".join((*lines, b""))


def _code(unit_line: bytes) -> str | None:
    try:
        found = orjson.loads(unit_line)
    except orjson.JSONDecodeError:
        return None
    return found.get("unit") if isinstance(found, dict) else None
