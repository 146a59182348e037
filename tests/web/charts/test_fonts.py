"""Chinese always shows: every character of GB2312 and of rare names has a glyph, from a file of our own."""

from __future__ import annotations

import re

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import text_to_path
from pylopdf_fonts_zh_cn import sans_path, serif_path

from tests.web.charts.charted import a_distribution
from web.charts import distribution, fonts
from web.charts.sheet import WIDTH, Chart, Sheet, Words, drawn

GB2312 = "".join(
    bytes((row, cell)).decode("gb2312", errors="ignore")
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
)
RARE = "䶮㛃㭎𬭎𬘩𫍽𬱟𬶏"
SIGNS = "★☆①②③≥≤％–—…·、，。：；（）《》“”℃〓"


def _sheet(*lines: str) -> Sheet:
    sheet = Sheet(chart=Chart(prefix="x", title="x", empty="x"), height=20.0)
    for line in lines:
        sheet.put(Words(x=0, y=10, text=line))
    return sheet


def test_every_character_of_gb2312_and_of_rare_names_is_drawn_by_a_glyph_of_its_own():
    assert len(GB2312) == 6763
    wanted = GB2312 + RARE + SIGNS
    assert fonts.shown(wanted) == wanted
    face = FT2Font(fonts.font_path())
    boxes = [face.load_char(ord(char), flags=LoadFlags.NO_SCALE).bbox for char in wanted]
    assert all(right > left and top > bottom for left, bottom, right, top in boxes)
    sample = GB2312[::20] + RARE + SIGNS
    svg = drawn(_sheet(*(sample[start : start + 50] for start in range(0, len(sample), 50))))
    glyphs = set(re.findall(r'<path id="x-\d+" d="([^"]{12,})"', svg))
    assert len(glyphs) == len(set(sample))


def test_a_box_is_never_drawn():
    """matplotlib would draw one for a character the font lacks; whoever forgot the stand-in hears of it."""
    with pytest.raises(AssertionError, match="\ue000"):
        drawn(_sheet("\ue000"))


def test_a_character_the_font_lacks_is_drawn_as_a_stand_in_and_kept_in_the_title():
    """A page does not fall over a name; whoever points at it reads it whole."""
    assert fonts.shown("青石\ue000村\n党支部") == "青石〓村 党支部"
    assert "<title>青石\ue000村：青石\ue000村</title>" in distribution.draw(a_distribution(["青石\ue000村"]))


def test_a_long_name_is_cut_to_fit_and_a_number_is_left_out():
    cut = fonts.fitted("马家寨民族乡高新技术产业园区", 100)
    assert cut.endswith("…")
    assert 100 - fonts.SIZE < fonts.width(cut) <= 100
    assert fonts.fitted("青石镇", 100) == "青石镇"
    assert fonts.if_fits("1523", 20) == ""
    assert fonts.if_fits("15", 20) == "15"


def test_words_are_as_wide_as_matplotlib_draws_them():
    font = FontProperties(fname=sans_path(), size=fonts.SIZE)
    for text in ("青石镇", "1523", "AVATo 12.5% (Td)", "目标：三星及以上 60%"):
        drawn_width = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
        assert drawn_width <= fonts.width(text) + 0.5 <= drawn_width + WIDTH / 100


def test_the_font_is_the_packages_unless_a_setting_names_another(monkeypatch):
    monkeypatch.delenv(fonts.FONT_PATH, raising=False)
    assert fonts.font_path() == str(sans_path())
    usual = distribution.draw(a_distribution())
    monkeypatch.setenv(fonts.FONT_PATH, str(serif_path()))
    assert fonts.font_path() == str(serif_path())
    assert distribution.draw(a_distribution()) != usual


def test_a_font_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    (tmp_path / "no.otf").write_text("not a font")
    for path in (tmp_path / "no.otf", tmp_path / "absent.otf"):
        monkeypatch.setenv(fonts.FONT_PATH, str(path))
        with pytest.raises(fonts.FontMissing, match=r"STARS_FONT_PATH cannot be read: .*\.otf") as caught:
            distribution.draw(a_distribution())
        assert str(path) in caught.value.sentence.zh


def test_without_package_and_setting_it_is_said_what_to_do(monkeypatch):
    monkeypatch.delenv(fonts.FONT_PATH, raising=False)
    monkeypatch.setitem(__import__("sys").modules, "pylopdf_fonts_zh_cn", None)
    fonts._packaged.cache_clear()
    with pytest.raises(fonts.FontMissing, match="install pylopdf-fonts-zh-cn"):
        fonts.font_path()
