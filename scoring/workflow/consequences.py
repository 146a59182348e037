"""What an answer would change: the county as it is and as it would be, compared before anybody decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.canonical import canonical, sha256
from scoring.criteria.model import MODERATION
from scoring.differences import Differences, differences
from scoring.edition import Edition, State, Statement, edition_of
from scoring.inputs import Inputs, in_order
from scoring.marks import KeptMarks, Marking
from scoring.periods import Period
from scoring.rows import standings_rows, unit_rows
from scoring.store import county, editions
from scoring.store.engine import Connection
from scoring.transcript import criteria_documents, marks_lines, unit_lines
from scoring.workflow.standings_now import inputs_of, standings_of

_NOBODY = ("—1", "—2")
"""Stand for the two who sign, where nobody has signed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """The county before and after, as editions that are not kept, and what moves from the one to the other.

    `seal` stands for both: whoever decides hands it back, so that what is decided is what was shown.
    """

    before: Edition
    after: Edition
    moved: Differences
    seal: str

    @property
    def empty(self) -> bool:
        """Whether no figure of anybody would change."""
        return self.before.rows == self.after.rows


def consequences(c: Connection, period: Period, after: Inputs) -> Consequences:
    """Return what changes where the inputs of the period become *after*. Raises NoUnits."""
    before = unkept(c, period, inputs_of(c, period))
    then = unkept(c, period, after)
    seal = sha256(canonical([before.id, then.id]))
    return Consequences(before=before, after=then, moved=differences(before, then), seal=seal)


def unkept(c: Connection, period: Period, inputs: Inputs) -> Edition:
    """Return what *inputs* come to, as an edition that nobody signed and nothing hinders."""
    newest = editions.newest(c, period.id)
    statement = Statement(
        county=county.name(c),
        period=period.id,
        state=State.DRAFT,
        supersedes=None if newest is None else newest.id,
        reason=None,
        prepared_by=_NOBODY[0],
        confirmed_by=_NOBODY[1],
        authenticated=False,
    )
    standings = standings_of(inputs)
    return edition_of(
        statement,
        criteria=criteria_documents(inputs),
        units=unit_lines(inputs),
        marks=marks_lines(inputs),
        rows=tuple(map(canonical, unit_rows(standings))),
        standings=canonical(standings_rows(standings)),
    )


def with_moderation(inputs: Inputs, revised: Sequence[Marking]) -> Inputs:
    """Return *inputs* with the markings of *revised* in place of those of the same unit, stage and evaluator."""
    key = {(own.unit, own.stage, own.evaluator): own for own in inputs.markings}
    key |= {(own.unit, own.stage, own.evaluator): own for own in revised}
    return replace(inputs, markings=in_order([own for own in key.values() if own.marks]))


def moderated(
    current: Sequence[Marking], unit: str, criterion: str, evaluator: str, mark: str
) -> tuple[Marking, ...]:
    """Return the moderation markings of the unit that are otherwise once *evaluator* settles the criterion at *mark*.

    Another's moderation of that criterion is taken away: there is one a criterion.
    """
    own = [one for one in current if (one.unit, one.stage) == (unit, MODERATION)]
    mine: dict[str, str] = {}
    found = []
    for one in own:
        marks = dict(one.marks.items())
        if one.evaluator == evaluator:
            mine = marks
        elif criterion in marks:
            del marks[criterion]
            found.append(_moderation(unit, one.evaluator, marks))
    found.append(_moderation(unit, evaluator, mine | {criterion: mark}))
    return tuple(found)


def _moderation(unit: str, evaluator: str, marks: dict[str, str]) -> Marking:
    return Marking(
        unit=unit, stage=MODERATION, evaluator=evaluator, marks=KeptMarks(canonical(marks).decode())
    )
