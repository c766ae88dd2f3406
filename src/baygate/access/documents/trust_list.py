"""A trust list: which certificates of one jurisdiction are recognised, under which conditions, and from when to when.

One list a jurisdiction, signed by those whom the root document names for it. Guangdong and Hong Kong recognise each
other's certificates so (Yuefu [2012] No. 82; certificate policy for mutual recognition, version 1.1 of 2018): by lists
of certificate types, not by cross-certification. A relying party checks **all** conditions of an entry.

What was valid when is never rewritten: an entry, once published, stays in every later list with the same conditions;
all that can change is when it ends.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from baygate.access.certificate import read_certificate
from baygate.access.documents.model import Closed, Code, Digest, Moment, RuleId, ScopeName, Spec, Text
from baygate.access.documents.policy import Jurisdiction

Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a certificate's DER, hexadecimal."""
Oid = Annotated[str, StringConstraints(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,9})){1,40}$", max_length=256)]
_LARGEST_CERTIFICATE = 16_384


class Scheme(StrEnum):
    """Where a list comes from: published by the two sides, or configured by the hub's operator until there is one."""

    PUBLISHED = "PUBLISHED"
    CONFIGURED = "CONFIGURED"


class Proof(StrEnum):
    """What must show that a certificate is not revoked: a list of its issuer, a responder's word, or either of them."""

    CRL = "CRL"
    OCSP = "OCSP"
    EITHER = "EITHER"


class TypeName(Closed):
    """The name of the certificate's type, as an attribute of its subject says it, in full."""

    attribute: Literal["CN", "O", "OU", "title", "description"]
    value: Text


class PolicyArc(Closed):
    """The certificate policy (RFC 5280, section 4.2.1.4): the OID without its nodes for version, year and release.

    It is compared node by node. ``strict`` demands that the whole path asserts one OID of the arc, by the policy tree.
    """

    arc: Oid
    strict: bool = False


class PartyNumber(Closed):
    """Where the subject says which party it is: an attribute, and what stands in it before the party's number."""

    attribute: Literal["CN", "O", "OU", "serialNumber", "organizationIdentifier", "UID"]
    prefix: Annotated[str, StringConstraints(max_length=40)] = ""
    length: Annotated[int, Field(ge=1, le=40)] | None = None
    """How many characters the number has, where one jurisdiction has numbers of several kinds."""


class RevocationRule(Closed):
    """How it is known that a certificate is good: from what, and how old that may be, in seconds."""

    by: Proof
    freshness: Annotated[int, Field(ge=60, le=30 * 366 * 86_400)]


class Admits(Closed):
    """What whoever holds such a certificate may ask for, without being registered."""

    scopes: Annotated[tuple[ScopeName, ...], Field(min_length=1)]
    purposes: Annotated[tuple[Code, ...], Field(min_length=1)]
    roles: tuple[Code, ...] = ()


class Entry(Closed):
    """A certificate type that is recognised; every condition must hold."""

    id: RuleId
    name: Text
    valid_from: Moment = Field(alias="validFrom")
    valid_until: Moment | None = Field(None, alias="validUntil")
    root: Fingerprint
    issuing: Fingerprint
    type_name: TypeName = Field(alias="typeName")
    policy: PolicyArc
    party: PartyNumber
    assurance: Annotated[int, Field(ge=1, le=4)]
    revocation: RevocationRule
    admits: Admits | None = None
    """None: only parties that are registered as clients come in."""
    basis: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("it ends before it begins")
        return self

    def same_conditions(self, other: "Entry") -> bool:
        """Return whether another differs in nothing but when it ends."""
        return self.model_copy(update={"valid_until": None}) == other.model_copy(update={"valid_until": None})


class ListedAuthority(Closed):
    """A root or an issuing CA: its certificate, and where it publishes what it has revoked."""

    certificate: Annotated[str, StringConstraints(max_length=_LARGEST_CERTIFICATE * 2)]
    crls: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Addresses of its CRLs, complete ones and deltas; the certificates' own are not followed."""
    responders: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Addresses of OCSP responders that may be asked, where a certificate names one of them."""

    @field_validator("certificate")
    @classmethod
    def _readable(cls, text: str) -> str:
        der = base64.b64decode(text, validate=True)
        if base64.b64encode(der).decode() != text:
            raise ValueError("its base64 is not canonical")
        read_certificate(der)
        return text

    @field_validator("crls", "responders")
    @classmethod
    def _addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for each in addresses:
            parts = urlsplit(each)
            if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s\x00-\x1f]", each):
                raise ValueError(f"{each} is no http or https address")
        return addresses

    @cached_property
    def der(self) -> bytes:
        """The certificate."""
        return base64.b64decode(self.certificate)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()


class TrustList(Closed):
    """The certificates of one jurisdiction that are recognised; ``sequence`` grows by one each time."""

    spec: Spec
    kind: Literal["trust-list"]
    jurisdiction: Jurisdiction
    scheme: Scheme
    title: Text | None = None
    sequence: Annotated[int, Field(ge=1, le=2**31 - 1)]
    prev: Digest | None
    issued_at: Moment = Field(alias="issuedAt")
    next_update: Moment = Field(alias="nextUpdate")
    authorities: Annotated[tuple[ListedAuthority, ...], Field(max_length=256)]
    entries: Annotated[tuple[Entry, ...], Field(max_length=512)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.prev is None) is not (self.sequence == 1):
            raise ValueError("prev is null in sequence 1, and the digest of the list before in all others")
        if self.issued_at >= self.next_update:
            raise ValueError("its next update is due before it is issued")
        if len(self.by_fingerprint) < len(self.authorities):
            raise ValueError("an authority stands twice")
        if len({each.id for each in self.entries}) < len(self.entries):
            raise ValueError("an entry stands twice")
        for entry in self.entries:
            if not {entry.root, entry.issuing} <= self.by_fingerprint.keys():
                raise ValueError(f"{entry.id}: its root or its issuing CA is none of the authorities")
        return self

    # the names by which every document's dates and version are known

    @property
    def version(self) -> int:
        """Its sequence."""
        return self.sequence

    @property
    def not_before(self) -> Moment:
        """When it was issued."""
        return self.issued_at

    @property
    def expires(self) -> Moment:
        """When the next one is due; from then on it recognises nothing."""
        return self.next_update

    @cached_property
    def by_fingerprint(self) -> Mapping[str, ListedAuthority]:
        """The authorities by their fingerprints."""
        return {each.fingerprint: each for each in self.authorities}

    @cached_property
    def by_id(self) -> Mapping[str, Entry]:
        """The entries by their names."""
        return {each.id: each for each in self.entries}
