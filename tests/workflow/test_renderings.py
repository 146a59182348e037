"""What is worked out of an edition is worked out once and kept, and never in the way of who publishes."""

import pytest

from scoring.store import renderings
from scoring.store.engine import Store
from scoring.workflow.keep_renderings import kept_or_made
from tests.workflow import county


@pytest.fixture
def edition(store, tmp_path):
    county.with_marks(store, tmp_path)
    return county.publish(store).id


def test_a_rendering_is_made_once(store, edition):
    made = []

    def make():
        made.append(1)
        return b"<svg/>"

    assert kept_or_made(store, edition, "a.svg", make) == b"<svg/>"
    assert kept_or_made(store, edition, "a.svg", make) == b"<svg/>"
    assert len(made) == 1


def test_a_page_does_not_wait_for_who_is_writing(store, edition, database):
    """The chart is shown all the same, and kept the next time."""
    other = Store.open(database.url, database.schema, patience=50)
    try:
        with store.begin():
            assert kept_or_made(other, edition, "a.svg", lambda: b"<svg/>") == b"<svg/>"
        with store.read() as c:
            assert renderings.names(c, edition) == ()
        kept_or_made(other, edition, "a.svg", lambda: b"<svg/>")
        with store.read() as c:
            assert renderings.names(c, edition) == ("a.svg",)
    finally:
        other.close()
