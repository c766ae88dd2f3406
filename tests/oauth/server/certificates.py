"""Certificates as agencies bring them."""

import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.gateway.test_tls import Holder

DAY = datetime.timedelta(days=1)
_USES = (
    "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only",
)  # fmt: skip


def certificate(
    subject: str, issuer: Holder | None = None, *, ca: bool = False, age: int = 1, names: bool = True
) -> Holder:
    """Issue a certificate ``age`` days ago for three; self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer, own = (issuer.key if issuer else key), x509.Name.from_rfc4514_string(subject)
    start = datetime.datetime.now(datetime.UTC) - age * DAY
    use: dict[str, Any] = dict.fromkeys(_USES, False)
    builder = (
        x509.CertificateBuilder(issuer.certificate.subject if issuer else own, own, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 3 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=ca, crl_sign=ca, **use), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("system.example")]), critical=False)
    return Holder(builder.sign(signer, hashes.SHA256()), key)
