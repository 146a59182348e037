"""People: accounts kept by administrators, roles proposed by one and confirmed by another, and who keeps away from what."""

from typing import Any

from scoring.people import Role
from scoring.store.rights import GrantKept
from scoring.workflow.grant_roles import (
    RoleAsked,
    confirm_roles,
    end_keeping_away,
    end_role,
    keep_away,
    propose_role,
    refuse_role,
    waiting_roles,
)
from scoring.workflow.keep_people import (
    NewPerson,
    PersonSeen,
    PersonWhole,
    add_person,
    close_person,
    end_sessions_of,
    list_people,
    look_at_person,
    open_person,
    reset_password,
    revise_person,
)
from web.api.shapes.work import people as told
from web.api.shapes.work.common import Count, Number
from web.api.work import asked_people as asked
from web.api.work.frame import Call, work
from web.api.work.own import deputyship_told
from web.api.work.telling import fields_told

_OF = "people"
_ONE = "/people/<person_id>"
_GRANT = "/grants/<int(max=999999999):number>"


@work.looks("/people", told.People, of=_OF)
def people(call: Call) -> Any:
    """List everybody with an account, and their roles.

    列出全部人员与角色。
    """
    return {"people": [_seen(own) for own in list_people(call.store, call.actor)]}


@work.does("POST", "/people", told.Handed, of=_OF, takes=asked.PersonSent, adds=True, once=("password",))
def person_added(call: Call) -> Any:
    """Make an account with a one-time password, which is told once.

    新建账号，一次性密码只显示一次。
    """
    return add_person(call.store, call.actor, NewPerson(**call.sent))


def person_now(call: Call, person_id: str) -> str:
    """Return the ETag of a person's name and branch as they are."""
    return look_at_person(call.store, call.actor, person_id).seen.person.tag


@work.looks(_ONE, told.WholePerson, of=_OF, tag=lambda value: value["etag"])
def person(call: Call, person_id: str) -> Any:
    """See a person with all roles, recusals and deputies.

    查看一个人的角色、回避与代理。
    """
    return _whole(look_at_person(call.store, call.actor, person_id))


@work.does(
    "PATCH",
    _ONE,
    told.OnePerson,
    of=_OF,
    takes=asked.PersonRevised,
    tag=lambda own: own.tag,
    current=person_now,
)
def person_revised(call: Call, person_id: str) -> Any:
    """Let a person be called something else, or belong to another branch; what they sign as stays.

    更改姓名或所在支部。
    """
    return revise_person(call.store, call.actor, person_id, call.sent["name"], call.sent["unit"])


@work.does("POST", f"{_ONE}/closing", of=_OF)
def person_closed(call: Call, person_id: str) -> None:
    """Close an account: its sessions and tokens end.

    停用账号。
    """
    close_person(call.store, call.actor, person_id)


@work.does("POST", f"{_ONE}/opening", of=_OF)
def person_opened(call: Call, person_id: str) -> None:
    """Open a closed account again.

    重新启用账号。
    """
    open_person(call.store, call.actor, person_id)


@work.does("POST", f"{_ONE}/password", told.Handed, of=_OF, adds=True, once=("password",))
def person_password(call: Call, person_id: str) -> Any:
    """Reset a password to a one-time one, which is told once.

    重置为一次性密码。
    """
    return reset_password(call.store, call.actor, person_id)


@work.does("DELETE", f"{_ONE}/sessions", of=_OF)
def person_sessions_ended(call: Call, person_id: str) -> None:
    """End all sessions of a person.

    结束一个人的全部登录会话。
    """
    end_sessions_of(call.store, call.actor, person_id)


@work.does("POST", f"{_ONE}/grants", Number, of=_OF, takes=asked.GrantSent, adds=True)
def grant_proposed(call: Call, person_id: str) -> Any:
    """Propose a role for a person; it holds when another administrator confirms it.

    提出授权，须由另一名管理员确认。
    """
    sent = call.sent
    wanted = RoleAsked(role=Role(sent["role"]), scope=sent["scope"], period=sent["period"])
    return {"number": propose_role(call.store, call.actor, person_id, wanted)}


@work.looks("/grants", told.WaitingGrants, of=_OF)
def grants_waiting(call: Call) -> Any:
    """List the roles that wait for a second administrator.

    列出待确认的授权。
    """
    return {
        "waiting": [
            {
                "grant": _grant(own.kept),
                "person": own.person,
                "proposer_name": "" if own.proposer is None else own.proposer.name,
                "own": own.own,
            }
            for own in waiting_roles(call.store, call.actor)
        ]
    }


@work.does("POST", "/grants/confirmations", Count, of=_OF, takes=asked.GrantsNamed)
def grants_confirmed(call: Call) -> Any:
    """Confirm roles that another administrator proposed, all or none.

    确认他人提出的授权。
    """
    return {"count": confirm_roles(call.store, call.actor, call.sent["numbers"])}


@work.does("POST", f"{_GRANT}/refusal", of=_OF)
def grant_refused(call: Call, number: int) -> None:
    """Refuse a role that another administrator proposed.

    不同意他人提出的授权。
    """
    refuse_role(call.store, call.actor, number)


@work.does("DELETE", _GRANT, of=_OF)
def grant_ended(call: Call, number: int) -> None:
    """End a role that holds, or take back one that waits.

    终止授权。
    """
    end_role(call.store, call.actor, number)


@work.does("PUT", f"{_ONE}/recusals/<path:code>", of=_OF, takes=asked.RecusalSent)
def recusal(call: Call, person_id: str, code: str) -> None:
    """Let a person keep away from a unit.

    登记回避。
    """
    keep_away(call.store, call.actor, person_id, code, call.sent["reason"])


@work.does("POST", f"{_ONE}/ended-recusals/<path:code>", of=_OF, takes=asked.RecusalSent)
def recusal_ended(call: Call, person_id: str, code: str) -> None:
    """Let a person no longer keep away from a unit; nobody decides that of themselves.

    解除回避。
    """
    end_keeping_away(call.store, call.actor, person_id, code, call.sent["reason"])


def _seen(own: PersonSeen) -> dict[str, Any]:
    return fields_told(own.person, grants=[_grant(one) for one in own.grants])


def _grant(own: GrantKept) -> dict[str, Any]:
    return {
        "number": own.grant.number,
        "role": own.grant.role,
        "reach": own.grant.scope.reach,
        "scope": own.grant.scope.name,
        "period": own.grant.period,
        "state": own.state,
        "proposed_at": own.proposed_at,
        "moved_at": own.moved_at,
    }


def _whole(own: PersonWhole) -> dict[str, Any]:
    names = own.names | {own.seen.person.id: own.seen.person.name}
    return _seen(own.seen) | {
        "etag": own.seen.person.tag,
        "recusals": [fields_told(one, by_name=names.get(one.by, "")) for one in own.recusals],
        "deputies": [deputyship_told(one, names) for one in own.deputies],
        "principals": [deputyship_told(one, names) for one in own.principals],
    }
