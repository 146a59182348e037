"""A county's database made, or brought to this release: in one transaction, whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from scoring.store import readiness
from scoring.store.address import Database, database_at
from scoring.store.engine import PATIENCE
from scoring.store.refusals import unready
from scoring.store.revisions import KNOWN, MIGRATIONS, NEWEST, VERSION_TABLE, current, names_of_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was done: whether the database is new, the revision it was at before (None: none), and is at now."""

    created: bool
    before: str | None
    revision: str


def prepare(url: str, schema: str = "stars", grant_to: str | None = None) -> Prepared:
    """Make the database at *url*, or bring it to the newest revision; where it is there, nothing is changed.

    On PostgreSQL the role *grant_to* may then read and add rows, and nothing else. Raises StoreUnready and StoreBusy.
    """
    return bring(database_at(url, schema, PATIENCE), NEWEST, grant_to)


def bring(
    database: Database, revision: str, grant_to: str | None = None, migrations: Path = MIGRATIONS
) -> Prepared:
    """Bring *database* to *revision* by the revisions in the folder *migrations*, as `prepare` does to the newest."""
    try:
        with database.migrating() as connection:
            before = current(connection, database.schema)
            if before is None and names_of_tables(connection, database.schema):
                raise readiness.foreign(database)
            if before not in (None, *KNOWN):
                raise readiness.newer(database, str(before))
            if before != revision:
                _upgrade(connection, database, revision, migrations)
            if revision not in KNOWN[:-1]:
                readiness.check_triggers(connection, database)
            _grant(connection, database, grant_to)
    except DBAPIError as error:
        raise database.refusal(error.orig) or database.unreachable(error.orig) from None
    return Prepared(created=before is None, before=before, revision=revision)


def _upgrade(connection: Connection, database: Database, revision: str, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"connection": connection, "schema": database.schema or None}
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        assert not dangling, f"rows name others that are not there: {dangling}"


def _grant(connection: Connection, database: Database, grant_to: str | None) -> None:
    """Let *grant_to*, and whoever was let before, read and add rows; new tables need it anew."""
    if database.schema == "":
        if grant_to is not None:
            raise unready(
                "SQLite 没有角色，不能授权；授权只用于 PostgreSQL",
                "SQLite knows no roles; only on PostgreSQL can one be granted anything",
            )
        return
    schema, quote = f'"{database.schema}"', connection.dialect.identifier_preparer.quote_identifier
    roles = set(connection.execute(_GRANTED, {"county": f"{schema}.county"}).scalars())
    if grant_to is not None:
        _refuse_role(connection, grant_to)
        roles.add(grant_to)
    for role in sorted(roles):
        for statement in (
            f"REVOKE ALL ON SCHEMA {schema} FROM {quote(role)}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quote(role)}",
            f"GRANT USAGE ON SCHEMA {schema} TO {quote(role)}",
            f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO {quote(role)}",
            f"REVOKE INSERT ON {schema}.{VERSION_TABLE} FROM {quote(role)}",
        ):
            connection.exec_driver_sql(statement)


_GRANTED = text(
    "SELECT r.rolname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee"
    " WHERE c.oid = to_regclass(:county) AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner"
    " AND pg_has_role(c.relowner, 'USAGE')"
)
"""Who was let add rows, as far as it is for the one who asks to let them."""


def _refuse_role(connection: Connection, role: str) -> None:
    """Refuse a role that there is not, or that no grant could hold back."""
    known = text("SELECT pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = :role")
    owns = connection.scalar(known, {"role": role})
    if owns is None:
        raise unready(f"没有“{role}”这个数据库角色", f"There is no database role “{role}”")
    if owns:
        raise unready(
            f"“{role}”拥有这些表（或是超级用户），限制不了它；请另建一个角色给服务使用",
            f"“{role}” owns the tables, or is a superuser, and cannot be held back; make another role for the service",
        )
