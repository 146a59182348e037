"""Stars are told apart by anyone, on white, on dark and on paper."""

from __future__ import annotations

from itertools import combinations

import pytest

from web.charts.colours import BAR, HATCHES, INK, NOT_RATED, STAR_COLOURS, star_colour

WHITE, DARK = "#ffffff", "#1f1d1b"
FILLS = {stars: STAR_COLOURS[stars] for stars in (5, 4, 3, 2, 1)}

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _linear(colour: str) -> list[float]:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))


def _contrast(one: str, two: str) -> float:
    high, low = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _lab(colour: str, eye: str) -> tuple[float, float, float]:
    seen = [sum(a * b for a, b in zip(row, _linear(colour), strict=True)) for row in EYES[eye]]
    seen = [min(max(part, 0), 1) for part in seen]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        (share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116)
        for row, top in zip(to_xyz, white, strict=True)
        for share in [sum(a * b for a, b in zip(row, seen, strict=True)) / top]
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eye", EYES)
def test_no_two_fills_look_alike_to_any_eye(eye):
    distances = {
        pair: sum(
            (a - b) ** 2 for a, b in zip(_lab(FILLS[pair[0]], eye), _lab(FILLS[pair[1]], eye), strict=True)
        )
        ** 0.5
        for pair in combinations(FILLS, 2)
    }
    assert min(distances.values()) >= 14, distances


def test_the_better_the_darker_among_those_at_the_target_and_gold_stays_gold():
    assert _luminance(FILLS[5]) < _luminance(FILLS[4]) < _luminance(FILLS[3])
    assert all(_lab(FILLS[stars], "usual")[2] > 35 for stars in (5, 4, 3))
    assert all(_lab(FILLS[stars], "usual")[2] < 10 for stars in (2, 1))


@pytest.mark.parametrize("stars", FILLS)
def test_a_fill_stands_off_the_page_and_carries_its_number(stars):
    """On dark the fill itself stands off; on white its outline, which is of ink, does."""
    assert _contrast(FILLS[stars], DARK) >= 3
    assert _contrast(INK, WHITE) >= 3
    assert _contrast(FILLS[stars], INK) >= 4.5


@pytest.mark.parametrize("colour", [STAR_COLOURS[0], NOT_RATED, BAR])
def test_hatching_and_plain_bars_stand_off_white_and_dark(colour):
    assert _contrast(colour, WHITE) >= 3
    assert _contrast(colour, DARK) >= 3


def test_no_stars_and_not_rated_differ_by_their_hatching():
    assert HATCHES[0] != HATCHES[None]
    assert star_colour(None) == NOT_RATED
    assert star_colour(5) == STAR_COLOURS[5]
    assert list(STAR_COLOURS) == [5, 4, 3, 2, 1, 0]
