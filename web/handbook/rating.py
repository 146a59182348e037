"""How stars come of a score, who marks, and how several marks become one: the rules of a set in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scoring.criteria.model import AgreementRule, CriteriaSet, CutPoint, Gate, Quota, ScoreRule, Ties
from scoring.numbers import Rounding, exact_text, share_text
from scoring.sentences import stage_title
from scoring.texts import Text
from scoring.units import Grouping
from web.handbook.phrases import row

_WITHIN = {
    Grouping.COUNTY: Text("全县", "the county"),
    Grouping.DOMAIN: Text("每个领域", "each domain"),
    Grouping.TOWNSHIP: Text("每个乡镇街道", "each township"),
    Grouping.DEPARTMENT: Text("每个主管部门", "each department"),
    Grouping.SUPERIOR: Text("同一上级之下", "those under one superior"),
}

_ROUNDINGS = {
    Rounding.HALF_UP: Text("四舍五入", "rounded half up"),
    Rounding.HALF_EVEN: Text("四舍六入五成双", "rounded half to even"),
    Rounding.UP: Text("进位", "rounded up"),
}

_RULES = {
    AgreementRule.MEAN: Text("取平均分", "their mean counts"),
    AgreementRule.MEDIAN: Text("取中位数", "their median counts"),
    AgreementRule.TRIMMED_MEAN: Text(
        "去掉一个最高、一个最低后取平均（不足三人的直接平均）",
        "the mean without one highest and one lowest counts (of fewer than three, the mean)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CutTold:
    """Which scores have which stars; 0 for those below every cut point."""

    stars: int
    scores: Text


def cuts(criteria: CriteriaSet) -> tuple[CutTold, ...]:
    """Return which scores have which stars, the highest first."""
    if not criteria.cuts:
        return ()
    highest, lowest = criteria.cuts[0], criteria.cuts[-1]
    first = exact_text(highest.at_least)
    found = [CutTold(stars=highest.stars, scores=Text(f"{first} 分及以上", f"{first} or more"))]
    found += [_between(higher, lower) for higher, lower in pairwise(criteria.cuts)]
    if lowest.at_least > 0:
        last = exact_text(lowest.at_least)
        found.append(CutTold(stars=0, scores=Text(f"不足 {last} 分", f"under {last}")))
    return tuple(found)


def gate(own: Gate) -> Text:
    """Return what a gate does."""
    most = own.highest_stars
    if most == 0:
        return Text("不得评星", "no stars at all")
    return Text(f"最高 {most} 星", f"{most} {_plural(most)} at most")


def quotas(criteria: CriteriaSet) -> tuple[Text, ...]:
    """Return every quota in words, in the order they are applied."""
    return tuple(quota(own, criteria) for own in sorted(criteria.quotas, key=lambda own: -own.stars))


def quota(own: Quota, criteria: CriteriaSet) -> Text:
    """Return what a quota allows, what becomes of those tied at its edge, and where the others go."""
    within, share = _WITHIN[own.within], share_text(own.share)
    lower = next((stars for stars in criteria.star_levels if stars < own.stars), 0)
    ties = (
        Text("名额边上同分的一并下调", "those tied at the edge all go down")
        if own.ties is Ties.LOWER
        else Text("名额边上同分的一并保留", "those tied at the edge all stay")
    )
    return Text(
        f"{within.zh} {own.stars} 星不超过已评支部的 {share}，不足一个的舍去；按得分从高到低保留，{ties.zh}，"
        f"超出的降为 {lower} 星。",
        f"In {within.en}, at most {share} of the rated branches hold {own.stars} {_plural(own.stars)}, parts of one "
        f"dropped; the best scores keep them, {ties.en}, and the others go to {lower} {_plural(lower)}.",
    )


def target(criteria: CriteriaSet) -> Text | None:
    """Return the county's goal; None where the set names none."""
    goal = criteria.target
    if goal is None:
        return None
    share = share_text(goal.share)
    return Text(
        f"全县至少 {share} 的支部达到 {goal.stars} 星及以上；没有评定的也计入总数。",
        f"At least {share} of the county's branches are to have {goal.stars} {_plural(goal.stars)} or more; "
        f"those not rated count among them.",
    )


def score_rule(rule: ScoreRule) -> Text:
    """Return how a score is printed."""
    ceiling = exact_text(rule.ceiling)
    zh = "取整数" if rule.decimals == 0 else f"保留 {rule.decimals} 位小数"
    en = "a whole number" if rule.decimals == 0 else f"{rule.decimals} decimals"
    how = _ROUNDINGS[rule.rounding]
    return Text(
        f"得分{zh}，{how.zh}，只在最后取位一次；最高 {ceiling} 分，最低 0 分。星级按公布的得分划定。",
        f"The score has {en}, {how.en} once at the very end; {ceiling} is the most, 0 the least. Stars are cut on the "
        f"score as published.",
    )


def stages(criteria: CriteriaSet) -> Iterator[Text]:
    """Yield who marks one after the other, and whose mark counts."""
    named = [stage_title(stage) for stage in criteria.stages]
    if len(named) == 1:
        yield Text(f"由{named[0].zh}评分。", f"Marked by one stage: {named[0].en}.")
    else:
        yield Text(
            f"依次由{row(named).zh}评分；一项指标有几级评过的，以最后一级为准。",
            f"Marked in turn by: {row(named).en}. Where several stages marked a criterion, the last one counts.",
        )
    early = row(named[: criteria.first_deciding])
    if early.zh:
        yield Text(
            f"{early.zh}只作参考：只有{early.zh}、没有后面评分的，按缺评分处理。",
            f"Marks of {early.en} are for comparison only: by themselves they leave the criterion without a mark.",
        )
    yield Text(
        "评分有争议、异议成立的，由复议定分，以复议为准。",
        "A dispute, or an objection that holds, is settled by one moderated mark, which counts before all others.",
    )


def agreement(criteria: CriteriaSet) -> Text:
    """Return how the marks of several evaluators of one stage become one."""
    rule = _RULES[criteria.agreement.rule]
    limit = criteria.agreement.disagreement
    zh, en = (
        f"同一级有几个人评同一项的，{rule.zh}，中间不取位",
        f"Where several of one stage mark a criterion, {rule.en}, not rounded",
    )
    if limit is None:
        return Text(f"{zh}。", f"{en}.")
    share = share_text(limit)
    return Text(
        f"{zh}；最高与最低相差超过该项满分的 {share} 的，列为争议，复议之后才能评定。",
        f"{en}; where they lie further apart than {share} of full marks, the criterion is disputed until moderated.",
    )


def _between(higher: CutPoint, lower: CutPoint) -> CutTold:
    top, bottom = exact_text(higher.at_least), exact_text(lower.at_least)
    if lower.at_least == 0:
        return CutTold(stars=lower.stars, scores=Text(f"不足 {top} 分", f"under {top}"))
    return CutTold(stars=lower.stars, scores=Text(f"{bottom} 至不足 {top} 分", f"{bottom} to under {top}"))


def _plural(stars: int) -> str:
    return "star" if stars == 1 else "stars"
