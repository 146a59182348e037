"""What was measured, as a table to read and as JSON to keep; nothing in it names a machine."""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from rich.table import Table

from bench.rounds import Comparison

_PACKAGES = ("numpy", "pandas", "sqlalchemy")


def table(comparisons: Sequence[Comparison]) -> Table:
    found = Table(title="medians (least), ms; ratio: median of the ratios within each round")
    found.add_column("work", no_wrap=True)
    found.add_column("ours", justify="right", no_wrap=True)
    found.add_column("against", no_wrap=True)
    found.add_column("theirs", justify="right", no_wrap=True)
    found.add_column("ratio", justify="right", no_wrap=True)
    found.add_column("limit", justify="right", no_wrap=True)
    found.add_column("", no_wrap=True)
    for one in comparisons:
        found.add_row(
            one.work,
            f"{_ms(one.ours.median)} ({_ms(one.ours.least)})",
            one.other.name,
            f"{_ms(one.other.median)} ({_ms(one.other.least)})",
            _ratio(one.ratio),
            "–" if one.limit is None else f"{one.limit:g}",
            "" if one.limit is None else ("[green]met[/]" if one.holds else "[bold red]missed[/]"),
        )
    return found


def document(comparisons: Sequence[Comparison], rounds: int, sizes: dict[str, Any]) -> dict[str, Any]:
    contenders = {each.name: each for one in comparisons for each in (one.ours, one.other)}
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
            for each in contenders.values()
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
            for one in comparisons
        ],
        "pass": all(one.holds for one in comparisons),
    }


def _ms(seconds: float) -> str:
    milliseconds = 1000 * seconds
    return f"{milliseconds:.3f}" if milliseconds < 10 else f"{milliseconds:,.1f}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1 else f"1/{1 / ratio:.0f}"
