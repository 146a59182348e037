"""Editions are listed, compared, taken out as files, and verified."""

from pathlib import Path

from scoring import bundle
from scoring.differences import Differences, differences
from scoring.edition import Edition, inputs_of
from scoring.errors import Fault, FileRefused, Place
from scoring.spreadsheet.ranking import write_ranking
from scoring.spreadsheet.results import write_results
from scoring.store import editions
from scoring.store.editions import Listed
from scoring.store.engine import Store
from scoring.texts import Lang, Text
from scoring.verification import Verified, verify
from scoring.whole_files import replacing
from scoring.workflow.standings_now import standings_of


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


def export_bundle(store: Store, edition_id: str, path: Path) -> Edition:
    """Write the edition to *path* as a bundle that anybody can verify, and return it. Raises Refused."""
    edition = find_edition(store, edition_id)
    with replacing(path) as draft:
        draft.write_bytes(bundle.pack(edition))
    return edition


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
