"""The chain, people and a year's work. Tables there were before say from now on under which link a row was written."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from scoring.store.append_only import guard

revision = "0003"
down_revision = "0002"

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
_COVERED = (
    "county",
    "criteria_set",
    "period",
    "period_criteria",
    "phase_move",
    "import",
    "unit_revision",
    "marking",
    "edition",
)
_NAMED = ("period", "edition")


def upgrade() -> None:
    """Make the tables, guard them, and give the covered ones their new column."""
    connection = op.get_bind()
    for name in _COVERED:
        op.add_column(name, _link())
    made = [table for table in _METADATA.sorted_tables if table.name not in _NAMED]
    _METADATA.create_all(connection, tables=made, checkfirst=False)
    for table in made:
        guard(connection, table)


def _text(name: str, *more: Any) -> sa.Column[str]:
    return sa.Column(name, _BY_CODE_POINT, *more, nullable=False)


def _number(name: str, *more: Any) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, *more, nullable=False, autoincrement=False)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _moment(name: str = "made_at", *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _BY_CODE_POINT, nullable=nullable)


def _link() -> sa.Column[int]:
    return sa.Column("link", _NUMBER, nullable=True, autoincrement=False)


def _table(name: str, *elements: Any) -> sa.Table:
    return sa.Table(name, _METADATA, *elements, sqlite_strict=True, sqlite_with_rowid=False)


for _name in _NAMED:
    sa.Table(_name, _METADATA, sa.Column("id", _BY_CODE_POINT, primary_key=True))

_table(
    "chain_link",
    _number("number"),
    _moment(),
    _text("person"),
    _text("on_behalf"),
    _text("role"),
    _text("action"),
    _text("before"),
    _text("content"),
    _text("previous"),
    _text("hash"),
    sa.PrimaryKeyConstraint("number"),
    sa.UniqueConstraint("hash"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint("length(hash) = 64", name="hash"),
)

_table(
    "link_subject",
    _number("link", sa.ForeignKey("chain_link.number")),
    _small("place"),
    _text("subject"),
    sa.PrimaryKeyConstraint("link", "place"),
    sa.Index("link_subject_of_subject", "subject", "link"),
)

_table(
    "person",
    _text("id"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("id"),
    sa.CheckConstraint("length(id) = 16", name="id"),
)

_table(
    "person_revision",
    _text("person", sa.ForeignKey("person.id")),
    _small("revision"),
    _text("state"),
    _text("unit"),
    _text("named"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("person", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("state IN ('open', 'closed')", name="state"),
)

_table(
    "person_name",
    _text("person"),
    _small("revision"),
    _text("login"),
    _text("name"),
    _text("signs_as"),
    _text("salt"),
    sa.PrimaryKeyConstraint("person", "revision"),
)

_table(
    "person_login",
    _text("login"),
    _text("person", sa.ForeignKey("person.id")),
    sa.PrimaryKeyConstraint("login"),
    sa.CheckConstraint("login <> ''", name="login"),
)

_table(
    "person_signature",
    _text("signs_as"),
    _text("person", sa.ForeignKey("person.id")),
    sa.PrimaryKeyConstraint("signs_as"),
    sa.CheckConstraint("signs_as <> ''", name="signs_as"),
)

_table(
    "credential",
    _text("person", sa.ForeignKey("person.id")),
    _small("number"),
    _text("hash"),
    _small("one_time"),
    _moment("until", nullable=True),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("person", "number"),
    sa.CheckConstraint("one_time IN (0, 1)", name="one_time"),
)

_table(
    "sign_in",
    _number("number"),
    _text("login"),
    _text("person"),
    _text("address"),
    _text("outcome"),
    _text("browser"),
    _moment(),
    sa.PrimaryKeyConstraint("number"),
    sa.CheckConstraint("outcome IN ('in', 'wrong', 'locked', 'closed', 'expired')", name="outcome"),
    sa.Index("sign_in_of_login", "login", "number"),
    sa.Index("sign_in_of_person", "person", "number"),
    sa.Index("sign_in_of_address", "address", "number"),
)

_table(
    "session",
    _text("token"),
    _text("person", sa.ForeignKey("person.id")),
    _text("csrf"),
    _moment("until"),
    _moment(),
    sa.PrimaryKeyConstraint("token"),
    sa.Index("session_of_person", "person", "token"),
)

_table(
    "session_seen",
    _text("token", sa.ForeignKey("session.token")),
    _small("number"),
    _text("on_behalf"),
    _moment(),
    sa.PrimaryKeyConstraint("token", "number"),
)

_table(
    "session_end",
    _text("token", sa.ForeignKey("session.token")),
    _text("why"),
    _moment(),
    sa.PrimaryKeyConstraint("token"),
)

_table(
    "role_grant",
    _number("number"),
    _text("person", sa.ForeignKey("person.id")),
    _text("role"),
    _text("scope_kind"),
    _text("scope"),
    _text("period"),
    _text("proposed_by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.CheckConstraint("scope_kind IN ('county', 'township', 'department', 'unit')", name="scope"),
    sa.Index("role_grant_of_person", "person", "number"),
)

_table(
    "role_grant_move",
    _number("role_grant", sa.ForeignKey("role_grant.number")),
    _small("number"),
    _text("state"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("role_grant", "number"),
    sa.CheckConstraint("state IN ('confirmed', 'refused', 'ended')", name="state"),
)

_table(
    "deputy",
    _number("number"),
    _text("principal", sa.ForeignKey("person.id")),
    _text("person", sa.ForeignKey("person.id")),
    _text("first_day"),
    _text("last_day"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
)

_table(
    "deputy_end",
    _number("deputy", sa.ForeignKey("deputy.number")),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("deputy"),
)

_table(
    "recusal",
    _text("person", sa.ForeignKey("person.id")),
    _text("unit"),
    _small("revision"),
    _small("ended"),
    _text("reason"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("person", "unit", "revision"),
    sa.CheckConstraint("ended IN (0, 1)", name="ended"),
)

_table(
    "access_token",
    _text("token"),
    _text("person", sa.ForeignKey("person.id")),
    _text("name"),
    _text("scope"),
    _moment("until"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("token"),
    sa.CheckConstraint("scope IN ('read', 'write')", name="scope"),
    sa.Index("access_token_of_person", "person", "token"),
)

_table(
    "access_token_end",
    _text("token", sa.ForeignKey("access_token.token")),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("token"),
)

_table(
    "answered",
    _text("person"),
    _text("operation"),
    _text("key"),
    _text("body"),
    _small("status"),
    _octets("answer"),
    _moment(),
    sa.PrimaryKeyConstraint("person", "operation", "key"),
)

_table(
    "notice",
    _number("number"),
    _text("person", sa.ForeignKey("person.id")),
    _text("kind"),
    _text("zh"),
    _text("en"),
    _text("address"),
    _moment(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("notice_of_person", "person", "number"),
)

_table(
    "notice_seen",
    _number("notice", sa.ForeignKey("notice.number")),
    _moment(),
    sa.PrimaryKeyConstraint("notice"),
)

_table(
    "assignment",
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("stage"),
    _text("person", sa.ForeignKey("person.id")),
    _small("revision"),
    _small("ended"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("period", "unit", "stage", "person", "revision"),
    sa.CheckConstraint("ended IN (0, 1)", name="ended"),
    sa.Index("assignment_of_person", "person", "period"),
)

_table(
    "draw",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("stage"),
    _text("seed"),
    _small("wanted"),
    _text("units"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
)

_table(
    "deadline",
    _text("period", sa.ForeignKey("period.id")),
    _text("step"),
    _small("revision"),
    _text("day"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("period", "step", "revision"),
)

_table(
    "working_day",
    _text("day"),
    _small("revision"),
    _small("working"),
    _text("name"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("day", "revision"),
    sa.CheckConstraint("working IN (0, 1)", name="working"),
)

_table(
    "evidence_file",
    _text("sha256"),
    _text("kind"),
    _number("size"),
    _text("taken_at"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("sha256"),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)

_table(
    "evidence",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("criterion"),
    _text("file", sa.ForeignKey("evidence_file.sha256")),
    _text("title"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("evidence_of_unit", "period", "unit", "criterion"),
    sa.Index("evidence_of_file", "file"),
)

_table(
    "evidence_end",
    _number("evidence", sa.ForeignKey("evidence.number")),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("evidence"),
)

_table(
    "evidence_excuse",
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("criterion"),
    _small("revision"),
    _text("reason"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("period", "unit", "criterion", "revision"),
)

_table(
    "draft",
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("stage"),
    _text("holder"),
    _text("criterion"),
    _small("revision"),
    _text("mark"),
    _text("comment"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    sa.PrimaryKeyConstraint("period", "unit", "stage", "holder", "criterion", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
)

_table(
    "sheet_move",
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("stage"),
    _text("holder"),
    _small("number"),
    _text("state"),
    _text("evaluator"),
    _text("comments"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("period", "unit", "stage", "holder", "number"),
    sa.CheckConstraint("state IN ('signed', 'sent_back')", name="state"),
)

_table(
    "gate_motion",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("unit"),
    _text("gate"),
    _text("motion"),
    _text("reason"),
    _text("file"),
    _text("title"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.CheckConstraint("motion IN ('raise', 'lift')", name="motion"),
    sa.Index("gate_motion_of_unit", "period", "unit"),
)

_table(
    "gate_motion_move",
    _number("gate_motion", sa.ForeignKey("gate_motion.number")),
    _text("state"),
    _text("reason"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("gate_motion"),
    sa.CheckConstraint("state IN ('confirmed', 'refused', 'withdrawn')", name="state"),
)

_table(
    "posting",
    _text("edition", sa.ForeignKey("edition.id")),
    _text("first_day"),
    _text("last_day"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("edition"),
)

_table(
    "objection",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("edition", sa.ForeignKey("edition.id")),
    _text("unit"),
    _text("criterion"),
    _text("gate"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("objection_of_unit", "period", "unit"),
)

_table(
    "objection_file",
    _number("objection", sa.ForeignKey("objection.number")),
    _text("file", sa.ForeignKey("evidence_file.sha256")),
    _text("title"),
    _link(),
    sa.PrimaryKeyConstraint("objection", "file"),
)

_table(
    "objection_move",
    _number("objection", sa.ForeignKey("objection.number")),
    _small("number"),
    _text("state"),
    _text("person"),
    _text("mark"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("objection", "number"),
    sa.CheckConstraint("state IN ('assigned', 'upheld', 'dismissed', 'withdrawn')", name="state"),
)

_table(
    "proposal",
    _number("number"),
    _text("period", sa.ForeignKey("period.id")),
    _text("state"),
    _text("inputs"),
    _text("supersedes"),
    _text("reason"),
    _text("excused"),
    _text("first_day"),
    _text("last_day"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.CheckConstraint("state IN ('draft', 'final')", name="state"),
)

_table(
    "proposal_move",
    _number("proposal", sa.ForeignKey("proposal.number")),
    _text("state"),
    _text("edition"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("proposal"),
    sa.CheckConstraint("state IN ('confirmed', 'refused')", name="state"),
)
