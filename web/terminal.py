"""What the command line shows: the county at a glance, one unit explained, faults. Presentation only."""

import sys
from collections.abc import Iterable
from fractions import Fraction

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from scoring.errors import Fault
from scoring.explain import Explanation
from scoring.numbers import rounded_percent, share_text
from scoring.rollup import Standing, Standings
from scoring.rows import printed_score
from scoring.sentences import sentences
from scoring.target import target_state
from scoring.texts import Lang, Text
from scoring.units import Grouping, domain_title

_STAR_STYLES = {5: "bold yellow", 4: "yellow", 3: "green", 2: "cyan", 1: "bright_black"}
_BAR = 40
_NARROWEST, _WIDEST = 80, 112


def console() -> Console:
    """Return standard output, no wider than a page, in colour only where a person looks at it."""
    found = Console(highlight=False)
    found.width = max(_NARROWEST, min(found.width, _WIDEST)) if found.is_terminal else _WIDEST
    return found


def show_faults(faults: Iterable[Fault], lang: Lang) -> None:
    """Write each fault on a line of standard error."""
    for fault in faults:
        sys.stderr.write(f"{fault.in_(lang)}\n")


def show_warnings(warnings: Iterable[Fault], lang: Lang) -> None:
    """Write each warning on a line of standard error, marked as one."""
    mark = "提醒：" if lang is Lang.ZH else "Note: "
    for warning in warnings:
        sys.stderr.write(f"{mark}{warning.in_(lang)}\n")


def show_explanation(explanation: Explanation, lang: Lang) -> None:
    """Write the explanation as plain lines, indented by depth."""
    for sentence in sentences(explanation):
        if sentence.depth == 0:
            sys.stdout.write("\n")
        sys.stdout.write(f"{'  ' * sentence.depth}{sentence.text.in_(lang)}\n")


def show_county(standings: Standings, lang: Lang) -> None:
    """Show the county: its target, the distribution of stars, domains and townships, departments best and last."""
    out = console()
    criteria = standings.ratings.scores.assessments.criteria
    county = standings.county
    out.print()
    out.print(_headline(standings, lang))
    if criteria.cut_points:
        out.print(Padding(_distribution(county, lang), (1, 0, 0, 0)))
    for grouping, title in _TITLES.items():
        rows = standings.groups[grouping]
        if rows:
            out.print(Padding(_standings(rows, standings, grouping, title, lang), (1, 0, 0, 0)))


_TITLES = {
    Grouping.DOMAIN: Text("各领域", "Domains"),
    Grouping.TOWNSHIP: Text("各乡镇", "Townships"),
    Grouping.DEPARTMENT: Text("各部门", "Departments"),
}


def _headline(standings: Standings, lang: Lang) -> Styled:
    county = standings.county
    criteria = standings.ratings.scores.assessments.criteria
    mean = "—" if county.mean is None else printed_score(county.mean, criteria)
    line = Styled(
        Text(
            f"参评支部 {county.units} 个，已评定 {county.rated} 个，平均 {mean} 分",
            f"{county.units} branches, {county.rated} rated, mean score {mean}",
        ).in_(lang)
    )
    state = target_state(county, criteria)
    if state is None:
        return line
    share, stars = share_text(state.target.share), state.target.stars
    reached = rounded_percent(Fraction(state.reached, state.units))
    if state.meets:
        text = Text(
            f"目标达成：{stars} 星及以上 {state.reached} 个，占 {reached}（目标 {share}）",
            f"Target met: {state.reached} at {stars} stars or more, {reached} (target {share})",
        )
    else:
        text = Text(
            f"目标未达成：{stars} 星及以上 {state.reached} 个，占 {reached}（目标 {share}），还差 {state.short} 个",
            f"Target missed: {state.reached} at {stars} stars or more, {reached} (target {share}), {state.short} short",
        )
    return line.append("\n").append(text.in_(lang), style="bold green" if state.meets else "bold red")


def _distribution(county: Standing, lang: Lang) -> Table:
    table = Table.grid(padding=(0, 2))
    most = max([units for _, units in county.stars] + [county.not_rated, 1])
    rows = [
        (_star_label(stars, lang), units, _STAR_STYLES.get(stars, "white")) for stars, units in county.stars
    ]
    rows.append((Text("未评定", "not rated").in_(lang), county.not_rated, "red"))
    for label, units, style in rows:
        if units or style != "white":
            share = rounded_percent(Fraction(units, county.units))
            table.add_row(
                Styled(label, style=style),
                Styled(str(units), justify="right"),
                Styled(share, justify="right", style="bright_black"),
                Styled("█" * round(_BAR * units / most), style=style),
            )
    return table


def _star_label(stars: int, lang: Lang) -> str:
    if stars == 0:
        return Text("无星", "no star").in_(lang)
    return f"{'★' * stars}" if stars <= 5 else Text(f"{stars} 星", f"{stars} stars").in_(lang)


def _standings(
    rows: tuple[Standing, ...], standings: Standings, grouping: Grouping, title: Text, lang: Lang
) -> Table:
    criteria = standings.ratings.scores.assessments.criteria
    table = Table(title=title.in_(lang), title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    heads = [("名次", "Rank"), ("名称", "Name"), ("支部", "Units"), ("已评", "Rated"), ("平均分", "Mean")]
    for number, (zh, en) in enumerate(heads):
        table.add_column(Text(zh, en).in_(lang), justify="left" if number == 1 else "right", no_wrap=True)
    for stars in _levels(standings):
        table.add_column(Text(f"{stars}星", f"{stars}★").in_(lang), justify="right", no_wrap=True)
    if criteria.cut_points and criteria.target is not None:
        stars = criteria.target.stars
        table.add_column(Text(f"{stars}星以上", f"≥ {stars}★").in_(lang), justify="right", no_wrap=True)
    for standing in rows:
        table.add_row(*_cells(standing, standings, grouping, lang))
    return table


def _levels(standings: Standings) -> list[int]:
    """Return the stars that have a column: those of the cut points, and none where a rated unit has none."""
    criteria = standings.ratings.scores.assessments.criteria
    starless = dict(standings.county.stars)[0]
    return [*criteria.star_levels, *([0] if starless else [])]


def _cells(standing: Standing, standings: Standings, grouping: Grouping, lang: Lang) -> list[str | Styled]:
    criteria = standings.ratings.scores.assessments.criteria
    name = standing.group.name
    cells: list[str | Styled] = [
        "—" if standing.rank is None else str(standing.rank),
        domain_title(name).in_(lang) if grouping is Grouping.DOMAIN else name,
        str(standing.units),
        str(standing.rated),
        "—" if standing.mean is None else printed_score(standing.mean, criteria),
    ]
    if criteria.cut_points:
        held = dict(standing.stars)
        cells += [
            Styled(str(held[stars]), style="" if held[stars] else "bright_black")
            for stars in _levels(standings)
        ]
    state = target_state(standing, criteria)
    if state is not None:
        share = rounded_percent(Fraction(state.reached, state.units))
        cells.append(Styled(share, style="green" if state.meets else "red"))
    return cells
