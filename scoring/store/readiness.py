"""Whether a database is ready for this release: made, of its revision, and with all that keeps its rows as they are."""

from collections.abc import Sequence

from sqlalchemy import Connection

from scoring.store import append_only
from scoring.store.address import Database
from scoring.store.refusals import StoreUnready, unready
from scoring.store.revisions import KNOWN, NEWEST, current, names_of_tables
from scoring.store.tables import METADATA


def check(connection: Connection, database: Database, known: Sequence[str] = KNOWN) -> None:
    """Return when the database is ready for a release that knows those revisions. Raises StoreUnready, saying what to do."""
    check_revision(connection, database, known)
    check_triggers(connection, database)


def check_revision(connection: Connection, database: Database, known: Sequence[str] = KNOWN) -> None:
    """Return when the database is of the newest of those revisions. Raises StoreUnready, saying what to do."""
    revision = current(connection, database.schema)
    if revision is None:
        raise missing(database) if not names_of_tables(connection, database.schema) else foreign(database)
    if revision != known[-1]:
        raise _older(database, revision, known[-1]) if revision in known else newer(database, revision)


def check_triggers(connection: Connection, database: Database) -> None:
    """Return when every table only grows. Raises StoreUnready, naming the triggers at fault."""
    flaws = append_only.flaws(connection, METADATA.tables.values(), database.schema)
    if flaws:
        raise unready(
            f"保证“只增不改”的触发器缺失或被改动（{'、'.join(flaws)}）：{database.shown}；"
            "此后的内容是否被改过已无法保证。请查明是谁所为，从此前的备份恢复",
            f"Triggers that keep rows from being changed are missing or altered ({', '.join(flaws)}) at {database.shown};"
            " since then anything may have been changed. Find out who did it, and restore a backup made before",
        )


def missing(database: Database) -> StoreUnready:
    """Return the refusal of a database that was never made."""
    return unready(
        f"还没有数据库：{database.shown}；请先运行 stars init",
        f"There is no database yet at {database.shown}; run `stars init` first",
    )


def _older(database: Database, revision: str, needed: str) -> StoreUnready:
    return unready(
        f"数据库是较早的版本建立的（{revision}，现需 {needed}）：{database.shown}；请备份后运行 stars init",
        f"The database was made by an older release ({revision}, now {needed}): {database.shown};"
        " make a backup, then run `stars init`",
    )


def newer(database: Database, revision: str) -> StoreUnready:
    """Return the refusal of a database of a newer release."""
    return unready(
        f"数据库是更新的版本建立的（{revision}，本版本到 {NEWEST}）：{database.shown}；请安装更新的版本",
        f"The database was made by a newer release ({revision}, this one knows {NEWEST}): {database.shown};"
        " install the newer release",
    )


def foreign(database: Database) -> StoreUnready:
    """Return the refusal of a database in which somebody else keeps tables."""
    return unready(
        f"那里已有别的程序的表，不是本系统的数据库：{database.shown}；请另换地址",
        f"There are tables of something else at {database.shown}; choose another address",
    )
