"""Company registration number of Hong Kong, as the Companies Registry gave it before the UBI.

``C`` (local) or ``F`` (non-Hong Kong company) and seven digits; older records have up to seven plain
digits.
"""

from baygate.contract.identifiers.shape import DIGITS, WHITESPACE, Shape, part

_LETTERED = Shape("CR number", part("kind of company", 1, "CF", "C or F"), part("number", 7, DIGITS, "a digit"))
_KINDS = frozenset("CFcf")
_PLAIN = Shape("CR number", part("number", (1, 7), DIGITS, "up to seven digits, or C or F and seven digits"))


def parse(text: str) -> str:
    """Return a company registration number: ``C`` or ``F`` and seven digits, or plain digits as they are.

    Plain digits keep their leading zeros and get no letter, as the record does not say which it would be.
    Raises ``IdentifierError`` for another shape. Source: Hong Kong Companies Registry.
    """
    lettered = text.strip(WHITESPACE)[:1] in _KINDS
    return (_LETTERED if lettered else _PLAIN).read(text)
