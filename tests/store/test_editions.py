"""Editions as they are kept: byte for byte, in one chain a period."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from scoring.canonical import canonical
from scoring.criteria import loader
from scoring.edition import Edition, State
from scoring.errors import UnitUnknown
from scoring.store import bulk, criteria, editions
from scoring.store.editions import EditionOvertaken, EditionUnknown
from scoring.store.tables import edition as table
from scoring.store.tables import edition_unit
from tests.store.years import RARE, SET, criteria_set, edition, open_period


def add(store, *added: Edition) -> None:
    with store.begin() as c:
        for own in added:
            editions.add(c, own)


@pytest.fixture
def year(store):
    """A store in which 2025 and 2026 are open."""
    with store.begin() as c:
        open_period(c, "2025")
        open_period(c, "2026")
    return store


def test_an_edition_comes_back_byte_for_byte(year):
    """Rare characters, long lines and an odd order of codes among them."""
    own = edition(
        codes=("b", "A", "𠮷", "\uff21", RARE),
        words={"long": f"{RARE}0" * 4_000, "quote": '\\"\u2028'},
        reason="改正",
    )
    add(year, own)
    with year.read() as c:
        found = editions.find(c, own.id)
    assert found == own
    assert all(
        type(line) is bytes
        for line in (*found.units, *found.marks, *found.rows, found.standings, found.manifest)
    )


def test_an_edition_without_units_is_one_all_the_same(year):
    add(year, own := edition(codes=()))
    with year.read() as c:
        assert editions.find(c, own.id) == own


def test_lines_come_by_place_and_not_as_they_were_written(year):
    """A database gives rows in any order unless it is asked; the order of lines is part of what is hashed."""
    own = edition(codes=())
    with year.begin() as c:
        editions.add(c, own)
        lines = [(own.id, place, f"A{place}", *[b"%d" % place] * 3) for place in range(50)]
        bulk.insert(c, edition_unit, lines[::-1])
        assert editions.find(c, own.id).units == tuple(b"%d" % place for place in range(50))


def test_an_edition_is_found_by_the_beginning_of_its_id(year):
    """Six characters are what a notice prints; letters in capitals are the same."""
    add(year, own := edition())
    with year.read() as c:
        for length in (6, 12, 63, 64):
            assert editions.find(c, own.id[:length]).id == own.id
            assert editions.find(c, f" {own.id[:length].upper()} ").id == own.id


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("", "too short"),
        ("abcde", "first 6 characters at least"),
        ("000000", "no edition has the id “000000”"),
        ("zzzzzz", "no edition has the id"),
        ("%%%%%%", "no edition has the id"),
        ("______", "no edition has the id"),
        ("f" * 65, "no edition has the id"),
    ],
)
def test_an_id_that_is_none_is_refused_with_the_reason(year, wanted, said):
    add(year, edition())
    with year.read() as c, pytest.raises(EditionUnknown, match=said):
        editions.find(c, wanted)


def test_a_beginning_that_several_share_is_refused_with_all_of_them(year):
    own = edition()
    ids = [f"abcdef{letter}{own.id[7:]}" for letter in "0f9"]
    with year.begin() as c:
        for number, made in enumerate(ids, start=1):
            values = {"number": number, "period": "2026", "state": "draft", "made_at": own_moment()}
            before = ids[number - 2] if number > 1 else None
            c.execute(
                insert(table).values(
                    id=made, supersedes=before, manifest=own.manifest, standings=b"", **values
                )
            )
    with year.read() as c:
        with pytest.raises(EditionUnknown, match="3 editions' ids begin with “abcdef”") as refusal:
            editions.find(c, "abcdef")
        for made in ids:
            assert made[:12] in str(refusal.value)
            assert editions.find(c, made[:7]).id == made


def own_moment():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_editions_are_listed_newest_first_with_what_was_said_of_them(year):
    first = edition()
    second = edition(supersedes=first.id, state=State.FINAL)
    other = edition("2025", state=State.FINAL)
    third = edition(supersedes=second.id, state=State.FINAL, reason=f"{RARE}的异议成立")
    add(year, first, second, other, third)
    with year.read() as c:
        found = editions.listed(c)
        assert editions.listed(c, "2026") == tuple(own for own in found if own.period == "2026")
        assert editions.listed(c, "2024") == ()
    assert [own.id for own in found] == [third.id, other.id, second.id, first.id]
    assert [own.number for own in found] == [4, 3, 2, 1]
    newest = found[0]
    assert (newest.state, newest.supersedes, newest.reason) == (State.FINAL, second.id, f"{RARE}的异议成立")
    assert (newest.prepared_by, newest.confirmed_by) == ("张三", "李四")
    assert found[3].made_at < newest.made_at


def test_the_newest_is_found_for_a_period_and_a_state(year):
    draft = edition()
    final = edition(supersedes=draft.id, state=State.FINAL)
    with year.begin() as c:
        assert editions.newest(c, "2026") is None
        editions.add(c, draft)
        assert editions.newest(c, "2026", State.FINAL) is None
        editions.add(c, final)
    with year.read() as c:
        assert editions.newest(c, "2026").id == final.id
        assert editions.newest(c, "2026", State.FINAL).id == final.id
        assert editions.newest(c, "2026", State.DRAFT).id == draft.id
        assert editions.newest(c, "2025") is None


def test_an_edition_that_was_overtaken_is_refused(year):
    """Two people publish at once: the later one must see first what the other did."""
    first = edition()
    add(year, first)
    for late in (edition(reason="第二个第一版"), edition(supersedes="f" * 64), first):
        with (
            pytest.raises(EditionOvertaken, match=f"张三 published the edition {first.id[:12]} meanwhile"),
            year.begin() as c,
        ):
            editions.add(c, late)
    with year.read() as c:
        assert len(editions.listed(c)) == 1


def test_an_edition_that_supersedes_nothing_there_is_refused(year):
    with pytest.raises(EditionOvertaken, match="no edition that this one could supersede"), year.begin() as c:
        editions.add(c, edition(supersedes="f" * 64))


@pytest.mark.parametrize("case", ["twice_the_first", "superseded_twice", "of_another_period", "of_none"])
def test_the_chain_is_kept_by_the_database_too(year, case):
    """The second net, for whatever forgets to look."""
    first = edition()
    second = edition(supersedes=first.id)
    add(year, first, second)
    values = {
        "twice_the_first": {"period": "2026", "supersedes": None},
        "superseded_twice": {"period": "2026", "supersedes": first.id},
        "of_another_period": {"period": "2025", "supersedes": second.id},
        "of_none": {"period": "2026", "supersedes": "f" * 64},
    }[case]
    more = {
        "id": "e" * 64,
        "number": 9,
        "state": "final",
        "manifest": b"{}",
        "standings": b"",
        "made_at": own_moment(),
    }
    with pytest.raises(IntegrityError), year.begin() as c:
        c.execute(insert(table).values(**more, **values))


def test_an_edition_is_of_the_sets_that_are_kept(year):
    """Its criteria are not stored twice, so they must be the very same."""
    other = criteria_set(full_marks=9)
    own = edition()
    changed = {SET: canonical(loader.document(other))}
    fields = {name: getattr(own, name) for name in own.__slots__}
    with pytest.raises(AssertionError, match="kept as it is published"), year.begin() as c:
        editions.add(c, Edition(**fields | {"criteria": changed}))
    with year.read() as c:
        assert criteria.refs(c) == (SET,)
        assert editions.listed(c) == ()


def test_the_lines_of_one_unit_are_found_by_its_code(year):
    own = edition(codes=("A1", RARE))
    add(year, own)
    with year.read() as c:
        assert editions.unit_lines(c, own.id, RARE) == (own.units[1], own.marks[1], own.rows[1])
        assert editions.unit_lines(c, own.id[:8], "A1") == (own.units[0], own.marks[0], own.rows[0])
        with pytest.raises(UnitUnknown, match=f"{own.id[:12]} has no unit “A9”"):
            editions.unit_lines(c, own.id, "A9")
        with pytest.raises(EditionUnknown):
            editions.unit_lines(c, "f" * 64, "A1")


def test_nothing_is_left_of_an_edition_that_could_not_be_kept(year):
    """Two lines of one unit: the edition's own row is written before they are."""
    with pytest.raises(IntegrityError), year.begin() as c:
        editions.add(c, edition(codes=("A1", "A1")))
    with year.read() as c:
        assert editions.listed(c) == ()
