"""A certificate as it is presented, read strictly before anything else looks at it.

Rules, each of which refuses:

1. It is one certificate, in DER, without a byte more (in PEM: one block, and nothing around it), of 16 KiB at most.
2. ``cryptography`` reads all of it: version 3 (RFC 5280, section 4.1.2.1), no extension twice (section 4.2), names and
   dates that are ones. Its serial number is positive, of 20 octets at most (section 4.1.2.2).
3. Its key is of a kind that signatures are verified with here: RSA of 2048 to 4096 bits, P-256, P-384, or SM2.
4. It has at most 100 other names of its subject, and at most 32 policies: more is no person's and no company's.
"""

import base64
import datetime
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from baygate.access.certificate import UNREADABLE, BadCertificate, read_certificate
from baygate.recognition import sm2

LARGEST = 16_384
"""Bytes of the largest certificate that is looked at."""
_MOST_NAMES, _MOST_POLICIES = 100, 32
_SMALLEST_RSA, _LARGEST_RSA = 2_048, 4_096
_LARGEST_EXPONENT = 2**32
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_ATTRIBUTES = {
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "title": NameOID.TITLE,
    "description": ObjectIdentifier("2.5.4.13"),
    "UID": NameOID.USER_ID,
}
"""The attributes of a subject that entries of trust lists name."""


@dataclass(frozen=True)
class Certificate:
    """A certificate that was read; nothing is known yet of who stands behind it."""

    der: bytes
    parsed: x509.Certificate = field(repr=False, compare=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def thumbprint(self) -> str:
        """The same as JOSE writes it (``x5t#S256``, RFC 7515, section 4.1.8)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).rstrip(b"=").decode()

    @property
    def subject(self) -> str:
        """Its subject, as RFC 4514 writes it."""
        return self.parsed.subject.rfc4514_string()

    @property
    def issuer(self) -> str:
        """Who issued it, as RFC 4514 writes it."""
        return self.parsed.issuer.rfc4514_string()

    @property
    def begins(self) -> datetime.datetime:
        """From when on it is valid."""
        return self.parsed.not_valid_before_utc

    @property
    def ends(self) -> datetime.datetime:
        """Until when it is valid; the moment itself is within (RFC 5280, section 4.1.2.5)."""
        return self.parsed.not_valid_after_utc

    @cached_property
    def spki(self) -> bytes:
        """Its SubjectPublicKeyInfo, in DER."""
        return _spki(self.der)

    def attribute(self, name: str) -> tuple[str, ...]:
        """Return the values of an attribute of the subject, by the short name that trust lists use."""
        return tuple(str(each.value) for each in self.parsed.subject.get_attributes_for_oid(_ATTRIBUTES[name]))

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The OIDs of its certificate policies (RFC 5280, section 4.2.1.4)."""
        found = _extension(self.parsed, x509.CertificatePolicies)
        return tuple(each.policy_identifier.dotted_string for each in found or ())

    @cached_property
    def responders(self) -> tuple[str, ...]:
        """The addresses of OCSP responders that it names (RFC 5280, section 4.2.2.1)."""
        found = _extension(self.parsed, x509.AuthorityInformationAccess)
        return tuple(
            each.access_location.value
            for each in found or ()
            if each.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(each.access_location, x509.UniformResourceIdentifier)
        )

    @cached_property
    def for_clients(self) -> bool:
        """Whether its key may sign, and prove a client (RFC 5280, sections 4.2.1.3 and 4.2.1.12), and it is no CA's."""
        constraints = _extension(self.parsed, x509.BasicConstraints)
        usage = _extension(self.parsed, x509.KeyUsage)
        extended = _extension(self.parsed, x509.ExtendedKeyUsage)
        clients = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
        return (
            not (constraints and constraints.ca)
            and (usage is None or usage.digital_signature)
            and (extended is None or bool(clients & set(extended)))
        )


@lru_cache(maxsize=512)
def from_der(der: bytes) -> Certificate:
    """Read a certificate; raise BadCertificate. One that was read before is not read again."""
    if len(der) > LARGEST:
        raise BadCertificate(f"it has {len(der)} bytes; {LARGEST} is the most")
    try:
        with warnings.catch_warnings():
            # of a serial number that is not positive, which is refused below
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            parsed = read_certificate(der)
            wrong = next(_wrong(der, parsed), None)
    except UNREADABLE as error:
        raise BadCertificate(f"it is no certificate in DER that RFC 5280 allows: {error}") from error
    if wrong is None and parsed.public_bytes(Encoding.DER) != der:
        wrong = "it is not in DER"
    if wrong is not None:
        raise BadCertificate(wrong)
    return Certificate(der, parsed)


def from_pem(pem: bytes) -> Certificate:
    """Read one certificate in PEM (RFC 7468), with nothing around it; raise BadCertificate."""
    if len(pem) > 2 * LARGEST:
        raise BadCertificate(f"it has {len(pem)} bytes; {2 * LARGEST} is the most")
    text = pem.strip()
    body = text.removeprefix(_BEGIN).removesuffix(_END)
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
    except ValueError:
        der = b""
    if not der or len(body) != len(text) - len(_BEGIN) - len(_END):
        raise BadCertificate("it is not one certificate in PEM, with nothing around it")
    return from_der(der)


def _wrong(der: bytes, parsed: x509.Certificate) -> Iterator[str]:
    """Yield what is wrong with one that can be read."""
    if parsed.version is not x509.Version.v3:
        yield "it is not of version 3"
    if not 0 < parsed.serial_number < 2**160:
        yield "its serial number is not positive, or has more than 20 octets"
    structure = asn1.Certificate.load(der)
    if structure["tbs_certificate"]["signature"].dump() != structure["signature_algorithm"].dump():
        yield "it says in two places what it is signed with, and not the same"
    names = _extension(parsed, x509.SubjectAlternativeName)
    if names is not None and len(list(names)) > _MOST_NAMES:
        yield f"it has more than {_MOST_NAMES} names of its subject"
    policies = _extension(parsed, x509.CertificatePolicies)
    if policies is not None and len(list(policies)) > _MOST_POLICIES:
        yield f"it has more than {_MOST_POLICIES} policies"
    yield from _weak(der, parsed)


def _weak(der: bytes, parsed: x509.Certificate) -> Iterator[str]:
    if sm2.is_sm2(_spki(der)):
        return
    match key := parsed.public_key():
        case rsa.RSAPublicKey():
            if not _SMALLEST_RSA <= key.key_size <= _LARGEST_RSA:
                yield f"its RSA key has {key.key_size} bits; {_SMALLEST_RSA} to {_LARGEST_RSA} are taken"
            if key.public_numbers().e >= _LARGEST_EXPONENT:
                yield "its RSA key has a public exponent of more than 32 bits, with which to verify takes long"
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            pass
        case _:
            yield "its key is none of RSA, P-256, P-384 and SM2"


def _spki(der: bytes) -> bytes:
    # cryptography gives a key only of a curve that it knows
    structure = asn1.Certificate.load(der)["tbs_certificate"]["subject_public_key_info"]
    return bytes(structure.dump())


Extension = TypeVar("Extension", bound=x509.ExtensionType)


def _extension(parsed: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
