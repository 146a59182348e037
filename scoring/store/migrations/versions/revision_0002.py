"""Renderings of editions: bytes that are worked out of an edition and kept beside it, such as charts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from scoring.store.append_only import guard

revision = "0002"
down_revision = "0001"

_BY_CODE_POINT: sa.types.TypeEngine[str] = sa.Text().with_variant(
    postgresql.TEXT(collation="C"), "postgresql"
)


def upgrade() -> None:
    """Make the table, and guard it."""
    rendering = op.create_table(
        "edition_rendering",
        sa.Column("edition", _BY_CODE_POINT, nullable=False),
        sa.Column("name", _BY_CODE_POINT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("edition", "name", name="edition_rendering_pkey"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 160", name="edition_rendering_name_check"),
        sa.ForeignKeyConstraint(["edition"], ["edition.id"], name="edition_rendering_edition_fkey"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    guard(op.get_bind(), rendering)
