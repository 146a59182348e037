"""An explanation as sentences, in both languages, in the order a person would ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scoring.agreement import Outcome
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import ROOT, AgreementRule
from scoring.explain import (
    AdjustmentLine,
    Explanation,
    Line,
    MarkSeen,
    NextStar,
    PartSheet,
    group_title,
    reason,
)
from scoring.improvement import Raise, Way
from scoring.numbers import (
    Rounding,
    decimal_text,
    exact_text,
    marks_text,
    rounded,
    rounded_percent,
    share_text,
)
from scoring.texts import Lang, Text
from scoring.units import Grouping, domain_title

STAGES = {
    "self": Text("自评", "self"),
    "superior": Text("上级", "superior"),
    "county": Text("县级", "county"),
    "moderation": Text("复议", "moderation"),
}
"""The stages the service knows by name; others are shown as the set writes them."""

_MOST_WAYS = 5
_PENCIL = 10_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of an explanation: how deep it stands (0 is a heading), and its text."""

    depth: int
    text: Text


def sentences(explanation: Explanation) -> tuple[Sentence, ...]:
    """Return the explanation told: who and what, the score sheet, the steps to the stars, and the next star."""
    return tuple(_told(explanation))


def percent(share: Fraction) -> str:
    """Return *share* as percent: exactly where four decimals do (`87.5%`), else as `7/9 ≈ 77.78%` or `≈ 85.368569%`.

    Six decimals are enough to follow a sum with a pencil where the exact fraction would be a line of digits.
    """
    shown = share_text(share)
    if shown.endswith("%") and len(shown.partition(".")[2]) <= 5:
        return shown
    if share.denominator < _PENCIL:
        return f"{share.numerator}/{share.denominator} ≈ {rounded_percent(share)}"
    return f"≈ {rounded_percent(share, 6)}"


def marks_shown(marks: Fraction) -> str:
    """Return marks exactly where they are a finite decimal (`6.5`), else as `≈ 7.42 (408/55)`."""
    shown = exact_text(marks)
    return f"≈ {decimal_text(rounded(marks, 2, Rounding.HALF_UP), 2)} ({shown})" if "/" in shown else shown


def stage_title(stage: str) -> Text:
    """Return the stage as a person would name it."""
    return STAGES.get(stage, Text(stage, stage))


def _told(explanation: Explanation) -> Iterator[Sentence]:
    yield Sentence(0, _head(explanation))
    yield Sentence(1, _criteria(explanation))
    yield Sentence(1, _state(explanation))
    yield Sentence(0, Text("得分怎么来的", "How the score came about"))
    yield from _part(explanation, explanation.sheet, 1)
    yield from why_these_stars(explanation)
    yield from to_the_next_star(explanation)


def why_these_stars(explanation: Explanation) -> Iterator[Sentence]:
    """Yield the steps to the unit's stars under their heading; nothing for a unit without stars."""
    if explanation.steps:
        yield Sentence(0, Text("星级怎么定的", "How the stars were settled"))
    for number, step in enumerate(explanation.steps, 1):
        why = reason(step)
        yield Sentence(
            1,
            Text(
                f"{number}. {why.zh} → {step.stars} 星",
                f"{number}. {why.en[0].upper()}{why.en[1:]} → {_stars(step.stars)}",
            ),
        )


def to_the_next_star(explanation: Explanation) -> Iterator[Sentence]:
    """Yield what is missing to the next star under its heading; nothing where there is no higher one."""
    if explanation.next_star is not None:
        yield from _next_star(explanation, explanation.next_star)


def _head(explanation: Explanation) -> Text:
    unit, domain = explanation.unit, domain_title(explanation.unit.domain)
    groups = " · ".join(group for group in (unit.township, unit.department) if group)
    return Text(
        f"{unit.name}（{unit.code}）  {domain.zh} · {groups}",
        f"{unit.name} ({unit.code})  {domain.en} · {groups}",
    )


def _criteria(explanation: Explanation) -> Text:
    criteria = explanation.criteria
    return Text(f"依据 {criteria.title.zh}（{criteria.ref}）", f"By {criteria.title.en} ({criteria.ref})")


def _state(explanation: Explanation) -> Text:
    if explanation.printed is None:
        return _not_rated(explanation)
    score = decimal_text(explanation.printed, explanation.criteria.score.decimals)
    zh, en = f"得分 {score}", f"Score {score}"
    if explanation.stars is not None:
        zh, en = f"{zh}，{explanation.stars} 星", f"{en}, {_stars(explanation.stars)}"
    places_zh, places_en = [], []
    for grouping, (rank, rated) in explanation.ranks.items():
        group = explanation.unit.group(grouping)
        name = group.name if group is not None else ""
        domain = domain_title(name)
        where = {
            Grouping.COUNTY: Text("全县", "the county"),
            Grouping.DOMAIN: Text(f"{domain.zh}领域", domain.en),
        }.get(grouping, Text(name, name))
        places_zh.append(f"{where.zh}第 {rank} 名（共 {rated} 个）")
        places_en.append(f"number {rank} of {rated} in {where.en}")
    held = "（受限，不列入表彰名单）" if explanation.unit.gates else ""
    held_en = " (held back: on no list of commendations)" if explanation.unit.gates else ""
    return Text(f"{zh}；{'，'.join(places_zh)}{held}", f"{en}; {', '.join(places_en)}{held_en}")


def _not_rated(explanation: Explanation) -> Text:
    if not explanation.missing:
        return Text("未评定：没有一项指标适用", "Not rated: no criterion applies")
    titles = {one.id: one.title for one in explanation.criteria.subjects}
    missing = [titles[missing] for missing in explanation.missing]
    return Text(
        f"未评定：以下 {len(missing)} 项缺评分或有争议——{'、'.join(title.zh for title in missing)}",
        f"Not rated: no settled mark on {', '.join(title.en for title in missing)}",
    )


def _part(explanation: Explanation, sheet: PartSheet, depth: int) -> Iterator[Sentence]:
    root = sheet.part.id == ROOT
    yield Sentence(depth, came_to(explanation, sheet))
    depth = depth if root else depth + 1
    for line in sheet.lines:
        yield Sentence(depth, _line(line, explanation.criteria.agreement.rule))
    for adjustment in sheet.adjustments:
        yield Sentence(depth, _adjustment(adjustment, sheet))
    for below in sheet.parts:
        yield from _part(explanation, below, depth)


def came_to(explanation: Explanation, sheet: PartSheet) -> Text:
    """Return how a part's share was worked out, so that it can be followed with a pencil."""
    part = sheet.part
    root = part.id == ROOT
    title = Text("总分", "Score") if root else part.title
    if sheet.plain is None or sheet.value is None:
        if _open(sheet):
            return Text(f"{title.zh}：尚无评分", f"{title.en}: no marks yet")
        ignored = "，加减分不计" if sheet.adjustments else ""
        ignored_en = ", so its adjustments are ignored" if sheet.adjustments else ""
        return Text(f"{title.zh}：不适用{ignored}", f"{title.en}: not applicable{ignored_en}")
    steps = [f"{_working(sheet)} {_equals(sheet.plain)}"]
    change = sum((line.marks for line in sheet.adjustments if not line.disputed), Fraction(0))
    if change:
        full = Fraction(100) if root else Fraction(part.full_marks, 100)
        after = sheet.plain + change / full
        sign = "+" if change > 0 else "−"
        steps.append(f"{sign} {exact_text(abs(change))} ÷ {exact_text(full)} {_equals(after)}")
        if after != sheet.value:
            steps.append(f"→ {percent(sheet.value)}")
    elif sheet.plain != sheet.value:
        steps.append(f"→ {percent(sheet.value)}")
    weight = exact_text(part.share_of_tree)
    if not root:
        return Text(
            f"{title.zh}（权重 {weight}）：{' '.join(steps)}",
            f"{title.en} (weight {weight}): {' '.join(steps)}",
        )
    text = " ".join(steps)
    if explanation.printed is None or explanation.exact is None:
        return Text(
            f"{title.zh}：{text}（未评定，仅供参考）", f"{title.en}: {text} (not rated; for information only)"
        )
    printed = decimal_text(explanation.printed, explanation.criteria.score.decimals)
    rounding = _ROUNDINGS[explanation.criteria.score.rounding]
    return Text(
        f"{title.zh}：{text}，即 {printed} 分（{rounding.zh}）",
        f"{title.en}: {text}, printed as {printed} ({rounding.en})",
    )


def _equals(share: Fraction) -> str:
    shown = percent(share)
    return shown if shown.startswith("≈") else f"= {shown}"


def _six_decimals(number: Fraction) -> str:
    return decimal_text(rounded(number, 6, Rounding.HALF_UP), 6)


def _open(sheet: PartSheet) -> bool:
    """Say whether a mark is missing or disputed anywhere below."""
    return any(line.outcome >= Outcome.MISSING for line in sheet.lines) or any(map(_open, sheet.parts))


_ROUNDINGS = {
    Rounding.HALF_UP: Text("四舍五入一次", "rounded half up, once"),
    Rounding.HALF_EVEN: Text("四舍六入五成双，一次", "rounded half to even, once"),
    Rounding.UP: Text("只入不舍，一次", "rounded up, once"),
}


def _working(sheet: PartSheet) -> str:
    """Return the sum over the applicable children: marks over full marks, or shares by weight."""
    lines = [line for line in sheet.lines if line.agreed is not None]
    below = [child for child in sheet.parts if child.value is not None]
    if not below and all(line.criterion.weight is None for line in lines):
        marks = sum((line.agreed for line in lines if line.agreed is not None), Fraction(0))
        full = sum(line.criterion.full_marks for line in lines)
        shown = exact_text(marks)
        shown = shown if "/" not in shown or marks.denominator < _PENCIL else f"≈ {_six_decimals(marks)}"
        return f"{shown} ÷ {marks_text(full)}"
    terms, weights = [], Fraction(0)
    for line in lines:
        assert line.agreed is not None
        weight = line.criterion.share_of_tree
        weights += weight
        terms.append(
            f"{exact_text(weight)} × {exact_text(line.agreed)}/{marks_text(line.criterion.full_marks)}"
        )
    for child in below:
        assert child.value is not None
        weight = child.part.share_of_tree
        weights += weight
        share = percent(child.value)
        terms.append(
            f"{exact_text(weight)} × {share if share.startswith('≈') else share.partition(' ≈ ')[0]}"
        )
    return f"({' + '.join(terms)}) ÷ {exact_text(weights)}"


def _line(line: Line, rule: AgreementRule) -> Text:
    criterion = line.criterion
    deciding = [seen for seen in line.marks if seen.decides]
    who_zh, who_en = _who(deciding, criterion)
    full = marks_text(criterion.full_marks)
    match line.outcome:
        case Outcome.NOT_APPLICABLE:
            return Text(
                f"{criterion.title.zh}  不适用{who_zh}", f"{criterion.title.en}  not applicable{who_en}"
            )
        case Outcome.MISSING:
            waiting = "；".join(_said(seen, Lang.ZH) for seen in line.marks if not seen.decides)
            waiting_en = "; ".join(_said(seen, Lang.EN) for seen in line.marks if not seen.decides)
            zh = f"（仅有 {waiting}，该阶段不作数）" if waiting else who_zh
            en = f" (only {waiting_en}, a stage that does not decide)" if waiting_en else who_en
            return Text(f"{criterion.title.zh}  缺评分{zh}", f"{criterion.title.en}  no mark yet{en}")
        case Outcome.DISPUTED:
            return Text(
                f"{criterion.title.zh}  有争议，待复议{who_zh}", f"{criterion.title.en}  disputed{who_en}"
            )
    assert line.agreed is not None
    marks = marks_shown(line.agreed)
    judged = criterion.kind in (Kind.JUDGED, Kind.LEVELS)
    rule_text = AGREED_BY[rule] if judged and len(deciding) > 1 else Text("", "")
    return Text(
        f"{criterion.title.zh}  {marks} / {full}{who_zh}{rule_text.zh}{level_picked(line).zh}",
        f"{criterion.title.en}  {marks} / {full}{who_en}{rule_text.en}{level_picked(line).en}",
    )


AGREED_BY = {
    AgreementRule.MEAN: Text("，取平均", ", the mean"),
    AgreementRule.MEDIAN: Text("，取中位数", ", the median"),
    AgreementRule.TRIMMED_MEAN: Text("，去掉最高最低后取平均", ", the mean without highest and lowest"),
}
"""What is said after the marks of several evaluators."""


def level_picked(line: Line) -> Text:
    """Return `：what the level says` that was picked, where full marks were not reached."""
    criterion = line.criterion
    if line.agreed is None or line.agreed * 100 == criterion.full_marks:
        return Text("", "")
    level = next((level for level in criterion.levels if level.marks == line.agreed * 100), None)
    return Text("", "") if level is None else Text(f"：{level.when.zh}", f": {level.when.en}")


def _who(deciding: list[MarkSeen], criterion: Criterion) -> tuple[str, str]:
    if not deciding:
        return "", ""
    unit = f" {criterion.measured_in}" if criterion.measured_in else ""
    zh = "；".join(f"{_said(seen, Lang.ZH)}{unit}" for seen in deciding)
    en = "; ".join(f"{_said(seen, Lang.EN)}{unit}" for seen in deciding)
    return f"（{zh}）", f" ({en})"


def _said(seen: MarkSeen, lang: Lang) -> str:
    return f"{stage_title(seen.stage).in_(lang)} {seen.evaluator} {seen.mark.in_(lang)}"


def _adjustment(line: AdjustmentLine, sheet: PartSheet) -> Text:
    title = line.adjustment.title
    if line.disputed:
        counts_zh = "；".join(_said(seen, Lang.ZH) for seen in line.seen)
        counts_en = "; ".join(_said(seen, Lang.EN) for seen in line.seen)
        return Text(f"{title.zh}  次数有争议（{counts_zh}）", f"{title.en}  count disputed ({counts_en})")
    sign = "+" if line.marks > 0 else "−"
    marks = exact_text(abs(line.marks))
    if not line.count:
        return Text(f"{title.zh}  0 次", f"{title.en}  counted 0 times")
    none = sheet.value is None
    return Text(
        f"{title.zh}  {line.count} 次，{'不计' if none else sign + marks}",
        f"{title.en}  counted {line.count}, {'ignored' if none else sign + marks}",
    )


def _next_star(explanation: Explanation, ahead: NextStar) -> Iterator[Sentence]:
    stars = ahead.cut_point.stars
    yield Sentence(0, Text(f"离 {stars} 星还差什么", f"What is missing to {_stars(stars)}"))
    decimals = explanation.criteria.score.decimals
    bound = exact_text(ahead.cut_point.at_least)
    if ahead.gate is not None:
        gate, most = ahead.gate, ahead.gate.highest_stars
        yield Sentence(
            1,
            Text(
                f"“{gate.title.zh}”解除之前最高 {most} 星，再高的得分也不能升星",
                f"Until “{gate.title.en}” is lifted, {_stars(most)} is the most, whatever the score",
            ),
        )
    if ahead.short:
        short = decimal_text(ahead.short, decimals)
        yield Sentence(
            1, Text(f"得分还差 {short} 分（须达到 {bound} 分）", f"{short} short of a score of {bound}")
        )
        yield from _ways(explanation, ahead)
    if ahead.quota is not None:
        yield Sentence(1, _edge(explanation, ahead))
    else:
        for quota in ahead.quotas:
            share = share_text(quota.share)
            zh, en = _WITHIN[quota.within].zh, _WITHIN[quota.within].en
            yield Sentence(
                1,
                Text(
                    f"另有名额：{zh} {stars} 星不超过 {share}",
                    f"Besides, at most {share} {en} may hold {_stars(stars)}",
                ),
            )


_WITHIN = {
    Grouping.COUNTY: Text("全县", "of the county"),
    Grouping.DOMAIN: Text("本领域", "of the domain"),
    Grouping.TOWNSHIP: Text("本乡镇", "of the township"),
    Grouping.DEPARTMENT: Text("本部门", "of the department"),
    Grouping.SUPERIOR: Text("同一上级之下", "under the same superior"),
}


def _edge(explanation: Explanation, ahead: NextStar) -> Text:
    place = ahead.quota
    assert place is not None
    group = group_title(place)
    if place.kept_from is None:
        return Text(
            f"{group.zh}本年没有 {place.quota.stars} 星名额可用",
            f"{group.en} has no place left for {_stars(place.quota.stars)}",
        )
    edge = decimal_text(place.kept_from, explanation.criteria.score.decimals)
    return Text(
        f"得分已达线，名额不够：{group.zh}保住 {place.quota.stars} 星的最低 {edge} 分",
        f"The score is enough, the quota is not: the lowest score that kept {_stars(place.quota.stars)} is {edge}",
    )


def _ways(explanation: Explanation, ahead: NextStar) -> Iterator[Sentence]:
    decimals = explanation.criteria.score.decimals
    if ahead.fewest is None:
        yield Sentence(
            1,
            Text(
                "各项指标全部得满分也达不到",
                "Full marks everywhere would still not be enough",
            ),
        )
        return
    if ahead.single:
        yield Sentence(1, Text("只改进一项即可的：", "One criterion alone would do it:"))
        for way in ahead.single[:_MOST_WAYS]:
            yield Sentence(2, _way(way, decimals))
    if len(ahead.fewest.raises) > 1 or not ahead.single:
        printed, marks = decimal_text(ahead.fewest.printed, decimals), _marks(ahead.fewest.marks)
        yield Sentence(
            1,
            Text(
                f"用分最少的组合，共 {marks} 分，得分到 {printed}：",
                f"The fewest marks in all, {marks}, for a score of {printed}:",
            ),
        )
        for one in ahead.fewest.raises:
            yield Sentence(2, _raise(one))


def _way(way: Way, decimals: int) -> Text:
    printed, marks = decimal_text(way.printed, decimals), _marks(way.marks)
    zh = "，".join(_raise(one).zh for one in way.raises)
    en = ", ".join(_raise(one).en for one in way.raises)
    return Text(f"{zh}：共 {marks} 分，得分到 {printed}", f"{en}: {marks} marks, for a score of {printed}")


def _raise(one: Raise) -> Text:
    change = f"{_marks(one.now)} → {_marks(one.to)}"
    return Text(f"{one.criterion.title.zh} {change}", f"{one.criterion.title.en} {change}")


def _marks(marks: Fraction) -> str:
    shown = exact_text(marks)
    return (
        f"{decimal_text(int(marks * 100 + Fraction(1, 2)), 2)}" if "/" in shown or len(shown) > 8 else shown
    )


def _stars(stars: int) -> str:
    return f"{stars} star" if stars == 1 else f"{stars} stars"
