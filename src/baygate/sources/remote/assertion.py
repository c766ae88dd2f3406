"""Who asks, as the hub tells a remote source: a short JWT of the hub's own (RFC 7519), never the caller's token.

It says for whom the hub asks, not what: one assertion comes with all that a caller asks of one source within half its
life, so its ``jti`` names it and is no proof against repetition. ``aud`` is the source's name, so no source can show it
to another; ``typ`` is one of its own, so nobody takes it for an access token (RFC 8725, section 3.11). The person
before a client, his roles and the case are not told.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from baygate.access.principal import Principal

HEADER = "Baygate-Assertion"
TYPE = "baygate-assertion+jwt"
LONGEST_LIFETIME = 60
_MOST = 10_000

Sign = Callable[[str, bytes], str]
"""Makes a JWS compact of a ``typ`` and a payload."""


@dataclass(frozen=True, slots=True)
class _Made:
    text: str
    until: float


class Assertions:
    """Makes assertions by ``issuer``, and keeps each for half its life: to sign costs as much as to ask.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self, issuer: str, sign: Sign, lifetime: int = LONGEST_LIFETIME, now: Callable[[], float] = time.time
    ) -> None:
        if not 2 <= lifetime <= LONGEST_LIFETIME:
            raise ValueError(f"an assertion lives 2 to {LONGEST_LIFETIME} seconds")
        self._issuer = issuer
        self._sign = sign
        self._lifetime = lifetime
        self._now = now
        self._made: dict[tuple[object, ...], _Made] = {}

    def of(self, principal: Principal, source: str) -> str:
        """Return what a source is told of a caller."""
        # what it is made of, all of it: a principal can change in what is not, and has members without a hash
        told = (
            source, principal.client, principal.agency, principal.purpose, principal.legal_basis, principal.party,
            principal.jurisdiction, principal.scopes,
        )  # fmt: skip
        now = self._now()
        known = self._made.get(told)
        if known is not None and known.until - self._lifetime / 2 <= now < known.until:
            return known.text
        self._made.pop(told, None)
        self._make_room(now)
        text = self._signed(principal, source, int(now))
        self._made[told] = _Made(text, int(now) + self._lifetime / 2)
        return text

    def _signed(self, principal: Principal, source: str, issued_at: int) -> str:
        claims = {
            "iss": self._issuer,
            "aud": source,
            "iat": issued_at,
            "exp": issued_at + self._lifetime,
            "jti": secrets.token_urlsafe(16),
            "sub": principal.client,
            "agency": principal.agency,
            "purpose": principal.purpose,
            "basis": principal.legal_basis,
            "party": principal.party,
            "jurisdiction": principal.jurisdiction,
            "scope": " ".join(sorted(principal.scopes)),
        }
        said = {name: value for name, value in claims.items() if value is not None}
        return self._sign(TYPE, orjson.dumps(said))

    def _make_room(self, now: float) -> None:
        """Forget what is over, and if that is not enough the oldest; all live equally long, so they end in order."""
        while self._made:
            first = next(iter(self._made))
            if self._made[first].until > now and len(self._made) < _MOST:
                return
            del self._made[first]
