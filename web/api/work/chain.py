"""The chain of all that was done: its head for everybody, its links for auditors."""

from typing import Any

from marshmallow import validate

from scoring.store.links import Wanted
from scoring.texts import Text
from scoring.workflow.read_chain import chain_head
from scoring.workflow.read_log import read_log
from web.api.fields import HASH, Shape, Whole, many, one, wanted, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import moment
from web.api.work.frame import Call, work
from web.api.work.typed import Sent, text

_OF = "chain"
_PAGE, _LARGEST_PAGE, _MOST_PAGES = 100, 1_000, 100_000


class WorkChainHead(Shape):
    """Where the chain stands."""

    number = integer("The number of its last link; 0 where there is none.")
    hash = words("The hash of its last link; null where there is none.", pattern=HASH, allow_none=True)
    code = words("The short code that is printed; '' where there is none.")


class WorkLink(Shape):
    """One link: something that was done."""

    number = integer("Its number.", attribute="link.number")
    made_at = moment("When.", attribute="link.made_at")
    who = words("By whom; '' by a command on the server.")
    for_whom = words("On whose behalf; '' for themselves.", attribute="on_behalf")
    role = one(Sentence, "In which role.")
    action = words("What was done, by its name.", attribute="link.deed.action")
    what = one(Sentence, "What was done, in words.")
    subjects = many(words("What it is about."), "What it is about.", attribute="link.deed.subjects")
    content = words("What it wrote: rows and their hashes, table by table.", attribute="link.content")
    before = words("The hash of the last link about the same first subject.", attribute="link.before")
    previous = words("The hash of the link before.", attribute="link.previous")
    hash = words("Its hash.", pattern=HASH, attribute="link.hash")


class WorkLinks(Shape):
    """A page of links."""

    total = integer("How many there are.")
    links = many(WorkLink, "The links, the newest first.")


class LinksAsked(Sent):
    """Which links."""

    action = text("Only what was done by this name.", most=80, load_default="")
    person = text("Only what this person did, or somebody for them.", most=80, load_default="")
    subject = text("Only what is about this, such as `unit 2026 A03`.", most=200, load_default="")
    page = Whole(
        load_default=1,
        validate=validate.Range(1, _MOST_PAGES),
        metadata=wanted("Which page, from 1.", Text("应为页码", "must be the number of a page")),
    )
    page_size = Whole(
        load_default=_PAGE,
        validate=validate.Range(1, _LARGEST_PAGE),
        metadata=wanted(
            "How many a page.", Text(f"应为 1 至 {_LARGEST_PAGE}", f"must be 1 to {_LARGEST_PAGE}")
        ),
    )


@work.looks("/chain/head", WorkChainHead, of=_OF, for_all=True)
def head(call: Call) -> Any:
    """Read where the chain of all that was done stands: whoever notes it can tell later that nothing was altered.

    查看操作链的链头；记下它，日后即可核对。
    """
    own = chain_head(call.store)
    if own is None:
        return {"number": 0, "hash": None, "code": ""}
    return {"number": own.number, "hash": own.hash, "code": own.code}


@work.looks("/chain/links", WorkLinks, of=_OF, asks=LinksAsked)
def chain_links(call: Call) -> Any:
    """Read what was done, link by link, the newest first.

    查看操作链的各个环节。
    """
    sent = call.sent
    subjects = (sent["subject"],) if sent["subject"] else ()
    own = Wanted(action=sent["action"], hand=sent["person"], subjects=subjects)
    found = read_log(call.store, call.actor, own, (sent["page"] - 1) * sent["page_size"], sent["page_size"])
    return {"total": found.whole, "links": found.links}
