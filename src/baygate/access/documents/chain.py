"""Whether a certificate's path leads to an authority (RFC 5280, section 6), and by which names it can be revoked."""

import datetime
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import SubjectAlternativeName, verification

from baygate.access.jose import digest_of

_ORDERS = (
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    0x1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
)  # fmt: skip
"""The orders of P-256, P-384 and P-521 (FIPS 186-5; SP 800-186, section 3.2.1)."""


def path(
    certificate: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime.datetime,
) -> tuple[x509.Certificate, ...]:
    """Return a path of certificates, each valid ``at`` that moment, up to one of the anchors; none if there is none."""
    policies = verification.ExtensionPolicy
    # its subject says whose it is: other names it may have or not, unlike a server's
    optional = SubjectAlternativeName, verification.Criticality.AGNOSTIC, None
    leaf, issuing = policies.webpki_defaults_ee().may_be_present(*optional), policies.webpki_defaults_ca()
    builder = verification.PolicyBuilder().store(verification.Store(list(anchors))).time(at)
    verifier = builder.extension_policies(ca_policy=issuing, ee_policy=leaf).build_client_verifier()
    try:
        return tuple(verifier.verify(certificate, list(intermediates)).chain)
    except (verification.VerificationError, ValueError, UnsupportedAlgorithm):
        return ()


def ends(certificates: Sequence[x509.Certificate]) -> datetime.datetime:
    """Return the moment at which the first of these certificates ends."""
    return min(each.not_valid_after_utc for each in certificates)


def thumbprints(certificate: x509.Certificate) -> Iterator[str]:
    """Yield each ``x5t#S256`` by which the same certificate can come.

    Who has an ECDSA signature (r, s) has a second one that holds as well, (r, n - s), and needs no key for it. So the
    holder of a revoked certificate could write it anew, under a thumbprint that nobody revoked.
    """
    der = certificate.public_bytes(Encoding.DER)
    yield digest_of(der)
    try:
        r, s = decode_dss_signature(certificate.signature)
    except ValueError:
        return
    signed = certificate.tbs_certificate_bytes
    last = _element(0x03, b"\0" + certificate.signature)
    algorithm = der[der.index(signed) + len(signed) : -len(last)]
    for order in _ORDERS:
        if s < order:
            other = _element(0x03, b"\0" + encode_dss_signature(r, order - s))
            yield digest_of(_element(0x30, signed + algorithm + other))


def _element(tag: int, content: bytes) -> bytes:
    """Return an element of DER (X.690, section 8.1)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
