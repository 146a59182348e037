"""One's own account: who one is, what one was told, tokens for programs, and deputies.

Passwords, sessions, making tokens and on whose behalf one acts are a browser's.
"""

from typing import Any

from scoring.store.rights import Deputyship
from scoring.workflow.inbox import count_unread, mark_all_read, read_inbox
from scoring.workflow.keep_own import end_deputy, look_at_own, name_deputy
from scoring.workflow.sign_in import own_person
from scoring.workflow.tokens import end_token, own_tokens
from web.api.shapes.work import people as told
from web.api.shapes.work.common import Number
from web.api.work import asked_people as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told

_OF = "own"


@work.looks("/me", told.Me, of=_OF)
def me(call: Call) -> Any:
    """See who one is here, and which roles one holds now.

    查看本人与现有角色。
    """
    own, behalf = own_person(call.actor), call.actor.on_behalf
    return fields_told(
        own,
        roles=call.actor.rights,
        on_behalf="" if behalf is None else behalf.name,
        unread=count_unread(call.store, call.actor),
    )


@work.looks("/me/inbox", told.Inbox, of=_OF)
def inbox(call: Call) -> Any:
    """Read what one was told.

    查看收件箱。
    """
    return {"notices": read_inbox(call.store, call.actor)}


@work.does("POST", "/me/inbox/read", of=_OF)
def inbox_read(call: Call) -> None:
    """Let all that one was told be read.

    全部标为已读。
    """
    mark_all_read(call.store, call.actor)


@work.looks("/me/tokens", told.Tokens, of=_OF)
def tokens(call: Call) -> Any:
    """List one's tokens that are good.

    列出本人的令牌。
    """
    return {"tokens": own_tokens(call.store, call.actor)}


@work.does("DELETE", "/me/tokens/<key>", of=_OF)
def token_ended(call: Call, key: str) -> None:
    """End a token of one's own.

    终止令牌。
    """
    end_token(call.store, call.actor, key)


@work.looks("/me/deputies", told.Deputies, of=_OF)
def deputies(call: Call) -> Any:
    """See who may act on one's behalf, and on whose behalf one may act.

    查看代理关系。
    """
    own = look_at_own(call.store, call.actor)
    names = own.names | {own.person.id: own.person.name}
    return {
        "deputies": [deputyship_told(one, names) for one in own.deputies],
        "principals": [deputyship_told(one, names) for one in own.principals],
    }


@work.does("POST", "/me/deputies", Number, of=_OF, takes=asked.DeputySent, adds=True)
def deputy_named(call: Call) -> Any:
    """Let somebody act on one's behalf for some days.

    委托他人代理。
    """
    sent = call.sent
    return {"number": name_deputy(call.store, call.actor, sent["login"], sent["first_day"], sent["last_day"])}


@work.does("DELETE", "/deputies/<int(max=999999999):number>", of=_OF)
def deputy_ended(call: Call, number: int) -> None:
    """End a deputyship: one of the two does, or an administrator.

    终止代理委托。
    """
    end_deputy(call.store, call.actor, number)


def deputyship_told(own: Deputyship, names: dict[str, str]) -> dict[str, Any]:
    """Return a deputyship with the names of the two."""
    return fields_told(
        own, principal_name=names.get(own.principal, ""), person_name=names.get(own.person, "")
    )
