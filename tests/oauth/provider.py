"""An OpenID provider, small and real: it signs in the one person it knows, and lies where a test wants it to."""

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.agency import b64url
from tests.prompt_server import PromptServer

CLIENT_ID, CLIENT_SECRET = "baygate", "a secret of the hub"
KEYS: dict[str, Any] = {
    "ES256": ECKey.generate_key("P-256", {"kid": "es"}, private=True),
    "PS256": (_rsa := RSAKey.generate_key(2048, {"kid": "rs"}, private=True)),
    "RS256": _rsa,
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}, private=True),
}
_ANY = JWSRegistry(algorithms=[*JWSRegistry.algorithms])


@dataclass
class Lies:
    """What the provider does otherwise than it should; None leaves a member out."""

    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    callback: dict[str, Any] = field(default_factory=dict)
    """Parameters of the answer to the browser."""
    alg: str = "ES256"
    key: Any = None
    """What signs in place of the provider's key; bytes are a secret."""
    header: dict[str, Any] = field(default_factory=dict)
    token: Response | None = None
    """The token endpoint's whole answer."""
    key_set: Any = None


@dataclass
class Provider:
    """A provider that runs."""

    issuer: str
    person: dict[str, Any]
    lies: Lies = field(default_factory=Lies)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._key_set),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": [*KEYS, "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(_with(told, self.lies.metadata))

    async def _key_set(self, _: Request) -> Response:
        keys = [KEYS[name].as_dict(private=False) for name in ("ES256", "RS256", "Ed25519")]
        return JSONResponse({"keys": keys} if self.lies.key_set is None else self.lies.key_set)

    async def _authorize(self, request: Request) -> Response:
        given = dict(request.query_params)
        assert given["client_id"] == CLIENT_ID
        assert given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256"
        assert "openid" in given["scope"].split()
        assert len(given["nonce"]) >= 20
        assert len(given["state"]) >= 20
        code = secrets.token_urlsafe()
        self.codes[code] = given
        answer = _with({"code": code, "state": given["state"], "iss": self.issuer}, self.lies.callback)
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if self.lies.token is not None:
            return self.lies.token
        asked = self.codes.pop(form["code"], None)
        challenge = b64url(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        id_token = self._id_token(asked["nonce"])
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": id_token})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce, **self.person}
        lies = self.lies
        if isinstance(lies.key, bytes):
            return symmetric(lies.alg, lies.key, told)
        key = lies.key or KEYS[lies.alg]
        header = {"alg": lies.alg, "kid": key.as_dict(private=False).get("kid") or "es"} | lies.header
        return jwt.encode(header, _with(told, lies.claims), key, registry=_ANY)


def symmetric(alg: str, key: bytes, claims: dict[str, Any]) -> str:
    """Return what no library of today makes: a token signed with what should not be a secret, or with nothing."""
    text = ".".join(b64url(json.dumps(each).encode()) for each in ({"alg": alg}, claims))
    return f"{text}.{b64url(hmac.digest(key, text.encode(), 'sha256')) if alg == 'HS256' else ''}"


@contextlib.contextmanager
def serving(person: dict[str, Any]) -> Iterator[Provider]:
    """Run a provider on a port of its own."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        provider = Provider(f"http://127.0.0.1:{bound.getsockname()[1]}", person)
        config = uvicorn.Config(provider.app(), log_level="warning", lifespan="off", ws="none")
        with PromptServer(config).running(bound):
            yield provider


def _with(told: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in (told | lies).items() if each is not None}
