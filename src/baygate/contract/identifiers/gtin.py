"""Global trade item number, GS1: 8, 12 (UPC), 13 (EAN) or 14 digits, the last a check digit modulo 10."""

from stdnum import ean

from baygate.contract.identifiers.shape import DIGITS, Shape, part

_SHAPE = Shape("GTIN", part("number", (8, 14), DIGITS, "a digit"))
_STEM = Shape("GTIN without its check digit", part("number", (7, 13), DIGITS, "a digit"))
_LENGTHS = frozenset({8, 12, 13, 14})


def parse(text: str) -> str:
    """Return the digits of a GTIN, as long as they are: no zeros are padded or stripped.

    Raises ``IdentifierError`` for another length, other characters or a wrong check digit.
    Source: GS1 General Specifications; the check is python-stdnum's.
    """
    number = _SHAPE.read(text)
    if len(number) not in _LENGTHS:
        _SHAPE.refuse(f"expected 8, 12, 13 or 14 digits, got {len(number)}")
    wanted = ean.calc_check_digit(number[:-1])
    if number[-1] != wanted:
        _SHAPE.refuse(f"the check digit (the last) is {number[-1]!r}; the others call for {wanted!r}")
    return number


def complete(stem: str) -> str:
    """Return ``stem`` (7, 11, 12 or 13 digits) with its check digit.

    Raises ``IdentifierError`` for another shape.
    """
    body = _STEM.read(stem)
    if len(body) + 1 not in _LENGTHS:
        _STEM.refuse(f"expected 7, 11, 12 or 13 digits, got {len(body)}")
    return body + ean.calc_check_digit(body)
