"""HTTP as a worker speaks it: uvicorn's protocol, and whom it believes about a client's certificate."""

import asyncio
import datetime
import logging
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from baygate.gateway import forwarded
from baygate.gateway.forwarded import BadForwarded, ClientCertificate

log = logging.getLogger("baygate")

TlsExtension = dict[object, object]
"""The ASGI TLS extension."""

_UNIX = getattr(socket, "AF_UNIX", None)


class HubProtocol(HttpToolsProtocol):
    """uvicorn's protocol, in which nobody but an authenticated proxy speaks of somebody else's certificate.

    1. The fields that forward a certificate reach the application on no connection, nor do trailers of their names.
    2. They are read on a proxy's connection alone: one over the hub's own Unix socket, which its owner and its group
       can open, or one on which TLS has proved a certificate that the settings name. An address proves nothing.
    3. There, what the proxy forwards is the client's certificate, or none is; the proxy's own never is.
    4. A certificate that is not certainly one, or not fit for clients now, is none, and ``client_cert_error`` says why.
    """

    proxied = False
    """Whether a proxy is at the other end of the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Learn who is at the other end."""
        super().connection_made(transport)
        # the hub opens no Unix socket but its own
        self.proxied = _UNIX is not None and transport.get_extra_info("socket").family == _UNIX
        self._complained = False

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._forwarded: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field, or one of the trailers, which uvicorn adds to the fields."""
        lower = name.lower()
        if lower in forwarded.FIELDS:
            self._forwarded.append((lower, value))
        else:
            super().on_header(lower, value)

    def on_headers_complete(self) -> None:
        """Hand the request on, with the certificate that a proxy forwards."""
        if self.proxied:
            self.scope["extensions"] = {"tls": self._told()}
        super().on_headers_complete()

    def _told(self) -> TlsExtension:
        try:
            certificate = forwarded.certificate(self._forwarded)
            if certificate is not None:
                certificate.require_fit(datetime.datetime.now(datetime.UTC))
            return extension(certificate)
        except BadForwarded as error:
            if not self._complained:
                self._complained = True
                log.warning("A proxy forwards a certificate that is not taken: %s", error)
            return extension(client_cert_error=str(error))


def extension(certificate: ClientCertificate | None = None, **more: Any) -> TlsExtension:
    """Return the ASGI TLS extension, with this certificate alone as the client's chain."""
    tls: TlsExtension = {"server_cert": None, "tls_version": None, "cipher_suite": None}
    tls |= {"client_cert_chain": (), "client_cert_name": None, "client_cert_error": None}
    if certificate is not None:
        tls |= {"client_cert_chain": (certificate.pem,), "client_cert_name": certificate.name}
    tls.update(more)
    return tls
