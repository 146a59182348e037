"""The table of rights: what stands in it is allowed, nothing else is, and nobody judges their own."""

from __future__ import annotations

import pytest

from scoring.people import APART, REACHES, VISITOR, Actor, Grant, Person, Reach, Role, Scope
from scoring.periods import Phase
from scoring.permissions import (
    IMPARTIAL,
    RIGHTS,
    Action,
    NotAllowed,
    NotSignedIn,
    SameHands,
    Setting,
    Within,
    may,
    other_hands,
    permit,
)
from scoring.texts import Lang
from scoring.units import Unit
from tests.scoring.permissions_guide import DOCS, NAMES, guide

UNIT = Unit(code="A1", name="青石村党支部", domain="rural", township="西山镇")
OTHER = Unit(code="B1", name="白石村党支部", domain="rural", township="东山镇")
OFFICE = Unit(code="C1", name="水利站党支部", domain="office", township="西山镇", department="水利局")


def person(name: str = "张三", unit: str = "") -> Person:
    return Person(id=f"{abs(hash(name)):016x}"[:16], login=name, name=name, signs_as=name, unit=unit)


def scope_of(role: Role, unit: Unit = UNIT) -> Scope:
    names = {
        Reach.COUNTY: "",
        Reach.TOWNSHIP: unit.township,
        Reach.DEPARTMENT: unit.department,
        Reach.UNIT: unit.code,
    }
    reach = REACHES[role][0]
    return Scope(reach=reach, name=names[reach] or "")


def actor(role: Role, unit: Unit = UNIT, *, period: str = "", own: str = "", name: str = "张三") -> Actor:
    grant = Grant(number=1, role=role, scope=scope_of(role, unit), period=period)
    return Actor(person=person(name, own), grants=(grant,))


def setting(phase: Phase = Phase.MARKING, unit: Unit | None = OTHER, *, assigned: bool = False) -> Setting:
    return Setting(period="2026", phase=phase, unit=unit, assigned=assigned)


@pytest.mark.parametrize("lang", list(Lang))
def test_the_documents_say_what_the_table_says(lang):
    """Whoever changes the table commits what it means to people: `python -m tests.scoring.permissions_guide`."""
    assert (DOCS / NAMES[lang]).read_text("utf-8") == guide(lang)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("phase", list(Phase))
def test_what_is_not_in_the_table_is_not_allowed(action, role, phase):
    """Every action, role and phase: within the own scope as the table says, and elsewhere only what is for the county."""
    rights = [own for own in RIGHTS if own.action is action and own.role is role]
    in_phase = [own for own in rights if not own.phases or phase in own.phases]
    anywhere = {Within.COUNTY, Within.SELF}
    someone = actor(role)
    partial = action in IMPARTIAL and UNIT.code in someone.partial_to
    assert may(someone, action, setting(phase, UNIT, assigned=True)) == (bool(in_phase) and not partial)
    assert may(someone, action, setting(phase, OTHER)) == any(
        own.within in anywhere or (own.within is Within.SCOPE and REACHES[role] == (Reach.COUNTY,))
        for own in in_phase
    )


@pytest.mark.parametrize("action", list(Action))
def test_a_visitor_may_do_nothing_of_it(action):
    with pytest.raises(NotSignedIn):
        permit(VISITOR, action, setting())


@pytest.mark.parametrize("action", list(Action))
def test_a_person_without_a_role_may_do_nothing_of_it(action):
    """To have an account is not to have a right."""
    with pytest.raises(NotAllowed):
        permit(Actor(person=person()), action, setting(assigned=True))


@pytest.mark.parametrize("action", sorted(IMPARTIAL))
@pytest.mark.parametrize("why", ["own branch", "recused", "secretary of it"])
def test_nobody_judges_the_own_unit(action, why):
    """Whatever role it is done in: the branch somebody belongs to, keeps away from, or is secretary of."""
    roles = [own.role for own in RIGHTS if own.action is action]
    for role in roles:
        free = actor(role)
        granted = free.grants
        if why == "secretary of it":
            granted += (Grant(number=2, role=Role.SECRETARY, scope=Scope(reach=Reach.UNIT, name="A1")),)
        bound = Actor(
            person=person(unit="A1" if why == "own branch" else ""),
            grants=granted,
            recused=frozenset({"A1"} if why == "recused" else ()),
        )
        phase = next(own.phases for own in RIGHTS if own.action is action and own.role is role)
        at = setting(min(phase, key=lambda own: own.place), UNIT, assigned=True)
        assert may(free, action, at)
        with pytest.raises(SameHands, match="own branch"):
            permit(bound, action, at)


def test_a_deputy_has_the_rights_acted_for_and_the_partiality_of_both():
    """Who stands in for somebody gains nothing by it, and loses nothing of what binds them."""
    principal = actor(Role.SUPERIOR, name="李四")
    deputy = Actor(person=person("王五", "A1"), on_behalf=principal)
    at = setting(Phase.MARKING, UNIT)
    with pytest.raises(SameHands):
        permit(deputy, Action.MARK_SUPERIOR, at)
    free = Actor(person=person("赵六"), on_behalf=principal)
    deed = permit(free, Action.MARK_SUPERIOR, at)
    assert (deed.person, deed.on_behalf, deed.role) == (free.id, principal.id, "superior")
    assert free.hands == {free.id, principal.id}
    own = Actor(person=person("孙七"), grants=actor(Role.ADMINISTRATOR).grants, on_behalf=principal)
    assert not may(own, Action.KEEP_PEOPLE, at), "acting for another, one's own rights rest"


def test_a_grant_for_one_year_holds_in_no_other():
    at = setting(Phase.MARKING, UNIT, assigned=True)
    assert may(actor(Role.EVALUATOR, period="2026"), Action.MARK_COUNTY, at)
    assert not may(actor(Role.EVALUATOR, period="2025"), Action.MARK_COUNTY, at)


def test_a_superior_is_the_department_where_there_is_one():
    """A unit has one superior; the township of a department's branch does not review it."""
    assert Scope(reach=Reach.TOWNSHIP, name="西山镇").covers(UNIT)
    assert not Scope(reach=Reach.TOWNSHIP, name="西山镇").covers(OFFICE)
    assert Scope(reach=Reach.DEPARTMENT, name="水利局").covers(OFFICE)


def test_what_takes_two_is_not_done_by_one_nor_by_the_deputy():
    principal = actor(Role.LEADER, name="李四")
    deputy = Actor(person=person("王五"), on_behalf=principal)
    for one in (principal, deputy):
        with pytest.raises(SameHands, match="two"):
            other_hands(one, {principal.id}, "须由另一人确认", "it takes two")
    other_hands(principal, {"someone else"}, "须由另一人确认", "it takes two")


@pytest.mark.parametrize("lang", list(Lang))
def test_a_refusal_says_who_may_or_when(lang):
    """The one who meets it must know whom to ask, or what to wait for."""
    with pytest.raises(NotAllowed) as told:
        permit(actor(Role.SECRETARY), Action.MARK_COUNTY, setting(Phase.MARKING, UNIT))
    assert Role.EVALUATOR.called.in_(lang) in told.value.faults[0].in_(lang)
    with pytest.raises(NotAllowed) as told:
        permit(actor(Role.SECRETARY), Action.MARK_SELF, setting(Phase.POSTED, UNIT))
    assert Phase.POSTED.called.in_(lang) in told.value.faults[0].in_(lang)


def test_every_role_has_a_reach_and_stands_apart_at_most_once():
    assert set(REACHES) == set(Role)
    assert sum(len(own) for own in APART) == len(frozenset().union(*APART))
    with pytest.raises(ValueError, match="no name"):
        Scope(reach=Reach.UNIT)
