"""The statement of an edition, what people say of it and sign, and the manifest that binds it to every member.

The manifest is canonical JSON. It names the hash of every member, so that its own hash stands for everything.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from scoring.canonical import canonical, sha256
from scoring.errors import Place
from scoring.records import Record, parsed, sha256_text, shown, wrong
from scoring.texts import unwritable

FORMAT = 1
"""The version of the manifest, of its members and of the rules of scoring: what verifying has to know."""

MANIFEST = "manifest.json"
"""The name of the manifest among the members of an edition."""

_FIELDS = (
    "format",
    "county",
    "period",
    "state",
    "supersedes",
    "reason",
    "signed",
    "excused",
    "criteria",
    "inputs",
    "members",
)
_SIGNED = ("prepared_by", "confirmed_by", "authenticated")


_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters that break a line, turn its direction or show nothing."""

_VARIATIONS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""What varies the shape of the character before it and shows nothing by itself."""


class State(StrEnum):
    """Whether an edition is posted for comment or final."""

    DRAFT = "draft"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """A unit that may stay unrated in an edition, and why; it counts among the units all the same."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What people say of an edition: of which county and period it is, and what it replaces and why.

    `supersedes` is the id of the period's edition before it, None for the first. `authenticated` says whether the
    two who sign it were known to the service by more than a name; they differ. `excused` is in order of unit.
    """

    county: str
    period: str
    state: State
    supersedes: str | None
    reason: str | None
    prepared_by: str
    confirmed_by: str
    authenticated: bool
    excused: tuple[Excuse, ...] = ()

    def __post_init__(self) -> None:
        if not one_line(self.period) or (self.county and not one_line(self.county)):
            raise ValueError("an edition is of a period, and of a county that may be unnamed")
        if self.reason is not None and not _said(self.reason):
            raise ValueError("the reason of an edition is empty, or cannot be written")
        if not all(one_line(name) and person(name) for name in (self.prepared_by, self.confirmed_by)):
            raise ValueError("an edition is signed by two people")
        if person(self.prepared_by) == person(self.confirmed_by):
            raise ValueError("an edition is signed by two people, not twice by one")
        if not all(one_line(one.unit) and _said(one.reason) for one in self.excused):
            raise ValueError("a unit is excused by its code and with a reason")
        if any(one.unit >= other.unit for one, other in pairwise(self.excused)):
            raise ValueError("units are excused once each, in order of code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says: the statement, the digests of the sets by ref, of the inputs and of every member by name."""

    statement: Statement
    criteria: Mapping[str, str]
    inputs: str
    members: Mapping[str, str]

    def content(self) -> bytes:
        """Return its canonical bytes; their SHA-256 is the edition's id."""
        said = self.statement
        return canonical(
            {
                "format": FORMAT,
                "county": said.county or None,
                "period": said.period,
                "state": said.state.value,
                "supersedes": said.supersedes,
                "reason": said.reason,
                "signed": {
                    "prepared_by": said.prepared_by,
                    "confirmed_by": said.confirmed_by,
                    "authenticated": said.authenticated,
                },
                "excused": [{"unit": one.unit, "reason": one.reason} for one in said.excused],
                "criteria": [{"ref": ref, "digest": digest} for ref, digest in sorted(self.criteria.items())],
                "inputs": self.inputs,
                "members": dict(self.members),
            }
        )


def one_line(words: str) -> bool:
    """Say whether *words* say something in one line, with nothing in them that cannot be seen."""
    hidden = any(unicodedata.category(letter) in _HIDDEN for letter in words)
    return bool(words.strip()) and not hidden and unwritable(words) is None


def person(name: str) -> str:
    """Return *name* folded so that one person's name written in two ways is the same; '' where nothing shows of it."""
    folded = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return "".join(
        letter for letter in folded if unicodedata.category(letter) != "Cf" and letter not in _VARIATIONS
    )


def inputs_hash(members: Mapping[str, str]) -> str:
    """Return the one hash of all inputs from the hashes of their members by name."""
    return sha256(canonical(dict(members)))


def statement_of(manifest: bytes) -> Statement:
    """Return what people say in *manifest*. Raises RecordWrong where it is no manifest of this service."""
    return read_manifest(manifest).statement


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest in *content*. Raises RecordWrong, naming the field, where this service wrote none such."""
    place = Place(file=MANIFEST)
    value = parsed(content, place)
    _check_format(value, place)
    record = Record(value, _FIELDS, place)
    criteria = {}
    for entry in record.list("criteria"):
        own = Record(entry, ("ref", "digest"), record.at("criteria"))
        criteria[own.text("ref")] = own.hash("digest")
    where = record.at("members")
    members = {name: sha256_text(digest, where) for name, digest in record.mapping("members").items()}
    manifest = Manifest(
        statement=_statement(record), criteria=criteria, inputs=record.hash("inputs"), members=members
    )
    if manifest.content() != content:
        raise wrong(
            record.at("criteria"), "标准重复或未按顺序排列", "a set stands there twice or not in order"
        )
    return manifest


def _check_format(value: Any, place: Place) -> None:
    """Raise RecordWrong where the manifest is of a format this version does not know, whatever else it holds."""
    number = value.get("format") if isinstance(value, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and number != FORMAT:
        raise wrong(
            Place(file=place.file, field="format"),
            f"格式为 {shown(number)}，本软件只认识格式 {FORMAT}；请用更新的版本核验",
            f"is of format {shown(number)}; this version knows format {FORMAT} only: verify with a newer one",
        )
    if number != FORMAT or isinstance(number, bool):
        raise wrong(place, "不是本系统的版本清单", "is not the manifest of an edition")


def _statement(record: Record) -> Statement:
    signed = Record(record.any("signed"), _SIGNED, record.at("signed"))
    state = record.text("state")
    if state not in list(State):
        raise wrong(
            record.at("state"), f"没有“{shown(state)}”这种版本", f"there is no state “{shown(state)}”"
        )
    supersedes = None if record.any("supersedes") is None else record.hash("supersedes")
    if person(signed.text("prepared_by")) == person(signed.text("confirmed_by")):
        raise wrong(
            record.at("signed"),
            "制作人与确认人是同一人，版本须由两人签署",
            "is signed twice by one person; an edition is signed by two",
        )
    try:
        return Statement(
            county=record.text_or_none("county") or "",
            period=record.text("period"),
            state=State(state),
            supersedes=supersedes,
            reason=record.text_or_none("reason"),
            prepared_by=signed.text("prepared_by"),
            confirmed_by=signed.text("confirmed_by"),
            authenticated=signed.truth("authenticated"),
            excused=_excused(record),
        )
    except ValueError:
        raise wrong(
            record.place, "文字为空或含有控制字符", "holds a text that is empty or has control characters"
        ) from None


def _excused(record: Record) -> tuple[Excuse, ...]:
    excused: list[Excuse] = []
    for entry in record.list("excused"):
        own = Record(entry, ("unit", "reason"), record.at("excused"))
        unit, reason = own.text("unit"), own.text("reason")
        if excused and unit <= excused[-1].unit:
            raise wrong(
                record.at("excused"),
                "单位重复或未按代码排列",
                "a unit stands there twice or not in order of code",
            )
        excused.append(Excuse(unit=unit, reason=reason))
    return tuple(excused)


def _said(words: str) -> bool:
    """Say whether *words* say something, and can be written."""
    return bool(words.strip()) and unwritable(words) is None
