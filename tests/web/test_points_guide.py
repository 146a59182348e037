"""The guide to points: what it shows is what its commands print, its columns are those of the files, the twins agree."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring.spreadsheet.members import MEMBERS
from scoring.spreadsheet.points import POINTS
from tests.databases import sqlite_in
from tests.web.manuals import blocks, commands, dead_links, rows, shape
from tests.workflow import county
from web.cli import main

ROOT = Path(__file__).parents[2]
GUIDES = {
    "en": (ROOT / "docs" / "points.md").read_text("utf-8"),
    "zh": (ROOT / "docs" / "points.zh-CN.md").read_text("utf-8"),
}
HEADS = {"en": ("column", "Chinese", "holds"), "zh": ("列名", "中文列名", "填什么")}

both = pytest.mark.parametrize("guide", GUIDES)


@both
def test_the_guide_prints_what_its_commands_print(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STARS_DATABASE_URL", sqlite_in(tmp_path).url)
    monkeypatch.setenv("STARS_LANG", guide)
    county.write(tmp_path / "units.csv", county.unit_rows())
    paths = county.write_sets(tmp_path)
    for line in (
        ["init"],
        ["period", "open", "2026", *(part for path in paths for part in ("--criteria", path))],
        ["import", "units", "units.csv", "--period", "2026"],
    ):
        assert CliRunner().invoke(main, line).exit_code == 0
    found = blocks(GUIDES[guide])
    for name in ("members.csv", "points.csv"):
        (content,) = found[f"csv {name}"]
        (tmp_path / name).write_text(content, "utf-8")
    assert len(found["sh"]) == len(found["text printed"]) == 2
    for typed, printed in zip(found["sh"], found["text printed"], strict=True):
        told = [CliRunner().invoke(main, shlex.split(line)[1:]) for line in typed.splitlines()]
        assert [one.exit_code for one in told] == [0, 0, 0]
        assert "".join(one.stdout for one in told).startswith(printed)


@both
def test_the_tables_name_every_column_and_no_other(guide):
    text = GUIDES[guide]
    tables = [part for part in re.split(r"^## ", text, flags=re.MULTILINE) if "`code`" in part]
    assert len(tables) == 2
    for part, form in zip(tables, (MEMBERS, POINTS), strict=True):
        named = [(row[0].strip("`"), row[1]) for row in rows(part, *HEADS[guide])]
        assert sorted(named) == sorted((column.name, column.aliases[0]) for column in form.columns)


def test_the_twins_agree():
    assert shape(GUIDES["en"]) == shape(GUIDES["zh"])
    assert commands(GUIDES["en"]) == commands(GUIDES["zh"])


@both
def test_every_link_leads_somewhere(guide):
    assert dead_links(GUIDES[guide], ROOT / "docs") == []
