"""A county at work that keeps members' points: rules in force, members with accounts, and a quarter that is open."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from scoring.criteria.item import MemberKind
from scoring.ledger import quarter_of
from scoring.people import Role
from scoring.store.ledger import members
from scoring.store.ledger.members import NewMember
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, put_at_till
from scoring.workflow.points.offers import add_offer
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.working_days import today
from tests import people
from tests.uploads.bytes_of import pdf, photo
from tests.web.api.working import Office, working
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import award, fields

MULTIPART = "multipart/form-data"
FIRST = date(2026, 1, 1)


@contextmanager
def with_points(folder: Path) -> Iterator[Office]:
    """Make a county in *folder* with the branch A01 of six members, the first two with accounts, and a shop."""
    with working(folder) as office:
        adopt_rules(office.store, None, RULES, FIRST)
        office.people["member2"] = people.somebody(
            office.store, "dang2", Role.MEMBER, scope=people.unit("A01"), branch="A01", name="党二"
        )
        plain = NewMember(code="M1", name="党一", unit="A01", kind=MemberKind.SERVING, first_day=FIRST)
        new = [replace(plain, person=office.people["member"].id)]
        new.append(replace(plain, code="M2", name="党二", person=office.people["member2"].id))
        new += [replace(plain, code=f"M{number}", name=f"李{number}") for number in range(3, 7)]
        new.append(replace(plain, code="M7", name="赵七", unit="A02"))
        with office.store.begin() as c:
            members.add(c, new)
        open_quarter(office.store, None, quarter_of(today()))
        yield office


def with_shop(office: Office) -> str:
    """Put a shop with an offer and somebody at its till into the county, give the member 50 points; return its id."""
    admin = office.people["admin2"]
    merchant = add_merchant(office.store, admin, MerchantFields(name="便民超市", place="街口"))
    put_at_till(office.store, admin, merchant.id, "shang")
    award(office.store, member_of(office), 5_000)
    add_offer(office.store, admin, merchant.id, fields())
    return merchant.id


def member_of(office: Office, code: str = "M1") -> members.Member:
    """Return the member of that number."""
    with office.store.read() as c:
        return members.by_code(c, code)


def claim(office: Office, who: str = "member", key: str | None = None, **more: Any) -> Any:
    """Claim as *who*'s program does, and return the answer."""
    sent = {"item": "lecture_given", "day": today().isoformat(), "event": "十一月党课", "note": "讲了一课"}
    sent |= {"file": [(photo_of(), "现场.jpg")]} | more
    return office.ask(who, "POST", "/me/points/claims", data=sent, content_type=MULTIPART, key=key)


def photo_of() -> Any:
    """Return a picture as a program sends it."""
    return io.BytesIO(photo())


def paper_of() -> Any:
    """Return a document as a program sends it."""
    return io.BytesIO(pdf())
