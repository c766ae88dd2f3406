"""A root, an issuing CA and what it issued, and a trust list with an entry for it: what judgements are tried with."""

import base64
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from baygate.access.documents.trust import TakenList
from baygate.access.documents.trust_list import (
    Entry,
    ListedAuthority,
    PartyNumber,
    PolicyArc,
    Proof,
    RevocationRule,
    Scheme,
    TrustList,
    TypeName,
)
from baygate.recognition.certificate import Certificate, from_der
from baygate.recognition.entry import Condition
from baygate.recognition.judgement import Judgement, Recognition, judge
from baygate.recognition.revocation import Crl, Known, Response, read_crl, read_response
from baygate.sample.authority import Authority, Issued, Subject, Terms, Validity
from baygate.sample.openssl import P256, Algorithm

SECOND, HOUR, DAY = (datetime.timedelta(seconds=each) for each in (1, 3_600, 86_400))
AT = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
"""When certificates are judged, unless a test says otherwise."""
VALID = Validity(AT - 300 * DAY, AT + 300 * DAY)
LISTED, NEXT = AT - HOUR, AT + DAY
"""When CRLs and OCSP responses are of, and when there will be others."""
REVOKED = AT - 10 * DAY

ARC = "2.16.344.8.2.2008.810.2.1.1"
POLICY = f"{ARC}.2026.1.1"
TYPE_NAME = "Example e-Cert (Organisational)"
PARTY = "HK-30000012"
RESPONDER = "http://ocsp.example/"
ANY_POLICY = "2.5.29.32.0"
_NUMBERS = count(1)
LEAF = Terms(validity=VALID, policies=(POLICY,), ocsp=RESPONDER)
CA = Terms(validity=VALID, policies=(ANY_POLICY,))
"""What certificates of holders and of authorities say."""


def named(name: str) -> Subject:
    return (("C", "HK"), ("O", "Example"), ("CN", name))


def holder(type_name: str = TYPE_NAME, *numbers: str) -> Subject:
    """A subject of the type that the entry names, and of the party that the tests expect."""
    units = [("OU", each) for each in numbers or ("BRN30000012",)]
    return (("C", "HK"), ("O", type_name), *units, ("CN", "Example Limited"))


@dataclass(frozen=True)
class Chain:
    """A root, an issuing CA, and one certificate."""

    root: Authority
    issuing: Authority
    leaf: Issued

    @classmethod
    def made(cls, directory: Path, algorithm: Algorithm = P256, validity: Validity = VALID) -> "Chain":
        """Make one, all of whose keys are of a kind."""
        root = Authority.root(directory, "root", named("root"), algorithm, Terms(validity=validity))
        issuing = root.issue_ca("issuing", named("issuing"), terms=replace(CA, validity=validity))
        return cls(root, issuing, issuing.issue("leaf", holder(), terms=replace(LEAF, validity=validity)))

    def issue(self, subject: Subject | None = None, **terms: Any) -> Certificate:
        """Issue a certificate that is like the first one but for what is said."""
        return from_der(self.issue_files(subject, **terms).der)

    def issue_files(self, subject: Subject | None = None, **terms: Any) -> Issued:
        """The same, as files: what can be revoked."""
        return self.issuing.issue(f"issued-{next(_NUMBERS)}", subject or holder(), terms=replace(LEAF, **terms))

    @property
    def certificate(self) -> Certificate:
        return from_der(self.leaf.der)

    @property
    def authorities(self) -> tuple[bytes, bytes]:
        return self.root.identity.der, self.issuing.identity.der

    def entry(self, **changes: Any) -> Entry:
        """An entry that recognises what ``issue`` issues, by CRLs no older than two days, but for the changes."""
        made = Entry(
            id="organisational",
            name="Example e-Cert",
            validFrom=AT - 100 * DAY,
            root=fingerprint(self.root.identity.der),
            issuing=fingerprint(self.issuing.identity.der),
            typeName=TypeName(attribute="O", value=TYPE_NAME),
            policy=PolicyArc(arc=ARC),
            party=PartyNumber(attribute="OU", prefix="BRN"),
            assurance=3,
            revocation=RevocationRule(by=Proof.CRL, freshness=2 * 86_400),
        )
        return made.model_copy(update=changes)

    def crls(self, this_update: datetime.datetime = LISTED, next_update: datetime.datetime = NEXT) -> tuple[Crl, Crl]:
        """The complete CRLs of both, as of now."""
        root, issuing = (crl(each, this_update, next_update) for each in (self.root, self.issuing))
        return root, issuing


@dataclass(frozen=True)
class World:
    """A chain with its list and its CRLs: what ``judged`` judges by, each part of which a test can change."""

    chain: Chain
    entries: tuple[Entry, ...]
    authorities: tuple[bytes, ...]
    known: Known
    listed: dict[str, Any] = field(default_factory=dict)
    at: datetime.datetime = AT

    @classmethod
    def of(cls, chain: Chain) -> "World":
        return cls(chain, (chain.entry(),), chain.authorities, Known().with_crls(chain.crls()))

    def by(self, proof: Proof, freshness: int = 2 * 86_400) -> "World":
        """The same, where the entry asks for another proof."""
        changed = {"revocation": RevocationRule(by=proof, freshness=freshness)}
        return replace(self, entries=tuple(each.model_copy(update=changed) for each in self.entries))

    def entry(self, **changes: Any) -> "World":
        return replace(self, entries=(self.entries[0].model_copy(update=changes),))

    def knowing(self, *crls: Crl, responses: tuple[Response, ...] = ()) -> "World":
        """The same, where nothing but this is known of revocations."""
        return replace(self, known=Known().with_crls(crls)).answered(*responses)

    def answered(self, *responses: Response) -> "World":
        """The same, where responders have answered, too."""
        known = self.known
        for each in responses:
            known = known.with_response(each)
        return replace(self, known=known)

    def said(self, *status: ocsp.OCSPCertStatus, certificate: Certificate | None = None, **said: Any) -> "World":
        """The same, where a responder has said something of the chain's certificate, or another one."""
        about = certificate or self.chain.certificate
        return self.answered(response(self.chain.issuing.identity, about, *status, **said))

    @property
    def taken(self) -> TakenList:
        return listed(self.entries, self.authorities, **self.listed)

    def judged(self, certificate: Certificate | None = None) -> Judgement:
        return judge(certificate or self.chain.certificate, [self.taken], self.known, self.at)


def recognised(judgement: Judgement) -> Recognition:
    assert judgement.refusal is None
    assert judgement.recognition is not None
    assert judgement.recognition.at <= judgement.recognition.good_until
    return judgement.recognition


def refused(judgement: Judgement, condition: Condition, told: str = "") -> Judgement:
    """A refusal by this condition, and no other."""
    assert judgement.recognition is None
    assert [each.condition for each in judgement.findings if not each.holds] == [condition]
    assert judgement.refusal is not None
    assert told in judgement.refusal.told
    return judgement


def fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def listed(
    entries: tuple[Entry, ...],
    authorities: tuple[bytes, ...],
    good_until: datetime.datetime = AT + 400 * DAY,
    responders: tuple[str, ...] = (RESPONDER,),
    digest: str = "sha256:" + "0" * 64,
    **changes: Any,
) -> TakenList:
    """A trust list as if its signatures had been verified."""
    document = TrustList(
        spec=1,
        kind="trust-list",
        scheme=Scheme.CONFIGURED,
        sequence=1,
        prev=None,
        authorities=tuple(
            ListedAuthority(certificate=base64.b64encode(each).decode(), responders=responders) for each in authorities
        ),
        entries=entries,
        **({"jurisdiction": "HK", "issuedAt": AT - 50 * DAY, "nextUpdate": AT + 50 * DAY} | changes),
    )
    return TakenList(digest, b"", good_until, document)


def crl(
    authority: Authority,
    this_update: datetime.datetime = LISTED,
    next_update: datetime.datetime = NEXT,
    *,
    delta: bool = False,
) -> Crl:
    return read_crl(authority.crl(this_update, next_update, delta=delta), authority.identity.der)


def listing(
    signer: Issued,
    number: int,
    entries: Mapping[int, x509.ReasonFlags] = MappingProxyType({}),
    base: int | None = None,
    *extensions: x509.ExtensionType,
    this_update: datetime.datetime = LISTED,
    next_update: datetime.datetime = NEXT,
) -> Crl:
    """A CRL, or a delta CRL if it has a base, that lists serial numbers: of any number and any contents."""
    builder = x509.CertificateRevocationListBuilder(signer.x509.subject, this_update, next_update)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    for each in extensions:
        builder = builder.add_extension(each, critical=isinstance(each, x509.IssuingDistributionPoint))
    for serial, reason in entries.items():
        revoked = x509.RevokedCertificateBuilder(serial, REVOKED).add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(revoked.build())
    der = builder.sign(key_of(signer), hashes.SHA256()).public_bytes(Encoding.DER)
    return read_crl(der, signer.der)


def key_of(issued: Issued) -> EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


GOOD, BAD, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


def answer(
    issuing: Issued,
    certificate: Certificate,
    status: ocsp.OCSPCertStatus = GOOD,
    this_update: datetime.datetime = LISTED,
    next_update: datetime.datetime | None = NEXT,
    responder: Issued | None = None,
) -> bytes:
    """What a responder says of a certificate at any time: the issuing CA itself, or whoever is given."""
    signer = responder or issuing
    builder = ocsp.OCSPResponseBuilder().add_response(
        certificate.parsed,
        issuing.x509,
        hashes.SHA1(),
        status,
        this_update,
        next_update,
        REVOKED if status is BAD else None,
        x509.ReasonFlags.key_compromise if status is BAD else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.x509).certificates([signer.x509])
    return builder.sign(key_of(signer), hashes.SHA256()).public_bytes(Encoding.DER)


def response(issuing: Issued, certificate: Certificate, *args: Any, **said: Any) -> Response:
    return read_response(answer(issuing, certificate, *args, **said), certificate.parsed, issuing.x509)
