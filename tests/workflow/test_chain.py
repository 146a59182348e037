"""Whatever is altered behind the service's back is found, given a head that was printed; and honest work never is.

The one who tampers here can do all that the database's owner can: the triggers are lifted for it and laid again, so
that nothing but the chain is left to find it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine

from scoring.canonical import sha256
from scoring.chain import Head, Link, broken, content_of, hash_of, read_head
from scoring.edition import State
from scoring.errors import Refused
from scoring.store import append_only, coverage, links
from scoring.store.engine import Store, StoreUnready
from scoring.store.files import Files
from scoring.store.tables import METADATA, moment_text
from scoring.texts import Lang
from scoring.workflow.move_gates import withdraw_gate
from scoring.workflow.verify_chain import ChainVerdict, verify_chain
from tests.databases import Database, ready_made, sqlite_in
from tests.sizes import HONEST_YEARS
from tests.workflow import county as small
from tests.workflow import people_at_work as work
from tests.workflow.honest import Honest

ROUNDS, DEEDS = 20, 10
BASE_DEEDS = 90


@dataclass(frozen=True)
class Altered:
    """A county that somebody tampers with: its database as its owner sees it, the files, and the head before."""

    c: Connection
    files: Path
    head: Head

    def do(self, *statements: str) -> None:
        """Run statements that each touch at least one row, with no trigger and no foreign key in the way."""
        for statement in statements:
            assert self.c.exec_driver_sql(statement).rowcount > 0, statement

    def value(self, query: str) -> object:
        return self.c.exec_driver_sql(query).scalar_one()

    def newest(self, table: str) -> int:
        """Return the newest link under which *table* was written."""
        return int(str(self.value(f'SELECT max(link) FROM "{table}"')))

    def chain_anew(self, since: int) -> None:
        """Write the chain anew from link *since* on, as the service itself would: every digest, every hash."""
        every = list(links.every(self.c))
        lines = dict(coverage.lines_by_link(self.c))
        previous = every[since - 2].hash if since > 1 else ""
        last: dict[str, str] = {}
        for own in every:
            link = own
            if own.number >= since:
                about = own.deed.subjects
                before = last.get(about[0], "") if about else ""
                content = content_of(lines.get(own.number, {}))
                link = replace(own, before=before, content=content, previous=previous)
                link = replace(link, hash=hash_of(link))
                self.keep(link)
                previous = link.hash
            last |= dict.fromkeys(link.deed.subjects, link.hash)

    def keep(self, link: Link) -> None:
        self.do(
            f"UPDATE chain_link SET before = '{link.before}', content = '{link.content}',"
            f" previous = '{link.previous}', hash = '{link.hash}', made_at = '{moment_text(link.made_at)}'"
            f" WHERE number = {link.number}"
        )


@dataclass(frozen=True)
class Base:
    """An honest county, from which every tampering starts anew."""

    database: Database
    files: Path
    head: Head
    earlier: Head
    folder: Path

    @contextmanager
    def copy(self, folder: Path) -> Iterator[tuple[Database, Path]]:
        """Give a copy of database and files that is the test's own."""
        files = folder / "files"
        shutil.copytree(self.files, files)
        if self.database.name == "sqlite":
            shutil.copy(self.database.url.removeprefix("sqlite:///"), folder / "county.db")
            yield sqlite_in(folder), files
            return
        own = f"copy_{sha256(str(folder).encode())[:20]}"
        server(self.database, f'CREATE DATABASE "{own}" TEMPLATE "{name_in(self.database)}"')
        try:
            yield Database(renamed(self.database.url, own), self.database.schema), files
        finally:
            server(self.database, f'DROP DATABASE "{own}"')


def name_in(database: Database) -> str:
    return database.url.partition("?")[0].rpartition("/")[2]


def renamed(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    address, mark, rest = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{mark}{rest}"


def server(database: Database, statement: str) -> None:
    url = renamed(database.url, "postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as c:
        c.exec_driver_sql(statement)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def base(request, tmp_path_factory) -> Base:
    folder = tmp_path_factory.mktemp("honest")
    if request.param == "sqlite":
        database = sqlite_in(folder)
    else:
        database = Database(renamed(request.getfixturevalue("postgresql"), "honest"))
        server(database, "CREATE DATABASE honest")
    ready_made(database)
    with closing(Store.open(database.url, database.schema)) as store:
        year = Honest(store, folder, seed=7)
        year.go_on(BASE_DEEDS)
        year.do(*["do_hand_in", "do_calendar", "do_deadline", "do_add", "do_add"] * 3, "do_propose")
        for motion in range(1, 9):
            with suppress(Refused):
                withdraw_gate(store, work.MODERATOR, motion)
        small.publish(store, State.DRAFT)
        small.publish(store, reason="更正")
        year.do("do_add", "do_rename", "do_add")
        verdict = verify_chain(store, files=year.files)
        assert verdict.sound
        assert verdict.editions >= 1
        assert verdict.files >= 1
        with store.read() as c:
            own = links.find(c, verdict.links - 20)
    return Base(database, folder / "files", verdict.head, own.head, folder)


@contextmanager
def owner(database: Database) -> Iterator[Connection]:
    """Give the database as its owner has it, triggers and foreign keys lifted meanwhile and laid again at the end."""
    if database.name == "sqlite":
        import pysqlite3.dbapi2

        engine = create_engine(database.url, module=pysqlite3.dbapi2, poolclass=NullPool)
        with engine.begin() as c:
            found = c.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
            for name, _ in found:
                c.exec_driver_sql(f"DROP TRIGGER {name}")
            yield c
            for _, statement in found:
                c.exec_driver_sql(statement)
        return
    url = database.url.replace("postgresql:", "postgresql+psycopg:")
    arguments = {"options": f"-csearch_path={database.schema}"}
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    with engine.begin() as c:
        for table in METADATA.sorted_tables:
            c.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER ALL')
        yield c
        for table in METADATA.sorted_tables:
            c.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER ALL')
            for trigger in ("kept", "kept_whole"):
                c.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE ALWAYS TRIGGER {trigger}')


def checked(database: Database, head: Head | None, files: Path | None) -> ChainVerdict:
    with closing(Store.open_to_check(database.url, database.schema)) as store:
        return verify_chain(store, head, None if files is None else Files(files))


# What is done, one kind a function: most to the rows, some to the chain as well.

TAMPERINGS: dict[str, Callable[[Altered], None]] = {}


def tampering(alter: Callable[[Altered], None]) -> Callable[[Altered], None]:
    TAMPERINGS[alter.__name__] = alter
    return alter


@tampering
def a_mark_is_edited(own: Altered) -> None:
    own.do("""UPDATE marking SET marks = '{"discipline":"20"}' WHERE unit = 'A03' AND stage = 'superior'""")


@tampering
def a_marking_is_deleted(own: Altered) -> None:
    own.do("DELETE FROM marking WHERE unit = 'A03' AND stage = 'superior'")


@tampering
def two_markings_are_swapped(own: Altered) -> None:
    own.do(
        "UPDATE marking SET unit = 'B' WHERE unit = 'A01' AND stage = 'superior'",
        "UPDATE marking SET unit = 'A01' WHERE unit = 'A02' AND stage = 'superior'",
        "UPDATE marking SET unit = 'A02' WHERE unit = 'B' AND stage = 'superior'",
    )


@tampering
def rows_are_moved_between_links(own: Altered) -> None:
    one, other = own.newest("working_day"), own.newest("deadline")
    own.do(
        f"UPDATE working_day SET link = {other} WHERE link = {one}",
        f"UPDATE deadline SET link = {one} WHERE link = {other}",
    )


@tampering
def a_row_is_inserted_under_an_old_link(own: Altered) -> None:
    own.do(
        "INSERT INTO working_day (day, revision, working, name, made_at, link)"
        f" VALUES ('2027-01-01', 1, 0, '', '2026-11-21T00:00:00.000000Z', {own.newest('working_day')})"
    )


@tampering
def a_row_is_inserted_under_a_link_that_is_not(own: Altered) -> None:
    own.do(
        "INSERT INTO working_day (day, revision, working, name, made_at, link)"
        f" VALUES ('2027-01-01', 1, 0, '', '2026-11-21T00:00:00.000000Z', {own.head.number + 1})"
    )


@tampering
def a_row_is_inserted_as_from_before_the_chain(own: Altered) -> None:
    own.do(
        "INSERT INTO working_day (day, revision, working, name, made_at, link)"
        " VALUES ('2027-01-01', 1, 0, '', '2026-11-21T00:00:00.000000Z', NULL)"
    )


@tampering
def a_row_is_inserted_with_a_forged_link(own: Altered) -> None:
    """Whole: a link of its own at the end, well made."""
    number = own.head.number + 1
    own.do(
        "INSERT INTO working_day (day, revision, working, name, made_at, link)"
        f" VALUES ('2027-01-01', 1, 0, '', '2026-11-21T00:00:00.000000Z', {number})",
        "INSERT INTO chain_link (number, made_at, person, on_behalf, role, action, before, content, previous, hash)"
        f" VALUES ({number}, '2026-11-21T00:00:00.000000Z', '', '', 'operator', 'keep', '', '', '{'0' * 64}',"
        f" '{'1' * 64}')",
    )


@tampering
def a_well_made_link_is_slipped_in(own: Altered) -> None:
    """In the middle, all later ones numbered and hashed anew."""
    at = own.head.number - 2
    for number in range(own.head.number, at - 1, -1):
        own.do(f"UPDATE chain_link SET number = {number + 1} WHERE number = {number}")
        renumber(own, number, number + 1)
    own.do(
        "INSERT INTO chain_link (number, made_at, person, on_behalf, role, action, before, content, previous, hash)"
        f" VALUES ({at}, '2026-11-21T00:00:00.000000Z', '', '', 'operator', 'keep', '', '', '', '{'1' * 64}')",
        "INSERT INTO working_day (day, revision, working, name, made_at, link)"
        f" VALUES ('2027-01-01', 1, 0, '', '2026-11-21T00:00:00.000000Z', {at})",
    )
    own.chain_anew(at)


@tampering
def a_link_is_removed_and_all_are_numbered_anew(own: Altered) -> None:
    at = own.newest("deadline")
    own.do(f"DELETE FROM deadline WHERE link = {at}")
    own.c.exec_driver_sql(f"DELETE FROM link_subject WHERE link = {at}")
    own.do(f"DELETE FROM chain_link WHERE number = {at}")
    for number in range(at + 1, own.head.number + 1):
        own.do(f"UPDATE chain_link SET number = {number - 1} WHERE number = {number}")
        renumber(own, number, number - 1)
    own.chain_anew(at)


def renumber(own: Altered, number: int, other: int) -> None:
    own.c.exec_driver_sql(f"UPDATE link_subject SET link = {other} WHERE link = {number}")
    for table in coverage.covered():
        own.c.exec_driver_sql(f'UPDATE "{table.name}" SET link = {other} WHERE link = {number}')


@tampering
def a_link_is_removed(own: Altered) -> None:
    at = own.newest("deadline")
    own.c.exec_driver_sql(f"DELETE FROM link_subject WHERE link = {at}")
    own.do(f"DELETE FROM chain_link WHERE number = {at}", f"DELETE FROM deadline WHERE link = {at}")


@tampering
def the_tail_is_cut_off(own: Altered) -> None:
    """The links alone: their rows stay."""
    own.c.exec_driver_sql(f"DELETE FROM link_subject WHERE link > {own.head.number - 3}")
    own.do(f"DELETE FROM chain_link WHERE number > {own.head.number - 3}")


@tampering
def the_tail_is_cut_off_with_its_rows(own: Altered) -> None:
    """As if the last deeds had never been done; only the head that was printed knows of them."""
    end = own.head.number - 3
    own.c.exec_driver_sql(f"DELETE FROM link_subject WHERE link > {end}")
    people = f"(SELECT person FROM person_revision WHERE link > {end})"
    for table in ("person_name", "person_login", "person_signature"):
        own.c.exec_driver_sql(f"DELETE FROM {table} WHERE person IN {people}")
    for table in coverage.covered():
        own.c.exec_driver_sql(f'DELETE FROM "{table.name}" WHERE link > {end}')
    gone = "edition NOT IN (SELECT id FROM edition)"
    own.c.exec_driver_sql(f"DELETE FROM edition_unit WHERE {gone}")
    own.c.exec_driver_sql(f"DELETE FROM edition_criteria WHERE {gone}")
    own.do(f"DELETE FROM chain_link WHERE number > {end}")


@tampering
def all_links_are_removed(own: Altered) -> None:
    """And every row said to be from before there was a chain."""
    own.do("DELETE FROM link_subject", "DELETE FROM chain_link")
    for table in coverage.covered():
        own.c.exec_driver_sql(f'UPDATE "{table.name}" SET link = NULL')


@tampering
def a_mark_is_edited_and_the_chain_written_anew(own: Altered) -> None:
    """To the very end: nothing in the database contradicts it any more."""
    own.do("""UPDATE marking SET marks = '{"discipline":"20"}' WHERE unit = 'A03' AND stage = 'superior'""")
    own.chain_anew(1)


@tampering
def who_did_it_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET person = '00000000000000ff' WHERE number = 5")


@tampering
def on_whose_behalf_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET on_behalf = '00000000000000ff' WHERE number = 5")


@tampering
def in_which_role_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET role = 'leader' WHERE number = 5")


@tampering
def what_was_done_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET action = 'moderate' WHERE number = 5")


@tampering
def the_clock_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET made_at = '2025-01-01T00:00:00.000000Z' WHERE number = 5")


@tampering
def the_clock_says_nothing(own: Altered) -> None:
    own.do("UPDATE chain_link SET made_at = 'early' WHERE number = 5")


@tampering
def the_same_moment_is_written_otherwise(own: Altered) -> None:
    own.do("UPDATE chain_link SET made_at = replace(made_at, 'Z', '+00:00') WHERE number = 5")


@tampering
def the_moment_of_a_row_is_changed(own: Altered) -> None:
    own.do("UPDATE evidence SET made_at = '2026-01-01T00:00:00.000000Z'")


@tampering
def a_subject_is_added(own: Altered) -> None:
    own.do("INSERT INTO link_subject (link, place, subject) VALUES (2, 9, 'unit 2026 A01')")


@tampering
def a_subject_is_changed(own: Altered) -> None:
    at = own.newest("evidence")
    own.do(f"UPDATE link_subject SET subject = 'unit 2026 A99' WHERE link = {at}")


@tampering
def a_subject_is_taken_away(own: Altered) -> None:
    own.do(f"DELETE FROM link_subject WHERE link = {own.newest('evidence')}")


@tampering
def a_subject_of_no_link_is_added(own: Altered) -> None:
    own.do(
        f"INSERT INTO link_subject (link, place, subject) VALUES ({own.head.number + 9}, 0, 'unit 2026 A01')"
    )


@tampering
def what_a_link_wrote_is_changed(own: Altered) -> None:
    own.do("UPDATE chain_link SET content = '' WHERE number = 3")


@tampering
def a_criteria_set_is_changed(own: Altered) -> None:
    change_document(own)


@tampering
def a_criteria_set_is_changed_with_its_digest(own: Altered) -> None:
    own.do(f"UPDATE criteria_set SET digest = '{change_document(own)}' WHERE ref = 'village@1'")


def change_document(own: Altered) -> str:
    """Ask less of a criterion, and return the digest the document then has."""
    before = bytes(own.value("SELECT document FROM criteria_set WHERE ref = 'village@1'"))
    after = before.replace(b'"full_marks":"20"', b'"full_marks":"25"')
    assert after != before
    value = f"x'{after.hex()}'" if own.c.dialect.name == "sqlite" else f"decode('{after.hex()}', 'hex')"
    own.do(f"UPDATE criteria_set SET document = {value} WHERE ref = 'village@1'")
    return sha256(after)


@tampering
def a_name_is_changed(own: Altered) -> None:
    own.do("UPDATE person_name SET name = '冒名' WHERE revision = 1")


@tampering
def a_signature_is_changed(own: Altered) -> None:
    own.do("UPDATE person_name SET signs_as = signs_as || 'x'")


@tampering
def a_name_is_changed_with_its_digest(own: Altered) -> None:
    own.do("UPDATE person_revision SET named = 'x' WHERE revision = 1")


@tampering
def a_sign_in_name_is_given_to_somebody_else(own: Altered) -> None:
    first = "SELECT min(login) FROM person_login"
    person = own.value(f"SELECT max(person) FROM person_login WHERE login <> ({first})")
    own.do(f"UPDATE person_login SET person = '{person}' WHERE login = ({first})")


@tampering
def a_sign_in_name_is_made_free(own: Altered) -> None:
    own.do("DELETE FROM person_login WHERE login = (SELECT min(login) FROM person_login)")


@tampering
def a_signature_is_given_out_twice(own: Altered) -> None:
    person = own.value("SELECT max(id) FROM person")
    own.do(f"INSERT INTO person_signature (signs_as, person) VALUES ('冒名', '{person}')")


@tampering
def a_password_is_replaced(own: Altered) -> None:
    """Whoever can set one can be anybody."""
    own.do("UPDATE credential SET hash = '$argon2id$mine'")


@tampering
def a_role_is_widened(own: Altered) -> None:
    own.do("UPDATE role_grant SET scope_kind = 'county', scope = ''")


@tampering
def the_row_of_an_edition_is_edited(own: Altered) -> None:
    own.do("UPDATE edition SET made_at = '2026-01-01T00:00:00.000000Z'")


@tampering
def a_published_row_is_edited(own: Altered) -> None:
    column = "row_line" if own.c.dialect.name == "sqlite" else "convert_from(row_line, 'UTF8')"
    changed = f'replace({column}, \'"score":"\', \'"score":"1\')'
    sqlite = own.c.dialect.name == "sqlite"
    changed = f"CAST({changed} AS BLOB)" if sqlite else f"convert_to({changed}, 'UTF8')"
    own.do(f"UPDATE edition_unit SET row_line = {changed} WHERE code = 'A03'")


@tampering
def a_published_unit_is_found_by_another_code(own: Altered) -> None:
    own.do(
        "UPDATE edition_unit SET code = 'X' WHERE code = 'A03'",
        "UPDATE edition_unit SET code = 'A03' WHERE code = 'A04'",
        "UPDATE edition_unit SET code = 'A04' WHERE code = 'X'",
    )


@tampering
def a_published_unit_is_deleted(own: Altered) -> None:
    own.do("DELETE FROM edition_unit WHERE code = 'A12'")


@tampering
def a_second_edition_is_published(own: Altered) -> None:
    """Another county's, by the same words, put beside the true one."""
    own.do(
        "INSERT INTO edition (id, number, period, state, supersedes, manifest, standings, made_at, link)"
        f" SELECT '{'e' * 64}', number + 1, period, state, id, manifest, standings, made_at, link FROM edition"
        " WHERE number = (SELECT max(number) FROM edition)"
    )


@tampering
def an_edition_is_taken_away(own: Altered) -> None:
    own.do(
        "DELETE FROM edition_unit WHERE edition = (SELECT id FROM edition ORDER BY number DESC LIMIT 1)",
        "DELETE FROM edition_criteria WHERE edition = (SELECT id FROM edition ORDER BY number DESC LIMIT 1)",
        "DELETE FROM edition WHERE number = (SELECT max(number) FROM edition)",
    )


@tampering
def rows_stand_of_an_edition_that_is_not(own: Altered) -> None:
    own.do(
        f"INSERT INTO edition_criteria (edition, ref) VALUES ('{'e' * 64}', 'village@1')",
    )


@tampering
def a_file_is_replaced(own: Altered) -> None:
    path = evidence(own)
    path.chmod(0o600)
    path.write_bytes(b"another")


@tampering
def a_file_is_missing(own: Altered) -> None:
    evidence(own).unlink()


def evidence(own: Altered) -> Path:
    return next(path for path in sorted(own.files.glob("??/??/*")))


@tampering
def a_whole_table_is_emptied(own: Altered) -> None:
    own.do("DELETE FROM working_day")


@tampering
def every_row_is_written_anew_with_the_links(own: Altered) -> None:
    """Another history from the first link on."""
    own.do("UPDATE county SET name = name || '二'")
    own.chain_anew(1)


KINDS = sorted(TAMPERINGS)
UNSEEN_WITHOUT_HEAD = {
    "a_link_is_removed_and_all_are_numbered_anew",
    "a_mark_is_edited_and_the_chain_written_anew",
    "a_well_made_link_is_slipped_in",
    "all_links_are_removed",
    "every_row_is_written_anew_with_the_links",
    "the_tail_is_cut_off_with_its_rows",
}


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found(base, tmp_path, kind):
    """With the head that was printed all of it; without, all but what leaves a whole chain behind."""
    with base.copy(tmp_path) as (database, files):
        with owner(database) as c:
            TAMPERINGS[kind](Altered(c, files, base.head))
        if kind in UNSEEN_WITHOUT_HEAD:
            assert checked(database, None, files).sound
            verdict = checked(database, base.head, files)
        else:
            verdict = checked(database, None, files)
    assert not verdict.sound
    for lang in Lang:
        for fault in verdict.faults:
            assert fault.place.in_(lang)
            assert len(fault.sentence.in_(lang)) > 5
    assert len(KINDS) > 40


def careless(store: Store) -> bool:
    """Say whether the links agree with each other, which is what a chain is often taken for."""
    with store.read() as c:
        return not list(broken(links.every(c)))


@pytest.mark.parametrize(
    "alter",
    [
        a_mark_is_edited,
        a_marking_is_deleted,
        a_row_is_inserted_under_an_old_link,
        a_criteria_set_is_changed,
        a_name_is_changed,
        a_password_is_replaced,
        a_published_row_is_edited,
        the_tail_is_cut_off,
    ],
)
def test_links_alone_are_not_enough(base, tmp_path, alter):
    """Negative control: a verifier that looks at links only misses what is done to the rows."""
    with base.copy(tmp_path) as (database, files):
        with owner(database) as c:
            alter(Altered(c, files, base.head))
        with closing(Store.open_to_check(database.url, database.schema)) as store:
            assert careless(store)


def test_the_county_itself_is_found_sound(base, tmp_path):
    """Negative control of the tampering: lifting the triggers and laying them again leaves no mark."""
    with base.copy(tmp_path) as (database, files):
        with owner(database):
            pass
        for head in (None, base.head, base.earlier, read_head(base.head.spoken), read_head(base.head.code)):
            assert checked(database, head, files).sound
        Store.open(database.url, database.schema).close()


def test_a_copy_that_was_brought_back_is_found(base, tmp_path):
    """Everything in it is true; it only lacks what came later, and the notice knows."""
    later = Head(number=base.head.number + 5, hash="a" * 64)
    with base.copy(tmp_path) as (database, files):
        (fault,) = checked(database, later, files).faults
    assert "earlier copy was brought back" in fault.sentence.en
    assert f"#{later.number}" in fault.in_(Lang.ZH)


def test_a_head_of_another_chain_is_found(base, tmp_path):
    with base.copy(tmp_path) as (database, files):
        other = Head(number=base.earlier.number, hash="a" * 20)
        (fault,) = checked(database, other, files).faults
    assert "written anew" in fault.sentence.en


def test_names_that_were_forgotten_are_no_fault(base, tmp_path):
    """A person may ask for it; what they did stays, and stays proved."""
    with base.copy(tmp_path) as (database, files):
        with owner(database) as c:
            c.exec_driver_sql("DELETE FROM person_name")
        verdict = checked(database, base.head, files)
        assert verdict.sound
        assert verdict.erased > 3


@pytest.mark.parametrize("what", ["trigger", "table"])
def test_a_trigger_that_is_gone_is_named(base, tmp_path, what):
    """The service would not start on it, and the check says why."""
    with base.copy(tmp_path) as (database, files):
        with owner(database) as c:
            pass
        with owner_without_end(database) as c:
            drop = (
                "DROP TRIGGER marking_changed"
                if database.name == "sqlite"
                else "DROP TRIGGER kept ON marking"
            )
            c.exec_driver_sql(drop)
        with pytest.raises(StoreUnready, match="missing or altered"):
            Store.open(database.url, database.schema)
        (fault,) = checked(database, base.head, files).faults
    assert fault.place.file == "marking"


@contextmanager
def owner_without_end(database: Database) -> Iterator[Connection]:
    with closing(Store.open(database.url, database.schema)) as store, store.begin() as c:
        yield c


def test_a_fault_says_where(base, tmp_path):
    """The table, how many rows were written and are there, and by which link."""
    with base.copy(tmp_path) as (database, files):
        with owner(database) as c:
            own = Altered(c, files, base.head)
            link = own.newest("deadline")
            own.do(f"DELETE FROM deadline WHERE link = {link}")
        (fault,) = checked(database, base.head, files).faults
    assert fault.place.file == "deadline"
    assert fault.sentence.en == f"link {link} wrote 1 rows, there are 0: some are gone"
    assert fault.sentence.zh == f"第 {link} 环写入 1 行，现有 0 行：有行被删除"


@pytest.mark.parametrize("seed", range(HONEST_YEARS))
def test_honest_work_is_never_found(store, tmp_path, seed):
    """Twenty times ten deeds, of which some are refused and some break off; and every head on the way holds for good."""
    year = Honest(store, tmp_path, seed)
    heads = []
    for _ in range(ROUNDS):
        year.go_on(DEEDS)
        verdict = verify_chain(store, files=year.files)
        assert verdict.faults == ()
        heads.append(verdict.head)
    for head in heads[::4]:
        assert verify_chain(store, head).faults == ()
    assert len([name for name, links in year.done.items() if links]) > 9


def test_a_county_without_a_link_is_sound(store):
    """Nothing is kept, so nothing can be missing; but a head shows that there was something."""
    assert verify_chain(store).sound
    assert not verify_chain(store, Head(number=1, hash="a" * 64)).sound


def test_append_only_is_what_the_check_expects(store):
    with store.read() as c:
        assert append_only.flaws(c, METADATA.sorted_tables, store._database.schema) == store.loosened() == ()
