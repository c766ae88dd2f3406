"""A certificate that anybody may have written, read whole: ``cryptography`` reads most of one only when it is asked.

Of a signature no bit is unused. Verifiers look at its octets alone, so a certificate could otherwise be written in
several ways, and one that was revoked by its thumbprint come under another (``documents.chain`` knows the other way).
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What ``cryptography`` raises at what is no certificate, CRL or OCSP response, or none that it knows."""


class BadCertificate(ValueError):
    """It is no certificate, or none that is looked at further; the message says why."""


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a certificate in DER (RFC 5280, section 4.1), to its last part; raise BadCertificate."""
    try:
        return _whole(x509.load_der_x509_certificate(der))
    except BadCertificate:
        raise
    except Exception as error:  # of many types, not all of which are documented
        raise BadCertificate(f"it cannot be read: {error}") from error


def read_certificates(pem: bytes) -> list[x509.Certificate]:
    """Read all certificates of a text in PEM (RFC 7468), one at least; raise BadCertificate."""
    try:
        return [_whole(each) for each in x509.load_pem_x509_certificates(pem)]
    except BadCertificate:
        raise
    except Exception as error:  # of many types, not all of which are documented
        raise BadCertificate(f"it cannot be read: {error}") from error


def _whole(certificate: x509.Certificate) -> x509.Certificate:
    _ = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string(), certificate.extensions
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not certificate.public_bytes(Encoding.DER).endswith(b"\0" + certificate.signature):
        raise BadCertificate("its signature has unused bits")
    return certificate
