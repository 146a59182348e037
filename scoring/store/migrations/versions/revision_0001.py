"""The first tables: a county, its criteria, periods, imports, units, markings and editions. All only ever grow."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from scoring.store.append_only import guard

revision = "0001"
down_revision = None

_METADATA = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
_BY_CODE_POINT: sa.types.TypeEngine[str] = sa.Text().with_variant(
    postgresql.TEXT(collation="C"), "postgresql"
)
_NUMBER: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and guard them."""
    connection = op.get_bind()
    _METADATA.create_all(connection, checkfirst=False)
    for table in _METADATA.sorted_tables:
        guard(connection, table)


def _text(name: str, *more: Any, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _BY_CODE_POINT, *more, nullable=nullable)


def _number(name: str, *more: Any) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, *more, nullable=False, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _made_at() -> sa.Column[str]:
    return sa.Column("made_at", _BY_CODE_POINT, nullable=False)


def _table(name: str, *elements: Any) -> sa.Table:
    return sa.Table(name, _METADATA, *elements, sqlite_strict=True, sqlite_with_rowid=False)


_table(
    "county",
    _number("number"),
    _text("name"),
    _made_at(),
    sa.PrimaryKeyConstraint("number"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint("name <> ''", name="name"),
)

_table(
    "criteria_set",
    _text("ref"),
    _text("digest"),
    _bytes("document"),
    _made_at(),
    sa.PrimaryKeyConstraint("ref"),
    sa.CheckConstraint("length(ref) BETWEEN 1 AND 160", name="ref"),
    sa.CheckConstraint("length(digest) = 64", name="digest"),
)

_table(
    "period",
    _text("id"),
    _made_at(),
    sa.PrimaryKeyConstraint("id"),
    sa.CheckConstraint("length(id) BETWEEN 1 AND 160", name="id"),
)

_table(
    "period_criteria",
    _text("period", sa.ForeignKey("period.id")),
    sa.Column("place", sa.Integer, nullable=False, autoincrement=False),
    _text("ref", sa.ForeignKey("criteria_set.ref")),
    sa.PrimaryKeyConstraint("period", "place"),
    sa.UniqueConstraint("period", "ref"),
    sa.CheckConstraint("place >= 0", name="place"),
)

_table(
    "phase_move",
    _text("period", sa.ForeignKey("period.id")),
    sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
    _text("phase"),
    _made_at(),
    sa.PrimaryKeyConstraint("period", "number"),
    sa.UniqueConstraint("period", "phase"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint(
        "phase IN ('preparing', 'collecting', 'marking', 'posted', 'published')", name="phase"
    ),
)

_table(
    "import",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("kind"),
    _text("digest"),
    _text("name"),
    sa.Column("rows", sa.Integer, nullable=False),
    _made_at(),
    sa.PrimaryKeyConstraint("number"),
    sa.UniqueConstraint("period", "kind", "digest"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint("kind IN ('units', 'marks')", name="kind"),
    sa.CheckConstraint("length(digest) = 64", name="digest"),
    sa.CheckConstraint('"rows" >= 0', name="rows"),
)

_table(
    "unit_revision",
    _text("period"),
    _text("code"),
    sa.Column("revision", sa.Integer, nullable=False, autoincrement=False),
    _text("name"),
    _text("domain"),
    _text("township", nullable=True),
    _text("department", nullable=True),
    _text("gates"),
    _text("predecessors"),
    _text("ref"),
    sa.Column("removed", sa.Integer, nullable=False),
    _number("import", sa.ForeignKey("import.number")),
    sa.PrimaryKeyConstraint("period", "code", "revision"),
    sa.ForeignKeyConstraint(["period", "ref"], ["period_criteria.period", "period_criteria.ref"]),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("length(code) BETWEEN 1 AND 160", name="code"),
    sa.CheckConstraint("name <> '' AND domain <> ''", name="named"),
    sa.CheckConstraint("township IS NOT NULL OR department IS NOT NULL", name="superior"),
    sa.CheckConstraint("removed IN (0, 1)", name="removed"),
    sa.Index("unit_revision_of_code", "code", "period"),
)

_table(
    "marking",
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("stage"),
    _text("evaluator"),
    sa.Column("revision", sa.Integer, nullable=False, autoincrement=False),
    _text("marks"),
    _number("import", sa.ForeignKey("import.number")),
    sa.PrimaryKeyConstraint("period", "unit", "stage", "evaluator", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("length(unit) BETWEEN 1 AND 160", name="unit"),
    sa.CheckConstraint("length(stage) BETWEEN 1 AND 160", name="stage"),
    sa.CheckConstraint("length(evaluator) BETWEEN 1 AND 160", name="evaluator"),
)

_edition = _table(
    "edition",
    _text("id"),
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("state"),
    _text("supersedes", nullable=True),
    _bytes("manifest"),
    _bytes("standings"),
    _made_at(),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("period", "id"),
    sa.UniqueConstraint("supersedes"),
    sa.ForeignKeyConstraint(["period", "supersedes"], ["edition.period", "edition.id"]),
    sa.CheckConstraint("length(id) = 64", name="id"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint("state IN ('draft', 'final')", name="state"),
)

sa.Index(
    "edition_first",
    _edition.c.period,
    unique=True,
    sqlite_where=_edition.c.supersedes.is_(None),
    postgresql_where=_edition.c.supersedes.is_(None),
)

_table(
    "edition_criteria",
    _text("edition", sa.ForeignKey("edition.id")),
    _text("ref", sa.ForeignKey("criteria_set.ref")),
    sa.PrimaryKeyConstraint("edition", "ref"),
)

_table(
    "edition_unit",
    _text("edition", sa.ForeignKey("edition.id")),
    sa.Column("place", sa.Integer, nullable=False, autoincrement=False),
    _text("code"),
    _bytes("unit_line"),
    _bytes("marks_line"),
    _bytes("row_line"),
    sa.PrimaryKeyConstraint("edition", "place"),
    sa.UniqueConstraint("edition", "code"),
    sa.CheckConstraint("place >= 0", name="place"),
)
