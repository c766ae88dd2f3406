"""Unique business identifier of Hong Kong: the first eight digits of the business registration number.

It replaced the company registration number in new registrations on 2023-12-27 and has no check digit of its
own.
"""

from baygate.contract.identifiers.shape import DIGITS, Shape, part

_SHAPE = Shape("UBI", part("business registration number", 8, DIGITS, "a digit"))


def parse(text: str) -> str:
    """Return the eight digits of a UBI.

    Raises ``IdentifierError`` for anything else. Source: Hong Kong Companies Registry, unique business
    identifier.
    """
    return _SHAPE.read(text)
