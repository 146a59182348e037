"""Panels mark blind: whoever has still to sign sees nothing of the others' marks of that unit and stage, by any of their hands."""

from collections.abc import Collection, Iterable, Mapping

from scoring.criteria.model import MODERATION
from scoring.errors import Fault, Place
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import NotAllowed
from scoring.sheets import SheetKey, SheetState
from scoring.store import assignments, people, periods, rights, sheets
from scoring.store.assignments import Assigned
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove
from scoring.texts import Text

Seated = frozenset[tuple[str, str]]
"""Units, by code, and stages in which somebody has a sheet to sign."""


def blind_hands(c: Connection, actor: Actor) -> frozenset[str]:
    """Return the ids of all whose sheets *actor* may sign now: their own, and of those whose deputy they are today."""
    day = assignments.today()
    principals = {own.principal for own in rights.principals_of(c, actor.id) if own.holds(day)}
    return actor.hands | principals


def unsigned(
    actor: Actor,
    period: Period,
    hands: Collection[str],
    seats: Iterable[Assigned],
    signed: Collection[SheetKey],
) -> Seated:
    """Return where one of *hands* has a sheet that is not among those *signed*; nowhere once results are posted.

    Where *actor* sits themself, their own sheet alone is asked of, besides that of whoever they act for: nobody marks
    a unit for another too.
    """
    if period.phase.place >= Phase.POSTED.place:
        return frozenset()
    theirs = [one for one in seats if one.person in hands]
    own = {(one.unit, one.stage) for one in theirs if one.person == actor.id}
    return frozenset(
        (one.unit, one.stage)
        for one in theirs
        if (one.person in actor.hands or (one.unit, one.stage) not in own)
        and SheetKey(period=period.id, unit=one.unit, stage=one.stage, holder=one.person) not in signed
    )


def signed_among(moves: Mapping[SheetKey, KeptMove]) -> frozenset[SheetKey]:
    """Return which sheets are signed as they stand."""
    return frozenset(key for key, one in moves.items() if one.move.state is SheetState.SIGNED)


def blind_stages(
    c: Connection, actor: Actor, period: Period, seats: Iterable[Assigned], moves: Mapping[SheetKey, KeptMove]
) -> frozenset[str]:
    """Return in which stages of one unit *actor* sees no marks but those of the own sheet.

    *seats* and *moves* are the unit's. Where there is any, moderation is among them: it settles what a panel gave.
    """
    found = {stage for _, stage in unsigned(actor, period, blind_hands(c, actor), seats, signed_among(moves))}
    return frozenset({*found, MODERATION} if found else ())


def blind_in(c: Connection, actor: Actor, period: Period) -> Seated:
    """Return in which units and stages of the period *actor* sees no marks but those of the own sheets."""
    if actor.person is None or period.phase.place >= Phase.POSTED.place:
        return frozenset()
    hands = blind_hands(c, actor)
    seats = [one for hand in sorted(hands) for one in assignments.of_person(c, period.id, hand)]
    if not seats:
        return frozenset()
    states = sheets.states(c, period.id)
    signed = {key for key, state in states.items() if state is SheetState.SIGNED}
    return unsigned(actor, period, hands, seats, signed)


def sign_first() -> NotAllowed:
    """Return the refusal of whoever has still to sign."""
    return NotAllowed([Fault(place=Place(), sentence=_FIRST)])


def sees_whole(c: Connection, actor: Actor, period: Period) -> bool:
    """Return whether *actor* may see what the period's marks come to: not while they sit in a panel and have to sign."""
    mine = blind_in(c, actor, period)
    if not mine:
        return True
    panels: dict[tuple[str, str], int] = {}
    for seat in assignments.every(c, period.id):
        panels[seat.unit, seat.stage] = panels.get((seat.unit, seat.stage), 0) + 1
    if any(panels.get(one, 0) > 1 for one in mine):
        return False
    names = {one.signs_as for one in people.among(c, blind_hands(c, actor)).values()}
    given = sheets.marked(c, period.id)
    return not any((unit, stage) in mine and evaluator not in names for unit, stage, evaluator in given)


def partly() -> Fault:
    """Return what is told where `sees_whole` says no."""
    return Fault(place=Place(), sentence=_WHOLE)


def ask_to_see_whole(c: Connection, actor: Actor, period: Period) -> None:
    """Return where `sees_whole` says so. Raises NotAllowed."""
    if not sees_whole(c, actor, period):
        raise NotAllowed([partly()])


def may_see_whole(store: Store, actor: Actor, period_id: str) -> bool:
    """Return what `sees_whole` says of the period. Raises PeriodUnknown."""
    with store.read() as c:
        return sees_whole(c, actor, periods.find(c, period_id))


_FIRST = Text(
    "评分组成员签署前互不看评分；您签署本人的评分表后，可看已签署的",
    "members of a panel do not see each other's marks before signing; sign yours first",
)
_WHOLE = Text(
    "您（或您代理的人）在评分组里还有评分表没有签署，签署前不能看暂计，以免看到组内其他人的评分",
    "you, or somebody you act for, still has a sheet of a panel to sign; until then provisional figures stay closed to"
    " you, as they would tell what the others of the panel gave",
)
