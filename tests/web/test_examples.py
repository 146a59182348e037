"""The worked cases of `tests/examples`, and those too large to write out, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from web.cli import main

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))


def run(folder: Path, criteria: list[dict], units: str, marks: str, *options: str):
    """Return the outcome of `stars score` on files with that content."""
    names = []
    for number, document in enumerate(criteria):
        names.append(str(folder / f"criteria{number}.yaml"))
        Path(names[-1]).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    (folder / "units.csv").write_text(units, "utf-8")
    (folder / "marks.csv").write_text(marks, "utf-8")
    arguments = ["score", *names, "--units", str(folder / "units.csv"), "--marks", str(folder / "marks.csv")]
    return CliRunner().invoke(main, [*arguments, *options])


def scored(folder: Path, criteria: list[dict], units: str, marks: str) -> dict:
    """Return the JSON document of `stars score`."""
    outcome = run(folder, criteria, units, marks, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    return json.loads(outcome.stdout)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_worked_example(path, tmp_path):
    """The rule an example states holds for the figures it gives."""
    example = yaml.load(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    criteria = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)["criteria"]
    found = scored(tmp_path, criteria, example["units"], example["marks"])
    units = {row["unit"]: row for row in found["units"]}
    assert units.keys() == example["expect"].keys()
    for code, expected in example["expect"].items():
        assert {name: units[code][name] for name in expected} == expected
    for code, steps in example.get("steps", {}).items():
        assert [[step["kind"], step["stars"]] for step in units[code]["steps"]] == steps
    for code, agreed in example.get("lines", {}).items():
        assert {line["criterion"]: line["agreed"] for line in units[code]["lines"]} == agreed
    if "target" in example:
        assert found["target"] == example["target"]


def _judged(**fields: object) -> dict:
    judged = {"id": "work", "kind": "judged", "full_marks": "100"}
    return {"id": "c", "version": "1", "title": {"zh": "标准"}, "criteria": [judged], **fields}


def _rows(count: int, marks: list[str]) -> tuple[str, str]:
    units = "unit,domain,township\n" + "".join(f"u{n:04},rural,西山镇\n" for n in range(count))
    lines = "".join(f"u{n:04},work,county,王,{mark}\n" for n, mark in enumerate(marks))
    return units, "unit,criterion,stage,evaluator,mark\n" + lines


def test_of_29_members_at_most_9_may_be_excellent(tmp_path):
    """One third of 29 is 9.67, so 10 are a fault of entry that names the row, the rule and the number allowed."""
    criteria = _judged()
    grades = [{"id": "excellent", "worth": "100"}, {"id": "qualified", "worth": "80"}]
    ballot = {"id": "work", "kind": "ballot", "full_marks": "30", "grades": grades, "best_share_most": "1/3"}
    criteria["criteria"] = [ballot]
    units = "unit,domain,township\nu,rural,西山镇\n"
    head = "unit,criterion,stage,evaluator,mark\nu,work,county,王,"
    assert run(tmp_path, [criteria], units, f"{head}excellent=9;qualified=20\n", "--json").exit_code == 0
    for refused in (f"{head}excellent=10;qualified=19\n", f"{head}excellent=29\n"):
        outcome = run(tmp_path, [criteria], units, refused, "--lang", "en")
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        assert "marks.csv, row 2, column E" in outcome.stderr
        assert "more than 1/3 (at most 9)" in outcome.stderr


def test_thirty_percent_of_528_is_158(tmp_path):
    """⌊0.3 × 528⌋ = 158 keep their five stars."""
    quotas = [{"stars": "5", "share": "30%", "within": "county"}]
    cuts = [{"stars": "5", "at_least": "50"}, {"stars": "4", "at_least": "10"}]
    units, marks = _rows(528, [f"{50 + n * 0.05:.2f}" for n in range(528)])
    criteria = _judged(cut_points=cuts, quotas=quotas)
    criteria["criteria"][0]["step"] = "0.05"
    found = scored(tmp_path, [criteria], units, marks)
    assert sum(row["stars"] == 5 for row in found["units"]) == 158


@pytest.mark.parametrize(("units", "needed"), [(528, 317), (533, 320)])
def test_sixty_percent_of_a_county(tmp_path, units, needed):
    """60 % of 528 branches are 317, of 533 are 320; one fewer misses the target by one."""
    cuts = [{"stars": "3", "at_least": "70"}, {"stars": "1", "at_least": "0"}]
    criteria = _judged(cut_points=cuts, target={"stars": "3", "share": "60%"})
    for reached in (needed - 1, needed):
        rows = _rows(units, ["70"] * reached + ["69.5"] * (units - reached))
        target = scored(tmp_path, [criteria], *rows)["target"]
        assert target == {
            "stars": 3,
            "share": "60%",
            "k": reached,
            "n": units,
            "short": needed - reached,
            "meets": reached == needed,
        }
