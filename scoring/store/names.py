"""Names that rows are found by: of periods, units, stages and evaluators. An index holds only short ones."""

from collections.abc import Iterable

from scoring.errors import Fault, Place, Refused
from scoring.texts import Text
from scoring.units import LONGEST_NAME

_QUOTED = 20


class NameTooLong(Refused):
    """A code or a name by which something is found is longer than any database here can find."""


def refuse_long(names: Iterable[str]) -> None:
    """Raise NameTooLong with every one of *names* that is too long, in order."""
    long = sorted({name for name in names if len(name) > LONGEST_NAME})
    if long:
        raise NameTooLong([Fault(place=Place(), sentence=_too_long(name)) for name in long])


def _too_long(name: str) -> Text:
    quoted = name[:_QUOTED]
    return Text(
        f"“{quoted}…”有 {len(name)} 字；编号、姓名等最长 {LONGEST_NAME} 字",
        f"“{quoted}…” has {len(name)} characters; a code or a name has {LONGEST_NAME} at most",
    )
