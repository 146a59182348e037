"""What is weak in rules of points, what changed between two versions, and what `stars check-criteria` says of them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scoring.criteria import catalogue, loader, points_linter
from scoring.criteria.points import PointsRules
from scoring.criteria.points_comparison import compare_points
from web.cli import main

SHIPPED = "member-points@2026.1"
SOUND = """\
kind: points
id: village
version: "1"
title: {zh: 村党员积分, en: Points of a village}
baseline: {points: 60}
items:
  - id: study
    title: {zh: 集中学习, en: Study}
    kind: earning
    points: 2
    ledgers: [honour, spendable]
    caps: {month: 16, year: 160}
    evidence: {least: 1, most: 2}
    basis: 党员教育管理工作条例
  - id: service
    title: {zh: 志愿服务, en: Service}
    kind: earning
    range: {from: 1, to: 4}
    caps: {event_times: 1, quarter: 8}
    claims: [member]
    verifies: [secretary]
    evidence: {least: 1, most: 2}
    basis: 志愿服务条例
    note: {zh: 每小时1分, en: A point an hour}
  - id: late
    title: {zh: 党费逾期, en: Dues overdue}
    kind: losing
    points: 1
    evidence: {least: 0}
    basis: 党费收缴规定
cut_points: [{stars: 5, at_least: 96}, {stars: 1, at_least: 60}]
talk_below: 60
cards:
  figure: spendable_earned
  levels:
    - {id: silver, title: {zh: 银卡, en: Silver}, at_least: 20, opens: [{zh: 九五折, en: 5 % off}]}
    - {id: gold, title: {zh: 金卡, en: Gold}, at_least: 40, opens: [{zh: 九折, en: 10 % off}]}
expiry: {months: 12, notice_days: 30}
"""


def load(text: str) -> PointsRules:
    return loader.load_points(text.encode(), "points.yaml")


def changed(before: str, after: str) -> PointsRules:
    """The sound rules with one thing written otherwise."""
    assert SOUND.count(before) == 1
    return load(SOUND.replace(before, after))


def weak(rules: PointsRules) -> list[tuple[str | None, str]]:
    found = points_linter.warnings(rules, "points.yaml")
    assert all(
        fault.place.file == "points.yaml" and fault.sentence.zh != fault.sentence.en for fault in found
    )
    return [(fault.place.field, fault.sentence.en) for fault in found]


def test_sound_rules_have_no_weakness() -> None:
    """Negative control of every warning below."""
    assert weak(load(SOUND)) == []


@pytest.mark.parametrize("ref", catalogue.points_refs())
def test_shipped_rules_have_no_weakness_that_the_linter_knows(ref: str) -> None:
    """What the service warns of in others' rules it does not ship."""
    assert points_linter.warnings(catalogue.find_points(ref), ref) == ()


WEAK = [
    ("    basis: 志愿服务条例\n", "", [("service", "names no basis")]),
    ("    evidence: {least: 0}\n", "", [("late", "does not say what evidence is asked for")]),
    (
        "    note: {zh: 每小时1分, en: A point an hour}\n",
        "",
        [("service", "no note says what earns how many")],
    ),
    ("{zh: 集中学习, en: Study}", "{zh: 积极参加学习, en: Study}", [("study", "names no measure")]),
    ("{zh: 党费逾期, en: Dues overdue}", "{zh: 作用发挥不够扎实, en: Weak}", [("late", "names no measure")]),
    ("verifies: [secretary]", "verifies: []", [("service", "may be verified by nobody")]),
    ("claims: [member]", "claims: [member, secretary]", [("service", "who claims does not verify")]),
    (
        "caps: {event_times: 1, quarter: 8}",
        "caps: {event: 4, event_times: 1}",
        [("service", "has no cap on what it earns")],
    ),
    (
        "caps: {month: 16, year: 160}",
        "caps: {month: 13, year: 160}",
        [("study", "comes to 156 at most by its cap a month, so the cap of 160 a year has no effect")],
    ),
    (
        "caps: {month: 16, year: 160}",
        "caps: {month: 14, quarter: 50, year: 160}",
        [("study", "comes to 42 at most by its cap a month, so the cap of 50 a quarter has no effect")],
    ),
    (
        "{stars: 5, at_least: 96}",
        "{stars: 5, at_least: 108.01}",
        [
            ("cut_points", f"{kind} members with every cap used come to 108 a year, short of the 108.01")
            for kind in ("serving", "resident", "mobile", "elderly")
        ],
    ),
    ("{stars: 5, at_least: 96}", "{stars: 5, at_least: 108}", []),
    (
        "    points: 2\n",
        "    points: 2\n    members: [serving, resident, mobile]\n",
        [
            ("cut_points", "elderly members with every cap used come to 68"),
            ("silver", "short of the 20 of “Silver”"),
            ("items", "elderly members come to 68 a year at most and serving members to 108: far apart"),
        ],
    ),
    ("baseline: {points: 60}", "baseline: {points: 60, mobile: 38.4}", [("cut_points", "mobile")]),
    (
        "baseline: {points: 60}",
        "baseline: {points: 60, mobile: 38.39}",
        [("cut_points", "mobile"), ("items", "mobile members come to 86.39")],
    ),
    ("at_least: 40,", "at_least: 160.5,", [("gold", "short of the 160.5 of “Gold”")] * 4),
    ("figure: spendable_earned", "figure: spendable_balance", []),
]


@pytest.mark.parametrize(("before", "after", "expected"), WEAK)
def test_every_weakness_is_noted_with_what_is_weak(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    """One change makes one weakness, told with the item or field it is of, and nothing besides."""
    told = weak(changed(before, after))
    assert len(told) == len(expected)
    for (field, sentence), (own, words) in zip(told, expected, strict=True):
        assert field == own
        assert words in sentence


def test_a_month_has_thirty_one_days_and_a_quarter_ninety_two() -> None:
    """A cap that the longest month or quarter can reach is not idle."""
    for caps, idle in (
        ("{day: 1, month: 31, year: 366}", []),
        (
            "{day: 1, month: 31.5, year: 366}",
            ["comes to 31 at most by its cap a day, so the cap of 31.5 a month"],
        ),
        ("{day: 1, quarter: 92}", []),
        ("{day: 1, quarter: 92.5}", ["comes to 92 at most by its cap a day, so the cap of 92.5 a quarter"]),
        ("{month: 2, quarter: 6, year: 24}", []),
    ):
        text = SOUND.replace("caps: {month: 16, year: 160}", f"caps: {caps}").replace(
            "points: 2\n", "points: 1\n"
        )
        told = [sentence for field, sentence in weak(load(text)) if field == "study"]
        assert [words in sentence for words, sentence in zip(idle, told, strict=True)] == [True] * len(idle)


def test_the_lowest_stars_out_of_reach_are_named() -> None:
    """Who cannot have four stars cannot have five either; one note says both."""
    bands = "cut_points: [{stars: 5, at_least: 130}, {stars: 4, at_least: 120}, {stars: 1, at_least: 60}]"
    told = weak(changed("cut_points: [{stars: 5, at_least: 96}, {stars: 1, at_least: 60}]", bands))
    assert [field for field, _ in told] == ["cut_points"] * 4
    assert all("short of the 120 of 4 stars" in sentence for _, sentence in told)


def test_cards_by_the_years_honour_points_are_measured_by_those() -> None:
    """The figure the file names is the one that must be within reach."""
    by_honour = SOUND.replace("spendable_earned", "annual_honour").replace("at_least: 40,", "at_least: 109,")
    assert [field for field, _ in weak(load(by_honour))] == ["gold"] * 4
    assert weak(load(by_honour.replace("at_least: 109,", "at_least: 108,"))) == []


def test_without_a_bound_nothing_is_called_out_of_reach() -> None:
    """Where an item has no cap, everything can be reached, and only the missing cap is told."""
    unbounded = SOUND.replace("    caps: {month: 16, year: 160}\n", "").replace(
        "at_least: 96", "at_least: 9000"
    )
    assert [field for field, _ in weak(load(unbounded))] == ["study"]


def test_more_evidence_than_before_is_noted() -> None:
    """Evidence for its own sake is what members complain of."""
    before, after = load(SOUND), changed("    evidence: {least: 0}\n", "    evidence: {least: 3}\n")
    (fault,) = points_linter.warnings(after, "points.yaml", before)
    assert fault.sentence.en == "asks for 5 files of evidence where village@1 asked for 2"
    assert points_linter.warnings(before, "points.yaml", after) == ()


# Versions compared

CHANGES = [
    (
        "month: 16",
        "month: 20",
        "加分项“集中学习”的每月上限由 16 分 改为 20 分",
        "earning item “Study”: most a month 16 points → 20 points",
    ),
    (
        "caps: {month: 16, year: 160}",
        "caps: {year: 160}",
        "加分项“集中学习”的每月上限由 16 分 改为 无",
        "earning item “Study”: most a month 16 points → none",
    ),
    (
        "event_times: 1,",
        "event_times: 2,",
        "加分项“志愿服务”的每次活动计分次数上限由 1 次 改为 2 次",
        "earning item “Service”: most times an event once → twice",
    ),
    (
        "range: {from: 1, to: 4}",
        "points: 3",
        "加分项“志愿服务”的每次分值由 1 至 4 分（每 1 分一档） 改为 3 分",
        "earning item “Service”: points each time 1 to 4 points (in steps of 1) → 3 points",
    ),
    (
        "ledgers: [honour, spendable]",
        "ledgers: [honour]",
        "加分项“集中学习”的记入账户由 荣誉分、可兑换分 改为 荣誉分",
        "earning item “Study”: ledgers honour, spendable → honour",
    ),
    (
        "claims: [member]",
        "claims: [member]\n    members: [mobile]",
        "加分项“志愿服务”的适用党员由 在职党员、在家党员、流动党员、年老党员 改为 流动党员",
        "earning item “Service”: members it is for serving members, resident members, mobile members, elderly members → mobile members",
    ),
    (
        "verifies: [secretary]",
        "verifies: [superior]",
        "加分项“志愿服务”的审核人由 本支部书记 改为 上级党组织",
        "earning item “Service”: who verifies the branch's secretary → the superior",
    ),
    (
        "evidence: {least: 0}",
        "evidence: {least: 1, most: 2, kinds: [image]}",
        "扣分项“党费逾期”的佐证要求由 0 份以上（不限类型） 改为 1 至 2 份（图片）",
        "losing item “Dues overdue”: evidence asked 0 or more (of any kind) → 1 to 2 (image)",
    ),
    (
        "basis: 志愿服务条例",
        "basis: 条例",
        "加分项“志愿服务”的依据由 志愿服务条例 改为 条例",
        "earning item “Service”: basis 志愿服务条例 → 条例",
    ),
    (
        "at_least: 96",
        "at_least: 95",
        "分数线“5 星”的最低分由 96 分 改为 95 分",
        "cut point “5 stars”: least points 96 points → 95 points",
    ),
    ("{stars: 5, at_least: 96}, ", "", "取消分数线“5 星”", "cut point “5 stars” was removed"),
    (
        "talk_below: 60",
        "talk_below: 55",
        "规则的谈话提醒线由 60 分 改为 55 分",
        "the rules: line below which a talk is due 60 points → 55 points",
    ),
    (
        "baseline: {points: 60}",
        "baseline: {points: 60, elderly: 70}",
        "规则的年老党员每季度基础分由 60 分 改为 70 分",
        "the rules: baseline of elderly members 60 points → 70 points",
    ),
    (
        "at_least: 40,",
        "at_least: 50,",
        "积分卡“金卡”的最低分由 40 分 改为 50 分",
        "card “Gold”: least points 40 points → 50 points",
    ),
    (
        "[{zh: 九折, en: 10 % off}]",
        "[{zh: 八折, en: 20 % off}]",
        "积分卡“金卡”的待遇由 九折 改为 八折",
        "card “Gold”: what it opens 10 % off → 20 % off",
    ),
    (
        "figure: spendable_earned",
        "figure: annual_honour",
        "规则的发卡依据由 全年获得的可兑换分 改为 全年荣誉分",
        "the rules: figure cards go by spendable points earned in the year → the year's honour points",
    ),
    (
        "months: 12",
        "months: 18",
        "规则的可兑换分有效期（自获得当年年底起）由 12 个月 改为 18 个月",
        "the rules: life of spendable points after their year 12 months → 18 months",
    ),
    (
        "expiry: {months: 12, notice_days: 30}",
        "expiry: {months: 12, notice_days: 60}",
        "规则的到期预告由 30 天 改为 60 天",
        "the rules: notice before they end 30 days → 60 days",
    ),
    (
        "baseline: {points: 60}\n",
        "baseline: {points: 60}\nannual: {decimals: 0, rounding: up}\n",
        "规则的年度得分取位由 2 位小数，四舍五入 改为 0 位小数，向上进位",
        "the rules: rounding of the year's figure 2 decimals, half up → 0 decimals, up",
    ),
    (
        "{zh: 志愿服务, en: Service}",
        "{zh: 公益, en: Public service}",
        "加分项“公益”的名称由 志愿服务 改为 公益",
        "earning item “Public service”: title Service → Public service",
    ),
]


@pytest.mark.parametrize(("before", "after", "zh", "en"), CHANGES)
def test_a_change_is_told_in_words_a_member_reads(before: str, after: str, zh: str, en: str) -> None:
    """One change, one sentence in each language, with what it was and what it is."""
    (change,) = compare_points(load(SOUND), changed(before, after))
    assert (change.sentence.zh, change.sentence.en) == (zh, en)


def test_items_that_came_and_went_are_told_as_such() -> None:
    """A new item is no list of changed fields."""
    more = load(SOUND.replace("  - id: late", "  - {id: blood, kind: earning, points: 5}\n  - id: late"))
    (came,) = compare_points(load(SOUND), more)
    (went,) = compare_points(more, load(SOUND))
    assert (came.sentence.zh, went.sentence.zh) == ("新增加分项“blood”", "取消加分项“blood”")
    assert (came.kind, came.id, came.field, came.before) == ("item", "blood", "", None)
    assert (went.sentence.en, went.after) == ("earning item “blood” was removed", None)


def test_a_new_version_without_a_change_tells_nothing() -> None:
    """Version and list of changes are no change; nor is the order of ledgers, or a default written out."""
    same = (
        SOUND.replace('version: "1"', 'version: "2"\nchanges: [{zh: 无}]')
        .replace("[honour, spendable]", "[spendable, honour]")
        .replace("range: {from: 1, to: 4}", "range: {from: 1, to: 4, step: 1}")
    )
    assert compare_points(load(SOUND), load(same)) == ()


# The command


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check-criteria", *arguments])


def test_the_command_says_what_the_rules_hold() -> None:
    """By ref, in both languages, and for programs."""
    rules = catalogue.find_points(SHIPPED)
    earning, losing, own = len(rules.earning), len(rules.losing), loader.digest(rules)
    told = check(SHIPPED)
    assert told.exit_code == 0
    assert told.output == f"{SHIPPED} 可以使用：{earning} 项加分，{losing} 项扣分，0 条提醒\nSHA-256 {own}\n"
    assert f"{earning} earning and {losing} losing items, 0 notes" in check(SHIPPED, "--lang", "en").output
    assert json.loads(check(SHIPPED, "--json").output) == {
        "ref": SHIPPED,
        "digest": own,
        "earning": earning,
        "losing": losing,
        "changes": [],
        "faults": [],
        "warnings": [],
    }


def test_the_command_says_what_is_wrong_weak_and_changed(tmp_path: Path) -> None:
    """Faults with exit code 2; notes to standard error; changes since the version before to standard output."""
    for name, text in (
        ("wrong", SOUND.replace("month: 16", "month: 161").replace("points: 1\n", "points: 0\n")),
        ("weak", SOUND.replace("verifies: [secretary]", "verifies: []")),
        ("before", SOUND),
    ):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    wrong = check(str(tmp_path / "wrong.yaml"), "--lang", "en")
    assert wrong.exit_code == 2
    assert "wrong.yaml, line 12, month: the cap of 161 a month is above that of 160 a year" in wrong.stderr
    assert "must be above 0" in wrong.stderr
    as_json = json.loads(check(str(tmp_path / "wrong.yaml"), "--json").output)
    assert [fault["line"] for fault in as_json["faults"]] == [12, 28]
    weak_told = check(str(tmp_path / "weak.yaml"), "--previous", str(tmp_path / "before.yaml"))
    assert weak_told.exit_code == 0
    assert "service：没有人可以审核" in weak_told.stderr
    assert weak_told.stdout.startswith("加分项“志愿服务”的审核人由 本支部书记 改为 无\n")


def test_the_command_compares_like_with_like(tmp_path: Path) -> None:
    """A set beside rules of points, either way round, is refused by name."""
    for one, other in ((SHIPPED, "red-flag-rural@2026.1"), ("red-flag-rural@2026.1", SHIPPED)):
        told = check(one, "--previous", other, "--lang", "en")
        assert told.exit_code == 2
        assert f"{other}: is not of the kind of {one}" in told.stderr
    told = CliRunner().invoke(main, ["score", SHIPPED, "--units", "none.csv", "--marks", "none.csv"])
    assert f"{SHIPPED} 是党员积分规则，不能用来给支部评分" in told.stderr
    (tmp_path / "points.yaml").write_text(SOUND, "utf-8")
    told = CliRunner().invoke(
        main,
        [
            "score",
            str(tmp_path / "points.yaml"),
            "--units",
            "none.csv",
            "--marks",
            "none.csv",
            "--lang",
            "en",
        ],
    )
    assert told.exit_code == 2
    assert "points.yaml, line 1: holds rules of members' points" in told.stderr
