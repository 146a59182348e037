"""What makes a value of a criteria set impossible, said in both languages: the rules its classes check."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scoring.numbers import marks_text, share_text
from scoring.texts import Text

_RESERVED = ("root", "moderation")


class Rule(NamedTuple):
    """A rule: whether it is broken, the field it is about ('' for the whole), and the sentence in both languages.

    *rests* names other fields it was judged by: where one of those could not be read, the rule says nothing.
    """

    broken: bool
    field: str
    zh: str
    en: str
    rests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What is wrong with a value: the field it is in ('' for the whole), a sentence, and fields it rests on."""

    field: str
    sentence: Text
    rests: tuple[str, ...]


class Wrong(ValueError):
    """A value that cannot exist; *claims* says all that is wrong with it."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)
        super().__init__("; ".join(f"{claim.field}: {claim.sentence.en}" for claim in claims))


def refuse(*rules: Rule) -> None:
    """Raise Wrong with every rule that is broken."""
    claims = [Claim(rule.field, Text(rule.zh, rule.en), rule.rests) for rule in rules if rule.broken]
    if claims:
        raise Wrong(claims)


def valid_id(text: str) -> bool:
    """Say whether *text* may be an id: letters (of any script), digits, `_`, `-` and `.`, at most 64."""
    return 0 < len(text) <= 64 and all(char.isalnum() or char in "_-." for char in text)


def id_wrong(text: str, *, name: str = "id", but: str = "") -> Rule:
    """The rule that *text* may be an id; the reserved word *but* is allowed."""
    wrong = not valid_id(text) or (text in _RESERVED and text != but)
    return Rule(
        wrong,
        name,
        f"“{text}”不能作编号：只用文字、数字、“_”“-”“.”，最长 64 字，且不得为 root 或 moderation",
        f"“{text}” cannot be an id: letters, digits, “_”, “-” and “.”, at most 64, and not root or moderation",
    )


def not_positive(name: str, number: int | Fraction | None) -> Rule:
    """The rule that a number, where there is one, is above 0."""
    return Rule(number is not None and number <= 0, name, "须大于 0", "must be above 0")


def wrong_share(name: str, share: Fraction | None) -> Rule:
    """The rule that a share, where there is one, is above 0 and at most 1."""
    wrong = share is not None and not 0 < share <= 1
    shown = share_text(share) if wrong and share is not None else ""
    return Rule(
        wrong,
        name,
        f"应大于 0 且不超过 100%，现为 {shown}",
        f"must be above 0 and at most 100%, is {shown}",
    )


def repeated(name: str, values: Sequence[object], *, marks: bool = False) -> Rule:
    """The rule that no value stands twice; with *marks* values are hundredths."""
    seen: set[object] = set()
    twice = next((value for value in values if value in seen or seen.add(value)), None)  # type: ignore[func-returns-value]
    shown = marks_text(twice) if marks and isinstance(twice, int) else twice
    return Rule(twice is not None, name, f"“{shown}”重复", f"“{shown}” stands there twice")


def wrong_steps(name: str, marks: Sequence[int], full_marks: int) -> list[Rule]:
    """The rules that the entries of levels or bands give marks between 0 and full marks, and some."""
    full = marks_text(full_marks)
    return [
        Rule(not marks, name, "至少要有一档", "needs at least one entry"),
        Rule(any(mark < 0 for mark in marks), name, "分值不能小于 0", "marks cannot be below 0"),
        Rule(
            any(mark > full_marks for mark in marks),
            name,
            f"有一档的分值高于满分 {full}",
            f"one entry gives more than full marks {full}",
            rests=("full_marks",),
        ),
        Rule(
            bool(marks) and max(marks) == 0,
            name,
            "至少一档的分值须大于 0",
            "at least one entry must give marks",
        ),
    ]
