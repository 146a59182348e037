"""Roles are granted by two administrators: one proposes, another confirms, and neither is the person concerned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.errors import Fault, Refused
from scoring.people import OF_NO_PERIOD, REACHES, Actor, Person, Role, Scope, apart
from scoring.permissions import Action, Setting, other_hands, permit
from scoring.statement import one_line
from scoring.store import people, periods, rights
from scoring.store.engine import Connection, Store
from scoring.store.rights import GrantKept, GrantState
from scoring.texts import Text
from scoring.workflow.inbox import tell
from scoring.workflow.known_scopes import KnownScopes, known_scopes

_LONGEST_REASON = 200
_ADMINISTRATORS = 2


class GrantRefused(Refused):
    """A role cannot be held like that, or is not in the state for what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAsked:
    """A role, the name of what it is to be held over ('' for the county), and the period ('' for every one)."""

    role: Role
    scope: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A role that waits for a second administrator: whose it is to be, and who proposed it (None by command)."""

    kept: GrantKept
    person: Person
    proposer: Person | None
    own: bool


def propose_role(store: Store, actor: Actor, person_id: str, asked: RoleAsked) -> int:
    """Propose a role for a person, and return its number. Raises NotAllowed, SameHands, PersonUnknown, GrantRefused."""
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        scopes = known_scopes(c)
        scope = scopes.scope(asked.role, asked.scope)
        if scope is None:
            raise GrantRefused([_no_such_scope(asked.scope)])
        number = propose(c, actor, people.find(c, person_id), asked.role, scope, asked.period.strip(), scopes)
        tell_administrators(c, actor, 1)
        return number


def confirm_roles(store: Store, actor: Actor, numbers: Sequence[int]) -> int:
    """Confirm roles that wait, all or none, and return how many. Raises NotAllowed, SameHands, GrantRefused."""
    deed = permit(actor, Action.CONFIRM_ROLE, Setting())
    with store.begin(deed) as c:
        for number in numbers:
            own = rights.find(c, number)
            _decided_by_another(c, actor, own)
            _check_together(c, own.person, own.grant.role)
            rights.move(c, own, GrantState.CONFIRMED, actor.id)
            role = own.grant.role.called
            sentence = Text(f"您已被授予角色：{role.zh}", f"you now hold the role of {role.en}")
            tell(c, [own.person], "role", sentence, "/account")
    return len(numbers)


def refuse_role(store: Store, actor: Actor, number: int) -> None:
    """Refuse a role that waits. Raises NotAllowed, SameHands, GrantRefused."""
    deed = permit(actor, Action.CONFIRM_ROLE, Setting())
    with store.begin(deed) as c:
        own = rights.find(c, number)
        _decided_by_another(c, actor, own)
        rights.move(c, own, GrantState.REFUSED, actor.id)


def end_role(store: Store, actor: Actor, number: int) -> None:
    """End a role that holds, or take back one that waits; it takes one administrator, at once.

    Raises NotAllowed, and GrantRefused where it has ended already, or is that of one of the last two administrators.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        own = rights.find(c, number)
        if not own.alive:
            raise GrantRefused([Fault.of("这项授权已经终止", "this role has ended already")])
        if own.state is GrantState.CONFIRMED and own.grant.role is Role.ADMINISTRATOR:
            keep_two_administrators(c, own.person)
        rights.move(c, own, GrantState.ENDED, actor.id)
        if own.state is GrantState.CONFIRMED:
            role = own.grant.role.called
            sentence = Text(f"您的角色已终止：{role.zh}", f"you no longer hold the role of {role.en}")
            tell(c, [own.person], "role", sentence, "/account")


def keep_two_administrators(c: Connection, person: str) -> None:
    """Refuse to do without an administrator where fewer than two others could go on: roles take two. Raises GrantRefused."""
    holding = rights.holders(c, Role.ADMINISTRATOR)
    others = [own for own in people.among(c, holding - {person}).values() if own.open]
    if person in holding and len(others) < _ADMINISTRATORS:
        raise GrantRefused(
            [
                Fault.of(
                    "授权须由两名管理员办理，此后将不足两名；请先增加一名管理员",
                    "roles take two administrators, and fewer would be left; make another administrator first",
                )
            ]
        )


def waiting_roles(store: Store, actor: Actor) -> tuple[Waiting, ...]:
    """Return the roles that wait for a second administrator, in order; `own` are not for *actor* to decide.

    Raises NotAllowed.
    """
    permit(actor, Action.SEE_PEOPLE, Setting())
    with store.read() as c:
        found = [own for own in rights.every(c) if own.state is GrantState.PROPOSED]
        named = people.among(c, {own.person for own in found} | {own.proposed_by for own in found})
        return tuple(
            Waiting(
                kept=own,
                person=named[own.person],
                proposer=named.get(own.proposed_by),
                own=bool(actor.hands & {own.person, *rights.proposers(c, own)}),
            )
            for own in found
        )


def keep_away(store: Store, actor: Actor, person_id: str, unit: str, reason: str) -> None:
    """Let a person keep away from a unit. Raises NotAllowed, PersonUnknown, GrantRefused."""
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    with store.begin(deed) as c:
        people.find(c, person_id)
        if not known_scopes(c).has_unit(unit) or not unit:
            raise GrantRefused([_no_such_scope(unit)])
        if unit in {own.unit for own in rights.recusals(c, person_id)}:
            raise GrantRefused([Fault.of("已在回避名单中", "they keep away from it already")])
        rights.keep_away(c, person_id, unit, _reason(reason), actor.id)


def end_keeping_away(store: Store, actor: Actor, person_id: str, unit: str, reason: str) -> None:
    """Let a person no longer keep away from a unit; nobody decides that of themselves.

    Raises NotAllowed, SameHands, PersonUnknown, GrantRefused.
    """
    deed = permit(actor, Action.KEEP_PEOPLE, Setting())
    other_hands(
        actor, [person_id], "不能解除自己的回避", "nobody decides for themselves that they need not keep away"
    )
    with store.begin(deed) as c:
        people.find(c, person_id)
        if unit not in {own.unit for own in rights.recusals(c, person_id)}:
            raise GrantRefused([Fault.of("不在回避名单中", "they do not keep away from it")])
        rights.end_keeping_away(c, person_id, unit, _reason(reason), actor.id)


def propose(  # noqa: PLR0917
    c: Connection,
    actor: Actor,
    person: Person,
    role: Role,
    scope: Scope,
    period: str,
    scopes: KnownScopes | None = None,
) -> int:
    """Propose a role in a transaction that writes, and return its number; *actor* may be nobody, for a command.

    Raises SameHands and GrantRefused.
    """
    other_hands(actor, [person.id], "不能给自己授权", "nobody grants a role to themselves")
    if not person.open:
        raise GrantRefused(
            [Fault.of(f"{person.name}的账号已停用", f"the account of {person.name} is closed")]
        )
    known = scopes or known_scopes(c)
    if scope.reach not in REACHES[role] or not known.has(scope):
        raise GrantRefused([_no_such_scope(scope.name)])
    if period:
        periods.find(c, period)
    if period and role in OF_NO_PERIOD:
        called = role.called
        raise GrantRefused(
            [
                Fault.of(
                    f"积分不分评定期，“{called.zh}”角色不能只授一个评定期；请选“每一年”",
                    f"points are of no period, so the role “{called.en}” is not held for one alone; choose “every one”",
                )
            ]
        )
    for own in rights.of_person(c, person.id):
        if own.alive and (own.grant.role, own.grant.scope, own.grant.period) == (role, scope, period):
            state = own.state.called
            raise GrantRefused(
                [
                    Fault.of(
                        f"{person.name}已有这项授权（{state.zh}）",
                        f"{person.name} has that role already ({state.en})",
                    )
                ]
            )
    _check_together(c, person.id, role)
    return rights.propose(c, person.id, role, scope, period, actor.id)


def check_together(roles: Iterable[Role]) -> None:
    """Raise GrantRefused where *roles* cannot be one person's."""
    kinds = apart(roles)
    if kinds:
        zh, en = "、".join(own.called.zh for own in kinds), ", ".join(own.called.en for own in kinds)
        raise GrantRefused(
            [
                Fault.of(
                    f"{zh}不能由一人兼任：管理、审计和评审要由不同的人担任",
                    f"one person cannot be {en}: who runs the service, who checks it and who decides are different people",
                )
            ]
        )


def roles_around(c: Connection, person_id: str) -> set[Role]:
    """Return the roles a person holds or may yet, and those of everybody they are or have as a deputy."""
    found = {own.grant.role for own in rights.of_person(c, person_id) if own.alive}
    for own in (*rights.deputies_of(c, person_id), *rights.principals_of(c, person_id)):
        if not own.ended:
            other = own.person if own.principal == person_id else own.principal
            found |= {one.grant.role for one in rights.of_person(c, other) if one.alive}
    return found


def tell_administrators(c: Connection, actor: Actor, number: int) -> None:
    """Tell all administrators but *actor* that so many roles wait."""
    others = rights.holders(c, Role.ADMINISTRATOR) - actor.hands
    sentence = Text(f"有 {number} 项授权待您确认", f"roles wait for your confirmation: {number}")
    tell(c, others, "role", sentence, "/roles")


def _check_together(c: Connection, person_id: str, role: Role) -> None:
    check_together({role, *roles_around(c, person_id)})


def _decided_by_another(c: Connection, actor: Actor, own: GrantKept) -> None:
    if own.state is not GrantState.PROPOSED:
        raise GrantRefused(
            [
                Fault.of(
                    f"这项授权{own.state.called.zh}，不再待确认",
                    f"this role is {own.state.called.en}, not waiting",
                )
            ]
        )
    other_hands(
        actor,
        {own.person, *rights.proposers(c, own)},
        "授权须由提出人和本人以外的另一名管理员确认",
        "a role is confirmed by another administrator than who proposed it, and not by the person concerned",
    )


def _reason(words: str) -> str:
    words = words.strip()
    if not one_line(words) or len(words) > _LONGEST_REASON:
        raise GrantRefused(
            [
                Fault.of(
                    f"请写明理由（一行，最长 {_LONGEST_REASON} 字）",
                    f"give a reason, one line of {_LONGEST_REASON} characters at most",
                )
            ]
        )
    return words


def _no_such_scope(name: str) -> Fault:
    if not name:
        return Fault.of("请写明这个角色的范围", "say over what this role is held")
    return Fault.of(
        f"没有“{name}”这个范围，或这个角色不能有这样的范围",
        f"there is no “{name}” over which this role can be held",
    )
