"""Commodity code of the Chinese tariff: ten digits, the first six of the Harmonized System."""

from baygate.contract.identifiers.shape import DIGITS, Shape, part

_SHAPE = Shape("HS code", part("tariff line", 10, DIGITS, "ten digits without dots"))


def parse(text: str) -> str:
    """Return the ten digits of a commodity code.

    Raises ``IdentifierError`` for anything else. Source: Customs Import and Export Tariff of China.
    """
    return _SHAPE.read(text)
