"""The SM2 curve (GB/T 32918.5-2017, OID 1.2.156.10197.1.301): y² = x³ + ax + b modulo p, with a = -3.

Made for verification: all numbers that come here are public, so that nothing takes the same time for all of them.
**Never multiply by a secret with this.**

``combined`` gives s·G + t·Q in one run over the bits of both numbers (Shamir's trick). Each number is written with
digits of either sign, few of which are not zero (NAF of a width; Hankerson, Menezes, Vanstone, *Guide to Elliptic
Curve Cryptography*, algorithms 3.35 and 3.51), so that 256 doublings and some seventy additions do. In between, points
are Jacobian: (X, Y, Z) stands for (X/Z², Y/Z³), and Z is 0 at infinity.

Whoever makes a key chooses Q, and may choose a multiple of G that he knows. An addition hence looks for the cases for
which its formula does not hold: the same point twice, and a point and its opposite.
"""

from collections.abc import Mapping
from functools import cache
from itertools import zip_longest

Point = tuple[int, int]
"""A point that is not at infinity: x and y."""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""How many points there are. It is prime: each point but infinity is a multiple of every other (the cofactor is 1)."""
G: Point = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

_WIDTH_OF_BASE, _WIDTH = 8, 5
"""G's multiples are computed once, so there are more of them: 64 against 8, without their opposites."""

_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


def is_on_curve(point: Point) -> bool:
    """Return whether both coordinates are reduced and fulfil the equation."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def combined(s: int, t: int, point: Point) -> Point | None:
    """Return s·G + t·``point``, or None if that is at infinity."""
    of_base, of_point = _multiples_of_base(), _multiples(point, _WIDTH)
    columns = list(zip_longest(_digits(s, _WIDTH_OF_BASE), _digits(t, _WIDTH), fillvalue=0))
    total = _INFINITY
    for first, second in reversed(columns):
        total = _doubled(total)
        if first:
            total = _added(total, of_base[first])
        if second:
            total = _added(total, of_point[second])
    return _affine([total])[0] if total[2] else None


@cache
def _multiples_of_base() -> Mapping[int, Point]:
    return _multiples(G, _WIDTH_OF_BASE)


def _multiples(point: Point, width: int) -> Mapping[int, Point]:
    """Return the multiples of a point that digits of this width ask for, by the digit."""
    twice = _affine([_doubled((*point, 1))])[0]
    odd: list[_Jacobian] = [(*point, 1)]
    while len(odd) < 1 << (width - 2):
        odd.append(_added(odd[-1], twice))
    multiples = dict(zip(range(1, 2 * len(odd), 2), _affine(odd), strict=True))
    return multiples | {-digit: (x, P - y) for digit, (x, y) in multiples.items()}


def _digits(number: int, width: int) -> list[int]:
    """Return binary digits, the lowest first: each is 0, or odd and between -2**(width-1) and 2**(width-1).

    After one that is not 0, at least width-1 are.
    """
    digits = []
    while number:
        digit = 0
        if number & 1:
            digit = number & ((1 << width) - 1)
            if digit >> (width - 1):
                digit -= 1 << width
            number -= digit
        digits.append(digit)
        number >>= 1
    return digits


def _doubled(point: _Jacobian) -> _Jacobian:
    """Return a point added to itself; infinity stays where it is. No point is its own opposite, N being odd."""
    x, y, z = point
    zz, yy = z * z % P, y * y % P
    beta = x * yy % P
    alpha = 3 * (x - zz) * (x + zz) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _added(point: _Jacobian, other: Point) -> _Jacobian:
    """Return the sum of two points."""
    x, y, z = point
    if not z:
        return (*other, 1)
    zz = z * z % P
    h = (other[0] * zz - x) % P
    rise = (other[1] * zz % P * z - y) % P
    if not h:  # the same x: it is the same point, or its opposite
        return _INFINITY if rise else _doubled(point)
    hh = h * h % P
    hhh = h * hh % P
    v = x * hh % P
    x3 = (rise * rise - hhh - 2 * v) % P
    return x3, (rise * (v - x3) - y * hhh) % P, z * h % P


def _affine(points: list[_Jacobian]) -> list[Point]:
    """Return the points, none of which is at infinity, by their own coordinates.

    An inverse costs as much as many products, so there is one for all (Montgomery's trick).
    """
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % P)
    inverse = pow(products[-1], -1, P)
    found = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        own, inverse = inverse * before % P, inverse * z % P
        square = own * own % P
        found.append((x * square % P, y * square % P * own % P))
    return found[::-1]
