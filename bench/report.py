"""What was measured, as a table to read and as JSON to keep; nothing in it names a machine."""

import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from rich.table import Table

from bench.memory import Peak
from bench.rounds import Comparison, Contender, Skipped

_PACKAGES = (
    "flask",
    "gunicorn",
    "jinja2",
    "numpy",
    "pandas",
    "psycopg",
    "pysqlite3",
    "python-calamine",
    "sqlalchemy",
)


@dataclass(slots=True)
class Findings:
    """What is compared, the memory that was taken, and what had to be left out."""

    comparisons: list[Comparison] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def contenders(self) -> list[Contender]:
        """All that are to be timed, each once."""
        both = (each for one in self.comparisons for each in (one.ours, one.other))
        return list({id(each): each for each in both}.values())

    @property
    def hold(self) -> bool:
        """Say whether no limit is missed; what was skipped misses none."""
        return all(one.holds for one in (*self.comparisons, *self.peaks))


def table(findings: Findings) -> Table:
    found = Table(title="medians (least), ms; ratio: median of the ratios within each round")
    found.add_column("work", no_wrap=True)
    found.add_column("ours", justify="right", no_wrap=True)
    found.add_column("against", no_wrap=True)
    found.add_column("theirs", justify="right", no_wrap=True)
    found.add_column("ratio", justify="right", no_wrap=True)
    found.add_column("limit", justify="right", no_wrap=True)
    found.add_column("", no_wrap=True)
    for one in findings.comparisons:
        found.add_row(
            one.work,
            _times(one.ours),
            one.other.name,
            _times(one.other),
            _ratio(one.ratio),
            "–" if one.limit is None else _limit(one.limit),
            "" if one.limit is None else _verdict(one.holds),
        )
    for peak in findings.peaks:
        ours, limit = f"{peak.megabytes:.0f} MB", f"{peak.limit:g} MB"
        found.add_row(peak.work, ours, "–", "", "", limit, _verdict(peak.holds))
    for skipped in findings.skipped:
        found.add_row(skipped.work, "", skipped.why, "", "", "", "[bold red]SKIPPED[/]")
    return found


def document(findings: Findings, rounds: int, sizes: dict[str, Any]) -> dict[str, Any]:
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        **{package: version(package) for package in _PACKAGES},
        "rounds": rounds,
        "sizes": sizes,
        "contenders": [
            {
                "name": each.name,
                "samples": len(each.seconds),
                "calls_a_sample": each.calls,
                "median_ms": round(1000 * each.median, 4),
                "min_ms": round(1000 * each.least, 4),
            }
            for each in findings.contenders
        ],
        "comparisons": [
            {
                "work": one.work,
                "ours": one.ours.name,
                "against": one.other.name,
                "ratio": round(one.ratio, 5),
                "ratio_of_mins": round(one.ratio_of_least, 5),
                "limit": one.limit,
                "pass": one.holds,
            }
            for one in findings.comparisons
        ],
        "memory": [
            {
                "work": peak.work,
                "megabytes": round(peak.megabytes, 1),
                "limit": peak.limit,
                "pass": peak.holds,
            }
            for peak in findings.peaks
        ],
        "skipped": [{"work": one.work, "why": one.why} for one in findings.skipped],
        "pass": findings.hold,
    }


def _times(contender: Contender) -> str:
    return f"{_ms(contender.median)} ({_ms(contender.least)})"


def _ms(seconds: float) -> str:
    milliseconds = 1000 * seconds
    return f"{milliseconds:.3f}" if milliseconds < 10 else f"{milliseconds:,.1f}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1 else f"1/{1 / ratio:.1f}"


def _limit(limit: float) -> str:
    return f"{limit:g}" if limit >= 1 else f"1/{1 / limit:g}"


def _verdict(holds: bool) -> str:
    return "[green]met[/]" if holds else "[bold red]missed[/]"
