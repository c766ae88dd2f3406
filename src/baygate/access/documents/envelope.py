"""The envelope of a signed document: JWS General JSON (RFC 7515, section 7.2.1), in one canonical form only.

Rules, in the order in which they are applied:

1. It has a largest size.
2. It is byte for byte what this module would write for the same parts: no whitespace, no unprotected header, no member
   that is not known, canonical base64url, signatures in the order of their protected headers. So no byte can change
   without being noticed, whether a signature covers it or not.
3. Each protected header says ``alg``, ``typ``, ``x5c`` (the certificate and its chain) and the matching ``x5t#S256``.
   The algorithm is one of the key's own.
4. Each signature holds over the exact bytes of the payload; one that does not refuses all.
5. No certificate and no key signs twice: one signer counts once, however many signatures he makes.

Whether the certificates lead anywhere, and whether their holders may sign, is for ``baygate.access.documents.trust``.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, deserialize_compact, serialize_compact

from baygate.access.certificate import read_certificate
from baygate.access.documents.refusal import Refused, Step
from baygate.access.jose import BadKey, BadToken, PublicKey, certificate_key, decoded, digest_of, encoded, parsed

TYPE = "baygate-policy+jws"
LARGEST = 1024 * 1024
"""Bytes of the largest envelope that is looked at."""
_MOST_SIGNATURES = 16
_LONGEST_CHAIN = 4


class _Registry(JWSRegistry):
    """joserfc's own limits stand below what a certificate chain in a header takes; ``LARGEST`` bounds the whole."""

    max_header_length = LARGEST
    max_payload_length = LARGEST


@dataclass(frozen=True)
class Signer:
    """Whoever made one signature: his certificate, and the rest of the chain that he sent along."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    thumbprint: str
    """``x5t#S256`` of the certificate."""
    subject: str
    """Of the certificate, as RFC 4514 writes it."""
    key: PublicKey = field(repr=False)


@dataclass(frozen=True)
class Envelope:
    """A document whose signatures hold; nothing is known yet of its signers but their keys."""

    payload: bytes = field(repr=False)
    signers: tuple[Signer, ...]
    text: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """What the document is known by: the SHA-256 of its payload."""
        return document_digest(self.payload)

    def content(self) -> Any:
        """Return the payload as JSON, read strictly; raise Refused."""
        try:
            return parsed(self.payload)
        except BadToken as error:
            raise Refused(Step.SCHEMA, f"the payload: {error}") from error


def document_digest(payload: bytes) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


@dataclass(frozen=True)
class SigningIdentity:
    """A certificate, its chain, and the private key: somebody who can sign."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: ECKey | RSAKey | OKPKey = field(repr=False)

    def signature(self, payload: str) -> dict[str, str]:
        """Return one entry of ``signatures`` over a payload in base64url."""
        algorithm = _key_of(self.certificate).algorithms[-1]
        header = _header(algorithm, [self.certificate, *self.chain])
        protected = orjson.loads(header)
        compact = serialize_compact(
            protected,
            decoded(payload.encode()),
            self.key,
            algorithms=[algorithm],
            registry=_Registry(algorithms=[algorithm]),
        )
        first, _, signature = compact.split(".")
        return {"protected": first, "signature": signature}


def sign(payload: bytes, identities: Iterable[SigningIdentity]) -> bytes:
    """Return an envelope around ``payload`` with a signature of each identity."""
    body = encoded(payload)
    return _canonical(body, [each.signature(body) for each in identities])


def add_signature(envelope: bytes, identity: SigningIdentity) -> bytes:
    """Return an envelope with one more signature: several bodies sign one document, one after the other."""
    known = read(envelope)
    parts = parsed(envelope)
    return _canonical(encoded(known.payload), [*parts["signatures"], identity.signature(parts["payload"])])


def read(text: bytes) -> Envelope:
    """Read an envelope and verify its signatures; raise Refused."""
    if len(text) > LARGEST:
        raise Refused(Step.SIZE, f"the document has {len(text)} bytes; {LARGEST} is the most")
    try:
        parts = parsed(text)
    except BadToken as error:
        raise Refused(Step.ENVELOPE, f"the envelope: {error}") from error
    body, signatures = _members(parts)
    if _canonical(body, signatures) != text:
        raise Refused(Step.ENVELOPE, "the envelope is not in its canonical form")
    signers = tuple(_verified(each["protected"], body, each["signature"]) for each in signatures)
    for what, distinct in (
        ("certificate", {each.thumbprint for each in signers}),
        ("key", {each.key.thumbprint for each in signers}),
    ):
        if len(distinct) < len(signers):
            raise Refused(Step.THRESHOLD, f"one {what} signs it twice")
    return Envelope(decoded(body.encode()), signers, text)


def _members(parts: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    body, signatures = parts.get("payload"), parts.get("signatures")
    well_formed = (
        parts.keys() == {"payload", "signatures"}
        and isinstance(body, str)
        and isinstance(signatures, list)
        and 0 < len(signatures) <= _MOST_SIGNATURES
        and all(_is_signature(each) for each in signatures)
    )
    if not well_formed or not isinstance(body, str) or not isinstance(signatures, list):
        raise Refused(Step.ENVELOPE, "the envelope is not a payload with 1 to 16 signatures, each protected")
    return body, signatures


def _is_signature(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and given.keys() == {"protected", "signature"}
        and all(isinstance(each, str) for each in given.values())
    )


def _canonical(body: str, signatures: Sequence[Mapping[str, str]]) -> bytes:
    ordered = sorted(signatures, key=lambda each: each["protected"])
    parts = [{"protected": each["protected"], "signature": each["signature"]} for each in ordered]
    return orjson.dumps({"payload": body, "signatures": parts})


def _verified(protected: str, body: str, signature: str) -> Signer:
    try:
        header = parsed(decoded(protected.encode()))
        decoded(body.encode())
        decoded(signature.encode())
    except BadToken as error:
        raise Refused(Step.ENVELOPE, f"a signature's header: {error}") from error
    certificates = _certificates(header.get("x5c"))
    key = _key_of(certificates[0])
    algorithm = header.get("alg")
    if algorithm not in key.algorithms:
        raise Refused(Step.ENVELOPE, "a signature's algorithm is none of its key's")
    if _header(algorithm, certificates) != decoded(protected.encode()):
        raise Refused(
            Step.ENVELOPE, f"a signature's header is not alg, typ ({TYPE}), x5c and the x5t#S256 of its first"
        )
    try:
        compact = f"{protected}.{body}.{signature}".encode()
        deserialize_compact(compact, key.key, registry=_Registry(algorithms=[algorithm]))
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(Step.ENVELOPE, "a signature does not hold") from error
    der, subject = certificates[0].public_bytes(Encoding.DER), certificates[0].subject.rfc4514_string()
    return Signer(certificates[0], tuple(certificates[1:]), digest_of(der), subject, key)


def _header(algorithm: str, certificates: Sequence[x509.Certificate]) -> bytes:
    """Return the one protected header that there can be for an algorithm and a chain."""
    ders = [each.public_bytes(Encoding.DER) for each in certificates]
    return orjson.dumps(
        {
            "alg": algorithm,
            "typ": TYPE,
            "x5c": [base64.b64encode(each).decode() for each in ders],
            "x5t#S256": digest_of(ders[0]),
        }
    )


def _certificates(given: Any) -> list[x509.Certificate]:
    if not isinstance(given, list) or not 0 < len(given) <= _LONGEST_CHAIN:
        raise Refused(Step.ENVELOPE, f"a signature's x5c is not a chain of 1 to {_LONGEST_CHAIN} certificates")
    try:
        return [read_certificate(base64.b64decode(str(each), validate=True)) for each in given]
    except ValueError as error:
        raise Refused(Step.ENVELOPE, "a signature's x5c holds what is no certificate") from error


def _key_of(certificate: x509.Certificate) -> PublicKey:
    try:
        return certificate_key(certificate)
    except BadKey as error:
        raise Refused(Step.CHAIN, f"a signer's key: {error}") from error
