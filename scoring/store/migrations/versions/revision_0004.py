"""Members' points: members, rules in force, claims, transfers, quarters, merchants and offers."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from scoring.store.append_only import guard

revision = "0004"
down_revision = "0003"

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
_NAMED = ("person", "evidence_file")
_LEDGERS = "ledger IN ('honour', 'spendable')"


def upgrade() -> None:
    """Make the tables and guard them."""
    connection = op.get_bind()
    made = [table for table in _METADATA.sorted_tables if table.name not in _NAMED]
    _METADATA.create_all(connection, tables=made, checkfirst=False)
    for table in made:
        guard(connection, table)


def _text(name: str, *more: Any) -> sa.Column[str]:
    return sa.Column(name, _BY_CODE_POINT, *more, nullable=False)


def _number(name: str, *more: Any, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, *more, nullable=nullable, autoincrement=False)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _moment(name: str = "made_at", *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _BY_CODE_POINT, nullable=nullable)


def _link() -> sa.Column[int]:
    return sa.Column("link", _NUMBER, nullable=True, autoincrement=False)


def _table(name: str, *elements: Any) -> sa.Table:
    return sa.Table(name, _METADATA, *elements, sqlite_strict=True, sqlite_with_rowid=False)


sa.Table("person", _METADATA, sa.Column("id", _BY_CODE_POINT, primary_key=True))
sa.Table("evidence_file", _METADATA, sa.Column("sha256", _BY_CODE_POINT, primary_key=True))

_table(
    "points_rules",
    _text("ref"),
    _text("digest"),
    _text("document"),
    _text("first_day"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("ref"),
    sa.UniqueConstraint("first_day"),
)

_table(
    "member",
    _text("id"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("id"),
    sa.CheckConstraint("length(id) = 16", name="id"),
)

_table(
    "member_revision",
    _text("member", sa.ForeignKey("member.id")),
    _small("revision"),
    _text("unit"),
    _text("kind"),
    _text("state"),
    _text("person"),
    _text("named"),
    _text("first_day"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("member", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("kind IN ('serving', 'resident', 'mobile', 'elderly')", name="kind"),
    sa.CheckConstraint("state IN ('active', 'left')", name="state"),
    sa.Index("member_revision_of_unit", "unit", "member"),
    sa.Index("member_revision_of_person", "person", "member"),
)

_table(
    "member_name",
    _text("member"),
    _small("revision"),
    _text("name"),
    _text("salt"),
    sa.PrimaryKeyConstraint("member", "revision"),
)

_table(
    "member_code",
    _text("code"),
    _text("member", sa.ForeignKey("member.id")),
    sa.PrimaryKeyConstraint("code"),
    sa.UniqueConstraint("member"),
    sa.CheckConstraint("code <> ''", name="code"),
)

_table(
    "claim",
    _number("number"),
    _text("key"),
    _text("member", sa.ForeignKey("member.id")),
    _text("unit"),
    _text("at_unit"),
    _text("rules", sa.ForeignKey("points_rules.ref")),
    _text("item"),
    _number("points"),
    _text("day"),
    _text("event"),
    _text("note"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.UniqueConstraint("key"),
    sa.CheckConstraint("points > 0", name="points"),
    sa.Index("claim_of_member", "member", "number"),
    sa.Index("claim_of_unit", "unit", "number"),
    sa.Index("claim_at_unit", "at_unit", "number"),
)

_table(
    "claim_file",
    _number("claim", sa.ForeignKey("claim.number")),
    _text("file", sa.ForeignKey("evidence_file.sha256")),
    _text("title"),
    _link(),
    sa.PrimaryKeyConstraint("claim", "file"),
)

_table(
    "claim_move",
    _number("claim", sa.ForeignKey("claim.number")),
    _text("state"),
    _number("points"),
    _text("cut"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("claim"),
    sa.CheckConstraint("state IN ('posted', 'void', 'withdrawn')", name="state"),
    sa.CheckConstraint("points >= 0", name="points"),
)

_table(
    "transfer",
    _number("number"),
    _text("key"),
    _text("ledger"),
    _text("kind"),
    _text("source"),
    _text("target"),
    _number("amount"),
    _number("owed"),
    _text("member"),
    _text("unit"),
    _text("rules"),
    _text("item"),
    _text("day"),
    _text("event"),
    _number("claim", sa.ForeignKey("claim.number"), nullable=True),
    _number("undoes", nullable=True),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.UniqueConstraint("key", "ledger"),
    sa.UniqueConstraint("undoes"),
    sa.CheckConstraint(_LEDGERS, name="ledger"),
    sa.CheckConstraint(
        "kind IN ('baseline', 'award', 'loss', 'redemption', 'expiry', 'reversal', 'repayment')", name="kind"
    ),
    sa.CheckConstraint("amount > 0 OR (kind = 'reversal' AND owed > 0 AND amount = 0)", name="amount"),
    sa.CheckConstraint("owed = 0 OR (kind = 'reversal' AND owed > 0)", name="owed"),
    sa.CheckConstraint("source <> target", name="accounts"),
    sa.Index("transfer_of_member", "member", "day", "number"),
)

_table(
    "entry",
    _text("account"),
    _text("ledger"),
    _number("seq"),
    _number("transfer", sa.ForeignKey("transfer.number")),
    _number("amount"),
    _number("balance"),
    _number("owed"),
    sa.PrimaryKeyConstraint("account", "ledger", "seq"),
    sa.CheckConstraint(_LEDGERS, name="ledger"),
    sa.CheckConstraint("seq >= 1", name="seq"),
    sa.CheckConstraint("ledger = 'honour' OR balance >= 0", name="balance"),
    sa.CheckConstraint("owed >= 0 AND (ledger = 'spendable' OR owed = 0)", name="owed"),
)

_table(
    "points_objection",
    _number("number"),
    _number("transfer", sa.ForeignKey("transfer.number")),
    _text("member", sa.ForeignKey("member.id")),
    _text("unit"),
    _text("reason"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("points_objection_of_unit", "unit", "number"),
    sa.Index("points_objection_of_member", "member", "number"),
)

_table(
    "points_objection_move",
    _number("objection", sa.ForeignKey("points_objection.number")),
    _text("state"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("objection"),
    sa.CheckConstraint("state IN ('upheld', 'dismissed', 'withdrawn')", name="state"),
)

_table(
    "reversal_motion",
    _number("number"),
    _number("transfer", sa.ForeignKey("transfer.number")),
    _text("unit"),
    _text("reason"),
    _number("objection", sa.ForeignKey("points_objection.number"), nullable=True),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("reversal_motion_of_unit", "unit", "number"),
    sa.Index("reversal_motion_of_transfer", "transfer", "number"),
)

_table(
    "reversal_motion_move",
    _number("motion", sa.ForeignKey("reversal_motion.number")),
    _text("state"),
    _text("reason"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("motion"),
    sa.CheckConstraint("state IN ('confirmed', 'refused')", name="state"),
)

_table(
    "quarter_close",
    _text("quarter"),
    _text("unit"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("quarter", "unit"),
)

_table(
    "quarter_result",
    _text("member", sa.ForeignKey("member.id")),
    _text("quarter"),
    _text("unit"),
    _text("kind"),
    _text("rules", sa.ForeignKey("points_rules.ref")),
    _number("baseline"),
    _number("earned"),
    _number("lost"),
    _number("figure"),
    _link(),
    sa.PrimaryKeyConstraint("member", "quarter"),
    sa.CheckConstraint("figure = baseline + earned - lost", name="figure"),
    sa.Index("quarter_result_of_unit", "unit", "quarter", "member"),
)

_table(
    "points_expiry",
    _text("year"),
    _text("step"),
    _text("last_day"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("year", "step"),
    sa.CheckConstraint("step IN ('announced', 'expired')", name="step"),
)

_table(
    "merchant",
    _text("id"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("id"),
    sa.CheckConstraint("length(id) = 16", name="id"),
)

_table(
    "merchant_revision",
    _text("merchant", sa.ForeignKey("merchant.id")),
    _small("revision"),
    _text("name"),
    _text("place"),
    _text("state"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("merchant", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("state IN ('open', 'closed')", name="state"),
)

_table(
    "merchant_till",
    _text("merchant", sa.ForeignKey("merchant.id")),
    _text("person", sa.ForeignKey("person.id")),
    _small("revision"),
    _small("ended"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("merchant", "person", "revision"),
    sa.CheckConstraint("ended IN (0, 1)", name="ended"),
    sa.Index("merchant_till_of_person", "person", "merchant"),
)

_table(
    "offer",
    _number("number"),
    _text("merchant", sa.ForeignKey("merchant.id")),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("number"),
    sa.Index("offer_of_merchant", "merchant", "number"),
)

_table(
    "offer_revision",
    _number("offer", sa.ForeignKey("offer.number")),
    _small("revision"),
    _text("title"),
    _text("terms"),
    _number("points"),
    _number("stock", nullable=True),
    _text("card"),
    _text("first_day"),
    _text("last_day"),
    _text("state"),
    _text("by"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("offer", "revision"),
    sa.CheckConstraint("revision >= 1", name="revision"),
    sa.CheckConstraint("points > 0", name="points"),
    sa.CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
    sa.CheckConstraint("state IN ('open', 'ended')", name="state"),
)

_table(
    "redemption_code",
    _text("digest"),
    _text("member", sa.ForeignKey("member.id")),
    _number("offer", sa.ForeignKey("offer.number")),
    _moment("until"),
    _moment(),
    sa.PrimaryKeyConstraint("digest"),
    sa.Index("redemption_code_of_member", "member", "made_at"),
)

_table(
    "code_tried",
    _text("merchant", sa.ForeignKey("merchant.id")),
    _number("number"),
    _moment(),
    sa.PrimaryKeyConstraint("merchant", "number"),
)

_table(
    "redemption",
    _number("transfer", sa.ForeignKey("transfer.number")),
    _text("code", sa.ForeignKey("redemption_code.digest")),
    _number("offer", sa.ForeignKey("offer.number")),
    _small("revision"),
    _text("merchant", sa.ForeignKey("merchant.id")),
    _text("month"),
    _link(),
    sa.PrimaryKeyConstraint("transfer"),
    sa.UniqueConstraint("code"),
    sa.Index("redemption_of_merchant", "merchant", "month", "transfer"),
    sa.Index("redemption_of_offer", "offer", "transfer"),
)

_table(
    "settlement",
    _text("merchant", sa.ForeignKey("merchant.id")),
    _text("month"),
    _number("points"),
    _number("redemptions"),
    _text("by"),
    _text("on_behalf"),
    _moment(),
    _link(),
    sa.PrimaryKeyConstraint("merchant", "month"),
    sa.CheckConstraint("points >= 0 AND redemptions >= 0", name="points"),
)
