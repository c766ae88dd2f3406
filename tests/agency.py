"""An agency's system as a test plays it: gets tokens with its own key, proves it with each request.

Written from the RFCs alone, and from nothing of the hub, so that the two check each other.
"""

import base64
import json
import secrets
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from baygate.access.purposes import PURPOSES
from baygate.oauth import registry
from baygate.oauth.clients import Authentication, Binding, Client, ClientKey
from baygate.storage.database import Database

EVERY_SCOPE = (
    "identity:read", "identity:personal", "identity:verify", "credit:read", "credit:investigation", "filings:read",
    "clearance:read", "clearance:personal", "clearance:investigation", "audit:read",
)  # fmt: skip
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_RENEW = 200.0
_LOTS = 1_000_000_000


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(key: ECKey, header: dict[str, Any], claims: Any) -> str:
    """Return a compact JWS, with whatever header and claims a test wants."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return jws.serialize_compact({"alg": "ES256", **header}, payload, key, algorithms=["ES256"])


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True)


@dataclass
class Agency(httpx.Auth):
    """A registered client, and its half of OAuth."""

    requires_response_body = True

    client_id: str
    agency: str = "customs-gz"
    scopes: Iterable[str] = EVERY_SCOPE
    purposes: Iterable[str] = tuple(PURPOSES)
    purpose: str = "RISK_ASSESSMENT"
    binding: Binding = Binding.DPOP
    jurisdiction: str = "CN-GD"
    rate: int = _LOTS // 1000
    quota: int = _LOTS
    key: ECKey = field(default_factory=new_key, repr=False)
    ask_scope: str | None = None
    details: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._held: dict[str, tuple[float, str]] = {}
        self._nonces: dict[str, str] = {}

    def registration(self, **other: Any) -> Client:
        """Return the client as the registry takes it."""
        said = {
            "client_id": self.client_id,
            "name": self.client_id,
            "agency": self.agency,
            "jurisdiction": self.jurisdiction,
            "authentication": Authentication.PRIVATE_KEY_JWT,
            "binding": self.binding,
            "keys": (ClientKey(self.key.as_dict(private=False)),),
            "scopes": frozenset(self.scopes),
            "purposes": frozenset(self.purposes),
            "rate": self.rate,
            "quota": self.quota,
        }
        return Client(**said | other)

    def assertion(self, audience: str, key: ECKey | None = None, header: Any = None, **claims: Any) -> str:
        """Return a client assertion (RFC 7523); ``claims`` replace its own, None leaves one out."""
        now = int(time.time())
        own = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "iat": now, "exp": now + 60}
        said = own | {"jti": secrets.token_urlsafe(12)} | claims
        return sign(key or self.key, header or {}, {name: each for name, each in said.items() if each is not None})

    def proof(self, method: str, url: str, *, key: ECKey | None = None, header: Any = None, **claims: Any) -> str:
        """Return a DPoP proof (RFC 9449); ``claims`` replace its own, None leaves one out."""
        key = key or self.key
        own = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_urlsafe(12)}
        said = {name: each for name, each in (own | claims).items() if each is not None}
        return sign(key, {"typ": "dpop+jwt", "jwk": key.as_dict(private=False)} | (header or {}), said)

    def form(self, base: str, **other: str | None) -> dict[str, str]:
        """Return the form of a token request; ``other`` parameters replace its own, None leaves one out."""
        detail = {"type": "baygate_field_access", "purpose": self.purpose, **self.details}
        own: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.assertion(base),
            "authorization_details": json.dumps([detail]),
            "scope": self.ask_scope,
        }
        return {name: each for name, each in (own | other).items() if each is not None}

    def ask_token(self, client: httpx.Client, base: str, **other: str | None) -> httpx.Response:
        """Ask for a token, again with the nonce if that is what lacks."""
        for _ in range(2):
            answer = client.send(self._token_request(base, **other))
            if not self._heard(base, answer):
                break
        return answer

    def token(self, client: httpx.Client, base: str, **other: str | None) -> str:
        """Return a token that is fresh."""
        answer = self.ask_token(client, base, **other)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def nonce(self, base: str) -> str | None:
        """Return the newest nonce that the hub has given."""
        return self._nonces.get(base)

    def headers(self, method: str, url: str, token: str, **claims: Any) -> dict[str, str]:
        """Return the headers that go with a token."""
        if self.binding is not Binding.DPOP:
            return {"authorization": f"Bearer {token}"}
        ath = b64url(sha256(token.encode()).digest())
        said = {"ath": ath, "nonce": self._nonces.get(_base(url))} | claims
        return {"authorization": f"DPoP {token}", "dpop": self.proof(method, url, **said)}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request to /graphql or /audit with a token and its proof; leave all others as they are."""
        base = _base(str(request.url))
        if not request.url.path.startswith(("/graphql", "/audit/")) or "authorization" in request.headers:
            yield request
            return
        held = self._held.get(base)
        if held is None or time.monotonic() - held[0] > _RENEW:
            for _ in range(2):
                answer = yield self._token_request(base)
                if not self._heard(base, answer):
                    break
            assert answer.status_code == 200, answer.text
            held = self._held[base] = (time.monotonic(), answer.json()["access_token"])
        for _ in range(2):
            target = str(request.url.copy_with(query=None, fragment=None))
            request.headers.update(self.headers(request.method, target, held[1]))
            answer = yield request
            if not self._heard(base, answer):
                break

    def _token_request(self, base: str, **other: str | None) -> httpx.Request:
        url = f"{base}/oauth/token"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self.binding is Binding.DPOP:
            headers["dpop"] = self.proof("POST", url, nonce=self._nonces.get(base))
        return httpx.Request("POST", url, headers=headers, content=urlencode(self.form(base, **other)))

    def _heard(self, base: str, answer: httpx.Response) -> bool:
        """Keep the nonce; return whether it is what lacked."""
        fresh = answer.headers.get("dpop-nonce")
        if fresh:
            self._nonces[base] = fresh
        return answer.status_code in {400, 401} and "use_dpop_nonce" in answer.text


async def register(dsn: str, *agencies: Agency) -> None:
    """Register clients."""
    connection = await Database(dsn).connect()
    try:
        for each in agencies:
            await registry.add(connection, each.registration())
    finally:
        await connection.close()


def _base(url: str) -> str:
    return "/".join(url.split("/")[:3])


DEVELOPER = Agency("developer", "commerce-gd", binding=Binding.BEARER, purpose="SYSTEM_TESTING")
CUSTOMS = Agency("customs-gz")
TAX = Agency("tax-gd", "tax-gd", EVERY_SCOPE[:1] + EVERY_SCOPE[3:4], ("EXPORT_REFUND", "RISK_ASSESSMENT"))
"""Those that are registered in the sample world of the tests."""
