"""DPoP (RFC 9449): a token is worth something only with a fresh signature by the key that it is bound to.

What is checked of a proof, in this order (section 4.3): it is one well-formed token of type ``dpop+jwt``; its
algorithm is one of ours; it carries a public key and is signed with it; ``htm`` and ``htu`` are this request's;
``nonce`` is one of ours and fresh; ``iat`` is near now; ``ath`` is the digest of the token that it comes with. That
its ``jti`` is new is for ``baygate.oauth.once`` to record, that its key is the token's for whoever reads the token.
"""

import datetime
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import time
from typing import Any
from urllib.parse import quote, urlsplit

from baygate.access.jose import BadKey, BadToken, PublicKey, digest_of, encoded, public_key, read
from baygate.oauth.once import Use, use

TYPE = "dpop+jwt"
NONCE_LIFETIME = 300
"""Seconds for which a nonce may be used."""
_STEP = 20
"""Seconds after which another nonce is given out."""
_SKEW = 60
"""Seconds by which clocks may differ."""
_PORTS = {"http": 80, "https": 443}
_KEYS_KEPT = 4_096


class BadProof(Exception):
    """A proof that proves nothing (``invalid_dpop_proof``); the message says why."""


class NonceNeeded(Exception):
    """A proof without a nonce of ours, or with an old one (``use_dpop_nonce``): the answer brings a fresh one."""


@dataclass(frozen=True)
class Proof:
    """A proof that holds: the thumbprint of its key, and the use that must not have been made before."""

    thumbprint: str
    use: Use


class Nonces:
    """Nonces that every worker knows without having given them out: MACs of the time under a shared key (section 8)."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time) -> None:
        self._secret = secret
        self._clock = clock
        self._current: tuple[int, str] = (-1, "")

    def fresh(self) -> str:
        """Return the nonce to use now."""
        step = int(self._clock()) // _STEP
        if self._current[0] != step:
            self._current = (step, encoded(self._made(step)))
        return self._current[1]

    def check(self, nonce: object) -> None:
        """Raise NonceNeeded unless ``nonce`` was given out within its lifetime."""
        try:
            made = urlsafe_b64decode(nonce.encode() + b"==") if isinstance(nonce, str) else b""
        except ValueError:
            made = b""
        step = int.from_bytes(made[:8], "big")
        if len(made) != 24 or not hmac.compare_digest(made, self._made(step)):
            raise NonceNeeded
        age = self._clock() - step * _STEP
        if not -_SKEW <= age <= NONCE_LIFETIME:
            raise NonceNeeded

    def _made(self, step: int) -> bytes:
        moment = step.to_bytes(8, "big")
        return moment + hmac.digest(self._secret, b"DPoP nonce\0" + moment, "sha256")[:16]


class Proofs:
    """Checks proofs of requests to the public ``origin`` of the hub, whatever proxies stand before it."""

    def __init__(self, origin: str, nonces: Nonces, clock: Callable[[], float] = time) -> None:
        self._origin = origin
        self.nonces = nonces
        self._clock = clock
        self._key = lru_cache(_KEYS_KEPT)(_imported)

    def check(self, proof: bytes, method: str, path: str, token: bytes | None = None) -> Proof:
        """Check the proof of a request, and of the token that came with it; raise BadProof or NonceNeeded."""
        try:
            signed = read(proof, TYPE, carries="jwk")
            key = self._key(_hashable(signed.header.get("jwk")))
            claims = signed.verify(key)
        except BadToken as error:
            raise BadProof(str(error)) from error
        if claims.get("htm") != method:
            raise BadProof(f"its htm is not {method}")
        if _target(claims.get("htu")) != _target(self._origin + path):
            raise BadProof(f"its htu is not {self._origin}{quote(path)}")
        self.nonces.check(claims.get("nonce"))
        issued, now = claims.get("iat"), self._clock()
        if not isinstance(issued, int | float) or abs(now - issued) > NONCE_LIFETIME + _SKEW:
            raise BadProof("its iat is not near the time now")
        if token is not None and claims.get("ath") != digest_of(token):
            raise BadProof("its ath is not the digest of the access token")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 256:
            raise BadProof("it has no jti of 1 to 256 characters")
        # as long as its nonce can still be fresh
        until = datetime.datetime.fromtimestamp(now + NONCE_LIFETIME + 2 * _SKEW, datetime.UTC)
        return Proof(key.thumbprint, use("dpop", key.thumbprint, jti, until))


def _hashable(jwk: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(jwk, dict) or not all(isinstance(each, str) for each in jwk.values()):
        raise BadProof("its header carries no public key as jwk")
    return tuple(sorted(jwk.items()))


def _imported(jwk: tuple[tuple[str, str], ...]) -> PublicKey:
    try:
        return public_key(dict(jwk))
    except BadKey as error:
        raise BadProof(f"its key is none to sign with: {error}") from error


def _target(url: object) -> tuple[str, str | None, int | None, str] | None:
    """Return scheme, host, port and path of a URL: what is compared of ``htu`` (sections 4.2 and 4.3)."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        port = _PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return None
    if parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port, parts.path or "/"
