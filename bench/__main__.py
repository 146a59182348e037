"""`python -m bench`: our work against bare programs, which set limits, and against the usual ways.

All results are checked to be equal before anything is timed. Leaves 1 if a limit is missed.
"""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from bench.cohorts import EVALUATORS, SIZE, county, one_sheet
from bench.databases import all_databases
from bench.importing import import_comparisons
from bench.marking import grid_comparisons, one_mark_comparisons
from bench.plans import COUNTY, SHEET
from bench.points import points_comparisons
from bench.publication import publication_comparisons
from bench.report import Findings, document, table
from bench.rounds import run_rounds
from bench.scoring import county_comparisons, sheet_comparisons
from bench.serving import serving_comparisons

_WORKS = ("scoring", "publication", "import", "serving", "one_mark", "grid", "points")
_ON_DATABASES = {"publication", "import", "one_mark", "grid", "points"}
_WIDTH = 160


@click.command()
@click.option("--json", "path", type=click.Path(path_type=Path), default=Path("build/bench.json"))
@click.option("--rounds", type=click.IntRange(min=45), default=45)
@click.option("--only", type=click.Choice(_WORKS), multiple=True, help="Measure this and nothing else.")
def main(path: Path, rounds: int, only: tuple[str, ...]) -> None:
    """Measure, print a table, write it as JSON, and leave 1 if a limit is missed."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    works = only or _WORKS
    with ExitStack() as stack:
        console.print("Making marks, and checking that all contenders give equal results …")
        findings = _prepared(works, stack)
        for one in findings.skipped:
            console.print(f"[bold red]SKIPPED[/] {one.work}: {one.why}")
        console.print("Timing …")
        run_rounds(findings.contenders, rounds)
    sizes = {
        "units": SIZE,
        "evaluators": EVALUATORS,
        "sheet_criteria": len(SHEET.full),
        "county_criteria": {plan.id: len(plan.full) for plan in COUNTY},
    }
    found = document(findings, rounds, sizes) | {"works": list(works)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    console.print(table(findings))
    if not found["pass"]:
        raise SystemExit(1)


def _prepared(works: tuple[str, ...], stack: ExitStack) -> Findings:
    """Return what is compared of *works*, all results checked; what it needs lasts as long as *stack*."""
    findings = Findings()
    if "scoring" in works:
        findings.comparisons += sheet_comparisons(one_sheet(SHEET))
        findings.comparisons += county_comparisons(county(COUNTY))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stars-bench-")))
    if "serving" in works:
        findings.comparisons += serving_comparisons(county(COUNTY), folder, stack)
    if not _ON_DATABASES & set(works):
        return findings
    kinds, skipped = stack.enter_context(all_databases(folder))
    findings.skipped += skipped
    if "publication" in works:
        comparisons, skipped = publication_comparisons(county(COUNTY), kinds, folder, stack)
        findings.comparisons += comparisons
        findings.skipped += skipped
    if "import" in works:
        comparisons, peaks = import_comparisons(one_sheet(SHEET), kinds, folder, stack)
        findings.comparisons += comparisons
        findings.peaks += peaks
    if "one_mark" in works:
        findings.comparisons += one_mark_comparisons(one_sheet(SHEET), kinds, folder, stack)
    if "grid" in works:
        findings.comparisons += grid_comparisons(one_sheet(SHEET), kinds, folder, stack)
    if "points" in works:
        findings.comparisons += points_comparisons(one_sheet(SHEET), kinds, folder, stack)
    return findings


if __name__ == "__main__":
    main()
