"""Between two editions it is said what moved and why, the most consequential first, in both languages."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from scoring.causes import Cause, CauseKind
from scoring.criteria.catalogue import find
from scoring.criteria.comparison import compare
from scoring.differences import Differences, Figures, UnitDifference, differences
from scoring.edition import Excuse, State
from scoring.units import Grouping
from tests.cohorts import cohort
from tests.edition.county import County, edition_of_cohort, small_county


def _between(before: County, after: County, **said: object) -> Differences:
    return differences(before.edition(), after.edition(**said))


def _of(found: Differences, unit: str) -> UnitDifference:
    return next(own for own in found.units if own.unit == unit)


def _told(own: UnitDifference) -> list[tuple[str, str]]:
    return [(cause.sentence.zh, cause.sentence.en) for cause in own.causes]


def _kinds(own: UnitDifference) -> list[CauseKind]:
    return [cause.kind for cause in own.causes]


def test_an_edition_does_not_differ_from_itself():
    """Nothing moved is nothing said; another signature alone moves no figure."""
    edition = small_county().edition()
    assert differences(edition, edition).empty
    assert differences(edition, small_county().edition(confirmed_by="孙洁", state=State.DRAFT)).empty
    for seed in range(10):
        own = edition_of_cohort(cohort(seed))
        assert differences(own, edition_of_cohort(cohort(seed))).empty


def test_one_mark_changed_is_named_with_who_gave_it():
    """The first question is which mark; then what it did to stars, and what else it moved."""
    after = small_county().marked("V03", "meetings", "20").marked("V03", "meetings", "20", evaluator="赵敏")
    found = _between(small_county(), after)
    own = found.units[0]
    assert (own.unit, own.name) == ("V03", "柳溪村党支部")
    assert own.before == Figures(score="65.88", stars=2, rank=10)
    assert own.after == Figures(score="74.50", stars=3, rank=8)
    assert _told(own) == [
        ("三会一课（县级 王芳）：15 → 20", "Meetings (county 王芳): 15 → 20"),
        ("三会一课（县级 赵敏）：13.5 → 20", "Meetings (county 赵敏): 13.5 → 20"),
        (
            "原：得分达到 60 分 → 2 星；现：得分达到 70 分 → 3 星",
            "was: the score is 60 or more → 2 stars; now: the score is 70 or more → 3 stars",
        ),
    ]
    assert own.causes[0].facts == {
        "criterion": "meetings",
        "stage": "county",
        "evaluator": "王芳",
        "before": "15",
        "after": "20",
    }


def test_a_mark_given_or_withdrawn_is_told_as_such():
    """No mark is not a mark of 0."""
    after = small_county().marked("V01", "dues_late", "2", stage="superior", evaluator="李强")
    assert _told(_of(_between(small_county(), after), "V01"))[0] == (
        "未按月收缴党费（上级 李强）：新评 2",
        "Dues late (superior 李强): newly marked 2",
    )
    back = _between(after, small_county())
    assert _told(_of(back, "V01"))[0] == (
        "未按月收缴党费（上级 李强）：2 撤回",
        "Dues late (superior 李强): 2 withdrawn",
    )


def test_a_mark_without_effect_is_told_last():
    """A changed mark that moved nothing was changed all the same; an auditor wants to see it."""
    after = small_county().marked("W01", "meetings", "10", stage="superior", evaluator="李强")
    found = _between(small_county(), after)
    (own,) = found.units
    assert own.before == own.after
    assert _kinds(own) == [CauseKind.MARK]
    assert found.county is None
    assert not found.groups


def test_rank_alone_moves_by_others():
    """Who did nothing and fell a place is told who rose."""
    after = small_county().marked("V03", "meetings", "20").marked("V03", "meetings", "20", evaluator="赵敏")
    found = _between(small_county(), after)
    own = _of(found, "W04")
    assert (own.before.rank, own.after.rank) == (8, 9)
    (cause,) = own.causes
    assert cause.kind is CauseKind.RANK
    assert cause.sentence.zh == "得分未变，名次由第 8 变为第 9；V03 升到其上"
    assert cause.sentence.en == "the score is the same; the rank went from 8 to 9; V03 rose above it"
    assert cause.facts["risen"] == {"count": 1, "units": ["V03"]}
    back = _of(_between(after, small_county()), "W04")
    assert back.causes[0].sentence.en.endswith("the rank went from 9 to 8; V03 fell from above it")


def test_a_quota_moved_by_somebody_elses_mark_is_a_step():
    """Two branches tied at the edge lost five stars by the quota; when another falls out, the step is gone."""
    after = small_county().marked("V02", "ballot", "excellent=2;qualified=20;poor=8")
    found = _between(small_county(), after)
    own = _of(found, "V02")
    assert (own.before.stars, own.after.stars) == (4, 3)
    fewer = small_county().without("V07")
    found = _between(small_county(), fewer)
    own = _of(found, "W01")
    assert (own.before.score, own.after.score) == ("94.00", "94.00")
    assert (own.before.stars, own.after.stars) == (4, 5)
    step = next(cause for cause in own.causes if cause.kind is CauseKind.STEP)
    assert step.facts["before"]["kind"] == "quota"
    assert (step.facts["before"]["allowed"], step.facts["before"]["holders"]) == (3, 5)
    assert step.facts["after"] is None
    assert step.sentence.zh.startswith("不再有这一步：全县已评 11 个，5 星不超过 30%，即 3 个；达线 5 个")
    assert step.sentence.en.startswith("no longer a step: The county has 11 rated units")
    back = _of(_between(fewer, small_county()), "W01")
    assert next(cause for cause in back.causes if cause.kind is CauseKind.STEP).sentence.zh.startswith(
        "新增一步：全县已评 11 个"
    )


def test_a_gate_is_told_by_its_title():
    """Whether a gate came or was lifted is the first thing a branch asks."""
    found = _between(small_county(), small_county().changed("V04", gates=()))
    own = _of(found, "V04")
    assert (own.before.stars, own.after.stars) == (2, 4)
    assert _told(own)[0] == ("受限事项“软弱涣散党组织”解除", "the gate “Weak organisation” holds no longer")
    assert _told(own)[1] == (
        "不再有这一步：软弱涣散党组织：最高 2 星 → 2 星",
        "no longer a step: Weak organisation: 2 stars at most → 2 stars",
    )
    found = _between(small_county(), small_county().changed("V04", gates=("weak", "misconduct")))
    own = _of(found, "V04")
    assert (own.before.stars, own.after.stars) == (2, 1)
    assert _told(own)[0] == ("新增受限事项“书记受处分”", "the gate “Secretary disciplined” now holds")
    assert own.causes[0].facts == {"gate": "misconduct", "before": False, "after": True}


def test_a_unit_moved_to_another_township_is_told():
    """Its own score is the same; the standings of both townships are not."""
    found = _between(
        small_county(), small_county().changed("V01", township="东河镇", name="青石村联合党支部")
    )
    own = _of(found, "V01")
    assert _told(own) == [
        (
            "名称由 青石村党支部 改为 青石村联合党支部",
            "the name changed from 青石村党支部 to 青石村联合党支部",
        ),
        ("乡镇由 西山镇 改为 东河镇", "the township changed from 西山镇 to 东河镇"),
    ]
    assert {"西山镇", "东河镇"} <= {one.group for one in found.groups}
    west = next(one for one in found.groups if one.group == "西山镇")
    assert (west.before["units"], west.after["units"]) == (3, 2)
    assert "单位数 3 → 2" in west.sentence.zh
    assert "units 3 → 2" in west.sentence.en
    other = _between(small_county(), small_county().changed("W04", domain="office"))
    assert _told(_of(other, "W04"))[0] == (
        "领域由 社区 改为 机关",
        "the domain changed from Community to Government office",
    )


def test_merged_branches_name_where_they_come_from():
    """A unit that was merged keeps the history of both; those that are gone say where they went."""
    merged = (
        small_county()
        .with_unit("V09", like="V02", name="白云柳溪联合党支部", predecessors=("V02", "V03"))
        .without("V02")
        .without("V03")
    )
    found = _between(small_county(), merged)
    own = _of(found, "V09")
    assert own.before is None
    assert own.after.score == "90.46"
    assert _told(own) == [
        (
            "由 白云村党支部、柳溪村党支部 合并、分设或更名而来",
            "comes from 白云村党支部, 柳溪村党支部 by merger, division or renaming",
        )
    ]
    assert [(one.unit, one.figures.score) for one in own.predecessors] == [("V02", "90.46"), ("V03", "65.88")]
    gone = _of(found, "V03")
    assert gone.after is None
    assert _told(gone) == [("合并、分设或更名为 白云柳溪联合党支部", "went into 白云柳溪联合党支部")]
    assert [(one.unit, one.figures.score) for one in gone.successors] == [("V09", "90.46")]


def test_units_that_came_or_went_without_a_word_are_told_too():
    """A branch that is no longer there must not simply be missing from the list."""
    found = _between(small_county(), small_county().without("V06"))
    assert _told(_of(found, "V06")) == [("不再列入", "the unit is gone")]
    back = _between(small_county().without("V06"), small_county())
    assert _told(_of(back, "V06")) == [("新增单位", "a new unit")]
    assert _of(back, "V06").after == Figures(score="32.43", stars=1, rank=11)


def test_a_unit_that_comes_to_be_rated_says_what_was_settled():
    """The excused branch held its ballot after all."""
    rated = replace(small_county().marked("V08", "ballot", "excellent=3;qualified=1;poor=0"), excuses=())
    own = _of(_between(small_county(), rated), "V08")
    assert own.before == Figures(score=None, stars=None, rank=None)
    assert ("党员评议 原先尚无评分，现已解决", "no mark on Members' ballot, now settled") in _told(own)
    disputed = small_county().marked("V07", "dues_late", "1", stage="superior", evaluator="李强")
    disputed = disputed.marked("V07", "dues_late", "2", stage="superior", evaluator="何平")
    disputed = replace(disputed, excuses=(Excuse(unit="V07", reason="争议"), *disputed.excuses))
    own = _of(_between(small_county(), disputed), "V07")
    assert ("未评定：未按月收缴党费 有争议，待复议", "not rated: a dispute on Dues late") in _told(own)
    assert own.after.score is None


def test_a_changed_criteria_set_is_told_once_and_then_by_unit():
    """What changed in the rules stands at the top; a unit that moved by them says so."""
    stricter = small_county().rewritten("{stars: 4, at_least: 80}", "{stars: 4, at_least: 85}")
    stricter = stricter.rewritten("share: 30%", "share: 10%").rewritten('"2026.1"', '"2026.2"')
    found = _between(small_county(), stricter)
    assert [(own.before, own.after) for own in found.criteria] == [
        ("office@2026.1", "office@2026.2"),
        ("village@2026.1", "village@2026.2"),
    ]
    assert [(change.sentence.zh, change.sentence.en) for change in found.criteria[1].changes] == [
        ("分数线“4 星”的最低分由 80 改为 85", "cut point “4 stars”: least score 80 → 85"),
        ("全县 5 星名额的比例由 30% 改为 10%", "the quota of 5 stars in the county: share 30% → 10%"),
    ]
    own = _of(found, "W03")
    assert (own.before.stars, own.after.stars) == (4, 3)
    assert _told(own) == [
        ("评定标准由 office@2026.1 改为 office@2026.2", "assessed by office@2026.2 instead of office@2026.1"),
        (
            "原：得分达到 80 分 → 4 星；现：得分达到 70 分 → 3 星",
            "was: the score is 80 or more → 4 stars; now: the score is 70 or more → 3 stars",
        ),
    ]
    assert {cause.kind for own in found.units for cause in own.causes} <= {
        CauseKind.CRITERIA,
        CauseKind.STEP,
    }


@pytest.mark.parametrize(
    ("old", "new", "zh", "en"),
    [
        (
            "full_marks: 20, title: {zh: 三会一课",
            "full_marks: 25, title: {zh: 三会一课",
            "指标“三会一课”的满分由 20 改为 25",
            "criterion “Meetings”: full marks 20 → 25",
        ),
        ("weight: 40", "weight: 30", "部分“民主评议”的权重由 40 改为 30", "part “Appraisal”: weight 40 → 30"),
        (
            "line: {from: 0, to: 30}",
            "line: {from: 0, to: 40}",
            "指标“集体收入”的计分线有变",
            "criterion “Village income”: line changed",
        ),
        (
            "each: 1, most: 3",
            "each: 1, most: 4",
            "加减分项“未按月收缴党费”的最多分值由 3 改为 4",
            "adjustment “Dues late”: most marks 3 → 4",
        ),
        (
            "highest_stars: 2",
            "highest_stars: 3",
            "受限事项“软弱涣散党组织”的最高星级由 2 改为 3",
            "gate “Weak organisation”: highest stars 2 → 3",
        ),
        ("disagreement: 50%", "disagreement: 60%", "标准的合议规则有变", "the set: agreement changed"),
        (
            "decided_from: superior",
            "basis: 某文件\ndecided_from: superior",
            "标准的依据由 无 改为 某文件",
            "the set: basis none → 某文件",
        ),
        ("share: 60%", "share: 65%", "达标目标的比例由 60% 改为 65%", "the target: share 60% → 65%"),
        ("target: {stars: 3, share: 60%}", "", "取消达标目标", "the target was removed"),
        (
            "quotas: [{stars: 5, share: 30%, within: county}]",
            "quotas: [{stars: 5, share: 30%, within: domain}]",
            "取消全县 5 星名额",
            "the quota of 5 stars in the county was removed",
        ),
        (
            "{stars: 1, at_least: 0}",
            "{stars: 1, at_least: 0}\n  - {stars: 6, at_least: 99}",
            "新增分数线“6 星”",
            "cut point “6 stars” was added",
        ),
    ],
)
def test_every_change_of_criteria_is_named(old, new, zh, en):
    """An office reads what was changed in its standard without comparing two files."""
    found = _between(small_county(), small_county().rewritten(old, new))
    told = [(change.sentence.zh, change.sentence.en) for own in found.criteria for change in own.changes]
    assert (zh, en) in told
    assert all(own.before == own.after for own in found.criteria)
    back = _between(small_county().rewritten(old, new), small_county())
    assert len([change for own in back.criteria for change in own.changes]) == len(told)


def test_a_criterion_moved_to_another_part_is_named():
    """The same criterion under another part weighs something else."""
    line = "      - {id: income"
    text = small_county().sets[0]
    start = text.index(line)
    end = text.index("\n", start) + 1
    moved = text[:start] + text[end:]
    moved = moved.replace("      - id: ballot\n", text[start:end] + "      - id: ballot\n")
    county = replace(small_county(), sets=(moved, small_county().sets[1]))
    ((own,),) = (_between(small_county(), county).criteria,)
    assert [change.sentence.zh for change in own.changes] == [
        "指标“集体收入”的所属部分由 organisation 改为 appraisal"
    ]


def test_shipped_sets_can_be_compared():
    """A village's standard and an office's: every change has words in both languages."""
    changes = compare(find("red-flag-rural@2026.1"), find("red-flag-office@2026.1"))
    assert len(changes) > 10
    for change in changes:
        assert "_" not in change.sentence.zh.replace(change.after or "", "").replace(change.before or "", "")
        assert change.sentence.en
    assert compare(find("red-flag-rural@2026.1"), find("red-flag-rural@2026.1")) == ()


def test_sets_that_came_or_went_are_named():
    """A county that gives its communities a standard of their own."""
    own = small_county().sets[1].replace("id: office", "id: community\ndomains: [community]")
    found = _between(small_county(), replace(small_county(), sets=(*small_county().sets, own)))
    assert [(one.before, one.after, one.sentence.zh) for one in found.criteria] == [
        (None, "community@2026.1", "新用标准 community@2026.1")
    ]
    back = _between(replace(small_county(), sets=(*small_county().sets, own)), small_county())
    assert [one.sentence.en for one in back.criteria] == ["criteria community@2026.1 are no longer used"]


def test_another_year_lists_no_marks():
    """Two years have no mark in common; what moved is shown, and that it is another year."""
    later = small_county().marked("V01", "meetings", "16").marked("V01", "meetings", "16", evaluator="赵敏")
    found = _between(small_county(), later, period="2027")
    own = _of(found, "V01")
    assert _told(own)[0] == ("评定期不同：2026 与 2027", "another period: 2026 and 2027")
    assert all(cause.kind is not CauseKind.MARK for one in found.units for cause in one.causes)
    still = _between(small_county(), small_county().marked("V06", "model", "0"), period="2027")
    assert still.empty


def test_the_county_is_told_before_and_after():
    """The leader's figures: distribution, mean, target."""
    better = small_county()
    for unit in ("V03", "V05"):
        better = better.marked(unit, "meetings", "20").marked(unit, "meetings", "20", evaluator="赵敏")
    found = _between(small_county(), better)
    assert found.county.before["at_target"] == 7
    assert found.county.after["at_target"] == 9
    assert found.county.sentence.zh.startswith("全县：平均分 80.52 → ")
    assert "2 星 3 → 1 个" in found.county.sentence.zh
    assert "2★ 3 → 1" in found.county.sentence.en
    assert found.target.sentence.zh == (
        "目标：3 星及以上 7/12（要求 60%，差 1 个） → 3 星及以上 9/12（要求 60%，达标）"
    )
    assert found.target.sentence.en == (
        "target: 7/12 at 3 stars or more (60% asked, 1 short) → 9/12 at 3 stars or more (60% asked, met)"
    )
    gone = _between(small_county(), small_county().rewritten("target: {stars: 3, share: 60%}", ""))
    assert gone.target.sentence.en.endswith("→ none")


def test_groups_that_moved_are_told_by_how_far():
    """The township that rose three places comes before the one that rose one."""
    better = small_county().marked("V06", "term", "10", stage="superior", evaluator="李强")
    for unit in ("V06", "V05"):
        better = better.marked(unit, "meetings", "20").marked(unit, "meetings", "20", evaluator="赵敏")
    townships = [own for own in _between(small_county(), better).groups if own.kind is Grouping.TOWNSHIP]
    assert townships[0].group == "东河镇"
    moves = [abs(own.before["rank"] - own.after["rank"]) for own in townships]
    assert moves == sorted(moves, reverse=True)
    new = _between(small_county(), small_county().changed("W03", department="民政局"))
    told = {own.group: own.sentence.zh for own in new.groups if own.kind is Grouping.DEPARTMENT}
    assert told == {"卫健局": "卫健局：不再列入", "民政局": "民政局：新列入"}


def test_the_most_consequential_comes_first():
    """Stars, then score, then rank; the farther the earlier; ties in order of code."""
    rng = random.Random(5)
    for _ in range(20):
        after = small_county()
        for _ in range(rng.randrange(1, 6)):
            unit = rng.choice([code for code in after.units if code.startswith("V")])
            after = after.marked(unit, "income", str(rng.randrange(0, 31)))
            after = after.marked(unit, "model", str(rng.randrange(3)))
        found = _between(small_county(), after)
        for one, other in pairwise(found.units):
            assert _weight(one) >= _weight(other)
            if _weight(one) == _weight(other):
                assert one.unit < other.unit


def _weight(own: UnitDifference) -> tuple:
    def far(name: str) -> float:
        before, after = (float(getattr(side, name) or 0) for side in (own.before, own.after))
        return round(abs(before - after), 6)

    def moved(name: str) -> bool:
        return getattr(own.before, name) != getattr(own.after, name)

    return tuple(weight for name in ("stars", "score", "rank") for weight in (moved(name), far(name)))


def _reversed(cause: Cause) -> dict:
    facts = dict(cause.facts)
    if "before" in facts:
        facts["before"], facts["after"] = facts["after"], facts["before"]
    if "risen" in facts:
        facts["risen"], facts["fallen"] = facts["fallen"], facts["risen"]
    if cause.kind in (CauseKind.NEW, CauseKind.GONE):
        facts = {}
    return {"kind": _OPPOSITE.get(cause.kind, cause.kind), "facts": facts}


_OPPOSITE = {CauseKind.NEW: CauseKind.GONE, CauseKind.GONE: CauseKind.NEW}


def _plain(cause: Cause) -> dict:
    facts = {} if cause.kind in (CauseKind.NEW, CauseKind.GONE) else dict(cause.facts)
    return {"kind": cause.kind, "facts": facts}


def _random_neighbour(rng: random.Random) -> County:
    county = small_county()
    for _ in range(rng.randrange(1, 5)):
        unit = rng.choice(list(county.units))
        match rng.randrange(6):
            case 0 | 1:
                county = county.marked(unit, "model", str(rng.randrange(3))) if unit[0] == "V" else county
            case 2:
                county = county.changed(
                    unit, gates=tuple(rng.sample(["weak", "misconduct"], rng.randrange(3)))
                )
            case 3:
                county = county.changed(unit, township=rng.choice(["西山镇", "城关镇", "南川镇"]))
            case 4:
                county = county.without(unit) if unit not in ("V08", "V01", "W01") else county
            case 5:
                county = (
                    county.rewritten("share: 30%", "share: 40%") if "share: 30%" in county.sets[0] else county
                )
    return county


def test_what_moved_one_way_moved_back_the_other():
    """The differences from B to A are those from A to B, told the other way round."""
    rng = random.Random(9)
    units = 0
    for _ in range(60):
        one, other = _random_neighbour(rng).edition(), _random_neighbour(rng).edition()
        there, back = differences(one, other), differences(other, one)
        assert [(own.unit, own.before, own.after) for own in there.units] == [
            (own.unit, own.after, own.before) for own in back.units
        ]
        for left, right in zip(there.units, back.units, strict=True):
            key = repr
            assert sorted(map(_plain, left.causes), key=key) == sorted(map(_reversed, right.causes), key=key)
        assert [(own.kind, own.group, own.before, own.after) for own in there.groups] == [
            (own.kind, own.group, own.after, own.before) for own in back.groups
        ]
        assert [(own.before, own.after, len(own.changes)) for own in there.criteria] == [
            (own.after, own.before, len(own.changes)) for own in back.criteria
        ]
        units += len(there.units)
    assert units > 200


def test_every_figure_that_moved_is_listed_with_a_cause():
    """Nothing moves without a reason, and whatever is not listed has not moved."""
    rng = random.Random(13)
    for _ in range(40):
        one, other = _random_neighbour(rng).edition(), _random_neighbour(rng).edition()
        found = differences(one, other)
        assert all(own.causes for own in found.units), [own for own in found.units if not own.causes]
        listed = {own.unit for own in found.units}
        before, after = ({row["unit"]: row for row in map(json.loads, side.rows)} for side in (one, other))
        for code in {*before, *after} - listed:
            for field in ("score", "stars", "rank", "lines", "adjustments", "missing"):
                assert before[code][field] == after[code][field]


def test_differences_are_one_json_document():
    """`diff --json` says all of it, sentences in both languages."""
    later = small_county().marked("V03", "meetings", "20").changed("V04", gates=()).without("V06")
    found = _between(small_county(), later.rewritten("share: 60%", "share: 65%"))
    document = json.loads(json.dumps(found.document(), ensure_ascii=False))
    assert document["before"] == {
        "id": found.before.id,
        "county": "示范县",
        "period": "2026",
        "state": "final",
    }
    assert list(document) == ["before", "after", "criteria", "county", "target", "groups", "units"]
    assert [unit["unit"] for unit in document["units"]] == [own.unit for own in found.units]
    mark = next(unit for unit in document["units"] if unit["unit"] == "V03")["causes"][0]
    assert mark["kind"] == "mark"
    assert (mark["before"], mark["after"], mark["evaluator"]) == ("15", "20", "王芳")
    assert mark["sentence"] == {
        "zh": "三会一课（县级 王芳）：15 → 20",
        "en": "Meetings (county 王芳): 15 → 20",
    }
    assert document["criteria"][0]["changes"][0]["after"] == "65%"
    assert next(unit for unit in document["units"] if unit["unit"] == "V06")["after"] is None
    nothing = differences(found.before, found.before).document()
    assert (nothing["county"], nothing["target"], nothing["units"]) == (None, None, [])


def test_random_editions_are_compared_without_a_gap():
    """Any two editions of a period can be compared, however little they have in common."""
    for seed in range(0, 30, 2):
        one, other = edition_of_cohort(cohort(seed)), edition_of_cohort(cohort(seed + 1))
        found = differences(one, other)
        assert json.dumps(found.document())
        assert all(own.causes for own in found.units)
