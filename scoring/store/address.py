"""Addresses: the URL of a county's database as an office writes it, and as it may be shown, without the password."""

import re
from pathlib import Path

from sqlalchemy import URL, make_url

from scoring.store.postgresql import Postgresql
from scoring.store.refusals import StoreUnready, unready
from scoring.store.sqlite import Sqlite

Database = Sqlite | Postgresql

_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_SHOWN = frozenset({"host", "port", "sslmode"})
"""What after the ? of a URL is no secret."""


def database_at(url: str, schema: str, patience: int) -> Database:
    """Return the database at *url*: a SQLite file, or *schema* of a PostgreSQL database. Raises StoreUnready."""
    parsed = _parsed(url)
    match parsed.drivername:
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:" or parsed.query or parsed.host:
                raise _not_an_address()
            return Sqlite(Path(parsed.database), f"sqlite:///{parsed.database}", patience)
        case "postgresql" | "postgresql+psycopg":
            if not _SCHEMA.fullmatch(schema):
                raise unready(
                    f"“{schema}”不能作模式（schema）名：只用小写字母、数字和下划线，不以数字或 pg_ 开头",
                    f"“{schema}” cannot name a schema: small letters, digits and underscores, no digit or pg_ first",
                )
            own = parsed.set(drivername="postgresql+psycopg")
            return Postgresql(own, schema, _shown(parsed), patience)
        case _:
            raise _not_an_address()


def _parsed(url: str) -> URL:
    """Return the parts of *url*. A stray @ is refused: it parts a password that then would be shown as a host."""
    try:
        parsed = make_url(url)
    except Exception:  # noqa: BLE001  the parser's errors quote the URL
        raise _not_an_address() from None
    if "@" in f"{parsed.host}{parsed.database}" and parsed.drivername != "sqlite":
        raise unready(
            "数据库地址里多了一个 @：用户名或密码中的特殊字符要写成百分号编码（@ 写成 %40，/ 写成 %2F）",
            "The database's URL has one @ too many: write special characters of a name or password in percent"
            " encoding (@ as %40, / as %2F)",
        )
    return parsed


def _shown(url: URL) -> str:
    plain = {key: value for key, value in url.query.items() if key in _SHOWN}
    return url.set(query=plain).render_as_string(hide_password=True)


def _not_an_address() -> StoreUnready:
    return unready(
        "数据库地址看不懂，应写成 sqlite:///文件路径 或 postgresql://用户:密码@主机:端口/数据库",
        "The database's URL is not understood; write sqlite:///path or postgresql://user:password@host:port/database",
    )
