"""Places in a page that differ by who asks, so that the rest of it can be made once for all.

A page that is kept has a mark at each such place; what belongs there is put in on the way out, never into what is kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from markupsafe import Markup

Slots = dict[str, Callable[[], str]]


def put(app: Flask, name: str, make: Callable[[], str]) -> None:
    """Let *make* say what stands at the place *name* of every page, in each request anew."""
    app.extensions.setdefault("stars_slots", {})[name] = make


def slot(name: str) -> Markup:
    """Return what stands at the place *name*, or its mark where the page is being made for all."""
    if g.get("for_all", False):
        return Markup(_mark(name))  # noqa: S704  a name of our own
    return Markup(_slots()[name]())  # noqa: S704  made by templates of our own


@contextmanager
def for_all() -> Iterator[None]:
    """Let pages made within be for everybody."""
    g.for_all = True
    try:
        yield
    finally:
        g.for_all = False


def filled(page: str) -> str:
    """Return *page* with what belongs at its places for who asks now."""
    for name, make in _slots().items():
        mark = _mark(name)
        if mark in page:
            page = page.replace(mark, make())
    return page


def _slots() -> Slots:
    found: Slots = current_app.extensions.get("stars_slots", {})
    return found


def _mark(name: str) -> str:
    """Return the mark of a place; no text of anybody's becomes one, as < is escaped in all of them."""
    return f"<!--slot:{name}-->"
