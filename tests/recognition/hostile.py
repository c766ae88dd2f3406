"""Certificates that no authority issues: taken apart byte by byte, and put together again with another part."""

import datetime
from collections.abc import Iterator
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from baygate.recognition.certificate import _ATTRIBUTES, Certificate, from_der

VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = range(8)
"""The parts of what is signed of a certificate, by their places (RFC 5280, section 4.1)."""
_ANYBODY = x509.Name.from_rfc4514_string("CN=anybody")
_ANY_KEY = ec.generate_private_key(ec.SECP256R1())


def element(tag: int, *contents: bytes) -> bytes:
    """DER of any length."""
    content = b"".join(contents)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size) + content


def elements(der: bytes) -> list[bytes]:
    """What is in an element, one by one."""
    begin, end = _bounds(der)
    content, found = der[begin:end], []
    while content:
        _, end = _bounds(content)
        found.append(content[:end])
        content = content[end:]
    return found


def _bounds(der: bytes) -> tuple[int, int]:
    """Where the content of the first element begins and ends."""
    size = der[1] & 0x7F if der[1] & 0x80 else 0
    length = int.from_bytes(der[2 : 2 + size]) if size else der[1]
    return 2 + size, 2 + size + length


def part(der: bytes, place: int) -> bytes:
    """A part of what is signed of a certificate."""
    return elements(elements(der)[0])[place]


def altered(der: bytes, parts: dict[int, bytes], key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """A certificate with other parts; with a key it is signed anew, by ECDSA with SHA-256."""
    signed, algorithm, signature = elements(der)
    signed = element(0x30, *(parts.get(place, each) for place, each in enumerate(elements(signed))))
    if key is not None:
        algorithm = parts.get(ALGORITHM, algorithm)
        signature = element(3, b"\x00", key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return element(0x30, signed, algorithm, signature)


def dated(validity: tuple[datetime.datetime, datetime.datetime]) -> dict[int, bytes]:
    """Other dates, as a part of a certificate."""
    return {VALIDITY: element(0x30, *(core.UTCTime(each).dump() for each in validity))}


def of_subject(*attributes: tuple[str, str], policies: tuple[str, ...] = ()) -> Certificate:
    """A certificate that says this of whom it is, by the short names that trust lists use."""
    names = {**_ATTRIBUTES, "C": NameOID.COUNTRY_NAME}
    name = x509.Name([x509.NameAttribute(names[attribute], value) for attribute, value in attributes])
    said = [x509.PolicyInformation(x509.ObjectIdentifier(each), None) for each in policies]
    return from_der(of_key(_ANY_KEY.public_key(), *([x509.CertificatePolicies(said)] if said else []), name=name))


def claiming(der: bytes, algorithm: str) -> bytes:
    """A certificate that says, in both places, that it is signed otherwise than it is."""
    signed, _, signature = elements(altered(der, {ALGORITHM: element(0x30, core.ObjectIdentifier(algorithm).dump())}))
    return element(0x30, signed, elements(signed)[ALGORITHM], signature)


def extensions(der: bytes) -> list[bytes]:
    return elements(elements(part(der, EXTENSIONS))[0])


def with_extensions(der: bytes, *added: bytes, without: str = "") -> bytes:
    """A certificate with more extensions, and perhaps without one, in its signature's despite."""
    left_out = core.ObjectIdentifier(without).dump() if without else b"\x00"
    kept = [each for each in extensions(der) if elements(each)[0] != left_out]
    return altered(der, {EXTENSIONS: element(0xA3, element(0x30, *kept, *added))})


def extension(oid: str, value: bytes) -> bytes:
    return element(0x30, core.ObjectIdentifier(oid).dump(), element(4, value))


def padded(der: bytes, length: int) -> bytes:
    """The same certificate, of some length of many thousand bytes, by a comment in it."""
    comment = "2.16.840.1.113730.1.13"
    more = length - len(with_extensions(der, extension(comment, b"x" * 9_000)))
    made = with_extensions(der, extension(comment, b"x" * (9_000 + more)))
    assert len(made) == length
    return made


def of_key(key: Any, *said: x509.ExtensionType, name: x509.Name = _ANYBODY) -> bytes:
    """A certificate for any public key, signed with one that nobody knows."""
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key, 7, now, now + datetime.timedelta(days=1))
    for each in said:
        builder = builder.add_extension(each, critical=False)
    return builder.sign(_ANY_KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def rsa_key(bits: int) -> rsa.RSAPublicKey:
    """A key of which nobody knows the secret: making one of 16384 bits would take minutes."""
    return rsa.RSAPublicNumbers(65_537, (1 << bits - 1) + 1).public_key()


def flipped(der: bytes) -> Iterator[bytes]:
    """The text as often as it has bytes, each time with one bit of another byte changed."""
    for place, byte in enumerate(der):
        yield der[:place] + bytes([byte ^ (1 << place % 8)]) + der[place + 1 :]
