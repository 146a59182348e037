"""A text in the service's two languages, Chinese first."""

import re
from dataclasses import dataclass
from enum import StrEnum

_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Lang(StrEnum):
    """A language the service speaks."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and in English; where no English was given, the Chinese stands for it."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """Return the text in *lang*."""
        return self.zh if lang is Lang.ZH else self.en


def unwritable(text: str) -> int | None:
    """Return where *text* first holds a control character or another that no file can hold plainly, or None."""
    found = _UNWRITABLE.search(text)
    return None if found is None else found.start()
