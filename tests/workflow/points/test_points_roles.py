"""Points are of no period: a role for one year's assessment gives nothing over them, and roles about points are for all years."""

from __future__ import annotations

import pytest

from scoring.people import Role
from scoring.permissions import Action, NotAllowed, Setting, may
from scoring.workflow.grant_roles import GrantRefused, RoleAsked, propose_role
from scoring.workflow.points.reading_claims import claims_to_verify
from tests.people import somebody, unit
from tests.workflow import county
from tests.workflow.points.members_at_hand import administrator


@pytest.mark.parametrize(("role", "scope"), [(Role.MEMBER, "A01"), (Role.MERCHANT, "")])
def test_who_has_points_or_takes_them_holds_the_role_for_all_years(store, tmp_path, role, scope):
    county.with_units(store, tmp_path)
    admin, own = administrator(store), somebody(store, "xin")
    with pytest.raises(GrantRefused, match="is not held for one alone"):
        propose_role(store, admin, own.id, RoleAsked(role=role, scope=scope, period=county.PERIOD))
    assert propose_role(store, admin, own.id, RoleAsked(role=role, scope=scope))


def test_a_role_of_the_assessment_may_be_for_one_year(store, tmp_path):
    county.with_units(store, tmp_path)
    admin, own = administrator(store), somebody(store, "xin")
    asked = RoleAsked(role=Role.SECRETARY, scope="A01", period=county.PERIOD)
    assert propose_role(store, admin, own.id, asked)


def test_who_is_secretary_for_one_years_assessment_verifies_no_points(store, tmp_path):
    county.with_units(store, tmp_path)
    for_one = somebody(store, "one", Role.SECRETARY, scope=unit("A01"), period=county.PERIOD)
    for_all = somebody(store, "all", Role.SECRETARY, scope=unit("A01"))
    assert may(for_one, Action.SEE_WORK, Setting(period=county.PERIOD))
    with pytest.raises(NotAllowed):
        claims_to_verify(store, for_one)
    assert claims_to_verify(store, for_all) == ()
