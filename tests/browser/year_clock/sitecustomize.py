"""A clock that can be set ahead, for a server started with this folder on PYTHONPATH; the service itself knows of none.

Python imports a module of this name before anything else. By how many seconds the clock is ahead stands in the file
that STARS_TESTS_CLOCK names and is read at every look, so that days pass while the server runs. Only what asks
`datetime` for the moment is set ahead, as the service does everywhere.
"""

import datetime as dt
import os
from pathlib import Path

_AHEAD = Path(os.environ["STARS_TESTS_CLOCK"])
_REAL = dt.datetime


class _EveryDatetime(type):
    """Lets every datetime count as one of the class that stands for it here."""

    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, _REAL)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, _REAL)


class _Ahead(_REAL, metaclass=_EveryDatetime):
    """`datetime`, whose present moment is ahead; of the same size, which modules in C look at."""

    __slots__ = ()

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "_Ahead":
        own = _REAL.now(tz) + dt.timedelta(seconds=int(_AHEAD.read_text()))
        return cls.combine(own.date(), own.timetz())


dt.datetime = _Ahead
