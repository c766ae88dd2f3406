"""Resident identity number, GB 11643: region (6), date of birth (8), sequence (3), check (1, a digit or X).

Personal: no message repeats any of the input, and what the hub shows of a number is ``mask``.

The check character and the date are python-stdnum's ``cn.ric``. Its test of the place is not used: it
refuses a division younger than its holder, but numbers were issued from 1984 on to people of every age (a
Dongguan number of a person born in 1970 carries 441900, a code of 1988). So only the province is verified.
"""

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from baygate.contract.identifiers import region
from baygate.contract.identifiers.shape import DIGITS, Shape, part

_STEM_PARTS = (
    part("region", 6, DIGITS, "a digit"),
    part("date of birth", 8, DIGITS, "a digit"),
    part("sequence", 3, DIGITS, "a digit"),
)
_SHAPE = Shape("resident ID", *_STEM_PARTS, part("check character", 1, DIGITS + "X", "a digit or X"), personal=True)
_STEM = Shape("resident ID without its check character", *_STEM_PARTS, personal=True)

_TAIWAN = frozenset({"71", "83"})
"""Taiwan: in older numbers, and in residence permits since 2018. Hong Kong and Macau are in the table."""


def parse(text: str) -> str:
    """Return the 18 characters of a resident ID, the check X in upper case.

    Raises ``IdentifierError`` for another shape, an unknown province, an impossible date of birth or a
    wrong check character. Source: GB 11643-1999.
    """
    number = _SHAPE.read(text)
    _verify_parts(number)
    if number[17] != ric.calc_check_digit(number):
        _SHAPE.refuse("the check character (the 18th) does not follow from the first 17")
    return number


def complete(stem: str) -> str:
    """Return the 17 digits ``stem`` with their check character: a number that ``parse`` accepts.

    Raises ``IdentifierError`` for another shape, an unknown province or an impossible date of birth.
    """
    body = _STEM.read(stem)
    _verify_parts(body)
    return body + ric.calc_check_digit(body + "0")


def mask(value: str) -> str:
    """Return a resident ID with all but its first 3 and last 2 characters starred.

    Raises ``IdentifierError`` as ``parse`` does, so that nothing unverified passes as masked.
    """
    number = parse(value)
    return number[:3] + "*" * 13 + number[-2:]


def _verify_parts(number: str) -> None:
    if number[:2] not in region.province_codes() and number[:2] not in _TAIWAN:
        _SHAPE.refuse("the province (first two digits) is not in GB/T 2260")
    if not _has_date(number):
        _SHAPE.refuse("the date of birth (characters 7 to 14) is not a date; expected YYYYMMDD")


def _has_date(number: str) -> bool:
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True
