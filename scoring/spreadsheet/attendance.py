"""Who stands on an attendance list, CSV or XLSX, as an office keeps it: with a title, columns for signatures, two blocks abreast.

Only the columns of names and numbers are read; whatever else the list holds, merged titles and times of arrival, stays
unread, and is no fault.
"""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from unicodedata import normalize

from scoring.errors import Fault, FileRefused, Place
from scoring.spreadsheet.archive import refusal
from scoring.spreadsheet.grids import OPENING_LINES, Grid, Texts, flaw, open_grid
from scoring.spreadsheet.tables import letters_of
from scoring.texts import Text

_NAMES = frozenset({"姓名", "党员姓名", "党员", "name"})
_CODES = frozenset({"编号", "党员编号", "code", "number"})
_HEADLESS = Text(
    f"前 {OPENING_LINES} 行里没有“姓名”或“编号”这样的表头；请在名单上方加上表头，并把名单放在第一张工作表",
    f"none of the first {OPENING_LINES} rows has a head “name” or “code”; put one above the list, on the first sheet",
)
_NOBODY = Text("表头下面一个人也没有", "nobody stands below the head")


def people_listed(path: Path) -> tuple[str, ...]:
    """Return who stands on the list at *path*, row by row: number and name where it has both, each as it is written.

    The head is the first row, of the first ten, with a column of names or numbers; a list may have several of each, which
    go together from left to right. Raises FileRefused where there is no head or nobody, and with each cell of these
    columns that has no text.
    """
    grid = open_grid(path)
    texts = Texts(grid.place)
    blocks = _blocks(grid, texts)
    found: list[str] = []
    faults: list[Fault] = []
    for row, values in grid.rows:
        for block in blocks:
            cells = [(at, values[at]) for at in block if at < len(values)]
            faults += [
                Fault(place=_cell(grid, row, at), sentence=flaw(value))
                for at, value in cells
                if texts[value] is None
            ]
            found.append(" ".join(filter(None, (texts[value] for _, value in cells))))
    if faults:
        raise FileRefused(faults)
    people = tuple(filter(None, found))
    if not people:
        raise refusal(grid.place, _NOBODY)
    return people


def _blocks(grid: Grid, texts: Texts) -> list[tuple[int, ...]]:
    """Return the columns (from 0) that hold one person each, having read the rows up to the head."""
    for row, values in grid.rows:
        heads = [_folded(texts[value] or "") for value in values]
        codes, names = (_where(heads, known) for known in (_CODES, _NAMES))
        if codes or names:
            return [
                tuple(at for at in pair if at is not None)
                for pair in zip_longest(codes, names, fillvalue=None)
            ]
        if row >= OPENING_LINES:
            break
    raise refusal(grid.place, _HEADLESS)


def _where(heads: Sequence[str], known: frozenset[str]) -> list[int]:
    return [at for at, head in enumerate(heads) if head in known]


def _cell(grid: Grid, row: int, at: int) -> Place:
    return Place(file=grid.place.file, sheet=grid.place.sheet, row=row, column=letters_of(at))


def _folded(head: str) -> str:
    return "".join(normalize("NFKC", head).split()).casefold()
