"""Rows that stay as they were written: the database itself refuses to change, remove or replace them, for its owner too.

On SQLite every key of a table is guarded as well, because REPLACE takes a row away without asking the trigger on
DELETE. What is expected is compared exactly with what is there, so a trigger that was altered shows.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, text
from sqlalchemy.sql.elements import BinaryExpression

_SENTENCE = (
    "只增不改，已写入的行不能更改、删除或替换 / "
    "its rows are never changed, removed or replaced; write a new one instead"
)

_FUNCTION = "keep_rows"
_BODY = f"""
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ': {_SENTENCE}';
END
"""

_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
"""The bits of `pg_trigger.tgtype`."""

_POSTGRESQL_TRIGGERS = (
    ("kept", "UPDATE OR DELETE", "ROW", _ROW | _BEFORE | _DELETE | _UPDATE),
    ("kept_whole", "UPDATE OR DELETE OR TRUNCATE", "STATEMENT", _BEFORE | _DELETE | _UPDATE | _TRUNCATE),
)

_SQLITE_FOUND = "SELECT tbl_name || '.' || name, sql FROM sqlite_schema WHERE type = 'trigger'"

_POSTGRESQL_FOUND = text("""
SELECT c.relname || '.' || t.tgname, t.tgtype, t.tgenabled::text, p.proname, p.prosrc,
       p.pronamespace = c.relnamespace AND t.tgqual IS NULL AND t.tgattr::text = '' AND t.tgnargs = 0
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE n.nspname = :schema AND (NOT t.tgisinternal OR t.tgenabled <> 'O')
""")


class _Key(NamedTuple):
    """Columns that no two rows share; of a partial key among the rows only where *empty* is NULL."""

    columns: tuple[str, ...]
    empty: str | None = None


def guard(connection: Connection, table: Table) -> None:
    """Make *table*, which has none of these triggers yet, one that only grows."""
    if connection.dialect.name == "sqlite":
        for _, statement in _on_sqlite(table):
            connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$"
    )
    for name, events, each, _ in _POSTGRESQL_TRIGGERS:
        connection.exec_driver_sql(
            f'CREATE TRIGGER {name} BEFORE {events} ON "{table.name}"'
            f" FOR EACH {each} EXECUTE FUNCTION {_FUNCTION}()"
        )
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE ALWAYS TRIGGER {name}')


def flaws(connection: Connection, tables: Iterable[Table], schema: str) -> tuple[str, ...]:
    """Return the names of triggers that are missing, altered, switched off or not ours, in order; () when all is well."""
    on_sqlite = connection.dialect.name == "sqlite"
    expected = {trigger for table in tables for trigger in _expected(table, connection.dialect.name)}
    found = text(_SQLITE_FOUND) if on_sqlite else _POSTGRESQL_FOUND.bindparams(schema=schema)
    return tuple(
        sorted({str(name) for name, *_ in expected ^ {tuple(row) for row in connection.execute(found)}})
    )


@cache
def _expected(table: Table, dialect: str) -> frozenset[tuple[object, ...]]:
    if dialect == "sqlite":
        return frozenset((f"{table.name}.{name}", statement) for name, statement in _on_sqlite(table))
    return frozenset(_on_postgresql(table))


def _on_postgresql(table: Table) -> Iterator[tuple[object, ...]]:
    for name, _, _, kind in _POSTGRESQL_TRIGGERS:
        yield f"{table.name}.{name}", kind, "A", _FUNCTION, _BODY, True


def _on_sqlite(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the triggers' names and statements; SQLite keeps a statement as it was written."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table.name}: {_SENTENCE}'); END"
    taken = " OR ".join(_taken(table, key) for key in _keys(table))
    for name, event in (
        ("changed", f'BEFORE UPDATE ON "{table.name}"'),
        ("removed", f'BEFORE DELETE ON "{table.name}"'),
        ("replaced", f'BEFORE INSERT ON "{table.name}" WHEN {taken}'),
    ):
        yield f"{table.name}_{name}", f"CREATE TRIGGER {table.name}_{name} {event} {refuse}"


def _taken(table: Table, key: _Key) -> str:
    """Return the condition that a row to be inserted meets another of that key; names are our own."""
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key.columns)
    if key.empty is None:
        return f'EXISTS (SELECT 1 FROM "{table.name}" WHERE {same})'  # noqa: S608
    own = f'SELECT 1 FROM "{table.name}" WHERE "{key.empty}" IS NULL AND {same}'  # noqa: S608
    return f'NEW."{key.empty}" IS NULL AND EXISTS ({own})'


def _keys(table: Table) -> list[_Key]:
    """Return the table's keys, the primary one first."""
    others = [
        _Key(tuple(constraint.columns.keys()))
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            assert where is None or isinstance(where, BinaryExpression)
            others.append(_Key(tuple(index.columns.keys()), None if where is None else where.left.name))
    return [_Key(tuple(table.primary_key.columns.keys())), *sorted(others, key=repr)]
