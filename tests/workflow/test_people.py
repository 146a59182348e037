"""People: accounts, roles by two administrators, deputies, tokens and the inbox, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from scoring.errors import FileRefused
from scoring.people import APART, REACHES, VISITOR, Reach, Role, Scope, named
from scoring.periods import Phase
from scoring.permissions import Action, NotAllowed, NotSignedIn, SameHands, Setting, may, permit
from scoring.store import answered, chain, coverage, links, people, rights, sessions, tokens
from scoring.store.answered import Answered
from scoring.store.people import LoginTaken, PersonUnknown
from scoring.store.rights import GrantState
from scoring.store.tables import METADATA, deputy, person_name, person_revision
from scoring.store.tokens import TokenScope
from scoring.units import Unit
from scoring.workflow.grant_roles import (
    GrantRefused,
    RoleAsked,
    confirm_roles,
    end_keeping_away,
    end_role,
    keep_away,
    propose_role,
    refuse_role,
    waiting_roles,
)
from scoring.workflow.import_people import import_people
from scoring.workflow.imports import Mode
from scoring.workflow.inbox import count_unread, mark_all_read, read_inbox
from scoring.workflow.keep_own import DeputyRefused, act_for, end_deputy, look_at_own, name_deputy
from scoring.workflow.keep_people import (
    NewPerson,
    PersonChanged,
    PersonMisnamed,
    add_person,
    close_person,
    list_people,
    look_at_person,
    reset_password,
    revise_person,
)
from scoring.workflow.people_by_command import (
    add_by_command,
    grant_by_command,
    list_by_command,
    reset_by_command,
)
from scoring.workflow.sign_in import actor_of, today
from scoring.workflow.tokens import TokenRefused, actor_of_token, add_token, end_token, own_tokens
from tests.people import again, somebody, township, unit
from tests.workflow import county


@pytest.fixture
def first(store):
    """An administrator."""
    return somebody(store, "guan1", Role.ADMINISTRATOR, name="管一")


@pytest.fixture
def second(store):
    """Another administrator."""
    return somebody(store, "guan2", Role.ADMINISTRATOR, name="管二")


@pytest.fixture
def wang(store):
    """Somebody without a role."""
    return somebody(store, "wang", name="王芳")


def said(caught):
    return "".join(fault.sentence.zh for fault in caught.value.faults)


def day(more):
    return (date.fromisoformat(today()) + timedelta(days=more)).isoformat()


# Accounts


def test_an_administrator_makes_an_account_and_nobody_else_does(store, first, wang):
    handed = add_person(store, first, NewPerson(login=" ＬｉＭｉｎｇ ", name="李明"))
    assert (handed.person.login, handed.person.signs_as) == ("liming", "李明")
    assert handed.until - datetime.now(UTC) > timedelta(hours=71)
    for other in (wang, somebody(store, "shen", Role.AUDITOR), somebody(store, "ling", Role.LEADER)):
        with pytest.raises(NotAllowed):
            add_person(store, other, NewPerson(login="zhao", name="赵"))
    with pytest.raises(NotSignedIn):
        add_person(store, VISITOR, NewPerson(login="zhao", name="赵"))


def test_a_login_is_one_persons_for_good(store, first):
    handed = add_person(store, first, NewPerson(login="liming", name="李明"))
    close_person(store, first, handed.person.id)
    with pytest.raises(LoginTaken):
        add_person(store, first, NewPerson(login="LIMING", name="别人"))


def test_two_people_of_one_name_sign_differently(store, first):
    """Marks are attributed by these words, so they must tell people apart."""
    signed = [
        add_person(store, first, NewPerson(login=login, name="李明")).person.signs_as
        for login in ("liming", "liming2", "liming3")
    ]
    assert len(set(signed)) == 3
    assert signed[:2] == ["李明", "李明（liming2）"]


@pytest.mark.parametrize(
    "new",
    [
        NewPerson(login="x", name="李"),
        NewPerson(login="a b", name="李"),
        NewPerson(login="liming", name=" "),
        NewPerson(login="liming", name="李\n明"),
        NewPerson(login="liming", name="李" * 161),
        NewPerson(login="liming", name="\u200b"),
        NewPerson(login="<script>", name="李"),
    ],
)
def test_misnamed_people_are_not_made(store, first, new):
    with pytest.raises(PersonMisnamed):
        add_person(store, first, new)


def test_a_name_is_kept_in_one_form_whatever_form_it_came_in(store, first):
    handed = add_person(store, first, NewPerson(login="jose", name="Jose\u0301"))
    assert handed.person.name == "Jos\u00e9"


def test_all_that_is_wrong_is_said_at_once(store, tmp_path, first):
    county.with_units(store, tmp_path)
    with pytest.raises(PersonMisnamed) as refused:
        add_person(store, first, NewPerson(login="!", name="", unit="Z99"))
    assert len(refused.value.faults) == 3


def test_somebody_renamed_signs_as_before(store, first):
    """Marks given under a name stay theirs."""
    handed = add_person(store, first, NewPerson(login="liming", name="李明"))
    after = revise_person(store, first, handed.person.id, "李铭", "")
    assert (after.name, after.signs_as) == ("李铭", "李明")
    assert look_at_person(store, first, after.id).seen.person == after


def test_nobody_changes_their_own_branch(store, tmp_path, second):
    """Whoever moved away for a moment would judge the branch they are of."""
    county.with_units(store, tmp_path)
    own = somebody(store, "guan1", Role.ADMINISTRATOR, name="管一", branch="A01")
    for unit_ in ("", "A02"):
        with pytest.raises(SameHands) as refused:
            revise_person(store, own, own.id, "管一", unit_)
        assert "另一名管理员" in said(refused)
    assert revise_person(store, own, own.id, "管大", "A01").name == "管大"
    assert revise_person(store, second, own.id, "管大", "").unit == ""


def test_nobody_overwrites_what_another_has_changed_meanwhile(store, first, second, wang):
    """The branch says what somebody may not judge: a form left open must not bring it back."""
    read = look_at_person(store, first, wang.id).seen.person.tag
    after = revise_person(store, second, wang.id, "王方", "", read)
    with pytest.raises(PersonChanged) as refused:
        revise_person(store, first, wang.id, "王芳芳", "", read)
    assert "王方" in said(refused)
    assert revise_person(store, first, wang.id, "王芳芳", "", after.tag).name == "王芳芳"


def test_the_chain_knows_names_by_a_salted_digest_only(store, first):
    """So that a name can be forgotten one day, and nobody can tell by trying whose digest it is."""
    handed = add_person(store, first, NewPerson(login="liming", name="李明"))
    revise_person(store, first, handed.person.id, "李铭", "")
    with store.read() as c:
        names = {(row.person, row.revision): row for row in c.execute(select(person_name))}
        for row in c.execute(select(person_revision)):
            own = names[row.person, row.revision]
            assert row.named == named(own.salt, own.login, own.name, own.signs_as)
        covered = {table.name for table in coverage.covered()}
        assert not covered & {"person_name", "person_login", "person_signature"}
        kept = "".join(str(row) for table in coverage.covered() for row in c.execute(select(table)))
        assert "李明" not in kept
        assert "liming" not in kept
        assert all("李" not in subject for link in links.every(c) for subject in link.deed.subjects)


def test_everything_done_to_people_is_a_link_that_says_who(store, first, second, wang):
    with store.read() as c:
        before = len(list(links.every(c)))
    number = propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    confirm_roles(store, second, [number])
    reset_password(store, first, wang.id)
    close_person(store, second, wang.id)
    with store.read() as c:
        made = list(links.every(c))[before:]
    assert [link.deed.person for link in made] == [first.id, second.id, first.id, second.id]
    assert all(f"person {wang.id}" in link.deed.subjects for link in made)
    assert [link.deed.action for link in made] == [
        "keep_people",
        "confirm_role",
        "keep_people",
        "keep_people",
    ]


def test_nobody_closes_or_resets_their_own_account(store, first):
    for work in (close_person, reset_password):
        with pytest.raises(NotAllowed):
            work(store, first, first.id)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.LEADER, Role.MODERATOR])
def test_who_confirms_for_two_gets_a_password_from_the_server_only(store, first, role):
    """An administrator with the other's password would be both of the two whose word it takes."""
    other = somebody(store, "other", role)
    with pytest.raises(NotAllowed) as refused:
        reset_password(store, first, other.id)
    assert "stars people reset" in said(refused)
    assert reset_by_command(store, "OTHER").password


def test_who_is_to_confirm_for_two_is_reset_on_the_server_as_well(store, first, wang):
    """A role that waits is confirmed tomorrow, and the password stays known."""
    propose_role(store, first, wang.id, RoleAsked(role=Role.LEADER))
    with pytest.raises(NotAllowed) as refused:
        reset_password(store, first, wang.id)
    assert "stars people reset wang" in said(refused)


@pytest.mark.parametrize("starts", [0, 5])
def test_deputies_of_who_confirms_for_two_are_reset_on_the_server_only(store, first, second, wang, starts):
    """With a deputy's password an administrator would confirm, in the other's name, what they proposed."""
    number = name_deputy(store, second, "wang", day(starts), day(9))
    with pytest.raises(NotAllowed) as refused:
        reset_password(store, first, wang.id)
    assert "代理人" in said(refused)
    end_deputy(store, second, number)
    assert reset_password(store, first, wang.id).password


def test_nobody_acts_for_another_with_a_password_an_administrator_knows(store, first, second, wang):
    """Reset first and named afterwards comes to the same as named first and reset afterwards."""
    reset_password(store, first, wang.id)
    with pytest.raises(DeputyRefused) as refused:
        name_deputy(store, second, "wang", today(), day(1))
    assert "一次性密码" in said(refused)
    new = add_person(store, first, NewPerson(login="liming", name="李明")).person
    with pytest.raises(DeputyRefused):
        name_deputy(store, second, new.login, today(), day(1))


def test_a_deputy_reset_on_the_server_chooses_a_password_first(store, second, wang):
    name_deputy(store, second, "wang", today(), day(1))
    reset_by_command(store, "wang")
    with store.begin() as c:
        session = sessions.find(c, sessions.begin(c, wang.id, timedelta(hours=1)).token)
    with pytest.raises(DeputyRefused):
        act_for(store, wang, session, second.id)


def test_an_auditor_sees_people_and_changes_nobody(store, first, wang):
    auditor = somebody(store, "shen", Role.AUDITOR)
    assert {own.person.login for own in list_people(store, auditor)} == {"guan1", "wang", "shen"}
    look_at_person(store, auditor, wang.id)
    for work in (
        lambda: close_person(store, auditor, wang.id),
        lambda: revise_person(store, auditor, wang.id, "x", ""),
        lambda: propose_role(store, auditor, wang.id, RoleAsked(role=Role.LEADER)),
        lambda: confirm_roles(store, auditor, [1]),
    ):
        with pytest.raises(NotAllowed):
            work()
    with pytest.raises(NotAllowed):
        list_people(store, wang)


def test_nobody_of_that_id_is_refused_by_name(store, first):
    for work in (close_person, reset_password, look_at_person):
        with pytest.raises(PersonUnknown):
            work(store, first, "0" * 16)


# Whoever writes still is who they were


def test_who_has_lost_a_role_or_the_account_meanwhile_changes_nothing(store, first, second, wang):
    """They are worked out when a request begins; whatever happened until it writes counts."""
    third = somebody(store, "guan3", Role.ADMINISTRATOR, name="管三")
    asked = RoleAsked(role=Role.EVALUATOR)
    end_role(store, first, look_at_person(store, first, third.id).seen.roles[0].grant.number)
    with pytest.raises(NotAllowed) as refused:
        propose_role(store, third, wang.id, asked)
    assert "角色已终止" in said(refused)
    close_person(store, first, third.id)
    for work in (
        lambda: propose_role(store, third, wang.id, asked),
        lambda: add_token(store, third, "表格", TokenScope.READ, 3),
    ):
        with pytest.raises(NotSignedIn) as refused:
            work()
        assert "已停用" in said(refused)
    assert waiting_roles(store, second) == ()


def test_who_no_longer_acts_for_another_changes_nothing_for_them(store, first, second, wang):
    deputy_of_second = name_deputy(store, second, "wang", today(), day(1))
    acting_for = again(store, wang.id, on_behalf=second.id)
    end_deputy(store, second, deputy_of_second)
    with pytest.raises(NotAllowed) as refused:
        add_person(store, acting_for, NewPerson(login="liming", name="李明"))
    assert "代理已终止" in said(refused)
    name_deputy(store, second, "wang", today(), day(1))
    assert add_person(store, acting_for, NewPerson(login="liming", name="李明"))
    somebody(store, "guan3", Role.ADMINISTRATOR)
    somebody(store, "guan4", Role.ADMINISTRATOR)
    close_person(store, first, second.id)
    with pytest.raises(NotAllowed) as refused:
        add_person(store, acting_for, NewPerson(login="zhao", name="赵"))
    assert "代理已终止" in said(refused)


# Roles by two administrators


def test_two_administrators_are_always_left(store, first, second):
    """Where one is alone nobody could be given a role any more; a third may go, and a second who has been replaced."""
    third = somebody(store, "guan3", Role.ADMINISTRATOR, name="管三")
    number = {
        own.id: look_at_person(store, first, own.id).seen.roles[0].grant.number for own in (second, third)
    }
    close_person(store, first, third.id)
    for work in (
        lambda: close_person(store, first, second.id),
        lambda: end_role(store, first, number[second.id]),
    ):
        with pytest.raises(GrantRefused) as refused:
            work()
        assert "先增加一名管理员" in said(refused)
    assert again(store, second.id).holds(Role.ADMINISTRATOR)
    end_role(store, first, number[third.id])
    somebody(store, "guan4", Role.ADMINISTRATOR, name="管四")
    end_role(store, first, number[second.id])
    assert not again(store, second.id).holds(Role.ADMINISTRATOR)


def test_a_role_holds_when_another_administrator_has_confirmed_it(store, first, second, wang):
    number = propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    assert not again(store, wang.id).holds(Role.EVALUATOR)
    confirm_roles(store, second, [number])
    assert again(store, wang.id).holds(Role.EVALUATOR)
    end_role(store, second, number)
    assert not again(store, wang.id).holds(Role.EVALUATOR)
    with pytest.raises(GrantRefused):
        end_role(store, second, number)
    with pytest.raises(GrantRefused):
        confirm_roles(store, second, [number])


def test_nobody_confirms_what_they_proposed_nor_what_is_theirs(store, first, second, wang):
    third = somebody(store, "guan3", Role.ADMINISTRATOR)
    number = propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    with pytest.raises(SameHands):
        confirm_roles(store, first, [number])
    with pytest.raises(SameHands):
        refuse_role(store, first, number)
    with pytest.raises(SameHands):
        propose_role(store, first, first.id, RoleAsked(role=Role.ADMINISTRATOR, period=""))
    own = propose_role(store, third, wang.id, RoleAsked(role=Role.MODERATOR))
    with store.begin() as c:
        mine = rights.propose(c, second.id, Role.ADMINISTRATOR, Scope(reach=Reach.COUNTY), "x", first.id)
    with pytest.raises(SameHands):
        confirm_roles(store, second, [own, mine])
    assert not again(store, wang.id).holds(Role.MODERATOR), "all or none"
    refuse_role(store, second, own)
    with store.read() as c:
        assert rights.find(c, own).state is GrantState.REFUSED


def test_a_deputy_does_not_make_one_administrator_two(store, first, wang):
    """The deputy proposes for the administrator, who then confirms: the same hands, whoever's name stands there."""
    deputy_ = somebody(store, "dai")
    name_deputy(store, first, "dai", today(), day(1))
    acting = again(store, deputy_.id, on_behalf=first.id)
    assert acting.holds(Role.ADMINISTRATOR)
    number = propose_role(store, acting, wang.id, RoleAsked(role=Role.EVALUATOR))
    with pytest.raises(SameHands):
        confirm_roles(store, first, [number])
    with pytest.raises(SameHands):
        confirm_roles(store, acting, [number])
    other = propose_role(store, first, wang.id, RoleAsked(role=Role.MODERATOR))
    with pytest.raises(SameHands):
        confirm_roles(store, acting, [other])
    confirm_roles(store, somebody(store, "guan9", Role.ADMINISTRATOR), [number, other])


def test_a_deputy_grants_nothing_to_who_they_act_for_nor_to_themselves(store, first):
    deputy_ = somebody(store, "dai")
    name_deputy(store, first, "dai", today(), day(1))
    acting = again(store, deputy_.id, on_behalf=first.id)
    for whose in (first.id, deputy_.id):
        with pytest.raises(SameHands):
            propose_role(store, acting, whose, RoleAsked(role=Role.ADMINISTRATOR))


@pytest.mark.parametrize("pair", [(a, b) for a in Role for b in Role if a != b], ids=str)
def test_who_runs_who_checks_and_who_decides_are_different_people(store, first, pair):
    held, wanted = pair
    kinds = [next((at for at, kind in enumerate(APART) if role in kind), None) for role in pair]
    scopes = {
        Reach.COUNTY: Scope(reach=Reach.COUNTY),
        Reach.TOWNSHIP: township("青石镇"),
        Reach.UNIT: unit("A01"),
    }
    own = somebody(store, "wang", held, scope=scopes[REACHES[held][0]])
    asked = RoleAsked(role=wanted, scope=scopes[REACHES[wanted][0]].name)
    if None in kinds or kinds[0] == kinds[1]:
        propose_role(store, first, own.id, asked)
    else:
        with pytest.raises(GrantRefused) as refused:
            propose_role(store, first, own.id, asked)
        assert "不能由一人兼任" in said(refused)


def test_roles_that_wait_count_as_held(store, first, second, wang):
    """Two that must be apart could otherwise both wait, and both be confirmed."""
    propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    with pytest.raises(GrantRefused):
        propose_role(store, second, wang.id, RoleAsked(role=Role.AUDITOR))


def test_roles_are_looked_at_together_when_they_are_confirmed_too(store, first, wang):
    """What was proposed before a rule, or past it, is not confirmed against it."""
    with store.begin() as c:
        numbers = [
            rights.propose(c, wang.id, role, Scope(reach=Reach.COUNTY), "", "")
            for role in (Role.EVALUATOR, Role.AUDITOR)
        ]
    with pytest.raises(GrantRefused):
        confirm_roles(store, first, numbers[:1])
    end_role(store, first, numbers[1])
    assert confirm_roles(store, first, numbers[:1]) == 1


@pytest.mark.parametrize(
    ("role", "scope", "good"),
    [
        (Role.EVALUATOR, "", True),
        (Role.EVALUATOR, "青石镇", False),
        (Role.SUPERIOR, "青石镇", True),
        (Role.SUPERIOR, "教育局", True),
        (Role.SUPERIOR, "", False),
        (Role.SUPERIOR, "没有镇", False),
        (Role.SECRETARY, "A01", True),
        (Role.SECRETARY, "Z99", False),
        (Role.SECRETARY, "青石镇", False),
        (Role.SECRETARY, "", False),
        (Role.LEADER, "", True),
        (Role.LEADER, "柳河镇", True),
        (Role.AUDITOR, "A01", False),
    ],
)
def test_a_role_is_held_over_what_it_can_be(  # noqa: PLR0917
    store, tmp_path, first, wang, role, scope, good
):
    rows = county.unit_rows()
    rows[1][county.UNIT_HEAD.index("department")] = "教育局"
    county.opened(store, tmp_path)
    county.take_units(store, tmp_path / "units.csv", rows)
    if good:
        propose_role(store, first, wang.id, RoleAsked(role=role, scope=scope))
    else:
        with pytest.raises(GrantRefused):
            propose_role(store, first, wang.id, RoleAsked(role=role, scope=scope))


def test_the_same_role_is_not_proposed_twice(store, first, second, wang):
    number = propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    with pytest.raises(GrantRefused):
        propose_role(store, second, wang.id, RoleAsked(role=Role.EVALUATOR))
    refuse_role(store, second, number)
    propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))


def test_what_waits_says_who_may_not_decide(store, first, second, wang):
    propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    assert [own.own for own in waiting_roles(store, first)] == [True]
    (seen,) = waiting_roles(store, second)
    assert (seen.own, seen.person.name, seen.proposer.name) == (False, "王芳", "管一")


def test_the_first_administrators_come_by_command(store):
    """Nobody can be let in before somebody was; the chain says that a command did it."""
    for login in ("guan1", "guan2"):
        add_by_command(store, NewPerson(login=login, name=login), [(Role.ADMINISTRATOR, "", "")])
    found = {own.person.login: own for own in list_by_command(store)}
    assert all(own.roles[0].grant.role is Role.ADMINISTRATOR for own in found.values())
    with store.read() as c:
        assert [(link.deed.person, link.deed.role) for link in links.every(c)] == [("", "operator")] * 2
    with pytest.raises(GrantRefused):
        grant_by_command(store, "guan1", [(Role.AUDITOR, "", "")])
    with pytest.raises(PersonUnknown):
        reset_by_command(store, "nobody")


# Keeping away


def test_who_keeps_away_from_a_unit_does_not_judge_it(store, tmp_path, first, second):
    county.with_units(store, tmp_path)
    own = somebody(store, "ping", Role.EVALUATOR)
    at = Setting(
        period=county.PERIOD,
        phase=Phase.MARKING,
        unit=Unit(code="A01", name="一村", domain="rural", township="青石镇"),
        assigned=True,
    )
    assert may(own, Action.MARK_COUNTY, at)
    keep_away(store, first, own.id, "A01", "亲属在该支部")
    assert not may(again(store, own.id), Action.MARK_COUNTY, at)
    with pytest.raises(SameHands):
        permit(again(store, own.id), Action.MARK_COUNTY, at)
    for wrong in ("", "Z99", "A01"):
        with pytest.raises(GrantRefused):
            keep_away(store, first, own.id, wrong, "亲属")
    with pytest.raises(GrantRefused):
        keep_away(store, first, own.id, "A02", " ")
    end_keeping_away(store, second, own.id, "A01", "已调离")
    assert may(again(store, own.id), Action.MARK_COUNTY, at)


def test_nobody_decides_that_they_need_not_keep_away(store, first):
    keep_away(store, first, first.id, "A01", "亲属")
    with pytest.raises(SameHands):
        end_keeping_away(store, first, first.id, "A01", "无碍")


# Deputies


def at_marking(code):
    return Setting(
        period="2026",
        phase=Phase.MARKING,
        unit=Unit(code=code, name=code, domain="rural", township="青石镇"),
        assigned=True,
    )


def test_a_deputy_has_the_principals_rights_and_nobody_elses(store):
    """Acting for another gives that person's rights; one's own are put aside, and what either keeps away from both do."""
    principal = somebody(store, "ping", Role.SUPERIOR, scope=township("青石镇"), branch="B01")
    acting_ = somebody(store, "dai", Role.EVALUATOR, branch="C01", recused=("D01",))
    name_deputy(store, principal, "dai", today(), today())
    alone, acting = again(store, acting_.id), again(store, acting_.id, on_behalf=principal.id)
    assert not may(alone, Action.MARK_SUPERIOR, at_marking("A01"))
    assert may(acting, Action.MARK_SUPERIOR, at_marking("A01"))
    assert may(alone, Action.MARK_COUNTY, at_marking("A01"))
    assert not may(acting, Action.MARK_COUNTY, at_marking("A01")), "not both at once"
    for code in ("B01", "C01", "D01"):
        assert not may(acting, Action.MARK_SUPERIOR, at_marking(code)), code
    assert permit(acting, Action.MARK_SUPERIOR, at_marking("A01")).on_behalf == principal.id
    assert acting.hands == {acting_.id, principal.id}


def test_deputies_do_not_chain(store):
    principal = somebody(store, "ping", Role.EVALUATOR)
    middle, last = somebody(store, "zhong"), somebody(store, "mo")
    name_deputy(store, principal, "zhong", today(), today())
    name_deputy(store, middle, "mo", today(), today())
    with pytest.raises(DeputyRefused):
        name_deputy(store, again(store, middle.id, on_behalf=principal.id), "mo", today(), today())
    assert again(store, last.id, on_behalf=principal.id).on_behalf is None
    handed_on = again(store, last.id, on_behalf=middle.id)
    assert not handed_on.holds(Role.EVALUATOR)


def test_deputies_act_on_their_days_only(store):
    principal, other = somebody(store, "ping", Role.EVALUATOR), somebody(store, "dai")
    name_deputy(store, principal, "dai", day(1), day(2))
    assert again(store, other.id, on_behalf=principal.id).on_behalf is None
    with store.begin() as c:
        chain.add(
            c,
            deputy,
            number=9,
            principal=principal.id,
            person=other.id,
            first_day=day(-3),
            last_day=day(-1),
            by=principal.id,
            made_at=datetime.now(UTC),
        )
    assert again(store, other.id, on_behalf=principal.id).on_behalf is None
    number = name_deputy(store, principal, "dai", today(), day(2))
    assert again(store, other.id, on_behalf=principal.id).on_behalf.id == principal.id
    end_deputy(store, other, number)
    assert again(store, other.id, on_behalf=principal.id).on_behalf is None


def test_both_sides_see_a_deputyship_and_the_inbox_tells_the_other(store):
    principal, other = somebody(store, "ping", name="平"), somebody(store, "dai", name="代")
    number = name_deputy(store, principal, "dai", today(), day(1))
    assert look_at_own(store, principal).names == {other.id: "代"}
    assert look_at_own(store, other).names == {principal.id: "平"}
    assert "委托您代理" in read_inbox(store, other)[0].sentence.zh
    with pytest.raises(NotAllowed):
        end_deputy(store, somebody(store, "mo"), number)
    end_deputy(store, principal, number)
    with pytest.raises(DeputyRefused):
        end_deputy(store, principal, number)


@pytest.mark.parametrize(
    "days",
    [(3, 1), (-5, -1), (0, 400), (900, 901), "x"],
    ids=str,
)
def test_days_that_make_no_sense_are_refused(store, days):
    principal = somebody(store, "ping")
    somebody(store, "dai")
    first_day, last_day = ("2026-1-1", "soon") if days == "x" else map(day, days)
    with pytest.raises(DeputyRefused):
        name_deputy(store, principal, "dai", first_day, last_day)


def test_who_can_be_a_deputy(store, first):
    with pytest.raises(DeputyRefused):
        name_deputy(store, first, "nobody", today(), today())
    with pytest.raises(DeputyRefused):
        name_deputy(store, first, "guan1", today(), today())
    somebody(store, "shen", Role.AUDITOR)
    with pytest.raises(GrantRefused):
        name_deputy(store, first, "shen", today(), today())


def test_roles_stay_apart_between_a_principal_and_a_deputy(store, first, second, wang):
    """Otherwise an auditor's deputy is made an administrator afterwards, and is both on one day."""
    auditor = somebody(store, "shen", Role.AUDITOR)
    name_deputy(store, auditor, "wang", today(), day(5))
    with pytest.raises(GrantRefused):
        propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    with pytest.raises(GrantRefused):
        propose_role(store, second, wang.id, RoleAsked(role=Role.ADMINISTRATOR))


def test_one_acts_for_a_principal_in_the_session_that_says_so(store):
    principal, other = somebody(store, "ping"), somebody(store, "dai")
    with store.begin() as c:
        opened = sessions.begin(c, other.id, timedelta(hours=1))
    with store.read() as c:
        own = sessions.find(c, opened.token)
    with pytest.raises(DeputyRefused):
        act_for(store, other, own, principal.id)
    name_deputy(store, principal, "dai", today(), today())
    act_for(store, other, own, principal.id)
    with store.read() as c:
        assert sessions.find(c, opened.token).on_behalf == principal.id
    act_for(store, other, own, "")
    with store.read() as c:
        assert sessions.find(c, opened.token).on_behalf == ""


def test_a_closed_principal_has_no_deputy_at_work(store, first):
    principal, other = somebody(store, "ping", Role.EVALUATOR), somebody(store, "dai")
    name_deputy(store, principal, "dai", today(), today())
    close_person(store, first, principal.id)
    assert again(store, other.id, on_behalf=principal.id).on_behalf is None


# Files of people


HEAD = ["登录名", "姓名", "角色", "范围", "所在支部"]


def people_file(tmp_path, *rows):
    return county.write(tmp_path / "people.csv", [HEAD, *map(list, rows)])


def test_a_file_makes_accounts_and_proposes_roles(store, tmp_path, first, second, wang):
    path = people_file(
        tmp_path,
        ("zhao", "赵一", "支部书记", "A01", ""),
        ("qian", "钱二", "县级评分员", "", ""),
        ("qian", "钱二", "复议人", "", ""),
        ("wang", "王芳", "县级评分员", "", ""),
    )
    before = county.counts(store)
    trial = import_people(store, first, path, Mode.TRIAL)
    assert county.counts(store) == before
    assert ([own.login for own in trial.new], len(trial.known), len(trial.roles)) == (["zhao", "qian"], 1, 4)
    taken = import_people(store, first, path)
    assert [own.person.login for own in taken.handed] == ["zhao", "qian"]
    assert len({own.password for own in taken.handed}) == 2
    waiting = waiting_roles(store, second)
    assert len(waiting) == 4
    with pytest.raises(SameHands):
        confirm_roles(store, first, [own.kept.grant.number for own in waiting])
    assert confirm_roles(store, second, [own.kept.grant.number for own in waiting]) == 4
    again_ = import_people(store, second, path)
    assert (again_.new, again_.roles, again_.handed, again_.same) == ((), (), (), 4)


def test_a_file_is_taken_whole_or_not_at_all(store, tmp_path, first, wang):
    """Every fault is named by its cell, those of the county too."""
    county.with_units(store, tmp_path)
    path = people_file(
        tmp_path,
        ("zhao", "赵一", "支部书记", "A01", ""),
        ("qian", "钱二", "支部书记", "Z99", ""),
        ("sun", "孙三", "上级评审员", "没有镇", ""),
        ("wang", "王方", "县级评分员", "", ""),
        ("guan1", "管一", "管理员", "", ""),
        ("li", "李四", "县级评分员", "", "Z98"),
    )
    before = county.counts(store)
    with pytest.raises(FileRefused) as refused:
        import_people(store, first, path)
    assert {(3, "D"), (4, "D"), (5, "B"), (6, "A"), (7, "E")} <= county.places(refused.value)
    assert county.counts(store) == before


def test_a_file_brings_no_roles_together_that_must_be_apart(store, tmp_path, first):
    somebody(store, "shen", Role.AUDITOR, name="审")
    with pytest.raises(FileRefused, match="one person cannot be"):
        import_people(store, first, people_file(tmp_path, ("shen", "审", "县级评分员", "", "")))


def test_only_administrators_import(store, tmp_path, wang):
    with pytest.raises(NotAllowed):
        import_people(store, wang, people_file(tmp_path, ("zhao", "赵一", "县级评分员", "", "")))


# Inbox


def test_the_inbox_is_ones_own(store, first, second, wang):
    number = propose_role(store, first, wang.id, RoleAsked(role=Role.EVALUATOR))
    assert count_unread(store, second) == 1, "the other administrator is asked"
    assert count_unread(store, first) == 0
    confirm_roles(store, second, [number])
    (told,) = read_inbox(store, wang)
    assert "县级评分员" in told.sentence.zh
    assert not told.read
    mark_all_read(store, wang)
    assert count_unread(store, wang) == 0
    assert read_inbox(store, wang)[0].read
    assert count_unread(store, second) == 1
    for work in (read_inbox, count_unread, mark_all_read):
        with pytest.raises(NotSignedIn):
            work(store, VISITOR)


def test_what_a_principal_is_told_todays_deputy_is_told_too(store, first, second):
    principal, other = somebody(store, "ping"), somebody(store, "dai")
    name_deputy(store, principal, "dai", today(), today())
    mark_all_read(store, other)
    number = propose_role(store, first, principal.id, RoleAsked(role=Role.EVALUATOR))
    confirm_roles(store, second, [number])
    assert (count_unread(store, principal), count_unread(store, other)) == (1, 1)


# Tokens


def test_a_token_is_its_person_until_it_ends(store, first, wang):
    new = add_token(store, wang, "报表", TokenScope.READ, 30)
    found, scope = actor_of_token(store, new.secret)
    assert (found.person, scope) == (wang.person, TokenScope.READ)
    assert actor_of_token(store, new.token.key) is None, "what is kept of a token is not one"
    assert actor_of_token(store, "stars_x") is None
    with pytest.raises(TokenRefused):
        end_token(store, first, new.token.key)
    end_token(store, wang, new.token.key)
    assert actor_of_token(store, new.secret) is None
    assert own_tokens(store, wang) == ()


def test_a_token_is_kept_by_its_hash_only(store, wang):
    new = add_token(store, wang, "报表", TokenScope.WRITE, 30)
    with store.read() as c:
        kept = "\n".join(str(row) for table in METADATA.sorted_tables for row in c.execute(select(table)))
    assert new.secret not in kept


def test_tokens_end_with_their_time_with_the_account_and_with_a_reset(store, first, wang):
    late = add_token(store, wang, "旧", TokenScope.READ, 1)
    with store.begin() as c:
        old = tokens.Token(
            key=sessions.key_of("late"),
            person=wang.id,
            name="旧",
            scope=TokenScope.READ,
            until=datetime.now(UTC) - timedelta(seconds=1),
            made_at=datetime.now(UTC) - timedelta(days=1),
        )
        tokens.add(c, old)
    assert {own.name for own in own_tokens(store, wang)} == {"旧"}
    assert len(own_tokens(store, wang)) == 1
    assert actor_of_token(store, "late") is None
    reset_password(store, first, wang.id)
    assert actor_of_token(store, late.secret) is None
    new = add_token(store, wang, "新", TokenScope.READ, 1)
    close_person(store, first, wang.id)
    assert actor_of_token(store, new.secret) is None


@pytest.mark.parametrize(("name", "days"), [("", 30), ("x\ny", 30), ("x" * 61, 30), ("x", 0), ("x", 366)])
def test_a_token_needs_a_purpose_and_an_end(store, wang, name, days):
    with pytest.raises(TokenRefused):
        add_token(store, wang, name, TokenScope.READ, days)


def test_an_answer_is_kept_by_person_operation_and_key(store, wang, first):
    own = Answered(body="0" * 64, status=200, answer=b"{}")
    with store.begin() as c:
        answered.keep(c, wang.id, "sign", "k1", own)
    with store.read() as c:
        assert answered.find(c, wang.id, "sign", "k1") == own
        assert answered.find(c, first.id, "sign", "k1") is None
        assert answered.find(c, wang.id, "mark", "k1") is None


def test_people_are_found_by_what_they_sign(store, wang):
    with store.read() as c:
        assert people.by_signature(c, "王芳") == wang.id
        assert people.by_signature(c, "没有") is None
        assert actor_of(c, wang.person).grants == ()
