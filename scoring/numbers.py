"""Exact numbers: plain decimals read and shown, fractions of a whole cohort, and the one rounding.

A cohort's value is a `Ratios`: integers over integers, never a float. What 64 bits might not hold is taken on
Python's own integers by the same code; bounds are carried along, so that deciding costs nothing.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[Any]
"""An array of integers: int64, or Python integers (dtype object) where 64 bits might not do."""

_PLAIN = re.compile(r"([+-]?[0-9]{1,18})(?:\.([0-9]{1,18}))?")
_SHARE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)(?:/([0-9]{1,18})|(%))?")
_WIDEST = 2**62


class Rounding(StrEnum):
    """How the one rounding of a score, or of a year's points, is done."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"


def plain_number(text: str) -> Fraction:
    """Return the number that *text* writes as a plain decimal (`5`, `-2.5`). Raises ValueError for all else.

    Exponents, thousands separators, full-width digits, `.5` and `5.` are not plain; 18 digits either side at most.
    """
    return Fraction(*plain_decimal(text))


def plain_decimal(text: str) -> tuple[int, int]:
    """Return a plain decimal as an integer over a power of ten: `-2.50` is (-250, 100). Raises ValueError."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    decimals = match[2] or ""
    return int(match[1] + decimals), 10 ** len(decimals)


def share(text: str) -> Fraction:
    """Return the number that *text* writes as a share or weight: `30%`, `1/3`, `0.3` or `20`. Raises ValueError."""
    match = _SHARE.fullmatch(text)
    if match is None or (match[2] is not None and int(match[2]) == 0):
        raise ValueError(text)
    number = Fraction(match[1])
    return number / 100 if match[3] else number / int(match[2] or 1)


def exact_text(number: Fraction) -> str:
    """Return *number* as a plain decimal where it is finite (`6.5`), else as a fraction (`19/3`)."""
    left, places = number.denominator, 0
    for prime in (2, 5):
        times = 0
        while left % prime == 0:
            left //= prime
            times += 1
        places = max(places, times)
    if left != 1:
        return f"{number.numerator}/{number.denominator}"
    return decimal_text(number.numerator * (10**places // number.denominator), places)


def marks_text(hundredths: int) -> str:
    """Return marks as people write them: 650 is `6.5`."""
    if hundredths % 10:
        return decimal_text(hundredths, 2)
    return decimal_text(hundredths // 10, 1) if hundredths % 100 else decimal_text(hundredths // 100, 0)


def share_text(number: Fraction) -> str:
    """Return *number* as percent where that is a finite decimal (`60%`), else as a fraction (`1/3`)."""
    percent = exact_text(number * 100)
    return exact_text(number) if "/" in percent else f"{percent}%"


def rounded_percent(number: Fraction, decimals: int = 2) -> str:
    """Return *number*, not negative, as percent, rounded half up: `59.95%`. For reading only."""
    return f"{decimal_text(rounded(number * 100, decimals, Rounding.HALF_UP), decimals)}%"


def decimal_text(scaled: int, decimals: int) -> str:
    """Return *scaled* / 10**decimals with exactly *decimals* places: (8000, 2) is `80.00`."""
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def rounded(number: Fraction, decimals: int, rounding: Rounding) -> int:
    """Return *number* × 10**decimals, rounded once; upwards is towards more, below 0 too."""
    ratios = Ratios.of(np.array([number.numerator], dtype=object), number.denominator)
    return int(ratios.rounded(decimals, rounding)[0])


@dataclass(frozen=True, slots=True)
class Ratios:
    """One fraction a unit: `num` [unit] over `den`, which is one integer for all or an array [unit], above 0.

    `num_most` and `den_most` bound both in size, so that a product is known to fit before it is taken.
    """

    num: Integers
    den: int | Integers
    num_most: int
    den_most: int

    @classmethod
    def of(cls, num: Integers, den: int | Integers) -> "Ratios":
        """Return the fractions *num* / *den*, with their bounds measured."""
        den_most = den if isinstance(den, int) else _largest(den)
        if den_most > _WIDEST and not isinstance(den, int):
            den = den.astype(object)
        return cls(num, den, _largest(num), den_most)

    def at(self, unit: int) -> Fraction:
        """Return the fraction of the unit at position *unit*."""
        den = self.den if isinstance(self.den, int) else self.den[unit]
        return Fraction(int(self.num[unit]), int(den))

    def times(self, factor: Fraction) -> "Ratios":
        """Return each fraction times *factor*, which is not negative."""
        if factor == 1:
            return self
        num = _product(self.num, factor.numerator, self.num_most)
        num_most, den_most = self.num_most * factor.numerator, self.den_most * factor.denominator
        if isinstance(self.den, int):
            return Ratios(num, self.den * factor.denominator, num_most, den_most)
        return Ratios(num, _product(self.den, factor.denominator, self.den_most), num_most, den_most)

    def plus(self, other: "Ratios") -> "Ratios":
        """Return the sum, unit by unit."""
        if isinstance(self.den, int) and isinstance(other.den, int):
            den = lcm(self.den, other.den)
            left, right = den // self.den, den // other.den
            num_most = self.num_most * left + other.num_most * right
            widest = max(num_most, left, right)
            num = _wide(self.num, widest) * left + _wide(other.num, widest) * right
            return Ratios(num, den, num_most, den)
        one, two = self, other
        if _sum_most(one, two) > _WIDEST:
            one, two = one.reduced(), two.reduced()
        most = _sum_most(one, two)
        ours, theirs = _wide(one.den, most), _wide(two.den, most)
        num = _wide(one.num, most) * theirs + _wide(two.num, most) * ours
        return Ratios(num, ours * theirs, most, one.den_most * two.den_most)

    def over(self, divisor: "Ratios") -> "Ratios":
        """Return each fraction divided by the one of *divisor*, which is above 0."""
        left, right = self, divisor
        if max(left.num_most * right.den_most, left.den_most * right.num_most) > _WIDEST:
            left, right = left.reduced(), right.reduced()
        num_most, den_most = left.num_most * right.den_most, left.den_most * right.num_most
        widest = max(num_most, den_most, left.den_most, right.den_most)
        num = _wide(left.num, widest) * _wide(right.den, widest)
        den = _wide(right.num, widest) * _wide(left.den, widest)
        return Ratios(num, den, num_most, den_most)

    def shared_out(self, weights: Integers, most: int) -> "Ratios":
        """Return each fraction divided by the one of *weights*, over one denominator where that stays small."""
        if isinstance(self.den, int) and weights.dtype != object and most < 10_000:
            common = lcm(*np.flatnonzero(np.bincount(weights)).tolist())
            num_most = self.num_most * common
            if common < 2**32 and num_most < _WIDEST and self.den * common < 2**40:
                return Ratios(self.num * (common // weights), self.den * common, num_most, self.den * common)
        return self.over(Ratios(weights, 1, most, 1))

    def clipped(self, ceiling: Fraction) -> "Ratios":
        """Return each fraction, or 0 where it is below 0, or *ceiling* where it is above."""
        scaled = self.times(Fraction(ceiling.denominator))
        top_most = scaled.den_most * ceiling.numerator
        top = _wide(scaled.den, top_most) * ceiling.numerator
        num = np.minimum(np.maximum(_wide(scaled.num, top_most), 0), top)
        if ceiling.denominator == 1:
            return Ratios(num, self.den, min(scaled.num_most, top_most), self.den_most)
        den_most = self.den_most * ceiling.denominator
        den = _wide(self.den, den_most) * ceiling.denominator
        return Ratios(num, den, min(scaled.num_most, top_most), den_most)

    def reduced(self) -> "Ratios":
        """Return the same fractions in lowest terms (over one denominator where there is one)."""
        if isinstance(self.den, int):
            common = gcd(self.den, int(np.gcd.reduce(self.num))) if len(self.num) else self.den
            return Ratios.of(_narrow(self.num // common), self.den // common)
        divisors = np.gcd(self.num, self.den)
        return Ratios.of(_narrow(self.num // divisors), _narrow(self.den // divisors))

    def rounded(self, decimals: int, rounding: Rounding) -> Integers:
        """Return each fraction × 10**decimals as int64 [unit], rounded once; upwards is towards more, below 0 too."""
        scaled = self.times(Fraction(10**decimals))
        most = 4 * (scaled.num_most + scaled.den_most)
        num, den = _wide(scaled.num, most), _wide(scaled.den, most)
        match rounding:
            case Rounding.HALF_UP:
                whole = (2 * num + den) // (2 * den)
            case Rounding.UP:
                whole = -(-num // den)
            case Rounding.HALF_EVEN:
                low = num // den
                double_rest = 2 * (num - low * den)
                whole = low + ((double_rest > den) | ((double_rest == den) & (low % 2 == 1)))
        return np.asarray(whole).astype(np.int64)


def _sum_most(one: Ratios, two: Ratios) -> int:
    """Return how large a number the sum of both may need."""
    return max(one.num_most * two.den_most + two.num_most * one.den_most, one.den_most * two.den_most)


def _largest(array: Integers) -> int:
    return int(max(array.max(), -array.min())) if array.size else 0


def _wide(value: Any, most: int) -> Any:
    """Return *value* in a form whose products up to *most* are exact."""
    if most <= _WIDEST or isinstance(value, int) or value.dtype == object:
        return value
    return value.astype(object)


def _product(array: Integers, factor: int, most: int) -> Integers:
    return array if factor == 1 else np.asarray(_wide(array, max(most, 1) * factor) * factor)


def _narrow(array: Integers) -> Integers:
    """Return Python integers as int64 where they fit."""
    return array.astype(np.int64) if array.dtype == object and _largest(array) <= _WIDEST else array
