"""The workbook of results: what is printed, as values, one sheet a question."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from scoring.agreement import Outcome
from scoring.criteria.loader import digest
from scoring.explain import reason
from scoring.numbers import exact_text, share_text
from scoring.rollup import Standings
from scoring.rows import criteria_sets, printed_score
from scoring.sentences import stage_title
from scoring.spreadsheet.workbook import formats, new_workbook, number_format
from scoring.target import target_state
from scoring.texts import Lang, Text
from scoring.units import Grouping, domain_title

OUTCOME_TITLES = {
    Outcome.AGREED: Text("已评", "agreed"),
    Outcome.NOT_APPLICABLE: Text("不适用", "not applicable"),
    Outcome.MISSING: Text("缺评分", "missing"),
    Outcome.DISPUTED: Text("有争议", "disputed"),
}
GROUPING_TITLES = {
    Grouping.TOWNSHIP: Text("乡镇", "Townships"),
    Grouping.DEPARTMENT: Text("部门", "Departments"),
    Grouping.DOMAIN: Text("领域", "Domains"),
}


def write_results(standings: Standings, path: Path, lang: Lang) -> None:
    """Write the results of the cohort to *path*: units, standings by kind of group, lines, criteria and target."""
    with new_workbook(path) as workbook:
        writer = _Writer(workbook, standings, lang)
        writer.units()
        for grouping in GROUPING_TITLES:
            writer.standings_of(grouping)
        writer.lines()
        writer.grounds()


class _Writer:
    def __init__(self, workbook: Any, standings: Standings, lang: Lang) -> None:
        self.workbook, self.standings, self.lang = workbook, standings, lang
        self.formats = formats(workbook)
        self.criteria = standings.ratings.scores.assessments.criteria
        self.score = number_format(workbook, self.criteria.score.decimals)
        self.scale = 10**self.criteria.score.decimals

    def said(self, zh: str, en: str) -> str:
        return Text(zh, en).in_(self.lang)

    def sheet(self, title: str, heads: list[tuple[str, int]]) -> Any:
        sheet = self.workbook.add_worksheet(title)
        for column, (head, width) in enumerate(heads):
            sheet.write_string(0, column, head, self.formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 2)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(self.said("&C第 &P 页，共 &N 页", "&CPage &P of &N"))
        return sheet

    def cells(self, sheet: Any, row: int, values: list[Any]) -> None:
        """Write one row: texts, whole numbers, scores (as Fraction), and nothing for None."""
        for column, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, column, None, self.formats["text"])
            elif isinstance(value, Fraction):
                sheet.write_number(row, column, float(value), self.score)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, self.formats["whole"])
            else:
                sheet.write_string(row, column, value, self.formats["text"])

    def units(self) -> None:
        said = self.said
        heads = [
            (said("代码", "Code"), 11),
            (said("名称", "Name"), 30),
            (said("领域", "Domain"), 10),
            (said("乡镇", "Township"), 14),
            (said("部门", "Department"), 18),
            (said("得分", "Score"), 9),
            (said("星级", "Stars"), 7),
            (said("全县名次", "Rank"), 9),
            (said("乡镇名次", "In township"), 9),
            (said("部门名次", "In department"), 9),
            (said("领域名次", "In domain"), 9),
            (said("受限", "Held back"), 8),
            (said("星级依据", "Why these stars"), 60),
            (said("缺评分或有争议", "Missing or disputed"), 30),
        ]
        sheet = self.sheet(said("支部结果", "Units"), heads)
        standings, ratings = self.standings, self.standings.ratings
        scores = ratings.scores
        for unit, own in enumerate(scores.assessments.units):
            rated = bool(scores.rated[unit])
            why = [f"{reason(step).in_(self.lang)} → {step.stars}" for step in ratings.steps(unit)]
            values = [
                own.code,
                own.name,
                domain_title(own.domain).in_(self.lang),
                own.township,
                own.department,
                Fraction(int(scores.printed[unit]), self.scale) if rated else None,
                int(ratings.stars[unit]) if ratings.has_stars[unit] else None,
                *(standings.places.rank(unit, within) for within in _RANKS),
                said("是", "yes") if own.gates else None,
                said("；", "; ").join(why) or None,
                said("、", ", ").join(scores.missing(unit)) or None,
            ]
            self.cells(sheet, unit + 1, values)
        sheet.autofilter(0, 0, len(scores.assessments.units), len(heads) - 1)

    def standings_of(self, grouping: Grouping) -> None:
        said = self.said
        levels = [*self.criteria.star_levels, 0]
        heads = [
            (said("名次", "Rank"), 7),
            (GROUPING_TITLES[grouping].in_(self.lang), 24),
            (said("支部数", "Units"), 9),
            (said("已评", "Rated"), 9),
            (said("平均分", "Mean"), 9),
            *((said(f"{stars} 星", f"{stars} stars"), 8) for stars in levels),
            (said("未评", "Not rated"), 8),
            (said("达标数", "At target"), 9),
            (said("是否达标", "Meets"), 9),
        ]
        sheet = self.sheet(GROUPING_TITLES[grouping].in_(self.lang), heads)
        for row, standing in enumerate(self.standings.groups[grouping], 1):
            name = standing.group.name
            target = target_state(standing, self.criteria)
            values = [
                standing.rank,
                domain_title(name).in_(self.lang) if grouping is Grouping.DOMAIN else name,
                standing.units,
                standing.rated,
                None if standing.mean is None else Fraction(standing.mean, self.scale),
                *(units for _, units in standing.stars),
                standing.not_rated,
                None if target is None else target.reached,
                None if target is None else said("是", "yes") if target.meets else said("否", "no"),
            ]
            self.cells(sheet, row, values)

    def lines(self) -> None:
        said = self.said
        heads = [
            (said("代码", "Code"), 11),
            (said("指标", "Criterion"), 30),
            (said("编号", "Id"), 22),
            (said("评分", "Agreed"), 10),
            (said("满分", "Full marks"), 9),
            (said("情况", "Outcome"), 10),
            (said("阶段", "Stage"), 10),
        ]
        sheet = self.sheet(said("得分明细", "Lines"), heads)
        row = 0
        scores = self.standings.ratings.scores
        for unit, own in enumerate(scores.assessments.units):
            sheet_scores, position = scores.place_of(unit)
            criteria = sheet_scores.sheet.criteria
            for place, criterion in enumerate(criteria.criteria):
                row += 1
                outcome = Outcome(int(sheet_scores.agreed.outcomes[place, position]))
                stage = int(sheet_scores.sheet.stages[place, position])
                agreed = sheet_scores.agreed.at(place, position) * criteria.grain / 100
                values = [
                    own.code,
                    criterion.title.in_(self.lang),
                    criterion.id,
                    exact_text(agreed) if outcome is Outcome.AGREED else None,
                    exact_text(Fraction(criterion.full_marks, 100)),
                    OUTCOME_TITLES[outcome].in_(self.lang),
                    stage_title(criteria.all_stages[stage]).in_(self.lang) if stage >= 0 else None,
                ]
                self.cells(sheet, row, values)

    def grounds(self) -> None:
        said = self.said
        sheet = self.sheet(said("依据", "Grounds"), [(said("项目", "What"), 30), (said("内容", "Value"), 80)])
        rows = [
            (criteria.ref, f"SHA-256 {digest(criteria)}")
            for criteria in sorted(
                criteria_sets(self.standings.ratings.scores.assessments), key=lambda one: one.ref
            )
        ]
        state = target_state(self.standings.county, self.criteria)
        if state is not None:
            share = share_text(state.target.share)
            rows.append(
                (
                    said("全县目标", "The county's target"),
                    said(
                        f"{state.target.stars} 星及以上不少于 {share}：{state.reached}/{state.units}，还差 {state.short} 个",
                        f"{share} at {state.target.stars} stars or more: {state.reached} of {state.units}, {state.short} short",
                    ),
                )
            )
        county = self.standings.county
        if county.mean is not None:
            rows.append((said("全县平均分", "The county's mean"), printed_score(county.mean, self.criteria)))
        for row, values in enumerate(rows, 1):
            self.cells(sheet, row, list(values))


_RANKS = (Grouping.COUNTY, Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
