"""The chain as it grows: each transaction that writes what it covers is one link, which says just what was written."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from scoring.canonical import sha256
from scoring.chain import BY_COMMAND, Deed, broken, content_of, line_of, shares
from scoring.store import chain, county, coverage, links, periods, standing
from scoring.store.address import database_at
from scoring.store.engine import Store
from scoring.store.links import Wanted
from scoring.store.preparation import bring, prepare
from scoring.store.tables import METADATA
from tests.store.frozen import frozen, pour
from tests.store.workers import AT, CLERK
from tests.store.years import SET, fill, open_period

COVERED_LEAST = 35


def told(store: Store) -> list:
    with store.read() as c:
        return list(links.every(c))


def unlike(store: Store) -> list[int | None]:
    """Return the links whose content is not what is there, and those rows name that there are not."""
    with store.read() as c:
        said = {own.number: own.content for own in links.every(c)}
        found: dict[int | None, coverage.Lines] = {}
        for number, lines in coverage.lines_by_link(c):
            own = found.setdefault(1 if number is None else number, {})
            for table, more in lines.items():
                own.setdefault(table, []).extend(more)
    return [
        number
        for number in said.keys() | found.keys()
        if said.get(number) != content_of(found.get(number, {}))
    ]


@pytest.fixture
def anybody(monkeypatch):
    """Deeds are anybody's, whether there is such a person or not."""
    monkeypatch.setattr(standing, "check", lambda _c, _deed: None)


@pytest.mark.usefixtures("anybody")
def test_a_transaction_is_a_link(store):
    """Who, in which role, what, about what; and one that wrote nothing covered is none."""
    deed = Deed(person=CLERK, role="administrator", action="open_period", subjects=("period 2026",))
    with store.begin(deed) as c:
        open_period(c, codes=("A1",))
        chain.concern(c, "unit 2026 A1", "period 2026")
    with store.begin() as c:
        county.name(c)
    (own,) = told(store)
    assert (own.number, own.previous, own.before) == (1, "", "")
    assert own.deed == Deed(
        person=CLERK,
        role="administrator",
        action="open_period",
        subjects=("period 2026", "unit 2026 A1"),
    )
    assert [(share.table, share.rows) for share in shares(own.content)] == [
        ("criteria_set", 1),
        ("import", 1),
        ("period", 1),
        ("period_criteria", 1),
        ("phase_move", 1),
        ("unit_revision", 1),
    ]
    assert unlike(store) == []


def test_links_hold_the_one_before(store):
    """In the chain, and about the same subject."""
    for name in ("青石县", "青石区", "青石市"):
        with store.begin(Deed(subjects=("county",) if name != "青石区" else ("period 2026",))) as c:
            county.call(c, name)
    one, two, three = told(store)
    assert [two.previous, three.previous] == [one.hash, two.hash]
    assert [one.before, two.before, three.before] == ["", "", one.hash]
    assert list(broken((one, two, three))) == []


def test_every_covered_table_is_covered_as_it_reads_back(store):
    """What is digested when it is written is what anybody digests who reads it, of every type there is."""
    with store.begin() as c:
        fill(c)
    (own,) = told(store)
    names = {share.table for share in shares(own.content)}
    assert names == {table.name for table in coverage.covered()}
    assert len(names) > COVERED_LEAST
    assert unlike(store) == []


def test_tables_are_covered_but_for_these():
    """Whoever adds a table decides: covered, or named here with what makes up for it."""
    apart = {
        "answered": "answers to requests, kept for a repetition",
        "chain_link": "the chain",
        "link_subject": "the chain: a link's hash holds its subjects",
        "code_tried": "what was typed at a till and was no code",
        "draft": "counts only when it is signed, and then it is a marking",
        "edition_criteria": "the edition's id",
        "edition_rendering": "worked out of an edition, can be made anew",
        "edition_unit": "the edition's id",
        "entry": "follows from the transfers, and is made anew to compare",
        "member_code": "the digest of names in member_revision",
        "member_name": "the digest of names in member_revision",
        "notice": "what somebody was told",
        "notice_seen": "what somebody was told",
        "person_login": "the digest of names in person_revision",
        "person_name": "the digest of names in person_revision",
        "person_signature": "the digest of names in person_revision",
        "redemption_code": "a code counts only when it is redeemed, and then the redemption names it",
        "session": "who was signed in",
        "session_end": "who was signed in",
        "session_seen": "who was signed in",
        "sign_in": "who was signed in",
    }
    assert {table.name for table in METADATA.sorted_tables} - apart.keys() == {
        table.name for table in coverage.covered()
    }


def test_what_is_added_without_the_chain_shows(store):
    """Negative control of the two tests above."""
    with store.begin() as c:
        fill(c)
    values = {"day": "2026-10-02", "revision": 1, "working": 0, "name": "国庆节", "made_at": AT}
    for link in (1, 7, None):
        with store.begin() as c:
            c.execute(insert(METADATA.tables["working_day"]).values(**values, link=link))
        values["revision"] += 1
    assert unlike(store) == [1, 7]


def test_what_a_savepoint_takes_back_is_not_covered(store):
    """A row that is not there would be missed for ever."""
    with store.begin() as c:
        county.call(c, "青石县")
        with pytest.raises(ZeroDivisionError), c.begin_nested():
            county.call(c, "别的县")
            chain.concern(c, "county")
            with c.begin_nested():
                open_period(c, "2025")
            raise ZeroDivisionError
        with c.begin_nested():
            chain.concern(c, "period 2026")
            open_period(c)
            open_again(c)
    (own,) = told(store)
    assert own.deed.subjects == ("period 2026",)
    assert [(share.table, share.rows) for share in shares(own.content)][:2] == [
        ("county", 1),
        ("criteria_set", 1),
    ]
    assert unlike(store) == []


def open_again(c) -> None:
    with pytest.raises(periods.PeriodExists):
        periods.add(c, periods.Period(id="2026", phase=periods.Phase.PREPARING, refs=(SET,)))


def test_a_transaction_that_only_took_back_is_no_link(store):
    with store.begin() as c, pytest.raises(IntegrityError), c.begin_nested():
        county.call(c, "青石县")
        chain.add(c, METADATA.tables["person"], id="short", made_at=AT)
    assert told(store) == []


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_what_was_there_before_the_chain_is_covered_by_its_first_link(database, revision):
    """From the first change after an upgrade on, nothing of the years before can be altered unseen."""
    bring(database_at(database.url, database.schema, 15_000), revision)
    with database_at(database.url, database.schema, 15_000).migrating() as c:
        pour(c, frozen(revision))
    prepare(database.url, database.schema)
    with closing(Store.open(database.url, database.schema)) as store:
        assert told(store) == []
        with store.begin() as c:
            county.call(c, "青石区")
        with store.begin() as c:
            county.call(c, "青石市")
        first, second = told(store)
        assert first.deed == BY_COMMAND
        found = {share.table: share.rows for share in shares(first.content)}
        rows = frozen(revision)
        expected = {
            name: len(own) for name, own in rows.items() if METADATA.tables[name] in coverage.covered()
        }
        assert found == expected | {"county": len(rows["county"]) + 1}
        assert [share.rows for share in shares(second.content)] == [1]
        assert unlike(store) == []


@pytest.mark.usefixtures("anybody")
def test_links_are_found(store):
    """By who did it, for whom, what, about what and when; newest first, page by page."""
    for turn in range(5):
        person, behalf = (CLERK, "") if turn % 2 else ("b" * 16, CLERK)
        deed = Deed(
            person=person, on_behalf=behalf, action=f"a{turn % 3}", subjects=(f"period {turn % 2}", "x")
        )
        with store.begin(deed) as c:
            county.call(c, f"县{turn}")
    every = told(store)
    cases = [
        (Wanted(), [5, 4, 3, 2, 1]),
        (Wanted(hand=CLERK), [5, 4, 3, 2, 1]),
        (Wanted(hand="b" * 16), [5, 3, 1]),
        (Wanted(action="a0"), [4, 1]),
        (Wanted(subjects=("period 1",)), [4, 2]),
        (Wanted(subjects=("period 1", "x")), [5, 4, 3, 2, 1]),
        (Wanted(since=every[1].made_at, until=every[3].made_at), [3, 2]),
    ]
    with store.read() as c:
        for wanted, numbers in cases:
            assert [own.number for own in links.page(c, wanted, 0, 9)] == numbers
            assert [own.number for own in links.page(c, wanted, 1, 2)] == numbers[1:3]
            assert links.count(c, wanted) == len(numbers)
        assert links.about(c, "period 1") == (every[1], every[3])
        assert links.newest(c) == links.find(c, 5) == every[4]
        assert links.head(c) == every[4].head
        assert links.find(c, 6) is None


def test_a_line_ends_with_the_last_cell_there_is():
    """A column added to the end of a table by a later release leaves every line as it was."""
    assert line_of(["A1", None, 3, None, None]) == line_of(("A1", None, 3)) == b'["A1",null,3]'
    assert line_of([None]) == b"[]"


def test_content_is_the_same_in_any_order():
    lines = {"b": [b"2", b"1"], "a": [b"3"], "none": []}
    digest = sha256(b"1\n2")
    assert content_of(lines) == f"a:1:{sha256(b'3')} b:2:{digest}"
    assert content_of({"a": [b"3"], "b": [b"1", b"2"]}) == content_of(lines)
