"""What is known of revocations: CRLs and OCSP responses, read strictly, and the newest of each kept.

1. A CRL counts if the authority that it is the CRL of has signed it itself, and if it says when the next one is due
   (RFC 5280, section 5.1.2.5). Whoever sits on the way to the authority's server can so keep news back, until what is
   held has become too old, and can never bring false ones.
2. A CRL never replaces a newer one (``thisUpdate``, then the CRL number).
3. An OCSP response (RFC 6960) counts if it answers about just that certificate, and if its issuer has signed it, or
   somebody to whom the issuer gave a certificate for that (section 4.2.2.2); whether that certificate is good, is seen
   when a path is validated with it. It never replaces a newer one.
"""

import datetime
import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import ocsp

from baygate.access.certificate import UNREADABLE
from baygate.recognition.signatures import SM2_WITH_SM3, Signatures

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest CRL that is taken."""
LARGEST_RESPONSE = 64 * 1024
_MOST_SIGNERS = 8
"""Certificates that may come with an OCSP response: its signer's, and perhaps those of authorities."""


class BadRevocationData(Exception):
    """What an authority's server gave is not taken; the message says why."""


@dataclass(frozen=True)
class Crl:
    """A CRL of one authority. ``base`` is the number of the complete one that a delta CRL builds on."""

    der: bytes = field(repr=False)
    authority: str
    """The fingerprint of the authority that signed it."""
    scope: bytes
    """Of which certificates it tells, if not of all: its issuing distribution point (RFC 5280, section 5.2.5)."""
    number: int
    base: int | None
    this_update: datetime.datetime
    next_update: datetime.datetime

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def lists(self, serial: int) -> x509.RevokedCertificate | None:
        """Return what it says of a certificate of its authority; None if that is nothing."""
        return self._parsed.get_revoked_certificate_by_serial_number(serial)

    @cached_property
    def _parsed(self) -> x509.CertificateRevocationList:
        return x509.load_der_x509_crl(self.der)

    @property
    def complete(self) -> bool:
        """Whether it is no delta CRL."""
        return self.base is None


@dataclass(frozen=True)
class Response:
    """An OCSP response about one certificate, whose fingerprint is ``certificate``."""

    der: bytes = field(repr=False)
    certificate: str
    good: bool
    """Whether it says that the certificate is good: neither that it was revoked, nor that it is not known."""
    this_update: datetime.datetime
    next_update: datetime.datetime | None

    @property
    def digest(self) -> str:
        """SHA-256 of the DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()


def read_crl(der: bytes, authority: bytes) -> Crl:
    """Read a CRL of an authority, whose certificate is given in DER; raise BadRevocationData."""
    if len(der) > LARGEST:
        raise BadRevocationData(f"the CRL has {len(der)} bytes; {LARGEST} is the most")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            parsed, issuing = x509.load_der_x509_crl(der), x509.load_der_x509_certificate(authority)
            point = _extension(parsed, x509.IssuingDistributionPoint)
            number, base = _extension(parsed, x509.CRLNumber), _extension(parsed, x509.DeltaCRLIndicator)
            begins, ends = parsed.last_update_utc, parsed.next_update_utc
            if parsed.issuer != issuing.subject:
                raise BadRevocationData("it is another authority's CRL")
            _check_may_sign(issuing)
            _check_understood(parsed)
            structure = asn1_crl.CertificateList.load(der, strict=True)
            _check_signed(structure, "tbs_cert_list", asn1_x509.Certificate.load(authority))
    except UNREADABLE as error:
        raise BadRevocationData(f"it is no CRL in DER that RFC 5280 allows: {error}") from error
    except InvalidSignature as error:
        raise BadRevocationData("the authority has not signed the CRL") from error
    if ends is None:
        raise BadRevocationData("the CRL does not say when the next one is due")
    return Crl(
        der,
        hashlib.sha256(authority).hexdigest(),
        point.public_bytes() if point else b"",
        number.crl_number if number else 0,
        base.crl_number if base else None,
        begins,
        ends,
    )


def crl_der(body: bytes) -> bytes:
    """Return a CRL in DER, if it is in PEM as some authorities publish it; raise ValueError."""
    if not body.lstrip().startswith(b"-----BEGIN X509 CRL-----"):
        return body
    return x509.load_pem_x509_crl(body).public_bytes(Encoding.DER)


def read_response(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Response:
    """Read an OCSP response about a certificate of an issuer; raise BadRevocationData."""
    if len(der) > LARGEST_RESPONSE:
        raise BadRevocationData(f"the OCSP response has {len(der)} bytes; {LARGEST_RESPONSE} is the most")
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise BadRevocationData(f"the responder says {response.response_status.name}")
        algorithm = response.hash_algorithm
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm).build()
        known_by = response.serial_number, response.issuer_key_hash, response.issuer_name_hash
        good = response.certificate_status is ocsp.OCSPCertStatus.GOOD
        begins, ends = response.this_update_utc, response.next_update_utc
        _check_answered(der, issuer.public_bytes(Encoding.DER))
    except UNREADABLE as error:
        raise BadRevocationData(f"it is no OCSP response about one certificate: {error}") from error
    except InvalidSignature as error:
        raise BadRevocationData("no responder of the certificate's issuer has signed the OCSP response") from error
    if known_by != (asked.serial_number, asked.issuer_key_hash, asked.issuer_name_hash):
        raise BadRevocationData("the OCSP response is about another certificate")
    fingerprint = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return Response(der, fingerprint, good, begins, ends)


@dataclass(frozen=True)
class Known:
    """All that is known of revocations at one time; a new one is made for each change."""

    crls: Mapping[str, tuple[Crl, ...]] = field(default_factory=dict)
    """By authority: of each scope the newest complete CRL, and the newest delta CRL if it builds on that one."""
    responses: Mapping[str, Response] = field(default_factory=dict)
    """By certificate, the newest."""

    def with_crls(self, found: Iterable[Crl]) -> "Known":
        """Return this with CRLs, each of which counts if it is newer than what is held; itself if none is."""
        crls = dict(self.crls)
        for each in sorted(found, key=lambda each: (each.this_update, each.number)):
            held = crls.get(each.authority, ())
            others = tuple(other for other in held if other.scope != each.scope)
            crls[each.authority] = *others, *_newest([other for other in held if other.scope == each.scope], each)
        return self if crls == self.crls else replace(self, crls=crls)

    def with_response(self, response: Response) -> "Known":
        """Return this with an OCSP response; itself if it is not newer than what is held."""
        held = self.responses.get(response.certificate)
        if held is not None and response.this_update <= held.this_update:
            return self
        return replace(self, responses={**self.responses, response.certificate: response})


def _newest(held: Sequence[Crl], found: Crl) -> tuple[Crl, ...]:
    """Return the CRLs to hold of one authority and scope: a complete one and perhaps a delta that fits it."""
    every = sorted((*held, found), key=lambda each: (each.this_update, each.number), reverse=True)
    complete = next((each for each in every if each.complete), None)
    delta = next((each for each in every if each.base is not None and _fits(each.base, complete, each.number)), None)
    return tuple(each for each in (complete, delta) if each is not None)


def _fits(base: int, complete: Crl | None, number: int) -> bool:
    """Return whether a delta CRL tells what was revoked after a complete one (RFC 5280, section 5.2.4)."""
    return complete is None or base <= complete.number < number


def _check_may_sign(authority: x509.Certificate) -> None:
    """Raise BadRevocationData unless an authority's key may sign CRLs (RFC 5280, section 6.3.3, step f)."""
    usage = _extension(authority, x509.KeyUsage)
    if usage is not None and not usage.crl_sign:
        raise BadRevocationData("the authority's key may not sign CRLs")


def _check_understood(crl: x509.CertificateRevocationList) -> None:
    """Raise BadRevocationData if a CRL says something critical that is not understood here (section 5.2)."""
    understood = {x509.IssuingDistributionPoint.oid, x509.DeltaCRLIndicator.oid}
    if any(each.critical and each.oid not in understood for each in crl.extensions):
        raise BadRevocationData("the CRL has a critical extension that is not understood")


def _check_signed(structure: Any, signed: str, signer: asn1_x509.Certificate, signature: str = "signature") -> None:
    """Raise InvalidSignature unless a signer's key has signed a part of a structure, in whole octets."""
    if structure[signature].contents[:1] != b"\0":  # how many bits are unused; nobody verifies that
        raise InvalidSignature
    key, algorithm = signer["tbs_certificate"]["subject_public_key_info"], structure["signature_algorithm"]
    Signatures().validate_signature(structure[signature].native, structure[signed].dump(), key, algorithm)


def _check_answered(der: bytes, issuer: bytes) -> None:
    """Raise InvalidSignature unless an OCSP response is an issuer's."""
    answer = asn1_ocsp.OCSPResponse.load(der, strict=True)["response_bytes"]["response"].parsed
    authority = asn1_x509.Certificate.load(issuer)
    if len(answer["certs"] or ()) > _MOST_SIGNERS:
        raise ValueError(f"more than {_MOST_SIGNERS} certificates come with it")
    for each in (authority, *_delegated(answer, authority)):
        try:
            _check_signed(answer, "tbs_response_data", each)
        except InvalidSignature:
            continue
        return
    raise InvalidSignature


def _delegated(answer: Any, authority: asn1_x509.Certificate) -> Iterator[asn1_x509.Certificate]:
    """Yield the certificates in an OCSP response that its issuer gave for signing it."""
    for each in answer["certs"] or ():
        usage = each.extended_key_usage_value
        if each["signature_algorithm"]["algorithm"].dotted == SM2_WITH_SM3:
            continue  # the path validator could not verify it: SM2 authorities have to answer themselves
        if each.issuer == authority.subject and usage is not None and "ocsp_signing" in usage.native:
            try:
                _check_signed(each, "tbs_certificate", authority, "signature_value")
            except InvalidSignature:
                continue
            yield each


Extension = TypeVar("Extension", bound=x509.ExtensionType)


def _extension(parsed: x509.CertificateRevocationList | x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
