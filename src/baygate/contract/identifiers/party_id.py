"""The hub's own key of a party: where it is registered, and its identifier there.

    CN-<USCC>    HK-<UBI or CR number>    MO-<Macau registration>

The registries do not share one number, so a party known in two of them has two keys. A Hong Kong identifier
of eight digits is a UBI, any other a CR number: plain CR numbers have at most seven digits.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from baygate.contract.identifiers import cr_number, macau_registration, ubi, uscc
from baygate.contract.identifiers.errors import IdentifierError, quoted
from baygate.contract.identifiers.shape import WHITESPACE

_UBI_LENGTH = 8


def parse(text: str) -> str:
    """Return a party's key in upper case, with its inner identifier in that one's canonical form.

    Raises ``IdentifierError`` for another prefix or an invalid inner identifier. Source: the hub's
    contract.
    """
    candidate = text.strip(WHITESPACE)
    prefix, hyphen, inner = candidate.partition("-")
    make = _BY_PREFIX.get(prefix.upper()) if prefix.isascii() else None
    if make is None or not hyphen:
        raise IdentifierError(f"party id: expected CN-, HK- or MO- and the identifier there, got {quoted(candidate)}")
    if inner[:1] in WHITESPACE:
        raise IdentifierError(f"party id: character 4 must begin the identifier, got {quoted(candidate)}")
    return make(inner)


def of_mainland(code: str) -> str:
    """Return the key of the party with this USCC. Raises ``IdentifierError`` as ``uscc.parse`` does."""
    return "CN-" + uscc.parse(code)


def of_hong_kong(ubi_or_cr: str) -> str:
    """Return the key of the party with this UBI (eight digits) or CR number (any other).

    Raises ``IdentifierError`` as ``ubi.parse`` and ``cr_number.parse`` do.
    """
    candidate = ubi_or_cr.strip(WHITESPACE)
    is_ubi = len(candidate) == _UBI_LENGTH and candidate[0] not in "CFcf"
    return "HK-" + (ubi.parse(candidate) if is_ubi else cr_number.parse(candidate))


def of_macau(registration: str) -> str:
    """Return the key of the party with this Macau registration.

    Raises ``IdentifierError`` as ``macau_registration.parse`` does.
    """
    return "MO-" + macau_registration.parse(registration)


_BY_PREFIX: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"CN": of_mainland, "HK": of_hong_kong, "MO": of_macau}
)
