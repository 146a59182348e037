"""A text in the service's two languages, Chinese first."""

from dataclasses import dataclass
from enum import StrEnum


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
