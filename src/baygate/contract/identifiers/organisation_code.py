"""Organisation code, GB 11714: eight digits or letters and a check character, as in ``D2143569-X``.

It lives on as characters 9 to 17 of the USCC. The check is 11 - (sum of value x weight) mod 11, with the
weights 3, 7, 9, 10, 5, 8, 4, 2, letters counting from A=10; 10 is written X, and 11 is written 0.
"""

from operator import mul

from baygate.contract.identifiers.shape import ALPHANUMERICS, DIGITS, WHITESPACE, Shape, part

_STEM_PART = part("body", 8, ALPHANUMERICS, "a digit or a letter")
_SHAPE = Shape("organisation code", _STEM_PART, part("check character", 1, DIGITS + "X", "a digit or X"))
_STEM = Shape("organisation code without its check character", _STEM_PART)

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = bytes.maketrans(ALPHANUMERICS.encode(), bytes(range(36)))
_CHECKS = "0X987654321"
"""The check character by the sum modulo 11."""

_HYPHENATED = 10


def parse(text: str) -> str:
    """Return the nine characters of an organisation code; a hyphen before the check character is dropped.

    Raises ``IdentifierError`` for another shape or a wrong check character. Source: GB 11714-1997.
    """
    candidate = text.strip(WHITESPACE)
    if len(candidate) == _HYPHENATED and candidate[8] == "-":
        candidate = candidate[:8] + candidate[9]
    code = _SHAPE.read(candidate)
    if not has_right_check(code):
        wanted = _check_of(code[:8])
        _SHAPE.refuse(f"the check character (the ninth) is {code[8]!r}; the first eight call for {wanted!r}")
    return code


def complete(stem: str) -> str:
    """Return the eight characters ``stem`` with their check character.

    Raises ``IdentifierError`` where ``stem`` is not eight digits or letters.
    """
    body = _STEM.read(stem)
    return body + _check_of(body)


def has_right_check(code: str) -> bool:
    """Tell whether the ninth character of a code of the right shape follows from the first eight."""
    return code[8] == _check_of(code[:8])


def _check_of(body: str) -> str:
    return _CHECKS[sum(map(mul, body.encode().translate(_VALUES), _WEIGHTS)) % 11]
