"""Deeds of members' points as they are asked for: each by the form of a page and by a program's request, which do the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tests.ledger.crowd_at_hand import AT_ONCE, Served
from tests.ledger.served_at_hand import Answer, Hand

HALF = AT_ONCE // 2
FIFTH = 5
HERE, TILL = "/desk/points", "/till/redeem"

Request = Callable[[], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One deed, by the form of a page and by a program."""

    form: Request
    program: Request

    def __mul__(self, times: int) -> list[Request]:
        """Return the requests for it so many times: every fifth is a form, which is answered with a page."""
        return [self.program if place % FIFTH else self.form for place in range(times)]


def in_turn(one: Sequence[Request], other: Sequence[Request]) -> list[Request]:
    """Return both, one of each in turn."""
    return [request for both in zip(one, other, strict=True) for request in both]


def code(client: Hand, offer: int) -> Deed:
    """Return the deed of asking for a code."""
    return Deed(
        form=partial(client.post, f"/points/offers/{offer}/code"),
        program=partial(client.send, f"/offers/{offer}/codes"),
    )


def take(own: Served, digits: str) -> Deed:
    """Return the deed of taking a code at the till."""
    till = own.staff["till"]
    return Deed(
        form=partial(till.post, TILL, code=digits),
        program=partial(till.send, "/till/redemptions", code=digits),
    )


def decide(own: Served, claim: int, how: str, by: str = "superior") -> Deed:
    """Return the deed by which a claim is decided: `post` or `void`."""
    reason = "没有签到表" if how == "void" else ""
    decision = {"claim": claim, "post": how == "post", "reason": reason}
    form = {how: str(claim), f"reason:{claim}": reason}
    return Deed(
        form=partial(own.staff[by].post, f"{HERE}/claims", **form),
        program=partial(own.staff[by].send, "/points/claims/decisions", decisions=[decision]),
    )


def take_back(client: Hand, claim: int) -> Deed:
    """Return the deed by which who claimed takes it back."""
    return Deed(
        form=partial(client.post, f"/points/claims/{claim}/withdraw"),
        program=partial(client.send, f"/points/claims/{claim}/withdrawal"),
    )


def move(own: Served, member: str, line: int, by: str = "superior") -> Deed:
    """Return the deed by which it is moved that a line be reversed."""
    path = f"{HERE}/members/{member}/lines/{line}/reversal"
    return Deed(
        form=partial(own.staff[by].post, path, reason="记错"),
        program=partial(own.staff[by].send, f"/points/lines/{line}/reversals", reason="记错"),
    )


def confirm(own: Served, motion: int) -> Deed:
    """Return the deed by which a motion holds."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/reversals/{motion}/confirm"),
        program=partial(admin.send, f"/points/reversals/{motion}/confirmation"),
    )


def refuse(own: Served, motion: int) -> Deed:
    """Return the deed by which a motion does not hold."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/reversals/{motion}/refuse", reason="没有错"),
        program=partial(admin.send, f"/points/reversals/{motion}/refusal", reason="没有错"),
    )


def object_to(client: Hand, line: int) -> Deed:
    """Return the deed of objecting to a line."""
    return Deed(
        form=partial(client.post, f"/points/lines/{line}/object", reason="不对"),
        program=partial(client.send, f"/me/points/lines/{line}/objections", reason="不对"),
    )


def uphold(own: Served, objection: int) -> Deed:
    """Return the deed of upholding an objection."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/objections/{objection}/uphold", reason="属实"),
        program=partial(admin.send, f"/points/objections/{objection}/upheld", reason="属实"),
    )


def dismiss(own: Served, objection: int) -> Deed:
    """Return the deed of dismissing an objection."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/objections/{objection}/dismiss", reason="无误"),
        program=partial(admin.send, f"/points/objections/{objection}/dismissed", reason="无误"),
    )


def drop(client: Hand, line: int, objection: int) -> Deed:
    """Return the deed of taking an objection back."""
    return Deed(
        form=partial(client.post, f"/points/lines/{line}/withdraw/{objection}"),
        program=partial(client.send, f"/points/objections/{objection}/withdrawal"),
    )


def open_quarter(own: Served, quarter: str) -> Deed:
    """Return the deed of giving everybody their baseline."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/quarters/open", quarter=quarter),
        program=partial(admin.send, f"/points/quarters/{quarter}/opening"),
    )


def close_quarter(own: Served, quarter: str, unit: str) -> Deed:
    """Return the deed of closing a branch's quarter."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/quarters/close", quarter=quarter, unit=unit),
        program=partial(admin.send, f"/points/quarters/{quarter}/units/{unit}/closing"),
    )


def announce(own: Served, year: int) -> Deed:
    """Return the deed of announcing that a year's points are to end."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/expiry/{year}/announce"),
        program=partial(admin.send, f"/points/expiry/{year}/announcement"),
    )


def end(own: Served, year: int) -> Deed:
    """Return the deed of letting a year's points end."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/expiry/{year}/end"),
        program=partial(admin.send, f"/points/expiry/{year}/ending"),
    )


def settle(own: Served, merchant: str, month: str) -> Deed:
    """Return the deed of settling a merchant's month."""
    admin = own.staff["admin"]
    return Deed(
        form=partial(admin.post, f"{HERE}/merchants/{merchant}/months/{month}"),
        program=partial(admin.send, f"/merchants/{merchant}/months/{month}/settlement"),
    )
