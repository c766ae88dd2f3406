"""What is no certificate is refused with one kind of error, whatever is wrong with it; what is one has one form."""

import datetime
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st
from tests.access.signing import CA, CUSTOMS, issue

from baygate.access.certificate import BadCertificate, read_certificate, read_certificates

DER = CUSTOMS.certificate.public_bytes(Encoding.DER)
PEM = CUSTOMS.certificate.public_bytes(Encoding.PEM)
X400_NAME = bytes.fromhex("3004a3023000")
"""A name of its subject as mail had before the Internet's, which RFC 5280 allows."""
FEATURE_10 = bytes.fromhex("300302010a")
"""A TLS feature (RFC 7633) that nobody defined."""
KEY_USAGE, CONSTRAINTS = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d13")


def with_extension(oid: x509.ObjectIdentifier, content: bytes) -> bytes:
    end = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(CA.certificate.subject, CUSTOMS.certificate.subject, CA.key.public_key())
    builder = builder.serial_number(1).not_valid_before(end - datetime.timedelta(days=1)).not_valid_after(end)
    builder = builder.add_extension(x509.UnrecognizedExtension(oid, content), critical=False)
    return builder.sign(CA.key, hashes.SHA256()).public_bytes(Encoding.DER)


def with_an_unused_bit() -> bytes:
    certificate = next(each for each in _issued() if not each.signature[-1] & 1)
    der, octets = certificate.public_bytes(Encoding.DER), certificate.signature
    return der.removesuffix(b"\0" + octets) + b"\1" + octets


def _issued() -> Iterator[x509.Certificate]:
    while True:
        yield issue("CN=Customs", CA).certificate


BROKEN = {
    "nothing": b"",
    "PEM": PEM,
    "one and something after it": DER + b"\0",
    "a name of bits": DER.replace(b"\x0c\x07Customs", b"\x03\x07Customs"),
    "a name in no character set": DER.replace(b"\x0c\x07Customs", b"\x0c\x07\xffustoms"),
    "an extension twice": DER.replace(KEY_USAGE, CONSTRAINTS),
    "version 4": DER.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03"),
    "an X.400 address": with_extension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, X400_NAME),
    "an unknown TLS feature": with_extension(ExtensionOID.TLS_FEATURE, FEATURE_10),
    "a bit of its signature unused": with_an_unused_bit(),
}
TOLD = {"an extension twice": "[Dd]uplicate", "version 4": "version", "a bit of its signature unused": "unused bits"}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_none_is_refused(kind: str) -> None:
    der = BROKEN[kind]
    assert der != DER
    with pytest.raises(BadCertificate, match=TOLD.get(kind, "it cannot be read: .")):
        read_certificate(der)


def test_what_is_one_is_read() -> None:
    assert read_certificate(DER) == CUSTOMS.certificate
    assert read_certificates(b"as told\n" + PEM + PEM) == [CUSTOMS.certificate] * 2


@pytest.mark.parametrize(
    "pem",
    [b"", b"as told", DER, PEM.replace(b"M", b"*", 1), PEM[:-40], PEM + PEM.replace(b"MII", b"MIJ", 1)],
    ids=["nothing", "other text", "DER", "other letters", "cut off", "one of two"],
)
def test_text_with_anything_that_is_none_is_refused(pem: bytes) -> None:
    with pytest.raises(BadCertificate, match=r"\w{3}"):
        read_certificates(pem)


@given(st.data())
def test_any_few_bytes_changed_are_refused_or_read_whole(data: st.DataObject) -> None:
    der = bytearray(DER)
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=4)):
        der[place] = data.draw(st.integers(0, 255))
    try:
        found = read_certificate(bytes(der))
    except BadCertificate:
        return
    assert found.public_bytes(Encoding.DER) == der
    assert found.subject.rfc4514_string() is not None
    assert found.extensions is not None
