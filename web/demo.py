"""The demo county on the command line: its spreadsheets made, scored and shown, as an office would do it."""

from fractions import Fraction
from pathlib import Path

import click

from scoring.criteria import catalogue
from scoring.spreadsheet.results import write_results
from scoring.texts import Lang, Text
from scoring.units import DOMAINS
from scoring.workflow.demo import write_county
from scoring.workflow.score_files import score_files
from web import terminal


def show_demo(folder: Path, scale: Fraction, lang: Lang) -> None:
    """Write the demo county's spreadsheets and its workbook of results to *folder*, and show the county."""
    folder.mkdir(parents=True, exist_ok=True)
    _say(lang, "正在生成演示县的表格 ……", "Making the demo county's spreadsheets …")
    files = write_county(folder, scale=scale)
    refs = sorted(ref for ref in catalogue.refs() if set(catalogue.find(ref).domains) & set(DOMAINS))
    command = f"stars score {' '.join(refs)} --units {files.units} --marks {files.marks}"
    _say(lang, f"正在评分：{command}", f"Scoring: {command}")
    scored = score_files(refs, files.units, [files.marks])
    terminal.show_county(scored.standings, lang)
    click.echo()
    terminal.show_warnings(scored.warnings, lang)
    results = folder / "results.xlsx"
    write_results(scored.standings, results, lang)
    _say(lang, f"结果已写入 {results}", f"The results are in {results}")
    unit = scored.standings.ratings.scores.assessments.units[0].code
    _say(
        lang,
        f"逐项说明某个支部：{command} --explain {unit}",
        f"To unfold one branch: {command} --explain {unit}",
    )


def _say(lang: Lang, zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(lang))
