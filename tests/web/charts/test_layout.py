"""Nothing written in a chart lies over anything else written, nor beyond its edge."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.web.charts.charted import (
    TOWNSHIPS,
    a_distribution,
    a_histogram,
    a_radar,
    a_target,
    some_bars,
    some_years,
)
from web.charts import bars, distribution, fonts, histogram, radar, target, years
from web.charts.sheet import ASCENT, DESCENT, WIDTH, Sheet, Words, blank

LONG, TWELVE = "马家寨民族乡高新技术产业开发区委员会" * 9, "马家寨民族乡高新技术产业"
COUNTY = [f"{TWELVE[:10]}{place:02}" for place in range(45)]

CASES = {
    "6 townships": (distribution, a_distribution()),
    "45 townships": (distribution, a_distribution(COUNTY)),
    "names of 160 characters": (distribution, a_distribution([LONG, "青石镇"])),
    "one township": (distribution, a_distribution(["青石镇"])),
    "target at nought": (distribution, a_distribution(share="0")),
    "target at the whole": (distribution, a_distribution(share="1")),
    "progress": (target, a_target()),
    "progress, nought": (target, a_target(reached=0)),
    "progress, all, long": (target, a_target(reached=1523, label=LONG)),
    "bars": (bars, some_bars()),
    "45 bars": (bars, some_bars(COUNTY)),
    "long bars": (bars, some_bars([LONG] * 4)),
    "mean at nought": (bars, some_bars(mean="0")),
    "mean at the top": (bars, some_bars(mean="100")),
    **{
        f"{count} axes": (radar, a_radar(["100", "50", None, "0"][place % 4] for place in range(count)))
        for count in range(3, 13)
    },
    **{f"{count} long axes": (radar, a_radar(["100"] * count, name=LONG)) for count in range(3, 13)},
    **{f"{count} years": (years, some_years(count)) for count in (1, 2, 5, 10)},
    "years of long names": (years, some_years(3, label=LONG)),
    "target low": (years, some_years(share="0.05")),
    "histogram": (histogram, a_histogram()),
    "cut points close": (histogram, a_histogram(["97", "98", "99", "99.5", "100"], median="98.55")),
    "cut points at the edges": (histogram, a_histogram(["0", "0", "100"], median="0")),
    "cut points beyond": (histogram, a_histogram(["-5", "120"], median="50")),
}


def _boxes(sheet: Sheet) -> list[tuple[str, float, float, float, float]]:
    words = [piece for group in sheet.groups for piece in group.pieces if isinstance(piece, Words)]
    return [(w.text, w.left, w.y - ASCENT, w.left + fonts.width(w.text), w.y + DESCENT) for w in words]


def _clashes(sheet: Sheet) -> list[tuple[str, str]]:
    clash = 0.5  # the line above may touch the line below
    return [
        (one[0], two[0])
        for one, two in combinations(_boxes(sheet), 2)
        if one[1] < two[3] - clash
        and two[1] < one[3] - clash
        and one[2] < two[4] - clash
        and two[2] < one[4] - clash
    ]


@pytest.mark.parametrize("case", CASES)
def test_words_keep_clear_of_each_other_and_of_the_edge(case):
    kind, values = CASES[case]
    sheet = kind.lay_out(values)
    assert not _clashes(sheet)
    beyond = [
        box for box in _boxes(sheet) if box[1] < 0 or box[2] < 0 or box[3] > WIDTH or box[4] > sheet.height
    ]
    assert not beyond


@pytest.mark.parametrize("case", CASES)
def test_shapes_stay_on_the_sheet(case):
    kind, values = CASES[case]
    sheet = kind.lay_out(values)
    points = [
        point for group in sheet.groups for piece in group.pieces for point in getattr(piece, "points", ())
    ]
    assert all(0 <= x <= WIDTH and 0 <= y <= sheet.height for x, y in points)


def test_words_that_do_clash_are_found():
    """Negative control."""
    sheet = blank(a_target())
    sheet.put(Words(x=WIDTH / 2, y=40, text="目标"))
    assert _clashes(sheet)


def test_a_taller_county_has_a_taller_chart():
    short, tall = (distribution.lay_out(a_distribution(names)).height for names in (TOWNSHIPS, COUNTY))
    assert tall - short == pytest.approx(25 * (45 - 6))


@pytest.mark.parametrize("share", ["0.1", "0.3", "0.5", "0.55", "0.6", "0.62", "0.65", "0.8"])
def test_numbers_keep_clear_of_the_targets_line(share):
    """A line through a number makes another number of it."""
    sheet = distribution.lay_out(a_distribution(COUNTY, share=share))
    dashed = [piece for group in sheet.groups for piece in group.pieces if getattr(piece, "dashed", False)]
    (line,) = {piece.points[0][0] for piece in dashed if piece.points[0][0] == piece.points[1][0]}
    numbers = [box for box in _boxes(sheet) if box[0].isdigit() and 150 < box[1] < WIDTH - 40]
    assert len(numbers) > 45
    assert not [box for box in numbers if box[1] - 1 < line < box[3] + 1 and box[4] < sheet.height - 16]


@pytest.mark.parametrize("share", ["0.1", "0.3", "0.5", "0.55", "0.6", "0.62", "0.65", "0.8"])
def test_numbers_in_columns_keep_clear_of_the_targets_line(share):
    sheet = years.lay_out(some_years(share=share))
    dashed = [piece for group in sheet.groups for piece in group.pieces if getattr(piece, "dashed", False)]
    own = [
        piece.points
        for piece in dashed
        if len(piece.points) == 2 and piece.points[1][0] - piece.points[0][0] > 80
    ]
    (line,) = {points[0][1] for points in own}
    assert len(own) == 3, "the first year had no target, so no line goes through its column"
    numbers = [
        box for box in _boxes(sheet) if box[0].isdigit() and box[1] > 134 and box[4] < sheet.height - 40
    ]
    assert len(numbers) > 6
    # A figure is as high as its capital letters, without what reaches below the line.
    assert not [box for box in numbers if box[2] + 1 < line < box[4] - DESCENT]
