"""The command `stars`: its options and what it prints; what it does is done by `scoring.workflow`."""

import json
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from scoring.criteria.loader import digest
from scoring.rows import document
from scoring.errors import Fault, FileRefused, Place, Refused
from scoring.explain import reason
from scoring.spreadsheet.results import write_results
from scoring.texts import Lang, Text
from scoring.workflow.score_files import (
    check_criteria,
    explain_unit,
    score_files,
    write_marking_template,
)
from web import terminal
from web.demo import show_demo

REFUSED = 2
"""The exit code where input was refused."""

_FILE = click.Path(path_type=Path)
_LANG = click.option(
    "--lang",
    type=click.Choice([lang.value for lang in Lang]),
    default=Lang.ZH.value,
    envvar="STARS_LANG",
    show_default=True,
    show_envvar=True,
    callback=lambda _context, _option, value: Lang(value),
    help="Language of what is printed.",
)


def _refusals_told(command: Callable[..., None]) -> Callable[..., None]:
    """Return *command*, turning a refusal into one line a fault on standard error and exit code 2."""

    @wraps(command)
    def told(**options: Any) -> None:
        try:
            command(**options)
        except Refused as refused:
            terminal.show_faults(refused.faults, options["lang"])
            sys.exit(REFUSED)
        except BrokenPipeError:
            raise
        except OSError as error:
            sys.stderr.write(f"{error.filename or ''}: {error.strerror or error}\n")
            sys.exit(REFUSED)

    return told


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stars")
def main() -> None:
    """Star rating of Party branches: exact, explained, provable.  党支部评星定级。"""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@main.command()
@click.argument("criteria", nargs=-1, required=True)
@click.option(
    "--units", type=_FILE, required=True, help="CSV or XLSX: unit, name, domain, township, department, gates."
)
@click.option(
    "--marks",
    type=_FILE,
    required=True,
    multiple=True,
    help="CSV or XLSX: unit, criterion, stage, evaluator, mark; or a filled template. May be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
@click.option("--xlsx", type=_FILE, help="Write the workbook of results.")
@click.option("--explain", "unit", metavar="UNIT", help="Unfold one unit to its marks and reasons.")
@_LANG
@_refusals_told
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
    _keep_inputs(xlsx, [*map(Path, criteria), units, *marks])
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


@main.command("check-criteria")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print faults and warnings as JSON.")
@click.option(
    "--previous", help="Last year's set, a file or a ref: says where more evidence is asked than then."
)
@_LANG
@_refusals_told
def check_criteria_file(file: str, as_json: bool, previous: str | None, lang: Lang) -> None:
    """Check a criteria set: what is wrong (exit code 2) and what is weak.  检查评分标准。"""
    if as_json:
        _check_as_json(file, previous)
        return
    criteria, warnings = check_criteria(file, previous)
    terminal.show_warnings(warnings, lang)
    click.echo(
        Text(
            f"{criteria.ref} 可以使用：{len(criteria.criteria)} 项指标，{len(warnings)} 条提醒\nSHA-256 {digest(criteria)}",
            f"{criteria.ref} can be used: {len(criteria.criteria)} criteria, {len(warnings)} notes\nSHA-256 {digest(criteria)}",
        ).in_(lang)
    )


@main.command()
@click.argument("criteria")
@click.option(
    "--units", type=_FILE, required=True, help="CSV or XLSX: unit, name, domain, township, department, gates."
)
@click.option("--xlsx", type=_FILE, required=True, help="The workbook to write.")
@click.option("--stage", default="", help="The stage to fill in; by default the set's last.")
@click.option("--evaluator", default="", help="The evaluator to fill in.")
@_LANG
@_refusals_told
def template(criteria: str, units: Path, xlsx: Path, stage: str, evaluator: str, lang: Lang) -> None:
    """Write the workbook to mark units in, which `score --marks` reads back.  生成评分表。"""
    _keep_inputs(xlsx, [Path(criteria), units])
    written = write_marking_template(criteria, units, xlsx, lang, stage=stage, evaluator=evaluator)
    click.echo(Text(f"已写出 {xlsx}：{written} 个单位", f"Written: {xlsx}, {written} units").in_(lang))


@main.command()
@click.option(
    "--folder", type=_FILE, default=Path("demo"), show_default=True, help="Where the spreadsheets go."
)
@click.option(
    "--scale", type=click.FloatRange(0.05, 20), default=1, show_default=True, help="Size of the county."
)
@_LANG
@_refusals_told
def demo(folder: Path, scale: float, lang: Lang) -> None:
    """Make the demo county's spreadsheets, score them, and show the county.  演示县。"""
    show_demo(folder, Fraction(str(scale)), lang)


def _keep_inputs(target: Path | None, inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that is read."""
    if (
        target is not None
        and target.exists()
        and any(one.exists() and one.samefile(target) for one in inputs)
    ):
        sentence = Text(
            "不能写到输入文件上，请另起文件名", "is one of the files that are read; choose another name"
        )
        raise FileRefused([Fault(place=Place(file=str(target)), sentence=sentence)])


def _check_as_json(file: str, previous: str | None) -> None:
    try:
        criteria, warnings = check_criteria(file, previous)
    except Refused as refused:
        click.echo(
            json.dumps({"faults": _rows(refused.faults), "warnings": []}, ensure_ascii=False, indent=1)
        )
        sys.exit(REFUSED)
    found = {
        "ref": criteria.ref,
        "digest": digest(criteria),
        "criteria": len(criteria.criteria),
        "faults": [],
        "warnings": _rows(warnings),
    }
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


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
