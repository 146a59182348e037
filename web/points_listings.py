"""What the command line shows of a member's points. Presentation only."""

from rich.table import Table

from scoring.criteria.item import MEMBER_KINDS, Ledger, points_text
from scoring.ledger import Line
from scoring.numbers import marks_text
from scoring.texts import Lang, Text
from scoring.workflow.points.statements_by_command import Statement
from web.terminal import console

_LEDGERS = {
    Ledger.HONOUR: Text("荣誉分", "honour points"),
    Ledger.SPENDABLE: Text("可兑换分", "spendable points"),
}
_HEADS = (
    Text("序号", "number"),
    Text("日期", "day"),
    Text("事由", "for"),
    Text("增减", "amount"),
    Text("余额", "balance"),
    Text("说明", "note"),
)


def show_statement(found: Statement, lang: Lang) -> None:
    """Show a member's year so far, both balances, and the newest lines of both ledgers."""
    out, own, year = console(), found.member, found.year
    kind, state = MEMBER_KINDS[own.kind].in_(lang), own.state.called.in_(lang)
    out.print(f"{own.code} {own.name}  {own.unit}  {kind}  {state}", markup=False)
    quarters = [f"{one.quarter} {marks_text(one.figure)}" for one in year.quarters]
    if year.annual is not None:
        shown = marks_text(year.annual)
        stars = Text("", "") if year.stars is None else Text(f"，{year.stars} 星", f", stars: {year.stars}")
        out.print(
            Text(
                f"{year.year} 年至今 {shown} 分{stars.zh}（{'，'.join(quarters)}）",
                f"{year.year} so far: {shown}{stars.en} ({', '.join(quarters)})",
            ).in_(lang),
            markup=False,
        )
    for ledger, called in _LEDGERS.items():
        balance = found.balances[ledger]
        now = points_text(balance.balance)
        owed = Text("", "")
        if balance.owed:
            debt = points_text(balance.owed)
            owed = Text(f"，待抵还 {debt.zh}", f", owed: {debt.en}")
        out.print(Text(f"\n{called.zh}：{now.zh}{owed.zh}", f"\n{called.en}: {now.en}{owed.en}").in_(lang))
        if found.lines[ledger]:
            out.print(_table(found, found.lines[ledger], lang))


def _table(found: Statement, lines: tuple[Line, ...], lang: Lang) -> Table:
    table = Table(*(head.in_(lang) for head in _HEADS), box=None, pad_edge=False)
    for column in (0, 3, 4):
        table.columns[column].justify = "right"
    for line in lines:
        title = found.titles.get((line.rules, line.item))
        called = line.called.in_(lang)
        sign = "+" if line.amount > 0 else ""
        table.add_row(
            str(line.number),
            line.day.isoformat(),
            called if title is None else f"{called} {title.in_(lang)}",
            f"{sign}{marks_text(line.amount)}",
            marks_text(line.balance),
            " ".join(part for part in (line.event, line.reason) if part),
        )
    return table
