"""Signed tokens (JWS compact serialisation, RFC 7515), read strictly; joserfc does the cryptography.

Rules, in the order in which they are applied:

1. A token has a largest size, and three parts of canonical base64url: no padding, no spare bits, no other character.
2. Its header is a JSON object (RFC 8259, Unicode without lone surrogates) in which no name stands twice. ``crit`` is
   refused: nothing critical is understood here.
3. A key never comes from the token: ``jku``, ``x5u``, ``jwk`` and ``x5c`` are refused, but for the one that the
   caller expects (``jwk`` in a DPoP proof).
4. The algorithm is one of the key's own, never the token's wish: P-256 signs ES256, RSA PS256, Ed25519 EdDSA.
   There is no secret key here, so ``none`` and HS* have nothing to stand on (RFC 8725, sections 3.1 and 3.2).
5. ``typ`` is the one that the place demands (RFC 8725, section 3.11).
6. The claims are read after the signature held, by the same strict reading.
"""

import json
import re
import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, deserialize_compact

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
"""What signatures may be made with (FAPI 2.0 Security Profile, section 5.4); Ed25519 is EdDSA's name of RFC 9864."""

LONGEST = 16_384
"""Bytes of the longest token that is looked at."""

_SHAPE = re.compile(rb"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}")
_FOREIGN_KEYS = frozenset({"jku", "jwk", "x5u", "x5c"})
_SMALLEST_RSA, _LARGEST_RSA = 2_048, 4_096
_OF_KEY = {("EC", "P-256"): ("ES256",), ("RSA", None): ("PS256",), ("OKP", "Ed25519"): ("EdDSA", "Ed25519")}
_KINDS: Mapping[str, type[ECKey] | type[RSAKey] | type[OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class _Registry(JWSRegistry):
    """joserfc's own limits stand below what a certificate chain in a header takes; ``LONGEST`` bounds the whole."""

    max_header_length = LONGEST
    max_payload_length = LONGEST

    def get_alg(self, name: str) -> Any:
        """Return an algorithm; EdDSA by its new name, since joserfc warns of the other."""
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


class BadToken(Exception):
    """A token that does not prove what it says; the message says why, and never quotes the token."""


class BadKey(Exception):
    """A key that nothing may be signed with; the message says why."""


@dataclass(frozen=True)
class PublicKey:
    """A key that signatures are verified with, and the algorithms that it signs with."""

    jwk: Mapping[str, Any]
    algorithms: tuple[str, ...]
    key: ECKey | RSAKey | OKPKey = field(repr=False, compare=False)

    @cached_property
    def thumbprint(self) -> str:
        """The JWK's SHA-256 thumbprint (RFC 7638), base64url."""
        return self.key.thumbprint()

    @property
    def kid(self) -> str:
        """The name of the key: the one given with it, else its thumbprint."""
        return str(self.jwk.get("kid") or self.thumbprint)

    @cached_property
    def registry(self) -> JWSRegistry:
        """What joserfc admits for this key."""
        return _Registry(algorithms=self.algorithms, strict_check_header=False)


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """Take a public JWK (RFC 7517); raise BadKey if it is private, weak, malformed, or of another kind."""
    if not isinstance(jwk, Mapping):
        raise BadKey("it is not a JSON object")
    if _PRIVATE & jwk.keys():
        raise BadKey("it is a private or secret key: only its public half may leave its owner")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    algorithms = _OF_KEY.get((kind, curve)) if isinstance(kind, str) and isinstance(curve, str | None) else None
    if algorithms is None or kind is None:
        raise BadKey("its kind is none of EC with P-256, RSA, OKP with Ed25519")
    operations = jwk.get("key_ops", ["verify"])
    verifies = jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    if jwk.get("alg", algorithms[0]) not in algorithms or not verifies:
        raise BadKey(f"its alg, use or key_ops is another than signing with {algorithms[0]}")
    members = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
    try:
        if kind == "RSA":
            _check_size(members["n"], members["e"])
        key = _KINDS[kind].import_key(members)
    except (BadToken, JoseError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise BadKey("its numbers are not those of a public key") from error
    named = {"kid": jwk["kid"]} if isinstance(jwk.get("kid"), str) else {}
    return PublicKey({**members, **named}, algorithms, key)


def certificate_key(certificate: x509.Certificate) -> PublicKey:
    """Take the public key of a certificate; raise BadKey if it is weak, or of a kind that nothing is signed with."""
    try:
        match key := certificate.public_key():
            case EllipticCurvePublicKey():
                return public_key(ECKey.import_key(key).as_dict(private=False))
            case RSAPublicKey():
                return public_key(RSAKey.import_key(key).as_dict(private=False))
            case Ed25519PublicKey():
                return public_key(OKPKey.import_key(key).as_dict(private=False))
    except (JoseError, ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(str(error)) from error
    raise BadKey("it is of a kind that nothing is signed with here")


def _check_size(modulus: object, exponent: object) -> None:
    if int.from_bytes(decoded(str(exponent).encode()), "big") >= 2**32:
        raise BadKey("its public exponent has more than 32 bits: to verify with it takes long")
    size = int.from_bytes(decoded(str(modulus).encode()), "big").bit_length()
    if not _SMALLEST_RSA <= size <= _LARGEST_RSA:
        raise BadKey(f"it has {size} bits; RSA keys have {_SMALLEST_RSA} to {_LARGEST_RSA} here")


@dataclass(frozen=True)
class Signed:
    """A token whose header was read, and whose signature was not verified yet."""

    header: Mapping[str, Any]
    text: bytes = field(repr=False)

    def claimed(self, name: str) -> Any:
        """Return what the token claims, unproven: to find the key that may prove it, and for nothing else."""
        return self.unverified.get(name)

    @property
    def signed(self) -> tuple[bytes, bytes]:
        """What was signed (RFC 7515, section 5.1), and the signature."""
        text, _, signature = self.text.rpartition(b".")
        return text, decoded(signature)

    @property
    def unverified(self) -> Mapping[str, Any]:
        """The claims, for whoever has verified the signature himself."""
        return parsed(decoded(self.text.split(b".")[1]))

    def verify(self, key: PublicKey) -> Mapping[str, Any]:
        """Return the claims; raise BadToken unless ``key`` signed them."""
        return parsed(self.payload(key))

    def payload(self, key: PublicKey) -> bytes:
        """Return the bytes that were signed; raise BadToken unless it was with ``key``."""
        if self.header["alg"] not in key.algorithms:
            raise BadToken("its algorithm is not its key's")
        try:
            return bytes(deserialize_compact(self.text, key.key, registry=key.registry).payload)
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken("its signature does not hold") from error


def read(token: bytes, *types: str, carries: str | None = None, also: str | None = None) -> Signed:
    """Read a token's header; raise BadToken unless it is well formed and of one of ``types`` (all, if none are given).

    ``carries`` names the one header parameter with a key that the token is expected to bring along, ``also`` an
    algorithm beyond those that keys have here, which the caller verifies himself.
    """
    if len(token) > LONGEST:
        raise BadToken(f"it has more than {LONGEST} bytes")
    if not _SHAPE.fullmatch(token):
        raise BadToken("it is not three parts of base64url")
    first, second, third = token.split(b".")
    header = parsed(decoded(first))
    decoded(second)
    decoded(third)
    if header.get("alg") not in (*ALGORITHMS, also or ALGORITHMS[0]):
        raise BadToken(f"its algorithm is none of {', '.join(ALGORITHMS[:3])}")
    if "crit" in header or "b64" in header:
        raise BadToken("its header says that something is critical which is not understood here")
    if (_FOREIGN_KEYS - {carries}) & header.keys():
        raise BadToken("its header brings a key along, or says where to fetch one")
    if types and _type(header) not in types:
        raise BadToken(f"its typ is not {' or '.join(types)}")
    return Signed(header, token)


def encoded(data: bytes) -> str:
    """Return base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def digest_of(text: bytes) -> str:
    """Return the base64url of the SHA-256 of ``text`` (``ath`` of RFC 9449, ``x5t#S256`` of a DER certificate)."""
    return encoded(sha256(text).digest())


def certificate_thumbprint(pem: str) -> str:
    """Return the ``x5t#S256`` of a certificate in PEM (RFC 8705, section 3.1)."""
    return digest_of(ssl.PEM_cert_to_DER_cert(pem))


def _type(header: Mapping[str, Any]) -> str:
    """Return the media type in ``typ``, which may leave out ``application/`` and is of either case (section 4.1.9)."""
    given = header.get("typ")
    return given.lower().removeprefix("application/") if isinstance(given, str) else ""


def decoded(part: bytes) -> bytes:
    """Decode one part; raise BadToken if another text would decode to the same bytes."""
    try:
        decoded = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise BadToken("it is not three parts of base64url") from error
    if urlsafe_b64encode(decoded).rstrip(b"=") != part:
        raise BadToken("its base64url is not canonical")
    return decoded


def parsed(text: bytes) -> dict[str, Any]:
    """Read a JSON object strictly: nothing stands twice, nothing is beyond JSON; raise BadToken."""
    try:
        # the one tells what is not JSON (NaN, a lone surrogate, too large a number), the other what stands twice
        orjson.loads(text)
        parsed = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise BadToken("a part of it is not JSON, or says something twice") from error
    if not isinstance(parsed, dict):
        raise BadToken("a part of it is not a JSON object")
    return parsed


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made
