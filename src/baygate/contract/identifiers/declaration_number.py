"""Customs declaration number, 18 digits: customs (4), year (4), 1 import or 0 export (1), serial (9)."""

from baygate.contract.identifiers.shape import DIGITS, Shape, part

_SHAPE = Shape(
    "declaration number",
    part("customs", 4, DIGITS, "a digit"),
    part("year", 4, DIGITS, "a digit"),
    part("direction", 1, "01", "1 (import) or 0 (export)"),
    part("serial", 9, DIGITS, "a digit"),
)
_CENTURIES = frozenset({"19", "20"})


def parse(text: str) -> str:
    """Return the 18 digits of a declaration number.

    Raises ``IdentifierError`` for another shape, a year outside 1900 to 2099, or a direction other than 1
    or 0. Source: the declaration numbering of China Customs.
    """
    number = _SHAPE.read(text)
    if number[4:6] not in _CENTURIES:
        _SHAPE.refuse(f"the year {number[4:8]!r} (characters 5 to 8) is not between 1900 and 2099")
    return number


def customs_of(number: str) -> str:
    """Return the four digits of the customs that took the declaration.

    Raises ``IdentifierError`` as ``parse`` does.
    """
    return parse(number)[:4]


def year_of(number: str) -> int:
    """Return the year of the declaration. Raises ``IdentifierError`` as ``parse`` does."""
    return int(parse(number)[4:8])


def is_import(number: str) -> bool:
    """Tell an import from an export. Raises ``IdentifierError`` as ``parse`` does."""
    return parse(number)[8] == "1"
