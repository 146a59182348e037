"""What is assessed and what came of it: units, marks and editions. What changes over time is kept as revisions."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from scoring.store.tables.columns import link, moment, number, octets, small, table, text

county = table(
    "county",
    number("number"),
    text("name"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("name <> ''", name="name"),
)
"""What the county is called, by revision."""

criteria_set = table(
    "criteria_set",
    text("ref"),
    text("digest"),
    octets("document"),
    moment(),
    link(),
    PrimaryKeyConstraint("ref"),
    CheckConstraint("length(ref) BETWEEN 1 AND 160", name="ref"),
    CheckConstraint("length(digest) = 64", name="digest"),
)
"""Criteria sets as their canonical documents; the digest is the document's SHA-256."""

period = table(
    "period",
    text("id"),
    moment(),
    link(),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(id) BETWEEN 1 AND 160", name="id"),
)

period_criteria = table(
    "period_criteria",
    text("period", ForeignKey("period.id")),
    small("place"),
    text("ref", ForeignKey("criteria_set.ref")),
    link(),
    PrimaryKeyConstraint("period", "place"),
    UniqueConstraint("period", "ref"),
    CheckConstraint("place >= 0", name="place"),
)
"""The sets a period is assessed by, in order."""

phase_move = table(
    "phase_move",
    text("period", ForeignKey("period.id")),
    small("number"),
    text("phase"),
    moment(),
    link(),
    PrimaryKeyConstraint("period", "number"),
    UniqueConstraint("period", "phase"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("phase IN ('preparing', 'collecting', 'marking', 'posted', 'published')", name="phase"),
)
"""The phases a period came to; it stands in the one of the highest number, and in none twice."""

imports = table(
    "import",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("kind"),
    text("digest"),
    text("name"),
    small("rows"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("period", "kind", "digest"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("kind IN ('units', 'marks')", name="kind"),
    CheckConstraint("length(digest) = 64", name="digest"),
    CheckConstraint('"rows" >= 0', name="rows"),
)
"""The files that were taken into a period; the digest is the file's SHA-256."""

unit_revision = table(
    "unit_revision",
    text("period"),
    text("code"),
    small("revision"),
    text("name"),
    text("domain"),
    text("township", nullable=True),
    text("department", nullable=True),
    text("gates"),
    text("predecessors"),
    text("ref"),
    small("removed"),
    number("import", ForeignKey("import.number")),
    link(),
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

marking = table(
    "marking",
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("stage"),
    text("evaluator"),
    small("revision"),
    text("marks"),
    number("import", ForeignKey("import.number")),
    link(),
    PrimaryKeyConstraint("period", "unit", "stage", "evaluator", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("length(unit) BETWEEN 1 AND 160", name="unit"),
    CheckConstraint("length(stage) BETWEEN 1 AND 160", name="stage"),
    CheckConstraint("length(evaluator) BETWEEN 1 AND 160", name="evaluator"),
)
"""Markings by revision; marks are canonical JSON, criterion to mark, `{}` where all were withdrawn."""

edition = table(
    "edition",
    text("id"),
    number("number"),
    text("period", ForeignKey("period.id")),
    text("state"),
    text("supersedes", nullable=True),
    octets("manifest"),
    octets("standings"),
    moment(),
    link(),
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

edition_criteria = table(
    "edition_criteria",
    text("edition", ForeignKey("edition.id")),
    text("ref", ForeignKey("criteria_set.ref")),
    PrimaryKeyConstraint("edition", "ref"),
)

edition_unit = table(
    "edition_unit",
    text("edition", ForeignKey("edition.id")),
    small("place"),
    text("code"),
    octets("unit_line"),
    octets("marks_line"),
    octets("row_line"),
    PrimaryKeyConstraint("edition", "place"),
    UniqueConstraint("edition", "code"),
    CheckConstraint("place >= 0", name="place"),
)
"""The lines of an edition, a row a unit, in the order of the edition."""

edition_rendering = table(
    "edition_rendering",
    text("edition", ForeignKey("edition.id")),
    text("name"),
    octets("content"),
    PrimaryKeyConstraint("edition", "name"),
    CheckConstraint("length(name) BETWEEN 1 AND 160", name="name"),
)
"""What was worked out of an edition once and is shown often, by name; the content is compressed by zlib."""
