"""What an operator says of a remote source: where it is, by what it is known, and how much is expected of it."""

import base64
import binascii
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from baygate.errors import OperatorError

_SHA256 = 32


@dataclass(frozen=True)
class Remote:
    """A remote source; times in seconds. Raise OperatorError for what cannot be meant."""

    name: str
    agency: str
    url: str
    timeout: float = 5.0
    """For one attempt as a whole, from waiting for a connection to the last byte of the answer."""
    connect_timeout: float = 2.0
    retries: int = 2
    """Further attempts at a read; a mutation is never sent twice."""
    max_bytes: int = 8_388_608
    """Of an answer's body, decompressed. Small values take up to twenty times as much as Python objects."""
    connections: int = 64
    """At once, in each worker."""
    trust: Path | None = None
    """A PEM file of the authorities that may certify the source, instead of the system's."""
    pins: frozenset[str] = frozenset()
    """SHA-256 of the SubjectPublicKeyInfo, base64 (RFC 7469, section 2.4); the server's own key must be one of them."""
    certificate: Path | None = None
    key: Path | None = None
    """What the hub proves itself with, if the source asks (mutual TLS); PEM."""
    plain: bool = False
    """Whether HTTP without TLS is allowed beyond this machine."""

    def __post_init__(self) -> None:
        if not self.name.isprintable() or not self.name:
            raise OperatorError("A remote source has no printable name.")
        self._check_address()
        self._check_tls()
        for name, least in (("timeout", 0.001), ("connect_timeout", 0.001), ("max_bytes", 1), ("connections", 1)):
            if not getattr(self, name) >= least:
                raise self._mistake(f"{name} is {getattr(self, name)}", f"It is at least {least}.")
        if self.retries < 0:
            raise self._mistake(f"retries is {self.retries}", "It is 0 or more.")

    @property
    def secure(self) -> bool:
        """Whether it is asked over TLS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def pinned(self) -> frozenset[bytes]:
        """The digests of the keys that its server may have; any key of a certified server's, if there are none."""
        return frozenset(map(base64.b64decode, self.pins))

    def _check_address(self) -> None:
        advice = "An address is https://host:port/path, without a user, a password or a fragment."
        try:
            parts = urlsplit(self.url)
            usable = bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.scheme not in {"https", "http"} or parts.fragment or "@" in parts.netloc:
            raise self._mistake("its address is none", advice)
        if parts.scheme == "http" and not self.plain and not _on_this_machine(parts):
            raise self._mistake(
                "its address is plain HTTP",
                "Give it a certificate and an https address, or allow plain HTTP for it where the network is its own.",
            )

    def _check_tls(self) -> None:
        if not self.secure and (self.trust or self.pins or self.certificate):
            raise self._mistake("it has trust, pins or a certificate, but no TLS", "Give it an https address.")
        if (self.certificate is None) is not (self.key is None):
            raise self._mistake("it has only one of certificate and key", "Name both files, or neither.")
        for pin in self.pins:
            try:
                usable = len(base64.b64decode(pin, validate=True)) == _SHA256
            except (binascii.Error, ValueError):
                usable = False
            if not usable:
                raise self._mistake(
                    f"{pin!r} is no pin",
                    "A pin is what this prints: openssl x509 -in certificate.pem -pubkey -noout"
                    " | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64",
                )

    def _mistake(self, what: str, advice: str) -> OperatorError:
        return OperatorError(f"The source {self.name} cannot be as it is set: {what}.", advice)


def _on_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
