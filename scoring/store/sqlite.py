"""A county in one SQLite file: which driver is fit for it, and how the file is opened, read and written."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from scoring.errors import Refused
from scoring.store.drives import network_drive
from scoring.store.plain import run
from scoring.store.refusals import busy, unready
from scoring.store.revisions import VERSION_TABLE
from scoring.store.turns import turn

LEAST = (3, 51, 3)
"""Older ones can corrupt a database that several connections write."""

_PRAGMAS: tuple[tuple[str, str, str | int], ...] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
)

_READ = ("PRAGMA query_only=ON", "BEGIN", "SELECT 1 FROM sqlite_schema LIMIT 1")
"""SQLite takes its snapshot at the first reading."""
_WRITE = ("PRAGMA query_only=OFF", "BEGIN IMMEDIATE")
_LOOK = ("BEGIN", _READ[-1])
_MIGRATE = ("PRAGMA foreign_keys=OFF", *_WRITE)
"""With foreign keys on, a table made anew would take the rows that name it along."""

_BUSY, _LOCKED, _READONLY, _IOERR, _FULL = 5, 6, 8, 10, 13


class Sqlite:
    """The database file at *path*; people know it as *shown*, and wait for each other *patience* milliseconds."""

    schema = ""

    def __init__(self, path: Path, shown: str, patience: int) -> None:
        self.path = path.resolve()
        self.shown = shown
        self.patience = patience
        self._driver = fit([import_module(name) for name in _installed()])

    def exists(self) -> bool:
        """Return whether there is a file that may be the database. Raises StoreUnready on a network drive."""
        self._refuse_network()
        return self.path.is_file()

    def engine(self) -> Engine:
        """Return an engine on the file, which must be there, for those who read."""
        return self._engine("rw", _READ)

    def writers(self, _engine_of_readers: Engine) -> Engine:
        """Return the engine of whoever writes, beside that of those who read.

        A connection that changed from one to the other would lose all its prepared statements.
        """
        return self._engine("rw", _WRITE)

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection that sees the database as it is now, whatever others write, and cannot write."""
        with engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection in a write transaction, when its turn has come. Raises StoreBusy."""
        with turn(self.path, self.patience), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def looking(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection as `reading` does, but of the engine of those who write, for one who is about to.

        What is read here lies ready when it is written: another connection would fetch all of it again. Whoever writes
        all the same finds out at the end, and nothing of it is kept.
        """
        with engine.connect().execution_options(stars_begin=_LOOK) as connection, connection.begin():
            driver: Any = connection.connection.driver_connection
            before = driver.total_changes
            yield connection
            assert driver.total_changes == before, "nothing is written while one looks"

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a connection in a write transaction that may change tables; folder and file are made if need be.

        A file made for nothing is taken away again. Raises StoreUnready and StoreBusy.
        """
        self._refuse_network()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.unreachable(error) from None
        with turn(self.path, self.patience):
            made = self.path.exists()
            engine = self._engine("rwc", _MIGRATE)
            try:
                with engine.connect() as connection, connection.begin():
                    yield connection
                made = True
            finally:
                engine.dispose()
                if not made:
                    self._remove()

    def refusal(self, error: BaseException | None) -> Refused | None:
        """Return what a driver's *error* means to people, where it is about the state of the database."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {_BUSY, _LOCKED}:
            return busy()
        if code in {_READONLY, _IOERR}:
            return unready(
                f"数据库写不进去或读不出来，没有写入任何内容；请检查文件与文件夹的权限和磁盘：{self.shown}",
                f"The database cannot be written or read, nothing was written; "
                f"check the rights of file and folder, and the disk: {self.shown}",
            )
        if code == _FULL:
            return unready(
                f"磁盘已满，没有写入任何内容：{self.shown}",
                f"The disk is full, nothing was written: {self.shown}",
            )
        return None

    def unreachable(self, error: BaseException | None) -> Refused:
        """Return the refusal of a database that could not be opened, for that *error*."""
        return self.refusal(error) or unready(
            f"打不开数据库（{error}）：{self.shown}", f"The database cannot be opened ({error}): {self.shown}"
        )

    def _engine(self, mode: str, begins: tuple[str, ...]) -> Engine:
        """Return an engine whose transactions begin with those statements."""
        engine = create_engine(
            "sqlite://",
            creator=lambda: self._connected(mode),
            module=self._driver,
            poolclass=QueuePool,
            pool_timeout=self.patience / 1000,
            pool_use_lifo=True,
            hide_parameters=True,
            execution_options={"stars_begin": begins},
        )
        event.listen(engine, "begin", _begin)
        return engine

    def _connected(self, mode: str) -> Any:
        """Return a connection of the driver; *mode* `rw` takes the file as it is, `rwc` makes it if need be.

        What is set is read back, because SQLite passes over what it cannot do. The file of another program, or an
        empty one that is merely looked at, stays as it is.
        """
        connection = self._driver.connect(
            f"{self.path.as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=self.patience / 1000,
        )
        try:
            with closing(connection.cursor()) as cursor:
                self._set_up(cursor, mode)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, cursor: Any, mode: str) -> None:
        own = f"SELECT max(name = '{VERSION_TABLE}') FROM sqlite_schema WHERE type = 'table'"  # noqa: S608
        (ours,) = cursor.execute(own).fetchone()
        pragmas = _PRAGMAS if ours or (ours is None and mode == "rwc") else _PRAGMAS[1:]
        for name, value, _ in pragmas:
            cursor.execute(f"PRAGMA {name}={value}")
        for name, value, expected in pragmas:
            (found,) = cursor.execute(f"PRAGMA {name}").fetchone()
            if found != expected:
                raise unready(
                    f"数据库不支持 {name}={value}，请放到本机磁盘上：{self.shown}",
                    f"The database cannot do {name}={value}; put it on a local drive: {self.shown}",
                )

    def _refuse_network(self) -> None:
        kind = network_drive(self.path)
        if kind is not None:
            raise unready(
                f"数据库在网络盘（{kind}）上，几台机器同时使用会损坏；请放到本机磁盘，或改用 PostgreSQL：{self.shown}",
                f"The database lies on a network drive ({kind}), where it can be corrupted;"
                f" put it on a local drive, or use PostgreSQL: {self.shown}",
            )

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)


def fit(drivers: Sequence[Any]) -> Any:
    """Return the first of *drivers* that brings a SQLite new enough. Raises StoreUnready where none does."""
    for driver in drivers:
        if driver.sqlite_version_info >= LEAST:
            return driver
    found, least = _dotted(max(driver.sqlite_version_info for driver in drivers)), _dotted(LEAST)
    raise unready(
        f"本机的 SQLite 是 {found}，低于 {least}，不能几个进程同时使用，否则可能损坏数据库；"
        "请安装 pysqlite3（pip install pysqlite3），或改用 PostgreSQL",
        f"The SQLite here is {found}; below {least} several processes cannot use it without the risk of corrupting"
        " the database. Install pysqlite3 (pip install pysqlite3), or use PostgreSQL",
    )


def _installed() -> Iterator[str]:
    with suppress(ImportError):
        import_module("pysqlite3.dbapi2")
        yield "pysqlite3.dbapi2"
    yield "sqlite3"


def _dotted(version: Sequence[int]) -> str:
    return ".".join(str(number) for number in version)


def _begin(connection: Connection) -> None:
    """Begin a transaction. A pragma that stands already is not set again: it would cost all prepared statements."""
    for statement in connection.get_execution_options()["stars_begin"]:
        pragma, _, value = statement.partition("=")
        if connection.info.get(pragma) != statement:
            run(connection, statement)
        if value:
            connection.info[pragma] = statement
