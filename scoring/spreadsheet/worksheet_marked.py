"""A worksheet given back: what was filled in, with each faulty cell coloured and told what is wrong."""

from collections.abc import Sequence

from scoring.errors import Fault
from scoring.spreadsheet.worksheet_pages import At
from scoring.spreadsheet.worksheet_reading import Filled
from scoring.spreadsheet.worksheet_sides import Correction
from scoring.spreadsheet.worksheet_writing import written
from scoring.texts import Lang, Text


def marked_back(filled: Filled, faults: Sequence[Fault], lang: Lang) -> bytes:
    """Return the worksheet as it was filled, with *faults* marked on their cells and listed on a sheet of their own.

    It is the same worksheet: once the marked cells are corrected it is read as the first one would have been. Faults
    may be those of `filled` or others at the places of its cells; those of other places are listed only.
    """
    notes, rest = _sorted(filled, faults)
    correction = Correction(
        texts=filled.typed, notes={at: _joined(told) for at, told in notes.items()}, rest=tuple(rest)
    )
    return written(filled.worksheet, filled.layout, lang, correction)


def _sorted(filled: Filled, faults: Sequence[Fault]) -> tuple[dict[At, list[Text]], list[Text]]:
    """Return the sentences by the cell they are about, and those about no cell to fill."""
    notes: dict[At, list[Text]] = {}
    rest = []
    for fault in faults:
        at = filled.where.get(fault.place)
        if at is None:
            rest.append(Text(fault.in_(Lang.ZH), fault.in_(Lang.EN)))
        else:
            notes.setdefault(at, []).append(fault.sentence)
    return notes, rest


def _joined(sentences: Sequence[Text]) -> Text:
    told = list(dict.fromkeys(sentences))
    return Text("\n".join(each.zh for each in told), "\n".join(each.en for each in told))
