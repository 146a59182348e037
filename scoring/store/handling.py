"""Who has handled a unit's case in a period: filled or signed a sheet of it, sent one back, or moved or decided a gate."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, union

from scoring.criteria.model import MODERATION
from scoring.store.tables import (
    chain_link,
    draft,
    gate_motion,
    gate_motion_move,
    marking,
    sheet_move,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Who has: people by id, and evaluators by the name that stands on marks, which may have come with a file."""

    people: frozenset[str]
    evaluators: frozenset[str]


def of_unit(c: Connection, period_id: str, unit: str) -> Handled:
    """Return who has handled the unit's case; to have answered an objection of it does not count."""
    return Handled(people=_people(c, period_id, unit), evaluators=_evaluators(c, period_id, unit))


_ANSWERS = select(chain_link.c.number).where(chain_link.c.action == "answer_objection")
"""The links under which objections were answered, and all that came of it was written."""


def _people(c: Connection, period_id: str, unit: str) -> frozenset[str]:
    sheets = [
        select(column).where(
            sheet_move.c.period == period_id, sheet_move.c.unit == unit, sheet_move.c.link.not_in(_ANSWERS)
        )
        for column in (sheet_move.c.by, sheet_move.c.on_behalf)
    ]
    drafts = [
        select(column).where(draft.c.period == period_id, draft.c.unit == unit, draft.c.stage != MODERATION)
        for column in (draft.c.by, draft.c.on_behalf)
    ]
    own = (gate_motion.c.period == period_id, gate_motion.c.unit == unit)
    decided = gate_motion_move.join(gate_motion, gate_motion.c.number == gate_motion_move.c.gate_motion)
    moved = [
        select(gate_motion.c.by).where(*own, gate_motion.c.link.not_in(_ANSWERS)),
        select(gate_motion_move.c.by).select_from(decided).where(*own),
        select(chain_link.c.on_behalf)
        .join(gate_motion, gate_motion.c.link == chain_link.c.number)
        .where(*own, chain_link.c.action != "answer_objection"),
        select(chain_link.c.on_behalf)
        .select_from(decided.join(chain_link, gate_motion_move.c.link == chain_link.c.number))
        .where(*own),
    ]
    return frozenset(filter(None, c.execute(union(*sheets, *drafts, *moved)).scalars()))


def _evaluators(c: Connection, period_id: str, unit: str) -> frozenset[str]:
    own = select(marking.c.evaluator).where(marking.c.period == period_id, marking.c.unit == unit)
    return frozenset(
        c.execute(own.where(marking.c.link.is_(None) | marking.c.link.not_in(_ANSWERS))).scalars()
    )
