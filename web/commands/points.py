"""Commands on members' points: rules, members, quarters, files, statements, merchants, and points that end."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from scoring.criteria.item import points_text
from scoring.numbers import marks_text
from scoring.texts import Lang, Text
from scoring.workflow.imports import Mode
from scoring.workflow.points.expiring import Announced, Ended, announce_expiry, expire
from scoring.workflow.points.import_members import MembersTaken, import_members
from scoring.workflow.points.import_points import PointsTaken, import_points, post_points
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant
from scoring.workflow.points.quarters import close_quarter, open_quarter
from scoring.workflow.points.replay import replay
from scoring.workflow.points.replayed import Outcome, Replayed
from scoring.workflow.points.reversing import move_reversal
from scoring.workflow.points.rules_in_force import adopt_rules
from scoring.workflow.points.statements_by_command import statement_by_command
from web import points_listings, terminal
from web.commands.county import store
from web.commands.options import FILE, LANG, one_form, refusals_told

_SHOWN_MOST = 20
_DAY = click.DateTime(["%Y-%m-%d"])
_TRIAL = click.option(
    "--dry-run", is_flag=True, help="Check everything and say what would change; change nothing."
)


_FIELDS = {"code": "MEMBER", "item": "ITEM"} | {
    name: f"--{name}" for name in ("day", "points", "event", "note", "key")
}
"""What a fault calls each part of a line that is typed."""


@click.group()
def ledger() -> None:
    """Members' points: rules, members, quarters, files, statements, merchants.  党员积分。"""


@ledger.command("rules")
@click.argument("name", metavar="FILE|REF")
@click.option(
    "--from",
    "first_day",
    type=_DAY,
    required=True,
    metavar="DAY",
    help="The first day they are in force: that of a quarter.",
)
@LANG
@refusals_told
def rules_(name: str, first_day: datetime, lang: Lang) -> None:
    """Take rules of points into use from DAY on.  启用积分规则。"""
    with store() as opened:
        taken = adopt_rules(opened, None, name, first_day.date())
    terminal.show_warnings(taken.weak, lang)
    day, many = taken.first_day.isoformat(), len(taken.rules.items)
    click.echo(
        Text(
            f"积分规则 {taken.rules.ref} 自 {day} 起施行，{many} 个项目",
            f"The rules {taken.rules.ref} are in force from {day} on; items: {many}",
        ).in_(lang)
    )


@ledger.command("members")
@click.argument("file", type=FILE)
@_TRIAL
@LANG
@refusals_told
def members_(file: Path, dry_run: bool, lang: Lang) -> None:
    """Take in a file of members: code, name, unit, kind, login, first_day.  导入党员名册。"""
    mode = Mode.TRIAL if dry_run else Mode.FOR_GOOD
    with store() as opened:
        taken = import_members(opened, None, file, mode)
    click.echo(_members_told(taken, mode).in_(lang))


@ledger.command("open")
@click.argument("quarter", metavar="QUARTER", callback=one_form)
@LANG
@refusals_told
def open_(quarter: str, lang: Lang) -> None:
    """Give all members their baseline of QUARTER, such as 2026Q4; again, to who joined since.  发放季度基础分。"""
    with store() as opened:
        done = open_quarter(opened, None, quarter)
    click.echo(
        Text(
            f"{done.quarter} 按 {done.rules} 发放基础分：本次 {done.given:,} 名，此前已有 {done.had:,} 名",
            f"Baselines of {done.quarter} by {done.rules}: {done.given:,} given now, {done.had:,} had theirs",
        ).in_(lang)
    )
    if done.in_closed:
        click.echo(
            Text(
                f"另有 {done.in_closed:,} 名所在支部本季度已结账，未发放",
                f"Not given, in branches that have closed the quarter: {done.in_closed:,}",
            ).in_(lang)
        )


@ledger.command()
@click.argument("quarter", metavar="QUARTER", callback=one_form)
@click.argument("unit", metavar="UNIT", callback=one_form)
@LANG
@refusals_told
def close(quarter: str, unit: str, lang: Lang) -> None:
    """Close QUARTER of the branch UNIT; its figures never move again.  支部季度结账。"""
    with store() as opened:
        done = close_quarter(opened, None, quarter, unit)
    click.echo(
        Text(
            f"{unit} 的 {quarter} 已结账，{len(done):,} 名党员的季度积分已固定",
            f"{quarter} of {unit} is closed; members whose figures stand: {len(done):,}",
        ).in_(lang)
    )


@ledger.command("import")
@click.argument("file", type=FILE)
@_TRIAL
@LANG
@refusals_told
def import_(file: Path, dry_run: bool, lang: Lang) -> None:
    """Post a file of points: code, item, day, points, event, note, key.  导入积分。"""
    mode = Mode.TRIAL if dry_run else Mode.FOR_GOOD
    with store() as opened:
        taken = import_points(opened, None, file, mode)
    for line in _points_told(taken, mode):
        click.echo(line.in_(lang))


@ledger.command()
@click.argument("member", metavar="MEMBER", callback=one_form)
@click.option("--lines", default=20, type=click.IntRange(1, 1000), show_default=True, help="Lines a ledger.")
@LANG
@refusals_told
def statement(member: str, lines: int, lang: Lang) -> None:
    """Show the statement of the member of that number.  查看党员积分明细。"""
    with store() as opened:
        found = statement_by_command(opened, member, lines)
    points_listings.show_statement(found, lang)


@ledger.command("post")
@click.argument("code", metavar="MEMBER", callback=one_form)
@click.argument("item", metavar="ITEM")
@click.option("--day", required=True, metavar="DAY", help="The day of the event, such as 2026-10-08.")
@click.option("--points", default="", help="Above 0; left out where the item's points are fixed.")
@click.option("--event", default="", help="Which event, where a day has several.")
@click.option("--note", default="", help="A line for the statement.")
@click.option("--key", default="", help="What another system calls the line, so that it is taken once only.")
@LANG
@refusals_told
def post_(lang: Lang, **cells: str) -> None:
    """Post one line of points of MEMBER under ITEM, as a file would.  登记一笔积分。"""
    with store() as opened:
        taken = post_points(opened, None, cells, _FIELDS)
    for line in _post_told(taken):
        click.echo(line.in_(lang))


@ledger.command("reverse")
@click.argument("number", metavar="ENTRY", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; the member reads it.")
@LANG
@refusals_told
def reverse_(number: int, reason: str, lang: Lang) -> None:
    """Move that ENTRY, by its number in a statement, be reversed; somebody else confirms it in the browser.  提出冲销。"""
    with store() as opened:
        motion = move_reversal(opened, None, number, reason)
    click.echo(
        Text(
            f"已提出第 {motion} 号冲销提议：第 {number} 笔积分待上级党组织或管理员在“冲销与异议”页确认",
            f"Motion {motion} is made: entry {number} is reversed once a superior or an administrator confirms it, under"
            " Reversals and objections",
        ).in_(lang)
    )


@ledger.command("replay")
@click.argument("name", metavar="FILE|REF")
@click.option(
    "--from", "first_day", type=_DAY, required=True, metavar="DAY", help="The first day of a quarter."
)
@click.option("--to", "last_day", type=_DAY, required=True, metavar="DAY", help="The last day of a quarter.")
@LANG
@refusals_told
def replay_(name: str, first_day: datetime, last_day: datetime, lang: Lang) -> None:
    """Say what the points of some quarters would have come to by other rules; change nothing.  按另一版规则试算。"""
    with store() as opened:
        done = replay(opened, None, name, first_day.date(), last_day.date())
    for line in _replayed_told(done):
        click.echo(line.in_(lang))


@ledger.command("merchant")
@click.argument("name", metavar="NAME")
@click.argument("place", metavar="PLACE")
@click.option(
    "--till", "login", help="The sign-in name of who takes codes there; they hold the role of merchant."
)
@LANG
@refusals_told
def merchant_(name: str, place: str, login: str | None, lang: Lang) -> None:
    """Take on a merchant of that NAME at that PLACE.  登记商户。"""
    with store() as opened:
        added = add_merchant(opened, None, MerchantFields(name=name, place=place), login)
    click.echo(
        Text(
            f"已登记商户“{added.name}”，地址：{added.place}", f"“{added.name}” is taken on, at {added.place}"
        ).in_(lang)
    )


@ledger.command("expire")
@click.argument("year", metavar="YEAR", type=click.IntRange(2000, 2999))
@click.option(
    "--announce", is_flag=True, help="Announce that they are to end, and tell members; end nothing."
)
@LANG
@refusals_told
def expire_(year: int, announce: bool, lang: Lang) -> None:
    """Let what is left of the spendable points of YEAR end, once announced and past the last day.  可兑换分到期。"""
    with store() as opened:
        told = (
            _announced_told(announce_expiry(opened, None, year))
            if announce
            else _ended_told(expire(opened, None, year))
        )
    click.echo(told.in_(lang))


def _announced_told(done: Announced) -> Text:
    points, day = marks_text(done.points), done.last_day.isoformat()
    return Text(
        f"{done.year} 年可兑换分用到 {day} 为止：{done.members:,} 名党员还有 {points} 分，通知 {done.told:,} 人",
        f"The spendable points of {done.year} can be spent until {day}. Members: {done.members:,}, points left: {points},"
        f" told: {done.told:,}",
    )


def _ended_told(done: Ended) -> Text:
    points = marks_text(done.points)
    return Text(
        f"{done.year} 年可兑换分已到期：{done.members:,} 名党员，{points} 分",
        f"The spendable points of {done.year} have ended. Members: {done.members:,}, points: {points}",
    )


def _replayed_told(done: Replayed) -> Iterator[Text]:
    yield Text(
        f"按 {done.rules} 试算（未作任何改动）：{len(done.members):,} 名党员，得分变动 {done.figures_moved:,} 名，"
        f"星级变动 {done.stars_moved:,} 名，卡变动 {done.cards_moved:,} 名",
        f"By {done.rules}, nothing was changed. Members: {len(done.members):,}; other figures: {done.figures_moved:,},"
        f" other stars: {done.stars_moved:,}, other cards: {done.cards_moved:,}",
    )
    if done.gone:
        yield Text(
            f"  该版规则没有的项目，不计：{'、'.join(done.gone)}",
            f"  items those rules have not, which count no more: {', '.join(done.gone)}",
        )
    moved = [own for own in done.members if own.before != own.after]
    for own in moved[:_SHOWN_MOST]:
        (before, stars), (after, other) = _outcome(own.before), _outcome(own.after)
        yield Text(
            f"  {own.code}：{before}（{stars} 星）→ {after}（{other} 星）",
            f"  {own.code}: {before} (stars: {stars}) → {after} (stars: {other})",
        )
    more = len(moved) - _SHOWN_MOST
    if more > 0:
        yield Text(f"  …… 另有 {more:,} 名", f"  … and {more:,} more")


def _outcome(own: Outcome) -> tuple[str, str]:
    annual = "–" if own.annual is None else marks_text(own.annual)
    return annual, "–" if own.stars is None else str(own.stars)


def _members_told(taken: MembersTaken, mode: Mode) -> Text:
    stay_zh = f"；另有 {taken.not_in_file:,} 名不在本文件中，予以保留" if taken.not_in_file else ""
    stay_en = f"; not in this file, and staying: {taken.not_in_file:,}" if taken.not_in_file else ""
    return Text(
        f"{_done(mode).zh}：新增 {taken.new:,} 名党员，改动 {taken.changed:,} 名（换支部 {taken.moved:,} 名），"
        f"未变 {taken.same:,} 名{stay_zh}",
        f"{_done(mode).en}. Members: {taken.new:,} new, {taken.changed:,} changed ({taken.moved:,} to another branch),"
        f" {taken.same:,} as before{stay_en}",
    )


def _points_told(taken: PointsTaken, mode: Mode) -> Iterator[Text]:
    earned, lost, spendable = (marks_text(points) for points in (taken.earned, taken.lost, taken.spendable))
    yield Text(
        f"{_done(mode).zh}：{taken.lines:,} 笔，入账 {taken.posted:,} 笔，涉及 {taken.members:,} 名党员；"
        f"荣誉分加 {earned}、扣 {lost}，可兑换分加 {spendable}",
        f"{_done(mode).en}. Lines: {taken.lines:,}, posted: {taken.posted:,}, members: {taken.members:,};"
        f" honour points earned {earned}, lost {lost}, spendable points earned {spendable}",
    )
    for own in taken.cut[:_SHOWN_MOST]:
        posts = points_text(own.posts)
        why = [cut.sentence for cut in own.cuts]
        yield Text(
            f"  第 {own.row} 行（{own.code}）入账 {posts.zh}：{'；'.join(one.zh for one in why)}",
            f"  row {own.row} ({own.code}) posts {posts.en}: {'; '.join(one.en for one in why)}",
        )
    more = len(taken.cut) - _SHOWN_MOST
    if more > 0:
        yield Text(f"  …… 另有 {more:,} 行被上限截去", f"  … and {more:,} more lines cut by caps")


def _post_told(taken: PointsTaken) -> Iterator[Text]:
    honour, spendable = marks_text(taken.earned - taken.lost), marks_text(taken.spendable)
    posted = Text(
        f"已入账：荣誉分 {honour}，可兑换分 {spendable}",
        f"Posted. Honour points: {honour}, spendable points: {spendable}",
    )
    yield posted if taken.posted else Text("没有入账", "Nothing was posted")
    for own in taken.cut:
        for cut in own.cuts:
            yield Text(f"  {cut.sentence.zh}", f"  {cut.sentence.en}")


def _done(mode: Mode) -> Text:
    if mode is Mode.TRIAL:
        return Text("试导入（未作任何改动）", "Trial, nothing was changed")
    return Text("已导入", "Imported")
