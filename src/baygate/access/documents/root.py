"""The root document: which agencies exist, who signs for them, what is theirs, which purposes and scopes there are.

The coordinating bodies sign it, m of n. A new root needs the threshold of the old one and of its own. It also names who
signs the trust list of each jurisdiction, and with which keys the audit log is signed; where it names nobody, nobody
can.
"""

import base64
import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from cryptography import x509
from pydantic import Field, StringConstraints, field_validator, model_validator

from baygate.access.certificate import read_certificate
from baygate.access.documents.model import AgencyName, Closed, Code, Digest, Moment, Name, ScopeName, Spec, Text
from baygate.access.documents.policy import EVERY, Jurisdiction
from baygate.access.jose import BadKey, PublicKey, public_key

Thumbprint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class AllowedSigner(Closed):
    """Who may sign: whoever holds a certificate of this subject by an anchor, or this one certificate."""

    subject: Text | None = None
    thumbprint: Thumbprint | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.subject is None) is (self.thumbprint is None):
            raise ValueError("name a subject (RFC 4514) or a thumbprint (x5t#S256)")
        return self


class Signers(Closed):
    """Who may sign a kind of document, and how many of them it takes."""

    threshold: Annotated[int, Field(ge=1)]
    signers: Annotated[tuple[AllowedSigner, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.threshold > len(self.signers):
            raise ValueError("the threshold is higher than there are signers")
        return self


class Coordinators(Signers):
    """The bodies that sign roots."""


class ListSigners(Signers):
    """The bodies that sign the trust list of one jurisdiction."""

    jurisdiction: Jurisdiction


LogUse = Literal["heads", "receipts"]
"""What a key of the audit log signs: the heads of its tree, or receipts for its records."""
_Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
"""32 bytes in base64url without spare bits, or the key would have two names."""


class LogJwk(Closed):
    """The public half of a P-256 key (RFC 7518, section 6.2.1). A private member refuses it, as any other would."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: _Coordinate
    y: _Coordinate


class LogKey(Closed):
    """A key that the audit log is signed with, and when what it signs counts: both moments included, as in X.509."""

    use: LogUse
    jwk: LogJwk
    not_before: Moment | None = Field(None, alias="notBefore")
    not_after: Moment | None = Field(None, alias="notAfter")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("the key ends before it begins")
        try:
            _ = self.public
        except BadKey as error:
            raise ValueError(f"it is no key: {error}") from error
        return self

    @cached_property
    def public(self) -> PublicKey:
        """What its signatures are verified with."""
        return public_key(self.jwk.model_dump())

    @property
    def kid(self) -> str:
        """What signatures call it: the thumbprint of the key (RFC 7638)."""
        return self.public.thumbprint

    def holds(self, at: datetime.datetime) -> bool:
        """Return whether what it signed at a moment counts."""
        begins, ends = self.not_before, self.not_after
        return (begins is None or begins <= at) and (ends is None or at <= ends)


PARTY = "party-"
"""What no agency's name begins with: so the hub calls the agency of a party that has none."""


class Agency(Closed):
    """An agency: who signs for it, whose rows it governs, and which fields of which types are its own."""

    id: AgencyName
    name: Text
    name_en: Text | None = Field(None, alias="nameEn")
    jurisdiction: Jurisdiction
    region: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,6}$")] | None = None
    signers: tuple[AllowedSigner, ...] = ()
    threshold: Annotated[int, Field(ge=1)] = 1
    providers: tuple[AgencyName, ...] = ()
    owns: dict[Name, tuple[Name | Literal["*"], ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.owns and self.threshold > len(self.signers):
            raise ValueError("the threshold is higher than there are signers")
        if self.id.startswith(PARTY):
            raise ValueError(f"no agency's name begins with {PARTY}")
        return self

    def owns_field(self, type_name: str, field_name: str) -> bool:
        """Return whether a field of a type is this agency's to grant, of the rows that it governs."""
        fields = self.owns.get(type_name, ())
        return EVERY in fields or field_name in fields


class RootDocument(Closed):
    """What all trust in policies begins with."""

    spec: Spec
    kind: Literal["root"]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    prev: Digest | None
    not_before: Moment = Field(alias="notBefore")
    expires: Moment
    coordinators: Coordinators
    anchors: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    revoked: tuple[Thumbprint, ...] = ()
    agencies: tuple[Agency, ...]
    purposes: tuple[Code, ...]
    scopes: tuple[ScopeName, ...]
    trust_lists: tuple[ListSigners, ...] = Field((), alias="trustLists")
    certified: tuple[LogKey, ...] = Field((), alias="logKeys", max_length=1_000)

    @field_validator("anchors")
    @classmethod
    def _certificates(cls, anchors: tuple[str, ...]) -> tuple[str, ...]:
        for each in anchors:
            read_certificate(base64.b64decode(each, validate=True))
        return anchors

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.prev is None) is not (self.version == 1):
            raise ValueError("prev is null in version 1, and the digest of the version before in all others")
        if self.not_before >= self.expires:
            raise ValueError("it expires before it begins")
        ids = [each.id for each in self.agencies]
        if len(set(ids)) < len(ids):
            raise ValueError("an agency stands twice")
        governed = [provider for each in self.agencies for provider in each.providers]
        if len(set(governed)) < len(governed):
            raise ValueError("the rows of one provider are governed by two agencies")
        if len(self.list_signers) < len(self.trust_lists):
            raise ValueError("a jurisdiction's trust list has two sets of signers")
        if len({each.kid for each in self.certified}) < len(self.certified):
            raise ValueError("a key of the audit log stands twice: each has one use and one validity")
        return self

    @cached_property
    def by_id(self) -> Mapping[str, Agency]:
        """The agencies by their names."""
        return {each.id: each for each in self.agencies}

    @cached_property
    def list_signers(self) -> Mapping[str, ListSigners]:
        """Who signs each jurisdiction's trust list."""
        return {each.jurisdiction: each for each in self.trust_lists}

    def log_keys(self, use: LogUse) -> Mapping[str, LogKey]:
        """Return the keys that sign the audit log's heads, or its receipts, by what signatures call them."""
        return {each.kid: each for each in self.certified if each.use == use}

    @cached_property
    def trust_anchors(self) -> tuple[x509.Certificate, ...]:
        """The authorities that signers' certificates lead to."""
        return tuple(x509.load_der_x509_certificate(base64.b64decode(each)) for each in self.anchors)
