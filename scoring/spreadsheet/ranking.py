"""The ranking of an edition as CSV, which Excel and WPS open as it is."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from scoring.edition import Edition
from scoring.texts import Lang, Text
from scoring.units import domain_title
from scoring.whole_files import replacing

_HEAD = (
    Text("名次", "rank"),
    Text("单位代码", "unit"),
    Text("名称", "name"),
    Text("领域", "domain"),
    Text("乡镇街道", "township"),
    Text("主管部门", "department"),
    Text("得分", "score"),
    Text("星级", "stars"),
    Text("领域内名次", "rank in domain"),
    Text("乡镇内名次", "rank in township"),
    Text("部门内名次", "rank in department"),
    Text("受限事项", "gates"),
    Text("缺评或有争议", "missing or disputed"),
    Text("评分标准", "criteria"),
)
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001  what office programs take for signs


def write_ranking(edition: Edition, path: Path, lang: Lang) -> int:
    """Write the units of *edition* to *path*, best first, units not rated last; return how many there are.

    A text that an office program would take for a formula gets an apostrophe in front.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([head.in_(lang) for head in _HEAD])
    rows = list(_rows(edition, lang))
    writer.writerows(rows)
    with replacing(path) as draft:
        draft.write_text(text.getvalue(), "utf-8-sig", newline="")
    return len(rows)


def _rows(edition: Edition, lang: Lang) -> Iterator[Sequence[object]]:
    pairs = [
        (json.loads(unit), json.loads(row)) for unit, row in zip(edition.units, edition.rows, strict=True)
    ]
    for unit, row in sorted(
        pairs, key=lambda pair: (pair[1]["rank"] is None, pair[1]["rank"], pair[0]["unit"])
    ):
        yield _cells(unit, row, lang)


def _cells(unit: dict[str, Any], row: dict[str, Any], lang: Lang) -> Sequence[object]:
    return (
        row["rank"],
        _plain(unit["unit"]),
        _plain(unit["name"]),
        _plain(domain_title(unit["domain"]).in_(lang)),
        _plain(unit["township"]),
        _plain(unit["department"]),
        row["score"],
        row["stars"],
        row["ranks"]["domain"],
        row["ranks"]["township"],
        row["ranks"]["department"],
        _plain(";".join(unit["gates"])),
        _plain(";".join(row["missing"])),
        _plain(row["criteria"]),
    )


def _plain(text: str | None) -> str:
    return f"'{text}" if text and text.strip().startswith(_FORMULA_SIGNS) else text or ""
