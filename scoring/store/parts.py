"""Many ids, keys or numbers in parts that one statement takes: a database binds only so many values at once."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

MOST = 500

_Asked = TypeVar("_Asked", str, int)


def in_parts(wanted: Iterable[_Asked], most: int = MOST) -> Iterator[list[_Asked]]:
    """Yield *wanted* in order, each once, in parts of *most* at most; '' asks for nothing and is left out."""
    every = sorted({own for own in wanted if own != ""})
    for start in range(0, len(every), most):
        yield every[start : start + most]
