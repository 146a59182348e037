"""The command line as a clerk meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from web.cli import main

UNITS = """unit,name,domain,township,department,gates
B1,柳河村党支部,rural,青石镇,,
B2,机关党支部,office,,财政局,weak_branch
B3,东岭村党支部,rural,青石镇,,
"""
CRITERIA = """id: small
version: "1"
title: {zh: 小标准, en: Small set}
stages: [self, county]
decided_from: county
criteria:
  - id: meetings
    title: {zh: 三会一课, en: Meetings}
    kind: levels
    full_marks: 40
    levels: [{marks: 40, when: {zh: 12 次, en: twelve}}, {marks: 20, when: {zh: 6 次, en: six}}, {marks: 0, when: {zh: 无, en: none}}]
    basis: 条例
    evidence: {least: 1}
  - {id: work, title: {zh: 中心工作, en: Central work}, kind: judged, full_marks: 50, basis: 办法, evidence: {least: 1}}
  - id: income
    title: {zh: 村集体收入, en: Village income}
    kind: measured
    unit: 元
    full_marks: 10
    bands: [{at_least: 50000, marks: 10}, {at_least: 30000, marks: 5}]
    basis: 县委要求
    evidence: {least: 1}
adjustments:
  - {id: late, kind: deduction, each: 1, most: 3, title: {zh: 迟报, en: Late filing}}
gates: [{id: weak_branch, highest_stars: 2, title: {zh: 软弱涣散, en: Weak branch}}]
cut_points: [{stars: 5, at_least: 90}, {stars: 4, at_least: 80}, {stars: 3, at_least: 70}, {stars: 2, at_least: 60}]
target: {stars: 3, share: 60%}
"""
MARKS = """unit,criterion,stage,evaluator,mark
B1,meetings,county,王,40
B1,work,county,王,41
B1,work,county,李,42
B1,income,county,王,31000.5
B1,late,county,王,2
B2,meetings,county,王,40
B2,work,county,王,50
B2,income,county,王,n/a
B3,meetings,self,刘,40
B3,work,county,王,45
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch) -> Path:
    """A folder with one criteria set, three units and their marks, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(CRITERIA, "utf-8")
    Path("units.csv").write_text(UNITS, "utf-8")
    Path("marks.csv").write_text(MARKS, "utf-8")
    return tmp_path


def stars(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def score(*options: str, marks: str = "marks.csv"):
    return stars("score", "small.yaml", "--units", "units.csv", "--marks", marks, *options)


def test_json_says_everything_of_the_cohort(office):
    """Keys, texts for numbers with decimals, null for what there is none of, units in order of code."""
    found = json.loads(score("--json").stdout)
    assert list(found) == ["criteria", "units", "standings", "target"]
    assert found["criteria"][0]["ref"] == "small@1"
    assert len(found["criteria"][0]["digest"]) == 64
    first, second, third = found["units"]
    # (40 + 41.5 + 5) / 100 = 86.5 %, − 2 of 100: 84.50
    assert (first["score"], first["stars"], first["rank"]) == ("84.50", 4, 2)
    assert first["ranks"] == {"township": 1, "department": None, "domain": 1}
    assert first["steps"] == [{"kind": "cut_point", "stars": 4, "at_least": "80", "reason": "得分达到 80 分"}]
    assert first["adjustments"] == [{"adjustment": "late", "count": 2, "marks": "-2"}]
    assert first["lines"][1] == {
        "criterion": "work",
        "agreed": "41.5",
        "full_marks": "50",
        "outcome": "agreed",
        "stage": "county",
    }
    assert (second["score"], second["stars"]) == ("100.00", 2)
    assert [step["kind"] for step in second["steps"]] == ["cut_point", "gate"]
    assert second["lines"][2]["outcome"] == "not_applicable"
    assert (third["score"], third["stars"], third["rank"]) == (None, None, None)
    assert third["missing"] == ["meetings", "income"]
    assert found["standings"]["township"] == [
        {
            "group": "青石镇",
            "units": 2,
            "rated": 1,
            "mean": "84.50",
            "rank": 1,
            "stars": {"5": 0, "4": 1, "3": 0, "2": 0, "0": 0, "none": 1},
            "at_target": 1,
            "meets": False,
        }
    ]
    assert found["target"] == {"stars": 3, "share": "60%", "k": 1, "n": 3, "short": 1, "meets": False}


def test_json_in_english_differs_in_sentences_only(office):
    """Numbers are the same in every language."""
    zh, en = (json.loads(score("--json", "--lang", lang).stdout) for lang in ("zh", "en"))
    assert en["units"][0]["steps"][0].pop("reason") == "the score is 80 or more"
    for found in (zh, en):
        for row in found["units"]:
            for step in row["steps"]:
                step.pop("reason", None)
    assert zh == en


def test_explanation_names_marks_steps_and_what_is_missing(office):
    """One unit unfolded: each evaluator's mark, the sum, the steps, the cheapest way to the next star."""
    told = score("--explain", "B1").stdout
    assert "三会一课  40 / 40（县级 王 40）" in told
    assert "中心工作  41.5 / 50（县级 李 42；县级 王 41），取平均" in told
    assert "村集体收入  5 / 10（县级 王 31000.5 元）" in told
    assert "迟报  2 次，−2" in told
    assert "86.5 ÷ 100 = 86.5% − 2 ÷ 100 = 84.5%，即 84.50 分（四舍五入一次）" in told
    assert "离 5 星还差什么" in told
    assert "得分还差 5.50 分（须达到 90 分）" in told
    assert "中心工作 41.5 → 47：共 5.5 分，得分到 90.00" in told
    english = score("--explain", "B2", "--lang", "en").stdout
    assert "Score 100.00, 2 stars; number 1 of 2 in the county" in english
    assert "Weak branch: 2 stars at most → 2 stars" in english
    assert "Until “Weak branch” is lifted, 2 stars is the most, whatever the score" in english
    assert "三会一课  缺评分（仅有 自评 刘 40，该阶段不作数）" in score("--explain", "B3").stdout


def test_an_unknown_unit_is_refused(office):
    outcome = score("--explain", "B9", "--lang", "en")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == "there is no unit “B9”\n"


def test_the_county_is_shown_at_a_glance(office):
    """Without an option: the target, the distribution and the standings, readable."""
    shown = score().stdout
    assert "目标未达成：3 星及以上 1 个，占 33.33%（目标 60%），还差 1 个" in shown
    assert "青石镇" in shown
    assert "财政局" in shown
    assert "农村" in shown
    assert "Target missed: 1 at 3 stars or more, 33.33% (target 60%), 1 short" in score("--lang", "en").stdout


def test_the_workbook_of_results_holds_the_printed_figures(office):
    """Values, not formulas; the same figures as the JSON document."""
    assert score("--xlsx", "out.xlsx").exit_code == 0
    book = openpyxl.load_workbook("out.xlsx")
    assert book.sheetnames == ["支部结果", "乡镇", "部门", "领域", "得分明细", "依据"]
    rows = list(book["支部结果"].iter_rows(values_only=True))
    assert rows[1][:8] == ("B1", "柳河村党支部", "农村", "青石镇", None, 84.5, 4, 2)
    assert rows[3][5:8] == (None, None, None)
    assert [row[0] for row in rows[1:]] == ["B1", "B2", "B3"]
    lines = list(book["得分明细"].iter_rows(values_only=True))
    assert ("B1", "中心工作", "work", "41.5", "50", "已评", "县级") in lines
    assert not [name for name in office.iterdir() if name.name.endswith(".tmp")]


def test_the_template_is_read_back(office):
    """Written, filled in by a person, read: a mark a cell, an empty cell no mark, n/a as text."""
    outcome = stars(
        "template",
        "small.yaml",
        "--units",
        "units.csv",
        "--xlsx",
        "t.xlsx",
        "--stage",
        "county",
        "--evaluator",
        "王",
    )
    assert outcome.exit_code == 0, outcome.stderr
    book = openpyxl.load_workbook("t.xlsx")
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[4]]
    assert head == ["unit", "name", "stage", "evaluator", "meetings", "work", "income", "late"]
    assert sheet.protection.sheet
    assert sheet["A5"].protection.locked
    assert not sheet["E5"].protection.locked
    rules = {str(rule.sqref): rule.type for rule in sheet.data_validations.dataValidation}
    assert rules == {
        "C5:C7": "list",
        "E5:E7": "list",
        "F5:F7": "custom",
        "G5:G7": "custom",
        "H5:H7": "custom",
    }
    assert book["选项"].sheet_state == "veryHidden"
    for row, marks in zip(
        range(5, 8), ((40, 41.5, 31000.5, 2), (40, 50, "n/a", None), (None, 45, None, None)), strict=True
    ):
        for column, mark in enumerate(marks, 5):
            sheet.cell(row=row, column=column, value=mark)
    book.save("t.xlsx")
    filled = json.loads(score("--json", marks="t.xlsx").stdout)
    assert [row["score"] for row in filled["units"]] == ["84.50", "100.00", None]
    sheet["F6"] = 50.3
    sheet["E7"] = "四十"
    book.save("t.xlsx")
    refused = score("--lang", "en", marks="t.xlsx")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "t.xlsx, sheet “评分”, row 6, column F: the mark 50.3 is above full marks 50" in refused.stderr
    assert "t.xlsx, sheet “评分”, row 7, column E" in refused.stderr


def test_check_criteria_says_what_is_wrong_and_what_is_weak(office):
    """Exit code 2 with every fault; notes on what is weak stop nothing."""
    sound = stars("check-criteria", "small.yaml")
    assert (sound.exit_code, sound.stderr) == (0, "")
    assert "small@1 可以使用：3 项指标，0 条提醒" in sound.stdout
    Path("weak.yaml").write_text(
        CRITERIA.replace("    basis: 条例\n", "").replace("full_marks: 50,", "full_marks: 100,"), "utf-8"
    )
    weak = stars("check-criteria", "weak.yaml", "--lang", "en")
    assert weak.exit_code == 0
    assert "weak.yaml, meetings: names no basis" in weak.stderr
    assert "full marks add up to 150, while the cut points 90/80/70/60 are out of 100" in weak.stderr
    as_json = json.loads(stars("check-criteria", "weak.yaml", "--json").stdout)
    assert len(as_json["warnings"]) == 2
    Path("bad.yaml").write_text(
        CRITERIA.replace("marks: 20,", "marks: 50,").replace("highest_stars: 2", "highest_stars: 1"), "utf-8"
    )
    bad = stars("check-criteria", "bad.yaml", "--lang", "en")
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert bad.stderr.count("\n") == 2
    refused = stars("check-criteria", "bad.yaml", "--json")
    assert refused.exit_code == 2
    assert {fault["line"] for fault in json.loads(refused.stdout)["faults"]} == {11, 25}


def test_more_evidence_than_last_year_is_noted(office):
    Path("next.yaml").write_text(
        CRITERIA.replace('version: "1"', 'version: "2"').replace("least: 1", "least: 2", 1), "utf-8"
    )
    outcome = stars("check-criteria", "next.yaml", "--previous", "small.yaml", "--lang", "en")
    assert "asks for 4 files of evidence where small@1 asked for 3" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.yaml"], "nowhere.yaml: cannot be opened"),
        (["nobody@1"], "there is no set nobody@1"),
        (["small.yaml", "red-flag-rural@2026.1"], "differs from"),
        (["small.yaml", "copy.yaml"], "two criteria sets are called small@1"),
    ],
)
def test_criteria_that_do_not_fit_are_refused(office, arguments, sentence):
    Path("copy.yaml").write_text(CRITERIA, "utf-8")
    outcome = stars("score", *arguments, "--units", "units.csv", "--marks", "marks.csv", "--lang", "en")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert sentence in outcome.stderr


def test_faults_of_all_files_come_at_once(office):
    """A wrong criteria file does not hide what is wrong with the others."""
    Path("small.yaml").write_text(CRITERIA.replace("full_marks: 40", "full_marks: 0"), "utf-8")
    Path("units.csv").write_text(UNITS + "B1,,rural,,,\n", "utf-8")
    Path("marks.csv").write_text("unit,criterion\n", "utf-8")
    told = score("--lang", "en").stderr
    for part in (
        "small.yaml, line",
        "units.csv, row 5, column A",
        "units.csv, row 5, column D",
        "marks.csv, row 1",
    ):
        assert part in told


def test_marks_may_come_in_several_files(office):
    """A file an evaluator, in any order; the same mark twice is a fault in the second."""
    head, *rows = MARKS.splitlines(keepends=True)
    Path("one.csv").write_text(head + "".join(rows[:4]), "utf-8")
    Path("two.csv").write_text(head + "".join(rows[4:]), "utf-8")
    whole = score("--json").stdout
    arguments = ["score", "small.yaml", "--units", "units.csv", "--json", "--marks"]
    assert stars(*arguments, "one.csv", "--marks", "two.csv").stdout == whole
    assert stars(*arguments, "two.csv", "--marks", "one.csv").stdout == whole
    twice = stars(*arguments, "one.csv", "--marks", "marks.csv", "--lang", "en")
    assert twice.exit_code == 2
    assert (
        "marks.csv, row 2, column D: 王 has already marked this unit and criterion in this stage"
        in twice.stderr
    )


def test_options_that_exclude_one_another_are_refused(office):
    assert score("--json", "--explain", "B1").exit_code == 2


@pytest.mark.parametrize("target", ["units.csv", "nowhere/out.xlsx", "."])
def test_a_workbook_is_not_written_over_an_input_or_nowhere(office, target):
    """What is read stays as it is, and a target that cannot be written is refused in a sentence."""
    before = Path("units.csv").read_bytes()
    outcome = score("--xlsx", target)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.count("\n") == 1
    assert Path("units.csv").read_bytes() == before
