"""What was written stays as it was written: the database itself refuses anything else, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    LargeBinary,
    NullPool,
    Table,
    UniqueConstraint,
    create_engine,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from scoring.store.engine import Store, StoreUnready
from scoring.store.preparation import prepare
from scoring.store.sqlite import fit
from scoring.store.tables import METADATA
from tests.databases import Database, as_role, postgresql_at, sqlite_in
from tests.store.years import fill

TABLES = METADATA.sorted_tables
SAID = "never changed, removed or replaced"
ROLE = "stars_clerk"

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def made(database: Database, *, grant_to: str | None = None) -> Database:
    prepare(database.url, database.schema, grant_to)
    with opened(database) as store, store.begin() as c:
        fill(c)
    return database


def opened(database: Database, role: str | None = None) -> closing[Store]:
    return closing(Store.open(as_role(database.url, role) if role else database.url, database.schema))


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory) -> Database:
    return made(sqlite_in(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def on_postgresql(postgresql) -> Database:
    with create_engine_as(Database(postgresql), "postgres").begin() as c:
        c.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN")
    return made(postgresql_at(postgresql), grant_to=ROLE)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request) -> Database:
    return request.getfixturevalue(f"on_{request.param}")


def attempts(table: Table, name: str) -> Iterator[str]:
    """Yield the statements by which a row could be changed, removed or replaced on that database."""
    own, columns = f'"{table.name}"', [f'"{column.name}"' for column in table.columns]
    keys = [[f'"{column.name}"' for column in key] for key in (table.primary_key.columns, *uniques(table))]
    yield f"UPDATE {own} SET {columns[-1]} = {columns[-1]}"
    yield f"DELETE FROM {own}"
    for key in keys:
        yield (
            f"INSERT INTO {own} SELECT * FROM {own} WHERE true"
            f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {columns[-1]} = excluded.{columns[-1]}"
        )
    if name == "postgresql":
        yield f"TRUNCATE {own} CASCADE"
        same = " AND ".join(f"a.{column} = b.{column}" for column in keys[0])
        yield f"MERGE INTO {own} a USING {own} b ON {same} WHEN MATCHED THEN DELETE"
        yield f"MERGE INTO {own} a USING {own} b ON {same} WHEN MATCHED THEN UPDATE SET {columns[-1]} = b.{columns[-1]}"
    else:
        yield f"UPDATE OR REPLACE {own} SET {columns[-1]} = {columns[-1]}"
        yield f"INSERT OR IGNORE INTO {own} SELECT * FROM {own}"
        yield f"REPLACE INTO {own} SELECT * FROM {own}"
        yield from replacements(table)


def replacements(table: Table) -> Iterator[str]:
    """Yield, for every key, a REPLACE that shares it with the rows that have one, and nothing else."""
    for key in ([*table.primary_key.columns], *uniques(table)):
        values = [
            f'"{column.name}"'
            if column in key or column.nullable
            else "x'00'"
            if isinstance(column.type, LargeBinary)
            else f'"{column.name}" + 1000'
            if isinstance(column.type, Integer)
            else f"\"{column.name}\" || 'x'"
            for column in table.columns
        ]
        there = " AND ".join(f'"{column.name}" IS NOT NULL' for column in key)
        yield (
            f'INSERT OR REPLACE INTO "{table.name}" SELECT {", ".join(values)} FROM "{table.name}" WHERE {there}'
        )


def uniques(table: Table) -> list[list]:
    own = [[*each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)]
    return own + [[*index.columns] for index in table.indexes if index.unique and not partial(index)]


def partial(index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


def rows(c: Connection, table: Table) -> list[tuple]:
    return sorted(map(repr, c.exec_driver_sql(f'SELECT * FROM "{table.name}"')))


@each_table
def test_every_table_holds_a_row(filled, table):
    """Or the refusals below would prove nothing: most triggers ask row by row."""
    with opened(filled) as store, store.read() as c:
        assert rows(c, table)


@each_table
def test_the_owner_cannot_change_remove_or_replace_a_row(filled, table):
    """What cannot be done even by the service's own user cannot be done by a mistake in the service."""
    with opened(filled) as store:
        with store.read() as c:
            before = rows(c, table)
        for statement in attempts(table, filled.name):
            with pytest.raises(IntegrityError, match=SAID), store.begin() as c:
                c.exec_driver_sql(statement)
        with store.read() as c:
            assert rows(c, table) == before


@each_table
def test_replace_is_refused_to_a_bare_connection(on_sqlite, table):
    """Without recursive_triggers SQLite's REPLACE removes a row and asks no trigger on DELETE."""
    driver = fit(drivers())
    with closing(driver.connect(on_sqlite.url.removeprefix("sqlite:///"), isolation_level=None)) as bare:
        assert bare.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        before = bare.execute(f'SELECT * FROM "{table.name}"').fetchall()
        for statement in attempts(table, "sqlite"):
            with pytest.raises(driver.IntegrityError, match=SAID):
                bare.execute(statement)
        assert bare.execute(f'SELECT * FROM "{table.name}"').fetchall() == before


def test_replacing_the_first_edition_is_refused_to_a_bare_connection(on_sqlite):
    """Its key is a partial one: of the editions of a period only the first supersedes none."""
    driver = fit(drivers())
    with closing(driver.connect(on_sqlite.url.removeprefix("sqlite:///"), isolation_level=None)) as bare:
        statement = (
            f"INSERT OR REPLACE INTO edition SELECT '{'f' * 64}', 99, period, state, NULL, manifest, standings, made_at, link"
            " FROM edition WHERE supersedes IS NULL"
        )
        with pytest.raises(driver.IntegrityError, match=SAID):
            bare.execute(statement)


def test_a_number_written_as_a_text_replaces_nothing(on_sqlite):
    """SQLite turns '1' into 1 on the way; the trigger must see it after that."""
    driver = fit(drivers())
    bare = driver.connect(on_sqlite.url.removeprefix("sqlite:///"), isolation_level=None)
    with closing(bare), pytest.raises(driver.IntegrityError, match=SAID):
        bare.execute("INSERT OR REPLACE INTO county VALUES ('1', '别的县', '2026', NULL)")


@each_table
def test_a_role_that_was_granted_may_not_even_try(on_postgresql, table):
    """The second net: the service's own role lacks the privilege, whatever becomes of the triggers."""
    with opened(on_postgresql, ROLE) as store:
        for statement in attempts(table, "postgresql"):
            with pytest.raises(StoreUnready, match="permission denied"), store.begin() as c:
                c.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '0000'",
        "INSERT INTO alembic_version VALUES ('9999')",
        "ALTER TABLE marking DISABLE TRIGGER ALL",
        "DROP TRIGGER kept ON marking",
        "CREATE OR REPLACE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TABLE other (id int)",
        "DROP TABLE marking CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_a_role_that_was_granted_cannot_loosen_anything(on_postgresql, statement):
    with create_engine_as(on_postgresql, ROLE).connect() as c:
        c.exec_driver_sql(f'SET search_path = "{on_postgresql.schema}"')
        with pytest.raises(DBAPIError) as refusal:
            c.exec_driver_sql(statement)
    assert refusal.value.orig.sqlstate == "42501"


def test_a_role_that_was_granted_reads_and_adds(postgresql, on_postgresql):
    """What it may not do proves nothing unless it may do the rest."""
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema, ROLE)
    with opened(database, ROLE) as store:
        with store.begin() as c:
            fill(c)
        with store.read() as c:
            assert all(rows(c, table) for table in TABLES)


def test_who_was_granted_before_is_granted_what_is_new(postgresql, on_postgresql):
    """An upgrade need not be told again which role the service runs as."""
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema, ROLE)
    with opened(database) as store, store.begin() as c:
        c.exec_driver_sql(f'REVOKE ALL ON edition_unit FROM "{ROLE}"')
        c.exec_driver_sql(f'GRANT UPDATE, DELETE, TRUNCATE ON marking TO "{ROLE}"')
    prepare(database.url, database.schema)
    with opened(database, ROLE) as store:
        with store.begin() as c:
            fill(c)
        with pytest.raises(StoreUnready, match="permission denied"), store.begin() as c:
            c.exec_driver_sql("DELETE FROM marking")


def test_the_service_may_prepare_what_is_prepared(on_postgresql):
    """`stars init` at every start, in the service's own role, finds nothing to do and says so."""
    prepared = prepare(as_role(on_postgresql.url, ROLE), on_postgresql.schema)
    assert not prepared.created
    with pytest.raises(StoreUnready):
        prepare(as_role(on_postgresql.url, ROLE), on_postgresql.schema, ROLE)
    with opened(on_postgresql, ROLE) as store, store.read() as c:
        assert rows(c, METADATA.tables["county"])


@pytest.mark.parametrize(
    ("role", "said"),
    [("nobody_there", "no database role"), ("postgres", "cannot be held back")],
)
def test_a_role_that_cannot_be_held_back_is_not_granted(postgresql, role, said):
    """A superuser, the owner or nobody: a grant that says nothing must not look like one."""
    database = postgresql_at(postgresql)
    with pytest.raises(StoreUnready, match=said):
        prepare(database.url, database.schema, role)
    with pytest.raises(StoreUnready, match="stars init"):
        Store.open(database.url, database.schema)


def test_replication_does_not_switch_the_triggers_off(on_postgresql):
    """A superuser's session may claim to be a replica, where ordinary triggers are silent."""
    with opened(on_postgresql) as store:
        for statement in attempts(METADATA.tables["marking"], "postgresql"):
            with pytest.raises(IntegrityError, match=SAID), store.begin() as c:
                c.exec_driver_sql("SET LOCAL session_replication_role = replica")
                c.exec_driver_sql(statement)


def test_a_table_above_lets_nobody_in(postgresql):
    """Statements on a parent table ask only the row triggers of its children."""
    database = made(postgresql_at(postgresql))
    with opened(database) as store:
        with store.begin() as c:
            c.exec_driver_sql('CREATE TABLE above (name text COLLATE "C" NOT NULL)')
            c.exec_driver_sql("ALTER TABLE county INHERIT above")
        for statement in ("UPDATE above SET name = '别的县'", "DELETE FROM above"):
            with pytest.raises(IntegrityError, match=SAID), store.begin() as c:
                c.exec_driver_sql(statement)


LOOSENED = {
    "sqlite": {
        "dropped": "DROP TRIGGER marking_changed",
        "altered": "DROP TRIGGER marking_changed;"
        "CREATE TRIGGER marking_changed BEFORE UPDATE ON marking WHEN 0 BEGIN SELECT RAISE(ABORT, ''); END",
        "strange": "CREATE TRIGGER other AFTER INSERT ON marking BEGIN SELECT 1; END",
    },
    "postgresql": {
        "dropped": "DROP TRIGGER kept ON marking",
        "disabled": "ALTER TABLE marking DISABLE TRIGGER kept",
        "only_origin": "ALTER TABLE marking ENABLE TRIGGER kept_whole",
        "all_disabled": "ALTER TABLE marking DISABLE TRIGGER ALL",
        "altered": "CREATE OR REPLACE TRIGGER kept BEFORE UPDATE OR DELETE ON marking"
        " FOR EACH ROW WHEN (false) EXECUTE FUNCTION keep_rows()",
        "emptied": "CREATE OR REPLACE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
        "strange": "CREATE TRIGGER other BEFORE INSERT ON marking FOR EACH ROW EXECUTE FUNCTION keep_rows()",
    },
}


@pytest.mark.parametrize(
    ("name", "loosening"), [(name, loosening) for name in LOOSENED for loosening in LOOSENED[name]]
)
def test_a_loosened_database_is_not_opened(name, loosening, tmp_path, request):
    """Whoever loosened it may have changed anything since; going on as if nothing were would hide it."""
    database = (
        sqlite_in(tmp_path) if name == "sqlite" else postgresql_at(request.getfixturevalue("postgresql"))
    )
    prepare(database.url, database.schema)
    with opened(database) as store, store.begin() as c:
        for statement in split(LOOSENED[name][loosening]):
            c.exec_driver_sql(statement)
    with pytest.raises(StoreUnready, match=r"missing or altered \(.*\bmarking\."):
        Store.open(database.url, database.schema)
    with pytest.raises(StoreUnready, match="missing or altered"):
        prepare(database.url, database.schema)


def test_a_row_can_be_changed_once_the_triggers_are_gone(tmp_path, postgresql):
    """Negative control: the refusals above come from the triggers, and would be missed."""
    for database, drops in (
        (sqlite_in(tmp_path), ["DROP TRIGGER county_changed"]),
        (postgresql_at(postgresql), ["DROP TRIGGER kept ON county", "DROP TRIGGER kept_whole ON county"]),
    ):
        made(database)
        with opened(database) as store:
            statement = "UPDATE county SET name = '别的县'"
            assert refused(store, statement)
            with store.begin() as c:
                for drop in drops:
                    c.exec_driver_sql(drop)
            assert not refused(store, statement)


def refused(store: Store, statement: str) -> bool:
    """Return whether the database refuses *statement* for the reason that rows are kept."""
    try:
        with store.begin() as c:
            c.exec_driver_sql(statement)
    except IntegrityError as error:
        return SAID in str(error.orig)
    return False


def split(statements: str) -> list[str]:
    """Return the statements one by one; those of a trigger stay within it."""
    first, create, rest = statements.partition("CREATE")
    return [*filter(None, first.split(";")), *([create + rest] if create else [])]


def create_engine_as(database: Database, role: str) -> Engine:
    url = as_role(database.url, role).replace("postgresql:", "postgresql+psycopg:")
    return create_engine(url, poolclass=NullPool)


def drivers() -> list:
    import pysqlite3.dbapi2

    return [pysqlite3.dbapi2]
