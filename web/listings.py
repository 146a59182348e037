"""What the command line shows of periods and editions. Presentation only."""

import sys
from collections.abc import Iterable, Iterator

from rich.table import Table

from scoring.causes import CauseKind
from scoring.chain import Head
from scoring.differences import CriteriaDifference, Differences, Figures, UnitDifference
from scoring.edition import Edition, State
from scoring.periods import Period
from scoring.store.editions import Listed
from scoring.texts import Lang, Text
from scoring.verification import Verified
from scoring.workflow.keep_people import PersonSeen
from scoring.workflow.verify_chain import ChainVerdict
from web.terminal import console

_UNITS_MOST, _CHANGES_MOST, _CAUSES_MOST, _REASON_MOST = 40, 12, 6, 30
SHORT = 12
"""How many characters of an id are shown; any beginning that is the only one names the edition."""

_STATES = {State.DRAFT: Text("公示稿", "draft"), State.FINAL: Text("正式", "final")}


def show_periods(periods: Iterable[Period], lang: Lang) -> None:
    """Show the periods with their phase and criteria."""
    table = _table(lang, Text("评定期", "period"), Text("环节", "phase"), Text("标准", "criteria"))
    for period in periods:
        table.add_row(period.id, period.phase.called.in_(lang), "\n".join(period.refs))
    console().print(table)


def show_people(people: Iterable[PersonSeen], lang: Lang) -> None:
    """Show people with the roles they hold."""
    closed = Text("（停用）", " (closed)")
    table = _table(lang, Text("登录名", "login"), Text("姓名", "name"), Text("角色", "roles"))
    for own in people:
        roles = [f"{one.grant.role.called.in_(lang)} {one.grant.scope.name}".strip() for one in own.roles]
        name = own.person.name + ("" if own.person.open else closed.in_(lang))
        table.add_row(own.person.login, name, "\n".join(roles))
    console().print(table)


def show_editions(editions: Iterable[Listed], lang: Lang) -> None:
    """Show the editions, with what each supersedes and why."""
    table = _table(
        lang,
        Text("版本", "edition"),
        Text("评定期", "period"),
        Text("状态", "state"),
        Text("制作 / 确认", "prepared / confirmed"),
        Text("取代", "supersedes"),
        Text("理由", "reason"),
    )
    for own in editions:
        table.add_row(
            own.id[:SHORT],
            own.period,
            _STATES[own.state].in_(lang),
            f"{own.prepared_by} / {own.confirmed_by}",
            (own.supersedes or "")[:SHORT],
            _cut(own.reason or ""),
        )
    console().print(table)


def _cut(reason: str) -> str:
    return reason if len(reason) <= _REASON_MOST else f"{reason[:_REASON_MOST]}…"


def show_published(edition: Edition, lang: Lang) -> None:
    """Tell of an edition that was just published: its id whole, since that is what a notice prints."""
    statement = edition.statement
    state = _STATES[statement.state]
    called = state.zh if statement.state is State.DRAFT else f"{state.zh}版本"
    sys.stdout.write(
        Text(
            f"已发布评定期 {statement.period} 的{called}，{len(edition.units):,} 个单位\n"
            f"版本号 {edition.id}\n"
            f"制作：{statement.prepared_by}，确认：{statement.confirmed_by}（姓名未经登录核实）\n",
            f"Published: a {state.en} edition of period {statement.period}; units: {len(edition.units):,}\n"
            f"Id {edition.id}\n"
            f"Prepared by {statement.prepared_by}, confirmed by {statement.confirmed_by} (names not authenticated)\n",
        ).in_(lang)
    )


def show_verified(found: Verified, digest: str | None, lang: Lang) -> None:
    """Tell that a bundle holds, and what that does and does not prove."""
    statement = found.edition.statement
    state = _STATES[statement.state]
    sys.stdout.write(
        Text(
            f"核验通过：{statement.county}评定期 {statement.period}（{state.zh}）\n"
            f"版本号 {found.edition.id}\n"
            f"由 {found.evaluators:,} 个评分人姓名下的 {found.marks:,} 个评分、{found.sets} 套标准重新计算，"
            f"{found.units:,} 个单位（已评 {found.rated:,} 个）的得分、星级、名次和各项汇总全部一致\n",
            f"Verified: {statement.county and statement.county + ', '}period {statement.period} ({state.en})\n"
            f"Id {found.edition.id}\n"
            f"Recomputed from {found.marks:,} marks under {found.evaluators:,} names; criteria sets: {found.sets}. "
            f"Scores, stars, ranks and standings of {found.units:,} units ({found.rated:,} rated) are all as published\n",
        ).in_(lang)
    )
    if digest is None:
        sys.stdout.write(
            Text(
                "请将版本号与公告上的核对一致，或用 --digest 交由程序核对\n",
                "Compare the id with the one on the notice, or have --digest do it\n",
            ).in_(lang)
        )


def show_head(head: Head | None, lang: Lang) -> None:
    """Tell the head of the chain that a bundle gives, where it gives one."""
    if head is not None:
        said = Text(
            f"发布时的链头 {head.spoken}，可用 stars verify --chain --head 核对县里的数据库",
            f"Head of the chain {head.spoken}; stars verify --chain --head holds the county's database to it",
        )
        sys.stdout.write(f"{said.in_(lang)}\n")


def show_chain(found: ChainVerdict, lang: Lang) -> None:
    """Tell that the chain holds, what was looked at, and its head, to be written down outside the database."""
    files = "" if found.files is None else f"、{found.files:,} 个佐证文件"
    files_en = "" if found.files is None else f", evidence files: {found.files:,}"
    lines = [
        Text(
            f"链核验通过：{found.links:,} 环、所写的 {found.rows:,} 行、{found.editions} 个版本{files}，全部一致",
            f"The chain holds. Links: {found.links:,}, rows they wrote: {found.rows:,}, editions: {found.editions}{files_en}",
        )
    ]
    if found.files is None:
        lines.append(Text("未核对佐证文件：没有找到文件夹", "Evidence files were not looked at: no folder"))
    if found.erased:
        lines.append(Text(f"有 {found.erased} 处姓名已按要求清除", f"Names that were erased: {found.erased}"))
    if found.head is None:
        lines.append(Text("链上还没有任何一环", "There is no link yet"))
    else:
        lines.append(Text(f"链头 {found.head.spoken}", f"Head {found.head.spoken}"))
    if found.compared is None:
        lines.append(
            Text(
                "没有给出链头：链尾是否被截去、整条链是否被重写，要用公告上印的链头核对（--head）",
                "No head was given: whether the end was cut off, or all of it written anew, shows only against a head"
                " that was printed (--head)",
            )
        )
    else:
        lines.append(
            Text(
                f"与所给的链头 {found.compared.code} 一致",
                f"Agrees with the head given, {found.compared.code}",
            )
        )
    for line in lines:
        sys.stdout.write(f"{line.in_(lang)}\n")


def show_differences(found: Differences, lang: Lang) -> None:
    """Show what moved: the criteria, the county, the units that moved most with their reasons, and the groups."""
    for line in _difference_lines(found):
        sys.stdout.write(f"{line.in_(lang)}\n")


def _difference_lines(found: Differences) -> Iterator[Text]:
    before, after = (
        Text(
            f"{own.id[:SHORT]}（{own.statement.period} {_STATES[own.statement.state].zh}）",
            f"{own.id[:SHORT]} ({own.statement.period}, {_STATES[own.statement.state].en})",
        )
        for own in (found.before, found.after)
    )
    yield Text(f"{before.zh} → {after.zh}", f"{before.en} → {after.en}")
    if found.empty:
        yield Text("没有任何不同", "Nothing differs")
        return
    for one in (found.county, found.target):
        if one is not None:
            yield one.sentence
    for criteria in found.criteria:
        yield from _criteria_lines(criteria)
    if found.units:
        yield Text("", "")
        yield Text(f"单位 {len(found.units):,} 个有变化：", f"Units that differ: {len(found.units):,}")
    told = [unit for unit in found.units if not _only_rank(unit)]
    for unit in told[:_UNITS_MOST]:
        yield from _unit_lines(unit)
    yield from _rest(len(told) - _UNITS_MOST)
    ranks = len(found.units) - len(told)
    if ranks:
        yield _indented(
            Text(
                f"另有 {ranks:,} 个只有名次随之变动，见 --json",
                f"{ranks:,} more changed rank only; see --json",
            ),
            1,
        )
    if found.groups:
        yield Text("", "")
        yield Text(
            f"乡镇、部门、领域 {len(found.groups):,} 个有变化：",
            f"Townships, departments and domains that differ: {len(found.groups):,}",
        )
    for group in found.groups[:_UNITS_MOST]:
        yield _indented(group.sentence, 1)
    yield from _rest(len(found.groups) - _UNITS_MOST)


def _criteria_lines(criteria: CriteriaDifference) -> Iterator[Text]:
    yield criteria.sentence
    for change in criteria.changes[:_CHANGES_MOST]:
        yield _indented(change.sentence, 1)
    yield from _rest(len(criteria.changes) - _CHANGES_MOST)


def _unit_lines(unit: UnitDifference) -> Iterator[Text]:
    before, after = _figures(unit.before), _figures(unit.after)
    moved = "" if before == after else Text(f"：{before.zh} → {after.zh}", f": {before.en} → {after.en}")
    zh, en = ("", "") if isinstance(moved, str) else (moved.zh, moved.en)
    yield _indented(Text(f"{unit.unit} {unit.name}{zh}", f"{unit.unit} {unit.name}{en}"), 1)
    for cause in unit.causes[:_CAUSES_MOST]:
        yield _indented(cause.sentence, 2)
    more = len(unit.causes) - _CAUSES_MOST
    if more > 0:
        yield _indented(Text(f"…… 另有 {more:,} 条缘由", f"… and {more:,} more reasons"), 2)


def _only_rank(unit: UnitDifference) -> bool:
    return bool(unit.causes) and all(cause.kind is CauseKind.RANK for cause in unit.causes)


def _figures(figures: Figures | None) -> Text:
    if figures is None:
        return Text("不在名单", "not listed")
    if figures.score is None:
        return Text("未评", "not rated")
    stars = (
        Text("", "") if figures.stars is None else Text(f" {figures.stars} 星", f", {figures.stars} stars")
    )
    return Text(
        f"{figures.score}{stars.zh} 第 {figures.rank} 名", f"{figures.score}{stars.en}, rank {figures.rank}"
    )


def _rest(more: int) -> Iterator[Text]:
    if more > 0:
        yield _indented(Text(f"…… 另有 {more:,} 个，见 --json", f"… and {more:,} more, see --json"), 1)


def _indented(text: Text, depth: int) -> Text:
    return Text("  " * depth + text.zh, "  " * depth + text.en)


def _table(lang: Lang, *heads: Text) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head.in_(lang), overflow="fold")
    return table
