"""Somebody who has what an agency has, and the hub's own signing key too, and gets one thing wrong."""

import asyncio
import base64
import datetime
import json
import re
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey
from tests.agency import CUSTOMS, DEVELOPER, Agency, b64url, register
from tests.oauth.server.desk import eventually
from tests.serving import Hub

from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth.signing import SigningKeys

QUERY = {"query": "{ credit: creditRatings(first: 1) { nodes { grade } } }"}
CODES = {400: "BAD_REQUEST", 401: "UNAUTHENTICATED"}
_CHALLENGE = re.compile(r'(DPoP|Bearer) (\w+="[^"\\]*"(?:, \w+="[^"\\]*")*)')


@dataclass
class Attacker:
    """Sends to a hub what a registered agency could, but for what a test changes."""

    hub: Hub
    agency: Agency

    def __post_init__(self) -> None:
        self._nonce = (float("-inf"), "")

    @property
    def hubs_key(self) -> ECKey:
        """What the hub signs with now; a hub that others rotate the keys of has several."""
        return SigningKeys(self.hub.keys / SIGNING_KEYS).current(datetime.datetime.now(datetime.UTC)).private

    def token(self) -> str:
        """Return a token that the hub has given."""
        return self.agency.token(self.hub.client, self.hub.base)

    def claims(self) -> dict[str, Any]:
        """Return what the hub would say in a token now."""
        now = int(time.time())
        bound = {"cnf": {"jkt": self.agency.key.thumbprint()}} if self.agency.binding == "dpop" else {}
        return bound | {
            "iss": self.hub.base,
            "aud": self.hub.url,
            "sub": self.agency.client_id,
            "client_id": self.agency.client_id,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 300,
            "scope": " ".join(sorted(self.agency.scopes)),
            "authorization_details": [{"type": "baygate_field_access", "purpose": self.agency.purpose}],
            "agency": self.agency.agency,
            "jurisdiction": self.agency.jurisdiction,
            "roles": [],
        }

    def mint(self, *, key: ECKey | None = None, header: Any = None, without: str = "", **claims: Any) -> str:
        """Return a token signed as the hub signs; ``claims`` replace its own, the one ``without`` is left out."""
        said = {name: each for name, each in (self.claims() | claims).items() if name != without}
        whole = {"typ": "at+jwt", "kid": self.hubs_key.thumbprint()} | (header or {})
        return signed(key or self.hubs_key, {name: each for name, each in whole.items() if each is not None}, said)

    def proof(self, token: str, *, method: str = "POST", url: str | None = None, **other: Any) -> str:
        """Return a proof for a token; ``other`` are its key, its header, or claims that replace its own."""
        own = {"ath": b64url(sha256(token.encode()).digest())}
        if "nonce" not in other:
            own["nonce"] = self.nonce()
        return self.agency.proof(method, url or self.hub.url, **(own | other))

    def nonce(self) -> str:
        """Return a nonce of the hub's, not a minute old."""
        if time.monotonic() - self._nonce[0] > 60:
            token = self.mint()
            answer = self.send(token, self.proof(token, nonce=None))
            self._nonce = (time.monotonic(), answer.headers["dpop-nonce"])
        return self._nonce[1]

    def send(self, token: str, proof: str | None = None, scheme: str = "DPoP") -> httpx.Response:
        """Ask with a token, and with a proof unless the token is a plain one."""
        proofs = [] if scheme == "Bearer" and proof is None else [("dpop", proof or self.proof(token))]
        return self.post([("authorization", f"{scheme} {token}"), *proofs])

    def post(self, headers: list[tuple[str, str]], **more: Any) -> httpx.Response:
        """Ask with these headers and no others of OAuth."""
        accept = [("accept", "application/graphql-response+json")]
        return self.hub.client.post(self.hub.url, headers=accept + headers, auth=None, **({"json": QUERY} | more))

    def revoke(self, token: str) -> None:
        """End a token."""
        form = self.agency.form(self.hub.base, token=token)
        answer = self.hub.client.post(f"{self.hub.base}/oauth/revoke", data=form)
        assert answer.status_code == 200, answer.text


def signed(key: ECKey, header: dict[str, Any], claims: Any) -> str:
    """Return a compact JWS whose signature holds, whatever its header; joserfc would not sign some."""
    text = ".".join(b64url(json.dumps(each).encode()) for each in ({"alg": "ES256"} | header, claims))
    r, s = decode_dss_signature(key.private_key.sign(text.encode(), ec.ECDSA(SHA256())))
    return f"{text}.{b64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def claims_of(token: str) -> Any:
    """Return what a token says, whoever says it."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def enrolled(hub: Hub, agency: Agency) -> Attacker:
    """Register a client, and wait until the hub knows it."""
    asyncio.run(register(hub.dsn, agency))
    attacker = Attacker(hub, agency)
    assert eventually(lambda: agency.ask_token(hub.client, hub.base).status_code == 200)
    return attacker


def challenges(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """Return the parameters of each scheme in WWW-Authenticate, which must be well formed (RFC 9110, 11.6.1)."""
    told = {}
    for each in answer.headers.get_list("www-authenticate"):
        matched = _CHALLENGE.fullmatch(each)
        assert matched, each
        told[matched[1]] = dict(re.findall(r'(\w+)="([^"]*)"', matched[2]))
    return told


def admitted(answer: httpx.Response) -> None:
    """Check that a request was answered."""
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["credit"]["nodes"], answer.text


def refused(answer: httpx.Response, error: str, why: str, *, scheme: str = "DPoP", status: int = 401) -> None:
    """Check that a request was not answered, and that its sender was told why, in the body and in the challenge."""
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    (told,) = answer.json().pop("errors")
    assert set(answer.json()) == {"errors"}
    assert told["extensions"] == {"code": CODES[status], "error": error}
    assert why in told["message"]
    (given,) = challenges(answer).items()
    metadata = str(answer.url.copy_with(path="/.well-known/oauth-protected-resource/graphql", query=None))
    algorithms = {"algs": "ES256 PS256 EdDSA Ed25519"} if scheme == "DPoP" else {}
    assert given == (
        scheme,
        {"error": error, "error_description": told["message"], "resource_metadata": metadata} | algorithms,
    )


@pytest.fixture(scope="session")
def customs(production: Hub) -> Attacker:
    """One whose tokens are bound to its DPoP key, in production."""
    return Attacker(production, CUSTOMS)


@pytest.fixture(scope="session")
def developer(hub: Hub) -> Attacker:
    """One whose tokens are bound to nothing, in development."""
    return Attacker(hub, DEVELOPER)
