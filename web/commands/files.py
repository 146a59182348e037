"""Commands on an office's own spreadsheets: score them, check criteria, write the workbook to mark in."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Refused
from scoring.explain import reason
from scoring.rows import document
from scoring.spreadsheet.results import write_results
from scoring.texts import Lang, Text
from scoring.workflow.check_files import Checked, check_criteria
from scoring.workflow.score_files import (
    explain_unit,
    score_files,
    write_marking_template,
)
from web import terminal
from web.commands.options import FILE, LANG, REFUSED, keep_inputs, refusals_told


@click.command()
@click.argument("criteria", nargs=-1, required=True)
@click.option(
    "--units", type=FILE, required=True, help="CSV or XLSX: unit, name, domain, township, department, gates."
)
@click.option(
    "--marks",
    type=FILE,
    required=True,
    multiple=True,
    help="CSV or XLSX: unit, criterion, stage, evaluator, mark; or a filled template. May be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
@click.option("--xlsx", type=FILE, help="Write the workbook of results.")
@click.option("--explain", "unit", metavar="UNIT", help="Unfold one unit to its marks and reasons.")
@LANG
@refusals_told
def score(
    criteria: tuple[str, ...],
    units: Path,
    marks: tuple[Path, ...],
    as_json: bool,
    xlsx: Path | None,
    unit: str | None,
    lang: Lang,
) -> None:
    """Score the units in a file from the marks in others.  用表格评分定星。

    CRITERIA are criteria files, or refs of sets that come with the service, such as red-flag-rural@2026.1 or 'red-flag-*'; each unit
    takes the one whose domains hold its own. Without an option the county is shown at a glance.
    """
    if sum((as_json, xlsx is not None, unit is not None)) > 1:
        raise click.UsageError("--json, --xlsx and --explain exclude one another")
    keep_inputs(xlsx, [*map(Path, criteria), units, *marks])
    scored = score_files(criteria, units, marks)
    explanation = None if unit is None else explain_unit(scored.standings, unit)
    terminal.show_warnings(scored.warnings, lang)
    if as_json:
        rows = document(scored.standings, lambda step: reason(step).in_(lang))
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif xlsx is not None:
        write_results(scored.standings, xlsx, lang)
        click.echo(Text(f"已写出 {xlsx}", f"Written: {xlsx}").in_(lang))
    elif explanation is not None:
        terminal.show_explanation(explanation, lang)
    else:
        terminal.show_county(scored.standings, lang)


@click.command("check-criteria")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print faults and warnings as JSON.")
@click.option(
    "--previous",
    help="Last year's, a file or a ref: says where more evidence is asked than then, and of points what has changed.",
)
@LANG
@refusals_told
def check_criteria_file(file: str, as_json: bool, previous: str | None, lang: Lang) -> None:
    """Check a criteria set, or rules of members' points: what is wrong (exit code 2) and what is weak.  检查评分标准、积分规则。"""
    if as_json:
        _check_as_json(file, previous)
        return
    checked = check_criteria(file, previous)
    terminal.show_warnings(checked.warnings, lang)
    for change in checked.changes:
        click.echo(change.sentence.in_(lang))
    held, notes, ref = _held(checked), len(checked.warnings), checked.found.ref
    click.echo(
        Text(
            f"{ref} 可以使用：{held.zh}，{notes} 条提醒\nSHA-256 {checked.digest}",
            f"{ref} can be used: {held.en}, {notes} notes\nSHA-256 {checked.digest}",
        ).in_(lang)
    )


@click.command()
@click.argument("criteria")
@click.option(
    "--units", type=FILE, required=True, help="CSV or XLSX: unit, name, domain, township, department, gates."
)
@click.option("--xlsx", type=FILE, required=True, help="The workbook to write.")
@click.option("--stage", default="", help="The stage to fill in; by default the set's last.")
@click.option("--evaluator", default="", help="The evaluator to fill in.")
@LANG
@refusals_told
def template(criteria: str, units: Path, xlsx: Path, stage: str, evaluator: str, lang: Lang) -> None:
    """Write the workbook to mark units in, which `score --marks` reads back.  生成评分表。"""
    keep_inputs(xlsx, [Path(criteria), units])
    written = write_marking_template(criteria, units, xlsx, lang, stage=stage, evaluator=evaluator)
    click.echo(Text(f"已写出 {xlsx}：{written} 个单位", f"Written: {xlsx}, {written} units").in_(lang))


def _held(checked: Checked) -> Text:
    """Return how many criteria, or items, a file holds."""
    if isinstance(checked.found, PointsRules):
        earning, losing = len(checked.found.earning), len(checked.found.losing)
        return Text(f"{earning} 项加分，{losing} 项扣分", f"{earning} earning and {losing} losing items")
    criteria = len(checked.found.criteria)
    return Text(f"{criteria} 项指标", f"{criteria} criteria")


def _check_as_json(file: str, previous: str | None) -> None:
    try:
        checked = check_criteria(file, previous)
    except Refused as refused:
        click.echo(
            json.dumps({"faults": _rows(refused.faults), "warnings": []}, ensure_ascii=False, indent=1)
        )
        sys.exit(REFUSED)
    found = checked.found
    counts = (
        {
            "earning": len(found.earning),
            "losing": len(found.losing),
            "changes": [{"zh": own.sentence.zh, "en": own.sentence.en} for own in checked.changes],
        }
        if isinstance(found, PointsRules)
        else {"criteria": len(found.criteria)}
    )
    told = {
        "ref": found.ref,
        "digest": checked.digest,
        **counts,
        "faults": [],
        "warnings": _rows(checked.warnings),
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _rows(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "file": fault.place.file,
            "line": fault.place.line,
            "field": fault.place.field,
            "zh": fault.sentence.zh,
            "en": fault.sentence.en,
        }
        for fault in faults
    ]
