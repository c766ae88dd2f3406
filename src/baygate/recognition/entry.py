"""The conditions of a trust list's entry that a certificate fulfils by itself, or not: all but path and revocation."""

import datetime
from collections.abc import Iterable, Iterator
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


def findings(
    entry: Entry, certificate: Certificate, jurisdiction: str, at: datetime.datetime, others: Iterable[str] = ()
) -> Iterator[Finding]:
    """Yield how each of an entry's conditions on the certificate itself comes out ``at`` a moment.

    ``others`` are the names of the CA's other types, in the same attribute: what says that it is of two is of none.
    """
    yield Finding(Condition.WINDOW, within(entry, at), _window(entry))
    attribute, value = entry.type_name.attribute, entry.type_name.value
    names = certificate.attribute(attribute)
    told = f"{attribute} is {_listed(names)}; {value!r} is asked for"
    yield Finding(Condition.TYPE_NAME, {value, *others} & set(names) == {value}, told)
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
    """Return the certificate's policies of an arc, compared node by node: the arc itself, or a release of it.

    So 1.2.20 is none of 1.2.2, nor is 1.2.2.7: that is another arc's, which somebody may list beside it.
    """
    above = arc.split(".")
    lengths = {len(above), len(above) + _UNNAMED_NODES}
    return tuple(
        each
        for each in certificate.policies
        if (nodes := each.split("."))[: len(above)] == above and len(nodes) in lengths
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
    text = found[0].removeprefix(number.prefix)
    if number.length is not None and len(text) != number.length:
        raise NoParty(f"{number.attribute} {found[0]!r} has no number of {number.length} characters")
    try:
        return party_id.parse(f"{_SIDES[jurisdiction]}-{text}")
    except IdentifierError as error:
        raise NoParty(f"{number.attribute} {found[0]!r}: {error}") from error


def _window(entry: Entry) -> str:
    until = f"until {entry.valid_until:%Y-%m-%d %H:%M:%S} UTC" if entry.valid_until else "until further notice"
    return f"valid from {entry.valid_from:%Y-%m-%d %H:%M:%S} UTC {until}"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values)) or "not there"
