"""What stands on a page: one <svg> that a strict policy, two themes and other charts beside it can live with."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.web.charts.charted import (
    KINDS,
    NAMES,
    a_distribution,
    a_radar,
    a_target,
    names_of,
    parts,
    some_bars,
)
from web.charts import bars, distribution, radar, rewriting, target
from web.charts.sheet import Mark

ROOT = Path(__file__).parents[3]
kinds = pytest.mark.parametrize(("kind", "values"), KINDS, ids=names_of)


def _titles(svg: str) -> list[str]:
    return re.findall(r"<title>([^<]*)</title>", svg)


@kinds
def test_a_chart_asks_nothing_of_a_strict_policy(kind, values):
    root = ET.fromstring(kind.draw(values))
    names = {name for element in root.iter() for name in element.attrib}
    tags = {element.tag for element in root.iter()}
    assert not {
        name for name in names if name == "style" or name.startswith("on") or ":" in name or "{" in name
    }
    assert tags <= {"svg", "title", "desc", "a", "g", "defs", "path", "use", "pattern", "rect"}


@kinds
def test_every_id_and_every_reference_begins_with_the_charts_prefix(kind, values):
    """Several charts stand on one page, and one must not take another's glyphs."""
    svg = kind.draw(values)
    ids = re.findall(r' id="([^"]*)"', svg)
    referred = set(re.findall(r"""(?: href="#|url\(#)([^")]*)""", svg)) - {str(n) for n in range(9)}
    assert len(ids) == len(set(ids))
    assert all(name.startswith(f"{values.prefix}-") for name in ids)
    assert {name for name in referred if name.startswith(values.prefix)} <= set(ids)
    renamed = kind.draw(replace(values, prefix="other"))
    assert renamed == re.sub(rf"\b{values.prefix}-(?=\d|title|desc)", "other-", svg)


@kinds
def test_a_chart_names_and_describes_itself(kind, values):
    svg = kind.draw(values)
    prefix = values.prefix
    assert svg.startswith('<svg class="chart" viewBox="0 0 420 ')
    assert f'aria-labelledby="{prefix}-title {prefix}-desc"' in svg
    assert f'<title id="{prefix}-title">{values.title}</title>' in svg
    assert len(re.search(r"<desc[^>]*>([^<]+)</desc>", svg)[1]) > 1


@kinds
def test_a_chart_is_drawn_in_the_pages_colours(kind, values):
    svg = kind.draw(values)
    assert 'fill="currentColor"' in svg
    assert rewriting.STAND_IN not in svg
    assert "#000" not in svg


def test_only_a_chart_without_links_is_an_image():
    """What lies within an image cannot be followed; a checker of accessibility calls it a serious fault."""
    linked, plain = a_target(), a_target()
    plain = replace(plain, years=tuple(replace(year, href=None) for year in plain.years))
    assert ' role="group" ' in target.draw(linked)
    assert ' role="img" ' in target.draw(plain)
    assert "<a " not in target.draw(plain)


def test_each_segment_has_its_number_its_title_and_its_link():
    svg = distribution.draw(a_distribution(["青石镇"]))
    assert _titles(svg).count("青石镇 4 星 8 个") == 1
    assert '<a href="/units?stars=4" tabindex="-1"><title>青石镇 4 星 8 个</title>' in svg
    assert '<a href="/townships/0" tabindex="-1"><title>青石镇：青石镇</title>' in svg
    assert not [title for title in _titles(svg) if title.endswith(" 0 个")]


def test_segments_stand_by_stars_whatever_order_they_are_given_in():
    given = a_distribution(["青石镇"])
    turned = tuple(replace(bar, parts=bar.parts[::-1]) for bar in given.bars)
    assert distribution.draw(replace(given, bars=turned)) == distribution.draw(given)


def test_a_bar_is_as_long_as_its_number():
    """The county's 914 of 1523 end where the share does, and not where a rounding of it would."""
    sheet = target.lay_out(a_target(reached=914))
    lengths = [
        piece.points[1][0] - 1
        for group in sheet.groups
        for piece in group.pieces
        if getattr(piece, "fill", None)
    ]
    assert lengths == pytest.approx([418 * 914 / 1523, 418 * 801 / 1498])


def test_an_axis_without_a_number_is_a_gap_with_words_and_not_nought():
    values = a_radar(("90", "80", None, "70", "60", "50"))
    pieces = [piece for group in radar.lay_out(values).groups for piece in group.pieces]
    wedges = [piece for piece in pieces if getattr(piece, "fill_opacity", 1) < 1]
    words = [piece.text for piece in pieces if hasattr(piece, "text")]
    dots = [piece for piece in pieces if hasattr(piece, "radius")]
    assert (len(wedges), len(dots)) == (4, 5)
    assert "未评" in words
    nought = radar.lay_out(a_radar(("90", "80", "0", "70", "60", "50")))
    assert sum(hasattr(piece, "radius") for group in nought.groups for piece in group.pieces) == 6


def test_a_group_without_a_number_has_words_and_no_bar():
    sheet = bars.lay_out(some_bars())
    filled = [
        group.mark.title
        for group in sheet.groups
        if any(getattr(piece, "fill", None) for piece in group.pieces)
    ]
    assert len(filled) == 5
    assert "双溪镇 平均得分" not in filled
    assert "双溪镇 平均得分" in _titles(bars.draw(some_bars()))


@kinds
def test_a_chart_of_nothing_says_so_calmly(kind, values):
    fields = {name: () for name in ("bars", "years", "axes", "bins", "cuts") if hasattr(values, name)} | {
        name: None for name in ("whole", "median") if hasattr(values, name)
    }
    nothing = replace(values, **fields)
    svg = kind.draw(nothing)
    assert f'<desc id="{values.prefix}-desc">{values.empty}</desc>' in svg
    assert len(svg) < 12_000


def test_groups_without_units_draw_an_empty_frame():
    values = a_distribution(["青石镇", "新镇"])
    bare = replace(values.bars[1], parts=parts("新镇", (0,) * len(NAMES)), title="新镇 0 个")
    svg = distribution.draw(replace(values, bars=(values.bars[0], bare)))
    assert "新镇 0 个" in _titles(svg)


@pytest.mark.parametrize(
    "name",
    ['<script>x("1")', "</svg>", "a--b -->", "$x^2$", "$", "\x01\u200b", "&amp;", r"\frac{1}{2}", "<b>" * 60],
)
def test_a_name_cannot_break_out_of_the_picture(name):
    """Names come from a spreadsheet: markup, two hyphens, a formula, a control character, a space of no width."""
    svg = distribution.draw(a_distribution([name]))
    assert "<script" not in svg
    titles = [title.text for title in ET.fromstring(svg).iter("title")]
    assert f"{name}：{name}".replace("\x01", "\ufffd") in titles


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//elsewhere.example", "https://elsewhere.example"])
def test_a_link_leads_nowhere_but_into_the_site(href):
    with pytest.raises(ValueError, match="within the site"):
        Mark(title="x", href=href)


PROGRAM = """
import hashlib, sys
from tests.web.charts.charted import KINDS
assert "matplotlib" not in sys.modules, "who only names a chart need not wait for matplotlib"
import web.charts.engraving
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
for kind, values in KINDS:
    print(hashlib.sha256(kind.draw(values).encode()).hexdigest())
print(sorted(name for name in opened if name.lower().endswith((".ttf", ".otf", ".ttc", ".afm"))))
"""


def test_the_same_values_give_the_same_bytes_on_any_machine(tmp_path):
    """Other hash seeds, no font but DejaVu known to the system, a matplotlibrc that wants it all otherwise."""
    (tmp_path / "fonts.conf").write_text(
        "<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>"
    )
    (tmp_path / "matplotlibrc").write_text(
        "svg.fonttype: none\nhatch.linewidth: 9\nhatch.color: red\npath.sketch: 1, 100, 2\npath.snap: False\n"
        "lines.scale_dashes: False\npatch.linewidth: 7\nfont.family: monospace\ntext.hinting: default\nfigure.dpi: 200\n"
        "savefig.bbox: tight\nsavefig.dpi: 300\nfigure.constrained_layout.use: True\nsavefig.facecolor: red\n"
    )
    odd = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed} | settings,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, settings in (("1", {}), ("2", odd))
    ]
    one, two = (run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert one == two
    assert len(one.splitlines()) == len(KINDS) + 1
    # matplotlib opens its own font of boxes whenever it opens any; nothing is ever drawn with it.
    fonts = [name for name in ast.literal_eval(one.splitlines()[-1]) if "LastResort" not in name]
    assert [Path(name).parts[-2:] for name in fonts] == [("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")]


def test_threads_draw_the_same_as_one():
    expected = [kind.draw(values) for kind, values in KINDS]
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda pair: pair[0].draw(pair[1]), KINDS * 3))
    assert drawn == expected * 3
