"""Zips counted for real: the limits, what lies, and what it costs to find out."""

from __future__ import annotations

import io
import random
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from scoring.uploads.unpacking import Limits, Zip, ZipFlaw, ZipUnfit, check_zip
from tests.uploads.bytes_of import by_hand, member, office, thousandfold, zipped

SMALL = Limits(unpacked=1_000_000, members=10, ratio=100, ratio_from=200_000)


def flaw(content: bytes, limits: Limits = SMALL) -> ZipFlaw | None:
    try:
        Zip(io.BytesIO(content), limits).count()
    except ZipUnfit as unfit:
        return unfit.flaw
    return None


def stored(name: str, size: int) -> tuple[str, bytes, int, int]:
    """A member of that many different bytes, which deflating does not make smaller."""
    return member(name, bytes(at * at * 7 >> 3 & 0xFF for at in range(size)))


def test_every_limit_holds_at_its_edge():
    """One byte, one member more than allowed is refused, and no sooner."""
    raw = bytes(range(256)) * 4000
    fits = zlib.compressobj(0, zlib.DEFLATED, -15)
    packed = fits.compress(raw[:1_000_000]) + fits.flush()
    whole = ("a", packed, 1_000_000, zlib.crc32(raw[:1_000_000]))
    assert flaw(by_hand([whole])) is None
    assert flaw(by_hand([whole, member("b", "x")])) is ZipFlaw.SWOLLEN
    assert flaw(by_hand([member(str(at), "x") for at in range(10)])) is None
    assert flaw(by_hand([member(str(at), "x") for at in range(11)])) is ZipFlaw.UNUSUAL
    assert flaw(zipped({"a": bytes(200_000)})) is None
    assert flaw(zipped({"a": bytes(200_001)})) is ZipFlaw.SWOLLEN


def test_many_small_bombs_are_one():
    """Each below the ratio's floor, together a thousandfold."""
    assert flaw(zipped({str(at): bytes(150_000) for at in range(6)})) is ZipFlaw.SWOLLEN


@pytest.mark.parametrize("told", [1 << 31, 1000, 0])
def test_a_bomb_is_found_whatever_size_it_tells(told):
    """What comes out is counted."""
    assert flaw(by_hand([("a", thousandfold(64), told, 0)]), Limits()) is ZipFlaw.SWOLLEN


def test_what_the_directory_says_must_be_what_comes_out():
    """Size, checksum, end."""
    name, packed, size, crc = stored("a", 5_000)
    assert flaw(by_hand([(name, packed, size, crc)])) is None
    assert flaw(by_hand([(name, packed, size - 1, crc)])) is ZipFlaw.DAMAGED
    assert flaw(by_hand([(name, packed, size, crc ^ 1)])) is ZipFlaw.DAMAGED
    assert flaw(by_hand([(name, packed[:-3], size, crc)])) is ZipFlaw.DAMAGED
    assert flaw(by_hand([(name, packed + b"more", size, crc)])) is ZipFlaw.DAMAGED
    assert flaw(by_hand([(name, packed, size, crc)], flags=1)) is ZipFlaw.ENCRYPTED
    assert flaw(by_hand([(name, packed, size, crc)], before=b"#!/bin/sh\n")) is None
    assert flaw(b"#!/bin/sh\n" + by_hand([(name, packed, size, crc)])) is ZipFlaw.UNUSUAL


def test_nothing_may_hide_between_the_members():
    """Counting bears a beginning that is no member; looking at the layout does not."""
    hidden = by_hand([member("a", "x")], before=b"#!/bin/sh\n")
    with pytest.raises(ZipUnfit):
        Zip(io.BytesIO(hidden), SMALL).check_layout()
    Zip(io.BytesIO(by_hand([member("a", "x")])), SMALL).check_layout()


def test_a_directory_too_large_to_read_is_not_read():
    """Its size is looked at before it becomes objects."""
    name = "a" * 60_000
    flood = by_hand([(f"{name}{at}", b"\3\0", 0, 0) for at in range(30)])
    assert flaw(flood, Limits()) is ZipFlaw.UNUSUAL


def test_a_zip_for_large_files_is_counted_too():
    """Some programs write the wide records even where nothing is large; they lie as well as the others."""
    whole = by_hand([member("a", "x" * 50)])
    at, end = struct.unpack("<I", whole[-6:-2])[0], len(whole) - 22
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - at, at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    assert flaw(whole[:end] + wide + locator + whole[end:]) is None
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 1 << 40, at)
    assert flaw(whole[:end] + wide + locator + whole[end:]) is ZipFlaw.DAMAGED
    assert flaw(whole[:end] + bytes(56) + locator + whole[end:]) is ZipFlaw.UNUSUAL


def test_a_zip_cut_short_anywhere_is_damaged_or_unusual(tmp_path):
    """A broken connection."""
    whole = office("docx")
    path = tmp_path / "a.docx"
    for cut in range(0, len(whole), 41):
        path.write_bytes(whole[:cut])
        with pytest.raises(ZipUnfit):
            check_zip(path, Limits())


READ = """
import sys, time
from pathlib import Path
from scoring.errors import FileRefused
from scoring.spreadsheet.tables import Column, Form, read_table
form = Form(required=(Column(name="unit"), Column(name="mark")))
print("ready", flush=True)
sys.stdin.readline()
try:
    read_table(Path(sys.argv[1]), form)
    print("read", flush=True)
except FileRefused as refused:
    print(refused.faults[0].sentence.zh, flush=True)
sys.stdin.readline()
"""


def refused_within(path: Path) -> tuple[str, float]:
    """What a process of its own says of a workbook, and how many megabytes more it held at the most than before."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", READ, str(path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout.readline() == "ready\n"
        before = psutil.Process(reader.pid).memory_info().rss
        reader.stdin.write("\n")
        reader.stdin.flush()
        sentence = reader.stdout.readline()
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{reader.pid}/status").read_text())[1]) * 1024
        reader.stdin.write("\n")
        reader.stdin.flush()
    return sentence, (peak - before) / (1 << 20)


def bombs() -> dict[str, bytes]:
    """Workbooks that unpack to far more than they should, by where and how they hide it."""
    usual = io.BytesIO()
    book = xlsxwriter.Workbook(usual)
    book.add_worksheet().write_row(0, 0, ["unit", "mark"])
    book.close()
    with_sheet = "xl/worksheets/sheet1.xml"
    members = [member(name, content) for name, content in _parts(usual.getvalue()).items()]
    others = [each for each in members if each[0] != with_sheet]
    honest_size = (with_sheet, thousandfold(90), 90 << 20, zlib.crc32(bytes(90 << 20)))
    noise = random.Random(1).randbytes(20_000)
    pack = zlib.compressobj(1, zlib.DEFLATED, -15)
    dense = pack.compress(noise * 5_500) + pack.flush()
    lying = (with_sheet, dense, 1_000, 0)
    return {
        "a gigabyte in the sheet": by_hand([*others, (with_sheet, thousandfold(1024), 1 << 30, 0)]),
        "ninety megabytes in the sheet, told": by_hand([*others, honest_size]),
        "a gigabyte beside the sheet": by_hand(
            [*members, ("xl/media/a.bmp", thousandfold(1024), 1 << 30, 0)]
        ),
        "a gigabyte that says a thousand": by_hand([*others, (with_sheet, thousandfold(1024), 1_000, 0)]),
        "many megabytes that hardly pack": by_hand([*others, lying]),
        "many small ones": by_hand(
            [
                *members,
                *((f"xl/{at}.bin", thousandfold(7), 7 << 20, zlib.crc32(bytes(7 << 20))) for at in range(20)),
            ]
        ),
    }


def _parts(content: bytes) -> dict[str, bytes]:
    archive = Zip(io.BytesIO(content), Limits())
    return {name: archive.part(name, 1 << 20) for name in archive.names}


BOMBS = bombs()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bombed_workbook_is_refused_with_less_than_fifty_megabytes_more(bomb, tmp_path):
    """Whoever imports a table unpacks it to nowhere first, a piece at a time, and no parser sees it."""
    path = tmp_path / "评分表.xlsx"
    path.write_bytes(BOMBS[bomb])
    sentence, megabytes = refused_within(path)
    assert re.search("解压后|损坏", sentence), sentence
    assert megabytes < 50
