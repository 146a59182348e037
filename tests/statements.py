"""What SQLAlchemy makes of a statement, made once a run: a service keeps it with its one engine, each test has its own.

Statements are compiled for a kind of database, not for a file or a schema; so engines of a kind may share them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

_MOST = 4_000

_KEPT: dict[tuple[object, ...], tuple[Dialect, LRUCache[Any, Any]]] = {}


def share_statements() -> None:
    """Let all engines of a kind of database, its release and its driver, share what statements were compiled to."""
    compiled = ClauseElement._compile_w_cache

    def shared(own: ClauseElement, /, dialect: Dialect, *, compiled_cache: Any, **more: Any) -> Any:
        if compiled_cache is not None:
            kind = (type(dialect), dialect.dbapi, dialect.server_version_info)
            dialect, compiled_cache = _KEPT.setdefault(kind, (dialect, LRUCache(_MOST)))
        return compiled(own, dialect, compiled_cache=compiled_cache, **more)

    ClauseElement._compile_w_cache = shared
