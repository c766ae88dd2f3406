"""Bank account number, of any bank: 6 to 34 letters or digits (34 is the longest IBAN).

It leads to a person, so no message repeats any of the input.
"""

from baygate.contract.identifiers.shape import ALPHANUMERICS, Shape, part

_SHAPE = Shape("bank account", part("number", (6, 34), ALPHANUMERICS, "a digit or a letter"), personal=True)
_WITHOUT_GROUPING = str.maketrans("", "", " -")


def parse(text: str) -> str:
    """Return the account number in upper case, without the spaces and hyphens that group it.

    Raises ``IdentifierError`` for other characters or another length (positions count without the
    grouping). Source: the hub's contract; the length is that of ISO 13616.
    """
    return _SHAPE.read(text.translate(_WITHOUT_GROUPING))
