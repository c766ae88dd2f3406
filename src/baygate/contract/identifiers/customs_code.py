"""Customs enterprise code, 10 characters: region (4), zone (1), ownership (1), serial (4, letters allowed).

The region's first two digits are a province of GB/T 2260; its last two are the customs' own (90 is
'unlisted'). Zones and ownerships are tables under ``data/``, which an operator extends as the customs do.
"""

from baygate.contract.identifiers import code_table, region
from baygate.contract.identifiers.code_table import Entry
from baygate.contract.identifiers.shape import ALPHANUMERICS, DIGITS, Shape, part

_SHAPE = Shape(
    "customs code",
    part("region", 4, DIGITS, "a digit"),
    part("zone", 1, ALPHANUMERICS, "a digit or a letter"),
    part("ownership", 1, ALPHANUMERICS, "a digit or a letter"),
    part("serial", 4, ALPHANUMERICS, "a digit or a letter"),
)


def parse(text: str) -> str:
    """Return the 10 characters of a customs code in upper case.

    Raises ``IdentifierError`` for another shape, an unknown province, zone or ownership.
    Source: the registration coding of China Customs.
    """
    code = _SHAPE.read(text)
    if code[:2] not in region.province_codes():
        _SHAPE.refuse(f"the province {code[:2]!r} (first two digits) is not in GB/T 2260")
    if code[4] not in code_table.load("customs_zones"):
        _SHAPE.refuse(f"the zone {code[4]!r} (character 5) is none of {_codes('customs_zones')}")
    if code[5] not in code_table.load("customs_ownerships"):
        _SHAPE.refuse(f"the ownership {code[5]!r} (character 6) is none of {_codes('customs_ownerships')}")
    return code


def zone_of(code: str) -> Entry:
    """Return the economic zone of a customs code. Raises ``IdentifierError`` as ``parse`` does."""
    return code_table.load("customs_zones")[parse(code)[4]]


def ownership_of(code: str) -> Entry:
    """Return the ownership of a customs code's enterprise. Raises ``IdentifierError`` as ``parse`` does."""
    return code_table.load("customs_ownerships")[parse(code)[5]]


def _codes(table: str) -> str:
    return ", ".join(code_table.load(table))
