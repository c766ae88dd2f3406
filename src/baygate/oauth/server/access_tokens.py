"""Access tokens as the hub's own server issues them: JWTs of RFC 9068, short, bound, with the purpose in them."""

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import orjson

from baygate.oauth.clients import Client
from baygate.oauth.recognised import LONGEST_LIFETIME
from baygate.oauth.server.request import Granted
from baygate.oauth.signing import SigningKeys
from baygate.oauth.tokens import BY_KEY, PERSON, TYPE


@dataclass(frozen=True)
class AccessTokens:
    """Issues tokens of ``issuer`` for ``audience`` that live for ``lifetime`` seconds."""

    issuer: str
    audience: str
    lifetime: int
    keys: SigningKeys

    def issue(self, client: Client, granted: Granted) -> tuple[Mapping[str, Any], str]:
        """Return the token response (RFC 6749, section 5.1), and the token's ``jti``."""
        now = datetime.datetime.now(datetime.UTC)
        # whole seconds, and none before which the client's tokens are void
        issued_at = max(int(now.timestamp()), ceil(client.tokens_from.timestamp()))
        lifetime = self._lifetime(client, issued_at)
        jti = secrets.token_urlsafe(16)
        person = granted.person or {}
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": f"{PERSON}{person['subject']}" if person else client.client_id,
            "client_id": client.client_id,
            "jti": jti,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "scope": " ".join(sorted(granted.scopes)),
            "authorization_details": granted.details.claim(),
            "agency": person.get("agency", client.agency),
            "jurisdiction": person.get("jurisdiction", client.jurisdiction),
            "roles": sorted(person.get("roles", client.roles)),
            **({"name": person["name"]} if person else {}),
            **({"sid": person["session"]} if person.get("session") else {}),
            **({"certificate": client.recognition.certificate.fingerprint} if client.recognition else {}),
            **({"cnf": {granted.bound.method: granted.bound.value}} if granted.bound else {}),
        }
        by_key = granted.bound is not None and granted.bound.method == BY_KEY
        answer = {
            "access_token": self.keys.current(now).sign(TYPE, orjson.dumps(claims)),
            "token_type": "DPoP" if by_key else "Bearer",
            "expires_in": lifetime,
            "scope": claims["scope"],
            "authorization_details": claims["authorization_details"],
        }
        return answer, jti

    def _lifetime(self, client: Client, issued_at: int) -> int:
        """Return the seconds that a token lives: that of a recognised certificate no longer than what it rests on."""
        if client.recognition is None:
            return self.lifetime
        return min(self.lifetime, LONGEST_LIFETIME, int(client.recognition.good_until.timestamp()) - issued_at)
