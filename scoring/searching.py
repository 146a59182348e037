"""Names found as people look for them: by a part of the name, by the code, by pinyin or its initials."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Written:
    """One name in the forms it is looked for: as written, its code, its pinyin in full, and the initials."""

    name: str
    code: str
    pinyin: str
    initials: str


class Names:
    """Names that can be searched, in the order they were given."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take pairs of a code (may be '') and a name."""
        self._written = [_written(code, name) for code, name in names]
        self._places = {
            place: order
            for order, place in enumerate(
                sorted(
                    range(len(self._written)),
                    key=lambda place: (self._written[place].pinyin, self._written[place].name),
                )
            )
        }

    def matching(self, words: str) -> tuple[int, ...]:
        """Return the places of the names that match each of *words*, in order; all where nothing is asked.

        A word matches where it stands in the name, the code or the initials, or begins a syllable of the pinyin.
        """
        wanted = [_folded(word) for word in words.split()]
        return tuple(
            place
            for place, written in enumerate(self._written)
            if all(_matches(written, word) for word in wanted)
        )

    def order(self, place: int) -> int:
        """Return where the name at that place stands among all in order of pinyin."""
        return self._places[place]


def _written(code: str, name: str) -> _Written:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 every command would load all readings there are

    folded = _folded(name)
    syllables = " ".join(lazy_pinyin(folded, style=Style.NORMAL, errors=" ".join)).split()
    return _Written(
        name=folded,
        code=_folded(code),
        pinyin=" ".join(syllables),
        initials="".join(syllable[0] for syllable in syllables),
    )


def _matches(written: _Written, word: str) -> bool:
    return (
        word in written.name
        or word in written.code
        or word in written.initials
        or f" {word}" in f" {written.pinyin}"
        or (len(word) > 1 and f" {word}" in _joined(written))
    )


def _joined(written: _Written) -> str:
    """Return the pinyin without gaps, from every syllable on, so that `xishan` finds 西山."""
    syllables = written.pinyin.split(" ")
    return "".join(f" {''.join(syllables[place:])}" for place in range(len(syllables)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
