"""A year's work: who marks what by when, evidence, sheets and their signing, gates, posting, objections, proposals."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint

from scoring.store.tables.columns import link, moment, number, small, table, text

assignment = table(
    "assignment",
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("stage"),
    text("person", ForeignKey("person.id")),
    small("revision"),
    small("ended"),
    moment(),
    link(),
    PrimaryKeyConstraint("period", "unit", "stage", "person", "revision"),
    CheckConstraint("ended IN (0, 1)", name="ended"),
    Index("assignment_of_person", "person", "period"),
)
"""Which units an evaluator marks in a stage where everyone has a sheet; two and more of one unit are its panel."""

draw = table(
    "draw",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("stage"),
    text("seed"),
    small("wanted"),
    text("units"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
)
"""Spot checks: the seed, how many units were wanted, and which were drawn (a JSON list); anybody can draw them again."""

deadline = table(
    "deadline",
    text("period", ForeignKey("period.id")),
    text("step"),
    small("revision"),
    text("day"),
    moment(),
    link(),
    PrimaryKeyConstraint("period", "step", "revision"),
)
"""The last day of a step: of a stage, by its id. Days are written 2026-12-31."""

working_day = table(
    "working_day",
    text("day"),
    small("revision"),
    small("working"),
    text("name"),
    moment(),
    link(),
    PrimaryKeyConstraint("day", "revision"),
    CheckConstraint("working IN (0, 1)", name="working"),
)
"""Days that are other than their weekday says: holidays, and weekends worked instead (调休)."""

evidence_file = table(
    "evidence_file",
    text("sha256"),
    text("kind"),
    number("size"),
    text("taken_at"),
    moment(),
    link(),
    PrimaryKeyConstraint("sha256"),
    CheckConstraint("length(sha256) = 64", name="sha256"),
)
"""Files that were handed in, once each; `taken_at` is what a photo says of itself, '' where it says nothing."""

evidence = table(
    "evidence",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("criterion"),
    text("file", ForeignKey("evidence_file.sha256")),
    text("title"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    Index("evidence_of_unit", "period", "unit", "criterion"),
    Index("evidence_of_file", "file"),
)
"""What a unit hands in for a criterion; a file may stand here many times."""

evidence_end = table(
    "evidence_end",
    number("evidence", ForeignKey("evidence.number")),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("evidence"),
)
"""What was taken back before it was signed for."""

evidence_excuse = table(
    "evidence_excuse",
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("criterion"),
    small("revision"),
    text("reason"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("period", "unit", "criterion", "revision"),
)
"""Why there is less evidence than is asked for; '' where the reason was taken back."""

draft = table(
    "draft",
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("stage"),
    text("holder"),
    text("criterion"),
    small("revision"),
    text("mark"),
    text("comment"),
    text("by"),
    text("on_behalf"),
    moment(),
    PrimaryKeyConstraint("period", "unit", "stage", "holder", "criterion", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
)
"""What is entered on a sheet, mark by mark as it is typed ('' where it was cleared). It counts when it is signed.

`holder` is the person whose sheet it is, '' in a stage where those entitled share one.
"""

sheet_move = table(
    "sheet_move",
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("stage"),
    text("holder"),
    small("number"),
    text("state"),
    text("evaluator"),
    text("comments"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("period", "unit", "stage", "holder", "number"),
    CheckConstraint("state IN ('signed', 'sent_back')", name="state"),
)
"""A sheet signed, as whose marks and with which comments (JSON, criterion to words), or sent back with a reason."""

gate_motion = table(
    "gate_motion",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("unit"),
    text("gate"),
    text("motion"),
    text("reason"),
    text("file"),
    text("title"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("motion IN ('raise', 'lift')", name="motion"),
    Index("gate_motion_of_unit", "period", "unit"),
)
"""What is moved about a gate, with reason and document ('' without one); it holds when another person confirms it."""

gate_motion_move = table(
    "gate_motion_move",
    number("gate_motion", ForeignKey("gate_motion.number")),
    text("state"),
    text("reason"),
    text("by"),
    moment(),
    link(),
    PrimaryKeyConstraint("gate_motion"),
    CheckConstraint("state IN ('confirmed', 'refused', 'withdrawn')", name="state"),
)

posting = table(
    "posting",
    text("edition", ForeignKey("edition.id")),
    text("first_day"),
    text("last_day"),
    moment(),
    link(),
    PrimaryKeyConstraint("edition"),
)
"""From when to when a draft edition is posted for comment."""

objection = table(
    "objection",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("edition", ForeignKey("edition.id")),
    text("unit"),
    text("criterion"),
    text("gate"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    Index("objection_of_unit", "period", "unit"),
)
"""What a unit objects to: a line of its score sheet, or a gate."""

objection_file = table(
    "objection_file",
    number("objection", ForeignKey("objection.number")),
    text("file", ForeignKey("evidence_file.sha256")),
    text("title"),
    link(),
    PrimaryKeyConstraint("objection", "file"),
)

objection_move = table(
    "objection_move",
    number("objection", ForeignKey("objection.number")),
    small("number"),
    text("state"),
    text("person"),
    text("mark"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("objection", "number"),
    CheckConstraint("state IN ('assigned', 'upheld', 'dismissed', 'withdrawn')", name="state"),
)
"""An objection given to somebody to answer (`person`), and the answer: upheld with a new mark, or dismissed."""

proposal = table(
    "proposal",
    number("number"),
    text("period", ForeignKey("period.id")),
    text("state"),
    text("inputs"),
    text("supersedes"),
    text("reason"),
    text("excused"),
    text("first_day"),
    text("last_day"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("number"),
    CheckConstraint("state IN ('draft', 'final')", name="state"),
)
"""An edition prepared by one person for another to confirm; `inputs` is the SHA-256 of what it is made of."""

proposal_move = table(
    "proposal_move",
    number("proposal", ForeignKey("proposal.number")),
    text("state"),
    text("edition"),
    text("reason"),
    text("by"),
    text("on_behalf"),
    moment(),
    link(),
    PrimaryKeyConstraint("proposal"),
    CheckConstraint("state IN ('confirmed', 'refused')", name="state"),
)
