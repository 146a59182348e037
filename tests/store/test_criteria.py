"""Criteria sets as the county keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from scoring.canonical import canonical
from scoring.criteria import catalogue, loader
from scoring.errors import CriteriaUnknown
from scoring.store import criteria
from scoring.store.criteria import CriteriaAltered, CriteriaChanged
from scoring.store.tables import criteria_set as table
from tests.store.years import SET, criteria_set


@pytest.mark.parametrize("ref", [ref for ref in catalogue.refs() if ref.startswith("red-flag")])
def test_every_shipped_set_comes_back_as_it_was(store, ref):
    """What is kept is the expanded document; its digest is the one the set had in its file."""
    own = catalogue.find(ref)
    with store.begin() as c:
        criteria.keep(c, own)
    with store.read() as c:
        found = criteria.find(c, ref)
        assert criteria.document_of(c, ref) == canonical(loader.document(own))
    assert loader.digest(found) == catalogue.digests()[ref]


def test_a_set_is_read_once(store):
    """Inputs tell sets apart by who they are, and reading a big one takes longer than reading the marks."""
    with store.begin() as c:
        criteria.keep(c, criteria_set())
        first = criteria.find(c, SET)
    with store.read() as c:
        assert criteria.find(c, SET) is first


def test_the_same_again_is_nothing_and_anything_else_is_refused_by_name(store):
    """A set once used never changes; a correction is another version."""
    with store.begin() as c:
        criteria.keep(c, criteria_set())
    for _ in range(2):
        with store.begin() as c:
            criteria.keep(c, criteria_set())
    with pytest.raises(CriteriaChanged, match=SET), store.begin() as c:
        criteria.keep(c, criteria_set(full_marks=6))
    with store.read() as c:
        assert criteria.refs(c) == (SET,)
        assert criteria.find(c, SET).criteria[0].full_marks == 500


def test_a_refused_set_spoils_nothing_else_of_its_transaction(store):
    """Who catches the refusal may go on; on PostgreSQL that takes a savepoint."""
    with store.begin() as c:
        criteria.keep(c, criteria_set())
        with pytest.raises(CriteriaChanged):
            criteria.keep(c, criteria_set(full_marks=6))
        criteria.keep(c, criteria_set("town@1"))
    with store.read() as c:
        assert criteria.refs(c) == ("town@1", SET)


def test_an_unknown_set_is_refused_with_those_there_are(store):
    with store.read() as c, pytest.raises(CriteriaUnknown, match=r"no set town@1; it keeps: none"):
        criteria.find(c, "town@1")
    with store.begin() as c:
        criteria.keep(c, criteria_set())
    with store.read() as c, pytest.raises(CriteriaUnknown, match=rf"it keeps: {SET}"):
        criteria.find(c, "town@1")


def test_a_set_that_was_altered_in_the_database_is_not_used(store):
    """Somebody who can drop a trigger can put it back; the digest still tells."""
    with store.begin() as c:
        criteria.keep(c, criteria_set("altered@1"))
        drops = (
            ["DROP TRIGGER criteria_set_changed"]
            if c.dialect.name == "sqlite"
            else [f"DROP TRIGGER {name} ON criteria_set" for name in ("kept", "kept_whole")]
        )
        for drop in drops:
            c.exec_driver_sql(drop)
        other = canonical(loader.document(criteria_set("altered@1", full_marks=10)))
        c.execute(update(table).values(document=other))
    with store.read() as c, pytest.raises(CriteriaAltered, match=r"altered@1 .*restore a backup"):
        criteria.find(c, "altered@1")
