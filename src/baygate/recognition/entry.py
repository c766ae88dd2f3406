"""The conditions of a trust list's entry that a certificate fulfils by itself, or not: all but path and revocation."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from baygate.access.documents.trust_list import Entry, PartyNumber
from baygate.contract.identifiers import IdentifierError, party_id
from baygate.recognition.certificate import Certificate

_UNNAMED_NODES = 3
"""A policy's OID ends in nodes for version, year and release, which relying parties do not compare."""
_SIDES = {"CN-GD": "CN", "HK": "HK", "MO": "MO"}


class Condition(StrEnum):
    """What has to hold for a certificate to be recognised, in the order in which it is looked at."""

    CERTIFICATE = "certificate"
    USAGE = "usage"
    ISSUER = "issuing CA"
    WINDOW = "validity of the entry"
    TYPE_NAME = "type name"
    POLICY = "policy"
    PARTY = "party"
    PATH = "path"
    REVOCATION = "revocation"


@dataclass(frozen=True)
class Finding:
    """One condition, whether it holds, and in words what was found."""

    condition: Condition
    holds: bool
    told: str


def findings(entry: Entry, certificate: Certificate, jurisdiction: str, at: datetime.datetime) -> Iterator[Finding]:
    """Yield how each of an entry's conditions on the certificate itself comes out ``at`` a moment."""
    yield Finding(Condition.WINDOW, within(entry, at), _window(entry))
    names = certificate.attribute(entry.type_name.attribute)
    yield Finding(
        Condition.TYPE_NAME,
        entry.type_name.value in names,
        f"{entry.type_name.attribute} is {_listed(names)}; {entry.type_name.value!r} is asked for",
    )
    arc = entry.policy.arc
    yield Finding(
        Condition.POLICY,
        bool(policies_of(arc, certificate)),
        f"its policies are {_listed(certificate.policies)}; one below {arc} is asked for",
    )
    try:
        party = party_of(entry.party, certificate, jurisdiction)
    except NoParty as error:
        yield Finding(Condition.PARTY, False, str(error))  # noqa: FBT003 - what the field is called says it
    else:
        yield Finding(Condition.PARTY, True, f"it is {party}")  # noqa: FBT003


def within(entry: Entry, at: datetime.datetime) -> bool:
    """Return whether an entry is valid at a moment."""
    return entry.valid_from <= at and (entry.valid_until is None or at < entry.valid_until)


def policies_of(arc: str, certificate: Certificate) -> tuple[str, ...]:
    """Return the certificate's policies below an arc, compared node by node: 1.2.20 is not below 1.2.2."""
    above = arc.split(".")
    return tuple(
        each
        for each in certificate.policies
        if (nodes := each.split("."))[: len(above)] == above and len(nodes) <= len(above) + _UNNAMED_NODES
    )


class NoParty(Exception):
    """The subject does not say which party it is; the message says how it should."""


def party_of(number: PartyNumber, certificate: Certificate, jurisdiction: str) -> str:
    """Return the key of the party that the subject names; raise NoParty."""
    values = certificate.attribute(number.attribute)
    found = [each for each in values if each.startswith(number.prefix)] if number.prefix else list(values)
    if len(found) != 1:
        raise NoParty(
            f"{number.attribute} is {_listed(values)}; just one that begins with {number.prefix!r} is asked for"
        )
    try:
        return party_id.parse(f"{_SIDES[jurisdiction]}-{found[0].removeprefix(number.prefix)}")
    except IdentifierError as error:
        raise NoParty(f"{number.attribute} {found[0]!r}: {error}") from error


def _window(entry: Entry) -> str:
    until = f"until {entry.valid_until:%Y-%m-%d %H:%M:%S} UTC" if entry.valid_until else "until further notice"
    return f"valid from {entry.valid_from:%Y-%m-%d %H:%M:%S} UTC {until}"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values)) or "not there"
