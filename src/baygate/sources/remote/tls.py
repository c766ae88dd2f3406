"""TLS towards a remote source.

1. TLS 1.2 at least, with forward secrecy and AEAD only (RFC 9325).
2. The server's certificate has a path to an authority that is trusted, is valid now, and is for the host that was
   asked (RFC 9110, section 4.3.4).
3. If there are pins, the server's key is moreover one of them (RFC 7469, section 2.6, for the server's own key alone).

All of this holds before the handshake is over: of a server that fails there, nothing that follows is sent, neither the
hub's certificate (TLS 1.3) nor a byte of a request.
"""

import ssl
from hashlib import sha256

from asn1crypto import x509

from baygate.errors import OperatorError
from baygate.sources.remote.remote import Remote


class _PinnedContext(ssl.SSLContext):
    pins: frozenset[bytes] = frozenset()


class _PinnedConnection(ssl.SSLObject):
    """A connection whose handshake fails unless the server has a pinned key."""

    def do_handshake(self) -> None:
        super().do_handshake()
        certificate = self.getpeercert(binary_form=True)
        context = self.context
        if (
            certificate is None
            or not isinstance(context, _PinnedContext)
            or key_digest(certificate) not in context.pins
        ):
            raise ssl.SSLCertVerificationError("the server's key is none of those that are pinned")


def key_digest(certificate: bytes) -> bytes:
    """Return the SHA-256 of the SubjectPublicKeyInfo, as it stands in a certificate in DER."""
    # not through a key object: it would encode anew, and knows fewer kinds of keys
    return sha256(x509.Certificate.load(certificate).public_key.dump()).digest()


def context(remote: Remote) -> ssl.SSLContext | None:
    """Return what connections to a source are made with, None without TLS; raise OperatorError for unusable files."""
    if not remote.secure:
        return None
    made = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an agency's issuing CA may be trusted without its root
    made.set_alpn_protocols(["http/1.1"])
    if remote.pins:
        made.pins = remote.pinned
        made.sslobject_class = _PinnedConnection
    if remote.trust is None:
        made.load_default_certs()
    else:
        try:
            made.load_verify_locations(cafile=remote.trust)
        except OSError as error:
            raise _unusable(remote, f"the authorities in {remote.trust}", error) from None
    if remote.certificate is not None:
        try:
            # a passphrase would be asked for on the terminal, where nobody sits
            made.load_cert_chain(remote.certificate, remote.key, password=lambda: "")
        except OSError as error:
            raise _unusable(remote, f"the certificate {remote.certificate} with {remote.key}", error) from None
    return made


def _unusable(remote: Remote, what: str, error: OSError) -> OperatorError:
    return OperatorError(
        f"For the source {remote.name}, {what} cannot be used: {error}.",
        "Name readable PEM files; a key has no passphrase and belongs to its certificate.",
    )
