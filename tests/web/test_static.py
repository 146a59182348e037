"""What is sent to browsers is ours or carried along whole and known; nothing is loaded from elsewhere."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from web.charts.colours import NOT_RATED, STAR_COLOURS

WEB = Path(__file__).parents[2] / "web"
STATIC = WEB / "static"
VENDOR = STATIC / "vendor"
CARRIED = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["file"]
OURS = sorted(
    path for path in STATIC.rglob("*") if path.suffix in {".css", ".js"} and VENDOR not in path.parents
)
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

ELSEWHERE = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+""")
UNSAFE = re.compile(r"""<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|hx-on""")


@pytest.mark.parametrize("own", CARRIED, ids=lambda own: own["path"])
def test_a_file_carried_along_is_byte_for_byte_as_it_was_published(own):
    assert hashlib.sha256((VENDOR / own["path"]).read_bytes()).hexdigest() == own["sha256"]
    assert (VENDOR / own["path"]).parent.joinpath("LICENSE").is_file()


def test_every_file_carried_along_is_listed():
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert {path for path in found if not path.endswith(("LICENSE", "VENDOR.toml"))} == {
        own["path"] for own in CARRIED
    }


@pytest.mark.parametrize("path", [*OURS, *TEMPLATES], ids=lambda path: path.relative_to(WEB).as_posix())
def test_nothing_is_loaded_from_elsewhere(path):
    assert ELSEWHERE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_no_template_needs_an_unsafe_policy(path):
    assert UNSAFE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        "<script>go()</script>",
        '<a href="javascript:go()">',
    ],
)
def test_what_is_unsafe_is_found(planted):
    assert UNSAFE.search(planted)


def test_a_link_to_elsewhere_is_found():
    assert ELSEWHERE.search('<script src="https://cdn.example.com/x.js">')
    assert ELSEWHERE.search("@import url(//fonts.example.com/css)")


def test_stars_have_one_colour_on_pages_and_in_charts():
    css = (STATIC / "stars.css").read_text("utf-8")
    mirrored = dict(re.findall(r"--star-(\w+): (#[0-9a-f]{6});", css))
    assert mirrored.pop("ink")
    assert mirrored == {str(stars): colour for stars, colour in STAR_COLOURS.items()} | {"none": NOT_RATED}


def test_scripts_use_no_syntax_newer_than_es2020():
    """ES2020 is what the oldest browser that is promised support knows."""
    for path in OURS:
        if path.suffix == ".js":
            assert not re.search(r"\?\?=|\|\|=|&&=|\bat\(|#[a-z]\w*\(", path.read_text("utf-8")), path
