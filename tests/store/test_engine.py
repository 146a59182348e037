"""A store opens only on a database that is ready; a transaction is kept whole or not at all; nobody waits for ever."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from scoring.store import bulk, county, markings
from scoring.store.address import database_at
from scoring.store.engine import Store, StoreBusy, StoreUnready
from scoring.store.preparation import prepare
from scoring.store.readiness import check
from scoring.store.revisions import KNOWN
from scoring.store.sqlite import LEAST
from scoring.store.tables import METADATA
from tests.databases import Database, as_role, postgresql_at, sqlite_in
from tests.store.processes import FORK, exit_code, processes
from tests.store.years import fill, marking, open_period, take

if TYPE_CHECKING:
    from collections.abc import Callable


def opened(database: Database, patience: int = 15_000) -> closing[Store]:
    return closing(Store.open(database.url, database.schema, patience=patience))


# Opening


def test_opening_makes_nothing(database):
    """A look at a county that is not there leaves no empty database that a second look would take for one."""
    for _ in range(2):
        with pytest.raises(StoreUnready, match=r"no database yet .* run `stars init`"):
            Store.open(database.url, database.schema)
    if database.name == "sqlite":
        assert not list(Path(database.url.removeprefix("sqlite:///")).parent.iterdir())


def test_an_empty_file_stays_empty(tmp_path):
    (tmp_path / "county.db").touch()
    with pytest.raises(StoreUnready, match="no database yet"):
        Store.open(sqlite_in(tmp_path).url)
    assert (tmp_path / "county.db").stat().st_size == 0


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path):
    """A mistyped path may be somebody's mail or photographs."""
    import sqlite3

    path = tmp_path / "county.db"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE messages (id integer)")
    for content in (path.read_bytes(), b"PK\x03\x04 this is a workbook " * 50):
        path.write_bytes(content)
        for look in (Store.open, prepare):
            with pytest.raises(StoreUnready, match=r"tables of something else|not a database"):
                look(sqlite_in(tmp_path).url)
        assert path.read_bytes() == content


def test_a_schema_of_something_else_is_refused(postgresql):
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema)
    with opened(database) as store, store.begin() as c:
        c.exec_driver_sql("DROP TABLE alembic_version")
    for look in (Store.open, prepare):
        with pytest.raises(StoreUnready, match="tables of something else"):
            look(database.url, database.schema)


def test_a_database_of_a_newer_release_is_refused(store, database):
    with store.begin() as c:
        c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for look in (Store.open, prepare):
        with pytest.raises(StoreUnready, match="newer release"):
            look(database.url, database.schema)


def test_a_database_of_an_older_release_is_refused(store, database):
    """Nothing is upgraded by looking: an upgrade wants a backup first."""
    with store.read() as c, pytest.raises(StoreUnready, match=r"older release .* run `stars init`"):
        check(c, database_at(database.url, database.schema, 1000), (*KNOWN, "9000"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "county.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///county.db?mode=ro",
        "mysql://clerk@host/stars",
        "postgresql+psycopg2://clerk@host/stars",
        "postgresql://clerk@host:port/stars",
    ],
)
def test_an_address_that_is_none_is_refused_with_an_example(url):
    with pytest.raises(StoreUnready, match="write sqlite:///path or postgresql://"):
        Store.open(url)


@pytest.mark.parametrize("schema", ["", "Stars", "1county", "pg_stars", "a-b", 'a"b', "x" * 64, "县"])
def test_a_schema_has_a_plain_name(schema):
    """It stands in statements; and PostgreSQL would fold or cut another one."""
    with pytest.raises(StoreUnready, match="cannot name a schema"):
        Store.open("postgresql://host/stars", schema)


SECRET = "gut-geheim"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://clerk:{SECRET}@127.0.0.1:1/stars",
        f"postgresql+psycopg://clerk:{SECRET}@127.0.0.1:1/stars?sslmode=disable",
        f"postgresql://clerk@127.0.0.1:1/stars?password={SECRET}",
        f"postgresql://clerk@127.0.0.1:1/stars?sslpassword={SECRET}&passfile={SECRET}",
        f"postgresql://clerk:a@{SECRET}@127.0.0.1:1/stars",
        f"postgresql://clerk:a@b/{SECRET}@127.0.0.1:1/stars",
        f"postgresql://clerk:a@b:{SECRET}@127.0.0.1:1/stars",
        f"mysql://clerk:{SECRET}@127.0.0.1:1/stars",
    ],
)
@pytest.mark.parametrize("look", [Store.open, prepare])
def test_a_password_is_never_shown(url, look):
    """Neither in the sentence, nor in what a log would make of the error."""
    with pytest.raises(StoreUnready) as refusal:
        look(url)
    told = "".join(traceback.format_exception(refusal.value))
    assert SECRET not in told.replace(f"look({url!r})", "")
    for fault in refusal.value.faults:
        assert SECRET not in repr(fault)


def test_the_address_shows_no_password(postgresql):
    database = postgresql_at(as_role(postgresql, "postgres").replace("postgres:@", f"postgres:{SECRET}@"))
    prepare(database.url, database.schema)
    with opened(database) as store:
        assert store.address.startswith("postgresql://postgres:***@")
        assert SECRET not in repr(store) + repr(vars(store))


def test_the_address_of_a_file_is_its_path(tmp_path):
    """Chinese, blanks and percent signs stay readable."""
    url = f"sqlite:///{tmp_path}/青石县 50%/county.db"
    prepare(url)
    with closing(Store.open(url)) as store:
        assert store.address == url
    assert (tmp_path / "青石县 50%" / "county.db").is_file()


def test_a_missing_driver_is_named(monkeypatch):
    """psycopg is an extra that an office on SQLite does not install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for look in (Store.open, prepare):
        with pytest.raises(StoreUnready, match=r"pip install 'stars\[postgres\]'"):
            look("postgresql://host/stars")


def test_sqlite_is_set_up_as_it_must_be(tmp_path):
    """Read back on a connection in use: durable at power cuts, checked, and with triggers that see REPLACE."""
    database = sqlite_in(tmp_path)
    prepare(database.url)
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 700,
        "mmap_size": 0,
    }
    with opened(database, patience=700) as store:
        for transaction in (store.begin, store.read):
            with transaction() as c:
                found = {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
                version = c.exec_driver_sql("SELECT sqlite_version()").scalar()
            assert found == expected
            assert tuple(map(int, version.split("."))) >= LEAST


def test_a_restored_copy_is_set_up_again(tmp_path):
    """Some ways of copying a database bring it back without its write-ahead log."""
    import pysqlite3.dbapi2

    database = sqlite_in(tmp_path)
    prepare(database.url)
    with closing(pysqlite3.dbapi2.connect(database.url.removeprefix("sqlite:///"))) as bare:
        assert bare.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    with opened(database) as store, store.read() as c:
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_network_drive_is_refused(tmp_path, monkeypatch):
    """Locks and shared memory do not work between machines; the database would be corrupted one day."""
    (tmp_path / "mounts").write_text("22 1 0:29 / / rw - nfs4 server:/ rw\n")
    monkeypatch.setattr("scoring.store.drives._MOUNTS", tmp_path / "mounts")
    for look in (Store.open, prepare):
        with pytest.raises(StoreUnready, match=r"network drive \(nfs4\)"):
            look(sqlite_in(tmp_path).url)
    assert not (tmp_path / "county.db").exists()


# Transactions


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_kept_of_a_transaction_that_fails(store, raised):
    with pytest.raises(raised), store.begin() as c:
        fill(c)
        raise raised
    with store.read() as c:
        for table in METADATA.sorted_tables:
            assert not c.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()


def test_who_reads_cannot_write(store):
    """A dry run takes the very steps of the real one and must not be able to leave anything."""
    refused = (DBAPIError, StoreUnready)
    with pytest.raises(refused, match=r"read-?only|cannot be written"), store.read() as c:
        c.exec_driver_sql("INSERT INTO county VALUES (1, '青石县', '2026', NULL)")
    with pytest.raises(AssertionError, match="only in a transaction that writes"), store.read() as c:
        county.call(c, "青石县")
    with store.begin() as c:
        county.call(c, "青石县")


def test_who_reads_sees_one_state_from_the_beginning(store):
    """Two figures on a page come from one state, whatever is written between them."""
    with store.read() as reader:
        with store.begin() as c:
            county.call(c, "青石县")
        assert county.name(reader) == ""
        with store.read() as other:
            assert county.name(other) == "青石县"
        with store.begin() as c:
            county.call(c, "青石区")
        assert county.name(reader) == ""


def test_what_is_read_in_one_moment_agrees_whatever_others_write(store):
    with store.one_moment():
        with store.read() as c:
            before = county.name(c)
        _elsewhere(lambda: _call_it(store, "庆安县"))
        with store.read() as c:
            assert county.name(c) == before
        with store.begin() as c:
            assert county.name(c) == "庆安县", "who writes sees what is there by then"
            county.call(c, "青云县")
        with store.read() as c:
            assert county.name(c) == "青云县", "and what they wrote"
    with store.read() as c:
        assert county.name(c) == "青云县"


def test_each_thread_has_its_own_moment(store):
    seen = []

    def look() -> None:
        with store.read() as c:
            seen.append(county.name(c))

    with store.one_moment():
        look()
        _elsewhere(lambda: _call_it(store, "庆安县"))
        _elsewhere(look)
        look()
    assert seen == ["", "庆安县", ""]


def test_nothing_is_written_while_one_looks(store):
    """On SQLite one looks on a connection that could write; what it wrote is not kept."""
    wrong = "nothing is written while one looks|read-?only|cannot be written"
    with (
        pytest.raises((AssertionError, DBAPIError, StoreUnready), match=wrong),
        store.one_moment(),
        store.read() as c,
    ):
        c.exec_driver_sql("INSERT INTO county VALUES (1, '青石县', '2026', NULL)")
    with store.read() as c:
        assert county.name(c) == ""
    _call_it(store, "青云县")


def _call_it(store: Store, name: str) -> None:
    with store.begin() as c:
        county.call(c, name)


def _elsewhere(deed: Callable[[], None]) -> None:
    thread = threading.Thread(target=deed)
    thread.start()
    thread.join()


def test_after_an_error_one_looks_again(store):
    with store.one_moment():
        for _ in range(2):
            with pytest.raises(DBAPIError), store.read() as c:
                c.exec_driver_sql("SELECT nothing FROM nowhere")
        with store.read() as c:
            county.name(c)


def test_a_row_that_names_what_is_not_there_is_refused(store):
    """Foreign keys hold on both databases."""
    with pytest.raises(IntegrityError), store.begin() as c:
        markings.put(c, "2026", [marking("A1", dues="5")], 1)


def test_an_error_tells_no_values(store):
    """Names of people reach no log, neither as parameters nor as the failing row PostgreSQL likes to quote."""
    rows = [("2026", "A1", "county", "欧阳评分人", 0, "{}", 1)]
    with pytest.raises(IntegrityError) as told, store.begin() as c:
        open_period(c)
        take(c)
        bulk.insert(c, METADATA.tables["marking"], rows)
    assert "欧阳评分人" not in "".join(traceback.format_exception(told.value))
    with pytest.raises(IntegrityError) as told, store.begin() as c:
        open_period(c)
        take(c)
        names = [column.name for column in METADATA.tables["marking"].columns]
        c.execute(METADATA.tables["marking"].insert(), [dict(zip(names, (*rows[0], 1), strict=True))])
    assert "欧阳评分人" not in "".join(traceback.format_exception(told.value))


def test_a_store_can_be_used_again_after_it_was_closed(store):
    store.close()
    with store.begin() as c:
        county.call(c, "青石县")


def test_a_transaction_within_another_is_a_mistake_said_at_once(store):
    """It would wait for itself, and then say that somebody else is writing."""
    with pytest.raises(AssertionError, match="but itself"), store.begin(), store.begin():
        pass
    with store.begin() as c:
        county.call(c, "青石县")


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path):
    """The next transaction may find room again."""
    database = sqlite_in(tmp_path)
    prepare(database.url)
    with opened(database) as store:
        with pytest.raises(StoreUnready, match="disk is full"), store.begin() as c:
            c.exec_driver_sql("PRAGMA max_page_count=1")
            open_period(c)
            markings.put(c, "2026", [marking(f"A{n}", dues="5" * 9_000) for n in range(99)], take(c))
        store.close()
        with store.begin() as c:
            assert not c.exec_driver_sql("SELECT count(*) FROM period").scalar()
            open_period(c)


def test_a_folder_where_no_queue_can_stand_is_told(tmp_path):
    database = sqlite_in(tmp_path)
    prepare(database.url)
    (tmp_path / "county.db.lock").unlink()
    (tmp_path / "county.db.lock").mkdir()
    with opened(database) as store:
        with store.read() as c:
            assert county.name(c) == ""
        with pytest.raises(StoreUnready, match="folder of the database cannot be written"), store.begin():
            pass


def test_a_lost_connection_is_told_and_the_next_is_a_new_one(postgresql):
    """A server that restarts takes every connection along."""
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema)
    with opened(database) as store, opened(database) as other:
        with store.read() as c:
            pid = c.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with other.begin() as c:
            c.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        with store.begin() as c:
            county.call(c, "青石县")
            pid = c.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with pytest.raises(StoreUnready, match="cannot be reached"), store.begin() as c:
            with other.read() as killer:
                killer.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            county.call(c, "青石区")
        with store.read() as c:
            assert county.name(c) == "青石县"


@pytest.mark.parametrize("transaction", [Store.begin, Store.read])
def test_a_server_that_went_away_is_told(transaction):
    """It was there when the store was opened."""
    store = Store(database_at("postgresql://clerk@127.0.0.1:1/stars", "stars", 1_000))
    with closing(store), pytest.raises(StoreUnready, match="cannot be reached"), transaction(store):
        pass


# Several at once


def test_whoever_waits_too_long_is_told_so(database):
    """And is the next one, as soon as the other is done."""
    prepare(database.url, database.schema)
    with opened(database) as one, opened(database, patience=150) as other:
        with one.begin() as c:
            county.call(c, "青石县")
            with pytest.raises(StoreBusy, match="busy: somebody else is writing"), other.begin():
                pass
            with other.read() as reader:
                assert county.name(reader) == ""
        with other.begin() as c:
            assert county.name(c) == "青石县"


def test_more_readers_than_connections_are_told_that_it_is_busy(database):
    """A worker of eight threads never comes near; whatever does is told so and does not hang."""
    prepare(database.url, database.schema)
    with opened(database, patience=100) as store, ExitStack() as readers, pytest.raises(StoreBusy):
        for _ in range(30):
            readers.enter_context(store.read())


def test_another_process_that_writes_is_waited_for(database):
    prepare(database.url, database.schema)
    writing = FORK.Event()

    def write() -> None:
        with opened(database) as store, store.begin():
            writing.set()
            time.sleep(60)

    with processes(write) as (other,), opened(database, patience=300) as store:
        assert writing.wait(20)
        with pytest.raises(StoreBusy), store.begin():
            pass
        other.kill()
        other.join()
        # The server sees in its own time that nobody is there any longer.
        with opened(database, patience=20_000) as patient, patient.begin() as c:
            county.call(c, "青石县")


def test_a_writer_that_does_not_queue_is_waited_for(tmp_path):
    """A backup tool knows nothing of the queue, and SQLite itself says that it is busy."""
    import pysqlite3.dbapi2

    database = sqlite_in(tmp_path)
    prepare(database.url)
    path = database.url.removeprefix("sqlite:///")
    with opened(database, patience=150) as store:
        with closing(pysqlite3.dbapi2.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy), store.begin():
                pass
        with store.begin() as c:
            county.call(c, "青石县")


def test_a_killed_writer_leaves_neither_lock_nor_rows(database):
    """It dies with its rows written and not yet committed."""
    prepare(database.url, database.schema)

    def write() -> None:
        with opened(database) as store, store.begin() as c:
            fill(c)
            os.kill(os.getpid(), signal.SIGKILL)

    assert exit_code(write) == -signal.SIGKILL
    with opened(database, patience=5_000) as store, store.begin() as c:
        assert county.name(c) == ""
        county.call(c, "青石县")


def test_processes_that_write_at_once_lose_nothing(database):
    """Each number is the one after the highest, so two that did not wait for each other would collide."""
    prepare(database.url, database.schema)
    count = "SELECT count(*), coalesce(max(number), 0) FROM county"

    def write() -> None:
        with opened(database) as store:
            for turn in range(25):
                with store.begin() as c:
                    county.call(c, f"{os.getpid()} {turn}")

    seen = []
    with processes(write, write) as writers, opened(database) as store:
        while any(writer.is_alive() for writer in writers):
            with store.read() as c:
                seen.append(tuple(c.exec_driver_sql(count).one()))
                assert c.exec_driver_sql(count).one() == seen[-1]
        with store.read() as c:
            assert c.exec_driver_sql(count).one() == (50, 50)
        assert [writer.exitcode for writer in writers] == [0, 0]
    assert seen == sorted(seen)
    assert all(rows == highest for rows, highest in seen)


def test_threads_that_write_at_once_lose_nothing(store):
    """One worker of eight threads is how the service runs on SQLite."""

    def write(thread: int) -> None:
        for turn in range(10):
            with store.begin() as c:
                county.call(c, f"{thread} {turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as c:
        assert c.exec_driver_sql("SELECT count(*), max(number) FROM county").one() == (80, 80)


def test_a_store_opened_before_a_fork_works_on_both_sides(store):
    """A web server may open it first and fork its workers then; they must not share a connection."""

    def used() -> int:
        with store.read() as c:
            return id(c.connection.driver_connection)

    def read(name: str) -> None:
        with store.read() as c:
            assert county.name(c) == name

    def write() -> None:
        with store.begin() as c:
            county.call(c, "子")

    def use_another() -> None:
        assert used() != inherited

    with store.begin() as c:
        county.call(c, "父")
    inherited = used()
    assert used() == inherited
    assert exit_code(use_another) == 0
    with store.begin() as c:
        assert exit_code(lambda: read("父")) == 0
        county.call(c, "母")
    assert exit_code(write) == 0
    read("子")
    with store.begin() as c:
        county.call(c, "父")
    assert exit_code(lambda: read("父")) == 0
