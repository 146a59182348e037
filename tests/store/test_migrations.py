"""A database is made, or brought from any older release, whole or not at all, and what it keeps stays the same."""

from __future__ import annotations

import shutil
import signal
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, NullPool, Table, create_engine, text
from sqlalchemy.exc import DBAPIError

from scoring.store import append_only, criteria, editions, periods, renderings
from scoring.store.address import database_at
from scoring.store.engine import Store, StoreUnready
from scoring.store.preparation import Prepared, bring, prepare
from scoring.store.revisions import KNOWN, MIGRATIONS, NEWEST, VERSION_TABLE
from scoring.store.tables import METADATA
from tests.databases import Database, as_role, postgresql_at, sqlite_in
from tests.store.frozen import drawn, editions_in, frozen, pour
from tests.store.processes import FORK, exit_code, processes
from tests.store.years import RARE, fill

SCRIPTS = ScriptDirectory(MIGRATIONS)
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]


def opened(database: Database) -> closing[Store]:
    return closing(Store.open(database.url, database.schema))


def at(database: Database, revision: str, migrations: Path = MIGRATIONS) -> Prepared:
    return bring(database_at(database.url, database.schema, 15_000), revision, migrations=migrations)


def planted(folder: Path, body: str) -> Path:
    """Return the folder of migrations with one more revision, 9000, that does *body*."""
    migrations = folder / "planted migrations 100%"
    shutil.copytree(MIGRATIONS, migrations)
    lines = "\n    ".join(body.splitlines())
    (migrations / "versions" / "revision_9000.py").write_text(
        "import os, signal\nimport sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9000'\ndown_revision = '{NEWEST}'\n\ndef upgrade():\n    {lines}\n"
    )
    return migrations


def contents(database: Database) -> dict[str, list[str]]:
    """Return every row of every table, and the triggers, of a database of this release."""
    with opened(database) as store, store.read() as c:
        tables = [*METADATA.tables, VERSION_TABLE]
        return {name: sorted(map(repr, c.exec_driver_sql(f'SELECT * FROM "{name}"'))) for name in tables}


# Making


def test_a_database_is_made_and_then_left_alone(database):
    """`stars init` may run at every start of the service."""
    assert prepare(database.url, database.schema) == Prepared(created=True, before=None, revision=NEWEST)
    with opened(database) as store, store.begin() as c:
        fill(c)
    before = contents(database)
    for _ in range(2):
        again = prepare(database.url, database.schema)
        assert again == Prepared(created=False, before=NEWEST, revision=NEWEST)
    assert contents(database) == before


def test_an_empty_file_is_as_good_as_none(tmp_path):
    """It is what a start that was killed may leave."""
    (tmp_path / "county.db").touch()
    assert prepare(sqlite_in(tmp_path).url).created


def test_a_schema_that_is_there_and_empty_is_used(postgresql):
    """Where the service may not make schemas, somebody else makes an empty one."""
    database = postgresql_at(postgresql)
    with engine_on(database).begin() as c:
        c.exec_driver_sql(f'CREATE SCHEMA "{database.schema}"')
    assert prepare(database.url, database.schema).created


def test_counties_of_one_postgresql_do_not_see_each_other(postgresql):
    """A county is a schema; nothing crosses."""
    one, other = postgresql_at(postgresql), postgresql_at(postgresql)
    for database in (one, other):
        prepare(database.url, database.schema)
    with opened(one) as store, store.begin() as c:
        fill(c)
    assert not any(rows for table, rows in contents(other).items() if table != VERSION_TABLE)


def test_two_that_make_it_at_once_make_it_once(database):
    """Two containers start together on the same new volume."""
    made = FORK.SimpleQueue()
    with processes(*[lambda: made.put(prepare(database.url, database.schema).created)] * 2):
        assert sorted(made.get() for _ in range(2)) == [False, True]
    assert contents(database)[VERSION_TABLE] == [repr((NEWEST,))]


@pytest.mark.parametrize("begun", [False, True], ids=["new", "upgraded"])
@pytest.mark.parametrize(
    "end", ["raise KeyError", "os.kill(os.getpid(), signal.SIGKILL)"], ids=["fails", "is_killed"]
)
def test_a_preparation_that_ends_midway_changed_nothing(database, tmp_path, capfd, begun, end):
    """The first tables are made and the next step ends it; then the county is as it was, and can be tried again."""
    migrations = planted(tmp_path, f"op.create_table('more', sa.Column('id', sa.Integer))\n{end}")
    if begun:
        prepare(database.url, database.schema)
        with opened(database) as store, store.begin() as c:
            fill(c)
        before = contents(database)
    assert exit_code(lambda: at(database, "9000", migrations)) == (-signal.SIGKILL if "kill" in end else 1)
    if begun:
        assert contents(database) == before
    else:
        with pytest.raises(StoreUnready, match="no database yet"):
            Store.open(database.url, database.schema)
        assert prepare(database.url, database.schema).created


def test_a_file_made_for_nothing_is_taken_away(tmp_path):
    """Or the next look would find a database that is none."""
    folder = tmp_path / "new" / "folder"
    with pytest.raises(KeyError):
        at(sqlite_in(folder), "9000", planted(tmp_path, "raise KeyError"))
    assert [path.name for path in folder.iterdir()] == ["county.db.lock"]


@pytest.mark.parametrize("path", ["file/county.db", "folder"])
def test_a_place_where_no_file_can_be_is_named(tmp_path, path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnready, match="cannot be opened"):
        prepare(f"sqlite:///{tmp_path}/{path}")


def test_sqlite_takes_no_role(tmp_path):
    """Whoever asked for a restricted role must not believe to have one."""
    with pytest.raises(StoreUnready, match="no roles"):
        prepare(sqlite_in(tmp_path).url, grant_to="clerk")
    assert not (tmp_path / "county.db").exists()


def test_a_database_of_another_encoding_is_refused(postgresql):
    """It could not hold every name."""
    with engine_on(Database(postgresql)).connect() as c:
        c.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
    with pytest.raises(StoreUnready, match="must be in UTF8"):
        prepare(postgresql.replace("/postgres?", "/latin?"))


def test_a_role_that_may_not_make_a_schema_is_told_so(postgresql):
    with engine_on(Database(postgresql)).begin() as c:
        c.exec_driver_sql("CREATE ROLE stars_guest LOGIN")
    with pytest.raises(StoreUnready, match="permission denied"):
        prepare(as_role(postgresql, "stars_guest"), "guest")


def test_a_role_that_was_not_granted_is_told_so(postgresql):
    """Its reason is a missing grant and not a missing database."""
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema)
    with engine_on(database).begin() as c:
        c.exec_driver_sql("CREATE ROLE stars_stranger LOGIN")
    with pytest.raises(StoreUnready, match=r"lacks a privilege .*name the role"):
        Store.open(as_role(database.url, "stars_stranger"), database.schema)


# Revisions


def test_the_revisions_are_one_line():
    """Names of files are all that opening looks at; they must say what Alembic says."""
    assert list(KNOWN) == REVISIONS
    assert SCRIPTS.get_heads() == [NEWEST]
    assert SCRIPTS.get_bases() == [KNOWN[0]]


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_keeps_every_byte(database, revision):
    """An edition that was printed must have the same id after every upgrade, and the same lines."""
    at(database, revision)
    rows = frozen(revision)
    with database_at(database.url, database.schema, 15_000).migrating() as c:
        pour(c, rows)
        before = drawn(c, rows)
    if revision != NEWEST:
        with pytest.raises(StoreUnready, match="older release"):
            Store.open(database.url, database.schema)
    assert prepare(database.url, database.schema).revision == NEWEST
    with opened(database) as store, store.read() as c:
        assert drawn(c, rows) == before
        assert append_only.flaws(c, METADATA.sorted_tables, database.schema) == ()
        for edition in editions_in(rows):
            assert editions.find(c, edition.id) == edition
        for row in rows.get("edition_rendering", []):
            drawing = renderings.find(c, row["edition"], row["name"])
            assert drawing == f"<svg>{RARE}</svg>".encode() * 3
        for ref in criteria.refs(c):
            assert criteria.find(c, ref).ref == ref
        assert [own.id for own in periods.every(c)] == ["2026", "2025"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "sqlite",
            "with op.batch_alter_table('marking') as batch:\n    batch.alter_column('marks', nullable=True)",
        ),
        (
            "sqlite",
            "op.drop_column('marking', 'import')" if False else "op.execute('DROP TRIGGER county_changed')",
        ),
        ("postgresql", "op.execute('DROP TRIGGER kept ON marking')"),
        ("postgresql", "op.execute('ALTER TABLE marking DISABLE TRIGGER kept')"),
    ],
)
def test_a_revision_that_loses_triggers_is_caught(name, body, tmp_path, request):
    """Negative control: batch mode makes a table anew and says nothing of the triggers that go with the old one."""
    database = (
        sqlite_in(tmp_path) if name == "sqlite" else postgresql_at(request.getfixturevalue("postgresql"))
    )
    prepare(database.url, database.schema)
    with opened(database) as store, store.begin() as c:
        fill(c)
    before = contents(database)
    with pytest.raises(StoreUnready, match="missing or altered"):
        at(database, "9000", planted(tmp_path, body))
    assert contents(database) == before


def test_a_revision_that_leaves_rows_without_what_they_name_is_caught(tmp_path):
    """Foreign keys are off while tables change, so somebody has to look afterwards."""
    database = sqlite_in(tmp_path)
    prepare(database.url)
    with opened(database) as store, store.begin() as c:
        fill(c)
    body = "op.execute('DROP TRIGGER county_changed')\nop.execute('DROP TRIGGER import_removed')\nop.execute('DELETE FROM import')"
    with pytest.raises(AssertionError, match="name others"):
        at(database, "9000", planted(tmp_path, body))


def test_what_batch_mode_does_not_touch_is_kept(tmp_path):
    """With foreign keys on, a table made anew would have taken along the rows that name it."""
    database = sqlite_in(tmp_path)
    prepare(database.url)
    with opened(database) as store, store.begin() as c:
        fill(c)
    before = contents(database)
    body = (
        "with op.batch_alter_table('import', recreate='always') as batch:\n    pass\n"
        "from scoring.store.append_only import guard\n"
        "from scoring.store.tables import imports\n"
        "guard(op.get_bind(), imports)"
    )
    at(database, "9000", planted(tmp_path, body))
    with database_at(database.url, database.schema, 1_000).migrating() as c:
        for table in METADATA.tables:
            assert sorted(map(repr, c.exec_driver_sql(f'SELECT * FROM "{table}"'))) == before[table]


# The tables as the code knows them


def engine_on(database: Database) -> Engine:
    """Return an engine that sees the county as its own default schema."""
    if database.name == "sqlite":
        return create_engine(database.url, poolclass=NullPool)
    url = database.url.replace("postgresql:", "postgresql+psycopg:")
    arguments = {"options": f"-csearch_path={database.schema}"}
    return create_engine(url, connect_args=arguments, poolclass=NullPool)


def differences(c: Connection, metadata: MetaData) -> list:
    return compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)


def definitions(c: Connection) -> list:
    """Return how every table is defined, as the database tells it."""
    if c.dialect.name == "sqlite":
        found = c.exec_driver_sql(
            "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL"
            f" AND name <> '{VERSION_TABLE}'"
        )
        return sorted((name, " ".join(sql.split())) for name, sql in found)
    own = "FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname = current_schema()"
    return [
        *sorted(
            c.exec_driver_sql(
                "SELECT r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attnum,"
                f" a.attcollation::regcollation::text {own} JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0"
                f" WHERE r.relkind = 'r' AND r.relname <> '{VERSION_TABLE}'"
            )
        ),
        *sorted(
            c.exec_driver_sql(
                f"SELECT r.relname, pg_get_constraintdef(k.oid) {own} JOIN pg_constraint k ON k.conrelid = r.oid"
                f" WHERE r.relname <> '{VERSION_TABLE}'"
            )
        ),
        *sorted(
            c.exec_driver_sql(
                "SELECT indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes"
                f" WHERE schemaname = current_schema() AND tablename <> '{VERSION_TABLE}'"
            )
        ),
    ]


def test_the_revisions_come_to_the_tables_of_the_code(database, tmp_path, request):
    """Two descriptions of one thing: Alembic's own comparison, and then every word of the definitions."""
    prepare(database.url, database.schema)
    twin = (
        sqlite_in(tmp_path / "twin")
        if database.name == "sqlite"
        else postgresql_at(request.getfixturevalue("postgresql"))
    )
    (tmp_path / "twin").mkdir()
    with engine_on(twin).begin() as c:
        if twin.name == "postgresql":
            c.exec_driver_sql(f'CREATE SCHEMA "{twin.schema}"')
        METADATA.create_all(c)
        expected = definitions(c)
    with engine_on(database).connect() as c:
        assert differences(c, METADATA) == []
        found = definitions(c)
    assert found == expected
    assert len({name for name, *_ in found} & set(METADATA.tables)) == len(METADATA.tables)


def test_a_table_the_revisions_do_not_make_is_seen(database):
    """Negative control of the comparison."""
    prepare(database.url, database.schema)
    more = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(more)
    Table("more", more, Column("id", Integer, primary_key=True))
    more.tables["county"].append_column(Column("more", Integer))
    with engine_on(database).connect() as c:
        assert {found[0] for found in differences(c, more)} == {"add_table", "add_column"}


def test_every_text_is_compared_by_code_point(postgresql):
    """A server's own collation would order names, and keys, otherwise than SQLite and Python do."""
    database = postgresql_at(postgresql)
    prepare(database.url, database.schema)
    with engine_on(database).connect() as c:
        found = c.execute(
            text(
                "SELECT table_name, column_name, collation_name FROM information_schema.columns"
                " WHERE table_schema = :schema AND data_type = 'text' AND table_name <> :version"
            ),
            {"schema": database.schema, "version": VERSION_TABLE},
        ).all()
    assert len(found) > 30
    assert {collation for _, _, collation in found} == {"C"}


def test_sqlite_holds_columns_to_their_types(tmp_path):
    """A number where a text belongs would be kept by a table that is not strict."""
    database = sqlite_in(tmp_path)
    prepare(database.url)
    with opened(database) as store, store.read() as c:
        found = c.exec_driver_sql(
            "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main'"
        ).all()
    assert [own for own in found if own.name in METADATA.tables and (own.strict, own.wr) != (1, 1)] == []
    with pytest.raises(DBAPIError, match="cannot store"), opened(database) as store, store.begin() as c:
        c.exec_driver_sql("INSERT INTO county VALUES ('eins', '青石县', '', NULL)")
