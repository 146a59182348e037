"""What the county is called."""

from __future__ import annotations

from scoring.store import county


def test_a_county_has_no_name_until_it_is_given_one(store):
    with store.read() as c:
        assert county.name(c) == ""


def test_the_last_name_given_counts(store):
    """A county that became a district keeps its database."""
    with store.begin() as c:
        county.call(c, "青石县")
    with store.begin() as c:
        county.call(c, "青石区")
    with store.read() as c:
        assert county.name(c) == "青石区"


def test_the_same_name_again_adds_nothing(store):
    """Every start of the service may say the name it was configured with."""
    for _ in range(3):
        with store.begin() as c:
            county.call(c, "青石县")
    with store.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM county").scalar() == 1
