"""The guide to the chain: its program finds what the service finds, and both languages say the same.

Auditors check databases by it who have nothing of ours but the file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2
import pytest

from scoring.chain import Head
from scoring.store import county, coverage, links
from scoring.store.engine import Store
from scoring.store.tables import METADATA
from tests.databases import ready_made, sqlite_in
from tests.store.years import fill
from tests.web.manuals import block, blocks, commands, dead_links, parse, rows, shape

ROOT = Path(__file__).parents[2]
GUIDES = {
    "en": (ROOT / "docs" / "chain.md").read_text("utf-8"),
    "zh": (ROOT / "docs" / "chain.zh-CN.md").read_text("utf-8"),
}

both = pytest.mark.parametrize("guide", GUIDES)


@pytest.fixture
def kept(tmp_path) -> tuple[Path, Head]:
    """A database with a row in every table there is, and the head of its chain."""
    database = sqlite_in(tmp_path)
    ready_made(database)
    with closing(Store.open(database.url)) as store:
        with store.begin() as c:
            fill(c)
        for name in ("青石区", "青石市"):
            with store.begin() as c:
                county.call(c, name)
        with store.read() as c:
            head = links.head(c)
    (tmp_path / "chain.py").write_text(block(GUIDES["en"], "chain.py"), "utf-8")
    return tmp_path, head


def check(folder: Path, head: str) -> tuple[int, str]:
    """Run the guide's program by itself, far from this service."""
    command = [sys.executable, "-I", "chain.py", "county.db", head]
    outcome = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False
    )
    assert outcome.stderr == ""
    return outcome.returncode, outcome.stdout


def alter(folder: Path, *statements: str) -> None:
    with closing(pysqlite3.dbapi2.connect(str(folder / "county.db"))) as bare:
        for (name,) in bare.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            bare.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            bare.execute(statement)
        bare.commit()


def test_the_program_comes_to_what_the_service_wrote(kept):
    """Of every table, on a file that only the service wrote."""
    folder, head = kept
    for given in (head.code, f"{head.number}-{head.hash}"):
        assert check(folder, given) == (0, f"holds, 3 links; head {head.code}\n")
    assert check(folder, f"{head.number}-{'a' * 20}") == (1, "the head given is not in this chain\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE marking SET marks = '{}' WHERE unit = 'A1'", "link 1 wrote other rows"),
        ("UPDATE credential SET hash = 'x'", "link 1 wrote other rows"),
        ("DELETE FROM county WHERE number = 2", "link 2 wrote other rows"),
        ("UPDATE county SET link = 9 WHERE number = 2", "rows of link 9, which there is not"),
        ("UPDATE chain_link SET person = 'x' WHERE number = 2", "link 2 was altered"),
        ("DELETE FROM link_subject WHERE link = 1", "link 1 was altered"),
        ("DELETE FROM chain_link WHERE number = 2", "link 3 does not follow"),
        ("DELETE FROM chain_link WHERE number = 3", "the head given is not in this chain"),
    ],
)
def test_the_program_finds_what_was_altered(kept, statement, said):
    folder, head = kept
    alter(folder, statement)
    code, told = check(folder, head.code)
    assert code == 1
    assert said in told


@both
def test_what_is_left_out_is_what_the_service_leaves_out(guide):
    """A column that the guide forgets would make a sound database look altered."""
    assert block(GUIDES[guide], "chain.py") == block(GUIDES["en"], "chain.py")
    for table in coverage.covered():
        own = coverage.coverage(table)
        apart = {column.name for column in table.columns} - set(own.columns) - {"link"}
        assert all(f"`{name}`" in GUIDES[guide] for name in apart), table.name
    assert {"chain_link", "link_subject"} <= set(METADATA.tables)


@both
def test_every_column_of_a_link_is_explained(guide):
    head = {"en": ("column", "meaning"), "zh": ("列", "含义")}[guide]
    named = re.findall(r"`(\w+)`", " ".join(row[0] for row in rows(GUIDES[guide], *head)))
    assert named == [column.name for column in METADATA.tables["chain_link"].columns]


@both
def test_every_command_can_be_typed(guide):
    lines = commands(GUIDES[guide])
    assert [parse(line[1:]) for line in lines if line[0] == "stars"] == ["verify"]
    assert {line[0] for line in lines} == {"stars", "python3"}
    assert {info.split()[-1] for info in blocks(GUIDES[guide])} == {"sh", "chain.py"}


def test_both_guides_show_the_same():
    """Chapters, tables, lists and commands in the same order."""
    assert shape(GUIDES["en"]) == shape(GUIDES["zh"])
    assert commands(GUIDES["en"]) == commands(GUIDES["zh"])


@both
def test_links_lead_somewhere(guide):
    assert dead_links(GUIDES[guide], ROOT / "docs") == []
