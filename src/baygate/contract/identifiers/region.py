"""Administrative divisions of China, GB/T 2260: six digits, province (2), city (2), county or district (2).

The table carries every province, Hong Kong and Macau, and all cities, districts and counties of Guangdong
in force (with the city's own '市辖区', code ..01, under which cities register enterprises). Of other
provinces only the first two digits can be verified. Codes since withdrawn are not carried: an enterprise
keeps the region of its registration inside its USCC, and ``uscc`` looks only at the province.
"""

from dataclasses import dataclass
from functools import cache

from baygate.contract.identifiers import code_table
from baygate.contract.identifiers.shape import DIGITS, Shape, part

_SHAPE = Shape("region", part("GB/T 2260 code", 6, DIGITS, "six digits"))
_CARRIED_WHOLE = "44"


@dataclass(frozen=True, slots=True)
class Region:
    """A division: its code, Chinese name, and English name for provinces and the cities of Guangdong."""

    code: str
    name_zh: str
    name_en: str | None

    @property
    def province_code(self) -> str:
        """The two digits of the province."""
        return self.code[:2]


@cache
def _regions() -> dict[str, Region]:
    return {code: Region(code, entry.name_zh, entry.name_en) for code, entry in code_table.load("gb2260").items()}


@cache
def province_codes() -> frozenset[str]:
    """Return the first two digits of every province, autonomous region, municipality and SAR in the table."""
    return frozenset(code[:2] for code in _regions() if code.endswith("0000"))


def parse(text: str) -> str:
    """Return the six digits of a GB/T 2260 code.

    Raises ``IdentifierError`` for another shape, an unknown province, or a code of Guangdong that is not
    in force.
    """
    code = _SHAPE.read(text)
    if code[:2] not in province_codes():
        _SHAPE.refuse(f"the province {code[:2]!r} (first two digits) is not in GB/T 2260")
    if code[:2] == _CARRIED_WHOLE and code not in _regions():
        _SHAPE.refuse(f"{code!r} is not a division of Guangdong in force in GB/T 2260")
    return code


def lookup(text: str) -> Region | None:
    """Return the division of a code, or None for one below the province outside Guangdong.

    Raises ``IdentifierError`` as ``parse`` does.
    """
    return _regions().get(parse(text))


def province_of(text: str) -> Region:
    """Return the province of a code. Raises ``IdentifierError`` as ``parse`` does."""
    return _regions()[parse(text)[:2] + "0000"]


def name_zh(text: str) -> str | None:
    """Return the Chinese name of a code, or None where the table does not carry the division.

    Raises ``IdentifierError`` as ``parse`` does.
    """
    found = lookup(text)
    return found.name_zh if found else None
