"""Who works here: the chain of what was done, people, their rights, and their ways in.

Names stand in tables of their own, which the chain covers by a salted digest only: a name may have to be forgotten
one day, what was done may not.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint

from scoring.store.tables.columns import link, moment, number, octets, small, table, text

chain_link = table(
    "chain_link",
    number("number"),
    moment(),
    text("person"),
    text("on_behalf"),
    text("role"),
    text("action"),
    text("before"),
    text("content"),
    text("previous"),
    text("hash"),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("hash"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("length(hash) = 64", name="hash"),
)
"""The chain: who did what, the digest of the rows that were written, and the hash of the link before."""

link_subject = table(
    "link_subject",
    number("link", ForeignKey("chain_link.number")),
    small("place"),
    text("subject"),
    PrimaryKeyConstraint("link", "place"),
    Index("link_subject_of_subject", "subject", "link"),
)
"""What a link is about, `unit 2026 C0001` or `person 5f…`; the first is what it is about first of all."""

person = table(
    "person",
    text("id"),
    moment(),
    link(),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(id) = 16", name="id"),
)
"""People by a random id, which is all the chain knows of them."""

person_revision = table(
    "person_revision",
    text("person", ForeignKey("person.id")),
    small("revision"),
    text("state"),
    text("unit"),
    text("named"),
    moment(),
    link(),
    PrimaryKeyConstraint("person", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
)
"""People by revision: `unit` is the branch a person belongs to ('' where it is not known), `named` a digest of names."""

person_name = table(
    "person_name",
    text("person"),
    small("revision"),
    text("login"),
    text("name"),
    text("signs_as"),
    text("salt"),
    PrimaryKeyConstraint("person", "revision"),
)
"""What people are called, not covered by the chain but for the digest in `person_revision`."""

person_login = table(
    "person_login",
    text("login"),
    text("person", ForeignKey("person.id")),
    PrimaryKeyConstraint("login"),
    CheckConstraint("login <> ''", name="login"),
)
"""Whose a sign-in name is, in small letters; nobody else ever gets it."""

person_signature = table(
    "person_signature",
    text("signs_as"),
    text("person", ForeignKey("person.id")),
    PrimaryKeyConstraint("signs_as"),
    CheckConstraint("signs_as <> ''", name="signs_as"),
)
"""Who signs marks with these words; nobody else ever does."""

credential = table(
    "credential",
    text("person", ForeignKey("person.id")),
    small("number"),
    text("hash"),
    small("one_time"),
    moment("until", nullable=True),
    moment(),
    link(),
    PrimaryKeyConstraint("person", "number"),
    CheckConstraint("one_time IN (0, 1)", name="one_time"),
)
"""Passwords by their Argon2id hash, which the chain does not cover; a one-time one must be changed at once."""

sign_in = table(
    "sign_in",
    number("number"),
    text("login"),
    text("person"),
    text("address"),
    text("outcome"),
    text("browser"),
    moment(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("outcome IN ('in', 'wrong', 'locked', 'closed', 'expired')", name="outcome"),
    Index("sign_in_of_login", "login", "number"),
    Index("sign_in_of_person", "person", "number"),
    Index("sign_in_of_address", "address", "number"),
)
"""Every attempt to sign in; `login` is the SHA-256 of what was typed, as somebody may have typed a password there."""

session = table(
    "session",
    text("token"),
    text("person", ForeignKey("person.id")),
    text("csrf"),
    moment("until"),
    moment(),
    PrimaryKeyConstraint("token"),
    Index("session_of_person", "person", "token"),
)
"""Sessions by the SHA-256 of their token."""

session_seen = table(
    "session_seen",
    text("token", ForeignKey("session.token")),
    small("number"),
    text("on_behalf"),
    moment(),
    PrimaryKeyConstraint("token", "number"),
)
"""When a session was last used, to some minutes, and on whose behalf since then."""

session_end = table(
    "session_end",
    text("token", ForeignKey("session.token")),
    text("why"),
    moment(),
    PrimaryKeyConstraint("token"),
)

role_grant = table(
    "role_grant",
    number("number"),
    text("person", ForeignKey("person.id")),
    text("role"),
    text("scope_kind"),
    text("scope"),
    text("period"),
    text("proposed_by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("scope_kind IN ('county', 'township', 'department', 'unit')", name="scope"),
    Index("role_grant_of_person", "person", "number"),
)
"""Roles proposed for people, with scope and period ('' for every period); they hold when confirmed."""

role_grant_move = table(
    "role_grant_move",
    number("role_grant", ForeignKey("role_grant.number")),
    small("number"),
    text("state"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("role_grant", "number"),
    CheckConstraint("state IN ('confirmed', 'refused', 'ended')", name="state"),
)

deputy = table(
    "deputy",
    number("number"),
    text("principal", ForeignKey("person.id")),
    text("person", ForeignKey("person.id")),
    text("first_day"),
    text("last_day"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
)
"""Who may act on behalf of whom, from day to day."""

deputy_end = table(
    "deputy_end",
    number("deputy", ForeignKey("deputy.number")),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("deputy"),
)

recusal = table(
    "recusal",
    text("person", ForeignKey("person.id")),
    text("unit"),
    small("revision"),
    small("ended"),
    text("reason"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("person", "unit", "revision"),
    CheckConstraint("ended IN (0, 1)", name="ended"),
)
"""Units a person keeps away from."""

access_token = table(
    "access_token",
    text("token"),
    text("person", ForeignKey("person.id")),
    text("name"),
    text("scope"),
    moment("until"),
    moment(),
    link(),
    PrimaryKeyConstraint("token"),
    CheckConstraint("scope IN ('read', 'write')", name="scope"),
    Index("access_token_of_person", "person", "token"),
)
"""Tokens for programs by their SHA-256."""

access_token_end = table(
    "access_token_end",
    text("token", ForeignKey("access_token.token")),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("token"),
)

answered = table(
    "answered",
    text("person"),
    text("operation"),
    text("key"),
    text("body"),
    small("status"),
    octets("answer"),
    moment(),
    PrimaryKeyConstraint("person", "operation", "key"),
)
"""Requests by their idempotency key: the SHA-256 of what was asked, and what was answered."""

notice = table(
    "notice",
    number("number"),
    text("person", ForeignKey("person.id")),
    text("kind"),
    text("zh"),
    text("en"),
    text("address"),
    moment(),
    PrimaryKeyConstraint("number"),
    Index("notice_of_person", "person", "number"),
)
"""What people are told in their inbox, and the path of the page it is about."""

notice_seen = table(
    "notice_seen",
    number("notice", ForeignKey("notice.number")),
    moment(),
    PrimaryKeyConstraint("notice"),
)
