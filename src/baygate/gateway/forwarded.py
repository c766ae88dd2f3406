"""A client's certificate as a proxy forwards it, which ended the client's TLS in the hub's place.

Two forms are read: ``X-Client-Cert`` with PEM, percent-encoded (nginx's ``$ssl_client_escaped_cert``), and
``Client-Cert`` with DER as a byte sequence ``:base64:`` (RFC 9440, section 2.2). Whoever can send them can be anybody:
who is believed, ``baygate.gateway.protocol`` decides.

What is not certainly one certificate is refused, never repaired:

1. There is at most one of the two, once, also where one is empty: the other may be a client's own, which a proxy that
   adds instead of replacing has let through.
2. An empty one says that no certificate came.
3. Each has its own form and nothing else: one certificate, in the only base64 that its bytes have, of 16 KiB at most.
4. The certificate can be read, every part of it (``access.certificate``).
"""

import datetime
import re
import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from baygate.access.certificate import read_certificate

ESCAPED_PEM, BYTE_SEQUENCE = b"x-client-cert", b"client-cert"
FIELDS = frozenset({ESCAPED_PEM, BYTE_SEQUENCE, b"client-cert-chain"})
"""The fields in which proxies speak of a client's certificate. The chain is never read: it is a stranger's."""
LONGEST = 16 * 1024
"""Bytes of a field; nginx takes no longer certificates either, nor does any agency have one."""

_ESCAPED = re.compile(rb"(?:[!-$&-~]|%[0-9A-Fa-f]{2})*")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_PEM = re.compile(_BEGIN + rb"\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)" + _END + rb"(?:\r?\n)?")


class BadForwarded(Exception):
    """What was forwarded is not one certificate, or not one of a client now; the message says what is wrong."""


@dataclass(frozen=True)
class ClientCertificate:
    """What is told of a client's certificate, and asked of it."""

    pem: str
    name: str
    begins: datetime.datetime
    ends: datetime.datetime
    for_clients: bool

    def require_fit(self, now: datetime.datetime) -> None:
        """Raise BadForwarded unless it is valid now, and for use by clients (RFC 5280, section 4.2.1.12).

        The hub's own handshake demands as much: who comes through a proxy is not better off.
        """
        if not self.begins <= now <= self.ends:
            raise BadForwarded(f"the client's certificate is valid from {self.begins} to {self.ends}")
        if not self.for_clients:
            raise BadForwarded("the client's certificate is not for use by clients")


def certificate(headers: Iterable[tuple[bytes, bytes]]) -> ClientCertificate | None:
    """Return the certificate that a proxy forwards, or None if no client's came; raise BadForwarded."""
    given = [(name, value.strip(b" \t")) for name, value in headers if name in {ESCAPED_PEM, BYTE_SEQUENCE}]
    if len(given) > 1:
        names = sorted({name.decode() for name, _ in given})
        raise BadForwarded(f"{' and '.join(names)} came {len(given)} times: the proxy must replace what clients send")
    return _read_field(*given[0]) if given and given[0][1] else None


# a client's requests carry the same field again and again, and reading it is slow beside everything else in their way
@lru_cache(maxsize=1_000)
def _read_field(name: bytes, value: bytes) -> ClientCertificate:
    if len(value) > LONGEST:
        raise BadForwarded(f"{name.decode()} has {len(value)} bytes; a certificate has {LONGEST} at most")
    der = _from_escaped_pem(value) if name == ESCAPED_PEM else _from_byte_sequence(value)
    try:
        return read(der)
    except ValueError as error:
        raise BadForwarded(f"{name.decode()} is not a certificate: {error}") from None


def read(der: bytes) -> ClientCertificate:
    """Read a certificate, which the client may have made; raise ValueError if that cannot be done."""
    known = read_certificate(der)
    if known.serial_number <= 0:
        raise ValueError("its serial number is not positive (RFC 5280, section 4.1.2.2)")
    uses = [each.value for each in known.extensions if isinstance(each.value, x509.ExtendedKeyUsage)]
    return ClientCertificate(
        ssl.DER_cert_to_PEM_cert(der),
        known.subject.rfc4514_string(),
        known.not_valid_before_utc,
        known.not_valid_after_utc,
        all(ExtendedKeyUsageOID.CLIENT_AUTH in each for each in uses),
    )


def _from_escaped_pem(value: bytes) -> bytes:
    if not _ESCAPED.fullmatch(value):
        raise BadForwarded("x-client-cert is not percent-encoded (nginx: $ssl_client_escaped_cert)")
    text = unquote_to_bytes(value)
    if text.count(_BEGIN) > 1:
        raise BadForwarded("x-client-cert has several certificates; the client's alone is wanted")
    form = _PEM.fullmatch(text)
    if form is None:
        raise BadForwarded("x-client-cert is not percent-encoded PEM, one certificate without anything around it")
    return _decoded("x-client-cert", re.sub(rb"[\r\n]", b"", form[1]))


def _from_byte_sequence(value: bytes) -> bytes:
    if len(value) < 2 or not (value.startswith(b":") and value.endswith(b":")):
        raise BadForwarded("client-cert is not a byte sequence, :base64:, of a certificate in DER (RFC 9440)")
    return _decoded("client-cert", value[1:-1])


def _decoded(name: str, text: bytes) -> bytes:
    """Decode base64 in the one form that the bytes have (RFC 4648, sections 3.2 and 3.5)."""
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        decoded = b""
    if not decoded or b64encode(decoded) != text:
        raise BadForwarded(f"{name} is not canonical base64, with its padding")
    return decoded
