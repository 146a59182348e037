"""Previews: small, upright, silent about the camera, and drawn by a process that may die."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psutil
import pytest
from PIL import Image

from scoring.uploads import previews
from scoring.uploads.kinds import Kind
from scoring.uploads.previews import preview, taken_at
from tests.uploads import bytes_of as made
from tests.uploads import hostile
from tests.uploads.honest import drawn_pdf, files

ROOT = Path(__file__).parents[2]
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def drawn(tmp_path):
    """Draws bytes of a kind; None where they cannot be drawn."""

    def draw(content: bytes, kind: Kind) -> Image.Image | None:
        (tmp_path / "file").write_bytes(content)
        out = preview(tmp_path / "file", kind)
        return None if out is None else Image.open(io.BytesIO(out))

    return draw


DRAWN = [each for each in files() if each[2] in (Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.PDF)]


@pytest.mark.parametrize(("name", "content", "kind"), DRAWN, ids=[name for name, _, _ in DRAWN])
def test_every_honest_picture_is_drawn(name, content, kind, drawn):
    """A bare WebP of bearable size."""
    picture = drawn(content, kind)
    assert (picture.format, picture.mode) == ("WEBP", "RGB")
    assert max(picture.size) <= 1600
    assert not picture.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & picture.info.keys()


def test_office_documents_are_not_drawn(tmp_path):
    """No office program runs here."""
    for kind in set(Kind) - {Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.PDF}:
        assert preview(tmp_path / "nothing", kind) is None


def test_a_photograph_is_turned_upright_and_says_nothing_of_its_place(tmp_path, drawn):
    """The phone held it sideways, and wrote down where the house of the branch stands."""
    content = made.photo(size=(3000, 2000), exif=made.phone_exif())
    before = Image.open(io.BytesIO(content))
    assert before.getexif().get_ifd(0x8825)
    picture = drawn(content, Kind.JPEG)
    assert picture.size == (1067, 1600)
    dark, light = picture.getpixel((1060, 800))[0], picture.getpixel((5, 800))[0]
    assert (dark < 60, light > 200) == (True, True)  # the gradient, turned
    out = preview(tmp_path / "file", Kind.JPEG)
    assert b"HUAWEI" not in out
    assert b"EXIF" not in out


def test_transparency_becomes_white_and_sixteen_bits_keep_their_shades(drawn):
    """Otherwise a stamp stands on black, and a scan is all white."""
    stamp = io.BytesIO()
    Image.new("RGBA", (50, 50), (200, 0, 0, 0)).save(stamp, "PNG")
    assert drawn(stamp.getvalue(), Kind.PNG).getpixel((25, 25)) == (255, 255, 255)
    scan = io.BytesIO()
    Image.new("I;16", (50, 50), 128 * 256).save(scan, "PNG")
    assert abs(drawn(scan.getvalue(), Kind.PNG).getpixel((25, 25))[0] - 128) <= 2


def test_the_first_page_is_drawn(drawn):
    """As large as an image may be."""
    picture = drawn(drawn_pdf(), Kind.PDF)
    assert max(picture.size) == 1600
    assert len(picture.getcolors(1 << 20)) > 10


def test_hostile_pictures_are_drawn_or_not(drawn):
    """Whatever the gate would have said of them."""
    said = ("million pixels", "half a jpeg", "half a png", "bomb of words")
    tried = [each for each in hostile.files() if any(words in each.tries for words in said)]
    assert len(tried) >= 6
    for each in tried:
        kind = next((kind for kind in (Kind.JPEG, Kind.PNG, Kind.WEBP) if kind.value in each.tries), Kind.PDF)
        picture = drawn(each.content, kind)
        assert picture is None or max(picture.size) <= 1600
    dice = random.Random(9)
    for content, kind in ((made.photo(), Kind.JPEG), (drawn_pdf(), Kind.PDF)):
        for _ in range(2):
            changed = bytearray(content)
            for _ in range(20):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
            picture = drawn(bytes(changed), kind)
            assert picture is None or max(picture.size) <= 1600


def laughing_pdf() -> bytes:
    """A page that draws ten pictures, each of which draws ten, and so on."""
    levels = range(5, 17)
    forms = [
        made.stream(
            b"/F Do " * 10 if level < levels[-1] else b"0 0 9 9 re f",
            f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {level + 1} 0 R>>>>",
        )
        for level in levels
    ]
    page = made.pdf("[3 0 R/Fit]", *forms)
    old = b"/MediaBox[0 0 595 842]"
    new = b"/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Contents 5 0 R"
    return page.replace(old, new)


def test_one_that_takes_for_ever_is_given_up(drawn, monkeypatch):
    """The service waits so long and no longer, and no process is left behind."""
    monkeypatch.setattr(previews, "_SECONDS_MOST", 2)
    before = _children()
    start = time.monotonic()
    assert drawn(laughing_pdf(), Kind.PDF) is None
    assert time.monotonic() - start < 10
    assert _children() <= before


def _children() -> set[int]:
    return {own.pid for own in psutil.Process().children()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")
@pytest.mark.parametrize(
    ("deed", "end"),
    [
        ("bytearray(2 << 30)", "MemoryError"),
        ("open(sys.argv[1], 'wb').write(bytes(20 << 20))", "File too large"),
        ("[open('/dev/null') for _ in range(99)]", "Too many open files"),
    ],
)
def test_the_process_that_draws_has_given_up_what_it_does_not_need(deed, end, tmp_path):
    """Memory, large files, many files: a file that takes it over finds little."""
    program = f"import sys; from scoring.uploads import rendering; rendering._give_up(); {deed}"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert end in done.stderr


def test_the_process_that_draws_is_told_no_secret(monkeypatch):
    """The database's address with its password stands in the environment of the service."""
    monkeypatch.setenv("STARS_DATABASE", "postgresql://stars:secret@db/county")
    told = previews._surroundings()
    assert "secret" not in str(told)
    assert told.keys() <= {"PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}


def test_what_comes_back_is_not_believed():
    """A process that was taken over may answer anything."""
    whole = made.photo("WEBP")
    assert previews._is_plain(whole)
    for answer in (
        b"",
        b"<html>",
        made.photo(),
        whole[:-9],
        whole + hostile.PAGE,
        made.photo("WEBP", exif=b"Exif\0\0II*\0"),
    ):
        assert not previews._is_plain(answer)


def test_when_a_photograph_was_taken_is_read(tmp_path):
    """With the camera's time zone, else China's; from whichever kind of image says so."""
    path = tmp_path / "x"
    for zone, when in (
        ("", datetime(2026, 3, 5, 14, 30, tzinfo=CHINA)),
        ("+00:00", datetime(2026, 3, 5, 14, 30, tzinfo=UTC)),
        ("-05:30", datetime(2026, 3, 5, 20, 0, tzinfo=UTC)),
        ("nonsense", datetime(2026, 3, 5, 14, 30, tzinfo=CHINA)),
    ):
        exif = made.phone_exif(zone=zone)
        for kind, options in ((Kind.JPEG, exif), (Kind.PNG, exif), (Kind.WEBP, exif.tobytes())):
            path.write_bytes(made.photo(kind.value.upper(), exif=options))
            assert taken_at(path, kind) == when


@pytest.mark.parametrize(
    "told",
    [
        "0000:00:00 00:00:00",
        "2026:02:31 10:00:00",
        "",
        "gestern",
        "1970:01:01 00:00:00",
        "    :  :     :  :  ",
    ],
)
def test_a_moment_that_is_none_is_none(told, tmp_path):
    """Cameras without a set clock write such things."""
    path = tmp_path / "x"
    path.write_bytes(made.photo(exif=made.phone_exif(told)))
    assert taken_at(path, Kind.JPEG) is None


def test_hostile_words_about_a_photograph_are_none_or_a_moment(tmp_path):
    """Every byte changed and every length cut."""
    path = tmp_path / "x"
    dice = random.Random(4)
    exif = made.phone_exif().tobytes()
    for _ in range(400):
        changed = bytearray(exif)
        for _ in range(dice.randrange(1, 8)):
            changed[dice.randrange(6, len(changed))] = dice.choice([0, 1, 255, dice.randrange(256)])
        path.write_bytes(
            made.with_segment(made.photo(), 0xE1, bytes(changed[: dice.randrange(6, len(changed) + 1)]))
        )
        when = taken_at(path, Kind.JPEG)
        assert when is None or when.utcoffset() is not None
    assert taken_at(path, Kind.PDF) is None
    path.write_bytes(made.photo())
    assert taken_at(path, Kind.JPEG) is None
