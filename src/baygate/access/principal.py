"""The principal: who asks, for whom, for what purpose, on what basis."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recognised:
    """Who a certificate was recognised as: the party, by which entry of which trust list, until when at most."""

    party: str
    jurisdiction: str
    assurance: int
    entry: str
    list_sequence: int
    certificate: str
    """SHA-256 of the certificate's DER, hexadecimal."""
    good_until: datetime.datetime


@dataclass(frozen=True)
class Principal:
    """A caller as the hub believes him, with every attribute that a policy can name.

    ``attributes`` are those of the subject that row conditions compare with records (``region``, ``party``...); they
    are bound as variables and do not split plans. ``person`` is who sat before the client, if somebody did.
    """

    client: str
    person: str | None
    agency: str
    party: str | None
    jurisdiction: str
    roles: frozenset[str]
    scopes: frozenset[str]
    purpose: str
    legal_basis: str | None
    case_no: str | None
    assurance: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    recognition: Recognised | None = None
