"""Access tokens (RFC 9068) as the resource server believes them.

What is checked, in this order; whatever does not hold refuses the token:

1. It is a well-formed signed token of type ``at+jwt`` (``baygate.access.jose``).
2. Its issuer is one that this hub trusts, and its key one that this issuer publishes, by the name in ``kid``.
3. The signature holds.
4. Its audience is this hub.
5. It has ``sub``, ``client_id``, ``jti``, ``iat``, ``exp``; it lives no longer than an hour.
6. It says for what purpose, and the purpose, agency and scopes are ones that its issuer may assert.
7. It is bound to a key or a certificate, by exactly one of ``jkt`` and ``x5t#S256`` (RFC 7800), or it is a plain
   bearer token of an issuer that may give some.

These hold for as long as the token does and its issuer publishes the key, and are remembered. What else may change
meanwhile (time, revocation, the client's standing, possession of the key) is checked on each request, by
``baygate.oauth.authentication``.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from baygate.access.jose import BadToken, PublicKey, read
from baygate.oauth.clients import JURISDICTIONS
from baygate.oauth.details import BadDetails, Details, of_claim
from baygate.oauth.issuers import Issuer, Mandate, TrustedIssuer
from baygate.oauth.standing import token_digest

TYPE = "at+jwt"
LONGEST_LIFETIME = 3_600
"""Seconds: a token that lives longer is refused, whoever issued it."""
SKEW = 30
"""Seconds by which the clocks of issuer and hub may differ."""
_KEPT = 10_000
_LONGEST_CLAIM = 2_048


@dataclass(frozen=True)
class Bound:
    """What a token is bound to: the method of confirmation (RFC 7800) and its value."""

    method: str
    value: str


PERSON = "person:"
"""What the subject of the hub's own token for a person begins with, and no client's identifier can."""
BY_KEY, BY_CERTIFICATE = "jkt", "x5t#S256"


@dataclass(frozen=True)
class Token:
    """A token whose lasting properties hold. Times are seconds since the epoch.

    ``person`` is who sat before the client, by an identifier that never changes and is no client's; None if nobody did.
    ``session`` is the one that he signed in by, as it is remembered once it has ended; with it the token ends.
    ``mandate`` is what another issuer may assert; None for the hub's own tokens. Their client is in the registry or, if
    there is a ``certificate`` (its SHA-256, hexadecimal), the party that it is recognised as.
    """

    digest: bytes
    issuer: str
    subject: str
    client_id: str
    person: str | None
    agency: str
    jurisdiction: str
    roles: frozenset[str]
    scopes: frozenset[str]
    details: Details
    bound: Bound | None
    issued_at: float
    begins_at: float
    expires_at: float
    mandate: Mandate | None = None
    certificate: str | None = None
    session: bytes | None = None

    def timely(self, now: float) -> None:
        """Raise BadToken unless the token is good at the time ``now``."""
        if now >= self.expires_at:
            raise BadToken("it has expired")
        if now < self.begins_at - SKEW or now < self.issued_at - SKEW:
            raise BadToken("it is not good yet")


class Tokens:
    """Reads tokens for one ``audience``; what was found is kept, bounded, with the key that signed it."""

    def __init__(self, audience: str, own: Issuer, trusted: Mapping[str, TrustedIssuer]) -> None:
        self._audience = audience
        self._own = own
        self._trusted = trusted
        self._known: dict[bytes, tuple[Token, PublicKey]] = {}

    def known(self, text: bytes) -> Token | None:
        """Return the token if it was read before, and the key that signed it was not withdrawn since."""
        token, key = self._known.get(sha256(text).digest(), (None, None))
        if token is None or key is None:
            return None
        issuer = self._own if token.mandate is None else self._trusted[token.issuer]
        return token if issuer.publishes(key) else None

    async def read(self, text: bytes) -> Token:
        """Read a token; raise BadToken, or IssuerUnreachable if its key is not to be had."""
        signed = read(text, TYPE)
        url = signed.claimed("iss")
        trusted = self._trusted.get(url) if isinstance(url, str) else None
        if trusted is None and url != self._own.url:
            raise BadToken("its issuer is none that this hub trusts")
        key = await _key(signed.header.get("kid"), trusted or self._own)
        claims = signed.verify(key)
        _check_audience(claims, self._audience)
        token = token_of(claims, trusted.mandate if trusted else None)
        self._keep(sha256(text).digest(), token, key)
        return token

    def _keep(self, digest: bytes, token: Token, key: PublicKey) -> None:
        if len(self._known) >= _KEPT:
            # the oldest half goes; most of it has expired
            for each in list(self._known)[: _KEPT // 2]:
                del self._known[each]
        self._known[digest] = token, key


async def _key(kid: Any, issuer: Issuer) -> PublicKey:
    if not isinstance(kid, str):
        raise BadToken("its header names no key (kid)")
    key = await issuer.key(kid)
    if key is None:
        raise BadToken("its key is none that its issuer publishes")
    return key


def _check_audience(claims: Mapping[str, Any], audience: str) -> None:
    given = claims.get("aud")
    if audience not in (given if isinstance(given, list) else [given]):
        raise BadToken("its audience is not this hub")


def token_of(claims: Mapping[str, Any], mandate: Mandate | None) -> Token:
    """Take claims whose signature held; raise BadToken for what a token must not lack (RFC 9068, section 2.2)."""
    issuer, jti = _text(claims, "iss"), _text(claims, "jti")
    issued_at, expires_at = _moment(claims, "iat"), _moment(claims, "exp")
    if not 0 < expires_at - issued_at <= LONGEST_LIFETIME:
        raise BadToken(f"it does not live for {LONGEST_LIFETIME} seconds at most")
    try:
        details = of_claim(claims.get("authorization_details"))
    except BadDetails as error:
        raise BadToken(f"it does not say for what purpose: {error}") from error
    scopes = frozenset(_text(claims, "scope", default="").split())
    bound = _bound(claims)
    if mandate is not None:
        _check_mandate(mandate, claims, details, bound)
        scopes &= mandate.scopes
    return Token(
        digest=token_digest(issuer, jti),
        issuer=issuer,
        subject=_text(claims, "sub"),
        client_id=_text(claims, "client_id"),
        person=_person(claims, mandate),
        agency=mandate.agency if mandate else _text(claims, "agency"),
        jurisdiction=mandate.jurisdiction if mandate else _jurisdiction(claims),
        roles=frozenset() if mandate else _roles(claims),
        scopes=scopes,
        details=details,
        bound=bound,
        issued_at=issued_at,
        begins_at=_moment(claims, "nbf", default=issued_at),
        expires_at=expires_at,
        mandate=mandate,
        certificate=None if mandate else _text(claims, "certificate", default="") or None,
        session=None if mandate else _session(claims),
    )


def _person(claims: Mapping[str, Any], mandate: Mandate | None) -> str | None:
    """Return the person that a token is for; of another issuer, one whose name it tells, qualified by that issuer."""
    subject, name = _text(claims, "sub"), _text(claims, "name", default="")
    if mandate is not None:
        return f"{PERSON}{_text(claims, 'iss')}#{subject}" if name else None
    return subject if subject.startswith(PERSON) else None


def _session(claims: Mapping[str, Any]) -> bytes | None:
    try:
        return bytes.fromhex(_text(claims, "sid", default="")) or None
    except ValueError:
        raise BadToken("its session (sid) is none") from None


def _check_mandate(mandate: Mandate, claims: Mapping[str, Any], details: Details, bound: Bound | None) -> None:
    if claims.get("agency", mandate.agency) != mandate.agency:
        raise BadToken("its issuer may not speak for this agency")
    if details.purpose not in mandate.purposes:
        raise BadToken("its issuer may not assert this purpose")
    if bound is None and not mandate.bearer:
        raise BadToken("it is bound to no key and no certificate")


def _bound(claims: Mapping[str, Any]) -> Bound | None:
    given = claims.get("cnf")
    if given is None:
        return None
    if isinstance(given, Mapping) and len(given) == 1:
        ((method, value),) = given.items()
        if method in {BY_KEY, BY_CERTIFICATE} and isinstance(value, str):
            return Bound(method, value)
    raise BadToken("what it is bound to (cnf) is neither a key nor a certificate")


def _jurisdiction(claims: Mapping[str, Any]) -> str:
    given = _text(claims, "jurisdiction")
    if given not in JURISDICTIONS:
        raise BadToken("its jurisdiction is unknown")
    return given


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    given = claims.get("roles", [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise BadToken("its roles are no list of names")
    return frozenset(given)


def _text(claims: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = claims.get(name, default)
    if not isinstance(value, str) or not (value or default == "") or len(value) > _LONGEST_CLAIM:
        raise BadToken(f"it has no {name}")
    return value


def _moment(claims: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise BadToken(f"its {name} is no time")
    return value


def expiry(token: Token) -> datetime.datetime:
    """Return when a token ends, as a moment in UTC."""
    return datetime.datetime.fromtimestamp(token.expires_at, datetime.UTC)
