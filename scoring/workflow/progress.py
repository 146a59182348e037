"""How far long work has come, told to whoever waits for it."""

from collections.abc import Callable

from scoring.texts import Text

Tell = Callable[[Text, int, int], None]
"""Told what is being done, how much of it is done, and of how much; 0 of 0 where that is not known."""


def silent(_step: Text, _done: int, _total: int) -> None:
    """Tell nobody."""
