"""Spot checks: units drawn by a seed that is written down, so that anybody can draw the very same again."""

from collections.abc import Iterable

from scoring.canonical import sha256


def drawn(seed: str, codes: Iterable[str], wanted: int) -> tuple[str, ...]:
    """Return *wanted* of *codes*, or all where there are fewer, in order of the SHA-256 of the seed and the code."""
    order = sorted(set(codes), key=lambda code: (sha256(f"{seed}{code}".encode()), code))
    return tuple(order[:wanted])
