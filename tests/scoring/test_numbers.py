"""Exact numbers: what is read, what is shown, and arithmetic that never leaves the integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from scoring.numbers import (
    Ratios,
    Rounding,
    decimal_text,
    exact_text,
    plain_number,
    rounded,
    rounded_percent,
    share,
    share_text,
)

SMALL = some.integers(0, 10**6)
LARGE = some.integers(0, 10**25)
DENOMINATORS = some.one_of(some.integers(1, 1000), some.integers(1, 10**22))


def ratios(pairs: list[tuple[int, int]]) -> Ratios:
    """Return the fractions of *pairs*, in 64 bits where they fit."""
    num, den = ([pair[side] for pair in pairs] for side in (0, 1))
    kind = np.int64 if max(*num, *den) < 2**62 else object
    return Ratios.of(np.array(num, dtype=kind), np.array(den, dtype=kind))


def fractions(found: Ratios) -> list[Fraction]:
    return [found.at(place) for place in range(len(found.num))]


PAIRS = some.lists(some.tuples(some.one_of(SMALL, LARGE), DENOMINATORS), min_size=3, max_size=3)


@given(PAIRS, PAIRS, some.fractions(0, 10**9))
def test_arithmetic_on_arrays_is_that_of_fractions(one, two, factor):
    """Whatever the size: nothing wraps around, nothing is rounded."""
    left, right = ratios(one), ratios(two)
    ours, theirs = fractions(left), fractions(right)
    assert fractions(left.plus(right)) == [a + b for a, b in zip(ours, theirs, strict=True)]
    assert fractions(left.times(factor)) == [a * factor for a in ours]
    assert fractions(left.reduced()) == ours
    ones = Ratios.of(right.num + 1, right.den)
    assert fractions(left.over(ones)) == [a / b for a, b in zip(ours, fractions(ones), strict=True)]


@given(PAIRS, some.fractions(0, 3), some.integers(-5, 5))
def test_clipping_keeps_to_nought_and_the_ceiling(pairs, ceiling, less):
    found = ratios(pairs)
    lower = Ratios.of(found.num + less, found.den)
    expected = [min(max(fraction, Fraction(0)), ceiling) for fraction in fractions(lower)]
    assert fractions(lower.clipped(ceiling)) == expected


@given(some.fractions(0, 200), some.integers(0, 4))
def test_rounding_is_done_once_and_as_the_rule_says(number, decimals):
    """half_up is 四舍五入, half_even that of a bank, up never gives less."""
    scaled = number * 10**decimals
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    assert rounded(number, decimals, Rounding.HALF_UP) == below + (rest >= Fraction(1, 2))
    assert rounded(number, decimals, Rounding.HALF_EVEN) == round(scaled)
    assert rounded(number, decimals, Rounding.UP) == below + (rest > 0)


def test_half_up_is_not_what_python_rounds():
    """0.125 is 0.13 and 2.5 is 3, where `round` says 0.12 and 2."""
    assert rounded(Fraction("0.125"), 2, Rounding.HALF_UP) == 13
    assert rounded(Fraction("2.5"), 0, Rounding.HALF_UP) == 3


@given(some.fractions(-1000, 1000, max_denominator=10**6))
def test_exact_text_says_the_number_itself(number):
    assert Fraction(exact_text(number)) == number
    assert Fraction(share_text(abs(number)).removesuffix("%")) == abs(number) * (
        100 if "%" in share_text(abs(number)) else 1
    )


@pytest.mark.parametrize(
    "text", ["", "1e3", "1,000", "１", ".5", "5.", "+-1", "0x1", "nan", "inf", "1 ", "٣", "1" * 19]
)
def test_numbers_that_are_not_plain_are_refused(text):
    with pytest.raises(ValueError):
        plain_number(text)


@pytest.mark.parametrize("text", ["", "1/0", "1/0%", "-1", "1/3/3", "1/3%", "%", "１/3"])
def test_shares_that_are_none_are_refused(text):
    with pytest.raises(ValueError):
        share(text)


def test_numbers_are_shown_as_people_write_them():
    assert (exact_text(Fraction("6.50")), exact_text(Fraction(19, 3))) == ("6.5", "19/3")
    assert (share_text(Fraction("0.6")), share_text(Fraction(1, 3))) == ("60%", "1/3")
    assert (share("30%"), share("1/3"), share("0.3")) == (Fraction(3, 10), Fraction(1, 3), Fraction(3, 10))
    assert (decimal_text(5, 2), decimal_text(-105, 2), decimal_text(7, 0)) == ("0.05", "-1.05", "7")
    assert rounded_percent(Fraction(1199, 2000)) == "59.95%"
