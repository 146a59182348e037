"""What a form or a script sends of marks: read into entries, each with the revision it was read at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment, CriteriaSet
from scoring.sheets import BlockCell, Entered

_THEIRS = "theirs"
_NOT_APPLICABLE = "n/a"
_MOST_ENTRIES = 1_000
_MOST_CELLS = 60_000
_LARGEST_REVISION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in a criterion's fields, and what stood there when the page was made."""

    criterion: str
    mark: str
    comment: str
    revision: int
    was: str
    was_comment: str

    @property
    def changed(self) -> bool:
        """Whether anything is other than it was."""
        return (self.mark, self.comment) != (self.was, self.was_comment)

    @property
    def entered(self) -> Entered:
        """The entry it is; a comment that was not touched stays as it is."""
        comment = None if self.comment == self.was_comment else self.comment
        return Entered(criterion=self.criterion, mark=self.mark, comment=comment, revision=self.revision)


def typed_in(form: MultiDict[str, str], criteria: CriteriaSet) -> dict[str, Typed]:
    """Return by criterion what *form* holds; a conflict in which the other's mark was chosen is left out."""
    found: dict[str, Typed] = {}
    for subject in criteria.subjects:
        if f"revision:{subject.id}" in form and form.get(f"take:{subject.id}") != _THEIRS:
            found[subject.id] = _typed(form, subject)
    return found


def entries_in(document: Any) -> list[Entered]:
    """Return the entries of a JSON *document*. What is no such document is answered with 400."""
    return [
        Entered(
            criterion=_text(own, "criterion"),
            mark=_text(own, "mark"),
            comment=None if own.get("comment") is None else _text(own, "comment"),
            revision=_revision(own.get("revision")),
        )
        for own in _list(document, "entries", _MOST_ENTRIES)
        if _is_object(own)
    ]


def cells_in(document: Any) -> list[BlockCell]:
    """Return the cells of a JSON *document*, each [unit, criterion, mark, revision]. What is no such document is answered with 400."""
    cells = []
    for own in _list(document, "cells", _MOST_CELLS):
        match own:
            case [str(unit), str(criterion), str(mark), revision] if unit and criterion:
                cells.append(
                    BlockCell(unit=unit, criterion=criterion, mark=mark, revision=_revision(revision))
                )
            case _:
                abort(400)
    return cells


def mark_typed(form: MultiDict[str, str], subject: Criterion | Adjustment) -> str:
    """Return the mark on *subject* as it was typed: a ballot's counts in one text, `n/a` where that is ticked."""
    own = subject.id
    grades = subject.grades if isinstance(subject, Criterion) else ()
    if form.get(f"na:{own}"):
        return _NOT_APPLICABLE
    if grades:
        counts = [(grade.id, form.get(f"mark:{own}:{grade.id}", "").strip()) for grade in grades]
        return ";".join(f"{grade}={count}" for grade, count in counts if count)
    return form.get(f"mark:{own}", "").strip()


def number_typed(text: str) -> int:
    """Return a revision as a form carries it, 0 where it carries none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _typed(form: MultiDict[str, str], subject: Criterion | Adjustment) -> Typed:
    own = subject.id
    chosen = form.get(f"take:{own}", "")
    return Typed(
        criterion=own,
        mark=mark_typed(form, subject),
        comment=_flat(form.get(f"comment:{own}", "")),
        revision=number_typed(chosen or form[f"revision:{own}"]),
        was=form.get(f"was:{own}", ""),
        was_comment=_flat(form.get(f"was-comment:{own}", "")),
    )


def _flat(text: str) -> str:
    """Return a comment as a field of one line holds it."""
    return text.replace("\r", "").replace("\n", "").strip()


def _list(document: Any, name: str, most: int) -> Sequence[Any]:
    found = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(found, list) or len(found) > most:
        abort(400)
    return found


def _is_object(own: Any) -> bool:
    if not isinstance(own, Mapping):
        abort(400)
    return True


def _text(own: Mapping[str, Any], name: str) -> str:
    found = own.get(name)
    if not isinstance(found, str):
        abort(400)
    return found


def _revision(found: Any) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _LARGEST_REVISION:
        abort(400)
    return found
