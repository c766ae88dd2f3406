"""TLS at the hub itself: the handshake, and the client's certificate in each request's scope (RFC 8705)."""

import asyncio
import ssl
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette

from baygate.access.certificate import read_certificates
from baygate.gateway.forwarded import read
from baygate.gateway.protocol import HubProtocol, TlsExtension, extension
from baygate.settings import SettingsError, TlsSettings

_FAREWELL = 1.0
"""Seconds that an idle client has to answer when a worker ends."""


class TlsFront:
    """What the handshakes of one worker have in common: the hub's own certificate, and which of clients' pass.

    1. A client may come without a certificate; one whose tokens are bound by DPoP does.
    2. One that comes with a certificate must hold its key. There are no tickets, so each connection shows it anew,
       except that TLS 1.2 lets a client resume, by its number, a session with the same worker.
    3. The certificate must be valid now and for use by clients, and be admitted itself, or have a path to one admitted
       or to one of ``client_authorities`` (RFC 5280 section 6, except that an anchor need not be self-signed).

    **The handshake is a filter and proves nothing but possession of the key.** An admitted certificate that is a CA
    lets through whatever it issues; OpenSSL does not forget what was admitted; nobody asks for revocation here. Who the
    client is, the application decides: by the exact thumbprint of a registered certificate (RFC 8705 section 2.2), or
    by validating the path itself, to ``client_authorities`` only (section 2.1).

    A proxy proves itself in the same handshake, by one of the very certificates in the file ``proxies``.
    """

    def __init__(self, settings: TlsSettings, proxies: Path | None = None) -> None:
        self.context = _context(settings)
        self._admitted: set[bytes] = set()
        known = _certificates(proxies) if proxies else []
        for each in known:
            self.admit(each)
        self._proxies = frozenset(sha256(each).digest() for each in known)

    def is_proxy(self, connection: ssl.SSLObject) -> bool:
        """Whether a proxy of the settings is at the other end: by its very certificate, not by what issued it."""
        der = connection.getpeercert(binary_form=True)
        return der is not None and sha256(der).digest() in self._proxies

    def admit(self, certificate: bytes) -> None:
        """Let a registered certificate, in DER, through later handshakes, until the worker ends.

        To admit one again costs nothing. Raise ValueError if it is not one certificate.
        """
        if certificate not in self._admitted:
            x509.load_der_x509_certificate(certificate)  # OpenSSL would take several at once
            self.context.load_verify_locations(cadata=certificate)
            self._admitted.add(certificate)


def _context(settings: TlsSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2: forward secrecy and AEAD only (RFC 9325)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        # a passphrase would be asked for on the terminal, where nobody sits
        context.load_cert_chain(settings.certificate, settings.key, password=lambda: "")
    except OSError as error:
        raise SettingsError(f"tls.certificate {settings.certificate}, tls.key {settings.key}: {error}") from None
    if settings.client_authorities:
        try:
            context.load_verify_locations(cafile=settings.client_authorities)
        except OSError as error:
            raise SettingsError(f"tls.client_authorities {settings.client_authorities}: {error}") from None
    return context


def _certificates(file: Path) -> list[bytes]:
    """Return the certificates of a PEM file, in DER."""
    try:
        found = read_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"proxy.certificates {file}: {error}") from None
    return [each.public_bytes(Encoding.DER) for each in found]


class TlsProtocol(HubProtocol):
    """The hub's protocol with the ASGI TLS extension, made once a connection, in the scope of each request.

    Of what the client sends only the leaf is passed on: intermediates from strangers have no place in a path.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Read the certificate; the handshake is over."""
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        self._tls = tls_extension(connection)
        self.proxied = self.config.front.is_proxy(connection)  # type: ignore[attr-defined]  # a WorkerConfig

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {"tls": self._tls}

    def shutdown(self) -> None:
        """Close, when the server does, what is idle.

        The loop would wait half a minute for the close_notify of a client that does not look; TLS does not ask to
        (RFC 8446 section 6.1), and the worker could not end before.
        """
        super().shutdown()
        if self.transport.is_closing():
            self.loop.call_later(_FAREWELL, self.transport.abort)


def tls_extension(connection: ssl.SSLObject) -> TlsExtension:
    """Return the ASGI TLS extension, with the leaf alone as the client's chain.

    A certificate that OpenSSL takes and ``cryptography`` does not (a malformed name, version 9) counts as none.
    """
    version = ssl.TLSVersion[str(connection.version()).replace(".", "_")].value
    der = connection.getpeercert(binary_form=True)
    try:
        return extension(read(der) if der else None, tls_version=version)
    except ValueError as error:
        return extension(tls_version=version, client_cert_error=str(error))


class WorkerConfig(uvicorn.Config):
    """uvicorn's configuration, of whose workers each makes application and TLS together: see ``app.state.tls``.

    It travels to the workers pickled, with paths only; one that starts later reads the renewed certificate.
    """

    def __init__(
        self, app: str | Callable[[], Starlette], tls: TlsSettings | None, proxies: Path | None = None, **more: Any
    ) -> None:
        https = {"http": TlsProtocol, "ssl_context_factory": _context_of} if tls else {"http": HubProtocol}
        super().__init__(app, factory=True, **https, **more)
        self.tls = tls
        self.proxies = proxies
        if tls:
            TlsFront(tls, proxies)  # says once what is wrong with it, before there are workers

    @cached_property
    def front(self) -> TlsFront | None:
        """The worker's own: a context cannot be pickled."""
        return TlsFront(self.tls, self.proxies) if self.tls else None

    def load_app(self) -> Callable[[], Starlette]:
        """Return the way to make the application, with ``app.state.tls`` the TlsFront, or None."""
        create = super().load_app()

        def worker() -> Starlette:
            app: Starlette = create()
            app.state.tls = self.front
            return app

        return worker


def _context_of(config: Any, _: object) -> ssl.SSLContext:
    context: ssl.SSLContext = config.front.context
    return context
