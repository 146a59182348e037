"""Whether whoever writes still is who they were when they were let in, asked in the transaction that writes."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, select

from scoring import working_days
from scoring.chain import NONE, Deed
from scoring.errors import Fault, Place
from scoring.people import Role
from scoring.permissions import NotAllowed, NotSignedIn
from scoring.store.plain import Plain
from scoring.store.tables import deputy, deputy_end, person_revision, role_grant, role_grant_move
from scoring.store.unchanged import unchanged
from scoring.texts import Text

_OPEN = "open"
_ROLES = frozenset(own.value for own in Role)


def check(c: Connection, deed: Deed) -> None:
    """Return where the deed is still its person's to do: both accounts open, the deputyship and the role in force.

    A deed of nobody is a command on the server; one in no role is about the own account. Whoever never had an account
    was let in by none, and is not asked for one. Raises NotSignedIn, NotAllowed.
    """
    if deed.person == NONE:
        return
    asked = {"person": deed.person, "holder": deed.on_behalf or deed.person, "role": deed.role}
    if deed.on_behalf == NONE:
        own, held = _answer(c, _ALONE, asked)
        behalf = named = None
    else:
        asked |= {"principal": deed.on_behalf, "day": working_days.today().isoformat()}
        own, held, behalf, named = _answer(c, _FOR_ANOTHER, asked)
    if own is None:
        return
    if own != _OPEN:
        raise NotSignedIn([_fault(_CLOSED)])
    if deed.on_behalf != NONE and not (named and behalf == _OPEN):
        raise NotAllowed([_fault(ACTING_ENDED)])
    if deed.role in _ROLES and not held:
        raise NotAllowed([_fault(_ROLE_ENDED)])


def _answer(c: Connection, question: Plain, asked: dict[str, str]) -> tuple[Any, ...]:
    return unchanged(c, ("standing", *asked.values()), lambda: question.ask(c, **asked)[0])


def _state(person: str) -> Any:
    columns = person_revision.c
    own = select(columns.state).where(columns.person == bindparam(person))
    return own.order_by(columns.revision.desc()).limit(1).scalar_subquery()


def _held() -> ColumnElement[bool]:
    moves, again = role_grant_move.c, role_grant_move.alias()
    last = select(func.max(again.c.number)).where(again.c.role_grant == moves.role_grant).scalar_subquery()
    joined = and_(moves.role_grant == role_grant.c.number, moves.number == last, moves.state == "confirmed")
    return exists().where(
        role_grant.c.person == bindparam("holder"), role_grant.c.role == bindparam("role"), joined
    )


def _named() -> ColumnElement[bool]:
    ended = exists().where(deputy_end.c.deputy == deputy.c.number)
    return exists().where(
        deputy.c.person == bindparam("person"),
        deputy.c.principal == bindparam("principal"),
        deputy.c.first_day <= bindparam("day"),
        deputy.c.last_day >= bindparam("day"),
        ~ended,
    )


_ALONE = Plain(select(_state("person"), _held()))
_FOR_ANOTHER = Plain(select(_state("person"), _held(), _state("principal"), _named()))

_CLOSED = Text(
    "您的账号已停用，未作任何改动；请联系管理员",
    "your account was closed, and nothing was changed; ask an administrator",
)
ACTING_ENDED = Text(
    "代理已终止，未作任何改动；请以本人身份办理，或请委托人重新委托",
    "you no longer act for them, and nothing was changed; go on as yourself, or ask to be named again",
)
"""What somebody is told who acts for another and no longer may."""

_ROLE_ENDED = Text(
    "您办理此事所用的角色已终止，未作任何改动；如有疑问请联系管理员",
    "the role in which you did this has ended, and nothing was changed; ask an administrator if that is wrong",
)


def _fault(sentence: Text) -> Fault:
    return Fault(place=Place(), sentence=sentence)
