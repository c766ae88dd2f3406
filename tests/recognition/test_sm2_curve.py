"""The arithmetic of the SM2 curve, against the schoolbook's: one formula for each case, one bit at a time."""

from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from baygate.recognition.sm2_curve import A, G, N, P, Point, _digits, combined, is_on_curve

BELOW_N = st.integers(0, N - 1)
SMALL = st.integers(0, 300)


def plus(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and one[1] != other[1]:
        return None
    if one == other:
        slope = (3 * one[0] ** 2 + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int, point: Point | None) -> Point | None:
    bits = [bit == "1" for bit in f"{number:b}"]
    return reduce(lambda sum_, bit: plus(plus(sum_, sum_), point if bit else None), bits, None)


def multiple(number: int) -> Point:
    point = times(number, G)
    assert point is not None
    return point


def opposite(point: Point) -> Point:
    return point[0], P - point[1]


def test_the_curve_has_as_many_points_as_it_says() -> None:
    assert combined(N, 0, G) is None
    assert combined(N - 1, 0, G) == opposite(G)


@pytest.mark.parametrize("number", [1, 2, 3, N - 1])
def test_multiples_of_the_base_are_on_the_curve(number: int) -> None:
    assert is_on_curve(multiple(number))


@pytest.mark.parametrize("point", [(G[0] + 1, G[1]), (G[0], G[1] + 1), (0, 0), (1, 1), (G[1], G[0])], ids=str)
def test_other_points_are_not(point: Point) -> None:
    """The arithmetic never uses b: only this keeps points of weaker curves out."""
    assert not is_on_curve(point)


@pytest.mark.parametrize("point", [(G[0] + P, G[1]), (G[0], G[1] + P), (G[0], G[1] - P), (G[0] - P, G[1])])
def test_coordinates_that_are_not_reduced_are_of_no_point(point: Point) -> None:
    assert not is_on_curve(point)


@settings(max_examples=25, deadline=None)
@given(BELOW_N, BELOW_N, st.integers(1, N - 1))
def test_a_combination_is_the_schoolbooks(s: int, t: int, q: int) -> None:
    point = multiple(q)
    assert combined(s, t, point) == plus(times(s, G), times(t, point))


# Whoever makes a key chooses its point: the formulas must hold for the ones that meet the base's own multiples


@settings(max_examples=60, deadline=None)
@given(SMALL, SMALL, st.integers(1, 40), st.booleans())
@example(0, 0, 1, False)
@example(1, 1, 1, False)
@example(1, 1, 1, True)
@example(127, 1, 127, True)
@example(127, 1, 127, False)
@example(0, 15, 1, True)
def test_it_is_so_for_small_multiples_of_the_base_and_their_opposites(s: int, t: int, q: int, turned: bool) -> None:
    point = opposite(multiple(q)) if turned else multiple(q)
    assert combined(s, t, point) == times((s - t * q if turned else s + t * q) % N, G)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, N - 1), st.integers(1, N - 1))
def test_what_cancels_is_at_infinity(t: int, q: int) -> None:
    assert combined(-t * q % N, t, multiple(q)) is None


@given(st.integers(0, 2**256), st.integers(2, 10))
def test_digits_make_up_their_number(number: int, width: int) -> None:
    digits = _digits(number, width)
    assert sum(digit << place for place, digit in enumerate(digits)) == number
    assert all(digit == 0 or (digit % 2 and abs(digit) < 1 << (width - 1)) for digit in digits)


@given(st.integers(0, 2**256), st.integers(2, 10))
def test_few_digits_are_not_zero(number: int, width: int) -> None:
    places = [place for place, digit in enumerate(_digits(number, width)) if digit]
    assert all(after - before >= width for before, after in pairwise(places))
