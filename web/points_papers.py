"""A member's statement of a year or a quarter as paper, made from the books: every line, and no numbers of persons."""

from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import Ledger
from scoring.ledger import Line, quarter_days
from scoring.workflow.points.reading import OwnStretch
from web import points_telling as telling
from web.charts import statement as paper
from web.language import say, told


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPaper:
    """A statement as PDF, what it is called, and what who reads ASCII only calls it."""

    drawn: bytes
    name: str
    plain: str


def days_of(year: int, quarter: str) -> tuple[date, date]:
    """Return the first and the last day of the *year*, or of its *quarter*: `1` to `4`, '' for all of it."""
    return quarter_days(f"{year}Q{quarter}") if quarter else (date(year, 1, 1), date(year, 12, 31))


def paper_of(found: OwnStretch, county: str, year: int, quarter: str) -> StatementPaper:
    """Return the statement of those days, which are of *year* and *quarter*, in the language of the request."""
    called = telling.quarter_told(f"{year}Q{quarter}") if quarter else say(f"{year} 年", str(year))
    plain = f"points-{year}{'-Q' + quarter if quarter else ''}.pdf"
    return StatementPaper(
        drawn=paper.draw(_paper(found, county, called)),
        name=say(f"党员积分对账单 {called}.pdf", plain),
        plain=plain,
    )


def _paper(found: OwnStretch, county: str, called: str) -> paper.Paper:
    place = "" if found.unit is None else found.unit.name
    return paper.Paper(
        title=say(f"党员积分对账单 · {called}", f"Statement of points · {called}"),
        facts=(
            say(
                f"{county}　{place}　{found.member.name}",
                f"{county}, {place}, {found.member.name}",
            ),
            *_facts(found),
        ),
        tables=tuple(_table(found, ledger) for ledger in Ledger),
        foot=say(
            f"{found.day.isoformat()} 从积分账生成；各笔的依据和材料见“我的积分”。",
            f"Made from the books of points on {found.day.isoformat()}; see My points for the basis of each line.",
        ),
    )


def _facts(found: OwnStretch) -> list[str]:
    """Return what the quarters on those days came to, and the year."""
    told_ = []
    for own in found.year.quarters:
        first, _ = quarter_days(own.quarter)
        if found.first_day <= first <= found.last_day:
            baseline, figure = telling.plain(own.baseline), telling.plain(own.figure)
            earned, lost = telling.change_told(own.earned), telling.change_told(-own.lost)
            name = telling.quarter_told(own.quarter)
            told_.append(
                say(
                    f"{name}：基础分 {baseline}，加分 {earned}，扣分 {lost}，合计 {figure}",
                    f"{name}: baseline {baseline}, earned {earned}, lost {lost}, together {figure}",
                )
            )
    if found.year.annual is not None:
        annual = telling.plain(found.year.annual)
        told_.append(
            say(
                f"{found.year.year} 年度积分（各季度平均，截至 {found.day.isoformat()}）：{annual}",
                f"The year {found.year.year} (mean of its quarters, as of {found.day.isoformat()}): {annual}",
            )
        )
    return told_


def _table(found: OwnStretch, ledger: Ledger) -> paper.PaperTable:
    came_to = say("余额", "balance") if ledger is Ledger.SPENDABLE else say("累计", "in all")
    return paper.PaperTable(
        title=telling.begun(told(telling.LEDGERS[ledger])),
        heads=(say("日期", "day"), say("事由", "for"), say("增减", "change"), came_to),
        lines=tuple(_line(line, found) for line in found.lines[ledger]),
        empty=say("没有记录", "no lines"),
    )


def _line(line: Line, found: OwnStretch) -> paper.PaperLine:
    number = say(f"第 {line.number} 笔", f"no. {line.number}")
    return paper.PaperLine(
        day=line.day.isoformat(),
        what=telling.line_told(line, found.items),
        more=" · ".join(part for part in (number, line.event, line.reason) if part),
        did=telling.change_told(line.amount),
        came_to=telling.plain(line.balance),
    )
