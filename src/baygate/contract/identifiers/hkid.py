"""Hong Kong identity card number: one or two letters, six digits, and a check character in parentheses.

Personal: no message repeats any of the input, and what the hub shows of a number is ``mask``.

The check: letters count from A=10, a missing first letter is a blank and counts 36, the eight places
weigh 9 to 2; the check is (11 - sum mod 11) mod 11, and 10 is written A.
"""

from operator import mul

from baygate.contract.identifiers.shape import ALPHANUMERICS, DIGITS, LETTERS, WHITESPACE, Shape, part

_DIGITS_PART = part("digits", 6, DIGITS, "a digit")
_CHECK_PART = part("check character", 1, DIGITS + "A", "a digit or A")


def _letters(count: int) -> tuple[Shape, Shape]:
    prefix = part("letters", count, LETTERS, "a letter")
    return (
        Shape("HKID (parentheses not counted)", prefix, _DIGITS_PART, _CHECK_PART, personal=True),
        Shape("HKID without its check character", prefix, _DIGITS_PART, personal=True),
    )


_ONE, _ONE_STEM = _letters(1)
_TWO, _TWO_STEM = _letters(2)

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = bytes.maketrans((ALPHANUMERICS + " ").encode(), bytes(range(37)))
_CHECKS = "0A987654321"
"""The check character by the sum modulo 11."""


def parse(text: str) -> str:
    """Return an HKID like ``A123456(3)``, in upper case and with its parentheses.

    Accepts it with or without the parentheses. Raises ``IdentifierError`` for another shape or a wrong
    check character. Source: Hong Kong Immigration Department, identity card numbering.
    """
    candidate = text.strip(WHITESPACE)
    if candidate[-3:-2] == "(" and candidate[-1] == ")":
        candidate = candidate[:-3] + candidate[-2]
    shape = _TWO if _has_two_letters(candidate) else _ONE
    number = shape.read(candidate)
    body, check = number[:-1], number[-1]
    if check != _check_of(body):
        shape.refuse("the check character (the last) does not follow from the letters and digits before it")
    return f"{body}({check})"


def complete(stem: str) -> str:
    """Return ``stem`` (one or two letters, six digits) with its check character, in the canonical form.

    Raises ``IdentifierError`` for another shape.
    """
    candidate = stem.strip(WHITESPACE)
    body = (_TWO_STEM if _has_two_letters(candidate) else _ONE_STEM).read(candidate)
    return f"{body}({_check_of(body)})"


def mask(value: str) -> str:
    """Return an HKID with all but its first three characters starred, like ``A12****(*)``.

    The check character is starred too: shown, it would narrow the hidden digits to one in eleven.
    Raises ``IdentifierError`` as ``parse`` does.
    """
    number = parse(value)
    return number[:3] + "*" * (len(number) - 6) + "(*)"


def _has_two_letters(candidate: str) -> bool:
    second = candidate[1:2]
    return second.isascii() and second.isalpha()


def _check_of(body: str) -> str:
    return _CHECKS[sum(map(mul, body.rjust(8).encode().translate(_VALUES), _WEIGHTS)) % 11]
