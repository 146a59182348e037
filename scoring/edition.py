"""Editions: what is published of a period, immutable, and named by the hash of what it says.

An edition's manifest names the SHA-256 of every member: the criteria, the inputs, the rows and the standings. Its
id is the SHA-256 of the manifest's canonical bytes, so the id stands for everything, and any change is another id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.canonical import canonical, sha256
from scoring.errors import Refused
from scoring.hindrances import hindrances
from scoring.inputs import Inputs
from scoring.rollup import Standings
from scoring.rows import standings_rows, unit_rows
from scoring.statement import (
    FORMAT,
    MANIFEST,
    Excuse,
    Manifest,
    State,
    Statement,
    inputs_hash,
    statement_of,
)
from scoring.transcript import (
    MARKS,
    UNITS,
    criteria_documents,
    criteria_name,
    marks_lines,
    read_inputs,
    unit_lines,
)

__all__ = [
    "FORMAT",
    "MANIFEST",
    "ROWS",
    "STANDINGS",
    "Edition",
    "Excuse",
    "NotPublishable",
    "State",
    "Statement",
    "digest_of",
    "edition_of",
    "hindrances",
    "inputs_of",
    "members",
    "publish",
    "statement_of",
]

ROWS, STANDINGS = "rows.jsonl", "standings.json"
"""The names under which results are published."""


class NotPublishable(Refused):
    """Something stands in the way of publishing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An edition in its canonical bytes; lines are without their line feed and in order of unit code.

    `manifest` is canonical JSON, `id` its SHA-256. `criteria` holds each set's canonical document by ref. Of every
    unit, `units` has who it is, `marks` its markings and `rows` what it came to.
    """

    id: str
    manifest: bytes
    statement: Statement
    criteria: Mapping[str, bytes]
    units: tuple[bytes, ...]
    marks: tuple[bytes, ...]
    rows: tuple[bytes, ...]
    standings: bytes


def publish(standings: Standings, inputs: Inputs, statement: Statement) -> Edition:
    """Return the edition of *standings*, which *inputs* came to; the order of markings is of no account.

    Raises NotPublishable with everything that stands in the way.
    """
    faults = hindrances(standings, statement.excused)
    if faults:
        raise NotPublishable(faults)
    assert standings.ratings.scores.assessments.units == inputs.units, "the standings are of other units"
    return edition_of(
        statement,
        criteria=criteria_documents(inputs),
        units=unit_lines(inputs),
        marks=marks_lines(inputs),
        rows=tuple(map(canonical, unit_rows(standings))),
        standings=canonical(standings_rows(standings)),
    )


def edition_of(
    statement: Statement,
    *,
    criteria: Mapping[str, bytes],
    units: Sequence[bytes],
    marks: Sequence[bytes],
    rows: Sequence[bytes],
    standings: bytes,
) -> Edition:
    """Return the edition of those documents and lines, with the manifest that binds them to *statement*."""
    digests = {ref: sha256(content) for ref, content in sorted(criteria.items())}
    inputs = _input_members(digests, units, marks)
    results = {ROWS: sha256(_lines(rows)), STANDINGS: sha256(standings)}
    manifest = Manifest(
        statement=statement, criteria=digests, inputs=inputs_hash(inputs), members=inputs | results
    ).content()
    return Edition(
        id=sha256(manifest),
        manifest=manifest,
        statement=statement,
        criteria=dict(sorted(criteria.items())),
        units=tuple(units),
        marks=tuple(marks),
        rows=tuple(rows),
        standings=standings,
    )


def digest_of(inputs: Inputs) -> str:
    """Return the digest of *inputs*, as the manifest of an edition made of them names it."""
    digests = {ref: sha256(content) for ref, content in criteria_documents(inputs).items()}
    return inputs_hash(_input_members(digests, unit_lines(inputs), marks_lines(inputs)))


def members(edition: Edition) -> dict[str, bytes]:
    """Return the members of *edition* by name: the manifest, then the others in order of code point."""
    found = {criteria_name(ref): content for ref, content in edition.criteria.items()}
    found |= {
        UNITS: _lines(edition.units),
        MARKS: _lines(edition.marks),
        ROWS: _lines(edition.rows),
        STANDINGS: edition.standings,
    }
    return {MANIFEST: edition.manifest} | dict(sorted(found.items()))


def inputs_of(edition: Edition) -> Inputs:
    """Return the inputs *edition* came from. Raises RecordWrong where they are not as this service writes them."""
    return read_inputs(edition.criteria, edition.units, edition.marks)


def _input_members(
    digests: Mapping[str, str], units: Sequence[bytes], marks: Sequence[bytes]
) -> dict[str, str]:
    """Return the SHA-256 of every member that inputs are published as, by name."""
    members_of_sets = {criteria_name(ref): digest for ref, digest in digests.items()}
    return members_of_sets | {UNITS: sha256(_lines(units)), MARKS: sha256(_lines(marks))}


def _lines(lines: Sequence[bytes]) -> bytes:
    return b"\n".join((*lines, b""))
