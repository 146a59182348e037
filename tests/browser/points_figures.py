"""What a member has and a shop has taken, read from every page on which it stands, from paper, and from the ledger."""

from __future__ import annotations

import re

from scoring.ledger import quarter_of
from tests.browser.points_people import HERE, TODAY, People, hundredths, ledger, paper_of
from tests.workflow.points.claims_at_hand import OWN

QUARTER = quarter_of(TODAY)


def figures(people: People) -> dict[str, int]:
    """Return what the member has and the shop has taken, which every page tells alike; points in hundredths."""
    own = people.branch.own
    seen: dict[str, dict[str, int]] = {"annual": {}, "quarter": {}, "spendable": {}, "honour": {}, "shop": {}}
    page = people.go("member", "/points")
    place = hundredths(page.locator("section:has(#place-head) strong").inner_text()) // 100
    seen["annual"]["balance"] = hundredths(page.locator(".points-year .points-figure strong").inner_text())
    seen["quarter"]["balance"] = hundredths(page.locator(".points-total dd").inner_text())
    seen["spendable"]["balance"] = hundredths(page.locator("section:has(#spend-head) strong").inner_text())
    for which in ("honour", "spendable"):
        page = people.go("member", f"/points/lines?ledger={which}")
        seen[which]["statement"] = hundredths(page.locator(".points-figure strong").inner_text())
        newest = page.locator(".points-list li").first.locator("p span").last.inner_text()
        seen[which]["newest line"] = hundredths(newest)
        seen[which]["ledger"] = ledger(people.store, own.id, which)
    seen["spendable"]["offers"] = hundredths(
        people.go("member", "/points/offers").locator(".lead-words").inner_text()
    )
    _from_paper(people, seen)
    _from_server(people, seen)
    for who in ("secretary", "superior"):
        _from_office(people, who, seen)
    _from_shop(people, seen)
    _from_county(people)
    for what, found in seen.items():
        assert len({*found.values()}) <= 1, (what, found)
    return {what: next(iter(found.values()), 0) for what, found in seen.items()} | {"place": place}


def _from_paper(people: People, seen: dict[str, dict[str, int]]) -> None:
    """Add what the printed statement says."""
    words = paper_of(people.clients["member"], f"/points/statement.pdf?year={TODAY.year}")
    seen["quarter"]["paper"] = hundredths(re.search(r"合计\s*([\d.]+)", words)[1])
    annual = re.search(r"年度积分.*：([\d.]+)", words)
    assert annual, words
    seen["annual"]["paper"] = hundredths(annual[1])
    for which, lines in zip(("honour", "spendable"), re.split(r"可兑换分\s", words, maxsplit=1), strict=True):
        seen[which]["paper"] = hundredths(re.findall(r"[+−]\S+ (−?[\d.]+)", lines)[-1])


def _from_server(people: People, seen: dict[str, dict[str, int]]) -> None:
    """Add what whoever runs the server reads on the telephone."""
    words = people.command("ledger", "statement", "M1")
    seen["annual"]["server"] = hundredths(re.search(r"年至今 (\S+) 分", words)[1])
    seen["quarter"]["server"] = hundredths(re.search(rf"{QUARTER} ([\d.]+)", words)[1])
    seen["honour"]["server"] = hundredths(re.search(r"荣誉分：(\S+)", words)[1])
    seen["spendable"]["server"] = hundredths(re.search(r"可兑换分：(\S+)", words)[1])


def _from_office(people: People, who: str, seen: dict[str, dict[str, int]]) -> None:
    """Add what the branch's page and the member's page at an office say."""
    own = people.branch.own
    cells = people.go(who, f"{HERE}/members?unit={OWN}").locator("#members tr", has_text="王一").locator("td")
    told = [cell.strip() for cell in cells.all_inner_texts()]
    seen["quarter"][f"branch, {who}"] = hundredths(told[-5])
    seen["annual"][f"branch, {who}"] = hundredths(told[-4])
    seen["spendable"][f"branch, {who}"] = hundredths(told[-2])
    for which in ("honour", "spendable"):
        page = people.go(who, f"{HERE}/members/{own.id}?ledger={which}")
        newest = page.locator("#lines tbody tr").first.locator("td.num").nth(1).inner_text()
        seen[which][f"member, {who}"] = hundredths(newest)
    shown = page.locator("dl.figures dd").all_inner_texts()
    seen["annual"][f"member, {who}"] = hundredths(shown[0])
    seen["spendable"][f"figure, {who}"] = hundredths(shown[1])
    seen["quarter"][f"member, {who}"] = hundredths(shown[-1])


def _from_shop(people: People, seen: dict[str, dict[str, int]]) -> None:
    """Add what the shop's books say, at the till and at the desk, and the ledger."""
    month, shop = TODAY.isoformat()[:7], shop_of(people)
    account = shop.rpartition("/")[2]
    seen["shop"]["ledger"] = ledger(people.store, account, "spendable")
    row = people.go("admin", shop).locator("#months tbody tr")
    if not seen["shop"]["ledger"]:
        assert row.count() == 0
        return
    seen["shop"]["desk"] = hundredths(row.first.locator("td.num").nth(1).inner_text())
    row = people.go("till", "/till/settlements").locator("tbody tr").first
    seen["shop"]["months"] = hundredths(row.locator("td.num").nth(1).inner_text())
    today_ = people.go("till", "/till").locator("#today h2").inner_text()
    seen["shop"]["till"] = hundredths(today_.rpartition("合计")[2])
    for who, address in (("till", f"/till/settlements/{month}"), ("admin", f"{shop}/months/{month}")):
        page = people.go(who, address)
        seen["shop"][f"month, {who}"] = hundredths(
            page.locator(".lead-words").inner_text().rpartition("合计")[2]
        )
        lines = page.locator("tbody td.num").all_inner_texts()
        seen["shop"][f"receipts, {who}"] = sum(map(hundredths, lines))


def _from_county(people: People) -> None:
    """See that the leader's page adds up what the secretary's page tells of each."""
    rows = people.go("secretary", f"{HERE}/members?unit={OWN}").locator("#members tbody tr")
    annual = [hundredths(own.locator("td").all_inner_texts()[-4]) for own in rows.all()]
    shown = people.go("leader", f"{HERE}/county").locator("dl.figures dd").all_inner_texts()
    assert hundredths(shown[0]) == 100 * len(annual), "a branch of one is left out"
    assert hundredths(shown[1]) == (2 * sum(annual) + len(annual)) // (2 * len(annual))
    earned = hundredths(shown[2]) - hundredths(shown[3])
    assert earned == sum(annual) - 6000 * len(annual)


def shop_of(people: People) -> str:
    """Return the address of the shop at the desk."""
    page = people.go("admin", f"{HERE}/merchants")
    return page.get_by_role("link", name="便民超市").first.get_attribute("href")
