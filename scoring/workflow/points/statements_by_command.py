"""A member's statement for whoever runs the server, who answers a county's office on the telephone."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.criteria.item import Ledger
from scoring.ledger import Balance, Line
from scoring.store.engine import Store
from scoring.store.ledger import members, rules, transfers
from scoring.store.ledger.members import Member
from scoring.texts import Text
from scoring.workflow.points.years import YearFigure, year_of
from scoring.working_days import today


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A member with the newest lines of both ledgers, the newest first, the balances, and this year's figures so far.

    `titles` are those of the items, by the ref of the rules and the item's id.
    """

    member: Member
    balances: Mapping[Ledger, Balance]
    lines: Mapping[Ledger, tuple[Line, ...]]
    year: YearFigure
    titles: Mapping[tuple[str, str], Text]


def statement_by_command(store: Store, code: str, most: int) -> Statement:
    """Return the statement of the member of number *code*, of *most* lines a ledger. Raises MemberUnknown, RulesMissing."""
    with store.read() as c:
        member = members.by_code(c, code)
        found = {ledger: transfers.newest(c, member.id, ledger, most) for ledger in Ledger}
        lines = {ledger: own for ledger, (_, own) in found.items()}
        refs = {line.rules for own in lines.values() for line in own}
        return Statement(
            member=member,
            balances={ledger: own for ledger, (own, _) in found.items()},
            lines=lines,
            year=year_of(c, [member.id], today().year)[member.id],
            titles={(ref, item.id): item.title for ref in refs for item in rules.known(c, ref).items},
        )
