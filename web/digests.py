"""Digests as people compare and copy them."""

_GROUP = 8


def groups(digest: str) -> str:
    """Return a digest in groups of eight, as it is read out; who verifies may leave the blanks in."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))
