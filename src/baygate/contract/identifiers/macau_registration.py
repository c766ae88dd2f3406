"""Registration number of a Macau enterprise: an opaque text, whose meaning is its registry's."""

from baygate.contract.identifiers.shape import ALPHANUMERICS, Shape, part

_SHAPE = Shape("Macau registration", part("number", (1, 32), ALPHANUMERICS + "-/.", "letters, digits, '-', '/' or '.'"))


def parse(text: str) -> str:
    """Return the registration in upper case: 1 to 32 letters, digits, ``-``, ``/`` and ``.``.

    Raises ``IdentifierError`` for anything else. Source: the hub's contract; Macau publishes no common
    format.
    """
    return _SHAPE.read(text)
