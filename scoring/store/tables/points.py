"""Members' points: members, the rules in force, claims, transfers and their entries, quarters, merchants and offers.

Members stand here by a random id; their names and numbers stand in a table of their own, which the chain covers by a
salted digest only. Points are hundredths, days are written 2026-12-31, quarters 2026Q4, months 2026-12.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint

from scoring.store.tables.columns import link, moment, number, small, table, text

_LEDGERS = "ledger IN ('honour', 'spendable')"

points_rules = table(
    "points_rules",
    text("ref"),
    text("digest"),
    text("document"),
    text("first_day"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("ref"),
    UniqueConstraint("first_day"),
)
"""Rules of points taken into use, and the first day they are in force; those of the day of an event decide it."""

member = table(
    "member",
    text("id"),
    moment(),
    link(),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(id) = 16", name="id"),
)

member_revision = table(
    "member_revision",
    text("member", ForeignKey("member.id")),
    small("revision"),
    text("unit"),
    text("kind"),
    text("state"),
    text("person"),
    text("named"),
    text("first_day"),
    moment(),
    link(),
    PrimaryKeyConstraint("member", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("kind IN ('serving', 'resident', 'mobile', 'elderly')", name="kind"),
    CheckConstraint("state IN ('active', 'left')", name="state"),
    Index("member_revision_of_unit", "unit", "member"),
    Index("member_revision_of_person", "person", "member"),
)
"""Members by revision: the branch and the kind from `first_day` on, the account ('' for none), a digest of the names."""

member_name = table(
    "member_name",
    text("member"),
    small("revision"),
    text("name"),
    text("salt"),
    PrimaryKeyConstraint("member", "revision"),
)
"""What members are called, not covered by the chain but for the digest in `member_revision`."""

member_code = table(
    "member_code",
    text("code"),
    text("member", ForeignKey("member.id")),
    PrimaryKeyConstraint("code"),
    UniqueConstraint("member"),
    CheckConstraint("code <> ''", name="code"),
)
"""Whose a member's number is; nobody else ever gets it."""

claim = table(
    "claim",
    number("number"),
    text("key"),
    text("member", ForeignKey("member.id")),
    text("unit"),
    text("at_unit"),
    text("rules", ForeignKey("points_rules.ref")),
    text("item"),
    number("points"),
    text("day"),
    text("event"),
    text("note"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("key"),
    CheckConstraint("points > 0", name="points"),
    Index("claim_of_member", "member", "number"),
    Index("claim_of_unit", "unit", "number"),
    Index("claim_at_unit", "at_unit", "number"),
)
"""Points that somebody says are due: pending until moved; `at_unit` is the community that is to verify it, else ''."""

claim_file = table(
    "claim_file",
    number("claim", ForeignKey("claim.number")),
    text("file", ForeignKey("evidence_file.sha256")),
    text("title"),
    link(),
    PrimaryKeyConstraint("claim", "file"),
)

claim_move = table(
    "claim_move",
    number("claim", ForeignKey("claim.number")),
    text("state"),
    number("points"),
    text("cut"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("claim"),
    CheckConstraint("state IN ('posted', 'void', 'withdrawn')", name="state"),
    CheckConstraint("points >= 0", name="points"),
)
"""What became of a claim: the points that were posted, and which caps cut how much of it (JSON)."""

transfer = table(
    "transfer",
    number("number"),
    text("key"),
    text("ledger"),
    text("kind"),
    text("source"),
    text("target"),
    number("amount"),
    number("owed"),
    text("member"),
    text("unit"),
    text("rules"),
    text("item"),
    text("day"),
    text("event"),
    number("claim", ForeignKey("claim.number"), nullable=True),
    number("undoes", nullable=True),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("key", "ledger"),
    UniqueConstraint("undoes"),
    CheckConstraint(_LEDGERS, name="ledger"),
    CheckConstraint(
        "kind IN ('baseline', 'award', 'loss', 'redemption', 'expiry', 'reversal', 'repayment')", name="kind"
    ),
    CheckConstraint("amount > 0 OR (kind = 'reversal' AND owed > 0 AND amount = 0)", name="amount"),
    CheckConstraint("owed = 0 OR (kind = 'reversal' AND owed > 0)", name="owed"),
    CheckConstraint("source <> target", name="accounts"),
    Index("transfer_of_member", "member", "day", "number"),
)
"""Points moved from one account to another: `issuer`, `expired`, or the id of a member or merchant.

`undoes` is the transfer a reversal takes back, at most once each; `owed` is what was no longer there to take back.
`member` is whose points they are, `unit` the branch they counted in, `day` the day they count on.
"""

entry = table(
    "entry",
    text("account"),
    text("ledger"),
    number("seq"),
    number("transfer", ForeignKey("transfer.number")),
    number("amount"),
    number("balance"),
    number("owed"),
    PrimaryKeyConstraint("account", "ledger", "seq"),
    CheckConstraint(_LEDGERS, name="ledger"),
    CheckConstraint("seq >= 1", name="seq"),
    CheckConstraint("ledger = 'honour' OR balance >= 0", name="balance"),
    CheckConstraint("owed >= 0 AND (ledger = 'spendable' OR owed = 0)", name="owed"),
)
"""What transfers did to the account of a member or merchant, in order, with the balance and the debt after each.

It follows from the transfers, which the chain covers; whoever verifies the chain makes it anew and compares.
"""

points_objection = table(
    "points_objection",
    number("number"),
    number("transfer", ForeignKey("transfer.number")),
    text("member", ForeignKey("member.id")),
    text("unit"),
    text("reason"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    Index("points_objection_of_unit", "unit", "number"),
    Index("points_objection_of_member", "member", "number"),
)
"""A member objects to a line of the own statement."""

points_objection_move = table(
    "points_objection_move",
    number("objection", ForeignKey("points_objection.number")),
    text("state"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("objection"),
    CheckConstraint("state IN ('upheld', 'dismissed', 'withdrawn')", name="state"),
)

reversal_motion = table(
    "reversal_motion",
    number("number"),
    number("transfer", ForeignKey("transfer.number")),
    text("unit"),
    text("reason"),
    number("objection", ForeignKey("points_objection.number"), nullable=True),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    Index("reversal_motion_of_unit", "unit", "number"),
    Index("reversal_motion_of_transfer", "transfer", "number"),
)
"""Somebody moves that a transfer be reversed; another confirms it."""

reversal_motion_move = table(
    "reversal_motion_move",
    number("motion", ForeignKey("reversal_motion.number")),
    text("state"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("motion"),
    CheckConstraint("state IN ('confirmed', 'refused')", name="state"),
)

quarter_close = table(
    "quarter_close",
    text("quarter"),
    text("unit"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("quarter", "unit"),
)
"""A branch's quarter is closed: nothing counts in it any more."""

quarter_result = table(
    "quarter_result",
    text("member", ForeignKey("member.id")),
    text("quarter"),
    text("unit"),
    text("kind"),
    text("rules", ForeignKey("points_rules.ref")),
    number("baseline"),
    number("earned"),
    number("lost"),
    number("figure"),
    link(),
    PrimaryKeyConstraint("member", "quarter"),
    CheckConstraint("figure = baseline + earned - lost", name="figure"),
    Index("quarter_result_of_unit", "unit", "quarter", "member"),
)
"""What a closed quarter came to for a member, on the honour ledger."""

points_expiry = table(
    "points_expiry",
    text("year"),
    text("step"),
    text("last_day"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("year", "step"),
    CheckConstraint("step IN ('announced', 'expired')", name="step"),
)
"""Spendable points earned in a year: when their end was announced, and when they ended."""

merchant = table(
    "merchant",
    text("id"),
    moment(),
    link(),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(id) = 16", name="id"),
)

merchant_revision = table(
    "merchant_revision",
    text("merchant", ForeignKey("merchant.id")),
    small("revision"),
    text("name"),
    text("place"),
    text("state"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("merchant", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
)
"""Merchants by revision: what the shop is called and where it is; a shop's name is nobody's name."""

merchant_till = table(
    "merchant_till",
    text("merchant", ForeignKey("merchant.id")),
    text("person", ForeignKey("person.id")),
    small("revision"),
    small("ended"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("merchant", "person", "revision"),
    CheckConstraint("ended IN (0, 1)", name="ended"),
    Index("merchant_till_of_person", "person", "merchant"),
)
"""Who takes codes for a merchant."""

offer = table(
    "offer",
    number("number"),
    text("merchant", ForeignKey("merchant.id")),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    Index("offer_of_merchant", "merchant", "number"),
)

offer_revision = table(
    "offer_revision",
    number("offer", ForeignKey("offer.number")),
    small("revision"),
    text("title"),
    text("terms"),
    number("points"),
    number("stock", nullable=True),
    text("card"),
    text("first_day"),
    text("last_day"),
    text("state"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("offer", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("points > 0", name="points"),
    CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
    CheckConstraint("state IN ('open', 'ended')", name="state"),
)
"""What a merchant gives for points: `stock` is how many there are in all (none: without limit), `card` which it takes."""

redemption_code = table(
    "redemption_code",
    text("digest"),
    text("member", ForeignKey("member.id")),
    number("offer", ForeignKey("offer.number")),
    moment("until"),
    moment(),
    PrimaryKeyConstraint("digest"),
    Index("redemption_code_of_member", "member", "made_at"),
)
"""One-time codes by their SHA-256, good until a moment; used when a redemption names them."""

code_tried = table(
    "code_tried",
    text("merchant", ForeignKey("merchant.id")),
    number("number"),
    moment(),
    PrimaryKeyConstraint("merchant", "number"),
)
"""Codes typed at a till that were none, counted so that nobody tries them all."""

redemption = table(
    "redemption",
    number("transfer", ForeignKey("transfer.number")),
    text("code", ForeignKey("redemption_code.digest")),
    number("offer", ForeignKey("offer.number")),
    small("revision"),
    text("merchant", ForeignKey("merchant.id")),
    text("month"),
    link(),
    PrimaryKeyConstraint("transfer"),
    UniqueConstraint("code"),
    Index("redemption_of_merchant", "merchant", "month", "transfer"),
    Index("redemption_of_offer", "offer", "transfer"),
)
"""What was redeemed by which code, under which revision of the offer, and in which month it is settled."""

settlement = table(
    "settlement",
    text("merchant", ForeignKey("merchant.id")),
    text("month"),
    number("points"),
    number("redemptions"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("merchant", "month"),
    CheckConstraint("points >= 0 AND redemptions >= 0", name="points"),
)
"""What a merchant's redemptions of a month come to, once the month is over."""
