"""What was entered in the cells of one mark, as the one text a mark is kept as."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from scoring.criteria.criterion import Criterion
from scoring.marks import MarkRefused, read_value
from scoring.sheets import read_comment, read_mark
from scoring.spreadsheet.scales import Subject
from scoring.texts import Text

_WAIVED = "n/a"
_SEPARATORS = frozenset(";=")


class EntryRefused(ValueError):
    """A mark cannot be read: *cell* is the place of the cell at fault among those of the mark, *sentence* says why."""

    def __init__(self, cell: int, sentence: Text) -> None:
        super().__init__(sentence.en)
        self.cell = cell
        self.sentence = sentence


def entered(subject: Subject, cells: Sequence[str]) -> str:
    """Return the mark in *cells* in canonical text, '' where they are empty. Raises EntryRefused.

    Full-width digits and signs are taken for what they show. A ballot has a cell a grade; written out in its first
    cell (`优秀=12;合格=3`) it is read as well.
    """
    texts = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
    if not any(texts):
        return ""
    if len(texts) == 1 or ("=" in texts[0] and not any(texts[1:])):
        return _read(subject, texts[0], 0)
    assert isinstance(subject, Criterion)
    return _ballot(subject, texts)


def canonical_mark(subject: Subject, mark: str) -> str:
    """Return *mark*, as a draft holds it, in canonical text; as it is where it cannot be read."""
    try:
        return read_mark(subject, mark)
    except MarkRefused:
        return mark


def comment(text: str) -> str:
    """Return a comment in the form it is kept in. Raises EntryRefused."""
    try:
        return read_comment(text)
    except MarkRefused as refusal:
        raise EntryRefused(0, refusal.sentence) from None


def _ballot(criterion: Criterion, texts: Sequence[str]) -> str:
    """Return the ballot whose votes are *texts*, grade by grade; an empty cell is no vote."""
    waived = [text != "" and _is_waived(criterion, text) for text in texts]
    if any(waived):
        others = [cell for cell, text in enumerate(texts) if text and not waived[cell]]
        if others:
            sentence = Text(
                "同一项评议既填了“不适用”又填了票数；请只保留一种",
                "this ballot has both n/a and votes; keep only one of the two",
            )
            raise EntryRefused(others[0], sentence)
        return _WAIVED
    free = replace(criterion, best_share_most=None, least_voters=None)
    votes = []
    for cell, (grade, text) in enumerate(zip(criterion.grades, texts, strict=True)):
        if not _SEPARATORS.isdisjoint(text):
            sentence = Text(f"这一格只填票数，现为“{text}”", f"this cell takes votes only, not “{text}”")
            raise EntryRefused(cell, sentence)
        if text:
            _read(free, f"{grade.id}={text}", cell)
            votes.append(f"{grade.id}={text}")
    return _read(criterion, ";".join(votes), 0)


def _is_waived(criterion: Criterion, text: str) -> bool:
    if not _SEPARATORS.isdisjoint(text):
        return False
    try:
        return read_value(criterion, text) is None
    except MarkRefused:
        return False


def _read(subject: Subject, text: str, cell: int) -> str:
    try:
        return read_mark(subject, text)
    except MarkRefused as refusal:
        raise EntryRefused(cell, refusal.sentence) from None
