"""The tables of one county. All only ever grow: what changes over time is kept as revisions, the highest counts.

Texts are compared by code point on every database, so that an order is the same everywhere. Numbers of imports and
editions are given in order of writing, without gaps.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
"""Every table but Alembic's own `alembic_version`."""

_BY_CODE_POINT: TypeEngine[str] = SqlText().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment as text in UTC, `2026-11-21T06:53:00.000000Z`, so that a person reads it in the database as it is."""

    impl = SqlText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of all texts here."""
        return dialect.type_descriptor(_BY_CODE_POINT)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the moment as text."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment the text says."""
        return None if value is None else datetime.fromisoformat(value)


def _text(name: str, *more: Any, nullable: bool = False) -> Column[str]:
    return Column(name, _BY_CODE_POINT, *more, nullable=nullable)


def _number(name: str, *more: Any) -> Column[int]:
    return Column(name, _NUMBER, *more, nullable=False, autoincrement=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _made_at() -> Column[datetime]:
    return Column("made_at", Moment, nullable=False)


def _table(name: str, *elements: Any) -> Table:
    return Table(name, METADATA, *elements, sqlite_strict=True, sqlite_with_rowid=False)


county = _table(
    "county",
    _number("number"),
    _text("name"),
    _made_at(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("name <> ''", name="name"),
)
"""What the county is called, by revision."""

criteria_set = _table(
    "criteria_set",
    _text("ref"),
    _text("digest"),
    _bytes("document"),
    _made_at(),
    PrimaryKeyConstraint("ref"),
    CheckConstraint("length(ref) BETWEEN 1 AND 160", name="ref"),
    CheckConstraint("length(digest) = 64", name="digest"),
)
"""Criteria sets as their canonical documents; the digest is the document's SHA-256."""

period = _table(
    "period",
    _text("id"),
    _made_at(),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(id) BETWEEN 1 AND 160", name="id"),
)

period_criteria = _table(
    "period_criteria",
    _text("period", ForeignKey("period.id")),
    Column("place", Integer, nullable=False, autoincrement=False),
    _text("ref", ForeignKey("criteria_set.ref")),
    PrimaryKeyConstraint("period", "place"),
    UniqueConstraint("period", "ref"),
    CheckConstraint("place >= 0", name="place"),
)
"""The sets a period is assessed by, in order."""

phase_move = _table(
    "phase_move",
    _text("period", ForeignKey("period.id")),
    Column("number", Integer, nullable=False, autoincrement=False),
    _text("phase"),
    _made_at(),
    PrimaryKeyConstraint("period", "number"),
    UniqueConstraint("period", "phase"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("phase IN ('preparing', 'collecting', 'marking', 'posted', 'published')", name="phase"),
)
"""The phases a period came to; it stands in the one of the highest number, and in none twice."""

imports = _table(
    "import",
    _number("number"),
    _text("period", ForeignKey("period.id")),
    _text("kind"),
    _text("digest"),
    _text("name"),
    Column("rows", Integer, nullable=False),
    _made_at(),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("period", "kind", "digest"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("kind IN ('units', 'marks')", name="kind"),
    CheckConstraint("length(digest) = 64", name="digest"),
    CheckConstraint('"rows" >= 0', name="rows"),
)
"""The files that were taken into a period; the digest is the file's SHA-256."""

unit_revision = _table(
    "unit_revision",
    _text("period"),
    _text("code"),
    Column("revision", Integer, nullable=False, autoincrement=False),
    _text("name"),
    _text("domain"),
    _text("township", nullable=True),
    _text("department", nullable=True),
    _text("gates"),
    _text("predecessors"),
    _text("ref"),
    Column("removed", Integer, nullable=False),
    _number("import", ForeignKey("import.number")),
    PrimaryKeyConstraint("period", "code", "revision"),
    ForeignKeyConstraint(["period", "ref"], ["period_criteria.period", "period_criteria.ref"]),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("length(code) BETWEEN 1 AND 160", name="code"),
    CheckConstraint("name <> '' AND domain <> ''", name="named"),
    CheckConstraint("township IS NOT NULL OR department IS NOT NULL", name="superior"),
    CheckConstraint("removed IN (0, 1)", name="removed"),
    Index("unit_revision_of_code", "code", "period"),
)
"""The units of a period by revision; gates and predecessors are JSON lists, `removed` is 1 where it was taken out."""

marking = _table(
    "marking",
    _text("period", ForeignKey("period.id")),
    _text("unit"),
    _text("stage"),
    _text("evaluator"),
    Column("revision", Integer, nullable=False, autoincrement=False),
    _text("marks"),
    _number("import", ForeignKey("import.number")),
    PrimaryKeyConstraint("period", "unit", "stage", "evaluator", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("length(unit) BETWEEN 1 AND 160", name="unit"),
    CheckConstraint("length(stage) BETWEEN 1 AND 160", name="stage"),
    CheckConstraint("length(evaluator) BETWEEN 1 AND 160", name="evaluator"),
)
"""Markings by revision; marks are canonical JSON, criterion to mark, `{}` where all were withdrawn."""

edition = _table(
    "edition",
    _text("id"),
    _number("number"),
    _text("period", ForeignKey("period.id")),
    _text("state"),
    _text("supersedes", nullable=True),
    _bytes("manifest"),
    _bytes("standings"),
    _made_at(),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("number"),
    UniqueConstraint("period", "id"),
    UniqueConstraint("supersedes"),
    ForeignKeyConstraint(["period", "supersedes"], ["edition.period", "edition.id"]),
    CheckConstraint("length(id) = 64", name="id"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("state IN ('draft', 'final')", name="state"),
)
"""Editions. Those of a period are one chain: each but the first supersedes one of the same period, once."""

Index(
    "edition_first",
    edition.c.period,
    unique=True,
    sqlite_where=edition.c.supersedes.is_(None),
    postgresql_where=edition.c.supersedes.is_(None),
)

edition_criteria = _table(
    "edition_criteria",
    _text("edition", ForeignKey("edition.id")),
    _text("ref", ForeignKey("criteria_set.ref")),
    PrimaryKeyConstraint("edition", "ref"),
)

edition_unit = _table(
    "edition_unit",
    _text("edition", ForeignKey("edition.id")),
    Column("place", Integer, nullable=False, autoincrement=False),
    _text("code"),
    _bytes("unit_line"),
    _bytes("marks_line"),
    _bytes("row_line"),
    PrimaryKeyConstraint("edition", "place"),
    UniqueConstraint("edition", "code"),
    CheckConstraint("place >= 0", name="place"),
)
"""The lines of an edition, a row a unit, in the order of the edition."""

edition_rendering = _table(
    "edition_rendering",
    _text("edition", ForeignKey("edition.id")),
    _text("name"),
    _bytes("content"),
    PrimaryKeyConstraint("edition", "name"),
    CheckConstraint("length(name) BETWEEN 1 AND 160", name="name"),
)
"""What was worked out of an edition once and is shown often, by name; the content is compressed by zlib."""
