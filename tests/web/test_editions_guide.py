"""The guide to editions and bundles: its example is made by its own commands, and every line of it is the real one.

Strangers check bundles by it, with or without this service. What it says of bytes must be so.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from scoring.bundle import packed, unpack
from scoring.canonical import canonical, sha256
from scoring.chain import Head
from scoring.edition import members
from scoring.rows import standings_rows, unit_rows
from scoring.transcript import read_inputs
from scoring.workflow.standings_now import standings_of
from tests.edition.county import small_county
from tests.edition.forgeries import rehashed
from tests.web.manuals import (
    block,
    blocks,
    commands,
    dead_links,
    parse,
    plain,
    prose,
    rows,
    shape,
    stars,
    wrong_sums,
)

ROOT = Path(__file__).parents[2]
GUIDES = {
    "en": (ROOT / "docs" / "editions.md").read_text("utf-8"),
    "zh": (ROOT / "docs" / "editions.zh-CN.md").read_text("utf-8"),
}
FILES = ("village.yaml", "units.csv", "marks.csv", "objection.csv")
CRITERIA, CHAIN = "criteria/village@2026.json", "chain.json"
_HEAD = r"[0-9]+-[0-9a-f]{4}(?: [0-9a-f]{4}){4}"
BROKEN_UP = ("manifest.json", CRITERIA, "standings.json", "rows.jsonl")
AS_THEY_ARE = ("units.jsonl", "marks.jsonl")
DATABASE = "sqlite:///example.sqlite3"
_MARK, _CHANGED = ('"李敏":{"deeds":"9"}'.encode(), '"李敏":{"deeds":"7"}'.encode())

both = pytest.mark.parametrize("guide", GUIDES)


@dataclass(frozen=True)
class Example:
    """The guide's example as its commands made it: what each printed, both editions' ids, the bundle, its members.

    `chain` is the one member that is each database's own.
    """

    folder: Path
    printed: dict[str, Result]
    ids: tuple[str, str]
    bundle: bytes
    members: dict[str, bytes]
    chain: bytes

    @property
    def id(self) -> str:
        """The id on the notice."""
        return self.ids[-1]


def made_in(folder: Path, guide: str) -> Example:
    for name in FILES:
        (folder / name).write_text(block(GUIDES[guide], name), "utf-8")
    printed: dict[str, Result] = {}
    for line in block(GUIDES[guide], "publish").splitlines():
        program, *arguments = shlex.split(line)
        assert program == "stars"
        printed[line] = stars(*arguments, "--lang", guide)
        assert printed[line].exit_code == 0, printed[line].output
    ids = re.findall(r"\b[0-9a-f]{64}\b", "".join(outcome.stdout for outcome in printed.values()))
    bundle = (folder / "edition.zip").read_bytes()
    members = unpack(bundle)
    chain = members.pop(CHAIN)
    return Example(
        folder=folder, printed=printed, ids=tuple(ids), bundle=bundle, members=members, chain=chain
    )


@pytest.fixture(scope="module")
def examples(tmp_path_factory) -> dict[str, Example]:
    """The example of each guide, made by that guide's files and commands."""
    found = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STARS_DATABASE_URL", DATABASE)
        patched.delenv("STARS_LANG", raising=False)
        for guide in GUIDES:
            folder = tmp_path_factory.mktemp(guide)
            patched.chdir(folder)
            found[guide] = made_in(folder, guide)
    return found


@pytest.fixture
def example(examples, guide, monkeypatch) -> Example:
    """The example, in whose folder the command runs."""
    monkeypatch.setenv("STARS_DATABASE_URL", DATABASE)
    monkeypatch.delenv("STARS_LANG", raising=False)
    monkeypatch.chdir(examples[guide].folder)
    return examples[guide]


def documents(text: str) -> Iterator[Any]:
    """The JSON documents that stand in *text*, one after another."""
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        found, at = decoder.raw_decode(text, at)
        yield found


def test_both_guides_make_one_bundle(examples):
    """The same files and commands in two languages, and in two databases, are the same bytes but for the chain's."""
    one, other = examples.values()
    assert one.bundle != other.bundle
    assert packed(one.members) == packed(other.members)
    assert len(set(one.ids)) == 2


@both
def test_every_file_of_the_bundle_is_shown_as_it_is(example, guide):
    """What is broken into lines to be read has the same content, key by key in the same order; the rest is letter for letter."""
    for name in AS_THEY_ARE:
        assert block(GUIDES[guide], name).encode() == example.members[name]
    for name in BROKEN_UP:
        shown = list(documents(block(GUIDES[guide], name)))
        kept = [json.loads(line) for line in example.members[name].splitlines()]
        assert [json.dumps(own) for own in shown] == [json.dumps(own) for own in kept]
    assert set(example.members) == {*AS_THEY_ARE, *BROKEN_UP}


@both
def test_the_table_of_files_is_whole(example, guide):
    """Each file of a bundle has its row, in the order in which they are explained."""
    head = {"en": ("file", "holds"), "zh": ("文件", "内容")}[guide]
    named = [row[0].strip("`") for row in rows(GUIDES[guide], *head)]
    assert sorted(name.replace("…", "village@2026") for name in named) == sorted([*example.members, CHAIN])


@both
def test_every_hash_in_the_guide_is_one_of_the_example(example, guide):
    """A reader who compares must not stumble over a hash that is nowhere."""
    forged = sha256(forgery(example)["manifest.json"])
    manifest = json.loads(example.members["manifest.json"])
    known = [*example.ids, forged, manifest["inputs"], *map(sha256, example.members.values())]
    shown = re.findall(r"\b[0-9a-f]{12,64}\b", GUIDES[guide])
    assert len(shown) > 20
    assert [own for own in shown if not any(one.startswith(own) for one in known)] == []


@both
def test_the_hashes_are_those_sha256sum_prints(example, guide):
    """Name by name, the manifest first, whose hash is the id."""
    lines = [f"{sha256(content)}  {name}\n" for name, content in example.members.items()]
    assert block(GUIDES[guide], "hashes") == "".join(lines)
    assert lines[0].startswith(example.id)


@both
def test_the_notice_has_what_publish_printed(example, guide):
    """The last publication of the example, in the guide's language."""
    *_, last = (outcome for line, outcome in example.printed.items() if line.startswith("stars publish"))
    assert last.stdout == block(GUIDES[guide], f"published-{guide}")


@both
def test_verify_prints_what_is_shown(example, guide):
    """The command as it stands in the guide, against the id on the notice."""
    (shown,) = (line for line in commands(GUIDES[guide]) if line[:2] == ["stars", "verify"])
    assert shown[-1] == example.id
    outcome = stars(*shown[1:], "--lang", guide)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    shown = block(GUIDES[guide], f"verify-{guide}")
    assert re.sub(_HEAD, "…", outcome.stdout) == re.sub(_HEAD, "…", shown)
    head = Head(number=json.loads(example.chain)["number"], hash=json.loads(example.chain)["hash"])
    assert re.search(_HEAD, outcome.stdout)[0] == head.spoken


@both
def test_the_link_has_the_hash_beside_it(example, guide):
    """As the chapter on the chain says, and about this very edition."""
    own = json.loads(example.chain)
    make = eval(f"lambda document: {block(GUIDES[guide], 'canonical')}", {"json": json})
    assert sha256(make(own["links"][-1])) == own["hash"]
    assert own["links"][-1]["number"] == own["number"]
    assert f"edition {example.id}" in own["links"][-1]["subjects"]


@both
def test_the_differences_are_those_shown(example, guide):
    (shown,) = (line for line in commands(GUIDES[guide]) if line[:2] == ["stars", "diff"])
    outcome = stars(*shown[1:])
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert plain(outcome.stdout) == block(GUIDES[guide], f"diff-{guide}")


def tampered(example: Example) -> bytes:
    """The bundle in which one mark was changed, and nothing else."""
    assert example.bundle.count(_MARK) == 1
    return example.bundle.replace(_MARK, _CHANGED)


def forgery(example: Example) -> dict[str, bytes]:
    """The members of a bundle with the same change, in which everything else was made to fit it."""
    marks = example.members["marks.jsonl"].replace(_MARK, _CHANGED)
    inputs = read_inputs(
        {"village@2026": example.members[CRITERIA]},
        example.members["units.jsonl"].splitlines(),
        marks.splitlines(),
    )
    standings = standings_of(inputs)
    results = {
        "marks.jsonl": marks,
        "rows.jsonl": b"".join(canonical(row) + b"\n" for row in unit_rows(standings)),
        "standings.json": canonical(standings_rows(standings)),
    }
    return rehashed(example.members | results)


@both
def test_a_changed_mark_is_found_as_shown(example, guide):
    """A change in the file itself is told by file, line, branch and figure."""
    Path("tampered.zip").write_bytes(tampered(example))
    outcome = stars("verify", "tampered.zip", "--lang", guide)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == block(GUIDES[guide], f"tampered-{guide}")


@both
def test_a_consistent_forgery_is_found_by_the_printed_id_alone(example, guide):
    """The guide says so, and says what follows from it: take the id from the notice."""
    Path("forged.zip").write_bytes(packed(forgery(example)))
    assert stars("verify", "forged.zip").exit_code == 0
    outcome = stars("verify", "forged.zip", "--digest", example.id, "--lang", guide)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == block(GUIDES[guide], f"forged-{guide}")


@both
def test_the_program_without_the_service_finds_the_same(example, guide):
    """It uses nothing but the standard library, and sees every changed, missing and additional file."""
    Path("check.py").write_text(block(GUIDES[guide], "check.py"), "utf-8")
    (shown,) = (line for line in commands(GUIDES[guide]) if line[0] == "python3")
    assert check(*shown[2:]) == (0, block(GUIDES[guide], "check"))
    Path("forged.zip").write_bytes(packed(forgery(example) | {CHAIN: example.chain}))
    assert check("forged.zip", example.id) == (
        1,
        block(GUIDES[guide], "check").replace("holds the id", "DIFFERS the id"),
    )
    for name in example.members:
        if name != "manifest.json":
            others = {own: content for own, content in example.members.items() if own != name}
            Path("other.zip").write_bytes(packed(others))
            assert check("other.zip", example.id)[0] == 1
            Path("other.zip").write_bytes(packed(example.members | {name: example.members[name] + b" "}))
            assert check("other.zip", example.id)[0] == 1
    moved = example.chain.replace(b'"role":"operator"', b'"role":"leader"')
    for more in ({"votes.jsonl": b""}, {CHAIN: moved}):
        Path("other.zip").write_bytes(packed(example.members | more))
        assert check("other.zip", example.id)[0] == 1
    Path("other.zip").write_bytes(packed(example.members))
    assert check("other.zip", example.id)[0] == 0


def check(*arguments: str) -> tuple[int, str]:
    """Run the guide's program by itself, far from this service."""
    command = [sys.executable, "-I", "check.py", *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert outcome.stderr == ""
    return outcome.returncode, outcome.stdout


@both
def test_the_branch_worked_out_by_hand_has_its_published_score(example, guide):
    """Both sides of each sum are equal, and what they come to is what stands in the row."""
    head = {"en": ("", "what", "how", "comes to"), "zh": ("", "项目", "怎么算", "得")}[guide]
    steps = rows(GUIDES[guide], *head)
    assert [wrong for *_, how, result in steps for wrong in wrong_sums(how, figure(result))] == []
    first, second, third, _, work, appraisal, whole, score, held = (figure(row[-1]) for row in steps)
    row = json.loads(example.members["rows.jsonl"].splitlines()[0])
    assert [line["agreed"] for line in row["lines"]] == [first, second, third]
    weights = [Fraction(part["weight"]) for part in json.loads(example.members[CRITERIA])["parts"]]
    exact = sum(weight * Fraction(part) for weight, part in zip(weights, (work, appraisal), strict=True))
    assert exact == Fraction(whole)
    assert [part["value"] for part in row["parts"]] == [
        f"{printed(Fraction(own) * 100)}" for own in (work, appraisal)
    ]
    assert score == row["score"] == printed(exact)
    assert int(held) == row["stars"]


def figure(cell: str) -> str:
    """What stands in bold in a cell."""
    (found,) = re.findall(r"\*\*(.+?)\*\*", cell)
    return found


def printed(exact: Fraction) -> str:
    """Two decimals, half up."""
    hundredths = (200 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02}"


@both
def test_every_key_of_a_bundle_is_explained(example, guide):
    """Nobody should have to guess what a field means. Criteria have a guide of their own."""
    keys = {
        key
        for own in (example.members, unpacked_county())
        for name in ("manifest.json", "units.jsonl", "rows.jsonl", "standings.json")
        for line in own[name].splitlines()
        for key in keys_of(json.loads(line))
    }
    keys |= set(keys_of(json.loads(example.chain)))
    free = {f"criteria/{ref}.json" for ref in ("village@2026", "village@2026.1", "office@2026.1")}
    assert len(keys) > 50
    words = " ".join(re.findall(r"`([^`]+)`", prose(GUIDES[guide])))
    named = set(re.findall(r"[\w.]+", words))
    assert sorted(key for key in keys - free - named if not key.isdigit()) == []


def unpacked_county() -> dict[str, bytes]:
    """The members of an edition with every sort of step: cut point, gate and quota."""
    return members(small_county().edition())


def keys_of(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from keys_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from keys_of(value)


@both
def test_the_canonical_form_is_what_the_guide_says(example, guide):
    """The one line of Python makes the bytes of every document, and of what they do not show."""
    make = eval(f"lambda document: {block(GUIDES[guide], 'canonical')}", {"json": json})
    for name, content in (example.members | unpacked_county()).items():
        lines = content.split(b"\n") if name.endswith(".jsonl") else [content, b""]
        assert lines.pop() == b""
        assert [make(json.loads(line)) for line in lines] == lines
    odd = {
        "\U0001f600": "\x7f\u2028/é",
        "\ue000": '\b\t\n\f\r"\\\x01\x1f',
        "a": [None, True, -(2**63), 2**64 - 1],
        "": {},
    }
    assert make(odd) == canonical(odd)
    hashes = {
        name: sha256(own)
        for name, own in example.members.items()
        if name.startswith("criteria/") or name in ("units.jsonl", "marks.jsonl")
    }
    assert json.loads(example.members["manifest.json"])["inputs"] == sha256(make(hashes))


@both
def test_the_archive_is_as_the_guide_says(example, guide):
    """Another reader of ZIP files sees the order, the date, the attributes, and nothing besides."""
    with zipfile.ZipFile("edition.zip") as archive:
        entries = archive.infolist()
        assert archive.comment == b""
    names = [entry.filename for entry in entries]
    assert names == ["manifest.json", *sorted(names[1:])] == ["manifest.json", CHAIN, *[*example.members][1:]]
    for entry in entries:
        assert entry.compress_type == zipfile.ZIP_STORED
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert (entry.external_attr >> 16, entry.flag_bits) == (0o100644, 0x800)
        assert (entry.comment, entry.extra) == (b"", b"")
    assert "1 January 1980" in GUIDES["en"]
    assert "1980年1月1日" in GUIDES["zh"]


def test_both_guides_show_the_same():
    """Chapters, tables, blocks and commands in the same order; whatever is data is the same letter for letter."""
    en, zh = (blocks(GUIDES[guide]) for guide in ("en", "zh"))
    assert shape(GUIDES["en"]) == shape(GUIDES["zh"])
    assert [info.replace("-en", "-zh") for info in en] == list(zh)
    for info in en:
        if info in zh and info != "sh diff":
            assert en[info] == zh[info], info
    plain_commands = [
        [[word for word in line if word not in ("--lang", "en")] for line in commands(GUIDES[guide])]
        for guide in ("en", "zh")
    ]
    assert plain_commands[0] == plain_commands[1]


@both
def test_every_block_is_looked_at(guide):
    """A block that no test knows would be right by chance only."""
    known = {f"{kind}-{guide}" for kind in ("verify", "tampered", "forged", "published", "diff")}
    known |= {*FILES, *BROKEN_UP, *AS_THEY_ARE, "hashes", "check", "check.py", "canonical"}
    known |= {"sh", "publish", "diff"}
    assert {info.split()[-1] for info in blocks(GUIDES[guide])} == known


@both
def test_every_command_line_parses(guide):
    """What is shown can be typed."""
    lines = commands(GUIDES[guide])
    assert len(lines) > 8
    asked = {parse(line[1:]) for line in lines if line[0] == "stars"}
    assert asked >= {"verify", "publish", "export", "diff", "import units", "import marks"}
    assert {line[0] for line in lines} == {"stars", "python3"}


@both
def test_links_lead_somewhere(guide):
    """To files that are there, and to chapters that have that name."""
    assert GUIDES[guide].count("](") >= 3
    assert dead_links(GUIDES[guide], ROOT / "docs") == []
