"""Editions are listed, compared, taken out as files, and verified."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from scoring import bundle
from scoring.canonical import sha256
from scoring.differences import Differences, differences
from scoring.edition import Edition, inputs_of
from scoring.errors import Fault, FileRefused, Place, Refused
from scoring.spreadsheet import results, workbook
from scoring.spreadsheet.ranking import write_ranking
from scoring.spreadsheet.results import write_results
from scoring.statement import Manifest
from scoring.store import editions
from scoring.store.editions import Listed
from scoring.store.engine import Store
from scoring.texts import Lang, Text
from scoring.verification import Verified, verify
from scoring.whole_files import replacing
from scoring.witness import written
from scoring.workflow.keep_renderings import kept_or_made
from scoring.workflow.standings_now import standings_of

_WRITERS = (results, workbook)
_WRITTEN = sha256(b"".join(Path(str(own.__file__)).read_bytes() for own in _WRITERS))[:12]
"""What changes whenever workbooks are written otherwise, so that one kept before is not given for one of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What working an edition out again came to, `at` that time: how much there was, or the `faults` where it differs."""

    at: datetime
    units: int = 0
    rated: int = 0
    marks: int = 0
    evaluators: int = 0
    sets: int = 0
    faults: tuple[Fault, ...] = ()


def list_editions(store: Store) -> tuple[Listed, ...]:
    """Return all editions, the newest first."""
    with store.read() as c:
        return editions.listed(c)


def find_edition(store: Store, edition_id: str) -> Edition:
    """Return the edition of that id, or of the one id that begins so. Raises EditionUnknown."""
    with store.read() as c:
        return editions.find(c, edition_id)


def compare_editions(store: Store, before: str, after: str) -> Differences:
    """Return what moved from one edition to the other, and why. Raises EditionUnknown."""
    with store.read() as c:
        return differences(editions.find(c, before), editions.find(c, after))


def manifest_of(store: Store, edition_id: str) -> Manifest:
    """Return the manifest of that edition. Raises EditionUnknown."""
    with store.read() as c:
        return editions.manifest(c, edition_id)


def bundle_of(store: Store, edition_id: str) -> bytes:
    """Return the edition as a bundle that anybody can verify. Raises Refused."""
    return _bundled(store, edition_id)[1]


def workbook_of(store: Store, edition_id: str, lang: Lang) -> bytes:
    """Return the workbook of results of the edition of that whole id, written once and kept. Raises Refused."""

    def written() -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "results.xlsx"
            export_workbook(store, edition_id, path, lang)
            return path.read_bytes()

    return kept_or_made(store, edition_id, f"results-{lang.value}-{_WRITTEN}.xlsx", written)


def recompute(store: Store, edition_id: str) -> Recomputed:
    """Return what working everything out again from the edition's own marks comes to, faults and all."""
    now = datetime.now(UTC)
    try:
        found = verify(bundle_of(store, edition_id), edition_id)
    except Refused as refused:
        return Recomputed(at=now, faults=refused.faults)
    return Recomputed(
        at=now,
        units=found.units,
        rated=found.rated,
        marks=found.marks,
        evaluators=found.evaluators,
        sets=found.sets,
    )


def export_bundle(store: Store, edition_id: str, path: Path) -> Edition:
    """Write the edition to *path* as a bundle that anybody can verify, and return it. Raises Refused."""
    edition, content = _bundled(store, edition_id)
    with replacing(path) as draft:
        draft.write_bytes(content)
    return edition


def _bundled(store: Store, edition_id: str) -> tuple[Edition, bytes]:
    with store.read() as c:
        edition = editions.find(c, edition_id)
        link = editions.link_of(c, edition.id)
    return edition, bundle.pack(edition, None if link is None else written(link))


def export_workbook(store: Store, edition_id: str, path: Path, lang: Lang) -> Edition:
    """Write the edition's workbook of results to *path* and return the edition. Raises Refused."""
    edition = find_edition(store, edition_id)
    write_results(standings_of(inputs_of(edition)), path, lang)
    return edition


def export_ranking(store: Store, edition_id: str, path: Path, lang: Lang) -> Edition:
    """Write the edition's ranking to *path* as CSV and return the edition. Raises Refused."""
    edition = find_edition(store, edition_id)
    write_ranking(edition, path, lang)
    return edition


def verify_bundle(path: Path, digest: str | None = None) -> Verified:
    """Return what verifying the bundle at *path* found. Raises BundleRefused where anything differs."""
    try:
        if not path.is_file():
            sentence = Text("没有这个文件", "there is no such file")
            raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)])
        with path.open("rb") as file:
            content = file.read(bundle.LARGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = Text(f"打不开文件（{reason}）", f"cannot be opened ({reason})")
        raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)]) from None
    return verify(content, digest)
